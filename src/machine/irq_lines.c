// SPDX-License-Identifier: MIT
/* Interrupt lines of the bus: which outputs hold them high, and which devices hear of a change. */
#include <string.h>

#include "machine/services.h"

/* Bits of host->irq_levels[].  If an output is held, the others say what the device has asked for. */
#define OUTPUT_HIGH     1
#define OUTPUT_HELD     2 /* it drives nothing, until services_release_lines() */
#define OUTPUT_WAS_HIGH 4 /* while held */

bool services_have_output(struct l3_host *host, const char *service, uint32_t output)
{
    uint32_t count = host->library->class.irq_output_count;
    if (output >= count) {
        services_misused(host, service,
                         "there is no interrupt output %u; the class has %u (irq_output_count), "
                         "counted from 0",
                         output, count);
    }
    return output < count;
}

static void tell_pin(struct l3_host *host, uint32_t line, uint32_t level)
{
    struct device_call call;
    if (host->library->class.pin_input == NULL) {
        return;
    }
    device_enter(host, "pin_input", &call);
    host->library->class.pin_input(host->instance, line, level);
    device_leave(host);
}

/* All watchers hear of one change before any hears of the next, so that they agree on what came
 * last.  The list is finite, because watchers that answer each change with another would never come to an end. */
static void tell_watchers(struct machine *m, uint32_t line, uint32_t level)
{
    struct line_changes *list = &m->line_changes;

    if (list->count == MACHINE_LINE_CHANGES) {
        log_line(&m->log, 0,
                 "interrupt lines feed back: devices that watch them miss line %u at %u", line,
                 level);
        return;
    }
    list->changes[list->count].line = line;
    list->changes[list->count].level = level;
    if (list->count++ != 0) {
        return;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        for (struct l3_host *host = m->line_watchers; host != NULL; host = host->next_watcher) {
            if (host->watched_lines >> list->changes[i].line & 1) {
                tell_pin(host, list->changes[i].line, list->changes[i].level);
            }
        }
    }
    list->count = 0;
}

/* A line is high while any output that is connected to it is. */
static void drive_line(struct l3_host *host, uint32_t output, uint32_t level)
{
    struct machine *m = host->machine;
    uint32_t line = host->irq_lines[output];
    uint32_t *drivers = &m->line_drivers[line];
    bool was_high = *drivers != 0;

    if (line == 0 || host->irq_levels[output] == level) {
        return;
    }
    host->irq_levels[output] = (uint8_t)level;
    *drivers = level ? *drivers + 1 : *drivers - 1;
    if (was_high == (*drivers != 0)) {
        return;
    }
    if (m->irq_controller != NULL) {
        tell_pin(m->irq_controller, line, level);
    }
    if (m->line_watchers != NULL) {
        tell_watchers(m, line, level);
    }
}

/* Drives a line; while the output is held, only notes it. */
static void drive(struct l3_host *host, uint32_t output, uint32_t level)
{
    uint8_t *state = &host->irq_levels[output];

    if (__builtin_expect(!(*state & OUTPUT_HELD), 1)) {
        drive_line(host, output, level);
    } else {
        *state = (uint8_t)(OUTPUT_HELD | (*state & OUTPUT_HIGH ? OUTPUT_WAS_HIGH : 0) |
                           (*state & OUTPUT_WAS_HIGH) | (level ? OUTPUT_HIGH : 0));
    }
}

static bool can_drive(struct l3_host *host, const char *service, uint32_t output)
{
    return services_are_open(host, service, HOST_LIVING) &&
           services_have_output(host, service, output);
}

void services_irq_set(struct l3_host *host, uint32_t output, uint32_t level)
{
    if (can_drive(host, "irq_set", output)) {
        drive(host, output, level != 0);
    }
}

/* A pulse on an output that is high already changes nothing. */
void services_irq_pulse(struct l3_host *host, uint32_t output)
{
    if (can_drive(host, "irq_pulse", output) && !(host->irq_levels[output] & OUTPUT_HIGH)) {
        drive(host, output, 1);
        drive(host, output, 0);
    }
}

void services_hold_lines(struct machine *m)
{
    memset(m->line_drivers, 0, sizeof m->line_drivers);
    for (struct l3_host *host = m->devices; host != NULL; host = host->next) {
        memset(host->irq_levels, OUTPUT_HELD, host->library->class.irq_output_count);
    }
}

/* Drives the lines as the device has asked for while its outputs were held. */
static void drive_held(struct l3_host *host)
{
    for (uint32_t i = 0; i < host->library->class.irq_output_count; i++) {
        uint8_t held = host->irq_levels[i];
        host->irq_levels[i] = 0;
        if (held & (OUTPUT_HIGH | OUTPUT_WAS_HIGH)) {
            drive_line(host, i, 1);
        }
        if (!(held & OUTPUT_HIGH)) {
            drive_line(host, i, 0);
        }
    }
}

void services_release_lines(struct machine *m)
{
    for (struct l3_host *host = m->devices; host != NULL; host = host->next) {
        drive_held(host);
    }
}
