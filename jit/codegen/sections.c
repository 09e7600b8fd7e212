// SPDX-License-Identifier: MIT
/*
 * Sections: where values are at the beginning of a block and of an arm.
 *
 * At a branch the places of the arm's live-ins are noted, and the arm begins with them there.  It first stores what
 * was pending at the branch.  Registers and frame places of all other values are free in the arm.
 */
#include "check.h"
#include "cg.h"

void cg_leave_to_arm(struct cg *c, unsigned arm)
{
    struct cg_arm *to = &c->arms[arm];
    struct cg_livein *livein = &c->liveins[to->first];

    CHECK(to->jump == NULL);
    if (c->flags.value != 0 && cg_is_cond(c, c->flags.value) &&
        c->values[c->flags.value].next != 0) {
        cg_leave_flags(c,
                       c->flags.value); /* to a register: the arm may need the flags for others */
    }
    to->flags = c->flags;
    to->fp_ready = c->fp_ready;
    to->pending = cg_snapshot_pending(c);
    cg_snapshot_lazy(c, &to->lazy);
    for (unsigned i = 0; i < to->count; i++) {
        livein[i].at = c->values[livein[i].value];
        cg_consume(c, livein[i].value, livein[i].after);
        cg_end_op(c);
    }
}

static void begin_section(struct cg *c)
{
    c->free = c->allowed;
    c->locked = 0;
    c->temps = 0;
    c->frame_top = 0;
    c->frame_free_count = 0;
    c->frame_dead_count = 0;
    c->pending_count = 0;
    c->lazy.value = 0;
    memset(c->home_mask, 0, sizeof c->home_mask);
}

void cg_begin_block(struct cg *c)
{
    begin_section(c);
    c->flags = (struct cg_flags){.kind = FLAGS_NONE};
    c->fp_ready = false;
    c->done = 0;
    c->stub_count = 0;
    c->pool_count = 0;
    c->step_slot = 0;
}

/* Puts a live-in back to where it was at the branch.  If it was pending, the arm has stored it: the slot is its home. */
static void restore_livein(struct cg *c, const struct cg_livein *livein)
{
    struct cg_value *at = &c->values[livein->value];

    *at = livein->at;
    at->where = at->where & PENDING ? (at->where & (uint8_t)~PENDING) | AT_HOME : at->where;
    at->next = livein->first;
    at->pins = 0;
    if (at->where & AT_REG) {
        c->free &= ~CG_BIT(at->reg);
        c->in_reg[at->reg] = livein->value;
    }
    if ((at->where & AT_FRAME) && at->frame >= c->frame_top) {
        c->frame_top = at->frame + 1u;
    }
    if (at->where & AT_HOME) {
        at->where &= (uint8_t)~AT_HOME;
        cg_take_home(c, livein->value, at->home);
    }
}

void cg_begin_arm(struct cg *c, unsigned arm)
{
    const struct cg_arm *from = &c->arms[arm];

    begin_section(c);
    cg_emit_pending(c, from->pending);
    for (unsigned i = 0; i < from->count; i++) {
        restore_livein(c, &c->liveins[from->first + i]);
    }
    c->fp_ready = from->fp_ready;
    c->flags = from->flags;
    if (c->flags.value != 0 && !(c->values[c->flags.value].where & AT_FLAGS)) {
        c->flags.value = 0;
    }
    cg_begin_arm_lazy(c, &from->lazy);
}
