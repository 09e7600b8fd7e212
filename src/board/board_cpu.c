// SPDX-License-Identifier: MIT
/* Section [cpu] of a board: reads and lists the keys that board_cpu.def defines. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/parse.h"
#include "core/suggest.h"
#include "board/board_entry.h"

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
#include "board/board_cpu.def"
};

/* The words that keys of type CHOICE take. */
static const struct cpu_choice {
    size_t offset; /* of the key's member in struct board_cpu */
    const char *word;
    uint32_t value;
} cpu_choices[] = {
#define BOARD_CPU_CHOICE(key, word, value) {offsetof(struct board_cpu, key), word, value},
#include "board/board_cpu.def"
};

_Static_assert(ARRAY_LEN(cpu_keys) == BOARD_CPU_KEY_COUNT, "a line number is kept for each key");

static uint32_t *cpu_field(struct board_cpu *cpu, const struct cpu_key *key)
{
    return (uint32_t *)((char *)cpu + key->offset);
}

void board_cpu_defaults(struct board_cpu *cpu)
{
    for (size_t i = 0; i < ARRAY_LEN(cpu_keys); i++) {
        *cpu_field(cpu, &cpu_keys[i]) = cpu_keys[i].initial;
    }
}

/* ---- reading ---- */

static bool refuse_key(const struct board_desc *desc, const struct board_entry *entry,
                       struct error *err)
{
    struct suggest suggest;
    char names[400] = "";

    suggest_begin(&suggest, entry->name, strlen(entry->name));
    for (size_t i = 0; i < ARRAY_LEN(cpu_keys); i++) {
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s%s", i == 0 ? "" : ", ",
                 cpu_keys[i].name);
        suggest_offer(&suggest, cpu_keys[i].name);
    }
    return board_refuse(desc, entry->line, err, "unknown key \"%s\" in [cpu]; the keys are %s%s",
                        entry->name, names, suggest_text(&suggest));
}

static bool take_switch(struct board_desc *desc, const struct cpu_key *key,
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

static bool take_choice(struct board_desc *desc, const struct cpu_key *key,
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

static bool take_number(struct board_desc *desc, const struct cpu_key *key,
                        const struct board_entry *entry, struct error *err)
{
    uint64_t value;

    if (!parse_size(entry->value, &value)) {
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

static bool take_value(struct board_desc *desc, const struct cpu_key *key,
                       const struct board_entry *entry, struct error *err)
{
    switch (key->type) {
    case KEY_SWITCH:
        return take_switch(desc, key, entry, err);
    case KEY_CHOICE:
        return take_choice(desc, key, entry, err);
    default:
        return take_number(desc, key, entry, err);
    }
}

bool board_cpu_take(struct board_desc *desc, struct board_seen *seen,
                    const struct board_entry *entry, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(cpu_keys); i++) {
        const struct cpu_key *key = &cpu_keys[i];
        if (strcmp(key->name, entry->name) == 0) {
            return board_note_once(desc, &seen->cpu_lines[i], entry, err) &&
                   take_value(desc, key, entry, err);
        }
    }
    return refuse_key(desc, entry, err);
}

/* ---- listing ---- */

static void value_text(const struct cpu_key *key, uint32_t value, char *text, size_t size)
{
    if (key->type == KEY_SWITCH) {
        snprintf(text, size, "%s", value != 0 ? "on" : "off");
        return;
    }
    for (size_t i = 0; key->type == KEY_CHOICE && i < ARRAY_LEN(cpu_choices); i++) {
        if (cpu_choices[i].offset == key->offset && cpu_choices[i].value == value) {
            snprintf(text, size, "%s", cpu_choices[i].word);
            return;
        }
    }
    snprintf(text, size, key->maximum > 0xff ? "0x%" PRIx32 : "%" PRIu32, value);
}

bool board_cpu_describe(const struct board_cpu *cpu, unsigned index, struct board_cpu_text *text)
{
    const struct cpu_key *key;

    if (index >= ARRAY_LEN(cpu_keys)) {
        return false;
    }
    key = &cpu_keys[index];
    text->name = key->name;
    text->meaning = key->meaning;
    value_text(key, *(const uint32_t *)((const char *)cpu + key->offset), text->value,
               sizeof text->value);
    if (key->type == KEY_CHOICE) {
        list_choices(key, text->values, sizeof text->values);
    } else if (key->type == KEY_SWITCH) {
        snprintf(text->values, sizeof text->values, "on, off");
    } else {
        char first[16], last[16];
        value_text(key, key->minimum, first, sizeof first);
        value_text(key, key->maximum, last, sizeof last);
        snprintf(text->values, sizeof text->values, "%s to %s", first, last);
    }
    return true;
}
