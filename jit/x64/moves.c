// SPDX-License-Identifier: MIT
/*
 * Moves between registers, the frame and guest state, which the register allocator asks for.  None of them changes the
 * host's flags.
 */
#include "x64.h"

void x64_move(struct cg *c, unsigned type, unsigned to, unsigned from)
{
    if (to >= XMM0) {
        x64_rr(&c->as, OP_MOVAPS, to, from);
    } else {
        x64_mov(&c->as, type == IR_I64, to, from);
    }
}

void x64_load(struct cg *c, unsigned type, unsigned reg, struct cg_mem from)
{
    struct x64_mem mem = x64_mem_of(from);

    switch (type) {
    case IR_F32:
        x64_rm(&c->as, OP_MOVSS_LOAD, reg, mem);
        break;
    case IR_F64:
        x64_rm(&c->as, OP_MOVSD_LOAD, reg, mem);
        break;
    case IR_FLAGS:
        x64_rm(&c->as, OP_MOVZX16, reg, mem);
        break;
    default:
        x64_rm(&c->as, OP_MOV_LOAD | x64_w(type == IR_I64), reg, mem);
        break;
    }
}

void x64_load_const(struct cg *c, unsigned type, unsigned reg, int32_t imm)
{
    x64_mov_imm(&c->as, type == IR_I64, reg, imm);
}

void x64_store(struct cg *c, unsigned type, struct cg_mem to, unsigned reg)
{
    struct x64_mem mem = x64_mem_of(to);

    switch (type) {
    case IR_F32:
        x64_rm(&c->as, OP_MOVSS_STORE, reg, mem);
        break;
    case IR_F64:
        x64_rm(&c->as, OP_MOVSD_STORE, reg, mem);
        break;
    case IR_FLAGS:
        x64_rm(&c->as, OP_MOV_STORE16, reg, mem);
        break;
    default:
        x64_rm(&c->as, OP_MOV_STORE | x64_w(type == IR_I64), reg, mem);
        break;
    }
}

void x64_store_const(struct cg *c, unsigned type, struct cg_mem to, int32_t imm)
{
    x64_rm(&c->as, OP_MOV_MEM_IMM | x64_w(type == IR_I64), 0, x64_mem_of(to));
    x64_imm32(&c->as, (uint32_t)imm);
}

void x64_spill(struct cg *c, struct cg_mem to, unsigned reg)
{
    x64_rm(&c->as, reg >= XMM0 ? OP_MOVSD_STORE : OP_MOV_STORE | X_W, reg, x64_mem_of(to));
}
