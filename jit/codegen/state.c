// SPDX-License-Identifier: MIT
/*
 * Guest state: GET and SET, and the values whose home is their slot.
 *
 * A value that was read from a slot or written to one need not be in a register as long as the slot is
 * not written: the slot is its home.  So GET emits nothing; whoever uses the value reads the slot, as a
 * memory operand if that is the last use.  Before a slot may change, the values that are nowhere else are
 * loaded.
 *
 * Invariant: home_of[s] is v and bit s of home_mask is set exactly if v is AT_HOME with home s.
 */
#include "x64.h"

void x64_take_home(struct x64 *c, ir_ref value, unsigned slot)
{
    c->home_of[slot] = value;
    c->home_mask[slot / 64] |= UINT64_C(1) << slot % 64;
    c->values[value].home = (uint8_t)slot;
    c->values[value].where |= AT_HOME;
}

void x64_forget_home(struct x64 *c, ir_ref value)
{
    unsigned slot = c->values[value].home;

    c->home_mask[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    c->values[value].where &= (uint8_t)~AT_HOME;
}

static void leave_home(struct x64 *c, unsigned slot)
{
    ir_ref value = c->home_of[slot];

    if (c->values[value].where == AT_HOME) {
        unsigned reg = x64_take(c, x64_is_real(c, value) ? X64_XMMS : X64_GPRS, c->locked);
        x64_load_value(c, value, reg);
        x64_assign(c, value, reg);
    }
    x64_forget_home(c, value);
}

static void leave_homes(struct x64 *c, unsigned word, uint64_t slots)
{
    for (; slots != 0; slots &= slots - 1) {
        leave_home(c, word * 64 + (unsigned)__builtin_ctzll(slots));
    }
}

void x64_drop_homes_of_set(struct x64 *c, const uint64_t set[4])
{
    for (unsigned word = 0; word < 4; word++) {
        leave_homes(c, word, c->home_mask[word] & set[word]);
    }
}

void x64_drop_homes_of_slot(struct x64 *c, unsigned slot)
{
    x64_drop_homes_of_set(c, c->conflicts[slot]);
}

void x64_drop_homes(struct x64 *c)
{
    x64_drop_homes_of_set(c, c->home_mask);
}

void x64_do_get(struct x64 *c, unsigned number, const struct ir_op *op)
{
    ir_ref value = (ir_ref)number;

    if (!(c->home_mask[op->slot / 64] >> op->slot % 64 & 1)) {
        x64_take_home(c, value, op->slot);
        return;
    }
    unsigned reg = x64_take(c, x64_is_real(c, value) ? X64_XMMS : X64_GPRS, 0);
    c->values[number].home = op->slot;
    c->values[number].where = AT_HOME;
    x64_load_value(c, value, reg);
    c->values[number].where = 0;
    x64_assign(c, value, reg);
}

/* ---- SET ---- */

void x64_store_const(struct x64 *c, unsigned slot, unsigned type, int32_t imm)
{
    x64_rm(&c->as, OP_MOV_MEM_IMM | x64_w(type == IR_I64), 0, c->slots[slot]);
    x64_imm32(&c->as, (uint32_t)imm);
}

void x64_store(struct x64 *c, unsigned slot, unsigned type, unsigned reg)
{
    struct x64_mem to = c->slots[slot];

    switch (type) {
    case IR_F32:
        x64_rm(&c->as, OP_MOVSS_STORE, reg, to);
        break;
    case IR_F64:
        x64_rm(&c->as, OP_MOVSD_STORE, reg, to);
        break;
    case IR_FLAGS:
        x64_rm(&c->as, OP_MOV_STORE16, reg, to);
        break;
    default:
        x64_rm(&c->as, OP_MOV_STORE | x64_w(type == IR_I64), reg, to);
        break;
    }
}

static void set_const(struct x64 *c, unsigned number, const struct ir_op *op)
{
    x64_drop_homes_of_slot(c, op->slot);
    if (c->after[number][3] == 0 || !x64_pend(c, op->slot, op->a)) {
        x64_store_const(c, op->slot, op->type, c->ops[op->a].imm);
    }
}

/* The slot is the value's home from now on.  If it had one that is likelier to be overwritten next. */
static void move_home(struct x64 *c, ir_ref value, unsigned slot)
{
    if (c->values[value].where & AT_HOME) {
        x64_forget_home(c, value);
    }
    x64_take_home(c, value, slot);
}

void x64_do_set(struct x64 *c, unsigned number, const struct ir_op *op)
{
    const struct x64_value *at = &c->values[op->a];
    unsigned after = c->after[number][0];

    x64_drop_pending(c, op->slot);
    x64_drop_lazy(c, op->slot);
    if (op->type == IR_FLAGS && x64_is_lazy(c, number)) {
        x64_drop_homes_of_slot(c, op->slot);
        x64_begin_lazy(c, op->slot, op->a);
        x64_consume(c, op->a, after);
        x64_end(c);
        return;
    }
    if (at->where & AT_CONST) {
        set_const(c, number, op);
        return;
    }
    if (at->where == AT_FLAGS) {
        x64_flags_to_reg(c, op->a);
    }
    struct x64_operand from = x64_resolve(c, op->a, C_R, after);
    x64_drop_homes_of_slot(c, op->slot);
    if (c->after[number][3] != 0 && op->type != IR_FLAGS && x64_pend(c, op->slot, op->a)) {
        x64_consume(c, op->a, after);
    } else {
        x64_store(c, op->slot, op->type, from.reg);
        x64_consume(c, op->a, after);
        if (after != 0 && !(at->where & PENDING)) {
            move_home(c, op->a, op->slot);
        }
    }
    x64_end(c);
}
