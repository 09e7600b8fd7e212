// SPDX-License-Identifier: MIT
/*
 * From a board's description and the --periph options to memories and devices.
 *
 * A peripheral without a base replaces the board's device that has the same plug&play identity, if
 * there is exactly one.  It inherits that device's address, interrupt and other properties, as far as
 * the user does not give them and the new class knows them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/parse.h"
#include "machine/core_property.h"
#include "machine/device.h"

/* ---- memories ---- */

static bool add_memory(struct machine *m, const struct board_memory *memory, struct error *err)
{
    struct region *region = region_new_ram(memory->name, memory->size, memory->type == BOARD_ROM);
    if (region == NULL) {
        return error_set(err, LEON3EMU_HOST, "no memory for %u bytes of %s", memory->size,
                         memory->name);
    }
    if (!places_take(m, region, memory->base, memory->size, 0, err)) {
        region_destroy(region);
        return false;
    }
    region_add(m->root, memory->base, region, 0);
    return true;
}

/* ---- devices of the board ---- */

/* The path (from malloc()) of a library that the board file names and that lies in the board file's directory;
 * NULL: the name is looked up as one on the command line is. */
static char *path_beside(const struct board_device *device)
{
    const char *directory = device->source->directory;
    char *path;

    if (directory == NULL || device->class_name[0] == '/') {
        return NULL;
    }
    path = host_file_resolve(directory, device->class_name);
    if (path != NULL && strchr(device->class_name, '/') == NULL && access(path, F_OK) != 0) {
        free(path);
        return NULL;
    }
    return path;
}

static const struct library *board_library(struct machine *m, const struct board_device *device,
                                           struct error *err)
{
    char *path = library_is_builtin(device->class_name) ? NULL : path_beside(device);
    const struct library *library = library_find(m, path != NULL ? path : device->class_name, err);

    free(path);
    return library;
}

/* Puts in front of the error text what made the device impossible: the setting that gave the bad property, or else
 * what `format` names.  The error gets `status`, unless the host lacks something or a file cannot be opened. */
static bool blame(const struct machine *m, enum leon3emu_status status, struct error *err,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

static bool blame(const struct machine *m, enum leon3emu_status status, struct error *err,
                  const char *format, ...)
{
    char who[HOST_FILE_LABEL_SIZE + 200];
    va_list arguments;

    if (err->status != LEON3EMU_HOST && err->status != LEON3EMU_FILE) {
        err->status = status;
    }
    if (m->bad_property != NULL && m->bad_property->setting != NULL) {
        if (err->status == LEON3EMU_BOARD) {
            err->status = LEON3EMU_PERIPHERAL;
        }
        return error_prefix(err, "%s", m->bad_property->setting);
    }
    va_start(arguments, format);
    vsnprintf(who, sizeof who, format, arguments);
    va_end(arguments);
    return error_prefix(err, "%s", who);
}

/* ---- peripherals of the command line ---- */

/* One --periph: its list, and the board's device whose place it takes (or NULL). */
struct extra {
    struct property_list list;
    const struct library *library;
    const struct board_device *replaces;
    struct property *merged; /* owned; list.properties and those of `replaces` */
};

static bool same_identity(struct machine *m, const struct board_device *device,
                          const struct l3_pnp *pnp)
{
    const struct library *library = board_library(m, device, NULL);
    struct l3_pnp other;
    const char *wrong;
    if (library == NULL ||
        !core_property_pnp(&library->class, &device->properties, &other, &wrong, NULL)) {
        return false;
    }
    return other.struct_size != 0 && other.vendor == pnp->vendor && other.device == pnp->device;
}

static bool no_place(const struct extra *extra, unsigned candidates, const char *names,
                     struct error *err)
{
    const struct l3_device_class *class = &extra->library->class;
    struct l3_pnp pnp = library_pnp(class);
    if (candidates > 1) {
        return error_set(err, LEON3EMU_PERIPHERAL,
                         "several devices of the board are of its kind (%s); say where with "
                         "base=ADDRESS, or configure one of them with --set NAME.KEY=VALUE",
                         names);
    }
    if (pnp.struct_size == 0) {
        return error_set(err, LEON3EMU_PERIPHERAL,
                         "%s has no plug&play identity to find its place by; say where with "
                         "base=ADDRESS",
                         class->name);
    }
    return error_set(err, LEON3EMU_PERIPHERAL,
                     "the board has no device of its kind (vendor 0x%02x, device 0x%03x) to take "
                     "the place of; say where with base=ADDRESS",
                     (unsigned)pnp.vendor, (unsigned)pnp.device);
}

/* The first property of the list other than base, as an example of what --set could set. */
static const char *example_property(const struct property_list *list, const char **value)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->properties[i].key, "base") != 0) {
            *value = list->properties[i].value != NULL ? list->properties[i].value : "";
            return list->properties[i].key;
        }
    }
    *value = "VALUE";
    return "KEY";
}

/* Refuses a peripheral at an address where the board has a device of the same identity: the user probably means to
 * configure that device. */
static bool check_place(struct machine *m, const struct extra *extra, const struct l3_pnp *pnp,
                        struct error *err)
{
    const struct property *base = property_list_find(&extra->list, "base");
    uint64_t wanted, taken;
    const char *value;

    if (property_list_find(&extra->list, "priority") != NULL || pnp->struct_size == 0 ||
        base->value == NULL || !parse_size(base->value, &wanted)) {
        return true;
    }
    for (size_t i = 0; i < m->board->device_count; i++) {
        const struct board_device *device = &m->board->devices[i];
        const struct property *own = property_list_find(&device->properties, "base");
        if (own != NULL && own->value != NULL && parse_size(own->value, &taken) &&
            taken == wanted && same_identity(m, device, pnp)) {
            const char *key = example_property(&extra->list, &value);
            return error_set(err, LEON3EMU_PERIPHERAL,
                             "the board has %s there already; configure that with --set "
                             "%s.%s=%.100s",
                             device->name, device->name, key, value);
        }
    }
    return true;
}

static bool find_place(struct machine *m, struct extra *extra, struct error *err)
{
    const struct l3_device_class *class = &extra->library->class;
    struct l3_pnp pnp = library_pnp(class);
    char names[300] = "";
    unsigned candidates = 0;

    if (class->region_count == 0) {
        return true;
    }
    if (property_list_find(&extra->list, "base") != NULL) {
        return check_place(m, extra, &pnp, err);
    }
    for (size_t i = 0; i < m->board->device_count && pnp.struct_size != 0; i++) {
        const struct board_device *device = &m->board->devices[i];
        if (same_identity(m, device, &pnp)) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s%s", used == 0 ? "" : ", ",
                     device->name);
            extra->replaces = device;
            candidates++;
        }
    }
    if (candidates == 1) {
        return true;
    }
    extra->replaces = NULL;
    if (candidates == 0 && library_region(class, 0).default_base != 0) {
        return true;
    }
    return no_place(extra, candidates, names, err);
}

/* Does a device of the class have the property?  A property of the replaced device that the new class does not know
 * is dropped; but if the user has set it, it is kept, so that making the device fails with a message. */
static bool is_inherited(const struct l3_device_class *class, const char *key)
{
    if (core_property_is_place(class, key)) {
        return true;
    }
    for (uint32_t i = 0; i < class->property_count; i++) {
        if (strcmp(library_property(class, i).name, key) == 0) {
            return true;
        }
    }
    return false;
}

static bool inherit(struct extra *extra, struct error *err)
{
    const struct property_list *old;
    size_t count = extra->list.count;

    if (extra->replaces == NULL) {
        return true;
    }
    old = &extra->replaces->properties;
    extra->merged = calloc(count + old->count + 1, sizeof *extra->merged);
    if (extra->merged == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        extra->merged[i] = extra->list.properties[i];
    }
    for (size_t i = 0; i < old->count; i++) {
        const char *key = old->properties[i].key;
        if (property_list_find(&extra->list, key) == NULL &&
            (old->properties[i].setting != NULL || is_inherited(&extra->library->class, key))) {
            extra->merged[count++] = old->properties[i];
        }
    }
    return true;
}

/* A mistake in the properties of --periph has the status of peripherals, even if the parser of properties, which
 * reports LEON3EMU_USAGE, finds it. */
static enum leon3emu_status usage_to_peripheral(enum leon3emu_status status)
{
    return status == LEON3EMU_USAGE ? LEON3EMU_PERIPHERAL : status;
}

static bool prepare_extra(struct machine *m, const char *text, struct extra *extra,
                          struct error *err)
{
    if (!property_list_parse(text, &extra->list, err)) {
        err->status = usage_to_peripheral(err->status);
        return error_prefix(err, "--periph %s", text);
    }
    extra->library = library_find(m, extra->list.name, err);
    return (extra->library != NULL && find_place(m, extra, err) && inherit(extra, err)) ||
           error_prefix(err, "--periph %s", text);
}

/* Names an instance by its class and a number, passing over names that the board uses already. */
static void number_name(struct machine *m, const struct library *library, char *name, size_t size)
{
    do {
        snprintf(name, size, "%s%u", library->class.name, library_next_number(m, library));
    } while (device_find(m, name) != NULL);
}

/* Adds the properties that --set gives this device.  --set names it by its property `name`, or else by `name` as
 * number_name() has made it. */
static bool set_extra(struct machine *m, struct extra *extra, const char *name, struct error *err)
{
    const struct property *own = property_list_find(&extra->list, "name");

    return board_take_late_settings(m->board, own != NULL && own->value != NULL ? own->value : name,
                                    &extra->list, err);
}

static bool make_extra(struct machine *m, const char *text, struct extra *extra, struct error *err)
{
    struct property_list list = extra->list;
    char name[100];

    if (extra->replaces != NULL) {
        list.properties = extra->merged;
        for (list.count = 0; extra->merged[list.count].key != NULL; list.count++) {
        }
        snprintf(name, sizeof name, "%s", extra->replaces->name);
    } else {
        number_name(m, extra->library, name, sizeof name);
        if (!set_extra(m, extra, name, err)) {
            return false;
        }
        list = extra->list;
    }
    return device_create(m, name, extra->library, &list, err) ||
           blame(m, usage_to_peripheral(err->status), err, "--periph %s", text);
}

/* ---- all together ---- */

static struct extra *replacement_of(struct extra *extras, size_t count,
                                    const struct board_device *device)
{
    for (size_t i = 0; i < count; i++) {
        if (extras[i].replaces == device) {
            return &extras[i];
        }
    }
    return NULL;
}

static bool make_board_device(struct machine *m, const struct board_device *device,
                              struct error *err)
{
    const struct library *library = board_library(m, device, err);
    return (library != NULL && device_create(m, device->name, library, &device->properties, err)) ||
           blame(m, LEON3EMU_BOARD, err, "%s:%u: %s", device->source->label, device->line,
                 device->name);
}

static bool make_devices(struct machine *m, struct extra *extras, struct error *err)
{
    size_t count = m->options.peripheral_count;
    bool ok = true;

    /* A replacement takes the replaced device's position in board order, and therefore its plug&play slot. */
    for (size_t i = 0; ok && i < m->board->device_count; i++) {
        const struct board_device *device = &m->board->devices[i];
        struct extra *extra = replacement_of(extras, count, device);
        ok = extra == NULL ? make_board_device(m, device, err)
                           : make_extra(m, m->options.peripherals[extra - extras], extra, err);
    }
    for (size_t i = 0; ok && i < count; i++) {
        if (extras[i].replaces == NULL) {
            ok = make_extra(m, m->options.peripherals[i], &extras[i], err);
        }
    }
    return ok;
}

static bool check_replacements(const struct machine *m, const struct extra *extras,
                               struct error *err)
{
    for (size_t i = 0; i < m->options.peripheral_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (extras[i].replaces != NULL && extras[i].replaces == extras[k].replaces) {
                return error_set(err, LEON3EMU_PERIPHERAL,
                                 "--periph %s: the board's %s is already replaced by --periph %s; "
                                 "say where with base=ADDRESS",
                                 m->options.peripherals[i], extras[i].replaces->name,
                                 m->options.peripherals[k]);
            }
        }
    }
    return true;
}

/* ---- notices of what is allowed, but probably a mistake ---- */

static __attribute__((format(printf, 2, 3))) void notice(const struct machine *m,
                                                         const char *format, ...)
{
    char text[300];
    va_list arguments;

    if (m->options.notice == NULL) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    m->options.notice(m->options.context, text);
}

/* The bases of the APB bridges. */
struct bridges {
    size_t count;
    uint64_t *bases; /* from malloc() */
};

static bool find_bridges(const struct machine *m, struct bridges *bridges, struct error *err)
{
    bridges->count = 0;
    bridges->bases = calloc((size_t)m->device_count + 1, sizeof *bridges->bases);
    if (bridges->bases == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    for (const struct l3_host *host = m->devices; host != NULL; host = host->next) {
        const struct l3_device_class *class = &host->library->class;
        if ((class->flags & L3_CLASS_BRIDGE) && class->region_count != 0) {
            bridges->bases[bridges->count++] = host->bases[0];
        }
    }
    return true;
}

static bool is_behind_bridge(const struct bridges *bridges, uint64_t base)
{
    for (size_t i = 0; i < bridges->count; i++) {
        if (base - bridges->bases[i] < MACHINE_APB_SIZE) {
            return true;
        }
    }
    return false;
}

/* Has the device an APB region that lies outside every bridge? */
static bool is_outside_bridges(const struct bridges *bridges, const struct l3_host *host)
{
    for (uint32_t i = 0; i < host->library->class.region_count; i++) {
        if (library_region(&host->library->class, i).kind == L3_REGION_APB &&
            !is_behind_bridge(bridges, host->bases[i])) {
            return true;
        }
    }
    return false;
}

static bool check_bridges(const struct machine *m, struct error *err)
{
    const struct l3_host *first = NULL;
    struct bridges bridges;
    unsigned count = 0;

    if (!find_bridges(m, &bridges, err)) {
        return false;
    }
    for (const struct l3_host *host = m->devices; host != NULL; host = host->next) {
        if (is_outside_bridges(&bridges, host)) {
            first = first == NULL ? host : first;
            count++;
        }
    }
    if (count > 0) {
        notice(m,
               "%s at 0x%08llx%s: an APB core outside the 1 MiB of every APB bridge of the board; "
               "plug&play does not show it; add a bridge (apbctrl) there, or move it behind one",
               first->name, (unsigned long long)first->bases[0], count > 1 ? " (and others)" : "");
    }
    free(bridges.bases);
    return true;
}

static void check_controller(const struct machine *m)
{
    if (m->irq_controller == NULL) {
        notice(m, "the board has no interrupt controller: no interrupt reaches a CPU; add one, "
                  "such as irqmp0 = irqmp, base=0x80000200");
    }
}

bool machine_build(struct machine *m, struct error *err)
{
    size_t count = m->options.peripheral_count;
    struct extra *extras = calloc(count + 1, sizeof *extras);
    bool ok = extras != NULL || error_set(err, LEON3EMU_HOST, "out of memory");

    for (size_t i = 0; ok && i < m->board->memory_count; i++) {
        ok = add_memory(m, &m->board->memories[i], err);
    }
    for (size_t i = 0; ok && i < count; i++) {
        ok = prepare_extra(m, m->options.peripherals[i], &extras[i], err);
    }
    ok = ok && check_replacements(m, extras, err) && make_devices(m, extras, err) &&
         board_check_late_settings(m->board, err) && check_bridges(m, err);
    if (ok) {
        check_controller(m);
    }
    for (size_t i = 0; extras != NULL && i < count; i++) {
        property_list_clear(&extras[i].list);
        free(extras[i].merged);
    }
    free(extras);
    return ok;
}
