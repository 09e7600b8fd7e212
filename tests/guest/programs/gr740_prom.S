! SPDX-License-Identifier: MIT
!
! A boot PROM of a GR740, which lies at 0xc0000000: checks where a reset leads, says so, ends.

#define UART 0xff900000

        .text
        .global _start
_start:
        rd      %tbr, %o0
        set     0xc0000000, %o1
        cmp     %o0, %o1
        bne     end
         mov    50, %l3                 ! TBR is not that of the reset address
1:      call    2f
         nop
2:      set     1b, %o1
        cmp     %o7, %o1
        bne     end
         mov    51, %l3                 ! the PROM is somewhere else
        set     UART, %l1
        mov     3, %l2
        st      %l2, [%l1 + 8]
        mov     'O', %l2
        st      %l2, [%l1]
        mov     'K', %l2
        st      %l2, [%l1]
        mov     '\n', %l2
        st      %l2, [%l1]
        clr     %l3
end:
        mov     1, %g1
        mov     5, %g2
        mov     %l3, %g3
        ta      0
         nop
