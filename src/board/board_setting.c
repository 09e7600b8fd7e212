// SPDX-License-Identifier: MIT
/*
 * Settings of the command line: NAME.KEY=VALUE changes one thing of a board that was read.
 *
 * NAME is `board`, `cpu` or the name of a memory or device, looked up in this order.  `ram` means
 * the board's first RAM if no memory is called so.  The last dot before the first "=" separates
 * NAME from KEY, as names may have dots and keys have none.
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/suggest.h"
#include "board/board_entry.h"

#define LISTED_NAMES 12

/* The three parts of a setting. */
struct setting {
    char name[64];
    char key[64];
    const char *value; /* in the text of the setting */
};

static bool split_setting(const struct board_desc *desc, const char *text, struct setting *setting,
                          struct error *err)
{
    const char *equals = strchr(text, '=');
    const char *dot = equals == NULL ? NULL : memrchr(text, '.', (size_t)(equals - text));

    if (dot == NULL || dot == text || dot + 1 == equals) {
        return board_refuse(desc, 0, err,
                            "not NAME.KEY=VALUE, as in uart1.chardev=pty or board.clock=50M");
    }
    if ((size_t)(dot - text) >= sizeof setting->name ||
        (size_t)(equals - dot - 1) >= sizeof setting->key) {
        return board_refuse(desc, 0, err, "a name has at most %zu characters",
                            sizeof setting->name - 1);
    }
    snprintf(setting->name, sizeof setting->name, "%.*s", (int)(dot - text), text);
    snprintf(setting->key, sizeof setting->key, "%.*s", (int)(equals - dot - 1), dot + 1);
    setting->value = equals + 1;
    return true;
}

/* The first RAM in the board file, which `ram` stands for; NULL: there is none. */
static struct board_memory *first_ram(const struct board_desc *desc)
{
    for (size_t i = 0; i < desc->memory_count; i++) {
        if (desc->memories[i].type == BOARD_RAM) {
            return &desc->memories[i];
        }
    }
    return NULL;
}

static struct board_name find_named(const struct board_desc *desc, const char *name)
{
    struct board_name found = {NULL, NULL};

    for (size_t i = 0; found.memory == NULL && i < desc->memory_count; i++) {
        found.memory = strcmp(desc->memories[i].name, name) == 0 ? &desc->memories[i] : NULL;
    }
    for (size_t i = 0; found.memory == NULL && found.device == NULL && i < desc->device_count;
         i++) {
        found.device = strcmp(desc->devices[i].name, name) == 0 ? &desc->devices[i] : NULL;
    }
    if (found.memory == NULL && found.device == NULL && strcmp(name, "ram") == 0) {
        found.memory = first_ram(desc);
    }
    return found;
}

struct listing {
    struct suggest suggest;
    char names[400];
    unsigned count;
};

static void list_name(struct listing *listing, const char *name)
{
    size_t used = strlen(listing->names);

    suggest_offer(&listing->suggest, name);
    if (listing->count++ < LISTED_NAMES) {
        snprintf(listing->names + used, sizeof listing->names - used, "%s%s", used == 0 ? "" : ", ",
                 name);
    }
}

static bool refuse_name(const struct board_desc *desc, const char *name, struct error *err)
{
    struct listing listing = {.names = ""};

    suggest_begin(&listing.suggest, name, strlen(name));
    list_name(&listing, "board");
    list_name(&listing, "cpu");
    for (size_t i = 0; i < desc->memory_count; i++) {
        list_name(&listing, desc->memories[i].name);
    }
    for (size_t i = 0; i < desc->device_count; i++) {
        list_name(&listing, desc->devices[i].name);
    }
    return board_refuse(desc, 0, err, "the board has no %s; it has %s%s%s", name, listing.names,
                        listing.count > LISTED_NAMES ? " and more (--board=NAME,help lists all)"
                                                     : "",
                        suggest_text(&listing.suggest));
}

/* ---- what is set ---- */

/* Sets a key of [board] or [cpu], as an entry of a board file would. */
static bool set_key(struct board_desc *desc, const struct setting *setting, struct error *err)
{
    struct board_seen seen = {0};
    struct board_entry entry = {.value = strdup(setting->value)};
    bool good;

    if (entry.value == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    snprintf(entry.section, sizeof entry.section, "%s", setting->name);
    snprintf(entry.name, sizeof entry.name, "%s", setting->key);
    good = board_entry_take(desc, &seen, &entry, err);
    free(entry.value);
    return good;
}

static bool set_memory(struct board_desc *desc, struct board_memory *memory,
                       struct property_list *list, struct error *err)
{
    struct board_entry entry = {.line = 0};
    struct board_memory changed = *memory;

    snprintf(entry.name, sizeof entry.name, "%s", memory->name);
    if (!board_memory_take(desc, &entry, list, &changed, err)) {
        return false;
    }
    changed.source = desc->source;
    changed.line = 0;
    *memory = changed;
    return true;
}

/* Sets a device's property.  The property remembers the setting, because only src/machine, which
 * makes the device, can check it, and its message must name the setting. */
static bool set_device(struct board_device *device, struct property_list *list, const char *label,
                       struct error *err)
{
    list->properties[0].setting = label;
    return property_list_override(&device->properties, list, err);
}

static bool keep_for_later(struct board_desc *desc, const char *text, struct error *err)
{
    struct board_late *late = calloc(1, sizeof *late + strlen(text) + 1);
    struct board_late **end = &desc->late;

    if (late == NULL) {
        return error_set(err, LEON3EMU_HOST, "out of memory");
    }
    late->source = desc->source;
    strcpy(late->text, text);
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = late;
    return true;
}

static bool apply_setting(struct board_desc *desc, const char *text, struct error *err)
{
    struct setting setting;
    struct property_list list;
    struct board_name found;
    bool good;

    if (!split_setting(desc, text, &setting, err)) {
        return false;
    }
    if (strcmp(setting.name, "board") == 0 || strcmp(setting.name, "cpu") == 0) {
        return set_key(desc, &setting, err);
    }
    found = find_named(desc, setting.name);
    if (found.memory == NULL && found.device == NULL) {
        return desc->may_be_late ? keep_for_later(desc, text, err)
                                 : refuse_name(desc, setting.name, err);
    }
    if (!property_list_single(setting.key, setting.value, &list, err)) {
        return false;
    }
    good = found.memory != NULL ? set_memory(desc, found.memory, &list, err)
                                : set_device(found.device, &list, desc->source->label, err);
    property_list_clear(&list);
    return good;
}

bool board_apply_settings(struct board_desc *desc, const char *const *settings, size_t count,
                          struct error *err)
{
    const struct board_source *board = desc->source;
    char label[HOST_FILE_LABEL_SIZE];
    bool good = true;

    for (size_t i = 0; good && i < count; i++) {
        snprintf(label, sizeof label, "--set %s", settings[i]);
        desc->source = board_source_add(desc, label, LEON3EMU_USAGE);
        if (desc->source == NULL) {
            desc->source = board;
            return error_set(err, LEON3EMU_HOST, "out of memory");
        }
        good = apply_setting(desc, settings[i], err);
        desc->source = board;
    }
    return good && (count == 0 || board_entry_check_all(desc, err));
}

/* ---- settings of devices that --periph makes ---- */

static bool take_late(struct board_late *late, const char *name, struct property_list *list,
                      struct error *err)
{
    struct board_desc nobody = {.source = late->source};
    struct property_list single;
    struct setting setting;

    if (!split_setting(&nobody, late->text, &setting, err)) {
        return false;
    }
    if (strcmp(setting.name, name) != 0) {
        return true;
    }
    late->taken = true;
    if (!property_list_single(setting.key, setting.value, &single, err)) {
        return false;
    }
    single.properties[0].setting = late->source->label;
    return property_list_override(list, &single, err);
}

bool board_take_late_settings(struct board_desc *desc, const char *name, struct property_list *list,
                              struct error *err)
{
    for (struct board_late *late = desc->late; late != NULL; late = late->next) {
        if (!take_late(late, name, list, err)) {
            return false;
        }
    }
    return true;
}

bool board_check_late_settings(struct board_desc *desc, struct error *err)
{
    const struct board_source *board = desc->source;
    struct board_late *late = desc->late;
    struct setting setting;

    while (late != NULL && late->taken) {
        late = late->next;
    }
    if (late == NULL) {
        return true;
    }
    desc->source = late->source;
    if (split_setting(desc, late->text, &setting, err)) {
        refuse_name(desc, setting.name, err);
    }
    desc->source = board;
    return false;
}
