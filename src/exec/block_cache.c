// SPDX-License-Identifier: MIT
/* The cache of translated blocks, see block_cache.h. */
#include "exec/block_cache.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

/* Each eviction drops this part of the code. */
#define EVICTED_PART 8
/* The part of the arena that is for descriptions of pages.  Most pages with code have several
 * blocks, and a block is described in several hundred bytes. */
#define PAGES_PART 16

/* ---- arena ---- */

static void *take(struct block_cache *cache, struct ring *ring, size_t size)
{
    void *piece = cache->arena + ring->at;
    return ring_take(ring, (size + 15) & ~(size_t)15) ? piece : NULL;
}

static void begin_arena(struct block_cache *cache, size_t limit)
{
    ring_begin(&cache->ring, 0, limit);
    ring_begin(&cache->page_ring, cache->arena_size,
               cache->arena_size + cache->arena_size / PAGES_PART);
    cache->oldest = cache->youngest = NULL;
    cache->last_page = NULL;
}

static void unmark_pages(const struct block_cache *cache)
{
    for (struct block_page *page = cache->last_page; page != NULL; page = page->before) {
        region_unmark_code(page->region, page->offset, REGION_TRANSLATED);
    }
}

bool block_cache_init(struct block_cache *cache, struct jit *jit, size_t size, size_t first)
{
    void *arena = mmap(NULL, size + size / PAGES_PART, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED) {
        return false;
    }
    cache->jit = jit;
    cache->arena = arena;
    cache->arena_size = size;
    begin_arena(cache, first < size ? first : size);
    cache->bucket_count = BLOCK_BUCKETS;
    cache->blocks = calloc(cache->bucket_count, sizeof(struct block *));
    return cache->blocks != NULL;
}

void block_cache_fini(struct block_cache *cache)
{
    if (cache->arena != NULL) {
        unmark_pages(cache);
        munmap(cache->arena, cache->arena_size + cache->arena_size / PAGES_PART);
        cache->arena = NULL;
    }
    free(cache->blocks);
    cache->blocks = NULL;
}

/* ---- finding ---- */

static uint32_t hash(const struct region *region, uint64_t offset, uint32_t salt)
{
    uint64_t key = ((uintptr_t)region >> 4) * UINT64_C(0x9e3779b97f4a7c15) + (offset >> 2) + salt;
    key *= UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(key >> 32);
}

static struct block **block_bucket(const struct block_cache *cache, const struct region *region,
                                   uint64_t offset, uint32_t mode)
{
    return &cache->blocks[hash(region, offset, mode) & (cache->bucket_count - 1)];
}

/* Doubles the number of buckets, so that their lists stay short however many blocks there are.  If
 * the host is out of memory, the lists get longer. */
static void add_buckets(struct block_cache *cache)
{
    unsigned old_count = cache->bucket_count;
    struct block **old = cache->blocks;
    struct block **grown = calloc(2 * (size_t)old_count, sizeof(struct block *));

    if (grown == NULL) {
        return;
    }
    cache->blocks = grown;
    cache->bucket_count = 2 * old_count;
    for (unsigned i = 0; i < old_count; i++) {
        while (old[i] != NULL) {
            struct block *block = old[i];
            struct block **bucket =
                block_bucket(cache, block->region, block->offset, block->guest.mode);
            old[i] = block->next;
            block->next = *bucket;
            *bucket = block;
        }
    }
    free(old);
}

struct block *block_cache_find(const struct block_cache *cache, const struct region *region,
                               uint64_t offset, uint32_t pc, uint32_t mode)
{
    struct block *block = *block_bucket(cache, region, offset, mode);
    while (block != NULL && (block->offset != offset || block->pc != pc ||
                             block->guest.mode != mode || block->region != region)) {
        block = block->next;
    }
    return block;
}

static struct block_page *find_page(const struct block_cache *cache, const struct region *region,
                                    uint64_t offset)
{
    struct block_page *page = cache->pages[hash(region, offset, 0) % BLOCK_BUCKETS];
    while (page != NULL && (page->region != region || page->offset != offset)) {
        page = page->next;
    }
    return page;
}

uint64_t block_cache_restless(const struct block_cache *cache, const struct region *region,
                              uint64_t offset)
{
    const struct block_page *page = find_page(cache, region, offset);
    return page == NULL ? 0 : page->restless;
}

static struct block_page *make_page(struct block_cache *cache, struct region *region,
                                    uint64_t offset)
{
    struct block_page *page = find_page(cache, region, offset);
    struct block_page **bucket = &cache->pages[hash(region, offset, 0) % BLOCK_BUCKETS];

    if (page != NULL) {
        return page;
    }
    page = take(cache, &cache->page_ring, sizeof *page);
    if (page == NULL) {
        return NULL;
    }
    page->region = region;
    page->offset = offset;
    page->granules = page->changed = page->restless = 0;
    page->parts = NULL;
    page->next = *bucket;
    *bucket = page;
    page->before = cache->last_page;
    cache->last_page = page;
    return page;
}

/* ---- making ---- */

static bool make_parts(struct block_cache *cache, struct block *block,
                       const struct block_place *places, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct block_part *part = &block->parts[i];
        part->block = block;
        part->granules = places[i].granules;
        part->page = make_page(cache, places[i].region, places[i].offset);
        if (part->page == NULL) {
            return false;
        }
    }
    block->part_count = count;
    return true;
}

struct block *block_cache_add(struct block_cache *cache, const struct translate_request *request,
                              const struct ir_block *ir, const struct translated *translated,
                              const struct block_place *places, unsigned place_count)
{
    size_t insns = ir->insn_count * sizeof *translated->insns;
    struct block *block = take(cache, &cache->ring, sizeof *block);
    struct block_insn *copy = take(cache, &cache->ring, insns);
    struct block_link *links = take(cache, &cache->ring, ir->link_count * sizeof *links);

    if (block == NULL || copy == NULL || links == NULL) {
        return NULL;
    }
    memset(block, 0, sizeof *block);
    if (!make_parts(cache, block, places, place_count)) {
        return NULL;
    }
    memcpy(copy, translated->insns, insns);
    block->guest.mode = request->mode;
    block->guest.insns = copy;
    block->guest.insn_count = (uint16_t)ir->insn_count;
    block->guest.main_count = (uint16_t)translated->main_count;
    block->guest.charge = ir->charge;
    block->pc = request->pc;
    block->region = places[0].region;
    block->offset = places[0].offset + (request->pc & TLB_PAGE_MASK);
    block->links = links;
    block->link_count = ir->link_count;
    for (unsigned i = 0; i < ir->link_count; i++) {
        links[i].pc = translated->links[i];
        links[i].to = NULL;
        links[i].next = NULL;
    }
    return block;
}

void block_cache_publish(struct block_cache *cache, struct block *block,
                         const struct jit_code *code)
{
    struct block **bucket;

    if (cache->block_count >= cache->bucket_count) {
        add_buckets(cache);
    }
    bucket = block_bucket(cache, block->region, block->offset, block->guest.mode);
    block->entry = code->entry;
    block->size_host = code->size + code->cold_size;
    for (unsigned i = 0; i < block->link_count; i++) {
        block->links[i].offset = code->links[i];
    }
    for (unsigned i = 0; i < block->part_count; i++) {
        struct block_part *part = &block->parts[i];
        part->next = part->page->parts;
        part->here = &part->page->parts;
        if (part->next != NULL) {
            part->next->here = &part->next;
        }
        part->page->parts = part;
        part->page->granules |= part->granules;
        if (region_mark_code(part->page->region, part->page->offset, REGION_TRANSLATED,
                             part->granules)) {
            cache->on_new_page(cache->context, part->page->region, part->page->offset);
        }
    }
    block->next = *bucket;
    *bucket = block;
    *(cache->youngest != NULL ? &cache->youngest->younger : &cache->oldest) = block;
    cache->youngest = block;
    cache->block_count++;
    cache->live_bytes += block->size_host;
    cache->made++;
}

/* ---- links ---- */

void block_cache_link(struct block_cache *cache, struct block *from, unsigned link,
                      struct block *to)
{
    struct block_link *l = &from->links[link];
    if (l->to == NULL && !from->guest.gone && !to->guest.gone) {
        l->to = to;
        l->next = to->incoming;
        l->here = &to->incoming;
        if (l->next != NULL) {
            l->next->here = &l->next;
        }
        to->incoming = l;
        jit_link(cache->jit, l->offset, to->entry);
    }
}

static void unlink_incoming(struct block_cache *cache, struct block *block)
{
    while (block->incoming != NULL) {
        struct block_link *link = block->incoming;
        block->incoming = link->next;
        link->to = NULL;
        jit_unlink(cache->jit, link->offset);
    }
}

static void unlink_outgoing(struct block_cache *cache, struct block *block)
{
    for (unsigned i = 0; i < block->link_count; i++) {
        struct block_link *link = &block->links[i];
        if (link->to != NULL) {
            *link->here = link->next;
            if (link->next != NULL) {
                link->next->here = link->here;
            }
            link->to = NULL;
            jit_unlink(cache->jit, link->offset);
        }
    }
}

/* ---- forgetting ---- */

static void take_out(struct block_cache *cache, struct block *block)
{
    struct block **at = block_bucket(cache, block->region, block->offset, block->guest.mode);
    while (*at != block) {
        at = &(*at)->next;
    }
    *at = block->next;
    for (unsigned i = 0; i < block->part_count; i++) {
        struct block_part *part = &block->parts[i];
        *part->here = part->next;
        if (part->next != NULL) {
            part->next->here = part->here;
        }
    }
}

static void forget(struct block_cache *cache, struct block *block)
{
    block->guest.gone = true;
    take_out(cache, block);
    unlink_incoming(cache, block);
    unlink_outgoing(cache, block);
    jit_disable(cache->jit, block->entry);
    cache->on_gone(cache->context, block);
    cache->block_count--;
    cache->live_bytes -= block->size_host;
    cache->dropped++;
}

/* The block's granules stay marked: stores there still call block_cache_written(), which then finds
 * no block. */
void block_cache_drop(struct block_cache *cache, struct block *block)
{
    if (!block->guest.gone) {
        forget(cache, block);
    }
}

void block_cache_drop_if(struct block_cache *cache,
                         bool (*chosen)(void *context, const struct block *block), void *context)
{
    for (unsigned i = 0; i < cache->bucket_count; i++) {
        for (struct block *block = cache->blocks[i], *next; block != NULL; block = next) {
            next = block->next;
            if (chosen(context, block)) {
                forget(cache, block);
            }
        }
    }
}

/* Drops the page's blocks that have code in one of these granules. */
static void granules_written(struct block_cache *cache, struct block_page *page, uint64_t granules)
{
    struct block_part *part = page->parts;
    if (!(page->granules & granules)) {
        return;
    }
    page->restless |= page->changed & granules;
    page->changed |= page->granules & granules;
    while (part != NULL) {
        struct block_part *next = part->next;
        if (part->granules & granules) {
            forget(cache, part->block);
            next = page->parts; /* the block may have had other parts in this page */
        }
        part = next;
    }
    page->granules = 0;
    for (part = page->parts; part != NULL; part = part->next) {
        page->granules |= part->granules;
    }
}

void block_cache_written(struct block_cache *cache, const struct region *region, uint64_t offset,
                         uint64_t size)
{
    uint64_t end = offset + size;
    while (offset < end) {
        uint64_t base = offset & ~(uint64_t)TLB_PAGE_MASK;
        uint64_t stop = end < base + TLB_PAGE_SIZE ? end : base + TLB_PAGE_SIZE;
        struct block_page *page = find_page(cache, region, base);
        if (page != NULL) {
            granules_written(cache, page, region_granules(offset, stop - 1));
        }
        offset = stop;
    }
}

/* If much code has changed, most of the memory is of dropped blocks.  Then it does not grow:
 * evictions make all of that room free again, and the host's caches see less memory. */
bool block_cache_grow(struct block_cache *cache)
{
    if (cache->live_bytes < jit_used(cache->jit) / 2) {
        return false;
    }
    return cache->ring.full ? ring_grow(&cache->ring, cache->arena_size) : jit_grow(cache->jit);
}

/* Makes the memory of the oldest block free. */
static void free_oldest(struct block_cache *cache)
{
    struct block *block = cache->oldest;

    block_cache_drop(cache, block);
    for (unsigned i = 0; i < block->part_count; i++) {
        struct block_page *page = block->parts[i].page;
        if (page->parts == NULL) {
            page->granules = 0;
            region_unmark_code(page->region, page->offset, REGION_TRANSLATED);
        }
    }
    cache->oldest = block->younger;
    if (cache->oldest == NULL) {
        cache->youngest = NULL;
    }
}

bool block_cache_evict(struct block_cache *cache)
{
    size_t wanted = jit_used(cache->jit) / EVICTED_PART, bytes = 0;

    if (cache->oldest == NULL) {
        return false;
    }
    while (bytes < wanted && cache->oldest != NULL) {
        bytes += cache->oldest->size_host;
        free_oldest(cache);
    }
    jit_reuse(cache->jit, cache->oldest == NULL ? NULL : cache->oldest->entry);
    ring_free_to(&cache->ring, cache->oldest == NULL
                                   ? RING_NONE
                                   : (size_t)((uint8_t *)cache->oldest - cache->arena));
    cache->evictions++;
    cache->reuses++;
    cache->on_pages_gone(cache->context);
    return true;
}

void block_cache_flush(struct block_cache *cache)
{
    unmark_pages(cache);
    for (struct block_page *page = cache->last_page; page != NULL; page = page->before) {
        cache->pages[hash(page->region, page->offset, 0) % BLOCK_BUCKETS] = NULL;
    }
    if (cache->oldest != NULL) {
        memset(cache->blocks, 0, cache->bucket_count * sizeof(struct block *));
    }
    begin_arena(cache, cache->ring.limit);
    cache->dropped += cache->block_count;
    cache->block_count = 0;
    cache->live_bytes = 0;
    cache->flushes++;
    cache->reuses++;
    jit_flush(cache->jit);
}

void block_cache_stats(const struct block_cache *cache, FILE *stream)
{
    fprintf(stream, "blocks_translated %" PRIu64 "\n", cache->made);
    fprintf(stream, "blocks_dropped %" PRIu64 "\n", cache->dropped);
    fprintf(stream, "cache_flushes %" PRIu64 "\n", cache->flushes);
    fprintf(stream, "cache_evictions %" PRIu64 "\n", cache->evictions);
    fprintf(stream, "code_bytes %zu\n", jit_used(cache->jit));
}
