// SPDX-License-Identifier: MIT
/* Jump caches, see jump_cache.h. */
#include "exec/jump_cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sparc/jit_env.h"

#define JUMPS_BYTES (JIT_JUMPS * sizeof(struct jit_jump))

/* ---- life ---- */

/* An empty jump cache.  NULL: the host is out of memory. */
static struct jit_jump *map_jumps(void)
{
    struct jit_jump *jumps = mmap(NULL, JUMPS_BYTES, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (jumps == MAP_FAILED) {
        return NULL;
    }
    jumps[0].pc = 1; /* pc 0 has entry 0, so it marks only the others empty */
    return jumps;
}

bool jump_cache_init(struct jump_cache *cache, unsigned cpu_count)
{
    size_t set_count = (size_t)cpu_count * TLB_CONTEXTS;
    cache->sets = calloc(set_count, sizeof *cache->sets);
    cache->ready = calloc(set_count, sizeof(struct jump_set *));
    cache->none = map_jumps();
    return cache->sets != NULL && cache->ready != NULL && cache->none != NULL;
}

static void unmap_set(const struct jump_cache *cache, struct jump_set *set)
{
    for (uint32_t mode = 0; mode < MODE_COUNT; mode++) {
        if (set->jumps[mode] != cache->none) {
            munmap(set->jumps[mode], JUMPS_BYTES);
        }
    }
}

void jump_cache_fini(struct jump_cache *cache)
{
    for (unsigned i = 0; i < cache->ready_count; i++) {
        unmap_set(cache, cache->ready[i]);
    }
    if (cache->none != NULL) {
        munmap(cache->none, JUMPS_BYTES);
    }
    free(cache->ready);
    free(cache->sets);
}

/* ---- entries ---- */

static struct jump_set *set_of(const struct jump_cache *cache, const struct cpu *cpu,
                               unsigned context_slot)
{
    return &cache->sets[cpu->config.index * TLB_CONTEXTS + context_slot];
}

static unsigned index_of(uint32_t pc)
{
    return (pc >> 2) % JIT_JUMPS;
}

const struct jit_jump *jump_cache_at(struct jit_jump *const *all_jumps, uint32_t mode, uint32_t pc)
{
    return &all_jumps[mode][index_of(pc)];
}

static uint64_t *used_word(struct jump_set *set, uint32_t mode, uint32_t pc, uint64_t *bit)
{
    unsigned piece = index_of(pc) / JUMP_PIECE;
    *bit = UINT64_C(1) << piece % 64;
    return &set->used[mode][piece / 64];
}

/* Generated code finds a new jump cache when it is entered next (jit_env_prepare()). */
void jump_cache_note(struct jump_cache *cache, const struct cpu *cpu, uint32_t mode, uint32_t pc,
                     const void *entry)
{
    struct jump_set *set = set_of(cache, cpu, cpu->tlb.context_slot);
    struct jit_jump *jump;
    uint64_t *used, bit;

    if (set->jumps[mode] == cache->none) {
        struct jit_jump *jumps = map_jumps();
        if (jumps == NULL) {
            return;
        }
        set->jumps[mode] = jumps;
    }
    jump = &set->jumps[mode][index_of(pc)];
    used = used_word(set, mode, pc, &bit);
    jump->pc = pc;
    jump->entry = entry;
    *used |= bit;
}

void jump_cache_drop(struct jump_cache *cache, uint32_t mode, uint32_t pc, const void *entry)
{
    for (unsigned i = 0; i < cache->ready_count; i++) {
        struct jit_jump *jump = &cache->ready[i]->jumps[mode][index_of(pc)];
        uint64_t bit;
        bool used = (*used_word(cache->ready[i], mode, pc, &bit) & bit) != 0;
        if (used && jump->pc == pc && jump->entry == entry) {
            jump->pc = 1;
        }
    }
}

/* ---- clearing ---- */

/* Only pieces that were written to are cleared, so that a flush costs no more than was noted. */
static void clear(struct jump_set *set, uint32_t mode)
{
    struct jit_jump *jumps = set->jumps[mode];
    for (unsigned word = 0; word < JUMP_WORDS; word++) {
        for (uint64_t used = set->used[mode][word]; used != 0; used &= used - 1) {
            unsigned piece = 64 * word + (unsigned)__builtin_ctzll(used);
            memset(&jumps[piece * JUMP_PIECE], 0, JUMP_PIECE * sizeof *jumps);
        }
        if (word == 0 && set->used[mode][word] & 1) {
            jumps[0].pc = 1; /* as in map_jumps() */
        }
        set->used[mode][word] = 0;
    }
}

/* Clears the jump caches of the modes that have all bits of `wanted`. */
static void clear_modes(const struct jump_cache *cache, struct jump_set *set, uint32_t wanted)
{
    for (uint32_t mode = 0; mode < MODE_COUNT; mode++) {
        if ((mode & wanted) == wanted && set->jumps[mode] != cache->none) {
            clear(set, mode);
        }
    }
}

void jump_cache_select(struct jump_cache *cache, struct cpu *cpu, unsigned context_slot,
                       bool is_new)
{
    struct jump_set *set = set_of(cache, cpu, context_slot);
    if (!set->ready) {
        for (uint32_t mode = 0; mode < MODE_COUNT; mode++) {
            set->jumps[mode] = cache->none;
        }
        set->ready = true;
        cache->ready[cache->ready_count++] = set;
    } else if (is_new) {
        clear_modes(cache, set, MODE_MMU);
    }
    cpu->jit_context.all_jumps = set->jumps;
}

void jump_cache_clear_virtual(struct jump_cache *cache, const struct cpu *cpu)
{
    const struct jump_set *first = set_of(cache, cpu, 0);
    for (unsigned i = 0; i < cache->ready_count; i++) {
        struct jump_set *set = cache->ready[i];
        if (set >= first && set < first + TLB_CONTEXTS) {
            clear_modes(cache, set, MODE_MMU);
        }
    }
}

void jump_cache_clear(struct jump_cache *cache)
{
    for (unsigned i = 0; i < cache->ready_count; i++) {
        clear_modes(cache, cache->ready[i], 0);
    }
}
