! SPDX-License-Identifier: MIT
!
! The system calls of contexts.c, and the ways into user mode and out of it.
! %l0 psr, %l1 pc, %l2 npc.  Condition codes stay what they are.

        .global bench_trap_1, bench_trap_2, bench_trap_3

bench_trap_1:                           ! call %o0 with argument %o1; its result in %o0
        sll     %i0, 2, %l4
        sethi   %hi(calls), %l5
        or      %l5, %lo(calls), %l5
        ld      [%l5 + %l4], %l6
        jmp     %l6
         nop

        .section .rodata
        .align  4
calls:
        .word   call_switch, call_count, call_current
        .text

call_switch:                            ! into another context; returns the one before
        set     0x200, %l4
        lda     [%l4] 0x19, %i0
        sta     %i1, [%l4] 0x19
        nop
        nop
        nop
        b       return
         nop

call_count:                             ! adds to a number of the system's
        sethi   %hi(contexts_count), %l4
        ld      [%l4 + %lo(contexts_count)], %l5
        add     %l5, %i1, %i0
        st      %i0, [%l4 + %lo(contexts_count)]
        b       return
         nop

call_current:
        set     0x200, %l4
        lda     [%l4] 0x19, %i0
return:
        jmp     %l2
         rett   %l2 + 4

bench_trap_2:                           ! user mode: RETT takes S from PS
        andn    %l0, 0x40, %l0
        wr      %l0, 0, %psr
        nop
        nop
        nop
        jmp     %l2
         rett   %l2 + 4

bench_trap_3:                           ! supervisor mode
        or      %l0, 0x40, %l0
        wr      %l0, 0, %psr
        nop
        nop
        nop
        jmp     %l2
         rett   %l2 + 4
