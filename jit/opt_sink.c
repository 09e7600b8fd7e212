// SPDX-License-Identifier: MIT
/*
 * Sinking of flags: `cmp; be; cmp; be ...` writes the flags at each compare, but on the straight path
 * each write is overwritten unseen, and only the arms see it.  So the write goes into the arms.
 *
 * The pass goes backward over the main section, as the forward walk has left it.  A SET of a FLAGS slot that a later
 * SET of the same slot covers, with nothing but branches between that could see the slot, becomes a NOP; the arm of
 * each of those branches begins with the SET instead, and with the op that makes the flags.  Only FLAGS slots are
 * worth it: flags cost a host several instructions, other values one store.
 *
 * Obligation: the value of a sunk SET, and its op's operands, are defined before the branch, hence visible in the arm.
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

#define SLOTS 4 /* most FLAGS slots that are followed at a time */

/* A slot that a later SET covers. */
struct covered {
    uint8_t slot;
    uint64_t arms; /* those whose branches are between the op at hand and that SET */
};
_Static_assert(IR_MAX_ARMS <= 64, "a mask of arms");

struct scan {
    struct opt_walk *walk;
    unsigned count;
    struct covered covered[SLOTS];
};

static struct covered *find(struct scan *scan, unsigned slot)
{
    for (unsigned i = 0; i < scan->count; i++) {
        if (scan->covered[i].slot == slot) {
            return &scan->covered[i];
        }
    }
    return NULL;
}

/* Slots that share bytes with this one count as covered no more; `same`: nor does the slot itself. */
static void uncover(struct scan *scan, unsigned slot, bool same)
{
    const struct ir_slot *rows = scan->walk->block->guest->slots;

    for (unsigned i = scan->count; i-- > 0;) {
        unsigned other = scan->covered[i].slot;

        if ((same || other != slot) && opt_slots_overlap(&rows[other], &rows[slot])) {
            scan->covered[i] = scan->covered[--scan->count];
        }
    }
}

static void add_to_arms(struct opt_walk *walk, uint64_t arms, const struct ir_op *set)
{
    for (; arms != 0; arms &= arms - 1) {
        struct opt_arm *arm = &walk->arms[__builtin_ctzll(arms)];
        struct opt_sunk *sunk = &walk->sunk[walk->sunk_count++];

        *sunk = (struct opt_sunk){*set, arm->first_set};
        arm->first_set = (uint8_t)walk->sunk_count;
        walk->reserve += 2;
    }
}

static void scan_set(struct scan *scan, struct ir_op *op)
{
    struct opt_walk *walk = scan->walk;
    struct covered *covered;

    uncover(scan, op->slot, false);
    if (walk->block->guest->slots[op->slot].type != IR_FLAGS) {
        return;
    }
    covered = find(scan, op->slot);
    if (covered == NULL) {
        if (scan->count < SLOTS) {
            scan->covered[scan->count++] = (struct covered){op->slot, 0};
        }
        return;
    }
    if (walk->sunk_count + (unsigned)__builtin_popcountll(covered->arms) <= IR_MAX_ARMS) {
        add_to_arms(walk, covered->arms, op);
        *op = (struct ir_op){.code = IR_NOP};
    }
    covered->arms = 0;
}

static void scan_branch(struct scan *scan, const struct ir_op *op)
{
    for (unsigned i = 0; i < scan->count; i++) {
        scan->covered[i].arms |= 1ull << op->imm;
    }
}

void opt_sink_flags(struct opt_walk *walk)
{
    struct scan scan = {.walk = walk};

    if (walk->count + walk->block->op_count + 2 * IR_MAX_ARMS > IR_MAX_OPS) {
        return; /* there might be no room in the arms */
    }
    for (unsigned i = walk->count; i-- > 1;) {
        struct ir_op *op = &walk->out[i];

        if (op->code == IR_SET) {
            scan_set(&scan, op);
        } else if (op->code == IR_GET) {
            uncover(&scan, op->slot, true);
        } else if (ir_is_branch(op->code)) {
            scan_branch(&scan, op);
        } else if (scan.count != 0 && opt_flags_of(walk->block, op) & (IR_F_LEAVES | IR_F_END)) {
            scan.count = 0;
        }
    }
}
