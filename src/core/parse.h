// SPDX-License-Identifier: MIT
/*
 * Numbers and switches as a user writes them, on the command line and in board files.
 *
 *     number     123   0x7b   0X7B           decimal or hexadecimal, never octal: 010 is ten
 *     size       64M   512k   1.5G   0x100000   k M G (also KiB MiB GiB) are 2^10, 2^20, 2^30
 *     frequency  40M   33.333M   50MHz   40000000   k M G (also with Hz) are 10^3, 10^6, 10^9
 *     count      10M   1G   5000   0x1388    k M G are 10^3, 10^6, 10^9
 *     time       30   30s   1.5s   500ms   20us   7ns   1m   1min   2h    without unit: seconds
 *     switch     on off   yes no   true false   1 0
 *
 * Units of sizes, frequencies and counts may be upper or lower case.  A decimal number with a unit
 * may have a fraction if the product is whole: 33.333M is 33,333,000, and 1.5 without a unit, or
 * 0.3k as a size, is refused; nothing is ever rounded.
 *
 * The whole text must have this form: no blanks, signs or trailing characters.  The functions
 * return false for another form or a value above 64 bits, and then leave *value unchanged; the
 * caller, who knows what the text was for, writes the message.  May be called from any thread.
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

bool parse_count(const char *text, uint64_t *value);

bool parse_time(const char *text, uint64_t *nanoseconds);

bool parse_switch(const char *text, bool *value);

#endif
