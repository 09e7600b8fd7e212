// SPDX-License-Identifier: MIT
/*
 * The toy host: what each IR op asks of its registers, and its instructions.  The rows use every kind of constraint on
 * purpose, though the host would need few, so that each is tested.
 */
#include "check.h"
#include "toy_host_inside.h"

/* ---- instructions ---- */

struct toy_instr *toy_emit(struct cg *c, enum toy_kind kind)
{
    struct toy_instr *instr = (struct toy_instr *)(void *)c->as.p;

    *instr = (struct toy_instr){.kind = (uint8_t)kind, .d = CG_NONE};
    c->as.p += sizeof *instr;
    return instr;
}

void toy_emit_compare(struct cg *c, enum cg_flags_kind kind, bool wide, struct cg_operand a,
                      struct cg_operand b)
{
    struct toy_instr *instr = toy_emit(c, TOY_COMPARE);

    instr->flags_kind = (uint8_t)kind;
    instr->wide = wide;
    instr->in[0] = a;
    instr->in[1] = b;
    instr->types[0] = instr->types[1] = wide ? IR_I64 : IR_I32;
}

void toy_store_flags(struct cg *c, struct cg_mem to, bool keep)
{
    (void)keep;
    toy_emit(c, TOY_STORE_FLAGS)->in[1] = cg_mem_operand(to);
}

void toy_cond_to_reg(struct cg *c, enum ir_cond cond, unsigned reg)
{
    struct toy_instr *instr = toy_emit(c, TOY_SET_IF);

    instr->d = (uint8_t)reg;
    instr->cond = (uint8_t)cond;
}

/* Emits an instruction that performs the op by the IR interpreter's handler.  To the handler the operands are values 1
 * to 3, and the result is value 4. */
static struct toy_instr *emit_ir_op(struct cg *c, enum toy_kind kind, const struct ir_op *op,
                                    const struct cg_args *x)
{
    struct toy_instr *instr = toy_emit(c, kind);
    const ir_ref refs[3] = {op->a, op->b, op->c};
    ir_ref *const fields[3] = {&instr->op.ir.a, &instr->op.ir.b, &instr->op.ir.c};

    instr->op = (struct irx_op){.ir = *op, .number = 4};
    instr->op.handler = irx_find_handler(c->block, op);
    instr->op.slot_offset = c->guest->slots[op->slot].offset;
    instr->op.bank = c->guest->slots[op->slot].bank;
    for (unsigned i = 0; i < ir_rows[op->code].operand_count; i++) {
        *fields[i] = (ir_ref)(i + 1);
        instr->in[i] = x->in[i];
        instr->types[i] = c->ops[refs[i]].type;
    }
    instr->d = x->d;
    instr->type = op->type;
    return instr;
}

static void emit_plain(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    emit_ir_op(c, TOY_EXECUTE, op, x);
}

/* The registers that a call of the guest fills with garbage: all but those of values that are used later. */
static uint32_t not_kept(const struct cg *c, uint32_t live)
{
    return (TOY_GENERAL | TOY_FP) & ~(c->allowed & live);
}

/* ---- rows ---- */

static void emit_divide(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    emit_ir_op(c, TOY_EXECUTE, op, x)->garbage = CG_BIT(2);
}

static void emit_with_temps(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    emit_ir_op(c, TOY_EXECUTE, op, x)->garbage = CG_BIT(x->t[0]) | CG_BIT(x->t[1]);
}

static void emit_sum(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    enum cg_flags_kind kind = op->code == IR_ADD ? FLAGS_OF_ADD : FLAGS_OF_SUB;

    toy_emit_compare(c, kind, x->wide, x->in[0], x->in[1]);
    emit_plain(c, op, x);
    cg_note_flags(c, kind, x->wide, op->a, op->b);
    c->flags.result = (ir_ref)x->number;
}

static const struct cg_row sum_rows[2] = {
    CG_ROW(OUT_TIED, ROW_SPOILS | ROW_COMMUTES, 0, emit_sum, C_ANY, C_ANY),
    CG_ROW(OUT_TIED, ROW_SPOILS, 0, emit_sum, C_ANY, C_RI),
};

/* ---- flags ---- */

static void emit_add_flags(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    toy_emit_compare(c, FLAGS_OF_ADD, false, x->in[0], x->in[1]);
    cg_note_flags(c, FLAGS_OF_ADD, false, op->a, op->b);
}

static void do_add_flags(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row = CG_ROW(
        OUT_SCRATCH, ROW_SPOILS | ROW_COMMUTES | ROW_GIVES_FLAGS, 0, emit_add_flags, C_R, C_ANY);

    (void)op;
    cg_do_flags(c, number, FLAGS_OF_ADD, IR_ADD, &sum_rows[0], &row);
}

static void emit_sub_flags(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    toy_emit_compare(c, FLAGS_OF_SUB, false, x->in[0], x->in[1]);
    cg_note_flags(c, FLAGS_OF_SUB, false, op->a, op->b);
}

static void do_sub_flags(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row =
        CG_ROW(OUT_NONE, ROW_SPOILS | ROW_GIVES_FLAGS, 0, emit_sub_flags, C_RM, C_ANY);

    (void)op;
    cg_do_flags(c, number, FLAGS_OF_SUB, IR_SUB, &sum_rows[1], &row);
}

static void emit_logic_flags(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    toy_emit_compare(c, FLAGS_OF_LOGIC, false, x->in[0], (struct cg_operand){OPERAND_IMM, 0, 0});
    cg_note_flags(c, FLAGS_OF_LOGIC, false, op->a, 0);
    c->flags.result = op->a;
}

static void do_logic_flags(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row =
        CG_ROW(OUT_NONE, ROW_SPOILS | ROW_GIVES_FLAGS, 0, emit_logic_flags, C_RM);

    (void)op;
    cg_do_logic_flags(c, number, &row);
}

static void emit_flags(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    emit_ir_op(c, TOY_EXECUTE, op, x)->gives_flags = true;
    cg_note_flags(c, FLAGS_OF_VALUE, false, 0, 0);
}

/* ADC_FLAGS and SBC_FLAGS: brings the third operand, a FLAGS value, out of the host's flags, since the row wants it in a
 * register or in memory. */
static void do_flags_with_carry(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row =
        CG_ROW(OUT_NONE, ROW_SPOILS | ROW_GIVES_FLAGS, 0, emit_flags, C_R, C_RI, C_RM);

    if (c->values[op->c].where == AT_FLAGS) {
        cg_flags_to_reg(c, op->c);
    }
    cg_emit_by_row(c, number, op, &row);
}

static void emit_set_if(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    toy_cond_to_reg(c, op->code == IR_CARRY ? IR_LTU : (enum ir_cond)op->cond, x->d);
}

static void do_condition(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row of_flags = CG_ROW(OUT_NEW, 0, 0, emit_set_if, C_USE);
    static const struct cg_row of_value = CG_ROW(OUT_NEW, 0, 0, emit_plain, C_RM);
    bool is_in_flags = c->values[op->a].where & AT_FLAGS;

    cg_emit_by_row(c, number, op, is_in_flags ? &of_flags : &of_value);
}

static void do_setc(struct cg *c, unsigned number, const struct ir_op *op)
{
    cg_define_cond(c, number, cg_compare(c, number, op));
}

/* ---- branches ---- */

/* To be called before the instruction that jumps to the arm: the place of that instruction stands for its displacement
 * field. */
static void note_jump(struct cg *c, unsigned arm)
{
    cg_leave_to_arm(c, arm);
    c->arms[arm].jump = c->as.p;
}

static void do_branch(struct cg *c, unsigned number, const struct ir_op *op)
{
    enum ir_cond cond = cg_compare(c, number, op);

    note_jump(c, (unsigned)op->imm);
    toy_emit(c, TOY_JUMP_IF)->cond = (uint8_t)cond;
}

static void do_branch_flags(struct cg *c, unsigned number, const struct ir_op *op)
{
    unsigned after = c->after[number][0];

    if (!(c->values[op->a].where & AT_FLAGS)) {
        cg_spoil_flags(c);
        struct cg_operand from = cg_resolve(c, op->a, C_RM, after);
        struct toy_instr *instr = toy_emit(c, TOY_TAKE_FLAGS);
        instr->in[0] = from;
        instr->types[0] = IR_FLAGS;
    }
    cg_consume(c, op->a, after);
    cg_end_op(c);
    note_jump(c, (unsigned)op->imm);
    toy_emit(c, TOY_JUMP_IF)->cond = op->cond;
}

/* CHARGE, BRANCH_NAN and the guards: the IR interpreter's function says whether the op goes on. */
static void do_op_or_jump(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = CG_NONE};
    const ir_ref refs[2] = {op->a, op->b};
    unsigned count = ir_rows[op->code].operand_count;

    for (unsigned i = 0; i < count; i++) {
        x.in[i] =
            cg_resolve(c, refs[i], op->code == IR_BRANCH_NAN ? C_X : C_RI, c->after[number][i]);
    }
    for (unsigned i = 0; i < count; i++) {
        cg_consume(c, refs[i], c->after[number][i]);
    }
    cg_end_op(c);
    note_jump(c, (unsigned)op->imm);
    emit_ir_op(c, TOY_EXECUTE_OR_JUMP, op, &x);
}

/* ---- memory: a guard, and the unchecked access; the guard's stub performs the access by the slow path ---- */

static void emit_guarded(struct cg *c, const struct ir_op *op, const struct cg_args *x,
                         enum ir_code guard, enum ir_code access)
{
    struct ir_op first = {.code = (uint8_t)guard, .cond = op->cond & IR_64, .a = op->a};
    struct ir_op second = {
        .code = (uint8_t)access, .type = op->type, .cond = op->cond, .a = op->a, .b = op->b};
    struct cg_args of_guard = {.number = x->number, .d = CG_NONE, .in = {x->in[0]}};
    uint8_t *jump = c->as.p;

    of_guard.in[1] = (struct cg_operand){OPERAND_IMM, 0, (1 << (op->cond & IR_64)) - 1};
    struct toy_instr *instr = emit_ir_op(c, TOY_EXECUTE_OR_JUMP, &first, &of_guard);
    instr->types[1] = IR_I32;
    emit_ir_op(c, TOY_EXECUTE, &second, x);
    cg_add_stub(c, 0, x, jump);
}

static void emit_load(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    emit_guarded(c, op, x, IR_GUARD_LOAD, IR_LOAD_UNCHECKED);
}

static void emit_store(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    emit_guarded(c, op, x, IR_GUARD_STORE, IR_STORE_UNCHECKED);
}

/* Floating-point numbers are in registers of their own. */
static void do_access(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row rows[][2] = {
        {CG_ROW(OUT_NEW, ROW_SPOILS | ROW_APART, 0, emit_load, C_RI),
         CG_ROW(OUT_XNEW, ROW_SPOILS, 0, emit_load, C_RI)},
        {CG_ROW(OUT_NONE, ROW_SPOILS, 0, emit_store, C_RI, C_RI),
         CG_ROW(OUT_NONE, ROW_SPOILS, 0, emit_store, C_RI, C_X)},
        {CG_ROW(OUT_NEW, 0, 0, emit_plain, C_R), CG_ROW(OUT_XNEW, 0, 0, emit_plain, C_R)},
        {CG_ROW(OUT_NONE, 0, 0, emit_plain, C_R, C_RM),
         CG_ROW(OUT_NONE, 0, 0, emit_plain, C_R, C_XM)},
    };
    unsigned kind = op->code == IR_LOAD             ? 0
                    : op->code == IR_STORE          ? 1
                    : op->code == IR_LOAD_UNCHECKED ? 2
                                                    : 3;

    cg_emit_by_row(c, number, op, &rows[kind][op->cond >= IR_REAL_32]);
}

static void emit_always_slow(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    uint8_t *jump = c->as.p;

    (void)op;
    toy_emit(c, TOY_JUMP);
    cg_add_stub(c, 0, x, jump);
}

static void emit_stub(struct cg *c, const struct cg_stub *stub)
{
    const struct ir_op *op = &c->ops[stub->number];
    struct cg_args x = {.number = stub->number, .d = stub->d, .in = {stub->a, stub->b}};

    c->host->bind(c, stub->jump);
    cg_emit_pending(c, stub->pending);
    cg_emit_lazy(c, &stub->lazy, false);
    emit_ir_op(c, TOY_EXECUTE, op, &x)->garbage = not_kept(c, stub->live);
    toy_emit(c, TOY_JUMP)->target = (struct toy_instr *)(void *)stub->back;
}

bool toy_stubs(struct cg *c)
{
    for (unsigned i = 0; i < c->stub_count; i++) {
        if (c->as.p > c->limit) {
            return false;
        }
        emit_stub(c, &c->stubs[i]);
    }
    return true;
}

/* ---- ops that may call the guest: they have no stub, so what is pending is performed before them ---- */

static void emit_seen(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct cg_lazy_snapshot lazy;

    cg_snapshot_lazy(c, &lazy);
    cg_emit_pending(c, cg_snapshot_pending(c));
    cg_emit_lazy(c, &lazy, false);
    emit_ir_op(c, TOY_EXECUTE, op, x)->garbage = not_kept(c, cg_live(c, x));
}

static const struct cg_row *fp_row(const struct ir_op *op)
{
    static const struct cg_row two =
        CG_ROW(OUT_XNEW, ROW_SPOILS | ROW_APART, 0, emit_seen, C_X, C_XM);
    static const struct cg_row root = CG_ROW(OUT_XTIED, ROW_SPOILS, 0, emit_seen, C_X);
    static const struct cg_row one = CG_ROW(OUT_XNEW, ROW_SPOILS, 0, emit_seen, C_XM);
    static const struct cg_row to_int = CG_ROW(OUT_NEW, ROW_SPOILS, 0, emit_seen, C_X);

    switch (op->code) {
    case IR_FSQRT:
        return &root;
    case IR_FWIDEN:
    case IR_FNARROW:
        return &one;
    case IR_FTOI:
        return &to_int;
    default:
        return &two;
    }
}

static void do_fp(struct cg *c, unsigned number, const struct ir_op *op)
{
    if (op->insn != IR_NONE) {
        cg_drop_homes_of_slot(c, op->slot);
        cg_drop_homes_of_set(c, c->clobbered);
        c->step_slot = op->slot;
    }
    cg_emit_by_row(c, number, op, fp_row(op));
    c->step_slot = 0;
}

static void do_fbegin(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = CG_NONE};

    emit_plain(c, op, &x);
}

static void do_move_bank(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = CG_NONE};

    cg_spoil_flags(c);
    cg_drop_homes_of_set(c, c->banked);
    cg_drop_homes_of_set(c, c->clobbered);
    emit_seen(c, op, &x);
}

static void do_step(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = CG_NONE};

    cg_spoil_flags(c);
    cg_drop_homes(c);
    cg_evict_all(c);
    emit_ir_op(c, TOY_EXECUTE, op, &x)->garbage = not_kept(c, 0);
}

/* All values are evicted, so the operands of a helper can be loaded into the first registers. */
static void do_call(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = op->type == IR_VOID ? CG_NONE : 0};
    const ir_ref refs[3] = {op->a, op->b, op->c};
    unsigned count = ir_helper_operands(&c->guest->helpers[op->imm]);

    cg_spoil_flags(c);
    if (!c->guest->helpers[op->imm].pure) {
        cg_drop_homes(c);
    }
    cg_evict_all(c);
    for (unsigned i = 0; i < count; i++) {
        cg_load_value(c, refs[i], i);
        x.in[i] = (struct cg_operand){OPERAND_REG, (uint8_t)i, 0};
    }
    for (unsigned i = 0; i < count; i++) {
        cg_consume(c, refs[i], c->after[number][i]);
    }
    cg_end_op(c);
    emit_ir_op(c, TOY_EXECUTE, op, &x)->garbage = not_kept(c, 0);
    if (op->type != IR_VOID) {
        c->free &= ~CG_BIT(0);
        cg_define(c, number, 0);
    }
}

/* ---- ends ---- */

static void do_end(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = CG_NONE};

    if (op->code == IR_JUMP) {
        x.in[0] = cg_resolve(c, op->a, C_RI, c->after[number][0]);
        cg_consume(c, op->a, c->after[number][0]);
        cg_end_op(c);
    }
    if (op->code == IR_EXIT) {
        c->links[op->c] = (uint32_t)(c->as.p - c->buffer.write);
    }
    emit_ir_op(c, TOY_EXECUTE, op, &x)->link = &toy_of(c)->sides->links[op->c % IR_MAX_LINKS];
}

/* clang-format off */
#define PURE(out, ...) CG_ROW(out, 0, 0, emit_plain, __VA_ARGS__)

const struct cg_row toy_rows[IR_CODES] = {
    [IR_GET]    = CG_SPECIAL(cg_do_get),
    [IR_SET]    = CG_SPECIAL(cg_do_set),
    [IR_MOVE_BANK] = CG_SPECIAL(do_move_bank),
    [IR_ADD]    = CG_ROW(OUT_TIED, ROW_SPOILS | ROW_COMMUTES, 0, emit_sum, C_ANY, C_ANY),
    [IR_SUB]    = CG_ROW(OUT_TIED, ROW_SPOILS, 0, emit_sum, C_ANY, C_RI),
    [IR_MUL]    = CG_ROW(OUT_NEW, ROW_COMMUTES, 2, emit_with_temps, C_R, C_RM),
    [IR_DIVU]   = CG_FIXED_ROW(0, 2, OUT_FIXED, ROW_CLOBBERS, emit_divide, C_FIXED_COPY, C_R),
    [IR_DIVS]   = CG_FIXED_ROW(0, 2, OUT_FIXED, ROW_CLOBBERS, emit_divide, C_FIXED_COPY, C_R),
    [IR_AND]    = CG_ROW(OUT_NEW, ROW_APART | ROW_COMMUTES, 0, emit_plain, C_RM, C_RI),
    [IR_OR]     = PURE(OUT_TIED, C_ANY, C_ANY),
    [IR_XOR]    = PURE(OUT_NEW, C_R, C_RI),
    [IR_NOT]    = PURE(OUT_TIED, C_ANY),
    [IR_NEG]    = PURE(OUT_NEW, C_RM),
    [IR_SHL]    = CG_FIXED_ROW(COUNT_REG, CG_NONE, OUT_TIED, 0, emit_plain, C_ANY, C_FIXED),
    [IR_SHR]    = CG_FIXED_ROW(COUNT_REG, CG_NONE, OUT_TIED, 0, emit_plain, C_ANY, C_FIXED),
    [IR_SAR]    = PURE(OUT_TIED, C_ANY, C_RI),
    [IR_ROTL]   = PURE(OUT_NEW, C_R, C_RM),
    [IR_SEXT8]  = PURE(OUT_NEW, C_RM),
    [IR_SEXT16] = PURE(OUT_NEW, C_RM),
    [IR_ZEXT8]  = PURE(OUT_NEW, C_RM),
    [IR_ZEXT16] = PURE(OUT_NEW, C_RM),
    [IR_SEXT32] = PURE(OUT_NEW, C_RM),
    [IR_ZEXT32] = PURE(OUT_TIED, C_ANY),
    [IR_LOW]    = PURE(OUT_NEW, C_RM),
    [IR_HIGH]   = PURE(OUT_TIED, C_ANY),
    [IR_PACK]   = CG_ROW(OUT_TIED, ROW_APART, 0, emit_plain, C_ANY, C_R),
    [IR_SETC]   = CG_SPECIAL(do_setc),
    [IR_SELECT] = PURE(OUT_TIED_C, C_R, C_RM, C_ANY),

    [IR_ADD_FLAGS]   = CG_SPECIAL(do_add_flags),
    [IR_SUB_FLAGS]   = CG_SPECIAL(do_sub_flags),
    [IR_ADC_FLAGS]   = CG_SPECIAL(do_flags_with_carry),
    [IR_SBC_FLAGS]   = CG_SPECIAL(do_flags_with_carry),
    [IR_LOGIC_FLAGS] = CG_SPECIAL(do_logic_flags),
    [IR_CARRY]       = CG_SPECIAL(do_condition),
    [IR_TEST_FLAGS]  = CG_SPECIAL(do_condition),

    [IR_LOAD]   = CG_SPECIAL(do_access),
    [IR_STORE]  = CG_SPECIAL(do_access),
    [IR_ALOAD]  = CG_ROW(OUT_NEW, ROW_SPOILS, 0, emit_always_slow, C_RI),
    [IR_ASTORE] = CG_ROW(OUT_NONE, ROW_SPOILS, 0, emit_always_slow, C_RI, C_RI),
    [IR_GUARD_LOAD]      = CG_SPECIAL(do_op_or_jump),
    [IR_GUARD_STORE]     = CG_SPECIAL(do_op_or_jump),
    [IR_LOAD_UNCHECKED]  = CG_SPECIAL(do_access),
    [IR_STORE_UNCHECKED] = CG_SPECIAL(do_access),

    [IR_FADD]      = CG_SPECIAL(do_fp),
    [IR_FSUB]      = CG_SPECIAL(do_fp),
    [IR_FMUL]      = CG_SPECIAL(do_fp),
    [IR_FDIV]      = CG_SPECIAL(do_fp),
    [IR_FSQRT]     = CG_SPECIAL(do_fp),
    [IR_FWIDEN]    = CG_SPECIAL(do_fp),
    [IR_FNARROW]   = CG_SPECIAL(do_fp),
    [IR_FTOI]      = CG_SPECIAL(do_fp),
    [IR_FFROMI]    = PURE(OUT_XNEW, C_RM),
    [IR_FCMP]      = PURE(OUT_NEW, C_X, C_XM),
    [IR_FCMPE]     = PURE(OUT_NEW, C_X, C_XM),
    [IR_BITCAST_F] = PURE(OUT_XNEW, C_RM),
    [IR_BITCAST_I] = PURE(OUT_NEW, C_XM),
    [IR_FNEG]      = PURE(OUT_XTIED, C_X),
    [IR_FABS]      = PURE(OUT_XNEW, C_XM),
    [IR_FBEGIN]    = CG_SPECIAL(do_fbegin),

    [IR_CALL]         = CG_SPECIAL(do_call),
    [IR_STEP]         = CG_SPECIAL(do_step),
    [IR_BRANCH]       = CG_SPECIAL(do_branch),
    [IR_BRANCH_FLAGS] = CG_SPECIAL(do_branch_flags),
    [IR_BRANCH_NAN]   = CG_SPECIAL(do_op_or_jump),
    [IR_CHARGE]       = CG_SPECIAL(do_op_or_jump),
    [IR_GIVE_BACK]    = PURE(OUT_NONE, C_R),
    [IR_EXIT]         = CG_SPECIAL(do_end),
    [IR_JUMP]         = CG_SPECIAL(do_end),
    [IR_QUIT]         = CG_SPECIAL(do_end),
    [IR_DEOPT]        = CG_SPECIAL(do_end),
};
/* clang-format on */
