// SPDX-License-Identifier: MIT
/*
 * The room src/board: board files.  A board is text; this room reads it, and the settings of the command line, into a
 * plain description (struct board_desc).  src/machine/build.c makes memories and devices from that.
 *
 * Called by src/machine.  The room sees src/core and include/ only, so it knows no machine: class names and
 * properties of devices are kept as text.  It checks syntax, sections and keys, ranges, names given
 * twice and memories that overlap.  Every message names file and line and says what to do.  To add
 * a board, add a file to src/board/boards; to add a key of [cpu], add a row to board_cpu.def and
 * use the key in src/machine/create_cpus.c.
 *
 *     [board]
 *     name = my_soc                     ; default: unnamed
 *     description = two UARTs           ; default: empty
 *     clock = 40M                       ; Hz, k M G are powers of 1000; needed
 *
 *     [cpu]                             ; keys and defaults: board_cpu.def
 *     nwin = 8
 *     fpu = on
 *
 *     [memory]                          ; one line each, at least one of type ram
 *     ram  = base=0x40000000, size=64M
 *     prom = base=0, size=8M, type=rom  ; sizes: k M G are powers of 1024
 *
 *     [devices]                         ; one line each: instance = class, properties
 *     uart0 = apbuart, base=0x80000100, irq=3, chardev=stdio
 *
 * A comment starts with ; or # at the beginning of a line or after a blank.  A line of properties
 * that ends with a comma is continued by the next one if that is indented.  A comma inside a value
 * is written twice (core/property_list.h).
 *
 *     include = leon3                   ; a built-in board, or a file beside this one
 *
 * at the top, in [board] or above it, reads another board first; the file then changes that.  A key
 * of [board] or [cpu] replaces the included value.  A line of a memory, or of a device with the
 * same class, replaces or adds the properties that it names.  A line with another class replaces
 * the device, and "name = none" removes it.
 */
#ifndef BOARD_BOARD_FILE_H
#define BOARD_BOARD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/host_file.h"
#include "core/property_list.h"
#include "error.h"
#include "leon3emu.h"

/* The largest board file, in bytes: some 200,000 devices. */
#define BOARD_FILE_MAX ((size_t)16 << 20)

/* One field per key; switches are 0 or 1, choices the value of their word. */
struct board_cpu {
#define BOARD_CPU_KEY(key, type, minimum, maximum, initial, meaning) uint32_t key;
#include "board/board_cpu.def"
};

enum board_cpu_index {
#define BOARD_CPU_KEY(key, type, minimum, maximum, initial, meaning) BOARD_CPU_INDEX_##key,
#include "board/board_cpu.def"
    BOARD_CPU_KEY_COUNT
};

/* A key of [cpu] as text, for listings. */
struct board_cpu_text {
    const char *name;
    const char *meaning;
    char value[32];
    char values[64]; /* the values that it can have: "1 to 16", "on, off" */
};

/* Where entries come from: the board file, a file it includes, or a setting of the command line. */
struct board_source {
    struct board_source *next;
    char label[HOST_FILE_LABEL_SIZE]; /* for messages: "label:line: ..." */
    enum leon3emu_status status;      /* exit status when something in it is refused */
    char *directory; /* relative paths in it are relative to this; NULL: the current directory */
    char *identity;  /* canonical path, or the name of a built-in board */
    const struct board_source *includer;
};

enum board_memory_type {
    BOARD_RAM,
    BOARD_ROM,
};

/* base and size are multiples of 8, size is not 0, base + size <= 2^32. */
struct board_memory {
    char *name;
    enum board_memory_type type;
    uint32_t base;
    uint32_t size;
    bool has_base;
    bool removed; /* "name = none" has removed it; dropped when all of the board is read */
    /* The entry that gave or changed it last, for messages. */
    const struct board_source *source;
    unsigned line;
};

struct board_device {
    char *name;             /* of the instance; no other memory or device has it */
    const char *class_name; /* points into properties */
    struct property_list properties;
    bool removed; /* this and the next two: as in struct board_memory */
    const struct board_source *source;
    unsigned line;
};

/* A setting (--set) for a device that the board does not have: --periph may add that device
 * later. */
struct board_late {
    struct board_late *next;
    const struct board_source *source;
    bool taken;
    char text[];
};

struct board_desc {
    bool may_be_late;                  /* settings for unknown devices are kept, not refused */
    struct board_late *late;           /* these settings, in the order of the command line */
    struct board_source *sources;      /* all of them */
    const struct board_source *source; /* what is being read, or the board file */
    char *name;
    char *description;
    uint32_t clock_hz;
    struct board_cpu cpu;
    struct board_memory *memories; /* in the order of the file, as are devices */
    size_t memory_count;
    struct board_device *devices;
    size_t device_count;
    uint32_t *name_slots; /* table of names (board_name.c), used while the board is read */
    size_t name_slot_count, name_count;
};

/* Reads the board that options->board names (a built-in one, or a file) and applies
 * options->settings.  For *desc and *err see board_file_read() and board_apply_settings(). */
bool board_read(const struct leon3emu_options *options, struct board_desc **desc,
                struct error *err);

/* Reads the board file `path`.  On true *desc is the caller's, for board_desc_destroy().  On false
 * nothing is left behind; err->status is LEON3EMU_FILE (cannot be opened or read), LEON3EMU_BOARD
 * (what it says) or LEON3EMU_HOST (no memory). */
bool board_file_read(const char *path, struct board_desc **desc, struct error *err);

/* The same with the file's text in memory; `path` is used in messages only.  The text need not end
 * with a zero and is not kept. */
bool board_file_parse(const char *path, const char *text, size_t size, struct board_desc **desc,
                      struct error *err);

/* The same with the text of a built-in board. */
bool board_file_builtin(const char *name, const char *text, struct board_desc **desc,
                        struct error *err);

/* Adds a source that messages call `label`.  NULL: no memory. */
struct board_source *board_source_add(struct board_desc *desc, const char *label,
                                      enum leon3emu_status status);

/* Applies the arguments of --set, in their order: "uart1.chardev=pty", "cpu.nwin=16",
 * "ram.size=256M", "board.clock=50M".  Settings for a device that the board does not have are kept
 * if desc->may_be_late.  Properties of devices are not checked here: src/machine, which makes the
 * devices, knows them.  On false err->status is LEON3EMU_USAGE or LEON3EMU_HOST, and the caller
 * must still destroy the description. */
bool board_apply_settings(struct board_desc *desc, const char *const *settings, size_t count,
                          struct error *err);

/* Adds the settings that were kept for a device's name to the device's properties, before
 * src/machine makes the device.  False: no memory. */
bool board_take_late_settings(struct board_desc *desc, const char *name, struct property_list *list,
                              struct error *err);
/* Refuses the first setting that no device has taken. */
bool board_check_late_settings(struct board_desc *desc, struct error *err);

/* The value of key `index` of [cpu] as text, for listings; false behind the last key. */
bool board_cpu_describe(const struct board_cpu *cpu, unsigned index, struct board_cpu_text *text);

/* NULL is allowed. */
void board_desc_destroy(struct board_desc *desc);

#endif
