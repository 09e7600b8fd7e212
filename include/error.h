// SPDX-License-Identifier: MIT
/*
 * struct error: how a function tells its caller about a mistake of the user or trouble with the host.
 *
 * A function that can fail that way returns bool and takes a struct error last.  On false the error
 * was filled, once; on true it was not touched.  main() prints it.  The text is one sentence that says
 * what is wrong, where, and what to do.  Not for mistakes of the guest (those are traps) nor for our
 * own bugs (those assert, see check.h).
 */
#ifndef ERROR_H
#define ERROR_H

#include <stdbool.h>

#include "leon3emu.h"

struct error {
    enum leon3emu_status status; /* what the program exits with */
    char text[1024];
};

/* Fills *err (printf style, no newline) and returns false, so that callers can return its result.
 * err may be NULL: then nothing is kept. */
bool error_set(struct error *err, enum leon3emu_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " in front of the text of an error that was set before; returns false. */
bool error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
