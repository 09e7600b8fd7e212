// SPDX-License-Identifier: MIT
/*
 * SETs of flags that only stubs and arms perform, by comparing anew.
 *
 * As in pending.c, but the value is in no register: to bring the host's flags into one would cost the main path more
 * than the store saves.  Instead the operands of the compare are pinned: they stay somewhere (in a register, in the
 * frame or in their slot) until the SET that overwrites this one.  Stubs and arms on the way compare them again and
 * store the flags.
 *
 * At most one SET is lazy at a time.  It must follow its compare at once, so that the operands can be pinned
 * before they might be given up: cg_pin_operands() is the first thing that a compare's function does.
 */
#include "check.h"
#include "cg.h"

/* Can a host perform the operation again for its flags?  A sum only if it is with a constant: hosts have no addition
 * that changes nothing but flags, so they compare with the constant's negative, which must be a constant, too. */
static bool can_repeat(const struct cg *c, const struct ir_op *op)
{
    const struct ir_op *b = &c->ops[op->b];

    if (c->ops[op->a].code == IR_CONST) {
        return false;
    }
    switch (op->code) {
    case IR_SUB_FLAGS:
    case IR_LOGIC_FLAGS:
        return true;
    case IR_ADD_FLAGS:
        return b->code == IR_CONST && b->imm != 0 && b->imm != INT32_MIN;
    default:
        return false;
    }
}

static bool has_pinned_b(const struct cg *c, const struct ir_op *op)
{
    return op->code != IR_LOGIC_FLAGS && c->ops[op->b].code != IR_CONST;
}

bool cg_is_lazy(const struct cg *c, unsigned set)
{
    unsigned compare = c->ops[set].a;

    return c->after[set][3] != 0 && can_repeat(c, &c->ops[compare]) &&
           cg_next_op(c, compare) == set;
}

void cg_pin_operands(struct cg *c, unsigned number)
{
    unsigned next = cg_next_op(c, number);
    const struct ir_op *op = &c->ops[number];

    if (c->ops[next].code == IR_SET && c->ops[next].a == number && cg_is_lazy(c, next)) {
        c->values[op->a].pins++;
        c->values[op->b].pins += has_pinned_b(c, op);
    }
}

static void unpin(struct cg *c, ir_ref value)
{
    struct cg_value *at = &c->values[value];

    CHECK(at->pins != 0);
    if (--at->pins == 0 && at->next == 0) {
        cg_give_up(c, value);
    }
}

void cg_begin_lazy(struct cg *c, unsigned slot, ir_ref value)
{
    CHECK(c->lazy.value == 0);
    c->lazy = (struct cg_lazy){value, (uint8_t)slot};
}

void cg_drop_lazy(struct cg *c, unsigned slot)
{
    const struct ir_op *op = &c->ops[c->lazy.value];

    if (c->lazy.value == 0 || !cg_has_slot(c->covers[slot], c->lazy.slot)) {
        return;
    }
    c->lazy.value = 0;
    unpin(c, op->a);
    if (has_pinned_b(c, op)) {
        unpin(c, op->b);
    }
}

/* ---- stubs and arms ---- */

void cg_snapshot_lazy(const struct cg *c, struct cg_lazy_snapshot *at)
{
    const struct ir_op *op = &c->ops[c->lazy.value];

    at->lazy = c->lazy;
    if (c->lazy.value != 0) {
        at->a = cg_operand_of(c, op->a);
        at->b = op->code == IR_LOGIC_FLAGS ? (struct cg_operand){OPERAND_IMM, 0, 0}
                                           : cg_operand_of(c, op->b);
    }
}

static enum cg_flags_kind kind_of(const struct ir_op *op)
{
    switch (op->code) {
    case IR_SUB_FLAGS:
        return FLAGS_OF_SUB;
    case IR_LOGIC_FLAGS:
        return FLAGS_OF_LOGIC;
    default:
        return FLAGS_OF_ADD;
    }
}

void cg_emit_lazy(struct cg *c, const struct cg_lazy_snapshot *at, bool keep)
{
    if (at->lazy.value != 0) {
        c->host->store_flags_of(c, kind_of(&c->ops[at->lazy.value]), at->a, at->b,
                                c->slots[at->lazy.slot], keep);
    }
}

/* Are the host's flags those of the lazy compare already? */
static bool is_at_hand(const struct cg *c, const struct ir_op *op)
{
    enum cg_flags_kind kind = kind_of(op);

    return cg_flags_match(c, kind, false, op->a, kind == FLAGS_OF_LOGIC ? 0 : op->b);
}

/* If the operand is in the frame, lets values that are put into the frame from here on lie above it. */
static void stay_clear_of(struct cg *c, struct cg_operand operand)
{
    unsigned end;

    if (operand.kind == OPERAND_MEM && operand.reg == c->host->frame) {
        end = ((unsigned)operand.value - c->host->spill_offset) / 8 + 1;
        c->frame_top = end > c->frame_top ? end : c->frame_top;
    }
}

static bool is_in_flags_reg(const struct cg *c, struct cg_operand operand)
{
    return operand.kind == OPERAND_REG && operand.reg == c->host->flags_reg;
}

/* Saves in the frame a FLAGS value that the arm uses and that is in the host's flags only. */
static void save_holder(struct cg *c, bool keep)
{
    struct cg_value *at = &c->values[c->flags.value];

    if (c->flags.value != 0 && at->where == AT_FLAGS) {
        at->frame = (uint16_t)c->frame_top++;
        at->where = AT_FRAME;
        c->host->store_flags(c, cg_spill_mem(c, at->frame), keep);
    }
    at->where &= (uint8_t)~AT_FLAGS;
    c->flags = (struct cg_flags){.kind = FLAGS_NONE};
}

void cg_begin_arm_lazy(struct cg *c, const struct cg_lazy_snapshot *at)
{
    bool busy = !(c->free & CG_BIT(c->host->flags_reg));

    if (at->lazy.value == 0) {
        return;
    }
    if (is_at_hand(c, &c->ops[at->lazy.value])) {
        c->host->store_flags(c, c->slots[at->lazy.slot], busy);
        return;
    }
    stay_clear_of(c, at->a);
    stay_clear_of(c, at->b);
    save_holder(c, busy || is_in_flags_reg(c, at->a) || is_in_flags_reg(c, at->b));
    cg_emit_lazy(c, at, busy);
}
