! SPDX-License-Identifier: MIT
!
! CPU 0 of two goes into error mode.  What the other one does meanwhile, and what could wake it, is a matter of
! a macro: the run must go on exactly if something can.
!
!   (none)        CPU 1 was never started
!   DEAD_TICK     the same, and a timer interrupts CPU 0 for ever
!   DEAD_LATER    CPU 1 sleeps some time after CPU 0 failed; its mask has an interrupt that nobody raises
!   DEAD_MASKED   CPU 1 sleeps with the timer in its mask, and PIL above
!   DEAD_TRAPS    CPU 1 sleeps with the timer in its mask, and traps disabled
!   LIVE_TIMER    CPU 1 sleeps with the timer in its mask: it is woken and ends the run with code 9
!   LIVE_INPUT    CPU 1 sleeps with the console in its mask: the same, by input
!   LIVE_BUSY     CPU 1 computes, and ends the run with code 9
!   LIVE_WATCHDOG a PROM; the last timer is a watchdog; code 9 after the reset

#define IRQMP  0x80000200
#define TIMER  0x80000300
#define UART   0x80000100
#define MPSTAT 0x10
#define MASK0  0x40
#define MASK1  0x44
#define TIMER_IRQ 6
#define UART_IRQ  3

        .macro  psr value
        wr      %g0, \value, %psr
        nop
        nop
        nop
        .endm

        .text
        .global _start
_start:
        set     IRQMP, %g6
        set     TIMER, %g5
        set     UART, %g4
#ifdef LIVE_WATCHDOG
        set     0x40001000, %l1         ! RAM outlives the reset
        ld      [%l1], %l0
        cmp     %l0, 1
        be      finish
         mov    1, %l0
        st      %l0, [%l1]
        ba      fail
         nop
#endif
        rd      %asr17, %l0
        srl     %l0, 28, %l0
        cmp     %l0, 0
        bne     other
         nop
#if defined(DEAD_TICK) || defined(LIVE_TIMER) || defined(DEAD_MASKED) || defined(DEAD_TRAPS)
        set     200, %l0
        st      %l0, [%g5 + 0x14]
        mov     0xf, %l0                ! enable, restart, load, interrupt
        st      %l0, [%g5 + 0x18]
#endif
#ifdef DEAD_TICK
        mov     1 << TIMER_IRQ, %l0
        st      %l0, [%g6 + MASK0]
#elif defined(DEAD_LATER) || defined(DEAD_MASKED) || defined(DEAD_TRAPS) || defined(LIVE_TIMER) || \
      defined(LIVE_INPUT) || defined(LIVE_BUSY)
        mov     2, %l0
        st      %l0, [%g6 + MPSTAT]     ! CPU 1 goes
        set     2000, %l0
1:      subcc   %l0, 1, %l0
        bne     1b
         nop
#endif
fail:
        psr     0xfc0
        ld      [%g0 + 2], %l1
        nop

other:
        set     table, %l0
        wr      %l0, 0, %tbr
        wr      %g0, 2, %wim
        nop
        nop
        nop
#ifdef DEAD_LATER
        set     20000, %l0              ! CPU 0 has failed long before
1:      subcc   %l0, 1, %l0
        bne     1b
         nop
        set     0x4000, %l0             ! interrupt 14 between CPUs
        st      %l0, [%g6 + MASK1]
        psr     0x0e0
#elif defined(DEAD_MASKED)
        mov     1 << TIMER_IRQ, %l0
        st      %l0, [%g6 + MASK1]
        psr     0x6e0
#elif defined(DEAD_TRAPS)
        mov     1 << TIMER_IRQ, %l0
        st      %l0, [%g6 + MASK1]
        psr     0x0c0
#elif defined(LIVE_TIMER)
        mov     1 << TIMER_IRQ, %l0
        st      %l0, [%g6 + MASK1]
        psr     0x0e0
#elif defined(LIVE_INPUT)
        mov     1 << UART_IRQ, %l0
        st      %l0, [%g6 + MASK1]
        mov     7, %l0                  ! receiver, transmitter, receive interrupt
        st      %l0, [%g4 + 8]
        psr     0x0e0
#elif defined(LIVE_BUSY)
        set     20000, %l0
1:      subcc   %l0, 1, %l0
        bne     1b
         nop
        ba      finish
         nop
#endif
2:      wr      %g0, 0, %asr19
        ba      2b
         nop

finish:
        psr     0xfc0
        mov     1, %g1
        mov     5, %g2
        mov     9, %g3
        ta      0
         nop

        .align  4096
table:
        .rept   256
        ba      finish
         nop
        nop
        nop
        .endr
