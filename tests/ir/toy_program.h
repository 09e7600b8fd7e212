/* SPDX-License-Identifier: MIT */
/*
 * Programs of several blocks, and how a backend executes one: with links, jump cache, budgets that run
 * out, blocks that are disabled and compiled again.
 *
 * What the dispatcher does depends only on the program's seed and on how often it was called, so it does the same
 * for every backend.
 */
#ifndef TOY_PROGRAM_H
#define TOY_PROGRAM_H

#include "toy_guest.h"

#define TOY_BLOCKS 6

struct toy_program {
    uint64_t seed;
    unsigned count;
    bool paged;
    struct ir_block *blocks[TOY_BLOCKS];
    struct toy_block infos[TOY_BLOCKS];
    uint32_t links[TOY_BLOCKS][IR_MAX_LINKS]; /* pc that each link goes to */
};

/* Makes a program from a seed; every block has passed ir_verify(). */
struct toy_program *toy_program_create(uint64_t seed);
void toy_program_destroy(struct toy_program *program);
/* Executes the program in `toy`, which is reset first.  False: a block was left by a DEOPT, so the guest has stepped an
 * instruction that other ways of executing it do not step; the run cannot be compared. */
bool toy_program_run(const struct toy_program *program, const struct jit_backend *backend,
                     const struct jit_config *config, struct toy *toy);

#endif
