// SPDX-License-Identifier: MIT
/*
 * Floating point with scalar SSE2 or AVX.
 *
 * Results that a guest may define differently go to a stub: NaNs; and from FMUL, FDIV and FNARROW also numbers
 * not above the least normal one, since hosts and guests differ in which results they call tiny.  With AVX one look
 * at the exponent finds all that may be special, and the stub looks closer.  Without, one comparison finds both, because
 * `jbe` is also taken if the comparison is unordered, as it is for a NaN.
 *
 * An op with further checks (enum ir_fp_check) looks for subnormal operands before it does anything, except for
 * those that always give a special result (tells_by_result()); and for large results before small ones.
 */
#include "check.h"
#include "x64.h"

void x64_xmm_operand(struct cg *c, uint32_t opcode, unsigned reg, struct cg_operand operand)
{
    if (operand.kind == OPERAND_MEM) {
        x64_rm(&c->as, opcode, reg, x64_operand_mem(operand));
    } else {
        x64_rr(&c->as, opcode, reg, operand.reg);
    }
}

/* ---- results that may be special ---- */

static struct cg_stub *check_nan(struct cg *c, const struct ir_op *op, const struct cg_args *x,
                                 bool wide)
{
    if (op->insn == IR_NONE) {
        return NULL;
    }
    x64_rr(&c->as, OP_UCOMIS | x64_packed(wide), x->d, x->d);
    return cg_add_stub(c, STUB_FP, x, x64_jcc_later(&c->as, CC_P));
}

void x64_magnitude(struct cg *c, unsigned to, unsigned from, bool wide)
{
    const uint8_t *mask = x64_of(c)->thunks.magnitude + 16 * wide;

    if (x64_of(c)->avx) {
        x64_vex_rip(&c->as, OP_ANDPS, to, from, mask);
    } else {
        x64_rr(&c->as, OP_MOVAPS, to, from);
        x64_rip(&c->as, OP_ANDPS, to, mask, 0);
    }
}

/* Goes to a stub if the exponent of the result is one of the two least or of the two greatest: in PTEST with all bits of
 * the exponent but the lowest, the former sets ZF, the latter CF.  The stub looks whether the result is special. */
static struct cg_stub *check_exponent(struct cg *c, const struct cg_args *x, bool wide)
{
    x64_vex_rip(&c->as, OP_PTEST, x->d, 0, x64_of(c)->thunks.extreme + 16 * wide);
    return cg_add_stub(c, STUB_FP_EXTREME, x, x64_jcc_later(&c->as, CC_BE));
}

/* The same by comparisons with numbers. */
static struct cg_stub *check_magnitude(struct cg *c, const struct ir_op *op,
                                       const struct cg_args *x, bool wide, const uint8_t *least)
{
    uint8_t *large = NULL;
    struct cg_stub *stub;

    x64_magnitude(c, X64_SCRATCH, x->d, wide);
    if (op->cond & IR_FP_RANGE) {
        x64_rip(&c->as, OP_UCOMIS | x64_packed(wide), X64_SCRATCH,
                x64_of(c)->thunks.greatest + 16 * wide, 0);
        large = x64_jcc_later(&c->as, CC_AE);
    }
    x64_rip(&c->as, OP_UCOMIS | x64_packed(wide), X64_SCRATCH, least + 16 * wide, 0);
    stub = cg_add_stub(c, STUB_FP_RESULT, x, x64_jcc_later(&c->as, CC_BE));
    stub->also = large;
    return stub;
}

/* Goes to a stub if the result is a NaN or not above the least normal number; with IR_FP_RANGE, also if it is large. */
static struct cg_stub *check_result(struct cg *c, const struct ir_op *op, const struct cg_args *x,
                                    bool wide)
{
    bool by_error = op->cond & IR_FP_EXACT && (op->code == IR_FMUL || op->code == IR_FDIV);

    if (op->insn == IR_NONE && !(op->cond & IR_FP_POISON)) {
        return NULL;
    }
    if (by_error) {
        return check_magnitude(c, op, x, wide, x64_of(c)->thunks.least_exact);
    }
    return x64_of(c)->avx ? check_exponent(c, x, wide)
                          : check_magnitude(c, op, x, wide, x64_of(c)->thunks.least);
}

/* ---- operands that may be special ---- */

/* The stubs of an op with further checks: for its two operands, its result, and its rounding; NULL where there is
 * none. */
struct check_stubs {
    struct cg_stub *stubs[4];
};

/* Sets ZF if the number's exponent is 0: it is subnormal or zero.  The number itself is not compared, since that raises
 * invalid for a signaling NaN, for which step() has to perform the op; its exponent bits alone are no NaN. */
static void emit_exponent_test(struct cg *c, unsigned temp, unsigned reg, bool wide)
{
    const uint8_t *mask = x64_of(c)->thunks.exponent + 16 * wide;

    if (x64_of(c)->avx) {
        x64_vex_rip(&c->as, OP_PTEST, reg, 0, mask);
        return;
    }
    x64_rr(&c->as, OP_MOVAPS, temp, reg);
    x64_rip(&c->as, OP_ANDPS, temp, mask, 0);
    x64_rip(&c->as, OP_UCOMIS | x64_packed(wide), temp, x64_of(c)->thunks.zero, 0);
}

static struct cg_stub *check_operand(struct cg *c, const struct cg_args *x, unsigned reg, bool wide)
{
    struct cg_args own = *x;

    own.in[0] = (struct cg_operand){OPERAND_REG, (uint8_t)reg, 0};
    emit_exponent_test(c, x->t[0], reg, wide);
    return cg_add_stub(c, STUB_FP_OPERAND, &own, x64_jcc_later(&c->as, CC_E));
}

/* Which operands need no check of their own, because the host takes a subnormal one for zero and the result then is
 * zero, infinite or a NaN, which the check of the result finds.  The result's stub looks at the operand's bits. */
static unsigned tells_by_result(struct cg *c, const struct ir_op *op)
{
    if (!c->guest->fp_flush) {
        return 0;
    }
    switch (op->code) {
    case IR_FMUL:
        return IR_FP_A | IR_FP_B;
    case IR_FDIV:
        return op->cond & IR_FP_RANGE ? IR_FP_A | IR_FP_B : IR_FP_A;
    case IR_FNARROW:
        return IR_FP_A;
    default:
        return 0;
    }
}

/* Emits the checks of the operands, which are in registers a and b. */
static struct check_stubs check_operands(struct cg *c, const struct ir_op *op,
                                         const struct cg_args *x, unsigned a, unsigned b)
{
    bool wide = c->ops[op->a].type == IR_F64;
    unsigned wanted = op->cond & ~tells_by_result(c, op);
    struct check_stubs checks = {{NULL}};

    if (wanted & IR_FP_A) {
        checks.stubs[0] = check_operand(c, x, a, wide);
    }
    if (wanted & IR_FP_B) {
        checks.stubs[1] = check_operand(c, x, b, wide);
    }
    return checks;
}

/* Lets the stubs go on here, behind the op and its checks, when step() has given the result. */
static void end_checks(struct cg *c, struct check_stubs checks)
{
    for (unsigned i = 0; i < ARRAY_LEN(checks.stubs); i++) {
        if (checks.stubs[i] != NULL) {
            checks.stubs[i]->after = c->as.p;
        }
    }
}

static uint32_t opcode_of(const struct ir_op *op)
{
    static const uint32_t opcodes[IR_CODES] = {
        [IR_FADD] = OP_FADD, [IR_FSUB] = OP_FSUB,   [IR_FMUL] = OP_FMUL,
        [IR_FDIV] = OP_FDIV, [IR_FSQRT] = OP_FSQRT,
    };
    return opcodes[op->code] | x64_scalar(x64_is_wide(op));
}

/* d = a op b.  Without AVX, a must be in d already. */
static void emit_arithmetic(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    uint32_t opcode = opcode_of(op);

    if (!x64_of(c)->avx) {
        x64_xmm_operand(c, opcode, x->d, x->in[1]);
    } else if (x->in[1].kind == OPERAND_MEM) {
        x64_vex_rm(&c->as, opcode, x->d, x->in[0].reg, x64_operand_mem(x->in[1]));
    } else {
        x64_vex_rr(&c->as, opcode, x->d, x->in[0].reg, x->in[1].reg);
    }
}

static void emit_sum(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    emit_arithmetic(c, op, x);
    check_nan(c, op, x, x64_is_wide(op));
}

/* The operands must keep their registers, because the stub looks at them. */
static void emit_product(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    if (!x64_of(c)->avx) {
        x64_rr(&c->as, OP_MOVAPS, x->d, x->in[0].reg);
    }
    emit_arithmetic(c, op, x);
    check_result(c, op, x, x64_is_wide(op));
}

/* ---- results that may be rounded ---- */

static uint8_t *jump_unless_equal(struct cg *c, unsigned a, unsigned b, bool wide)
{
    x64_rr(&c->as, OP_UCOMIS | x64_packed(wide), a, b);
    return x64_jcc_later(&c->as, CC_NE);
}

static uint8_t *jump_unless_zero(struct cg *c, unsigned reg, bool wide)
{
    x64_rip(&c->as, OP_UCOMIS | x64_packed(wide), reg, x64_of(c)->thunks.zero, 0);
    return x64_jcc_later(&c->as, CC_NE);
}

/* to = a op b, with FADD or FSUB; `to` is another register than b. */
static void emit_sum_to(struct cg *c, uint32_t opcode, unsigned to, unsigned a, unsigned b)
{
    if (x64_of(c)->avx) {
        x64_vex_rr(&c->as, opcode, to, a, b);
    } else {
        x64_rr(&c->as, OP_MOVAPS, to, a);
        x64_rr(&c->as, opcode, to, b);
    }
}

/* Was a sum d = a + b exact?  The difference of d and the operand of greater magnitude is computed exactly in each
 * rounding mode, so it equals the other operand if and only if d is exact.  Which operand is greater is not known:
 * both differences are compared, as both are right for an exact sum. */
static void check_sum_exact(struct cg *c, const struct ir_op *op, const struct cg_args *x,
                            uint8_t *jumps[2])
{
    bool wide = x64_is_wide(op);
    unsigned a = x->in[0].reg, b = x->in[1].reg;
    uint32_t add = OP_FADD | x64_scalar(wide), sub = OP_FSUB | x64_scalar(wide);

    if (op->code == IR_FADD) {
        emit_sum_to(c, sub, x->t[0], x->d, a);
    } else {
        emit_sum_to(c, sub, x->t[0], a, x->d);
    }
    jumps[0] = jump_unless_equal(c, x->t[0], b, wide);
    emit_sum_to(c, op->code == IR_FADD ? sub : add, x->t[0], x->d, b);
    jumps[1] = jump_unless_equal(c, x->t[0], a, wide);
}

/* Was a product d = a * b exact?  Fused a * b - d is rounded only once, so it is 0 if and only if d is exact: d is at
 * least least_exact, so that its error is no number that underflows. */
static void check_product_exact(struct cg *c, const struct ir_op *op, const struct cg_args *x,
                                uint8_t *jumps[2])
{
    bool wide = x64_is_wide(op);

    x64_rr(&c->as, OP_MOVAPS, x->t[0], x->in[0].reg);
    x64_vex_rr(&c->as, OP_VFMSUB213 | x64_w(wide), x->t[0], x->in[1].reg, x->d);
    jumps[0] = jump_unless_zero(c, x->t[0], wide);
}

/* Was a quotient d = a / b exact, or (with d as b) a root?  The remainder a - d * b is computed fused, and is 0 then.
 * The smallest a, for which it might underflow, count as inexact. */
static void check_remainder(struct cg *c, const struct ir_op *op, const struct cg_args *x,
                            unsigned b, uint8_t *jumps[2])
{
    bool wide = x64_is_wide(op);
    unsigned a = x->in[0].reg;

    x64_magnitude(c, x->t[0], a, wide);
    x64_rip(&c->as, OP_UCOMIS | x64_packed(wide), x->t[0],
            x64_of(c)->thunks.least_exact + 16 * wide, 0);
    jumps[1] = x64_jcc_later(&c->as, CC_B);
    x64_rr(&c->as, OP_MOVAPS, x->t[0], x->d);
    x64_vex_rr(&c->as, OP_VFNMADD213 | x64_w(wide), x->t[0], b, a);
    jumps[0] = jump_unless_zero(c, x->t[0], wide);
}

/* Goes to a stub if the result, which is no NaN, was rounded (IR_FP_EXACT).  The instructions of the check raise nothing
 * if it is exact.  Without FMA, all products, quotients and roots are left to the guest. */
static struct cg_stub *check_exact(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    uint8_t *jumps[2] = {NULL, NULL};
    struct cg_stub *stub;

    if (!(op->cond & IR_FP_EXACT)) {
        return NULL;
    }
    if (op->code == IR_FADD || op->code == IR_FSUB) {
        check_sum_exact(c, op, x, jumps);
    } else if (!x64_of(c)->fma) {
        jumps[0] = x64_jmp_later(&c->as);
    } else if (op->code == IR_FMUL) {
        check_product_exact(c, op, x, jumps);
    } else {
        check_remainder(c, op, x, op->code == IR_FDIV ? x->in[1].reg : x->d, jumps);
    }
    stub = cg_add_stub(c, STUB_FP, x, jumps[0]);
    stub->also = jumps[1];
    return stub;
}

/* ---- ops that check more ---- */

/* FADD, FSUB, FMUL and FDIV with further checks. */
static void emit_checked(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct check_stubs checks = check_operands(c, op, x, x->in[0].reg, x->in[1].reg);
    bool sum = op->code == IR_FADD || op->code == IR_FSUB;

    if (!x64_of(c)->avx) {
        x64_rr(&c->as, OP_MOVAPS, x->d, x->in[0].reg);
    }
    emit_arithmetic(c, op, x);
    if (sum && !(op->cond & IR_FP_RANGE)) {
        check_nan(c, op, x, x64_is_wide(op));
    } else {
        checks.stubs[2] = check_result(c, op, x, x64_is_wide(op));
        checks.stubs[3] = check_exact(c, op, x);
    }
    end_checks(c, checks);
}

/* Goes to a stub if a root is infinite or a NaN.  An infinite root is exact, but the computation of its remainder would
 * raise invalid, which would stick. */
static struct cg_stub *check_finite(struct cg *c, const struct cg_args *x, bool wide)
{
    const uint8_t *greatest = x64_of(c)->thunks.greatest + 16 * wide;
    struct cg_stub *stub;

    x64_rip(&c->as, OP_UCOMIS | x64_packed(wide), x->d, greatest, 0);
    uint8_t *nan = x64_jcc_later(&c->as, CC_P);
    uint8_t *large = x64_jcc_later(&c->as, CC_A);
    stub = cg_add_stub(c, STUB_FP, x, nan);
    stub->also = large;
    return stub;
}

/* The operand must keep its register, because the check of the rounding looks at it. */
static void emit_exact_sqrt(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct check_stubs checks = check_operands(c, op, x, x->in[0].reg, X64_NONE);

    x64_rr(&c->as, opcode_of(op), x->d, x->in[0].reg);
    checks.stubs[2] = check_finite(c, x, x64_is_wide(op));
    checks.stubs[3] = check_exact(c, op, x);
    end_checks(c, checks);
}

static void emit_sqrt(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct check_stubs checks = check_operands(c, op, x, x->d, X64_NONE);

    x64_rr(&c->as, opcode_of(op), x->d, x->d);
    check_nan(c, op, x, x64_is_wide(op));
    end_checks(c, checks);
}

/* With AVX the result may be in another register than the operand. */
static void emit_avx_sqrt(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_vex_rr(&c->as, opcode_of(op), x->d, x->in[0].reg, x->in[0].reg);
    check_nan(c, op, x, x64_is_wide(op));
}

/* Converts in place: the instruction keeps the upper bits of its destination, so with another destination register it
 * would have to wait for that register's older value. */
static void emit_widen(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct check_stubs checks = check_operands(c, op, x, x->d, X64_NONE);

    x64_rr(&c->as, OP_CVTF2F | X_F3, x->d, x->d);
    check_nan(c, op, x, true);
    end_checks(c, checks);
}

static void emit_avx_widen(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_vex_rr(&c->as, OP_CVTF2F | X_F3, x->d, x->in[0].reg, x->in[0].reg);
    check_nan(c, op, x, true);
}

static void emit_narrow(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct check_stubs checks = check_operands(c, op, x, x->in[0].reg, X64_NONE);

    if (x64_of(c)->avx) {
        x64_vex_rr(&c->as, OP_CVTF2F | X_F2, x->d, x->in[0].reg, x->in[0].reg);
    } else {
        x64_rr(&c->as, OP_MOVAPS, x->d, x->in[0].reg);
        x64_rr(&c->as, OP_CVTF2F | X_F2, x->d, x->d);
    }
    checks.stubs[2] = check_result(c, op, x, false);
    if (op->cond & IR_FP_EXACT) {
        x64_rr(&c->as, OP_CVTF2F | X_F3, x->t[0], x->d);
        checks.stubs[3] =
            cg_add_stub(c, STUB_FP, x, jump_unless_equal(c, x->t[0], x->in[0].reg, true));
    }
    end_checks(c, checks);
}

/* A number that does not fit, or a NaN, gives the least integer.  That is found by a comparison with 1, which overflows
 * for it alone. */
static void emit_to_int(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    bool wide = c->ops[op->a].type == IR_F64;
    struct check_stubs checks = check_operands(c, op, x, x->in[0].reg, X64_NONE);

    x64_xmm_operand(c, OP_CVTTF2SI | x64_scalar(wide), x->d, x->in[0]);
    if (op->insn != IR_NONE) {
        x64_alu_ri(&c->as, ALU_CMP, false, x->d, 1);
        checks.stubs[2] = cg_add_stub(c, STUB_FP, x, x64_jcc_later(&c->as, CC_O));
    }
    if (op->cond & IR_FP_EXACT) {
        x64_rr(&c->as, OP_XORPS, x->t[0], x->t[0]);
        x64_rr(&c->as, OP_CVTSI2F | x64_scalar(wide), x->t[0], x->d);
        checks.stubs[3] =
            cg_add_stub(c, STUB_FP, x, jump_unless_equal(c, x->t[0], x->in[0].reg, wide));
    }
    end_checks(c, checks);
}

/* ---- which form an op has ---- */

enum fp_form {
    FORM_SSE,     /* no further checks */
    FORM_AVX,     /* the same where the host has instructions of three operands */
    FORM_CHECKED, /* further checks: all operands in registers, and a temporary for the checks */
    FORM_EXACT,   /* IR_FP_EXACT is one of them */
    FORM_COUNT
};

#define PLAIN(out, flags, emit, ...) CG_ROW(out, ROW_SPOILS | (flags), 0, emit, __VA_ARGS__)
#define WITH_TEMP(out, flags, emit, ...)                                                           \
    CG_ROW(out, ROW_SPOILS | ROW_XTEMPS | (flags), 1, emit, __VA_ARGS__)
#define SUM(out, flags) PLAIN(out, flags, emit_sum, C_X, C_XM)
#define PRODUCT(flags)  PLAIN(OUT_XNEW, ROW_APART | (flags), emit_product, C_X, C_XM)
#define CHECKED         WITH_TEMP(OUT_XNEW, ROW_APART, emit_checked, C_X, C_X)
#define ROOT            PLAIN(OUT_XTIED, 0, emit_sqrt, C_X)
#define AVX_ROOT        PLAIN(OUT_XNEW, 0, emit_avx_sqrt, C_X)
#define CHECKED_ROOT    WITH_TEMP(OUT_XTIED, 0, emit_sqrt, C_X)
#define EXACT_ROOT      WITH_TEMP(OUT_XNEW, ROW_APART, emit_exact_sqrt, C_X)
#define WIDEN           PLAIN(OUT_XTIED, 0, emit_widen, C_X)
#define AVX_WIDEN       PLAIN(OUT_XNEW, 0, emit_avx_widen, C_X)
#define CHECKED_WIDEN   WITH_TEMP(OUT_XTIED, 0, emit_widen, C_X)
#define NARROW          WITH_TEMP(OUT_XNEW, ROW_APART, emit_narrow, C_X)
#define TO_INT          PLAIN(OUT_NEW, 0, emit_to_int, C_XM)
#define CHECKED_TO_INT  WITH_TEMP(OUT_NEW, 0, emit_to_int, C_X)

/* clang-format off */
static const struct cg_row forms[IR_CODES][FORM_COUNT] = {
    /*              SSE                           AVX                          CHECKED         EXACT */
    [IR_FADD]    = {SUM(OUT_XTIED, ROW_COMMUTES), SUM(OUT_XNEW, ROW_COMMUTES), CHECKED,        CHECKED},
    [IR_FSUB]    = {SUM(OUT_XTIED, 0),            SUM(OUT_XNEW, 0),            CHECKED,        CHECKED},
    [IR_FMUL]    = {PRODUCT(ROW_COMMUTES),        PRODUCT(ROW_COMMUTES),       CHECKED,        CHECKED},
    [IR_FDIV]    = {PRODUCT(0),                   PRODUCT(0),                  CHECKED,        CHECKED},
    [IR_FSQRT]   = {ROOT,                         AVX_ROOT,                    CHECKED_ROOT,   EXACT_ROOT},
    [IR_FWIDEN]  = {WIDEN,                        AVX_WIDEN,                   CHECKED_WIDEN,  CHECKED_WIDEN},
    [IR_FNARROW] = {NARROW,                       NARROW,                      NARROW,         NARROW},
    [IR_FTOI]    = {TO_INT,                       TO_INT,                      CHECKED_TO_INT, CHECKED_TO_INT},
};
/* clang-format on */

static enum fp_form form_of(struct cg *c, const struct ir_op *op)
{
    if (op->cond == 0 || op->cond == IR_FP_POISON) {
        return x64_of(c)->avx ? FORM_AVX : FORM_SSE;
    }
    return op->cond & IR_FP_EXACT ? FORM_EXACT : FORM_CHECKED;
}

static void do_fp(struct cg *c, unsigned number, const struct ir_op *op)
{
    if (op->insn != IR_NONE) {
        cg_drop_homes_of_slot(c, op->slot); /* step() may change this slot and the next line's */
        cg_drop_homes_of_set(c, c->clobbered);
        c->step_slot = op->slot;
    }
    cg_emit_by_row(c, number, op, &forms[op->code][form_of(c, op)]);
    c->step_slot = 0;
}

/* ---- the rows ---- */

/* clang-format off */
const struct cg_row x64_fp_rows[IR_CODES] = {
    [IR_FADD]      = CG_SPECIAL(do_fp),
    [IR_FSUB]      = CG_SPECIAL(do_fp),
    [IR_FMUL]      = CG_SPECIAL(do_fp),
    [IR_FDIV]      = CG_SPECIAL(do_fp),
    [IR_FSQRT]     = CG_SPECIAL(do_fp),
    [IR_FWIDEN]    = CG_SPECIAL(do_fp),
    [IR_FNARROW]   = CG_SPECIAL(do_fp),
    [IR_FTOI]      = CG_SPECIAL(do_fp),
};
/* clang-format on */
