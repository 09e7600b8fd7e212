// SPDX-License-Identifier: MIT
/*
 * Can anything still happen to a machine of which no CPU executes?  If not, it is dead and the run ends.
 *
 * A CPU in power-down goes on when it can take an interrupt: traps are enabled, the controller lets an interrupt
 * through on a line, and a device can still drive that line.  A device can if it has an armed event, or a
 * character line on which input can come; a library's device is always assumed to be able to, since its threads
 * may act at any time.  A CPU whose traps are disabled (as they are in one that was never started) and one in
 * error mode go on only if a device restarts them (will_restart).
 */
#include "machine/device.h"

static bool has_armed_event(const struct l3_host *host)
{
    for (const struct l3_event *event = host->events; event != NULL; event = event->next) {
        if (event_is_armed(&event->event)) {
            return true;
        }
    }
    return false;
}

static bool expects_input(const struct l3_host *host)
{
    for (uint32_t i = 0; i < host->library->class.property_count; i++) {
        const struct chardev *chardev = host->properties[i].chardev;
        if (chardev != NULL && chardev_can_receive(chardev)) {
            return true;
        }
    }
    return false;
}

static bool is_alive(const struct l3_host *host)
{
    return host->library->path != NULL || has_armed_event(host) || expects_input(host);
}

/* The interrupt lines that a device may still make high. */
static uint32_t live_lines(const struct machine *m)
{
    uint32_t lines = 0;
    for (const struct l3_host *host = m->devices; host != NULL; host = host->next) {
        for (uint32_t i = 0; i < host->library->class.irq_output_count && is_alive(host); i++) {
            lines |= 1u << host->irq_lines[i];
        }
    }
    return lines & ~1u;
}

/* The lines on which the controller would let an interrupt through to the CPU in its present state. */
static uint32_t enabled_lines(struct machine *m, const struct cpu *cpu)
{
    struct l3_host *controller = m->irq_controller;
    uint32_t level = cpu->pil < 15 ? cpu->pil : 14; /* 15 cannot be masked */
    struct device_call call;
    uint32_t lines;

    if (cpu->status != CPU_POWERED_DOWN || !cpu->et || controller == NULL) {
        return 0;
    }
    if (controller->library->class.irq_enabled == NULL) {
        return UINT32_MAX;
    }
    device_enter(controller, "irq_enabled", &call);
    lines = controller->library->class.irq_enabled(controller->instance, cpu->config.index, level);
    device_leave(controller);
    return lines;
}

static bool will_restart(struct l3_host *host)
{
    struct device_call call;
    bool will;

    if (host->library->class.will_restart == NULL || !has_armed_event(host)) {
        return false;
    }
    device_enter(host, "will_restart", &call);
    will = host->library->class.will_restart(host->instance) != 0;
    device_leave(host);
    return will;
}

bool machine_will_restart(struct machine *m)
{
    for (struct l3_host *host = m->devices; host != NULL; host = host->next) {
        if (will_restart(host)) {
            return true;
        }
    }
    return false;
}

bool machine_can_wake(struct machine *m)
{
    uint32_t enabled = 0;
    for (unsigned i = 0; i < m->cpu_count; i++) {
        const struct cpu *cpu = &m->cpus[i];
        if (cpu->status == CPU_RUNNING ||
            (cpu->status != CPU_ERROR_MODE && cpu_interrupt_is_due(cpu))) {
            return true;
        }
        enabled |= enabled_lines(m, cpu);
    }
    return enabled != 0 && (enabled & live_lines(m)) != 0;
}
