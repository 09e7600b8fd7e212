! rows: RDTBR WRTBR
! SPDX-License-Identifier: MIT
#include "isa.h"
! tt as the last trap left it
#define WRITE_TBR(value, result) \
    CASE; set (value), %o0; SET_ICC(7); wr %o0, %g0, %tbr; nop; nop; nop; rd %tbr, %o2; KEEP_ICC; \
    CHECK_ICC(7); set isa_trap_table, %g5; wr %g5, %g0, %tbr; nop; nop; nop; CHECK(%o2, result)
BEGIN
TRAPS(0x95, ta 0x15)
#ifndef QEMU /* WRTBR writes bits 11:0 (RTL: it does not) */
WRITE_TBR(0xffffffff, 0xfffff950)
WRITE_TBR(0x55555555, 0x55555950)
WRITE_TBR(0xaaaaaaaa, 0xaaaaa950)
TRAPS(0xea, ta 0x6a)
WRITE_TBR(0x00000fff, 0x00000ea0)
CASE
    set 0x12345000, %o0
    set 0x40001fff, %o1
    wr %o0, %o1, %tbr
    nop; nop; nop
    rd %tbr, %o2
    set isa_trap_table, %g5
    wr %g5, %g0, %tbr
    CHECK(%o2, 0x52344ea0)
CASE
    wr %o0, -0x1000, %tbr
    nop; nop; nop
    rd %tbr, %o2
    set isa_trap_table, %g5
    wr %g5, %g0, %tbr
    CHECK(%o2, 0xedcbaea0)
#endif
set 0x12345000, %o0; USER_TRAPS(TT_PRIVILEGED, wr %o0, %g0, %tbr)
set MARK, %o2; USER_TRAPS(TT_PRIVILEGED, rd %tbr, %o2); CHECK(%o2, MARK)
CASE
    rd %tbr, %o2
    CHECK(%o2, 0x40000030)
    rd %tbr, %g0
    CHECK(%g0, 0)
CASE
    set 0x40001000, %o0
    ba,a 1f
     wr %o0, %g0, %tbr
    nop
1:  rd %tbr, %o2
    CHECK(%o2, 0x40000030)
! Traps go where TBA says: a copy of the table whose entry 0x95 says something else.
set isa_trap_table, %o0; set 0x40400000, %o1; set 4096, %o2
1: subcc %o2, 4, %o2; ld [%o0 + %o2], %o3; bne 1b; st %o3, [%o1 + %o2]
ld [%o1 + 0x95c], %o2; inc %o2; st %o2, [%o1 + 0x95c]
HANDLER(isa_skip)
CASE
    ba 1f
     wr %o1, %g0, %tbr
1:  nop; nop; nop
9:  ta 0x15
    CHECK_WORD(SEEN_ENTRY, 0x96)
    CHECK_WORD(SEEN_TBR, 0x40400950)
    CHECK_WORD(SEEN_PC, 9b)
    CHECK_WORD(SEEN_NPC, 9b + 4)
CASE
    set isa_trap_table, %o1
    wr %o1, %g0, %tbr
    nop; nop; nop
9:  ta 0x15
    CHECK_WORD(SEEN_ENTRY, 0x95)
    CHECK_WORD(SEEN_TBR, 0x40000950)
HANDLER(0)
END
