// SPDX-License-Identifier: MIT
/* See mock_host.h. */
#include "mock_host.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A broken rule of the interface ends the test at once. */
static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "mock host: %s\n", what);
        abort();
    }
}

static void require_property(bool condition, const char *name, const char *value, const char *what)
{
    if (!condition) {
        fprintf(stderr, "mock host: property %s=%s %s\n", name, value, what);
        abort();
    }
}

/* ---- set-up ---- */

static void mock_fail(struct l3_host *host, const char *format, ...)
{
    va_list arguments;
    require(!host->started, "fail() outside create()");
    va_start(arguments, format);
    vsnprintf(host->failure, sizeof host->failure, format, arguments);
    va_end(arguments);
}

static const char *mock_name(struct l3_host *host)
{
    return host->device->name;
}

static const struct l3_property *find_property(struct l3_host *host, const char *name)
{
    for (uint32_t i = 0; i < host->device->property_count; i++) {
        if (strcmp(host->device->properties[i].name, name) == 0) {
            return &host->device->properties[i];
        }
    }
    require_property(false, name, "?", "is asked for by the device, but is not in its table");
    return NULL;
}

static const char *mock_property_text(struct l3_host *host, const char *name)
{
    const struct l3_property *property = find_property(host, name);
    for (uint32_t i = 0; i < host->property_count; i++) {
        if (strcmp(host->property_names[i], name) == 0) {
            return host->property_values[i];
        }
    }
    require_property(property->default_value != NULL, name, "?",
                     "has no default and was not given");
    return property->default_value;
}

static uint64_t mock_property_uint(struct l3_host *host, const char *name)
{
    const struct l3_property *property = find_property(host, name);
    const char *text = mock_property_text(host, name);
    if (property->type == L3_PROPERTY_BOOL) {
        return strcmp(text, "on") == 0;
    }
    require_property(property->type == L3_PROPERTY_UINT, name, text, "is not a number");
    char *end;
    uint64_t value = strtoull(text, &end, 0);
    require_property(*end == '\0' && end != text, name, text, "is not a number");
    require_property(value >= property->minimum && value <= property->maximum, name, text,
                     "is out of range");
    return value;
}

static struct l3_chardev *mock_property_chardev(struct l3_host *host, const char *name)
{
    require(find_property(host, name)->type == L3_PROPERTY_CHARDEV, "property is not a chardev");
    return &host->chardev;
}

static uint64_t mock_region_base(struct l3_host *host, uint32_t region)
{
    require(region < host->device->region_count, "no such region");
    return 0x80000000u + 0x100u * region;
}

static uint32_t mock_irq_line(struct l3_host *host, uint32_t output)
{
    require(output < host->device->irq_output_count, "no such irq output");
    return host->irq + output;
}

/* ---- time and events ---- */

static uint64_t mock_cycles(struct l3_host *host)
{
    return host->now;
}

static uint64_t mock_nanoseconds(struct l3_host *host)
{
    return host->now * 20;
}

static uint64_t mock_clock_hz(struct l3_host *host)
{
    (void)host;
    return 50000000;
}

static uint64_t mock_ns_to_cycles(struct l3_host *host, uint64_t ns)
{
    (void)host;
    return (ns + 19) / 20;
}

static struct l3_event *mock_event_create(struct l3_host *host, const char *name,
                                          void (*function)(void *, uint32_t), uint32_t argument)
{
    require(!host->started, "event_create() outside create()");
    require(host->event_count < MOCK_EVENTS, "too many events");
    struct l3_event *event = &host->events[host->event_count++];
    event->name = name;
    event->function = function;
    event->argument = argument;
    return event;
}

static void mock_event_arm(struct l3_host *host, struct l3_event *event, uint64_t deadline)
{
    (void)host;
    event->armed = true;
    event->deadline = deadline;
}

static void mock_event_cancel(struct l3_host *host, struct l3_event *event)
{
    (void)host;
    event->armed = false;
}

/* The first event due at or before `cycle`, NULL if none. */
static struct l3_event *next_event(struct l3_host *host, uint64_t cycle)
{
    struct l3_event *next = NULL;
    for (uint32_t i = 0; i < host->event_count; i++) {
        struct l3_event *event = &host->events[i];
        bool due = event->armed && event->deadline <= cycle;
        if (due && (next == NULL || event->deadline < next->deadline)) {
            next = event;
        }
    }
    return next;
}

void mock_line(struct l3_host *host, uint32_t line, uint32_t level)
{
    uint32_t bit = 1u << (line & 31);
    uint32_t before = host->lines_high;
    host->lines_high = level ? before | bit : before & ~bit;
    if (before != host->lines_high && (host->lines_watched & bit)) {
        host->device->pin_input(host->instance, line, level);
    }
}

void mock_run_until(struct l3_host *host, uint64_t cycle)
{
    struct l3_event *event;
    while ((event = next_event(host, cycle)) != NULL) {
        host->now = event->deadline > host->now ? event->deadline : host->now;
        event->armed = false;
        host->events_run++;
        event->function(host->instance, event->argument);
    }
    host->now = cycle > host->now ? cycle : host->now;
}

void mock_advance(struct l3_host *host, uint64_t cycles)
{
    mock_run_until(host, host->now + cycles);
}

uint32_t mock_armed(const struct l3_host *host)
{
    uint32_t armed = 0;
    for (uint32_t i = 0; i < host->event_count; i++) {
        armed += host->events[i].armed;
    }
    return armed;
}

/* ---- interrupts, DMA, outside ---- */

/* The output has changed the bus line that it drives: calls pin_input() if the device watches
 * it. */
static void see_line(struct l3_host *host, uint32_t output, uint32_t level)
{
    const struct l3_device_class *device = host->device;
    if (device->flags & L3_CLASS_SEES_IRQ_LINES) {
        device->pin_input(host->instance, host->irq + output, level);
    }
}

static void mock_irq_set(struct l3_host *host, uint32_t output, uint32_t level)
{
    require(host->started, "irq_set() in create()");
    require(output < host->device->irq_output_count, "no such irq output");
    host->levels[output] = level;
    see_line(host, output, level);
}

static void mock_irq_pulse(struct l3_host *host, uint32_t output)
{
    require(host->started, "irq_pulse() in create()");
    require(output < host->device->irq_output_count, "no such irq output");
    require(host->levels[output] == 0, "pulse on a line that is high");
    host->pulses[output]++;
    host->pulse_time[output] = host->now;
    see_line(host, output, 1);
    see_line(host, output, 0);
}

static int32_t mock_dma_read(struct l3_host *host, uint64_t address, void *buffer, uint64_t size)
{
    (void)host;
    (void)address;
    memset(buffer, 0, size);
    return L3_OK;
}

static int32_t mock_dma_write(struct l3_host *host, uint64_t address, const void *buffer,
                              uint64_t size)
{
    (void)host;
    (void)address;
    (void)buffer;
    (void)size;
    return L3_OK;
}

static void mock_log(struct l3_host *host, uint32_t level, const char *format, ...)
{
    char line[256];
    va_list arguments;
    require(level <= L3_LOG_TRACE, "no such log level");
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    host->logs[level]++;
}

static uint64_t mock_chardev_read(struct l3_host *host, struct l3_chardev *chardev, void *buffer,
                                  uint64_t size)
{
    (void)host;
    uint64_t have = chardev->input_size - chardev->input_taken;
    uint64_t count = size < have ? size : have;
    memcpy(buffer, chardev->input + chardev->input_taken, count);
    chardev->input_taken += count;
    chardev->dry = count < size;
    return count;
}

/* Keeps what fits into the buffer and drops the rest. */
static void mock_chardev_write(struct l3_host *host, struct l3_chardev *chardev, const void *buffer,
                               uint64_t size)
{
    (void)host;
    uint64_t room = MOCK_BUFFER - chardev->output_size;
    uint64_t count = size < room ? size : room;
    memcpy(chardev->output + chardev->output_size, buffer, count);
    chardev->output_size += count;
}

void mock_input(struct l3_host *host, const void *characters, size_t size)
{
    struct l3_chardev *chardev = &host->chardev;
    require(chardev->input_size + size <= MOCK_BUFFER, "too much input");
    memcpy(chardev->input + chardev->input_size, characters, size);
    chardev->input_size += size;
    if (chardev->dry && host->device->char_input != NULL) {
        chardev->dry = false;
        host->device->char_input(host->instance, chardev);
    }
}

static void mock_stop(struct l3_host *host, uint32_t status, const char *format, ...)
{
    (void)host;
    (void)status;
    (void)format;
}

static int32_t mock_post(struct l3_host *host, void (*function)(void *, void *), void *argument)
{
    function(host->instance, argument);
    return L3_OK;
}

/* ---- system ---- */

static uint32_t mock_cpu_count(struct l3_host *host)
{
    return host->cpu_count;
}

static struct mock_cpu *mock_cpu_of(struct l3_host *host, uint32_t cpu)
{
    require(cpu < host->cpu_count, "no such CPU");
    return &host->cpus[cpu];
}

static void mock_cpu_irq_level(struct l3_host *host, uint32_t cpu, uint32_t level)
{
    require(host->started, "cpu_irq_level() in create()");
    require(level <= 15, "no such interrupt level");
    mock_cpu_of(host, cpu)->level = level;
    host->level_calls++;
}

static uint32_t mock_cpu_status(struct l3_host *host, uint32_t cpu)
{
    return mock_cpu_of(host, cpu)->status;
}

static void mock_cpu_wake(struct l3_host *host, uint32_t cpu)
{
    mock_cpu_of(host, cpu)->wakes++;
}

static void mock_cpu_boot_address(struct l3_host *host, uint32_t cpu, uint32_t address)
{
    mock_cpu_of(host, cpu)->boot_address = address;
}

static void mock_cpu_force_error(struct l3_host *host, uint32_t cpu)
{
    mock_cpu_of(host, cpu)->forced++;
}

static void mock_system_reset(struct l3_host *host, uint32_t cause)
{
    host->resets++;
    host->reset_cause = cause;
}

static int32_t mock_bus_entry(struct l3_host *host, uint32_t table, uint32_t bridge, uint32_t index,
                              struct l3_bus_entry *entry)
{
    require(entry->struct_size == sizeof *entry, "struct_size of the bus entry not set");
    return host->bus_entry != NULL ? host->bus_entry(table, bridge, index, entry) : 0;
}

static int32_t mock_cpu_register_read(struct l3_host *host, uint32_t cpu, uint32_t reg,
                                      uint32_t *value)
{
    (void)host;
    (void)cpu;
    (void)reg;
    (void)value;
    return 0;
}

static int32_t mock_cpu_register_write(struct l3_host *host, uint32_t cpu, uint32_t reg,
                                       uint32_t value)
{
    (void)host;
    (void)cpu;
    (void)reg;
    (void)value;
    return 0;
}

static void mock_watch_bus_errors(struct l3_host *host,
                                  void (*function)(void *, const struct l3_bus_error *))
{
    host->bus_error = function;
}

static uint32_t mock_watch_irq_lines(struct l3_host *host, uint32_t mask)
{
    host->lines_watched = mask;
    return host->lines_high;
}

static const struct l3_system_services system_services = {
    .struct_size = sizeof(struct l3_system_services),
    .version = 3,
    .cpu_count = mock_cpu_count,
    .cpu_irq_level = mock_cpu_irq_level,
    .cpu_status = mock_cpu_status,
    .cpu_wake = mock_cpu_wake,
    .cpu_boot_address = mock_cpu_boot_address,
    .cpu_force_error = mock_cpu_force_error,
    .system_reset = mock_system_reset,
    .bus_entry = mock_bus_entry,
    .watch_bus_errors = mock_watch_bus_errors,
    .watch_irq_lines = mock_watch_irq_lines,
    .cpu_register_read = mock_cpu_register_read,
    .cpu_register_write = mock_cpu_register_write,
};

static const struct l3_services device_services = {
    .struct_size = sizeof(struct l3_services),
    .version = 1,
    .fail = mock_fail,
    .name = mock_name,
    .property_uint = mock_property_uint,
    .property_text = mock_property_text,
    .property_chardev = mock_property_chardev,
    .region_base = mock_region_base,
    .irq_line = mock_irq_line,
    .cycles = mock_cycles,
    .nanoseconds = mock_nanoseconds,
    .clock_hz = mock_clock_hz,
    .ns_to_cycles = mock_ns_to_cycles,
    .event_create = mock_event_create,
    .event_arm = mock_event_arm,
    .event_cancel = mock_event_cancel,
    .irq_set = mock_irq_set,
    .irq_pulse = mock_irq_pulse,
    .dma_read = mock_dma_read,
    .dma_write = mock_dma_write,
    .log = mock_log,
    .chardev_read = mock_chardev_read,
    .chardev_write = mock_chardev_write,
    .stop = mock_stop,
    .post = mock_post,
};

/* ---- life ---- */

struct l3_host *mock_new(const struct l3_device_class *device)
{
    struct l3_host *host = calloc(1, sizeof *host);
    require(host != NULL, "out of memory");
    host->device = device;
    host->services = device_services;
    host->system = system_services;
    host->lines_watched = UINT32_MAX;
    host->services.system = &host->system;
    host->now = 1000;
    host->irq = 8;
    host->cpu_count = 1;
    return host;
}

void mock_property(struct l3_host *host, const char *name, const char *value)
{
    require(host->property_count < MOCK_PROPERTIES, "too many properties");
    host->property_names[host->property_count] = name;
    host->property_values[host->property_count] = value;
    host->property_count++;
}

bool mock_start(struct l3_host *host)
{
    host->instance = host->device->create(host, &host->services);
    require((host->instance == NULL) == (host->failure[0] != '\0'), "create() and fail() disagree");
    if (host->instance == NULL) {
        return false;
    }
    host->started = true;
    mock_reset(host, L3_RESET_POWER_ON);
    return true;
}

void mock_reset(struct l3_host *host, uint32_t cause)
{
    for (uint32_t i = 0; i < host->event_count; i++) {
        host->events[i].armed = false;
    }
    if (host->device->reset != NULL) {
        host->device->reset(host->instance, cause);
    }
}

/* Copies what a snapshot holds: the fields the class names, not the instance. */
static void copy_state(const struct l3_device_class *device, void *to, const void *from)
{
    for (uint32_t i = 0; i < device->state_count; i++) {
        const struct l3_state_field *field = &device->state[i];
        memcpy((char *)to + field->offset, (const char *)from + field->offset,
               (size_t)field->size * field->count);
    }
}

struct l3_host *mock_clone(struct l3_host *host)
{
    struct l3_host *clone = mock_new(host->device);
    for (uint32_t i = 0; i < host->property_count; i++) {
        mock_property(clone, host->property_names[i], host->property_values[i]);
    }
    clone->cpu_count = host->cpu_count;
    clone->irq = host->irq;
    clone->bus_entry = host->bus_entry;
    require(mock_start(clone), "the clone cannot be created");
    void *instance = clone->instance;
    struct l3_services services = clone->services;
    struct l3_event events[MOCK_EVENTS];
    memcpy(events, clone->events, sizeof events);
    copy_state(host->device, instance, host->instance);
    *clone = *host;
    clone->instance = instance;
    clone->services = services;
    for (uint32_t i = 0; i < clone->event_count; i++) {
        clone->events[i].function = events[i].function;
    }
    mock_free(host);
    return clone;
}

void mock_free(struct l3_host *host)
{
    if (host->instance != NULL && host->device->destroy != NULL) {
        host->device->destroy(host->instance);
    }
    free(host);
}

/* ---- registers ---- */

static uint32_t mock_access_read(struct l3_host *host, uint64_t offset, uint32_t attributes)
{
    struct l3_request request = {
        .struct_size = sizeof request,
        .cycles = host->now,
        .offset = offset,
        .size = 4,
        .attributes = attributes,
    };
    require(offset < host->device->regions[0].size, "offset outside the region");
    require(host->device->read(host->instance, &request) == L3_OK, "read failed");
    require(request.value <= UINT32_MAX, "more than 32 bits read");
    return (uint32_t)request.value;
}

uint32_t mock_read(struct l3_host *host, uint64_t offset)
{
    return mock_access_read(host, offset, L3_ATTR_SUPERVISOR);
}

uint32_t mock_peek(struct l3_host *host, uint64_t offset)
{
    return mock_access_read(host, offset, L3_ATTR_DEBUG);
}

void mock_write(struct l3_host *host, uint64_t offset, uint32_t value)
{
    struct l3_request request = {
        .struct_size = sizeof request,
        .cycles = host->now,
        .offset = offset,
        .value = value,
        .size = 4,
        .attributes = L3_ATTR_SUPERVISOR,
    };
    require(offset < host->device->regions[0].size, "offset outside the region");
    require(host->device->write(host->instance, &request) == L3_OK, "write failed");
}
