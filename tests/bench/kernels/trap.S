! SPDX-License-Identifier: MIT
! The handlers of trap.c; %l0 psr, %l1 pc, %l2 npc.

        .global bench_trap_1, bench_trap_2, bench_trap_3

bench_trap_1:                           ! trap_count += 1
        sethi   %hi(trap_count), %l4
        ld      [%l4 + %lo(trap_count)], %l5
        add     %l5, 1, %l5
        st      %l5, [%l4 + %lo(trap_count)]
        jmp     %l2
         rett   %l2 + 4

bench_trap_2:                           ! %o0 = level, level = 15
        and     %l0, 0xf00, %i0
        or      %l0, 0xf00, %l0
        wr      %l0, 0, %psr
        nop
        nop
        nop
        jmp     %l2
         rett   %l2 + 4

bench_trap_3:                           ! level = %o0
        and     %i0, 0xf00, %l4
        andn    %l0, 0xf00, %l0
        or      %l0, %l4, %l0
        wr      %l0, 0, %psr
        nop
        nop
        nop
        jmp     %l2
         rett   %l2 + 4
