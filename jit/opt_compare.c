// SPDX-License-Identifier: MIT
/*
 * Folding of comparisons: SETC, BRANCH, SELECT; opt_fold.c says what a rule owes.
 *
 * A branch that is never taken is dropped, one that is always taken gives way to its arm (opt_forward.c).
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

enum verdict { OPEN, NEVER, ALWAYS };

/* A comparison that gets simpler in place. */
struct compare {
    unsigned cond; /* enum ir_cond */
    ir_ref a, b;
};

static enum verdict verdict(bool holds)
{
    return holds ? ALWAYS : NEVER;
}

static int64_t imm_of(const struct opt_walk *walk, ir_ref ref)
{
    return opt_op(walk, ref)->imm;
}

static void constant_right(const struct opt_walk *walk, struct compare *compare)
{
    unsigned swapped = ir_cond_swap((enum ir_cond)compare->cond);

    if (!opt_is_const(walk, compare->a) || opt_is_const(walk, compare->b) || swapped == IR_CONDS) {
        return;
    }
    ir_ref a = compare->a;
    *compare = (struct compare){swapped, compare->b, a};
}

/* The condition that 32-bit operands must meet so that `cond` holds for both of them zero-extended: a signed comparison
 * becomes unsigned. */
static unsigned as_unsigned(unsigned cond)
{
    return cond >= IR_LT && cond <= IR_GT ? cond - IR_LT + IR_LTU : cond;
}
_Static_assert(IR_LTU - IR_LT == IR_GTU - IR_GT, "signed and unsigned in the same order");

/* Turns a comparison of 64-bit values that both are extended from 32 bits into one of the 32 bits. */
static bool narrow(struct opt_walk *walk, struct compare *compare)
{
    const struct ir_op *a = opt_op(walk, compare->a);
    const struct ir_op *b = opt_op(walk, compare->b);
    bool zeros = a->code == IR_ZEXT32;

    if ((!zeros && a->code != IR_SEXT32) || compare->cond >= IR_MI) {
        return false;
    }
    if (b->code == a->code) {
        compare->b = b->a;
    } else if (b->code == IR_CONST && (!zeros || b->imm >= 0)) {
        compare->b = opt_constant(walk, IR_I32, b->imm);
    } else {
        return false;
    }
    compare->cond = zeros ? as_unsigned(compare->cond) : compare->cond;
    compare->a = a->a;
    return true;
}

/* Is a PACK whose lower half is b equal to b, sign- or zero-extended?  It is if its upper half is that of b. */
static bool compare_halves(struct opt_walk *walk, struct compare *compare)
{
    const struct ir_op *a = opt_op(walk, compare->a);
    const struct ir_op *b = opt_op(walk, compare->b);

    if ((compare->cond & ~1u) != IR_EQ || a->code != IR_PACK || a->b != b->a ||
        (b->code != IR_SEXT32 && b->code != IR_ZEXT32)) {
        return false;
    }
    ir_ref high = a->a;
    ir_ref zero = opt_constant(walk, IR_I32, 0);
    compare->b = b->code == IR_ZEXT32
                     ? zero
                     : opt_emit2(walk, IR_SAR, IR_I32, b->a, opt_constant(walk, IR_I32, 31));
    compare->a = high;
    return true;
}

/* Have two I32s, of which only copies of the sign are left, the same sign? */
static bool compare_signs(struct opt_walk *walk, struct compare *compare)
{
    const struct ir_op *a = opt_op(walk, compare->a);
    const struct ir_op *b = opt_op(walk, compare->b);

    if ((compare->cond & ~1u) != IR_EQ || a->code != IR_SAR || b->code != IR_SAR ||
        a->type != IR_I32 || !opt_is(walk, a->b, 31) || !opt_is(walk, b->b, 31)) {
        return false;
    }
    compare->a = opt_emit2(walk, IR_XOR, IR_I32, a->a, b->a);
    compare->b = opt_constant(walk, IR_I32, 0);
    compare->cond = compare->cond == IR_EQ ? IR_GE : IR_LT;
    return true;
}

/* If a is compared with 0 for equality: a difference (or XOR) becomes a comparison of its operands, the result of a SETC
 * the SETC's own comparison, and the negation of a truth value its opposite. */
static bool look_into(struct opt_walk *walk, struct compare *compare)
{
    const struct ir_op *a = opt_op(walk, compare->a);

    if ((compare->cond & ~1u) != IR_EQ || !opt_is(walk, compare->b, 0)) {
        return false;
    }
    if (a->code == IR_SUB || (a->code == IR_XOR && !opt_is(walk, a->b, 1))) {
        compare->a = a->a;
        compare->b = a->b;
        return true;
    }
    if (a->code == IR_SETC) {
        unsigned flip = compare->cond == IR_EQ;

        *compare = (struct compare){a->cond ^ flip, a->a, a->b};
        return true;
    }
    if (a->code == IR_XOR && opt_is_bool(walk, a->a)) {
        *compare = (struct compare){compare->cond ^ 1, a->a, compare->b};
        return true;
    }
    return false;
}

/* A comparison with 0, of which neither a borrow nor an overflow can come: so some conditions are known, and others
 * need fewer flags. */
static enum verdict with_zero(struct compare *compare)
{
    switch (compare->cond) {
    case IR_LTU:
    case IR_VS:
        return NEVER;
    case IR_GEU:
    case IR_VC:
        return ALWAYS;
    case IR_LEU:
        compare->cond = IR_EQ;
        return OPEN;
    case IR_GTU:
        compare->cond = IR_NE;
        return OPEN;
    case IR_MI:
        compare->cond = IR_LT;
        return OPEN;
    case IR_PL:
        compare->cond = IR_GE;
        return OPEN;
    default:
        return OPEN;
    }
}

/* Decides comparisons with a constant by the bits that may be set in a: as where the constant is greater than a can
 * be. */
static enum verdict by_bits(const struct opt_walk *walk, const struct compare *compare,
                            unsigned width)
{
    uint64_t bits = opt_bits(walk, compare->a);
    uint64_t b = (uint64_t)imm_of(walk, compare->b) & opt_ones(width);

    switch (compare->cond & ~1u) {
    case IR_EQ:
        return b & ~bits ? verdict(compare->cond == IR_NE) : OPEN;
    case IR_LTU:
        return bits < b ? verdict(compare->cond == IR_LTU) : OPEN;
    case IR_LEU:
        return bits <= b ? verdict(compare->cond == IR_LEU) : OPEN;
    default:
        return OPEN;
    }
}

static enum verdict with_constant(struct opt_walk *walk, struct compare *compare, unsigned width)
{
    if (opt_is_const(walk, compare->a)) {
        return verdict(ir_cond_holds((enum ir_cond)compare->cond,
                                     (uint64_t)imm_of(walk, compare->a),
                                     (uint64_t)imm_of(walk, compare->b), width));
    }
    enum verdict known = by_bits(walk, compare, width);
    if (known != OPEN) {
        return known;
    }
    if (opt_is(walk, compare->b, 0)) {
        return with_zero(compare);
    }
    if (opt_is(walk, compare->b, 1) && (compare->cond & ~1u) == IR_LTU) {
        compare->cond = compare->cond == IR_LTU ? IR_EQ : IR_NE;
        compare->b = opt_constant(walk, width == 64 ? IR_I64 : IR_I32, 0);
    }
    return OPEN;
}

/* Makes the comparison as simple as can be, in place. */
static enum verdict simplify(struct opt_walk *walk, struct compare *compare)
{
    for (;;) {
        unsigned width = opt_width(opt_op(walk, compare->a)->type);

        constant_right(walk, compare);
        if (compare->a == compare->b) {
            return verdict(ir_cond_holds((enum ir_cond)compare->cond, 0, 0, width));
        }
        if (narrow(walk, compare) || compare_halves(walk, compare) ||
            compare_signs(walk, compare)) {
            continue;
        }
        if (opt_is_const(walk, compare->b)) {
            enum verdict known = with_constant(walk, compare, width);

            if (known != OPEN) {
                return known;
            }
        }
        if (!look_into(walk, compare)) {
            return OPEN;
        }
    }
}

ir_ref opt_fold_setc(struct opt_walk *walk, struct ir_op *op)
{
    struct compare compare = {op->cond, op->a, op->b};
    enum verdict known = simplify(walk, &compare);

    if (known != OPEN) {
        return opt_constant(walk, IR_I32, known == ALWAYS);
    }
    op->cond = (uint8_t)compare.cond;
    op->a = compare.a;
    op->b = compare.b;
    if (opt_op(walk, op->a)->type != IR_I32 || !opt_is(walk, op->b, 0) ||
        !opt_is_bool(walk, op->a)) {
        return 0;
    }
    if (op->cond == IR_NE) {
        return op->a;
    }
    return op->cond == IR_EQ ? opt_emit2(walk, IR_XOR, IR_I32, op->a, opt_constant(walk, IR_I32, 1))
                             : 0;
}

/* ---- branches ---- */

ir_ref opt_fold_branch(struct opt_walk *walk, struct ir_op *op)
{
    struct compare compare = {op->cond, op->a, op->b};
    enum verdict known = simplify(walk, &compare);

    if (known != OPEN) {
        return known == NEVER ? OPT_GONE : OPT_TAKEN;
    }
    const struct ir_op *a = opt_op(walk, compare.a);
    op->cond = (uint8_t)compare.cond;
    op->a = compare.a;
    op->b = compare.b;
    op->type = a->type;
    if (a->code == IR_TEST_FLAGS && (op->cond & ~1u) == IR_EQ && opt_is(walk, op->b, 0)) {
        unsigned flip = op->cond == IR_EQ;

        op->code = IR_BRANCH_FLAGS;
        op->type = IR_VOID;
        op->cond = (uint8_t)(a->cond ^ flip);
        op->a = a->a;
        op->b = 0;
        return opt_emit(walk, op);
    }
    return 0;
}

/* ---- choice ---- */

/* Is it a SETC with this condition that compares an I32 with 0? */
static bool is_test(const struct opt_walk *walk, const struct ir_op *op, unsigned cond)
{
    return op->code == IR_SETC && op->cond == cond && opt_is(walk, op->b, 0) &&
           opt_op(walk, op->a)->type == IR_I32;
}

/* GIVE_BACK if the condition is known never to hold: it is left out. */
ir_ref opt_fold_give_back(struct opt_walk *walk, struct ir_op *op)
{
    return opt_is(walk, op->a, 0) ? op->a : 0;
}

ir_ref opt_fold_select(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *a = opt_op(walk, op->a);

    if (a->code == IR_CONST) {
        return a->imm != 0 ? op->b : op->c;
    }
    if (op->b == op->c) {
        return op->b;
    }
    if (is_test(walk, a, IR_NE)) {
        op->a = a->a;
        return opt_emit(walk, op);
    }
    if (is_test(walk, a, IR_EQ) ||
        (a->code == IR_XOR && opt_is(walk, a->b, 1) && opt_is_bool(walk, a->a))) {
        ir_ref b = op->b;

        op->a = a->a;
        op->b = op->c;
        op->c = b;
        return opt_emit(walk, op);
    }
    if (op->type == IR_I32 && opt_is_bool(walk, op->a)) {
        if (opt_is(walk, op->b, 1) && opt_is(walk, op->c, 0)) {
            return op->a;
        }
        if (opt_is(walk, op->b, 0) && opt_is(walk, op->c, 1)) {
            return opt_emit2(walk, IR_XOR, IR_I32, op->a, opt_constant(walk, IR_I32, 1));
        }
    }
    return 0;
}
