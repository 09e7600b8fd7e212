// SPDX-License-Identifier: MIT
/*
 * Escapes for text that comes from outside (symbols of an ELF file, log lines of a library, names
 * of a board file), before a terminal shows it: bytes that could move the cursor, change colours or
 * hide text are written as escapes.
 *
 * Policy: valid UTF-8 is kept.  Control characters (C0, DEL, C1), the characters that turn the direction of
 * text, line and paragraph separators, and every byte that is not valid UTF-8 become \n, \r, \t or \xNN, byte
 * by byte.  A backslash stays itself: the result is for people and is not read back.
 */
#ifndef CORE_ESCAPE_H
#define CORE_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

/* Writes the escaped text into buffer, of `size` bytes (at least 1), up to the first character that
 * has no room.  text must not lie in buffer.  Async-signal-safe.  Returns buffer. */
const char *escape_text(const char *text, char *buffer, size_t size);

/* The same in place: buffer, of `size` bytes, holds the text.  Async-signal-safe.  Returns buffer. */
const char *escape_in_place(char *buffer, size_t size);

/* fprintf() for lines with names in them: everything is escaped except line ends at the start and
 * at the end of `format`, so a name cannot begin a line.  Not async-signal-safe.  Returns the
 * number of bytes written between those line ends. */
int escape_print(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
