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
/* Runs the block on all machines from the same state, and checks that all do the same.  env's r and x have the two
 * `values` in turn, other state is random, and memory is as the runs before have left it. */
void machines_compare(struct machines *machines, const struct ir_block *block,
                      const uint64_t values[2]);
/* Compiles a block on one machine. */
struct jit_code machine_compile(struct machines *machines, unsigned number,
                                const struct ir_block *block);
/* The listing of a block on one machine; the caller frees it. */
char *machine_listing(struct machines *machines, unsigned number, const struct ir_block *block);
/* Parses a block's text; the caller frees the block. */
struct ir_block *machine_parse(const char *text);

#endif
