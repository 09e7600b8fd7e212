// SPDX-License-Identifier: MIT
// A device in C++ that uses every construct of the public headers; it is only compiled.
#include <leon3emu/regs.h>

namespace
{

struct device {
    l3_regfile regs;
    uint32_t values[3];
};

uint32_t read_hook(void *instance, uint32_t, uint32_t value)
{
    return static_cast<device *>(instance)->regs.debug ? 0 : value;
}

const l3_register registers[] = {
    L3_REGISTER(0x00, "one", 0, 1, 1, 0, read_hook, nullptr),
    L3_REGISTER_ARRAY(0x10, "two", 0, 1, 1, 0, nullptr, nullptr, 2, 4),
};

int32_t read(void *instance, l3_request *request)
{
    return l3_regfile_read(&static_cast<device *>(instance)->regs, request);
}

int32_t write(void *instance, l3_request *request)
{
    return l3_regfile_write(&static_cast<device *>(instance)->regs, request);
}

void *create(l3_host *host, const l3_services *services)
{
    static l3_region region = l3_region();
    region.registers = registers;
    device *made = new device();
    made->regs.host = host;
    made->regs.services = services;
    made->regs.region = &region;
    made->regs.values = made->values;
    if (!l3_regfile_create(&made->regs)) {
        return nullptr;
    }
    l3_regfile_limit(&made->regs, 0x10, 1);
    l3_regfile_reset(&made->regs);
    return made;
}

void destroy(void *instance)
{
    l3_regfile_destroy(&static_cast<device *>(instance)->regs);
    delete static_cast<device *>(instance);
}

l3_device_class make_class()
{
    l3_device_class made = l3_device_class();
    made.struct_size = sizeof made;
    made.abi_version = L3_ABI_VERSION;
    made.name = "cxx";
    made.create = create;
    made.destroy = destroy;
    made.read = read;
    made.write = write;
    return made;
}

const l3_device_class the_class = make_class();

} // namespace

L3_DEVICE_CLASS(the_class)
