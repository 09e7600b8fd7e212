// SPDX-License-Identifier: MIT
/*
 * The jump caches of a machine: for each CPU, MMU context that is kept, and mode, where generated code looks for
 * the aim of a computed jump (struct jit_jump, include/jit.h).
 */
#ifndef EXEC_JUMP_CACHE_H
#define EXEC_JUMP_CACHE_H

#include "jit.h"
#include "sparc/jit_env.h"

/* A cache is cleared in pieces of so many entries, a page of the host's memory. */
#define JUMP_PIECE 256u
#define JUMP_WORDS (JIT_JUMPS / JUMP_PIECE / 64)

/* Those of a CPU in one context: a cache for each mode. */
struct jump_set {
    struct jit_jump *all_jumps;
    uint64_t used[MODE_COUNT][JUMP_WORDS]; /* pieces that are not empty, as bits */
    bool ready;                            /* its context was in use, ever */
};

struct jump_cache {
    struct jump_set *sets; /* TLB_CONTEXTS of each CPU */
    unsigned set_count;
    struct jit_jump *jumps; /* of all of them */
};

/* False: no memory. */
bool jump_cache_init(struct jump_cache *cache, unsigned cpu_count);
void jump_cache_fini(struct jump_cache *cache);

/* The entry that pc has. */
struct jit_jump *jump_cache_at(struct jit_jump *all_jumps, uint32_t mode, uint32_t pc);

/* The CPU's present context has this at pc. */
void jump_cache_note(struct jump_cache *cache, struct cpu *cpu, uint32_t mode, uint32_t pc,
                     const void *entry);
/* Nobody does any more. */
void jump_cache_drop(struct jump_cache *cache, uint32_t mode, uint32_t pc, const void *entry);

/* The CPU goes on in the MMU context in that slot (mem/tlb.h); is_new: nothing is known of its virtual addresses. */
void jump_cache_select(struct jump_cache *cache, struct cpu *cpu, unsigned context_slot,
                       bool is_new);

/* Empties those of a CPU's virtual addresses; all. */
void jump_cache_clear_virtual(struct jump_cache *cache, const struct cpu *cpu);
void jump_cache_clear(struct jump_cache *cache);

#endif
