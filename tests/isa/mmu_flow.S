! rows: LD ST JMPL CALL BICC RETT
! SPDX-License-Identifier: MIT
! Faults of fetches and control transfers: delay slots, targets, annulled instructions, ends of pages.  PAGE(0) is
! code; PAGE(1) behind it is not mapped unless a case maps it.
#include "mmu.h"
#define CODE(offset, word) POKE(FRAME(0) + (offset), word)
#define BRANCH_BACK 0x10bffff1   /* ba . - 60 */
#define BRANCH_BACK_A 0x30bffff1 /* ba,a . - 60 */
#define NEVER_A 0x20bffff1       /* bn,a */
#define NOT_EQUAL_A 0x32bffff1   /* bne,a . - 60 */
#define CALL_BACK 0x7ffffff1     /* call . - 60 */
#define LAST (PAGE(0) + 0xffc)
#define BACK (LAST - 60)         /* holds retl; nop */
#define GO(va) set va, %o0; jmpl %o0, %o7; nop
#define FETCH_CASE(va, npc, ...)      \
    CASE;                             \
    EXPECT(TT_FETCH, va, npc, 2f, 1); \
    __VA_ARGS__;                      \
    ba isa_fail;                      \
     nop;                             \
2:  FAULT_IS(STATUS(3, AT_FETCH, FT_INVALID), va)
#define USER_FETCH_CASE(va, npc, ...) \
    CASE;                             \
    EXPECT(TT_FETCH, va, npc, 2f, 0); \
    ENTER_USER;                       \
    __VA_ARGS__;                      \
    ba isa_fail;                      \
     nop;                             \
2:  FAULT_IS(STATUS(3, AT_USER_FETCH, FT_INVALID), va)
BEGIN
MMU_START
MAP(0, PTE(FRAME(0), ACC_RWX))
CODE(0xffc - 60, RETL); CODE(0xffc - 56, NOP)
POKE(FRAME(1), MOV_O2(1)); POKE_CODE(FRAME(1) + 4, 2)
! Data: in the delay slot l1 is the slot, l2 the branch's target.
set PAGE(1), %o0
CASE; TRAPS_IN_SLOT(TT_DATA, ld [%o0 + 4], %o2); FAULT_IS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(1))
CASE; TRAPS_IN_SLOT(TT_DATA, std %o2, [%o0 + 8]); FAULT_IS(STATUS(3, AT_STORE, FT_INVALID), PAGE(1))
CASE
    EXPECT(TT_DATA, 1f, 3f, 2f, 1)
    subcc %g0, 1, %g0
    bneg,a 3f
1:   st %o2, [%o0]
    ba isa_fail
     nop
3:  ba isa_fail
     nop
2:  FAULT_IS(STATUS(3, AT_STORE, FT_INVALID), PAGE(1))
CASE
    EXPECT(TT_DATA, 1f, 1f + 4, 2f, 1)
    tst %g0
    bne 3f
1:   ld [%o0], %o2
    ba isa_fail
     nop
3:  ba isa_fail
     nop
2:  FAULT_IS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(1))
CASE
    EXPECT(TT_DATA, 1f, 3f, 2f, 1)
    set 3f, %o1
    jmpl %o1, %o7
1:   ld [%o0], %o7
    ba isa_fail
     nop
3:  ba isa_fail
     nop
2:  set 1b - 4, %g6
    cmp %o7, %g6
    bne isa_fail
     nop
    FAULT_IS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(1))
CASE
    EXPECT(TT_DATA, 1f, 3f, 2f, 1)
    call 3f
1:   st %o7, [%o0]
    ba isa_fail
     nop
3:  ba isa_fail
     nop
2:  set 1b - 4, %g6
    cmp %o7, %g6
    bne isa_fail
     nop
    FAULT_IS(STATUS(3, AT_STORE, FT_INVALID), PAGE(1))
! ... and of a branch that is annulled, or of an untaken one with the annul bit, nothing happens.
CASE
    ba,a 1f
     st %o2, [%o0]
1:  tst %g0
    bne,a isa_fail
     ld [%o0], %o2
    NO_FAULT_SEEN
! The first of two faults in a row is the one; nothing of what follows it has happened.
CASE
    clr %g1
    EXPECT(TT_DATA, 1f, 1f + 4, 2f, 1)
    set PAGE(2), %o1
    inc %g1
1:  ld [%o0], %o2
    st %o2, [%o1]
    inc %g1
    ba isa_fail
     nop
2:  CHECK(%g1, 1)
    FAULT_IS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(1))
! What came before it has: registers, condition codes, memory.
CASE
    set isa_memory, %o1
    set MARK, %o2
    EXPECT(TT_DATA, 1f, 1f + 4, 2f, 1)
    add %g0, 1, %o3
    st %o2, [%o1]
    add %o3, %o3, %o4
    subcc %g0, %o4, %o5
1:  ld [%o0], %o4
    mov 9, %o5
    st %o5, [%o1]
    addcc %g0, 0, %g0
    ba isa_fail
     nop
2:  CHECK(%o4, 2)
    CHECK(%o5, -2)
    CHECK_TRAP_ICC(9)
    CHECK_WORD(isa_memory, MARK)
    FAULT_IS(STATUS(3, AT_LOAD, FT_INVALID), PAGE(1))
! Code: the target of a jump, of a call, of a branch from the page before.
FETCH_CASE(PAGE(1) + 8, PAGE(1) + 12, set PAGE(1) + 8, %o0; jmp %o0; nop)
USER_FETCH_CASE(PAGE(1) + 8, PAGE(1) + 12, set PAGE(1) + 8, %o0; jmp %o0; nop)
CASE; CODE(0, 0x10800400 /* ba . + 0x1000 */); CODE(4, NOP); FETCH_CASE(PAGE(1), PAGE(1) + 4, GO(PAGE(0)))
CASE
    CODE(0, 0x40000400 /* call . + 0x1000 */)
    FETCH_CASE(PAGE(1), PAGE(1) + 4, GO(PAGE(0)))
    set PAGE(0), %g6
    cmp %o7, %g6
    bne isa_fail
     nop
CASE; CODE(0, 0x30800400 /* ba,a . + 0x1000 */); FETCH_CASE(PAGE(1), PAGE(1) + 4, GO(PAGE(0)))
! A couple: the first target is not there, and npc is the second.
FETCH_CASE(PAGE(1), 3f, set PAGE(1), %o0; jmp %o0; ba 3f; nop; 3: nop)
! In sequence: behind the page's last instruction.
CASE; CODE(0xffc, MOV_O2(6)); FETCH_CASE(PAGE(1), PAGE(1) + 4, clr %o2; GO(LAST)); CHECK(%o2, 6)
USER_FETCH_CASE(PAGE(1), PAGE(1) + 4, clr %o2; GO(LAST)); CHECK(%o2, 6)
CASE
    CODE(0xff8, MOV_O2(7))
    CODE(0xffc, NOP)
    FETCH_CASE(PAGE(1), PAGE(1) + 4, clr %o2; GO(LAST - 4))
    CHECK(%o2, 7)
! The delay instruction of the page's last: it is fetched, and npc is the target.
CASE; CODE(0xffc, BRANCH_BACK); FETCH_CASE(PAGE(1), BACK, GO(LAST))
USER_FETCH_CASE(PAGE(1), BACK, GO(LAST))
CASE
    CODE(0xffc, CALL_BACK)
    FETCH_CASE(PAGE(1), BACK, GO(LAST))
    set LAST, %g6
    cmp %o7, %g6
    bne isa_fail
     nop
CASE; CODE(0xffc, RETL); FETCH_CASE(PAGE(1), 3f, set LAST, %o0; jmpl %o0, %o7; nop; 3: nop)
CASE; CODE(0xffc, NOT_EQUAL_A); FETCH_CASE(PAGE(1), BACK, subcc %g0, 1, %g0; set LAST, %o0; jmpl %o0, %o7; nop)
! It is annulled: not fetched.  What is not there cannot harm.
CASE
    CODE(0xffc, BRANCH_BACK_A)
    GO(LAST)
    GO(LAST)
    NO_FAULT_SEEN
USER_RUNS(GO(LAST)); CASE; NO_FAULT_SEEN
! Annulled because untaken: the instruction behind it is what is missing.
CASE; CODE(0xffc, NOT_EQUAL_A); FETCH_CASE(PAGE(1) + 4, PAGE(1) + 8, tst %g0; set LAST, %o0; jmpl %o0, %o7; nop)
CASE; CODE(0xffc, NEVER_A); FETCH_CASE(PAGE(1) + 4, PAGE(1) + 8, GO(LAST))
! The same with the page there, then away, then there again.
#define THERE MAP(1, PTE(FRAME(1), ACC_RX))
#define AWAY MAP(1, 0)
#define GIVES(n) clr %o2; GO(LAST); CHECK(%o2, n)
CASE
    CODE(0xffc, MOV_O2(6))
    THERE
    GIVES(2)
    AWAY
    FETCH_CASE(PAGE(1), PAGE(1) + 4, GO(LAST))
    THERE
    GIVES(2)
    AWAY
CASE
    CODE(0xffc, RETL)
    THERE
    GIVES(1)
    AWAY
    FETCH_CASE(PAGE(1), 3f, set LAST, %o0; jmpl %o0, %o7; nop; 3: nop)
    THERE
    GIVES(1)
    AWAY
CASE
    CODE(0xffc, NEVER_A)
    THERE
    GIVES(2)
    AWAY
    FETCH_CASE(PAGE(1) + 4, PAGE(1) + 8, GO(LAST))
    THERE
    GIVES(2)
    AWAY
! Another page instead.
CASE
    CODE(0xffc, RETL)
    THERE
    GIVES(1)
    POKE(FRAME(3), MOV_O2(9))
    MAP(1, PTE(FRAME(3), ACC_RX))
    GIVES(9)
    THERE
    GIVES(1)
    AWAY
#ifndef QEMU /* may fetch ahead, as the hardware may */
! Untouched by what is not executed: the annulled slot's page is not referenced.
CASE
    CODE(0xffc, BRANCH_BACK_A)
    THERE
    GO(LAST)
    ENTRY_IS(1, PTE(FRAME(1), ACC_RX))
    AWAY
#endif
! RETT to a page that a user must not fetch from: traps are enabled by then, and the mode is the user's.
#define RETT_TO(va, ps)              \
    CHANGE_PSR(PSR_ET | PSR_PS, ps); \
    save;                            \
    set va, %o0;                     \
    jmp %o0;                         \
     rett %o0 + 4
CASE
    MAP(2, PTE(FRAME(1), ACC_N_RX))
    EXPECT(TT_FETCH, PAGE(2) + 4, PAGE(2) + 8, 2f, 0)
    RETT_TO(PAGE(2) + 4, 0)
2:  FAULT_IS(REFUSED(3, AT_USER_FETCH, FT_PRIVILEGE), PAGE(2))
CASE
    set 2f - 8, %o7
    clr %o2
    RETT_TO(PAGE(2) + 4, PSR_PS)
2:  CHECK(%o2, 2)
! From the supervisor's page to the next, which is the user's: the mode is that of the RETT's end.
CASE
    CODE(0xff8, 0x81c24000 /* jmp %o1 */)
    CODE(0xffc, 0x81cb2004 /* rett %o4 + 4 */)
    MAP(0, PTE(FRAME(0), ACC_N_RX))
    MAP(1, PTE(FRAME(1), ACC_RX))
    EXPECT(0xff, 3f, 3f + 4, 2f, 0)
    CHANGE_PSR(PSR_ET | PSR_PS, 0)
    save
    set PAGE(1) + 4, %o1
    mov %o1, %o4
    set LAST - 4, %o0
    set 3f - 8, %i7
    jmp %o0
     mov 0, %i2
3:  ta 0x7f
    ba isa_fail
     nop
2:  CHECK(%o2, 2)
END
