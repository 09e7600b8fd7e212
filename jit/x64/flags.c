// SPDX-License-Identifier: MIT
/*
 * The host's flags: what they stand for, and FLAGS values.
 *
 * c->flags says of which operation the host's flags are.  A FLAGS op whose operation it is, or a branch on
 * it, needs no instruction.  A FLAGS value stays in the host's flags until an instruction that spoils
 * them; if it is used after that, it is saved in the register form: lahf; seto al, that is N 15, Z 14,
 * C 8, V 0.  `add al, 0x7f; sahf` brings that back, as V is the overflow of that addition.
 */
#include "check.h"
#include "x64.h"

#define FORM_N 0x8000u
#define FORM_Z 0x4000u
#define FORM_C 0x0100u
#define FORM_V 0x0001u

static enum x64_cc cc_of(unsigned cond)
{
    static const uint8_t codes[IR_CONDS + 1] = {
        [IR_EQ] = CC_E, [IR_NE] = CC_NE, [IR_LT] = CC_L,   [IR_GE] = CC_GE,  [IR_LE] = CC_LE,
        [IR_GT] = CC_G, [IR_LTU] = CC_B, [IR_GEU] = CC_AE, [IR_LEU] = CC_BE, [IR_GTU] = CC_A,
        [IR_MI] = CC_S, [IR_PL] = CC_NS, [IR_VS] = CC_O,   [IR_VC] = CC_NO,
    };
    return (enum x64_cc)codes[cond];
}

/* ---- tracking ---- */

void x64_flags_to_reg(struct x64 *c, ir_ref value)
{
    CHECK(c->flags.value == value);
    x64_vacate(c, RAX);
    c->free &= ~X64_BIT(RAX);
    x64_byte(&c->as, 0x9f); /* lahf */
    x64_setcc(&c->as, CC_O, RAX);
    x64_assign(c, value, RAX);
}

/* The value that the flags are can no more be found there. */
static void release_holder(struct x64 *c)
{
    ir_ref value = c->flags.value;

    if (value == 0) {
        return;
    }
    if (c->values[value].where == AT_FLAGS && c->values[value].next != 0) {
        x64_flags_to_reg(c, value);
    }
    c->values[value].where &= (uint8_t)~AT_FLAGS;
    c->flags.value = 0;
}

void x64_spoil_flags(struct x64 *c)
{
    release_holder(c);
    c->flags.kind = FLAGS_NONE;
    c->flags.result = 0;
}

void x64_note_flags(struct x64 *c, enum x64_flags_kind kind, bool wide, ir_ref a, ir_ref b)
{
    c->flags = (struct x64_flags){.kind = (uint8_t)kind, .wide = wide, .a = a, .b = b};
}

void x64_define_flags(struct x64 *c, unsigned number)
{
    release_holder(c);
    if (c->values[number].next != 0) {
        c->flags.value = (ir_ref)number;
        c->values[number].where = AT_FLAGS;
    }
}

bool x64_is_const(const struct x64 *c, ir_ref value, int32_t imm)
{
    return c->ops[value].code == IR_CONST && c->ops[value].imm == imm;
}

static bool is_same(const struct x64 *c, ir_ref a, ir_ref b)
{
    return a == b || (c->ops[a].code == IR_CONST && x64_is_const(c, b, c->ops[a].imm));
}

bool x64_flags_match(const struct x64 *c, enum x64_flags_kind kind, bool wide, ir_ref a, ir_ref b)
{
    const struct x64_flags *flags = &c->flags;

    if (flags->kind == FLAGS_NONE || flags->wide != wide) {
        return false;
    }
    if (kind == FLAGS_OF_LOGIC) {
        return flags->a == a && (flags->kind == FLAGS_OF_LOGIC ||
                                 (flags->kind == FLAGS_OF_SUB && x64_is_const(c, flags->b, 0)));
    }
    return flags->kind == kind &&
           ((is_same(c, flags->a, a) && is_same(c, flags->b, b)) ||
            (kind == FLAGS_OF_ADD && is_same(c, flags->a, b) && is_same(c, flags->b, a)));
}

/* ---- looking ahead ---- */

unsigned x64_next_op(const struct x64 *c, unsigned number)
{
    do {
        number++;
    } while ((x64_rows[c->ops[number].code].flags & ROW_DROP) && c->values[number].next == 0 &&
             number + 1 < c->block->op_count);
    return number;
}

/* A SET changes no flags. */
unsigned x64_next_but_sets(const struct x64 *c, unsigned number)
{
    do {
        number = x64_next_op(c, number);
    } while (c->ops[number].code == IR_SET);
    return number;
}

unsigned x64_twin(const struct x64 *c, unsigned number, enum ir_code code)
{
    unsigned next = x64_next_but_sets(c, number);
    const struct ir_op *twin = &c->ops[next];
    const struct ir_op *op = &c->ops[number];

    return twin->code == code && is_same(c, twin->a, op->a) && is_same(c, twin->b, op->b) &&
                   c->ops[twin->a].type == IR_I32
               ? next
               : 0;
}

unsigned x64_branch_after(const struct x64 *c, unsigned number)
{
    const struct ir_op *op = &c->ops[number];
    unsigned next = x64_next_but_sets(c, number);

    return c->ops[next].code == IR_BRANCH && c->ops[next].a == op->a && c->ops[next].b == op->b
               ? next
               : 0;
}

/* ---- ADD_FLAGS SUB_FLAGS LOGIC_FLAGS ---- */

static void emit_add_flags(struct x64 *c, const struct ir_op *op, const struct x64_args *x)
{
    x64_alu_operand(&c->as, ALU_ADD, false, x->d, x->in[1]);
    x64_note_flags(c, FLAGS_OF_ADD, false, op->a, op->b);
}

void x64_emit_cmp(struct x64 *c, bool wide, struct x64_operand a, struct x64_operand b)
{
    if (a.kind == OPERAND_REG && b.kind == OPERAND_IMM && b.value == 0) {
        x64_rr(&c->as, OP_TEST | x64_w(wide), a.reg, a.reg);
    } else if (a.kind == OPERAND_REG) {
        x64_alu_operand(&c->as, ALU_CMP, wide, a.reg, b);
    } else if (b.kind == OPERAND_IMM) {
        x64_alu_mi(&c->as, ALU_CMP, wide, x64_operand_mem(a), b.value);
    } else {
        x64_alu_mr(&c->as, ALU_CMP, wide, x64_operand_mem(a), b.reg);
    }
}

static void emit_sub_flags(struct x64 *c, const struct ir_op *op, const struct x64_args *x)
{
    x64_emit_cmp(c, false, x->in[0], x->in[1]);
    x64_note_flags(c, FLAGS_OF_SUB, false, op->a, op->b);
}

static void emit_logic_flags(struct x64 *c, const struct ir_op *op, const struct x64_args *x)
{
    x64_emit_cmp(c, false, x->in[0], (struct x64_operand){OPERAND_IMM, 0, 0});
    x64_note_flags(c, FLAGS_OF_LOGIC, false, op->a, 0);
    c->flags.result = op->a;
}

static void consume_both(struct x64 *c, unsigned number, const struct ir_op *op)
{
    x64_consume(c, op->a, c->after[number][0]);
    x64_consume(c, op->b, c->after[number][1]);
    x64_end(c);
}

/* May `twin`, the next user of both operands, be done at once?  Not if a SET between uses one first. */
static bool may_hurry(const struct x64 *c, unsigned number, unsigned twin)
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

/* The flags come from the op that has them already, from the ADD or SUB that is next, or from `row`. */
static void do_arithmetic(struct x64 *c, unsigned number, enum x64_flags_kind kind,
                          enum ir_code code, const struct x64_row *row)
{
    const struct ir_op *op = &c->ops[number];

    x64_pin_operands(c, number);
    if (x64_flags_match(c, kind, false, op->a, op->b)) {
        consume_both(c, number, op);
        x64_define_flags(c, number);
        return;
    }
    unsigned twin = x64_twin(c, number, code);
    if (twin != 0 && may_hurry(c, number, twin)) {
        consume_both(c, number, op);
        x64_place(c, twin, &c->ops[twin], &x64_flag_rows[code]);
        c->done = twin;
        x64_define_flags(c, number);
        return;
    }
    x64_place(c, number, op, row);
}

void x64_do_add_flags(struct x64 *c, unsigned number, const struct ir_op *op)
{
    static const struct x64_row row = {
        2, {C_R, C_ANY},   OUT_SCRATCH, ROW_SPOILS | ROW_COMMUTES | ROW_GIVES_FLAGS,
        0, emit_add_flags, NULL};

    (void)op;
    do_arithmetic(c, number, FLAGS_OF_ADD, IR_ADD, &row);
}

void x64_do_sub_flags(struct x64 *c, unsigned number, const struct ir_op *op)
{
    static const struct x64_row row = {2, {C_RM, C_ANY},  OUT_NONE, ROW_SPOILS | ROW_GIVES_FLAGS,
                                       0, emit_sub_flags, NULL};

    (void)op;
    do_arithmetic(c, number, FLAGS_OF_SUB, IR_SUB, &row);
}

void x64_do_logic_flags(struct x64 *c, unsigned number, const struct ir_op *op)
{
    static const struct x64_row row = {1, {C_RM},           OUT_NONE, ROW_SPOILS | ROW_GIVES_FLAGS,
                                       0, emit_logic_flags, NULL};

    x64_pin_operands(c, number);
    if (!x64_flags_match(c, FLAGS_OF_LOGIC, false, op->a, 0)) {
        x64_place(c, number, op, &row);
        return;
    }
    x64_consume(c, op->a, c->after[number][0]);
    x64_end(c);
    x64_define_flags(c, number);
}

/* ---- ADC_FLAGS SBC_FLAGS CARRY ---- */

/* Lets the host's carry be C of the operand, if it is not already. */
static void emit_carry(struct x64 *c, struct x64_operand flags)
{
    if (flags.kind == OPERAND_REG) {
        x64_rr(&c->as, OP_BT_IMM, 4, flags.reg);
        x64_byte(&c->as, 8);
    } else if (flags.kind == OPERAND_MEM) {
        x64_rm(&c->as, OP_BT_IMM | X_66, 4, x64_operand_mem(flags));
        x64_byte(&c->as, 8);
    }
}

static void emit_addx(struct x64 *c, const struct ir_op *op, const struct x64_args *x)
{
    emit_carry(c, x->in[2]);
    x64_alu_operand(&c->as, op->code == IR_ADC_FLAGS ? ALU_ADC : ALU_SBB, false, x->d, x->in[1]);
    x64_note_flags(c, FLAGS_OF_VALUE, false, 0, 0);
}

void x64_do_add_carry(struct x64 *c, unsigned number, const struct ir_op *op)
{
    static const struct x64_row from_flags = {3, {C_R, C_ANY, C_USE}, OUT_SCRATCH, ROW_GIVES_FLAGS,
                                              0, emit_addx,           NULL};
    static const struct x64_row from_value = {
        3, {C_R, C_ANY, C_RM}, OUT_SCRATCH, ROW_SPOILS | ROW_GIVES_FLAGS, 0, emit_addx, NULL};
    const struct x64_value *at = &c->values[op->c];

    if (!(at->where & AT_FLAGS)) {
        x64_place(c, number, op, &from_value);
        return;
    }
    if (at->where == AT_FLAGS && c->after[number][2] != 0) {
        x64_flags_to_reg(c, op->c);
    }
    c->values[op->c].where &= (uint8_t)~AT_FLAGS;
    c->flags.value = 0;
    x64_place(c, number, op, &from_flags);
}

static void emit_carry_set(struct x64 *c, const struct ir_op *op, const struct x64_args *x)
{
    x64_setcc(&c->as, op->code == IR_CARRY ? CC_B : cc_of(op->cond), x->d);
    x64_rr(&c->as, OP_MOVZX8 | X_BYTE_RM, x->d, x->d);
}

static void emit_carry_bit(struct x64 *c, const struct ir_op *op, const struct x64_args *x)
{
    (void)op;
    x64_shift_imm(&c->as, SHIFT_SHR, false, x->d, 8);
    x64_alu_ri(&c->as, ALU_AND, false, x->d, 1);
}

static const struct x64_row set_row = {1, {C_USE}, OUT_NEW, 0, 0, emit_carry_set, NULL};

void x64_do_carry(struct x64 *c, unsigned number, const struct ir_op *op)
{
    static const struct x64_row from_value = {1, {C_R},          OUT_TIED, ROW_SPOILS,
                                              0, emit_carry_bit, NULL};

    x64_place(c, number, op, c->values[op->a].where & AT_FLAGS ? &set_row : &from_value);
}

/* ---- conditions of FLAGS values ---- */

/* The host's flags become the value. */
static void restore_flags(struct x64 *c, ir_ref value, unsigned after)
{
    const struct x64_value *at = &c->values[value];

    x64_spoil_flags(c);
    if (!(at->where & AT_REG && at->reg == RAX && after == 0)) {
        x64_take_fixed(c, RAX);
        if (at->where & AT_REG) {
            x64_mov_reg(c, value, RAX, at->reg);
        } else {
            x64_load_value(c, value, RAX);
        }
    }
    x64_rr(&c->as, 0x80, ALU_ADD, RAX); /* add al, 0x7f */
    x64_byte(&c->as, 0x7f);
    x64_byte(&c->as, 0x9e); /* sahf */
    x64_end(c);
    x64_note_flags(c, FLAGS_OF_VALUE, false, 0, 0);
    c->flags.value = value;
    c->values[value].where |= AT_FLAGS;
}

void x64_do_test_flags(struct x64 *c, unsigned number, const struct ir_op *op)
{
    if (!(c->values[op->a].where & AT_FLAGS)) {
        restore_flags(c, op->a, c->after[number][0]);
    }
    x64_place(c, number, op, &set_row);
}

/* Bits of the register form one of which must be set for the condition or, if its lowest bit is set,
 * none; 0: that does not do. */
static unsigned form_bits(unsigned cond)
{
    switch (cond & ~1u) {
    case IR_EQ:
        return FORM_Z;
    case IR_LTU:
        return FORM_C;
    case IR_LEU:
        return FORM_C | FORM_Z;
    case IR_MI:
        return FORM_N;
    case IR_VS:
        return FORM_V;
    default:
        return 0;
    }
}

static void emit_test_form(struct x64 *c, struct x64_operand flags, unsigned bits)
{
    if (flags.kind == OPERAND_REG) {
        x64_rr(&c->as, OP_GROUP3, 0, flags.reg);
        x64_imm32(&c->as, bits);
    } else {
        unsigned high = bits > 0xff;
        x64_test_byte(&c->as, x64_at(flags.reg, flags.value + (int32_t)high),
                      high ? bits >> 8 : bits);
    }
}

void x64_do_branch_flags(struct x64 *c, unsigned number, const struct ir_op *op)
{
    unsigned after = c->after[number][0];
    unsigned bits = form_bits(op->cond);
    enum x64_cc cc = cc_of(op->cond);

    if (!(c->values[op->a].where & AT_FLAGS) && bits != 0) {
        x64_spoil_flags(c);
        struct x64_operand flags = x64_resolve(c, op->a, C_RM, after);
        emit_test_form(c, flags, bits);
        cc = op->cond & 1 ? CC_E : CC_NE;
    } else if (!(c->values[op->a].where & AT_FLAGS)) {
        restore_flags(c, op->a, after);
    }
    x64_consume(c, op->a, after);
    x64_end(c);
    x64_branch_to_arm(c, (unsigned)op->imm, cc);
}

/* ---- BRANCH SETC ---- */

/* Sign and zero of a value that the flags tell: is that enough for the condition of value - 0? */
static bool cc_of_result(const struct x64 *c, unsigned cond, enum x64_cc *cc)
{
    if (c->flags.kind == FLAGS_OF_LOGIC) {
        *cc = cc_of(cond);
        return true;
    }
    switch (cond & ~1u) {
    case IR_EQ:
    case IR_MI:
        *cc = cc_of(cond);
        return true;
    case IR_LT:
        *cc = cond == IR_LT ? CC_S : CC_NS;
        return true;
    default:
        return false;
    }
}

/* Do the flags tell the condition already? */
static bool find_cc(const struct x64 *c, const struct ir_op *op, bool wide, enum x64_cc *cc)
{
    if (x64_flags_match(c, FLAGS_OF_SUB, wide, op->a, op->b)) {
        *cc = cc_of(op->cond);
        return true;
    }
    if (op->cond < IR_MI && x64_flags_match(c, FLAGS_OF_SUB, wide, op->b, op->a)) {
        *cc = cc_of(ir_cond_swap((enum ir_cond)op->cond));
        return true;
    }
    return c->flags.result == op->a && c->flags.result != 0 && x64_is_const(c, op->b, 0) &&
           cc_of_result(c, op->cond, cc);
}

/* Compares anew. */
static enum x64_cc compare(struct x64 *c, unsigned number, const struct ir_op *op, bool wide)
{
    bool swap = op->cond < IR_MI && c->ops[op->a].code == IR_CONST;
    ir_ref refs[2] = {swap ? op->b : op->a, swap ? op->a : op->b};
    unsigned cond = swap ? ir_cond_swap((enum ir_cond)op->cond) : op->cond;

    x64_spoil_flags(c);
    struct x64_operand a = x64_resolve(c, refs[0], C_RM, c->after[number][swap]);
    unsigned constraint = a.kind == OPERAND_MEM ? C_RI : C_ANY;
    struct x64_operand b = x64_resolve(c, refs[1], constraint, c->after[number][!swap]);
    x64_emit_cmp(c, wide, a, b);
    x64_note_flags(c, FLAGS_OF_SUB, wide, refs[0], refs[1]);
    c->flags.result = x64_is_const(c, refs[1], 0) ? refs[0] : 0;
    return cc_of(cond);
}

enum x64_cc x64_compare(struct x64 *c, unsigned number, const struct ir_op *op)
{
    bool wide = c->ops[op->a].type == IR_I64;
    enum x64_cc cc;

    if (!find_cc(c, op, wide, &cc)) {
        cc = compare(c, number, op, wide);
    }
    consume_both(c, number, op);
    return cc;
}

void x64_do_branch(struct x64 *c, unsigned number, const struct ir_op *op)
{
    enum x64_cc cc = x64_compare(c, number, op);

    x64_branch_to_arm(c, (unsigned)op->imm, cc);
}

void x64_do_setc(struct x64 *c, unsigned number, const struct ir_op *op)
{
    enum x64_cc cc = x64_compare(c, number, op);
    unsigned d = x64_take(c, X64_GPRS, 0);

    x64_setcc(&c->as, cc, d);
    x64_rr(&c->as, OP_MOVZX8 | X_BYTE_RM, d, d);
    x64_define(c, number, d);
}
