// SPDX-License-Identifier: MIT
/*
 * CLKGATE: clock gating unit (GRLIB IP manual, "CLKGATE"; GR740 user's manual, chapter 25).
 *
 * The registers have a bit for each gated core.  A bit of the clock enable and core reset registers
 * can change only while its bit in the unlock register is 1.  After reset the cores of property
 * `enabled` are clocked, the others are held in reset.
 *
 * The registers keep what is written.  Not modelled: the gating.  If software stops the clock of a
 * core, the device works on, and this is logged.
 */
#include <stddef.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#define CLKGATE_REGISTERS 4

struct clkgate {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_regfile regs;
    uint32_t cores; /* bits of cores that are there */
    uint32_t enabled;
    uint32_t override_mask;
    union {
        uint32_t values[CLKGATE_REGISTERS];
        struct { /* in order of clkgate_registers */
            uint32_t unlock, enable, core_reset, override;
        };
    };
};

static void clkgate_write_unlock(void *instance, uint32_t index, uint32_t value)
{
    struct clkgate *gate = instance;
    (void)index;
    gate->unlock = value & gate->cores;
}

static void clkgate_write_enable(void *instance, uint32_t index, uint32_t value)
{
    struct clkgate *gate = instance;
    (void)index;
    uint32_t enable = (gate->enable & ~gate->unlock) | (value & gate->unlock);
    if (gate->enable & ~enable) {
        gate->services->log(gate->host, L3_LOG_UNIMP, "clocks 0x%x stopped: they run on",
                            (unsigned)(gate->enable & ~enable));
    }
    gate->enable = enable;
}

static void clkgate_write_reset(void *instance, uint32_t index, uint32_t value)
{
    struct clkgate *gate = instance;
    (void)index;
    gate->core_reset = (gate->core_reset & ~gate->unlock) | (value & gate->unlock);
}

static void clkgate_write_override(void *instance, uint32_t index, uint32_t value)
{
    struct clkgate *gate = instance;
    (void)index;
    gate->override = value & gate->override_mask;
}

/* clang-format off */
static const struct l3_register clkgate_registers[] = {
    /*          offset name        reset readable    stored w1c */
    L3_REGISTER(0x00,  "unlock",   0,    UINT32_MAX, 0,     0, NULL, clkgate_write_unlock),
    L3_REGISTER(0x04,  "clken",    0,    UINT32_MAX, 0,     0, NULL, clkgate_write_enable),
    L3_REGISTER(0x08,  "reset",    0,    UINT32_MAX, 0,     0, NULL, clkgate_write_reset),
    L3_REGISTER(0x0c,  "override", 0,    UINT32_MAX, 0,     0, NULL, clkgate_write_override),
};
/* clang-format on */

static const struct l3_region clkgate_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = clkgate_registers,
    .register_count = sizeof clkgate_registers / sizeof clkgate_registers[0],
}};

static int32_t clkgate_read(void *instance, struct l3_request *request)
{
    struct clkgate *gate = instance;
    return l3_regfile_read(&gate->regs, request);
}

static int32_t clkgate_write(void *instance, struct l3_request *request)
{
    struct clkgate *gate = instance;
    return l3_regfile_write(&gate->regs, request);
}

/* ---- life ---- */

static void clkgate_reset(void *instance, uint32_t cause)
{
    struct clkgate *gate = instance;
    (void)cause;
    l3_regfile_reset(&gate->regs);
    gate->enable = gate->enabled;
    gate->core_reset = gate->cores & ~gate->enabled;
}

static void clkgate_destroy(void *instance)
{
    struct clkgate *gate = instance;
    l3_regfile_destroy(&gate->regs);
    free(gate);
}

static int clkgate_configure(struct clkgate *gate)
{
    struct l3_host *host = gate->host;
    const struct l3_services *services = gate->services;
    uint64_t cores = services->property_uint(host, "cores");
    uint32_t cpus = (uint32_t)((1ull << services->system->cpu_count(host)) - 1) & 0xffff;
    uint32_t fpus = services->property_uint(host, "fpu_override") ? cpus << 16 : 0;
    gate->cores = (uint32_t)((1ull << cores) - 1);
    gate->enabled = (uint32_t)services->property_uint(host, "enabled") & gate->cores;
    gate->override_mask = cpus | fpus;
    return l3_regfile_create(&gate->regs);
}

static void *clkgate_create(struct l3_host *host, const struct l3_services *services)
{
    struct clkgate *gate = calloc(1, sizeof *gate);
    if (gate == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    gate->host = host;
    gate->services = services;
    gate->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &clkgate_regions[0],
        .instance = gate,
        .values = gate->values,
        .value_count = CLKGATE_REGISTERS,
    };
    if (!clkgate_configure(gate)) {
        free(gate);
        return NULL;
    }
    return gate;
}

/* ---- description ---- */

/* clang-format off */
static const struct l3_property clkgate_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "cores", "12", 1, 32, "how many cores are gated"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "enabled", "0", 0, UINT32_MAX,
     "a bit for each core that is clocked after reset"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "fpu_override", "off", 0, 0,
     "the override register has bits for FPUs, not only for CPUs"},
};
/* clang-format on */

static const struct l3_state_field clkgate_state[] = {
    {sizeof(struct l3_state_field), offsetof(struct clkgate, values), 4, CLKGATE_REGISTERS,
     "values"},
};

static const struct l3_pnp clkgate_pnp = {
    sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_GAISLER, 0x02c, 0, 0,
};

static const struct l3_device_class clkgate = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "clkgate",
    .summary = "clock gating unit (registers)",
    .version = "1.0",
    .properties = clkgate_properties,
    .property_count = sizeof clkgate_properties / sizeof clkgate_properties[0],
    .regions = clkgate_regions,
    .region_count = 1,
    .state = clkgate_state,
    .state_count = sizeof clkgate_state / sizeof clkgate_state[0],
    .pnp = &clkgate_pnp,
    .create = clkgate_create,
    .destroy = clkgate_destroy,
    .reset = clkgate_reset,
    .read = clkgate_read,
    .write = clkgate_write,
};
L3_DEVICE_CLASS(clkgate)
