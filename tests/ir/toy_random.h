/* SPDX-License-Identifier: MIT */
/*
 * Random valid blocks of the toy guest.
 *
 * Every op occurs, with operands of the right types, in the main section and in arms.  What IR leaves
 * undefined does not occur: division by 0, a NaN that no step() sees, a JUMP to what is no address.
 * EXIT and JUMP go to one of the program's blocks.
 */
#ifndef TOY_RANDOM_H
#define TOY_RANDOM_H

#include "toy_guest.h"

/* Makes block `index` of a program of `count`; about `ops` ops in the main section. */
void toy_random_block(struct ir_block *block, struct toy_block *info, uint64_t seed, unsigned index,
                      unsigned count, unsigned ops);

/* ---- for toy_random*.c ---- */

struct toy_pool {
    ir_ref values[IR_FLAGS + 1][IR_MAX_OPS];
    unsigned count[IR_FLAGS + 1];
};

struct toy_maker {
    struct ir_block *block;
    struct toy_block *info;
    struct toy_rng rng;
    unsigned block_count;
    unsigned given; /* by GIVE_BACKs, which the block's charge is larger for */
    bool fp_ready;
    bool in_arm;
    unsigned arm;         /* whose section it is, if in_arm */
    struct toy_pool pool; /* values that are visible */
    struct toy_pool main; /* those of the main section */
    struct {
        unsigned count[IR_FLAGS + 1]; /* of pool `main` */
        bool fp_ready;
    } arms[IR_MAX_ARMS];
};

/* Appends an op of any kind but END. */
void toy_random_op(struct toy_maker *maker);
/* A visible value of the type. */
ir_ref toy_pick(struct toy_maker *maker, unsigned type);
/* A new instruction; IR_NONE: there are too many. */
unsigned toy_new_insn(struct toy_maker *maker);
/* Appends an op and lets its result be used from now on. */
ir_ref toy_append(struct toy_maker *maker, struct ir_op op);

#endif
