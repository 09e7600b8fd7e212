// SPDX-License-Identifier: MIT
/*
 * Inside of the IR interpreter: the form in which it keeps blocks, and what its files share.
 *
 * Each op becomes a struct irx_op with the function that performs it; that function returns the op
 * to go on with, or NULL to leave.  Values are kept by op number as 64 bits: I32 and F32 with zeros
 * above, F32 and F64 as their bits, FLAGS as N 8, Z 4, V 2, C 1.
 */
#ifndef IR_INTERP_H
#define IR_INTERP_H

#include <ffi.h>
#include <string.h>

#include "backend.h"
#include "ring.h"

struct irx_run;
struct irx_op;
typedef const struct irx_op *irx_handler(struct irx_run *run, const struct irx_op *op);

struct irx_op {
    irx_handler *handler;
    struct ir_op ir;
    union {
        uint32_t slot_offset; /* op with a slot */
        uint32_t arm_first;   /* branch: index of the arm's first op */
    };
    uint16_t number; /* of its result */
    uint8_t bank;    /* of its slot: index of irx_run.bases */
};

/* A block.  Links, instructions and arms lie behind the ops. */
struct irx_code {
    void *cookie;
    const void **links; /* entry that each link goes to, or NULL */
    const struct ir_insn *insns;
    const ir_ref *arms; /* op numbers, for listings */
    uint32_t pc;
    uint32_t charge;
    uint16_t op_count;
    uint16_t number_end; /* 1 + the greatest op number */
    uint16_t link_count, insn_count, arm_count;
    bool paged;
    bool disabled;
    struct irx_op ops[];
};

/* A helper as libffi calls it. */
struct irx_helper {
    ffi_cif cif;
    ffi_type *types[1 + IR_HELPER_ARGUMENTS];
};

struct interp {
    const struct ir_guest *guest;
    struct irx_helper *helpers;
    unsigned stress;
    uint8_t *arena;
    size_t size;
    struct ring ring; /* of the arena; grow() raises its limit up to size */
};

/* The state of one call of jit_run(). */
struct irx_run {
    const struct interp *interp;
    const struct ir_guest *guest;
    const struct irx_code *code;
    uint8_t *bases[2]; /* by enum ir_bank: env, the bank */
    int64_t budget;
    uint8_t *memory;
    const uint8_t *tlb;
    const struct jit_jump *jumps;
    bool fp_begun;        /* an FBEGIN of this block was executed */
    bool fp_flush;        /* IR_FP_FLUSH is in force */
    bool fp_inexact;      /* inexact stuck already when an op with IR_FP_EXACT began */
    struct jit_exit left; /* valid once a handler has returned NULL */
    uint64_t values[IR_MAX_OPS];
};

/* Handlers by the op's code; `wide` is for I64 and F64, NULL: the same as narrow.  Each of the three tables has rows for
 * the ops of its file, the others are empty. */
struct irx_row {
    irx_handler *narrow, *wide;
};
extern const struct irx_row irx_integer_rows[IR_CODES];
extern const struct irx_row irx_state_rows[IR_CODES];
extern const struct irx_row irx_fp_rows[IR_CODES];

/* The function for an op of the block. */
irx_handler *irx_find_handler(const struct ir_block *block, const struct ir_op *op);
/* irx_begin_run() reads the bank's base, the budget and the pointers from env, before the first handler;
 * irx_end_run() writes base and budget back, after the last. */
void irx_begin_run(struct irx_run *run, const struct interp *interp, uint8_t *env);
void irx_end_run(const struct irx_run *run);
/* Enters a block, and returns its first op; NULL: generated code is left. */
const struct irx_op *irx_enter(struct irx_run *run, const void *entry);
/* Reads the pointers to memory, TLB and jump cache from env: at the start, and where the guest may have changed its
 * mode. */
void irx_read_pointers(struct irx_run *run);
/* Has the guest perform the op's instruction, by step(); returns as a handler does. */
const struct irx_op *irx_step(struct irx_run *run, const struct irx_op *op);
/* jit_fp_harvest() of this backend. */
unsigned irx_fp_harvest(const void *self);
unsigned irx_fp_take(const void *self);
/* What FBEGIN does. */
void irx_fp_begin(struct irx_run *run);
/* Does the condition hold for flags in the form N 8, Z 4, V 2, C 1? */
bool irx_flags_hold(enum ir_cond cond, unsigned flags);

static inline const struct irx_op *irx_give(struct irx_run *run, const struct irx_op *op,
                                            uint64_t value)
{
    run->values[op->number] = value;
    return op + 1;
}

static inline uint8_t *irx_slot(const struct irx_run *run, const struct irx_op *op)
{
    return run->bases[op->bank] + op->slot_offset;
}

#endif
