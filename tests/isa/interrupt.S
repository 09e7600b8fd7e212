! rows:
! SPDX-License-Identifier: MIT
! Interrupts that IRQMP requests: which levels PIL and ET let through, what the trap saves, which of several is first.
#include "isa.h"
#define IRQMP 0x80000200
#define FORCE 0x80000208
#define MASK 0x80000240
! From here on PIL is this, and the interrupt is taken within the next instructions.
#define SET_PIL(pil) CHANGE_PSR(PSR_PIL, (pil) << 8)
#define RAISE(level) set FORCE, %g5; set 1 << (level), %g6; st %g6, [%g5]; ld [%g5], %g0
#define DROP set FORCE, %g5; st %g0, [%g5]
#define CLEAR_SEEN set isa_seen, %g5; st %g0, [%g5 + 20]; st %g0, [%g5 + 12]
! Taken at every PIL below the level; not at the level itself.
#define LEVEL(level) \
    CASE; CLEAR_SEEN; SET_PIL(level); RAISE(level); CHECK_WORD(SEEN_COUNT, 0); \
    SET_PIL((level) - 1); nop; nop; nop; CHECK_WORD(SEEN_COUNT, 1); \
    CHECK_WORD(SEEN_ENTRY, 0x10 + (level)); CHECK_WORD(SEEN_TBR, 0x40000100 + ((level) << 4)); \
    DROP; SET_PIL(15)
BEGIN
HANDLER(isa_resume)
set MASK, %g5; set 0xfffe, %g6; st %g6, [%g5]
LEVEL(1)
LEVEL(2)
LEVEL(3)
LEVEL(4)
LEVEL(5)
LEVEL(6)
LEVEL(7)
LEVEL(8)
LEVEL(9)
LEVEL(10)
LEVEL(11)
LEVEL(12)
LEVEL(13)
LEVEL(14)
! Level 15 does not ask PIL.
#ifndef QEMU /* does not deliver a forced level 15 */
CASE
    CLEAR_SEEN
    SET_PIL(15)
    RAISE(15)
    nop; nop; nop
    CHECK_WORD(SEEN_COUNT, 1)
    CHECK_WORD(SEEN_ENTRY, 0x1f)
#endif
! The highest first, each once.
CASE
    CLEAR_SEEN
    SET_PIL(15)
    set FORCE, %g5
    set 0x7ffe, %g6
    st %g6, [%g5]
    ld [%g5], %g0
    SET_PIL(0)
    nop; nop; nop
    CHECK_WORD(SEEN_COUNT, 14)
    CHECK_WORD(SEEN_ENTRY, 0x11)
! ET=0 holds them back, in the mode at hand; a trap taken before keeps %l1 and %l2 as they must be.
CASE
    CLEAR_SEEN
    CHANGE_PSR(PSR_ET | PSR_PIL, 0)
    RAISE(15)
    RAISE(9)
    nop; nop
    CHECK_WORD(SEEN_COUNT, 0)
    CHANGE_PSR(0, PSR_ET)
    nop; nop; nop
    CHECK_WORD(SEEN_COUNT, 1)
    DROP
    SET_PIL(15)
! RETT enables them: taken at its target, before it is executed, with the pair of addresses.
CASE
    CLEAR_SEEN
    CHANGE_PSR(PSR_ET | PSR_PIL | 0x1f, PSR_PS)
    RAISE(7)
    set 1f, %o0
    set 3f, %o1
    clr %g1
    jmp %o0
     rett %o1
1:  or %g1, 1, %g1
    or %g1, 2, %g1
3:  CHECK(%g1, 1)
    CHECK_WORD(SEEN_COUNT, 1)
    CHECK_WORD(SEEN_PC, 1b)
    CHECK_WORD(SEEN_NPC, 3b)
    CHECK_WORD(SEEN_ENTRY, 0x17)
    SET_PIL(15)
! From user mode: PS=0 and S=1 in the handler, user mode again behind it.
CASE
    CLEAR_SEEN
    SET_PIL(15)
    RAISE(6)
    HANDLER(isa_resume)
    set isa_record, %g5
    CHANGE_PSR(PSR_PIL | PSR_S, 5 << 8)
    nop; nop; nop
    HANDLER(0)
    EXPECT(0xff, 1f, 1f + 4, 2f, 0)
1:  ta 0x7f
    ba isa_fail
     nop
2:  HANDLER(isa_resume)
    SET_PIL(15)
    CHECK_WORD(SEEN_COUNT, 1)
    CHECK_WORD(SEEN_ENTRY, 0x16)
    set SEEN_PSR, %g5
    ld [%g5], %g6
    and %g6, PSR_S | PSR_PS | PSR_ET, %g6
    CHECK(%g6, PSR_S)
! A trap at the instruction that an interrupt waits for: both are taken, the trap after the interrupt.
CASE
    CLEAR_SEEN
    RAISE(5)
    HANDLER(isa_resume)
    SET_PIL(0)
    nop; nop; nop
    HANDLER(0)
    SET_PIL(15)
    TRAPS(0x85, ta 5)
    CHECK_WORD(SEEN_COUNT, 1)
END
