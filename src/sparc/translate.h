// SPDX-License-Identifier: MIT
/*
 * From SPARC instructions to IR.
 *
 * A block is a superblock: it follows branches that are always taken, calls and returns whose target is
 * known, and the likely side of conditional ones; the other side is an arm.  An instruction without a
 * translation becomes a STEP: the interpreter performs it.  In unusual cases (a branch in a delay slot, an
 * instruction that is sure to trap) the block ends with a STEP and a QUIT.
 */
#ifndef SPARC_TRANSLATE_H
#define SPARC_TRANSLATE_H

#include "sparc/jit_env.h"

/* In the main section; the rounds of a loop may exceed it (goes_round() of trans_ctl.c). */
#define TRANSLATE_MAX_INSNS 64

struct translate_request {
    const struct ir_guest *guest; /* jit_env_guest() */
    const struct cpu *cpu;        /* its configuration counts, not its state */
    uint32_t pc;                  /* perhaps with ENTRY_IN_DELAY_SLOT */
    uint32_t mode;                /* enum block_mode */
    bool paged;                   /* memory is accessed by the TLB, not in the linear window */
    unsigned max_insns;           /* 1..TRANSLATE_MAX_INSNS */
    bool
        long_loop; /* if a loop begins at pc, it is unrolled further, since it is known to be hot */
    /* The word at pc.  False: the block must end before it. */
    bool (*fetch)(void *context, uint32_t pc, uint32_t *word);
    void *context;
};

struct translated {
    struct block_insn insns[IR_MAX_INSNS]; /* as many as the block has */
    unsigned main_count;                   /* of them in the main section */
    uint32_t links[IR_MAX_LINKS];          /* by link of the block: the pc it goes to */
};

/* Fills block and *out.  False: the first word cannot be fetched, or is a control transfer in a delay slot. */
bool translate(const struct translate_request *request, struct ir_block *block,
               struct translated *out);

#endif
