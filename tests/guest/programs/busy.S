! SPDX-License-Identifier: MIT
!
! All CPUs are busy, each with words of its own: as much work for each, in calls and loops.  CPU 0 waits for the
! others asleep, woken by the last of them.  Exit code 0: all have done theirs; 1: one has not.
!
!   ROUNDS: how much
!   ALONE: the others are left asleep

#define IRQMP  0x80000200
#define MPSTAT 0x10
#ifndef ROUNDS
#define ROUNDS 100000
#endif

        .section .text
        .global _start
_start:
        rd      %asr17, %g7
        srl     %g7, 28, %g7            ! which CPU this is
        set     stacks, %sp
        add     %g7, 1, %g4
        sll     %g4, 12, %g4
        add     %sp, %g4, %sp
        sub     %sp, 96, %sp
        wr      %g0, 2, %wim
        mov     1, %g1
        set     IRQMP, %g6
        ld      [%g6 + MPSTAT], %g5
        srl     %g5, 28, %g5            ! CPUs - 1
#ifdef ALONE
        clr     %g5
#endif
        cmp     %g7, 0
        bne     work
        sll     %g1, %g5, %g1
        sll     %g1, 1, %g1
        sub     %g1, 2, %g4             ! a bit for each of the others
        st      %g4, [%g6 + MPSTAT]
work:   set     ROUNDS, %l7
        set     data, %g4
        sll     %g7, 8, %g3
        add     %g4, %g3, %g4           ! what is this CPU's
1:      call    first
        mov     %g4, %o0
        set     second, %l0
        call    %l0
        mov     %g4, %o0
        subcc   %l7, 1, %l7
        bne     1b
        nop
        set     done, %l0
2:      ld      [%l0], %l4
        add     %l4, 1, %l5
        casa    [%l0] 0x0b, %l4, %l5
        cmp     %l4, %l5
        bne     2b
        cmp     %g7, 0
        be      wait
        cmp     %l4, %g5
        be,a    3f                      ! the last one
        nop
        ba      4f
        nop
3:      mov     1, %l4
        st      %l4, [%g6 + MPSTAT]     ! wakes CPU 0
4:      wr      %g0, %asr19
        nop
        ba,a    4b

wait:   ld      [%l0], %l4
        sub     %l4, 1, %l4
        cmp     %l4, %g5
        be      check
        nop
        wr      %g0, %asr19
        nop
        ba,a    wait
check:  set     data, %l1
        set     8 * ROUNDS, %l2
5:      ld      [%l1 + 8], %l3
        cmp     %l3, %l2
        bne     exit
        mov     1, %g3
        subcc   %g5, 1, %g5
        bpos    5b
        add     %l1, 0x100, %l1
        clr     %g3
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

first:  save    %sp, -96, %sp
        mov     8, %l0
        add     %i0, 8, %l1
1:      ld      [%l1], %l2
        add     %l2, 1, %l2
        st      %l2, [%l1]
        xor     %l2, %l0, %l3
        subcc   %l0, 1, %l0
        bne     1b
        add     %l3, %l2, %l4
        ret
        restore

second: save    %sp, -96, %sp
        mov     4, %l0
        add     %i0, 16, %l1
1:      ldd     [%l1], %l4
        add     %l4, %l0, %l4
        std     %l4, [%l1]
        add     %l1, 8, %l1
        subcc   %l0, 1, %l0
        bne     1b
        sll     %l4, 2, %l3
        ret
        restore

        .section .data
        .align  4096
data:   .skip   16 * 0x100
stacks: .skip   16 * 0x1000
done:   .word   0
