// SPDX-License-Identifier: MIT
/*
 * Stubs: what is noted at an op for code that is rarely executed.  The host writes them behind the block's sections.
 *
 * When a stub begins, all values are where they were at the op.  It performs what is pending, saves the registers of
 * values that are used later, does its work, restores the registers and goes on behind the op.
 */
#include "cg.h"
#include "check.h"

uint32_t cg_refund(const struct cg *c, unsigned insn)
{
    return insn == IR_NONE ? 0 : c->block->insns[insn].refund;
}

uint32_t cg_live(const struct cg *c, const struct cg_args *x)
{
    uint32_t live = c->allowed & ~(c->free | c->temps);

    return x->d == CG_NONE ? live : live & ~CG_BIT(x->d);
}

struct cg_stub *cg_add_stub(struct cg *c, unsigned kind, const struct cg_args *x, uint8_t *jump)
{
    struct cg_stub *stub = &c->stubs[c->stub_count++];

    CHECK(c->stub_count <= CG_STUBS_MOST);
    *stub = (struct cg_stub){
        .kind = (uint8_t)kind,
        .d = x->d,
        .fp_ready = c->fp_ready,
        .number = (uint16_t)x->number,
        .live = cg_live(c, x),
        .jump = jump,
        .back = c->as.p,
        .a = x->in[0],
        .b = x->in[1],
    };
    stub->pending = cg_snapshot_pending(c);
    cg_snapshot_lazy(c, &stub->lazy);
    return stub;
}
