! rows: WRASR
! options: --time-limit=100ms
! status: 82
! message: time limit reached
! qemu: has no limit of time
! SPDX-License-Identifier: MIT
! Power-down with ET = 0: an interrupt is not recognised, so nothing wakes the CPU (leon3v3/iu3.vhd, irq_trap: `pend`
! needs `et`, and only `pend` makes state dsu2 leave power-down).
#include "isa.h"
#define TIMER 0x80000300
#define MASK 0x80000240
BEGIN
HANDLER(isa_resume)
set MASK, %g5; mov 0x40, %g6; st %g6, [%g5]
    set TIMER, %o0
    mov 3, %g6
    st %g6, [%o0 + 4]
    mov 50, %g6
    st %g6, [%o0 + 0x14]
    mov 0xd, %g6
    st %g6, [%o0 + 0x18]
! With ET = 1 this timer does wake it.
CASE
    CHANGE_PSR(PSR_PIL, 0)
    wr %g0, %asr19
    nop; nop
    CHECK_WORD(SEEN_COUNT, 1)
! With ET = 0 it does not.
mov 0xd, %g6; st %g6, [%o0 + 0x18]
CASE
    CHANGE_PSR(PSR_ET, 0)
    wr %g0, %asr19
    ba isa_fail
     nop
END
