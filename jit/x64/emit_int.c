// SPDX-License-Identifier: MIT
/*
 * Integer ops: emit functions, the choice of form where an op has several, and at the end the rows (x64.h).
 *
 * An emit function gets operands that satisfy its row.  If the result is tied to the first operand (OUT_TIED), that
 * is already in x->d.
 */
#include "x64.h"

void x64_alu_operand(struct code_cursor *as, enum x64_alu alu, bool wide, unsigned d,
                     struct cg_operand operand)
{
    switch (operand.kind) {
    case OPERAND_REG:
        x64_alu_rr(as, alu, wide, d, operand.reg);
        break;
    case OPERAND_IMM:
        x64_alu_ri(as, alu, wide, d, operand.value);
        break;
    default:
        x64_alu_rm(as, alu, wide, d, x64_operand_mem(operand));
        break;
    }
}

/* Emits an instruction whose r/m field is the operand, in a register or in memory. */
static void emit_operand(struct cg *c, uint32_t opcode, unsigned reg, struct cg_operand operand)
{
    if (operand.kind == OPERAND_MEM) {
        x64_rm(&c->as, opcode, reg, x64_operand_mem(operand));
    } else {
        x64_rr(&c->as, opcode, reg, operand.reg);
    }
}

/* ---- ADD SUB ---- */

static void emit_add(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_alu_operand(&c->as, ALU_ADD, x->wide, x->d, x->in[1]);
    cg_note_flags(c, FLAGS_OF_ADD, x->wide, op->a, op->b);
    c->flags.result = (ir_ref)x->number;
}

static void emit_lea(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct cg_operand b = x->in[1];
    struct x64_mem sum = b.kind == OPERAND_IMM ? x64_at(x->in[0].reg, b.value)
                                               : x64_at_index(x->in[0].reg, b.reg, 0, 0);

    (void)op;
    x64_rm(&c->as, OP_LEA | x64_w(x->wide), x->d, sum);
}

static void emit_sub(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_alu_operand(&c->as, ALU_SUB, x->wide, x->d, x->in[1]);
    cg_note_flags(c, FLAGS_OF_SUB, x->wide, op->a, op->b);
    c->flags.result = (ir_ref)x->number;
}

const struct cg_row x64_add_row =
    CG_ROW(OUT_TIED, ROW_SPOILS | ROW_COMMUTES, 0, emit_add, C_ANY, C_ANY);
const struct cg_row x64_sub_row = CG_ROW(OUT_TIED, ROW_SPOILS, 0, emit_sub, C_ANY, C_ANY);

/* Is the operand's register free after this use? */
static bool dies(const struct cg_value *at, unsigned after)
{
    return after == 0 && !(at->where & PENDING) && at->pins == 0;
}

/* Does the sum need a register beside those of its operands, which are used again?  Then lea saves a move. */
static bool is_apart(struct cg *c, unsigned number, const struct ir_op *op)
{
    const struct cg_value *a = &c->values[op->a];
    const struct cg_value *b = &c->values[op->b];

    if (dies(a, c->after[number][0]) || (a->where & AT_CONST)) {
        return false;
    }
    return (b->where & AT_CONST) ||
           ((a->where & AT_REG) && (b->where & AT_REG) && !dies(b, c->after[number][1]));
}

/* x + C or x - C, with the host's carry.  Of a truth value that is not C, it is x + 1 - C or x - 1 + C. */
static void emit_carry_sum(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    bool inverted = x64_of(c)->choice == CC_AE;
    bool add = (op->code == IR_ADD) != inverted;

    x64_alu_ri(&c->as, add ? ALU_ADC : ALU_SBB, false, x->d, inverted ? -1 : 0);
    cg_note_flags(c, FLAGS_OF_VALUE, false, 0, 0);
    c->flags.result = (ir_ref)x->number;
}

static bool is_carry(const struct cg *c, ir_ref value)
{
    return cg_is_cond(c, value) && (c->flags.cond & ~1u) == IR_LTU;
}

/* Operand b is a truth value that the host's carry tells. */
static void add_carry(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row = CG_ROW(OUT_TIED, 0, 0, emit_carry_sum, C_ANY, C_USE);

    if (c->after[number][1] != 0) {
        cg_leave_flags(c, op->b);
    }
    c->values[op->b].where &= (uint8_t)~AT_FLAGS;
    c->flags.value = 0;
    x64_of(c)->choice = c->flags.cond == IR_LTU ? CC_B : CC_AE;
    cg_emit_by_row(c, number, op, &row);
}

static void exchange(struct cg *c, unsigned number, struct ir_op *op)
{
    ir_ref a = op->a;
    uint16_t after = c->after[number][0];

    op->a = op->b;
    op->b = a;
    c->after[number][0] = c->after[number][1];
    c->after[number][1] = after;
}

/* Adds a truth value as the host's carry, if that is what it is. */
static bool try_carry(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct ir_op sum = *op;

    if (op->a == op->b) {
        return false;
    }
    if (op->code == IR_ADD && is_carry(c, op->a)) {
        exchange(c, number, &sum);
    }
    if (!is_carry(c, sum.b)) {
        return false;
    }
    add_carry(c, number, &sum);
    return true;
}

/* lea where it saves a move, or keeps the host's flags. */
static void do_add(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row lea = CG_ROW(OUT_NEW, ROW_COMMUTES, 0, emit_lea, C_R, C_RI);
    bool holds = c->flags.value != 0 && c->values[c->flags.value].where == AT_FLAGS;

    if (try_carry(c, number, op)) {
        return;
    }
    if ((holds || is_apart(c, number, op)) && cg_twin(c, number, IR_ADD_FLAGS) == 0) {
        cg_emit_by_row(c, number, op, &lea);
    } else {
        cg_emit_by_row(c, number, op, &x64_add_row);
    }
}

static void do_sub(struct cg *c, unsigned number, const struct ir_op *op)
{
    if (!try_carry(c, number, op)) {
        cg_emit_by_row(c, number, op, &x64_sub_row);
    }
}

/* ---- AND OR XOR NOT NEG MUL ---- */

static void note_logic(struct cg *c, const struct cg_args *x)
{
    cg_note_flags(c, FLAGS_OF_LOGIC, x->wide, (ir_ref)x->number, 0);
    c->flags.result = (ir_ref)x->number;
}

static void emit_and(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    x64_alu_operand(&c->as, ALU_AND, x->wide, x->d, x->in[1]);
    note_logic(c, x);
}

static void emit_test(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct cg_operand b = x->in[1];

    (void)op;
    if (b.kind == OPERAND_IMM) {
        emit_operand(c, OP_GROUP3 | x64_w(x->wide), 0, x->in[0]);
        x64_imm32(&c->as, (uint32_t)b.value);
    } else {
        emit_operand(c, OP_TEST | x64_w(x->wide), b.reg, x->in[0]);
    }
    note_logic(c, x);
}

/* Is the result used only by a comparison with 0, which is the next op but for SETs? */
static bool is_only_tested(struct cg *c, unsigned number)
{
    unsigned next = c->values[number].next;
    const struct ir_op *user = &c->ops[next];

    return (user->code == IR_BRANCH || user->code == IR_SETC) && user->a == number &&
           cg_is_const(c, user->b, 0) && c->after[next][0] == 0 &&
           cg_next_but_sets(c, number) == next;
}

static void do_and(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row test =
        CG_ROW(OUT_NONE, ROW_SPOILS | ROW_COMMUTES, 0, emit_test, C_RM, C_RI);
    static const struct cg_row and =
        CG_ROW(OUT_TIED, ROW_SPOILS | ROW_COMMUTES, 0, emit_and, C_ANY, C_ANY);

    cg_emit_by_row(c, number, op, is_only_tested(c, number) ? &test : &and);
}

static void emit_or(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    x64_alu_operand(&c->as, ALU_OR, x->wide, x->d, x->in[1]);
    note_logic(c, x);
}

static void emit_xor(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    x64_alu_operand(&c->as, ALU_XOR, x->wide, x->d, x->in[1]);
    note_logic(c, x);
}

static void emit_not(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    x64_rr(&c->as, OP_GROUP3 | x64_w(x->wide), 2, x->d);
}

static void emit_neg(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    x64_rr(&c->as, OP_GROUP3 | x64_w(x->wide), 3, x->d);
}

static void emit_mul(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    emit_operand(c, OP_IMUL | x64_w(x->wide), x->d, x->in[1]);
}

static void emit_mul_imm(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    int32_t factor = x->in[1].value;

    (void)op;
    if (factor == (int8_t)factor) {
        emit_operand(c, OP_IMUL_IMM8 | x64_w(x->wide), x->d, x->in[0]);
        x64_byte(&c->as, (uint8_t)factor);
    } else {
        emit_operand(c, OP_IMUL_IMM32 | x64_w(x->wide), x->d, x->in[0]);
        x64_imm32(&c->as, (uint32_t)factor);
    }
}

static void do_mul(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row imm =
        CG_ROW(OUT_NEW, ROW_SPOILS | ROW_COMMUTES, 0, emit_mul_imm, C_RM, C_I);
    static const struct cg_row mul =
        CG_ROW(OUT_TIED, ROW_SPOILS | ROW_COMMUTES, 0, emit_mul, C_ANY, C_RM);
    bool is_a = c->ops[op->a].code == IR_CONST;
    bool is_b = c->ops[op->b].code == IR_CONST;

    cg_emit_by_row(c, number, op, is_a || is_b ? &imm : &mul);
}

/* ---- DIVU DIVS: the dividend is in rdx:rax, the quotient in rax ---- */

static void emit_divu(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    x64_alu_rr(&c->as, ALU_XOR, false, RDX, RDX);
    x64_rr(&c->as, OP_GROUP3 | x64_w(x->wide), 6, x->in[1].reg);
}

/* A division by -1 is done as a negation, since for the least number the host's idiv would trap. */
static void emit_divs(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    x64_alu_ri(&c->as, ALU_CMP, x->wide, x->in[1].reg, -1);
    uint8_t *other = x64_jcc_short(&c->as, CC_NE);
    x64_rr(&c->as, OP_GROUP3 | x64_w(x->wide), 3, RAX);
    x64_byte(&c->as, 0xeb); /* jmp */
    x64_byte(&c->as, 0);
    uint8_t *end = c->as.p - 1;
    x64_bind_short(other, c->as.p);
    if (x->wide) {
        x64_byte(&c->as, 0x48);
    }
    x64_byte(&c->as, 0x99); /* cdq or cqo */
    x64_rr(&c->as, OP_GROUP3 | x64_w(x->wide), 7, x->in[1].reg);
    x64_bind_short(end, c->as.p);
}

/* ---- shifts ---- */

static enum x64_shift shift_of(const struct ir_op *op)
{
    switch (op->code) {
    case IR_SHL:
        return SHIFT_SHL;
    case IR_SHR:
        return SHIFT_SHR;
    case IR_SAR:
        return SHIFT_SAR;
    default:
        return SHIFT_ROL;
    }
}

static void emit_shift_imm(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    unsigned mask = x->wide ? 63 : 31;

    x64_shift_imm(&c->as, shift_of(op), x->wide, x->d, (unsigned)x->in[1].value & mask);
    if (op->code != IR_ROTL && ((unsigned)x->in[1].value & mask) != 0) {
        c->flags.result = (ir_ref)x->number; /* C and V say nothing that is of use */
    }
}

static void emit_rorx(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    unsigned width = x->wide ? 64 : 32;

    (void)op;
    x64_rorx(&c->as, x->wide, x->d, x->in[0].reg, -(unsigned)x->in[1].value & (width - 1));
}

static void emit_shift_cl(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_rr(&c->as, OP_SHIFT_CL | x64_w(x->wide), shift_of(op), x->d);
}

/* shlx, shrx, sarx */
static void emit_shift_x(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    uint32_t prefix = op->code == IR_SHL ? X_66 : op->code == IR_SHR ? X_F2 : X_F3;
    uint32_t opcode = 0xf7 | X_0F38 | prefix | x64_w(x->wide);
    unsigned count = x->in[1].reg;

    if (x->in[0].kind == OPERAND_MEM) {
        x64_vex_rm(&c->as, opcode, x->d, count, x64_operand_mem(x->in[0]));
    } else {
        x64_vex_rr(&c->as, opcode, x->d, count, x->in[0].reg);
    }
}

static const struct cg_row *pick_shift(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row imm = CG_ROW(OUT_TIED, ROW_SPOILS, 0, emit_shift_imm, C_ANY, C_I);
    static const struct cg_row rorx = CG_ROW(OUT_NEW, 0, 0, emit_rorx, C_R, C_I);
    static const struct cg_row cl =
        CG_FIXED_ROW(RCX, CG_NONE, OUT_TIED, ROW_SPOILS, emit_shift_cl, C_ANY, C_FIXED);
    static const struct cg_row shiftx = CG_ROW(OUT_NEW, 0, 0, emit_shift_x, C_RM, C_R);

    if (c->ops[op->b].code == IR_CONST) {
        bool moves = (c->values[op->a].where & AT_REG) && c->after[number][0] != 0;
        return op->code == IR_ROTL && x64_of(c)->bmi2 && moves ? &rorx : &imm;
    }
    return op->code != IR_ROTL && x64_of(c)->bmi2 ? &shiftx : &cl;
}

static void do_shift(struct cg *c, unsigned number, const struct ir_op *op)
{
    cg_emit_by_row(c, number, op, pick_shift(c, number, op));
}

/* ---- widths ---- */

static void emit_movsx8(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    emit_operand(c, OP_MOVSX8 | X_BYTE_RM, x->d, x->in[0]);
}

static void emit_movsx16(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    emit_operand(c, OP_MOVSX16, x->d, x->in[0]);
}

static void emit_movzx8(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    emit_operand(c, OP_MOVZX8 | X_BYTE_RM, x->d, x->in[0]);
}

static void emit_movzx16(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    emit_operand(c, OP_MOVZX16, x->d, x->in[0]);
}

static void emit_movsxd(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    emit_operand(c, OP_MOVSXD, x->d, x->in[0]);
}

/* LOW: a 32-bit mov clears the upper half. */
static void emit_mov32(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    emit_operand(c, OP_MOV_LOAD, x->d, x->in[0]);
}

static void emit_nothing(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)c;
    (void)op;
    (void)x;
}

static void emit_high(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    x64_shift_imm(&c->as, SHIFT_SHR, true, x->d, 32);
}

static void emit_pack(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    x64_shift_imm(&c->as, SHIFT_SHL, true, x->d, 32);
    x64_alu_rr(&c->as, ALU_OR, true, x->d, x->in[1].reg);
}

/* ---- the rows ---- */

/* clang-format off */
const struct cg_row x64_integer_rows[IR_CODES] = {
    [IR_ADD]    = CG_SPECIAL(do_add),
    [IR_SUB]    = CG_SPECIAL(do_sub),
    [IR_MUL]    = CG_SPECIAL(do_mul),
    [IR_DIVU]   = CG_FIXED_ROW(RAX, RDX, OUT_FIXED, ROW_SPOILS | ROW_CLOBBERS, emit_divu, C_FIXED_COPY, C_R),
    [IR_DIVS]   = CG_FIXED_ROW(RAX, RDX, OUT_FIXED, ROW_SPOILS | ROW_CLOBBERS, emit_divs, C_FIXED_COPY, C_R),
    [IR_AND]    = CG_SPECIAL(do_and),
    [IR_OR]     = CG_ROW(OUT_TIED, ROW_SPOILS | ROW_COMMUTES, 0, emit_or, C_ANY, C_ANY),
    [IR_XOR]    = CG_ROW(OUT_TIED, ROW_SPOILS | ROW_COMMUTES, 0, emit_xor, C_ANY, C_ANY),
    [IR_NOT]    = CG_ROW(OUT_TIED, 0, 0, emit_not, C_ANY),
    [IR_NEG]    = CG_ROW(OUT_TIED, ROW_SPOILS, 0, emit_neg, C_ANY),
    [IR_SHL]    = CG_SPECIAL(do_shift),
    [IR_SHR]    = CG_SPECIAL(do_shift),
    [IR_SAR]    = CG_SPECIAL(do_shift),
    [IR_ROTL]   = CG_SPECIAL(do_shift),
    [IR_SEXT8]  = CG_ROW(OUT_NEW, 0, 0, emit_movsx8, C_RM),
    [IR_SEXT16] = CG_ROW(OUT_NEW, 0, 0, emit_movsx16, C_RM),
    [IR_ZEXT8]  = CG_ROW(OUT_NEW, 0, 0, emit_movzx8, C_RM),
    [IR_ZEXT16] = CG_ROW(OUT_NEW, 0, 0, emit_movzx16, C_RM),
    [IR_SEXT32] = CG_ROW(OUT_NEW, 0, 0, emit_movsxd, C_RM),
    [IR_ZEXT32] = CG_ROW(OUT_TIED, 0, 0, emit_nothing, C_ANY),
    [IR_LOW]    = CG_ROW(OUT_NEW, 0, 0, emit_mov32, C_RM),
    [IR_HIGH]   = CG_ROW(OUT_TIED, ROW_SPOILS, 0, emit_high, C_ANY),
    [IR_PACK]   = CG_ROW(OUT_TIED, ROW_SPOILS | ROW_APART, 0, emit_pack, C_ANY, C_R),
};
/* clang-format on */
