! rows:
! qemu: has no bus errors
! SPDX-License-Identifier: MIT
! instruction_access_exception: the trap saves the pc at which nothing can be fetched, and the npc of that instruction.
#include "isa.h"
BEGIN
CASE
    EXPECT(TT_FETCH, NOWHERE, NOWHERE + 4, 2f, 1)
    set NOWHERE, %o0
    clr %g1
    jmp %o0
     inc %g1
2:  CHECK(%g1, 1)
CASE
    EXPECT(TT_FETCH, NOWHERE + 8, NOWHERE + 12, 2f, 0)
    set NOWHERE + 8, %o0
    ENTER_USER
    jmp %o0
     nop
2:  nop
! Behind the last word of RAM, in sequence and as a delay slot.
CASE
    set 0x47fffffc, %o0
    set 0x01000000, %o1
    st %o1, [%o0]
    EXPECT(TT_FETCH, 0x48000000, 0x48000004, 2f, 1)
    jmp %o0
     nop
2:  nop
CASE
    set 0x10bffffc, %o1
    st %o1, [%o0]
    EXPECT(TT_FETCH, 0x48000000, 0x47ffffec, 2f, 1)
    jmp %o0
     nop
2:  nop
! As the first of two targets: npc is the second.
CASE
    EXPECT(TT_FETCH, NOWHERE, 3f, 2f, 1)
    set NOWHERE, %o0
    jmp %o0
     ba 3f
     nop
3:  ba isa_fail
     nop
2:  nop
END
