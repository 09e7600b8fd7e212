// SPDX-License-Identifier: MIT
/*
 * Text of others (symbols of an ELF file, log lines of a library, names of a board file) made fit for a
 * terminal: what could move its cursor, change its colours or hide text is written as an escape.
 *
 * Policy: valid UTF-8 is kept.  Control characters (C0, DEL, C1), the characters that turn the direction of
 * text, line and paragraph separators, and every byte that is not valid UTF-8 become \n, \r, \t or \xNN, byte
 * by byte.  A backslash stays itself: the result is for people and is not read back.
 */
#ifndef CORE_ESCAPE_H
#define CORE_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

/* Writes text as it is shown into buffer, of `size` bytes (at least 1); what has no room is left out, from
 * the first character on that has none.  text must not lie in buffer.  Async-signal-safe.  Returns buffer. */
const char *escape_text(const char *text, char *buffer, size_t size);

/* The same in place: buffer, of `size` bytes, holds the text.  Async-signal-safe.  Returns buffer. */
const char *escape_in_place(char *buffer, size_t size);

/* fprintf() for lines with names in them: all is escaped but the line ends at the start and at the end of the
 * format itself, so that a line stays one line.  Not async-signal-safe.  Returns the bytes between those line
 * ends. */
int escape_print(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
