// SPDX-License-Identifier: MIT
/*
 * The softmmu TLB as a data layout: the one structure that src/mem fills and generated code reads.
 *
 * A TLB index (user virtual, supervisor virtual, physical) is a pair of tables with one entry for each
 * of the 2^20 pages of the guest's 4 GiB:
 *
 *     flags[page]    one byte: what an access may do at once, and what the page is
 *     addend[page]   RAM and ROM: host address minus guest address
 *                    devices:     physical address of the page, with TLB_ADDEND_IS_PAGE set
 *
 * and a third table, which is the first one that generated code looks at:
 *
 *     common[page]   the permissions of flags[page] if addend[page] is the common addend, else 0; and, above
 *                    TLB_PAIR_SHIFT, those of them that common[] has for the next page, too
 *
 * Most pages have the same addend, the common one, because memory is one window or the guest's mapping is linear.  With
 * it generated code knows the host's address before it reads any table, and so data do not wait for the test of
 * the permission.  The three tables of an index lie behind each other, at TLB_FLAGS_AT and TLB_ADDEND_AT from common[].
 *
 * The tables are direct: no tag, no conflict.  Host memory is touched only for pages that are used.
 *
 * Only a permission bit makes an access fast, so a byte of zeros is a miss.  A page with TLB_DEVICE or
 * TLB_EXTERNAL never has a permission bit (src/mem/tlb_fill.c checks this), so the test of one bit sends all
 * accesses to devices to the slow path.
 */
#ifndef TLB_LAYOUT_H
#define TLB_LAYOUT_H

#include <stdint.h>

#define TLB_PAGE_BITS 12
#define TLB_PAGE_SIZE (1u << TLB_PAGE_BITS)
#define TLB_PAGE_MASK (TLB_PAGE_SIZE - 1)
#define TLB_PAGES     (1u << (32 - TLB_PAGE_BITS))
/* common[] and flags[] are eight times as long as there are pages, and all zeros beyond these.  Generated code rotates
 * the address right by log2 of the access's size before it shifts it to an index; so the low bits of a misaligned
 * address become high bits of the index, and the access misses. */
#define TLB_FLAGS_SPAN (TLB_PAGES << 3)
#define TLB_FLAGS_AT   TLB_FLAGS_SPAN
#define TLB_ADDEND_AT  (2 * TLB_FLAGS_SPAN)
#define TLB_SPAN       (TLB_ADDEND_AT + TLB_PAGES * 8)

enum tlb_flag {
    /* permissions: the access may go straight to host memory */
    TLB_LOAD = 0x01,
    TLB_STORE = 0x02,
    TLB_FETCH = 0x04,
    /* reasons: what the slow path will find */
    TLB_ROM = 0x08,    /* memory: stores are bus errors; registers: stores must ask the MMU first */
    TLB_CODE = 0x10,   /* decoded or translated code in it: stores must invalidate that */
    TLB_WATCH = 0x20,  /* a watchpoint may match in this page */
    TLB_DEVICE = 0x40, /* registers of built-in devices, or memory smaller than a page */
    TLB_EXTERNAL = 0x80, /* registers of a loaded library */
};

#define TLB_PERMISSIONS (TLB_LOAD | TLB_STORE | TLB_FETCH)

/* In common[] a permission shifted by this says that both the page and the next one have it: one test then answers for all
 * accesses that begin in the page and are no longer than a page.  That it is not there says nothing: the accesses may all
 * lie in the first page. */
#define TLB_PAIR_SHIFT 4

/* Set in the addend of a device's page, so that this is never 0: an addend of 0 means that the page has had no entry
 * since the last flush. */
#define TLB_ADDEND_IS_PAGE 1u

struct tlb_table {
    uint8_t *common;
    uint8_t *flags;
    uintptr_t *addend;
};

_Static_assert(sizeof(uintptr_t) == 8, "addends are 64 bits");

#endif
