// SPDX-License-Identifier: MIT
/* --board NAME,help lists what --set can change of a board; --board help lists the boards. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "board/board_file.h"
#include "board/builtin_boards.h"
#include "core/escape.h"

#define NAME_WIDTH  20
#define VALUE_WIDTH 12

static void print_cpu(const struct board_desc *board, unsigned cpus, FILE *stream)
{
    struct board_cpu cpu = board->cpu;
    struct board_cpu_text text;

    cpu.count = cpus != 0 ? cpus : cpu.count;
    for (unsigned i = 0; board_cpu_describe(&cpu, i, &text); i++) {
        escape_print(stream, "  cpu.%-*s %-*s %s (%s)\n", NAME_WIDTH - 4, text.name, VALUE_WIDTH,
                     text.value, text.meaning, text.values);
    }
}

/* As board files write it: 64M, 8k, 24. */
static void size_text(uint32_t size, char *text, size_t length)
{
    if (size % (1u << 20) == 0) {
        snprintf(text, length, "%" PRIu32 "M", size >> 20);
    } else if (size % 1024 == 0) {
        snprintf(text, length, "%" PRIu32 "k", size >> 10);
    } else {
        snprintf(text, length, "%" PRIu32, size);
    }
}

static void print_setting(const char *name, const char *key, const char *value, const char *help,
                          FILE *stream)
{
    int used = escape_print(stream, "  %s.%s", name, key) - 2;
    int pad = used < NAME_WIDTH ? NAME_WIDTH - used : 0;

    if (help == NULL) {
        escape_print(stream, "%*s %s\n", pad, "", value);
    } else {
        escape_print(stream, "%*s %-*s %s\n", pad, "", VALUE_WIDTH, value, help);
    }
}

static void print_memories(const struct board_desc *board, FILE *stream)
{
    for (size_t i = 0; i < board->memory_count; i++) {
        const struct board_memory *memory = &board->memories[i];
        char text[32];
        snprintf(text, sizeof text, "0x%08" PRIx32, memory->base);
        print_setting(memory->name, "base", text, "address", stream);
        size_text(memory->size, text, sizeof text);
        print_setting(memory->name, "size", text, "bytes; k M G are powers of 1024", stream);
        print_setting(memory->name, "type", memory->type == BOARD_ROM ? "rom" : "ram", "ram or rom",
                      stream);
    }
}

static void print_devices(const struct board_desc *board, FILE *stream)
{
    for (size_t i = 0; i < board->device_count; i++) {
        const struct board_device *device = &board->devices[i];
        escape_print(stream, "%s (%s):\n", device->name, device->class_name);
        for (size_t k = 0; k < device->properties.count; k++) {
            const struct property *property = &device->properties.properties[k];
            print_setting(device->name, property->key,
                          property->value == NULL ? "" : property->value, NULL, stream);
        }
    }
}

static void print_board(const struct board_desc *board, unsigned cpus, FILE *stream)
{
    char clock[32];

    snprintf(clock, sizeof clock, "%" PRIu32, board->clock_hz);
    escape_print(stream, "%s: %s\n", board->name, board->description);
    fprintf(stream, "\nWhat --set NAME.KEY=VALUE changes, and its present value:\n");
    print_setting("board", "name", board->name, NULL, stream);
    print_setting("board", "description", board->description, NULL, stream);
    print_setting("board", "clock", clock, "Hz; k M G are powers of 1000", stream);
    print_cpu(board, cpus, stream);
    print_memories(board, stream);
    print_devices(board, stream);
    fprintf(stream, "\nA device has more properties than are given here: --periph CLASS,help lists "
                    "those of a class.\n");
}

bool leon3emu_board_help(const struct leon3emu_options *options, FILE *stream, struct error *err)
{
    struct board_desc *board;

    if (!board_read(options, &board, err)) {
        return false;
    }
    print_board(board, options->cpus, stream);
    board_desc_destroy(board);
    return true;
}

void leon3emu_board_list(FILE *stream)
{
    for (unsigned i = 0; i < builtin_board_count; i++) {
        struct board_desc *board;
        if (board_file_builtin(builtin_boards[i].name, builtin_boards[i].text, &board, NULL)) {
            escape_print(stream, "%-12s %s\n", builtin_boards[i].name, board->description);
            board_desc_destroy(board);
        }
    }
}
