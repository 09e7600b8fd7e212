! SPDX-License-Identifier: MIT
!
! The assembly half of the test kernel: trap table, register windows, interrupts, context switch.
!
! Works with any number of windows from 4 on: window_last is NWIN-1, read from %asr17.  One window is
! marked invalid in WIM at all times.  In a handler %l0 = PSR, %l1 = pc, %l2 = npc, %l3 = trap type.
! No handler relies on PSR.EF of the interrupted code: EF says whether the running task owns the FPU.

#include "layout.h"

        .macro  vector handler tt
        rd      %psr, %l0
        sethi   %hi(\handler), %l4
        jmp     %l4 + %lo(\handler)
         mov    \tt, %l3
        .endm

        .macro  vectors handler first last
        .set    next, \first
        .rept   \last - \first + 1
        vector  \handler next
        .set    next, next + 1
        .endr
        .endm

        .macro  settle                  ! what a write to PSR, WIM or TBR needs on hardware
        nop
        nop
        nop
        .endm

        .macro  store_window            ! locals and ins of the current window to its stack
        std     %l0, [%sp + 0]
        std     %l2, [%sp + 8]
        std     %l4, [%sp + 16]
        std     %l6, [%sp + 24]
        std     %i0, [%sp + 32]
        std     %i2, [%sp + 40]
        std     %i4, [%sp + 48]
        std     %i6, [%sp + 56]
        .endm

        .macro  load_window
        ldd     [%sp + 0], %l0
        ldd     [%sp + 8], %l2
        ldd     [%sp + 16], %l4
        ldd     [%sp + 24], %l6
        ldd     [%sp + 32], %i0
        ldd     [%sp + 40], %i2
        ldd     [%sp + 48], %i4
        ldd     [%sp + 56], %i6
        .endm

        .section .text
        .global _start, trap_table
        .align  4096
trap_table:
_start:
        b       start                   ! 0x00
         nop
        nop
        nop
        vectors fault 0x01 0x03
        vector  fp_disabled 0x04
        vector  window_overflow 0x05
        vector  window_underflow 0x06
        vectors fault 0x07 0x10
        vectors interrupt 0x11 0x1f
        vectors fault 0x20 0x7f
        vector  exit_trap 0x80
        vectors fault 0x81 0x82
        vector  flush_windows 0x83      ! ta 3
        vectors fault 0x84 0x88
        vector  mask_interrupts 0x89    ! ta 9: %o0 = old level
        vector  set_interrupt_level 0x8a ! ta 10: level %o0
        vectors fault 0x8b 0xff

        .data
        .align  8
        .global window_last, fault_expected, fault_seen, fpu_owner, fpu_current, fpu_switches
window_last:    .word 0
fault_expected: .word 0
fault_seen:     .word 0
fpu_owner:      .word 0                 ! whose registers are in the FPU
fpu_current:    .word 0                 ! where the running task keeps its own
fpu_switches:   .word 0

        .section .bss
        .align  8
boot_stack:     .skip 4096
boot_stack_end:

        .text
! ---- start and end ----

start:
        wr      %g0, 0, %wim
        set     trap_table, %g1
        wr      %g1, 0, %tbr
        wr      %g0, PSR_S | PSR_PS | PSR_PIL, %psr     ! window 0, traps off, FPU off
        settle
        rd      %asr17, %g1
        and     %g1, 31, %g1
        set     window_last, %g2
        st      %g1, [%g2]
        wr      %g0, 2, %wim
        settle
        set     boot_stack_end - 96, %sp
        mov     %g0, %fp
        set     __bss_start, %g1
        set     _end, %g2
1:      cmp     %g1, %g2
        bgeu    2f
         nop
        st      %g0, [%g1]
        b       1b
         add    %g1, 4, %g1
2:      rd      %psr, %g1
        wr      %g1, PSR_ET, %psr
        settle
        call    kernel_start
         nop
        mov     62, %o0                 ! it does not return

! exit(%o0) as RTEMS does it.
        .global kernel_exit
kernel_exit:
        mov     1, %g1
        mov     5, %g2
        mov     %o0, %g3
        ta      0
         nop

exit_trap:
        ta      0                       ! traps are disabled now: error mode
         nop

! ---- exceptions ----

! An expected one is noted and its instruction skipped, any other ends the run.
fault:
        set     fault_expected, %l4
        ld      [%l4], %l5
        tst     %l5
        be      1f
         set    fault_seen, %l6
        st      %g0, [%l4]
        st      %l3, [%l6]
        wr      %l0, 0, %psr
        settle
        jmp     %l2
         rett   %l2 + 4
1:      wr      %g0, 0, %wim            ! nobody returns from here
        settle
        set     boot_stack_end - 96, %sp
        mov     %l3, %o0
        mov     %l1, %o1
        mov     %l2, %o2
        call    kernel_panic
         mov    %l0, %o3

! ---- register windows ----

window_overflow:
        rd      %wim, %l3
        set     window_last, %l5
        ld      [%l5], %l5
        mov     %g1, %l7
        sll     %l3, %l5, %l4
        srl     %l3, 1, %g1
        or      %l4, %g1, %g1
        save                            ! to the oldest window
        wr      %g1, 0, %wim
        settle
        store_window
        restore
        mov     %l7, %g1
        jmp     %l1
         rett   %l2

window_underflow:
        rd      %wim, %l3
        set     window_last, %l5
        ld      [%l5], %l5
        sll     %l3, 1, %l4
        srl     %l3, %l5, %l5
        or      %l4, %l5, %l5
        wr      %l5, 0, %wim
        settle
        restore
        restore
        load_window
        save
        save
        jmp     %l1
         rett   %l2

! Stores all windows but that of the caller; afterwards the next older one is invalid.
flush_windows:
        rd      %wim, %l4
        mov     %g1, %l3
        mov     %g2, %l5
        mov     %g3, %l6
        mov     %g4, %l7
        mov     %l4, %g2
        mov     %l0, %g3
        wr      %g0, 0, %wim
        settle
        restore
1:      restore
        rd      %psr, %g1
        srl     %g2, %g1, %g4           ! shifts by CWP, the low five bits
        btst    1, %g4
        bne     2f
         nop
        store_window
        b       1b
         nop
2:      wr      %g3, 0, %psr            ! back in the window of the trap
        settle
        and     %l0, 31, %g1
        add     %g1, 2, %g1
        set     window_last, %g2
        ld      [%g2], %g2
        cmp     %g1, %g2
        bleu    3f
         mov    1, %g4
        sub     %g1, %g2, %g1
        sub     %g1, 1, %g1
3:      sll     %g4, %g1, %g4
        wr      %g4, 0, %wim
        settle
        mov     %l3, %g1
        mov     %l5, %g2
        mov     %l6, %g3
        mov     %l7, %g4
        wr      %l0, 0, %psr
        settle
        jmp     %l2
         rett   %l2 + 4

! ---- interrupt level: done in traps, because between RDPSR and WRPSR of a task EF may change ----

mask_interrupts:
        set     PSR_PIL, %l4
        and     %l0, %l4, %l5
        srl     %l5, 8, %i0
        or      %l0, %l4, %l0
        wr      %l0, 0, %psr
        settle
        jmp     %l2
         rett   %l2 + 4

set_interrupt_level:
        set     PSR_PIL, %l4
        andn    %l0, %l4, %l0
        sll     %i0, 8, %l5
        and     %l5, %l4, %l5
        or      %l0, %l5, %l0
        wr      %l0, 0, %psr
        settle
        jmp     %l2
         rett   %l2 + 4

! ---- interrupts ----

! On the stack of who was interrupted; the handler runs with traps on and its own level masked.
interrupt:
        rd      %wim, %l4
        srl     %l4, %l0, %l5
        btst    1, %l5
        be      1f
         nop
        set     window_last, %l6        ! the window of this trap is the invalid one
        ld      [%l6], %l6
        mov     %g1, %l7
        sll     %l4, %l6, %l5
        srl     %l4, 1, %g1
        or      %l5, %g1, %g1
        save
        wr      %g1, 0, %wim
        settle
        store_window
        restore
        mov     %l7, %g1
1:      sub     %fp, FRAME_SIZE, %sp
        st      %l0, [%sp + FRAME_PSR]
        st      %l1, [%sp + FRAME_PC]
        st      %l2, [%sp + FRAME_NPC]
        rd      %y, %l4
        st      %l4, [%sp + FRAME_Y]
        st      %g1, [%sp + FRAME_G1]
        std     %g2, [%sp + FRAME_G1 + 4]
        std     %g4, [%sp + FRAME_G1 + 12]
        std     %g6, [%sp + FRAME_G1 + 20]
        and     %l3, 15, %l3
        set     PSR_PIL, %l4
        andn    %l0, %l4, %l5
        sll     %l3, 8, %l6
        or      %l5, %l6, %l5
        wr      %l5, PSR_ET, %psr
        settle
        call    interrupt_dispatch
         mov    %l3, %o0
        rd      %psr, %l5
        or      %l5, %l4, %l5
        wr      %l5, 0, %psr            ! all levels masked, window traps possible
        settle
        call    interrupt_leave         ! may switch tasks; comes back in the same window
         nop
        rd      %psr, %l4
        wr      %l4, PSR_ET, %psr       ! ET off
        settle
        rd      %wim, %l5               ! RETT needs the next older window
        set     window_last, %l6
        ld      [%l6], %l6
        and     %l4, 31, %l7
        add     %l7, 1, %l7
        cmp     %l7, %l6
        bleu    2f
         nop
        mov     0, %l7
2:      srl     %l5, %l7, %l7
        btst    1, %l7
        be      3f
         nop
        sll     %l5, 1, %l7
        srl     %l5, %l6, %l6
        or      %l7, %l6, %l7
        wr      %l7, 0, %wim
        settle
        restore
        load_window
        save
3:      ld      [%sp + FRAME_Y], %l5
        wr      %l5, 0, %y
        ld      [%sp + FRAME_PSR], %l0
        ld      [%sp + FRAME_PC], %l1
        ld      [%sp + FRAME_NPC], %l2
        ld      [%sp + FRAME_G1], %g1
        ldd     [%sp + FRAME_G1 + 4], %g2
        ldd     [%sp + FRAME_G1 + 12], %g4
        ldd     [%sp + FRAME_G1 + 20], %g6
        set     PSR_EF, %l5             ! EF as it is now
        andn    %l0, %l5, %l0
        and     %l4, %l5, %l4
        or      %l0, %l4, %l0
        wr      %l0, 0, %psr
        settle
        jmp     %l1
         rett   %l2

! ---- tasks ----

! context_switch(from, to, ef): ef is PSR_EF if `to` owns the FPU, else 0.  All levels are masked.
        .global context_switch
context_switch:
        ta      3
        rd      %psr, %g1
        st      %g1, [%o0 + CONTEXT_PSR]
        st      %sp, [%o0 + CONTEXT_SP]
        st      %o7, [%o0 + CONTEXT_PC]
        store_window
        ld      [%o1 + CONTEXT_PSR], %g2
        ld      [%o1 + CONTEXT_SP], %g3
        ld      [%o1 + CONTEXT_PC], %g4
        set     PSR_EF, %g5
        andn    %g2, %g5, %g2
        or      %g2, %o2, %g2           ! ET is on in it
        wr      %g1, PSR_ET, %psr
        settle
        wr      %g2, PSR_ET, %psr       ! to the window of the other task, ET off
        settle
        and     %g2, 31, %g1
        add     %g1, 1, %g1
        set     window_last, %g5
        ld      [%g5], %g5
        cmp     %g1, %g5
        bleu    1f
         nop
        mov     0, %g1
1:      mov     1, %g5
        sll     %g5, %g1, %g5
        wr      %g5, 0, %wim
        settle
        mov     %g3, %sp
        mov     %g4, %o7
        load_window
        wr      %g2, 0, %psr
        settle
        retl
         nop

! First steps of a task: %l0 function, %l1 argument.
        .global task_entry
task_entry:
        mov     0, %o0
        ta      10
        call    %l0
         mov    %l1, %o0
        call    task_end
         nop

! First use of the FPU since the last switch: save what is in it, load our own.
fp_disabled:
        set     PSR_EF, %l4
        or      %l0, %l4, %l0
        wr      %l0, 0, %psr
        settle
        set     fpu_owner, %l3
        ld      [%l3], %l4
        set     fpu_current, %l5
        ld      [%l5], %l5
        cmp     %l4, %l5
        be      2f
         tst    %l4
        be      1f
         st     %l5, [%l3]
        st      %fsr, [%l4 + 128]
        .irp    n 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
        std     %f\n, [%l4 + 4 * \n]
        .endr
1:      ld      [%l5 + 128], %fsr
        .irp    n 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
        ldd     [%l5 + 4 * \n], %f\n
        .endr
        set     fpu_switches, %l3
        ld      [%l3], %l4
        inc     %l4
        st      %l4, [%l3]
2:      wr      %l0, 0, %psr
        settle
        jmp     %l1
         rett   %l2

! Power-down until an interrupt.
        .global cpu_sleep
cpu_sleep:
        retl
         wr     %g0, 0, %asr19
