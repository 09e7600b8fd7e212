// SPDX-License-Identifier: MIT
/*
 * SETs of flags that only stubs and arms perform, by comparing anew.
 *
 * As in pending.c, but the value has no register: lahf and seto would cost the main path more than the store.
 * Its operands are pinned instead: they stay somewhere, in a register, in the frame or in their slot, until
 * the SET that overwrites.  Stubs and arms on the way compare them and store the flags.
 *
 * One such SET is at hand at a time.  It follows its compare at once, so that the operands can be pinned
 * before they might be given up: x64_pin_operands() is the first thing that a compare's function does.
 */
#include "check.h"
#include "x64.h"

#define SAVED_RAX x64_at(RSP, FRAME_SAVE)

/* Can the flags be had from a comparison of the operands?  A sum's are those of a - -b, but for carry. */
static bool can_compare(const struct x64 *c, const struct ir_op *op)
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

static bool has_pinned_b(const struct x64 *c, const struct ir_op *op)
{
    return op->code != IR_LOGIC_FLAGS && c->ops[op->b].code != IR_CONST;
}

bool x64_is_lazy(const struct x64 *c, unsigned set)
{
    unsigned compare = c->ops[set].a;

    return c->after[set][3] != 0 && can_compare(c, &c->ops[compare]) &&
           x64_next_op(c, compare) == set;
}

void x64_pin_operands(struct x64 *c, unsigned number)
{
    unsigned next = x64_next_op(c, number);
    const struct ir_op *op = &c->ops[number];

    if (c->ops[next].code == IR_SET && c->ops[next].a == number && x64_is_lazy(c, next)) {
        c->values[op->a].pins++;
        c->values[op->b].pins += has_pinned_b(c, op);
    }
}

static void unpin(struct x64 *c, ir_ref value)
{
    struct x64_value *at = &c->values[value];

    CHECK(at->pins != 0);
    if (--at->pins == 0 && at->next == 0) {
        x64_give_up(c, value);
    }
}

void x64_begin_lazy(struct x64 *c, unsigned slot, ir_ref value)
{
    CHECK(c->lazy.value == 0);
    c->lazy = (struct x64_lazy){value, (uint8_t)slot};
}

void x64_drop_lazy(struct x64 *c, unsigned slot)
{
    const struct ir_op *op = &c->ops[c->lazy.value];

    if (c->lazy.value == 0 || !(c->covers[slot][c->lazy.slot / 64] >> c->lazy.slot % 64 & 1)) {
        return;
    }
    c->lazy.value = 0;
    unpin(c, op->a);
    if (has_pinned_b(c, op)) {
        unpin(c, op->b);
    }
}

/* ---- stubs and arms ---- */

static struct x64_operand place_of(const struct x64 *c, ir_ref value)
{
    const struct x64_value *at = &c->values[value];

    if (c->ops[value].code == IR_CONST) {
        return (struct x64_operand){OPERAND_IMM, 0, c->ops[value].imm};
    }
    if (at->where & AT_REG) {
        return (struct x64_operand){OPERAND_REG, at->reg, 0};
    }
    CHECK(at->where & (AT_FRAME | AT_HOME));
    struct x64_mem mem = at->where & AT_HOME ? c->slots[at->home] : x64_spill_mem(at->frame);
    return (struct x64_operand){OPERAND_MEM, mem.base, mem.disp};
}

void x64_note_lazy(const struct x64 *c, struct x64_noted_lazy *noted)
{
    const struct ir_op *op = &c->ops[c->lazy.value];

    noted->lazy = c->lazy;
    if (c->lazy.value != 0) {
        noted->a = place_of(c, op->a);
        noted->b = op->code == IR_LOGIC_FLAGS ? (struct x64_operand){OPERAND_IMM, 0, 0}
                                              : place_of(c, op->b);
    }
}

/* rax is free: it is for the second one of two operands in memory. */
static void compare(struct x64 *c, const struct x64_noted_lazy *noted)
{
    struct x64_operand b = noted->b;

    if (c->ops[noted->lazy.value].code == IR_ADD_FLAGS) {
        b.value = -b.value;
    }
    if (noted->a.kind == OPERAND_MEM && b.kind == OPERAND_MEM) {
        x64_rm(&c->as, OP_MOV_LOAD, RAX, x64_operand_mem(b));
        b = (struct x64_operand){OPERAND_REG, RAX, 0};
    }
    x64_emit_cmp(c, false, noted->a, b);
    if (c->ops[noted->lazy.value].code == IR_ADD_FLAGS) {
        x64_byte(&c->as, 0xf5); /* cmc */
    }
}

/* The host's flags, to memory. */
static void store_flags(struct x64 *c, struct x64_mem to, bool keep_rax)
{
    if (keep_rax) {
        x64_rm(&c->as, OP_MOV_STORE | X_W, RAX, SAVED_RAX);
    }
    x64_byte(&c->as, 0x9f); /* lahf */
    x64_setcc(&c->as, CC_O, RAX);
    x64_rm(&c->as, OP_MOV_STORE16, RAX, to);
    if (keep_rax) {
        x64_rm(&c->as, OP_MOV_LOAD | X_W, RAX, SAVED_RAX);
    }
}

void x64_emit_lazy(struct x64 *c, const struct x64_noted_lazy *noted, bool keep_rax)
{
    if (noted->lazy.value == 0) {
        return;
    }
    if (keep_rax) {
        x64_rm(&c->as, OP_MOV_STORE | X_W, RAX, SAVED_RAX);
    }
    compare(c, noted);
    store_flags(c, c->slots[noted->lazy.slot], false);
    if (keep_rax) {
        x64_rm(&c->as, OP_MOV_LOAD | X_W, RAX, SAVED_RAX);
    }
}

/* Do the host's flags tell it already? */
static bool is_at_hand(const struct x64 *c, const struct ir_op *op)
{
    switch (op->code) {
    case IR_SUB_FLAGS:
        return x64_flags_match(c, FLAGS_OF_SUB, false, op->a, op->b);
    case IR_LOGIC_FLAGS:
        return x64_flags_match(c, FLAGS_OF_LOGIC, false, op->a, 0);
    default:
        return x64_flags_match(c, FLAGS_OF_ADD, false, op->a, op->b);
    }
}

/* The operand stays where it is: what is put into the frame from here on lies above it. */
static void stay_clear_of(struct x64 *c, struct x64_operand operand)
{
    unsigned end;

    if (operand.kind == OPERAND_MEM && operand.reg == RSP) {
        end = (unsigned)(operand.value - FRAME_SPILL) / 8 + 1;
        c->frame_top = end > c->frame_top ? end : c->frame_top;
    }
}

static bool is_rax(struct x64_operand operand)
{
    return operand.kind == OPERAND_REG && operand.reg == RAX;
}

/* A FLAGS value that the arm uses, and that is in the host's flags only, goes to the frame. */
static void save_holder(struct x64 *c, bool keep_rax)
{
    struct x64_value *at = &c->values[c->flags.value];

    if (c->flags.value != 0 && at->where == AT_FLAGS) {
        at->frame = (uint16_t)c->frame_top++;
        at->where = AT_FRAME;
        store_flags(c, x64_spill_mem(at->frame), keep_rax);
    }
    c->flags = (struct x64_flags){.kind = FLAGS_NONE};
}

void x64_begin_arm_lazy(struct x64 *c, const struct x64_noted_lazy *noted)
{
    bool busy = !(c->free & X64_BIT(RAX));

    if (noted->lazy.value == 0) {
        return;
    }
    if (is_at_hand(c, &c->ops[noted->lazy.value])) {
        store_flags(c, c->slots[noted->lazy.slot], busy);
        return;
    }
    stay_clear_of(c, noted->a);
    stay_clear_of(c, noted->b);
    save_holder(c, busy || is_rax(noted->a) || is_rax(noted->b));
    x64_emit_lazy(c, noted, busy);
}
