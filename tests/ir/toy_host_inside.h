/* SPDX-License-Identifier: MIT */
/*
 * Inside of the toy host: its instructions, and the machine that runs them.
 *
 * What an IR op computes is not stated here again: an EXECUTE instruction calls the IR interpreter's handler of the op.
 * This host's own are registers, the frame, flags and jumps.  Each call of the guest, and each instruction with
 * `garbage`, fills the registers that it may change with garbage, so that a value that should have been saved is
 * missed.
 */
#ifndef TOY_HOST_INSIDE_H
#define TOY_HOST_INSIDE_H

#include "codegen/cg.h"
#include "ir_interp.h"
#include "toy_host.h"

enum {
    TOY_GENERAL = 0x00ff,
    TOY_FP = 0xff00,
    COUNT_REG = 3, /* shifts count by it */
    FLAGS_REG = 5,
    ENV_REG = 20,
    BANK_REG = 21,
    FRAME_REG = 22
};

enum toy_kind {
    TOY_MOVE,        /* d = in[0] */
    TOY_SPILL,       /* all 64 bits of in[0] to memory, in[1] */
    TOY_STORE,       /* in[0] to memory, in[1], as `type` */
    TOY_COMPARE,     /* flags = of in[0] and in[1], by `flags_kind` */
    TOY_TAKE_FLAGS,  /* flags = in[0], in the form of a slot */
    TOY_STORE_FLAGS, /* flags to memory, in[1] */
    TOY_SET_IF,      /* d = does cond hold for the flags? */
    TOY_JUMP_IF,     /* to target, if it does */
    TOY_JUMP,
    TOY_EXECUTE,         /* d (or the flags) = op of in[] */
    TOY_EXECUTE_OR_JUMP, /* to target if the op does not go on */
};

struct toy_instr {
    struct irx_op op; /* EXECUTE */
    struct toy_instr *target;
    const void **link; /* EXIT: where its link is */
    struct cg_operand in[3];
    uint32_t garbage; /* registers that it changes beside d */
    uint8_t types[3]; /* enum ir_type, of in[] */
    uint8_t kind;     /* enum toy_kind */
    uint8_t d;        /* CG_NONE: no result */
    uint8_t type;     /* enum ir_type, of d */
    uint8_t cond;     /* enum ir_cond */
    uint8_t flags_kind;
    bool wide;
    bool gives_flags;
};

/* What the host keeps of a block beside its code. */
struct toy_side {
    struct toy_side *next;
    const void *links[IR_MAX_LINKS];
    struct ir_insn insns[IR_MAX_INSNS];
};

struct toy_machine {
    struct irx_run run;
    uint64_t regs[CG_REGS];
    unsigned flags; /* N 8, Z 4, V 2, C 1 */
    uint64_t frame[IR_MAX_OPS];
};

struct toy_host {
    struct cg cg; /* first: toy_of() */
    struct interp *interp;
    struct toy_side *sides;
    struct toy_machine machine;
};

static inline struct toy_host *toy_of(struct cg *c)
{
    return (struct toy_host *)c;
}

/* ---- toy_host_rows.c ---- */

extern const struct cg_row toy_rows[IR_CODES];
/* The next instruction, empty but for its kind. */
struct toy_instr *toy_emit(struct cg *c, enum toy_kind kind);
void toy_emit_compare(struct cg *c, enum cg_flags_kind kind, bool wide, struct cg_operand a,
                      struct cg_operand b);
void toy_store_flags(struct cg *c, struct cg_mem to, bool keep);
void toy_cond_to_reg(struct cg *c, enum ir_cond cond, unsigned reg);
bool toy_stubs(struct cg *c);

/* ---- toy_host_run.c ---- */

struct jit_exit toy_host_run(void *self, void *env, const void *entry);

#endif
