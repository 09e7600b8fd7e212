// SPDX-License-Identifier: MIT
/*
 * Board files: a board as text, read into a plain description.
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
 * Lines starting with ; or # are comments; behind a value a comment starts with " ;".  A line of
 * properties that ends with a comma goes on in the next if that is indented.  A comma inside a
 * value is written twice (core/property_list.h).
 *
 * Nothing here knows a machine: class names and properties of devices are kept as text.  What is
 * checked is the form, the known sections and keys, ranges, names given twice and memories that
 * overlap.  Every message names file and line and says what to do.
 */
#ifndef MACHINE_BOARD_FILE_H
#define MACHINE_BOARD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/host_file.h"
#include "core/property_list.h"
#include "error.h"

/* The largest board file, in bytes. */
#define BOARD_FILE_MAX ((size_t)64 << 10)

/* One field per key; switches are 0 or 1, choices the value of their word. */
struct board_cpu {
#define BOARD_CPU_KEY(key, type, minimum, maximum, initial, meaning) uint32_t key;
#include "machine/board_cpu.def"
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
    unsigned line; /* of the board file, for messages */
};

struct board_device {
    char *name;             /* of the instance; no other memory or device has it */
    const char *class_name; /* lies in properties */
    struct property_list properties;
    unsigned line;
};

struct board_desc {
    char label[HOST_FILE_LABEL_SIZE]; /* of the file, for messages: "label:line: ..." */
    char *name;
    char *description;
    uint32_t clock_hz;
    struct board_cpu cpu;
    struct board_memory *memories; /* in the order of the file, as are devices */
    size_t memory_count;
    struct board_device *devices;
    size_t device_count;
};

/* Reads the board file `path`.  On true *desc is the caller's, for board_desc_destroy().  On false
 * nothing is left behind; err->status is LEON3EMU_FILE (cannot be opened or read), LEON3EMU_BOARD
 * (what it says) or LEON3EMU_HOST (no memory). */
bool board_file_read(const char *path, struct board_desc **desc, struct error *err);

/* The same with the file's text in memory; `path` is used in messages only.  The text need not end
 * with a zero and is not kept. */
bool board_file_parse(const char *path, const char *text, size_t size, struct board_desc **desc,
                      struct error *err);

/* NULL is allowed. */
void board_desc_destroy(struct board_desc *desc);

#endif
