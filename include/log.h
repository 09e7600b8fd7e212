// SPDX-License-Identifier: MIT
/*
 * Log of a machine: items that can be switched on (-d), and errors, which always come out.
 *
 * Each machine has a log of its own; where the lines go is the program's choice.
 */
#ifndef LOG_H
#define LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum log_index {
#define LOG_ITEM(name, NAME, help) LOG_INDEX_##NAME,
#include "log_items.def"
#undef LOG_ITEM
    LOG_INDEX_COUNT
};

/* One bit per item. */
enum log_mask {
#define LOG_ITEM(name, NAME, help) LOG_##NAME = 1u << LOG_INDEX_##NAME,
#include "log_items.def"
#undef LOG_ITEM
};

struct log {
    uint32_t mask; /* of enum log_mask */
    /* Gets one line without newline.  context is handed through. */
    void (*write)(void *context, const char *line);
    void *context;
};

static inline bool log_on(const struct log *log, uint32_t item)
{
    return (log->mask & item) != 0;
}

/* Writes a line if `item` is on.  item 0: always. */
void log_line(const struct log *log, uint32_t item, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void log_vline(const struct log *log, uint32_t item, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/* Parses "int,mmio" into *mask.  False: *bad is set to the offending word (not terminated, length in
 * *bad_length). */
bool log_parse(const char *text, uint32_t *mask, const char **bad, int *bad_length);

/* Name and help of item i, for help texts; NULL at the end of the table. */
const char *log_item_name(unsigned index);
const char *log_item_help(unsigned index);

#endif
