! SPDX-License-Identifier: MIT
!
! A benchmark: what does a switch of MMU contexts cost?  Contexts take turns, every 1000 instructions or so.
!
! Context c has its own eight pages of data at DATA; the code is the same in all, in three pages of 4 KiB.  A
! slice adds to words of each page of data, by way of functions in other pages.  With CONTEXTS=1 the same
! number of instructions is executed, but the context register is not written: the difference is the switches' cost.
!
! Exit code 0: each context counted its own slices.

#ifndef CONTEXTS
#define CONTEXTS 2
#endif
#ifndef SLICES
#define SLICES 100000
#endif

#define RAM       0x40000000
#define DATA      0x20000000
#define TABLES    0x40080000    /* of contexts */
#define LEVEL_1   0x40081000    /* of each context, 0x1000 apart */
#define LEVEL_2   0x400a0000    /* of the code */
#define LEVEL_3   0x400a1000    /* of the code */
#define DATA_2    0x400b0000    /* of each context's data, 0x1000 apart */
#define DATA_3    0x400b0800
#define FRAMES    0x40100000    /* of each context, 0x10000 apart */
#define PTE       0x8e          /* cacheable, all may do everything */
#define PTD       1

        .section .text
        .global _start
_start:
        set     RAM + 0x70000, %sp
        mov     0, %g7                  ! context
tables: set     TABLES, %g1
        sll     %g7, 2, %g2
        set     LEVEL_1, %g3
        sll     %g7, 12, %g4
        add     %g3, %g4, %g3           ! its first table
        srl     %g3, 4, %g5
        or      %g5, PTD, %g5
        st      %g5, [%g1 + %g2]
        set     LEVEL_2, %g5
        srl     %g5, 4, %g5
        or      %g5, PTD, %g5
        st      %g5, [%g3 + 0x40 * 4]
        set     0x80000000 >> 4 | PTE, %g5
        st      %g5, [%g3 + 0x80 * 4]
        set     DATA_2, %g5
        add     %g5, %g4, %g5
        srl     %g5, 4, %g6
        or      %g6, PTD, %g6
        st      %g6, [%g3 + 0x20 * 4]
        add     %g5, 0x800, %g6
        srl     %g6, 4, %o0
        or      %o0, PTD, %o0
        st      %o0, [%g5]
        set     FRAMES, %o0
        sll     %g7, 16, %o1
        add     %o0, %o1, %o0
        srl     %o0, 4, %o0
        or      %o0, PTE, %o0
        mov     8, %o2
1:      st      %o0, [%g6]
        add     %g6, 4, %g6
        subcc   %o2, 1, %o2
        bne     1b
        add     %o0, 0x100, %o0
        add     %g7, 1, %g7
        cmp     %g7, CONTEXTS
        bne     tables
        nop
        set     LEVEL_2, %g1
        set     LEVEL_3, %g2
        srl     %g2, 4, %g3
        or      %g3, PTD, %g3
        st      %g3, [%g1]
        set     RAM >> 4 | PTE, %g3
        mov     64, %g4
2:      st      %g3, [%g2]
        add     %g2, 4, %g2
        subcc   %g4, 1, %g4
        bne     2b
        add     %g3, 0x100, %g3
        set     RAM + 0x40000, %g3      ! the second 256 KiB in one
        srl     %g3, 4, %g3
        or      %g3, PTE, %g3
        st      %g3, [%g1 + 4]
        set     0x100, %g1
        set     TABLES >> 4, %g2
        sta     %g2, [%g1] 0x19
        set     0x200, %g1
        sta     %g0, [%g1] 0x19
        mov     1, %g2
        sta     %g2, [%g0] 0x19
        nop
        nop
        nop

        mov     0, %g7
        set     SLICES, %g6
        set     DATA, %g5
slice:  mov     9, %l7
3:      call    first
        mov     %g5, %o0
        set     second, %l0
        call    %l0
        mov     %g5, %o0
        subcc   %l7, 1, %l7
        bne     3b
        nop
        ld      [%g5], %g4
        add     %g4, 1, %g4
        st      %g4, [%g5]
        add     %g7, 1, %g7
        cmp     %g7, CONTEXTS
        bl      4f
        nop
        mov     0, %g7
4:      set     0x200, %g1
#if CONTEXTS > 1
        sta     %g7, [%g1] 0x19
#else
        nop
#endif
        nop
        nop
        nop
        subcc   %g6, 1, %g6
        bne     slice
        nop

        mov     0, %g3
        set     FRAMES, %g4             ! MMU off, the words are looked at where they are
        sta     %g0, [%g0] 0x19
        nop
        nop
        nop
        mov     CONTEXTS, %g6
        set     SLICES / CONTEXTS, %g7
5:      ld      [%g4], %g5
        cmp     %g5, %g7
        bne     6f
        sethi   %hi(0x10000), %g1
        subcc   %g6, 1, %g6
        bne     5b
        add     %g4, %g1, %g4
        ba      7f
        nop
6:      mov     1, %g3
7:      mov     1, %g1
        mov     5, %g2
        rd      %psr, %g4
        andn    %g4, 0x20, %g4          ! traps off, so that the next one is error mode
        wr      %g4, %psr
        nop
        nop
        nop
        ta      0
        nop

        .align  4096
first:  save    %sp, -96, %sp
        mov     8, %l0
        add     %i0, 8, %l1
1:      ld      [%l1], %l2
        add     %l2, %l0, %l2
        st      %l2, [%l1]
        set     4096, %l3
        subcc   %l0, 1, %l0
        bne     1b
        add     %l1, %l3, %l1
        ret
        restore

        .align  4096
second: save    %sp, -96, %sp
        mov     4, %l0
        set     4096, %l3
        add     %i0, 16, %l1
1:      ldd     [%l1], %l4
        add     %l4, %l0, %l4
        std     %l4, [%l1]
        add     %l1, %l3, %l1
        subcc   %l0, 1, %l0
        bne     1b
        add     %l1, %l3, %l1
        ret
        restore
