! rows: RDASR CASA LDF LDDF LDFSR STF STDF STFSR STDFQ FADDS FCMPS FBFCC FPOP WRPSR
! board: nofpu
! qemu: always has FPU and CASA
! SPDX-License-Identifier: MIT
! A LEON3 without options: without FPU, CASA, watchpoints and single-vector trapping.
#include "isa.h"
BEGIN
CASE; rd %asr17, %o2; CHECK(%o2, 0x00000107)
CASE
    mov -1, %o0
    wr %o0, %g0, %asr17
    nop; nop; nop
    rd %asr17, %o2
    CHECK(%o2, 0x00004107)
CASE
    wr %g0, %g0, %asr17
    FPU_ON
    rd %psr, %o2
    srl %o2, 12, %o2
    and %o2, 1, %o2
    CHECK(%o2, 0)
set isa_memory, %o0; set MARK, %o2
TRAPS(TT_ILLEGAL, casa [%o0] 0xb, %o1, %o2)
TRAPS(TT_ILLEGAL, .word 0xd5e22160)
USER_TRAPS(TT_ILLEGAL, casa [%o0] 0xb, %o1, %o2)
USER_TRAPS(TT_ILLEGAL, casa [%o0] 0xa, %o1, %o2)
CHECK(%o2, MARK)
TRAPS(TT_FP_DISABLED, ld [%o0], %f0)
TRAPS(TT_FP_DISABLED, ldd [%o0], %f0)
TRAPS(TT_FP_DISABLED, ld [%o0], %fsr)
TRAPS(TT_FP_DISABLED, st %f0, [%o0])
TRAPS(TT_FP_DISABLED, std %f0, [%o0])
TRAPS(TT_FP_DISABLED, st %fsr, [%o0])
TRAPS(TT_FP_DISABLED, std %fq, [%o0])
USER_TRAPS(TT_PRIVILEGED, std %fq, [%o0])
TRAPS(TT_FP_DISABLED, fadds %f0, %f0, %f0)
TRAPS(TT_FP_DISABLED, fcmps %f0, %f0)
TRAPS(TT_FP_DISABLED, .word 0x81a00000)
TRAPS(TT_FP_DISABLED, fba .+8)
END
