// SPDX-License-Identifier: MIT
/*
 * Ops that make flags, and branches and conditions that use them: no instruction is emitted for what the host's flags
 * tell already (flags.c).
 */
#include "cg.h"

/* ---- ADD_FLAGS SUB_FLAGS LOGIC_FLAGS ---- */

static void consume_both(struct cg *c, unsigned number, const struct ir_op *op)
{
    cg_consume(c, op->a, c->after[number][0]);
    cg_consume(c, op->b, c->after[number][1]);
    cg_end_op(c);
}

/* May `twin` be emitted now, before the SETs between?  Only if it is the next user of both operands: a SET that uses one
 * of them would come too late. */
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

/* Is the value used by nothing but a lazy SET that follows at once?  Then whoever needs it compares anew. */
static bool is_only_lazy(const struct cg *c, unsigned number)
{
    unsigned next = cg_next_op(c, number);

    return c->ops[next].code == IR_SET && c->ops[next].a == number && c->after[next][0] == 0 &&
           cg_is_lazy(c, next);
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
    if (is_only_lazy(c, number)) {
        consume_both(c, number, op);
        return;
    }
    cg_emit_by_row(c, number, op, row);
}

void cg_do_logic_flags(struct cg *c, unsigned number, const struct cg_row *row)
{
    const struct ir_op *op = &c->ops[number];

    cg_pin_operands(c, number);
    bool match = cg_flags_match(c, FLAGS_OF_LOGIC, false, op->a, 0);
    if (!match && !is_only_lazy(c, number)) {
        cg_emit_by_row(c, number, op, row);
        return;
    }
    cg_consume(c, op->a, c->after[number][0]);
    cg_end_op(c);
    if (match) {
        cg_define_flags(c, number);
    }
}

/* ---- BRANCH SETC ---- */

/* The host's N and Z flags are those of a value.  Is that enough to tell whether the condition holds for value - 0?
 * Then *found becomes a condition that needs no more. */
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

/* Does the op ask whether a sum, which the host's flags are of, is below one of its operands?  That is its carry. */
static bool is_carry_of_sum(const struct cg *c, const struct ir_op *op, bool wide)
{
    const struct cg_flags *flags = &c->flags;

    return (op->cond & ~1u) == IR_LTU && flags->kind == FLAGS_OF_ADD && flags->wide == wide &&
           flags->result == op->a && (flags->a == op->b || flags->b == op->b);
}

/* Do the host's flags tell the op's condition already?  *found: the condition to be tested on them. */
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
    if (is_carry_of_sum(c, op, wide)) {
        *found = (enum ir_cond)op->cond;
        return true;
    }
    return c->flags.result == op->a && c->flags.result != 0 && cg_is_const(c, op->b, 0) &&
           is_cond_of_result(c, op->cond, found);
}

/* Emits a compare, with a constant as its second operand. */
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
