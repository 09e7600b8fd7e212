// SPDX-License-Identifier: MIT
/*
 * What the entries of a board file mean, see board_file.h.
 *
 * Each section has a function that takes one entry; that of [cpu] is in board_cpu.c.  An entry
 * changes the entry of the same name of an included file; two entries of one name in the same file
 * are refused.
 */
#define _POSIX_C_SOURCE 200809L

#include "board/board_entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/parse.h"
#include "core/suggest.h"

#define CLOCK_MINIMUM 1000000u    /* GPTIMER's scaler is preset to MHz - 1 */
#define CLOCK_MAXIMUM 4000000000u /* fits clock_hz */
#define RESET_ALIGN   4096u       /* TBR and the VHDL's rstaddr hold bits 31:12 only */
#define MEMORY_ALIGN  8u          /* so that no LDD or STD crosses the end of a memory */

#define MEMORY_COUNT 256u /* a limit, as check_overlaps() compares each memory with each */

static const char *const board_keys[] = {
    [BOARD_KEY_NAME] = "name",
    [BOARD_KEY_DESCRIPTION] = "description",
    [BOARD_KEY_CLOCK] = "clock",
    [BOARD_KEY_INCLUDE] = "include",
};

static bool refuse_memory(struct error *err)
{
    return error_set(err, LEON3EMU_HOST, "no memory for the description of a board");
}

static bool replace_string(char **string, const char *value, struct error *err)
{
    char *copy = strdup(value);

    if (copy == NULL) {
        return refuse_memory(err);
    }
    free(*string);
    *string = copy;
    return true;
}

/* ---- [board] ---- */

static bool take_clock(struct board_desc *desc, const struct board_entry *entry, struct error *err)
{
    uint64_t clock;

    if (!parse_frequency(entry->value, &clock)) {
        return board_refuse(
            desc, entry->line, err,
            "clock \"%.40s\" is not a frequency; give whole Hz, as in clock = 40M or "
            "33.333M",
            entry->value);
    }
    if (clock < CLOCK_MINIMUM || clock > CLOCK_MAXIMUM) {
        return board_refuse(desc, entry->line, err,
                            "a clock of %" PRIu64 " Hz is out of range; give %u to %u Hz", clock,
                            CLOCK_MINIMUM, CLOCK_MAXIMUM);
    }
    desc->clock_hz = (uint32_t)clock;
    return true;
}

static bool refuse_board_key(const struct board_desc *desc, const struct board_entry *entry,
                             struct error *err)
{
    struct suggest suggest;

    suggest_begin(&suggest, entry->name, strlen(entry->name));
    for (size_t i = 0; i < ARRAY_LEN(board_keys); i++) {
        suggest_offer(&suggest, board_keys[i]);
    }
    return board_refuse(desc, entry->line, err,
                        "unknown key \"%s\" in [board]; the keys are name, description, clock, "
                        "include%s",
                        entry->name, suggest_text(&suggest));
}

/* Checks that include may stand here.  A file changes what it includes, so its includes must come before all other
 * entries. */
static bool check_include(const struct board_desc *desc, const struct board_seen *seen,
                          const struct board_entry *entry, struct error *err)
{
    if (seen->first_line != 0) {
        return board_refuse(desc, entry->line, err,
                            "include stands below line %u, which belongs to the board; move it up, "
                            "so that the file changes what it includes",
                            seen->first_line);
    }
    if (desc->source->status != LEON3EMU_BOARD) {
        return board_refuse(desc, entry->line, err,
                            "include belongs into a board file; --board=%.80s chooses a board",
                            entry->value);
    }
    return true;
}

static bool take_board(struct board_desc *desc, struct board_seen *seen,
                       const struct board_entry *entry, struct error *err)
{
    size_t key = 0;

    while (key < ARRAY_LEN(board_keys) && strcmp(board_keys[key], entry->name) != 0) {
        key++;
    }
    if (key == ARRAY_LEN(board_keys)) {
        return refuse_board_key(desc, entry, err);
    }
    if (key == BOARD_KEY_INCLUDE) {
        return check_include(desc, seen, entry, err);
    }
    if (!board_note_once(desc, &seen->board_lines[key], entry, err)) {
        return false;
    }
    switch (key) {
    case BOARD_KEY_NAME:
        return replace_string(&desc->name, entry->value, err);
    case BOARD_KEY_DESCRIPTION:
        return replace_string(&desc->description, entry->value, err);
    default:
        return take_clock(desc, entry, err);
    }
}

/* ---- names of memories and devices ---- */

static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_.-";

    return *name != '\0' && name[strspn(name, letters)] == '\0';
}

/* Finds the memory or device that has the entry's name already, if any.  Refuses the entry if that
 * is from the same file, or is a device and the entry a memory, or the other way round. */
static bool find_earlier(const struct board_desc *desc, const struct board_entry *entry,
                         bool is_memory, struct board_name *earlier, struct error *err)
{
    const struct board_source *source;
    unsigned line;

    if (!is_name(entry->name)) {
        return board_refuse(desc, entry->line, err,
                            "\"%s\" is not a name; use letters, digits, _ . and -", entry->name);
    }
    *earlier = board_name_find(desc, entry->name);
    if (earlier->memory == NULL && earlier->device == NULL) {
        return strcmp(entry->value, "none") != 0 ||
               board_refuse(desc, entry->line, err, "there is no %s to take away with none",
                            entry->name);
    }
    source = earlier->memory != NULL ? earlier->memory->source : earlier->device->source;
    line = earlier->memory != NULL ? earlier->memory->line : earlier->device->line;
    if (source == desc->source && desc->source->status == LEON3EMU_BOARD) {
        return board_refuse(desc, entry->line, err,
                            "the name %s is given twice, first in line %u; rename one of them",
                            entry->name, line);
    }
    if (is_memory != (earlier->memory != NULL)) {
        return board_refuse(desc, entry->line, err, "the name %s is that of a %s of %s already",
                            entry->name, is_memory ? "device" : "memory", source->label);
    }
    return true;
}

/* Is the entry "name = none", which removes a memory or device of an included file? */
static bool is_removal(const struct board_entry *entry, const struct board_name *earlier)
{
    return strcmp(entry->value, "none") == 0 &&
           (earlier->memory != NULL || earlier->device != NULL);
}

/* Puts file, line and name in front of property_list.c's message. */
static bool refuse_properties(const struct board_desc *desc, const struct board_entry *entry,
                              struct error *err)
{
    if (err != NULL && err->status == LEON3EMU_USAGE) {
        err->status = LEON3EMU_BOARD;
    }
    return error_prefix(err, "%s:%u: %s", desc->source->label, entry->line, entry->name);
}

/* ---- [memory] ---- */

/* Takes the number of a memory's base or size. */
static bool take_memory_number(const struct board_desc *desc, const struct board_entry *entry,
                               const struct property *property, uint32_t *field, struct error *err)
{
    uint64_t value;

    if (property->value == NULL || !parse_size(property->value, &value)) {
        return board_refuse(desc, entry->line, err,
                            "%s of memory %s is not a number; write it as in base=0x40000000, "
                            "size=64M",
                            property->key, entry->name);
    }
    if (value % MEMORY_ALIGN != 0 || value > UINT32_MAX) {
        return board_refuse(desc, entry->line, err,
                            "%s of memory %s is 0x%" PRIx64 "; give a multiple of %u below 4G",
                            property->key, entry->name, value, MEMORY_ALIGN);
    }
    *field = (uint32_t)value;
    return true;
}

static bool take_memory_type(const struct board_desc *desc, const struct board_entry *entry,
                             const struct property *property, struct board_memory *memory,
                             struct error *err)
{
    const char *type = property->value != NULL ? property->value : "";

    if (strcmp(type, "ram") == 0) {
        memory->type = BOARD_RAM;
    } else if (strcmp(type, "rom") == 0) {
        memory->type = BOARD_ROM;
    } else {
        return board_refuse(desc, entry->line, err,
                            "memory %s has the unknown type \"%.40s\"; give ram or rom",
                            entry->name, type);
    }
    return true;
}

static bool refuse_memory_property(const struct board_desc *desc, const struct board_entry *entry,
                                   const struct property *property, struct error *err)
{
    struct suggest suggest;

    suggest_begin(&suggest, property->key, strlen(property->key));
    suggest_offer(&suggest, "base");
    suggest_offer(&suggest, "size");
    suggest_offer(&suggest, "type");
    return board_refuse(desc, entry->line, err,
                        "memory %s has the unknown property \"%.40s\"; the properties are base, "
                        "size, type%s",
                        entry->name, property->key, suggest_text(&suggest));
}

static bool take_memory_property(const struct board_desc *desc, const struct board_entry *entry,
                                 const struct property *property, struct board_memory *memory,
                                 struct error *err)
{
    if (strcmp(property->key, "base") == 0) {
        return take_memory_number(desc, entry, property, &memory->base, err);
    }
    if (strcmp(property->key, "size") == 0) {
        return take_memory_number(desc, entry, property, &memory->size, err);
    }
    if (strcmp(property->key, "type") == 0) {
        return take_memory_type(desc, entry, property, memory, err);
    }
    return refuse_memory_property(desc, entry, property, err);
}

bool board_memory_take(const struct board_desc *desc, const struct board_entry *entry,
                       const struct property_list *list, struct board_memory *memory,
                       struct error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!take_memory_property(desc, entry, &list->properties[i], memory, err)) {
            return false;
        }
    }
    memory->has_base = memory->has_base || property_list_find(list, "base") != NULL;
    if (!memory->has_base || memory->size == 0) {
        return board_refuse(desc, entry->line, err,
                            "memory %s needs a base and a size; write them as in "
                            "base=0x40000000, size=64M",
                            entry->name);
    }
    if (memory->size > UINT64_C(0x100000000) - memory->base) {
        return board_refuse(desc, entry->line, err,
                            "memory %s reaches past the end of the address space; make it smaller "
                            "or move its base",
                            entry->name);
    }
    return true;
}

/* Appends room for one element of `size` bytes, all zero; NULL: no memory.  The array doubles when its
 * count is a power of two. */
static void *append_element(void **array, size_t *count, size_t size)
{
    char *grown = *array;

    if ((*count & (*count - 1)) == 0) {
        grown = realloc(*array, (*count == 0 ? 1 : *count * 2) * size);
    }
    if (grown == NULL) {
        return NULL;
    }
    *array = grown;
    return memset(grown + (*count)++ * size, 0, size);
}

static bool add_memory(struct board_desc *desc, const struct board_memory *memory,
                       const struct board_entry *entry, struct error *err)
{
    void *array = desc->memories;
    struct board_memory *added;

    if (desc->memory_count == MEMORY_COUNT) {
        return board_refuse(desc, entry->line, err, "there are more than %u memories",
                            MEMORY_COUNT);
    }
    added = append_element(&array, &desc->memory_count, sizeof *added);
    desc->memories = array;
    if (added == NULL) {
        return refuse_memory(err);
    }
    *added = *memory;
    return replace_string(&added->name, entry->name, err) &&
           (board_name_add(desc, entry->name, desc->memory_count - 1, true) || refuse_memory(err));
}

static bool take_memory(struct board_desc *desc, struct board_seen *seen,
                        const struct board_entry *entry, struct error *err)
{
    struct board_memory memory = {.type = BOARD_RAM};
    struct board_name earlier = {NULL, NULL};
    struct property_list list;
    bool good;

    (void)seen;
    if (!find_earlier(desc, entry, true, &earlier, err)) {
        return false;
    }
    if (earlier.memory != NULL) {
        memory = *earlier.memory;
    }
    memory.line = entry->line;
    memory.source = desc->source;
    memory.removed = is_removal(entry, &earlier);
    if (memory.removed) {
        *earlier.memory = memory;
        return true;
    }
    if (!property_list_parse_pairs(entry->value, &list, err)) {
        return refuse_properties(desc, entry, err);
    }
    good = board_memory_take(desc, entry, &list, &memory, err);
    property_list_clear(&list);
    if (good && earlier.memory != NULL) {
        *earlier.memory = memory;
        return true;
    }
    return good && add_memory(desc, &memory, entry, err);
}

/* ---- [devices] ---- */

static struct board_device *add_device(struct board_desc *desc, const struct board_entry *entry,
                                       struct error *err)
{
    void *array = desc->devices;
    struct board_device *device = append_element(&array, &desc->device_count, sizeof *device);

    desc->devices = array;
    if (device == NULL || !replace_string(&device->name, entry->name, err) ||
        !board_name_add(desc, entry->name, desc->device_count - 1, false)) {
        refuse_memory(err);
        return NULL;
    }
    return device;
}

/* Gives the device the line's properties.  If an included file has given the device, and the class
 * is the same, its other properties stay; with another class they go. */
static bool change_device(struct board_desc *desc, struct board_device *device,
                          struct property_list *list, struct error *err)
{
    if (device->class_name != NULL &&
        (strcmp(device->class_name, list->name) != 0 || device->removed)) {
        property_list_clear(&device->properties);
    }
    for (size_t i = 0; i < list->count; i++) {
        list->properties[i].directory = desc->source->directory;
    }
    if (!property_list_override(&device->properties, list, err)) {
        return false;
    }
    device->class_name = device->properties.name;
    device->removed = false;
    return true;
}

static bool check_class(const struct board_desc *desc, const struct board_entry *entry,
                        const char *class_name, struct error *err)
{
    return strchr(class_name, '=') == NULL ||
           board_refuse(desc, entry->line, err,
                        "device %s starts with the property \"%.40s\"; write its class first, "
                        "as in uart0 = apbuart, base=0x80000100",
                        entry->name, class_name);
}

static bool take_device(struct board_desc *desc, struct board_seen *seen,
                        const struct board_entry *entry, struct error *err)
{
    struct board_name earlier = {NULL, NULL};
    struct board_device *device;
    struct property_list list;
    bool good;

    (void)seen;
    if (!find_earlier(desc, entry, false, &earlier, err)) {
        return false;
    }
    if (!property_list_parse(entry->value, &list, err)) {
        return refuse_properties(desc, entry, err);
    }
    device = earlier.device;
    good = check_class(desc, entry, list.name, err) &&
           (device != NULL || (device = add_device(desc, entry, err)) != NULL);
    if (good) {
        device->line = entry->line;
        device->source = desc->source;
        device->removed = is_removal(entry, &earlier);
        good = device->removed || change_device(desc, device, &list, err);
    }
    property_list_clear(&list);
    return good;
}

/* ---- all sections ---- */

static const struct {
    const char *name;
    bool (*take)(struct board_desc *, struct board_seen *, const struct board_entry *,
                 struct error *);
} sections[] = {
    {"board", take_board},
    {"cpu", board_cpu_take},
    {"memory", take_memory},
    {"devices", take_device},
};

bool board_entry_section(const struct board_desc *desc, unsigned line, const char *name,
                         size_t length, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if (strlen(sections[i].name) == length && memcmp(sections[i].name, name, length) == 0) {
            return true;
        }
    }
    return board_refuse(desc, line, err,
                        "unknown section [%.*s]; the sections are [board], [cpu], [memory], "
                        "[devices]",
                        length < 40 ? (int)length : 40, name);
}

/* Takes an entry above the first section: only include may be there. */
static bool take_above_sections(struct board_desc *desc, struct board_seen *seen,
                                const struct board_entry *entry, struct error *err)
{
    if (strcmp(entry->name, board_keys[BOARD_KEY_INCLUDE]) == 0) {
        return check_include(desc, seen, entry, err);
    }
    return board_refuse(desc, entry->line, err,
                        "\"%s\" stands before the first section; put [board], [cpu], [memory] "
                        "or [devices] above it",
                        entry->name);
}

bool board_entry_is_include(const struct board_entry *entry)
{
    return strcmp(entry->name, board_keys[BOARD_KEY_INCLUDE]) == 0 &&
           (entry->section[0] == '\0' || strcmp(entry->section, "board") == 0);
}

bool board_entry_take(struct board_desc *desc, struct board_seen *seen,
                      const struct board_entry *entry, struct error *err)
{
    bool (*take)(struct board_desc *, struct board_seen *, const struct board_entry *,
                 struct error *) = take_above_sections;
    bool good;

    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if (strcmp(sections[i].name, entry->section) == 0) {
            take = sections[i].take;
        }
    }
    good = take(desc, seen, entry, err);
    if (seen->first_line == 0 && strcmp(entry->name, board_keys[BOARD_KEY_INCLUDE]) != 0) {
        seen->first_line = entry->line;
    }
    return good;
}

/* Writes the source and line of a memory, for a message about another one that overlaps with it. */
static void location_text(const struct board_desc *desc, const struct board_memory *memory,
                          char *text, size_t size)
{
    if (memory->line == 0) {
        snprintf(text, size, "%s", memory->source->label);
    } else if (memory->source == desc->source) {
        snprintf(text, size, "line %u", memory->line);
    } else {
        snprintf(text, size, "%s:%u", memory->source->label, memory->line);
    }
}

/* Checks that no byte belongs to two memories. */
static bool check_overlaps(struct board_desc *desc, struct error *err)
{
    char place[HOST_FILE_LABEL_SIZE + 20];

    for (size_t i = 1; i < desc->memory_count; i++) {
        const struct board_memory *b = &desc->memories[i];
        for (size_t k = 0; k < i; k++) {
            const struct board_memory *a = &desc->memories[k];
            if (a->base < (uint64_t)b->base + b->size && b->base < (uint64_t)a->base + a->size) {
                desc->source = b->source;
                location_text(desc, a, place, sizeof place);
                return board_refuse(
                    desc, b->line, err,
                    "memory %s overlaps memory %s of %s; move or shrink one of them", b->name,
                    a->name, place);
            }
        }
    }
    return true;
}

static bool has_ram(const struct board_desc *desc)
{
    for (size_t i = 0; i < desc->memory_count; i++) {
        if (desc->memories[i].type == BOARD_RAM) {
            return true;
        }
    }
    return false;
}

/* Drops the memories and devices that "name = none" has removed.  This is done at the end, because
 * a later entry may name one of them again. */
static void drop_removed(struct board_desc *desc)
{
    size_t kept = 0;

    for (size_t i = 0; i < desc->memory_count; i++) {
        if (desc->memories[i].removed) {
            free(desc->memories[i].name);
        } else {
            desc->memories[kept++] = desc->memories[i];
        }
    }
    desc->memory_count = kept;
    kept = 0;
    for (size_t i = 0; i < desc->device_count; i++) {
        if (desc->devices[i].removed) {
            free(desc->devices[i].name);
            property_list_clear(&desc->devices[i].properties);
        } else {
            desc->devices[kept++] = desc->devices[i];
        }
    }
    desc->device_count = kept;
}

bool board_entry_check_all(struct board_desc *desc, struct error *err)
{
    drop_removed(desc);
    if (desc->clock_hz == 0) {
        return board_refuse(desc, 0, err,
                            "the board has no clock; add a line such as clock = 40M to [board]");
    }
    if (!has_ram(desc)) {
        return board_refuse(desc, 0, err,
                            "the board has no RAM; add a line such as "
                            "ram = base=0x40000000, size=64M to [memory]");
    }
    if (desc->cpu.reset % RESET_ALIGN != 0) {
        return board_refuse(desc, 0, err,
                            "reset address 0x%" PRIx32 " is not at the start of a page of 4 KiB; "
                            "correct reset = in [cpu]",
                            desc->cpu.reset);
    }
    return check_overlaps(desc, err);
}
