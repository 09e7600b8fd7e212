// SPDX-License-Identifier: MIT
/* Jump caches, see jump_cache.h. */
#include "exec/jump_cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "sparc/jit_env.h"

#define SET_BYTES (MODE_COUNT * JIT_JUMPS * sizeof(struct jit_jump))

bool jump_cache_init(struct jump_cache *cache, unsigned cpu_count)
{
    cache->set_count = cpu_count * TLB_CONTEXTS;
    cache->sets = calloc(cache->set_count, sizeof *cache->sets);
    if (cache->sets == NULL) {
        return false;
    }
    /* The host provides memory for the pages that are used only: contexts and modes that are not
     * used take none. */
    cache->jumps = mmap(NULL, cache->set_count * SET_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (cache->jumps == MAP_FAILED) {
        cache->jumps = NULL;
        return false;
    }
    for (unsigned i = 0; i < cache->set_count; i++) {
        cache->sets[i].all_jumps = cache->jumps + (size_t)i * MODE_COUNT * JIT_JUMPS;
    }
    return true;
}

void jump_cache_fini(struct jump_cache *cache)
{
    if (cache->jumps != NULL) {
        munmap(cache->jumps, cache->set_count * SET_BYTES);
    }
    free(cache->sets);
}

static struct jump_set *set_of(const struct jump_cache *cache, const struct cpu *cpu,
                               unsigned context_slot)
{
    return &cache->sets[cpu->config.index * TLB_CONTEXTS + context_slot];
}

static unsigned index_of(uint32_t pc)
{
    return (pc >> 2) % JIT_JUMPS;
}

struct jit_jump *jump_cache_at(struct jit_jump *all_jumps, uint32_t mode, uint32_t pc)
{
    return &all_jumps[mode * JIT_JUMPS + index_of(pc)];
}

/* Only pieces that were written to are cleared, so that a flush costs no more than was noted. */
static void clear(struct jump_set *set, uint32_t mode)
{
    struct jit_jump *jumps = set->all_jumps + mode * JIT_JUMPS;
    for (unsigned word = 0; word < JUMP_WORDS; word++) {
        for (uint64_t used = set->used[mode][word]; used != 0; used &= used - 1) {
            unsigned piece = 64 * word + (unsigned)__builtin_ctzll(used);
            memset(&jumps[piece * JUMP_PIECE], 0, JUMP_PIECE * sizeof *jumps);
        }
        if (word == 0 && set->used[mode][word] & 1) {
            jumps[0].pc = 1; /* pc 0 has entry 0, so it marks only the others empty */
        }
        set->used[mode][word] = 0;
    }
}

static void clear_virtual(struct jump_set *set)
{
    for (uint32_t mode = 0; mode < MODE_COUNT; mode++) {
        if (mode & MODE_MMU) {
            clear(set, mode);
        }
    }
}

static uint64_t *used_word(struct jump_set *set, uint32_t mode, uint32_t pc, uint64_t *bit)
{
    unsigned piece = index_of(pc) / JUMP_PIECE;
    *bit = UINT64_C(1) << piece % 64;
    return &set->used[mode][piece / 64];
}

void jump_cache_note(struct jump_cache *cache, struct cpu *cpu, uint32_t mode, uint32_t pc,
                     const void *entry)
{
    struct jit_jump *jump = jump_cache_at(cpu->jit_context.all_jumps, mode, pc);
    uint64_t bit;
    uint64_t *used = used_word(set_of(cache, cpu, cpu->tlb.context_slot), mode, pc, &bit);
    jump->pc = pc;
    jump->entry = entry;
    *used |= bit;
}

void jump_cache_drop(struct jump_cache *cache, uint32_t mode, uint32_t pc, const void *entry)
{
    for (unsigned i = 0; i < cache->set_count; i++) {
        struct jit_jump *jump = jump_cache_at(cache->sets[i].all_jumps, mode, pc);
        uint64_t bit;
        bool used = (*used_word(&cache->sets[i], mode, pc, &bit) & bit) != 0;
        if (used && jump->pc == pc && jump->entry == entry) {
            jump->pc = 1;
        }
    }
}

void jump_cache_select(struct jump_cache *cache, struct cpu *cpu, unsigned context_slot,
                       bool is_new)
{
    struct jump_set *set = set_of(cache, cpu, context_slot);
    for (uint32_t mode = 0; mode < MODE_COUNT && !set->ready; mode++) {
        set->all_jumps[mode * JIT_JUMPS].pc = 1;
    }
    set->ready = true;
    if (is_new) {
        clear_virtual(set);
    }
    cpu->jit_context.all_jumps = set->all_jumps;
}

void jump_cache_clear_virtual(struct jump_cache *cache, const struct cpu *cpu)
{
    for (unsigned context_slot = 0; context_slot < TLB_CONTEXTS; context_slot++) {
        clear_virtual(set_of(cache, cpu, context_slot));
    }
}

void jump_cache_clear(struct jump_cache *cache)
{
    for (unsigned i = 0; i < cache->set_count; i++) {
        for (uint32_t mode = 0; mode < MODE_COUNT; mode++) {
            clear(&cache->sets[i], mode);
        }
    }
}
