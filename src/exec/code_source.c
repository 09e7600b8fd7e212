// SPDX-License-Identifier: MIT
/* Where the words of a block come from, see code_source.h. */
#include "exec/code_source.h"

#include "bits.h"
#include "mem/addrspace.h"

#define NOWHERE BLOCK_MAX_PAGES

bool code_source_find(struct cpu *cpu, uint32_t va, struct block_place *place)
{
    const struct mmu before = cpu->mmu;
    enum tlb_result result;

    place->region = NULL;
    place->granules = 0;
    result = tlb_fetch_page(&cpu->tlb, va, &place->region, &place->offset);
    if (result == TLB_MMU_FAULT) {
        cpu->mmu = before; /* the interpreter will record the fault and trap */
    }
    return result == TLB_OK && place->region != NULL && tlb_fetch_is_fast(&cpu->tlb, va);
}

/* The number of va's page in s->places; NOWHERE: instructions there cannot be in this block. */
static unsigned page_of(struct code_source *s, uint32_t va)
{
    uint32_t page = va & ~TLB_PAGE_MASK;
    struct block_place *place = &s->places[s->count];

    for (unsigned i = 0; i < s->count; i++) {
        if (s->pages[i] == page) {
            return i;
        }
    }
    /* With the MMU on, the next virtual page may be mapped to another place later, while the
     * block's key only tells where the first page is.  So the block ends with its page. */
    if (s->count == BLOCK_MAX_PAGES || (s->count > 0 && s->cpu->tlb.index != TLB_PHYSICAL) ||
        !code_source_find(s->cpu, page, place)) {
        return NOWHERE;
    }
    s->pages[s->count] = page;
    s->restless[s->count] = block_cache_restless(s->cache, place->region, place->offset);
    return s->count++;
}

/* Is the instruction at pc in a granule whose code keeps changing, and not in that of the block's
 * start?  Such code gets blocks of its own, so that a block that leads into it is not dropped at
 * each change. */
static bool is_restless(const struct code_source *s, uint32_t pc, uint64_t restless)
{
    return (restless & region_granules(pc, pc)) && (pc ^ s->pc) / REGION_GRANULE != 0;
}

bool code_source_fetch(void *context, uint32_t pc, uint32_t *word)
{
    struct code_source *s = context;
    unsigned page = page_of(s, pc);
    if (page == NOWHERE || is_restless(s, pc, s->restless[page])) {
        return false;
    }
    *word = be32_load(s->places[page].region->host + s->places[page].offset + (pc & TLB_PAGE_MASK));
    s->places[page].granules |= region_granules(pc, pc);
    return true;
}
