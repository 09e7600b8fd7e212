! rows: LD ST LDA
! SPDX-License-Identifier: MIT
! What each type of fault leaves in the fault status and address registers, and which one stays if several occur before
! the status is read (mmu.vhd: "SRMMU Fault Priorities" and what follows).
#include "mmu.h"
#define NOTHING 0x50000000 /* no memory: a table there is a bus error */
#define AT(va) set va, %o0
#define FETCHES(page) FETCH_TRAPS(page, 1)
#define FETCH_TRAPS(page, ps)                 \
    EXPECT(TT_FETCH, page, page + 4, 5f, ps); \
    set page, %o3;                            \
    jmp %o3;                                  \
     nop;                                     \
    ba isa_fail;                              \
     nop;                                     \
5:  nop
#define LOADS(page)                     \
    EXPECT(TT_DATA, 4f, 4f + 4, 5f, 1); \
    set page, %o3;                      \
4:  ld [%o3 + 8], %o2;                  \
    ba isa_fail;                        \
     nop;                               \
5:  nop
#define STORES(page)                    \
    EXPECT(TT_DATA, 4f, 4f + 4, 5f, 1); \
    set page, %o3;                      \
4:  st %o2, [%o3 + 8];                  \
    ba isa_fail;                        \
     nop;                               \
5:  nop
BEGIN
MMU_START
PUT_WORD(LEVEL1 + 4 * 0x21, PTD(TABLE(1)))
PUT_WORD(LEVEL1 + 4 * 0x22, RESERVED)
PUT_WORD(TABLE(1) + 4, PTD(TABLE(2)))
PUT_WORD(TABLE(1) + 8, RESERVED)
PUT_WORD(TABLE(2) + 4, PTD(TABLE(3)))
PUT_WORD(TABLE(2) + 8, RESERVED)
FLUSH_MMU
! Invalid, at each level.
set 0x20345678, %o0; FAULTS(STATUS(1, AT_LOAD, FT_INVALID), 0x20345678, ld [%o0], %o2)
FAULTS(STATUS(1, AT_STORE, FT_INVALID), 0x20345678, st %o2, [%o0])
set 0x21000ffc, %o0; FAULTS(STATUS(2, AT_LOAD, FT_INVALID), 0x21000ffc, ld [%o0], %o2)
FAULTS(STATUS(2, AT_STORE, FT_INVALID), 0x21000ffc, sth %o2, [%o0])
set 0x21040000, %o0; FAULTS(STATUS(3, AT_LOAD, FT_INVALID), 0x21040000, ldd [%o0], %o2)
FAULTS(STATUS(3, AT_STORE, FT_INVALID), 0x21040000, std %o2, [%o0])
USER_FAULTS(STATUS(3, AT_USER_LOAD, FT_INVALID), 0x21040000, ldsb [%o0], %o2)
USER_FAULTS(STATUS(3, AT_USER_STORE, FT_INVALID), 0x21040000, stb %o2, [%o0])
FETCH_FAULTS(STATUS(1, AT_FETCH, FT_INVALID), 0x20345678, 0x2034567c, 1, AT(0x20345678), jmp %o0)
FETCH_FAULTS(STATUS(2, AT_FETCH, FT_INVALID), 0x21000000, 0x21000004, 1, AT(0x21000000), jmp %o0)
FETCH_FAULTS(STATUS(3, AT_USER_FETCH, FT_INVALID), 0x21040000, 0x21040004, 0, AT(0x21040000); ENTER_USER, jmp %o0)
! The reserved entry type, and a table where a page must be: translation errors.
set 0x22fffff0, %o0; FAULTS(STATUS(1, AT_LOAD, FT_TRANSLATION), 0x22fffff0, ld [%o0], %o2)
set 0x21080000, %o0; FAULTS(STATUS(2, AT_STORE, FT_TRANSLATION), 0x21080000, st %o2, [%o0])
set 0x21042000, %o0; FAULTS(STATUS(3, AT_LOAD, FT_TRANSLATION), 0x21042000, ld [%o0], %o2)
set 0x21041000, %o0; FAULTS(STATUS(3, AT_LOAD, FT_TRANSLATION), 0x21041000, ld [%o0], %o2)
USER_FAULTS(STATUS(3, AT_USER_STORE, FT_TRANSLATION), 0x21041000, st %o2, [%o0])
FETCH_FAULTS(STATUS(3, AT_FETCH, FT_TRANSLATION), 0x21041000, 0x21041004, 1, AT(0x21041000), jmp %o0)
#ifndef QEMU /* has no bus errors, and takes an atomic for a load first */
set 0x21040000, %o0; FAULTS(STATUS(3, AT_STORE, FT_INVALID), 0x21040000, ldstub [%o0], %o2)
FAULTS(STATUS(3, AT_STORE, FT_INVALID), 0x21040000, swap [%o0], %o2)
FAULTS(STATUS(3, AT_STORE, FT_INVALID), 0x21040000, casa [%o0] 0xb, %o2, %o2)
USER_FAULTS(STATUS(3, AT_USER_STORE, FT_INVALID), 0x21040000, ldstub [%o0], %o2)
USER_FAULTS(STATUS(3, AT_USER_STORE, FT_INVALID), 0x21040000, casa [%o0] 0xa, %o2, %o2)
! A table in no memory: a bus error of the walk.
PUT_WORD(LEVEL1 + 4 * 0x23, PTD(NOTHING)); PUT_WORD(TABLE(1) + 12, PTD(NOTHING)); FLUSH_MMU
set 0x23000000, %o0; FAULTS(STATUS(2, AT_LOAD, FT_TRANSLATION), 0x23000000, ld [%o0], %o2)
FAULTS(STATUS(2, AT_STORE, FT_TRANSLATION), 0x23000000, st %o2, [%o0])
set 0x210c0000, %o0; FAULTS(STATUS(3, AT_LOAD, FT_TRANSLATION), 0x210c0000, ld [%o0], %o2)
FETCH_FAULTS(STATUS(2, AT_FETCH, FT_TRANSLATION), 0x23000000, 0x23000004, 1, AT(0x23000000), jmp %o0)
! Entries in ROM: one whose R, and M, is there already can be used; where it is to be written there is a
! bus error, of the walk.
    .section .prom, "a"
    .word PTE(FRAME(9), ACC_RWX), PTE(FRAME(9), ACC_RWX) | REFERENCED
    .word PTE(FRAME(9), ACC_RWX) | REFERENCED | MODIFIED, PTE(FRAME(9), ACC_R)
    .text
PUT_WORD(TABLE(1) + 16, PTD(0x1000)); FLUSH_MMU; POKE(FRAME(9), MARK)
#define ROM_PAGE(n) (0x21100000 + (n) * 0x1000)
    set ROM_PAGE(2), %o0
    CASE
    ld [%o0], %o2
    CHECK(%o2, MARK)
    st %o2, [%o0 + 4]
    PEEK(FRAME(9) + 4, MARK)
set ROM_PAGE(1), %o0; CASE; ld [%o0], %o2; CHECK(%o2, MARK)
FAULTS(STATUS(3, AT_STORE, FT_TRANSLATION), ROM_PAGE(1), st %g0, [%o0]); PEEK(FRAME(9), MARK)
set ROM_PAGE(0), %o0; FAULTS(STATUS(3, AT_LOAD, FT_TRANSLATION), ROM_PAGE(0), ld [%o0], %o2)
FETCH_FAULTS(STATUS(3, AT_FETCH, FT_TRANSLATION), ROM_PAGE(0), ROM_PAGE(0) + 4, 1, nop, jmp %o0)
! ... also if the page would have refused; and it replaces what was recorded.
set ROM_PAGE(3), %o0; FAULTS(STATUS(3, AT_STORE, FT_TRANSLATION), ROM_PAGE(3), st %o2, [%o0])
CASE; LOADS(0x21041000); STORES(ROM_PAGE(3)); FAULT_IS(STATUS(3, AT_STORE, FT_TRANSLATION), ROM_PAGE(3))
! A bus error of the access itself is no fault of the MMU's.
MAP(5, PTE(NOTHING, ACC_RWX)); CASE; NO_FAULT_SEEN
    set PAGE(5), %o0
    TRAPS(TT_DATA, ld [%o0], %o2)
    TRAPS(TT_STORE, st %o2, [%o0])
    CASE
    NO_FAULT_SEEN
ENTRY_IS(5, PTE(NOTHING, ACC_RWX) | REFERENCED | MODIFIED)
CASE
    EXPECT(TT_FETCH, PAGE(5), PAGE(5) + 4, 2f, 1)
    jmp %o0
     nop
    ba isa_fail
     nop
2:  NO_FAULT_SEEN
! Reading the status clears FAV alone; the address can be read as often as you like.
set PAGE(1), %o0; TRAPS(TT_DATA, ld [%o0 + 0x123 * 4], %o2)
CASE
    MMU_IS(MMU_ADDRESS, PAGE(1))
    MMU_IS(MMU_STATUS, STATUS(3, AT_LOAD, FT_INVALID))
    MMU_IS(MMU_STATUS, STATUS(3, AT_LOAD, FT_INVALID) & ~2)
    MMU_IS(MMU_ADDRESS, PAGE(1))
    MMU_IS(MMU_ADDRESS, PAGE(1))
CASE
    TRAPS(TT_DATA, ld [%o0], %o2)
    set MMU_STATUS, %o1
    lda [%o1] 4, %o2
    CHECK(%o2, STATUS(3, AT_LOAD, FT_INVALID))
    lda [%o1] 4, %o2
    CHECK(%o2, STATUS(3, AT_LOAD, FT_INVALID) & ~2)
! A second fault before the first was read. Data after data, and after a fetch: the last one stays, not
! marked as having overwritten.
CASE; LOADS(PAGE(0)); STORES(PAGE(1)); FAULT_IS(STATUS(3, AT_STORE, FT_INVALID), PAGE(1))
CASE; FETCHES(PAGE(0)); LOADS(PAGE(1)); FAULT_IS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(1))
! A fetch after a fetch: the last one stays, marked.
CASE; FETCHES(PAGE(0)); FETCHES(PAGE(1)); FAULT_IS(STATUS(3, AT_FETCH, FT_INVALID) | OVERWRITTEN, PAGE(1))
CASE
    FETCHES(PAGE(0))
    FETCHES(PAGE(1))
    FETCHES(PAGE(2))
    FAULT_IS(STATUS(3, AT_FETCH, FT_INVALID) | OVERWRITTEN, PAGE(2))
! A fetch after data: data stays.
CASE; STORES(PAGE(0)); FETCHES(PAGE(1)); FAULT_IS(STATUS(3, AT_STORE, FT_INVALID), PAGE(0))
CASE
    STORES(PAGE(0))
    FETCHES(PAGE(1))
    FETCHES(PAGE(2))
    LOADS(PAGE(3))
    FAULT_IS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(3))
! A translation error stays, whatever comes.
CASE; LOADS(0x21041000); STORES(PAGE(0)); FAULT_IS(STATUS(3, AT_LOAD, FT_TRANSLATION), 0x21041000)
CASE; LOADS(0x21041000); FETCHES(PAGE(0)); FAULT_IS(STATUS(3, AT_LOAD, FT_TRANSLATION), 0x21041000)
CASE; FETCHES(0x21041000); STORES(PAGE(0)); FAULT_IS(STATUS(3, AT_FETCH, FT_TRANSLATION), 0x21041000)
CASE; LOADS(0x21041000); STORES(0x22000000); FAULT_IS(STATUS(3, AT_LOAD, FT_TRANSLATION), 0x21041000)
! One by a wrong entry comes under the same rules as others; one by a bus error replaces all.
CASE; LOADS(PAGE(0)); STORES(0x22000000); FAULT_IS(STATUS(1, AT_STORE, FT_TRANSLATION), 0x22000000)
CASE; LOADS(PAGE(0)); FETCHES(0x22000000); FAULT_IS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(0))
CASE; FETCHES(PAGE(0)); FETCHES(0x22000000); FAULT_IS(STATUS(1, AT_FETCH, FT_TRANSLATION) | OVERWRITTEN, 0x22000000)
CASE; LOADS(PAGE(0)); FETCHES(0x23000000); FAULT_IS(STATUS(2, AT_FETCH, FT_TRANSLATION), 0x23000000)
CASE; LOADS(0x21041000); STORES(0x23000000); FAULT_IS(STATUS(2, AT_STORE, FT_TRANSLATION), 0x23000000)
CASE; LOADS(0x23000000); FETCHES(0x23001000); FAULT_IS(STATUS(2, AT_FETCH, FT_TRANSLATION), 0x23001000)
CASE; LOADS(0x23000000); STORES(PAGE(0)); FAULT_IS(STATUS(2, AT_LOAD, FT_TRANSLATION), 0x23000000)
! What was read does not count any more.
CASE
    LOADS(0x21041000)
    FAULT_IS(STATUS(3, AT_LOAD, FT_TRANSLATION), 0x21041000)
    FETCHES(PAGE(0))
    FAULT_IS(STATUS(3, AT_FETCH, FT_INVALID), PAGE(0))
! Neither a flush nor a change of context clears a fault; nor does turning the MMU off and on.
CASE
    LOADS(PAGE(2))
    FLUSH_MMU
    CONTEXT(0)
    SET_MMU(MMU_CONTROL, 0)
    SET_MMU(MMU_CONTROL, 1)
    FAULT_IS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(2))
#endif
! Alignment comes before the MMU; and so do privilege and illegal fields.
set PAGE(0) + 2, %o0; TRAPS(TT_ALIGN, ld [%o0], %o2); TRAPS(TT_ALIGN, std %o2, [%o0 + 2])
set PAGE(0), %o0; USER_TRAPS(TT_PRIVILEGED, lda [%o0] 0xb, %o2); TRAPS(TT_ILLEGAL, .word 0xd61a0000)
CASE; NO_FAULT_SEEN
! A register that the access would write keeps its value; so does its pair, and a double.
set 0x21040000, %o0; SET_RD; FAULTS(STATUS(3, AT_LOAD, FT_INVALID), 0x21040000, ldd [%o0], %o2); CHECK_RD
FAULTS(STATUS(3, AT_LOAD, FT_INVALID), 0x21040000, ld [%o0], %o0); CHECK(%o0, 0x21040000)
END
