// SPDX-License-Identifier: MIT
/*
 * Log of a machine: items that can be switched on (-d), and errors, which always come out.
 *
 * Each machine has a log of its own; where the lines go is the program's choice.  A line that tells what
 * happened begins with the guest's time in cycles, "[1234] "; a line of a listing (in_asm, op, op_opt,
 * out_asm) does not, so that listings can be read by programs.  Control characters are escaped (core/escape.h),
 * because names come from files and libraries: a line is one line on any terminal.
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

/* What a log asks of its machine; either function may be NULL. */
struct log_hooks {
    /* Called before each line.  `out`: the line will be written, and is not for the history only; the machine then
     * writes first what has to stand before it, like output of the guest.  Returns the time, in cycles. */
    uint64_t (*begin)(void *context, bool out);
    /* Writes the name of a code address into text, of `size` bytes, like "main+0x10"; "" if none is known. */
    void (*name)(void *context, uint32_t address, char *text, size_t size);
    void *context;
};

struct log {
    uint32_t mask; /* of enum log_mask */
    /* Gets one line without newline.  context is handed through. */
    void (*write)(void *context, const char *line);
    void *context;
    const struct log_hooks *hooks;   /* NULL: lines have no time, addresses no names */
    const struct log_filter *filter; /* NULL: all is shown */
    struct log_history *history;     /* NULL: none is kept */
    uint32_t kept;  /* items that go to the history, and not out unless in `shown` */
    uint32_t shown; /* items that go out; mask is these and `kept` */
};

/* ---- filter ---- */

struct error;

/* "0x40000000..0x40000fff,uart0": ranges of code addresses and names of devices.  NULL: *err says why. */
struct log_filter *log_filter_parse(const char *text, struct error *err);
/* NULL is allowed. */
void log_filter_destroy(struct log_filter *filter);
/* The index-th device named; NULL past the end. */
const char *log_filter_device(const struct log_filter *filter, size_t index);
/* True if the filter names the address (the device), or if it names no address (no device) at all. */
bool log_filter_has_pc(const struct log_filter *filter, uint32_t pc);
bool log_filter_has_device(const struct log_filter *filter, const char *name);

/* ---- history ---- */

/* A ring of the last `size` lines (at least 1).  NULL: no memory. */
struct log_history *log_history_create(size_t size);
/* NULL is allowed. */
void log_history_destroy(struct log_history *history);
void log_history_add(struct log_history *history, const char *line);
/* The index-th line from the oldest on; NULL past the end.  Async-signal-safe. */
const char *log_history_line(const struct log_history *history, size_t index);

/* "pc 0x40001234 <main+0x10>": a code address as lines of the log show it. */
struct log_pc {
    char text[112];
};
struct log_pc log_describe_pc(const struct log *log, uint32_t pc);

static inline bool log_on(const struct log *log, uint32_t item)
{
    return (log->mask & item) != 0;
}

/* Is a line of the item, about the instruction at pc, wanted? */
static inline bool log_on_at(const struct log *log, uint32_t item, uint32_t pc)
{
    return log_on(log, item) && (log->filter == NULL || log_filter_has_pc(log->filter, pc));
}

/* The same of a line about a device. */
static inline bool log_on_device(const struct log *log, uint32_t item, const char *name)
{
    return log_on(log, item) && (log->filter == NULL || log_filter_has_device(log->filter, name));
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
