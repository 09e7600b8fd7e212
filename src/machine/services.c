// SPDX-License-Identifier: MIT
/* The services every device gets: struct l3_services of <leon3emu/device.h>. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/services.h"

/* ---- checks ---- */

/* The check of services that may be used in create() only. */
static bool is_created_now(struct l3_host *host, const char *service)
{
    services_check_thread(host, service);
    if (host->phase != HOST_CREATING) {
        services_misused(host, service, "it may be used in create() only");
    }
    return host->phase == HOST_CREATING;
}

/* Are there bytes to copy, and a buffer for them?  A buffer that is missing is reported. */
static bool has_buffer(struct l3_host *host, const char *service, const void *buffer, uint64_t size)
{
    if (buffer == NULL && size != 0) {
        services_misused(host, service, "the buffer is NULL");
    }
    return buffer != NULL && size != 0;
}

/* ---- set-up ---- */

static void service_fail(struct l3_host *host, const char *format, ...)
{
    va_list arguments;
    if (!is_created_now(host, "fail")) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(host->failure, sizeof host->failure,
              format == NULL ? "its create function gave no reason" : format, arguments);
    va_end(arguments);
    host->failed = true;
}

static const char *service_name(struct l3_host *host)
{
    services_check_thread(host, "name");
    return host->name;
}

static const struct device_property *checked_property(struct l3_host *host, const char *name,
                                                      const char *service)
{
    const struct device_property *property;
    services_check_thread(host, service);
    if (name == NULL) {
        services_misused(host, service, "the name is NULL");
        return NULL;
    }
    property = device_find_property(host, name);
    if (property == NULL) {
        log_line(&host->machine->log, 0, "%s: asks for property %s, which its class does not list",
                 host->name, name);
    }
    return property;
}

static uint64_t service_property_uint(struct l3_host *host, const char *name)
{
    const struct device_property *property = checked_property(host, name, "property_uint");
    return property == NULL ? 0 : property->number;
}

static const char *service_property_text(struct l3_host *host, const char *name)
{
    const struct device_property *property = checked_property(host, name, "property_text");
    return property == NULL || property->text == NULL ? "" : property->text;
}

/* For a property that is not a character line the device gets a line that swallows all output. */
static struct l3_chardev *service_property_chardev(struct l3_host *host, const char *name)
{
    const struct device_property *property = checked_property(host, name, "property_chardev");

    if (property != NULL && property->chardev != NULL) {
        return (struct l3_chardev *)property->chardev;
    }
    if (host->no_line == NULL) {
        chardev_open(host->machine->chardevs, host->name, "none", &host->no_line, NULL);
    }
    return (struct l3_chardev *)host->no_line;
}

static uint64_t service_region_base(struct l3_host *host, uint32_t region)
{
    services_check_thread(host, "region_base");
    if (region >= host->library->class.region_count) {
        services_misused(host, "region_base", "there is no region %u; the class has %u", region,
                         host->library->class.region_count);
        return 0;
    }
    return host->bases[region];
}

static uint32_t service_irq_line(struct l3_host *host, uint32_t output)
{
    services_check_thread(host, "irq_line");
    return services_have_output(host, "irq_line", output) ? host->irq_lines[output] : 0;
}

/* ---- time ---- */

static uint64_t service_cycles(struct l3_host *host)
{
    services_check_thread(host, "cycles");
    return exec_reported_time(&host->machine->exec);
}

static uint64_t service_nanoseconds(struct l3_host *host)
{
    services_check_thread(host, "nanoseconds");
    return leon3emu_nanoseconds(host->machine);
}

static uint64_t service_clock_hz(struct l3_host *host)
{
    services_check_thread(host, "clock_hz");
    return host->machine->board->clock_hz;
}

static uint64_t service_ns_to_cycles(struct l3_host *host, uint64_t ns)
{
    unsigned __int128 scaled;
    services_check_thread(host, "ns_to_cycles");
    scaled = (unsigned __int128)ns * host->machine->board->clock_hz;
    return (uint64_t)((scaled + 999999999) / 1000000000);
}

/* ---- events ---- */

static void run_event(void *context, uint32_t argument)
{
    struct l3_event *event = context;
    struct device_call call;
    device_enter(event->host, event->name, &call);
    event->function(event->host->instance, argument);
    device_leave(event->host);
}

#define EVENT_NAME_MAXIMUM 60

static void free_event(struct l3_event *event)
{
    if (event != NULL) {
        free(event->name);
        free(event);
    }
}

/* Is it an event of this device, which the device may use now? */
static bool is_event(struct l3_host *host, const char *service, const struct l3_event *event)
{
    if (!services_are_open(host, service, HOST_CREATING)) {
        return false;
    }
    if (event == NULL || event->host != host) {
        services_misused(host, service,
                         event == NULL ? "the event is NULL" : "the event is another device's");
        return false;
    }
    return true;
}

static struct l3_event *service_event_create(struct l3_host *host, const char *name,
                                             void (*function)(void *, uint32_t), uint32_t argument)
{
    struct machine *m = host->machine;
    struct l3_event *event;

    if (!is_created_now(host, "event_create")) {
        return NULL;
    }
    if (function == NULL) {
        services_misused(host, "event_create", "the function is NULL");
        return NULL;
    }
    event = calloc(1, sizeof *event);
    if (event == NULL ||
        (event->name = strndup(name == NULL ? "event" : name, EVENT_NAME_MAXIMUM)) == NULL ||
        !event_queue_reserve(&m->exec.events, m->exec.events.room + 1)) {
        free_event(event);
        service_fail(host, "out of memory");
        return NULL;
    }
    event->host = host;
    event->function = function;
    event->event.function = run_event;
    event->event.context = event;
    event->event.argument = argument;
    event->event.order = (uint64_t)host->order << 32 | host->event_count++;
    event->next = host->events;
    host->events = event;
    return event;
}

static void service_event_arm(struct l3_host *host, struct l3_event *event, uint64_t deadline)
{
    if (!is_event(host, "event_arm", event)) {
        return;
    }
    event_arm(&host->machine->exec.events, &event->event, deadline);
}

static void service_event_cancel(struct l3_host *host, struct l3_event *event)
{
    if (is_event(host, "event_cancel", event)) {
        event_cancel(&host->machine->exec.events, &event->event);
    }
}

/* ---- bus master ---- */

static struct access dma_access(const struct l3_host *host)
{
    struct access how = {L3_ATTR_DMA | L3_ATTR_SUPERVISOR, host->bus_index, 0};
    return how;
}

static int32_t service_dma_read(struct l3_host *host, uint64_t address, void *buffer, uint64_t size)
{
    struct access how = dma_access(host);
    if (!services_are_open(host, "dma_read", HOST_LIVING) ||
        !has_buffer(host, "dma_read", buffer, size)) {
        return size == 0 ? L3_OK : L3_BUS_ERROR;
    }
    return addrspace_read(&host->machine->space, address, buffer, size, &how) ? L3_OK
                                                                              : L3_BUS_ERROR;
}

static int32_t service_dma_write(struct l3_host *host, uint64_t address, const void *buffer,
                                 uint64_t size)
{
    struct access how = dma_access(host);
    if (!services_are_open(host, "dma_write", HOST_LIVING) ||
        !has_buffer(host, "dma_write", buffer, size)) {
        return size == 0 ? L3_OK : L3_BUS_ERROR;
    }
    return addrspace_write(&host->machine->space, address, buffer, size, &how) ? L3_OK
                                                                               : L3_BUS_ERROR;
}

/* ---- outside world ---- */

static void service_log(struct l3_host *host, uint32_t level, const char *format, ...)
{
    static const uint32_t items[] = {
        [L3_LOG_ERROR] = 0,
        [L3_LOG_GUEST_ERROR] = LOG_GUEST_ERRORS,
        [L3_LOG_UNIMP] = LOG_UNIMP,
        [L3_LOG_TRACE] = LOG_DEV,
    };
    const struct log *log = &host->machine->log;
    uint32_t item = level <= L3_LOG_TRACE ? items[level] : LOG_DEV;
    char text[900];
    va_list arguments;

    services_check_thread(host, "log");
    if (format == NULL) {
        services_misused(host, "log", "the format is NULL");
        return;
    }
    if (item != 0 && !log_on_device(log, item, host->name)) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    log_line(log, item, "%s: %s", host->name, text);
}

/* Is it the character line of one of this device's properties? */
static bool is_line(struct l3_host *host, const char *service, const struct l3_chardev *chardev)
{
    uint32_t count = host->library->class.property_count;
    if (!services_are_open(host, service, HOST_CREATING)) {
        return false;
    }
    for (uint32_t i = 0; chardev != NULL && i < count; i++) {
        if ((struct l3_chardev *)host->properties[i].chardev == chardev) {
            return true;
        }
    }
    if (chardev == NULL || (struct l3_chardev *)host->no_line != chardev) {
        services_misused(host, service, "the line is not one that property_chardev() gave");
        return false;
    }
    return true;
}

static uint64_t service_chardev_read(struct l3_host *host, struct l3_chardev *chardev, void *buffer,
                                     uint64_t size)
{
    return is_line(host, "chardev_read", chardev) && has_buffer(host, "chardev_read", buffer, size)
               ? chardev_read((struct chardev *)chardev, buffer, size)
               : 0;
}

static void service_chardev_write(struct l3_host *host, struct l3_chardev *chardev,
                                  const void *buffer, uint64_t size)
{
    if (is_line(host, "chardev_write", chardev) &&
        has_buffer(host, "chardev_write", buffer, size)) {
        chardev_write((struct chardev *)chardev, buffer, size);
    }
}

static void service_stop(struct l3_host *host, uint32_t status, const char *format, ...)
{
    char text[200];
    va_list arguments;

    if (!services_are_open(host, "stop", HOST_CREATING)) {
        return;
    }
    if (status > 63) {
        services_misused(host, "stop", "status %u; 0 to 63 are possible", status);
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format == NULL ? "no reason given" : format, arguments);
    va_end(arguments);
    exec_stop(&host->machine->exec, STOP_DEVICE, status < 64 ? (int)status : 63, "%s: %s",
              host->name, text);
}

const struct l3_services device_services = {
    .struct_size = sizeof(struct l3_services),
    .version = 1,
    .system = &system_services,
    .fail = service_fail,
    .name = service_name,
    .property_uint = service_property_uint,
    .property_text = service_property_text,
    .property_chardev = service_property_chardev,
    .region_base = service_region_base,
    .irq_line = service_irq_line,
    .cycles = service_cycles,
    .nanoseconds = service_nanoseconds,
    .clock_hz = service_clock_hz,
    .ns_to_cycles = service_ns_to_cycles,
    .event_create = service_event_create,
    .event_arm = service_event_arm,
    .event_cancel = service_event_cancel,
    .irq_set = services_irq_set,
    .irq_pulse = services_irq_pulse,
    .dma_read = service_dma_read,
    .dma_write = service_dma_write,
    .log = service_log,
    .chardev_read = service_chardev_read,
    .chardev_write = service_chardev_write,
    .stop = service_stop,
    .post = services_post,
};
