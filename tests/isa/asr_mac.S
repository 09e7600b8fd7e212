! rows: RDASR WRASR
! board: mac
! qemu: has no %asr18
! SPDX-License-Identifier: MIT
! With the MAC: %asr18 reads as it was written, in user mode, too; bit M of %asr17 is set.
#include "isa.h"
BEGIN
CASE
    set MARK, %o0
    set MARK2, %o1
    wr %o1, %g0, %y
    wr %o0, %o1, %asr18
    nop; nop; nop
    rd %asr18, %o2
    CHECK(%o2, MARK ^ MARK2)
    rd %y, %o2
    CHECK(%o2, MARK2)
CASE
    wr %o0, 5, %asr18
    nop; nop; nop
    rd %asr18, %o2
    CHECK(%o2, MARK ^ 5)
USER_RUNS(wr %o1, %g0, %asr18; nop; nop; nop; rd %asr18, %o2)
CHECK(%o2, MARK2)
CASE; rd %asr17, %o2; CHECK(%o2, 0x04000787)
END
