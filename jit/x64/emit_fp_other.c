// SPDX-License-Identifier: MIT
/*
 * Floating point: the ops whose results are not checked.  Comparisons, conversions of integers, changes of signs, moves
 * between registers, and what makes the host ready.
 */
#include "x64.h"

/* ---- emit functions ---- */

static void emit_ffromi(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_rr(&c->as, OP_XORPS, x->d, x->d);
    x64_xmm_operand(c, OP_CVTSI2F | x64_scalar(x64_is_wide(op)), x->d, x->in[0]);
}

/* The result is 2 * (greater or unordered) + (less or unordered); the host has these as "above or parity" and as carry.
 * If subnormal operands count as zeros in the host, a stub compares operands again that the host calls equal. */
static void emit_fcmp(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    bool wide = c->ops[op->a].type == IR_F64;
    uint32_t opcode = op->code == IR_FCMP ? OP_UCOMIS : OP_COMIS;

    x64_xmm_operand(c, opcode | x64_packed(wide), x->in[0].reg, x->in[1]);
    if (c->guest->fp_flush) {
        cg_add_stub(c, STUB_FCMP, x, x64_jcc_later(&c->as, CC_E));
    }
    x64_setcc(&c->as, CC_A, x->t[0]);
    x64_setcc(&c->as, CC_P, x->d);
    x64_rm(&c->as, OP_LEA, x->d, x64_at_index(x->d, x->t[0], 0, 0));
    x64_rr(&c->as, OP_MOVZX8 | X_BYTE_RM, x->d, x->d);
    x64_alu_rr(&c->as, ALU_ADC, false, x->d, x->d);
}

static void do_fcmp(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row rows[2] = {
        CG_ROW(OUT_NEW, ROW_SPOILS, 1, emit_fcmp, C_X, C_XM),
        CG_ROW(OUT_NEW, ROW_SPOILS, 1, emit_fcmp, C_X, C_X),
    };

    cg_emit_by_row(c, number, op, &rows[c->guest->fp_flush]);
}

static void emit_branch_nan(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_xmm_operand(c, OP_UCOMIS | x64_packed(x64_is_wide(op)), x->in[0].reg, x->in[1]);
}

static void do_branch_nan(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row = CG_ROW(OUT_NONE, ROW_SPOILS, 0, emit_branch_nan, C_X, C_XM);

    cg_emit_by_row(c, number, op, &row);
    x64_branch_to_arm(c, (unsigned)op->imm, CC_P);
}

static void emit_bitcast_f(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_xmm_operand(c, OP_MOVD_LOAD | x64_w(x64_is_wide(op)), x->d, x->in[0]);
}

static void emit_bitcast_i(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    bool wide = op->type == IR_I64;

    if (x->in[0].kind == OPERAND_MEM) {
        x64_rm(&c->as, OP_MOV_LOAD | x64_w(wide), x->d, x64_operand_mem(x->in[0]));
    } else {
        x64_rr(&c->as, OP_MOVD_STORE | x64_w(wide), x->in[0].reg, x->d);
    }
}

/* FNEG and FABS.  Without AVX, a is in d already. */
static void emit_sign(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    bool negate = op->code == IR_FNEG;
    uint32_t opcode = negate ? OP_XORPS : OP_ANDPS;
    const uint8_t *mask = negate ? x64_of(c)->thunks.sign : x64_of(c)->thunks.magnitude;

    if (x64_of(c)->avx) {
        x64_vex_rip(&c->as, opcode, x->d, x->in[0].reg, mask + 16 * x64_is_wide(op));
    } else {
        x64_rip(&c->as, opcode, x->d, mask + 16 * x64_is_wide(op), 0);
    }
}

static void do_sign(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row rows[2] = {
        CG_ROW(OUT_XTIED, 0, 0, emit_sign, C_X),
        CG_ROW(OUT_XNEW, 0, 0, emit_sign, C_X),
    };

    cg_emit_by_row(c, number, op, &rows[x64_of(c)->avx]);
}

/* Tests whether the host is ready; a stub makes it so if not. */
static void do_fbegin(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = X64_NONE};

    (void)op;
    if (c->fp_ready) {
        return;
    }
    cg_spoil_flags(c);
    x64_alu_mi(&c->as, ALU_CMP, false, x64_at(ENV, (int32_t)c->guest->fp_offset), 0);
    cg_add_stub(c, STUB_FBEGIN, &x, x64_jcc_later(&c->as, CC_E));
    c->fp_ready = true;
}

/* ---- the rows ---- */

/* clang-format off */
const struct cg_row x64_fp_other_rows[IR_CODES] = {
    [IR_FFROMI]    = CG_ROW(OUT_XNEW, 0, 0, emit_ffromi, C_RM),
    [IR_FCMP]      = CG_SPECIAL(do_fcmp),
    [IR_FCMPE]     = CG_SPECIAL(do_fcmp),
    [IR_BRANCH_NAN] = CG_SPECIAL(do_branch_nan),
    [IR_BITCAST_F] = CG_ROW(OUT_XNEW, 0, 0, emit_bitcast_f, C_RM),
    [IR_BITCAST_I] = CG_ROW(OUT_NEW, 0, 0, emit_bitcast_i, C_XM),
    [IR_FNEG]      = CG_SPECIAL(do_sign),
    [IR_FABS]      = CG_SPECIAL(do_sign),
    [IR_FBEGIN]    = CG_SPECIAL(do_fbegin),
};
/* clang-format on */
