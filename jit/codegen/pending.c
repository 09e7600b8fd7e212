// SPDX-License-Identifier: MIT
/*
 * SETs that only stubs and arms perform.
 *
 * A SET that a later one overwrites before anything but a slow path or an arm can see it needs no store in
 * the main path.  Its value stays in its register until the later SET; each stub on the way stores it
 * first, and so does each arm.  If the register is needed, the store is made then.  analyse.c finds these
 * SETs; between such a SET and the one that overwrites it there is no GET of the slot, and no op at which
 * state must be complete in the main path.
 *
 * Invariant: a value that is PENDING is AT_REG, its `home` is the slot, and it is not AT_HOME.
 */
#include "check.h"
#include "x64.h"

bool x64_pend(struct x64 *c, unsigned slot, ir_ref value)
{
    struct x64_value *at = &c->values[value];

    if (c->pending_count == X64_PENDING_MOST || (at->where & PENDING)) {
        return false;
    }
    c->pending[c->pending_count++] = (struct x64_pending){.slot = (uint8_t)slot, .value = value};
    if (!(at->where & AT_CONST)) {
        CHECK(at->where & AT_REG);
        if (at->where & AT_HOME) {
            x64_forget_home(c, value);
        }
        at->home = (uint8_t)slot;
        at->where |= PENDING;
    }
    return true;
}

static void remove_pending(struct x64 *c, unsigned i)
{
    c->values[c->pending[i].value].where &= (uint8_t)~PENDING;
    c->pending[i] = c->pending[--c->pending_count];
}

void x64_drop_pending(struct x64 *c, unsigned slot)
{
    for (unsigned i = c->pending_count; i-- > 0;) {
        unsigned other = c->pending[i].slot;
        ir_ref value = c->pending[i].value;
        if (c->covers[slot][other / 64] >> other % 64 & 1) {
            remove_pending(c, i);
            if (!(c->values[value].where & AT_CONST) && c->values[value].next == 0) {
                x64_give_up(c, value);
            }
        }
    }
}

/* Not if the FP op at hand may write the slot: it may come to that after this. */
bool x64_write_pending(struct x64 *c, ir_ref value)
{
    unsigned slot = c->values[value].home;
    unsigned i = 0;

    while (c->pending[i].value != value) {
        i++;
        CHECK(i < c->pending_count);
    }
    x64_store(c, slot, c->guest->slots[slot].type, c->values[value].reg);
    remove_pending(c, i);
    if (c->conflicts[c->step_slot][slot / 64] >> slot % 64 & 1) {
        return false;
    }
    x64_take_home(c, value, slot);
    return true;
}

struct x64_noted x64_note_pending(struct x64 *c)
{
    struct x64_noted all = {c->pool_count, (uint8_t)c->pending_count};

    for (unsigned i = 0; i < c->pending_count; i++) {
        struct x64_pending *noted = &c->pool[c->pool_count++];
        const struct x64_value *at = &c->values[c->pending[i].value];
        *noted = c->pending[i];
        noted->reg = at->where & AT_CONST ? X64_NONE : at->reg;
    }
    return all;
}

void x64_emit_pending(struct x64 *c, struct x64_noted all)
{
    for (unsigned i = 0; i < all.count; i++) {
        const struct x64_pending *noted = &c->pool[all.first + i];
        unsigned type = c->guest->slots[noted->slot].type;
        if (noted->reg == X64_NONE) {
            x64_store_const(c, noted->slot, type, c->ops[noted->value].imm);
        } else {
            x64_store(c, noted->slot, type, noted->reg);
        }
    }
}
