// SPDX-License-Identifier: MIT
/*
 * GRGPREG: a general purpose register of up to 64 bits (grgpreg.vhd).  What its outputs control
 * depends on the chip: pin multiplexing, clock dividers, bootstrap values.
 *
 * Software reads what it wrote.  What the chip does with the bits is not modelled.
 */
#include <stddef.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#define WORDS 2

struct grgpreg {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_regfile regs;
    uint32_t mask[WORDS]; /* bits that exist */
    uint32_t reset[WORDS];
    uint32_t values[WORDS];
};

static void grgpreg_write_word(void *instance, uint32_t index, uint32_t value)
{
    struct grgpreg *gpreg = instance;
    gpreg->values[index] = value & gpreg->mask[index];
}

static const struct l3_register grgpreg_registers[] = {
    L3_REGISTER_ARRAY(0x00, "gpreg", 0, UINT32_MAX, 0, 0, NULL, grgpreg_write_word, WORDS, 4),
};

static const struct l3_region grgpreg_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = grgpreg_registers,
    .register_count = 1,
}};

static int32_t grgpreg_read(void *instance, struct l3_request *request)
{
    struct grgpreg *gpreg = instance;
    return l3_regfile_read(&gpreg->regs, request);
}

static int32_t grgpreg_write(void *instance, struct l3_request *request)
{
    struct grgpreg *gpreg = instance;
    return l3_regfile_write(&gpreg->regs, request);
}

static void grgpreg_reset(void *instance, uint32_t cause)
{
    struct grgpreg *gpreg = instance;
    (void)cause;
    for (uint32_t i = 0; i < WORDS; i++) {
        gpreg->values[i] = gpreg->reset[i] & gpreg->mask[i];
    }
}

static void grgpreg_destroy(void *instance)
{
    struct grgpreg *gpreg = instance;
    l3_regfile_destroy(&gpreg->regs);
    free(gpreg);
}

static int grgpreg_configure(struct grgpreg *gpreg)
{
    struct l3_host *host = gpreg->host;
    const struct l3_services *services = gpreg->services;
    uint64_t bits = services->property_uint(host, "bits");
    uint64_t mask = bits == 64 ? UINT64_MAX : (1ull << bits) - 1;
    gpreg->mask[0] = (uint32_t)mask;
    gpreg->mask[1] = (uint32_t)(mask >> 32);
    gpreg->reset[0] = (uint32_t)services->property_uint(host, "reset");
    gpreg->reset[1] = (uint32_t)services->property_uint(host, "reset2");
    return l3_regfile_create(&gpreg->regs);
}

static void *grgpreg_create(struct l3_host *host, const struct l3_services *services)
{
    struct grgpreg *gpreg = calloc(1, sizeof *gpreg);
    if (gpreg == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    gpreg->host = host;
    gpreg->services = services;
    gpreg->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &grgpreg_regions[0],
        .instance = gpreg,
        .values = gpreg->values,
        .value_count = WORDS,
    };
    if (!grgpreg_configure(gpreg)) {
        free(gpreg);
        return NULL;
    }
    return gpreg;
}

/* clang-format off */
static const struct l3_property grgpreg_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "bits", "16", 1, 64, "width of the register"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "reset", "0", 0, UINT32_MAX,
     "bits 31 to 0 after reset"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "reset2", "0", 0, UINT32_MAX,
     "bits 63 to 32 after reset"},
};
/* clang-format on */

static const struct l3_state_field grgpreg_state[] = {
    {sizeof(struct l3_state_field), offsetof(struct grgpreg, values), 4, WORDS, "values"},
};

static const struct l3_pnp grgpreg_pnp = {
    sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_GAISLER, 0x087, 0, 0,
};

static const struct l3_device_class grgpreg = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "grgpreg",
    .summary = "general purpose register",
    .version = "1.0",
    .properties = grgpreg_properties,
    .property_count = sizeof grgpreg_properties / sizeof grgpreg_properties[0],
    .regions = grgpreg_regions,
    .region_count = 1,
    .state = grgpreg_state,
    .state_count = 1,
    .pnp = &grgpreg_pnp,
    .create = grgpreg_create,
    .destroy = grgpreg_destroy,
    .reset = grgpreg_reset,
    .read = grgpreg_read,
    .write = grgpreg_write,
};
L3_DEVICE_CLASS(grgpreg)
