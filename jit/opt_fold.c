// SPDX-License-Identifier: MIT
/*
 * Folding: constants, identities, and cheaper ops for the same value.  Here: constants, the order of
 * operands, arithmetic; opt_fold_bits.c has logic and shifts, opt_fold_width.c changes of width,
 * opt_compare.c comparisons.
 *
 * What a rule must keep to (opt.h has its form):
 *   1. The value is the same for all operands, also in code that is never reached.
 *   2. What it emits is simpler by this order: fewer ops that are not constants; then cheaper ones; then the
 *      canonical form.  So rules end, in whatever order they meet.
 *   3. It looks at its operands and at their operands, not further.
 *   4. An op it names is an operand of an operand, or comes from opt_emit(): so it is visible.
 *
 * Canonical: constants on the right; SUB of a constant is ADD; a mask of 8 or 16 bits is ZEXT; a
 * multiplication by a power of two is SHL.  A constant is held sign-extended, as CONST has it: a 64-bit
 * constant that CONST cannot hold is not folded.  Manual: docs/jit-optimizer.md.
 */
#include "bits.h"
#include "opt.h"

bool opt_fits(unsigned type, int64_t value)
{
    return type != IR_I64 || value == (int32_t)value;
}

ir_ref opt_constant(struct opt_walk *walk, unsigned type, int64_t value)
{
    struct ir_op op;

    ASSERT(opt_fits(type, value));
    opt_make(&op, IR_CONST, type, 0, 0, (int32_t)value);
    return opt_emit(walk, &op);
}

ir_ref opt_emit2(struct opt_walk *walk, unsigned code, unsigned type, ir_ref a, ir_ref b)
{
    struct ir_op op;

    opt_make(&op, code, type, a, b, 0);
    return opt_emit(walk, &op);
}

/* ---- bits ---- */

uint64_t opt_bits(const struct opt_walk *walk, ir_ref ref)
{
    const struct ir_op *op = opt_op(walk, ref);
    unsigned type = op->type;
    uint64_t all = opt_ones(opt_width(type));

    switch (op->code) {
    case IR_CONST:
        return (uint64_t)(int64_t)op->imm & all;
    case IR_ZEXT8:
        return 0xff;
    case IR_ZEXT16:
        return 0xffff;
    case IR_ZEXT32:
        return UINT32_MAX;
    case IR_SETC:
    case IR_TEST_FLAGS:
    case IR_CARRY:
        return 1;
    case IR_FCMP:
    case IR_FCMPE:
        return 3;
    case IR_LOAD:
    case IR_LOAD_UNCHECKED:
    case IR_ALOAD:
        return op->cond == IR_8 ? 0xff : op->cond == IR_16 ? 0xffff : all;
    case IR_AND:
        return opt_is_const(walk, op->b) ? (uint64_t)(int64_t)opt_op(walk, op->b)->imm & all : all;
    case IR_SHR:
        return opt_is_const(walk, op->b)
                   ? all >> (opt_op(walk, op->b)->imm & (int)(opt_width(type) - 1))
                   : all;
    default:
        return all;
    }
}

bool opt_is_bool(const struct opt_walk *walk, ir_ref ref)
{
    return opt_bits(walk, ref) <= 1;
}

/* ---- constants ---- */

static int64_t sign_extend(uint64_t value, unsigned width)
{
    return (int64_t)(value << (64 - width)) >> (64 - width);
}

static bool eval_divide(const struct ir_op *op, int64_t a, int64_t b, unsigned width,
                        int64_t *result)
{
    if (b == 0) {
        return false; /* undefined, so it is not folded: code like this is never reached */
    }
    if (op->code == IR_DIVU) {
        uint64_t ones = opt_ones(width);

        *result = (int64_t)(((uint64_t)a & ones) / ((uint64_t)b & ones));
    } else {
        *result = b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
    }
    return true;
}

static uint64_t eval_rotate(uint64_t value, unsigned count, unsigned width)
{
    return count == 0 ? value : value << count | value >> (width - count);
}

static bool eval_binary(const struct ir_op *op, int64_t a, int64_t b, unsigned width,
                        int64_t *result)
{
    uint64_t x = (uint64_t)a;
    uint64_t y = (uint64_t)b;
    uint64_t bits = x & opt_ones(width);
    unsigned count = (unsigned)(y & (width - 1));

    switch (op->code) {
    case IR_ADD:
        *result = (int64_t)(x + y);
        return true;
    case IR_SUB:
        *result = (int64_t)(x - y);
        return true;
    case IR_MUL:
        *result = (int64_t)(x * y);
        return true;
    case IR_DIVU:
    case IR_DIVS:
        return eval_divide(op, a, b, width, result);
    case IR_AND:
        *result = a & b;
        return true;
    case IR_OR:
        *result = a | b;
        return true;
    case IR_XOR:
        *result = a ^ b;
        return true;
    case IR_SHL:
        *result = (int64_t)(x << count);
        return true;
    case IR_SHR:
        *result = (int64_t)(bits >> count);
        return true;
    case IR_SAR:
        *result = a >> count;
        return true;
    case IR_ROTL:
        *result = (int64_t)eval_rotate(bits, count, width);
        return true;
    case IR_PACK:
        *result = (int64_t)(x << 32 | (y & UINT32_MAX));
        return true;
    default:
        return false;
    }
}

static bool eval_unary(const struct ir_op *op, int64_t a, int64_t *result)
{
    switch (op->code) {
    case IR_NOT:
        *result = ~a;
        return true;
    case IR_NEG:
        *result = (int64_t)(0 - (uint64_t)a);
        return true;
    case IR_SEXT8:
        *result = (int8_t)a;
        return true;
    case IR_SEXT16:
        *result = (int16_t)a;
        return true;
    case IR_ZEXT8:
        *result = (uint8_t)a;
        return true;
    case IR_ZEXT16:
        *result = (uint16_t)a;
        return true;
    case IR_SEXT32:
        *result = a;
        return true;
    case IR_ZEXT32:
        *result = (uint32_t)a;
        return true;
    case IR_LOW:
        *result = (int32_t)a;
        return true;
    case IR_HIGH:
        *result = a >> 32;
        return true;
    default:
        return false;
    }
}

/* Computes an op of constants.  Returns the constant; 0: it cannot be one, or the op is not one that is folded. */
static ir_ref fold_constant(struct opt_walk *walk, const struct ir_op *op)
{
    unsigned type = op->type;
    unsigned width = opt_width(type);
    int64_t a = opt_op(walk, op->a)->imm;
    int64_t result;
    bool known;

    if (ir_rows[op->code].operand_count == 1) {
        known = eval_unary(op, a, &result);
    } else {
        known = eval_binary(op, a, opt_op(walk, op->b)->imm, width, &result);
    }
    if (!known) {
        return 0;
    }
    result = sign_extend((uint64_t)result, width);
    return opt_fits(type, result) ? opt_constant(walk, type, result) : 0;
}

/* ---- arithmetic ---- */

/* (x + c) + (y + d), as when a loop's rounds add to base and index: near an earlier x + y. */
static ir_ref add_near(struct opt_walk *walk, const struct ir_op *op)
{
    int32_t c, d;
    ir_ref x = opt_split(walk->out, op->a, &c);
    ir_ref y = opt_split(walk->out, op->b, &d);
    int64_t offset = (int64_t)c + d;

    return offset == (int32_t)offset ? opt_emit_near(walk, op, x, y, (int32_t)offset) : 0;
}

static ir_ref fold_add(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *a = opt_op(walk, op->a);

    if (opt_is(walk, op->b, 0)) {
        return op->a;
    }
    if (opt_is_const(walk, op->b) && a->code == IR_ADD && opt_is_const(walk, a->b)) {
        int64_t sum = (int64_t)opt_op(walk, a->b)->imm + opt_op(walk, op->b)->imm;

        if (opt_fits(op->type, sum)) {
            ir_ref x = a->a;

            return opt_emit2(walk, IR_ADD, op->type, x, opt_constant(walk, op->type, sum));
        }
    }
    if (opt_op(walk, op->b)->code == IR_NEG) {
        return opt_emit2(walk, IR_SUB, op->type, op->a, opt_op(walk, op->b)->a);
    }
    ir_ref rotated = opt_fold_or(walk, op); /* the halves of a rotation may be added */
    return rotated != 0 || opt_is_const(walk, op->b) ? rotated : add_near(walk, op);
}

static ir_ref fold_sub(struct opt_walk *walk, struct ir_op *op)
{
    if (op->a == op->b) {
        return opt_constant(walk, op->type, 0);
    }
    if (opt_is_const(walk, op->b)) {
        int64_t negated = -(int64_t)opt_op(walk, op->b)->imm;

        if (opt_fits(op->type, negated)) {
            return opt_emit2(walk, IR_ADD, op->type, op->a, opt_constant(walk, op->type, negated));
        }
    }
    if (opt_is(walk, op->a, 0)) {
        return opt_emit2(walk, IR_NEG, op->type, op->b, 0);
    }
    if (opt_is(walk, op->a, 1) &&
        opt_is_bool(walk, op->b)) { /* as `subcc; subx %g0, -1` makes it */
        return opt_emit2(walk, IR_XOR, op->type, op->b, opt_constant(walk, op->type, 1));
    }
    return 0;
}

static ir_ref fold_neg(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *a = opt_op(walk, op->a);

    if (a->code == IR_NEG) {
        return a->a;
    }
    return a->code == IR_SUB ? opt_emit2(walk, IR_SUB, op->type, a->b, a->a) : 0;
}

/* log2 of a constant that is a power of two (taken as unsigned); -1 for any other value. */
static int power_of_two(const struct opt_walk *walk, ir_ref ref, unsigned type)
{
    if (!opt_is_const(walk, ref)) {
        return -1;
    }
    uint64_t value = (uint64_t)(int64_t)opt_op(walk, ref)->imm & opt_ones(opt_width(type));
    return bits_is_power_of_two(value) ? __builtin_ctzll(value) : -1;
}

static ir_ref shift_by(struct opt_walk *walk, unsigned code, unsigned type, ir_ref a, int count)
{
    return opt_emit2(walk, code, type, a, opt_constant(walk, IR_I32, count));
}

static ir_ref fold_mul(struct opt_walk *walk, struct ir_op *op)
{
    int power = power_of_two(walk, op->b, op->type);

    if (opt_is(walk, op->b, 0)) {
        return op->b;
    }
    if (opt_is(walk, op->b, -1)) {
        return opt_emit2(walk, IR_NEG, op->type, op->a, 0);
    }
    return power >= 0 ? shift_by(walk, IR_SHL, op->type, op->a, power) : 0;
}

/* The I32 whose ZEXT32 the value is; 0: there is none. */
static ir_ref narrow_unsigned(struct opt_walk *walk, ir_ref ref)
{
    const struct ir_op *op = opt_op(walk, ref);

    if (op->code == IR_ZEXT32) {
        return op->a;
    }
    return op->code == IR_CONST && op->imm >= 0 ? opt_constant(walk, IR_I32, op->imm) : 0;
}

static ir_ref fold_divu(struct opt_walk *walk, struct ir_op *op)
{
    int power = power_of_two(walk, op->b, op->type);

    if (power >= 0) {
        return shift_by(walk, IR_SHR, op->type, op->a, power);
    }
    if (op->type != IR_I64 || opt_op(walk, op->a)->code != IR_ZEXT32) {
        return 0;
    }
    ir_ref b = narrow_unsigned(walk, op->b);
    if (b == 0) {
        return 0;
    }
    ir_ref quotient = opt_emit2(walk, IR_DIVU, IR_I32, opt_op(walk, op->a)->a, b);
    return opt_emit2(walk, IR_ZEXT32, IR_I64, quotient, 0);
}

/* The 64-bit quotient of two sign-extended values by a division of 32 bits.  That has the right sign, unless the least
 * number is divided by -1: only then are both operands and the 32-bit quotient negative. */
static ir_ref divide_narrow(struct opt_walk *walk, ir_ref a, ir_ref b)
{
    ir_ref quotient = opt_emit2(walk, IR_DIVS, IR_I32, a, b);
    ir_ref both = opt_emit2(walk, IR_AND, IR_I32, a, b);
    ir_ref wrong = opt_emit2(walk, IR_AND, IR_I32, both, quotient);
    ir_ref sign = opt_emit2(walk, IR_XOR, IR_I32, quotient, wrong);

    sign = opt_emit2(walk, IR_SAR, IR_I32, sign, opt_constant(walk, IR_I32, 31));
    return opt_emit2(walk, IR_PACK, IR_I64, sign, quotient);
}

/* A 64-bit division of sign-extended values becomes one of 32 bits.  That of the least I32 by -1 does not fit into 32
 * bits. */
static ir_ref fold_divs(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *b = opt_op(walk, op->b);

    if (opt_is(walk, op->b, 1)) {
        return op->a;
    }
    if (op->type != IR_I64 || opt_op(walk, op->a)->code != IR_SEXT32) {
        return 0;
    }
    if (b->code == IR_SEXT32) {
        return divide_narrow(walk, opt_op(walk, op->a)->a, b->a);
    }
    if (b->code != IR_CONST || b->imm == -1 || b->imm == 0) {
        return 0;
    }
    ir_ref narrow = opt_constant(walk, IR_I32, b->imm);
    ir_ref quotient = opt_emit2(walk, IR_DIVS, IR_I32, opt_op(walk, op->a)->a, narrow);
    return opt_emit2(walk, IR_SEXT32, IR_I64, quotient, 0);
}

/* ---- memory: what is stored is only the low bytes ---- */

/* The bits of a floating-point number are stored as the number itself, which need not leave its register for that. */
static void store_as_real(const struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *value = opt_op(walk, op->b);

    if (op->code == IR_STORE && value->code == IR_BITCAST_I) {
        op->cond |= IR_REAL_32 & ~IR_32;
        op->type = ir_size_type(op->cond);
        op->b = value->a;
    }
}

static ir_ref fold_store(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *value = opt_op(walk, op->b);
    uint64_t stored = op->cond == IR_8 ? 0xff : 0xffff;

    if (op->cond != IR_8 && op->cond != IR_16) {
        store_as_real(walk, op);
        return 0;
    }
    bool same = false;
    switch (value->code) {
    case IR_ZEXT8:
    case IR_SEXT8:
        same = op->cond == IR_8;
        break;
    case IR_ZEXT16:
    case IR_SEXT16:
        same = true;
        break;
    case IR_AND:
        same = opt_is_const(walk, value->b) &&
               ((uint64_t)(int64_t)opt_op(walk, value->b)->imm & stored) == stored;
        break;
    default:
        break;
    }
    if (same) {
        op->b = value->a;
    }
    return 0;
}

/* ---- all ---- */

/* A BITCAST of a BITCAST back is the value itself. */
static ir_ref fold_kind(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *a = opt_op(walk, op->a);

    return a->code == (op->code == IR_BITCAST_F ? IR_BITCAST_I : IR_BITCAST_F) ? a->a : 0;
}

/* clang-format off */
const struct opt_rules opt_rules[IR_CODES] = {
    [IR_ADD] = {fold_add, NULL},
    [IR_SUB] = {fold_sub, NULL},
    [IR_MUL] = {fold_mul, NULL},
    [IR_DIVU] = {fold_divu, NULL},
    [IR_DIVS] = {fold_divs, NULL},
    [IR_AND] = {opt_fold_and, NULL},
    [IR_OR] = {opt_fold_or, NULL},
    [IR_XOR] = {opt_fold_xor, NULL},
    [IR_NOT] = {opt_fold_not, NULL},
    [IR_NEG] = {fold_neg, NULL},
    [IR_SHL] = {opt_fold_shl, NULL},
    [IR_SHR] = {opt_fold_shr, NULL},
    [IR_SAR] = {opt_fold_sar, NULL},
    [IR_ROTL] = {opt_fold_rotl, NULL},
    [IR_SEXT8] = {opt_fold_ext, NULL},
    [IR_SEXT16] = {opt_fold_ext, NULL},
    [IR_ZEXT8] = {opt_fold_ext, NULL},
    [IR_ZEXT16] = {opt_fold_ext, NULL},
    [IR_SEXT32] = {opt_fold_sext32, NULL},
    [IR_ZEXT32] = {opt_fold_zext32, NULL},
    [IR_LOW] = {opt_fold_low, NULL},
    [IR_HIGH] = {opt_fold_high, NULL},
    [IR_PACK] = {opt_fold_pack, NULL},
    [IR_SETC] = {opt_fold_setc, NULL},
    [IR_SELECT] = {opt_fold_select, NULL},
    [IR_BRANCH] = {opt_fold_branch, NULL},
    [IR_GIVE_BACK] = {opt_fold_give_back, NULL},
    [IR_BITCAST_F] = {fold_kind, NULL},
    [IR_BITCAST_I] = {fold_kind, NULL},
    [IR_STORE] = {fold_store, NULL},
    [IR_ASTORE] = {fold_store, NULL},
    [IR_ADD_FLAGS] = {NULL, opt_flags_zero},
    [IR_ADC_FLAGS] = {NULL, opt_flags_extend},
    [IR_SUB_FLAGS] = {NULL, opt_flags_zero},
    [IR_SBC_FLAGS] = {NULL, opt_flags_extend},
    [IR_TEST_FLAGS] = {NULL, opt_flags_test},
    [IR_CARRY] = {NULL, opt_flags_carry},
    [IR_BRANCH_FLAGS] = {NULL, opt_flags_branch},
};
/* clang-format on */

ir_ref opt_fold_op(struct opt_walk *walk, struct ir_op *op, const struct opt_rules *rules)
{
    bool constant = opt_is_const(walk, op->a);

    if (constant && ir_rows[op->code].flags & IR_F_COMMUTES && !opt_is_const(walk, op->b)) {
        ir_ref a = op->a;

        op->a = op->b;
        op->b = a;
        constant = false;
    }
    if (constant && (op->b == 0 || opt_is_const(walk, op->b))) {
        ir_ref ref = fold_constant(walk, op);

        if (ref != 0) {
            return ref;
        }
    }
    return rules->fold != NULL ? rules->fold(walk, op) : 0;
}
