// SPDX-License-Identifier: MIT
/*
 * What the entries of a board file mean, see board_file.h.
 *
 * Each section has a function that takes one entry.  The keys of [cpu] come from board_cpu.def.
 */
#define _POSIX_C_SOURCE 200809L

#include "machine/board_entry.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/parse.h"

#define CLOCK_MINIMUM 1000000u    /* GPTIMER's scaler is preset to MHz - 1 */
#define CLOCK_MAXIMUM 4000000000u /* fits clock_hz */
#define MEMORY_ALIGN  8u          /* LDD and STD never reach over an end */

enum board_key {
    BOARD_KEY_NAME,
    BOARD_KEY_DESCRIPTION,
    BOARD_KEY_CLOCK,
};

enum key_type {
    KEY_NUMBER,
    KEY_SWITCH,
    KEY_CHOICE,
};

static const struct cpu_key {
    const char *name;
    enum key_type type;
    uint32_t minimum;
    uint32_t maximum;
    uint32_t initial;
    const char *meaning;
    size_t offset;
} cpu_keys[] = {
#define BOARD_CPU_KEY(key, type, minimum, maximum, initial, meaning)                               \
    {#key, KEY_##type, minimum, maximum, initial, meaning, offsetof(struct board_cpu, key)},
#include "machine/board_cpu.def"
};

/* The words that keys of type CHOICE take. */
static const struct cpu_choice {
    size_t offset; /* that of the key */
    const char *word;
    uint32_t value;
} cpu_choices[] = {
#define BOARD_CPU_CHOICE(key, word, value) {offsetof(struct board_cpu, key), word, value},
#include "machine/board_cpu.def"
};

_Static_assert(ARRAY_LEN(cpu_keys) <= sizeof((struct board_seen *)0)->cpu_lines / sizeof(unsigned),
               "a line number is kept for each key");

bool board_refuse(const struct board_desc *desc, unsigned line, struct error *err,
                  const char *format, ...)
{
    char reason[768];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (line == 0) {
        return error_set(err, LEON3EMU_BOARD, "%s: %s", desc->label, reason);
    }
    return error_set(err, LEON3EMU_BOARD, "%s:%u: %s", desc->label, line, reason);
}

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

/* Notes in *first that a key was given; a second time is refused. */
static bool note_once(const struct board_desc *desc, unsigned *first,
                      const struct board_entry *entry, struct error *err)
{
    if (*first != 0) {
        return board_refuse(desc, entry->line, err,
                            "%s is given twice, first in line %u; remove one of them", entry->name,
                            *first);
    }
    *first = entry->line;
    return true;
}

static uint32_t *cpu_field(struct board_cpu *cpu, const struct cpu_key *key)
{
    return (uint32_t *)((char *)cpu + key->offset);
}

void board_entry_defaults(struct board_desc *desc)
{
    for (size_t i = 0; i < ARRAY_LEN(cpu_keys); i++) {
        *cpu_field(&desc->cpu, &cpu_keys[i]) = cpu_keys[i].initial;
    }
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

static bool take_board(struct board_desc *desc, struct board_seen *seen,
                       const struct board_entry *entry, struct error *err)
{
    static const char *const keys[] = {
        [BOARD_KEY_NAME] = "name",
        [BOARD_KEY_DESCRIPTION] = "description",
        [BOARD_KEY_CLOCK] = "clock",
    };
    size_t key = 0;

    while (key < ARRAY_LEN(keys) && strcmp(keys[key], entry->name) != 0) {
        key++;
    }
    if (key == ARRAY_LEN(keys)) {
        return board_refuse(desc, entry->line, err,
                            "unknown key \"%s\" in [board]; the keys are name, description, clock",
                            entry->name);
    }
    if (!note_once(desc, &seen->board_lines[key], entry, err)) {
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

/* ---- [cpu] ---- */

static bool refuse_cpu_key(const struct board_desc *desc, const struct board_entry *entry,
                           struct error *err)
{
    char names[256] = "";

    for (size_t i = 0; i < ARRAY_LEN(cpu_keys); i++) {
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s", i == 0 ? "" : ", ",
                 cpu_keys[i].name);
    }
    return board_refuse(desc, entry->line, err, "unknown key \"%s\" in [cpu]; the keys are %s",
                        entry->name, names);
}

static bool take_cpu_switch(struct board_desc *desc, const struct cpu_key *key,
                            const struct board_entry *entry, struct error *err)
{
    bool value;

    if (!parse_switch(entry->value, &value)) {
        return board_refuse(desc, entry->line, err, "%s (%s) is \"%.40s\"; give on or off",
                            key->name, key->meaning, entry->value);
    }
    *cpu_field(&desc->cpu, key) = value;
    return true;
}

static bool take_cpu_number(struct board_desc *desc, const struct cpu_key *key,
                            const struct board_entry *entry, struct error *err)
{
    uint64_t value;

    if (!parse_number(entry->value, &value)) {
        return board_refuse(desc, entry->line, err,
                            "%s (%s) is \"%.40s\", not a number; give %" PRIu32 " to %" PRIu32,
                            key->name, key->meaning, entry->value, key->minimum, key->maximum);
    }
    if (value < key->minimum || value > key->maximum) {
        return board_refuse(desc, entry->line, err,
                            "%s (%s) of %" PRIu64 " is out of range; give %" PRIu32 " to %" PRIu32,
                            key->name, key->meaning, value, key->minimum, key->maximum);
    }
    *cpu_field(&desc->cpu, key) = (uint32_t)value;
    return true;
}

/* "none, ieee": each value by the first of its words. */
static void list_choices(const struct cpu_key *key, char *text, size_t size)
{
    uint32_t shown = 0; /* a bit for each value */

    text[0] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(cpu_choices); i++) {
        const struct cpu_choice *choice = &cpu_choices[i];
        if (choice->offset == key->offset && (shown & 1u << choice->value) == 0) {
            size_t used = strlen(text);
            snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ", choice->word);
            shown |= 1u << choice->value;
        }
    }
}

static bool take_cpu_choice(struct board_desc *desc, const struct cpu_key *key,
                            const struct board_entry *entry, struct error *err)
{
    char words[128];

    for (size_t i = 0; i < ARRAY_LEN(cpu_choices); i++) {
        const struct cpu_choice *choice = &cpu_choices[i];
        if (choice->offset == key->offset && strcmp(choice->word, entry->value) == 0) {
            *cpu_field(&desc->cpu, key) = choice->value;
            return true;
        }
    }
    list_choices(key, words, sizeof words);
    return board_refuse(desc, entry->line, err, "%s (%s) is \"%.40s\"; give one of %s", key->name,
                        key->meaning, entry->value, words);
}

static bool take_cpu_value(struct board_desc *desc, const struct cpu_key *key,
                           const struct board_entry *entry, struct error *err)
{
    switch (key->type) {
    case KEY_SWITCH:
        return take_cpu_switch(desc, key, entry, err);
    case KEY_CHOICE:
        return take_cpu_choice(desc, key, entry, err);
    default:
        return take_cpu_number(desc, key, entry, err);
    }
}

static bool take_cpu(struct board_desc *desc, struct board_seen *seen,
                     const struct board_entry *entry, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(cpu_keys); i++) {
        const struct cpu_key *key = &cpu_keys[i];
        if (strcmp(key->name, entry->name) == 0) {
            return note_once(desc, &seen->cpu_lines[i], entry, err) &&
                   take_cpu_value(desc, key, entry, err);
        }
    }
    return refuse_cpu_key(desc, entry, err);
}

/* ---- names of memories and devices ---- */

static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_.-";

    return *name != '\0' && name[strspn(name, letters)] == '\0';
}

/* Line of the memory or device that has this name, or 0. */
static unsigned find_name(const struct board_desc *desc, const char *name)
{
    for (size_t i = 0; i < desc->memory_count; i++) {
        if (strcmp(desc->memories[i].name, name) == 0) {
            return desc->memories[i].line;
        }
    }
    for (size_t i = 0; i < desc->device_count; i++) {
        if (strcmp(desc->devices[i].name, name) == 0) {
            return desc->devices[i].line;
        }
    }
    return 0;
}

static bool check_name(const struct board_desc *desc, const struct board_entry *entry,
                       struct error *err)
{
    unsigned first = find_name(desc, entry->name);

    if (!is_name(entry->name)) {
        return board_refuse(desc, entry->line, err,
                            "\"%s\" is not a name; use letters, digits, _ . and -", entry->name);
    }
    if (first != 0) {
        return board_refuse(desc, entry->line, err,
                            "the name %s is given twice, first in line %u; rename one of them",
                            entry->name, first);
    }
    return true;
}

/* Turns what property_list.c said into a sentence about this line. */
static bool refuse_properties(const struct board_desc *desc, const struct board_entry *entry,
                              struct error *err)
{
    if (err != NULL && err->status == LEON3EMU_USAGE) {
        err->status = LEON3EMU_BOARD;
    }
    return error_prefix(err, "%s:%u: %s", desc->label, entry->line, entry->name);
}

/* ---- [memory] ---- */

/* Base or size. */
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
    return board_refuse(desc, entry->line, err,
                        "memory %s has the unknown property \"%.40s\"; the properties are base, "
                        "size, type",
                        entry->name, property->key);
}

static bool read_memory(const struct board_desc *desc, const struct board_entry *entry,
                        const struct property_list *list, struct board_memory *memory,
                        struct error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!take_memory_property(desc, entry, &list->properties[i], memory, err)) {
            return false;
        }
    }
    if (property_list_find(list, "base") == NULL || memory->size == 0) {
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

/* Appends room for one element of `size` bytes, all zero; NULL: no memory. */
static void *append(void **array, size_t *count, size_t size)
{
    char *grown = realloc(*array, (*count + 1) * size);

    if (grown == NULL) {
        return NULL;
    }
    *array = grown;
    return memset(grown + (*count)++ * size, 0, size);
}

static bool add_memory(struct board_desc *desc, const struct board_memory *memory, const char *name,
                       struct error *err)
{
    void *array = desc->memories;
    struct board_memory *added = append(&array, &desc->memory_count, sizeof *added);

    desc->memories = array;
    if (added == NULL) {
        return refuse_memory(err);
    }
    *added = *memory;
    return replace_string(&added->name, name, err);
}

static bool take_memory(struct board_desc *desc, struct board_seen *seen,
                        const struct board_entry *entry, struct error *err)
{
    struct board_memory memory = {.type = BOARD_RAM, .line = entry->line};
    struct property_list list;
    bool good;

    (void)seen;
    if (!check_name(desc, entry, err)) {
        return false;
    }
    if (!property_list_parse_pairs(entry->value, &list, err)) {
        return refuse_properties(desc, entry, err);
    }
    good = read_memory(desc, entry, &list, &memory, err) &&
           add_memory(desc, &memory, entry->name, err);
    property_list_clear(&list);
    return good;
}

/* ---- [devices] ---- */

static bool take_device(struct board_desc *desc, struct board_seen *seen,
                        const struct board_entry *entry, struct error *err)
{
    void *array = desc->devices;
    struct board_device *device;

    (void)seen;
    if (!check_name(desc, entry, err)) {
        return false;
    }
    device = append(&array, &desc->device_count, sizeof *device);
    desc->devices = array;
    if (device == NULL) {
        return refuse_memory(err);
    }
    device->line = entry->line;
    if (!replace_string(&device->name, entry->name, err)) {
        return false;
    }
    if (!property_list_parse(entry->value, &device->properties, err)) {
        return refuse_properties(desc, entry, err);
    }
    device->class_name = device->properties.name;
    if (strchr(device->class_name, '=') != NULL) {
        return board_refuse(desc, entry->line, err,
                            "device %s starts with the property \"%.40s\"; write its class first, "
                            "as in uart0 = apbuart, base=0x80000100",
                            entry->name, device->class_name);
    }
    return true;
}

/* ---- all sections ---- */

static const struct {
    const char *name;
    bool (*take)(struct board_desc *, struct board_seen *, const struct board_entry *,
                 struct error *);
} sections[] = {
    {"board", take_board},
    {"cpu", take_cpu},
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

bool board_entry_take(struct board_desc *desc, struct board_seen *seen,
                      const struct board_entry *entry, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if (strcmp(sections[i].name, entry->section) == 0) {
            return sections[i].take(desc, seen, entry, err);
        }
    }
    return board_refuse(desc, entry->line, err,
                        "\"%s\" stands before the first section; put [board], [cpu], [memory] "
                        "or [devices] above it",
                        entry->name);
}

/* No byte belongs to two memories. */
static bool check_overlaps(const struct board_desc *desc, struct error *err)
{
    for (size_t i = 1; i < desc->memory_count; i++) {
        const struct board_memory *b = &desc->memories[i];
        for (size_t k = 0; k < i; k++) {
            const struct board_memory *a = &desc->memories[k];
            if (a->base < (uint64_t)b->base + b->size && b->base < (uint64_t)a->base + a->size) {
                return board_refuse(desc, b->line, err,
                                    "memory %s overlaps memory %s of line %u; move or shrink one "
                                    "of them",
                                    b->name, a->name, a->line);
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

bool board_entry_check_all(const struct board_desc *desc, const struct board_seen *seen,
                           struct error *err)
{
    if (seen->board_lines[BOARD_KEY_CLOCK] == 0) {
        return board_refuse(desc, 0, err,
                            "the board has no clock; add a line such as clock = 40M to [board]");
    }
    if (!has_ram(desc)) {
        return board_refuse(desc, 0, err,
                            "the board has no RAM; add a line such as "
                            "ram = base=0x40000000, size=64M to [memory]");
    }
    return check_overlaps(desc, err);
}
