// SPDX-License-Identifier: MIT
/* Between the two halves of the board file reader: board_file.c cuts the text into entries,
 * board_entry.c gives them their meaning.  Not for others. */
#ifndef MACHINE_BOARD_ENTRY_H
#define MACHINE_BOARD_ENTRY_H

#include "machine/board_file.h"

/* "name = value" under [section], at a line of the file (its first, if it goes over several). */
struct board_entry {
    char section[64];
    char name[64];
    char *value;
    unsigned line;
};

/* What has been given so far, to find what is given twice. */
struct board_seen {
    unsigned board_lines[3];
    unsigned cpu_lines[16];
};

/* Sets everything to its default. */
void board_entry_defaults(struct board_desc *desc);

/* Is there a section of this name? */
bool board_entry_section(const struct board_desc *desc, unsigned line, const char *name,
                         size_t length, struct error *err);

/* Puts an entry into the description. */
bool board_entry_take(struct board_desc *desc, struct board_seen *seen,
                      const struct board_entry *entry, struct error *err);

/* Behind the last entry: is all there that a board needs, and nothing on top of another? */
bool board_entry_check_all(const struct board_desc *desc, const struct board_seen *seen,
                           struct error *err);

/* Refuses the file: fills *err with "label:line: ..." and status LEON3EMU_BOARD, returns false. */
bool board_refuse(const struct board_desc *desc, unsigned line, struct error *err,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
