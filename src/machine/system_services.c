// SPDX-License-Identifier: MIT
/*
 * The services for cores that are part of the system (struct l3_system_services), and the plug&play
 * records of the cores on the bus.
 *
 * Record formats: GRLIB user's manual, "plug&play configuration".  Devices get their slots in board order;
 * the CPUs are the first AHB masters.
 */
#include <string.h>

#include "bits.h"
#include "machine/services.h"

enum { BAR_APB_IO = 1, BAR_AHB_MEMORY = 2, BAR_AHB_IO = 3 };

/* ---- CPUs ---- */

static struct cpu *find_cpu(struct l3_host *host, uint32_t number, const char *service)
{
    if (!services_are_open(host, service, HOST_CREATING)) {
        return NULL;
    }
    if (number >= host->machine->cpu_count) {
        services_misused(host, service, "there is no CPU %u; there are %u", number,
                         host->machine->cpu_count);
        return NULL;
    }
    return &host->machine->cpus[number];
}

static uint32_t system_cpu_count(struct l3_host *host)
{
    services_check_thread(host, "cpu_count");
    return host->machine->cpu_count;
}

static void system_cpu_irq_level(struct l3_host *host, uint32_t number, uint32_t level)
{
    struct cpu *cpu = find_cpu(host, number, "cpu_irq_level");
    if (cpu != NULL && level > 15) {
        services_misused(host, "cpu_irq_level", "level %u; 0 to 15 are possible", level);
    } else if (cpu != NULL) {
        cpu_set_irl(cpu, level);
        if (cpu_interrupt_is_due(cpu)) {
            exec_cpu_is_wanted(&host->machine->exec, cpu);
        }
    }
}

static uint32_t system_cpu_status(struct l3_host *host, uint32_t number)
{
    const struct cpu *cpu = find_cpu(host, number, "cpu_status");
    return cpu == NULL ? L3_CPU_ERROR : (uint32_t)cpu->status;
}

static void system_cpu_wake(struct l3_host *host, uint32_t number)
{
    struct cpu *cpu = find_cpu(host, number, "cpu_wake");
    if (cpu != NULL && cpu->status != CPU_RUNNING) {
        exec_cpu_is_wanted(&host->machine->exec, cpu);
        cpu->status = CPU_RUNNING;
        cpu_attention(cpu);
    }
}

static void system_cpu_boot_address(struct l3_host *host, uint32_t number, uint32_t address)
{
    struct cpu *cpu = find_cpu(host, number, "cpu_boot_address");
    if ((address & 3) != 0) {
        services_misused(host, "cpu_boot_address", "0x%x is not a multiple of 4", address);
    } else if (cpu != NULL && cpu->status != CPU_RUNNING) {
        cpu->pc = address;
        cpu->npc = address + 4;
    }
}

static void system_cpu_force_error(struct l3_host *host, uint32_t number)
{
    struct cpu *cpu = find_cpu(host, number, "cpu_force_error");
    if (cpu != NULL) {
        cpu->et = false;
        cpu_trap(cpu, cpu->tt);
    }
}

static void system_reset(struct l3_host *host, uint32_t cause)
{
    struct machine *m = host->machine;
    if (!services_are_open(host, "system_reset", HOST_LIVING)) {
        return;
    }
    if (m->resetting) {
        log_line(
            &m->log, 0,
            "%s: asks for a reset while the system is being reset; ignored, as there would be no "
            "end to it",
            host->name);
        return;
    }
    m->reset_wanted = true;
    m->reset_cause = cause;
    cpu_attention(m->exec.cpu);
}

static int32_t system_register_read(struct l3_host *host, uint32_t number, uint32_t reg,
                                    uint32_t *value)
{
    struct cpu *cpu = find_cpu(host, number, "cpu_register_read");
    if (value == NULL) {
        services_misused(host, "cpu_register_read", "the place for the value is NULL");
        return 0;
    }
    return cpu != NULL && cpu_read_register(cpu, reg, value);
}

static int32_t system_register_write(struct l3_host *host, uint32_t number, uint32_t reg,
                                     uint32_t value)
{
    struct cpu *cpu = find_cpu(host, number, "cpu_register_write");
    return cpu != NULL && cpu_write_register(cpu, reg, value);
}

/* ---- bus errors ---- */

/* Hook of struct bus for accesses that failed; set only if a device wants to know of them. */
static void bus_failed(void *context, uint64_t address, unsigned size, bool write,
                       const struct access *how)
{
    struct machine *m = context;
    struct l3_bus_error error = {
        .struct_size = sizeof error,
        .size = size,
        .address = address,
        .write = write,
        .attributes = how->attributes,
        .master = how->master,
    };
    struct device_call call;

    if (m->telling_bus_error) {
        return; /* a device made this access while it was being told of another */
    }
    m->telling_bus_error = true;
    for (struct l3_host *host = m->devices; host != NULL; host = host->next) {
        if (host->bus_error != NULL) {
            device_enter(host, "bus_error", &call);
            host->bus_error(host->instance, &error);
            device_leave(host);
        }
    }
    m->telling_bus_error = false;
}

static void system_watch_bus_errors(struct l3_host *host,
                                    void (*function)(void *, const struct l3_bus_error *))
{
    services_check_thread(host, "watch_bus_errors");
    if (host->phase != HOST_CREATING || function == NULL) {
        services_misused(host, "watch_bus_errors",
                         function == NULL ? "the function is NULL"
                                          : "it may be used in create() only");
        return;
    }
    host->bus_error = function;
    host->machine->bus.failed = bus_failed;
}

/* ---- interrupt lines ---- */

static uint32_t system_watch_irq_lines(struct l3_host *host, uint32_t mask)
{
    uint32_t high = 0;

    if (!services_are_open(host, "watch_irq_lines", HOST_LIVING)) {
        return 0;
    }
    host->watched_lines = mask;
    for (uint32_t line = 1; line < MACHINE_IRQ_LINES; line++) {
        high |= host->machine->line_drivers[line] != 0 ? UINT32_C(1) << line : 0;
    }
    return high;
}

/* ---- plug&play ---- */

static uint32_t id_word(uint32_t vendor, uint32_t device, uint32_t version, uint32_t irq)
{
    return vendor << 24 | (device & 0xfff) << 12 | (version & 0x1f) << 5 | (irq & 0x1f);
}

static uint32_t first_irq(const struct l3_host *host)
{
    return host->library->class.irq_output_count == 0 ? 0 : host->irq_lines[0];
}

/* Address and mask of a BAR are in units of 2^granule bytes: 256 bytes for I/O, 1 MiB for memory. */
static uint32_t bar_word(uint64_t base, uint64_t size, unsigned granule, unsigned type)
{
    uint32_t address = (uint32_t)(base >> granule) & 0xfff;
    uint64_t count = size >> granule;
    uint32_t mask = count == 0 ? 0xfff : (uint32_t) ~(count - 1) & 0xfff;
    return address << 20 | mask << 4 | type;
}

static uint32_t region_bar(const struct l3_host *host, uint32_t index)
{
    struct l3_region region = library_region(&host->library->class, index);
    uint64_t base = host->bases[index];
    switch (region.kind) {
    case L3_REGION_APB:
        return bar_word(base, region.size, 8, BAR_APB_IO);
    case L3_REGION_AHBIO:
        return bar_word(base, region.size, 8, BAR_AHB_IO);
    default:
        return bar_word(base, region.size, 20, BAR_AHB_MEMORY);
    }
}

static bool is_bridge(const struct l3_host *host)
{
    return (host->library->class.flags & L3_CLASS_BRIDGE) != 0;
}

/* Base of the APB bus behind bridge number `bridge`; false if there are not so many. */
static bool bridge_base(const struct machine *m, uint32_t bridge, uint64_t *base)
{
    for (const struct l3_host *host = m->devices; host != NULL; host = host->next) {
        if (is_bridge(host) && bridge-- == 0) {
            *base = host->bases[0];
            return true;
        }
    }
    return false;
}

/* Index of the first region that is an APB region, or that is not, as `apb` says; region_count if there is none. */
static uint32_t find_region(const struct l3_host *host, bool apb)
{
    uint32_t i = 0;
    while (i < host->library->class.region_count &&
           (library_region(&host->library->class, i).kind == L3_REGION_APB) != apb) {
        i++;
    }
    return i;
}

static bool is_in_table(const struct l3_host *host, uint32_t table, uint64_t apb_base)
{
    const struct l3_pnp *pnp = &host->pnp;
    uint32_t region = find_region(host, true);

    if (host->library->class.flags & L3_CLASS_BUS_INFO) {
        return false;
    }
    switch (table) {
    case L3_BUS_AHB_MASTERS:
        return (pnp->where & L3_PNP_AHB_MASTER) != 0;
    case L3_BUS_AHB_SLAVES:
        return (pnp->where & L3_PNP_AHB_SLAVE) != 0;
    default:
        return (pnp->where & L3_PNP_APB_SLAVE) != 0 && region < host->library->class.region_count &&
               host->bases[region] - apb_base < MACHINE_APB_SIZE;
    }
}

static void fill_entry(const struct l3_host *host, uint32_t table, struct l3_bus_entry *entry)
{
    uint32_t bars = 0;

    entry->id = id_word(host->pnp.vendor, host->pnp.device, host->pnp.version, first_irq(host));
    if (table == L3_BUS_APB_SLAVES) {
        entry->bar[0] = region_bar(host, find_region(host, true));
        return;
    }
    for (uint32_t i = 0; i < host->library->class.region_count && bars < 4; i++) {
        if (library_region(&host->library->class, i).kind != L3_REGION_APB) {
            entry->bar[bars++] = region_bar(host, i);
        }
    }
}

/* How many slots a plug&play table has. */
static uint32_t table_size(uint32_t table)
{
    return table == L3_BUS_AHB_SLAVES ? 63 : table == L3_BUS_AHB_MASTERS ? 64 : 512;
}

static int32_t find_entry(const struct machine *m, uint32_t table, uint64_t apb_base,
                          uint32_t index, struct l3_bus_entry *entry)
{
    if (table == L3_BUS_AHB_MASTERS) {
        if (index < m->cpu_count) {
            entry->id =
                id_word(L3_VENDOR_GAISLER, m->board->cpu.pnp_device, m->board->cpu.pnp_version, 0);
            return 1;
        }
        index -= m->cpu_count;
    }
    for (const struct l3_host *host = m->devices; host != NULL; host = host->next) {
        if (is_in_table(host, table, apb_base) && index-- == 0) {
            fill_entry(host, table, entry);
            return 1;
        }
    }
    return 0;
}

static int32_t system_bus_entry(struct l3_host *host, uint32_t table, uint32_t bridge,
                                uint32_t index, struct l3_bus_entry *entry)
{
    struct l3_bus_entry full = {0};
    uint64_t apb_base = 0;
    uint32_t size;
    int32_t result;

    services_check_thread(host, "bus_entry");
    if (entry == NULL || table > L3_BUS_APB_SLAVES) {
        services_misused(host, "bus_entry",
                         entry == NULL ? "the entry is NULL" : "there is no table %u", table);
        return -1;
    }
    size = entry->struct_size;
    if (index >= table_size(table)) {
        return -1;
    }
    if (table == L3_BUS_APB_SLAVES && !bridge_base(host->machine, bridge, &apb_base)) {
        return 0;
    }
    result = find_entry(host->machine, table, apb_base, index, &full);
    full.struct_size = size < sizeof full ? size : (uint32_t)sizeof full;
    memcpy(entry, &full, full.struct_size);
    return result;
}

const struct l3_system_services system_services = {
    .struct_size = sizeof(struct l3_system_services),
    .version = 3,
    .cpu_count = system_cpu_count,
    .cpu_irq_level = system_cpu_irq_level,
    .cpu_status = system_cpu_status,
    .cpu_wake = system_cpu_wake,
    .cpu_boot_address = system_cpu_boot_address,
    .cpu_force_error = system_cpu_force_error,
    .system_reset = system_reset,
    .bus_entry = system_bus_entry,
    .cpu_register_read = system_register_read,
    .cpu_register_write = system_register_write,
    .watch_bus_errors = system_watch_bus_errors,
    .watch_irq_lines = system_watch_irq_lines,
};
