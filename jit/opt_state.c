// SPDX-License-Identifier: MIT
/*
 * What is known of guest state during the forward walk: which value a slot has.
 *
 * A slot in the bank is named by its offset plus what MOVE_BANKs have added since the block's entry, so after
 * a MOVE_BANK the old window's output registers are found again as the new one's input registers.
 *
 * What ops other than SET may change:
 *   STEP, CALL of a helper that is not pure: any slot.
 *   MOVE_BANK: its slow path performs the whole instruction; but the register that this writes, the block SETs again.
 *   FP ops: their slow path writes the op's own slot.
 *   LOAD, STORE: nothing; if a device or the debugger changes registers, generated code is left.
 * The slow paths of MOVE_BANK and FP ops may also change clobbered_by_step slots, of which nothing is ever known.
 * Manual: docs/jit-optimizer.md.
 */
#include "opt.h"

/* A slot's bytes, as granules of the table. */
struct span {
    int32_t first, last;
    uint8_t offset; /* in the first */
    uint8_t bank;
};

bool opt_slots_overlap(const struct ir_slot *a, const struct ir_slot *b)
{
    return a->bank == b->bank && a->offset < b->offset + ir_type_bytes(b->type) &&
           b->offset < a->offset + ir_type_bytes(a->type);
}

static inline int32_t slot_start(const struct opt_known *known, const struct ir_slot *slot)
{
    return (int32_t)slot->offset + (slot->bank == IR_BANKED ? known->bank_moved : 0);
}

static inline struct span slot_span(const struct opt_known *known, const struct ir_slot *slot)
{
    int32_t start = slot_start(known, slot);
    int32_t last = start + (int32_t)ir_type_bytes(slot->type) - 1;

    /* arithmetic shifts: an offset may be below 0 after MOVE_BANK */
    return (struct span){start >> 2, last >> 2, (uint8_t)(start & 3), slot->bank};
}

static inline unsigned entry_index(int32_t granule, unsigned bank)
{
    return ((unsigned)granule % OPT_GRANULES) + bank * OPT_GRANULES;
}

/* The entry for one granule of the slot, but for its value. */
static inline opt_known_entry entry_of(const struct span *span, int32_t granule)
{
    return span->offset << 12 | (granule != span->first) << 14 |
           (uint32_t)granule / OPT_GRANULES << 15;
}

static void forget_bank(struct opt_known *known, unsigned bank)
{
    memset(&known->entries[bank * OPT_GRANULES], 0, OPT_GRANULES * sizeof known->entries[0]);
}

void opt_known_forget(struct opt_known *known)
{
    memset(known->entries, 0, sizeof known->entries);
    known->lowest = INT32_MAX;
    known->highest = INT32_MIN;
}

ir_ref opt_known_value(const struct opt_walk *walk, unsigned slot, unsigned type)
{
    const struct ir_slot *row = &walk->block->guest->slots[slot];
    const struct opt_known *known = &walk->known;
    struct span span = slot_span(known, row);
    ir_ref value = known->entries[entry_index(span.first, span.bank)] & OPT_VALUE_MASK;

    for (int32_t granule = span.first; granule <= span.last; granule++) {
        opt_known_entry entry = known->entries[entry_index(granule, span.bank)];

        if (entry != (entry_of(&span, granule) | value)) {
            return 0;
        }
    }
    return opt_op(walk, value)->type == type ? value : 0; /* value 0 is op 0, a NOP without type */
}

/* Extends the range of bank bytes that something is known of.  The bank is a ring, so two offsets a period apart are the
 * same place: if the range becomes longer than that, all that is known of the bank is forgotten. */
static void note_extent(struct opt_known *known, int32_t start, unsigned bytes, uint32_t period)
{
    int32_t end = start + (int32_t)bytes;
    int32_t lowest = start < known->lowest ? start : known->lowest;
    int32_t highest = end > known->highest ? end : known->highest;

    if (period != 0 && (uint32_t)(highest - lowest) > period) {
        forget_bank(known, IR_BANKED);
        lowest = start;
        highest = end;
    }
    known->lowest = lowest;
    known->highest = highest;
}

void opt_known_put(struct opt_walk *walk, unsigned slot, ir_ref value)
{
    const struct ir_guest *guest = walk->block->guest;
    const struct ir_slot *row = &guest->slots[slot];
    struct opt_known *known = &walk->known;
    struct span span = slot_span(known, row);

    if (row->clobbered_by_step) {
        value = 0;
    } else if (row->bank == IR_BANKED) {
        note_extent(known, slot_start(known, row), ir_type_bytes(row->type), guest->bank_period);
    }
    for (int32_t granule = span.first; granule <= span.last; granule++) {
        known->entries[entry_index(granule, span.bank)] = entry_of(&span, granule) | value;
    }
}

void opt_known_after(struct opt_walk *walk, const struct ir_op *op)
{
    switch (op->code) {
    case IR_MOVE_BANK:
        walk->known.bank_moved += op->imm;
        break;
    case IR_STEP:
        opt_known_forget(&walk->known);
        break;
    case IR_CALL:
        if (!(ir_op_flags(walk->block, op) & IR_F_PURE)) {
            opt_known_forget(&walk->known);
        }
        break;
    default:
        if (ir_rows[op->code].flags & IR_F_SPECIAL && op->insn != IR_NONE) {
            opt_known_put(walk, op->slot, 0);
        }
        break;
    }
}
