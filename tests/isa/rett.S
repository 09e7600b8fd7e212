! rows: RETT
! SPDX-License-Identifier: MIT
! RETT where it does not end in error mode; gen_error.py has the cases in which it does.
#include "isa.h"
! PSR with ET=0, CWP 0, this PS; the return goes to CWP 1.
#define NO_TRAPS(ps) CHANGE_PSR(PSR_ET | PSR_PS | 0x1f, (ps) << 6)
#define PSR_IS(value) rd %psr, %o5; set 0xffffdfff, %g5; and %o5, %g5, %o5; CHECK(%o5, value)
BEGIN
! With traps enabled it is illegal, in user mode privileged.
set 1f, %o0
TRAPS(TT_ILLEGAL, rett %o0)
TRAPS_IN_SLOT(TT_ILLEGAL, rett %o0)
USER_TRAPS(TT_PRIVILEGED, rett %o0)
ANNULLED(rett %o0)
1: nop
! ET=1, S=PS, CWP+1; the two targets are executed in turn.
CASE
    NO_TRAPS(1)
    set 1f, %o0
    set 2f, %o1
    clr %g1
    SET_ICC(13)
    jmp %o0
     rett %o1
1:  or %g1, 1, %g1
    or %g1, 2, %g1
2:  PSR_IS(0xf3d01fe1)
    CHECK(%g1, 1)
CASE
    NO_TRAPS(1)
    set 1f - 0x20, %l0
    set 1f - 0x18, %l1
    clr %g1
    jmp %l0 + 0x20
     rett %l1 + 0x1c
1:  or %g1, 1, %g1
    or %g1, 2, %g1
    CHECK(%g1, 3)
CASE
    NO_TRAPS(1)
    set 1f + 4, %l0
    set 0x100, %l1
    sub %l0, %l1, %l2
    clr %g1
    jmp %l0 - 4
     rett %l1 + %l2
1:  or %g1, 1, %g1
    or %g1, 2, %g1
    CHECK(%g1, 3)
! PS=0: to user mode.
CASE
    NO_TRAPS(0)
    set 1f, %l1
    set 1f + 4, %l2
    EXPECT(TT_PRIVILEGED, 1f, 1f + 4, 2f, 0)
    jmp %l1
     rett %l2
1:  rd %psr, %g1
    ba isa_fail
     nop
2:  PSR_IS(0xf3401fe1)
! Back to an instruction in a delay slot: it runs, then the target of its branch.
CASE
    NO_TRAPS(1)
    set 1f, %l1
    set 3f, %l2
    clr %g1
    jmp %l1
     rett %l2
1:  or %g1, 1, %g1
    or %g1, 2, %g1
3:  CHECK(%g1, 1)
! A handler that returns to the trapping instruction, and one that skips it; %l1 and %l2 in delay slots.
HANDLER(isa_skip)
CASE
    clr %g1
9:  ta 5
    or %g1, 1, %g1
    CHECK(%g1, 1)
    CHECK_WORD(SEEN_PC, 9b)
    CHECK_WORD(SEEN_NPC, 9b + 4)
CASE
    clr %g1
    ba 3f
9:   ta 5
    or %g1, 2, %g1
3:  or %g1, 1, %g1
    CHECK(%g1, 1)
    CHECK_WORD(SEEN_PC, 9b)
    CHECK_WORD(SEEN_NPC, 3b)
CASE
    clr %g1
    SET_ICC(4)
    bne 3f
9:   ta 5
    or %g1, 1, %g1
3:  CHECK(%g1, 1)
    CHECK_WORD(SEEN_PC, 9b)
    CHECK_WORD(SEEN_NPC, 9b + 4)
CASE
    clr %g1
8:  call 3f
9:   ta 5
    or %g1, 2, %g1
3:  or %g1, 1, %g1
    CHECK(%g1, 1)
    CHECK_WORD(SEEN_NPC, 3b)
    CHECK(%o7, 8b)
CASE
    set 3f, %o0
    clr %g1
    jmp %o0
9:   ta 5
    or %g1, 2, %g1
3:  or %g1, 1, %g1
    CHECK(%g1, 1)
    CHECK_WORD(SEEN_PC, 9b)
    CHECK_WORD(SEEN_NPC, 3b)
! The first instruction at a target whose branch sits in a delay slot.
CASE
    clr %g1
    ba 1f
     ba 2f
     nop
1:  ta 5
    or %g1, 2, %g1
2:  CHECK(%g1, 0)
    CHECK_WORD(SEEN_PC, 1b)
    CHECK_WORD(SEEN_NPC, 2b)
HANDLER(0)
! Every window: the trap goes one down, RETT comes back.
mov 7, %g2
10: CASE
    rd %psr, %g5
    andn %g5, 0x1f, %g5
    or %g5, %g2, %g5
    wr %g5, %g0, %psr
    PSR_WAIT
    set MARK, %o3
    TRAPS(0x85, ta 5)
    CHECK(%o3, MARK)
    rd %psr, %g5
    and %g5, 0x1f, %g5
    cmp %g5, %g2
    bne isa_fail
    set isa_record, %g5
    ld [%g5 + 20], %g6
    and %g6, 0x1f, %g6
    sub %g2, 1, %g1
    and %g1, 7, %g1
    cmp %g6, %g1
    bne isa_fail
    subcc %g2, 1, %g2
    bpos 10b
    nop
! A trap does not look at WIM, RETT does: the window before a trap must be valid only.
CASE
    SET_CWP(1)
    wr %g0, 1, %wim
    nop; nop; nop
    TRAPS(0x85, ta 5)
    wr %g0, %g0, %wim
END
