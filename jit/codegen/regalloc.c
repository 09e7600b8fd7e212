// SPDX-License-Identifier: MIT
/*
 * The register allocator: one pass forward over a block.
 *
 * A value may be in several places at once (struct x64_value).  For each op the allocator brings the
 * operands to where the op's row wants them, counts the uses, finds a register for the result and calls
 * the row's emit function.  When no register is free, the value whose next use is farthest is spilled; one
 * that has a copy in memory costs no store.  sections.c has where a section begins.
 *
 * Invariants: in_reg[r] is v exactly if v is AT_REG and its reg is r, and then r is not in `free`; a value
 * that is not used any more is in no register, frame place or home.  Moves, loads and spills leave the
 * host's flags alone.
 */
#include "check.h"
#include "x64.h"

/* ---- moves ---- */

void x64_mov_reg(struct x64 *c, ir_ref value, unsigned to, unsigned from)
{
    if (to >= XMM0) {
        x64_rr(&c->as, OP_MOVAPS, to, from);
    } else {
        x64_mov(&c->as, c->ops[value].type == IR_I64, to, from);
    }
}

static struct x64_mem memory_of(const struct x64 *c, const struct x64_value *at)
{
    return at->where & AT_HOME ? c->slots[at->home] : x64_spill_mem(at->frame);
}

static void load_from(struct x64 *c, unsigned type, unsigned reg, struct x64_mem from)
{
    switch (type) {
    case IR_F32:
        x64_rm(&c->as, OP_MOVSS_LOAD, reg, from);
        break;
    case IR_F64:
        x64_rm(&c->as, OP_MOVSD_LOAD, reg, from);
        break;
    case IR_FLAGS:
        x64_rm(&c->as, OP_MOVZX16, reg, from);
        break;
    default:
        x64_rm(&c->as, OP_MOV_LOAD | x64_w(type == IR_I64), reg, from);
        break;
    }
}

void x64_load_value(struct x64 *c, ir_ref value, unsigned reg)
{
    const struct x64_value *at = &c->values[value];

    if (at->where & AT_CONST) {
        x64_mov_imm(&c->as, c->ops[value].type == IR_I64, reg, c->ops[value].imm);
    } else {
        CHECK(at->where & (AT_HOME | AT_FRAME));
        load_from(c, c->ops[value].type, reg, memory_of(c, at));
    }
}

/* ---- frame ---- */

static unsigned take_frame(struct x64 *c)
{
    return c->frame_free_count != 0 ? c->frame_free[--c->frame_free_count] : c->frame_top++;
}

static void spill(struct x64 *c, ir_ref value)
{
    struct x64_value *at = &c->values[value];

    if ((at->where & PENDING) &&
        (x64_write_pending(c, value) || (at->next == 0 && at->pins == 0))) {
        return;
    }
    if (!(at->where & (AT_FRAME | AT_HOME))) {
        at->frame = (uint16_t)take_frame(c);
        at->where |= AT_FRAME;
        x64_rm(&c->as, at->reg >= XMM0 ? OP_MOVSD_STORE : OP_MOV_STORE | X_W, at->reg,
               x64_spill_mem(at->frame));
    }
}

/* ---- registers ---- */

static void evict(struct x64 *c, unsigned reg)
{
    ir_ref value = c->in_reg[reg];

    spill(c, value);
    if (c->values[value].next == 0 && c->values[value].pins == 0) {
        x64_give_up(c, value); /* it was but pending */
        return;
    }
    c->values[value].where &= (uint8_t)~AT_REG;
    c->free |= X64_BIT(reg);
}

/* The register among these whose value is used last. */
static unsigned farthest(const struct x64 *c, uint32_t candidates)
{
    unsigned best = X64_NONE;
    unsigned distance = 0;

    CHECK(candidates != 0);
    for (; candidates != 0; candidates &= candidates - 1) {
        unsigned reg = (unsigned)__builtin_ctz(candidates);
        unsigned next = c->values[c->in_reg[reg]].next - 1u; /* 0, none, is farthest */
        if (best == X64_NONE || next > distance) {
            distance = next;
            best = reg;
        }
    }
    return best;
}

/* rax last: flags go through it; the others without REX prefix first. */
static inline unsigned pick_free(uint32_t free)
{
    uint32_t few = free & (X64_BIT(RCX) | X64_BIT(RDX) | X64_BIT(RSI) | X64_BIT(RDI));
    uint32_t more = free & ~X64_BIT(RAX);

    return (unsigned)__builtin_ctz(few != 0 ? few : more != 0 ? more : free);
}

unsigned x64_take(struct x64 *c, uint32_t class, uint32_t avoid)
{
    uint32_t free = c->free & class & ~avoid;
    unsigned reg;

    if (free != 0) {
        reg = pick_free(free);
    } else {
        reg = farthest(c, c->allowed & class & ~(c->free | avoid | c->locked | c->temps));
        evict(c, reg);
    }
    c->free &= ~X64_BIT(reg);
    return reg;
}

void x64_assign(struct x64 *c, ir_ref value, unsigned reg)
{
    c->values[value].where |= AT_REG;
    c->values[value].reg = (uint8_t)reg;
    c->in_reg[reg] = value;
}

void x64_vacate(struct x64 *c, unsigned reg)
{
    uint32_t free = c->free & X64_GPRS & ~(X64_BIT(RAX) | X64_BIT(RCX) | X64_BIT(RDX));
    ir_ref value = c->in_reg[reg];

    if (c->free & X64_BIT(reg)) {
        return;
    }
    CHECK(!((c->temps | c->locked) & X64_BIT(reg)));
    if (free == 0 || c->values[value].where & (AT_FRAME | AT_HOME)) {
        evict(c, reg);
        return;
    }
    unsigned to = pick_free(free);
    x64_mov_reg(c, value, to, reg);
    c->free = (c->free | X64_BIT(reg)) & ~X64_BIT(to);
    x64_assign(c, value, to);
}

void x64_take_fixed(struct x64 *c, unsigned reg)
{
    x64_vacate(c, reg);
    c->free &= ~X64_BIT(reg);
    c->temps |= X64_BIT(reg);
}

void x64_evict_all(struct x64 *c)
{
    for (uint32_t used = c->allowed & ~c->free; used != 0; used &= used - 1) {
        evict(c, (unsigned)__builtin_ctz(used));
    }
}

/* ---- uses ---- */

void x64_give_up(struct x64 *c, ir_ref value)
{
    struct x64_value *at = &c->values[value];

    if ((at->where & PENDING) || at->pins != 0) {
        return; /* until the SET that overwrites it */
    }
    if (at->where & AT_REG) {
        c->free |= X64_BIT(at->reg);
    }
    if (at->where & AT_FRAME) {
        c->frame_dead[c->frame_dead_count++] = at->frame;
    }
    if (at->where & AT_HOME) {
        x64_forget_home(c, value);
    }
    at->where = 0;
}

void x64_consume(struct x64 *c, ir_ref value, unsigned after)
{
    struct x64_value *at = &c->values[value];

    if (at->where & AT_CONST) {
        return;
    }
    at->next = (uint16_t)after;
    if (after == 0) {
        x64_give_up(c, value);
    }
}

/* Frame places of dead operands are kept until the op is done: it may read them. */
static void free_dead_frames(struct x64 *c)
{
    while (c->frame_dead_count != 0) {
        c->frame_free[c->frame_free_count++] = c->frame_dead[--c->frame_dead_count];
    }
}

void x64_end(struct x64 *c)
{
    c->free |= c->temps;
    c->temps = 0;
    c->locked = 0;
    free_dead_frames(c);
}

void x64_define(struct x64 *c, unsigned number, unsigned reg)
{
    c->temps &= ~X64_BIT(reg);
    if (c->values[number].next == 0) {
        c->free |= X64_BIT(reg);
    } else {
        x64_assign(c, (ir_ref)number, reg);
    }
}

/* ---- operands ---- */

static struct x64_operand in_register(struct x64 *c, unsigned reg)
{
    c->locked |= X64_BIT(reg);
    return (struct x64_operand){OPERAND_REG, (uint8_t)reg, 0};
}

static struct x64_operand resolve_const(struct x64 *c, ir_ref value, unsigned constraint)
{
    if (constraint & C_I) {
        return (struct x64_operand){OPERAND_IMM, 0, c->ops[value].imm};
    }
    unsigned reg = x64_take(c, X64_GPRS, c->locked);
    c->temps |= X64_BIT(reg);
    x64_load_value(c, value, reg);
    return in_register(c, reg);
}

struct x64_operand x64_resolve(struct x64 *c, ir_ref value, unsigned constraint, unsigned after)
{
    const struct x64_value *at = &c->values[value];

    if (at->where & AT_REG) {
        return in_register(c, at->reg);
    }
    if (at->where & AT_CONST) {
        return resolve_const(c, value, constraint);
    }
    if ((constraint & C_M) && after == 0) {
        struct x64_mem mem = memory_of(c, at);
        CHECK(at->where & (AT_HOME | AT_FRAME));
        return (struct x64_operand){OPERAND_MEM, mem.base, mem.disp};
    }
    unsigned reg = x64_take(c, x64_is_real(c, value) ? X64_XMMS : X64_GPRS, c->locked);
    x64_load_value(c, value, reg);
    x64_assign(c, value, reg);
    return in_register(c, reg);
}

/* The operand in rcx, its value may go on to live there. */
static struct x64_operand resolve_rcx(struct x64 *c, ir_ref value)
{
    struct x64_value *at = &c->values[value];

    if (at->where & AT_REG && at->reg == RCX) {
        return in_register(c, RCX);
    }
    x64_vacate(c, RCX);
    c->free &= ~X64_BIT(RCX);
    if (at->where & AT_REG) {
        x64_mov_reg(c, value, RCX, at->reg);
        c->free |= X64_BIT(at->reg);
    } else {
        x64_load_value(c, value, RCX);
    }
    x64_assign(c, value, RCX);
    return in_register(c, RCX);
}

/* A copy of the operand in rax, which the op may change. */
static struct x64_operand resolve_rax(struct x64 *c, ir_ref value, unsigned after)
{
    struct x64_value *at = &c->values[value];

    if (at->where & AT_REG && at->reg == RAX && after == 0 && !(at->where & PENDING) &&
        at->pins == 0) {
        return in_register(c, RAX);
    }
    x64_take_fixed(c, RAX);
    if (at->where & AT_REG) {
        x64_mov_reg(c, value, RAX, at->reg);
    } else {
        x64_load_value(c, value, RAX);
    }
    return in_register(c, RAX);
}

static struct x64_operand resolve_by_row(struct x64 *c, unsigned constraint, ir_ref value,
                                         unsigned after)
{
    if (constraint & C_RCX) {
        return resolve_rcx(c, value);
    }
    if (constraint & C_RAX) {
        return resolve_rax(c, value, after);
    }
    return x64_resolve(c, value, constraint, after);
}

/* The operand that the result is tied to: wherever it is, it is moved from there. */
static struct x64_operand resolve_tied(struct x64 *c, ir_ref value)
{
    const struct x64_value *at = &c->values[value];

    if (at->where & AT_REG) {
        return (struct x64_operand){OPERAND_REG, at->reg, 0};
    }
    if (at->where & AT_CONST) {
        return (struct x64_operand){OPERAND_IMM, 0, c->ops[value].imm};
    }
    struct x64_mem mem = memory_of(c, at);
    CHECK(at->where & (AT_HOME | AT_FRAME));
    return (struct x64_operand){OPERAND_MEM, mem.base, mem.disp};
}

/* ---- results ---- */

static void move_tied(struct x64 *c, ir_ref value, unsigned d, struct x64_operand from)
{
    switch (from.kind) {
    case OPERAND_REG:
        x64_mov_reg(c, value, d, from.reg);
        break;
    case OPERAND_IMM:
        x64_mov_imm(&c->as, c->ops[value].type == IR_I64, d, from.value);
        break;
    default:
        load_from(c, c->ops[value].type, d, x64_operand_mem(from));
        break;
    }
}

/* The register of an operand that has died, or a new one with a copy of it. */
static unsigned take_tied(struct x64 *c, const struct x64_row *row, ir_ref value,
                          struct x64_operand from, uint32_t class)
{
    bool dead = from.kind == OPERAND_REG && c->free & X64_BIT(from.reg);

    if (dead && !(row->flags & ROW_APART && c->locked & X64_BIT(from.reg))) {
        c->free &= ~X64_BIT(from.reg);
        return from.reg;
    }
    unsigned d = x64_take(c, class, c->locked);
    move_tied(c, value, d, from);
    return d;
}

static unsigned take_result(struct x64 *c, const struct x64_row *row, const ir_ref refs[3],
                            struct x64_args *x)
{
    uint32_t avoid = row->flags & ROW_APART ? c->locked : 0;

    switch (row->out) {
    case OUT_NEW:
        return x64_take(c, X64_GPRS, avoid);
    case OUT_XNEW:
        return x64_take(c, X64_XMMS, avoid);
    case OUT_TIED:
    case OUT_SCRATCH:
        return take_tied(c, row, refs[0], x->in[0], X64_GPRS);
    case OUT_TIED_C:
        return take_tied(c, row, refs[2], x->in[2], X64_GPRS);
    case OUT_XTIED:
        return take_tied(c, row, refs[0], x->in[0], X64_XMMS);
    case OUT_RAX:
        c->free &= ~X64_BIT(RAX);
        return RAX;
    default:
        return X64_NONE;
    }
}

static void take_temps(struct x64 *c, const struct x64_row *row, struct x64_args *x)
{
    uint32_t class = row->flags & ROW_XTEMPS ? X64_XMMS : X64_GPRS;

    for (unsigned i = 0; i < row->temps; i++) {
        x->t[i] = (uint8_t)x64_take(c, class, c->locked);
        c->temps |= X64_BIT(x->t[i]);
    }
}

/* ---- ops ---- */

static unsigned tied_operand(const struct x64_row *row)
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

/* Is it better to have b where a is? */
static bool swap_pays(const struct x64 *c, const ir_ref refs[3], const uint16_t after[3])
{
    const struct x64_value *a = &c->values[refs[0]];
    const struct x64_value *b = &c->values[refs[1]];

    if ((a->where | b->where) & AT_CONST) {
        return a->where & AT_CONST;
    }
    if (!(b->where & AT_REG) || refs[0] == refs[1]) {
        return false;
    }
    return a->where & AT_REG ? after[0] != 0 && after[1] == 0 : after[0] == 0 || after[1] == 0;
}

/* At most one operand may be in memory, and the tied one is moved. */
static void resolve_operands(struct x64 *c, const struct x64_row *row, const ir_ref refs[3],
                             const uint16_t after[3], struct x64_args *x)
{
    unsigned tied = tied_operand(row);
    unsigned mask = ~0u;

    for (unsigned i = 0; i < row->operands; i++) {
        if (i == tied || row->in[i] == C_USE) {
            continue;
        }
        x->in[i] = resolve_by_row(c, row->in[i] & mask, refs[i], after[i]);
        if (x->in[i].kind == OPERAND_MEM) {
            mask = ~(unsigned)C_M;
        }
    }
    if (tied < 3) {
        x->in[tied] = resolve_tied(c, refs[tied]);
    }
}

/* Before a fixed register is taken: what is there and is no operand of this op goes elsewhere. */
static void prepare_fixed(struct x64 *c, const struct x64_row *row)
{
    if (row->flags & ROW_RDX) {
        x64_take_fixed(c, RDX);
    }
}

/* Uses by a branch that will find the comparison done do not count. */
static void leave_out_branch(const struct x64 *c, unsigned number, uint16_t after[3])
{
    unsigned branch = x64_branch_after(c, number);

    for (unsigned i = 0; branch != 0 && i < 2; i++) {
        if (after[i] == branch && c->after[branch][i] == 0) {
            after[i] = 0;
        }
    }
}

static void finish(struct x64 *c, const struct x64_row *row, struct x64_args *x)
{
    if (row->out == OUT_SCRATCH) {
        c->free |= X64_BIT(x->d);
    } else if (x->d != X64_NONE) {
        x64_define(c, x->number, x->d);
    }
    if (row->flags & ROW_GIVES_FLAGS) {
        x64_define_flags(c, x->number);
    }
    x64_end(c);
}

void x64_place(struct x64 *c, unsigned number, const struct ir_op *op, const struct x64_row *row)
{
    struct x64_args x = {.number = number, .wide = op->type == IR_I64};
    ir_ref refs[3] = {op->a, op->b, op->c};
    uint16_t after[3] = {c->after[number][0], c->after[number][1], c->after[number][2]};

    if (row->flags & ROW_SPOILS) {
        x64_spoil_flags(c);
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
    prepare_fixed(c, row);
    resolve_operands(c, row, refs, seen, &x);
    for (unsigned i = 0; i < row->operands; i++) {
        x64_consume(c, refs[i], after[i]);
    }
    c->free &= ~c->temps;
    x.d = (uint8_t)take_result(c, row, refs, &x);
    c->locked |= x.d != X64_NONE ? X64_BIT(x.d) : 0;
    take_temps(c, row, &x);
    row->emit(c, op, &x);
    finish(c, row, &x);
}
