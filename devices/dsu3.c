// SPDX-License-Identifier: MIT
/*
 * DSU3: debug support unit, as software on the CPUs sees it (GRLIB IP manual, "DSU3"; dsu3x.vhd).
 *
 * Flight software uses its time tag: a counter of bus cycles, `time_bits` wide, 0 after reset,
 * which can be written.  It runs while the external enable signal is high (property `enable`).
 *
 * Each CPU has 16 MiB of the region:
 *
 *     0x000000  registers of the unit, repeated every 128 bytes
 *     0x301000  floating-point registers
 *     0x400000  special registers of the CPU, 0x400040 %asr16 to %asr31
 *
 * The control register keeps the break conditions that are written, and shows whether the CPU is in
 * power-down or error mode.  Writing 1 to PE wakes a CPU from error mode.
 *
 * Not modelled: debug mode itself (use leon3emu's GDB stub), so breaking, stepping, halting and the
 * registers about them; trace buffers; the integer register file, which is addressed by window;
 * cache diagnostics.  Registers of these read 0, and writes to them are ignored; both are logged.
 */
#include <stddef.h>
#include <stdlib.h>

#include <leon3emu/device.h>

#define CPU_MAX 16
#define CPU_LOW 24 /* lowest bit of the CPU number in an offset */

#define AREA          0x00700000u /* bits of an offset that select a part of the CPU's space */
#define AREA_UNIT     0x00000000u
#define AREA_REGFILE  0x00300000u
#define AREA_CPU      0x00400000u
#define UNIT_REGISTER 0x0000007cu

#define CONTROL   0x00
#define TIME_TAG  0x08
#define FPU_FIRST 0x01000u /* in the register file */
#define FPU_COUNT 32
#define FPU_REG   32   /* number of %f0 */
#define CPU_TRAP  0x20 /* special registers */
#define CPU_ASR16 0x40

#define CONTROL_STORED 0x0000003fu /* TE BE BW BS BX BZ: trace, break on ... */
#define CONTROL_EE     0x00000080u /* external enable */
#define CONTROL_PE     0x00000200u /* error mode */
#define CONTROL_PW     0x00000800u /* power-down */

#define TRAP_EM   0x00001000u /* error mode */
#define TRAP_TYPE 0x00000ff0u

struct dsu3 {
    struct l3_host *host;
    const struct l3_services *services;
    uint32_t cpu_count;
    uint32_t enable;
    uint32_t time_mask;
    uint64_t time_zero; /* dsu3_now() minus the time tag: the cycle at which the tag was 0 */
    uint32_t control[CPU_MAX];
};

/* ---- the unit ---- */

static uint64_t dsu3_now(const struct dsu3 *dsu)
{
    return dsu->enable ? dsu->services->cycles(dsu->host) : 0;
}

static uint32_t dsu3_status(const struct dsu3 *dsu, uint32_t cpu)
{
    return dsu->services->system->cpu_status(dsu->host, cpu);
}

static uint32_t dsu3_read_control(const struct dsu3 *dsu, uint32_t cpu)
{
    uint32_t status = dsu3_status(dsu, cpu);
    uint32_t control = dsu->control[cpu] | (dsu->enable ? CONTROL_EE : 0);
    control |= status == L3_CPU_ERROR ? CONTROL_PE : 0;
    return control | (status == L3_CPU_POWER_DOWN ? CONTROL_PW : 0);
}

static void dsu3_write_control(struct dsu3 *dsu, uint32_t cpu, uint32_t value)
{
    dsu->control[cpu] = value & CONTROL_STORED;
    if ((value & CONTROL_PE) != 0 && dsu3_status(dsu, cpu) == L3_CPU_ERROR) {
        dsu->services->system->cpu_wake(dsu->host, cpu);
    }
}

/* Both return 0 if there is no such register. */
static int dsu3_unit_read(const struct dsu3 *dsu, uint32_t cpu, uint32_t offset, uint32_t *value)
{
    switch (offset & UNIT_REGISTER) {
    case CONTROL:
        *value = dsu3_read_control(dsu, cpu);
        return 1;
    case TIME_TAG:
        *value = (uint32_t)(dsu3_now(dsu) - dsu->time_zero) & dsu->time_mask;
        return 1;
    default:
        return 0;
    }
}

static int dsu3_unit_write(struct dsu3 *dsu, uint32_t cpu, uint32_t offset, uint32_t value)
{
    switch (offset & UNIT_REGISTER) {
    case CONTROL:
        dsu3_write_control(dsu, cpu, value);
        return 1;
    case TIME_TAG:
        dsu->time_zero = dsu3_now(dsu) - (value & dsu->time_mask);
        return 1;
    default:
        return 0;
    }
}

/* ---- the CPUs ---- */

/* The number that cpu_register_read() and cpu_register_write() have for the register at `offset`,
 * or -1. */
static int32_t dsu3_cpu_register(uint32_t offset)
{
    static const int32_t special[] = {
        L3_REG_Y, L3_REG_PSR, L3_REG_WIM, L3_REG_TBR, L3_REG_PC, L3_REG_NPC, L3_REG_FSR,
    };
    uint32_t index = (offset & ~AREA) / 4;
    if ((offset & AREA) == AREA_REGFILE) {
        index -= FPU_FIRST / 4;
        return index < FPU_COUNT ? (int32_t)(FPU_REG + index) : -1;
    }
    if (index < sizeof special / sizeof special[0]) {
        return special[index];
    }
    index -= CPU_ASR16 / 4;
    return index < 16 ? (int32_t)L3_REG_ASR(16 + index) : -1;
}

/* The DSU trap register: type of the CPU's last trap, and EM if the CPU is in error mode. */
static int dsu3_read_trap(const struct dsu3 *dsu, uint32_t cpu, uint32_t *value)
{
    uint32_t tbr;
    if (!dsu->services->system->cpu_register_read(dsu->host, cpu, L3_REG_TBR, &tbr)) {
        return 0;
    }
    *value = (tbr & TRAP_TYPE) | (dsu3_status(dsu, cpu) == L3_CPU_ERROR ? TRAP_EM : 0);
    return 1;
}

static int dsu3_cpu_read(const struct dsu3 *dsu, uint32_t cpu, uint32_t offset, uint32_t *value)
{
    int32_t reg = dsu3_cpu_register(offset);
    if (offset == AREA_CPU + CPU_TRAP) {
        return dsu3_read_trap(dsu, cpu, value);
    }
    return reg >= 0 &&
           dsu->services->system->cpu_register_read(dsu->host, cpu, (uint32_t)reg, value);
}

static int dsu3_cpu_write(struct dsu3 *dsu, uint32_t cpu, uint32_t offset, uint32_t value)
{
    int32_t reg = dsu3_cpu_register(offset);
    return reg >= 0 &&
           dsu->services->system->cpu_register_write(dsu->host, cpu, (uint32_t)reg, value);
}

/* ---- access ---- */

/* The CPU that an offset belongs to.  The space of a CPU that does not exist shows the last CPU
 * (dsu3x.vhd). */
static uint32_t dsu3_cpu_of(const struct dsu3 *dsu, const struct l3_request *request)
{
    uint32_t cpu = (uint32_t)(request->offset >> CPU_LOW) & (CPU_MAX - 1);
    return cpu < dsu->cpu_count ? cpu : dsu->cpu_count - 1;
}

static uint32_t dsu3_offset_of(const struct l3_request *request)
{
    return (uint32_t)request->offset & 0x7fffffu;
}

static void dsu3_log(const struct dsu3 *dsu, const struct l3_request *request, const char *access)
{
    if ((request->attributes & L3_ATTR_DEBUG) == 0) {
        dsu->services->log(dsu->host, L3_LOG_UNIMP, "%s at 0x%x, which is not modelled", access,
                           (unsigned)request->offset);
    }
}

static int32_t dsu3_read(void *instance, struct l3_request *request)
{
    const struct dsu3 *dsu = instance;
    uint32_t cpu = dsu3_cpu_of(dsu, request);
    uint32_t offset = dsu3_offset_of(request);
    uint32_t area = offset & AREA;
    uint32_t value = 0;
    int known = 0;
    if (area == AREA_UNIT) {
        known = dsu3_unit_read(dsu, cpu, offset, &value);
    } else if (area == AREA_REGFILE || area == AREA_CPU) {
        known = dsu3_cpu_read(dsu, cpu, offset, &value);
    }
    if (!known) {
        dsu3_log(dsu, request, "read");
    }
    request->value = known ? value : 0;
    return L3_OK;
}

static int32_t dsu3_write(void *instance, struct l3_request *request)
{
    struct dsu3 *dsu = instance;
    uint32_t cpu = dsu3_cpu_of(dsu, request);
    uint32_t offset = dsu3_offset_of(request);
    uint32_t area = offset & AREA;
    int known = 0;
    if (area == AREA_UNIT) {
        known = dsu3_unit_write(dsu, cpu, offset, (uint32_t)request->value);
    } else if (area == AREA_REGFILE || area == AREA_CPU) {
        known = dsu3_cpu_write(dsu, cpu, offset, (uint32_t)request->value);
    }
    if (!known) {
        dsu3_log(dsu, request, "write");
    }
    return L3_OK;
}

/* ---- life ---- */

static void dsu3_reset(void *instance, uint32_t cause)
{
    struct dsu3 *dsu = instance;
    (void)cause;
    dsu->time_zero = dsu3_now(dsu);
    for (uint32_t cpu = 0; cpu < CPU_MAX; cpu++) {
        dsu->control[cpu] = 0;
    }
}

static void *dsu3_create(struct l3_host *host, const struct l3_services *services)
{
    uint32_t cpu_count = services->system->cpu_count(host);
    if (cpu_count == 0 || cpu_count > CPU_MAX) {
        services->fail(host, "%u CPUs; a DSU3 serves 1 to %u", (unsigned)cpu_count,
                       (unsigned)CPU_MAX);
        return NULL;
    }
    struct dsu3 *dsu = calloc(1, sizeof *dsu);
    if (dsu == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    dsu->host = host;
    dsu->services = services;
    dsu->cpu_count = cpu_count;
    dsu->enable = (uint32_t)services->property_uint(host, "enable");
    dsu->time_mask = (uint32_t)((1ull << services->property_uint(host, "time_bits")) - 1);
    return dsu;
}

/* ---- description ---- */

/* clang-format off */
static const struct l3_property dsu3_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "enable", "on", 0, 0,
     "level of the external enable signal; off: the time tag stands"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "time_bits", "30", 2, 32,
     "width of the time tag"},
};
/* clang-format on */

static const struct l3_region dsu3_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_AHB,
    .name = "registers",
    .size = 0x10000000,
    .default_base = 0x90000000,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
}};

static const struct l3_state_field dsu3_state[] = {
    {sizeof(struct l3_state_field), offsetof(struct dsu3, time_zero), 8, 1, "time_zero"},
    {sizeof(struct l3_state_field), offsetof(struct dsu3, control), 4, CPU_MAX, "control"},
};

static const struct l3_pnp dsu3_pnp = {
    sizeof(struct l3_pnp), L3_PNP_AHB_SLAVE, L3_VENDOR_GAISLER, 0x004, 2, 0,
};

static const struct l3_device_class dsu3 = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "dsu3",
    .summary = "debug support unit: time tag, CPU state",
    .version = "1.0",
    .properties = dsu3_properties,
    .property_count = sizeof dsu3_properties / sizeof dsu3_properties[0],
    .regions = dsu3_regions,
    .region_count = 1,
    .state = dsu3_state,
    .state_count = sizeof dsu3_state / sizeof dsu3_state[0],
    .pnp = &dsu3_pnp,
    .create = dsu3_create,
    .destroy = free,
    .reset = dsu3_reset,
    .read = dsu3_read,
    .write = dsu3_write,
};
L3_DEVICE_CLASS(dsu3)
