// SPDX-License-Identifier: MIT
/*
 * One check for the results of several FP ops ("nans").
 *
 * Between forward and backward walk, over the main section, behind the pass probes.  A NaN goes on through sums, products
 * and roots, so it is enough to look at the last results of a run of FP ops.  A product checks for tiny results itself, but
 * need not leave: it gives a NaN instead (IR_FP_POISON).
 *
 *     %3 = fadd.f64 d0, %1, %2, @0          %3 = fadd.f64 %1, %2
 *     set d0, %3                            %4 = fmul.f64.n %3, %3
 *     %4 = fmul.f64 d1, %3, %3, @1    ->    %5 = fsub.f64 %4, %1
 *     set d1, %4                            branch_nan.f64 %5, %5, arm 0
 *     %5 = fsub.f64 d2, %4, %1, @2          set d0, %3; set d1, %4; set d2, %5
 *     set d2, %5                            arm 0: step @0; step @1; step @2; deopt @2
 *
 * The SETs of the run come behind the checks.  So where a check fails, state is as it was before the run, and the arm has
 * the guest perform all of its instructions again.  The exceptions that the host has raised until then are those of these
 * instructions, or fewer, since a NaN raises none in the ops of a run; so none sticks that the guest does not raise, too.
 *
 * That no result is special is a guess: like a wrong guess of probes, it ends with DEOPT.
 *
 * Obligations: what is in a run can be done again, and nothing in it sees or changes anything but values: no STORE, no
 * LOAD with a slow path, no CALL, no way out but the guards of probes, whose arms perform the run's instructions first.
 * Results that may be wrong go to nothing but FP ops that hand on a NaN, and SETs.  The run's instructions are one behind
 * the other.  Ops that check operands or more results (enum ir_fp_check) are in no run; nor is there one for a guest whose
 * mode has IR_FP_FLUSH, in which operands are looked at by the special result.
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

#define SINKS    8  /* most results that a run checks */
#define STEPS    64 /* most instructions of a run */
#define RUNS     16
#define DEFERRED 256 /* most SETs in a run */

enum { IN_RUN = 1, HANDED_ON = 2 };

struct run {
    ir_ref begin, end;    /* its first and last FP op that checks its result */
    uint16_t first, last; /* their instructions */
    unsigned sums;        /* ops whose check is saved */
    unsigned sink_count;
    ir_ref sinks[SINKS]; /* results that no op of the run uses */
};

struct nans {
    struct ir_block *block;
    unsigned end;        /* of the main section */
    unsigned arms, room; /* that the runs need, in all: arms, ops */
    unsigned run_count;
    struct run runs[RUNS];
    uint16_t first_of_arm
        [IR_MAX_ARMS]; /* of a guard in a run: the run's first instruction; else IR_NONE */
    uint8_t marks[IR_MAX_OPS];
    unsigned set_count;
    ir_ref sets[DEFERRED];
    ir_ref map[IR_MAX_OPS];
    struct ir_op out[IR_MAX_OPS];
    unsigned count;
    unsigned arm_count; /* new arms */
    const struct run *run_of_arm[IR_MAX_ARMS];
};

/* ---- what may be in a run ---- */

/* Does the op check its result only, and does a NaN among its operands make the result a NaN? */
static bool joins(const struct ir_op *op)
{
    return (op->code >= IR_FADD && op->code <= IR_FNARROW) && op->insn != IR_NONE && op->cond == 0;
}

/* Does the op, which checks nothing, give a NaN for a NaN? */
static bool hands_on(const struct ir_op *op)
{
    return op->code == IR_FNEG || op->code == IR_FABS ||
           (op->code == IR_FWIDEN && op->insn == IR_NONE && op->cond == 0);
}

static bool uses_run(const struct nans *n, const struct ir_op *op)
{
    unsigned count = ir_rows[op->code].operand_count;

    return (count > 0 && n->marks[op->a]) || (count > 1 && n->marks[op->b]) ||
           (count > 2 && n->marks[op->c]);
}

/* Are all instructions from one to the other one behind the other in memory, and not too many? */
static bool is_straight(const struct ir_block *block, const struct run *run, unsigned to)
{
    if (to < run->last || to - run->first >= STEPS) {
        return false;
    }
    for (unsigned i = run->last; i <= to; i++) {
        if (block->insns[i].npc != block->insns[i].pc + 4 ||
            (i < to && block->insns[i + 1].pc != block->insns[i].npc)) {
            return false;
        }
    }
    return true;
}

/* Is it one of the guards that the pass probes makes?  Their arms are STEP and DEOPT of one instruction. */
static bool is_guard(const struct nans *n, const struct ir_op *op, const struct run *run)
{
    const struct ir_op *arm;

    if (op->code != IR_GUARD_LOAD && op->code != IR_GUARD_STORE) {
        return false;
    }
    arm = &n->block->ops[n->block->arms[op->imm]];
    return arm[0].code == IR_STEP && arm[1].code == IR_DEOPT && arm[0].insn == arm[1].insn &&
           is_straight(n->block, run, arm[0].insn);
}

static bool sees_deferred(const struct nans *n, const struct ir_op *get)
{
    const struct ir_slot *slots = n->block->guest->slots;

    for (unsigned i = 0; i < n->set_count; i++) {
        if (opt_slots_overlap(&slots[n->block->ops[n->sets[i]].slot], &slots[get->slot])) {
            return true;
        }
    }
    return false;
}

/* May the op stand in the run, other than as one of its FP ops?  A SET is noted. */
static bool may_stand(struct nans *n, ir_ref number, const struct run *run)
{
    const struct ir_op *op = &n->block->ops[number];

    if (op->code == IR_SET) {
        if (n->set_count == DEFERRED) {
            return false;
        }
        n->sets[n->set_count++] = number;
        return true;
    }
    if (uses_run(n, op)) {
        return false;
    }
    switch (op->code) {
    case IR_NOP:
    case IR_CONST:
    case IR_FBEGIN:
    case IR_FFROMI:
    case IR_LOAD_UNCHECKED:
        return true;
    case IR_GET:
        return !sees_deferred(n, op);
    case IR_CALL:
        return false;
    default:
        return ir_rows[op->code].flags & IR_F_PURE || is_guard(n, op, run);
    }
}

/* ---- finding ---- */

/* Finds how far the run goes that begins with this op, up to its last FP op. */
static void extend(struct nans *n, struct run *run)
{
    n->set_count = 0;
    memset(&n->marks[run->begin], 0, n->end - run->begin);
    for (ir_ref i = run->begin; i < n->end; i++) {
        const struct ir_op *op = &n->block->ops[i];

        if (joins(op) && is_straight(n->block, run, op->insn)) {
            run->end = i;
            run->last = op->insn;
            n->marks[i] = IN_RUN;
        } else if (hands_on(op) && n->marks[op->a]) {
            n->marks[i] = IN_RUN;
        } else if (joins(op) || !may_stand(n, i, run)) {
            return;
        }
    }
}

/* Counts what the run saves, and finds its sinks.  False: they are too many. */
static bool find_sinks(struct nans *n, struct run *run)
{
    run->sums = run->sink_count = 0;
    for (ir_ref i = run->begin; i <= run->end; i++) {
        const struct ir_op *op = &n->block->ops[i];

        if (n->marks[i]) {
            n->marks[op->a] |= HANDED_ON;
            n->marks[op->b] |= ir_rows[op->code].operand_count > 1 ? HANDED_ON : 0;
            run->sums += joins(op) && !ir_may_be_tiny(op->code);
        }
    }
    for (ir_ref i = run->begin; i <= run->end; i++) {
        if (n->marks[i] == IN_RUN) {
            if (run->sink_count == SINKS) {
                return false;
            }
            run->sinks[run->sink_count++] = i;
        }
    }
    return true;
}

/* How many checks the run needs: one looks at two results of a type. */
static unsigned count_checks(const struct ir_block *block, const struct run *run)
{
    unsigned wide = 0;

    for (unsigned i = 0; i < run->sink_count; i++) {
        wide += block->ops[run->sinks[i]].type == IR_F64;
    }
    return (wide + 1) / 2 + (run->sink_count - wide + 1) / 2;
}

/* How many ops the run adds: checks, flags ops that are repeated, and the steps in arms. */
static unsigned count_room(const struct nans *n, const struct run *run, unsigned checks)
{
    unsigned steps = run->last - run->first + 2u;
    unsigned flags = 0, guards = 0;

    for (ir_ref i = run->begin; i < run->end; i++) {
        const struct ir_op *op = &n->block->ops[i];
        guards += op->code == IR_GUARD_LOAD || op->code == IR_GUARD_STORE;
        flags += op->code == IR_SET && op->type == IR_FLAGS;
    }
    return checks * (steps + 1) + guards * steps + flags;
}

/* Keeps the run if it saves checks, and if there is room. */
static void consider(struct nans *n, const struct run *run)
{
    unsigned checks = count_checks(n->block, run);
    unsigned room = count_room(n, run, checks);

    if (run->sums > checks && n->run_count < RUNS &&
        n->block->arm_count + n->arms + checks <= IR_MAX_ARMS &&
        n->block->op_count + n->room + room < IR_MAX_OPS) {
        n->arms += checks;
        n->room += room;
        n->runs[n->run_count++] = *run;
    }
}

static void find_runs(struct nans *n)
{
    for (unsigned i = 1; i < n->end; i++) {
        const struct ir_op *op = &n->block->ops[i];
        struct run run = {.begin = (ir_ref)i, .end = (ir_ref)i, .first = op->insn};

        run.last = run.first;
        if (joins(op) && is_straight(n->block, &run, op->insn)) {
            extend(n, &run);
            if (find_sinks(n, &run)) {
                consider(n, &run);
            }
            i = run.end;
        }
    }
}

/* ---- rewriting ---- */

static ir_ref append(struct nans *n, struct ir_op op)
{
    ASSERT(n->count < IR_MAX_OPS);
    n->out[n->count] = op;
    return (ir_ref)n->count++;
}

static void append_steps(struct nans *n, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++) {
        append(n, (struct ir_op){.code = IR_STEP, .insn = (uint16_t)i});
    }
}

static void append_check(struct nans *n, const struct run *run, unsigned type, ir_ref a, ir_ref b)
{
    n->run_of_arm[n->arm_count] = run;
    append(n, (struct ir_op){.code = IR_BRANCH_NAN,
                             .type = (uint8_t)type,
                             .insn = IR_NONE,
                             .a = n->map[a],
                             .b = n->map[b],
                             .imm = (int32_t)(n->block->arm_count + n->arm_count++)});
}

/* Checks the sinks of one type, two at a time. */
static void append_checks(struct nans *n, const struct run *run, unsigned type)
{
    ir_ref left = 0;

    for (unsigned i = 0; i < run->sink_count; i++) {
        ir_ref sink = run->sinks[i];
        if (n->block->ops[sink].type != type) {
            continue;
        }
        if (left != 0) {
            append_check(n, run, type, left, sink);
        }
        left = left == 0 ? sink : 0;
    }
    if (left != 0) {
        append_check(n, run, type, left, left);
    }
}

/* Appends the SETs of the run.  What a SET of flags needs is computed here, so that the flags need not be kept. */
static void append_sets(struct nans *n)
{
    for (unsigned i = 0; i < n->set_count; i++) {
        struct ir_op set;

        opt_rename(&set, &n->block->ops[n->sets[i]], n->map);
        if (set.type == IR_FLAGS && ir_rows[n->out[set.a].code].flags & IR_F_PURE) {
            set.a = append(n, n->out[set.a]);
        }
        append(n, set);
    }
    n->set_count = 0;
}

static void end_run(struct nans *n, const struct run *run)
{
    append_checks(n, run, IR_F64);
    append_checks(n, run, IR_F32);
    append_sets(n);
}

/* Puts an op of the run into out. */
static void rewrite(struct nans *n, const struct run *run, ir_ref number)
{
    struct ir_op op;

    opt_rename(&op, &n->block->ops[number], n->map);
    if (op.code == IR_SET) {
        n->sets[n->set_count++] = number;
        return;
    }
    if (joins(&op)) {
        op.cond = ir_may_be_tiny(op.code) ? IR_FP_POISON : 0;
        op.insn = IR_NONE;
        op.slot = 0;
    } else if (op.code == IR_GUARD_LOAD || op.code == IR_GUARD_STORE) {
        n->first_of_arm[op.imm] = run->first;
    }
    n->map[number] = append(n, op);
    if (number == run->end) {
        end_run(n, run);
    }
}

/* Begins an arm: that of a guard in a run first performs the run's instructions up to the guard's. */
static void begin_arm(struct nans *n, unsigned arm)
{
    const struct ir_op *step = &n->block->ops[n->block->arms[arm]];

    n->block->arms[arm] = (ir_ref)n->count;
    if (n->first_of_arm[arm] != IR_NONE) {
        append_steps(n, n->first_of_arm[arm], step->insn);
    }
}

static void rewrite_ops(struct nans *n)
{
    struct ir_block *block = n->block;
    const struct run *run = n->runs;
    unsigned arm = 0;

    n->map[0] = 0;
    n->set_count = 0;
    n->count = 1;
    n->out[0] = block->ops[0];
    for (unsigned i = 1; i < block->op_count; i++) {
        struct ir_op op;

        while (run < n->runs + n->run_count && i > run->end) {
            run++;
        }
        if (run < n->runs + n->run_count && i >= run->begin) {
            rewrite(n, run, (ir_ref)i);
            continue;
        }
        if (arm < block->arm_count && i == block->arms[arm]) {
            begin_arm(n, arm++);
        }
        opt_rename(&op, &block->ops[i], n->map);
        n->map[i] = append(n, op);
    }
}

static void append_arms(struct nans *n)
{
    struct ir_block *block = n->block;

    for (unsigned i = 0; i < n->arm_count; i++) {
        const struct run *run = n->run_of_arm[i];

        block->arms[block->arm_count + i] = (ir_ref)n->count;
        append_steps(n, run->first, run->last + 1u);
        append(n, (struct ir_op){.code = IR_DEOPT, .insn = run->last});
    }
    block->arm_count += n->arm_count;
}

void opt_nans(struct ir_block *block)
{
    struct nans n;

    n.block = block;
    n.end = block->arm_count != 0 ? block->arms[0] : block->op_count;
    n.arms = n.room = n.run_count = n.arm_count = n.set_count = 0;
    if (block->guest->fp_flush) {
        return;
    }
    memset(n.marks, 0, n.end);
    find_runs(&n);
    if (n.run_count == 0) {
        return;
    }
    for (unsigned i = 0; i < block->arm_count; i++) {
        n.first_of_arm[i] = IR_NONE;
    }
    rewrite_ops(&n);
    append_arms(&n);
    memcpy(block->ops, n.out, n.count * sizeof n.out[0]);
    block->op_count = n.count;
}
