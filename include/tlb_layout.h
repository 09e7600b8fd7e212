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
 *     common[page]   the permissions of flags[page] if addend[page] is the common addend, else 0
 *
 * Most pages have the same addend, the common one, because memory is one window or the guest's mapping is linear.  With
 * it generated code knows the host's address before it reads any table, and so data do not wait for the test of
 * the permission.  The three tables of an index lie behind each other, at TLB_FLAGS_AT and TLB_ADDEND_AT from common[].
 *
 * The tables are direct: no tag, no conflict.  Host memory is touched only for pages that are used.
 *
 * Polarity: only the three permission bits make an access fast.  An all-zero byte is a miss.  A page
 * with TLB_DEVICE or TLB_EXTERNAL never has a permission bit, so the one test of the permission bit
 * sends it to the slow path, whose first question is TLB_EXTERNAL.  src/mem/tlb_fill.c asserts this.
 */
#ifndef TLB_LAYOUT_H
#define TLB_LAYOUT_H

#include <stdint.h>

#define TLB_PAGE_BITS 12
#define TLB_PAGE_SIZE (1u << TLB_PAGE_BITS)
#define TLB_PAGE_MASK (TLB_PAGE_SIZE - 1)
#define TLB_PAGES     (1u << (32 - TLB_PAGE_BITS))
/* common[] and flags[] reach beyond the pages, zeroes all: with an address rotated right by log2 of the
 * access's size before it is shifted to an index, a misaligned one looks there and misses. */
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
    TLB_ROM = 0x08,      /* stores are bus errors; registers: stores must ask the MMU */
    TLB_CODE = 0x10,     /* decoded or translated code in it: stores must invalidate that */
    TLB_WATCH = 0x20,    /* a watchpoint may match in this page */
    TLB_DEVICE = 0x40,   /* registers of built-in devices, or memory smaller than a page */
    TLB_EXTERNAL = 0x80, /* registers of a loaded library */
};

#define TLB_PERMISSIONS (TLB_LOAD | TLB_STORE | TLB_FETCH)

/* An addend is 0 only where no entry was made since the last flush, also for the device page at address 0. */
#define TLB_ADDEND_IS_PAGE 1u

struct tlb_table {
    uint8_t *common;
    uint8_t *flags;
    uintptr_t *addend;
};

_Static_assert(sizeof(uintptr_t) == 8, "addends are 64 bits");

#endif
