// SPDX-License-Identifier: MIT
/*
 * Sharing of TLB lookups ("probes"): one op checks several accesses at addresses near each other.
 *
 * Between forward and backward walk.  LOADs and STOREs of the main section whose addresses are one value plus something
 * that is known to be small (a constant, an index into a table), all within a page's size, form a group.  Before the first
 * of them a GUARD_LOAD, or a GUARD_STORE if there is a store among them, looks at the two pages that they can be in;
 * behind it they are LOAD_UNCHECKEDs and STORE_UNCHECKEDs, which have no slow path.  So are accesses of arms to the same
 * bytes, if the guard comes before the branch.
 *
 *     %1 = get.i32 o0                       guard_load.64 %1, 23, arm 1
 *     %2 = load.64 %1, @0                   %2 = load_unchecked.64 %1, 0
 *     %4 = add.i32 %1, %3                   %4 = load_unchecked.64 %1, 8
 *     %5 = load.64 %4, @1         ->        %5 = load_unchecked.64 %1, 16
 *     ...                                   arm 1: step @0; deopt @0
 *
 * That the addresses are memory is a guess.  Where it is wrong (a device, a page that has no TLB entry yet) the arm has
 * the guest perform the instruction of the first access, and leaves by DEOPT; src/exec/translator.c makes the block
 * again without this pass when that has happened several times.
 *
 * Obligations: nothing between the GUARD_LOAD and the last access of its group may take the permission away.  So STEP
 * and CALL end all groups; a slow path after which the block goes on takes none away.  Accesses of an instruction that is
 * no_mmio_cache are in no group: the guest must see them all, and the arm performs the instruction from its beginning.
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"
#include "tlb_layout.h"

#define GROUPS       16 /* most groups that are open at a time */
#define MEMBERS      64
#define LEAST        2 /* members from which on a group pays */
#define REACH        IR_MAX_REACH
#define OPS_OF_GROUP 6 /* most ops that a group adds: constants, sum, guard, arm */

/* Where an access is: from base + low to base + last, all bytes that it may touch.  `fixed`: it begins at base + low;
 * else at base + low plus a multiple of its size. */
struct place {
    ir_ref base; /* 0: the offsets are addresses */
    bool fixed;
    int64_t low, last;
};

struct group {
    ir_ref base;
    bool store;        /* there is a store among the members */
    unsigned largest;  /* log2 of the largest member's size */
    int64_t low, last; /* of all members together */
    unsigned count;
    ir_ref members[MEMBERS];
};

/* A group that pays, as it was closed.  Its guard's permission holds up to op `until`. */
struct form {
    ir_ref base;
    bool store;
    uint8_t largest;
    int64_t low, last;
    ir_ref first; /* member */
    unsigned until;
};

struct probes {
    struct ir_block *block;
    unsigned end; /* of the main section */
    unsigned open, formed;
    struct group groups[GROUPS];
    struct form forms[IR_MAX_ARMS];
    uint8_t form_of[IR_MAX_OPS]; /* 1 + index in forms of the op's group; 0: none */
    ir_ref map[IR_MAX_OPS];
    struct ir_op out[IR_MAX_OPS];
    unsigned count;
};

static unsigned size_of(const struct ir_op *op)
{
    return 1u << (op->cond & IR_64);
}

/* ---- places ---- */

/* A value is congruent, modulo 2^32, to a number from low to high that is a multiple of 2^zeros. */
struct range {
    int64_t low, high;
    unsigned zeros;
};

#define DEPTH 4 /* of the expressions that range_of() looks into */

static struct range range_of(const struct ir_op *ops, ir_ref ref, unsigned depth);

static struct range up_to(int64_t high)
{
    return (struct range){0, high, 0};
}

static struct range range_of_const(int32_t value)
{
    unsigned zeros = value == 0 ? TLB_PAGE_BITS : (unsigned)__builtin_ctz((uint32_t)value);

    return (struct range){value, value, zeros};
}

static struct range range_of_sum(const struct ir_op *ops, const struct ir_op *op, unsigned depth)
{
    struct range a = range_of(ops, op->a, depth);
    struct range b = range_of(ops, op->b, depth);

    return (struct range){a.low + b.low, a.high + b.high, a.zeros < b.zeros ? a.zeros : b.zeros};
}

static struct range range_of_shift(const struct ir_op *ops, const struct ir_op *op, unsigned depth)
{
    unsigned count = ops[op->b].code == IR_CONST ? (unsigned)ops[op->b].imm & 31 : 0;

    if (op->code == IR_SHR) {
        return up_to(UINT32_MAX >> count);
    }
    if (count == 0 || count > TLB_PAGE_BITS) {
        return up_to(UINT32_MAX);
    }
    struct range a = range_of(ops, op->a, depth);
    return (struct range){a.low * (1 << count), a.high * (1 << count), a.zeros + count};
}

static bool is_mask(const struct ir_op *op)
{
    return op->code == IR_CONST && op->imm >= 0;
}

static struct range range_of(const struct ir_op *ops, ir_ref ref, unsigned depth)
{
    const struct ir_op *op = &ops[ref];

    switch (depth == 0 ? IR_NOP : op->code) {
    case IR_CONST:
        return range_of_const(op->imm);
    case IR_ZEXT8:
        return up_to(0xff);
    case IR_LOAD:
        return up_to(op->cond == IR_8 ? 0xff : UINT32_MAX);
    case IR_AND:
        return up_to(is_mask(&ops[op->b]) ? ops[op->b].imm : (int64_t)UINT32_MAX);
    case IR_ADD:
        return range_of_sum(ops, op, depth - 1);
    case IR_SHL:
    case IR_SHR:
        return range_of_shift(ops, op, depth - 1);
    default:
        return up_to(UINT32_MAX);
    }
}

/* Is the range, of where an access begins, within a guard's reach, and is the access aligned everywhere in it if it is in
 * one place? */
static bool is_small(const struct range *range, unsigned log)
{
    return range->high - range->low + (1 << log) <= REACH && range->zeros >= log;
}

/* Takes an address as a base plus a range: that of the whole, with base 0, or of one side of a sum. */
static ir_ref split(const struct ir_op *ops, ir_ref address, unsigned log, struct range *range)
{
    int32_t offset;
    ir_ref base = opt_split(ops, address, &offset);
    const struct ir_op *sum = &ops[base];

    *range = range_of(ops, base, DEPTH);
    if (is_small(range, log)) {
        base = 0;
    } else if (sum->code == IR_ADD &&
               (*range = range_of(ops, sum->b, DEPTH), is_small(range, log))) {
        base = sum->a;
    } else if (sum->code == IR_ADD &&
               (*range = range_of(ops, sum->a, DEPTH), is_small(range, log))) {
        base = sum->b;
    } else {
        *range = range_of_const(0);
    }
    range->low += offset;
    range->high += offset;
    return base;
}

/* False: the access is to be in no group. */
static bool find_place(const struct ir_block *block, const struct ir_op *op, struct place *at)
{
    struct range range;

    if ((op->code != IR_LOAD && op->code != IR_STORE) || block->insns[op->insn].no_mmio_cache) {
        return false;
    }
    at->base = split(block->ops, op->a, op->cond & IR_64, &range);
    at->fixed = range.low == range.high;
    at->low = range.low;
    at->last = range.high + size_of(op) - 1;
    return at->base != 0 || !at->fixed;
}

/* ---- finding ---- */

/* Is each member aligned if the lowest address is?  The guard checks only the lowest, for the size of the largest. */
static bool is_in_step(const struct ir_block *block, const struct group *group)
{
    for (unsigned i = 0; i < group->count; i++) {
        const struct ir_op *op = &block->ops[group->members[i]];
        struct place at;

        find_place(block, op, &at);
        if ((at.low - group->low) % size_of(op) != 0) {
            return false;
        }
    }
    return true;
}

static void close_group(struct probes *p, struct group *group)
{
    if (group->count >= LEAST && p->block->arm_count + p->formed < IR_MAX_ARMS &&
        p->block->op_count + (p->formed + 1) * OPS_OF_GROUP < IR_MAX_OPS &&
        is_in_step(p->block, group)) {
        for (unsigned i = 0; i < group->count; i++) {
            p->form_of[group->members[i]] = (uint8_t)(p->formed + 1);
        }
        p->forms[p->formed++] = (struct form){
            .base = group->base,
            .store = group->store,
            .largest = (uint8_t)group->largest,
            .low = group->low,
            .last = group->last,
            .first = group->members[0],
        };
    }
    *group = p->groups[--p->open];
}

/* Op `number` may take permissions away, or is the end of the main section. */
static void close_all(struct probes *p, unsigned number)
{
    while (p->open != 0) {
        close_group(p, &p->groups[0]);
    }
    for (unsigned i = p->formed; i-- > 0 && p->forms[i].until == 0;) {
        p->forms[i].until = number;
    }
}

static bool fits(const struct group *group, const struct place *at)
{
    int64_t low = at->low < group->low ? at->low : group->low;
    int64_t last = at->last > group->last ? at->last : group->last;

    return last - low < REACH && group->count < MEMBERS;
}

/* The open group with this base in whose reach the place is; or a new one. */
static struct group *find_group(struct probes *p, const struct place *at)
{
    for (unsigned i = 0; i < p->open; i++) {
        struct group *group = &p->groups[i];
        if (group->base == at->base) {
            if (fits(group, at)) {
                return group;
            }
            close_group(p, group);
            break;
        }
    }
    if (p->open == GROUPS) {
        close_group(p, &p->groups[0]);
    }
    p->groups[p->open] = (struct group){.base = at->base, .low = at->low, .last = at->last};
    return &p->groups[p->open++];
}

static void see_access(struct probes *p, ir_ref number)
{
    const struct ir_op *op = &p->block->ops[number];
    unsigned log = op->cond & IR_64;
    struct group *group;
    struct place at;

    if (!find_place(p->block, op, &at)) {
        return;
    }
    group = find_group(p, &at);
    group->members[group->count++] = number;
    group->store = group->store || op->code == IR_STORE;
    group->largest = log > group->largest ? log : group->largest;
    group->low = at.low < group->low ? at.low : group->low;
    group->last = at.last > group->last ? at.last : group->last;
}

static bool takes_permissions(const struct ir_op *op)
{
    return op->code == IR_STEP || op->code == IR_CALL;
}

static void find_groups(struct probes *p)
{
    for (unsigned i = 1; i < p->end; i++) {
        see_access(p, (ir_ref)i);
        if (takes_permissions(&p->block->ops[i])) {
            close_all(p, i);
        }
    }
    close_all(p, p->end);
}

/* ---- arms ---- */

/* A guard before op `branch` that allows the access; 0: there is none, else 1 + its form's index. */
static unsigned find_form(const struct probes *p, const struct ir_op *op, unsigned branch)
{
    struct place at;

    if (!find_place(p->block, op, &at)) {
        return 0;
    }
    for (unsigned i = 0; i < p->formed; i++) {
        const struct form *form = &p->forms[i];

        if (form->base == at.base && form->first < branch && branch < form->until &&
            form->low <= at.low && at.last <= form->last && (op->cond & IR_64) <= form->largest &&
            (at.low - form->low) % size_of(op) == 0 && (form->store || op->code == IR_LOAD)) {
            return i + 1;
        }
    }
    return 0;
}

/* An arm that op `branch` of the main section goes to. */
static void see_arm(struct probes *p, unsigned arm, unsigned branch)
{
    const struct ir_block *block = p->block;
    unsigned end = arm + 1 < block->arm_count ? block->arms[arm + 1] : block->op_count;

    for (unsigned i = block->arms[arm]; i < end && !takes_permissions(&block->ops[i]); i++) {
        p->form_of[i] = (uint8_t)find_form(p, &block->ops[i], branch);
    }
}

static void find_in_arms(struct probes *p)
{
    for (unsigned i = 1; i < p->end; i++) {
        if (ir_is_branch(p->block->ops[i].code)) {
            see_arm(p, (unsigned)p->block->ops[i].imm, i);
        }
    }
}

/* ---- rewriting ---- */

static ir_ref append(struct probes *p, struct ir_op op)
{
    p->out[p->count] = op;
    return (ir_ref)p->count++;
}

static ir_ref append_const(struct probes *p, int64_t value)
{
    return append(
        p, (struct ir_op){
               .code = IR_CONST, .type = IR_I32, .insn = IR_NONE, .imm = (int32_t)(uint32_t)value});
}

static ir_ref lowest_address(struct probes *p, const struct form *form)
{
    ir_ref base = p->map[form->base];

    if (form->base == 0) {
        return append_const(p, form->low);
    }
    if (form->low == 0) {
        return base;
    }
    return append(p, (struct ir_op){.code = IR_ADD,
                                    .type = IR_I32,
                                    .insn = IR_NONE,
                                    .a = base,
                                    .b = append_const(p, form->low)});
}

/* Emits the guard, before the first member.  From then on the form's base is its lowest address. */
static void begin_form(struct probes *p, unsigned number)
{
    struct form *form = &p->forms[number];
    struct ir_op op = {.code = form->store ? IR_GUARD_STORE : IR_GUARD_LOAD, .insn = IR_NONE};

    op.cond = form->largest;
    op.a = lowest_address(p, form);
    op.b = append_const(p, form->last - form->low);
    op.imm = (int32_t)(p->block->arm_count + number);
    append(p, op);
    form->base = op.a;
}

/* An access whose place is not fixed keeps its address. */
static void rewrite_access(struct probes *p, ir_ref number, struct ir_op *op)
{
    unsigned index = p->form_of[number] - 1u;
    const struct form *form = &p->forms[index];
    struct place at;

    find_place(p->block, &p->block->ops[number], &at);
    if (number == form->first) {
        begin_form(p, index);
    }
    op->code = op->code == IR_STORE ? IR_STORE_UNCHECKED : IR_LOAD_UNCHECKED;
    op->insn = IR_NONE;
    if (at.fixed) {
        op->a = form->base;
        op->imm = (int32_t)(at.low - form->low);
    }
}
static void rewrite_ops(struct probes *p)
{
    struct ir_block *block = p->block;
    unsigned arm = 0;

    p->map[0] = 0;
    p->count = 1;
    p->out[0] = block->ops[0];
    for (unsigned i = 1; i < block->op_count; i++) {
        struct ir_op op;

        if (arm < block->arm_count && i == block->arms[arm]) {
            block->arms[arm++] = (ir_ref)p->count;
        }
        opt_rename(&op, &block->ops[i], p->map);
        if (p->form_of[i] != 0) {
            rewrite_access(p, (ir_ref)i, &op);
        }
        p->map[i] = append(p, op);
    }
}

static void append_arms(struct probes *p, const uint16_t insns[IR_MAX_ARMS])
{
    struct ir_block *block = p->block;

    for (unsigned i = 0; i < p->formed; i++) {
        block->arms[block->arm_count + i] = (ir_ref)p->count;
        append(p, (struct ir_op){.code = IR_STEP, .insn = insns[i]});
        append(p, (struct ir_op){.code = IR_DEOPT, .insn = insns[i]});
    }
}

void opt_probes(struct ir_block *block)
{
    struct probes p;
    uint16_t insns[IR_MAX_ARMS];

    p.block = block;
    p.end = block->arm_count != 0 ? block->arms[0] : block->op_count;
    p.open = p.formed = 0;
    memset(p.form_of, 0, block->op_count);
    find_groups(&p);
    if (p.formed == 0) {
        return;
    }
    find_in_arms(&p);
    for (unsigned i = 0; i < p.formed; i++) {
        insns[i] = block->ops[p.forms[i].first].insn;
    }
    rewrite_ops(&p);
    append_arms(&p, insns);
    block->arm_count += p.formed;
    memcpy(block->ops, p.out, p.count * sizeof p.out[0]);
    block->op_count = p.count;
}
