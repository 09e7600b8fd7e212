// SPDX-License-Identifier: MIT
/* Private to src/board: the functions of board_entry.c, board_cpu.c and board_name.c, which put entries into the
 * description.  board_file.c, which cuts the text of a file into entries, and board_setting.c call them. */
#ifndef BOARD_BOARD_ENTRY_H
#define BOARD_BOARD_ENTRY_H

#include "board/board_file.h"

/* "name = value" under [section]; `line` is the first line of the entry. */
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

/* In which lines of one file its keys were given, to refuse a key that is given twice; 0: not given
 * yet. */
struct board_seen {
    unsigned board_lines[BOARD_KEY_COUNT];
    unsigned cpu_lines[BOARD_CPU_KEY_COUNT];
    unsigned first_line; /* of the first entry that is not include */
};

/* Is there a section of this name? */
bool board_entry_section(const struct board_desc *desc, unsigned line, const char *name,
                         size_t length, struct error *err);

/* Puts an entry into the description.  An include is only checked: board_file.c then reads the file. */
bool board_entry_take(struct board_desc *desc, struct board_seen *seen,
                      const struct board_entry *entry, struct error *err);
bool board_entry_is_include(const struct board_entry *entry);

/* Called after the last entry of all files.  Checks that the board has all that it needs and that
 * no memories overlap; drops the memories and devices that were removed.  This invalidates the
 * table of names. */
bool board_entry_check_all(struct board_desc *desc, struct error *err);

/* The keys of [cpu]; board_cpu.c. */
void board_cpu_defaults(struct board_cpu *cpu);
bool board_cpu_take(struct board_desc *desc, struct board_seen *seen,
                    const struct board_entry *entry, struct error *err);

/* Changes *memory by the properties of the list, and checks it; the entry is for messages. */
bool board_memory_take(const struct board_desc *desc, const struct board_entry *entry,
                       const struct property_list *list, struct board_memory *memory,
                       struct error *err);

/* Notes in *first that a key was given; a second time is refused. */
bool board_note_once(const struct board_desc *desc, unsigned *first,
                     const struct board_entry *entry, struct error *err);

/* The memory or device that has a name (board_name.c).  At most one of the two is not NULL.  The
 * pointers are valid until a memory or device is added. */
struct board_name {
    struct board_memory *memory;
    struct board_device *device;
};
struct board_name board_name_find(const struct board_desc *desc, const char *name);
/* Adds the name of memory or device `index`; the name must be new.  False: no memory. */
bool board_name_add(struct board_desc *desc, const char *name, size_t index, bool is_memory);

/* Refuses the source that is being read (desc->source): fills *err with its status and "label:line:
 * ...", or "label: ..." if line is 0.  Returns false. */
bool board_refuse(const struct board_desc *desc, unsigned line, struct error *err,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
