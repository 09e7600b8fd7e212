// SPDX-License-Identifier: MIT
/*
 * A peripheral in C++ (11 or later): a class that decodes its registers itself, without regs.h.
 *
 * Writing N to register 4 adds N (bits 30:0) times `step` to it; with bit 31 set the write also
 * pulses the interrupt.  Register 0 reads `step`.
 *
 *     c++ -shared -fPIC -I plugins-api plugins-api/examples/tally.cpp -o tally.so
 *     leon3emu firmware.elf --periph ./tally.so,base=0x80000800,irq=5,step=3
 */
#include <leon3emu/device.h>

#include <new>

namespace
{

class Tally
{
  public:
    Tally(l3_host *host, const l3_services *services) : host_(host), services_(services)
    {
        step_ = static_cast<uint32_t>(services_->property_uint(host_, "step"));
    }

    void reset()
    {
        total_ = 0;
    }

    int32_t read(l3_request &request) const
    {
        request.value = request.offset == 0 ? step_ : total_;
        return request.offset > 4 ? L3_BUS_ERROR : L3_OK;
    }

    int32_t write(const l3_request &request)
    {
        uint32_t value = static_cast<uint32_t>(request.value);
        if (request.offset != 4) {
            return L3_BUS_ERROR;
        }
        total_ += (value & 0x7fffffff) * step_;
        if (value >> 31) {
            services_->irq_pulse(host_, 0);
        }
        return L3_OK;
    }

  private:
    l3_host *host_;
    const l3_services *services_;
    uint32_t step_ = 1;
    uint32_t total_ = 0;
};

/* leon3emu calls the functions from here on through C function pointers, so they must not throw. */
void *create(l3_host *host, const l3_services *services)
{
    Tally *tally = new (std::nothrow) Tally(host, services);
    if (tally == nullptr) {
        services->fail(host, "out of memory");
    }
    return tally;
}

void destroy(void *instance)
{
    delete static_cast<Tally *>(instance);
}

void reset(void *instance, uint32_t)
{
    static_cast<Tally *>(instance)->reset();
}

int32_t read(void *instance, l3_request *request)
{
    return static_cast<Tally *>(instance)->read(*request);
}

int32_t write(void *instance, l3_request *request)
{
    return static_cast<Tally *>(instance)->write(*request);
}

const l3_property step = {
    sizeof step, L3_PROPERTY_UINT, "step", "1", 1, 1000, "what a write counts for",
};

const l3_region region = {
    sizeof region, L3_REGION_APB, "registers", 0x100, 0, L3_SIZE_ALL, L3_SIZE_4, nullptr, 0, 0,
};

/* Assignments, because C++11 has no designated initializers and those of C++20 must be in the order
 * of the members. */
l3_device_class describe()
{
    l3_device_class tally = l3_device_class();
    tally.struct_size = sizeof tally;
    tally.abi_version = L3_ABI_VERSION;
    tally.name = "tally";
    tally.summary = "counts";
    tally.property_count = 1;
    tally.properties = &step;
    tally.regions = &region;
    tally.region_count = 1;
    tally.irq_output_count = 1;
    tally.create = create;
    tally.destroy = destroy;
    tally.reset = reset;
    tally.read = read;
    tally.write = write;
    return tally;
}

const l3_device_class tally = describe();

} // namespace

L3_DEVICE_CLASS(tally)
