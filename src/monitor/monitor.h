// SPDX-License-Identifier: MIT
/*
 * The room src/monitor: commands by which a person looks at a machine and steers it.
 *
 * All commands are the rows of commands.def; adding one is a row there and its function.  They are reached by GDB's
 * `monitor` (src/gdb) and by --dump (leon3emu_monitor()).  The room knows no terminal and keeps nothing between two
 * commands, so that a prompt of its own can be added.  It sees src/machine and the rooms below; those do not know it.
 *
 * What must hold: commands are executed while the machine is halted, on the machine's thread.  No command changes what
 * the guest computes, except reset and quit, which call functions that the caller has passed (struct monitor_control).
 * Text goes to the caller's stream and nowhere else; names from files and libraries are escaped.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

struct machine;

/* What a caller can do to the run; each function gets the monitor's `context`. */
struct monitor_control {
    /* Begins the guest anew and leaves it halted.  False: *err says why not. */
    bool (*restart)(void *context, struct error *err);
    const char *after_restart; /* what the user has to do then, in a sentence without its end */
    void (*quit)(void *context);
};

/* Whose command it is, and where its answer goes. */
struct monitor {
    struct machine *machine;
    unsigned cpu; /* index of the CPU whose registers and memory are meant */
    FILE *stream;
    const struct monitor_control *control; /* NULL: the run is not the caller's to steer */
    void *context;
};

/* Carries out a line: a command's name and its arguments, with blanks between.  An empty line is `help`.  False: there
 * is no such command, or it has failed; the stream says so. */
bool monitor_execute(const struct monitor *monitor, const char *line);

/* ---- for the commands ---- */

/* A word, and the rest of the line behind it. */
struct monitor_word {
    const char *text;
    size_t length; /* 0: the line is over */
    const char *rest;
};
struct monitor_word monitor_next_word(const char *line);

/* Writes a sentence that tells what is wrong, escaped; returns false. */
bool monitor_refuse(const struct monitor *monitor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads a number below 2^32, or the name of a symbol.  False: it is neither, and the stream says so. */
bool monitor_take_address(const struct monitor *monitor, const struct monitor_word *word,
                          uint32_t *address);
/* Reads a number from 1 to maximum; without a word *value stays.  False: it is none, and the stream says so. */
bool monitor_take_count(const struct monitor *monitor, const struct monitor_word *word,
                        uint32_t maximum, uint32_t *value);

/* The functions of the table.  arguments: the line behind the name, without blanks at its begin.  False: the command
 * has failed, and has said why. */
#define MONITOR_COMMAND(name, syntax, help, function)                                              \
    bool function(const struct monitor *monitor, const char *arguments);
#include "monitor/commands.def"

#endif
