! rows: SAVE RESTORE
! board: leon3 nwin2 nwin5 nwin32
! SPDX-License-Identifier: MIT
! SAVE and RESTORE into every window, with and without its bit in WIM.
#include "isa.h"

! %g1 = number of windows, %g2 = counter, %g3 = expected CWP
#define ALL_WINDOWS rd %asr17, %g1; and %g1, 0x1f, %g1; add %g1, 1, %g1; mov %g1, %g2
#define LESS(cwp, to) subcc cwp, 1, to; bneg,a 99f; sub %g1, 1, to; 99: nop
#define MORE(cwp, to) \
    add cwp, 1, to;   \
    cmp to, %g1;      \
    be,a 99f;         \
     clr to;          \
99: nop
#define CHECK_CWP(reg)  \
    rd %psr, %g5;       \
    and %g5, 0x1f, %g5; \
    cmp %g5, reg;       \
    bne isa_fail;       \
     nop
#define GO_TO(reg)       \
    rd %psr, %g5;        \
    andn %g5, 0x1f, %g5; \
    or %g5, reg, %g5;    \
    wr %g5, %g0, %psr;   \
    PSR_WAIT
BEGIN
! Once around with SAVE: sum from the old window into the new one, outs become ins, icc stays.
ALL_WINDOWS
mov 1, %g3
10: CASE
    add %g2, 100, %o0
    set 0x1000, %o1
    set MARK, %o7
    mov %g2, %l0
    SET_ICC(5)
    save %o0, %o1, %l1
    KEEP_ICC
    CHECK_ICC(5)
    LESS(%g3, %g3)
    CHECK_CWP(%g3)
    add %g2, 100, %g5
    cmp %i0, %g5
    bne isa_fail
    set 0x1000, %g6
    cmp %i1, %g6
    bne isa_fail
    add %g5, %g6, %g5
    cmp %l1, %g5
    bne isa_fail
    nop
    CHECK(%i7, MARK)
    subcc %g2, 1, %g2
    bne 10b
    nop
! All locals kept what they had; back with RESTORE.
ALL_WINDOWS
mov 1, %g2
11: CASE
    cmp %g2, %g1
    be 12f
    mov %l0, %g3
    set MARK2, %i1
    add %g2, 3, %i0
    restore %i0, %i1, %o3
    CHECK(%o1, MARK2)
    add %g2, 3, %g5
    cmp %o0, %g5
    bne isa_fail
    set MARK2, %g6
    add %g5, %g6, %g5
    cmp %o3, %g5
    bne isa_fail
    sub %g3, %l0, %g5
    ba 11b
    inc %g2
12: CASE
! Forms.
SET_CWP(1)
CASE
    set 0x40000000, %sp
    save %sp, -96, %sp
    CHECK(%sp, 0x3fffffa0)
    CHECK(%fp, 0x40000000)
CASE; restore %g0, 4095, %g1; CHECK(%g1, 4095); CHECK(%sp, 0x40000000)
CASE; mov 5, %g1; save %g1, -4096, %g1; CHECK(%g1, 5 - 4096)
CASE; set MARK, %l3; restore; CHECK(%g0, 0)
CASE; set 7, %l1; save %l1, %l1, %g0; CHECK(%g0, 0)
CASE
    SET_ICC(6)
    restore
    KEEP_ICC
    CHECK_ICC(6)
    save
CASE; restore %g0, %g0, %g0
CASE
    set 9, %o1
    ba 1f
     save %o1, 1, %l0
    ba isa_fail
     nop
1:  CHECK(%l0, 10)
CASE
    set 11, %i1
    ba 1f
     restore %i1, 1, %o2
    ba isa_fail
     nop
1:  CHECK(%o2, 12)
mov 1, %g3
CASE
    ba,a 1f
     save
    nop
1:  CHECK_CWP(%g3)
CASE
    ba,a 1f
     restore
    nop
1:  CHECK_CWP(%g3)
USER_RUNS(save %g0, 77, %o5; mov %o5, %g2; restore)
CHECK(%g2, 77)
! The bit in WIM of the window to come traps, that of the window at hand does not.
ALL_WINDOWS
sub %g1, 1, %g3
20: CASE
    GO_TO(%g3)
    LESS(%g3, %g2)
    mov 1, %g5
    sll %g5, %g2, %g5
    wr %g5, %g0, %wim
    nop; nop; nop
    set MARK, %o2
    TRAPS(TT_OVERFLOW, save %o2, 1, %o2)
    CHECK(%o2, MARK)
    CHECK_CWP(%g3)
    TRAPS_IN_SLOT(TT_OVERFLOW, save %o2, 1, %o2)
    CHECK(%o2, MARK)
    CHECK_CWP(%g3)
    MORE(%g3, %g2)
    mov 1, %g5
    sll %g5, %g2, %g5
    wr %g5, %g0, %wim
    nop; nop; nop
    TRAPS(TT_UNDERFLOW, restore %o2, 1, %o2)
    CHECK(%o2, MARK)
    CHECK_CWP(%g3)
    TRAPS_IN_SLOT(TT_UNDERFLOW, restore %o2, 1, %o2)
    CHECK(%o2, MARK)
    CHECK_CWP(%g3)
    USER_TRAPS(TT_UNDERFLOW, restore %o2, 1, %o2)
    ANNULLED(restore)
    CHECK_CWP(%g3)
    mov 1, %g5
    sll %g5, %g3, %g5
    wr %g5, %g0, %wim
    nop; nop; nop
    CASE; save %o2, 1, %o2; LESS(%g3, %g2); CHECK_CWP(%g2)
    wr %g0, %g0, %wim
    nop; nop; nop
    GO_TO(%g3)
    mov 1, %g5
    sll %g5, %g3, %g5
    wr %g5, %g0, %wim
    nop; nop; nop
    CASE; restore; MORE(%g3, %g2); CHECK_CWP(%g2)
    wr %g0, %g0, %wim
    nop; nop; nop
    subcc %g3, 1, %g3
    bpos 20b
    nop
END
