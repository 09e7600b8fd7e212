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
#include "cg.h"

bool cg_pend(struct cg *c, unsigned slot, ir_ref value)
{
    struct cg_value *at = &c->values[value];

    if (c->pending_count == CG_PENDING_MOST || (at->where & PENDING)) {
        return false;
    }
    c->pending[c->pending_count++] = (struct cg_pending){.slot = (uint8_t)slot, .value = value};
    if (!(at->where & AT_CONST)) {
        CHECK(at->where & AT_REG);
        if (at->where & AT_HOME) {
            cg_forget_home(c, value);
        }
        at->home = (uint8_t)slot;
        at->where |= PENDING;
    }
    return true;
}

static void remove_pending(struct cg *c, unsigned i)
{
    c->values[c->pending[i].value].where &= (uint8_t)~PENDING;
    c->pending[i] = c->pending[--c->pending_count];
}

void cg_drop_pending(struct cg *c, unsigned slot)
{
    for (unsigned i = c->pending_count; i-- > 0;) {
        unsigned other = c->pending[i].slot;
        ir_ref value = c->pending[i].value;
        if (cg_has_slot(c->covers[slot], other)) {
            remove_pending(c, i);
            if (!(c->values[value].where & AT_CONST) && c->values[value].next == 0) {
                cg_give_up(c, value);
            }
        }
    }
}

/* May step() of the FP op at hand write the slot? */
static bool is_stepped(const struct cg *c, unsigned slot)
{
    return c->step_slot != 0 &&
           (cg_has_slot(c->conflicts[c->step_slot], slot) || cg_has_slot(c->clobbered, slot));
}

/* The slot does not become the value's home if step() may write it after this. */
bool cg_write_pending(struct cg *c, ir_ref value)
{
    unsigned slot = c->values[value].home;
    unsigned i = 0;

    while (c->pending[i].value != value) {
        i++;
        CHECK(i < c->pending_count);
    }
    c->host->store(c, c->guest->slots[slot].type, c->slots[slot], c->values[value].reg);
    remove_pending(c, i);
    if (is_stepped(c, slot)) {
        return false;
    }
    cg_take_home(c, value, slot);
    return true;
}

struct cg_pending_snapshot cg_snapshot_pending(struct cg *c)
{
    struct cg_pending_snapshot all = {c->pool_count, (uint8_t)c->pending_count};

    for (unsigned i = 0; i < c->pending_count; i++) {
        struct cg_pending *noted = &c->pool[c->pool_count++];
        const struct cg_value *at = &c->values[c->pending[i].value];
        *noted = c->pending[i];
        noted->reg = at->where & AT_CONST ? CG_NONE : at->reg;
    }
    return all;
}

void cg_emit_pending(struct cg *c, struct cg_pending_snapshot all)
{
    for (unsigned i = 0; i < all.count; i++) {
        const struct cg_pending *noted = &c->pool[all.first + i];
        unsigned type = c->guest->slots[noted->slot].type;
        if (noted->reg == CG_NONE) {
            c->host->store_const(c, type, c->slots[noted->slot], c->ops[noted->value].imm);
        } else {
            c->host->store(c, type, c->slots[noted->slot], noted->reg);
        }
    }
}
