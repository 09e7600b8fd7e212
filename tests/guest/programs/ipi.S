! SPDX-License-Identifier: MIT
!
! Interrupts between CPUs, on a board with IRQMP: each CPU counts the interrupts it takes, by level.
!
! CPU 0 starts the others, forces interrupt 14 on each, broadcasts the timer's interrupt 6, lets CPU 1 go on at
! another address, where it goes into error mode, and sees that in the error mode status.
!
!   exit code 0: well; 1: an interrupt was taken twice; 2: the broadcast one is pending; 3: the others' error
!   mode status; a run that does not end: an interrupt was not taken

#define IRQMP     0x80000200
#define PENDING   0x04
#define MPSTAT    0x10
#define BROADCAST 0x14
#define ERRSTAT   0x18
#define MASK      0x40
#define BOOT      0x60
#define FORCE     0x80
#define TIMER     0x80000300
#define IPI       14
#define TICK      6

        .section .text
        .global _start
        .align  4096
table:
        .rept   0x11
        unimp
        unimp
        unimp
        unimp
        .endr
        .set    level, 1
        .rept   15
        rd      %psr, %l0
        rd      %asr17, %l4
        ba      count
        mov     level, %l3
        .set    level, level + 1
        .endr
        .rept   0x100 - 0x20
        unimp
        unimp
        unimp
        unimp
        .endr

count:  srl     %l4, 28, %l4            ! which CPU this is
        sll     %l4, 6, %l4
        sll     %l3, 2, %l3
        add     %l3, %l4, %l4
        set     counts, %l3
        ld      [%l3 + %l4], %l5
        add     %l5, 1, %l5
        st      %l5, [%l3 + %l4]
        jmp     %l1
        rett    %l2

_start: set     table, %g1
        wr      %g1, %tbr
        wr      %g0, 2, %wim
        rd      %asr17, %g7
        srl     %g7, 28, %g7            ! which CPU this is
        set     IRQMP, %g6
        sll     %g7, 2, %g5
        add     %g6, %g5, %g5           ! where its mask is
        set     1 << IPI | 1 << TICK, %g4
        st      %g4, [%g5 + MASK]
        wr      %g0, 0xe0, %psr         ! supervisor, traps, every interrupt
        nop
        nop
        nop
        cmp     %g7, 0
        be      first
        set     ready, %l0
1:      ld      [%l0], %l4
        add     %l4, 1, %l5
        casa    [%l0] 0x0b, %l4, %l5
        cmp     %l4, %l5
        bne     1b
        nop
2:      wr      %g0, %asr19
        nop
        ba,a    2b

first:  ld      [%g6 + MPSTAT], %g5
        srl     %g5, 28, %g5            ! CPUs - 1
        mov     2, %g1
        sll     %g1, %g5, %g1
        sub     %g1, 2, %g4             ! a bit for each of the others
        st      %g4, [%g6 + MPSTAT]
3:      ld      [%l0], %l4
        cmp     %l4, %g5
        bne     3b
        nop

        set     1 << IPI, %l1           ! to all, itself the last
        sll     %g5, 2, %l2
4:      add     %g6, %l2, %l3
        st      %l1, [%l3 + FORCE]
        subcc   %l2, 4, %l2
        bpos    4b
        nop
        call    taken
        mov     IPI * 4, %o0

        set     1 << TICK, %l1
        st      %l1, [%g6 + BROADCAST]
        set     TIMER, %l2
        st      %g0, [%l2 + 0x00]       ! scaler
        st      %g0, [%l2 + 0x04]
        set     50, %l3
        st      %l3, [%l2 + 0x14]
        mov     0xd, %l3                ! load, interrupt, enable; once
        st      %l3, [%l2 + 0x18]
        call    taken
        mov     TICK * 4, %o0
        ld      [%g6 + PENDING], %l3
        and     %l3, %l1, %l3
        tst     %l3
        bne     exit
        mov     2, %g3

        tst     %g5
        be      exit
        clr     %g3
        set     elsewhere + 1, %l1      ! and go on
        st      %l1, [%g6 + BOOT + 4]
5:      ld      [%g6 + ERRSTAT], %l1
        tst     %l1
        be      5b
        nop
        cmp     %l1, 2
        bne     exit
        mov     3, %g3
        set     mark, %l1
        ld      [%l1], %g3              ! 0 if CPU 1 was there
exit:   mov     1, %g1
        mov     5, %g2
        wr      %g0, 0xc0, %psr         ! traps off, so that the next one is error mode
        nop
        nop
        nop
        ta      0
        nop

! Waits until each CPU has taken the interrupt whose counter is at %o0, and sees that it has once.
taken:  set     counts, %o1
        mov     %g5, %o2
1:      ld      [%o1 + %o0], %o3
        tst     %o3
        be      1b
        cmp     %o3, 1
        bne     exit
        mov     1, %g3
        subcc   %o2, 1, %o2
        bpos    1b
        add     %o1, 64, %o1
        retl
        nop

elsewhere:
        set     mark, %l1
        st      %g0, [%l1]
        wr      %g0, 0xc0, %psr
        nop
        nop
        nop
        unimp

        .section .data
        .align  4
counts: .skip   16 * 64
ready:  .word   0
mark:   .word   7
