// SPDX-License-Identifier: MIT
/*
 * Flags: an op that tests flags for a condition becomes one that compares the operands of the op that made the flags,
 * if that is known.  A host then compares and branches at once, and the flags are needed only where a guest may see
 * them.
 *
 * SUB_FLAGS is a comparison, LOGIC_FLAGS one with 0.  For ADD_FLAGS, Z and N are those of the sum, and C means that the
 * sum is less than an operand, unsigned.  With a constant c that is neither 0 nor the least number, a + c has the
 * flags of a - (-c), but with C inverted.
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

/* A condition on integers that says the same as one on flags. */
struct compare {
    unsigned cond;
    ir_ref a, b;
};

/* The condition on a - (-c) for one on the flags of a + c, with C inverted: LTU (C) becomes GEU.  So does LEU (C or Z),
 * since a sum of 0 has C set if c is not 0; and likewise GEU and GTU become LTU. */
static unsigned carry_of_sum(unsigned cond)
{
    switch (cond) {
    case IR_LTU:
    case IR_LEU:
        return IR_GEU;
    case IR_GEU:
    case IR_GTU:
        return IR_LTU;
    default:
        return cond;
    }
}

/* ADD_FLAGS with a constant: compares with the constant's negative. */
static bool compare_negated(struct opt_walk *walk, const struct ir_op *flags, unsigned cond,
                            struct compare *compare)
{
    const struct ir_op *b = opt_op(walk, flags->b);

    if (b->code != IR_CONST || b->imm == 0 || b->imm == INT32_MIN) {
        return false;
    }
    *compare = (struct compare){carry_of_sum(cond), flags->a, opt_constant(walk, IR_I32, -b->imm)};
    return true;
}

static bool compare_sum(struct opt_walk *walk, const struct ir_op *flags, unsigned cond,
                        struct compare *compare)
{
    bool carry = (cond & ~1u) == IR_LTU;

    if (!carry && (cond & ~1u) != IR_EQ && (cond & ~1u) != IR_MI) {
        return compare_negated(walk, flags, cond, compare);
    }
    ir_ref a = flags->a;
    ir_ref sum = opt_emit2(walk, IR_ADD, IR_I32, a, flags->b);
    *compare = (struct compare){cond, sum, carry ? a : opt_constant(walk, IR_I32, 0)};
    return true;
}

/* The comparison of integers that says the same as the condition on the flags `ref`.  False: there is no simple one. */
static bool find_compare(struct opt_walk *walk, ir_ref ref, unsigned cond, struct compare *compare)
{
    const struct ir_op *flags = opt_op(walk, ref);

    switch (flags->code) {
    case IR_SUB_FLAGS:
        *compare = (struct compare){cond, flags->a, flags->b};
        return true;
    case IR_LOGIC_FLAGS:
        *compare = (struct compare){cond, flags->a, opt_constant(walk, IR_I32, 0)};
        return true;
    case IR_ADD_FLAGS:
        return compare_sum(walk, flags, cond, compare);
    default:
        return false;
    }
}

ir_ref opt_flags_branch(struct opt_walk *walk, struct ir_op *op)
{
    struct compare compare;

    if (!find_compare(walk, op->a, op->cond, &compare)) {
        return 0;
    }
    op->code = IR_BRANCH;
    op->type = IR_I32;
    op->cond = (uint8_t)compare.cond;
    op->a = compare.a;
    op->b = compare.b;
    return opt_emit(walk, op);
}

static ir_ref test_flags(struct opt_walk *walk, const struct ir_op *op, unsigned cond)
{
    struct compare compare;

    if (!find_compare(walk, op->a, cond, &compare)) {
        return 0;
    }
    struct ir_op setc;
    opt_make(&setc, IR_SETC, IR_I32, compare.a, compare.b, 0);
    setc.cond = (uint8_t)compare.cond;
    return opt_emit(walk, &setc);
}

ir_ref opt_flags_test(struct opt_walk *walk, struct ir_op *op)
{
    return test_flags(walk, op, op->cond);
}

ir_ref opt_flags_carry(struct opt_walk *walk, struct ir_op *op)
{
    return test_flags(walk, op, IR_LTU);
}

/* ADC_FLAGS and SBC_FLAGS whose C is known to be 0 become ADD_FLAGS and SUB_FLAGS. */
ir_ref opt_flags_extend(struct opt_walk *walk, struct ir_op *op)
{
    if (opt_op(walk, op->c)->code != IR_LOGIC_FLAGS) {
        return 0;
    }
    return opt_emit2(walk, op->code == IR_ADC_FLAGS ? IR_ADD_FLAGS : IR_SUB_FLAGS, IR_FLAGS, op->a,
                     op->b);
}

/* ADD_FLAGS and SUB_FLAGS with 0 become LOGIC_FLAGS. */
ir_ref opt_flags_zero(struct opt_walk *walk, struct ir_op *op)
{
    return opt_is(walk, op->b, 0) ? opt_emit2(walk, IR_LOGIC_FLAGS, IR_FLAGS, op->a, 0) : 0;
}
