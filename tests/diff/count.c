// SPDX-License-Identifier: MIT
/*
 * Runs a batch, one instruction at a time, and counts how often each row of insns.def is executed
 * by the random code: completed, and trapped.  The executor's own instructions and the end of a
 * case do not count.
 *
 *     count EXECUTOR HEAD_FILE SLOT_FILE SLOT_ADDRESS
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "error.h"
#include "layout.h"
#include "machine/machine.h"

#define TA_END      (0x91d02000u + END_TRAP)
#define TABLES_SIZE 0x2000u

struct slots {
    uint32_t address, size;
    uint8_t *bytes;
};

struct counters {
    uint64_t completed[INSN_COUNT];
    uint64_t trapped[INSN_COUNT];
};

static void fail(const char *what)
{
    fprintf(stderr, "count: %s\n", what);
    exit(EXIT_FAILURE);
}

static struct slots read_slots(const char *path, const char *address)
{
    struct slots slots = {(uint32_t)strtoul(address, NULL, 0), 0, NULL};
    size_t room = (size_t)SLOT_COUNT * SLOT_SIZE;
    FILE *file = fopen(path, "rb");

    slots.bytes = malloc(room);
    if (file == NULL || slots.bytes == NULL) {
        fail("the slots cannot be read");
    }
    slots.size = (uint32_t)fread(slots.bytes, 1, room, file);
    fclose(file);
    return slots;
}

static struct machine *load(char **paths, uint32_t slot_address)
{
    struct error err = {.text = ""};
    struct leon3emu_options options;
    struct machine *m;

    leon3emu_options_init(&options);
    options.input_fd = options.output_fd = -1;
    m = leon3emu_create(&options, &err);
    if (m == NULL || !leon3emu_load(m, paths[0], &err) ||
        !leon3emu_load_raw(m, paths[1], HEAD, &err) ||
        !leon3emu_load_raw(m, paths[2], slot_address, &err) ||
        !leon3emu_start(m, START_LOADED, &err)) {
        fail(err.text);
    }
    return m;
}

static uint32_t word_at(const struct slots *slots, uint32_t offset)
{
    const uint8_t *b = slots->bytes + offset;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void count_step(struct counters *counters, const struct cpu *cpu, uint32_t word)
{
    enum insn_id row = insn_find(word);
    if (word == TA_END) {
        return;
    }
    if (cpu->pc - TRAP_TABLE < TABLES_SIZE) {
        counters->trapped[row]++;
    } else {
        counters->completed[row]++;
    }
}

static void run(struct machine *m, const struct slots *slots, struct counters *counters)
{
    struct stop_info stop;
    do {
        uint32_t offset = m->cpus->pc - slots->address;
        exec_step(&m->exec, 0, false, &stop);
        if (offset < slots->size) {
            count_step(counters, m->cpus, word_at(slots, offset));
        }
    } while (stop.kind == STOP_STEP);
    if (stop.kind != STOP_GUEST_EXIT) {
        fail(stop.text);
    }
}

int main(int argc, char **argv)
{
    static struct counters counters;
    struct slots slots;
    struct machine *m;

    if (argc != 5) {
        fail("usage: count EXECUTOR HEAD_FILE SLOT_FILE SLOT_ADDRESS");
    }
    slots = read_slots(argv[3], argv[4]);
    m = load(argv + 1, slots.address);
    run(m, &slots, &counters);
    for (int row = 0; row < INSN_COUNT; row++) {
        printf("%s %" PRIu64 " %" PRIu64 "\n", insn_rows[row].name, counters.completed[row],
               counters.trapped[row]);
    }
    leon3emu_destroy(m);
    free(slots.bytes);
    return EXIT_SUCCESS;
}
