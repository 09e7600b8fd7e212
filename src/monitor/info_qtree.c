// SPDX-License-Identifier: MIT
/* info qtree: the board's CPUs and devices, with their properties and interrupt lines. */
#include <inttypes.h>
#include <stdio.h>

#include "core/escape.h"
#include "machine/device.h"
#include "monitor/monitor.h"

#define APB_BUS_SIZE 0x100000u

static const char *region_bus(uint32_t kind)
{
    return kind == L3_REGION_APB ? "apb" : kind == L3_REGION_AHBIO ? "ahb i/o" : "ahb";
}

static void print_regions(const struct l3_host *host, int indent, FILE *stream)
{
    for (uint32_t i = 0; i < host->library->class.region_count; i++) {
        struct l3_region region = library_region(&host->library->class, i);
        escape_print(stream, "%*sregion %s: %08" PRIx64 "-%08" PRIx64 " (%s)\n", indent, "",
                     region.name, host->bases[i], host->bases[i] + region.size - 1,
                     region_bus(region.kind));
    }
}

static void print_identity(const struct l3_host *host, int indent, FILE *stream)
{
    if (host->pnp.struct_size == 0 || (host->library->class.flags & L3_CLASS_BUS_INFO)) {
        return;
    }
    fprintf(stream,
            "%*splug&play: vendor 0x%02" PRIx32 ", device 0x%03" PRIx32 ", version %" PRIu32 "\n",
            indent, "", host->pnp.vendor, host->pnp.device, host->pnp.version);
}

static void print_lines(const struct l3_host *host, int indent, FILE *stream)
{
    const struct l3_device_class *class = &host->library->class;

    for (uint32_t i = 0; i < class->irq_output_count; i++) {
        fprintf(stream, "%*sirq output %" PRIu32 ": ", indent, "", i);
        fprintf(stream, host->irq_lines[i] == 0 ? "not connected\n" : "line %" PRIu32 "\n",
                host->irq_lines[i]);
    }
    if (host == host->machine->irq_controller) {
        fprintf(stream, "%*sirq inputs: lines 1 to %d, to the CPUs\n", indent, "",
                MACHINE_IRQ_LINES - 1);
    } else if (class->flags & L3_CLASS_SEES_IRQ_LINES) {
        fprintf(stream, "%*sirq inputs: sees lines 1 to %d\n", indent, "", MACHINE_IRQ_LINES - 1);
    }
}

static void print_properties(const struct l3_host *host, int indent, FILE *stream)
{
    for (uint32_t i = 0; i < host->library->class.property_count; i++) {
        const struct device_property *property = &host->properties[i];
        escape_print(stream, "%*s%s = %s\n", indent, "", property->name, property->text);
    }
}

static bool is_bridge(const struct l3_host *host)
{
    return (host->library->class.flags & L3_CLASS_BRIDGE) != 0;
}

/* The APB bridge in whose address space the device's first region lies.  NULL: the device is on the AHB bus. */
static const struct l3_host *bridge_of(const struct l3_host *host)
{
    const struct l3_host *bridge = host->machine->devices;

    if (is_bridge(host) || host->library->class.region_count == 0) {
        return NULL;
    }
    while (bridge != NULL &&
           (!is_bridge(bridge) || host->bases[0] - bridge->bases[0] >= APB_BUS_SIZE)) {
        bridge = bridge->next;
    }
    return bridge;
}

static void print_device(const struct l3_host *host, int indent, FILE *stream)
{
    const struct library *library = host->library;

    escape_print(stream, "%*sdevice %s: %s", indent, "", host->name, library->class.name);
    if (library->path != NULL) {
        escape_print(stream, " from %s", library->path);
    }
    fputc('\n', stream);
    print_identity(host, indent + 2, stream);
    print_regions(host, indent + 2, stream);
    print_lines(host, indent + 2, stream);
    print_properties(host, indent + 2, stream);
}

/* Prints the devices behind a bridge.  bridge NULL: those on the AHB bus, and after each bridge the devices behind
 * it. */
static void print_bus(const struct machine *m, const struct l3_host *bridge, int indent,
                      FILE *stream)
{
    fprintf(stream, "%*sbus %s\n", indent, "", bridge == NULL ? "ahb" : "apb");
    for (const struct l3_host *host = m->devices; host != NULL; host = host->next) {
        if (bridge_of(host) == bridge) {
            print_device(host, indent + 2, stream);
            if (is_bridge(host)) {
                print_bus(m, host, indent + 4, stream);
            }
        }
    }
}

/* Prints the keys of the board's section [cpu], with the number of CPUs that the machine has (see --smp). */
static void print_cpus(const struct machine *m, FILE *stream)
{
    struct board_cpu cpu = m->board->cpu;
    struct board_cpu_text text;

    cpu.count = m->cpu_count;
    fprintf(stream, "  cpu\n");
    for (unsigned i = 0; board_cpu_describe(&cpu, i, &text); i++) {
        escape_print(stream, "    %s = %s\n", text.name, text.value);
    }
}

bool monitor_info_qtree(const struct monitor *monitor, const char *arguments)
{
    const struct machine *m = monitor->machine;
    FILE *stream = monitor->stream;

    (void)arguments;
    escape_print(stream, "board %s: %s\n", m->board->name,
                 m->board->description == NULL ? "" : m->board->description);
    fprintf(stream, "  clock = %" PRIu32 "\n", m->board->clock_hz);
    print_cpus(m, stream);
    print_bus(m, NULL, 2, stream);
    return true;
}
