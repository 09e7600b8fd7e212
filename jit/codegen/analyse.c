// SPDX-License-Identifier: MIT
/*
 * Backward pass over a block: when is each value used next?
 *
 * For operand k of op n, after[n][k] is the op that uses the same value after n (0: none), and values[v].next
 * ends up as the first use of v.  So the forward pass always knows how far the next use of a value is,
 * and when it is used for the last time.
 *
 * Arms lie behind the main section and are walked first.  A value of the main section that an arm uses
 * becomes one of the arm's live-ins, and counts as used by the branch to it.  Ops without effect whose result
 * no op uses are dropped, and do not count as users.  Constants are no values here: they are written into the
 * instructions that use them.
 *
 * The pass also finds SETs for pending.c: those that are overwritten before anything but stubs and arms sees
 * them.
 */
#include "cg.h"

/* Notes a use of `value` by op `number`; returns the use that was known to follow. */
static inline uint16_t use_value(struct cg *c, unsigned section, ir_ref value, unsigned number)
{
    uint16_t after = c->values[value].next;

    if (after == 0 && value < section) {
        c->liveins[c->livein_count++].value = value;
    }
    c->values[value].next = (uint16_t)number;
    return after;
}

static void use_liveins(struct cg *c, unsigned section, unsigned arm, unsigned number)
{
    struct cg_livein *livein = &c->liveins[c->arms[arm].first];

    for (unsigned i = 0; i < c->arms[arm].count; i++) {
        livein[i].after = use_value(c, section, livein[i].value, number);
    }
}

static inline void use_operands(struct cg *c, unsigned section, unsigned number, unsigned count)
{
    const struct ir_op *op = &c->ops[number];
    const ir_ref refs[3] = {op->a, op->b, op->c};

    while (count-- > 0) {
        if (c->ops[refs[count]].code != IR_CONST) {
            c->after[number][count] = use_value(c, section, refs[count], number);
        }
    }
}

/* ---- SETs that are overwritten ---- */

static inline void remove_slots(struct cg_overwrite *overwrite, const uint64_t slots[4])
{
    for (unsigned word = 0; word < 4; word++) {
        overwrite->slots[word] &= ~slots[word];
    }
}

static inline bool is_overwritten(const struct cg_overwrite *overwrite, unsigned slot)
{
    return cg_has_slot(overwrite->slots, slot);
}

static inline void forget_overwrites(struct cg_overwrite *overwrite)
{
    memset(overwrite->slots, 0, sizeof overwrite->slots);
}

static void analyse_set(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_overwrite *overwrite = &c->overwrite;
    const uint64_t *covered = c->covers[op->slot];

    c->after[number][3] = 0;
    if (is_overwritten(overwrite, op->slot)) {
        c->after[number][3] = overwrite->by[op->slot];
    }
    remove_slots(overwrite, c->conflicts[op->slot]);
    for (unsigned word = 0; word < 4; word++) {
        overwrite->slots[word] |= covered[word];
        for (uint64_t left = covered[word]; left != 0; left &= left - 1) {
            overwrite->by[word * 64 + (unsigned)__builtin_ctzll(left)] = (uint16_t)number;
        }
    }
}

/* Will a SET of the slot follow before any other op can look at the slot in a stub or arm?  FP ops that do not read the
 * slot do not count. */
static bool is_set_at_once(const struct cg *c, unsigned slot)
{
    const struct cg_overwrite *overwrite = &c->overwrite;
    bool ignored = c->guest->slots[slot].ignored_by_fp_step;

    return is_overwritten(overwrite, slot) &&
           (ignored ? overwrite->sees : overwrite->leaves) >= overwrite->by[slot];
}

/* step() of an FP op writes the op's slot, and may write clobbered_by_step slots.  If a SET was pending for such a slot
 * across the op, a later stub would write the old value over that of step().  So a SET before the op counts as
 * overwritten only if the SET that overwrites it follows the op before anything sees the slot. */
static void analyse_fp(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_overwrite *overwrite = &c->overwrite;

    if (op->insn == IR_NONE) {
        return;
    }
    if (!is_set_at_once(c, op->slot)) {
        remove_slots(overwrite, c->conflicts[op->slot]);
    }
    for (unsigned word = 0; word < 4; word++) {
        for (uint64_t left = c->clobbered[word]; left != 0; left &= left - 1) {
            unsigned slot = word * 64 + (unsigned)__builtin_ctzll(left);
            if (!is_set_at_once(c, slot)) {
                remove_slots(overwrite, c->conflicts[slot]);
            }
        }
    }
    overwrite->leaves = number;
    if (op->cond & (IR_FP_A | IR_FP_B)) {
        overwrite->sees = number;
    }
}

static void analyse_state(struct cg *c, unsigned number, const struct ir_op *op)
{
    unsigned flags = ir_rows[op->code].flags;

    switch (op->code) {
    case IR_GET:
        remove_slots(&c->overwrite, c->conflicts[op->slot]);
        break;
    case IR_SET:
        analyse_set(c, number, op);
        break;
    default:
        if (flags & (IR_F_ACCESS | IR_F_BRANCHES)) {
            c->overwrite.leaves = c->overwrite.sees = number;
        } else if (flags & IR_F_SPECIAL) {
            analyse_fp(c, number, op);
        } else if (flags & (IR_F_LEAVES | IR_F_END)) { /* state must be complete */
            forget_overwrites(&c->overwrite);
        }
        break;
    }
}

/* ---- sections ---- */

static void analyse_section(struct cg *c, unsigned first, unsigned end)
{
    forget_overwrites(&c->overwrite);
    c->overwrite.leaves = c->overwrite.sees = end;
    for (unsigned number = end; number-- > first;) {
        const struct ir_op *op = &c->ops[number];
        unsigned count = ir_rows[op->code].operand_count;

        if (cg_is_dropped(c, number)) {
            c->values[number].where = op->code == IR_CONST ? AT_CONST : 0;
            continue;
        }
        analyse_state(c, number, op);
        if (ir_is_branch(op->code)) {
            use_liveins(c, first, (unsigned)op->imm, number);
        } else if (op->code == IR_CALL) {
            count = ir_helper_operands(&c->guest->helpers[op->imm]);
        }
        use_operands(c, first, number, count);
    }
}

/* Notes the arm's first uses of values of the main section, and takes them back: for the main section it is the branch
 * that uses them. */
static void end_arm(struct cg *c, unsigned arm, unsigned first)
{
    c->arms[arm].first = first;
    c->arms[arm].count = c->livein_count - first;
    c->arms[arm].jump = NULL;
    for (unsigned i = first; i < c->livein_count; i++) {
        struct cg_livein *livein = &c->liveins[i];
        livein->first = c->values[livein->value].next;
        c->values[livein->value].next = 0;
    }
}

void cg_analyse(struct cg *c)
{
    const struct ir_block *block = c->block;
    unsigned end = block->op_count;

    memset(c->values, 0, end * sizeof c->values[0]);
    c->livein_count = 0;
    for (unsigned arm = block->arm_count; arm-- > 0;) {
        unsigned first = c->livein_count;
        analyse_section(c, block->arms[arm], end);
        end_arm(c, arm, first);
        end = block->arms[arm];
    }
    analyse_section(c, 1, end);
}
