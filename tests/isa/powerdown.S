! rows: WRASR
! SPDX-License-Identifier: MIT
! Power-down: a write to %asr19 stops the CPU until an interrupt comes; its trap is taken before the next instruction.
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
CASE
    CHANGE_PSR(PSR_PIL, 0)
    wr %g0, %asr19
1:  nop; nop
    CHECK_WORD(SEEN_COUNT, 1)
    CHECK_WORD(SEEN_ENTRY, 0x16)
#ifndef QEMU /* goes on at the next translation block */
CHECK_WORD(SEEN_PC, 1b); CHECK_WORD(SEEN_NPC, 1b + 4)
! In a delay slot.
mov 0xd, %g6; st %g6, [%o0 + 0x18]
CASE
    clr %g1
    ba 1f
     wr %g0, %asr19
    or %g1, 2, %g1
1:  or %g1, 1, %g1
    CHECK(%g1, 1)
    CHECK_WORD(SEEN_COUNT, 2)
    CHECK_WORD(SEEN_PC, 1b)
    CHECK_WORD(SEEN_NPC, 1b + 4)
! The value does not matter; time goes on meanwhile.
mov 0xd, %g6; st %g6, [%o0 + 0x18]
    wr %g0, %g0, %asr22
    nop; nop; nop
    rd %asr23, %o2
CASE
    mov -1, %o1
    wr %o1, 5, %asr19
    nop
    CHECK_WORD(SEEN_COUNT, 3)
    rd %asr23, %o3
    sub %o3, %o2, %o3
    cmp %o3, 150
    bl isa_fail
     nop
#endif
END
