// SPDX-License-Identifier: MIT
/* The properties of a device's class: text of the board or the command line becomes values. */
#include <stdlib.h>
#include <string.h>

#include "core/parse.h"
#include "machine/device.h"

const struct device_property *device_find_property(const struct l3_host *host, const char *name)
{
    for (uint32_t i = 0; i < host->library->class.property_count; i++) {
        if (strcmp(host->properties[i].name, name) == 0) {
            return &host->properties[i];
        }
    }
    return NULL;
}

static bool set_number(struct device_property *value, const struct l3_property *p,
                       struct error *err)
{
    if (!parse_size(value->text, &value->number)) {
        return error_set(err, LEON3EMU_PERIPHERAL, "%s=%s: not a number", p->name, value->text);
    }
    if (value->number < p->minimum || value->number > p->maximum) {
        return error_set(err, LEON3EMU_PERIPHERAL, "%s=%s: must be from %llu to %llu", p->name,
                         value->text, (unsigned long long)p->minimum,
                         (unsigned long long)p->maximum);
    }
    return true;
}

static bool set_switch(struct device_property *value, const struct l3_property *p,
                       struct error *err)
{
    bool on;
    if (!parse_switch(value->text, &on)) {
        return error_set(err, LEON3EMU_PERIPHERAL, "%s=%s: must be on or off", p->name,
                         value->text);
    }
    value->number = on;
    return true;
}

/* directory: where relative paths start. */
static bool set_property(struct l3_host *host, uint32_t index, const struct l3_property *p,
                         const char *text, const char *directory, struct error *err)
{
    struct device_property *value = &host->properties[index];

    value->name = p->name;
    value->host = host;
    if (text == NULL) {
        return error_set(err, LEON3EMU_PERIPHERAL, "property %s needs a value (%s)", p->name,
                         p->help == NULL ? "" : p->help);
    }
    value->text = strdup(text);
    if (value->text == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    switch (p->type) {
    case L3_PROPERTY_UINT:
        return set_number(value, p, err);
    case L3_PROPERTY_BOOL:
        return set_switch(value, p, err);
    case L3_PROPERTY_CHARDEV:
        return chardev_open_at(host->machine->chardevs, host->name, text, directory,
                               &value->chardev, err);
    default:
        return true;
    }
}

bool device_set_properties(struct l3_host *host, const struct property_list *list,
                           struct error *err)
{
    const struct l3_device_class *class = &host->library->class;

    host->properties = calloc(class->property_count + 1, sizeof *host->properties);
    if (host->properties == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    for (uint32_t i = 0; i < class->property_count; i++) {
        host->properties[i].name = library_property(class, i).name;
    }
    for (uint32_t i = 0; i < class->property_count; i++) {
        struct l3_property p = library_property(class, i);
        const struct property *given = property_list_find(list, p.name);
        if (!set_property(host, i, &p, given != NULL ? given->value : p.default_value,
                          given != NULL ? given->directory : NULL, err)) {
            host->machine->bad_property = given;
            return false;
        }
    }
    return true;
}

void device_free_properties(struct l3_host *host)
{
    for (uint32_t i = 0; host->properties != NULL && i < host->library->class.property_count; i++) {
        free(host->properties[i].text);
    }
    free(host->properties);
}
