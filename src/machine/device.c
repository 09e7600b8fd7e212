// SPDX-License-Identifier: MIT
/* Device instances: from a class and a list of properties to something mapped on the bus. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/suggest.h"
#include "machine/core_property.h"
#include "machine/services.h"

/* The text with which create() reports that the host lacks memory; the status is then LEON3EMU_HOST, not the
 * peripheral's. */
#define NO_MEMORY "out of memory"

static bool is_class_property(const struct l3_device_class *class, const char *name)
{
    for (uint32_t i = 0; i < class->property_count; i++) {
        if (strcmp(library_property(class, i).name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool refuse_name(const struct l3_device_class *class, const char *key, const char *library,
                        struct error *err)
{
    struct suggest suggest;

    suggest_begin(&suggest, key, strlen(key));
    for (uint32_t i = 0; i < class->property_count; i++) {
        suggest_offer(&suggest, library_property(class, i).name);
    }
    suggest_offer(&suggest, "base");
    suggest_offer(&suggest, "irq");
    suggest_offer(&suggest, "priority");
    return error_set(err, LEON3EMU_PERIPHERAL,
                     "%s has no property %s; --periph %s,help lists them%s", class->name, key,
                     library, suggest_text(&suggest));
}

static bool check_names(struct machine *m, const struct l3_device_class *class,
                        const struct property_list *list, struct error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *key = list->properties[i].key;
        if (!core_property_is(class, key) && !is_class_property(class, key)) {
            m->bad_property = &list->properties[i];
            return refuse_name(class, key, list->name == NULL ? class->name : list->name, err);
        }
    }
    return true;
}

/* Reads a core property of a device; if it is wrong, the machine notes which property is to blame. */
static bool own_number(struct l3_host *host, const struct property_list *list, const char *key,
                       uint64_t maximum, uint64_t *value, struct error *err)
{
    bool ok = core_property_number(list, key, maximum, value, err);
    if (!ok) {
        host->machine->bad_property = property_list_find(list, key);
    }
    return ok;
}

static bool set_irqs(struct l3_host *host, const struct property_list *list, struct error *err)
{
    uint32_t count = host->library->class.irq_output_count;
    uint64_t first = 0;
    char key[CORE_PROPERTY_SIZE];

    host->irq_lines = calloc(count + 1, sizeof *host->irq_lines);
    host->irq_levels = calloc(count + 1, sizeof *host->irq_levels);
    if (host->irq_lines == NULL || host->irq_levels == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    if (count != 0 && !own_number(host, list, "irq", MACHINE_IRQ_LINES - 1, &first, err)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        /* Outputs that would come after line 31 are not connected. */
        uint64_t line = first == 0 || first + i >= MACHINE_IRQ_LINES ? 0 : first + i;
        core_property_irq(i, key);
        if (!own_number(host, list, key, MACHINE_IRQ_LINES - 1, &line, err)) {
            return false;
        }
        host->irq_lines[i] = (uint32_t)line;
    }
    return true;
}

static bool set_pnp(struct l3_host *host, const struct property_list *list, struct error *err)
{
    struct machine *m = host->machine;
    const char *wrong;

    if (!core_property_pnp(&host->library->class, list, &host->pnp, &wrong, err)) {
        m->bad_property = property_list_find(list, wrong);
        return false;
    }
    host->bus_index = MACHINE_NO_RECORD;
    if (host->pnp.where & L3_PNP_AHB_MASTER) {
        host->bus_index = m->cpu_count + m->bus_masters++;
    }
    return true;
}

/* ---- regions ---- */

static bool choose_base(struct l3_host *host, uint32_t index, const struct l3_region *region,
                        const struct property_list *list, struct error *err)
{
    uint64_t base = region->default_base;
    char key[CORE_PROPERTY_SIZE];

    core_property_base(&host->library->class, index, key);
    if (!own_number(host, list, key, UINT32_MAX, &base, err)) {
        return false;
    }
    if (property_list_find(list, key) == NULL && region->default_base == 0) {
        return error_set(err, LEON3EMU_PERIPHERAL, "no address for region %s; give %s=ADDRESS",
                         region->name, key);
    }
    if (base & (region->size - 1)) {
        host->machine->bad_property = property_list_find(list, key);
        return error_set(err, LEON3EMU_PERIPHERAL,
                         "%s=0x%llx: must be a multiple of the region's size, 0x%llx", key,
                         (unsigned long long)base, (unsigned long long)region->size);
    }
    host->bases[index] = base;
    return true;
}

static bool map_region(struct l3_host *host, uint32_t index, struct error *err)
{
    const struct l3_device_class *class = &host->library->class;
    struct l3_region described = library_region(class, index);
    bool apb = described.kind == L3_REGION_APB;
    struct region_io io = {
        .read = class->read,
        .write = class->write,
        .instance = host->instance,
        .owner = &host->owner,
        .index = index,
        .valid_sizes = apb ? L3_SIZE_ALL : described.valid_sizes,
        .native_sizes = apb ? L3_SIZE_4 : described.native_sizes & L3_SIZE_ALL,
        .registers = described.registers,
        .register_count = described.register_count,
        .apb = apb,
    };
    char name[128];

    snprintf(name, sizeof name, "%s.%s", host->name, described.name);
    host->regions[index] = region_new_io(name, described.size, &io);
    if (host->regions[index] == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    if (!places_take(host->machine, host->regions[index], host->bases[index], described.size,
                     host->priority, err)) {
        region_destroy(host->regions[index]);
        host->regions[index] = NULL;
        return false;
    }
    region_add(host->machine->root, host->bases[index], host->regions[index], host->priority);
    return true;
}

static bool set_bases(struct l3_host *host, const struct property_list *list, struct error *err)
{
    const struct l3_device_class *class = &host->library->class;
    uint64_t priority = 0;

    host->regions = calloc(class->region_count + 1, sizeof *host->regions);
    host->bases = calloc(class->region_count + 1, sizeof *host->bases);
    if (host->regions == NULL || host->bases == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    if (!own_number(host, list, "priority", 100, &priority, err)) {
        return false;
    }
    host->priority = class->flags & L3_CLASS_BRIDGE ? -1 : (int)priority;
    for (uint32_t i = 0; i < class->region_count; i++) {
        struct l3_region region = library_region(class, i);
        if (!choose_base(host, i, &region, list, err)) {
            return false;
        }
    }
    return true;
}

/* ---- life ---- */

static void on_char_input(void *context)
{
    const struct device_property *property = context;
    struct l3_host *host = property->host;
    struct device_call call;

    device_enter(host, "char_input", &call);
    host->library->class.char_input(host->instance, (struct l3_chardev *)property->chardev);
    device_leave(host);
}

/* From now on character lines tell the device of input. */
static void listen_to_input(struct l3_host *host)
{
    for (uint32_t i = 0; i < host->library->class.property_count; i++) {
        struct device_property *property = &host->properties[i];
        if (property->chardev != NULL && host->library->class.char_input != NULL) {
            chardev_set_input_handler(property->chardev, on_char_input, property);
        }
    }
}

static bool create_instance(struct l3_host *host, const struct property_list *list,
                            struct error *err)
{
    struct device_call call;

    device_enter(host, "create", &call);
    host->instance = host->library->class.create(host, &device_services);
    device_leave(host);
    if (host->instance == NULL || host->failed) {
        bool no_memory = host->failed && strcmp(host->failure, NO_MEMORY) == 0;
        return error_set(err, no_memory ? LEON3EMU_HOST : LEON3EMU_PERIPHERAL, "%s",
                         host->failed ? host->failure : "its create function gave no reason");
    }
    host->phase = HOST_LIVING;
    for (uint32_t i = 0; i < host->library->class.region_count; i++) {
        if (!map_region(host, i, err)) {
            char key[CORE_PROPERTY_SIZE];
            core_property_base(&host->library->class, i, key);
            host->machine->bad_property = property_list_find(list, key);
            return false;
        }
    }
    listen_to_input(host);
    return true;
}

/* ---- names ---- */

static unsigned name_list(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *c = name; *c != '\0'; c++) {
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    }
    return (hash ^ hash >> 16) % MACHINE_NAME_LISTS;
}

struct l3_host *device_find(const struct machine *m, const char *name)
{
    struct l3_host *host = m->names[name_list(name)];
    while (host != NULL && strcmp(host->name, name) != 0) {
        host = host->next_of_name;
    }
    return host;
}

static void enter_name(struct l3_host *host)
{
    struct l3_host **list = &host->machine->names[name_list(host->name)];
    host->next_of_name = *list;
    *list = host;
}

static bool set_name(struct l3_host *host, const char *name, const struct property_list *list,
                     struct error *err)
{
    const struct property *given = property_list_find(list, "name");
    if (given != NULL && given->value != NULL) {
        name = given->value;
    }
    if (device_find(host->machine, name) != NULL) {
        return error_set(err, LEON3EMU_BOARD, "there is a device %s already", name);
    }
    host->name = strdup(name);
    host->owner.name = host->name;
    if (host->name == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    enter_name(host);
    return true;
}

static void append(struct machine *m, struct l3_host *host)
{
    if (m->last_device == NULL) {
        m->devices = host;
    } else {
        m->last_device->next = host;
    }
    m->last_device = host;
    host->order = m->device_count++;
}

/* Notes a device that is to hear of interrupt lines: the board's first controller, or one that has asked to see
 * them. */
static void connect_lines(struct machine *m, struct l3_host *host)
{
    uint32_t flags = host->library->class.flags;
    if ((flags & L3_CLASS_IRQ_CONTROLLER) && m->irq_controller == NULL) {
        m->irq_controller = host;
    } else if (flags & L3_CLASS_SEES_IRQ_LINES) {
        if (m->last_watcher == NULL) {
            m->line_watchers = host;
        } else {
            m->last_watcher->next_watcher = host;
        }
        m->last_watcher = host;
    }
}

bool device_create(struct machine *m, const char *name, const struct library *library,
                   const struct property_list *properties, struct error *err)
{
    struct l3_host *host = calloc(1, sizeof *host);
    bool ok;

    if (host == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    host->machine = m;
    host->watched_lines = UINT32_MAX;
    host->library = library;
    host->owner.external = library->handle != NULL;
    host->owner.changes_fp = library->changes_fp;
    ok = set_name(host, name, properties, err);
    append(m, host);
    ok = ok && check_names(m, &library->class, properties, err) &&
         set_bases(host, properties, err) && set_irqs(host, properties, err) &&
         set_pnp(host, properties, err) && device_set_properties(host, properties, err) &&
         create_instance(host, properties, err);
    if (ok) {
        connect_lines(m, host);
    }
    return ok; /* an incomplete device is in the list already, and destroyed with the machine */
}

static void destroy_events(struct l3_host *host)
{
    while (host->events != NULL) {
        struct l3_event *event = host->events;
        host->events = event->next;
        event_cancel(&host->machine->exec.events, &event->event);
        free(event->name);
        free(event);
    }
}

/* Frees neither the regions nor the character lines: the tree of regions and the hub of character lines own them. */
void device_destroy(struct l3_host *host)
{
    struct device_call call;

    host->phase = HOST_DYING;
    destroy_events(host);
    if (host->instance != NULL && host->library->class.destroy != NULL) {
        device_enter(host, "destroy", &call);
        host->library->class.destroy(host->instance);
        device_leave(host);
    }
    device_free_properties(host);
    free(host->regions);
    free(host->bases);
    free(host->irq_lines);
    free(host->irq_levels);
    free(host->name);
    free(host);
}

void device_reset(struct l3_host *host, uint32_t cause)
{
    struct device_call call;

    for (struct l3_event *event = host->events; event != NULL; event = event->next) {
        event_cancel(&host->machine->exec.events, &event->event);
    }
    if (host->library->class.reset != NULL) {
        device_enter(host, "reset", &call);
        host->library->class.reset(host->instance, cause);
        device_leave(host);
    }
}
