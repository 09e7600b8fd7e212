/* SPDX-License-Identifier: MIT */
/*
 * Start, trap table and end of an instruction test; see isa.h.
 *
 * Output goes to the UART; the end is that of RTEMS: `ta 0` with traps disabled, %g1 = 1, %g2 = 5 and
 * the code in %g3, which is 0 or the number of the case that failed.
 */
#include "isa.h"

#define UART 0x80000100

    .section .trap_table, "ax"
    .global isa_trap_table
isa_trap_table:
    ba isa_start
    nop
    nop
    nop
    .set number, 1
    .rept 255
    rd %psr, %l0
    sethi %hi(isa_trap), %l4
    jmp %l4 + %lo(isa_trap)
    mov number, %l3
    .set number, number + 1
    .endr

    .text
isa_start:
    set isa_trap_table, %g1
    wr %g1, %g0, %tbr
    wr %g0, %g0, %wim
    set PSR_EF | PSR_PIL | PSR_S | PSR_PS | PSR_ET | 1, %g1
    wr %g1, %g0, %psr
    PSR_WAIT
    rd %psr, %g1
    set PSR_EF, %g2
    btst %g1, %g2
    be 1f
    nop
    set isa_scratch, %g1
    ld [%g1], %fsr
1:  mov 0, %g7
    ba isa_main
    nop

/* %l0 psr, %l1 pc, %l2 npc, %l3 entry of the table */
    .global isa_trap
isa_trap:
    set isa_record, %l5
    ld [%l5 + 24], %l6
    tst %l6
    be 1f
    nop
    jmp %l6
    nop
1:  rd %tbr, %l4
    srl %l4, 4, %l4
    and %l4, 0xff, %l4
    cmp %l4, %l3
    bne isa_wrong_trap
    ld [%l5], %l6
    cmp %l4, %l6
    bne isa_wrong_trap
    ld [%l5 + 4], %l6
    cmp %l1, %l6
    bne isa_wrong_trap
    ld [%l5 + 8], %l6
    cmp %l2, %l6
    bne isa_wrong_trap
    and %l0, PSR_S | PSR_ET, %l6
    cmp %l6, PSR_S
    bne isa_wrong_trap
    ld [%l5 + 16], %l7
    srl %l0, 6, %l6
    and %l6, 1, %l6
    cmp %l6, %l7
    bne isa_wrong_trap
    st %l0, [%l5 + 20]
    mov -1, %l6
    st %l6, [%l5]
    ld [%l5 + 12], %l1
    add %l1, 4, %l2
    or %l0, PSR_PS, %l0
    wr %l0, %g0, %psr
    clr %l0 ! so that the next trap shows whether its entry was executed from the start
    clr %l3
    nop
    jmp %l1
    rett %l2

/* Handlers for HANDLER(): note what the trap brought, then go on behind the instruction, or with it. */
    .macro note
    set isa_seen, %l5
    st %l0, [%l5]
    st %l1, [%l5 + 4]
    st %l2, [%l5 + 8]
    st %l3, [%l5 + 12]
    rd %tbr, %l6
    st %l6, [%l5 + 16]
    ld [%l5 + 20], %l6
    add %l6, 1, %l6
    st %l6, [%l5 + 20]
    wr %l0, %g0, %psr
    PSR_WAIT
    .endm
    .global isa_skip, isa_resume
isa_skip:
    note
    jmp %l2
    rett %l2 + 4
isa_resume:
    note
    jmp %l1
    rett %l2

/* "FAIL case: trap tt pc npc psr" */
    .global isa_wrong_trap
isa_wrong_trap:
    mov %l0, %g3
    rd %tbr, %g2
    srl %g2, 4, %g2
    and %g2, 0xff, %g2
    set isa_fail_text, %g1
    call print_text
    nop
    call print_decimal
    mov %g7, %g1
    set isa_trap_text, %g1
    call print_text
    nop
    call print_hex
    mov %g2, %g1
    call print_hex
    mov %l1, %g1
    call print_hex
    mov %l2, %g1
    call print_hex
    mov %g3, %g1
    ba isa_stop
    nop

/* "FAIL case" */
    .global isa_fail
isa_fail:
    mov %g6, %i3
    set isa_fail_text, %g1
    call print_text
    nop
    call print_decimal
    mov %g7, %g1
    set isa_value_text, %g1
    call print_text
    nop
    call print_hex
    mov %i3, %g1
isa_stop:
    set isa_end_text, %g1
    call print_text
    nop
    ba isa_exit
    mov %g7, %g3

    .global isa_pass
isa_pass:
    set isa_pass_text, %g1
    call print_text
    nop
    mov 0, %g3

isa_exit:
    mov 1, %g1
    mov 5, %g2
    rd %psr, %g4
    andn %g4, PSR_ET, %g4
    wr %g4, %g0, %psr
    PSR_WAIT
    ta 0
    ba isa_exit
    nop

/* %g1 text.  The print routines use %g4..%g6 and locals of the window at hand, and %o7. */
print_text:
    mov %o7, %l6
1:  ldub [%g1], %o0
    tst %o0
    be 2f
    add %g1, 1, %g1
    call print_character
    nop
    ba 1b
    nop
2:  jmp %l6 + 8
    nop

/* %o0 character */
print_character:
    set UART, %g5
    mov 2, %g6
    st %g6, [%g5 + 8]
1:  ld [%g5 + 4], %g6
    btst 4, %g6
    be 1b
    nop
    retl
    st %o0, [%g5]

/* %g1 number: blank and eight digits */
print_hex:
    mov %o7, %l6
    call print_character
    mov ' ', %o0
    mov 8, %l7
1:  srl %g1, 28, %o0
    cmp %o0, 10
    bl 2f
    add %o0, '0', %o0
    add %o0, 'a' - '0' - 10, %o0
2:  call print_character
    sll %g1, 4, %g1
    subcc %l7, 1, %l7
    bne 1b
    nop
    jmp %l6 + 8
    nop

/* %g1 number below 1000000: five digits or six */
print_decimal:
    mov %o7, %l6
    set isa_powers, %l7
1:  ld [%l7], %l5
    tst %l5
    be 4f
    mov '0', %o0
2:  cmp %g1, %l5
    bl 3f
    nop
    sub %g1, %l5, %g1
    ba 2b
    add %o0, 1, %o0
3:  call print_character
    add %l7, 4, %l7
    ba 1b
    nop
4:  jmp %l6 + 8
    nop

    .data
    .align 8
/* tt, pc, npc, resume, ps; psr found; handler */
    .global isa_record
isa_record:
    .word -1, 0, 0, 0, 0, 0, 0, 0
/* psr, pc, npc, entry, tbr, how many */
    .global isa_seen
isa_seen:
    .word 0, 0, 0, 0, 0, 0, 0, 0
    .global isa_scratch
isa_scratch:
    .skip 256
    .align 64
    .global isa_memory
isa_memory:
    .skip 64
isa_powers:
    .word 100000, 10000, 1000, 100, 10, 1, 0
isa_pass_text:
    .asciz "PASS\n"
isa_fail_text:
    .asciz "FAIL case "
isa_value_text:
    .asciz ", macro register"
isa_trap_text:
    .asciz ", unexpected trap, pc, npc, psr:"
isa_end_text:
    .asciz "\n"
