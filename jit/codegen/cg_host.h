// SPDX-License-Identifier: MIT
/*
 * What the code generator asks of a host: registers, one row of constraints for each IR op, and the few
 * instructions that the register allocator emits by itself.
 *
 * A host fills one struct cg_host.  Its functions get the generator's state (cg.h) and write code at c->as.p; what
 * the host keeps beside that state lies behind it in a structure of its own (jit/x64/x64.h).  docs/extending.md
 * says what a second host needs; tests/ir/toy_host.c is the least one, whose instructions the tests interpret.
 */
#ifndef CG_HOST_H
#define CG_HOST_H

#include "codebuf.h"
#include "ir.h"

struct cg;
struct cg_args;
struct cg_lazy_snapshot;

/* Registers are numbers below 32, general and floating-point ones together; a set of them is a word. */
#define CG_REGS     32
#define CG_NONE     0xffu
#define CG_BIT(reg) (UINT32_C(1) << (reg))

/* A place in memory: a slot of guest state or a place in the frame, `disp` bytes from a register. */
struct cg_mem {
    uint8_t base;
    int32_t disp;
};

/* ---- operands ---- */

enum cg_operand_kind { OPERAND_NONE, OPERAND_REG, OPERAND_IMM, OPERAND_MEM };

struct cg_operand {
    uint8_t kind;  /* enum cg_operand_kind */
    uint8_t reg;   /* MEM: the base */
    int32_t value; /* IMM; MEM: the displacement */
};

/* ---- rows: what an op asks of its registers ---- */

enum cg_constraint {               /* where an operand may be */
                     C_USE = 0,    /* anywhere: the use is counted, emit() gets no operand */
                     C_R = 1,      /* in a general register */
                     C_I = 2,      /* a constant */
                     C_M = 4,      /* in memory, if this is its last use */
                     C_X = 8,      /* in a floating-point register */
                     C_FIXED = 16, /* in the row's fixed register, which the op does not change */
                     C_FIXED_COPY = 32, /* the same, and the op may change it */
                     C_RM = C_R | C_M,
                     C_RI = C_R | C_I,
                     C_ANY = C_R | C_I | C_M,
                     C_XM = C_X | C_M,
};

enum cg_out {             /* where the result goes */
              OUT_NONE,   /* there is none */
              OUT_NEW,    /* any general register */
              OUT_TIED,   /* the register x->d, where the first operand has been moved to */
              OUT_TIED_C, /* the same with the third operand */
              OUT_SCRATCH, /* as TIED, but x->d is no result: the register is free again after the op */
              OUT_FIXED, /* the row's fixed register */
              OUT_XNEW,  /* any floating-point register */
              OUT_XTIED, /* as TIED, a floating-point register */
};

enum cg_row_flag {
    ROW_SPOILS = 1,   /* changes the host's flags */
    ROW_COMMUTES = 2, /* the first two operands may be exchanged */
    ROW_APART = 4,    /* the result is in no operand's register but the one that it is tied to */
    ROW_CLOBBERS = 8, /* changes the row's `clobbered` register */
    ROW_GIVES_FLAGS = 16, /* the result is in the host's flags */
    ROW_XTEMPS = 32,      /* the temporaries are floating-point registers */
    ROW_COMPARES = 64,    /* sets the host's flags as a branch on the same operands needs them */
};

typedef void cg_emit(struct cg *c, const struct ir_op *op, const struct cg_args *x);
typedef void cg_special(struct cg *c, unsigned number, const struct ir_op *op);

struct cg_row {
    uint8_t in[3];       /* enum cg_constraint, for as many operands as the op has */
    uint8_t out;         /* enum cg_out */
    uint8_t flags;       /* enum cg_row_flag */
    uint8_t temps;       /* how many further registers it needs */
    uint8_t fixed;       /* register that C_FIXED, C_FIXED_COPY and OUT_FIXED mean */
    uint8_t clobbered;   /* register that ROW_CLOBBERS means */
    cg_emit *emit;       /* writes the instructions, with operands that satisfy the row */
    cg_special *special; /* not NULL: does it all, or calls cg_emit_by_row() with another row */
};

/* A row; the arguments behind the emit function are the operands' constraints. */
#define CG_ROW(out_, flags_, temps_, emit_, ...)                                                   \
    {                                                                                              \
        .in = {__VA_ARGS__}, .out = (out_), .flags = (flags_), .temps = (temps_), .emit = (emit_)  \
    }
/* The same with a fixed register, and one that is clobbered. */
#define CG_FIXED_ROW(fixed_, clobbered_, out_, flags_, emit_, ...)                                 \
    {                                                                                              \
        .in = {__VA_ARGS__}, .out = (out_), .flags = (flags_), .fixed = (fixed_),                  \
        .clobbered = (clobbered_), .emit = (emit_)                                                 \
    }
#define CG_SPECIAL(special_)                                                                       \
    {                                                                                              \
        .special = (special_)                                                                      \
    }

/* What an emit function is given. */
struct cg_args {
    unsigned number; /* of the op */
    bool wide;       /* the op's type has 64 bits */
    uint8_t d;       /* result */
    uint8_t t[2];    /* temporaries */
    struct cg_operand in[3];
};

/* ---- the host ---- */

/* The kind of operation whose flags are in the host's flags. */
enum cg_flags_kind { FLAGS_NONE, FLAGS_OF_ADD, FLAGS_OF_SUB, FLAGS_OF_LOGIC, FLAGS_OF_VALUE };

#define CG_ROW_TABLES 8

struct cg_host {
    /* One table or several, each by enum ir_code.  Each op but NOP and CONST has its row in one of them; so a table can be
     * in the same file as the functions that its rows name. */
    const struct cg_row *rows[CG_ROW_TABLES];

    /* Registers that may hold values.  All of them may be changed by a call of a C function. */
    uint32_t general, fp;
    /* Registers of `first` are preferred when one is taken, those of `last` are taken only if no other is free.  `fixed`:
     * registers that rows name; a value that has to leave one of them is not moved to another. */
    uint32_t first, last, fixed;
    uint8_t env, bank, frame; /* bases of IR_ENV and IR_BANKED slots, and of the frame */
    uint8_t
        flags_reg; /* FLAGS values go through this register between the host's flags and memory */
    uint32_t spill_offset; /* where in the frame the places of spilled values are, 8 bytes each */
    uint32_t longest;      /* most bytes of code of any op or stub */
    uint32_t entry_offset; /* bytes before the entry, which is aligned to 16, that are entry()'s */
    uint8_t compare_in[2]; /* enum cg_constraint of compare()'s operands; one in memory at most */

    /* Moves.  They leave the host's flags alone.  `type` is an enum ir_type. */
    void (*move)(struct cg *c, unsigned type, unsigned to, unsigned from);
    void (*load)(struct cg *c, unsigned type, unsigned reg, struct cg_mem from);
    void (*load_const)(struct cg *c, unsigned type, unsigned reg, int32_t imm);
    void (*store)(struct cg *c, unsigned type, struct cg_mem to, unsigned reg);
    void (*store_const)(struct cg *c, unsigned type, struct cg_mem to, int32_t imm);
    void (*spill)(struct cg *c, struct cg_mem to, unsigned reg); /* all 64 bits */

    /* Sets the host's flags as a - b does. */
    void (*compare)(struct cg *c, bool wide, struct cg_operand a, struct cg_operand b);
    /* Copies the host's flags, in the form of a FLAGS slot (struct jit_flags_layout), into flags_reg. */
    void (*flags_to_reg)(struct cg *c);
    /* The same into memory.  keep: flags_reg holds a value that must be preserved. */
    void (*store_flags)(struct cg *c, struct cg_mem to, bool keep);
    /* Writes 1 into the register if the host's flags, which do not change, meet the condition; else 0. */
    void (*cond_to_reg)(struct cg *c, enum ir_cond cond, unsigned reg);
    /* Performs the operation again (kind: ADD of a constant, SUB or LOGIC) and stores its flags. */
    void (*store_flags_of)(struct cg *c, enum cg_flags_kind kind, struct cg_operand a,
                           struct cg_operand b, struct cg_mem to, bool keep);

    /* Writes, from c->entry on, the code that takes the charge from the budget, and at c->cold what the block needs beside
     * (the way out if the budget is too small, the cookie); sets c->stubs_at to the end of that, which must
     * not be empty. */
    void (*entry)(struct cg *c);
    /* Lets the jump whose displacement field is given go to what is emitted next. */
    void (*bind)(struct cg *c, uint8_t *jump);
    /* Writes the stubs, from c->stubs_at on.  False: there is no room. */
    bool (*stubs)(struct cg *c);
};

#endif
