// SPDX-License-Identifier: MIT
/*
 * Registers are taken and given back.  When none is free, the value whose next use is farthest is spilled; one that
 * has a copy in memory costs no store.
 */
#include "cg.h"
#include "check.h"

/* ---- spilling ---- */

static unsigned take_frame(struct cg *c)
{
    return c->frame_free_count != 0 ? c->frame_free[--c->frame_free_count] : c->frame_top++;
}

static void spill(struct cg *c, ir_ref value)
{
    struct cg_value *at = &c->values[value];

    if ((at->where & PENDING) && (cg_write_pending(c, value) || (at->next == 0 && at->pins == 0))) {
        return;
    }
    if (!(at->where & (AT_FRAME | AT_HOME))) {
        at->frame = (uint16_t)take_frame(c);
        at->where |= AT_FRAME;
        c->host->spill(c, cg_spill_mem(c, at->frame), at->reg);
    }
}

static void evict(struct cg *c, unsigned reg)
{
    ir_ref value = c->in_reg[reg];

    spill(c, value);
    if (c->values[value].next == 0 && c->values[value].pins == 0) {
        cg_give_up(c, value); /* it was in the register only because it was pending */
        return;
    }
    c->values[value].where &= (uint8_t)~AT_REG;
    c->free |= CG_BIT(reg);
}

/* The register among these whose value's next use is farthest. */
static unsigned farthest(const struct cg *c, uint32_t candidates)
{
    unsigned best = CG_NONE;
    unsigned distance = 0;

    CHECK(candidates != 0);
    for (; candidates != 0; candidates &= candidates - 1) {
        unsigned reg = (unsigned)__builtin_ctz(candidates);
        unsigned next = c->values[c->in_reg[reg]].next - 1u; /* 0, none, is farthest */
        if (best == CG_NONE || next > distance) {
            distance = next;
            best = reg;
        }
    }
    return best;
}

/* ---- taking ---- */

static inline unsigned pick_free(const struct cg *c, uint32_t free)
{
    uint32_t first = free & c->host->first;
    uint32_t more = free & ~c->host->last;

    return (unsigned)__builtin_ctz(first != 0 ? first : more != 0 ? more : free);
}

unsigned cg_take(struct cg *c, uint32_t class, uint32_t avoid)
{
    uint32_t free = c->free & class & ~avoid;
    unsigned reg;

    if (free != 0) {
        reg = pick_free(c, free);
    } else {
        reg = farthest(c, c->allowed & class & ~(c->free | avoid | c->locked | c->temps));
        evict(c, reg);
    }
    c->free &= ~CG_BIT(reg);
    return reg;
}

unsigned cg_take_for(struct cg *c, ir_ref value, uint32_t avoid)
{
    return cg_take(c, cg_is_fp(c, value) ? c->host->fp : c->host->general, avoid);
}

void cg_vacate(struct cg *c, unsigned reg)
{
    uint32_t free = c->free & c->host->general & ~c->host->fixed;
    ir_ref value = c->in_reg[reg];

    if (c->free & CG_BIT(reg)) {
        return;
    }
    CHECK(!((c->temps | c->locked) & CG_BIT(reg)));
    if (free == 0 || c->values[value].where & (AT_FRAME | AT_HOME)) {
        evict(c, reg);
        return;
    }
    unsigned to = pick_free(c, free);
    cg_move(c, value, to, reg);
    c->free = (c->free | CG_BIT(reg)) & ~CG_BIT(to);
    cg_assign(c, value, to);
}

void cg_take_fixed(struct cg *c, unsigned reg)
{
    cg_vacate(c, reg);
    c->free &= ~CG_BIT(reg);
    c->temps |= CG_BIT(reg);
}

void cg_evict_all(struct cg *c)
{
    for (uint32_t used = c->allowed & ~c->free; used != 0; used &= used - 1) {
        evict(c, (unsigned)__builtin_ctz(used));
    }
}

/* ---- the end of uses, and of an op ---- */

void cg_consume(struct cg *c, ir_ref value, unsigned after)
{
    struct cg_value *at = &c->values[value];

    if (at->where & AT_CONST) {
        return;
    }
    at->next = (uint16_t)after;
    if (after == 0) {
        cg_give_up(c, value);
    }
}

/* Frame places of operands that died at an op are not free before the op is done, since its instructions may read
 * them. */
static void free_dead_frames(struct cg *c)
{
    while (c->frame_dead_count != 0) {
        c->frame_free[c->frame_free_count++] = c->frame_dead[--c->frame_dead_count];
    }
}

void cg_end_op(struct cg *c)
{
    c->free |= c->temps;
    c->temps = 0;
    c->locked = 0;
    free_dead_frames(c);
}

void cg_define(struct cg *c, unsigned number, unsigned reg)
{
    c->temps &= ~CG_BIT(reg);
    if (c->values[number].next == 0) {
        c->free |= CG_BIT(reg);
    } else {
        cg_assign(c, (ir_ref)number, reg);
    }
}
