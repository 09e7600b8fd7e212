/* SPDX-License-Identifier: MIT */
/*
 * A backend with a toy guest, in each of the variants that generate different code; and the comparison
 * of one block's effect with what the IR interpreter does.  Include cmocka.h first.
 */
#ifndef X64_MACHINES_H
#define X64_MACHINES_H

#include "toy_guest.h"

struct machine {
    const char *name;
    const struct jit_backend *backend;
    void *self;
    struct toy *toy;
    struct toy_env fresh; /* what every run begins with */
};

/* The first is the IR interpreter. */
enum { MACHINES = 5 };

struct machines {
    struct machine machine[MACHINES];
    struct toy_block info; /* the cookie */
    unsigned runs;
};

void machines_open(struct machines *machines);
void machines_close(struct machines *machines);
/* Runs the block on all, from the same state: env's numbers as `values` says (r0.. and x0.. by turns), all
 * else random, memory as the runs before have left it.  All must do the same. */
void machines_compare(struct machines *machines, const struct ir_block *block,
                      const uint64_t values[2]);
/* Compiles a block on one machine. */
struct jit_code machine_compile(struct machines *machines, unsigned number,
                                const struct ir_block *block);
/* The listing of a block on one machine; the caller frees it. */
char *machine_listing(struct machines *machines, unsigned number, const struct ir_block *block);
/* The block of a text. */
struct ir_block *machine_parse(const char *text);

#endif
