! SPDX-License-Identifier: MIT
!
! Switching of tasks.c: from one stack and set of register windows to another.

#include "trap_frame.inc"

        ! struct context
        .set    CONTEXT_SP, 0
        .set    CONTEXT_PC, 4           ! of the call of tasks_switch
        .set    CONTEXT_PSR, 8
        .set    CONTEXT_HAS_FP, 12
        .set    CONTEXT_FSR, 16
        .set    CONTEXT_FP, 24          ! 32 registers

        ! `ta 1`: whatever the task is doing, others run first.
        .global bench_trap_1
bench_trap_1:
        trap_frame_push
        wr      %l0, 0x20, %psr         ! traps on; exclusive or: ET was 0
        nop
        nop
        nop
        call    tasks_reschedule
         nop
        wr      %l0, 0, %psr            ! traps off
        nop
        nop
        nop
        trap_frame_pop
        jmp     %l2
         rett   %l2 + 4

        ! void tasks_switch(struct context *from, struct context *to)
        ! Every window goes to its stack.  Of the other task only the last one is loaded, and the one before
        ! it is marked invalid, so that RESTORE traps.
        .global tasks_switch
tasks_switch:
        rd      %psr, %g1
        st      %sp, [%o0 + CONTEXT_SP]
        st      %o7, [%o0 + CONTEXT_PC]
        st      %g1, [%o0 + CONTEXT_PSR]
        store_window
        ld      [%o0 + CONTEXT_HAS_FP], %g2
        tst     %g2
        be      traps_off
         mov    %o1, %g4
        st      %fsr, [%o0 + CONTEXT_FSR]
        std     %f0, [%o0 + CONTEXT_FP + 0]
        std     %f2, [%o0 + CONTEXT_FP + 8]
        std     %f4, [%o0 + CONTEXT_FP + 16]
        std     %f6, [%o0 + CONTEXT_FP + 24]
        std     %f8, [%o0 + CONTEXT_FP + 32]
        std     %f10, [%o0 + CONTEXT_FP + 40]
        std     %f12, [%o0 + CONTEXT_FP + 48]
        std     %f14, [%o0 + CONTEXT_FP + 56]
        std     %f16, [%o0 + CONTEXT_FP + 64]
        std     %f18, [%o0 + CONTEXT_FP + 72]
        std     %f20, [%o0 + CONTEXT_FP + 80]
        std     %f22, [%o0 + CONTEXT_FP + 88]
        std     %f24, [%o0 + CONTEXT_FP + 96]
        std     %f26, [%o0 + CONTEXT_FP + 104]
        std     %f28, [%o0 + CONTEXT_FP + 112]
        std     %f30, [%o0 + CONTEXT_FP + 120]
traps_off:
        andn    %g1, 0x20, %g2
        wr      %g2, 0, %psr
        nop
        nop
        nop
        rd      %wim, %g3
        mov     1, %g2
        sll     %g2, %g1, %g2           ! this window's bit: shifts by CWP
next_window:
        sll     %g2, 1, %g5
        srl     %g2, 8 - 1, %g2
        or      %g2, %g5, %g2
        and     %g2, 0xff, %g2
        btst    %g2, %g3
        bne     load_task
         nop
        restore
        store_window
        b       next_window
         nop

load_task:
        ld      [%g4 + CONTEXT_PSR], %g1
        andn    %g1, 0x20, %g2
        mov     2, %g3
        sll     %g3, %g1, %g3           ! the bit of the window before its last one
        srl     %g3, 8, %g5
        or      %g3, %g5, %g3
        and     %g3, 0xff, %g3
        wr      %g2, 0, %psr            ! into its last window
        wr      %g3, 0, %wim
        nop
        nop
        nop
        ld      [%g4 + CONTEXT_SP], %sp
        ld      [%g4 + CONTEXT_PC], %o7
        load_window
        ld      [%g4 + CONTEXT_HAS_FP], %g2
        tst     %g2
        be      traps_on
         nop
        ld      [%g4 + CONTEXT_FSR], %fsr
        ldd     [%g4 + CONTEXT_FP + 0], %f0
        ldd     [%g4 + CONTEXT_FP + 8], %f2
        ldd     [%g4 + CONTEXT_FP + 16], %f4
        ldd     [%g4 + CONTEXT_FP + 24], %f6
        ldd     [%g4 + CONTEXT_FP + 32], %f8
        ldd     [%g4 + CONTEXT_FP + 40], %f10
        ldd     [%g4 + CONTEXT_FP + 48], %f12
        ldd     [%g4 + CONTEXT_FP + 56], %f14
        ldd     [%g4 + CONTEXT_FP + 64], %f16
        ldd     [%g4 + CONTEXT_FP + 72], %f18
        ldd     [%g4 + CONTEXT_FP + 80], %f20
        ldd     [%g4 + CONTEXT_FP + 88], %f22
        ldd     [%g4 + CONTEXT_FP + 96], %f24
        ldd     [%g4 + CONTEXT_FP + 104], %f26
        ldd     [%g4 + CONTEXT_FP + 112], %f28
        ldd     [%g4 + CONTEXT_FP + 120], %f30
traps_on:
        wr      %g1, 0, %psr
        nop
        nop
        nop
        retl
         nop
