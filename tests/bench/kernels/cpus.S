! SPDX-License-Identifier: MIT
!
! Where start.S sends all processors but the first, with its number in %g1: each gets a stack, does its work, and
! sleeps.  None of them comes to a window trap: cpus_work() goes two calls deep.

        .section .text
        .global cpus_start_other
cpus_start_other:
        wr      %g0, 2, %wim               ! a window that they do not come to
        set     _start, %g2
        wr      %g2, %tbr
        set     0x1fe0, %g2             ! FPU, interrupt level 15, traps on, window 0
        wr      %g2, 0, %psr
        nop
        nop
        nop
        set     cpus_stacks, %sp
        sll     %g1, 12, %g2
        add     %sp, %g2, %sp           ! that of processor 1 ends a page above the first
        sub     %sp, 96, %sp
        call    cpus_work
         mov    %g1, %o0
sleep:  wr      %g0, %asr19
        nop
        b       sleep
         nop

        .section .bss
        .align  4096
cpus_stacks:
        .skip   16 * 4096
