! rows:
! SPDX-License-Identifier: MIT
! An instruction with two reasons to trap takes the trap with the higher priority (V8 table 7-1; iu3.vhd,
! exception_detect and mem_trap).  More such cases are in the tests of loads and stores, casa.S, stdfq.S and
! watchpoint.S.
#include "isa.h"
BEGIN
set isa_memory, %o0
! privileged > illegal > fp_disabled, cp_disabled > window > alignment > fp_exception > data access
USER_TRAPS(TT_PRIVILEGED, rett %o0 + 1)
USER_TRAPS(TT_PRIVILEGED, wr %g0, 0x3f, %psr)
FPU_OFF; TRAPS(TT_FP_DISABLED, ld [%o0 + 1], %f0); FPU_ON
FPU_OFF; TRAPS(TT_FP_DISABLED, .word 0x81a00000); FPU_ON
#ifndef QEMU /* no bus errors */
set NOWHERE + 1, %o1
TRAPS(TT_ALIGN, ld [%o1], %o2)
TRAPS(TT_ALIGN, st %o2, [%o1])
TRAPS(TT_ALIGN, swap [%o1], %o2)
TRAPS(TT_ALIGN, ld [%o1], %f0)
TRAPS(TT_ILLEGAL, .word 0xda1a4000)
! LDDF with an odd register: the FPU says so only when the address is right (mem_trap).
TRAPS(TT_ALIGN, .word 0xcb1a4000)
#endif
! Ticc: the condition first; the number is the sum.
set 0x180, %o3; TRAPS(0xff, ta %o3 - 1)
! SAVE and RESTORE trap on windows whatever the sum.
    wr %g0, 1, %wim
    nop; nop; nop
    TRAPS(TT_OVERFLOW, save %o0, 1, %o0)
    CHECK(%o0, isa_memory)
    wr %g0, 4, %wim
    nop; nop; nop
    TRAPS(TT_UNDERFLOW, restore %o0, 1, %o0)
    CHECK(%o0, isa_memory)
wr %g0, %g0, %wim; nop; nop; nop
! A tag overflow with a result that would overflow too is one trap.
set 0x7fffffff, %o1; mov 1, %o2; TRAPS(TT_TAG, taddcctv %o1, %o2, %o3)
! Division by zero before anything of the quotient.
    wr %g0, -1, %y
    nop; nop; nop
    TRAPS(TT_DIVIDE, udivcc %o1, %g0, %o3)
    rd %y, %o4
    CHECK(%o4, -1)
END
