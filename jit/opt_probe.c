// SPDX-License-Identifier: MIT
/*
 * Sharing of TLB lookups ("probes"): one op checks several accesses at addresses near each other.
 *
 * Between forward and backward walk, over the main section.  LOADs (or STOREs) whose addresses are one value
 * plus constants, all within a page's size, form a group.  Before the first of them a GUARD_LOAD (GUARD_STORE) looks at
 * the two pages that they can be in; behind it they are LOAD_UNCHECKEDs (STORE_UNCHECKEDs), which have no slow path.
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

#define GROUPS       16 /* most groups that are open at a time */
#define MEMBERS      64
#define LEAST        3 /* members from which on a group pays */
#define REACH        IR_MAX_REACH
#define OPS_OF_GROUP 6 /* most ops that a group adds: constants, sum, GUARD_LOAD, arm */

struct group {
    ir_ref base;
    bool store;
    int32_t low, high; /* offsets from base of the lowest and of the highest member */
    unsigned count;
    ir_ref members[MEMBERS];
};

struct probes {
    struct ir_block *block;
    unsigned end; /* of the main section */
    unsigned open, formed;
    struct group groups[GROUPS];
    struct group forms[IR_MAX_ARMS]; /* groups that pay, as they were closed */
    uint8_t form_of[IR_MAX_OPS];     /* 1 + index in forms of the op's group; 0: none */
    ir_ref map[IR_MAX_OPS];
    struct ir_op out[IR_MAX_OPS];
    unsigned count;
};

static unsigned size_of(const struct ir_op *op)
{
    return 1u << (op->cond & IR_64);
}

/* ---- finding ---- */

/* Is each member aligned if the lowest address is?  The guard checks only the lowest, for the size of the largest. */
static bool is_in_step(const struct ir_block *block, const struct group *group)
{
    for (unsigned i = 0; i < group->count; i++) {
        const struct ir_op *op = &block->ops[group->members[i]];
        int32_t offset;

        opt_split(block->ops, op->a, &offset);
        if ((uint32_t)(offset - group->low) % size_of(op) != 0) {
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
        p->forms[p->formed++] = *group;
    }
    *group = p->groups[--p->open];
}

static void close_all(struct probes *p)
{
    while (p->open != 0) {
        close_group(p, &p->groups[0]);
    }
}

static bool fits(const struct group *group, int32_t offset, unsigned size)
{
    int64_t low = offset < group->low ? offset : group->low;
    int64_t high = (int64_t)offset > group->high ? offset : group->high;

    return high - low + size <= REACH && group->count < MEMBERS;
}

/* The open group with this base in whose reach the offset is; or a new one. */
static struct group *find_group(struct probes *p, ir_ref base, bool store, int32_t offset,
                                unsigned size)
{
    for (unsigned i = 0; i < p->open; i++) {
        struct group *group = &p->groups[i];
        if (group->base == base && group->store == store) {
            if (fits(group, offset, size)) {
                return group;
            }
            close_group(p, group);
            break;
        }
    }
    if (p->open == GROUPS) {
        close_group(p, &p->groups[0]);
    }
    p->groups[p->open] =
        (struct group){.base = base, .store = store, .low = offset, .high = offset};
    return &p->groups[p->open++];
}

static void see_access(struct probes *p, ir_ref number)
{
    const struct ir_op *op = &p->block->ops[number];
    struct group *group;
    int32_t offset;
    ir_ref base = opt_split(p->block->ops, op->a, &offset);

    if (p->block->insns[op->insn].no_mmio_cache || p->block->ops[base].code == IR_CONST) {
        return;
    }
    group = find_group(p, base, op->code == IR_STORE, offset, size_of(op));
    group->members[group->count++] = number;
    group->low = offset < group->low ? offset : group->low;
    group->high = offset > group->high ? offset : group->high;
}

static void find_groups(struct probes *p)
{
    for (unsigned i = 1; i < p->end; i++) {
        switch (p->block->ops[i].code) {
        case IR_LOAD:
        case IR_STORE:
            see_access(p, (ir_ref)i);
            break;
        case IR_STEP:
        case IR_CALL:
            close_all(p);
            break;
        default:
            break;
        }
    }
    close_all(p);
}

/* ---- rewriting ---- */

static ir_ref append(struct probes *p, struct ir_op op)
{
    p->out[p->count] = op;
    return (ir_ref)p->count++;
}

static ir_ref append_const(struct probes *p, int32_t value)
{
    return append(p,
                  (struct ir_op){.code = IR_CONST, .type = IR_I32, .insn = IR_NONE, .imm = value});
}

static ir_ref lowest_address(struct probes *p, const struct group *group)
{
    ir_ref base = p->map[group->base];

    if (group->low == 0) {
        return base;
    }
    return append(p, (struct ir_op){.code = IR_ADD,
                                    .type = IR_I32,
                                    .insn = IR_NONE,
                                    .a = base,
                                    .b = append_const(p, group->low)});
}

/* Returns the largest size among the members; *reach is the distance from the lowest address to the last byte. */
static unsigned measure(const struct ir_block *block, const struct group *group, int32_t *reach)
{
    unsigned largest = 0;

    *reach = 0;
    for (unsigned i = 0; i < group->count; i++) {
        const struct ir_op *op = &block->ops[group->members[i]];
        unsigned size = op->cond & IR_64;
        int32_t offset;

        opt_split(block->ops, op->a, &offset);
        offset += (int32_t)size_of(op) - 1 - group->low;
        *reach = offset > *reach ? offset : *reach;
        largest = size > largest ? size : largest;
    }
    return largest;
}

/* Emits the guard, before the first member.  From then on the group's base is its lowest address. */
static void begin_form(struct probes *p, unsigned form)
{
    struct group *group = &p->forms[form];
    int32_t reach;
    struct ir_op op = {.code = group->store ? IR_GUARD_STORE : IR_GUARD_LOAD, .insn = IR_NONE};

    op.cond = (uint8_t)measure(p->block, group, &reach);
    op.a = lowest_address(p, group);
    op.b = append_const(p, reach);
    op.imm = (int32_t)(p->block->arm_count + form);
    append(p, op);
    group->base = op.a;
}

static void rewrite_access(struct probes *p, ir_ref number, struct ir_op *op)
{
    unsigned form = p->form_of[number] - 1u;
    const struct group *group = &p->forms[form];
    int32_t offset;

    opt_split(p->block->ops, p->block->ops[number].a, &offset);
    if (number == group->members[0]) {
        begin_form(p, form);
    }
    op->code = group->store ? IR_STORE_UNCHECKED : IR_LOAD_UNCHECKED;
    op->a = group->base;
    op->imm = offset - group->low;
    op->insn = IR_NONE;
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
    for (unsigned i = 0; i < p.formed; i++) {
        insns[i] = block->ops[p.forms[i].members[0]].insn;
    }
    rewrite_ops(&p);
    append_arms(&p, insns);
    block->arm_count += p.formed;
    memcpy(block->ops, p.out, p.count * sizeof p.out[0]);
    block->op_count = p.count;
}
