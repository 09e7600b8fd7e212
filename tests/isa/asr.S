! rows: RDY WRY RDASR WRASR STBAR
! SPDX-License-Identifier: MIT
! Y and the ancillary state registers of the default board.
#include "isa.h"
#define RD_ASR(number, reg) .word 0x81400000 | (reg) << 25 | (number) << 14
#define WR_ASR(number) .word 0x81800000 | (number) << 25 | 8 << 14
#define O2 10
#define READS_Y(number)                               \
    CASE;                                             \
    set MARK, %g5;                                    \
    wr %g5, %g0, %y;                                  \
    clr %o2;                                          \
    clr %g1;                                          \
    nop;                                              \
    SET_ICC(5);                                       \
    RD_ASR(number, O2);                               \
    KEEP_ICC;                                         \
    CHECK(%o2, MARK);                                 \
    CHECK_ICC(5);                                     \
    clr %o2;                                          \
    USER_RUNS(RD_ASR(number, O2); RD_ASR(number, 1)); \
    CHECK(%o2, MARK);                                 \
    CHECK(%g1, MARK)
#define NOT_Y(number) \
    CASE;             \
    set MARK, %g5;    \
    wr %g5, %g0, %y;  \
    set 0x1234, %o0;  \
    WR_ASR(number);   \
    nop; nop; nop;    \
    rd %y, %o2;       \
    CHECK(%o2, MARK)
#define USER_WRITES(number) NOT_Y(number); USER_RUNS(WR_ASR(number))
#define PRIVILEGED(number) USER_TRAPS(TT_PRIVILEGED, WR_ASR(number)); TRAPS_IN_SLOT_USER(WR_ASR(number))
#define TRAPS_IN_SLOT_USER(...)           \
    CASE;                                 \
    EXPECT(TT_PRIVILEGED, 1f, 3f, 2f, 0); \
    ENTER_USER;                           \
    ba 3f;                                \
1:   __VA_ARGS__;                         \
    ba isa_fail;                          \
     nop;                                 \
3:  ba isa_fail;                          \
     nop;                                 \
2:  nop
BEGIN
! Y: xor, %g0, user mode, delay slot.
CASE
    set MARK, %o0
    set MARK2, %o1
    SET_ICC(11)
    wr %o0, %o1, %y
    nop; nop; nop
    rd %y, %o2
    KEEP_ICC
    CHECK(%o2, MARK ^ MARK2)
    CHECK_ICC(11)
CASE
    wr %o0, 0xfff, %y
    nop; nop; nop
    rd %y, %o2
    CHECK(%o2, MARK ^ 0xfff)
CASE
    wr %o0, -0x1000, %y
    nop; nop; nop
    rd %y, %o2
    CHECK(%o2, MARK ^ -0x1000)
CASE; rd %y, %g0; CHECK(%g0, 0)
USER_RUNS(wr %o1, %g0, %y; nop; nop; nop; rd %y, %o2)
CHECK(%o2, MARK2)
CASE
    ba 1f
     wr %o0, %g0, %y
    ba isa_fail
     nop
1:  nop; nop; nop
    ba 1f
     rd %y, %o2
    ba isa_fail
     nop
1:  CHECK(%o2, MARK)
CASE
    ba,a 1f
     wr %o1, %g0, %y
    nop
1:  nop; nop; nop
    set 5, %o2
    ba,a 1f
     rd %y, %o2
    nop
1:  CHECK(%o2, 5)
    rd %y, %o2
    CHECK(%o2, MARK)
! STBAR is RDASR of 15 into %g0; into another register it reads.
CASE
    SET_ICC(9)
    stbar
    KEEP_ICC
    CHECK_ICC(9)
    CHECK(%g0, 0)
CASE
    ba 1f
     stbar
    ba isa_fail
     nop
1:  USER_RUNS(stbar)
! Numbers without a register read Y (iu3.vhd, misc_op), and writing them does nothing.
READS_Y(1)
READS_Y(14)
READS_Y(15)
READS_Y(16)
READS_Y(18)
READS_Y(20)
USER_WRITES(1)
USER_WRITES(14)
USER_WRITES(15)
NOT_Y(16)
USER_WRITES(18)
NOT_Y(20)
! %asr16 and up are privileged to write, but for %asr18.
#ifndef QEMU /* lets user mode write them, but for %asr19, and has none to read but %asr17 */
PRIVILEGED(16)
PRIVILEGED(17)
PRIVILEGED(19)
PRIVILEGED(20)
PRIVILEGED(21)
PRIVILEGED(22)
PRIVILEGED(23)
PRIVILEGED(24)
PRIVILEGED(25)
PRIVILEGED(26)
PRIVILEGED(27)
PRIVILEGED(28)
PRIVILEGED(29)
PRIVILEGED(30)
PRIVILEGED(31)
ANNULLED(WR_ASR(19))
! %asr17: CASA, FPU 1, V8, 4 watchpoints, 8 windows; DWT and SVT can be written.
CASE
    SET_ICC(3)
    rd %asr17, %o2
    KEEP_ICC
    CHECK(%o2, 0x04000587)
    CHECK_ICC(3)
CASE; RD_ASR(19, O2); CHECK(%o2, 0x04000587)
CASE; RD_ASR(21, O2); CHECK(%o2, 0x04000587)
CASE
    mov -1, %o0
    wr %o0, %g0, %asr17
    nop; nop; nop
    rd %asr17, %o2
    CHECK(%o2, 0x04006587)
CASE
    set 0x4000, %o0
    wr %o0, %g0, %asr17
    nop; nop; nop
    rd %asr17, %o2
    CHECK(%o2, 0x04004587)
CASE
    set 0x6fff, %o0
    wr %o0, -1, %asr17
    nop; nop; nop
    rd %asr17, %o2
    CHECK(%o2, 0x04000587)
CASE; wr %g0, %g0, %asr17; USER_RUNS(rd %asr17, %o2); CHECK(%o2, 0x04000587)
CASE
    ba 1f
     rd %asr17, %o2
    ba isa_fail
     nop
1:  CHECK(%o2, 0x04000587)
    rd %asr17, %g0
    CHECK(%g0, 0)
! The up-counter: disabled at reset, %asr22 has only that bit to write; it counts and user mode reads it.
CASE; rd %asr22, %o2; srl %o2, 31, %o2; CHECK(%o2, 1)
CASE
    wr %g0, %g0, %asr22
    nop; nop; nop
    rd %asr22, %o2
    CHECK(%o2, 0)
CASE
    rd %asr23, %o2
    nop; nop; nop
    rd %asr23, %o3
    cmp %o3, %o2
    bleu isa_fail
     nop
USER_RUNS(rd %asr23, %o2; rd %asr22, %o3)
CHECK(%o3, 0)
CASE
    mov -1, %o0
    wr %o0, %g0, %asr23
    mov -1, %o0
    wr %o0, %g0, %asr22
    nop; nop; nop
    rd %asr22, %o2
    CHECK(%o2, 0x80000000)
! Watchpoint registers: bit 1 of the address registers is not there.
#define WATCH_REGISTER(number, value, back) \
    CASE;                                   \
    set value, %o0;                         \
    WR_ASR(number);                         \
    nop; nop; nop;                          \
    RD_ASR(number, O2);                     \
    mov 0, %o0;                             \
    WR_ASR(number);                         \
    nop; nop; nop;                          \
    RD_ASR(number, 11);                     \
    CHECK(%o2, back);                       \
    CHECK(%o3, 0)
WATCH_REGISTER(24, 0xfffffffe, 0xfffffffc)
WATCH_REGISTER(26, 0xfffffffe, 0xfffffffc)
WATCH_REGISTER(28, 0xfffffffe, 0xfffffffc)
WATCH_REGISTER(30, 0xfffffffe, 0xfffffffc)
WATCH_REGISTER(25, 0xfffffffc, 0xfffffffc)
WATCH_REGISTER(27, 0x55555556, 0x55555556)
WATCH_REGISTER(29, 0x55555555, 0x55555555)
WATCH_REGISTER(31, 0xaaaaaaaa, 0xaaaaaaaa)
! With IF it must not match anything here.
CASE
    mov -4, %o0
    wr %o0, %g0, %asr25
    wr %o0, %g0, %asr31
    set 0x55555555, %o0
    wr %o0, %g0, %asr24
    set 0xaaaaaaa9, %o0
    wr %o0, %g0, %asr30
    nop; nop; nop
    rd %asr24, %o2
    rd %asr30, %o3
    wr %g0, %g0, %asr24
    wr %g0, %g0, %asr30
    wr %g0, %g0, %asr25
    wr %g0, %g0, %asr31
    CHECK(%o2, 0x55555555)
    CHECK(%o3, 0xaaaaaaa9)
#endif
END
