! rows: STB STH ST STD LDD LD LDUH SWAP LDSTUB CASA STF STDF
! SPDX-License-Identifier: MIT
! The edge between a page that is mapped, PAGE(0), and one that is not, PAGE(1).  An aligned access cannot cross it; a
! misaligned one that would cross traps before it reaches the MMU (iu3.vhd), so that no fault is recorded and no byte is
! written.  FRAME(1), where a store that crossed in physical memory would arrive, is checked for that.
#include "mmu.h"
#define LAST_WORD (PAGE(0) + 0xffc)
#define EDGE PEEK(FRAME(0) + 0xff8, 0xa0a1a2a3); PEEK(FRAME(0) + 0xffc, 0xa4a5a6a7)
#define RESET_EDGE \
    POKE(FRAME(0) + 0xff8, 0xa0a1a2a3); POKE(FRAME(0) + 0xffc, 0xa4a5a6a7); POKE(FRAME(1), 0xb0b1b2b3); \
    POKE(FRAME(1) + 4, 0xb4b5b6b7)
#define BEHIND PEEK(FRAME(1), 0xb0b1b2b3); PEEK(FRAME(1) + 4, 0xb4b5b6b7)
#define WRITES(high, low, ...) \
    CASE; RESET_EDGE; set LAST_WORD, %o0; set 0x11223344, %o2; set 0x55667788, %o3; __VA_ARGS__; \
    PEEK(FRAME(0) + 0xff8, high); PEEK(FRAME(0) + 0xffc, low); BEHIND; NO_FAULT_SEEN
#define MISALIGNED(...) \
    CASE; RESET_EDGE; set LAST_WORD, %o0; set 0x11223344, %o2; set 0x55667788, %o3; \
    TRAPS(TT_ALIGN, __VA_ARGS__); CHECK(%o2, 0x11223344); CHECK(%o3, 0x55667788); EDGE; BEHIND; NO_FAULT_SEEN
#define BEYOND(status, ...) \
    RESET_EDGE; set LAST_WORD, %o0; set 0x11223344, %o2; set 0x55667788, %o3; \
    FAULTS(status, PAGE(1), __VA_ARGS__); CHECK(%o2, 0x11223344); CHECK(%o3, 0x55667788); EDGE; BEHIND
#define ALL \
    WRITES(0xa0a1a2a3, 0xa4a5a644, stb %o2, [%o0 + 3]); \
    WRITES(0xa0a1a2a3, 0xa4a53344, sth %o2, [%o0 + 2]); \
    WRITES(0xa0a1a2a3, 0x11223344, st %o2, [%o0]); \
    WRITES(0x11223344, 0x55667788, std %o2, [%o0 - 4]); \
    WRITES(0xa0a1a2a3, 0xa4a5a6ff, ldstub [%o0 + 3], %o2; CHECK(%o2, 0xa7)); \
    WRITES(0xa0a1a2a3, 0x11223344, swap [%o0], %o2; CHECK(%o2, 0xa4a5a6a7)); \
    MISALIGNED(sth %o2, [%o0 + 3]); \
    MISALIGNED(st %o2, [%o0 + 1]); \
    MISALIGNED(st %o2, [%o0 + 2]); \
    MISALIGNED(st %o2, [%o0 + 3]); \
    MISALIGNED(std %o2, [%o0]); \
    MISALIGNED(swap [%o0 + 2], %o2); \
    MISALIGNED(lduh [%o0 + 3], %o2); \
    MISALIGNED(ld [%o0 + 2], %o2); \
    MISALIGNED(ldd [%o0], %o2); \
    BEYOND(STATUS(3, AT_STORE, FT_INVALID), stb %o2, [%o0 + 4]); \
    BEYOND(STATUS(3, AT_STORE, FT_INVALID), sth %o2, [%o0 + 4]); \
    BEYOND(STATUS(3, AT_STORE, FT_INVALID), st %o2, [%o0 + 4]); \
    BEYOND(STATUS(3, AT_STORE, FT_INVALID), std %o2, [%o0 + 4]); \
    BEYOND(STATUS(3, AT_LOAD, FT_INVALID), ldd [%o0 + 4], %o2)
BEGIN
MMU_START
    set isa_scratch, %g5
    set 0x3f800000, %g6
    st %g6, [%g5]
    set 0x40490fdb, %g6
    st %g6, [%g5 + 4]
    ldd [%g5], %f0
MAP(0, PTE(FRAME(0), ACC_RWX))
! The first page is met for the first time by each; then it is known, read and written; then read only so far.
MAP(0, PTE(FRAME(0), ACC_RWX)); ALL
set LAST_WORD, %o0; ld [%o0], %o1; st %o1, [%o0]; ALL
WRITES(0xa0a1a2a3, 0x3f800000, st %f0, [%o0])
WRITES(0x3f800000, 0x40490fdb, std %f0, [%o0 - 4])
MISALIGNED(st %f0, [%o0 + 2])
#ifndef QEMU /* takes doubles at odd multiples of four */
MISALIGNED(std %f0, [%o0])
#endif
BEYOND(STATUS(3, AT_STORE, FT_INVALID), std %f0, [%o0 + 4])
! A loop of stores runs over the edge: all before it are made, none behind.
CASE
    POKE(FRAME(0) + 0xff0, 0)
    POKE(FRAME(0) + 0xff4, 0)
    RESET_EDGE
    set LAST_WORD - 0xc, %o0
    mov 9, %o2
    EXPECT(TT_DATA, 1f, 1f + 4, 2f, 1)
    mov 8, %o1
1:  st %o2, [%o0]
    subcc %o1, 1, %o1
    bne 1b
     add %o0, 4, %o0
    ba isa_fail
     nop
2:  CHECK(%o1, 4)
    PEEK(FRAME(0) + 0xff0, 9)
    PEEK(FRAME(0) + 0xffc, 9)
    BEHIND
    FAULT_IS(STATUS(3, AT_STORE, FT_INVALID), PAGE(1))
! The other page is there, and elsewhere: what is behind the edge is in it.
CASE
    MAP(1, PTE(FRAME(3), ACC_RWX))
    RESET_EDGE
    set LAST_WORD, %o0
    set 0x11223344, %o2
    st %o2, [%o0]
    st %o2, [%o0 + 4]
    PEEK(FRAME(3), 0x11223344)
    BEHIND
    NO_FAULT_SEEN
! ... and for reading only: refused at the edge.
MAP(1, PTE(FRAME(3), ACC_R)); BEYOND(REFUSED(3, AT_STORE, FT_PROTECTION), std %o2, [%o0 + 4])
END
