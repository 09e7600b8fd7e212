// SPDX-License-Identifier: MIT
/* Between the two halves of the board file reader: board_file.c cuts the text into entries,
 * board_entry.c gives them their meaning.  Not for others. */
#ifndef BOARD_BOARD_ENTRY_H
#define BOARD_BOARD_ENTRY_H

#include "board/board_file.h"

/* "name = value" under [section], at a line of the file (its first, if it goes over several). */
struct board_entry {
    char section[64];
    char name[64];
    char *value;
    unsigned line;
};

enum board_key {
    BOARD_KEY_NAME,
    BOARD_KEY_DESCRIPTION,
    BOARD_KEY_CLOCK,
    BOARD_KEY_INCLUDE,
    BOARD_KEY_COUNT,
};

/* What one file has given so far, to find what is given twice. */
struct board_seen {
    unsigned board_lines[BOARD_KEY_COUNT];
    unsigned cpu_lines[BOARD_CPU_KEY_COUNT];
    unsigned first_line; /* of the first entry that is not include */
};

/* Is there a section of this name? */
bool board_entry_section(const struct board_desc *desc, unsigned line, const char *name,
                         size_t length, struct error *err);

/* Puts an entry into the description. */
bool board_entry_take(struct board_desc *desc, struct board_seen *seen,
                      const struct board_entry *entry, struct error *err);

/* Behind the last entry of all files: is all there that a board needs, and nothing on top of another?
 * Memories and devices that were taken away go.  The table of names is of no use afterwards. */
bool board_entry_check_all(struct board_desc *desc, struct error *err);

/* Reads the board or file that an include names; board_file.c. */
bool board_file_include(struct board_desc *desc, const struct board_entry *entry,
                        struct error *err);

/* The keys of [cpu]; board_cpu.c. */
void board_cpu_defaults(struct board_cpu *cpu);
bool board_cpu_take(struct board_desc *desc, struct board_seen *seen,
                    const struct board_entry *entry, struct error *err);

/* Changes *memory as the list says, and checks it; the entry is for messages. */
bool board_memory_take(const struct board_desc *desc, const struct board_entry *entry,
                       const struct property_list *list, struct board_memory *memory,
                       struct error *err);

/* Notes in *first that a key was given; a second time is refused. */
bool board_note_once(const struct board_desc *desc, unsigned *first,
                     const struct board_entry *entry, struct error *err);

/* Names of memories and devices; board_name.c.  At most one of the two is not NULL; both live as long as
 * nothing is added. */
struct board_name {
    struct board_memory *memory;
    struct board_device *device;
};
struct board_name board_name_find(const struct board_desc *desc, const char *name);
/* Memory or device `index` has that name, which none had before.  False: no memory. */
bool board_name_add(struct board_desc *desc, const char *name, size_t index, bool is_memory);

/* Refuses what is being read (desc->source): fills *err with "label:line: ...", or "label: ..." with
 * line 0, and its status, returns false. */
bool board_refuse(const struct board_desc *desc, unsigned line, struct error *err,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
