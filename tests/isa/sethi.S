! rows: SETHI
! SPDX-License-Identifier: MIT
#include "isa.h"
#define SETHI(imm22, value) \
    CASE; SET_ICC(9); set MARK, %o2; sethi imm22, %o2; KEEP_ICC; CHECK(%o2, value); CHECK_ICC(9)
BEGIN
SETHI(0, 0)
SETHI(1, 0x400)
SETHI(0x3fffff, 0xfffffc00)
SETHI(0x200000, 0x80000000)
SETHI(0x1fffff, 0x7ffffc00)
SETHI(0x155555, 0x55555400)
SETHI(0x2aaaaa, 0xaaaaa800)
CASE; sethi 0x3fffff, %g0; CHECK(%g0, 0)
CASE; sethi 0x12345, %g1; CHECK(%g1, 0x48d1400)
CASE; sethi 0x12345, %l7; CHECK(%l7, 0x48d1400)
CASE; sethi 0x12345, %i5; CHECK(%i5, 0x48d1400)
CASE
    set MARK, %o2
    ba 1f
     sethi 5, %o2
    ba isa_fail
     nop
1:  CHECK(%o2, 0x1400)
CASE
    set MARK, %o2
    ba,a 1f
     sethi 5, %o2
    ba isa_fail
     nop
1:  CHECK(%o2, MARK)
USER_RUNS(sethi 7, %o2)
CHECK(%o2, 0x1c00)
END
