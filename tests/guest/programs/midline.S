! SPDX-License-Identifier: MIT
!
! Prints "abc" without an end of the line, and then goes on as the macro says.

        .text
        .global _start
_start:
        set     0x80000100, %l0
        mov     'a', %l1
1:      ld      [%l0 + 4], %l2          ! APBUART's status: has the transmitter room?
        btst    4, %l2
        bz      1b
         nop
        st      %l1, [%l0]
        inc     %l1
        cmp     %l1, 'c'
        bleu    1b
         nop
2:      ld      [%l0 + 4], %l2          ! until all has gone
        btst    2, %l2
        bz      2b
         nop
#if defined(MIDLINE_EXIT)
        rd      %psr, %l0
        andn    %l0, 0x20, %l0
        wr      %l0, 0, %psr
        mov     1, %g1
        mov     5, %g2
        mov     7, %g3
        ta      0
         nop
#elif defined(MIDLINE_FAULT)
        ld      [%g0 + 2], %g1
        nop
#else
3:      b       3b
         nop
#endif
