// SPDX-License-Identifier: MIT
/*
 * The instruction words of a block while it is made: the memory they come from, with a note of the
 * pages and granules that were read.
 */
#ifndef EXEC_CODE_SOURCE_H
#define EXEC_CODE_SOURCE_H

#include "exec/block_cache.h"
#include "sparc/cpu.h"

struct code_source {
    struct cpu *cpu;
    const struct block_cache *cache;
    uint32_t pc; /* of the block */
    unsigned count;
    uint32_t pages[BLOCK_MAX_PAGES]; /* virtual */
    uint64_t restless[BLOCK_MAX_PAGES];
    struct block_place places[BLOCK_MAX_PAGES];
};

/* Finds the page of memory in which va lies.  False: instructions there cannot be fetched straight
 * from memory (a fault, no memory, a watchpoint). */
bool code_source_find(struct cpu *cpu, uint32_t va, struct block_place *place);

/* The word at pc.  False: the instruction at pc cannot be a part of this block.  This is
 * translate_request.fetch; context is the struct code_source. */
bool code_source_fetch(void *context, uint32_t pc, uint32_t *word);

#endif
