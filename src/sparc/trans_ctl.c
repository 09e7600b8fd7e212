// SPDX-License-Identifier: MIT
/*
 * Translator: control transfer and register windows.  SPARC V8 B.20 to B.27, B.31.
 *
 * A branch is translated together with its delay instruction: first the branch, then the delay instruction
 * on each side that executes it, so that its npc is known and nothing comes between a compare and its
 * branch.
 */
#include "bits.h"
#include "sparc/translation.h"

/* The delay instruction at t->pc + 4.  False: it cannot be translated together with the branch. */
static bool fetch_delay(const struct translation *t, struct insn *delay)
{
    return t->request->max_insns > 1 && trans_fetch(t, t->pc + 4, delay) &&
           !(insn_rows[delay->row].flags & INSN_F_CTI);
}

#define SEGMENT_INSNS 16 /* at least */

#define LONG_LOOP_INSNS  128
#define LONG_LOOP_ROUNDS 4
#define LONG_LOOP_MOST   240

/* The most instructions of a loop whose round has this length. */
static unsigned most_of_loop(const struct translation *t, unsigned length)
{
    unsigned rounds = LONG_LOOP_ROUNDS * length;

    if (!t->request->long_loop || t->limit == 1) {
        return t->limit;
    }
    rounds = rounds < LONG_LOOP_MOST ? rounds : LONG_LOOP_MOST;
    return rounds > LONG_LOOP_INSNS ? rounds : LONG_LOOP_INSNS;
}

/* Is another round of the loop to be translated?  A loop that begins where the block does is unrolled, so that values
 * stay in host registers from round to round: at least twice (unless it is long), and as often as there is room. */
static bool goes_round(struct translation *t)
{
    unsigned length = t->done - t->round_done;
    unsigned arms = t->arm_count - t->round_arms;
    bool fits = t->done + length <= most_of_loop(t, length) ||
                (t->round_done == 0 && t->limit > 1 && length <= t->limit * 3 / 4);

    if (t->pc != t->request->pc || t->window != 0 || length == 0 || !fits ||
        t->block->insn_count + length + 2 * (t->arm_count + arms) + 4 > IR_MAX_INSNS ||
        t->arm_count + arms + 4 > IR_MAX_ARMS || t->block->op_count > IR_MAX_OPS / 4) {
        return false;
    }
    t->limit = t->done + length > t->limit ? t->done + length : t->limit;
    t->round_done = t->done;
    t->round_arms = t->arm_count;
    t->round_insn = t->block->insn_count;
    if (t->done - t->segment_done >= SEGMENT_INSNS && t->segment + 1 < TRANSLATE_MAX_SEGMENTS) {
        trans_segment(t);
    }
    return true;
}

#define DISPATCH_INSNS 12 /* at most */

/* Does the code at pc lead to a computed jump, as a switch in a loop does?  Then each way back to it gets a copy of
 * that code, since the host predicts many copies of an indirect jump better than a single one. */
static bool is_dispatch(const struct translation *t, uint32_t pc)
{
    struct insn f;

    for (unsigned i = 0; i < DISPATCH_INSNS && trans_fetch(t, pc, &f); i++, pc += 4) {
        if (f.row == INSN_JMPL) {
            return f.rd == 0 && f.rs1 != 15 && f.rs1 != 31; /* no return */
        }
        if ((insn_rows[f.row].flags & INSN_F_CTI) && (f.row != INSN_BICC || f.imm < 0)) {
            return false;
        }
    }
    return false;
}

/* Goes on at target; `flow` is that of the instruction before.  A block ends where the flow goes back, so that a
 * block of its own begins at the target; else the same loop could be in as many blocks as it has instructions. */
static enum flow arrive(struct translation *t, enum flow flow, uint32_t target, bool back)
{
    t->pc = target;
    if (flow != FLOW_ON) {
        return flow;
    }
    if (back && goes_round(t)) {
        return FLOW_ON;
    }
    if (back && !is_dispatch(t, target)) {
        return FLOW_STOP;
    }
    return trans_was_here(t, target) ? FLOW_STOP : FLOW_ON;
}

/* Executes the delay instruction of the branch at t->pc on the main path, then goes on at target. */
static enum flow follow(struct translation *t, const struct insn *delay, uint32_t target, bool back)
{
    unsigned insn = trans_new_insn(t, delay, t->pc + 4, target);

    return arrive(t, trans_insn(t, delay, insn), target, back);
}

/* ---- conditional branches ---- */

/* Bicc's conditions 1..7; 8..15 are their inverses. */
static const uint8_t conditions[8] = {
    [1] = IR_EQ, [2] = IR_LE, [3] = IR_LT, [4] = IR_LEU, [5] = IR_LTU, [6] = IR_MI, [7] = IR_VS,
};

enum ir_cond trans_condition(const struct insn *f)
{
    enum ir_cond cond = conditions[f->condition & 7];
    return f->condition & 8 ? ir_cond_invert(cond) : cond;
}

/* Leaves for an arm when the branch is taken (or when it is not). */
typedef void branch_function(struct translation *t, const struct insn *f, bool when_taken,
                             unsigned arm);

static void branch_integer(struct translation *t, const struct insn *f, bool when_taken,
                           unsigned arm)
{
    enum ir_cond cond = trans_condition(f);
    struct ir_op op = {.code = IR_BRANCH_FLAGS, .imm = (int32_t)arm};
    op.cond = (uint8_t)(when_taken ? cond : ir_cond_invert(cond));
    op.a = ir_get(t->block, SLOT_ICC);
    ir_add_op(t->block, op);
}

/* How FBfcc tests fcc (0 equal, 1 less, 2 greater, 3 unordered): by `cond` with `b`, after `change` with `by` if there is
 * one.  By FBfcc's conditions 1..7; 8..15 are their inverses. */
static const struct {
    uint8_t cond, b, change, by;
} fcc_tests[8] = {
    [1] = {IR_NE, 0, 0, 0},       /* not equal */
    [2] = {IR_LTU, 2, IR_SUB, 1}, /* less or greater */
    [3] = {IR_NE, 0, IR_AND, 1},  /* unordered or less */
    [4] = {IR_EQ, 1, 0, 0},       /* less */
    [5] = {IR_GEU, 2, 0, 0},      /* unordered or greater */
    [6] = {IR_EQ, 2, 0, 0},       /* greater */
    [7] = {IR_EQ, 3, 0, 0},       /* unordered */
};

static void branch_fp(struct translation *t, const struct insn *f, bool when_taken, unsigned arm)
{
    unsigned number = f->condition & 7;
    bool inverse = (f->condition & 8) != 0;
    enum ir_cond cond = (enum ir_cond)fcc_tests[number].cond;
    struct ir_op op = {.code = IR_BRANCH, .type = IR_I32, .imm = (int32_t)arm};

    op.cond = (uint8_t)(when_taken != inverse ? cond : ir_cond_invert(cond));
    op.a = ir_get(t->block, SLOT_FCC);
    if (fcc_tests[number].change != 0) {
        op.a = trans_op(t, (enum ir_code)fcc_tests[number].change, op.a,
                        trans_const(t, fcc_tests[number].by));
    }
    op.b = trans_const(t, fcc_tests[number].b);
    ir_add_op(t->block, op);
}

/* Is the main path that of the taken branch?  It is if the branch goes backwards, as a loop's does. */
static bool goes_main(const struct translation *t, const struct insn *f)
{
    return f->imm < 0 && t->request->max_insns > 1;
}

static enum flow conditional(struct translation *t, const struct insn *f, unsigned insn,
                             const struct insn *delay, branch_function *branch)
{
    uint32_t taken = t->pc + (uint32_t)f->imm;
    uint32_t not_taken = t->pc + 8;
    bool annul = f->annul;
    bool main_taken = goes_main(t, f);
    struct pending_arm *arm = trans_arm(t, insn);

    arm->delay = *delay;
    arm->delay_pc = t->pc + 4;
    arm->target = main_taken ? not_taken : taken;
    arm->has_delay = !(annul && main_taken);
    branch(t, f, !main_taken, arm->arm);
    if (annul && !main_taken) {
        return arrive(t, FLOW_ON, not_taken, false);
    }
    return follow(t, delay, main_taken ? taken : not_taken, main_taken);
}

/* A branch that is always or never taken; delay is NULL if it is annulled. */
static enum flow unconditional(struct translation *t, const struct insn *f,
                               const struct insn *delay, bool taken)
{
    uint32_t target = taken ? t->pc + (uint32_t)f->imm : t->pc + 8;
    bool back = taken && f->imm <= 0;

    return f->annul ? arrive(t, FLOW_ON, target, back) : follow(t, delay, target, back);
}

static enum flow branch_by(struct translation *t, const struct insn *f, unsigned insn,
                           branch_function *branch)
{
    bool never = f->condition == 0;
    bool always = f->condition == 8;
    struct insn delay;

    always = always || (f->imm == 8 && !f->annul); /* both sides are the same */
    if ((never || always) && f->annul && t->request->max_insns > 1) {
        return unconditional(t, f, NULL, always);
    }
    if (!fetch_delay(t, &delay)) {
        return trans_quit(t, f, insn);
    }
    if (never || always) {
        return unconditional(t, f, &delay, always);
    }
    if (branch == branch_integer && trans_hammock(t, f, &delay)) {
        return arrive(t, FLOW_ON, t->pc, false);
    }
    return conditional(t, f, insn, &delay, branch);
}

enum flow trans_bicc(struct translation *t, const struct insn *f, unsigned insn)
{
    return branch_by(t, f, insn, branch_integer);
}

enum flow trans_fbfcc(struct translation *t, const struct insn *f, unsigned insn)
{
    if (!mode_has_fpu(t->request->mode)) {
        return trans_quit(t, f, insn);
    }
    return branch_by(t, f, insn, branch_fp);
}

/* ---- calls and jumps ---- */

enum flow trans_call(struct translation *t, const struct insn *f, unsigned insn)
{
    struct insn delay;
    uint32_t target = t->pc + (uint32_t)f->imm;

    if (!fetch_delay(t, &delay)) {
        return trans_quit(t, f, insn);
    }
    trans_write(t, 15, trans_const(t, t->pc));
    trans_learn(t, 15, t->pc);
    return follow(t, &delay, target, false);
}

/* A JMPL whose target is known, since a call in this block has written rs1. */
static enum flow jump_known(struct translation *t, const struct insn *f, const struct insn *delay,
                            uint32_t target)
{
    trans_write(t, f->rd, trans_const(t, t->pc));
    return follow(t, delay, target, false);
}

/* A JMPL without its delay instruction, whose npc is put into the slot.  Returns the target. */
ir_ref trans_jump_to_slot(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref target = trans_address(t, f);
    ir_ref low = trans_op(t, IR_AND, target, trans_const(t, 3));

    trans_step_if(t, IR_NE, low, trans_const(t, 0), insn);
    trans_write(t, f->rd, trans_const(t, t->pc));
    ir_set(t->block, SLOT_NPC, target);
    return target;
}

static enum flow jump_unknown(struct translation *t, const struct insn *f, unsigned insn,
                              const struct insn *delay)
{
    struct ir_op op = {.code = IR_JUMP};
    ir_ref target = trans_jump_to_slot(t, f, insn);
    unsigned behind = trans_new_insn(t, delay, t->pc + 4, NPC_IN_SLOT);
    if (trans_insn(t, delay, behind) == FLOW_OVER) {
        return FLOW_OVER;
    }
    op.a = target;
    op.insn = (uint16_t)t->last;
    ir_add_op(t->block, op);
    return FLOW_OVER;
}

static bool is_return_from_trap(const struct translation *t, struct insn *rett)
{
    return t->request->max_insns > 1 && trans_fetch(t, t->pc + 4, rett) && rett->row == INSN_RETT;
}

enum flow trans_jmpl(struct translation *t, const struct insn *f, unsigned insn)
{
    struct insn delay;
    uint32_t base;

    if (is_return_from_trap(t, &delay)) {
        return trans_return(t, f, insn, &delay);
    }
    if (!fetch_delay(t, &delay)) {
        return trans_quit(t, f, insn);
    }
    if ((f->word & INSN_IMMEDIATE) && (f->imm & 3) == 0 && trans_knows(t, f->rs1, &base)) {
        return jump_known(t, f, &delay, base + (uint32_t)f->imm);
    }
    return jump_unknown(t, f, insn, &delay);
}

enum flow trans_ticc(struct translation *t, const struct insn *f, unsigned insn)
{
    struct pending_arm *arm;

    if (f->condition == 8 && trans_is_user(t)) {
        return trans_quit(t, f, insn);
    }
    if (f->condition == 8) {
        return trans_trap(t, f, insn);
    }
    if (f->condition != 0) {
        arm = trans_arm(t, insn);
        arm->step = true;
        branch_integer(t, f, true, arm->arm);
    }
    t->pc += 4;
    return FLOW_ON;
}

/* ---- B.20 register windows ---- */

enum flow trans_window(struct translation *t, const struct insn *f, unsigned insn)
{
    bool save = f->row == INSN_SAVE;
    struct ir_op op = {.code = IR_MOVE_BANK, .insn = (uint16_t)insn};
    ir_ref sum;

    /* MOVE_BANK's slow path may write rd, if the interpreter performs it; backends expect that for registers of the
     * bank only.  Compilers do not make a SAVE or RESTORE with a global rd. */
    if (f->rd > 0 && f->rd < 8) {
        return trans_step(t, f, insn);
    }
    sum = trans_address(t, f);
    trans_mark(t, insn, BLOCK_WINDOW);
    op.slot = save ? SLOT_SAVE : SLOT_RESTORE;
    op.imm = save ? -64 : 64;
    ir_add_op(t->block, op);
    t->window += save ? -1 : 1;
    trans_write(t, f->rd, sum);
    return FLOW_ON;
}
