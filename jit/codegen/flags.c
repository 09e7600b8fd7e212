// SPDX-License-Identifier: MIT
/*
 * The host's flags: what they stand for, and which op can use that.
 *
 * c->flags says of which operation the host's flags are.  A FLAGS op whose operation it is, or a branch on
 * it, needs no instruction.  A FLAGS value stays in the host's flags until an instruction that spoils
 * them; if it is used after that, it is saved in the form that a FLAGS slot has.
 */
#include "cg.h"
#include "check.h"

/* ---- tracking ---- */

void cg_flags_to_reg(struct cg *c, ir_ref value)
{
    CHECK(c->flags.value == value);
    cg_vacate(c, c->host->flags_reg);
    c->free &= ~CG_BIT(c->host->flags_reg);
    c->host->flags_to_reg(c);
    cg_assign(c, value, c->host->flags_reg);
}

/* The value that the flags are can no more be found there. */
static void release_holder(struct cg *c)
{
    ir_ref value = c->flags.value;

    if (value == 0) {
        return;
    }
    if (c->values[value].where == AT_FLAGS && c->values[value].next != 0) {
        cg_flags_to_reg(c, value);
    }
    c->values[value].where &= (uint8_t)~AT_FLAGS;
    c->flags.value = 0;
}

void cg_spoil_flags(struct cg *c)
{
    release_holder(c);
    c->flags.kind = FLAGS_NONE;
    c->flags.result = 0;
}

void cg_note_flags(struct cg *c, enum cg_flags_kind kind, bool wide, ir_ref a, ir_ref b)
{
    c->flags = (struct cg_flags){.kind = (uint8_t)kind, .wide = wide, .a = a, .b = b};
}

void cg_define_flags(struct cg *c, unsigned number)
{
    release_holder(c);
    if (c->values[number].next != 0) {
        c->flags.value = (ir_ref)number;
        c->values[number].where = AT_FLAGS;
    }
}

bool cg_is_const(const struct cg *c, ir_ref value, int32_t imm)
{
    return c->ops[value].code == IR_CONST && c->ops[value].imm == imm;
}

static bool is_same(const struct cg *c, ir_ref a, ir_ref b)
{
    return a == b || (c->ops[a].code == IR_CONST && cg_is_const(c, b, c->ops[a].imm));
}

bool cg_flags_match(const struct cg *c, enum cg_flags_kind kind, bool wide, ir_ref a, ir_ref b)
{
    const struct cg_flags *flags = &c->flags;

    if (flags->kind == FLAGS_NONE || flags->wide != wide) {
        return false;
    }
    if (kind == FLAGS_OF_LOGIC) {
        return flags->a == a && (flags->kind == FLAGS_OF_LOGIC ||
                                 (flags->kind == FLAGS_OF_SUB && cg_is_const(c, flags->b, 0)));
    }
    return flags->kind == kind &&
           ((is_same(c, flags->a, a) && is_same(c, flags->b, b)) ||
            (kind == FLAGS_OF_ADD && is_same(c, flags->a, b) && is_same(c, flags->b, a)));
}

/* ---- looking ahead ---- */

unsigned cg_next_op(const struct cg *c, unsigned number)
{
    do {
        number++;
    } while (cg_is_dropped(c, number) && number + 1 < c->block->op_count);
    return number;
}

/* A SET changes no flags. */
unsigned cg_next_but_sets(const struct cg *c, unsigned number)
{
    do {
        number = cg_next_op(c, number);
    } while (c->ops[number].code == IR_SET);
    return number;
}

unsigned cg_twin(const struct cg *c, unsigned number, enum ir_code code)
{
    unsigned next = cg_next_but_sets(c, number);
    const struct ir_op *twin = &c->ops[next];
    const struct ir_op *op = &c->ops[number];

    return twin->code == code && is_same(c, twin->a, op->a) && is_same(c, twin->b, op->b) &&
                   c->ops[twin->a].type == IR_I32
               ? next
               : 0;
}

unsigned cg_branch_after(const struct cg *c, unsigned number)
{
    const struct ir_op *op = &c->ops[number];
    unsigned next = cg_next_but_sets(c, number);

    return c->ops[next].code == IR_BRANCH && c->ops[next].a == op->a && c->ops[next].b == op->b
               ? next
               : 0;
}

/* ---- ADD_FLAGS SUB_FLAGS LOGIC_FLAGS ---- */

static void consume_both(struct cg *c, unsigned number, const struct ir_op *op)
{
    cg_consume(c, op->a, c->after[number][0]);
    cg_consume(c, op->b, c->after[number][1]);
    cg_end_op(c);
}

/* May `twin`, the next user of both operands, be done at once?  Not if a SET between uses one first. */
static bool may_hurry(const struct cg *c, unsigned number, unsigned twin)
{
    const ir_ref refs[2] = {c->ops[number].a, c->ops[number].b};

    for (unsigned i = 0; i < 2; i++) {
        unsigned after = c->after[number][i];
        if (c->ops[refs[i]].code != IR_CONST && after != twin && after != number) {
            return false;
        }
    }
    return true;
}

void cg_do_flags(struct cg *c, unsigned number, enum cg_flags_kind kind, enum ir_code code,
                 const struct cg_row *sum, const struct cg_row *row)
{
    const struct ir_op *op = &c->ops[number];

    cg_pin_operands(c, number);
    if (cg_flags_match(c, kind, false, op->a, op->b)) {
        consume_both(c, number, op);
        cg_define_flags(c, number);
        return;
    }
    unsigned twin = cg_twin(c, number, code);
    if (twin != 0 && may_hurry(c, number, twin)) {
        consume_both(c, number, op);
        cg_emit_by_row(c, twin, &c->ops[twin], sum);
        c->done = twin;
        cg_define_flags(c, number);
        return;
    }
    cg_emit_by_row(c, number, op, row);
}

void cg_do_logic_flags(struct cg *c, unsigned number, const struct cg_row *row)
{
    const struct ir_op *op = &c->ops[number];

    cg_pin_operands(c, number);
    if (!cg_flags_match(c, FLAGS_OF_LOGIC, false, op->a, 0)) {
        cg_emit_by_row(c, number, op, row);
        return;
    }
    cg_consume(c, op->a, c->after[number][0]);
    cg_end_op(c);
    cg_define_flags(c, number);
}

/* ---- BRANCH SETC ---- */

/* Sign and zero of a value that the flags tell: is that enough for the condition of value - 0?  Then *cond becomes one
 * of sign and zero only. */
static bool is_cond_of_result(const struct cg *c, unsigned cond, enum ir_cond *found)
{
    *found = (enum ir_cond)cond;
    if (c->flags.kind == FLAGS_OF_LOGIC) {
        return true;
    }
    switch (cond & ~1u) {
    case IR_EQ:
    case IR_MI:
        return true;
    case IR_LT:
        *found = cond == IR_LT ? IR_MI : IR_PL;
        return true;
    default:
        return false;
    }
}

/* Do the flags tell the condition already? */
static bool find_cond(const struct cg *c, const struct ir_op *op, bool wide, enum ir_cond *found)
{
    if (cg_flags_match(c, FLAGS_OF_SUB, wide, op->a, op->b)) {
        *found = (enum ir_cond)op->cond;
        return true;
    }
    if (op->cond < IR_MI && cg_flags_match(c, FLAGS_OF_SUB, wide, op->b, op->a)) {
        *found = ir_cond_swap((enum ir_cond)op->cond);
        return true;
    }
    return c->flags.result == op->a && c->flags.result != 0 && cg_is_const(c, op->b, 0) &&
           is_cond_of_result(c, op->cond, found);
}

/* Compares anew; a constant comes second. */
static enum ir_cond compare(struct cg *c, unsigned number, const struct ir_op *op, bool wide)
{
    bool swap = op->cond < IR_MI && c->ops[op->a].code == IR_CONST;
    ir_ref refs[2] = {swap ? op->b : op->a, swap ? op->a : op->b};
    enum ir_cond cond = (enum ir_cond)op->cond;

    cg_spoil_flags(c);
    struct cg_operand a = cg_resolve(c, refs[0], c->host->compare_in[0], c->after[number][swap]);
    unsigned one_in_memory = a.kind == OPERAND_MEM ? ~(unsigned)C_M : ~0u;
    struct cg_operand b =
        cg_resolve(c, refs[1], c->host->compare_in[1] & one_in_memory, c->after[number][!swap]);
    c->host->compare(c, wide, a, b);
    cg_note_flags(c, FLAGS_OF_SUB, wide, refs[0], refs[1]);
    c->flags.result = cg_is_const(c, refs[1], 0) ? refs[0] : 0;
    return swap ? ir_cond_swap(cond) : cond;
}

enum ir_cond cg_compare(struct cg *c, unsigned number, const struct ir_op *op)
{
    bool wide = c->ops[op->a].type == IR_I64;
    enum ir_cond cond;

    if (!find_cond(c, op, wide, &cond)) {
        cond = compare(c, number, op, wide);
    }
    consume_both(c, number, op);
    return cond;
}
