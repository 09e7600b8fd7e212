// SPDX-License-Identifier: MIT
/*
 * The jump caches of a machine: one for each CPU, slot of an MMU context, and mode.  In them
 * generated code looks for the block at the target of a computed jump (struct jit_jump,
 * include/jit.h).
 *
 * A jump cache has entries for JIT_JUMPS instructions in a row, and is mapped when its first entry
 * is noted; until then the one that is always empty takes its place.  So it fits the code: the
 * host gives memory only for where code is that is jumped to.
 */
#ifndef EXEC_JUMP_CACHE_H
#define EXEC_JUMP_CACHE_H

#include "jit.h"
#include "sparc/jit_env.h"

/* A cache is cleared in pieces of so many entries, each of which is a page of the host's memory. */
#define JUMP_PIECE 256u
#define JUMP_WORDS (JIT_JUMPS / JUMP_PIECE / 64)

/* The jump caches of a CPU in one context, one for each mode. */
struct jump_set {
    struct jit_jump *jumps[MODE_COUNT];
    uint64_t used[MODE_COUNT][JUMP_WORDS]; /* pieces that are not empty, as bits */
    bool ready;                            /* selected before */
};

struct jump_cache {
    struct jump_set *sets;   /* for each CPU, TLB_CONTEXTS of them */
    struct jump_set **ready; /* the sets that were selected before */
    unsigned ready_count;
    struct jit_jump *none; /* the jump cache that is always empty */
};

/* False: no memory. */
bool jump_cache_init(struct jump_cache *cache, unsigned cpu_count);
void jump_cache_fini(struct jump_cache *cache);

/* The entry in which pc is looked for. */
const struct jit_jump *jump_cache_at(struct jit_jump *const *all_jumps, uint32_t mode, uint32_t pc);

/* Notes that in the CPU's present context the block at pc has its generated code at `entry`.  If the
 * host is out of memory, it is not noted. */
void jump_cache_note(struct jump_cache *cache, const struct cpu *cpu, uint32_t mode, uint32_t pc,
                     const void *entry);
/* Removes this block from the jump caches of all CPUs and contexts. */
void jump_cache_drop(struct jump_cache *cache, uint32_t mode, uint32_t pc, const void *entry);

/* The CPU goes on in the MMU context of that slot (mem/tlb.h).  is_new: the slot has a new context,
 * so its entries of virtual addresses are cleared. */
void jump_cache_select(struct jump_cache *cache, struct cpu *cpu, unsigned context_slot,
                       bool is_new);

/* Clear the jump caches of all virtual addresses of a CPU; all jump caches. */
void jump_cache_clear_virtual(struct jump_cache *cache, const struct cpu *cpu);
void jump_cache_clear(struct jump_cache *cache);

#endif
