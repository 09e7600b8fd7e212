// SPDX-License-Identifier: MIT
/*
 * Where a value is: in a register, in the frame, in its home, several at once (struct cg_value).
 *
 * Invariants: in_reg[r] is v exactly if v is AT_REG and its reg is r, and then r is not in `free`.  home_of[s] is v and
 * bit s of home_mask is set exactly if v is AT_HOME with home s.  A value that is not used any more is in no register,
 * frame place or home, unless it is pending or pinned.
 */
#include "cg.h"
#include "check.h"

struct cg_mem cg_spill_mem(const struct cg *c, unsigned frame)
{
    return (struct cg_mem){c->host->frame, (int32_t)(c->host->spill_offset + 8 * frame)};
}

struct cg_mem cg_memory_of(const struct cg *c, const struct cg_value *at)
{
    CHECK(at->where & (AT_HOME | AT_FRAME));
    return at->where & AT_HOME ? c->slots[at->home] : cg_spill_mem(c, at->frame);
}

struct cg_operand cg_operand_of(const struct cg *c, ir_ref value)
{
    const struct cg_value *at = &c->values[value];

    if (at->where & AT_REG) {
        return (struct cg_operand){OPERAND_REG, at->reg, 0};
    }
    if (at->where & AT_CONST) {
        return (struct cg_operand){OPERAND_IMM, 0, c->ops[value].imm};
    }
    return cg_mem_operand(cg_memory_of(c, at));
}

void cg_move(struct cg *c, ir_ref value, unsigned to, unsigned from)
{
    c->host->move(c, c->ops[value].type, to, from);
}

void cg_load_value(struct cg *c, ir_ref value, unsigned reg)
{
    const struct cg_value *at = &c->values[value];
    unsigned type = c->ops[value].type;

    if (at->where & AT_CONST) {
        c->host->load_const(c, type, reg, c->ops[value].imm);
    } else {
        c->host->load(c, type, reg, cg_memory_of(c, at));
    }
}

void cg_assign(struct cg *c, ir_ref value, unsigned reg)
{
    c->values[value].where |= AT_REG;
    c->values[value].reg = (uint8_t)reg;
    c->in_reg[reg] = value;
}

void cg_take_home(struct cg *c, ir_ref value, unsigned slot)
{
    c->home_of[slot] = value;
    c->home_mask[slot / 64] |= UINT64_C(1) << slot % 64;
    c->values[value].home = (uint8_t)slot;
    c->values[value].where |= AT_HOME;
}

void cg_forget_home(struct cg *c, ir_ref value)
{
    unsigned slot = c->values[value].home;

    c->home_mask[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    c->values[value].where &= (uint8_t)~AT_HOME;
}

void cg_give_up(struct cg *c, ir_ref value)
{
    struct cg_value *at = &c->values[value];

    if ((at->where & PENDING) || at->pins != 0) {
        return; /* it stays until the SET that overwrites it */
    }
    if (at->where & AT_REG) {
        c->free |= CG_BIT(at->reg);
    }
    if (at->where & AT_FRAME) {
        c->frame_dead[c->frame_dead_count++] = at->frame;
    }
    if (at->where & AT_HOME) {
        cg_forget_home(c, value);
    }
    at->where = 0;
}
