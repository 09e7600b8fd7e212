! SPDX-License-Identifier: MIT
!
! Interrupt entry of timerirq.c: into C with traps on and the interrupt level raised, and back.
! %l0 psr, %l1 pc, %l2 npc, %l3 level.  No floating-point registers: the handler uses none.

#include "trap_frame.inc"

        .global bench_interrupt
bench_interrupt:
        trap_frame_push
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
        trap_frame_pop
        jmp     %l1
         rett   %l2
