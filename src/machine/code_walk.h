// SPDX-License-Identifier: MIT
/*
 * Which code leads where, and through how many register windows: for back-traces of programs without, or with
 * wrong, information about their frames.
 *
 * A walk follows branches both ways, jumps to constant addresses, and calls only if they are tail calls; after
 * any other call it goes on behind it.  It counts SAVE and RESTORE on the way.  It looks at the code as memory
 * holds it now, and gives up after some thousand instructions.
 */
#ifndef MACHINE_CODE_WALK_H
#define MACHINE_CODE_WALK_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct machine;

#define CODE_WALK_MAX   3000u
#define CODE_WALK_SLOTS 4096u /* a power of two above that */

struct code_walk {
    struct machine *m;
    const struct cpu *cpu;
    unsigned count;    /* of steps that were found */
    unsigned followed; /* how many of them */
    struct code_step {
        uint32_t pc;
        int8_t windows; /* SAVEs less RESTOREs before it */
        bool in_slot;   /* what is behind it was found already */
    } steps[CODE_WALK_MAX];
    uint16_t index[CODE_WALK_SLOTS]; /* 1 + a number of a step, by pc; 0: free */
};

void code_walk_init(struct code_walk *walk, struct machine *m, const struct cpu *cpu);
/* One more place to begin at. */
void code_walk_add(struct code_walk *walk, uint32_t pc);
/* Is pc reached from there?  *windows: the SAVEs less the RESTOREs that were executed until then. */
bool code_walk_reaches(struct code_walk *walk, uint32_t pc, int *windows);

#endif
