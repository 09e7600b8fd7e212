// SPDX-License-Identifier: MIT
/* A CPU's registers in one form, see cpu_state.h. */
#include "exec/cpu_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A row of registers.def, and where it lies in a struct cpu_state. */
struct walk {
    const struct cpu_register *row;
    unsigned at;
};

static bool next_row(struct walk *walk)
{
    if (walk->row == NULL) {
        walk->row = cpu_registers;
    } else {
        walk->at += cpu_register_words(walk->row);
        walk->row++;
    }
    while (walk->row < cpu_registers + cpu_register_count && walk->row->group == CPU_VIEW) {
        walk->row++;
    }
    return walk->row < cpu_registers + cpu_register_count;
}

void cpu_state_capture(struct cpu_state *state, struct cpu *cpu)
{
    for (struct walk walk = {0}; next_row(&walk);) {
        cpu_copy_registers(cpu, walk.row, state->words + walk.at);
    }
}

static uint64_t value_of(const struct cpu_state *state, const struct walk *walk, unsigned i)
{
    uint64_t wide;
    if (walk->row->bits == 64) {
        memcpy(&wide, state->words + walk->at + 2 * i, sizeof wide);
        return wide;
    }
    return state->words[walk->at + i];
}

/* ---- comparing ---- */

/* The name of word i of a row.  Word 37 of "windows", for example, is called %o5 of window 2: a
 * window's outs begin at 16w, its locals at 16w+8. */
static void name_of(const struct cpu_register *row, unsigned i, char *name, size_t size)
{
    if (row->count == 1) {
        snprintf(name, size, "%s", row->name);
    } else if (strcmp(row->name, "globals") == 0) {
        snprintf(name, size, "%%g%u", i);
    } else if (strcmp(row->name, "windows") == 0) {
        snprintf(name, size, "%%%c%u of window %u", i & 8 ? 'l' : 'o', i & 7, i / 16);
    } else {
        snprintf(name, size, "%s%u", row->name, i);
    }
}

static bool find_difference(const struct cpu_state *expected, const struct cpu_state *made,
                            const struct walk *walk, char *text, size_t size)
{
    size_t bytes = cpu_register_words(walk->row) * sizeof made->words[0];

    if (memcmp(expected->words + walk->at, made->words + walk->at, bytes) == 0) {
        return false;
    }
    for (unsigned i = 0; i < walk->row->count; i++) {
        uint64_t a = value_of(expected, walk, i);
        uint64_t b = value_of(made, walk, i);
        char name[32];
        if (a != b) {
            name_of(walk->row, i, name, sizeof name);
            snprintf(text, size, "%s: 0x%08" PRIx64 ", expected is 0x%08" PRIx64, name, b, a);
            return true;
        }
    }
    return false;
}

bool cpu_state_difference(const struct cpu_state *expected, const struct cpu_state *made,
                          unsigned groups, char *text, size_t size)
{
    if (memcmp(expected, made, sizeof *made) == 0) {
        return false;
    }
    for (struct walk walk = {0}; next_row(&walk);) {
        if (walk.row->group & groups && find_difference(expected, made, &walk, text, size)) {
            return true;
        }
    }
    return false;
}

/* If the bytes of struct cpu_arch differ, the registers need not: each executor keeps some of them
 * in a form of its own.  So the registers are compared. */
bool cpu_state_changed(struct cpu *cpu, const struct cpu_arch *expected, unsigned groups,
                       char *text, size_t size)
{
    struct cpu_state before, now;
    struct cpu_arch kept;

    cpu->globals[8] = expected->globals[8]; /* where writes to %g0 go; never read */
    if (memcmp(&cpu->arch, expected, sizeof *expected) == 0) {
        return false;
    }
    cpu_state_capture(&now, cpu);
    kept = cpu->arch;
    cpu->arch = *expected;
    cpu_state_capture(&before, cpu);
    cpu->arch = kept;
    return cpu_state_difference(&before, &now, groups, text, size);
}

/* ---- hashing ---- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

uint64_t cpu_state_hash(const struct cpu_state *state, uint64_t hash)
{
    for (struct walk walk = {0}; next_row(&walk);) {
        for (unsigned i = 0; i < walk.row->count && walk.row->group != CPU_LIMIT; i++) {
            hash = mix(hash, value_of(state, &walk, i));
        }
    }
    return hash;
}
