! SPDX-License-Identifier: MIT
!
! What the GDB tests debug.  Each part begins at a label and is entered by `jump` or by writing pc; left
! alone, the program counts, calls, sends a line and exits with status 7.

#define UART 0x80000100
#ifndef BEGIN
#define BEGIN main
#endif

        .macro  vector handler
        b       \handler
         rd     %psr, %l0
        nop
        nop
        .endm

        .text
        .global _start, start, main, add, finish, unexpected, branches, annulled, taken, trapping
        .global trap_handler, spin, asleep, tick_handler, broken, input, windows, deep, patched
        .align  4096
_start:
        vector  start
        .rept   5 - 1
        vector  unexpected
        .endr
        vector  window_overflow
        vector  window_underflow
        .rept   0x16 - 7
        vector  unexpected
        .endr
        vector  tick_handler            ! interrupt 6
        .rept   0x85 - 0x17
        vector  unexpected
        .endr
        vector  trap_handler            ! ta 5
        .rept   0x100 - 0x86
        vector  unexpected
        .endr

unexpected:
        ta      0
         nop

start:
        set     0x47ffff00, %sp
        ba      BEGIN
         mov    0, %fp
main:
        mov     0, %l0
loop:
        inc     %l0
        mov     %l0, %o0
loop_call:
        call    add
         mov    10, %o1
        set     total, %l1
        st      %o0, [%l1]
        cmp     %l0, 20
        bne     loop
         nop
        call    send
         nop
        mov     7, %o0
finish:
        mov     1, %g1
        mov     5, %g2
        mov     %o0, %g3
        rd      %psr, %l0
        andn    %l0, 0x20, %l0
        wr      %l0, 0, %psr
        nop
        nop
        nop
        ta      0
         nop

add:
        retl
add_delay:
         add    %o0, %o1, %o0

send:
        set     UART, %g1
        set     text, %g2
1:      ldub    [%g2], %g3
        tst     %g3
        be      2f
         inc    %g2
        st      %g3, [%g1]
        b       1b
         nop
2:      retl
         nop

! ---- steps over delay slots ----

branches:
        mov     0, %g1
        ba      branch_aim
branch_delay:
         mov    1, %g1
        mov     2, %g1
branch_aim:
        ba,a    annulled_aim
annulled:
         mov    3, %g1
annulled_aim:
        cmp     %g0, 1
        be,a    never
not_taken_delay:
         mov    4, %g1
after_not_taken:
        bne,a   taken
taken_delay:
         mov    5, %g1
never:
        mov     6, %g1
taken:
        nop
trapping:
        ta      5
after_trap:
        nop
        ba      finish
         mov    8, %o0

trap_handler:
        jmp     %l2
handler_rett:
         rett   %l2 + 4

! ---- forever ----

spin:
        set     counter, %g4
1:      ld      [%g4], %g5
        inc     %g5
        b       1b
         st     %g5, [%g4]

! Power-down; nothing is going to wake it but a debugger.
asleep:
        nop
sleep_insn:
        wr      %g0, 0, %asr19
        b       asleep
         nop

! Power-down with the timer's interrupt 6 every millisecond: counts them, ends after 20.
ticking:
        set     0x80000300, %g1
        set     999, %g2
        st      %g2, [%g1 + 0x14]
        mov     0x1f, %g2
        st      %g2, [%g1 + 0x18]
        set     0x80000240, %g1
        set     0x40, %g2
        st      %g2, [%g1]
        mov     0, %g7
ticking_sleep:
        wr      %g0, 0, %asr19
        cmp     %g7, 20
        bl      ticking_sleep
         nop
        ba      finish
         mov    9, %o0

tick_handler:
        inc     %g7
        wr      %l0, 0, %psr
        nop
        nop
        nop
        jmp     %l1
         rett   %l2

! ---- error mode, three calls deep ----

broken:
        save    %sp, -96, %sp
        call    broken_inner
         mov    0x33, %o0
broken_inner:
        save    %sp, -96, %sp
        rd      %psr, %l0
        andn    %l0, 0x20, %l0
        wr      %l0, 0, %psr
        nop
        nop
        nop
        set     total + 1, %l5
broken_load:
        ld      [%l5], %l6
        nop

! ---- waits for three characters, then takes them: the debugger must not ----

input:
        set     UART, %g1
        mov     3, %g2
        st      %g2, [%g1 + 8]
1:      ld      [%g1 + 4], %g2
        srl     %g2, 26, %g3
        cmp     %g3, 3
        bl      1b
         nop
input_there:
        nop
        set     received, %g4
        mov     3, %g5
1:      ld      [%g1], %g2
        stb     %g2, [%g4]
        subcc   %g5, 1, %g5
        bne     1b
         inc    %g4
input_taken:
        nop
        ba      finish
         mov    11, %o0

! ---- calls deeper than there are windows ----

windows:
        mov     12, %o0
        call    deep
         nop
        ba      finish
         nop
deep:
        save    %sp, -96, %sp
        tst     %i0
        be      1f
deep_bottom:
         mov    %i0, %l3
        call    deep
         sub    %i0, 1, %o0
        ret
         restore %o0, 1, %o0
1:      ret
         restore %g0, 1, %o0

! ---- calls in C ----

        .global calls
calls:
        call    calls_main
         nop
        ba      finish
         nop

        .global data
data:
        call    data_main
         nop
        ba      finish
         nop

window_overflow:
        mov     %wim, %l3
        mov     %g1, %l7
        srl     %l3, 1, %g1
        sll     %l3, 7, %l4
        or      %l4, %g1, %g1
        save
        wr      %g1, 0, %wim
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
        wr      %l0, 0, %psr
        nop
        nop
        nop
        jmp     %l1
         rett   %l2

window_underflow:
        mov     %wim, %l3
        sll     %l3, 1, %l4
        srl     %l3, 7, %l5
        or      %l5, %l4, %l5
        wr      %l5, 0, %wim
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
        wr      %l0, 0, %psr
        nop
        nop
        nop
        jmp     %l1
         rett   %l2

! ---- code that the debugger changes after it has run ----

patch:
        mov     0, %g5
1:
patched:
        inc     1, %g5
        subcc   %g5, 100, %g0
        bl      1b
         nop
        ba      finish
         and    %g5, 63, %o0

        .data
        .align  8
        .global total, counter, received, text
total:    .word 0
counter:  .word 0
received: .word 0
text:     .asciz "debug\n" ! short enough for the FIFO
