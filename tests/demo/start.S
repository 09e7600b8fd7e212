! SPDX-License-Identifier: MIT
!
! Startup of the demo firmware: trap table, register windows, stack, and the way out.
!
! Only window overflow and underflow are handled.  Any other trap ends the run as RTEMS ends it
! after an exception: a fatal error of source 9 whose code is the trap type.

        .section .text.start, "ax"
        .global _start

        .macro  trap handler
        b       \handler
         nop
        nop
        nop
        .endm

        ! The emulator starts at the entry point; the trap table must be aligned to 4096.
_start:
        trap    start                   ! 0x00 reset
        .rept   4
        trap    unexpected              ! 0x01 to 0x04
        .endr
        trap    window_overflow         ! 0x05
        trap    window_underflow        ! 0x06
        .rept   256 - 7
        trap    unexpected
        .endr

unexpected:
        mov     %tbr, %l0
        srl     %l0, 4, %l0
        and     %l0, 0xff, %g3
        mov     9, %g2
        mov     1, %g1
        ta      0                       ! traps are disabled here: error mode
         nop

start:
        mov     %g0, %wim
        set     _start, %g1
        mov     %g1, %tbr
        set     0x10e0, %g1             ! FPU on, supervisor, traps on, window 0
        mov     %g1, %psr
        mov     2, %g1
        mov     %g1, %wim               ! window 1 is the one that overflows
        nop
        nop
        nop
        sub     %sp, 96, %sp
        set     __bss_start, %g1
        set     __bss_end, %g2
1:      cmp     %g1, %g2
        bgeu    2f
         nop
        st      %g0, [%g1]
        b       1b
         add    %g1, 4, %g1
2:      call    main
         nop

        ! exit(%o0) as RTEMS does it: %g1 = 1, %g2 = 5 (exit), %g3 = code, and a trap that finds
        ! traps disabled.
        mov     1, %g1
        mov     5, %g2
        mov     %o0, %g3
        mov     %psr, %l0
        andn    %l0, 0x20, %l0
        mov     %l0, %psr
        nop
        nop
        nop
        ta      0
         nop

! SAVE met the invalid window: store the oldest one, and move the mark on.  Locals are the only
! registers that are free in a trap window.
window_overflow:
        mov     %wim, %l3
        mov     %g1, %l7
        srl     %l3, 1, %g1
        sll     %l3, 8 - 1, %l4
        or      %l4, %g1, %g1
        save                            ! into the window to be stored
        mov     %g1, %wim
        nop
        nop
        nop
        std     %l0, [%sp + 0]
        std     %l2, [%sp + 8]
        std     %l4, [%sp + 16]
        std     %l6, [%sp + 24]
        std     %i0, [%sp + 32]
        std     %i2, [%sp + 40]
        std     %i4, [%sp + 48]
        std     %i6, [%sp + 56]
        restore
        mov     %l7, %g1
        jmp     %l1
         rett   %l2

! RESTORE met the invalid window: load it from its stack.
window_underflow:
        mov     %wim, %l3
        sll     %l3, 1, %l4
        srl     %l3, 8 - 1, %l5
        or      %l5, %l4, %l5
        mov     %l5, %wim
        nop
        nop
        nop
        restore                         ! the window of the RESTORE ...
        restore                         ! ... and the one it wants
        ldd     [%sp + 0], %l0
        ldd     [%sp + 8], %l2
        ldd     [%sp + 16], %l4
        ldd     [%sp + 24], %l6
        ldd     [%sp + 32], %i0
        ldd     [%sp + 40], %i2
        ldd     [%sp + 48], %i4
        ldd     [%sp + 56], %i6
        save
        save
        jmp     %l1
         rett   %l2
