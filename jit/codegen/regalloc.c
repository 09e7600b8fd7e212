// SPDX-License-Identifier: MIT
/*
 * The register allocator: one pass forward over a block.
 *
 * For each op the allocator brings the operands to where the op's row wants them, counts the uses, finds a register for
 * the result and calls the row's emit function.  Moves, loads and spills leave the host's flags alone.
 */
#include "cg.h"

/* ---- operands ---- */

static struct cg_operand in_register(struct cg *c, unsigned reg)
{
    c->locked |= CG_BIT(reg);
    return (struct cg_operand){OPERAND_REG, (uint8_t)reg, 0};
}

static struct cg_operand resolve_const(struct cg *c, ir_ref value, unsigned constraint)
{
    if (constraint & C_I) {
        return (struct cg_operand){OPERAND_IMM, 0, c->ops[value].imm};
    }
    unsigned reg = cg_take(c, c->host->general, c->locked);
    c->temps |= CG_BIT(reg);
    cg_load_value(c, value, reg);
    return in_register(c, reg);
}

struct cg_operand cg_resolve(struct cg *c, ir_ref value, unsigned constraint, unsigned after)
{
    const struct cg_value *at = &c->values[value];

    cg_leave_flags(c, value);
    if (at->where & AT_REG) {
        return in_register(c, at->reg);
    }
    if (at->where & AT_CONST) {
        return resolve_const(c, value, constraint);
    }
    if ((constraint & C_M) && after == 0) {
        return cg_mem_operand(cg_memory_of(c, at));
    }
    unsigned reg = cg_take_for(c, value, c->locked);
    cg_load_value(c, value, reg);
    cg_assign(c, value, reg);
    return in_register(c, reg);
}

/* A copy of the operand in the row's fixed register, which the op may change. */
static struct cg_operand resolve_fixed_copy(struct cg *c, ir_ref value, unsigned fixed,
                                            unsigned after)
{
    struct cg_value *at = &c->values[value];

    if (at->where & AT_REG && at->reg == fixed && after == 0 && !(at->where & PENDING) &&
        at->pins == 0) {
        return in_register(c, fixed);
    }
    cg_take_fixed(c, fixed);
    if (at->where & AT_REG) {
        cg_move(c, value, fixed, at->reg);
    } else {
        cg_load_value(c, value, fixed);
    }
    return in_register(c, fixed);
}

/* The operand in the row's fixed register; its value may go on to live there, if it is no constant. */
static struct cg_operand resolve_fixed(struct cg *c, ir_ref value, unsigned fixed, unsigned after)
{
    struct cg_value *at = &c->values[value];

    if (at->where & AT_CONST) {
        return resolve_fixed_copy(c, value, fixed, after);
    }
    if (at->where & AT_REG && at->reg == fixed) {
        return in_register(c, fixed);
    }
    cg_vacate(c, fixed);
    c->free &= ~CG_BIT(fixed);
    if (at->where & AT_REG) {
        cg_move(c, value, fixed, at->reg);
        c->free |= CG_BIT(at->reg);
    } else {
        cg_load_value(c, value, fixed);
    }
    cg_assign(c, value, fixed);
    return in_register(c, fixed);
}

static struct cg_operand resolve_by_row(struct cg *c, const struct cg_row *row, unsigned constraint,
                                        ir_ref value, unsigned after)
{
    cg_leave_flags(c, value);
    if (constraint & C_FIXED) {
        return resolve_fixed(c, value, row->fixed, after);
    }
    if (constraint & C_FIXED_COPY) {
        return resolve_fixed_copy(c, value, row->fixed, after);
    }
    return cg_resolve(c, value, constraint, after);
}

/* ---- results ---- */

static void move_tied(struct cg *c, ir_ref value, unsigned d, struct cg_operand from)
{
    switch (from.kind) {
    case OPERAND_REG:
        cg_move(c, value, d, from.reg);
        break;
    case OPERAND_IMM:
        c->host->load_const(c, c->ops[value].type, d, from.value);
        break;
    default:
        c->host->load(c, c->ops[value].type, d, cg_operand_mem(from));
        break;
    }
}

/* The register of an operand that has died, or a new one with a copy of it. */
static unsigned take_tied(struct cg *c, const struct cg_row *row, ir_ref value,
                          struct cg_operand from, uint32_t class)
{
    bool dead = from.kind == OPERAND_REG && c->free & CG_BIT(from.reg);

    if (dead && !(row->flags & ROW_APART && c->locked & CG_BIT(from.reg))) {
        c->free &= ~CG_BIT(from.reg);
        return from.reg;
    }
    unsigned d = cg_take(c, class, c->locked);
    move_tied(c, value, d, from);
    return d;
}

static unsigned take_result(struct cg *c, const struct cg_row *row, const ir_ref refs[3],
                            struct cg_args *x)
{
    uint32_t avoid = row->flags & ROW_APART ? c->locked : 0;

    switch (row->out) {
    case OUT_NEW:
        return cg_take(c, c->host->general, avoid);
    case OUT_XNEW:
        return cg_take(c, c->host->fp, avoid);
    case OUT_TIED:
    case OUT_SCRATCH:
        return take_tied(c, row, refs[0], x->in[0], c->host->general);
    case OUT_TIED_C:
        return take_tied(c, row, refs[2], x->in[2], c->host->general);
    case OUT_XTIED:
        return take_tied(c, row, refs[0], x->in[0], c->host->fp);
    case OUT_FIXED:
        c->free &= ~CG_BIT(row->fixed);
        return row->fixed;
    default:
        return CG_NONE;
    }
}

static void take_temps(struct cg *c, const struct cg_row *row, struct cg_args *x)
{
    uint32_t class = row->flags & ROW_XTEMPS ? c->host->fp : c->host->general;

    for (unsigned i = 0; i < row->temps; i++) {
        x->t[i] = (uint8_t)cg_take(c, class, c->locked);
        c->temps |= CG_BIT(x->t[i]);
    }
}

/* ---- ops ---- */

static unsigned tied_operand(const struct cg_row *row)
{
    switch (row->out) {
    case OUT_TIED:
    case OUT_SCRATCH:
    case OUT_XTIED:
        return 0;
    case OUT_TIED_C:
        return 2;
    default:
        return 3;
    }
}

/* Is the value's register free after a use that is its last one if `after` is 0? */
static bool dies(const struct cg_value *at, unsigned after)
{
    return after == 0 && !(at->where & PENDING) && at->pins == 0;
}

/* Is it better to exchange operands a and b, because b is in a register that dies, or a is a constant? */
static bool swap_pays(const struct cg *c, const ir_ref refs[3], const uint16_t after[3])
{
    const struct cg_value *a = &c->values[refs[0]];
    const struct cg_value *b = &c->values[refs[1]];

    if ((a->where | b->where) & AT_CONST) {
        return a->where & AT_CONST;
    }
    if (!(b->where & AT_REG) || refs[0] == refs[1]) {
        return false;
    }
    if (a->where & AT_REG) {
        return !dies(a, after[0]) && dies(b, after[1]);
    }
    return after[0] == 0 || after[1] == 0;
}

/* Brings the operands to where the row wants them.  Only one operand may stay in memory, and the tied one is left to
 * take_tied(). */
static void resolve_operands(struct cg *c, const struct cg_row *row, unsigned count,
                             const ir_ref refs[3], const uint16_t after[3], struct cg_args *x)
{
    unsigned tied = tied_operand(row);
    unsigned mask = ~0u;

    for (unsigned i = 0; i < count; i++) {
        if (i == tied || row->in[i] == C_USE) {
            continue;
        }
        x->in[i] = resolve_by_row(c, row, row->in[i] & mask, refs[i], after[i]);
        if (x->in[i].kind == OPERAND_MEM) {
            mask = ~(unsigned)C_M;
        }
    }
    if (tied < 3) {
        cg_leave_flags(c, refs[tied]);
        x->in[tied] = cg_operand_of(c, refs[tied]); /* take_tied() moves it */
    }
}

/* Frees the register that the op clobbers, before operands are brought to their places. */
static void take_clobbered(struct cg *c, const struct cg_row *row)
{
    if (row->flags & ROW_CLOBBERS) {
        cg_take_fixed(c, row->clobbered);
    }
}

/* Takes uses by the next branch out of `after` if that branch will use the flags of this op: it needs no operands. */
static void leave_out_branch(const struct cg *c, unsigned number, uint16_t after[3])
{
    unsigned branch = cg_branch_after(c, number);

    for (unsigned i = 0; branch != 0 && i < 2; i++) {
        if (after[i] == branch && c->after[branch][i] == 0) {
            after[i] = 0;
        }
    }
}

static void finish(struct cg *c, const struct cg_row *row, struct cg_args *x)
{
    if (row->out == OUT_SCRATCH) {
        c->free |= CG_BIT(x->d);
    } else if (x->d != CG_NONE) {
        cg_define(c, x->number, x->d);
    }
    if (row->flags & ROW_GIVES_FLAGS) {
        cg_define_flags(c, x->number);
    }
    cg_end_op(c);
}

void cg_emit_by_row(struct cg *c, unsigned number, const struct ir_op *op, const struct cg_row *row)
{
    struct cg_args x = {.number = number, .wide = op->type == IR_I64};
    unsigned count = ir_rows[op->code].operand_count;
    ir_ref refs[3] = {op->a, op->b, op->c};
    uint16_t after[3] = {c->after[number][0], c->after[number][1], c->after[number][2]};

    if (row->flags & ROW_SPOILS) {
        cg_spoil_flags(c);
    }
    if ((row->flags & ROW_COMMUTES) && swap_pays(c, refs, after)) {
        refs[0] = op->b;
        refs[1] = op->a;
        uint16_t swapped = after[0];
        after[0] = after[1];
        after[1] = swapped;
    }
    uint16_t seen[3] = {after[0], after[1], after[2]};
    if (row->flags & ROW_COMPARES) {
        leave_out_branch(c, number, seen);
    }
    take_clobbered(c, row);
    resolve_operands(c, row, count, refs, seen, &x);
    for (unsigned i = 0; i < count; i++) {
        cg_consume(c, refs[i], after[i]);
    }
    c->free &= ~c->temps;
    x.d = (uint8_t)take_result(c, row, refs, &x);
    c->locked |= x.d != CG_NONE ? CG_BIT(x.d) : 0;
    take_temps(c, row, &x);
    row->emit(c, op, &x);
    finish(c, row, &x);
}
