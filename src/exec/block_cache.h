// SPDX-License-Identifier: MIT
/*
 * Translated blocks of a machine: found by where their code lies, linked to each other, forgotten when
 * that code is written.
 *
 * A block is known by physical place (region and offset of its first instruction), virtual pc and mode.
 * Each page that holds code of blocks is marked in region->code_pages and has a mask of its 64-byte
 * granules, so that stores beside the code harm nothing.  Blocks live in an arena until everything is
 * flushed: one that was forgotten may still be executing.
 */
#ifndef EXEC_BLOCK_CACHE_H
#define EXEC_BLOCK_CACHE_H

#include "mem/region.h"
#include "sparc/translate.h"

#define BLOCK_MAX_PAGES 4
#define BLOCK_BUCKETS   16384 /* of pages; of blocks as many at first */

struct block;

/* An exit of a block, and its place in the list of those that lead to the same block. */
struct block_link {
    uint32_t pc; /* where it goes */
    uint32_t place;
    struct block *to;         /* NULL: not linked */
    struct block_link *next;  /* that leads there, too */
    struct block_link **here; /* what points to this one, when linked */
};

/* One of the pages a block's code lies in. */
struct block_part {
    struct block *block;
    struct block_page *page;
    struct block_part *next;  /* of the page */
    struct block_part **here; /* what points to this one */
    uint64_t granules;
};

struct block_page {
    struct block_page *next; /* in the bucket */
    struct region *region;
    uint64_t offset;
    uint64_t granules; /* of all parts */
    uint64_t changed;  /* where code of blocks was written to */
    uint64_t restless; /* more than once */
    struct block_part *parts;
};

struct block {
    struct guest_block guest; /* first: the cookie */
    uint32_t pc;
    uint32_t size_host;
    const void *entry;
    struct region *region; /* of pc */
    uint64_t offset;
    struct block *next; /* in the bucket */
    struct block_link *incoming;
    struct block_link *links;
    unsigned link_count;
    unsigned part_count;
    struct block_part parts[BLOCK_MAX_PAGES];
};

struct block_cache {
    struct jit *jit;
    struct block **blocks; /* as many buckets as blocks, at least */
    unsigned bucket_count; /* a power of two */
    struct block_page *pages[BLOCK_BUCKETS];
    uint8_t *arena;
    size_t arena_size, arena_limit, arena_used; /* up to the limit is used */
    size_t live_bytes;                          /* code of the blocks that are not forgotten */
    unsigned block_count;
    uint64_t made, dropped, flushes; /* counters for --stats */
    /* A block is gone: nobody may enter it any more. */
    void (*on_gone)(void *context, const struct block *block);
    /* A page has become code: TLBs must look anew. */
    void (*on_new_page)(void *context);
    void *context;
};

/* jit stays the caller's.  size: bytes for what is known of blocks, `first` of them before block_cache_grow().
 * False: no memory. */
bool block_cache_init(struct block_cache *cache, struct jit *jit, size_t size, size_t first);
void block_cache_fini(struct block_cache *cache);

struct block *block_cache_find(const struct block_cache *cache, const struct region *region,
                               uint64_t offset, uint32_t pc, uint32_t mode);

/* The granules of a page (by its offset) whose code changed again and again. */
uint64_t block_cache_restless(const struct block_cache *cache, const struct region *region,
                              uint64_t offset);

/* Where the code of a block to be made lies: ranges of words in pages. */
struct block_place {
    struct region *region;
    uint64_t offset; /* of the page */
    uint64_t granules;
};

/* Makes a block of what was translated and generated.  NULL: the arena is full. */
struct block *block_cache_add(struct block_cache *cache, const struct translate_request *request,
                              const struct ir_block *ir, const struct translated *translated,
                              const struct block_place *places, unsigned place_count);
/* Generated code of a block that was just added; it can be found from now on. */
void block_cache_publish(struct block_cache *cache, struct block *block,
                         const struct jit_code *code);

/* Lets `link` of `from` go to `to` from now on. */
void block_cache_link(struct block_cache *cache, struct block *from, unsigned link,
                      struct block *to);

/* Forgets one block. */
void block_cache_drop(struct block_cache *cache, struct block *block);

/* Forgets those that chosen() wants.  Not while one executes. */
void block_cache_drop_if(struct block_cache *cache,
                         bool (*chosen)(void *context, const struct block *block), void *context);

/* [offset, offset+size) of region was written. */
void block_cache_written(struct block_cache *cache, const struct region *region, uint64_t offset,
                         uint64_t size);

/* When generated code or the arena is full: twice the room for both, if most of the code is worth keeping and the sizes
 * given at the beginning are not reached.  False: block_cache_flush() is what is left. */
bool block_cache_grow(struct block_cache *cache);

/* Forgets all blocks.  Not while one executes. */
void block_cache_flush(struct block_cache *cache);

#endif
