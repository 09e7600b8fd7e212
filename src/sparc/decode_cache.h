// SPDX-License-Identifier: MIT
/*
 * Decoded instructions of a machine, by page of memory; shared by its CPUs.
 *
 * A page of memory that has decoded instructions is marked (region_mark_code()), so that TLBs give no store
 * permission for it and every write comes to decode_cache_written(), which forgets just the words written.
 */
#ifndef SPARC_DECODE_CACHE_H
#define SPARC_DECODE_CACHE_H

#include "mem/region.h"
#include "sparc/decode.h"
#include "tlb_layout.h"

#define DECODE_CACHE_BUCKETS   1024
#define DECODE_CACHE_MAX_PAGES 8192
#define DECODE_PAGE_INSNS      (TLB_PAGE_SIZE / 4)

struct decode_page {
    struct decode_page *next;
    struct region *region;
    uint64_t offset;
    struct insn insns[DECODE_PAGE_INSNS];
};

struct decode_cache {
    struct decode_page *buckets[DECODE_CACHE_BUCKETS];
    unsigned pages;
    /* A page has got its first code: TLBs must withdraw their permission to store there. */
    void (*added)(void *context, const struct region *region, uint64_t offset);
    /* All pages are forgotten: TLBs and CPUs must discard what they know of them. */
    void (*changed)(void *context);
    void *context;
};

/* The page of region at offset, which is page-aligned.  It is made if there is none; NULL: the host has no memory
 * left.  A new page's entries all have execute == undecoded.  May call added() and changed(). */
struct decode_page *decode_cache_page(struct decode_cache *cache, struct region *region,
                                      uint64_t offset, insn_function *undecoded);

/* The instruction at offset of the page was decoded: its granule contains code from now on. */
void decode_cache_note(const struct decode_page *page, uint32_t offset);

/* [offset, offset+size) of region was written.  undecoded as above. */
void decode_cache_written(struct decode_cache *cache, const struct region *region, uint64_t offset,
                          uint64_t size, insn_function *undecoded);

/* Forgets everything. */
void decode_cache_clear(struct decode_cache *cache);

#endif
