// SPDX-License-Identifier: MIT
/*
 * Guest state: GET and SET, and the values whose home is their slot.
 *
 * A value that was read from a slot or written to one need not be in a register as long as the slot is
 * not written: the slot is its home.  So GET emits nothing; the op that uses the value reads the slot, as a
 * memory operand if that is the last use.  Before a slot may change, the values that are nowhere else are
 * loaded.
 */
#include "cg.h"

static void leave_home(struct cg *c, unsigned slot)
{
    ir_ref value = c->home_of[slot];

    if (c->values[value].where == AT_HOME) {
        unsigned reg = cg_take_for(c, value, c->locked);
        cg_load_value(c, value, reg);
        cg_assign(c, value, reg);
    }
    cg_forget_home(c, value);
}

static void leave_homes(struct cg *c, unsigned word, uint64_t slots)
{
    for (; slots != 0; slots &= slots - 1) {
        leave_home(c, word * 64 + (unsigned)__builtin_ctzll(slots));
    }
}

void cg_drop_homes_of_set(struct cg *c, const uint64_t set[4])
{
    for (unsigned word = 0; word < 4; word++) {
        leave_homes(c, word, c->home_mask[word] & set[word]);
    }
}

void cg_drop_homes_of_slot(struct cg *c, unsigned slot)
{
    cg_drop_homes_of_set(c, c->conflicts[slot]);
}

void cg_drop_homes(struct cg *c)
{
    cg_drop_homes_of_set(c, c->home_mask);
}

void cg_do_get(struct cg *c, unsigned number, const struct ir_op *op)
{
    ir_ref value = (ir_ref)number;

    if (!cg_has_slot(c->home_mask, op->slot)) {
        cg_take_home(c, value, op->slot);
        return;
    }
    unsigned reg = cg_take_for(c, value, 0);
    c->values[number].home = op->slot;
    c->values[number].where = AT_HOME;
    cg_load_value(c, value, reg);
    c->values[number].where = 0;
    cg_assign(c, value, reg);
}

/* ---- SET ---- */

static void set_const(struct cg *c, unsigned number, const struct ir_op *op)
{
    cg_drop_homes_of_slot(c, op->slot);
    if (c->after[number][3] == 0 || !cg_pend(c, op->slot, op->a)) {
        c->host->store_const(c, op->type, c->slots[op->slot], c->ops[op->a].imm);
    }
}

/* Makes the slot the value's home, in place of an earlier home, which is likelier to be overwritten soon. */
static void move_home(struct cg *c, ir_ref value, unsigned slot)
{
    if (c->values[value].where & AT_HOME) {
        cg_forget_home(c, value);
    }
    cg_take_home(c, value, slot);
}

void cg_do_set(struct cg *c, unsigned number, const struct ir_op *op)
{
    const struct cg_value *at = &c->values[op->a];
    unsigned after = c->after[number][0];

    cg_drop_pending(c, op->slot);
    cg_drop_lazy(c, op->slot);
    if (op->type == IR_FLAGS && cg_is_lazy(c, number)) {
        cg_drop_homes_of_slot(c, op->slot);
        cg_begin_lazy(c, op->slot, op->a);
        cg_consume(c, op->a, after);
        cg_end_op(c);
        return;
    }
    if (at->where & AT_CONST) {
        set_const(c, number, op);
        return;
    }
    struct cg_operand from = cg_resolve(c, op->a, C_R, after);
    cg_drop_homes_of_slot(c, op->slot);
    if (c->after[number][3] != 0 && op->type != IR_FLAGS && cg_pend(c, op->slot, op->a)) {
        cg_consume(c, op->a, after);
    } else {
        c->host->store(c, op->type, c->slots[op->slot], from.reg);
        cg_consume(c, op->a, after);
        if (after != 0 && !(at->where & PENDING)) {
            move_home(c, op->a, op->slot);
        }
    }
    cg_end_op(c);
}
