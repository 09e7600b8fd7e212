// SPDX-License-Identifier: MIT
/*
 * Lists of properties, as in  --periph uart.so,base=0x80000900,irq=5  and in the lines of a board
 * file.
 *
 *     list      = [ name ] { "," property }       the name is left out where the caller says so
 *     property  = key [ "=" value ]
 *
 * A comma inside a name or a value is written twice; from the left, so ",,," is a comma and then a
 * separator.  Blanks around names, keys and values are dropped.  Only the first "=" of a property
 * separates, so a value may hold more of them.  What the keys mean is the caller's business.
 */
#ifndef CORE_PROPERTY_LIST_H
#define CORE_PROPERTY_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* The most properties of one list; a text with more is refused. */
#define PROPERTY_LIST_MAX 1000

struct property {
    const char *key;   /* never empty */
    const char *value; /* NULL: the key stands alone, as in "help"; "" for "key=" */
    /* The directory that relative paths in the value are relative to; NULL: the current one.  The
     * reader of the board file or option sets it and owns it. */
    const char *directory;
    /* The option that set this property alone, like "--set uart0.irq=3", for messages; NULL: it
     * came with the list.  Not owned by the list either. */
    const char *setting;
};

struct property_list {
    const char *name;            /* class or library; NULL after property_list_parse_pairs() */
    struct property *properties; /* as written, in order; no key appears twice */
    size_t count;
    struct property_text *texts; /* all keys and values lie in them */
};

/* Fills *list from "name,key=value,...".  On true property_list_clear() must follow in the end.  On
 * false *list owns nothing; err->status is LEON3EMU_USAGE, or LEON3EMU_HOST when memory ran out. */
bool property_list_parse(const char *text, struct property_list *list, struct error *err);

/* The same without a name in front: "key=value,...". */
bool property_list_parse_pairs(const char *text, struct property_list *list, struct error *err);

/* The property with that key, or NULL. */
const struct property *property_list_find(const struct property_list *list, const char *key);

/* Moves all of `other` into *list: its name, if it has one, and its properties.  For a key that
 * both have, `other`'s value replaces that of *list.  `other` is empty afterwards.  False: no
 * memory, and nothing has changed. */
bool property_list_override(struct property_list *list, struct property_list *other,
                            struct error *err);

/* Makes a list of one property; commas and blanks in the value have no special meaning. */
bool property_list_single(const char *key, const char *value, struct property_list *list,
                          struct error *err);

/* Frees what *list owns and makes it empty. */
void property_list_clear(struct property_list *list);

#endif
