! rows: FLUSH STBAR
! SPDX-License-Identifier: MIT
! FLUSH never traps on LEON3, whatever the address (iu3.vhd, mem_trap).
#include "isa.h"
BEGIN
CASE
    set NOWHERE + 3, %o0
    set 0x123, %o1
    SET_ICC(6)
    flush %o0
    flush %o0 + %o1
    flush %o0 + 1
    flush %o0 - 4096
    flush %g0
    KEEP_ICC
    CHECK_ICC(6)
    CHECK(%o0, NOWHERE + 3)
    CHECK(%o1, 0x123)
USER_RUNS(flush %o0)
CASE
    clr %g1
    ba 1f
     flush %o0
    or %g1, 2, %g1
1:  CHECK(%g1, 0)
CASE
    ba,a 1f
     flush %o0
    nop
1:  nop
CASE
    SET_ICC(10)
    stbar
    KEEP_ICC
    CHECK_ICC(10)
! Y stays.
CASE
    set MARK, %o2
    wr %o2, %g0, %y
    nop; nop; nop
    flush %o0
    rd %y, %o2
    CHECK(%o2, MARK)
    stbar
    rd %y, %o2
    CHECK(%o2, MARK)
! Memory is as it was.
CASE
    set isa_memory, %o0
    set MARK, %o1
    st %o1, [%o0]
    flush %o0
    stbar
    ld [%o0], %o2
    CHECK(%o2, MARK)
END
