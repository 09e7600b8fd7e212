! rows: WRPSR
! board: pwrpsr
! qemu: has no partial WRPSR; LEON3 has it if configured (iu3.vhd, sp_write)
! SPDX-License-Identifier: MIT
! With rd other than %g0, WRPSR writes ET only, and does not check CWP.  (icc is Z, set by the check before.)
#include "isa.h"
#define PARTIAL .word 0x83880000 | 8 << 14
#define PSR_IS(value) rd %psr, %o5; CHECK(%o5, value)
BEGIN
CASE
    set 0x901fa1, %o0
    wr %o0, %g0, %psr
    PSR_WAIT
    PSR_IS(0xf3901fa1)
CASE
    set 0x600040, %o0
    PARTIAL
    PSR_WAIT
    PSR_IS(0xf3401f81)
CASE
    set 0x60003f, %o0
    PARTIAL
    PSR_WAIT
    PSR_IS(0xf3401fa1)
CASE
    set 0x000000, %o0
    PARTIAL
    PSR_WAIT
    PSR_IS(0xf3401f81)
CASE
    set 0xf010bf, %o0
    PARTIAL
    PSR_WAIT
    PSR_IS(0xf3401fa1)
set 0x000020, %o0; USER_TRAPS(TT_PRIVILEGED, PARTIAL)
set 0x1fff, %o0; TRAPS(TT_ILLEGAL, wr %o0, %g0, %psr)
CASE
    set 0x401fa0, %o0
    wr %o0, %g0, %psr
    PSR_WAIT
    PSR_IS(0xf3401fa0)
END
