// SPDX-License-Identifier: MIT
/* Jump caches, see jump_cache.h. */
#include "exec/jump_cache.h"

#include <stdlib.h>
#include <string.h>

#include "sparc/generated.h"

bool jump_cache_init(struct jump_cache *cache, unsigned cpu_count)
{
    cache->set_count = cpu_count * TLB_CONTEXTS;
    cache->sets = calloc(cache->set_count, sizeof *cache->sets);
    cache->jumps = calloc((size_t)cache->set_count * MODE_COUNT * JIT_JUMPS, sizeof *cache->jumps);
    if (cache->sets == NULL || cache->jumps == NULL) {
        return false;
    }
    for (unsigned i = 0; i < cache->set_count; i++) {
        cache->sets[i].all_jumps = cache->jumps + (size_t)i * MODE_COUNT * JIT_JUMPS;
    }
    return true;
}

void jump_cache_fini(struct jump_cache *cache)
{
    free(cache->jumps);
    free(cache->sets);
}

static struct jump_set *set_of(const struct jump_cache *cache, const struct cpu *cpu,
                               unsigned place)
{
    return &cache->sets[cpu->config.index * TLB_CONTEXTS + place];
}

struct jit_jump *jump_cache_at(struct jit_jump *all_jumps, uint32_t mode, uint32_t pc)
{
    return &all_jumps[mode * JIT_JUMPS + (pc >> 2) % JIT_JUMPS];
}

static void clear(struct jump_set *set, uint32_t mode)
{
    struct jit_jump *jumps = set->all_jumps + mode * JIT_JUMPS;
    if (set->used >> mode & 1) {
        memset(jumps, 0, JIT_JUMPS * sizeof *jumps);
        jumps[0].pc = 1; /* all others are empty with pc 0, which is none of theirs */
        set->used &= ~(1u << mode);
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

void jump_cache_note(struct jump_cache *cache, struct cpu *cpu, uint32_t mode, uint32_t pc,
                     const void *entry)
{
    struct jit_jump *jump = jump_cache_at(cpu->generated.all_jumps, mode, pc);
    jump->pc = pc;
    jump->entry = entry;
    set_of(cache, cpu, cpu->tlb.place)->used |= 1u << mode;
}

void jump_cache_drop(struct jump_cache *cache, uint32_t mode, uint32_t pc, const void *entry)
{
    for (unsigned i = 0; i < cache->set_count; i++) {
        struct jit_jump *jump = jump_cache_at(cache->sets[i].all_jumps, mode, pc);
        if (cache->sets[i].ready && jump->pc == pc && jump->entry == entry) {
            jump->pc = 1;
        }
    }
}

void jump_cache_select(struct jump_cache *cache, struct cpu *cpu, unsigned place, bool is_new)
{
    struct jump_set *set = set_of(cache, cpu, place);
    for (uint32_t mode = 0; mode < MODE_COUNT && !set->ready; mode++) {
        set->all_jumps[mode * JIT_JUMPS].pc = 1;
    }
    set->ready = true;
    if (is_new) {
        clear_virtual(set);
    }
    cpu->generated.all_jumps = set->all_jumps;
}

void jump_cache_clear_virtual(struct jump_cache *cache, const struct cpu *cpu)
{
    for (unsigned place = 0; place < TLB_CONTEXTS; place++) {
        clear_virtual(set_of(cache, cpu, place));
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
