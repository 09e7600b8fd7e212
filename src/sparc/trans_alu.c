// SPDX-License-Identifier: MIT
/* Translator: arithmetic, logic, shifts, multiply, divide, Y and WIM.  SPARC V8 B.9 to B.19, B.28, B.29. */
#include "sparc/translation.h"

enum flow trans_sethi(struct translation *t, const struct insn *f, unsigned insn)
{
    (void)insn;
    trans_write(t, f->rd, trans_const(t, (uint32_t)f->imm));
    return FLOW_ON;
}

/* ---- B.11, B.13, B.15: an op of two operands, the second one perhaps inverted ---- */

static void set_flags(struct translation *t, enum ir_code code, ir_ref a, ir_ref b, ir_ref c)
{
    struct ir_op op = {.code = (uint8_t)code, .type = IR_FLAGS, .a = a, .b = b, .c = c};
    ir_set(t->block, SLOT_ICC, ir_add_op(t->block, op));
}

static ir_ref inverted(struct translation *t, const struct insn *f, ir_ref b)
{
    if (f->word & INSN_IMMEDIATE) {
        return trans_const(t, ~(uint32_t)f->imm);
    }
    return ir_unary(t->block, IR_NOT, IR_I32, b);
}

enum flow trans_alu(struct translation *t, const struct insn *f, unsigned insn)
{
    unsigned flags = insn_rows[f->row].flags;
    enum ir_code code = trans_code(f);
    ir_ref a = trans_operand1(t, f);
    ir_ref b = trans_operand2(t, f);
    ir_ref result;
    (void)insn;

    b = flags & INSN_F_INVERT ? inverted(t, f, b) : b;
    result = trans_op(t, code, a, b);
    trans_write(t, f->rd, result);
    if (!(flags & INSN_F_ICC)) {
        return FLOW_ON;
    }
    if (code == IR_ADD || code == IR_SUB) {
        set_flags(t, code == IR_ADD ? IR_ADD_FLAGS : IR_SUB_FLAGS, a, b, 0);
    } else {
        set_flags(t, IR_LOGIC_FLAGS, result, 0, 0);
    }
    return FLOW_ON;
}

/* ADDX, SUBX and their cc forms. */
enum flow trans_addx(struct translation *t, const struct insn *f, unsigned insn)
{
    enum ir_code code = trans_code(f);
    ir_ref a = trans_operand1(t, f);
    ir_ref b = trans_operand2(t, f);
    ir_ref flags = ir_get(t->block, SLOT_ICC);
    ir_ref carry = ir_unary(t->block, IR_CARRY, IR_I32, flags);
    (void)insn;
    trans_write(t, f->rd, trans_op(t, code, trans_op(t, code, a, b), carry));
    if (insn_rows[f->row].flags & INSN_F_ICC) {
        set_flags(t, code == IR_ADD ? IR_ADC_FLAGS : IR_SBC_FLAGS, a, b, flags);
    }
    return FLOW_ON;
}

/* ---- B.17, B.18 multiply ---- */

enum flow trans_mulscc(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref one = trans_const(t, 1);
    ir_ref high = trans_const(t, 31);
    ir_ref rs1 = trans_operand1(t, f);
    ir_ref y = ir_get(t->block, SLOT_Y);
    struct ir_op test = {.code = IR_TEST_FLAGS, .type = IR_I32, .cond = IR_LT};
    ir_ref sign, a, b;
    (void)insn;

    test.a = ir_get(t->block, SLOT_ICC);
    sign = ir_add_op(t->block, test);
    a = trans_op(t, IR_OR, trans_op(t, IR_SHR, rs1, one), trans_op(t, IR_SHL, sign, high));
    b = trans_op(t, IR_AND, trans_operand2(t, f),
                 ir_unary(t->block, IR_NEG, IR_I32, trans_op(t, IR_AND, y, one)));
    ir_set(t->block, SLOT_Y,
           trans_op(t, IR_OR, trans_op(t, IR_SHR, y, one), trans_op(t, IR_SHL, rs1, high)));
    trans_write(t, f->rd, trans_op(t, IR_ADD, a, b));
    set_flags(t, IR_ADD_FLAGS, a, b, 0);
    return FLOW_ON;
}

enum flow trans_multiply(struct translation *t, const struct insn *f, unsigned insn)
{
    enum ir_code widen = trans_code(f);
    ir_ref a = ir_unary(t->block, widen, IR_I64, trans_operand1(t, f));
    ir_ref b = ir_unary(t->block, widen, IR_I64, trans_operand2(t, f));
    ir_ref product = ir_binary(t->block, IR_MUL, IR_I64, a, b);
    ir_ref low = ir_unary(t->block, IR_LOW, IR_I32, product);
    (void)insn;

    ir_set(t->block, SLOT_Y, ir_unary(t->block, IR_HIGH, IR_I32, product));
    trans_write(t, f->rd, low);
    if (insn_rows[f->row].flags & INSN_F_ICC) {
        set_flags(t, IR_LOGIC_FLAGS, low, 0, 0);
    }
    return FLOW_ON;
}

/* ---- B.19 divide ---- */

static ir_ref select_value(struct translation *t, ir_ref condition, ir_ref yes, ir_ref no)
{
    struct ir_op op = {.code = IR_SELECT, .type = IR_I32, .a = condition, .b = yes, .c = no};
    return ir_add_op(t->block, op);
}

/* Y:rs1 / operand 2; a quotient of more than 32 bits saturates to 0xffffffff. */
enum flow trans_udiv(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref b = trans_operand2(t, f);
    ir_ref dividend, quotient, high;

    if (t->in_arm || ((f->word & INSN_IMMEDIATE) && f->imm == 0)) {
        return trans_step(t, f, insn);
    }
    trans_step_if(t, IR_EQ, b, trans_const(t, 0), insn);
    dividend = ir_binary(t->block, IR_PACK, IR_I64, ir_get(t->block, SLOT_Y), trans_operand1(t, f));
    quotient =
        ir_binary(t->block, IR_DIVU, IR_I64, dividend, ir_unary(t->block, IR_ZEXT32, IR_I64, b));
    high = ir_unary(t->block, IR_HIGH, IR_I32, quotient);
    trans_write(t, f->rd,
                select_value(t, high, trans_const(t, UINT32_MAX),
                             ir_unary(t->block, IR_LOW, IR_I32, quotient)));
    return FLOW_ON;
}

/* What a signed quotient that does not fit into 32 bits saturates to: the least number or, if y and b have the same sign,
 * the greatest. */
static ir_ref saturated(struct translation *t, ir_ref y, ir_ref b)
{
    ir_ref is_negative = trans_op(t, IR_SHR, trans_op(t, IR_XOR, y, b), trans_const(t, 31));
    return trans_op(t, IR_ADD, is_negative, trans_const(t, INT32_MAX));
}

/* Y:rs1 / operand 2.  -2^63 / -1 gives -2^63 in the IR, which saturates as 2^63 does, by the operands' signs. */
enum flow trans_sdiv(struct translation *t, const struct insn *f, unsigned insn)
{
    struct ir_op fits = {.code = IR_SETC, .type = IR_I32, .cond = IR_EQ};
    ir_ref b = trans_operand2(t, f);
    ir_ref y, dividend, low;

    if (t->in_arm || ((f->word & INSN_IMMEDIATE) && f->imm == 0)) {
        return trans_step(t, f, insn);
    }
    trans_step_if(t, IR_EQ, b, trans_const(t, 0), insn);
    y = ir_get(t->block, SLOT_Y);
    dividend = ir_binary(t->block, IR_PACK, IR_I64, y, trans_operand1(t, f));
    fits.a =
        ir_binary(t->block, IR_DIVS, IR_I64, dividend, ir_unary(t->block, IR_SEXT32, IR_I64, b));
    low = ir_unary(t->block, IR_LOW, IR_I32, fits.a);
    fits.b = ir_unary(t->block, IR_SEXT32, IR_I64, low);
    trans_write(t, f->rd, select_value(t, ir_add_op(t->block, fits), low, saturated(t, y, b)));
    return FLOW_ON;
}

/* ---- B.28, B.29: state registers; in user mode trans_insn() does not call the privileged rows' functions ---- */

enum flow trans_rdy(struct translation *t, const struct insn *f, unsigned insn)
{
    (void)insn;
    trans_write(t, f->rd, ir_get(t->block, SLOT_Y));
    return FLOW_ON;
}

enum flow trans_wry(struct translation *t, const struct insn *f, unsigned insn)
{
    (void)insn;
    ir_set(t->block, SLOT_Y, trans_written(t, f));
    return FLOW_ON;
}

enum flow trans_rdwim(struct translation *t, const struct insn *f, unsigned insn)
{
    (void)insn;
    trans_write(t, f->rd, ir_get(t->block, SLOT_WIM));
    return FLOW_ON;
}

enum flow trans_rdtbr(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref tt;
    (void)insn;
    tt = trans_op(t, IR_SHL, ir_get(t->block, SLOT_TT), trans_const(t, 4));
    trans_write(t, f->rd, trans_op(t, IR_OR, ir_get(t->block, SLOT_TBA), tt));
    return FLOW_ON;
}

enum flow trans_wrtbr(struct translation *t, const struct insn *f, unsigned insn)
{
    (void)insn;
    ir_set(t->block, SLOT_TBA, trans_op(t, IR_AND, trans_written(t, f), trans_const(t, TBR_TBA)));
    return FLOW_ON;
}
