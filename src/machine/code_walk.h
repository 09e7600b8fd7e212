// SPDX-License-Identifier: MIT
/*
 * Which code leads where, and through how many register windows.  Back-traces use this because a program's debug
 * information about frames may be missing or wrong.
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
    unsigned count;    /* how many steps have been found */
    unsigned followed; /* of how many of these the successors have been added */
    struct code_step {
        uint32_t pc;
        int8_t windows; /* SAVEs minus RESTOREs before it */
        bool in_slot;   /* a delay slot, whose successors the transfer has added */
    } steps[CODE_WALK_MAX];
    uint16_t index[CODE_WALK_SLOTS]; /* a hash table by pc: 1 + the index of a step; 0: free */
};

void code_walk_init(struct code_walk *walk, struct machine *m, const struct cpu *cpu);
/* Adds an address at which the walk begins. */
void code_walk_add(struct code_walk *walk, uint32_t pc);
/* Does code from one of those addresses lead to pc?  *windows: how many more SAVEs than RESTOREs are executed on
 * the way. */
bool code_walk_reaches(struct code_walk *walk, uint32_t pc, int *windows);

#endif
