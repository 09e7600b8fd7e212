// SPDX-License-Identifier: MIT
/*
 * Decoded instructions of a machine, by page of memory; shared by its CPUs.
 *
 * A page of memory that has decoded instructions is marked (region_mark_code()), so that TLBs give no store
 * permission for it and every write comes to code_cache_written(), which forgets just the words written.
 */
#ifndef SPARC_CODE_CACHE_H
#define SPARC_CODE_CACHE_H

#include "mem/region.h"
#include "sparc/decode.h"
#include "tlb_layout.h"

#define CODE_CACHE_BUCKETS   1024
#define CODE_CACHE_MAX_PAGES 8192
#define CODE_PAGE_INSNS      (TLB_PAGE_SIZE / 4)

struct code_page {
    struct code_page *next;
    struct region *region;
    uint64_t offset;
    struct insn insns[CODE_PAGE_INSNS];
};

struct code_cache {
    struct code_page *buckets[CODE_CACHE_BUCKETS];
    unsigned pages;
    /* Called when a page becomes code, and when all pages are forgotten: TLBs and CPUs must drop what they know of
     * them. */
    void (*changed)(void *context);
    void *context;
};

/* The page of region at offset, which is page-aligned.  It is made if there is none; NULL: the host has no memory
 * left.  A new page's entries all have execute == undecoded.  May call changed(). */
struct code_page *code_cache_page(struct code_cache *cache, struct region *region, uint64_t offset,
                                  insn_function *undecoded);

/* The instruction at offset of the page was decoded: its granule contains code from now on. */
void code_cache_note(const struct code_page *page, uint32_t offset);

/* [offset, offset+size) of region was written.  undecoded as above. */
void code_cache_written(struct code_cache *cache, const struct region *region, uint64_t offset,
                        uint64_t size, insn_function *undecoded);

/* Forgets everything. */
void code_cache_clear(struct code_cache *cache);

#endif
