// SPDX-License-Identifier: MIT
/*
 * Log of a machine: items that can be switched on (-d), and errors, which always come out.
 *
 * Each machine has a log of its own; where the lines go is the program's choice.  A line that tells what
 * happened begins with the guest's time in cycles, "[1234] "; a line of a listing (in_asm, op, op_opt,
 * out_asm) does not, so that listings can be read by programs.  What a line has of names that are not ours
 * is escaped (core/escape.h): a line is one line on any terminal.
 */
#ifndef LOG_H
#define LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
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
    LOG_LISTINGS = LOG_IN_ASM | LOG_OP | LOG_OP_OPT | LOG_OUT_ASM,
};

/* What a log asks the machine whose it is; either function may be NULL. */
struct log_hooks {
    /* A line is about to come out: what is to stand before it does so now.  Returns the time, in cycles. */
    uint64_t (*begin)(void *context);
    /* Writes the name of a code address into text, of `size` bytes, like "main+0x10"; "" if none is known. */
    void (*name)(void *context, uint32_t address, char *text, size_t size);
    void *context;
};

struct log {
    uint32_t mask; /* of enum log_mask */
    /* Gets one line without newline.  context is handed through. */
    void (*write)(void *context, const char *line);
    void *context;
    const struct log_hooks *hooks; /* NULL: lines have no time, addresses no names */
};

/* "pc 0x40001234 <main+0x10>": how lines tell a code address. */
struct log_place {
    char text[112];
};
struct log_place log_place(const struct log *log, uint32_t pc);

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
