// SPDX-License-Identifier: MIT
/* What a translation knows and what is added to its block: values, instructions, steps, arms.  See translation.h. */
#include "sparc/translation.h"

#include "check.h"
#include "sparc/asi.h"
#include "sparc/interp.h"
#include "sparc/jit_env_state.h"

const uint8_t trans_ops[INSN_COUNT] = {
#define INSN(name, space, code, format, flags, trans, op, ...) [INSN_##name] = IR_##op,
#include "sparc/insns.def"
};

/* ---- what is known ---- */

/* A register of a window as a word of the ring of windows, so that the outs of one window and the ins of the next have
 * the same number. */
static int ring_word(const struct translation *t, unsigned number)
{
    int size = 16 * (int)t->request->cpu->config.windows;
    int word = (16 * t->window + (int)number - 8) % size;
    return word < 0 ? word + size : word;
}

void trans_forget(struct translation *t)
{
    t->known_count = 0;
}

static void forget_word(struct translation *t, int at)
{
    for (unsigned i = 0; i < t->known_count; i++) {
        if (t->known[i].at == at) {
            t->known[i] = t->known[--t->known_count];
            return;
        }
    }
}

void trans_learn(struct translation *t, unsigned number, uint32_t value)
{
    forget_word(t, ring_word(t, number));
    if (t->known_count < TRANSLATE_MAX_KNOWN) {
        t->known[t->known_count].at = ring_word(t, number);
        t->known[t->known_count].value = value;
        t->known_count++;
    }
}

bool trans_knows(const struct translation *t, unsigned number, uint32_t *value)
{
    for (unsigned i = 0; i < t->known_count; i++) {
        if (t->known[i].at == ring_word(t, number)) {
            *value = t->known[i].value;
            return true;
        }
    }
    return false;
}

/* ---- values ---- */

ir_ref trans_read(struct translation *t, unsigned number)
{
    if (t->side != NULL && t->side->written >> number & 1) {
        return t->side->values[number];
    }
    return number == 0 ? trans_const(t, 0) : ir_get(t->block, SLOT_R + number);
}

void trans_write(struct translation *t, unsigned number, ir_ref value)
{
    if (t->side != NULL && number != 0) {
        t->side->written |= UINT32_C(1) << number;
        t->side->values[number] = value;
        return;
    }
    if (number != 0) {
        ir_set(t->block, SLOT_R + number, value);
    }
    if (number >= 8) {
        forget_word(t, ring_word(t, number));
    }
}

ir_ref trans_operand2(struct translation *t, const struct insn *f)
{
    if (f->word & INSN_IMMEDIATE) {
        return trans_const(t, (uint32_t)f->imm);
    }
    return trans_read(t, f->rs2);
}

ir_ref trans_address(struct translation *t, const struct insn *f)
{
    return trans_op(t, IR_ADD, trans_operand1(t, f), trans_operand2(t, f));
}

/* ---- instructions ---- */

bool trans_fetch(const struct translation *t, uint32_t pc, struct insn *f)
{
    uint32_t word;
    if (!t->request->fetch(t->request->context, pc, &word)) {
        return false;
    }
    insn_decode(word, f);
    f->execute = interp_function(t->request->cpu, f);
    return true;
}

/* Must all accesses of the instruction that the TLB refuses go to jit_env_load() and jit_env_store()?  Atomics
 * must, since both halves belong together; instructions whose npc is in the slot, as C code finds out where they go
 * on; and accesses with an ASI, as the MMIO inline cache has entries for ASI_BYPASS only. */
static bool must_see_each_access(const struct block_insn *insn)
{
    return insn->atomic || !npc_is_known(insn->npc) ||
           (insn->f.asi != 0 && insn->f.asi != ASI_BYPASS);
}

unsigned trans_new_insn(struct translation *t, const struct insn *f, uint32_t pc, uint32_t npc)
{
    unsigned insn = ir_insn(t->block, pc, npc);
    unsigned flags = insn_rows[f->row].flags;
    t->out->insns[insn].pc = pc;
    t->out->insns[insn].npc = npc;
    t->out->insns[insn].f = *f;
    t->out->insns[insn].flow = BLOCK_SEQUENCE;
    t->out->insns[insn].side = 0;
    t->out->insns[insn].icc = (flags & (INSN_F_ICC | INSN_F_READS_ICC)) != 0;
    t->out->insns[insn].atomic = (flags & INSN_F_ATOMIC) != 0;
    t->block->insns[insn].no_mmio_cache = must_see_each_access(&t->out->insns[insn]);
    t->done += f->cycles;
    t->block->insns[insn].refund =
        (uint16_t)t->done; /* finish_charges() (translate.c) makes a refund of it */
    t->segment_of[insn] = (uint8_t)t->segment;
    t->last = insn;
    return insn;
}

bool trans_was_here(const struct translation *t, uint32_t pc)
{
    for (unsigned i = t->round_insn; i < t->block->insn_count; i++) {
        if (t->out->insns[i].pc == pc) {
            return true;
        }
    }
    return false;
}

/* ---- steps ---- */

static void add_step(struct translation *t, unsigned insn)
{
    struct ir_op op = {.code = IR_STEP, .insn = (uint16_t)insn};
    ir_add_op(t->block, op);
}

enum flow trans_step(struct translation *t, const struct insn *f, unsigned insn)
{
    (void)f;
    trans_forget(t);
    add_step(t, insn);
    return FLOW_ON;
}

enum flow trans_sys(struct translation *t, const struct insn *f, unsigned insn)
{
    trans_step(t, f, insn);
    return FLOW_STOP;
}

enum flow trans_nop(struct translation *t, const struct insn *f, unsigned insn)
{
    (void)t;
    (void)f;
    (void)insn;
    return FLOW_ON;
}

enum flow trans_quit(struct translation *t, const struct insn *f, unsigned insn)
{
    struct ir_op op = {.code = IR_QUIT, .insn = (uint16_t)insn};
    (void)f;
    trans_mark(t, insn, BLOCK_END);
    add_step(t, insn);
    ir_add_op(t->block, op);
    return FLOW_OVER;
}

/* ---- arms, charges, helpers ---- */

struct pending_arm *trans_arm(struct translation *t, unsigned branch)
{
    struct pending_arm *arm = &t->arms[t->arm_count];
    if (t->arm_count == IR_MAX_ARMS) {
        return NULL;
    }
    t->arm_count++;
    arm->arm = ir_new_arm(t->block);
    arm->branch = branch;
    arm->step = false;
    arm->has_delay = false;
    arm->charge = false;
    arm->fp_begun = t->fp_begun;
    arm->fp_normal = t->fp_normal;
    arm->fp_normal_pairs = t->fp_normal_pairs;
    arm->done = t->done;
    arm->segment = t->segment;
    return arm;
}

void trans_step_if(struct translation *t, enum ir_cond cond, ir_ref a, ir_ref b, unsigned insn)
{
    struct pending_arm *arm = trans_arm(t, insn);
    struct ir_op op = {.code = IR_BRANCH, .type = IR_I32, .cond = (uint8_t)cond, .a = a, .b = b};

    CHECK(arm != NULL); /* is_full() (translate.c) keeps room for the arms of one instruction */
    arm->step = true;
    op.imm = (int32_t)arm->arm;
    ir_add_op(t->block, op);
}

void trans_segment(struct translation *t)
{
    struct ir_op op = {.code = IR_CHARGE};
    struct pending_arm *arm;

    t->segment++;
    t->segment_done = t->done;
    arm = trans_arm(t, t->last);
    CHECK(arm != NULL && t->pc == t->request->pc);
    arm->charge = true;
    arm->target = t->pc;
    op.a = t->amounts[t->segment] = trans_const(t, 0);
    op.imm = (int32_t)arm->arm;
    ir_add_op(t->block, op);
}

ir_ref trans_call_helper(struct translation *t, enum jit_env_helper helper, ir_ref a, ir_ref b,
                         ir_ref c)
{
    struct ir_op op = {.code = IR_CALL, .type = IR_I32, .a = a, .b = b, .c = c};
    op.imm = (int32_t)helper;
    trans_forget(t);
    return ir_add_op(t->block, op);
}
