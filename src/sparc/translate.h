// SPDX-License-Identifier: MIT
/*
 * From SPARC instructions to IR.
 *
 * A block is a superblock: it follows branches that are always taken, calls and returns whose target is
 * known, and the likely side of conditional ones; the other side is an arm.  A row of insns.def that has
 * no translation is a STEP: the interpreter performs it.  Where anything is out of the ordinary (a branch
 * in a delay slot, a trap that is sure) the block ends with the interpreter's help and QUIT.
 */
#ifndef SPARC_TRANSLATE_H
#define SPARC_TRANSLATE_H

#include "sparc/jit_env.h"

#define TRANSLATE_MAX_INSNS 64 /* in the main section; twice as many for two rounds of a loop */

struct translate_request {
    const struct ir_guest *guest; /* jit_env_guest() */
    const struct cpu *cpu;        /* its configuration counts, not its state */
    uint32_t pc;                  /* perhaps with ENTRY_IN_DELAY_SLOT */
    uint32_t mode;                /* enum block_mode */
    bool paged;
    unsigned max_insns; /* 1..TRANSLATE_MAX_INSNS */
    /* The word at pc.  False: the block must end before it. */
    bool (*fetch)(void *context, uint32_t pc, uint32_t *word);
    void *context;
};

struct translated {
    struct block_insn insns[IR_MAX_INSNS]; /* as many as the block has */
    unsigned main_count;                   /* of them in the main section */
    uint32_t links[IR_MAX_LINKS];          /* where they go */
};

/* Fills block and *out.  False: there is no first word. */
bool translate(const struct translate_request *request, struct ir_block *block,
               struct translated *out);

#endif
