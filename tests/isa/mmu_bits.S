! rows: LD ST
! SPDX-License-Identifier: MIT
! Referenced and modified bits: any access sets R; the first store sets M, even if a load has brought the entry into
! the TLB before (mmutlb.vhd: NEEDSYNC).
#include "mmu.h"
#define RM (REFERENCED | MODIFIED)
#define ENTRY(n) PTE(FRAME(n), ACC_RWX)
BEGIN
MMU_START
! A load, then a store; the second of each changes nothing more.
CASE
    MAP(0, ENTRY(0))
    set PAGE(0), %o0
    ENTRY_IS(0, ENTRY(0))
    ld [%o0], %o2
    ENTRY_IS(0, ENTRY(0) | REFERENCED)
    ld [%o0 + 8], %o2
    ENTRY_IS(0, ENTRY(0) | REFERENCED)
    st %o2, [%o0]
    ENTRY_IS(0, ENTRY(0) | RM)
    st %o2, [%o0]
    ENTRY_IS(0, ENTRY(0) | RM)
! A store alone; then a load.
CASE
    MAP(1, ENTRY(1))
    set PAGE(1), %o0
    st %o2, [%o0]
    ENTRY_IS(1, ENTRY(1) | RM)
    ld [%o0], %o2
    ENTRY_IS(1, ENTRY(1) | RM)
! A fetch, a load, a store; and the store is made.
CASE
    POKE_CODE(FRAME(2), 7)
    MAP(2, ENTRY(2))
    set PAGE(2), %o0
    call %o0
     nop
    ENTRY_IS(2, ENTRY(2) | REFERENCED)
    ld [%o0], %o2
    CHECK(%o2, RETL)
    ENTRY_IS(2, ENTRY(2) | REFERENCED)
    set MARK, %o3
    st %o3, [%o0 + 8]
    ENTRY_IS(2, ENTRY(2) | RM)
    PEEK(FRAME(2) + 8, MARK)
! Each way to store, after a load.
#define STORES_AFTER_LOAD(...)          \
    CASE;                               \
    MAP(3, ENTRY(3));                   \
    set PAGE(3), %o0;                   \
    ld [%o0], %o4;                      \
    ENTRY_IS(3, ENTRY(3) | REFERENCED); \
    __VA_ARGS__;                        \
    ENTRY_IS(3, ENTRY(3) | RM)
STORES_AFTER_LOAD(stb %o2, [%o0])
STORES_AFTER_LOAD(sth %o2, [%o0])
STORES_AFTER_LOAD(std %o2, [%o0])
STORES_AFTER_LOAD(st %f0, [%o0])
STORES_AFTER_LOAD(std %f0, [%o0])
STORES_AFTER_LOAD(st %fsr, [%o0])
STORES_AFTER_LOAD(sta %o2, [%o0] 0xb)
STORES_AFTER_LOAD(ldstub [%o0], %o2)
STORES_AFTER_LOAD(swap [%o0], %o2)
STORES_AFTER_LOAD(casa [%o0] 0xb, %o4, %o2)
STORES_AFTER_LOAD(ba 9f; st %o2, [%o0]; ba isa_fail; nop; 9: nop)
#ifndef QEMU /* stores only if equal */
! To the MMU a compare-and-swap that does not store is a store.
STORES_AFTER_LOAD(not %o4, %o3; casa [%o0] 0xb, %o3, %o2)
#endif
! A loop of a hundred stores: the first one is like the others.
CASE
    MAP(4, ENTRY(4))
    set PAGE(4), %o0
    mov 100, %o1
    ld [%o0], %o2
1:  st %o1, [%o0]
    subcc %o1, 1, %o1
    bne 1b
     add %o0, 4, %o0
    ENTRY_IS(4, ENTRY(4) | RM)
    PEEK(FRAME(4), 100)
    PEEK(FRAME(4) + 396, 1)
! User and supervisor, one entry: the one's load, the other's store.
CASE
    MAP(5, ENTRY(5))
    set PAGE(5), %o0
    ld [%o0], %o2
    USER_RUNS(st %o2, [%o0])
    ENTRY_IS(5, ENTRY(5) | RM)
CASE
    MAP(5, ENTRY(5))
    USER_RUNS(st %o2, [%o0])
    ENTRY_IS(5, ENTRY(5) | RM)
    USER_RUNS(ld [%o0], %o2)
    ld [%o0], %o2
    st %o2, [%o0]
! Taken back by software, with a flush: they come again.
CASE
    MAP(5, ENTRY(5))
    ENTRY_IS(5, ENTRY(5))
    ld [%o0], %o2
    MAP(5, ENTRY(5))
    ENTRY_IS(5, ENTRY(5))
    st %o2, [%o0]
    ENTRY_IS(5, ENTRY(5) | RM)
    MAP(5, ENTRY(5) | REFERENCED)
    ld [%o0], %o2
    ENTRY_IS(5, ENTRY(5) | REFERENCED)
    st %o2, [%o0]
    ENTRY_IS(5, ENTRY(5) | RM)
! Two entries for one frame: each has its own.
CASE
    MAP(6, ENTRY(6))
    MAP(7, ENTRY(6))
    set PAGE(6), %o0
    set PAGE(7), %o1
    set MARK, %o3
    ld [%o1], %o2
    st %o3, [%o0]
    ENTRY_IS(6, ENTRY(6) | RM)
    ENTRY_IS(7, ENTRY(6) | REFERENCED)
    ld [%o1], %o2
    CHECK(%o2, MARK)
! Neither is set by an access that does not come to it: invalid level above, misaligned, bypass, annulled.
CASE
    MAP(8, ENTRY(8))
    set PAGE(8), %o0
    ANNULLED(st %o2, [%o0])
    TRAPS(TT_ALIGN, st %o2, [%o0 + 2])
    set FRAME(8), %o1
    sta %o2, [%o1] 0x1c
    ENTRY_IS(8, ENTRY(8))
! The C bit and the rest of the entry stay as they are.
CASE
    MAP(9, ENTRY(9) | 0x80)
    set PAGE(9), %o0
    st %o2, [%o0]
    ENTRY_IS(9, ENTRY(9) | 0x80 | RM)
#ifndef QEMU /* leaves R and M alone if the page refuses */
CASE
    MAP(10, PTE(FRAME(10), ACC_RX))
    set PAGE(10), %o0
    FAULTS(STATUS(3, AT_STORE, FT_PROTECTION), PAGE(10), st %o2, [%o0])
    ENTRY_IS(10, PTE(FRAME(10), ACC_RX) | RM)
! A page that is said to be modified is still not to be stored to.
FAULTS(STATUS(3, AT_STORE, FT_PROTECTION), PAGE(10), st %o2, [%o0]); CASE; ld [%o0], %o2
! Also with entries of other levels.
CASE
    PUT_WORD(LEVEL1 + 4 * 0x13, PTE(0x43000000, ACC_R_RW))
    FLUSH_MMU
    set 0x13123450, %o0
    USER_FAULTS(STATUS(1, AT_USER_STORE, FT_PROTECTION), 0x13123450, st %o2, [%o0])
    PEEK(LEVEL1 + 4 * 0x13, PTE(0x43000000, ACC_R_RW) | RM)
#endif
! Tables are memory: they can be written and read through pages of their own, and the walk sees it.
CASE
    MAP(11, PTE(LEVEL3, ACC_RW))
    set PAGE(11), %o0
    set ENTRY(12), %o2
    st %o2, [%o0 + (LEVEL3 & 0xfff) + 12 * 4]
    FLUSH_MMU
    set PAGE(12), %o1
    st %o1, [%o1]
    ld [%o0 + (LEVEL3 & 0xfff) + 12 * 4], %o2
    CHECK(%o2, ENTRY(12) | RM)
! ... even the entry by which they are seen.
CASE; ld [%o0 + (LEVEL3 & 0xfff) + 11 * 4], %o2; CHECK(%o2, PTE(LEVEL3, ACC_RW) | RM)
END
