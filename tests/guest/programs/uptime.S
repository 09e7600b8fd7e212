! SPDX-License-Identifier: MIT
!
! The time does not go back from one CPU to another: each reads what another has read before (up-counter and the
! timer's counter, which counts down), and then the same itself.  Exit code 0: never less; 1: it was.

#define IRQMP   0x80000200
#define MPSTAT  0x10
#define TIMER   0x80000300
#define COUNTER 0x10
#define ROUNDS  3000

        .section .text
        .global _start
_start:
        wr      %g0, 2, %wim
        rd      %asr17, %g7
        srl     %g7, 28, %g7
        set     IRQMP, %g6
        set     TIMER, %g5
        cmp     %g7, 0
        bne     begin
        mov     -1, %g1
        st      %g0, [%g5 + 4]          ! scaler: one cycle a tick
        st      %g1, [%g5 + COUNTER + 4]
        mov     5, %g1
        st      %g1, [%g5 + COUNTER + 8] ! load, enable
        set     0xfffe, %g1
        st      %g1, [%g6 + MPSTAT]     ! the others go
begin:  set     ROUNDS, %l7
        set     last, %g4
loop:   ld      [%g4], %l0
        rd      %asr23, %l1
        subcc   %l1, %l0, %l2           ! modulo 2^32
        bneg    fail
        nop
        st      %l1, [%g4]
        ld      [%g4 + 4], %l0          ! 0: nobody has read it yet
        ld      [%g5 + COUNTER], %l1
        cmp     %l0, 0
        be      1f
        subcc   %l0, %l1, %l2
        bneg    fail
        nop
1:      st      %l1, [%g4 + 4]
        subcc   %l7, 1, %l7
        bne     loop
        nop
        cmp     %g7, 0
        be      exit
        clr     %g3
2:      wr      %g0, %asr19
        nop
        ba,a    2b
fail:   mov     1, %g3
exit:   mov     1, %g1
        mov     5, %g2
        rd      %psr, %l4
        andn    %l4, 0x20, %l4          ! traps off, so that the next one is error mode
        wr      %l4, %psr
        nop
        nop
        nop
        ta      0
        nop

        .section .data
        .align  8
last:   .word   0, 0
