/* SPDX-License-Identifier: MIT */
/*
 * Macros of the MMU's tests: tables, pages, faults.  Expected values come from LEON3's RTL
 * (lib/gaisler/srmmu and leon3v3/mmu_dcache.vhd) and, where that leaves it open, from SPARC V8 appendix H.
 *
 * After MMU_START, in context 0:
 *
 *   0x40000000   16 MiB, itself: the program, and the tables at TABLES
 *   0x80000000   16 MiB, itself: the UART
 *   PAGE(n)      nothing until MAP() points SLOT(n) to a frame; n is 0 to 63
 *
 * A change to an entry is followed by a flush, as it must be.
 */
#ifndef ISA_MMU_H
#define ISA_MMU_H

#include "isa.h"

/* Tables, all zero in the beginning. */
#define TABLES   0x40200000
#define CONTEXTS TABLES
#define LEVEL1   (TABLES + 0x400)
#define LEVEL2   (TABLES + 0x800)
#define LEVEL3   (TABLES + 0x900)
/* Room for more: n is 1 or above. */
#define TABLE(n) (TABLES + 0x1000 + (n) * 0x400)

/* Entries, H.3. */
#define PTD(table) (((table) >> 4) | 1)
#define PTE(pa, acc) (((pa) >> 4) | (acc) << 2 | 2)
#define RESERVED 3
#define REFERENCED 0x20
#define MODIFIED 0x40
#define ACC_R 0
#define ACC_RW 1
#define ACC_RX 2
#define ACC_RWX 3
#define ACC_X 4
#define ACC_R_RW 5  /* user, supervisor */
#define ACC_N_RX 6  /* nothing for users */
#define ACC_N_RWX 7

#define PAGE(n) (0x10000000 + (n) * 0x1000)
#define FRAME(n) (0x41000000 + (n) * 0x1000)
#define SLOT(n) (LEVEL3 + (n) * 4)

/* ---- registers ---- */

#define MMU_CONTROL 0x000
#define MMU_POINTER 0x100
#define MMU_CONTEXT 0x200
#define MMU_STATUS 0x300
#define MMU_ADDRESS 0x400
/* Version 1, two TLBs of 8 entries. */
#define CONTROL_FIXED 0x016c4000

#define SET_MMU(register, value) set register, %g5; set value, %g6; sta %g6, [%g5] 0x19
#define MMU_IS(register, value) set register, %g5; lda [%g5] 0x19, %g6; CHECK(%g6, value)
#define FLUSH_MMU set 0x400, %g5; sta %g0, [%g5] 0x18
#define CONTEXT(n) SET_MMU(MMU_CONTEXT, n)

/* ---- memory: by physical address, and as the program sees it ---- */

#define POKE(pa, value) set pa, %g5; set value, %g6; sta %g6, [%g5] 0x1c
#define PEEK(pa, value) set pa, %g5; lda [%g5] 0x1c, %g6; CHECK(%g6, value)
#define PUT_WORD(va, value) set va, %g5; set value, %g6; st %g6, [%g5]

#define IDENTITY(level1) \
    PUT_WORD(level1 + 4 * 0x40, PTE(0x40000000, ACC_RWX) | REFERENCED | MODIFIED); \
    PUT_WORD(level1 + 4 * 0x80, PTE(0x80000000, ACC_RWX) | REFERENCED | MODIFIED)
#define MMU_START \
    PUT_WORD(CONTEXTS, PTD(LEVEL1)); IDENTITY(LEVEL1); PUT_WORD(LEVEL1 + 4 * 0x10, PTD(LEVEL2)); \
    PUT_WORD(LEVEL2, PTD(LEVEL3)); SET_MMU(MMU_POINTER, CONTEXTS >> 4); CONTEXT(0); \
    SET_MMU(MMU_CONTROL, 1)
#define MAP(n, entry) PUT_WORD(SLOT(n), entry); FLUSH_MMU
#define ENTRY_IS(n, entry) PEEK(SLOT(n), entry)

/* Instructions for pages: `retl; mov n, %o2`; MOV_O2 alone. */
#define RETL 0x81c3e008
#define NOP 0x01000000
#define MOV_O2(n) (0x94102000 | (n))
#define POKE_CODE(pa, n) POKE(pa, RETL); POKE((pa) + 4, MOV_O2(n))

/* ---- faults ---- */

#define FT_INVALID 1
#define FT_PROTECTION 2
#define FT_PRIVILEGE 3
#define FT_TRANSLATION 4
#define AT_USER_LOAD 0
#define AT_LOAD 1
#define AT_USER_FETCH 2
#define AT_FETCH 3
#define AT_USER_STORE 4
#define AT_STORE 5
#define OVERWRITTEN 1
#define STATUS(level, at, ft) ((level) << 8 | (at) << 5 | (ft) << 2 | 2)

#ifndef QEMU
/* A page that refuses: FSR.L is the page's level.  On LEON3 it is that only if the access was a TLB
 * miss; a hit gives 0.  Here all is a miss. */
#define REFUSED(level, at, ft) STATUS(level, at, ft)
/* ... and R and M are written to its entry all the same. */
#define REFUSED_BITS(bits) (bits)
#else /* gives no level, and leaves R and M alone */
#define REFUSED(level, at, ft) STATUS(0, at, ft)
#define REFUSED_BITS(bits) 0
#endif

#define FAULT_IS(status, va) MMU_IS(MMU_STATUS, status); MMU_IS(MMU_ADDRESS, (va) & 0xfffff000)
#define NO_FAULT_SEEN \
    set MMU_STATUS, %g5; lda [%g5] 0x19, %g6; and %g6, 2, %g6; CHECK(%g6, 0)
#define FAULTS(status, va, ...) TRAPS(TT_DATA, __VA_ARGS__); FAULT_IS(status, va)
#define USER_FAULTS(status, va, ...) USER_TRAPS(TT_DATA, __VA_ARGS__); FAULT_IS(status, va)
/* The jump ends in a fault at the address, with what is npc then. */
#define FETCH_FAULTS(status, va, npc, ps, prepare, ...) \
    CASE; EXPECT(TT_FETCH, va, npc, 2f, ps); prepare; __VA_ARGS__; nop; ba isa_fail; nop; 2: nop; \
    FAULT_IS(status, va)

#endif
