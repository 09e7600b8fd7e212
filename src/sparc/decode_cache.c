// SPDX-License-Identifier: MIT
/* The cache of decoded instructions, see decode_cache.h. */
#include "sparc/decode_cache.h"

#include <stdlib.h>

static struct decode_page **bucket_of(struct decode_cache *cache, const struct region *region,
                                      uint64_t offset)
{
    uintptr_t hash = ((uintptr_t)region >> 4) + (offset >> TLB_PAGE_BITS);
    return &cache->buckets[hash % DECODE_CACHE_BUCKETS];
}

static struct decode_page *find(struct decode_cache *cache, const struct region *region,
                                uint64_t offset)
{
    struct decode_page *page = *bucket_of(cache, region, offset);
    while (page != NULL && (page->region != region || page->offset != offset)) {
        page = page->next;
    }
    return page;
}

static void forget(struct decode_page *page, unsigned first, unsigned last,
                   insn_function *undecoded)
{
    for (unsigned i = first; i <= last; i++) {
        page->insns[i].execute = undecoded;
        page->insns[i].cycles = 0;
    }
}

struct decode_page *decode_cache_page(struct decode_cache *cache, struct region *region,
                                      uint64_t offset, insn_function *undecoded)
{
    struct decode_page *page = find(cache, region, offset);
    struct decode_page **bucket;

    if (page != NULL) {
        return page;
    }
    if (cache->pages == DECODE_CACHE_MAX_PAGES) {
        decode_cache_clear(cache);
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
    forget(page, 0, DECODE_PAGE_INSNS - 1, undecoded);
    cache->pages++;
    if (region_mark_code(region, offset, REGION_DECODED, 0)) {
        cache->added(cache->context, region, offset);
    }
    return page;
}

void decode_cache_note(const struct decode_page *page, uint32_t offset)
{
    page->region->code_granules[page->offset >> TLB_PAGE_BITS] |= region_granules(offset, offset);
}

void decode_cache_written(struct decode_cache *cache, const struct region *region, uint64_t offset,
                          uint64_t size, insn_function *undecoded)
{
    uint64_t end = offset + size;
    while (offset < end) {
        uint64_t base = offset & ~(uint64_t)TLB_PAGE_MASK;
        uint64_t stop = end < base + TLB_PAGE_SIZE ? end : base + TLB_PAGE_SIZE;
        struct decode_page *page = find(cache, region, base);
        if (page != NULL) {
            forget(page, (unsigned)(offset - base) / 4, (unsigned)(stop - 1 - base) / 4, undecoded);
        }
        offset = stop;
    }
}

void decode_cache_clear(struct decode_cache *cache)
{
    for (unsigned i = 0; cache->pages != 0 && i < DECODE_CACHE_BUCKETS; i++) {
        while (cache->buckets[i] != NULL) {
            struct decode_page *page = cache->buckets[i];
            cache->buckets[i] = page->next;
            region_unmark_code(page->region, page->offset, REGION_DECODED);
            free(page);
            cache->pages--;
        }
    }
    cache->changed(cache->context);
}
