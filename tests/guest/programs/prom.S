! SPDX-License-Identifier: MIT
!
! A boot PROM at 0: checks the reset state of the processor, does what a boot loader does, copies the
! kernel that it holds to RAM and jumps to it.  A failed check ends with status 50 to 58.

#define RAM   0x40000000
#define UART  0x80000100
#define TIMER 0x80000300
#define MHZ   40

        .macro  want number
        cmp     %o0, %o1
        bne     fail
         mov    \number, %g3
        .endm

        .text
        .global _start
_start:
        rd      %psr, %o0               ! impl 15, ver 3, S; all else off, but PS may be either
        set     0xfff03fbf, %o2
        and     %o0, %o2, %o0
        set     0xf3000080, %o1
        want    50
        rd      %tbr, %o0
        mov     0, %o1
        want    51
        rd      %asr17, %o0
        srl     %o0, 13, %o0
        and     %o0, 1, %o0
        mov     0, %o1
        want    52
        lda     [%g0] 2, %o0            ! caches are off
        and     %o0, 15, %o0
        mov     0, %o1
        want    53
        set     UART, %g1
        ld      [%g1 + 8], %o0          ! control
        and     %o0, 3, %o0
        mov     0, %o1
        want    54
        set     TIMER, %g1
        ld      [%g1 + 0x18], %o0
        and     %o0, 1, %o0
        want    55
        wr      %g0, 2, %wim
        nop
        nop
        nop
        rd      %wim, %o0
        mov     2, %o1
        want    56
        set     MHZ - 1, %g2
        set     TIMER, %g1
        st      %g2, [%g1 + 4]
        ld      [%g1 + 4], %o0
        mov     %g2, %o1
        want    57
        set     UART, %g1
        mov     130, %g2                ! 38400 baud
        st      %g2, [%g1 + 12]
        mov     3, %g2
        st      %g2, [%g1 + 8]
        set     0x81000f, %g2
        sta     %g2, [%g0] 2
        set     kernel, %g1
        set     kernel_end, %g2
        set     RAM, %g3
1:      ldd     [%g1], %o0
        std     %o0, [%g3]
        add     %g1, 8, %g1
        cmp     %g1, %g2
        blu     1b
         add    %g3, 8, %g3
        set     RAM, %g1
        jmp     %g1
         nop

fail:
        mov     1, %g1
        mov     5, %g2
        ta      0                       ! traps are disabled after reset
         nop

        .align  8
kernel:
        .incbin KERNEL_IMAGE
        .align  8
kernel_end:
