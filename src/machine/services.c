// SPDX-License-Identifier: MIT
/* The services every device gets: struct l3_services of <leon3emu/device.h>. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/machine.h"

/* ---- threads ---- */

/* What may wait: while GDB has halted the guest nobody takes anything, and threads of libraries go on. */
#define POSTS_MAX 1000000u

/* What post() queues. */
struct post {
    struct post *next;
    struct l3_host *host;
    void (*function)(void *instance, void *argument);
    void *argument;
};

_Thread_local char services_here;

void services_bind_thread(struct machine *m)
{
    m->thread = &services_here;
}

void services_refuse_thread(const struct l3_host *host, const char *service)
{
    const struct machine *m = host->machine;
    char text[512];

    snprintf(text, sizeof text,
             "peripheral %s (%s) called service %s() from a thread of its own; only post() may be "
             "called from there",
             host->name, host->library->path == NULL ? "built in" : host->library->path, service);
    if (m->options.fatal != NULL) {
        m->options.fatal(m->options.context, LEON3EMU_WRONG_THREAD, text);
    }
    abort();
}

static int32_t service_post(struct l3_host *host, void (*function)(void *, void *), void *argument)
{
    struct machine *m = host->machine;
    struct post *post = function == NULL ? NULL : malloc(sizeof *post);

    if (post == NULL) {
        return L3_BUS_ERROR;
    }
    post->next = NULL;
    post->host = host;
    post->function = function;
    post->argument = argument;
    pthread_mutex_lock(&m->post_lock);
    if (!m->posts_open || m->post_count == POSTS_MAX) {
        pthread_mutex_unlock(&m->post_lock);
        free(post);
        return L3_BUS_ERROR;
    }
    *(m->posts == NULL ? &m->posts : &m->last_post->next) = post;
    m->last_post = post;
    m->post_count++;
    hostio_wake(m->hostio);
    pthread_mutex_unlock(&m->post_lock);
    return L3_OK;
}

static struct post *take_posts(struct machine *m, bool close)
{
    struct post *posts;
    pthread_mutex_lock(&m->post_lock);
    posts = m->posts;
    m->posts = NULL;
    m->post_count = 0;
    m->posts_open = m->posts_open && !close;
    pthread_mutex_unlock(&m->post_lock);
    return posts;
}

void services_run_posts(struct machine *m)
{
    struct post *posts = take_posts(m, false);
    host_fp_clean(); /* a library may change it in a way that library_changes_fp() does not see */
    while (posts != NULL) {
        struct post *post = posts;
        struct device_call call;
        posts = post->next;
        device_enter(post->host, "post", &call);
        post->function(post->host->instance, post->argument);
        device_leave(post->host);
        free(post);
    }
}

void services_close_posts(struct machine *m)
{
    struct post *posts = take_posts(m, true);
    while (posts != NULL) {
        struct post *post = posts;
        posts = post->next;
        free(post);
    }
}

/* ---- checks ---- */

/* Of services that are for create() alone. */
static bool is_created_now(struct l3_host *host, const char *service)
{
    services_check_thread(host, service);
    if (host->phase != HOST_CREATING) {
        services_misused(host, service, "it may be used in create() only");
    }
    return host->phase == HOST_CREATING;
}

static bool has_output(struct l3_host *host, const char *service, uint32_t output)
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

/* Have `size` bytes a place? */
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

/* A property that is no character line gets one that swallows all. */
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
    return has_output(host, "irq_line", output) ? host->irq_lines[output] : 0;
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

/* An event of this very device. */
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

/* ---- interrupts ---- */

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
 * last.  A watcher that answers each change with another would never end: the list is finite. */
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

static bool can_drive(struct l3_host *host, const char *service, uint32_t output)
{
    return services_are_open(host, service, HOST_LIVING) && has_output(host, service, output);
}

static void service_irq_set(struct l3_host *host, uint32_t output, uint32_t level)
{
    if (can_drive(host, "irq_set", output)) {
        drive_line(host, output, level != 0);
    }
}

/* On an output that is high there is nothing to be seen of a pulse. */
static void service_irq_pulse(struct l3_host *host, uint32_t output)
{
    if (can_drive(host, "irq_pulse", output) && host->irq_levels[output] == 0) {
        drive_line(host, output, 1);
        drive_line(host, output, 0);
    }
}

void services_release_lines(struct machine *m)
{
    memset(m->line_drivers, 0, sizeof m->line_drivers);
    for (struct l3_host *host = m->devices; host != NULL; host = host->next) {
        memset(host->irq_levels, 0, host->library->class.irq_output_count);
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

/* A line behind one of the device's own properties. */
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
    .irq_set = service_irq_set,
    .irq_pulse = service_irq_pulse,
    .dma_read = service_dma_read,
    .dma_write = service_dma_write,
    .log = service_log,
    .chardev_read = service_chardev_read,
    .chardev_write = service_chardev_write,
    .stop = service_stop,
    .post = service_post,
};
