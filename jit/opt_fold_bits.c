// SPDX-License-Identifier: MIT
/*
 * Folding of logic and shifts; opt_fold.c says what a rule owes.
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

/* Is the op (x OP inner) OP outer, both with the op's code and constants?  Gives the constants. */
static bool chain(const struct opt_walk *walk, const struct ir_op *op, int32_t *inner,
                  int32_t *outer)
{
    const struct ir_op *a = opt_op(walk, op->a);

    if (a->code != op->code || !opt_is_const(walk, op->b) || !opt_is_const(walk, a->b)) {
        return false;
    }
    *inner = opt_op(walk, a->b)->imm;
    *outer = opt_op(walk, op->b)->imm;
    return true;
}

static ir_ref with_constant(struct opt_walk *walk, unsigned code, unsigned type, ir_ref a,
                            int32_t value)
{
    return opt_emit2(walk, code, type, a, opt_constant(walk, type, value));
}

/* ---- logic ---- */

static ir_ref mask_by(struct opt_walk *walk, struct ir_op *op)
{
    uint64_t ones = opt_ones(opt_width(op->type));
    uint64_t mask = (uint64_t)(int64_t)opt_op(walk, op->b)->imm & ones;

    if (mask == 0) {
        return op->b;
    }
    if ((opt_bits(walk, op->a) & ~mask) == 0) {
        return op->a;
    }
    if (op->type == IR_I32 && (mask == 0xff || mask == 0xffff)) {
        return opt_emit2(walk, mask == 0xff ? IR_ZEXT8 : IR_ZEXT16, IR_I32, op->a, 0);
    }
    return 0;
}

ir_ref opt_fold_and(struct opt_walk *walk, struct ir_op *op)
{
    int32_t inner;
    int32_t outer;

    if (op->a == op->b) {
        return op->a;
    }
    if (chain(walk, op, &inner, &outer)) {
        return with_constant(walk, IR_AND, op->type, opt_op(walk, op->a)->a, inner & outer);
    }
    if (!opt_is_const(walk, op->b)) {
        return 0;
    }
    const struct ir_op *a = opt_op(walk, op->a);
    if (a->code == IR_ZEXT8 || a->code == IR_ZEXT16) { /* these are masks, too */
        int32_t mask = (a->code == IR_ZEXT8 ? 0xff : 0xffff) & opt_op(walk, op->b)->imm;

        if (mask != opt_op(walk, op->b)->imm) {
            return with_constant(walk, IR_AND, op->type, a->a, mask);
        }
    }
    return mask_by(walk, op);
}

/* SHL(x, n) | SHR(x, width - n) is ROTL(x, n). */
static ir_ref rotation(struct opt_walk *walk, const struct ir_op *op)
{
    const struct ir_op *left = opt_op(walk, op->a);
    const struct ir_op *right = opt_op(walk, op->b);

    if (left->code == IR_SHR) {
        left = opt_op(walk, op->b);
        right = opt_op(walk, op->a);
    }
    if (left->code != IR_SHL || right->code != IR_SHR || left->a != right->a ||
        !opt_is_const(walk, left->b) || !opt_is_const(walk, right->b)) {
        return 0;
    }
    int32_t width = (int32_t)opt_width(op->type);
    int32_t count = opt_op(walk, left->b)->imm;
    if (count <= 0 || count >= width || opt_op(walk, right->b)->imm != width - count) {
        return 0;
    }
    return opt_emit2(walk, IR_ROTL, op->type, left->a, left->b);
}

ir_ref opt_fold_or(struct opt_walk *walk, struct ir_op *op)
{
    int32_t inner;
    int32_t outer;

    if (op->code == IR_OR) {
        if (op->a == op->b || opt_is(walk, op->b, 0)) {
            return op->a;
        }
        if (opt_is(walk, op->b, -1)) {
            return op->b;
        }
        if (chain(walk, op, &inner, &outer)) {
            return with_constant(walk, IR_OR, op->type, opt_op(walk, op->a)->a, inner | outer);
        }
    }
    return rotation(walk, op);
}

ir_ref opt_fold_xor(struct opt_walk *walk, struct ir_op *op)
{
    int32_t inner;
    int32_t outer;

    if (op->a == op->b) {
        return opt_constant(walk, op->type, 0);
    }
    if (opt_is(walk, op->b, 0)) {
        return op->a;
    }
    if (opt_is(walk, op->b, -1)) {
        return opt_emit2(walk, IR_NOT, op->type, op->a, 0);
    }
    const struct ir_op *a = opt_op(walk, op->a);
    if (opt_is(walk, op->b, 1) && (a->code == IR_SETC || a->code == IR_TEST_FLAGS)) {
        opt_copy(op, a);
        op->cond ^= 1;
        return opt_emit(walk, op);
    }
    if (chain(walk, op, &inner, &outer)) {
        return with_constant(walk, IR_XOR, op->type, opt_op(walk, op->a)->a, inner ^ outer);
    }
    if (a->code == IR_XOR && (a->a == op->b || a->b == op->b)) {
        return a->a == op->b ? a->b : a->a;
    }
    return rotation(walk, op);
}

ir_ref opt_fold_not(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *a = opt_op(walk, op->a);

    return a->code == IR_NOT ? a->a : 0;
}

/* ---- shifts ---- */

/* The count modulo the width, or -1 if it is not a constant.  An AND that only makes the count modulo the width is
 * dropped, because the shift does that itself. */
static int shift_count(struct opt_walk *walk, struct ir_op *op)
{
    int32_t mask = (int32_t)opt_width(op->type) - 1;
    const struct ir_op *count = opt_op(walk, op->b);

    if (count->code == IR_AND && opt_is_const(walk, count->b) &&
        (opt_op(walk, count->b)->imm & mask) == mask) {
        op->b = count->a;
    }
    if (!opt_is_const(walk, op->b)) {
        return -1;
    }
    int32_t imm = opt_op(walk, op->b)->imm;
    if ((imm & mask) != imm) {
        op->b = opt_constant(walk, IR_I32, imm & mask);
    }
    return imm & mask;
}

/* The count of the shift that `ref` is, if that is a constant in range; else -1. */
static int inner_count(const struct opt_walk *walk, ir_ref ref, unsigned code)
{
    const struct ir_op *op = opt_op(walk, ref);

    if (op->code != code || !opt_is_const(walk, op->b)) {
        return -1;
    }
    int32_t imm = opt_op(walk, op->b)->imm;
    return imm >= 0 && imm < (int32_t)opt_width(op->type) ? imm : -1;
}

static ir_ref shift_again(struct opt_walk *walk, const struct ir_op *op, int count)
{
    return opt_emit2(walk, op->code, op->type, opt_op(walk, op->a)->a,
                     opt_constant(walk, IR_I32, count));
}

/* A value that is shifted one way and back by the same count is ANDed with a mask instead, if a CONST can hold it. */
static ir_ref shift_back(struct opt_walk *walk, const struct ir_op *op, uint64_t mask)
{
    int64_t value = op->type == IR_I64 ? (int64_t)mask : (int32_t)(uint32_t)mask;

    if (!opt_fits(op->type, value)) {
        return 0;
    }
    ir_ref x = opt_op(walk, op->a)->a;
    return opt_emit2(walk, IR_AND, op->type, x, opt_constant(walk, op->type, value));
}

/* (x + c) << n, an index that is scaled to bytes: near an earlier x << n. */
static ir_ref shift_near(struct opt_walk *walk, const struct ir_op *op, int count)
{
    int32_t offset;
    ir_ref x = opt_split(walk->out, op->a, &offset);
    int64_t moved = (int64_t)offset * ((int64_t)1 << (count & 31));

    return count < 32 && moved == (int32_t)moved ? opt_emit_near(walk, op, x, op->b, (int32_t)moved)
                                                 : 0;
}

ir_ref opt_fold_shl(struct opt_walk *walk, struct ir_op *op)
{
    int count = shift_count(walk, op);
    int width = (int)opt_width(op->type);

    if (count <= 0) {
        return count == 0 ? op->a : 0;
    }
    int inner = inner_count(walk, op->a, IR_SHL);
    if (inner >= 0) {
        return inner + count < width ? shift_again(walk, op, inner + count)
                                     : opt_constant(walk, op->type, 0);
    }
    if (inner_count(walk, op->a, IR_SHR) == count || inner_count(walk, op->a, IR_SAR) == count) {
        return shift_back(walk, op, opt_ones((unsigned)width) << count);
    }
    return shift_near(walk, op, count);
}

ir_ref opt_fold_shr(struct opt_walk *walk, struct ir_op *op)
{
    int count = shift_count(walk, op);
    int width = (int)opt_width(op->type);

    if (count <= 0) {
        return count == 0 ? op->a : 0;
    }
    if (opt_bits(walk, op->a) >> count == 0) {
        return opt_constant(walk, op->type, 0);
    }
    int inner = inner_count(walk, op->a, IR_SHR);
    if (inner >= 0) {
        return shift_again(walk, op, inner + count); /* less than the width: see opt_bits() */
    }
    if (inner_count(walk, op->a, IR_SAR) >= 0 && count == width - 1) {
        return shift_again(walk, op, count); /* the sign bit, which SAR has not changed */
    }
    if (inner_count(walk, op->a, IR_SHL) == count) {
        return shift_back(walk, op, opt_ones((unsigned)width) >> count);
    }
    return 0;
}

ir_ref opt_fold_sar(struct opt_walk *walk, struct ir_op *op)
{
    int count = shift_count(walk, op);
    int width = (int)opt_width(op->type);

    if (count <= 0) {
        return count == 0 ? op->a : 0;
    }
    int inner = inner_count(walk, op->a, IR_SAR);
    if (inner >= 0) {
        return shift_again(walk, op, inner + count < width ? inner + count : width - 1);
    }
    if (opt_bits(walk, op->a) >> (width - 1) == 0) {
        return opt_emit2(walk, IR_SHR, op->type, op->a, op->b);
    }
    if (op->type == IR_I32 && (count == 24 || count == 16) &&
        inner_count(walk, op->a, IR_SHL) == count) {
        return opt_emit2(walk, count == 24 ? IR_SEXT8 : IR_SEXT16, IR_I32, opt_op(walk, op->a)->a,
                         0);
    }
    return 0;
}

ir_ref opt_fold_rotl(struct opt_walk *walk, struct ir_op *op)
{
    int count = shift_count(walk, op);

    if (count <= 0) {
        return count == 0 ? op->a : 0;
    }
    int inner = inner_count(walk, op->a, IR_ROTL);
    return inner >= 0 ? shift_again(walk, op, (inner + count) & (int)(opt_width(op->type) - 1)) : 0;
}
