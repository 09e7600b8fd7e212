! rows: CALL
! SPDX-License-Identifier: MIT
#include "isa.h"
BEGIN
CASE
    SET_ICC(6)
    clr %o0
9:  call 1f
     or %o0, 1, %o0
    ba isa_fail
     nop
1:  KEEP_ICC
    CHECK(%o7, 9b)
    CHECK(%o0, 1)
    CHECK_ICC(6)
! The delay instruction sees the new %o7.
CASE
9:  call 1f
     mov %o7, %o3
    ba isa_fail
     nop
1:  CHECK(%o3, 9b)
! Back.
CASE
    ba 2f
     nop
1:  ba 3f
     nop
2:  call 1b
     nop
    ba isa_fail
     nop
3:  CHECK(%o7, 2b)
! In a delay slot: one instruction at the branch target, then the call target.
CASE
    clr %o0
    ba 1f
9:   call 2f
     or %o0, 8, %o0
1:  or %o0, 1, %o0
    or %o0, 2, %o0
2:  CHECK(%o0, 1)
    CHECK(%o7, 9b)
! Annulled.
CASE
    set MARK, %o7
    ba,a 1f
     call isa_fail
     nop
1:  CHECK(%o7, MARK)
USER_RUNS(9: call 3f; nop; ba isa_fail; nop; 3: nop)
CHECK(%o7, 9b)
! All 30 bits of displacement: PROM holds zeros, which are UNIMP; at NOWHERE there is nothing.
CASE
    EXPECT(TT_ILLEGAL, 0x100, 0x104, 2f, 1)
9:  call 0x100
     nop
2:  CHECK(%o7, 9b)
#ifndef QEMU /* no bus errors */
CASE
    EXPECT(TT_FETCH, NOWHERE, NOWHERE + 4, 2f, 1)
9:  call NOWHERE
     nop
2:  CHECK(%o7, 9b)
#endif
END
