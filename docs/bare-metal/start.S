! SPDX-License-Identifier: MIT
!
! Start-up of a bare-metal program for LEON3 with eight register windows: trap table, stack, zeroed
! .bss, main(), and the end of the run.  SPARC V8 manual, chapters 6 and 7.

        .section .text.start, "ax"
        .global _start

        ! Each entry of the trap table is four instructions.
        .macro  entry handler
        b       \handler
         mov    %psr, %l0
        nop
        nop
        .endm

        ! For GDB: the frame of a trap handler.  The trapped code's out registers are the handler's in registers, its
        ! window is behind its %sp; pc (68) and npc (69) are in %l1 (17) and %l2 (18).
        .cfi_sections .debug_frame
        .macro  trap_frame
        .cfi_startproc
        .cfi_signal_frame
        .cfi_def_cfa 30, 0
        .cfi_window_save
        .cfi_register 68, 17
        .cfi_register 69, 18
        .endm

        ! The same where registers cannot be told: from another window, or while one is loaded.
        .macro  lost_frame
        .cfi_remember_state
        .cfi_undefined 15
        .cfi_undefined 68
        .endm

_start:
        entry   reset                   ! 0x00 reset
        .rept   4
        entry   unexpected              ! 0x01 .. 0x04
        .endr
        entry   window_overflow         ! 0x05
        entry   window_underflow        ! 0x06
        .rept   0x11 - 0x07
        entry   unexpected              ! 0x07 .. 0x10
        .endr
        .rept   15
        entry   interrupt               ! 0x11 .. 0x1f: interrupt levels 1 to 15
        .endr
        .rept   0x100 - 0x20
        entry   unexpected              ! 0x20 .. 0xff
        .endr

reset:
        set     0x10c0, %g1             ! EF, S, PS; traps off, window 0
        mov     %g1, %psr
        nop
        nop
        nop
        mov     2, %g1
        mov     %g1, %wim               ! the seventh SAVE in a row overflows
        set     _start, %g1
        mov     %g1, %tbr
        set     __stack, %sp
        sub     %sp, 96, %sp            ! room for the window and for arguments
        mov     %g0, %fp
        set     __bss_start, %g1
        set     __bss_end, %g2
1:      cmp     %g1, %g2
        bgeu    2f
         nop
        std     %g0, [%g1]              ! %g0 and %g1 ...
        st      %g0, [%g1 + 4]          ! ... so that the second word is written again
        b       1b
         add    %g1, 8, %g1
2:      mov     %psr, %g1
        wr      %g1, 0x20, %psr         ! traps on
        nop
        nop
        nop
        call    main
         nop

        ! The end: %g1 = 1, %g2 = 5, %g3 = status, and a software trap while traps are off.  The
        ! emulator ends with that status; on hardware the CPU stops in error mode.
        mov     %o0, %g3
        mov     5, %g2
        mov     1, %g1
        mov     %psr, %g4
        andn    %g4, 0x20, %g4
        mov     %g4, %psr
        nop
        nop
        nop
        ta      0
         nop

! A trap that nobody expects: the software trap while traps are off stops the CPU, and the emulator
! reports registers and back-trace of where the trap came from.
unexpected:
        trap_frame
        rd      %tbr, %l3
        srl     %l3, 4, %l3
        and     %l3, 0xff, %g3
        mov     9, %g2                  ! as RTEMS reports an unexpected trap of type %g3
        mov     1, %g1
        ta      0
         nop
        .cfi_endproc

! An interrupt: calls handle_interrupt(level) with a window and a stack of its own.  The globals, %y and
! the condition codes belong to the interrupted program and are put aside.  FP registers are not:
! handle_interrupt() and what it calls must not compute with floating point.
interrupt:
        trap_frame
        rd      %tbr, %l3
        srl     %l3, 4, %l3
        and     %l3, 15, %l3            ! the level
        rd      %wim, %l4
        srl     %l4, %l0, %l5           ! is this window, which only traps may use, the invalid one?
        btst    1, %l5
        bz      1f
         nop
        mov     %g1, %l5                ! then the window behind it is stored first
        srl     %l4, 1, %g1
        sll     %l4, 7, %l4
        or      %l4, %g1, %g1
        and     %g1, 0xff, %g1
        save
        lost_frame
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
        .cfi_restore_state
        mov     %l5, %g1
1:      sub     %fp, 96 + 40, %sp
        st      %g1, [%sp + 96]
        std     %g2, [%sp + 104]
        std     %g4, [%sp + 112]
        std     %g6, [%sp + 120]
        rd      %y, %l4
        or      %l0, 0xf00, %l5         ! PIL 15: no second interrupt in the handler
        wr      %l5, 0x20, %psr         ! traps on again, for window overflows
        nop
        nop
        nop
        call    handle_interrupt
         mov    %l3, %o0
        mov     %l0, %psr               ! traps off, the program's condition codes
        nop
        nop
        nop
        wr      %l4, %y
        ld      [%sp + 96], %g1
        ldd     [%sp + 104], %g2
        ldd     [%sp + 112], %g4
        ldd     [%sp + 120], %g6
        rd      %wim, %l4               ! is the window to go back to still there?
        add     %l0, 1, %l5
        and     %l5, 7, %l5
        srl     %l4, %l5, %l5
        btst    1, %l5
        bz      2f
         nop
        sll     %l4, 1, %l5             ! no: it is loaded first
        srl     %l4, 7, %l4
        or      %l5, %l4, %l5
        and     %l5, 0xff, %l5
        mov     %l5, %wim
        lost_frame
        nop
        nop
        nop
        restore
        ldd     [%sp + 0], %l0
        ldd     [%sp + 8], %l2
        ldd     [%sp + 16], %l4
        ldd     [%sp + 24], %l6
        ldd     [%sp + 32], %i0
        ldd     [%sp + 40], %i2
        ldd     [%sp + 48], %i4
        ldd     [%sp + 56], %i6
        save
        .cfi_restore_state
2:      mov     %l0, %psr               ! the condition codes once more: btst changed them
        nop
        nop
        nop
        jmp     %l1
         rett   %l2
        .cfi_endproc

! SAVE met the invalid window: the oldest one is stored on its stack, and the mark moves on.
window_overflow:
        trap_frame
        rd      %wim, %l3
        mov     %g1, %l7
        srl     %l3, 1, %g1
        sll     %l3, 7, %l4
        or      %l4, %g1, %g1
        and     %g1, 0xff, %g1
        save
        lost_frame
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
        .cfi_restore_state
        mov     %l7, %g1
        jmp     %l1
         rett   %l2
        .cfi_endproc

! RESTORE met the invalid window: it is loaded from its stack, and the mark moves back.
window_underflow:
        trap_frame
        rd      %wim, %l3
        sll     %l3, 1, %l4
        srl     %l3, 7, %l5
        or      %l5, %l4, %l5
        and     %l5, 0xff, %l5
        mov     %l5, %wim
        lost_frame                      ! the caller's window is valid, and not loaded yet
        nop
        nop
        nop
        restore
        restore
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
        .cfi_restore_state
        jmp     %l1
         rett   %l2
        .cfi_endproc

! void enable_interrupts(void): PIL 0, so that every level gets through.
        .global enable_interrupts
enable_interrupts:
        rd      %psr, %o0
        set     0xf00, %o1
        andn    %o0, %o1, %o0
        mov     %o0, %psr
        nop
        nop
        nop
        retl
         nop

! void power_down(void): the CPU sleeps until an interrupt.
        .global power_down
power_down:
        wr      %g0, %asr19
        nop
        nop
        nop
        retl
         nop
