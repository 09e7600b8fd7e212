// SPDX-License-Identifier: MIT
/*
 * The translated blocks of a machine: found by the place of their code, linked to each other, and
 * dropped when that code is written.
 *
 * The key of a block is its physical place (region and offset of its first instruction), its
 * virtual pc and its mode.  Each page that holds code of blocks is marked in region->code_pages and
 * has a mask of its 64-byte granules, so that stores to other granules drop no block.  The memory
 * of a block, which is its generated code and its description in the arena, is reused only after a
 * flush or block_cache_evict(), because a block that was dropped may still be executing.
 */
#ifndef EXEC_BLOCK_CACHE_H
#define EXEC_BLOCK_CACHE_H

#include <stdio.h>

#include "mem/region.h"
#include "ring.h"
#include "sparc/translate.h"

#define BLOCK_MAX_PAGES 4
#define BLOCK_BUCKETS   16384 /* of pages, and of blocks before there are more */

struct block;

/* An exit of a block.  If it is linked, it is also on the list of exits that lead to the same
 * block. */
struct block_link {
    uint32_t pc;              /* where it goes */
    uint32_t offset;          /* of the jump in generated code, as jit_link() takes it */
    struct block *to;         /* NULL: not linked */
    struct block_link *next;  /* the next exit that leads to that block */
    struct block_link **here; /* if linked: the pointer to this one */
};

/* One of the pages in which a block's code lies. */
struct block_part {
    struct block *block;
    struct block_page *page;
    struct block_part *next;  /* of the page */
    struct block_part **here; /* the pointer to this one */
    uint64_t granules;
};

struct block_page {
    struct block_page *next;   /* in the bucket */
    struct block_page *before; /* the one made before */
    struct region *region;
    uint64_t offset;
    uint64_t granules; /* of all parts */
    uint64_t changed;  /* where code of blocks was overwritten */
    uint64_t restless; /* where that happened more than once */
    struct block_part *parts;
};

struct block {
    struct guest_block guest; /* first member: its address is the cookie */
    uint32_t pc;
    uint32_t size_host;
    const void *entry;
    struct region *region; /* of pc */
    uint64_t offset;
    struct block *next;    /* in the bucket */
    struct block *younger; /* the one made next */
    struct block_link *incoming;
    struct block_link *links;
    unsigned link_count;
    unsigned part_count;
    struct block_part parts[BLOCK_MAX_PAGES];
};

struct block_cache {
    struct jit *jit;
    struct block **blocks; /* the buckets: at least as many as blocks */
    unsigned bucket_count; /* a power of two */
    struct block_page *pages[BLOCK_BUCKETS];
    uint8_t *arena; /* descriptions of blocks, and behind these those of pages */
    size_t arena_size;
    struct ring ring;                /* of blocks' descriptions; its limit grows up to the size */
    struct ring page_ring;           /* of pages' descriptions, which only a flush makes free */
    struct block_page *last_page;    /* the one made last */
    struct block *oldest, *youngest; /* all whose memory is in use, dropped or not */
    size_t live_bytes;               /* generated code of blocks not dropped */
    unsigned block_count;
    uint64_t made, dropped, flushes, evictions; /* counters for --stats */
    uint64_t reuses; /* how often memory was made free: no block from before then may be used */
    /* A block was dropped: what can lead to it must be removed (jump caches). */
    void (*on_gone)(void *context, const struct block *block);
    /* After an eviction: pages may have no code any more, so TLBs may permit stores there. */
    void (*on_pages_gone)(void *context);
    /* A page has got its first code: TLBs must withdraw their permission to store there. */
    void (*on_new_page)(void *context, const struct region *region, uint64_t offset);
    void *context;
};

/* The cache is all zeros before.  jit stays the caller's.  size: bytes of the arena for the blocks' descriptions, of which `first`
 * are used before block_cache_grow().  False: the host is out of memory. */
bool block_cache_init(struct block_cache *cache, struct jit *jit, size_t size, size_t first);
void block_cache_fini(struct block_cache *cache);

struct block *block_cache_find(const struct block_cache *cache, const struct region *region,
                               uint64_t offset, uint32_t pc, uint32_t mode);

/* The granules of a page (whose offset is given) in which code was overwritten more than once. */
uint64_t block_cache_restless(const struct block_cache *cache, const struct region *region,
                              uint64_t offset);

/* Granules of a page in which code of a block that is being made lies. */
struct block_place {
    struct region *region;
    uint64_t offset; /* of the page */
    uint64_t granules;
};

/* Makes the description of a block that was translated to ir.  NULL: the arena is full. */
struct block *block_cache_add(struct block_cache *cache, const struct translate_request *request,
                              const struct ir_block *ir, const struct translated *translated,
                              const struct block_place *places, unsigned place_count);
/* Gives a block that was just added its generated code.  From now on block_cache_find() finds
 * it. */
void block_cache_publish(struct block_cache *cache, struct block *block,
                         const struct jit_code *code);

/* Makes exit number `link` of `from` jump to `to` from now on. */
void block_cache_link(struct block_cache *cache, struct block *from, unsigned link,
                      struct block *to);

/* Drops one block. */
void block_cache_drop(struct block_cache *cache, struct block *block);

/* Drops the blocks for which chosen() is true.  Not while a block executes. */
void block_cache_drop_if(struct block_cache *cache,
                         bool (*chosen)(void *context, const struct block *block), void *context);

/* [offset, offset+size) of region was written: drops the blocks that have code in these
 * granules. */
void block_cache_written(struct block_cache *cache, const struct region *region, uint64_t offset,
                         uint64_t size);

/* To be called when the memory for generated code or the arena is full: doubles it, unless more
 * than half of the code is of dropped blocks, or the size given at the beginning is reached.
 * False: there is no more room than before. */
bool block_cache_grow(struct block_cache *cache);

/* Drops the oldest blocks, an eighth of the code, and makes their memory free.  Not while a block executes.  False: there were no blocks. */
bool block_cache_evict(struct block_cache *cache);

/* Drops all blocks and reuses their memory.  Not while a block executes. */
void block_cache_flush(struct block_cache *cache);

/* Prints the counters for --stats. */
void block_cache_stats(const struct block_cache *cache, FILE *stream);

#endif
