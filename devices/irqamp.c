// SPDX-License-Identifier: MIT
/*
 * IRQ(A)MP: interrupt controller with interrupt map, time stamps and up to four internal
 * controllers, for up to 8 CPUs (GR740 user's manual, chapter 21; irqamp.vhd).
 *
 *     bus lines --> map --> lines 1..31 --> in each controller pending or, broadcast, force[cpu]
 *
 *     (pending of the CPU's controller | force[cpu]) & mask[cpu]   highest first, level 1 before 0
 *
 * Each controller has a page of 4 KiB with all registers.  Level, pending, broadcast and time stamp
 * registers exist once per controller.  Mask, force and acknowledge registers exist once per CPU:
 * they can be read in every page, and written only in the page of the controller that the CPU is
 * routed to.  Error and boot registers and the map are in the first page only.
 *
 * Pending, force, acknowledge and extended interrupts work as in an IRQMP (irqmp.c).  IRQ(A)MP is a
 * device of its own, as it is in GRLIB, because most registers that IRQMP has once are arrays here.
 *
 * Time stamps hold the value of a counter at which the selected line rose and at which a CPU took
 * the interrupt.  The counter counts bus cycles.
 *
 * Not modelled: watchdog inputs; the watchdog control register shows that there are none.
 */
#include <stddef.h>
#include <stdlib.h>

#include <leon3emu/device.h>

#define CPU_MAX        8
#define CONTROLLER_MAX 4
#define STAMP_MAX      4
#define LINE_COUNT     32
#define MAP_WORDS      (LINE_COUNT / 4)

#define NORMAL   0x0000fffeu /* interrupts 1..15 */
#define EXTENDED 0xffff0000u /* interrupts 16..31 */
#define LINES    (NORMAL | EXTENDED)

/* Registers, in bytes from the start of a page; arrays are words. */
#define PAGE     0x1000u
#define ILEVEL   0x00
#define IPEND    0x04
#define IFORCE0  0x08
#define ICLEAR   0x0c
#define MPSTAT   0x10
#define BRDCST   0x14
#define ERRSTAT  0x18
#define WDOGCTRL 0x1c
#define ASMPCTRL 0x20
#define ICSELR0  0x24
#define BLOCK    0x40u /* size of the block of registers above, and of each block of these */
#define PIMASK   0x040
#define PIFORCE  0x080
#define PEXTACK  0x0c0
#define ITSTMP   0x100 /* sets of counter, control, assertion, acknowledge */
#define BADDR    0x200
#define IRQMAP   0x300

#define MPSTAT_NCPU_LOW  28
#define MPSTAT_BROADCAST 0x08000000u
#define MPSTAT_BOOT      0x04000000u /* error and boot registers are there */
#define MPSTAT_EIRQ_LOW  16

#define ASMP_COUNT_LOW 28
#define ASMP_ICF       0x2u /* every controller may force interrupts on every CPU */
#define ASMP_LOCK      0x1u /* the select registers cannot be written */

#define STAMP_COUNT_LOW 27
#define STAMP_S1        0x04000000u /* assertion was stamped */
#define STAMP_S2        0x02000000u /* acknowledge was stamped */
#define STAMP_KEEP      0x00000020u /* KS: keep the stamps until software clears S1 and S2 */
#define STAMP_SELECT    0x0000001fu

#define BOOT_ADDRESS 0xfffffff8u
#define BOOT_RESUME  0x1u

#define FORCE_CLEAR_LOW 16 /* bits 31:17 of a write to force[n] clear 15:1 */

struct irqamp_stamp {
    uint32_t control, asserted, acknowledged;
};

struct irqamp_controller {
    uint32_t ilevel, pending, broadcast;
    struct irqamp_stamp stamps[STAMP_MAX];
};

/* What a snapshot holds: nothing but words. */
struct irqamp_state {
    struct irqamp_controller controllers[CONTROLLER_MAX];
    uint32_t mask[CPU_MAX], force[CPU_MAX], extack[CPU_MAX];
    uint32_t asmp;   /* ICF and lock */
    uint32_t select; /* which controller a CPU belongs to, 4 bits each from the top */
    uint32_t map[MAP_WORDS];
    uint32_t lines;          /* lines of the bus that are high */
    uint32_t level[CPU_MAX]; /* interrupt level last given to cpu_irq_level() for each CPU */
    /* a bit for each controller: its level register was written, or the warning that it was not was
     * logged */
    uint32_t ilevel_known;
};

struct irqamp {
    struct l3_host *host;
    const struct l3_services *services;
    uint32_t cpu_count;
    uint32_t controller_count; /* a power of two */
    uint32_t stamp_count;      /* sets of time stamp registers that each controller has */
    uint32_t eirq;             /* interrupt that 16..31 share; 0: 16..31 do not exist */
    uint32_t valid;            /* interrupts that exist */
    struct irqamp_state state;
};

/* ---- routing ---- */

/* Number of the controller that a CPU belongs to. */
static uint32_t irqamp_page_of(const struct irqamp *irqamp, uint32_t cpu)
{
    return irqamp->state.select >> (28 - 4 * cpu) & (irqamp->controller_count - 1);
}

static struct irqamp_controller *irqamp_controller_of(struct irqamp *irqamp, uint32_t cpu)
{
    return &irqamp->state.controllers[irqamp_page_of(irqamp, cpu)];
}

/* The controllers' interrupt number for a bus line, by the interrupt map; 0: none. */
static uint32_t irqamp_map(const struct irqamp *irqamp, uint32_t line)
{
    return irqamp->state.map[line / 4] >> (24 - line % 4 * 8) & 31;
}

/* ---- time stamps ---- */

static void irqamp_stamp_assertion(struct irqamp *irqamp, uint32_t line)
{
    for (uint32_t i = 0; line != 0 && i < irqamp->controller_count * irqamp->stamp_count; i++) {
        struct irqamp_controller *controller = &irqamp->state.controllers[i / irqamp->stamp_count];
        struct irqamp_stamp *stamp = &controller->stamps[i % irqamp->stamp_count];
        uint32_t kept = stamp->control & STAMP_KEEP;
        if ((stamp->control & STAMP_SELECT) != line || (kept && stamp->control & STAMP_S1)) {
            continue;
        }
        stamp->asserted = (uint32_t)irqamp->services->cycles(irqamp->host);
        stamp->control &= kept ? ~0u : ~STAMP_S2;
        stamp->control |= STAMP_S1;
    }
}

static void irqamp_stamp_acknowledge(struct irqamp *irqamp, uint32_t cpu, uint32_t line)
{
    struct irqamp_controller *controller = irqamp_controller_of(irqamp, cpu);
    for (uint32_t i = 0; i < irqamp->stamp_count; i++) {
        struct irqamp_stamp *stamp = &controller->stamps[i];
        if ((stamp->control & STAMP_SELECT) == line && (stamp->control & STAMP_S2) == 0) {
            stamp->acknowledged = (uint32_t)irqamp->services->cycles(irqamp->host);
            stamp->control |= STAMP_S2;
        }
    }
}

/* ---- delivery ---- */

/* A line that is high sets its bit in each controller's pending register or, where its broadcast
 * bit is set, in the force registers of the controller's CPUs. */
static void irqamp_sample(struct irqamp *irqamp)
{
    struct irqamp_state *state = &irqamp->state;
    uint32_t lines = 0;
    for (uint32_t line = 0; line < LINE_COUNT; line++) {
        lines |= (state->lines >> line & 1) << irqamp_map(irqamp, line) & irqamp->valid;
    }
    for (uint32_t i = 0; i < irqamp->controller_count; i++) {
        state->controllers[i].pending |= lines & ~state->controllers[i].broadcast;
    }
    for (uint32_t cpu = 0; cpu < irqamp->cpu_count; cpu++) {
        state->force[cpu] |= lines & irqamp_controller_of(irqamp, cpu)->broadcast;
    }
}

static uint32_t irqamp_highest(uint32_t interrupts)
{
    uint32_t highest = 0;
    while (interrupts > 1) {
        interrupts >>= 1;
        highest++;
    }
    return highest;
}

/* Two interrupts are requested of a CPU at once, and the level register of its controller decides
 * which comes first.  In hardware that register has no reset (irqamp.vhd: only with RESET_ALL), so
 * the choice is undefined until software has written it.  Logs this once. */
static void irqamp_note_choice(struct irqamp *irqamp, uint32_t cpu)
{
    uint32_t page = irqamp_page_of(irqamp, cpu);
    if ((irqamp->state.ilevel_known >> page & 1) == 0) {
        irqamp->state.ilevel_known |= 1u << page;
        irqamp->services->log(irqamp->host, L3_LOG_GUEST_ERROR,
                              "two interrupts are wanted at once, and the level register of "
                              "controller %u was never written: hardware does not reset it; here "
                              "it is 0",
                              (unsigned)page);
    }
}

static uint32_t irqamp_level_of(struct irqamp *irqamp, uint32_t cpu)
{
    const struct irqamp_state *state = &irqamp->state;
    const struct irqamp_controller *controller = irqamp_controller_of(irqamp, cpu);
    uint32_t wanted = (controller->pending | state->force[cpu]) & state->mask[cpu] & NORMAL;
    if (controller->pending & state->mask[cpu] & EXTENDED) {
        wanted |= 1u << irqamp->eirq; /* even if the mask bit of eirq itself is 0 */
    }
    if (wanted & (wanted - 1)) {
        irqamp_note_choice(irqamp, cpu);
    }
    uint32_t first = wanted & controller->ilevel;
    return irqamp_highest(first != 0 ? first : wanted);
}

/* The bus lines that would interrupt the CPU above `level`.  The map makes an interrupt number of a
 * line: 1..15 is itself the level, 16..31 come at level `eirq`. */
static uint32_t irqamp_enabled(void *instance, uint32_t cpu, uint32_t level)
{
    const struct irqamp *irqamp = instance;
    uint32_t above = NORMAL & ~((2u << level) - 1);
    uint32_t lines = 0;
    above |= irqamp->eirq > level ? EXTENDED : 0;
    above &= cpu < irqamp->cpu_count ? irqamp->state.mask[cpu] : 0;
    for (uint32_t line = 1; line < LINE_COUNT; line++) {
        lines |= (above >> irqamp_map(irqamp, line) & 1) << line;
    }
    return lines;
}

/* Called after each change of lines or registers.  Gives each CPU its interrupt level, if it
 * changed. */
static void irqamp_update(struct irqamp *irqamp)
{
    irqamp_sample(irqamp);
    for (uint32_t cpu = 0; cpu < irqamp->cpu_count; cpu++) {
        uint32_t level = irqamp_level_of(irqamp, cpu);
        if (level != irqamp->state.level[cpu]) {
            irqamp->state.level[cpu] = level;
            irqamp->services->system->cpu_irq_level(irqamp->host, cpu, level);
        }
    }
}

static void irqamp_pin_input(void *instance, uint32_t pin, uint32_t level)
{
    struct irqamp *irqamp = instance;
    uint32_t bit = 1u << (pin & 31);
    if (level && (irqamp->state.lines & bit) == 0) {
        irqamp_stamp_assertion(irqamp, irqamp_map(irqamp, pin & 31));
    }
    irqamp->state.lines = level ? irqamp->state.lines | bit : irqamp->state.lines & ~bit;
    irqamp_update(irqamp);
}

/* A CPU that takes interrupt eirq takes the highest extended interrupt with it.  The acknowledge
 * register gets its number; as this is at least 16, bit 4 tells software that there was an extended
 * interrupt. */
static void irqamp_acknowledge_extended(struct irqamp *irqamp, uint32_t cpu)
{
    struct irqamp_state *state = &irqamp->state;
    struct irqamp_controller *controller = irqamp_controller_of(irqamp, cpu);
    uint32_t extended = controller->pending & state->mask[cpu] & EXTENDED;
    state->extack[cpu] = irqamp_highest(extended);
    if (extended != 0) {
        irqamp_stamp_acknowledge(irqamp, cpu, state->extack[cpu]);
        controller->pending &= ~(1u << state->extack[cpu]);
    }
}

/* The CPU took the trap: clears the force bit of the interrupt if it is set, else the pending
 * bit. */
static void irqamp_acknowledge(void *instance, uint32_t cpu, uint32_t level)
{
    struct irqamp *irqamp = instance;
    struct irqamp_state *state = &irqamp->state;
    uint32_t bit = 1u << (level & 15) & NORMAL;
    if (cpu >= irqamp->cpu_count || bit == 0) {
        return;
    }
    irqamp_stamp_acknowledge(irqamp, cpu, level);
    if (level == irqamp->eirq) {
        irqamp_acknowledge_extended(irqamp, cpu);
    }
    irqamp_controller_of(irqamp, cpu)->pending &= ~(bit & ~state->force[cpu]);
    state->force[cpu] &= ~bit;
    irqamp_update(irqamp);
}

/* ---- reading ---- */

/* One bit for each CPU that is in the given state. */
static uint32_t irqamp_cpus_in(const struct irqamp *irqamp, uint32_t status)
{
    uint32_t cpus = 0;
    for (uint32_t cpu = 0; cpu < irqamp->cpu_count; cpu++) {
        if (irqamp->services->system->cpu_status(irqamp->host, cpu) == status) {
            cpus |= 1u << cpu;
        }
    }
    return cpus;
}

static uint32_t irqamp_read_mpstat(const struct irqamp *irqamp, uint32_t page)
{
    uint32_t mpstat = (irqamp->cpu_count - 1) << MPSTAT_NCPU_LOW;
    mpstat |= irqamp->cpu_count > 1 ? MPSTAT_BROADCAST : 0;
    mpstat |= page == 0 ? MPSTAT_BOOT : 0;
    mpstat |= irqamp->eirq << MPSTAT_EIRQ_LOW;
    return mpstat | irqamp_cpus_in(irqamp, L3_CPU_POWER_DOWN);
}

static uint32_t irqamp_read_low(const struct irqamp *irqamp, uint32_t page, uint32_t offset)
{
    const struct irqamp_state *state = &irqamp->state;
    const struct irqamp_controller *controller = &state->controllers[page];
    switch (offset) {
    case ILEVEL:
        return controller->ilevel;
    case IPEND:
        return controller->pending;
    case IFORCE0:
        return state->force[0];
    case MPSTAT:
        return irqamp_read_mpstat(irqamp, page);
    case BRDCST: /* with a single CPU there is nothing to broadcast to */
        return irqamp->cpu_count > 1 ? controller->broadcast : irqamp_read_mpstat(irqamp, page);
    case ERRSTAT:
        return page == 0 ? irqamp_cpus_in(irqamp, L3_CPU_ERROR) : 0;
    case ASMPCTRL:
        return (irqamp->controller_count - 1) << ASMP_COUNT_LOW | state->asmp;
    case ICSELR0:
        return state->select;
    default: /* ICLEAR, WDOGCTRL */
        return 0;
    }
}

static uint32_t irqamp_read_stamp(const struct irqamp *irqamp, uint32_t page, uint32_t offset)
{
    uint32_t set = (offset - ITSTMP) / 16;
    const struct irqamp_stamp *stamp = &irqamp->state.controllers[page].stamps[set];
    if (set >= irqamp->stamp_count) {
        return 0;
    }
    switch (offset / 4 % 4) {
    case 0:
        return (uint32_t)irqamp->services->cycles(irqamp->host);
    case 1:
        return stamp->control | irqamp->stamp_count << STAMP_COUNT_LOW;
    case 2:
        return stamp->asserted;
    default:
        return stamp->acknowledged;
    }
}

static uint32_t irqamp_read_register(const struct irqamp *irqamp, uint32_t page, uint32_t offset)
{
    const struct irqamp_state *state = &irqamp->state;
    uint32_t index = offset % BLOCK / 4;
    switch (offset - offset % BLOCK) {
    case 0:
        return irqamp_read_low(irqamp, page, offset);
    case PIMASK:
        return index < CPU_MAX ? state->mask[index] : 0;
    case PIFORCE:
        return index < CPU_MAX ? state->force[index] : 0;
    case PEXTACK:
        return index < CPU_MAX ? state->extack[index] : 0;
    case ITSTMP:
        return irqamp_read_stamp(irqamp, page, offset);
    case IRQMAP:
        return page == 0 && index < MAP_WORDS ? state->map[index] : 0;
    default: /* BADDR */
        return 0;
    }
}

/* ---- writing ---- */

/* Software starts a CPU in the page of the CPU's controller; in other pages its bit is ignored. */
static void irqamp_write_mpstat(const struct irqamp *irqamp, uint32_t page, uint32_t value)
{
    for (uint32_t cpu = 0; cpu < irqamp->cpu_count; cpu++) {
        if ((value >> cpu & 1) != 0 && irqamp_page_of(irqamp, cpu) == page) {
            irqamp->services->system->cpu_wake(irqamp->host, cpu);
        }
    }
}

static void irqamp_write_errstat(const struct irqamp *irqamp, uint32_t value)
{
    for (uint32_t cpu = 0; cpu < irqamp->cpu_count; cpu++) {
        if (value >> cpu & 1) {
            irqamp->services->system->cpu_force_error(irqamp->host, cpu);
        }
    }
}

static void irqamp_write_select(struct irqamp *irqamp, uint32_t value)
{
    uint32_t fields = (irqamp->controller_count - 1) * 0x11111111u;
    uint32_t cpus = UINT32_MAX << (32 - 4 * irqamp->cpu_count);
    if ((irqamp->state.asmp & ASMP_LOCK) == 0) {
        irqamp->state.select = value & fields & cpus;
    }
}

static void irqamp_write_low(struct irqamp *irqamp, uint32_t page, uint32_t offset, uint32_t value)
{
    struct irqamp_state *state = &irqamp->state;
    struct irqamp_controller *controller = &state->controllers[page];
    switch (offset) {
    case ILEVEL:
        controller->ilevel = value & NORMAL;
        state->ilevel_known |= 1u << page;
        break;
    case IPEND:
        controller->pending = value & irqamp->valid;
        break;
    case IFORCE0:
        state->force[0] = irqamp_page_of(irqamp, 0) == page ? value & NORMAL : state->force[0];
        break;
    case ICLEAR:
        controller->pending &= ~value;
        break;
    case MPSTAT:
        irqamp_write_mpstat(irqamp, page, value);
        break;
    case BRDCST:
        controller->broadcast = irqamp->cpu_count > 1 ? value & NORMAL : 0;
        break;
    case ERRSTAT:
        irqamp_write_errstat(irqamp, page == 0 ? value : 0);
        break;
    case ASMPCTRL:
        state->asmp = irqamp->controller_count > 1 ? value & (ASMP_ICF | ASMP_LOCK) : 0;
        break;
    case ICSELR0:
        irqamp_write_select(irqamp, value);
        break;
    }
}

static void irqamp_write_boot(const struct irqamp *irqamp, uint32_t page, uint32_t cpu,
                              uint32_t value)
{
    const struct l3_system_services *system = irqamp->services->system;
    if (page != 0 || cpu >= irqamp->cpu_count) {
        return;
    }
    system->cpu_boot_address(irqamp->host, cpu, value & BOOT_ADDRESS);
    if (value & BOOT_RESUME) {
        system->cpu_wake(irqamp->host, cpu);
    }
}

/* The words behind the masks are the boot address registers, which are also at BADDR. */
static void irqamp_write_mask(struct irqamp *irqamp, uint32_t page, uint32_t index, uint32_t value)
{
    if (index >= CPU_MAX) {
        irqamp_write_boot(irqamp, page, index - CPU_MAX, value);
    } else if (index < irqamp->cpu_count && irqamp_page_of(irqamp, index) == page) {
        irqamp->state.mask[index] = value & irqamp->valid;
    }
}

static void irqamp_write_force(struct irqamp *irqamp, uint32_t page, uint32_t cpu, uint32_t value)
{
    if (cpu >= irqamp->cpu_count) {
        return;
    }
    uint32_t *force = &irqamp->state.force[cpu];
    int served = irqamp_page_of(irqamp, cpu) == page;
    uint32_t set = served || irqamp->state.asmp & ASMP_ICF ? value : 0;
    uint32_t cleared = served ? value >> FORCE_CLEAR_LOW : 0;
    *force = (*force | set) & ~cleared & NORMAL;
}

static void irqamp_write_stamp(struct irqamp *irqamp, uint32_t page, uint32_t offset,
                               uint32_t value)
{
    uint32_t set = (offset - ITSTMP) / 16;
    uint32_t *control = &irqamp->state.controllers[page].stamps[set].control;
    if (set < irqamp->stamp_count && offset / 4 % 4 == 1) {
        *control &= (STAMP_S1 | STAMP_S2) & ~value;
        *control |= value & (STAMP_KEEP | STAMP_SELECT);
    }
}

static void irqamp_write_register(struct irqamp *irqamp, uint32_t page, uint32_t offset,
                                  uint32_t value)
{
    uint32_t index = offset % BLOCK / 4;
    switch (offset - offset % BLOCK) {
    case 0:
        irqamp_write_low(irqamp, page, offset, value);
        break;
    case PIMASK:
        irqamp_write_mask(irqamp, page, index, value);
        break;
    case PIFORCE:
        irqamp_write_force(irqamp, page, index, value);
        break;
    case ITSTMP:
        irqamp_write_stamp(irqamp, page, offset, value);
        break;
    case BADDR:
        irqamp_write_boot(irqamp, page, index, value);
        break;
    case IRQMAP:
        if (page == 0 && index < MAP_WORDS) {
            irqamp->state.map[index] = value & (irqamp->eirq != 0 ? 0x1f1f1f1fu : 0x0f0f0f0fu);
        }
        break;
    }
}

/* ---- access ---- */

static int32_t irqamp_read(void *instance, struct l3_request *request)
{
    const struct irqamp *irqamp = instance;
    uint32_t page = (uint32_t)request->offset / PAGE & (irqamp->controller_count - 1);
    request->value = irqamp_read_register(irqamp, page, (uint32_t)request->offset % PAGE);
    return L3_OK;
}

static int32_t irqamp_write(void *instance, struct l3_request *request)
{
    struct irqamp *irqamp = instance;
    uint32_t page = (uint32_t)request->offset / PAGE & (irqamp->controller_count - 1);
    uint32_t offset = (uint32_t)request->offset % PAGE;
    irqamp_write_register(irqamp, page, offset, (uint32_t)request->value);
    irqamp_update(irqamp);
    return L3_OK;
}

/* ---- life ---- */

/* All lines are low when a reset begins.  Those that other devices drive high in their reset() come
 * through pin_input() later, when all devices have been reset. */
static void irqamp_reset(void *instance, uint32_t cause)
{
    struct irqamp *irqamp = instance;
    (void)cause;
    irqamp->state = (struct irqamp_state){0};
    for (uint32_t line = 0; line < LINE_COUNT; line++) {
        irqamp->state.map[line / 4] |= line << (24 - line % 4 * 8);
    }
    for (uint32_t cpu = 0; cpu < irqamp->cpu_count; cpu++) {
        irqamp->services->system->cpu_irq_level(irqamp->host, cpu, 0);
    }
}

static void *irqamp_create(struct l3_host *host, const struct l3_services *services)
{
    uint32_t cpu_count = services->system->cpu_count(host);
    uint32_t controller_count = (uint32_t)services->property_uint(host, "controllers");
    if (cpu_count == 0 || cpu_count > CPU_MAX || controller_count == 3) {
        services->fail(host,
                       "%u CPUs and %u internal controllers; there can be 1 to %u CPUs and 1, 2 or "
                       "4 controllers",
                       (unsigned)cpu_count, (unsigned)controller_count, (unsigned)CPU_MAX);
        return NULL;
    }
    struct irqamp *irqamp = calloc(1, sizeof *irqamp);
    if (irqamp == NULL) {
        services->fail(host, "out of memory");
        return NULL;
    }
    irqamp->host = host;
    irqamp->services = services;
    irqamp->cpu_count = cpu_count;
    irqamp->controller_count = controller_count;
    irqamp->stamp_count = (uint32_t)services->property_uint(host, "stamps");
    irqamp->eirq = (uint32_t)services->property_uint(host, "eirq");
    irqamp->valid = irqamp->eirq != 0 ? LINES : NORMAL;
    return irqamp;
}

/* ---- description ---- */

/* clang-format off */
static const struct l3_property irqamp_properties[] = {
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "controllers", "1", 1, CONTROLLER_MAX,
     "number of internal controllers: 1, 2 or 4"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "eirq", "0", 0, 15,
     "interrupt that stands for the extended interrupts 16 to 31; 0: there are none"},
    {sizeof(struct l3_property), L3_PROPERTY_UINT, "stamps", "0", 0, STAMP_MAX,
     "sets of time stamps of each internal controller"},
};
/* clang-format on */

static const struct l3_region irqamp_regions[] = {{
    .struct_size = sizeof(struct l3_region),
    .kind = L3_REGION_APB,
    .name = "registers",
    .size = CONTROLLER_MAX * PAGE,
    .valid_sizes = L3_SIZE_ALL,
    .native_sizes = L3_SIZE_4,
}};

static const struct l3_state_field irqamp_fields[] = {
    {sizeof(struct l3_state_field), offsetof(struct irqamp, state), 4,
     sizeof(struct irqamp_state) / 4, "state"},
};

static const struct l3_pnp irqamp_pnp = {
    sizeof(struct l3_pnp), L3_PNP_APB_SLAVE, L3_VENDOR_GAISLER, 0x00d, 4, 0,
};

static const struct l3_device_class irqamp = {
    .struct_size = sizeof(struct l3_device_class),
    .abi_version = L3_ABI_VERSION,
    .name = "irqamp",
    .summary = "interrupt controller with map, time stamps and several internal controllers",
    .version = "1.0",
    .flags = L3_CLASS_IRQ_CONTROLLER,
    .properties = irqamp_properties,
    .property_count = sizeof irqamp_properties / sizeof irqamp_properties[0],
    .regions = irqamp_regions,
    .region_count = 1,
    .input_pin_count = LINE_COUNT,
    .state = irqamp_fields,
    .state_count = 1,
    .pnp = &irqamp_pnp,
    .create = irqamp_create,
    .destroy = free,
    .reset = irqamp_reset,
    .read = irqamp_read,
    .write = irqamp_write,
    .pin_input = irqamp_pin_input,
    .irq_acknowledge = irqamp_acknowledge,
    .irq_enabled = irqamp_enabled,
};
L3_DEVICE_CLASS(irqamp)
