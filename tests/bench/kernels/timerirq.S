! SPDX-License-Identifier: MIT
!
! Interrupt entry of timerirq.c: into C with traps on and the interrupt level raised, and back.
! %l0 psr, %l1 pc, %l2 npc, %l3 level.  No floating-point registers: the handler uses none.

#define FRAME 96        /* window save area and what a C function may store for its arguments */
#define SAVED 40        /* %g1-%g7, %y */

        .global bench_interrupt
bench_interrupt:
        ! The trap's own window may be the invalid one: then the oldest is stored first.
        rd      %wim, %l4
        srl     %l4, %l0, %l5           ! shifts by CWP
        btst    1, %l5
        be      window_is_free
         rd     %y, %l6
        srl     %l4, 1, %l5
        sll     %l4, 8 - 1, %l4
        or      %l4, %l5, %l4
        mov     %g1, %l7
        mov     %l4, %g1
        save
        wr      %g1, %wim
        nop
        nop
        nop
        std     %l0, [%sp + 0]
        std     %l2, [%sp + 8]
        std     %l4, [%sp + 16]
        std     %l6, [%sp + 24]
        std     %i0, [%sp + 32]
        std     %i2, [%sp + 40]
        std     %i4, [%sp + 48]
        std     %i6, [%sp + 56]
        restore
        mov     %l7, %g1
window_is_free:
        sub     %fp, FRAME + SAVED, %sp
        st      %l6, [%sp + FRAME]
        st      %g1, [%sp + FRAME + 4]
        std     %g2, [%sp + FRAME + 8]
        std     %g4, [%sp + FRAME + 16]
        std     %g6, [%sp + FRAME + 24]

        sll     %l3, 8, %l4             ! traps on, this level and lower ones off
        andn    %l0, 0xf00, %l5
        or      %l5, %l4, %l5
        wr      %l5, 0x20, %psr         ! exclusive or: ET was 0
        nop
        nop
        nop
        call    timerirq_handle
         mov    %l3, %o0
        wr      %l0, 0, %psr            ! traps off, flags and level of before
        nop
        nop
        nop

        ld      [%sp + FRAME], %l6
        wr      %l6, 0, %y
        ld      [%sp + FRAME + 4], %g1
        ldd     [%sp + FRAME + 8], %g2
        ldd     [%sp + FRAME + 16], %g4
        ldd     [%sp + FRAME + 24], %g6

        ! RETT must find the window of the interrupted function.
        rd      %wim, %l3
        srl     %l3, 1, %l4             ! is the window after this one invalid?
        sll     %l3, 8 - 1, %l5
        or      %l4, %l5, %l4
        srl     %l4, %l0, %l4
        btst    1, %l4
        be      return
         sll    %l3, 1, %l4
        srl     %l3, 8 - 1, %l5
        or      %l4, %l5, %l4
        wr      %l4, %wim
        nop
        nop
        nop
        restore
        ldd     [%sp + 0], %l0
        ldd     [%sp + 8], %l2
        ldd     [%sp + 16], %l4
        ldd     [%sp + 24], %l6
        ldd     [%sp + 32], %i0
        ldd     [%sp + 40], %i2
        ldd     [%sp + 48], %i4
        ldd     [%sp + 56], %i6
        save
return:
        wr      %l0, 0, %psr            ! the flags again
        nop
        nop
        nop
        jmp     %l1
         rett   %l2
