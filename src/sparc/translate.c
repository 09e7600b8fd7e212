// SPDX-License-Identifier: MIT
/* The translator: dispatch by row, values, sections, charges.  See translate.h. */
#include "sparc/translate.h"

#include "check.h"
#include "sparc/asi.h"
#include "sparc/jit_env_state.h"
#include "sparc/interp.h"
#include "sparc/translation.h"

const struct trans_row trans_rows[INSN_COUNT] = {
#define INSN(name, space, code, format, flags, trans, op, ...)                                     \
    [INSN_##name] = {trans_##trans, IR_##op},
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
    return number == 0 ? trans_const(t, 0) : ir_get(t->block, SLOT_R + number);
}

void trans_write(struct translation *t, unsigned number, ir_ref value)
{
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
    return insn->atomic || insn->npc == NPC_IN_SLOT ||
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
    t->out->insns[insn].icc = (flags & (INSN_F_ICC | INSN_F_READS_ICC)) != 0;
    t->out->insns[insn].atomic = (flags & INSN_F_ATOMIC) != 0;
    t->block->insns[insn].no_mmio_cache = must_see_each_access(&t->out->insns[insn]);
    t->done += f->cycles;
    t->block->insns[insn].refund = (uint16_t)t->done; /* finish_charges() makes a refund of it */
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

/* ---- flow ---- */

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
        return trans_rows[f->row].translate(t, f, insn);
    }
    return insn_rows[f->row].flags & INSN_F_SYS ? trans_sys(t, f, insn) : trans_step(t, f, insn);
}

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

    CHECK(arm != NULL); /* is_full() keeps room for the arms of one instruction */
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

void trans_step_unless_done(struct translation *t, ir_ref result, unsigned insn)
{
    trans_step_if(t, IR_EQ, result, trans_const(t, NOT_ORDINARY), insn);
}

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

/* ---- sections ---- */

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
    t.in_arm = false;
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
