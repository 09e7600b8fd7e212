// SPDX-License-Identifier: MIT
/*
 * Numbers and switches as a user writes them, on the command line and in board files.
 *
 *     number     123   0x7b   0X7B           decimal or hexadecimal, never octal: 010 is ten
 *     size       64M   512k   0x100000       k M G stand for 2^10, 2^20, 2^30, in either case
 *     frequency  40M   33333k   40000000     k M G stand for 10^3, 10^6, 10^9, in either case
 *     switch     on off   yes no   true false   1 0
 *
 * The whole text must fit: no blanks, signs or trailing characters.  The functions return false for
 * what does not fit or exceeds 64 bits, and then leave *value alone; the caller, who knows what the
 * text was for, writes the message.  All of them are pure and may be called from any thread.
 */
#ifndef CORE_PARSE_H
#define CORE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

bool parse_number(const char *text, uint64_t *value);

/* In bytes. */
bool parse_size(const char *text, uint64_t *value);

/* In Hz. */
bool parse_frequency(const char *text, uint64_t *value);

bool parse_switch(const char *text, bool *value);

#endif
