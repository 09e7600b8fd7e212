! SPDX-License-Identifier: MIT
!
! Several CPUs: CPU 0 wakes the others through IRQMP, all of them count together under a lock (LDSTUB)
! and without (CASA), then CPU 0 checks the sums and that the others are powered down again.
!
!   exit code 0: well; 1: sum under the lock; 2: sum of CASA; 3: the others do not power down
!   SMP_FAILS: CPU 1 goes into error mode at once; the others do without it
!   SMP_OTHER_EXITS: CPU 1 ends the run with code 9

#define IRQMP  0x80000200
#define MPSTAT 0x10
#define ROUNDS 1000

        .section .text
        .global _start
_start:
        rd      %asr17, %g7
        srl     %g7, 28, %g7            ! which CPU this is
        cmp     %g7, 0
        bne     other
        set     IRQMP, %g6
        ld      [%g6 + MPSTAT], %g5
        srl     %g5, 28, %g5            ! CPUs - 1
        add     %g5, 1, %g5
        mov     1, %g1
        sll     %g1, %g5, %g1
        sub     %g1, 2, %g4             ! a bit for each of the others
        st      %g4, [%g6 + MPSTAT]
#ifdef SMP_FAILS
        sub     %g5, 1, %g5             ! CPU 1 will not count
#endif
        ba,a    count
other:
        cmp     %g7, 1
        bne     count
        nop
#ifdef SMP_FAILS
        clr     %g1
        ta      0
        nop
#endif
#ifdef SMP_OTHER_EXITS
        mov     9, %g3
        ba,a    exit
#endif

count:
        set     lock, %l0
        set     under_lock, %l1
        set     by_casa, %l2
        set     ROUNDS, %l3
1:      ldstub  [%l0], %l4
        tst     %l4
        bne     1b
        ld      [%l1], %l4
        add     %l4, 1, %l4
        st      %l4, [%l1]
        stb     %g0, [%l0]
2:      ld      [%l2], %l4
        add     %l4, 1, %l5
        casa    [%l2] 0x0b, %l4, %l5
        cmp     %l4, %l5
        bne     2b
        nop
        subcc   %l3, 1, %l3
        bne     1b
        nop
        set     done, %l0
3:      ld      [%l0], %l4
        add     %l4, 1, %l5
        casa    [%l0] 0x0b, %l4, %l5
        cmp     %l4, %l5
        bne     3b
        cmp     %g7, 0
        be      check
        nop
4:      wr      %g0, %asr19
        ba,a    4b

check:
        set     done, %l0
5:      ld      [%l0], %l4
        cmp     %l4, %g5
        bne     5b
        set     ROUNDS, %l3
        smul    %l3, %g5, %l3
        ld      [%l1], %l4
        cmp     %l4, %l3
        bne     exit
        mov     1, %g3
        ld      [%l2], %l4
        cmp     %l4, %l3
        bne     exit
        mov     2, %g3
#ifdef SMP_FAILS
        andn    %g4, 2, %g4             ! error mode is not power-down
#endif
        set     100000, %l3
6:      ld      [%g6 + MPSTAT], %l4
        set     0xffff, %l5
        and     %l4, %l5, %l4
        cmp     %l4, %g4
        be      exit
        clr     %g3
        subcc   %l3, 1, %l3
        bne     6b
        nop
        mov     3, %g3
exit:
        mov     1, %g1
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
        .align  4
under_lock:
        .word   0
by_casa:
        .word   0
done:
        .word   0
lock:
        .byte   0
        .align  4
