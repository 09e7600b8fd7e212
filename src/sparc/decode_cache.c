// SPDX-License-Identifier: MIT
/* The cache of decoded instructions, see code_cache.h. */
#include "sparc/decode_cache.h"

#include <stdlib.h>

static struct code_page **bucket_of(struct code_cache *cache, const struct region *region,
                                    uint64_t offset)
{
    uintptr_t hash = ((uintptr_t)region >> 4) + (offset >> TLB_PAGE_BITS);
    return &cache->buckets[hash % CODE_CACHE_BUCKETS];
}

static struct code_page *find(struct code_cache *cache, const struct region *region,
                              uint64_t offset)
{
    struct code_page *page = *bucket_of(cache, region, offset);
    while (page != NULL && (page->region != region || page->offset != offset)) {
        page = page->next;
    }
    return page;
}

static void forget(struct code_page *page, unsigned first, unsigned last, insn_function *undecoded)
{
    for (unsigned i = first; i <= last; i++) {
        page->insns[i].execute = undecoded;
        page->insns[i].cycles = 0;
    }
}

struct code_page *code_cache_page(struct code_cache *cache, struct region *region, uint64_t offset,
                                  insn_function *undecoded)
{
    struct code_page *page = find(cache, region, offset);
    struct code_page **bucket;

    if (page != NULL) {
        return page;
    }
    if (cache->pages == CODE_CACHE_MAX_PAGES) {
        code_cache_clear(cache);
    }
    page = malloc(sizeof *page);
    if (page == NULL) {
        return NULL;
    }
    bucket = bucket_of(cache, region, offset);
    page->region = region;
    page->offset = offset;
    page->next = *bucket;
    *bucket = page;
    forget(page, 0, CODE_PAGE_INSNS - 1, undecoded);
    cache->pages++;
    if (region_mark_code(region, offset, REGION_DECODED, 0)) {
        cache->changed(cache->context);
    }
    return page;
}

void code_cache_note(const struct code_page *page, uint32_t offset)
{
    page->region->code_granules[page->offset >> TLB_PAGE_BITS] |= region_granules(offset, offset);
}

void code_cache_written(struct code_cache *cache, const struct region *region, uint64_t offset,
                        uint64_t size, insn_function *undecoded)
{
    uint64_t end = offset + size;
    while (offset < end) {
        uint64_t base = offset & ~(uint64_t)TLB_PAGE_MASK;
        uint64_t stop = end < base + TLB_PAGE_SIZE ? end : base + TLB_PAGE_SIZE;
        struct code_page *page = find(cache, region, base);
        if (page != NULL) {
            forget(page, (unsigned)(offset - base) / 4, (unsigned)(stop - 1 - base) / 4, undecoded);
        }
        offset = stop;
    }
}

void code_cache_clear(struct code_cache *cache)
{
    for (unsigned i = 0; i < CODE_CACHE_BUCKETS; i++) {
        while (cache->buckets[i] != NULL) {
            struct code_page *page = cache->buckets[i];
            cache->buckets[i] = page->next;
            region_unmark_code(page->region, page->offset, REGION_DECODED);
            free(page);
        }
    }
    cache->pages = 0;
    cache->changed(cache->context);
}
