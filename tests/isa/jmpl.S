! rows: JMPL
! SPDX-License-Identifier: MIT
#include "isa.h"
BEGIN
! Register, immediate, negative immediate; rd gets pc, the delay instruction is executed.
CASE
    set 1f - 0x100, %o0
    set 0x100, %o1
    clr %o3
    SET_ICC(3)
9:  jmpl %o0 + %o1, %o2
     or %o3, 1, %o3
    ba isa_fail
     nop
1:  KEEP_ICC
    CHECK(%o2, 9b)
    CHECK(%o3, 1)
    CHECK_ICC(3)
    CHECK(%o0, 1b - 0x100)
    CHECK(%o1, 0x100)
CASE
    set 1f - 4092, %o0
9:  jmpl %o0 + 4092, %o2
     nop
    ba isa_fail
     nop
1:  CHECK(%o2, 9b)
CASE
    set 1f + 4096, %o0
9:  jmpl %o0 - 4096, %o2
     nop
    ba isa_fail
     nop
1:  CHECK(%o2, 9b)
! The address is formed before rd is written.
CASE
    set 1f, %o0
9:  jmpl %o0, %o0
     nop
    ba isa_fail
     nop
1:  CHECK(%o0, 9b)
CASE
    set 1f, %o0
    clr %o1
9:  jmpl %o0 + %o1, %o1
     nop
    ba isa_fail
     nop
1:  CHECK(%o1, 9b)
CASE
    set 1f, %o0
    jmpl %o0, %g0
     nop
    ba isa_fail
     nop
1:  CHECK(%g0, 0)
! Two in a row: one instruction at the first target.
CASE
    set 1f, %o0
    set 2f, %o1
    clr %o2
    jmp %o0
     jmp %o1
     or %o2, 8, %o2
1:  or %o2, 1, %o2
    or %o2, 2, %o2
2:  CHECK(%o2, 1)
CASE
    set MARK, %o2
    set isa_fail, %o0
    ba,a 1f
     jmpl %o0, %o2
     nop
1:  CHECK(%o2, MARK)
set 7f, %o0; USER_RUNS(jmpl %o0, %o2; nop; 9: ba isa_fail; nop; 7: nop)
! Misaligned: rd is left alone.
#ifndef QEMU /* writes rd before it traps (RTL: it does not) */
set 1f + 1, %o0; set MARK, %o2; TRAPS(TT_ALIGN, jmpl %o0, %o2); CHECK(%o2, MARK)
set 1f + 2, %o0; set MARK, %o2; TRAPS(TT_ALIGN, jmpl %o0, %o2); CHECK(%o2, MARK)
set 1f + 3, %o0; set MARK, %o2; TRAPS(TT_ALIGN, jmpl %o0, %o2); CHECK(%o2, MARK)
set 1f + 3, %o0; set MARK, %o2; TRAPS_IN_SLOT(TT_ALIGN, jmpl %o0, %o2); CHECK(%o2, MARK)
set 1f + 3, %o0; set MARK, %o2; USER_TRAPS(TT_ALIGN, jmpl %o0, %o2); CHECK(%o2, MARK)
1: nop
! The fetch at the target fails, not the jump: pc is the target.
CASE
    set NOWHERE, %o0
    EXPECT(TT_FETCH, NOWHERE, NOWHERE + 4, 2f, 1)
9:  jmpl %o0, %o2
     nop
2:  CHECK(%o2, 9b)
#endif
END
