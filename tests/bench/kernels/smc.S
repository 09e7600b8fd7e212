! SPDX-License-Identifier: MIT
! The code that smc.c changes.

        .section .samepage.code, "ax"
        .global smc_patched, smc_patched_insn, smc_overlay, smc_overlay_area

smc_patched:
        srl     %o0, 7, %o1
smc_patched_insn:
        add     %o0, 0, %o0             ! the immediate changes, 0 to 0xfff
        xor     %o0, %o1, %o0
        retl
         add    %o0, 5, %o0

        .align  64
smc_overlay:
smc_overlay_area:
        .skip   32

        .section .rodata, "a"
        .align  4
        .global smc_routines
smc_routines:
        srl     %o0, 5, %o1
        add     %o0, %o1, %o0
        nop
        nop
        nop
        nop
        retl
         xor    %o0, 0x321, %o0

        sll     %o0, 13, %o1
        nop
        nop
        nop
        nop
        xor     %o0, %o1, %o0
        retl
         sub    %o0, 0x123, %o0
