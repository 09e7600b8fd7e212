// SPDX-License-Identifier: MIT
/*
 * How an op gets into the new block: its rules are asked, then the table of shared ops, then it is appended.
 *
 * Sharing: an op that is PURE and equal to an earlier, visible one is not emitted again.  The table holds the last op
 * of each hash; an equal op that it holds no more is emitted again, which is always right.
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

#define HASH_BITS 8
_Static_assert(1 << HASH_BITS == OPT_SHARED, "a hash is an index");

/* Returns the number of an equal op; if there is none, appends this one. */
static ir_ref share(struct opt_walk *walk, const struct ir_op *op)
{
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t words[2];
    uint64_t other[2];

    memcpy(&words[0], op, sizeof words[0]);
    memcpy(&words[1], (const uint8_t *)op + sizeof words[0], sizeof words[1]);
    uint64_t hash = (words[0] ^ (words[1] << 23 | words[1] >> 41)) * odd;
    ir_ref *entry = &walk->shared[hash >> (64 - HASH_BITS)];
    memcpy(other, opt_op(walk, *entry), sizeof other);
    if (words[0] == other[0] && words[1] == other[1] && opt_visible(walk, *entry)) {
        return *entry;
    }
    *entry = opt_append(walk, op);
    return *entry;
}

/* Emits an op that no rule has anything to say to. */
static ir_ref emit_as_is(struct opt_walk *walk, const struct ir_op *op)
{
    if (walk->passes & OPT_CSE && opt_flags_of(walk->block, op) & IR_F_PURE) {
        return share(walk, op);
    }
    return opt_append(walk, op);
}

/* ---- values near each other ---- */

ir_ref opt_emit_near(struct opt_walk *walk, const struct ir_op *op, ir_ref x, ir_ref y,
                     int32_t offset)
{
    struct opt_near *near = &walk->near[(x * 7u + y + op->code) % OPT_NEAR];

    if (near->code == op->code && near->type == op->type && near->x == x && near->y == y &&
        opt_visible(walk, near->ref)) {
        int64_t distance = (int64_t)offset - near->offset;
        if (distance == 0) {
            return near->ref;
        }
        if (opt_fits(op->type, distance)) {
            return opt_emit2(walk, IR_ADD, op->type, near->ref,
                             opt_constant(walk, op->type, distance));
        }
    }
    ir_ref ref = emit_as_is(walk, op);
    *near = (struct opt_near){op->code, op->type, x, y, ref, offset};
    return ref;
}

ir_ref opt_emit(struct opt_walk *walk, struct ir_op *op)
{
    const struct opt_rules *rules = &opt_rules[op->code];
    ir_ref ref = 0;

    if (rules->flags != NULL && walk->passes & OPT_FLAGS) {
        ref = rules->flags(walk, op);
    }
    bool folds = rules->fold != NULL || ir_rows[op->code].flags & IR_F_COMMUTES;

    if (folds && walk->passes & OPT_FOLD && ref == 0) {
        ref = opt_fold_op(walk, op, rules);
    }
    if (ref != 0) {
        return ref;
    }
    return emit_as_is(walk, op);
}
