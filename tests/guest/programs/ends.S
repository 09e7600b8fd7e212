! SPDX-License-Identifier: MIT
!
! The ways a guest can end; which one is a matter of the macro END at compile time.  No trap table.

        .macro  traps_off
        rd      %psr, %l0
        andn    %l0, 0x20, %l0
        wr      %l0, 0, %psr
        nop
        nop
        nop
        .endm

        .macro  finish one source code
        set     \one, %g1
        set     \source, %g2
        set     \code, %g3
        traps_off
        ta      0
         nop
        .endm

        ! A trap table in which each handler traps again.
        .macro  table
        set     trap_again, %l0
        wr      %l0, 0, %tbr
        nop
        nop
        nop
        .endm

        .text
        .global _start, middle, culprit
        .type   _start, #function
        .type   middle, #function
        .type   culprit, #function
_start:
#if defined(END_EXIT)
        finish  1 5 END_EXIT
#elif defined(END_HALT)
        finish  1 0 0
#elif defined(END_FATAL)
        finish  1 3 END_FATAL
#elif defined(END_OTHER)
        finish  7 5 0                   ! %g1 is not 1: nothing that RTEMS does
#elif defined(END_BCC)
        table                           ! as BCC 1.x and GRLIB's libraries: %g2 and %g3 are left over
        set     END_BCC, %g2
        set     -8, %g3
        mov     1, %g1
        ta      0
         nop
#elif defined(END_LEFTOVER)
        table                           ! the same, and what is left over looks like RTEMS's exit(7)
        mov     5, %g2
        ba      1f
         mov    7, %g3
1:      mov     1, %g1
        ta      0
         nop
#elif defined(END_RTEMS)
        table                           ! as sparc_syscall_exit(%o0, %o1) of RTEMS, traps on
        set     END_RTEMS, %o0
        mov     9, %o1
        call    syscall_exit
         nop
syscall_exit:
        mov     1, %g1
        mov     %o0, %g2
        mov     %o1, %g3
        ta      0
         nop
#elif defined(END_UNEXPECTED)
        table                           ! a trap whose handler is `ta 0`, while %g1 happens to be 1
        mov     1, %g1
        ba      1f
         nop
1:      ld      [%g0 + 2], %l6
        nop
#elif defined(END_IDLE)
1:      wr      %g0, 0, %asr19
        b       1b
         nop
#elif defined(END_SPIN)
1:      b       1b
         inc    %g1
#elif defined(END_TRAP_STORM)
        traps_off                       ! each trap in the table is a trap again
        set     storm, %g1
        wr      %g1, 0, %tbr
        wr      %l0, 0x20, %psr
        nop
        nop
        nop
        unimp   0
        .align  4096
storm:
        .rept   256
        jmp     %l1                     ! back to the culprit, for ever
         rett   %l2
        nop
        nop
        .endr
#else
        mov     0x123, %g4
        save    %sp, -96, %sp
        call    middle
         mov    0x55, %o0
        .size   _start, . - _start
middle:
        save    %sp, -96, %sp
        call    culprit
         mov    0x77, %o0
        .size   middle, . - middle
culprit:
        save    %sp, -96, %sp
        traps_off
        set     0x40000002, %l5
culprit_load:
        ld      [%l5 + 4], %l6
        nop
        .size   culprit, . - culprit
#endif

#if defined(END_BCC) || defined(END_LEFTOVER) || defined(END_RTEMS) || defined(END_UNEXPECTED)
        .align  4096
trap_again:
        .rept   256
        ta      0
         nop
        nop
        nop
        .endr
#endif
