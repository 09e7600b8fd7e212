// SPDX-License-Identifier: MIT
/* The translator: dispatch by row, sections, charges.  See translate.h. */
#include "sparc/translate.h"

#include "check.h"
#include "sparc/translation.h"

/* ---- dispatch ---- */

static trans_function *const functions[INSN_COUNT] = {
#define INSN(name, space, code, format, flags, trans, ...) [INSN_##name] = trans_##trans,
#include "sparc/insns.def"
};

/* May generated code perform the instruction in the block's mode? */
static bool mode_allows(const struct translation *t, const struct insn *f)
{
    if (insn_rows[f->row].fields & FIELD_ASI) {
        return trans_alternate_is_translated(t, f);
    }
    return !(trans_is_user(t) && (insn_rows[f->row].flags & INSN_F_PRIV));
}

enum flow trans_insn(struct translation *t, const struct insn *f, unsigned insn)
{
    if (mode_allows(t, f)) {
        return functions[f->row](t, f, insn);
    }
    return insn_rows[f->row].flags & INSN_F_SYS ? trans_sys(t, f, insn) : trans_step(t, f, insn);
}

/* ---- sections ---- */

/* Under an MMU a virtual page may be mapped elsewhere later, and a link would not notice.  So the way to another page
 * goes through the jump cache, which is emptied with the TLB. */
static void jump_to_page(struct translation *t, uint32_t target)
{
    struct ir_op op = {.code = IR_JUMP, .a = trans_const(t, target), .insn = (uint16_t)t->last};
    ir_add_op(t->block, op);
}

static void leave_to(struct translation *t, uint32_t target)
{
    if ((t->request->mode & MODE_MMU) && (target ^ t->request->pc) >> TLB_PAGE_BITS != 0) {
        jump_to_page(t, target);
        return;
    }
    t->out->links[t->block->link_count] = target;
    ir_exit(t->block, target, t->last);
}

static bool is_full(const struct translation *t)
{
    return t->done >= t->limit || ir_is_full(t->block) || t->arm_count + 4 > IR_MAX_ARMS ||
           t->block->insn_count + 4 + t->arm_count > IR_MAX_INSNS;
}

static enum flow translate_one(struct translation *t, const struct insn *f, uint32_t npc)
{
    unsigned insn = trans_new_insn(t, f, t->pc, npc);
    if (!(insn_rows[f->row].flags & INSN_F_CTI)) {
        t->pc = npc;
    }
    return trans_insn(t, f, insn);
}

static void main_section(struct translation *t)
{
    enum flow flow = FLOW_ON;
    struct insn f;

    while (flow == FLOW_ON) {
        if (is_full(t) || !trans_fetch(t, t->pc, &f)) {
            flow = FLOW_STOP;
        } else {
            flow = translate_one(t, &f, t->pc + 4);
        }
    }
    if (flow == FLOW_STOP) {
        leave_to(t, t->pc);
    }
}

/* An arm that a CHARGE goes to gives the budget of the whole segment back, since no instruction of it was executed.  The
 * amount (refund) belongs to an instruction; so the block's first one is entered once more, as an instruction behind
 * which all of the segment is unspent. */
static void give_back(struct translation *t, uint32_t pc)
{
    struct insn f;
    CHECK(trans_fetch(t, pc, &f)); /* the block begins with it */
    t->done -= f.cycles;
    t->out->insns[trans_new_insn(t, &f, pc, pc + 4)].npc = 0; /* it is never executed */
}

/* The block of a single delay instruction: a trap handler may return to one.  False: it is a control transfer, which is
 * not translated there. */
static bool delay_section(struct translation *t, const struct insn *f)
{
    struct ir_op op = {.code = IR_JUMP};
    unsigned insn;

    if (insn_rows[f->row].flags & INSN_F_CTI) {
        return false;
    }
    op.a = ir_get(t->block, SLOT_NPC);
    insn = trans_new_insn(t, f, t->pc, NPC_IN_SLOT);
    if (trans_insn(t, f, insn) != FLOW_OVER) {
        op.insn = (uint16_t)t->last;
        ir_add_op(t->block, op);
    }
    return true;
}

static void arm_section(struct translation *t, const struct pending_arm *arm)
{
    enum flow flow = FLOW_ON;

    ir_begin_arm(t->block, arm->arm);
    t->last = arm->branch;
    t->done = arm->done;
    t->segment = arm->segment;
    t->fp_begun = arm->fp_begun;
    t->fp_normal = arm->fp_normal;
    t->fp_normal_pairs = arm->fp_normal_pairs;
    t->moved.insn = IR_NONE;
    trans_forget(t);
    if (arm->charge) {
        give_back(t, arm->target);
    }
    if (arm->step) {
        trans_quit(t, NULL, arm->branch);
        return;
    }
    if (arm->has_delay) {
        t->pc = arm->delay_pc;
        flow = translate_one(t, &arm->delay, arm->target);
    }
    if (flow != FLOW_OVER) {
        leave_to(t, arm->target);
    }
}

/* Enters what each segment charges and what each instruction leaves unspent, which is known only now. */
static void finish_charges(struct translation *t)
{
    unsigned ends[TRANSLATE_MAX_SEGMENTS] = {0};
    unsigned last = 0;

    for (unsigned i = 0; i < t->block->insn_count; i++) {
        unsigned segment = t->segment_of[i];
        unsigned done = t->block->insns[i].refund;
        ends[segment] = done > ends[segment] ? done : ends[segment];
        last = segment > last ? segment : last;
    }
    t->block->charge = ends[0];
    for (unsigned k = 1; k <= last; k++) {
        CHECK(ends[k] >= ends[k - 1]);
        t->block->ops[t->amounts[k]].imm = (int32_t)(ends[k] - ends[k - 1]);
    }
    for (unsigned i = 0; i < t->block->insn_count; i++) {
        struct ir_insn *insn = &t->block->insns[i];
        insn->refund = (uint16_t)(ends[t->segment_of[i]] - insn->refund);
        t->out->insns[i].refund = insn->refund;
    }
}

bool translate(const struct translate_request *request, struct ir_block *block,
               struct translated *out)
{
    struct translation t;
    struct insn first;

    t.request = request;
    t.block = block;
    t.out = out;
    t.pc = request->pc & ~ENTRY_IN_DELAY_SLOT;
    t.done = 0;
    t.limit = request->max_insns;
    t.last = IR_NONE;
    t.fp_begun = false;
    t.fp_normal = t.fp_normal_pairs = 0;
    t.fp_singles = t.fp_doubles = 0;
    t.moved.insn = IR_NONE;
    t.in_arm = false;
    t.side = NULL;
    t.window = 0;
    t.known_count = 0;
    t.arm_count = 0;
    t.round_insn = t.round_done = t.round_arms = 0;
    t.segment = t.segment_done = 0;
    ir_begin(block, request->guest, request->pc);
    block->paged = request->paged;
    if (!trans_fetch(&t, t.pc, &first)) {
        return false;
    }
    if (!(request->pc & ENTRY_IN_DELAY_SLOT)) {
        main_section(&t);
    } else if (!delay_section(&t, &first)) {
        return false;
    }
    out->main_count = block->insn_count;
    t.in_arm = true;
    for (unsigned i = 0; i < t.arm_count; i++) {
        arm_section(&t, &t.arms[i]);
    }
    finish_charges(&t);
    return true;
}
