// SPDX-License-Identifier: MIT
/*
 * The host's flags: which operation has set them, and which op can use that.
 *
 * c->flags says which operation's flags are in the host's flags.  An op that computes the flags of that operation
 * needs no instruction, and a branch on it no compare.  A FLAGS value stays in the host's flags until an instruction
 * changes them; if it is used after that, it is saved before, in the form that a FLAGS slot has.  So does the truth value
 * of a comparison, which is saved as 0 or 1.
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

static void cond_to_reg(struct cg *c, ir_ref value)
{
    unsigned reg = cg_take(c, c->host->general, c->locked);

    CHECK(c->flags.value == value);
    c->host->cond_to_reg(c, (enum ir_cond)c->flags.cond, reg);
    cg_assign(c, value, reg);
}

void cg_leave_flags(struct cg *c, ir_ref value)
{
    if (c->values[value].where != AT_FLAGS) {
        return;
    }
    if (c->ops[value].type == IR_FLAGS) {
        cg_flags_to_reg(c, value);
    } else {
        cond_to_reg(c, value);
    }
}

/* The value in the host's flags leaves them; it goes to a register if it is used again and is nowhere else. */
static void release_holder(struct cg *c)
{
    ir_ref value = c->flags.value;

    if (value == 0) {
        return;
    }
    if (c->values[value].next != 0 || c->values[value].pins != 0) {
        cg_leave_flags(c, value);
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

void cg_define_cond(struct cg *c, unsigned number, enum ir_cond cond)
{
    cg_define_flags(c, number);
    c->flags.cond = (uint8_t)cond;
}

bool cg_is_cond(const struct cg *c, ir_ref value)
{
    return c->flags.value == value && c->values[value].where & AT_FLAGS &&
           c->ops[value].type != IR_FLAGS;
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

/* SETs are passed over because the code of a SET changes no flags. */
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
