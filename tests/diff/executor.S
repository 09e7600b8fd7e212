/* SPDX-License-Identifier: MIT */
/*
 * Runs the cases of a batch and prints their results; see layout.h.
 *
 * A case starts from a whole state of its own, at SLOT_CODE, and ends with `ta END_TRAP`.  Any other
 * trap is entered in the log; execution goes on at npc.  All state is then dumped: every window, %f,
 * PSR, WIM, TBR, Y, FSR, pc, the log, and the memory the case may touch.  The executor prints a hash for
 * each group of cases, or the dump itself.
 *
 * The executor makes equal what QEMU does differently (skip.txt): FSR.ver is masked; the handler reports a
 * deferred fp_exception at its FPop; after one, cexc keeps only the exception that trapped, or nothing if
 * that was unimplemented_FPop; and %f28 to %f31, where doubles go when exceptions are enabled, are cleared.
 *
 * A trap overwrites %l0 to %l2 of the trap's window, which the case loses.  The handler removes the window
 * that it returns to from WIM, since RETT would end in error mode otherwise.
 */
#include "layout.h"

#define PSR_SUPERVISOR 0x10c0 /* EF, S, PS; ET=0 */
#define UART           0x80000100
#define PSR_WAIT       nop; nop; nop
#define FSR_VERSION    0x000e0000
#define FSR_QNE        0x2000

    .macro table
    .set number, 0
    .rept 256
    .if number == 0
    ba start
    nop
    nop
    nop
    .elseif number == END_TT
    sethi %hi(AREA), %l2
    ba end
    st %l1, [%l2 + DUMP_PC]
    nop
    .else
    sethi %hi(AREA), %l0
    ba trap
    st %l3, [%l0 + VAR_L3]
    nop
    .endif
    .set number, number + 1
    .endr
    .endm

    .section .tables, "ax"
    .global tables
tables:
    table
    table

    .text
start:
    sethi %hi(AREA), %g1
    sethi %hi(HEAD), %g2
    ld [%g2 + HEAD_SLOTS], %g3
    sub %g3, SLOT_SIZE, %g3
    st %g3, [%g1 + VAR_SLOT]
    ld [%g2 + HEAD_COUNT], %g3
    add %g3, 1, %g3
    st %g3, [%g1 + VAR_COUNT]
    st %g1, [%g1 + VAR_FIRST]
    st %g0, [%g1 + DUMP_ZERO]
    sethi %hi(UART), %g2
    or %g2, %lo(UART), %g2
    mov 2, %g3
    st %g3, [%g2 + 8]
    mov 1, %g3
    st %g3, [%g2 + 12]
    sethi %hi(TRAP_TABLE), %g2
    wr %g2, %g0, %tbr
    wr %g0, %g0, %wim
    set PSR_SUPERVISOR | 0x20, %g2
    wr %g2, %g0, %psr
    PSR_WAIT
    sethi %hi(FSR_AREA), %g2
    st %g0, [%g2]
    ld [%g2], %fsr
    ta END_TRAP

/* ---- a trap of random code: %l0 AREA, %l1 pc, %l2 npc ---- */
trap:
    std %l4, [%l0 + VAR_L4]
    std %l6, [%l0 + VAR_L6]
    rd %psr, %l3
    rd %tbr, %l4
    srl %l4, 4, %l4
    and %l4, 0xff, %l4
    ld [%l0 + VAR_LOG_END], %l5
    cmp %l4, 8
    be fp_exception
    nop
log_trap:
    st %l4, [%l5]
    st %l1, [%l5 + 4]
    st %l2, [%l5 + 8]
    st %l3, [%l5 + 12]
    add %l5, 16, %l5
    sethi %hi(LOG + LOG_SIZE - 1024), %l7
    cmp %l5, %l7
    bgeu 1f
    nop
    st %l5, [%l0 + VAR_LOG_END]
1:  rd %wim, %l4
    add %l3, 1, %l5
    and %l5, 7, %l5
    mov 1, %l7
    sll %l7, %l5, %l7
    andn %l4, %l7, %l4
    wr %l4, %g0, %wim
    wr %l3, %g0, %psr
    PSR_WAIT
    ldd [%l0 + VAR_L4], %l4
    ldd [%l0 + VAR_L6], %l6
    ld [%l0 + VAR_L3], %l3
    jmp %l2
    rett %l2 + 4

/* One more line in the log: 0x108, fsr, the FPop.  If there is a queue, the FPop is what it says. */
fp_exception:
    st %fsr, [%l0 + VAR_FSR]
    ld [%l0 + VAR_FSR], %l7
    set FSR_QNE, %l4
    btst %l4, %l7
    be 1f
    ld [%l1], %l6
    std %fq, [%l0 + VAR_FQ]
    ld [%l0 + VAR_FQ], %l1
    ld [%l0 + VAR_FQ + 4], %l6
    add %l1, 4, %l2
    andn %l7, %l4, %l7
1:  srl %l7, 14, %l4
    and %l4, 7, %l4
    cmp %l4, 3
    be,a 4f
    andn %l7, 0x1f, %l7
    cmp %l4, 1
    bne 5f
    nop
    ldd [%l0 + VAR_ZEROS], %f28
    ldd [%l0 + VAR_ZEROS], %f30
    srl %l7, 23, %l4
    and %l4, %l7, %l4
    and %l4, 0x1f, %l4
    andncc %l4, 1, %g0
    be 2f
    nop
    andn %l4, 1, %l4
2:  andn %l7, 0x1f, %l7
    or %l7, %l4, %l7
4:  st %l7, [%l0 + VAR_FSR]
    ld [%l0 + VAR_FSR], %fsr
5:  set FSR_VERSION, %l4
    andn %l7, %l4, %l7
    mov 0x108, %l4
    st %l4, [%l5]
    st %l7, [%l5 + 4]
    st %l6, [%l5 + 8]
    st %g0, [%l5 + 12]
    add %l5, 16, %l5
    ba log_trap
    mov 8, %l4

/* ---- the end of a case: %l2 AREA ---- */
end:
    rd %psr, %l1
    st %l1, [%l2 + DUMP_PSR]
    st %g0, [%l2 + DUMP_GLOBALS]
    st %g1, [%l2 + DUMP_GLOBALS + 4]
    std %g2, [%l2 + DUMP_GLOBALS + 8]
    std %g4, [%l2 + DUMP_GLOBALS + 16]
    std %g6, [%l2 + DUMP_GLOBALS + 24]
    mov %l2, %g1
    rd %wim, %g2
    st %g2, [%g1 + DUMP_WIM]
    wr %g0, %g0, %wim
    rd %tbr, %g2
    st %g2, [%g1 + DUMP_TBR]
    rd %y, %g2
    st %g2, [%g1 + DUMP_Y]
    set PSR_SUPERVISOR, %g2
    .set window, 0
    .rept 8
    wr %g2, window, %psr
    PSR_WAIT
    .set at, DUMP_WINDOWS + 64 * window
    std %l0, [%g1 + at]
    std %l2, [%g1 + at + 8]
    std %l4, [%g1 + at + 16]
    std %l6, [%g1 + at + 24]
    std %i0, [%g1 + at + 32]
    std %i2, [%g1 + at + 40]
    std %i4, [%g1 + at + 48]
    std %i6, [%g1 + at + 56]
    .set window, window + 1
    .endr
    .irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
    std %f\n, [%g1 + DUMP_F + 4 * \n]
    .endr
    st %fsr, [%g1 + DUMP_FSR]
    ld [%g1 + DUMP_FSR], %g3
    set FSR_VERSION, %g4
    andn %g3, %g4, %g3
    st %g3, [%g1 + DUMP_FSR]
    set FSR_AREA, %g5
    .irp n, 0, 4, 8, 12
    ld [%g5 + \n], %g3
    andn %g3, %g4, %g3
    st %g3, [%g1 + DUMP_FSRS + \n]
    st %g0, [%g5 + \n]
    .endr
    ld [%g1 + VAR_LOG_END], %g3
    set LOG, %g4
    sub %g3, %g4, %g3
    st %g3, [%g1 + DUMP_LOG]

    ld [%g1 + VAR_FIRST], %g2
    tst %g2
    bne start_group
    st %g0, [%g1 + VAR_FIRST]

    ld [%g1 + VAR_HASH], %g2
    set AREA, %o0
    call report
    add %o0, DUMP_SIZE, %o1
    set SCRATCH_1 + SCRATCH_1_LOW, %o0
    call report
    add %o0, SCRATCH_SIZE, %o1
    set SCRATCH_2 + SCRATCH_2_LOW, %o0
    call report
    add %o0, SCRATCH_SIZE, %o1
    set LOG, %o0
    call report
    ld [%g1 + VAR_LOG_END], %o1
    st %g2, [%g1 + VAR_HASH]

    ld [%g1 + VAR_GROUP], %g3
    subcc %g3, 1, %g3
    bne next
    st %g3, [%g1 + VAR_GROUP]
    call print
    mov %g2, %o0
start_group:
    sethi %hi(HEAD), %g2
    ld [%g2 + HEAD_GROUP], %g3
    st %g3, [%g1 + VAR_GROUP]
    mov 1, %g3
    st %g3, [%g1 + VAR_HASH]
next:
    ld [%g1 + VAR_SLOT], %g2
    add %g2, SLOT_SIZE, %g2
    st %g2, [%g1 + VAR_SLOT]
    ld [%g1 + VAR_COUNT], %g3
    subcc %g3, 1, %g3
    be finish
    st %g3, [%g1 + VAR_COUNT]

/* ---- the start of a case: %g1 AREA, %g2 slot ---- */
    set LOG, %g3
    st %g3, [%g1 + VAR_LOG_END]
    ld [%g2 + SLOT_IMAGE], %g3
    set SCRATCH_1 + SCRATCH_1_LOW, %g6
    .set at, 0
    .rept SCRATCH_SIZE / 8
    ldd [%g3 + IMAGE_SCRATCH + at], %g4
    std %g4, [%g6 + at]
    .set at, at + 8
    .endr
    set SCRATCH_2 + SCRATCH_2_LOW, %g6
    .set at, 0
    .rept SCRATCH_SIZE / 8
    ldd [%g3 + IMAGE_SCRATCH + SCRATCH_SIZE + at], %g4
    std %g4, [%g6 + at]
    .set at, at + 8
    .endr
    .irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
    ldd [%g3 + IMAGE_F + 4 * \n], %f\n
    .endr
    ld [%g2 + SLOT_FSR], %fsr
    set PSR_SUPERVISOR, %g4
    .set window, 0
    .rept 8
    wr %g4, window, %psr
    PSR_WAIT
    .set at, IMAGE_WINDOWS + 64 * window
    ldd [%g3 + at], %l0
    ldd [%g3 + at + 8], %l2
    ldd [%g3 + at + 16], %l4
    ldd [%g3 + at + 24], %l6
    ldd [%g3 + at + 32], %i0
    ldd [%g3 + at + 40], %i2
    ldd [%g3 + at + 48], %i4
    ldd [%g3 + at + 56], %i6
    .set window, window + 1
    .endr
    ld [%g2 + SLOT_Y], %g4
    wr %g4, %g0, %y
    ld [%g2 + SLOT_TBR], %g4
    wr %g4, %g0, %tbr
    ld [%g2 + SLOT_WIM], %g4
    wr %g4, %g0, %wim
    ld [%g2 + SLOT_PSR], %g4
    wr %g4, %g0, %psr
    PSR_WAIT
    mov %g3, %l0
    add %g2, SLOT_CODE, %l1
    add %l1, 4, %l2
    ld [%l0 + IMAGE_GLOBALS + 4], %g1
    ldd [%l0 + IMAGE_GLOBALS + 8], %g2
    ldd [%l0 + IMAGE_GLOBALS + 16], %g4
    ldd [%l0 + IMAGE_GLOBALS + 24], %g6
    jmp %l1
    rett %l2

/* ---- output ---- */

/* %o0 from, %o1 to, a multiple of 16 bytes (both); %g2 hash so far.  Uses all but %g1. */
report:
    mov %o7, %i7
    sethi %hi(HEAD), %g3
    ld [%g3 + HEAD_RAW], %i5
    mov %o0, %i0
    mov %o1, %i1
1:  cmp %i0, %i1
    bgeu 3f
    tst %i5
    bne 4f
    ldd [%i0], %l0
    ldd [%i0 + 8], %l2
2:  .irp r, %l0, %l1, %l2, %l3
    sll %g2, 5, %g3
    add %g2, %g3, %g2
    xor %g2, \r, %g2
    .endr
    ba 1b
    add %i0, 16, %i0
3:  jmp %i7 + 8
    nop
4:  call print
    ld [%i0], %o0
    add %i0, 4, %i0
    cmp %i0, %i1
    blu 4b
    nop
    ba 3b
    nop

/* %o0 number: eight digits and a newline. */
print:
    mov %o7, %l7
    mov 8, %l6
    mov %o0, %l5
1:  srl %l5, 28, %o0
    cmp %o0, 10
    bl 2f
    add %o0, '0', %o0
    add %o0, 'a' - '0' - 10, %o0
2:  call put
    sll %l5, 4, %l5
    subcc %l6, 1, %l6
    bne 1b
    nop
    call put
    mov 10, %o0
    jmp %l7 + 8
    nop

put:
    set UART, %g4
1:  ld [%g4 + 4], %g5
    btst 4, %g5
    be 1b
    nop
    retl
    st %o0, [%g4]

/* The last group may be a part of one.  "." says that this is the end. */
finish:
    sethi %hi(HEAD), %g2
    ld [%g2 + HEAD_GROUP], %g3
    ld [%g1 + VAR_GROUP], %g4
    cmp %g3, %g4
    be 1f
    nop
    call print
    ld [%g1 + VAR_HASH], %o0
1:  call put
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
