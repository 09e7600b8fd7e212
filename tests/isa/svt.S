! rows: WRASR RDASR
! qemu: has no single-vector trapping
! SPDX-License-Identifier: MIT
! Single-vector trapping: all traps go to the trap table's first entry; TBR.tt has the trap's type.
#include "isa.h"
BEGIN
! A copy of the table whose entry 0 is like the others.
set isa_trap_table, %o0; set 0x40400000, %o1; set 4096, %o2
1: subcc %o2, 4, %o2; ld [%o0 + %o2], %o3; bne 1b; st %o3, [%o1 + %o2]
ld [%o0 + 0x10], %o3; st %o3, [%o1]; ld [%o0 + 0x14], %o3; st %o3, [%o1 + 4]
    ld [%o0 + 0x18], %o3
    st %o3, [%o1 + 8]
    ld [%o0 + 0x1c], %o3
    dec %o3
    st %o3, [%o1 + 12]
HANDLER(isa_skip)
wr %o1, %g0, %tbr
    set 0x2000, %o2
    wr %o2, %g0, %asr17
    nop; nop; nop
CASE; ta 5; CHECK_WORD(SEEN_ENTRY, 0); CHECK_WORD(SEEN_TBR, 0x40400850)
CASE; unimp 0; CHECK_WORD(SEEN_ENTRY, 0); CHECK_WORD(SEEN_TBR, 0x40400020)
CASE
    ba 1f
     ta 6
1:  CHECK_WORD(SEEN_ENTRY, 0)
    CHECK_WORD(SEEN_TBR, 0x40400860)
wr %g0, %g0, %asr17; nop; nop; nop
CASE; ta 7; CHECK_WORD(SEEN_ENTRY, 0x87); CHECK_WORD(SEEN_TBR, 0x40400870)
END
