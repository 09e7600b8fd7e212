// SPDX-License-Identifier: MIT
/*
 * The forward walk: each op in turn, operands renamed, is folded, shared with an equal one, replaced by a
 * known value, or appended to the new block.  Main section first, then each arm that a branch goes to.
 *
 * An arm sees the main section up to its branch, so it may use values, and what is known of state, from there: the
 * first OPT_SNAPSHOTS branches leave a copy of what is known.  The ops of an arm whose branch is always taken are
 * put in place of the branch.  An arm that no branch goes to is left out; its links then have no EXIT.
 *
 * If the new block might become larger than a block may be, the rest is only copied.
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

/* ---- arms ---- */

static void note_branch(struct opt_walk *walk, ir_ref ref)
{
    struct opt_arm *arm = &walk->arms[walk->out[ref].imm];

    arm->reached = true;
    arm->limit = (uint16_t)(walk->in_arm ? walk->limit : ref);
    arm->snapshot = -1;
    walk->branch_count++;
    if (walk->passes & OPT_STATE && walk->snapshot_count < OPT_SNAPSHOTS && !walk->in_arm) {
        arm->snapshot = (int8_t)walk->snapshot_count;
        walk->snapshots[walk->snapshot_count++] = walk->known;
    }
}

/* Emits the SET, and before it the op that makes the flags: the arm gets a copy of its own, so that the one in the main
 * section can be dropped. */
static void put_sunk(struct opt_walk *walk, struct ir_op set)
{
    const struct ir_op *flags = opt_op(walk, set.a);

    if (ir_rows[flags->code].flags & IR_F_PURE) {
        set.a = opt_append(walk, flags);
    }
    opt_append(walk, &set);
    if (walk->passes & OPT_STATE) {
        opt_known_put(walk, set.slot, set.a);
    }
    walk->reserve -= 2;
}

static void enter_arm(struct opt_walk *walk, const struct opt_arm *arm)
{
    walk->in_arm = true;
    walk->begin = walk->count;
    walk->limit = arm->limit;
    if (arm->snapshot >= 0) {
        walk->known = walk->snapshots[arm->snapshot];
    } else {
        opt_known_forget(&walk->known);
    }
    for (unsigned i = arm->first_set; i != 0; i = walk->sunk[i - 1].next) {
        put_sunk(walk, walk->sunk[i - 1].set);
    }
}

/* ---- ops ---- */

/* A GET of a slot whose value is known as an integer but is read as a floating-point number, or the other way round: a
 * BITCAST of that value.  0: nothing such is known. */
static ir_ref get_other_kind(struct opt_walk *walk, const struct ir_op *get)
{
    static const struct {
        uint8_t code, from;
    } kinds[] = {
        [IR_I32] = {IR_BITCAST_I, IR_F32}, [IR_I64] = {IR_BITCAST_I, IR_F64},
        [IR_F32] = {IR_BITCAST_F, IR_I32}, [IR_F64] = {IR_BITCAST_F, IR_I64},
        [IR_FLAGS] = {IR_NOP, 0},
    };
    struct ir_op op = {.code = kinds[get->type].code, .type = get->type, .insn = IR_NONE};

    op.a = op.code == IR_NOP ? 0 : opt_known_value(walk, get->slot, kinds[get->type].from);
    return op.a == 0 ? 0 : opt_emit(walk, &op);
}

static ir_ref do_get(struct opt_walk *walk, const struct ir_op *op)
{
    ir_ref ref = 0;

    if (walk->passes & OPT_STATE) {
        ref = opt_known_value(walk, op->slot, op->type);
    }
    if (ref == 0 && walk->passes & OPT_STATE) {
        ref = get_other_kind(walk, op);
    }
    if (ref == 0) {
        ref = opt_append(walk, op);
        if (walk->passes & OPT_STATE) {
            opt_known_put(walk, op->slot, ref);
        }
    }
    return ref;
}

static ir_ref do_set(struct opt_walk *walk, const struct ir_op *op)
{
    if (walk->passes & OPT_STATE) {
        if (opt_known_value(walk, op->slot, op->type) == op->a) {
            return 0;
        }
        opt_known_put(walk, op->slot, op->a);
    }
    opt_append(walk, op);
    if (walk->block->guest->slots[op->slot].type == IR_FLAGS) {
        walk->flag_sets++;
    }
    return 0;
}

static ir_ref do_effect(struct opt_walk *walk, struct ir_op *op)
{
    if (walk->passes & OPT_STATE) {
        opt_known_after(walk, op);
    }
    return opt_emit(walk, op);
}

static ir_ref do_op(struct opt_walk *walk, struct ir_op *op)
{
    switch (op->code) {
    case IR_NOP:
        return 0;
    case IR_GET:
        return do_get(walk, op);
    case IR_SET:
        return do_set(walk, op);
    case IR_MOVE_BANK:
    case IR_STEP:
    case IR_CALL:
        return do_effect(walk, op);
    default:
        return ir_rows[op->code].flags & IR_F_SPECIAL ? do_effect(walk, op) : opt_emit(walk, op);
    }
}

static unsigned arm_end(const struct ir_block *block, unsigned arm)
{
    return arm + 1 < block->arm_count ? block->arms[arm + 1] : block->op_count;
}

static void do_section(struct opt_walk *walk, unsigned first, unsigned end);

/* Returns true if the branch is always taken: then its arm's ops were emitted in its place, and the section ends. */
static bool do_branch(struct opt_walk *walk, struct ir_op *op)
{
    unsigned arm = (unsigned)op->imm;
    ir_ref ref = opt_emit(walk, op);

    if (ref == OPT_TAKEN) {
        do_section(walk, walk->block->arms[arm], arm_end(walk->block, arm));
        return true;
    }
    if (ref != OPT_GONE) {
        note_branch(walk, ref);
    }
    return false;
}

static void do_section(struct opt_walk *walk, unsigned first, unsigned end)
{
    const struct ir_block *block = walk->block;
    struct ir_op op;

    for (unsigned i = first; i < end; i++) {
        if (walk->count + walk->reserve + walk->pending-- + OPT_ROOM > IR_MAX_OPS) {
            walk->passes = 0;
        }
        opt_rename(&op, &block->ops[i], walk->map);
        if (!ir_is_branch(op.code)) {
            walk->map[i] = do_op(walk, &op);
        } else if (do_branch(walk, &op)) {
            return;
        }
    }
}

/* ---- the block ---- */

static void begin(struct opt_walk *walk, struct ir_block *block, unsigned passes)
{
    walk->block = block;
    walk->passes = passes;
    walk->out[0] = block->ops[0];
    walk->map[0] = 0;
    walk->count = 1;
    walk->begin = 0;
    walk->limit = 0;
    walk->reserve = 0;
    walk->pending = block->op_count;
    walk->in_arm = false;
    walk->branch_count = walk->snapshot_count = walk->flag_sets = walk->sunk_count = 0;
    memset(walk->arms, 0, block->arm_count * sizeof walk->arms[0]);
    if (passes & OPT_STATE) {
        walk->known.bank_moved = 0;
        opt_known_forget(&walk->known);
    }
    if (passes & OPT_CSE) {
        memset(walk->shared, 0, sizeof walk->shared);
    }
    if (passes & OPT_FOLD) {
        memset(walk->near, 0, sizeof walk->near);
    }
}

static void renumber_branches(struct opt_walk *walk)
{
    for (unsigned i = 1; i < walk->count; i++) {
        struct ir_op *op = &walk->out[i];

        if (ir_is_branch(op->code)) {
            op->imm = walk->arms[op->imm].number;
        }
    }
}

/* Arms that nothing goes to are left out. */
static void do_arms(struct opt_walk *walk)
{
    struct ir_block *block = walk->block;
    unsigned arms = 0;

    for (unsigned i = 0; i < block->arm_count; i++) {
        struct opt_arm *arm = &walk->arms[i];

        if (!arm->reached) {
            continue;
        }
        unsigned first = block->arms[i];
        unsigned end = arm_end(block, i);
        enter_arm(walk, arm);
        do_section(walk, first, end);
        arm->number = (uint8_t)arms;
        block->arms[arms++] = (ir_ref)walk->begin;
    }
    if (arms != block->arm_count) {
        renumber_branches(walk);
        block->arm_count = arms;
    }
}

void opt_forward(struct ir_block *block, unsigned passes)
{
    struct opt_walk walk;

    begin(&walk, block, passes);
    do_section(&walk, 1, block->arm_count != 0 ? block->arms[0] : block->op_count);
    if (walk.passes & OPT_SINK && walk.branch_count != 0 && walk.flag_sets > 1) {
        opt_sink_flags(&walk);
    }
    do_arms(&walk);
    memcpy(block->ops, walk.out, walk.count * sizeof walk.out[0]);
    block->op_count = walk.count;
}
