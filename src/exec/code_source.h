// SPDX-License-Identifier: MIT
/*
 * Where the words of a block come from while it is made: pages of memory, with a note of what was looked at.
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

/* The page of memory that va is in, if it may be fetched from without further ado. */
bool code_source_find(struct cpu *cpu, uint32_t va, struct block_place *place);

/* The word at pc; false: none that can be in this block.  For translate_request.fetch; context: the source. */
bool code_source_fetch(void *context, uint32_t pc, uint32_t *word);

#endif
