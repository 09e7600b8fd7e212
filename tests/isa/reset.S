! rows: RDPSR RDWIM RDTBR RDY RDASR LDA
! options: --bios
! qemu: starts an image at its entry
! SPDX-License-Identifier: MIT
! The state after reset, which --bios leaves as it is: leon3v3/iu3.vhd (special_register_res and RRES),
! srmmu, and the reset values of GPTIMER, APBUART and IRQMP.
#include "isa.h"
#define FOUND(n) (found + 4 * (n))
#define KEEP(n) set FOUND(n), %g2; st %g1, [%g2]
! Execution begins at 0, traps disabled; nothing but registers tells it from the state at entry of an image.
    .section .reset, "ax"
    rd %psr, %g1; KEEP(0)
    rd %wim, %g1; KEEP(1)
    rd %tbr, %g1; KEEP(2)
    rd %y, %g1; KEEP(3)
    rd %asr17, %g1; KEEP(4)
    rd %asr22, %g1; KEEP(5)
    lda [%g0] 2, %g1; KEEP(6)
    lda [%g0] 0x19, %g1; KEEP(7)
    set 0x100, %g1; lda [%g1] 0x19, %g1; KEEP(8)
    set 0x200, %g1; lda [%g1] 0x19, %g1; KEEP(9)
    set 0x80000108, %g1; ld [%g1], %g1; KEEP(10)
    set 0x80000304, %g1; ld [%g1], %g1; KEEP(11)
    set 0x80000318, %g1; ld [%g1], %g1; KEEP(12)
    set 0x80000240, %g1; ld [%g1], %g1; KEEP(13)
    rd %asr25, %g1; KEEP(14)
    rd %asr27, %g1; KEEP(15)
    rd %asr24, %g1; and %g1, 1, %g1; KEEP(16)
    call . + 8; nop; mov %o7, %g1; KEEP(17)
    set isa_trap_table, %g1; jmp %g1; nop
    .section .bss
    .align 8
found: .skip 80
BEGIN
CASE; CHECK_WORD(FOUND(0), 0xf30000c0) ! impl 15, version 3, S, PS; neither ET nor EF; window 0
CASE; CHECK_WORD(FOUND(1), 0)
CASE; CHECK_WORD(FOUND(2), 0)
CASE; CHECK_WORD(FOUND(3), 0)
CASE; CHECK_WORD(FOUND(4), 0x04000587) ! neither DWT nor SVT
CASE; CHECK_WORD(FOUND(5), 0x80000000) ! up-counter disabled
CASE; CHECK_WORD(FOUND(6), 0) ! caches off, no snooping
! The MMU: off. What is not E, NF, PSO, TD is its configuration.
CASE
    set FOUND(7), %g6
    ld [%g6], %g6
    set 0x8083, %g5
    and %g6, %g5, %g6
    CHECK(%g6, 0)
CASE; CHECK_WORD(FOUND(8), 0)
CASE; CHECK_WORD(FOUND(9), 0)
! UART: neither receiver, transmitter nor interrupts.
CASE
    set FOUND(10), %g6
    ld [%g6], %g6
    set 0x7fff, %g5
    and %g6, %g5, %g6
    CHECK(%g6, 0)
! Timers: scaler of all ones, timer 1 stands.
CASE; CHECK_WORD(FOUND(11), 0xffff)
CASE
    set FOUND(12), %g6
    ld [%g6], %g6
    and %g6, 9, %g6
    CHECK(%g6, 0)
CASE; CHECK_WORD(FOUND(13), 0) ! all interrupts masked
! Watchpoints match nothing.
CASE
    set FOUND(14), %g6
    ld [%g6], %g6
    and %g6, 3, %g6
    CHECK(%g6, 0)
CASE
    set FOUND(15), %g6
    ld [%g6], %g6
    and %g6, 3, %g6
    CHECK(%g6, 0)
CASE; CHECK_WORD(FOUND(16), 0)
! It has begun at 0: the call knows where it is.
CASE
    set FOUND(17), %g6
    ld [%g6], %g6
    srl %g6, 12, %g6
    CHECK(%g6, 0)
END
