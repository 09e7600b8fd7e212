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
 * A value may be pending for several slots: what an FPop gives is a register's new value, and the next one's operand in the
 * note for FSR.cexc.
 *
 * Invariant: a value that is PENDING is AT_REG, its `home` is one of the slots, and it is not AT_HOME.
 */
#include "check.h"
#include "cg.h"

bool cg_pend(struct cg *c, unsigned slot, ir_ref value)
{
    struct cg_value *at = &c->values[value];

    if (c->pending_count == CG_PENDING_MOST) {
        return false;
    }
    c->pending[c->pending_count++] = (struct cg_pending){.slot = (uint8_t)slot, .value = value};
    if (!(at->where & (AT_CONST | PENDING))) {
        CHECK(at->where & AT_REG);
        if (at->where & AT_HOME) {
            cg_forget_home(c, value);
        }
        at->home = (uint8_t)slot;
        at->where |= PENDING;
    }
    return true;
}

/* A SET that is pending for the value, by its number; pending_count if there is none. */
static unsigned find_pending(const struct cg *c, ir_ref value)
{
    unsigned i = 0;

    while (i < c->pending_count && c->pending[i].value != value) {
        i++;
    }
    return i;
}

static void remove_pending(struct cg *c, unsigned i)
{
    ir_ref value = c->pending[i].value;
    struct cg_value *at = &c->values[value];

    c->pending[i] = c->pending[--c->pending_count];
    if (at->where & AT_CONST) {
        return;
    }
    unsigned other = find_pending(c, value);
    if (other == c->pending_count) {
        at->where &= (uint8_t)~PENDING;
    } else {
        at->home = c->pending[other].slot;
    }
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

/* A slot does not become the value's home if step() may write it after this. */
bool cg_write_pending(struct cg *c, ir_ref value)
{
    unsigned home = 0;

    CHECK(find_pending(c, value) < c->pending_count);
    while (c->values[value].where & PENDING) {
        unsigned i = find_pending(c, value);
        unsigned slot = c->pending[i].slot;
        c->host->store(c, c->guest->slots[slot].type, c->slots[slot], c->values[value].reg);
        remove_pending(c, i);
        home = is_stepped(c, slot) ? home : slot;
    }
    if (home != 0) {
        cg_take_home(c, value, home);
    }
    return home != 0;
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
