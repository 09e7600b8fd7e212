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
#undef INSN
    INSN_COUNT
};
_Static_assert(INSN_COUNT <= 256, "a row number fits a byte");

/* Row flags, see insns.def. */
enum insn_flag {
    INSN_F_PRIV = 0x001,
    INSN_F_CTI = 0x002,
    INSN_F_LOADS = 0x004,
    INSN_F_STORES = 0x008,
    INSN_F_ATOMIC = 0x010,
    INSN_F_EVEN_RD = 0x020,
    INSN_F_ICC = 0x040,
    INSN_F_FPU = 0x080,
    INSN_F_CP = 0x100,
    INSN_F_MAC = 0x200,
    INSN_F_SYS = 0x400,
};

/* Which fields a word has. */
enum insn_format {
    FORMAT_NONE,    /* nothing of interest                                       */
    FORMAT_CALL,    /* disp30                                                    */
    FORMAT_IMM22,   /* imm22 as it is                                            */
    FORMAT_SETHI,   /* rd, imm22 << 10                                           */
    FORMAT_BRANCH,  /* a, cond, disp22                                           */
    FORMAT_FBRANCH, /* the same, floating-point conditions                       */
    FORMAT_CBRANCH, /* the same, coprocessor conditions                          */
    FORMAT_RRI,     /* rd, rs1, rs2 or simm13                                    */
    FORMAT_SHIFT,   /* rd, rs1, rs2 or shcnt                                     */
    FORMAT_ADDR,    /* rs1, rs2 or simm13                                        */
    FORMAT_TICC,    /* cond, rs1, rs2 or simm13                                  */
    FORMAT_RDREG,   /* rd                                                        */
    FORMAT_RDASR,   /* rd, asr number in rs1                                     */
    FORMAT_WRREG,   /* rs1, rs2 or simm13                                        */
    FORMAT_WRASR,   /* the same, asr number in rd                                */
    FORMAT_LOAD,    /* rd, address                                               */
    FORMAT_STORE,   /* rd is read; address                                       */
    FORMAT_LOADA,   /* rd, rs1, rs2, asi                                         */
    FORMAT_STOREA,  /* rd is read; rs1, rs2, asi                                 */
    FORMAT_CASA,    /* rd, rs1, rs2, asi                                         */
    FORMAT_LOADF,   /* rd is an f register; address                              */
    FORMAT_STOREF,
    FORMAT_LOADC, /* rd is a coprocessor register; address                       */
    FORMAT_STOREC,
    FORMAT_CPOP,  /* rd, rs1, opc, rs2                                          */
    FORMAT_F_S_S, /* f registers: sources _ destination, Single Double Quad     */
    FORMAT_F_D_D,
    FORMAT_F_Q_Q,
    FORMAT_F_S_D,
    FORMAT_F_D_S,
    FORMAT_F_S_Q,
    FORMAT_F_D_Q,
    FORMAT_F_Q_S,
    FORMAT_F_Q_D,
    FORMAT_F_SS_S,
    FORMAT_F_DD_D,
    FORMAT_F_QQ_Q,
    FORMAT_F_SS_D,
    FORMAT_F_DD_Q,
    FORMAT_F_SS,
    FORMAT_F_DD,
    FORMAT_F_QQ,
};

/* A row of the table. */
struct insn_row {
    const char *name;
    uint8_t format; /* enum insn_format */
    uint8_t cycles;
    uint16_t flags;
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
 * operand 2 is %g0 and `imm` the value; where it has a register, imm is 0: their sum is always right.
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
    uint8_t asi; /* alternate space, or condition in bits 3:0 and annul bit in bit 4 */
};
_Static_assert(sizeof(struct insn) == 32, "an index shift finds it");

#define INSN_IMMEDIATE (1u << 13) /* of the word: operand 2 is simm13 */
#define INSN_CONDITION 0x0f
#define INSN_ANNUL     0x10

/* The row of word.  Words that are no instruction give INSN_ILLEGAL. */
enum insn_id insn_find(uint32_t word);

/* Fills *f but for `execute`. */
void insn_decode(uint32_t word, struct insn *f);

/* Writes the assembly of word at pc to text; symbols print branch targets if given. */
void insn_disassemble(uint32_t word, uint32_t pc, char *text, unsigned size);

#endif
