! rows: RDWIM WRWIM
! board: leon3 nwin2 nwin5 nwin32
! SPDX-License-Identifier: MIT
#include "isa.h"
! %g1 = the bits there are
#define WRITE_WIM(value) \
    CASE; set (value), %o0; set MARK, %o2; SET_ICC(7); wr %o0, %g0, %wim; nop; nop; nop; rd %wim, %o2; \
    KEEP_ICC; CHECK_ICC(7); wr %g0, %g0, %wim; set (value), %g5; and %g5, %g1, %g5; cmp %o2, %g5; \
    bne isa_fail; nop
BEGIN
    rd %asr17, %g2
    and %g2, 0x1f, %g2
    mov -2, %g1
    sll %g1, %g2, %g1
    not %g1
WRITE_WIM(0)
WRITE_WIM(0xffffffff)
WRITE_WIM(0x55555555)
WRITE_WIM(0xaaaaaaaa)
WRITE_WIM(1)
WRITE_WIM(0x80000000)
CASE
    mov 3, %o0
    mov 1, %o1
    wr %o0, %o1, %wim
    nop; nop; nop
    rd %wim, %o2
    wr %g0, %g0, %wim
    CHECK(%o2, 2)
CASE
    mov 3, %o0
    wr %o0, 2, %wim
    nop; nop; nop
    rd %wim, %o2
    wr %g0, %g0, %wim
    CHECK(%o2, 1)
CASE
    mov 3, %o0
    wr %o0, -1, %wim
    nop; nop; nop
    rd %wim, %o2
    wr %g0, %g0, %wim
    set -4, %g5
    and %g5, %g1, %g5
    cmp %o2, %g5
    bne isa_fail
     nop
mov 3, %o0
USER_TRAPS(TT_PRIVILEGED, wr %o0, %g0, %wim)
set MARK, %o2; USER_TRAPS(TT_PRIVILEGED, rd %wim, %o2); CHECK(%o2, MARK)
CASE; rd %wim, %o2; CHECK(%o2, 0)
CASE
    ba 1f
     wr %g0, 1, %wim
    ba isa_fail
     nop
1:  nop; nop; nop
    ba 1f
     rd %wim, %o2
    ba isa_fail
     nop
1:  wr %g0, %g0, %wim
    CHECK(%o2, 1)
CASE
    ba,a 1f
     wr %g0, 1, %wim
    nop
1:  nop; nop; nop
    rd %wim, %g0
    rd %wim, %o2
    CHECK(%o2, 0)
    CHECK(%g0, 0)
END
