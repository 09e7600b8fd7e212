/* SPDX-License-Identifier: MIT */
/*
 * For the files of the generator only: functions that write units (stream.h) of random code.  Numbers
 * in brackets, here and in emit_*.c, are entries of skip.txt.
 */
#ifndef DIFF_EMIT_H
#define DIFF_EMIT_H

#include "sparc/decode.h"
#include "stream.h"

#define IMMEDIATE          (1u << 13)
#define NOP                0x01000000u
#define FBN                0x01800000u
#define PERCENT_MISALIGNED 8

/* ---- emit.c ---- */

/* A row's opcode, all fields 0. */
uint32_t row_word(enum insn_id row);

/* Fields. */
static inline uint32_t rd(unsigned number)
{
    return number << 25;
}

static inline uint32_t rs1(unsigned number)
{
    return number << 14;
}

static inline uint32_t simm13(uint32_t value)
{
    return IMMEDIATE | (value & 0x1fff);
}

/* rs2 or simm13, biased; rs1 and that. */
uint32_t operand2(struct stream *s);
uint32_t operands(struct stream *s);

/* Any register; one that can be set; another one that can be set. */
unsigned any_register(struct stream *s);
unsigned some_register(struct stream *s);
unsigned other_register(struct stream *s, unsigned than);

void emit_word(struct stream *s, uint32_t word);
/* The upper 22 bits of value, or all of it, to reg. */
void emit_sethi(struct stream *s, unsigned reg, uint32_t value);
void emit_set(struct stream *s, unsigned reg, uint32_t value);
/* The next word, or words, aim at a unit further on. */
void add_fixup(struct stream *s, enum fixup_kind kind);

/* ---- emit_control.c ---- */

void emit_branch(struct stream *s, enum insn_id row);
void emit_jump(struct stream *s);
void emit_rett(struct stream *s);
void emit_ticc(struct stream *s);
void emit_wrpsr(struct stream *s);
void emit_wrtbr(struct stream *s);
void emit_asr(struct stream *s, enum insn_id row);

/* ---- emit_memory.c ---- */

void emit_memory(struct stream *s, enum insn_id row);
void emit_ldfsr(struct stream *s);
void emit_fsr_or_queue(struct stream *s, enum insn_id row);

/* ---- emit_fpu.c ---- */

/* Is the row an FPop; one with quad numbers, which always traps; one that needs an operand that is
 * a number? */
bool is_fpop(enum insn_id row);
bool is_unimplemented_fpop(enum insn_id row);
bool needs_number(enum insn_id row);
/* An FPop with operands; its unit; the unit of one that needs_number(). */
uint32_t fp_operands(struct stream *s, enum insn_id row);
void emit_fpop(struct stream *s, uint32_t word);
void emit_fpop_of_number(struct stream *s, enum insn_id row);

#endif
