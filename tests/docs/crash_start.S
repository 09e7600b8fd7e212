! SPDX-License-Identifier: MIT
!
! crash.elf begins with traps disabled, so that the bad load stops the CPU in error mode.
        .section .text.start, "ax"
        .global _start
_start:
        mov     %psr, %g1
        andn    %g1, 0x20, %g1
        mov     %g1, %psr
        nop
        nop
        nop
        call    main
         sub    %sp, 96, %sp
