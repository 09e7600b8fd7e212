// SPDX-License-Identifier: MIT
/*
 * The backward walk: ops that are not needed become NOPs, then the gaps are closed.
 *
 *   dce    drops an op that is PURE, or a GET, if its result is not used
 *   dead   drops a SET whose bytes are all overwritten by later SETs, if nothing between could see them: no op that
 *          LEAVES, no branch, no end of a section, no GET of those bytes.  FP ops that check no operand do not
 *          count for slots that are ignored_by_fp_step.
 *
 * One walk over the whole block is enough: operands have lower numbers than their users, and a section's
 * end separates it from the one before.  The code branches on an op's code rather than on whether the op is needed,
 * because the host's branch prediction knows the former better.  Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

/* Bytes of state that will be overwritten, by granules of four, in a direct-mapped table.  From bit 0: a mask of bytes
 * (4); the epoch in which that was noted: an entry of another epoch is empty (12); the granule's number divided by
 * OPT_GRANULES, as a tag (16). */
typedef uint32_t cover_entry;
_Static_assert(IR_MAX_OPS <= 1 << 12, "an op begins at most one epoch");

struct backward {
    struct ir_block *block;
    unsigned passes;
    uint32_t epoch;         /* incremented at each op that may see state, which empties the table */
    uint32_t ignored_epoch; /* the same for slots that are ignored_by_fp_step */
    cover_entry cover[2 * OPT_GRANULES];
    uint8_t used[IR_MAX_OPS];
    ir_ref map[IR_MAX_OPS];
};

/* ---- state ---- */

/* The mask of those bytes of the granule that lie from start to end. */
static inline uint32_t granule_mask(uint32_t granule, uint32_t start, uint32_t end)
{
    unsigned from = start > granule * 4 ? start - granule * 4 : 0;
    unsigned to = end < granule * 4 + 4 ? end - granule * 4 : 4;

    return (0xfu << from) & (0xfu >> (4 - to));
}

/* The granule's entry.  If the place holds another granule's entry, or one of an earlier epoch, it is emptied. */
static inline cover_entry *find_entry(struct backward *walk, uint32_t granule,
                                      const struct ir_slot *slot)
{
    cover_entry *entry = &walk->cover[granule % OPT_GRANULES + slot->bank * OPT_GRANULES];
    uint32_t epoch = slot->ignored_by_fp_step ? walk->ignored_epoch : walk->epoch;
    uint32_t empty = granule / OPT_GRANULES << 16 | epoch << 4;

    *entry = (*entry & ~15u) == empty ? *entry : empty;
    return entry;
}

/* Is a SET of the slot needed, because some of its bytes will not be overwritten?  Notes that from here on backward all
 * of them will. */
static bool see_set(struct backward *walk, const struct ir_slot *slot)
{
    uint32_t end = slot->offset + ir_type_bytes(slot->type);
    uint32_t staying = 0;

    for (uint32_t granule = slot->offset / 4; granule * 4 < end; granule++) {
        cover_entry *entry = find_entry(walk, granule, slot);
        uint32_t mask = granule_mask(granule, slot->offset, end);

        staying |= mask & ~*entry;
        *entry |= mask;
    }
    return staying != 0;
}

static void see_get(struct backward *walk, const struct ir_slot *slot)
{
    uint32_t end = slot->offset + ir_type_bytes(slot->type);

    for (uint32_t granule = slot->offset / 4; granule * 4 < end; granule++) {
        *find_entry(walk, granule, slot) &= ~granule_mask(granule, slot->offset, end);
    }
}

/* ---- ops ---- */

static void begin_epochs(struct backward *walk)
{
    walk->epoch++;
    walk->ignored_epoch++;
}

/* Is the op needed?  `used`: its result is.  Notes what the op means for SETs before it. */
static bool see_op(struct backward *walk, const struct ir_op *op, bool used)
{
    const struct ir_slot *slots = walk->block->guest->slots;
    unsigned flags = opt_flags_of(walk->block, op);

    if (flags & IR_F_PURE) {
        return used;
    }
    switch (op->code) {
    case IR_SET:
        return see_set(walk, &slots[op->slot]) || !(walk->passes & OPT_DEAD);
    case IR_GET:
        if (used) {
            see_get(walk, &slots[op->slot]);
        }
        return used;
    default:
        if (flags & IR_F_SPECIAL) {
            if (op->insn == IR_NONE) {
                return true; /* it has no slow path */
            }
            walk->epoch++;
            walk->ignored_epoch += (op->cond & (IR_FP_A | IR_FP_B)) != 0;
        } else if (flags & (IR_F_LEAVES | IR_F_END | IR_F_BRANCHES)) {
            begin_epochs(walk);
        }
        return true;
    }
}

/* Makes NOPs of the ops that are not needed, and returns how many. */
static unsigned drop(struct backward *walk)
{
    struct ir_block *block = walk->block;
    bool keep = !(walk->passes & OPT_DCE);
    unsigned dropped = 0;

    for (unsigned i = block->op_count; i-- > 1;) {
        struct ir_op *op = &block->ops[i];
        bool used = (walk->used[i] || keep) && op->code != IR_NOP;
        bool needed = see_op(walk, op, used);

        unsigned mask = needed && op->code != IR_EXIT ? IR_MAX_OPS - 1 : 0; /* EXIT's c is a link */

        walk->used[op->a & mask] = 1;
        walk->used[op->b & mask] = 1;
        walk->used[op->c & mask] = 1;
        op->code = needed ? op->code : IR_NOP;
        dropped += !needed;
    }
    return dropped;
}

/* Removes the NOPs.  No section becomes empty, since its END op is always needed. */
static void close_gaps(struct backward *walk)
{
    struct ir_block *block = walk->block;
    unsigned arm = 0;
    unsigned next_arm = block->arm_count != 0 ? block->arms[0] : IR_MAX_OPS;
    unsigned count = 1;

    walk->map[0] = 0;
    for (unsigned i = 1; i < block->op_count; i++) {
        const struct ir_op *op = &block->ops[i];
        bool needed = op->code != IR_NOP;

        if (i == next_arm) {
            block->arms[arm++] = (ir_ref)count;
            next_arm = arm < block->arm_count ? block->arms[arm] : IR_MAX_OPS;
        }
        walk->map[i] = (ir_ref)count;
        opt_rename(&block->ops[count], op, walk->map);
        count += needed;
    }
    block->op_count = count;
}

void opt_backward(struct ir_block *block, unsigned passes)
{
    struct backward walk;

    walk.block = block;
    walk.passes = passes;
    walk.epoch = walk.ignored_epoch = 1;
    memset(walk.cover, 0, sizeof walk.cover);
    memset(walk.used, 0, block->op_count);
    if (drop(&walk) != 0) {
        close_gaps(&walk);
    }
}
