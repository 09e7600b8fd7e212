// SPDX-License-Identifier: MIT
/*
 * Reading memory of the process that may not be mapped, for reports after a library has damaged the
 * process: a bad address makes the function return false instead of crashing.
 *
 * Async-signal-safe, from any thread.
 */
#ifndef CORE_PEEK_H
#define CORE_PEEK_H

#include <stdbool.h>
#include <stddef.h>

/* Copies `size` bytes, at most 4096.  False: some of them cannot be read; then `to` is
 * undefined. */
bool peek(void *to, const void *from, size_t size);

/* Is there a printable text of 1 to 1,023 bytes with its terminating zero? */
bool peek_is_text(const char *text);

#endif
