// SPDX-License-Identifier: MIT
/* The toy host's machine: executes its instructions, one after the other. */
#include "check.h"
#include "toy_host_inside.h"

/* ---- operands ---- */

static uint8_t *address_of(struct toy_machine *m, struct cg_operand mem)
{
    uint8_t *const frame = (uint8_t *)m->frame;
    uint8_t *base = mem.reg == ENV_REG    ? m->run.bases[IR_ENV]
                    : mem.reg == BANK_REG ? m->run.bases[IR_BANKED]
                                          : frame;

    CHECK(mem.reg != FRAME_REG || (uint32_t)mem.value < sizeof m->frame);
    return base + mem.value;
}

static uint64_t fetch(struct toy_machine *m, struct cg_operand from, unsigned type)
{
    uint64_t value = 0;

    switch ((enum cg_operand_kind)from.kind) {
    case OPERAND_NONE:
        return m->flags;
    case OPERAND_REG:
        return m->regs[from.reg];
    case OPERAND_IMM:
        return type == IR_I64 ? (uint64_t)(int64_t)from.value : (uint32_t)from.value;
    case OPERAND_MEM:
        memcpy(&value, address_of(m, from), ir_type_bytes(type));
        break;
    }
    return value;
}

/* ---- flags ---- */

/* 32-bit operands are moved to the upper half, so that both widths are computed alike. */
static unsigned flags_of(const struct toy_instr *instr, uint64_t a, uint64_t b)
{
    bool sum = instr->flags_kind == FLAGS_OF_ADD;

    a = instr->wide ? a : a << 32;
    b = instr->wide ? b : b << 32;
    uint64_t result = sum ? a + b : a - b;
    uint64_t overflow = sum ? ~(a ^ b) & (a ^ result) : (a ^ b) & (a ^ result);
    bool carry = sum ? result < a : a < b;
    return (result >> 63 ? 8u : 0) | (result == 0 ? 4u : 0) | (overflow >> 63 ? 2u : 0) | carry;
}

/* ---- IR ops ---- */

static void leave_garbage(struct toy_machine *m, const struct toy_instr *instr)
{
    for (unsigned reg = 0; reg < CG_REGS; reg++) {
        if (instr->garbage & CG_BIT(reg) && reg != instr->d) {
            m->regs[reg] = UINT64_C(0xdead0000dead0000) + reg;
        }
    }
}

/* Performs an EXECUTE by the IR interpreter's handler.  Returns the instruction to go on with; NULL: generated code is
 * left. */
static const struct toy_instr *execute(struct toy_machine *m, const struct toy_instr *instr)
{
    for (unsigned i = 0; i < 3; i++) {
        m->run.values[i + 1] = fetch(m, instr->in[i], instr->types[i]);
    }
    const struct irx_op *next = instr->op.handler(&m->run, &instr->op);
    leave_garbage(m, instr);
    if (next != &instr->op + 1) {
        bool is_jump = next != NULL && instr->kind == TOY_EXECUTE_OR_JUMP;
        return is_jump ? instr->target : (const struct toy_instr *)(const void *)next;
    }
    if (instr->gives_flags) {
        m->flags = (unsigned)m->run.values[4];
    } else if (instr->d != CG_NONE) {
        m->regs[instr->d] = m->run.values[4];
    }
    return instr + 1;
}

/* ---- instructions ---- */

static const struct toy_instr *run_one(struct toy_machine *m, const struct toy_instr *instr)
{
    uint64_t a, b;

    if (instr->kind >= TOY_EXECUTE) {
        return execute(m, instr);
    }
    a = fetch(m, instr->in[0], instr->types[0]);
    switch (instr->kind) {
    case TOY_MOVE:
        m->regs[instr->d] = a;
        break;
    case TOY_SPILL:
        memcpy(address_of(m, instr->in[1]), &a, sizeof a);
        break;
    case TOY_STORE:
        memcpy(address_of(m, instr->in[1]), &a, ir_type_bytes(instr->type));
        break;
    case TOY_COMPARE:
        b = fetch(m, instr->in[1], instr->types[1]);
        m->flags = flags_of(instr, a, b);
        break;
    case TOY_TAKE_FLAGS:
        m->flags = (unsigned)a;
        break;
    case TOY_STORE_FLAGS:
        memcpy(address_of(m, instr->in[1]), &m->flags, 2);
        break;
    case TOY_SET_IF:
        m->regs[instr->d] = irx_flags_hold((enum ir_cond)instr->cond, m->flags);
        break;
    case TOY_JUMP_IF:
        return irx_flags_hold((enum ir_cond)instr->cond, m->flags) ? instr->target : instr + 1;
    default:
        return instr->target;
    }
    return instr + 1;
}

struct jit_exit toy_host_run(void *self, void *env, const void *entry)
{
    struct toy_host *host = self;
    struct toy_machine *m = &host->machine;

    irx_begin_run(&m->run, host->interp, env);
    const struct toy_instr *next = (const void *)irx_enter(&m->run, entry);
    while (next != NULL) {
        next = run_one(m, next);
    }
    irx_end_run(&m->run);
    return m->run.left;
}
