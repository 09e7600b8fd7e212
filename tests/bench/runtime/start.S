! SPDX-License-Identifier: MIT
!
! Start of a guest kernel: trap table, window overflow and underflow, and the way out.
!
! Handled here: traps 5 and 6, and `ta 0` for the end as RTEMS does it.  A kernel may define
! bench_interrupt (%l0 psr, %l1 pc, %l2 npc, %l3 level) and bench_trap_1 to bench_trap_3 for
! `ta 1` to `ta 3`.  Any other trap ends the run: a line with its number, then RTEMS's "fatal",
! whose source is 9.
!
! There is no clearing of .bss: ELF loaders do that, and the run of `empty` measures them.

#include "window.inc"

        .section .text.start, "ax"
        .global _start

        .macro  trap handler
        rd      %psr, %l0
        b       \handler
         nop
        nop
        .endm

_start:
        b       start                   ! 0x00 reset
         nop
        nop
        nop
        .rept   4
        trap    unexpected              ! 0x01 to 0x04
        .endr
        trap    window_overflow         ! 0x05
        trap    window_underflow        ! 0x06
        .rept   0x11 - 7
        trap    unexpected
        .endr
        .set    level, 1
        .rept   15                      ! 0x11 to 0x1f
        rd      %psr, %l0
        b       bench_interrupt
         mov    level, %l3
        nop
        .set    level, level + 1
        .endr
        .rept   0x80 - 0x20
        trap    unexpected
        .endr
        trap    end                     ! 0x80
        trap    bench_trap_1
        trap    bench_trap_2
        trap    bench_trap_3
        .rept   0x100 - 0x84
        trap    unexpected
        .endr

        .weak   bench_interrupt, bench_trap_1, bench_trap_2, bench_trap_3
bench_interrupt:
bench_trap_1:
bench_trap_2:
bench_trap_3:
unexpected:
        rd      %tbr, %l0
        srl     %l0, 4, %l0
        and     %l0, 0xff, %l0
        mov     %l1, %l5
        wr      %g0, %wim
        set     0x10c0, %l4             ! FPU, supervisor, window 0, traps off
        mov     %l0, %g4
        mov     %l5, %g5
        wr      %l4, 0, %psr
        nop
        nop
        nop
        set     __stack, %sp
        mov     %g4, %o0
        call    bench_print_trap
         mov    %g5, %o1
        mov     %g4, %g3
        mov     9, %g2
        mov     1, %g1
end:
        ta      0                       ! traps are off: error mode
        b       end
         nop

start:
#ifdef CPUS
        rd      %asr17, %g1
        srl     %g1, 28, %g1
        cmp     %g1, 0
        bne     cpus_start_other        ! kernels/cpus.S
         nop
#endif
        wr      %g0, %wim
        set     _start, %g1
        wr      %g1, %tbr
        set     0x1fe0, %g1             ! FPU, interrupt level 15, traps on, window 0
        wr      %g1, 0, %psr
        nop
        nop
        nop
        mov     2, %g1                  ! window 1 is the one that overflows
        wr      %g1, %wim
        nop
        nop
        nop
        set     __stack, %sp
        call    bench_main
         mov    %g0, %fp
        mov     %o0, %g3
        mov     5, %g2
        mov     1, %g1
        ta      0                       ! comes back to `end` with traps off
         nop

! SAVE met the invalid window: store the oldest one, and move the mark on.  In a trap window only
! the locals are free.
window_overflow:
        rd      %wim, %l3
        mov     %g1, %l7
        srl     %l3, 1, %g1
        sll     %l3, 8 - 1, %l4
        or      %l4, %g1, %g1
        save                            ! into the window to be stored
        wr      %g1, %wim
        nop
        nop
        nop
        store_window
        restore
        mov     %l7, %g1
        jmp     %l1
         rett   %l2

! RESTORE met the invalid window: load it from its stack.
window_underflow:
        rd      %wim, %l3
        sll     %l3, 1, %l4
        srl     %l3, 8 - 1, %l5
        or      %l5, %l4, %l5
        wr      %l5, %wim
        nop
        nop
        nop
        restore                         ! the window of the RESTORE ...
        restore                         ! ... and the one it wants
        load_window
        save
        save
        jmp     %l1
         rett   %l2
