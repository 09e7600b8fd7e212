// SPDX-License-Identifier: MIT
/*
 * Translator: hammocks, which are short branches forward whose two ways meet again after a few instructions that only
 * compute, as in `cmp %o0, %o1; bge 1f; nop; mov %o1, %o0; 1:`.
 *
 * Which way such a branch goes often depends on data, so the host would predict it wrongly again and again.  Both sides
 * are translated, but into values instead of registers; then the condition chooses the value of each register that
 * either of them writes (SELECT).  The block is charged for the longer side.  If the shorter one was executed,
 * GIVE_BACK gives back what it takes less, so the count of instructions is exact from there on.
 *
 * No instruction of a side can trap or look at the time.  The branch's delay instruction, which both ways execute, may
 * be a load or store; in its slow path C code finds out from icc where the branch goes (NPC_BY_BRANCH).
 */
#include "bits.h"
#include "sparc/translation.h"

#define SIDE_WORK  3 /* instructions of a side, at most, that are neither NOP nor jump */
#define SIDE_STEPS 6 /* instructions of a side at most */
#define NOWHERE    1u

/* Instructions in the order in which a side executes them. */
struct way {
    unsigned count;
    struct {
        struct insn f;
        uint32_t pc, npc;
    } steps[SIDE_STEPS];
    /* Where the way goes on after so many steps.  NOWHERE: a delay instruction is next, so it cannot meet another way there. */
    uint32_t arrivals[SIDE_STEPS + 1];
};

/* ---- instructions ---- */

static bool only_computes(const struct insn *f)
{
    switch (f->row) {
    case INSN_SETHI:
    case INSN_ADD:
    case INSN_ADDX:
    case INSN_SUB:
    case INSN_SUBX:
    case INSN_AND:
    case INSN_ANDN:
    case INSN_OR:
    case INSN_ORN:
    case INSN_XOR:
    case INSN_XNOR:
    case INSN_SLL:
    case INSN_SRL:
    case INSN_SRA:
        return true;
    default:
        return false;
    }
}

/* May it be the delay instruction of a hammock's branch?  The block must go on after it, and it must not be a transfer of
 * control.  If it has a slow path it must not change icc. */
static bool may_be_delay(const struct insn *f)
{
    switch (f->row) {
    case INSN_ADDCC:
    case INSN_SUBCC:
    case INSN_ANDCC:
    case INSN_ORCC:
    case INSN_XORCC:
    case INSN_LD:
    case INSN_LDUB:
    case INSN_LDUH:
    case INSN_LDSB:
    case INSN_LDSH:
    case INSN_ST:
    case INSN_STB:
    case INSN_STH:
        return true;
    default:
        return only_computes(f);
    }
}

static bool is_jump(const struct insn *f)
{
    return f->row == INSN_BICC && f->condition == 8;
}

static bool is_work(const struct insn *f)
{
    return !is_jump(f) && !(f->row == INSN_SETHI && f->rd == 0);
}

/* ---- ways ---- */

static void add_step(struct way *way, const struct insn *f, uint32_t pc, uint32_t npc,
                     uint32_t arrival)
{
    way->steps[way->count].f = *f;
    way->steps[way->count].pc = pc;
    way->steps[way->count].npc = npc;
    way->count++;
    way->arrivals[way->count] = arrival;
}

/* `ba`, and the delay instruction if it is not annulled.  Returns where it goes; NOWHERE: it cannot be on a side. */
static uint32_t add_jump(const struct translation *t, struct way *way, const struct insn *jump,
                         uint32_t pc)
{
    uint32_t target = pc + (uint32_t)jump->imm;
    struct insn delay;

    if (jump->annul) {
        add_step(way, jump, pc, pc + 4, target);
        return target;
    }
    if (way->count + 2 > SIDE_STEPS || !trans_fetch(t, pc + 4, &delay) || !only_computes(&delay)) {
        return NOWHERE;
    }
    add_step(way, jump, pc, pc + 4, NOWHERE);
    add_step(way, &delay, pc + 4, target, target);
    return target;
}

/* Follows the code from pc on as far as it can be on a side. */
static void follow_way(const struct translation *t, struct way *way, uint32_t pc)
{
    struct insn f;

    way->arrivals[way->count] = pc;
    while (pc != NOWHERE && way->count < SIDE_STEPS && trans_fetch(t, pc, &f)) {
        if (is_jump(&f)) {
            pc = add_jump(t, way, &f, pc);
        } else if (only_computes(&f)) {
            add_step(way, &f, pc, pc + 4, pc + 4);
            pc += 4;
        } else {
            return;
        }
    }
}

static bool is_short(const struct way *way, unsigned count)
{
    unsigned work = 0;

    for (unsigned i = 0; i < count; i++) {
        work += is_work(&way->steps[i].f);
    }
    return work <= SIDE_WORK;
}

/* Cuts both ways off where they meet first, behind the branch.  False: they do not meet. */
static bool meet(struct way *a, struct way *b, uint32_t branch)
{
    unsigned best = 2 * SIDE_STEPS + 1;
    unsigned counts[2] = {0, 0};

    for (unsigned i = 0; i <= a->count; i++) {
        for (unsigned k = 0; k <= b->count && i + k < best; k++) {
            if (a->arrivals[i] == b->arrivals[k] && a->arrivals[i] > branch &&
                a->arrivals[i] != NOWHERE) {
                best = i + k;
                counts[0] = i;
                counts[1] = k;
            }
        }
    }
    a->count = counts[0];
    b->count = counts[1];
    return best <= 2 * SIDE_STEPS && is_short(a, a->count) && is_short(b, b->count);
}

static unsigned cycles_of(const struct way *way)
{
    unsigned cycles = 0;

    for (unsigned i = 0; i < way->count; i++) {
        cycles += way->steps[i].f.cycles;
    }
    return cycles;
}

/* Finds both ways of the branch at t->pc.  An annulled delay instruction is the first one of the way that executes it. */
static bool find_ways(const struct translation *t, const struct insn *f, const struct insn *delay,
                      struct way *taken, struct way *other)
{
    uint32_t target = t->pc + (uint32_t)f->imm;

    taken->count = other->count = 0;
    taken->arrivals[0] = NOWHERE;
    if (f->annul) {
        add_step(taken, delay, t->pc + 4, target, target);
    }
    follow_way(t, taken, target);
    follow_way(t, other, t->pc + 8);
    return meet(taken, other, t->pc);
}

/* ---- translation ---- */

static void translate_side(struct translation *t, const struct way *way, unsigned number,
                           struct trans_side *side)
{
    side->written = 0;
    t->side = side;
    for (unsigned i = 0; i < way->count; i++) {
        const struct insn *f = &way->steps[i].f;
        unsigned insn = trans_new_insn(t, f, way->steps[i].pc, way->steps[i].npc);

        t->out->insns[insn].side = (uint8_t)number;
        if (!is_jump(f)) {
            trans_insn(t, f, insn);
        }
    }
    t->side = NULL;
}

static ir_ref side_value(struct translation *t, const struct trans_side *side, unsigned number)
{
    return side->written >> number & 1 ? side->values[number] : trans_read(t, number);
}

/* Each register that a side has written becomes the value of the side that `chosen` says: 1 for the first. */
static void join(struct translation *t, ir_ref chosen, const struct trans_side sides[2])
{
    for (uint32_t left = sides[0].written | sides[1].written; left != 0; left &= left - 1) {
        unsigned number = (unsigned)__builtin_ctz(left);
        struct ir_op op = {.code = IR_SELECT, .type = IR_I32, .a = chosen};

        op.b = side_value(t, &sides[0], number);
        op.c = side_value(t, &sides[1], number);
        trans_write(t, number, ir_add_op(t->block, op));
    }
}

/* Translates the sides, the longer one last: so the instruction that comes last on the path is one behind which nothing
 * is left of what the sides were charged. */
static void translate_sides(struct translation *t, const struct way *shorter,
                            const struct way *longer, ir_ref flags, enum ir_cond is_shorter)
{
    struct ir_op test = {.code = IR_TEST_FLAGS, .type = IR_I32, .cond = (uint8_t)is_shorter};
    struct ir_op give_back = {.code = IR_GIVE_BACK};
    struct trans_side sides[2];
    unsigned done = t->done;

    translate_side(t, shorter, 1, &sides[0]);
    t->done = done;
    translate_side(t, longer, 2, &sides[1]);
    test.a = flags;
    give_back.a = ir_add_op(t->block, test);
    give_back.imm = (int32_t)(cycles_of(longer) - cycles_of(shorter));
    join(t, give_back.a, sides);
    if (give_back.imm != 0) {
        ir_add_op(t->block, give_back);
    }
}

static bool has_room(const struct translation *t)
{
    return t->block->insn_count + 1 + 2 * SIDE_STEPS + 4 + t->arm_count <= IR_MAX_INSNS;
}

bool trans_hammock(struct translation *t, const struct insn *f, const struct insn *delay)
{
    enum ir_cond is_taken = trans_condition(f);
    struct way taken, other;
    uint32_t end;
    ir_ref flags;

    if (f->imm < 0 || !has_room(t) || !(f->annul ? only_computes(delay) : may_be_delay(delay)) ||
        !find_ways(t, f, delay, &taken, &other)) {
        return false;
    }
    end = taken.arrivals[taken.count];
    flags = ir_get(t->block, SLOT_ICC);
    if (!f->annul) {
        trans_insn(t, delay, trans_new_insn(t, delay, t->pc + 4, NPC_BY_BRANCH));
    }
    if (cycles_of(&taken) <= cycles_of(&other)) {
        translate_sides(t, &taken, &other, flags, is_taken);
    } else {
        translate_sides(t, &other, &taken, flags, ir_cond_invert(is_taken));
    }
    t->pc = end;
    return true;
}
