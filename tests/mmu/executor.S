/* SPDX-License-Identifier: MIT */
/*
 * Runs the cases of a batch and prints a hash of each, or all that came of it; see layout.h.
 *
 * A case is code that makes accesses and writes what they give to the log, at %g1.  The trap handler writes each
 * trap there, too: tt, pc, npc, PSR.icc and PS, fault status and address.  After a trap the case goes on at npc;
 * after one of a fetch, at the return address in %o7.  Each case starts from tables and frames of its own, with the
 * MMU on, in context 0, in supervisor mode with traps enabled.  It is run twice; the second turn starts from the
 * memory and tables that the first one left.
 *
 * The handler makes equal what QEMU does differently (skip.txt): the fault level of a page that refuses,
 * whether an atomic is a load or a store, and the bits that a refused access sets.
 */
#include "layout.h"

#define UART 0x80000100
#define PSR_START 0x1fe0 /* EF, PIL=15, S, PS, ET */
#define PSR_SUPERVISOR 0x10c0
#define PSR_PS 0x40
#define PSR_WAIT nop; nop; nop
#define TT_FETCH 1
#define TT_ILLEGAL 2
#define TT_DATA 9
#define STATUS_STORE 0x80
#define TURNS 2

    .section .tables, "ax"
    .global tables
tables:
    ba start
    nop
    nop
    nop
    .set number, 1
    .rept 255
    .if number == 0x80 + TRAP_SUPERVISOR
    ba switch_mode
    or %l0, PSR_PS, %l0
    nop
    nop
    .elseif number == 0x80 + TRAP_USER
    ba switch_mode
    andn %l0, PSR_PS, %l0
    nop
    nop
    .elseif number == 0x80 + TRAP_END
    ba end_turn
    nop
    nop
    nop
    .else
    mov number, %l3
    sethi %hi(trap), %l4
    jmp %l4 + %lo(trap)
    nop
    .endif
    .set number, number + 1
    .endr

    .text
start:
    set tables, %g1
    wr %g1, %g0, %tbr
    wr %g0, %g0, %wim
    set PSR_START, %g1
    wr %g1, %g0, %psr
    PSR_WAIT
    set UART, %g2
    mov 2, %g3
    st %g3, [%g2 + 8]
    mov 1, %g3
    st %g3, [%g2 + 12]
    set BATCH, %g2
    ld [%g2 + BATCH_CASES], %g3
    ld [%g2 + BATCH_FRAMES], %g4
    sll %g4, 2, %g4
    add %g2, BATCH_LIST, %g2
    add %g2, %g4, %g2
    set left, %g4
    st %g3, [%g4]
    st %g2, [%g4 + 4]

/* ---- the start of a case ---- */
next_case:
    set left, %g4
    ld [%g4], %g3
    subcc %g3, 1, %g3
    bneg finish
    st %g3, [%g4]
    ld [%g4 + 4], %g2
    set TABLES, %g5
    set TABLES_SIZE, %g6
    clr %g1
1:  subcc %g6, 8, %g6
    bne 1b
    std %g0, [%g5 + %g6]
    ld [%g2 + CASE_PAIRS], %g6
    add %g2, CASE_FIRST, %g3
2:  subcc %g6, 1, %g6
    bneg 3f
    ld [%g3], %g5
    ld [%g3 + 4], %g7
    st %g7, [%g5]
    ba 2b
    add %g3, 8, %g3
3:  set code, %g5
    st %g3, [%g5]
    call all_frames
    mov 0, %l0 ! fill them
    set TABLES >> 4, %g6
    set 0x100, %g5
    sta %g6, [%g5] 0x19
    set 0x300, %g5
    lda [%g5] 0x19, %g0
    set LOG, %g1
    mov TURNS, %g3
    set turns, %g2
    st %g3, [%g2]
start_turn:
    set 0x200, %g5
    sta %g0, [%g5] 0x19
    mov 1, %g6
    sta %g6, [%g0] 0x19
    set 0x400, %g5
    sta %g0, [%g5] 0x18
    .irp r, %o0, %o1, %o2, %o3, %o4, %o5, %o7
    clr \r
    .endr
    set code, %g2
    ld [%g2], %g2
    jmp %g2
    orcc %g0, %g0, %g0

/* ---- traps: %l0 psr, %l1 pc, %l2 npc, %l3 tt ---- */
switch_mode:
    rd %psr, %l4
    and %l0, PSR_PS, %l0
    andn %l4, PSR_PS, %l4
    or %l4, %l0, %l0
skip:
    wr %l0, %g0, %psr
    PSR_WAIT
    jmp %l2
    rett %l2 + 4

trap:
    rd %psr, %l0
    st %l3, [%g1]
    st %l1, [%g1 + 4]
    st %l2, [%g1 + 8]
    set 0x00f00000 | PSR_PS, %l4
    and %l0, %l4, %l4
    st %l4, [%g1 + 12]
    add %g1, 24, %g1
    cmp %l3, TT_FETCH
    be 1f
    cmp %l3, TT_DATA
    be 1f
    cmp %l3, TT_ILLEGAL
    st %g0, [%g1 - 8]
    st %g0, [%g1 - 4]
    bne skip
    nop
    ba skip_stub
    nop
1:  set 0x300, %l4
    lda [%l4] 0x19, %l5
    set 0x400, %l4
    lda [%l4] 0x19, %l6
    st %l6, [%g1 - 4]
    srl %l1, 24, %l7
    cmp %l7, BATCH >> 24 ! code in frames has no atomics
    bne 2f
    nop
    ld [%l1], %l7
    srl %l7, 19, %l7
    and %l7, 0x3f, %l7
    .irp op3, 0x0d, 0x0f, 0x1d, 0x1f, 0x3c ! LDSTUB, SWAP, LDSTUBA, SWAPA, CASA
    cmp %l7, \op3
    be,a 2f
    or %l5, STATUS_STORE, %l5
    .endr
2:  srl %l5, 2, %l7
    and %l7, 7, %l7
    sub %l7, 2, %l7
    cmp %l7, 1
    bgu 7f ! neither protection nor privilege
    nop
    set 0x300, %l7
    andn %l5, %l7, %l5

/* The entry of page %l6 gets R, and M if %l5 tells of a store. */
    set 0x100, %l4
    lda [%l4] 0x19, %l4
    sll %l4, 4, %l4
    set 0x200, %l7
    lda [%l7] 0x19, %l7
    sll %l7, 2, %l7
    add %l4, %l7, %l4
    .irp shift, 24, 18, 12
    lda [%l4] 0x1c, %l7
    btst 2, %l7
    bne 4f
    andn %l7, 3, %l7
    sll %l7, 4, %l4
    srl %l6, \shift - 2, %l7
    .if \shift == 24
    and %l7, 0x3fc, %l7
    .else
    and %l7, 0xfc, %l7
    .endif
    add %l4, %l7, %l4
    .endr
4:  lda [%l4] 0x1c, %l7
    or %l7, 0x20, %l7
    btst STATUS_STORE, %l5
    bne,a 5f
    or %l7, 0x40, %l7
5:  sta %l7, [%l4] 0x1c
7:  st %l5, [%g1 - 8]
    cmp %l3, TT_FETCH
    bne skip
    nop
skip_stub:
    ba skip
    add %i7, 8, %l2

/* ---- the end of a turn ---- */
end_turn:
    set PSR_START, %g2
    wr %g2, %g0, %psr
    PSR_WAIT
    set turns, %g2
    ld [%g2], %g3
    subcc %g3, 1, %g3
    bne start_turn
    st %g3, [%g2]
    sta %g0, [%g0] 0x19
    mov 1, %g2
    set LOG, %o0
    call report
    mov %g1, %o1
    set TABLES, %o0
    set TABLES_SIZE, %o1
    call report
    add %o0, %o1, %o1
    call all_frames
    mov 1, %l0 ! report them
    call print
    mov %g2, %o0
    set left, %g4
    ld [%g4 + 4], %g2
    ld [%g2 + CASE_SIZE], %g3
    add %g2, %g3, %g2
    ba next_case
    st %g2, [%g4 + 4]

/* %l0: 0 fill, 1 report (%g2 hash).  Uses %l, %i. */
all_frames:
    mov %o7, %l1
    set BATCH, %l2
    ld [%l2 + BATCH_FRAMES], %l3
    add %l2, BATCH_LIST, %l2
    clr %l4
1:  ld [%l2], %o0
    tst %l0
    bne 2f
    nop
    call fill
    mov %l4, %o1
    ba 3f
    nop
2:  call report
    add %o0, PART, %o1
    ld [%l2], %o0
    set 0x1000 - PART / 2, %o1
    add %o0, %o1, %o0
    call report
    add %o0, PART / 2, %o1
3:  add %l4, 1, %l4
    cmp %l4, %l3
    bl 1b
    add %l2, 4, %l2
    jmp %l1 + 8
    nop

    .macro code offset, word
    set \word, %o3
    st %o3, [%o0 + \offset]
    .endm
    .macro mov_number offset, plus
    add %o5, \plus, %o3
    st %o3, [%o0 + \offset]
    .endm
#define RETL 0x81c3e008
/* %o0 address, %o1 number */
fill:
    set 0x94102000, %o5 ! mov 0, %o2
    sll %o1, 3, %o2
    add %o5, %o2, %o5
    mov_number STUB_START, 0
    code STUB_START + 4, RETL
    mov_number STUB_START + 8, 1
    st %g0, [%o0 + 12]
    mov_number STUB_PATCHED, 2
    code STUB_PATCHED + 4, RETL
    code STUB_PATCHED + 8, 0x01000000
    st %g0, [%o0 + STUB_PATCHED + 12]
    code STUB_LOAD, 0xd6020000
    code STUB_LOAD + 4, RETL
    mov_number STUB_LOAD + 8, 3
    st %g0, [%o0 + STUB_LOAD + 12]
    code STUB_STORE, 0xd2220000
    code STUB_STORE + 4, RETL
    mov_number STUB_STORE + 8, 4
    st %g0, [%o0 + STUB_STORE + 12]
    .set at, DATA_LOW
    .rept (PART - DATA_LOW) / 4
    add %o0, at, %o3
    sll %o3, %o1, %o4
    srl %o3, 7, %o3
    xor %o3, %o4, %o3
    st %o3, [%o0 + at]
    .set at, at + 4
    .endr
    mov_number STUB_END, 5
    and %o1, 3, %o2
    sll %o2, 2, %o2
    set last_words, %o3
    ld [%o3 + %o2], %o3
    st %o3, [%o0 + STUB_END + 4]
    .set at, DATA_HIGH
    .rept DATA_HIGH_SIZE / 4
    add %o0, at, %o3
    sll %o3, %o1, %o4
    xor %o3, %o4, %o3
    st %o3, [%o0 + at]
    .set at, at + 4
    .endr
    retl
    nop

/* ---- output ---- */

/* %o0 from, %o1 to; %g2 hash so far.  Uses %o, %i, %g4 to %g7. */
report:
    set BATCH, %g3
    ld [%g3 + BATCH_RAW], %g3
    mov %o7, %i0
    mov %o0, %i1
    mov %o1, %i2
1:  cmp %i1, %i2
    bgeu 3f
    tst %g3
    ld [%i1], %o0
    bne 4f
    add %i1, 4, %i1
    sll %g2, 5, %g4
    add %g2, %g4, %g2
    ba 1b
    xor %g2, %o0, %g2
3:  jmp %i0 + 8
    nop
4:  call print
    nop
    ba 1b
    nop

/* %o0 number: eight digits and a newline. */
print:
    mov %o7, %i3
    mov 8, %i4
    mov %o0, %i5
1:  srl %i5, 28, %o0
    cmp %o0, 10
    bl 2f
    add %o0, '0', %o0
    add %o0, 'a' - '0' - 10, %o0
2:  call put
    sll %i5, 4, %i5
    subcc %i4, 1, %i4
    bne 1b
    nop
    call put
    mov 10, %o0
    jmp %i3 + 8
    nop

put:
    set UART, %g4
1:  ld [%g4 + 4], %g5
    btst 4, %g5
    be 1b
    nop
    retl
    st %o0, [%g4]

/* "." says that this is the end. */
finish:
    call put
    mov '.', %o0
    call put
    mov 10, %o0
    set UART, %g4
2:  ld [%g4 + 4], %g5
    and %g5, 6, %g5
    cmp %g5, 6
    bne 2b
    nop
    mov 1, %g1
    mov 0, %g2
    mov 0, %g3
    set PSR_SUPERVISOR, %g4
    wr %g4, %g0, %psr
    PSR_WAIT
    ta 0
3:  ba 3b
    nop

    .align 8
last_words:
    .word RETL, 0x01000000
    .word 0x30bffc05 ! ba,a  STUB_PATCHED
    .word 0x2abffc05 ! bcs,a STUB_PATCHED
left: /* cases; the next one */
    .word 0, 0
turns:
    .word 0
code:
    .word 0
