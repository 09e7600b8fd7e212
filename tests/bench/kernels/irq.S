! SPDX-License-Identifier: MIT
! The handler of irq.c; %l1 pc, %l2 npc.  It leaves the condition codes alone.

        .global bench_interrupt
bench_interrupt:                        ! irq_count += 1
        sethi   %hi(irq_count), %l4
        ld      [%l4 + %lo(irq_count)], %l5
        add     %l5, 1, %l5
        st      %l5, [%l4 + %lo(irq_count)]
        jmp     %l1
         rett   %l2
