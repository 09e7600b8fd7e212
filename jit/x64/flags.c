// SPDX-License-Identifier: MIT
/*
 * Ops that make or use flags (codegen/flags.c knows which operation has set the host's flags).
 *
 * A FLAGS value that is not in the host's flags is in the form of `lahf; seto al`: N is bit 15, Z 14, C 8, V 0.
 * `add al, 0x7f; sahf` brings that back, as V is the overflow of that addition.
 */
#include "check.h"
#include "x64.h"

#define FORM_N 0x8000u
#define FORM_Z 0x4000u
#define FORM_C 0x0100u
#define FORM_V 0x0001u

#define SAVED_RAX x64_at(RSP, FRAME_SAVE)

static enum x64_cc cc_of(unsigned cond)
{
    static const uint8_t codes[IR_CONDS + 1] = {
        [IR_EQ] = CC_E, [IR_NE] = CC_NE, [IR_LT] = CC_L,   [IR_GE] = CC_GE,  [IR_LE] = CC_LE,
        [IR_GT] = CC_G, [IR_LTU] = CC_B, [IR_GEU] = CC_AE, [IR_LEU] = CC_BE, [IR_GTU] = CC_A,
        [IR_MI] = CC_S, [IR_PL] = CC_NS, [IR_VS] = CC_O,   [IR_VC] = CC_NO,
    };
    return (enum x64_cc)codes[cond];
}

/* ---- ADD_FLAGS SUB_FLAGS LOGIC_FLAGS ---- */

static void emit_add_flags(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_alu_operand(&c->as, ALU_ADD, false, x->d, x->in[1]);
    cg_note_flags(c, FLAGS_OF_ADD, false, op->a, op->b);
}

void x64_emit_cmp(struct cg *c, bool wide, struct cg_operand a, struct cg_operand b)
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

void x64_flags_to_reg(struct cg *c)
{
    x64_byte(&c->as, 0x9f); /* lahf */
    x64_setcc(&c->as, CC_O, RAX);
}

void x64_cond_to_reg(struct cg *c, enum ir_cond cond, unsigned reg)
{
    x64_setcc(&c->as, cc_of(cond), reg);
    x64_rr(&c->as, OP_MOVZX8 | X_BYTE_RM, reg, reg);
}

void x64_store_flags(struct cg *c, struct cg_mem to, bool keep)
{
    if (keep) {
        x64_rm(&c->as, OP_MOV_STORE | X_W, RAX, SAVED_RAX);
    }
    x64_flags_to_reg(c);
    x64_rm(&c->as, OP_MOV_STORE16, RAX, x64_mem_of(to));
    if (keep) {
        x64_rm(&c->as, OP_MOV_LOAD | X_W, RAX, SAVED_RAX);
    }
}

/* Compares a and b again; rax must be free, for one of two operands in memory.  The flags of a sum a + b, b a constant,
 * are those of a - (-b) with the carry inverted. */
static void compare_again(struct cg *c, enum cg_flags_kind kind, struct cg_operand a,
                          struct cg_operand b)
{
    if (kind == FLAGS_OF_ADD) {
        b.value = -b.value;
    }
    if (a.kind == OPERAND_MEM && b.kind == OPERAND_MEM) {
        x64_rm(&c->as, OP_MOV_LOAD, RAX, x64_operand_mem(b));
        b = (struct cg_operand){OPERAND_REG, RAX, 0};
    }
    x64_emit_cmp(c, false, a, b);
    if (kind == FLAGS_OF_ADD) {
        x64_byte(&c->as, 0xf5); /* cmc */
    }
}

void x64_store_flags_of(struct cg *c, enum cg_flags_kind kind, struct cg_operand a,
                        struct cg_operand b, struct cg_mem to, bool keep)
{
    if (keep) {
        x64_rm(&c->as, OP_MOV_STORE | X_W, RAX, SAVED_RAX);
    }
    compare_again(c, kind, a, b);
    x64_store_flags(c, to, false);
    if (keep) {
        x64_rm(&c->as, OP_MOV_LOAD | X_W, RAX, SAVED_RAX);
    }
}

static void emit_sub_flags(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_emit_cmp(c, false, x->in[0], x->in[1]);
    cg_note_flags(c, FLAGS_OF_SUB, false, op->a, op->b);
}

static void emit_logic_flags(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_emit_cmp(c, false, x->in[0], (struct cg_operand){OPERAND_IMM, 0, 0});
    cg_note_flags(c, FLAGS_OF_LOGIC, false, op->a, 0);
    c->flags.result = op->a;
}

static void do_add_flags(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row = CG_ROW(
        OUT_SCRATCH, ROW_SPOILS | ROW_COMMUTES | ROW_GIVES_FLAGS, 0, emit_add_flags, C_R, C_ANY);

    (void)op;
    cg_do_flags(c, number, FLAGS_OF_ADD, IR_ADD, &x64_add_row, &row);
}

static void do_sub_flags(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row =
        CG_ROW(OUT_NONE, ROW_SPOILS | ROW_GIVES_FLAGS, 0, emit_sub_flags, C_RM, C_ANY);

    (void)op;
    cg_do_flags(c, number, FLAGS_OF_SUB, IR_SUB, &x64_sub_row, &row);
}

static void do_logic_flags(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row =
        CG_ROW(OUT_NONE, ROW_SPOILS | ROW_GIVES_FLAGS, 0, emit_logic_flags, C_RM);

    (void)op;
    cg_do_logic_flags(c, number, &row);
}

/* ---- ADC_FLAGS SBC_FLAGS CARRY ---- */

/* Sets the host's carry to C of the operand; an operand that is neither in a register nor in memory is in the host's
 * flags already. */
static void emit_carry(struct cg *c, struct cg_operand flags)
{
    if (flags.kind == OPERAND_REG) {
        x64_rr(&c->as, OP_BT_IMM, 4, flags.reg);
        x64_byte(&c->as, 8);
    } else if (flags.kind == OPERAND_MEM) {
        x64_rm(&c->as, OP_BT_IMM | X_66, 4, x64_operand_mem(flags));
        x64_byte(&c->as, 8);
    }
}

static void emit_addx(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    emit_carry(c, x->in[2]);
    x64_alu_operand(&c->as, op->code == IR_ADC_FLAGS ? ALU_ADC : ALU_SBB, false, x->d, x->in[1]);
    cg_note_flags(c, FLAGS_OF_VALUE, false, 0, 0);
}

static void do_add_carry(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row from_flags =
        CG_ROW(OUT_SCRATCH, ROW_GIVES_FLAGS, 0, emit_addx, C_R, C_ANY, C_USE);
    static const struct cg_row from_value =
        CG_ROW(OUT_SCRATCH, ROW_SPOILS | ROW_GIVES_FLAGS, 0, emit_addx, C_R, C_ANY, C_RM);
    const struct cg_value *at = &c->values[op->c];

    if (!(at->where & AT_FLAGS)) {
        cg_emit_by_row(c, number, op, &from_value);
        return;
    }
    if (at->where == AT_FLAGS && c->after[number][2] != 0) {
        cg_flags_to_reg(c, op->c);
    }
    c->values[op->c].where &= (uint8_t)~AT_FLAGS;
    c->flags.value = 0;
    cg_emit_by_row(c, number, op, &from_flags);
}

static enum ir_cond cond_of(const struct ir_op *op)
{
    return op->code == IR_CARRY ? IR_LTU : (enum ir_cond)op->cond;
}

static void emit_set_if(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    x64_cond_to_reg(c, cond_of(op), x->d);
}

static void emit_carry_bit(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    x64_shift_imm(&c->as, SHIFT_SHR, false, x->d, 8);
    x64_alu_ri(&c->as, ALU_AND, false, x->d, 1);
}

/* CARRY or TEST_FLAGS of a FLAGS value that is in the host's flags: if that is its last use, the result can be there in
 * its place. */
static void test_in_flags(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row set_row = CG_ROW(OUT_NEW, 0, 0, emit_set_if, C_USE);

    if (c->after[number][0] != 0) {
        cg_emit_by_row(c, number, op, &set_row);
        return;
    }
    cg_consume(c, op->a, 0);
    cg_end_op(c);
    cg_define_cond(c, number, cond_of(op));
}

static void do_carry(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row from_value = CG_ROW(OUT_TIED, ROW_SPOILS, 0, emit_carry_bit, C_R);

    if (c->values[op->a].where & AT_FLAGS) {
        test_in_flags(c, number, op);
    } else {
        cg_emit_by_row(c, number, op, &from_value);
    }
}

/* ---- conditions of FLAGS values ---- */

void x64_branch_to_arm(struct cg *c, unsigned arm, enum x64_cc cc)
{
    cg_leave_to_arm(c, arm);
    c->arms[arm].jump = x64_jcc_later(&c->as, cc);
}

/* Brings a FLAGS value back into the host's flags. */
static void restore_flags(struct cg *c, ir_ref value, unsigned after)
{
    const struct cg_value *at = &c->values[value];

    cg_spoil_flags(c);
    if (!(at->where & AT_REG && at->reg == RAX && after == 0)) {
        cg_take_fixed(c, RAX);
        if (at->where & AT_REG) {
            cg_move(c, value, RAX, at->reg);
        } else {
            cg_load_value(c, value, RAX);
        }
    }
    x64_rr(&c->as, 0x80, ALU_ADD, RAX); /* add al, 0x7f */
    x64_byte(&c->as, 0x7f);
    x64_byte(&c->as, 0x9e); /* sahf */
    cg_end_op(c);
    cg_note_flags(c, FLAGS_OF_VALUE, false, 0, 0);
    c->flags.value = value;
    c->values[value].where |= AT_FLAGS;
}

/* A mask for a FLAGS value in the form of a slot: the condition holds if one of these bits is set or, if the condition's
 * number is odd, if none is.  0: the condition (N against V) cannot be tested so. */
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

static void emit_test_form(struct cg *c, struct cg_operand flags, unsigned bits)
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

/* Tests a FLAGS value in the form of a slot, by a mask of form_bits().  Returns the condition to be asked of the flags. */
static enum ir_cond test_form(struct cg *c, unsigned number, const struct ir_op *op, unsigned bits)
{
    cg_spoil_flags(c);
    struct cg_operand flags = cg_resolve(c, op->a, C_RM, c->after[number][0]);
    emit_test_form(c, flags, bits);
    return op->cond & 1 ? IR_EQ : IR_NE;
}

static void do_test_flags(struct cg *c, unsigned number, const struct ir_op *op)
{
    unsigned after = c->after[number][0];
    unsigned bits = form_bits(op->cond);

    if (!(c->values[op->a].where & AT_FLAGS) && bits != 0) {
        enum ir_cond cond = test_form(c, number, op, bits);
        cg_consume(c, op->a, after);
        cg_end_op(c);
        cg_define_cond(c, number, cond);
        return;
    }
    if (!(c->values[op->a].where & AT_FLAGS)) {
        restore_flags(c, op->a, after);
    }
    test_in_flags(c, number, op);
}

static void do_branch_flags(struct cg *c, unsigned number, const struct ir_op *op)
{
    unsigned after = c->after[number][0];
    unsigned bits = form_bits(op->cond);
    enum x64_cc cc = cc_of(op->cond);

    if (!(c->values[op->a].where & AT_FLAGS) && bits != 0) {
        cc = cc_of(test_form(c, number, op, bits));
    } else if (!(c->values[op->a].where & AT_FLAGS)) {
        restore_flags(c, op->a, after);
    }
    cg_consume(c, op->a, after);
    cg_end_op(c);
    x64_branch_to_arm(c, (unsigned)op->imm, cc);
}

/* ---- BRANCH SETC ---- */

static void do_branch(struct cg *c, unsigned number, const struct ir_op *op)
{
    enum x64_cc cc = cc_of(cg_compare(c, number, op));

    x64_branch_to_arm(c, (unsigned)op->imm, cc);
}

static void do_setc(struct cg *c, unsigned number, const struct ir_op *op)
{
    cg_define_cond(c, number, cg_compare(c, number, op));
}

/* ---- SELECT GIVE_BACK: what is asked of the host's flags ---- */

/* Makes the host's flags tell whether the I32 is not 0, and returns the condition to be asked of them. */
static enum x64_cc bring_cond(struct cg *c, ir_ref value)
{
    if (cg_is_cond(c, value)) {
        return cc_of(c->flags.cond);
    }
    if (c->flags.result != value) {
        cg_spoil_flags(c);
        struct cg_operand tested = cg_resolve(c, value, C_R, 1);
        x64_rr(&c->as, OP_TEST, tested.reg, tested.reg);
        cg_note_flags(c, FLAGS_OF_LOGIC, false, value, 0);
        c->flags.result = value;
    }
    return CC_NE;
}

static void emit_select(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    uint32_t opcode = OP_CMOV | (uint32_t)x64_of(c)->choice | x64_w(x->wide);

    (void)op;
    if (x->in[1].kind == OPERAND_MEM) {
        x64_rm(&c->as, opcode, x->d, x64_operand_mem(x->in[1]));
    } else {
        x64_rr(&c->as, opcode, x->d, x->in[1].reg);
    }
}

static void do_select(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row = CG_ROW(OUT_TIED_C, 0, 0, emit_select, C_USE, C_RM, C_ANY);

    x64_of(c)->choice = bring_cond(c, op->a);
    cg_emit_by_row(c, number, op, &row);
}

static void do_give_back(struct cg *c, unsigned number, const struct ir_op *op)
{
    enum x64_cc cc = bring_cond(c, op->a);
    unsigned sum = cg_take(c, X64_GPRS, c->locked);

    c->temps |= CG_BIT(sum);
    x64_rm(&c->as, OP_LEA | X_W, sum, x64_at(BUDGET, op->imm));
    x64_rr(&c->as, OP_CMOV | (uint32_t)cc | X_W, BUDGET, sum);
    cg_consume(c, op->a, c->after[number][0]);
    cg_end_op(c);
}

/* ---- the rows ---- */

/* clang-format off */
const struct cg_row x64_flag_rows[IR_CODES] = {
    [IR_ADD_FLAGS]    = CG_SPECIAL(do_add_flags),
    [IR_SUB_FLAGS]    = CG_SPECIAL(do_sub_flags),
    [IR_ADC_FLAGS]    = CG_SPECIAL(do_add_carry),
    [IR_SBC_FLAGS]    = CG_SPECIAL(do_add_carry),
    [IR_LOGIC_FLAGS]  = CG_SPECIAL(do_logic_flags),
    [IR_CARRY]        = CG_SPECIAL(do_carry),
    [IR_TEST_FLAGS]   = CG_SPECIAL(do_test_flags),
    [IR_SETC]         = CG_SPECIAL(do_setc),
    [IR_SELECT]       = CG_SPECIAL(do_select),
    [IR_GIVE_BACK]    = CG_SPECIAL(do_give_back),
    [IR_BRANCH]       = CG_SPECIAL(do_branch),
    [IR_BRANCH_FLAGS] = CG_SPECIAL(do_branch_flags),
};
/* clang-format on */
