// SPDX-License-Identifier: MIT
/*
 * What --stats tells of a run with a translator: how much of it the interpreter executed, and why.
 */
#ifndef EXEC_RUN_COUNTS_H
#define EXEC_RUN_COUNTS_H

#include <stdint.h>
#include <stdio.h>

struct cpu;

/* Why the interpreter executed instructions in place of generated code. */
enum fallback {
    FALLBACK_COLD,   /* not executed often enough to be translated */
    FALLBACK_BUDGET, /* the block charges more cycles than are left */
    FALLBACK_NPC,    /* a jump in a delay slot */
    FALLBACK_PLACE,  /* code in no memory, or under a watchpoint */
    FALLBACKS
};

struct run_counts {
    uint64_t fallbacks[FALLBACKS]; /* instructions */
    uint64_t entries;              /* of generated code */
    uint64_t deoptimized;          /* blocks that were dropped because of wrong guesses */
    uint64_t long_loops;           /* blocks that were dropped to be made again as long loops */
};

/* watched: as translator_stats() has it. */
void run_counts_print(const struct run_counts *counts, const struct cpu *cpus, unsigned cpu_count,
                      uint64_t watched, FILE *stream);

#endif
