// SPDX-License-Identifier: MIT
/*
 * Looking at memory that may not be there, for reports about a process that somebody else's code has damaged:
 * an address that is not mapped is an answer, not a crash.
 *
 * Async-signal-safe, from any thread.
 */
#ifndef CORE_PEEK_H
#define CORE_PEEK_H

#include <stdbool.h>
#include <stddef.h>

/* Copies `size` bytes, at most 4096.  False: some of them cannot be read; what is in `to` then is anything. */
bool peek(void *to, const void *from, size_t size);

/* Is there a printable text of 1 to 1,023 bytes with its terminating zero? */
bool peek_is_text(const char *text);

#endif
