// SPDX-License-Identifier: MIT
/*
 * IRQMP: interrupt controller for up to 16 CPUs (GRLIB IP manual, "IRQMP").
 *
 * Bus lines 1..15 set bits of the pending register; with extended interrupts (property `eirq`)
 * lines 16..31 do too, and all of those share interrupt `eirq`.  Each CPU sees
 *
 *     (pending | force[cpu]) & mask[cpu]      highest number first, level 1 before level 0
 *
 * An interrupt stays pending, masked or not, until the CPU takes its trap or software clears it.
 * If its line is still high then, the bit is set again at once.
 *
 * After each change irqmp_deliver() computes the interrupt level of a CPU and calls cpu_irq_level()
 * if it has changed.  Registers of CPUs that this instance does not have do not exist.
 *
 * Not modelled: interrupt map and time stamps, which lie beyond the 256 bytes of this core, and
 * several internal controllers (IRQ(A)MP).
 */
#include <stddef.h>

#include <leon3emu/device.h>
#include <leon3emu/regs.h>

#define CPU_MAX  16
#define CPU_BOOT 8           /* only systems of up to 8 CPUs have boot address registers */
#define NORMAL   0x0000fffeu /* interrupts 1..15 */
#define EXTENDED 0xffff0000u /* interrupts 16..31 */
#define LINES    (NORMAL | EXTENDED)

#define MPSTAT_NCPU_LOW  28
#define MPSTAT_BROADCAST 0x08000000u
#define MPSTAT_BOOT      0x04000000u /* error and boot registers are there */
#define MPSTAT_EIRQ_LOW  16

#define BOOT_ADDRESS 0xfffffff8u
#define BOOT_RESUME  0x1u

#define FORCE_CLEAR_LOW 16 /* bits 31:17 of a write to force[n] clear 15:1 */

struct irqmp {
    struct l3_host *host;
    const struct l3_services *services;
    struct l3_regfile regs;
    uint32_t cpu_count;
    uint32_t mask_count; /* how many mask registers there are from MASKS on */
    uint32_t eirq;       /* interrupt that 16..31 share; 0: 16..31 do not exist */
    uint32_t valid;      /* interrupts that exist */
    uint32_t boot;       /* error and boot registers are there */
    union {
        uint32_t values[8 + 3 * CPU_MAX];
        struct { /* in order of irqmp_registers */
            uint32_t ilevel, pending, force0, clear, mpstat, broadcast, errstat, unused;
            uint32_t mask[CPU_MAX], force[CPU_MAX], extack[CPU_MAX];
        };
    };
    uint32_t lines;          /* bus lines that are high */
    uint32_t ilevel_known;   /* ilevel was written, or the warning that it was not was logged */
    uint32_t level[CPU_MAX]; /* interrupt level last given to cpu_irq_level() for each CPU */
};

/* ---- delivery ---- */

/* A line that is high sets its pending bit or, if its broadcast bit is set, its bit in the force
 * register of every CPU. */
static void irqmp_sample(struct irqmp *irqmp)
{
    uint32_t broadcast = irqmp->cpu_count > 1 ? irqmp->lines & irqmp->broadcast : 0;
    irqmp->pending |= irqmp->lines & ~broadcast & irqmp->valid;
    for (uint32_t cpu = 0; broadcast != 0 && cpu < irqmp->cpu_count; cpu++) {
        irqmp->force[cpu] |= broadcast;
    }
}

/* Number of the highest bit that is set; 0: none is. */
static uint32_t irqmp_highest(uint32_t interrupts)
{
    return 31 - (uint32_t)__builtin_clz(interrupts | 1);
}

static uint32_t irqmp_extended(const struct irqmp *irqmp, uint32_t cpu)
{
    return irqmp->pending & irqmp->mask[cpu] & EXTENDED;
}

/* The interrupts 1..15 that are requested of the CPU. */
static uint32_t irqmp_wanted(const struct irqmp *irqmp, uint32_t cpu)
{
    uint32_t wanted = (irqmp->pending | irqmp->force[cpu]) & irqmp->mask[cpu] & NORMAL;
    if (irqmp_extended(irqmp, cpu)) {
        wanted |= 1u << irqmp->eirq; /* even if the mask bit of eirq itself is 0 */
    }
    return wanted;
}

static uint32_t irqmp_level_of(const struct irqmp *irqmp, uint32_t wanted)
{
    uint32_t first = wanted & irqmp->ilevel;
    return irqmp_highest(first != 0 ? first : wanted);
}

/* The lines that would interrupt the CPU above `level`: for 1..15 the line is the level, 16..31
 * come at level `eirq`. */
static uint32_t irqmp_enabled(void *instance, uint32_t cpu, uint32_t level)
{
    const struct irqmp *irqmp = instance;
    uint32_t above = NORMAL & ~((2u << level) - 1);
    above |= irqmp->eirq > level ? EXTENDED : 0;
    return cpu < irqmp->cpu_count ? irqmp->mask[cpu] & above : 0;
}

/* No interrupt is requested of the CPU, and none was before: there is nothing to deliver. */
static int irqmp_is_idle(const struct irqmp *irqmp, uint32_t cpu)
{
    uint32_t wanted = (irqmp->pending | irqmp->force[cpu]) & irqmp->mask[cpu];
    return (wanted | irqmp->level[cpu]) == 0;
}

/* Two interrupts are requested at once, and ilevel decides which comes first.  In hardware ilevel
 * may have no reset, so the choice is undefined until software has written it.  Logs this once. */
static L3_APART void irqmp_blame_ilevel(struct irqmp *irqmp)
{
    irqmp->ilevel_known = 1;
    irqmp->services->log(irqmp->host, L3_LOG_GUEST_ERROR,
                         "two interrupts are wanted at once, and the level register was never "
                         "written: hardware does not reset it; here it is 0");
}

/* Gives one CPU its interrupt level, if it has changed. */
static L3_APART void irqmp_deliver(struct irqmp *irqmp, uint32_t cpu)
{
    uint32_t wanted = irqmp_wanted(irqmp, cpu);
    uint32_t level = irqmp_level_of(irqmp, wanted);
    if ((wanted & (wanted - 1)) != 0 && !irqmp->ilevel_known) {
        irqmp_blame_ilevel(irqmp);
    }
    if (level != irqmp->level[cpu]) {
        irqmp->level[cpu] = level;
        irqmp->services->system->cpu_irq_level(irqmp->host, cpu, level);
    }
}

static void irqmp_update(struct irqmp *irqmp)
{
    irqmp_sample(irqmp);
    for (uint32_t cpu = 0; cpu < irqmp->cpu_count; cpu++) {
        irqmp_deliver(irqmp, cpu);
    }
}

static void irqmp_pin_input(void *instance, uint32_t pin, uint32_t level)
{
    struct irqmp *irqmp = instance;
    uint32_t bit = 1u << (pin & 31);
    irqmp->lines = level ? irqmp->lines | bit : irqmp->lines & ~bit;
    irqmp_update(irqmp);
}

/* The CPU took the trap: clears the force bit of the interrupt if it is set, else the pending
 * bit. */
static void irqmp_acknowledge(void *instance, uint32_t cpu, uint32_t level)
{
    struct irqmp *irqmp = instance;
    uint32_t bit = 1u << (level & 15) & NORMAL;
    if (cpu >= irqmp->cpu_count || bit == 0) {
        return;
    }
    uint32_t extended = irqmp_extended(irqmp, cpu);
    irqmp->pending &= ~(bit & ~irqmp->force[cpu]);
    irqmp->force[cpu] &= ~bit;
    if (irqmp->eirq != 0 && level == irqmp->eirq) {
        uint32_t number = irqmp_highest(extended);
        irqmp->extack[cpu] = extended != 0 ? number : 0;
        irqmp->pending &= ~(extended != 0 ? 1u << number : 0);
    }
    irqmp_update(irqmp);
}

/* ---- registers ---- */

static void irqmp_write_ilevel(void *instance, uint32_t index, uint32_t value)
{
    struct irqmp *irqmp = instance;
    (void)index;
    (void)value;
    irqmp->ilevel_known = 1;
    irqmp_update(irqmp);
}

static void irqmp_write_any(void *instance, uint32_t index, uint32_t value)
{
    (void)index;
    (void)value;
    irqmp_update(instance);
}

static void irqmp_write_pending(void *instance, uint32_t index, uint32_t value)
{
    struct irqmp *irqmp = instance;
    (void)index;
    irqmp->pending = value & irqmp->valid;
    irqmp_update(irqmp);
}

static void irqmp_write_clear(void *instance, uint32_t index, uint32_t value)
{
    struct irqmp *irqmp = instance;
    (void)index;
    irqmp->pending &= ~value;
    irqmp_update(irqmp);
}

/* A mask changes what its own CPU gets, so no other CPU is looked at. */
static void irqmp_write_mask(void *instance, uint32_t index, uint32_t value)
{
    struct irqmp *irqmp = instance;
    irqmp->mask[index] = value & irqmp->valid;
    if (!irqmp_is_idle(irqmp, index)) {
        irqmp_deliver(irqmp, index);
    }
}

static uint32_t irqmp_read_force0(void *instance, uint32_t index, uint32_t value)
{
    const struct irqmp *irqmp = instance;
    (void)value;
    return irqmp->force[index];
}

static void irqmp_write_force0(void *instance, uint32_t index, uint32_t value)
{
    struct irqmp *irqmp = instance;
    irqmp->force[index] = value & NORMAL;
    irqmp_update(irqmp);
}

static void irqmp_write_force(void *instance, uint32_t index, uint32_t value)
{
    struct irqmp *irqmp = instance;
    uint32_t cleared = value >> FORCE_CLEAR_LOW;
    irqmp->force[index] = (irqmp->force[index] | value) & ~cleared & NORMAL;
    irqmp_update(irqmp);
}

/* One bit for each CPU that is in the given state. */
static uint32_t irqmp_cpus_in(const struct irqmp *irqmp, uint32_t status)
{
    uint32_t cpus = 0;
    for (uint32_t cpu = 0; cpu < irqmp->cpu_count; cpu++) {
        if (irqmp->services->system->cpu_status(irqmp->host, cpu) == status) {
            cpus |= 1u << cpu;
        }
    }
    return cpus;
}

static uint32_t irqmp_read_mpstat(void *instance, uint32_t index, uint32_t value)
{
    const struct irqmp *irqmp = instance;
    (void)index;
    (void)value;
    uint32_t mpstat = (irqmp->cpu_count - 1) << MPSTAT_NCPU_LOW;
    mpstat |= irqmp->cpu_count > 1 ? MPSTAT_BROADCAST : 0;
    mpstat |= irqmp->boot ? MPSTAT_BOOT : 0;
    mpstat |= irqmp->eirq << MPSTAT_EIRQ_LOW;
    return mpstat | irqmp_cpus_in(irqmp, L3_CPU_POWER_DOWN);
}

static void irqmp_write_mpstat(void *instance, uint32_t index, uint32_t value)
{
    struct irqmp *irqmp = instance;
    (void)index;
    for (uint32_t cpu = 0; cpu < irqmp->cpu_count; cpu++) {
        if (value >> cpu & 1) {
            irqmp->services->system->cpu_wake(irqmp->host, cpu);
        }
    }
}

/* With a single CPU there is nothing to broadcast to, and the address shows the status register. */
static uint32_t irqmp_read_broadcast(void *instance, uint32_t index, uint32_t value)
{
    const struct irqmp *irqmp = instance;
    return irqmp->cpu_count > 1 ? value : irqmp_read_mpstat(instance, index, value);
}

static uint32_t irqmp_read_errstat(void *instance, uint32_t index, uint32_t value)
{
    (void)index;
    (void)value;
    return irqmp_cpus_in(instance, L3_CPU_ERROR);
}

static void irqmp_write_errstat(void *instance, uint32_t index, uint32_t value)
{
    struct irqmp *irqmp = instance;
    (void)index;
    for (uint32_t cpu = 0; irqmp->boot && cpu < irqmp->cpu_count; cpu++) {
        if (value >> cpu & 1) {
            irqmp->services->system->cpu_force_error(irqmp->host, cpu);
        }
    }
}

/* The eight words behind the masks of CPUs 0..7 are boot addresses or, in a system of more than
 * eight CPUs, the masks of the others. */
static void irqmp_write_boot(void *instance, uint32_t index, uint32_t value)
{
    struct irqmp *irqmp = instance;
    const struct l3_system_services *system = irqmp->services->system;
    if (irqmp->cpu_count > CPU_BOOT) {
        irqmp_write_mask(instance, index + CPU_BOOT, value);
        return;
    }
    system->cpu_boot_address(irqmp->host, index, value & BOOT_ADDRESS);
    if (value & BOOT_RESUME) {
        system->cpu_wake(irqmp->host, index);
    }
}

#define MASKS   0x40
#define BOOTS   0x60
#define FORCES  0x80
#define EXTACKS 0xc0

/* clang-format off */
static const struct l3_register irqmp_registers[] = {
    /*          offset name       reset readable stored  w1c */
    L3_REGISTER(0x00,  "ilevel",  0,    NORMAL,  NORMAL, 0, NULL, irqmp_write_ilevel),
    L3_REGISTER(0x04,  "ipend",   0,    LINES,   0,      0, NULL, irqmp_write_pending),
    L3_REGISTER(0x08,  "iforce0", 0,    0,       0,      0, irqmp_read_force0, irqmp_write_force0),
    L3_REGISTER(0x0c,  "iclear",  0,    0,       0,      0, NULL, irqmp_write_clear),
    L3_REGISTER(0x10,  "mpstat",  0,    0,       0,      0, irqmp_read_mpstat, irqmp_write_mpstat),
    L3_REGISTER(0x14,  "brdcst",  0,    NORMAL,  NORMAL, 0, irqmp_read_broadcast, irqmp_write_any),
    L3_REGISTER(0x18,  "errstat", 0,    0,       0,      0, irqmp_read_errstat,
                irqmp_write_errstat),
    L3_REGISTER(0x1c,  "unused",  0,    0,       0,      0, NULL, NULL),
    L3_REGISTER_ARRAY(MASKS, "pimask", 0, LINES, 0, 0, NULL, irqmp_write_mask, CPU_BOOT, 4),
    L3_REGISTER_ARRAY(BOOTS, "baddr", 0, LINES, 0, 0, NULL, irqmp_write_boot, CPU_BOOT, 4),
    L3_REGISTER_ARRAY(FORCES, "piforce", 0, NORMAL, 0, 0, NULL, irqmp_write_force, CPU_MAX, 4),
    L3_REGISTER_ARRAY(EXTACKS, "pextack", 0, 0x1f, 0, 0, NULL, NULL, CPU_MAX, 4),
};
/* clang-format on */

static const struct l3_region irqmp_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = 0x100,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
    .registers = irqmp_registers,
    .register_count = sizeof irqmp_registers / sizeof irqmp_registers[0],
}};

/* Below the masks the core does not decode address bit 5, so the registers at 0x00 appear again at
 * 0x20.  Is this offset such an image? */
static int irqmp_is_image(uint64_t offset)
{
    return offset < MASKS && (offset & 0x20) != 0;
}

static struct l3_request irqmp_move(const struct l3_request *request)
{
    struct l3_request moved = *request;
    moved.offset &= 0x1f;
    return moved;
}

static L3_APART int32_t irqmp_read_image(struct irqmp *irqmp, struct l3_request *request)
{
    struct l3_request moved = irqmp_move(request);
    int32_t result = l3_regfile_read(&irqmp->regs, &moved);
    request->value = moved.value;
    return result;
}

static int32_t irqmp_read(void *instance, struct l3_request *request)
{
    struct irqmp *irqmp = instance;
    if (irqmp_is_image(request->offset)) {
        return irqmp_read_image(irqmp, request);
    }
    return l3_regfile_read(&irqmp->regs, request);
}

static L3_APART int32_t irqmp_write_other(struct irqmp *irqmp, const struct l3_request *request)
{
    if (irqmp_is_image(request->offset)) {
        struct l3_request moved = irqmp_move(request);
        return l3_regfile_write(&irqmp->regs, &moved);
    }
    return l3_regfile_write(&irqmp->regs, request);
}

/* Mask writes have a short way, because software makes them most often: drivers mask a line at the
 * beginning of each critical section and unmask it at the end. */
static int32_t irqmp_write(void *instance, struct l3_request *request)
{
    struct irqmp *irqmp = instance;
    uint64_t cpu = (request->offset - MASKS) / 4;
    if (cpu < irqmp->mask_count) {
        irqmp_write_mask(irqmp, (uint32_t)cpu, (uint32_t)request->value);
        return L3_OK;
    }
    return irqmp_write_other(irqmp, request);
}

/* ---- life ---- */

/* All lines are low when a reset begins.  Those that other devices drive high in their reset() come
 * through pin_input() later, when all devices have been reset. */
static void irqmp_reset(void *instance, uint32_t cause)
{
    struct irqmp *irqmp = instance;
    (void)cause;
    l3_regfile_reset(&irqmp->regs);
    irqmp->lines = 0;
    irqmp->ilevel_known = 0;
    for (uint32_t cpu = 0; cpu < irqmp->cpu_count; cpu++) {
        irqmp->level[cpu] = 0;
        irqmp->services->system->cpu_irq_level(irqmp->host, cpu, 0);
    }
}

static void irqmp_destroy(void *instance)
{
    struct irqmp *irqmp = instance;
    l3_regfile_destroy(&irqmp->regs);
    free(irqmp);
}

static int irqmp_configure(struct irqmp *irqmp)
{
    struct l3_host *host = irqmp->host;
    const struct l3_services *services = irqmp->services;
    irqmp->cpu_count = services->system->cpu_count(host);
    if (irqmp->cpu_count == 0 || irqmp->cpu_count > CPU_MAX) {
        services->fail(host, "%u CPUs; an IRQMP serves 1 to %u", (unsigned)irqmp->cpu_count,
                       (unsigned)CPU_MAX);
        return 0;
    }
    irqmp->eirq = (uint32_t)services->property_uint(host, "eirq");
    irqmp->valid = irqmp->eirq != 0 ? LINES : NORMAL;
    irqmp->boot = (uint32_t)services->property_uint(host, "bootreg");
    if (!l3_regfile_create(&irqmp->regs)) {
        return 0;
    }
    uint32_t upper = irqmp->boot ? irqmp->cpu_count : 0;
    if (irqmp->cpu_count > CPU_BOOT) {
        upper = irqmp->cpu_count - CPU_BOOT;
    }
    irqmp->mask_count = irqmp->cpu_count < CPU_BOOT ? irqmp->cpu_count : CPU_BOOT;
    l3_regfile_limit(&irqmp->regs, MASKS, irqmp->cpu_count);
    l3_regfile_limit(&irqmp->regs, BOOTS, upper);
    l3_regfile_limit(&irqmp->regs, FORCES, irqmp->cpu_count);
    l3_regfile_limit(&irqmp->regs, EXTACKS, irqmp->cpu_count);
    return 1;
}

static void *irqmp_create(struct l3_host *host, const struct l3_services *services)
{
    struct irqmp *irqmp = calloc(1, sizeof *irqmp);
    if (irqmp == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    irqmp->host = host;
    irqmp->services = services;
    irqmp->regs = (struct l3_regfile){
        .host = host,
        .services = services,
        .region = &irqmp_regions[0],
        .instance = irqmp,
        .values = irqmp->values,
        .value_count = sizeof irqmp->values / sizeof irqmp->values[0],
    };
    if (!irqmp_configure(irqmp)) {
        free(irqmp);
        return NULL;
    }
    return irqmp;
}

/* ---- description ---- */

/* clang-format off */
static const struct l3_property irqmp_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "eirq", "0", 0, 15,
     "interrupt that stands for the extended interrupts 16 to 31; 0: there are none"},
    {sizeof(struct l3_property), L3_PROPERTY_BOOL, "bootreg", "on", 0, 0,
     "error mode and boot address registers are there"},
};
/* clang-format on */

#define FIELD(member, field_count)                                                                 \
    {                                                                                              \
        .struct_size = sizeof(struct l3_state_field), .offset = offsetof(struct irqmp, member),    \
        .size = 4, .count = (field_count), .name = #member                                         \
    }

static const struct l3_state_field irqmp_state[] = {
    FIELD(values, 8 + 3 * CPU_MAX),
    FIELD(lines, 1),
    FIELD(ilevel_known, 1),
    FIELD(level, CPU_MAX),
};

static const struct l3_pnp irqmp_pnp = {
    sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_GAISLER, 0x00d, 4, 0,
};

static const struct l3_device_class irqmp = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "irqmp",
    .summary = "interrupt controller for up to 16 CPUs",
    .version = "1.0",
    .flags = L3_CLASS_IRQ_CONTROLLER,
    .properties = irqmp_properties,
    .property_count = sizeof irqmp_properties / sizeof irqmp_properties[0],
    .regions = irqmp_regions,
    .region_count = 1,
    .input_pin_count = 32,
    .state = irqmp_state,
    .state_count = sizeof irqmp_state / sizeof irqmp_state[0],
    .pnp = &irqmp_pnp,
    .create = irqmp_create,
    .destroy = irqmp_destroy,
    .reset = irqmp_reset,
    .read = irqmp_read,
    .write = irqmp_write,
    .pin_input = irqmp_pin_input,
    .irq_acknowledge = irqmp_acknowledge,
    .irq_enabled = irqmp_enabled,
};
L3_DEVICE_CLASS(irqmp)
