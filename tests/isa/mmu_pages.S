! rows: LD ST
! SPDX-License-Identifier: MIT
! Pages of every size, with entries at level 3, 2, 1 and in the context table; and how the walk finds tables.
#include "mmu.h"
! The word at va is that at pa, for loads, stores and code.
#define LEADS(va, pa) \
    CASE; POKE(pa, MARK); set va, %o0; ld [%o0], %o2; CHECK(%o2, MARK); set MARK2, %o3; st %o3, [%o0]; \
    PEEK(pa, MARK2); ldub [%o0 + 3], %o2; CHECK(%o2, MARK2 & 0xff)
#define CODE_LEADS(va, pa) \
    CASE; POKE_CODE(pa, 0x31); set va, %o0; clr %o2; call %o0; nop; CHECK(%o2, 0x31); \
    POKE((pa) + 4, MOV_O2(0x32)); call %o0; nop; CHECK(%o2, 0x32)
BEGIN
MMU_START
! 4 KiB
PUT_WORD(SLOT(0), PTE(0x42345000, ACC_RWX)); PUT_WORD(SLOT(63), PTE(0x42346000, ACC_RWX)); FLUSH_MMU
LEADS(PAGE(0), 0x42345000)
LEADS(PAGE(0) + 0xffc, 0x42345ffc)
LEADS(PAGE(63) + 0x124, 0x42346124)
CODE_LEADS(PAGE(0) + 0x800, 0x42345800)
set PAGE(1), %o0; TRAPS(TT_DATA, ld [%o0], %o2); FAULT_IS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(1))
set PAGE(64), %o0; TRAPS(TT_DATA, ld [%o0], %o2); FAULT_IS(STATUS(2, AT_LOAD, FT_INVALID), PAGE(64))
! 256 KiB
PUT_WORD(LEVEL1 + 4 * 0x11, PTD(TABLE(1))); PUT_WORD(TABLE(1) + 4 * 63, PTE(0x42640000, ACC_RWX)); FLUSH_MMU
LEADS(0x11fc0000, 0x42640000)
LEADS(0x11fff000, 0x4267f000)
LEADS(0x11ffdffc, 0x4267dffc)
LEADS(0x11fd2344, 0x42652344)
CODE_LEADS(0x11fdf000, 0x4265f000)
PEEK(TABLE(1) + 4 * 63, PTE(0x42640000, ACC_RWX) | REFERENCED | MODIFIED)
set 0x11fbf000, %o0; FAULTS(STATUS(2, AT_LOAD, FT_INVALID), 0x11fbf000, ld [%o0], %o2)
! 16 MiB, at both ends of the space, too.
PUT_WORD(LEVEL1, PTE(0x42000000, ACC_RWX)); PUT_WORD(LEVEL1 + 4 * 0x12, PTE(0x43000000, ACC_RWX)); PUT_WORD(LEVEL1 + 4 * 0xff, PTE(0x44000000, ACC_RWX)); FLUSH_MMU
LEADS(0, 0x42000000)
LEADS(0x00fff000, 0x42fff000)
LEADS(0x12000000, 0x43000000)
LEADS(0x12abcde0, 0x43abcde0)
LEADS(0x12fffffc, 0x43fffffc)
LEADS(0xff000000, 0x44000000)
LEADS(0xffffeff8, 0x44ffeff8)
LEADS(0xfffffffc, 0x44fffffc)
CODE_LEADS(0x12345678, 0x43345678)
CODE_LEADS(0xffffff00, 0x44ffff00)
! From the last word of the space to the first.
CASE
    POKE(0x44fffffc, MOV_O2(1))
    POKE(0x42000000, RETL)
    POKE(0x42000004, 0x9402a001 /* inc %o2 */)
    mov -4, %o0
    jmpl %o0, %o7
     nop
    CHECK(%o2, 2)
CASE
    POKE(0x44fffffc, RETL)
    POKE(0x42000000, MOV_O2(5))
    jmpl %o0, %o7
     clr %o2
    CHECK(%o2, 5)
! Registers through a page; and the vector of registers that plug and play is.
PUT_WORD(SLOT(5), PTE(0x80000000, ACC_RW)); PUT_WORD(SLOT(6), PTE(0xfffff000, ACC_R)); FLUSH_MMU
CASE
    set PAGE(5) + 0x200 + 0x40, %o0
    set 0x1234, %o2
    st %o2, [%o0]
    ld [%o0], %o3
    CHECK(%o3, 0x1234)
    set 0x80000240, %o1
    ld [%o1], %o3
    CHECK(%o3, 0x1234)
    st %g0, [%o0]
    ld [%o1], %o3
    CHECK(%o3, 0)
set PAGE(6), %o0; set 0xfffff000, %o1
CASE
    lda [%o1] 0x1c, %o2
    ld [%o0], %o3
    cmp %o2, %o3
    bne isa_fail
     tst %o2
    be isa_fail
     nop
#ifndef QEMU /* as in mmu.h: REFUSED */
FAULTS(STATUS(3, AT_STORE, FT_PROTECTION), PAGE(6), st %o3, [%o0])
! ... which refuse a store after a store was let through by another page.
CASE
    PUT_WORD(SLOT(7), PTE(0x80000000, ACC_R))
    PUT_WORD(SLOT(5), PTE(0x80000000, ACC_RW))
    FLUSH_MMU
    set PAGE(7) + 0x240, %o0
    set PAGE(5) + 0x240, %o1
    ld [%o0], %o2
    st %g0, [%o1]
    ld [%o1], %o2
    FAULTS(STATUS(3, AT_STORE, FT_PROTECTION), PAGE(7), st %g0, [%o0])
    ld [%o0], %o2
    FAULTS(STATUS(3, AT_STORE, FT_PROTECTION), PAGE(7), st %g0, [%o0])
! ROM through a page: loads and code, stores are bus errors.
CASE
    PUT_WORD(SLOT(8), PTE(0, ACC_RWX))
    FLUSH_MMU
    set PAGE(8) + 0x1000 - 4, %o0
    ld [%o0], %o2
    CHECK(%o2, 0)
    TRAPS(TT_STORE, st %o2, [%o0])
    ld [%o0], %o2
    TRAPS(TT_STORE, st %o2, [%o0])
    CASE
    NO_FAULT_SEEN
CASE
    PUT_WORD(SLOT(8), PTE(0, ACC_R))
    FLUSH_MMU
    ld [%o0], %o2
    FAULTS(STATUS(3, AT_STORE, FT_PROTECTION), PAGE(8), st %o2, [%o0])
! 4 GiB: the context table's entry.  All addresses are physical, whatever the entry's page number.
#define IN_CONTEXT(n, entry) PUT_WORD(CONTEXTS + 4 * (n), entry); CONTEXT(n)
CASE
    IN_CONTEXT(9, PTE(0x5678000, ACC_RWX))
    PEEK(CONTEXTS + 36, PTE(0x5678000, ACC_RWX) | REFERENCED)
    set 0x43000010, %o0
    ld [%o0], %o2
    set MARK, %o3
    st %o3, [%o0]
    PEEK(0x43000010, MARK)
    PEEK(CONTEXTS + 36, PTE(0x5678000, ACC_RWX) | REFERENCED | MODIFIED)
    CONTEXT(0)
CASE
    IN_CONTEXT(9, PTE(0, ACC_N_RWX))
    set 0x43000010, %o0
    ld [%o0], %o2
    CHECK(%o2, MARK)
    CONTEXT(0)
! A user there: cannot even fetch.
CASE
    EXPECT(TT_FETCH, 1f, 1f + 4, 2f, 0)
    CONTEXT(9)
    CHANGE_PSR(PSR_ET | PSR_PS, 0)
    save
    set 1f, %o0
    jmp %o0
     rett %o0 + 4
1:  nop
    ba isa_fail
     nop
2:  CONTEXT(0)
    MMU_IS(MMU_STATUS, STATUS(0, AT_USER_FETCH, FT_PRIVILEGE))
    set MMU_ADDRESS, %o1
    lda [%o1] 0x19, %o2
    set 1b, %o1
    andn %o1, 0xfff, %o1
    cmp %o1, %o2
    bne isa_fail
     nop
! Of a large page's number the lower bits do not count; of none the uppermost four.
PUT_WORD(LEVEL1 + 4 * 0x14, PTE(0x43fff000, ACC_RWX)); PUT_WORD(TABLE(1), PTE(0x43043000, ACC_RWX)); PUT_WORD(SLOT(9), PTE(0x43004000, ACC_RWX) | 0xf0000000); FLUSH_MMU
LEADS(0x14001230, 0x43001230)
LEADS(0x11001238, 0x43041238)
LEADS(PAGE(9), 0x43004000)
! Nor do those of a table's address; an index that meets a bit already there is the same as that bit:
! tables are found by OR.
CASE
    PUT_WORD(LEVEL1 + 4 * 0x15, PTD(TABLE(2)) | 0xf0000000)
    PUT_WORD(TABLE(2), PTE(0x43400000, ACC_RWX))
    FLUSH_MMU
    LEADS(0x15000040, 0x43400040)
CASE
    PUT_WORD(LEVEL1 + 4 * 0x15, PTD(TABLE(2) + 0x40))
    PUT_WORD(TABLE(2) + 0x80, PTE(0x43500000, ACC_RWX))
    PUT_WORD(TABLE(2) + 0x40, PTE(0x43400000, ACC_RWX))
    FLUSH_MMU
    LEADS(0x15000044, 0x43400044)
    LEADS(0x15400044, 0x43400044)
CASE
    PUT_WORD(CONTEXTS + 0x3c0, PTD(LEVEL1))
    SET_MMU(MMU_POINTER, (CONTEXTS + 0x3c0) >> 4)
    CONTEXT(0xf0)
    LEADS(0x15000048, 0x43400048)
    SET_MMU(MMU_POINTER, CONTEXTS >> 4 | 0xf0000000)
    CONTEXT(0)
    LEADS(0x1500004c, 0x4340004c)
#endif
END
