// SPDX-License-Identifier: MIT
/*
 * Folding of changes of width; opt_fold.c says what a rule owes.
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

/* Does SEXT8, SEXT16, ZEXT8, ZEXT16 leave this operand as it is? */
static bool is_extended(const struct opt_walk *walk, unsigned code, ir_ref ref)
{
    const struct ir_op *op = opt_op(walk, ref);
    uint64_t bits = opt_bits(walk, ref);

    switch (code) {
    case IR_ZEXT8:
        return bits <= 0xff;
    case IR_ZEXT16:
        return bits <= 0xffff;
    case IR_SEXT8:
        return bits <= 0x7f || op->code == IR_SEXT8 || (op->code == IR_LOAD && op->cond == IR_S8);
    default:
        return bits <= 0x7fff || op->code == IR_SEXT8 || op->code == IR_SEXT16 ||
               (op->code == IR_LOAD && (op->cond == IR_S8 || op->cond == IR_S16));
    }
}

/* Does the op only change bits that an extension from 8 (16) bits does not look at? */
static bool is_outside(const struct opt_walk *walk, const struct ir_op *op, bool from_8)
{
    switch (op->code) {
    case IR_SEXT8:
    case IR_ZEXT8:
        return from_8;
    case IR_SEXT16:
    case IR_ZEXT16:
        return true;
    case IR_AND: {
        uint32_t seen = from_8 ? 0xff : 0xffff;

        return opt_is_const(walk, op->b) && ((uint32_t)opt_op(walk, op->b)->imm & seen) == seen;
    }
    default:
        return false;
    }
}

ir_ref opt_fold_ext(struct opt_walk *walk, struct ir_op *op)
{
    bool from_8 = op->code == IR_SEXT8 || op->code == IR_ZEXT8;

    if (is_extended(walk, op->code, op->a)) {
        return op->a;
    }
    if (is_outside(walk, opt_op(walk, op->a), from_8)) {
        return opt_emit2(walk, op->code, IR_I32, opt_op(walk, op->a)->a, 0);
    }
    return 0;
}

ir_ref opt_fold_sext32(struct opt_walk *walk, struct ir_op *op)
{
    if (opt_bits(walk, op->a) <= INT32_MAX) { /* canonical: not negative is ZEXT32 */
        return opt_emit2(walk, IR_ZEXT32, IR_I64, op->a, 0);
    }
    return 0;
}

ir_ref opt_fold_zext32(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *a = opt_op(walk, op->a);

    return a->code == IR_LOW && opt_bits(walk, a->a) <= UINT32_MAX ? a->a : 0;
}

ir_ref opt_fold_low(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *a = opt_op(walk, op->a);

    switch (a->code) {
    case IR_SEXT32:
    case IR_ZEXT32:
        return a->a;
    case IR_PACK:
        return a->b;
    case IR_SHR:
        return opt_is(walk, a->b, 32) ? opt_emit2(walk, IR_HIGH, IR_I32, a->a, 0) : 0;
    default:
        return 0;
    }
}

ir_ref opt_fold_high(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *a = opt_op(walk, op->a);

    if (opt_bits(walk, op->a) <= UINT32_MAX) {
        return opt_constant(walk, IR_I32, 0);
    }
    if (a->code == IR_PACK) {
        return a->a;
    }
    if (a->code == IR_SEXT32) {
        ir_ref x = a->a;

        return opt_emit2(walk, IR_SAR, IR_I32, x, opt_constant(walk, IR_I32, 31));
    }
    return 0;
}

ir_ref opt_fold_pack(struct opt_walk *walk, struct ir_op *op)
{
    const struct ir_op *a = opt_op(walk, op->a);
    const struct ir_op *b = opt_op(walk, op->b);

    if (opt_is(walk, op->a, 0)) {
        return opt_emit2(walk, IR_ZEXT32, IR_I64, op->b, 0);
    }
    if (a->code == IR_SAR && a->a == op->b && opt_is(walk, a->b, 31)) {
        return opt_emit2(walk, IR_SEXT32, IR_I64, op->b, 0);
    }
    return a->code == IR_HIGH && b->code == IR_LOW && a->a == b->a ? a->a : 0;
}
