// SPDX-License-Identifier: MIT
/*
 * Lists of properties, see property_list.h.
 *
 * The text is copied once; words are cut out of the copy in place, which works because undoubling
 * commas and dropping blanks only makes them shorter.
 */
#define _POSIX_C_SOURCE 200809L

#include "core/property_list.h"

#include <stdlib.h>
#include <string.h>

/* A parsed text; keys and values point into it.  A list has several when others were moved into
 * it. */
struct property_text {
    struct property_text *next;
    char bytes[];
};

static bool refuse_memory(struct error *err)
{
    return error_set(err, LEON3EMU_HOST, "no memory for a list of properties");
}

/* Cuts the next word, up to a comma that stands alone, off *text and undoubles its commas.
 * *text becomes NULL behind the last word. */
static char *cut_word(char **text)
{
    char *word = *text;
    char *write = word;
    char *read = word;

    while (*read != '\0' && (read[0] != ',' || read[1] == ',')) {
        read += *read == ',';
        *write++ = *read++;
    }
    *text = *read == ',' ? read + 1 : NULL;
    *write = '\0';
    return word;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* Drops the blanks around a word in place. */
static char *trim(char *word)
{
    size_t length;

    while (is_blank(*word)) {
        word++;
    }
    for (length = strlen(word); length > 0 && is_blank(word[length - 1]); length--) {
        word[length - 1] = '\0';
    }
    return word;
}

static bool add_property(struct property_list *list, char *word, struct error *err)
{
    char *equals = strchr(word, '=');
    struct property property = {NULL, NULL, NULL, NULL};

    if (equals != NULL) {
        *equals = '\0';
        property.value = trim(equals + 1);
    }
    property.key = trim(word);
    if (*property.key == '\0') {
        return error_set(err, LEON3EMU_USAGE,
                         "property %zu has no name; write key=value, and a comma inside a value "
                         "twice",
                         list->count + 1);
    }
    if (list->count == PROPERTY_LIST_MAX) {
        return error_set(err, LEON3EMU_USAGE, "there are more than %d properties",
                         PROPERTY_LIST_MAX);
    }
    if (property_list_find(list, property.key) != NULL) {
        return error_set(err, LEON3EMU_USAGE, "property %.100s is given twice; remove one of them",
                         property.key);
    }
    list->properties[list->count++] = property;
    return true;
}

static bool take_name(struct property_list *list, char **rest, struct error *err)
{
    list->name = trim(cut_word(rest));
    if (*list->name == '\0') {
        return error_set(err, LEON3EMU_USAGE,
                         "there is no name before the first property; write NAME,key=value,...");
    }
    return true;
}

static bool take_properties(struct property_list *list, char *rest, struct error *err)
{
    while (rest != NULL) {
        if (!add_property(list, cut_word(&rest), err)) {
            return false;
        }
    }
    return true;
}

/* Room for a text of `size` bytes with its zero, and for `count` properties. */
static bool allocate(struct property_list *list, size_t size, size_t count, struct error *err)
{
    list->texts = calloc(1, sizeof *list->texts + size);
    list->properties = calloc(count, sizeof *list->properties);
    return (list->texts != NULL && list->properties != NULL) || refuse_memory(err);
}

/* The most properties that the text can have: one more than commas, if none of these is doubled. */
static size_t count_properties(const char *text)
{
    size_t count = 1;

    for (const char *character = text; *character != '\0' && count < PROPERTY_LIST_MAX;
         character++) {
        count += *character == ',';
    }
    return count;
}

static bool parse_list(const char *text, bool named, struct property_list *list, struct error *err)
{
    char *rest;

    *list = (struct property_list){0};
    if (allocate(list, strlen(text) + 1, count_properties(text), err)) {
        rest = strcpy(list->texts->bytes, text);
        if ((!named || take_name(list, &rest, err)) && take_properties(list, rest, err)) {
            return true;
        }
    }
    property_list_clear(list);
    return false;
}

bool property_list_parse(const char *text, struct property_list *list, struct error *err)
{
    return parse_list(text, true, list, err);
}

bool property_list_parse_pairs(const char *text, struct property_list *list, struct error *err)
{
    return parse_list(text, false, list, err);
}

const struct property *property_list_find(const struct property_list *list, const char *key)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->properties[i].key, key) == 0) {
            return &list->properties[i];
        }
    }
    return NULL;
}

bool property_list_single(const char *key, const char *value, struct property_list *list,
                          struct error *err)
{
    size_t key_size = strlen(key) + 1;
    char *bytes;

    *list = (struct property_list){0};
    if (!allocate(list, key_size + strlen(value) + 1, 1, err)) {
        property_list_clear(list);
        return false;
    }
    bytes = list->texts->bytes;
    list->properties[list->count++] = (struct property){
        .key = strcpy(bytes, key),
        .value = strcpy(bytes + key_size, value),
    };
    return true;
}

bool property_list_override(struct property_list *list, struct property_list *other,
                            struct error *err)
{
    struct property_text **end = &list->texts;
    struct property *grown =
        realloc(list->properties, (list->count + other->count + 1) * sizeof *list->properties);

    if (grown == NULL) {
        return refuse_memory(err);
    }
    list->properties = grown;
    for (size_t i = 0; i < other->count; i++) {
        const struct property *own = property_list_find(list, other->properties[i].key);
        size_t place = own != NULL ? (size_t)(own - grown) : list->count++;
        grown[place] = other->properties[i];
    }
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = other->texts;
    list->name = other->name != NULL ? other->name : list->name;
    free(other->properties);
    *other = (struct property_list){0};
    return true;
}

void property_list_clear(struct property_list *list)
{
    while (list->texts != NULL) {
        struct property_text *text = list->texts;
        list->texts = text->next;
        free(text);
    }
    free(list->properties);
    *list = (struct property_list){0};
}
