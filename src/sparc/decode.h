// SPDX-License-Identifier: MIT
/*
 * Decoding: a 32-bit word to a row of insns.def and its operands.
 */
#ifndef SPARC_DECODE_H
#define SPARC_DECODE_H

#include <stdbool.h>
#include <stdint.h>

struct cpu;
struct insn;

enum insn_id {
#define INSN(name, ...) INSN_##name,
#include "sparc/insns.def"
    INSN_COUNT
};
_Static_assert(INSN_COUNT <= 256, "a row number fits a byte");

/* The field of the word that a row's code is compared with, see insns.def. */
enum insn_space {
    SPACE_OP1,
    SPACE_OP2,
    SPACE_ARITH,
    SPACE_MEM,
    SPACE_FP1,
    SPACE_FP2,
    SPACE_RDY,
    SPACE_WRY,
    SPACE_NO,
    SPACE_COUNT
};

/* Flags of a row, see insns.def. */
#define INSN_FLAGS(FLAG)                                                                           \
    FLAG(PRIV, 0)                                                                                  \
    FLAG(CTI, 1)                                                                                   \
    FLAG(LOADS, 2)                                                                                 \
    FLAG(STORES, 3)                                                                                \
    FLAG(ATOMIC, 4)                                                                                \
    FLAG(EVEN_RD, 5)                                                                               \
    FLAG(ICC, 6)                                                                                   \
    FLAG(READS_ICC, 7)                                                                             \
    FLAG(FPU, 8)                                                                                   \
    FLAG(CP, 9)                                                                                    \
    FLAG(MAC, 10)                                                                                  \
    FLAG(SYS, 11)                                                                                  \
    FLAG(INVERT, 12)

enum insn_flag {
#define FLAG(name, bit) INSN_F_##name = 1 << bit,
    INSN_FLAGS(FLAG)
#undef FLAG
};

/* What is special about the fields of a format, see formats.def. */
enum insn_field {
    FIELD_IMM = 1,
    FIELD_READS_RD = 2,
    FIELD_ASI = 4,
    FIELD_COND = 8,
    FIELD_DISP22 = 16,
    FIELD_DISP30 = 32,
    FIELD_HI22 = 64,
};

enum insn_format {
#define FORMAT(name, ...) FORMAT_##name,
#include "sparc/formats.def"
};

/* The columns of formats.def, each as FIELDS_RRI and so on. */
enum {
#define FORMAT(name, fields, operands, from, to)                                                   \
    FIELDS_##name = fields, OPERANDS_##name = operands, FROM_##name = from, TO_##name = to,
#include "sparc/formats.def"
};

/* A row of the table. */
struct insn_row {
    const char *name;
    uint8_t format; /* enum insn_format */
    uint8_t fields; /* enum insn_field; this and the next three are the format's columns */
    uint8_t operands, from, to;
    uint8_t cycles;
    uint16_t flags; /* enum insn_flag */
    const char *manual;
    const char *syntax;
};

extern const struct insn_row insn_rows[INSN_COUNT];

typedef void insn_function(struct cpu *cpu, const struct insn *f);

/*
 * A decoded instruction.
 *
 * An integer operand is cpu->bank[bankN][regN]: bank 0 is the globals, bank 1 the current window.
 * A destination %g0 is bank 0, register 8, which nobody reads.  Where the word has an immediate,
 * operand 2 is %g0 and `imm` the value; where it has a register, imm is 0: so operand 2
 * is the sum of both in either case.
 */
struct insn {
    insn_function *execute;
    uint32_t word;
    int32_t imm; /* simm13, imm22 << 10, or displacement in bytes */
    uint8_t bank1, reg1;
    uint8_t bank2, reg2;
    uint8_t bankd, regd;
    uint8_t row; /* enum insn_id */
    uint8_t cycles;
    uint8_t rd; /* register numbers as in the word */
    uint8_t rs1;
    uint8_t rs2;
    uint8_t asi;       /* of the formats that have one; else 0 */
    uint8_t condition; /* of Bicc, FBfcc, CBccc, Ticc, 0..15 */
    bool annul;        /* a: the delay instruction is annulled */
};
_Static_assert(sizeof(struct insn) == 32, "an index shift finds it");

#define INSN_IMMEDIATE (1u << 13) /* of the word: operand 2 is simm13 */

/* The row of word.  Words that are no instruction give INSN_ILLEGAL. */
enum insn_id insn_find(uint32_t word);

/* Fills all of *f except `execute`. */
void insn_decode(uint32_t word, struct insn *f);

/* Writes the assembly text of word at pc to text, cut off at size - 1 characters. */
void insn_disassemble(uint32_t word, uint32_t pc, char *text, unsigned size);

#endif
