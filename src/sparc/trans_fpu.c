// SPDX-License-Identifier: MIT
/*
 * Translator: floating point.  SPARC V8 B.33, 4.4.
 *
 * An FPop becomes an FP op of the IR, which the host executes, unless a trap is pending (MODE_FP_SLOW).  Its exceptions
 * matter only when the FSR is read.  So aexc stays in the host's sticky flags until then, and cexc is worked out from
 * the last FPop and its operands, which generated code keeps (last_fpop).
 *
 * Which FPops the interpreter must perform, after the host has tried:
 *     MODE_FP_TRAPS   traps are enabled, but not for inexact: those that may have raised another exception
 *     MODE_FP_EXACT   a trap is enabled for inexact, too: also those whose result was rounded
 *     GRFPU           the FPU knows no denormal numbers: those with such an operand
 * A register that an FPop of the block has written or read holds no denormal number after that, or the block has been
 * left; so it is not checked again (fp_normal).
 */
#include "bits.h"
#include "sparc/translation.h"

/* The IR op of an FPop, and whether its operands and its result are doubles, that is, pairs of registers. */
struct fp_shape {
    enum ir_code code;
    bool from_double, to_double;
};

static struct fp_shape shape_of(const struct insn *f)
{
    const struct insn_row *row = &insn_rows[f->row];
    struct fp_shape shape = {trans_code(f), row->from == 2, row->to == 2};
    return shape;
}

static bool is_plain(const struct translation *t)
{
    return mode_has_fpu(t->request->mode);
}

static bool may_trap(const struct translation *t)
{
    return t->request->mode & MODE_FP_TRAPS;
}

static bool must_be_exact(const struct translation *t)
{
    return (t->request->mode & MODE_FP) == MODE_FP_EXACT;
}

/* The checks (IR_FP_RANGE, IR_FP_EXACT) that the results of an op need. */
static unsigned result_checks(const struct translation *t, enum ir_code code)
{
    unsigned flags = ir_rows[code].flags;
    return (may_trap(t) && flags & IR_F_RANGE ? IR_FP_RANGE : 0u) |
           (must_be_exact(t) && flags & IR_F_ROUNDS ? IR_FP_EXACT : 0u);
}

/* ---- denormal numbers ---- */

static bool knows_no_denormals(const struct translation *t)
{
    return t->request->cpu->config.fpu > CPU_FPU_IEEE;
}

void trans_fp_forget(struct translation *t, unsigned number, bool is_pair)
{
    uint32_t words = (is_pair ? 3u : 1u) << number;
    uint32_t pair = 1u << number / 2;

    t->fp_normal &= ~words;
    t->fp_normal_pairs &= ~pair;
    t->fp_singles &= ~words;
    t->fp_doubles = is_pair ? t->fp_doubles | pair : t->fp_doubles & ~pair;
}

/* An FPop has written or read the register without the interpreter's help, so it holds no denormal number. */
static void learn_normal(struct translation *t, unsigned number, bool is_pair)
{
    if (is_pair) {
        t->fp_normal_pairs |= 1u << number / 2;
    } else {
        t->fp_normal |= 1u << number;
    }
}

static bool may_be_denormal(const struct translation *t, unsigned number, bool is_pair)
{
    bool known = is_pair ? t->fp_normal_pairs >> number / 2 & 1 : t->fp_normal >> number & 1;
    return knows_no_denormals(t) && !known;
}

/* Returns `check` (IR_FP_A or IR_FP_B) for an operand that may be denormal, which counts as checked from then on;
 * else 0. */
static unsigned check_of(struct translation *t, unsigned check, unsigned number, bool is_pair)
{
    if (!may_be_denormal(t, number, is_pair)) {
        return 0;
    }
    learn_normal(t, number, is_pair);
    return check;
}

/* The same for a single that is widened before the op, where IR_FP_A and IR_FP_B would look at the double: adds ops
 * that leave for an arm, where the interpreter performs the FPop, if it is denormal (or the least normal number). */
static void refuse_denormal(struct translation *t, unsigned number, unsigned insn)
{
    ir_ref word, magnitude;

    if (!may_be_denormal(t, number, false)) {
        return;
    }
    word = ir_get(t->block, SLOT_F + number);
    magnitude = trans_op(t, IR_SHL, word, trans_const(t, 1));
    magnitude = trans_op(t, IR_ADD, magnitude, trans_const(t, UINT32_MAX));
    trans_step_if(t, IR_LTU, magnitude, trans_const(t, 1u << 24), insn);
    learn_normal(t, number, false);
}

/* ---- FPops ---- */

/* Leaves an FP instruction to the interpreter.  If the FPU is off the instruction is sure to trap, and the block
 * ends. */
enum flow trans_fp_step(struct translation *t, const struct insn *f, unsigned insn)
{
    t->fp_normal = t->fp_normal_pairs = 0;
    if (!(t->request->mode & MODE_EF)) {
        return trans_quit(t, f, insn);
    }
    return trans_step(t, f, insn);
}

bool trans_fp_is_ready(struct translation *t, unsigned insn, bool is_special)
{
    bool slow = (t->request->mode & MODE_FP) == MODE_FP_SLOW;

    if (is_special || !(t->request->mode & MODE_EF) || (slow && t->in_arm)) {
        return false;
    }
    if (slow) {
        trans_step_if(t, IR_NE, ir_get(t->block, SLOT_FPSTATE), trans_const(t, FP_EXECUTE), insn);
    }
    return true;
}

static void begin_fp(struct translation *t)
{
    struct ir_op op = {.code = IR_FBEGIN};
    if (!t->fp_begun) {
        t->fp_begun = true;
        ir_add_op(t->block, op);
    }
}

/* Writes the result of an FPop, which is no denormal number, to rd. */
static void set_result(struct translation *t, unsigned number, bool is_pair, ir_ref value)
{
    ir_set(t->block, is_pair ? SLOT_D + number / 2 : SLOT_FS + number, value);
    trans_fp_forget(t, number, is_pair);
    learn_normal(t, number, is_pair);
    t->fp_singles |= is_pair ? 0u : 1u << number;
}

static unsigned slot_of(unsigned number, bool is_double)
{
    return is_double ? SLOT_D + number / 2 : SLOT_FS + number;
}

static ir_ref get_operand(struct translation *t, unsigned number, bool is_double)
{
    if (is_double) {
        t->fp_doubles |= 1u << number / 2;
    } else {
        t->fp_singles |= 1u << number;
    }
    return ir_get(t->block, slot_of(number, is_double));
}

static ir_ref fp_op(struct translation *t, enum ir_code code, enum ir_type type, ir_ref a, ir_ref b)
{
    struct ir_op op = {.code = (uint8_t)code, .type = (uint8_t)type, .a = a, .b = b};
    op.insn = IR_NONE;
    return ir_add_op(t->block, op);
}

/* Adds an FP op with the instruction that step() performs if a check fails, and the slot of its result. */
static ir_ref fp_op_at(struct translation *t, struct ir_op op, unsigned slot, unsigned insn)
{
    op.slot = (uint8_t)slot;
    op.insn = (uint16_t)insn;
    return ir_add_op(t->block, op);
}

/* Keeps the FPop and its operands, from which FSR.cexc is worked out if somebody reads it. */
static void keep_for_cexc(struct translation *t, const struct insn *f, ir_ref a, ir_ref b,
                          bool is_double)
{
    ir_set(t->block, SLOT_FPOP, trans_const(t, f->row));
    if (a != 0) {
        ir_set(t->block, is_double ? SLOT_FPA_D : SLOT_FPA_S, a);
    }
    if (b != 0) {
        ir_set(t->block, is_double ? SLOT_FPB_D : SLOT_FPB_S, b);
    }
}

enum flow trans_fp_arith(struct translation *t, const struct insn *f, unsigned insn)
{
    struct fp_shape shape = shape_of(f);
    unsigned odd = (shape.from_double ? f->rs1 | f->rs2 : 0) | (shape.to_double ? f->rd : 0);
    unsigned slot = slot_of(f->rd, shape.to_double);
    bool widens = shape.to_double && !shape.from_double; /* FSMULD */
    struct ir_op op = {.code = (uint8_t)shape.code, .type = shape.to_double ? IR_F64 : IR_F32};
    ir_ref a, b;

    if (!is_plain(t) || (odd & 1) || (widens && t->in_arm)) {
        return trans_fp_step(t, f, insn);
    }
    begin_fp(t);
    a = get_operand(t, f->rs1, shape.from_double);
    b = get_operand(t, f->rs2, shape.from_double);
    op.a = a;
    op.b = b;
    if (widens) { /* the product of the widened operands is exact */
        refuse_denormal(t, f->rs1, insn);
        refuse_denormal(t, f->rs2, insn);
        op.a = fp_op(t, IR_FWIDEN, IR_F64, a, 0);
        op.b = fp_op(t, IR_FWIDEN, IR_F64, b, 0);
    } else {
        op.cond = (uint8_t)(check_of(t, IR_FP_A, f->rs1, shape.from_double) |
                            check_of(t, IR_FP_B, f->rs2, shape.from_double) |
                            result_checks(t, shape.code));
    }
    set_result(t, f->rd, shape.to_double, fp_op_at(t, op, slot, insn));
    keep_for_cexc(t, f, a, b, shape.from_double);
    return FLOW_ON;
}

/* FITOs, FITOd.  A double holds every integer exactly; so where a single must be exact, it is made by narrowing the
 * double, with the checks of FNARROW. */
static enum flow from_integer(struct translation *t, const struct insn *f, unsigned insn,
                              struct fp_shape shape)
{
    bool narrowed = must_be_exact(t) && !shape.to_double;
    ir_ref integer = ir_get(t->block, SLOT_F + f->rs2);
    ir_ref value = fp_op(t, IR_FFROMI, shape.to_double || narrowed ? IR_F64 : IR_F32, integer, 0);

    if (narrowed) {
        struct ir_op op = {.code = IR_FNARROW, .type = IR_F32, .cond = IR_FP_RANGE | IR_FP_EXACT};
        op.a = value;
        value = fp_op_at(t, op, slot_of(f->rd, false), insn);
    }
    set_result(t, f->rd, shape.to_double, value);
    ir_set(t->block, SLOT_FPOP, trans_const(t, f->row));
    ir_set(t->block, SLOT_FPA_W, integer);
    return FLOW_ON;
}

/* One operand: square root, conversions. */
enum flow trans_fp_convert(struct translation *t, const struct insn *f, unsigned insn)
{
    struct fp_shape shape = shape_of(f);
    unsigned odd = (shape.from_double ? f->rs2 : 0) | (shape.to_double ? f->rd : 0);
    struct ir_op op = {.code = (uint8_t)shape.code, .type = shape.to_double ? IR_F64 : IR_F32};
    unsigned slot = slot_of(f->rd, shape.to_double);

    if (!is_plain(t) || (odd & 1)) {
        return trans_fp_step(t, f, insn);
    }
    begin_fp(t);
    if (shape.code == IR_FFROMI) {
        return from_integer(t, f, insn, shape);
    }
    op.a = get_operand(t, f->rs2, shape.from_double);
    op.cond = (uint8_t)check_of(t, IR_FP_A, f->rs2, shape.from_double);
    op.cond |= (uint8_t)result_checks(t, shape.code);
    if (shape.code == IR_FTOI) {
        op.type = IR_I32;
        slot = SLOT_F + f->rd;
        ir_set(t->block, slot, fp_op_at(t, op, slot, insn));
        trans_fp_forget(t, f->rd, false);
    } else {
        set_result(t, f->rd, shape.to_double, fp_op_at(t, op, slot, insn));
    }
    keep_for_cexc(t, f, op.a, 0, shape.from_double);
    return FLOW_ON;
}

enum flow trans_fp_compare(struct translation *t, const struct insn *f, unsigned insn)
{
    struct fp_shape shape = shape_of(f);
    /* Unordered is left to the interpreter where it may trap, and where the host's invalid does not accrue
     * (accrued_of() in jit_env_state.c). */
    bool with_nan_to_guest = may_trap(t) || knows_no_denormals(t);
    ir_ref a, b, relation;

    if (!is_plain(t) || (shape.from_double && ((f->rs1 | f->rs2) & 1)) ||
        (with_nan_to_guest && t->in_arm)) {
        return trans_fp_step(t, f, insn);
    }
    begin_fp(t);
    a = get_operand(t, f->rs1, shape.from_double);
    b = get_operand(t, f->rs2, shape.from_double);
    relation = fp_op(t, shape.code, IR_I32, a, b);
    if (with_nan_to_guest) {
        trans_step_if(t, IR_EQ, relation, trans_const(t, 3), insn);
    }
    ir_set(t->block, SLOT_FCC, relation);
    keep_for_cexc(t, f, a, b, shape.from_double);
    return FLOW_ON;
}

/* ---- FMOVs, FNEGs, FABSs: operations on the bits, without exceptions ---- */

/* How the instruction is translated: as one on `words` registers, from `from` on. */
struct fp_move {
    unsigned row, from, to;
    bool is_pair;
};

/* Doubles are moved by two instructions, the first of which, FMOVs, FNEGs or FABSs, is for the word with the sign; or the
 * second, in the other order.  Is this the second? */
static bool completes_pair(const struct translation *t, const struct insn *f, unsigned insn)
{
    unsigned row_of_odd = f->rd & 1 ? f->row : t->moved.row;

    return t->moved.insn + 1 == insn && f->rs2 == (t->moved.rs2 ^ 1) &&
           f->rd == (t->moved.rd ^ 1) && (f->rs2 & 1) == (f->rd & 1) && f->rs2 != f->rd &&
           row_of_odd == INSN_FMOVS;
}

/* A double is moved as one, so that it can stay in a vector register: by its second word's instruction, which then writes
 * both words; or, where it changes its sign in place, by the only instruction. */
static struct fp_move describe_move(const struct translation *t, const struct insn *f,
                                    unsigned insn)
{
    struct fp_move move = {f->row, f->rs2, f->rd, false};

    if (completes_pair(t, f, insn)) {
        move = (struct fp_move){f->rd & 1 ? t->moved.row : f->row, f->rs2 & 30u, f->rd & 30u, true};
    } else if (f->rs2 == f->rd && !(f->rd & 1)) {
        move.is_pair = t->fp_doubles >> f->rd / 2 & 1;
    }
    return move;
}

static ir_ref moved_word(struct translation *t, const struct fp_move *move)
{
    ir_ref value = ir_get(t->block, SLOT_F + move->from);

    switch (move->row) {
    case INSN_FNEGS:
        return trans_op(t, IR_XOR, value, trans_const(t, 0x80000000));
    case INSN_FABSS:
        return trans_op(t, IR_AND, value, trans_const(t, 0x7fffffff));
    default:
        return value;
    }
}

static ir_ref moved_number(struct translation *t, const struct fp_move *move)
{
    enum ir_type type = move->is_pair ? IR_F64 : IR_F32;
    ir_ref value = ir_get(t->block, slot_of(move->from, move->is_pair));

    switch (move->row) {
    case INSN_FNEGS:
        return ir_unary(t->block, IR_FNEG, type, value);
    case INSN_FABSS:
        return ir_unary(t->block, IR_FABS, type, value);
    default:
        return value;
    }
}

enum flow trans_fp_move(struct translation *t, const struct insn *f, unsigned insn)
{
    struct fp_move move = describe_move(t, f, insn);
    bool is_number = move.is_pair || t->fp_singles >> move.from & 1;

    if (!trans_fp_is_ready(t, insn, false)) {
        return trans_fp_step(t, f, insn);
    }
    if (is_number) {
        ir_set(t->block, slot_of(move.to, move.is_pair), moved_number(t, &move));
    } else {
        ir_set(t->block, SLOT_F + move.to, moved_word(t, &move));
    }
    ir_set(t->block, SLOT_FPOP, trans_const(t, f->row));
    bool normal =
        (move.is_pair ? t->fp_normal_pairs >> move.from / 2 : t->fp_normal >> move.from) & 1;
    trans_fp_forget(t, move.to, move.is_pair);
    if (normal) {
        learn_normal(t, move.to, move.is_pair);
    }
    t->fp_singles |= is_number && !move.is_pair ? 1u << move.to : 0u;
    t->moved.insn = insn;
    t->moved.row = f->row;
    t->moved.rs2 = f->rs2;
    t->moved.rd = f->rd;
    return FLOW_ON;
}
