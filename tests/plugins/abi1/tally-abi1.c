// SPDX-License-Identifier: MIT
/*
 * Source of tally-abi1-x86_64.so, kept as it was when that was compiled; see README.  It is not
 * built any more.  What it does: guest_pair.c.
 */
#include <leon3emu/device.h>
#include <leon3emu/regs.h>

struct tally {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_regfile regs;
    uint32_t step; /* these two are the values of the registers */
    uint32_t total;
};

static void add(void *instance, uint32_t index, uint32_t value)
{
    struct tally *tally = instance;
    (void)index;
    tally->total += (value & 0x7fffffff) * tally->step;
    if (value >> 31) {
        tally->services->irq_pulse(tally->host, 0);
    }
}

static uint32_t read_step(void *instance, uint32_t index, uint32_t value)
{
    (void)index;
    (void)value;
    return ((struct tally *)instance)->step;
}

static const struct l3_register rows[] = {
    L3_REGISTER(0, "step", 0, ~0u, 0, 0, read_step, NULL),
    L3_REGISTER(4, "total", 0, ~0u, 0, 0, NULL, add),
};

static const struct l3_region region = {
    .struct_size = sizeof region,
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = rows,
    .register_count = 2,
};

static const struct l3_property step = {
    .struct_size = sizeof step,
    .type = L3_PROPERTY_UINT,
    .name = "step",
    .default_value = "1",
    .minimum = 1,
    .maximum = 1000,
    .help = "what a write counts for",
};

static void *create(struct l3_host *host, const struct l3_services *services)
{
    struct tally *tally = calloc(1, sizeof *tally);
    if (tally == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    tally->host = host;
    tally->services = services;
    tally->regs.host = host;
    tally->regs.services = services;
    tally->regs.region = &region;
    tally->regs.instance = tally;
    tally->regs.values = &tally->step;
    tally->regs.value_count = 2;
    if (!l3_regfile_create(&tally->regs)) {
        free(tally);
        return NULL;
    }
    return tally;
}

static void reset(void *instance, uint32_t cause)
{
    struct tally *tally = instance;
    (void)cause;
    l3_regfile_reset(&tally->regs);
    tally->step = (uint32_t)tally->services->property_uint(tally->host, "step");
}

static void destroy(void *instance)
{
    l3_regfile_destroy(&((struct tally *)instance)->regs);
    free(instance);
}

static int32_t read_register(void *instance, struct l3_request *request)
{
    return l3_regfile_read(&((struct tally *)instance)->regs, request);
}

static int32_t write_register(void *instance, struct l3_request *request)
{
    return l3_regfile_write(&((struct tally *)instance)->regs, request);
}

static const struct l3_device_class tally = {
    .struct_size = sizeof tally,
    .abi_version = L3_ABI_VERSION,
    .name = "tally",
    .summary = "counts",
    .property_count = 1,
    .properties = &step,
    .regions = &region,
    .region_count = 1,
    .irq_output_count = 1,
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .read = read_register,
    .write = write_register,
};
L3_DEVICE_CLASS(tally)
