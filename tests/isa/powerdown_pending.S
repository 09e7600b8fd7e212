! rows: WRASR
! status: 84
! message: nothing can wake it
! qemu: does not see that nothing can wake it
! SPDX-License-Identifier: MIT
! Power-down with ET = 0 while an interrupt is pending already and no event is to come: the run ends, as nothing can
! wake the CPU.
#include "isa.h"
#define PENDING 0x80000204
#define FORCE 0x80000208
#define MASK 0x80000240
BEGIN
CASE
    CHANGE_PSR(PSR_ET | PSR_PIL, 0)
    set MASK, %g5
    mov 0x40, %g6
    st %g6, [%g5]
set 0x80000300, %g5; st %g0, [%g5 + 0x18]; st %g0, [%g5 + 0x28]
    set FORCE, %g5
    mov 0x40, %g6
    st %g6, [%g5]
    ld [%g5], %g6
    CHECK(%g6, 0x40)
CASE; wr %g0, %asr19; ba isa_fail; nop
END
