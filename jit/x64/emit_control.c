// SPDX-License-Identifier: MIT
/*
 * Calls, and the ways out of a block.
 *
 * EXIT is `jmp rel32` with its field aligned, so that a link is one store.  Unlinked it jumps to a stub, which leaves
 * with the block's cookie and the link's number; the distance to that is kept behind the jump.
 */
#include "check.h"
#include "x64.h"

void x64_add_budget(struct cg *c, int32_t amount)
{
    if (amount != 0) {
        x64_alu_ri(&c->as, ALU_ADD, true, BUDGET, amount);
    }
}

void x64_load_cookie(struct cg *c, unsigned reg)
{
    x64_rip(&c->as, OP_MOV_LOAD | X_W, reg, c->cold, 0);
}

/* ---- calls ---- */

void x64_call_step(struct cg *c, unsigned insn)
{
    int32_t refund = (int32_t)cg_refund(c, insn);

    x64_load_cookie(c, RSI);
    x64_mov_imm(&c->as, false, RDX, (int32_t)insn);
    x64_add_budget(c, refund);
    x64_call(&c->as, x64_of(c)->thunks.step);
    x64_jcc(&c->as, CC_NE, x64_of(c)->thunks.verdict);
    x64_add_budget(c, -refund);
}

void x64_begin_fp_again(struct cg *c, bool fp_ready)
{
    if (fp_ready) {
        x64_call(&c->as, x64_of(c)->thunks.fp_begin);
    }
}

static void do_step(struct cg *c, unsigned number, const struct ir_op *op)
{
    (void)number;
    cg_spoil_flags(c);
    cg_drop_homes(c);
    cg_evict_all(c);
    x64_call_step(c, op->insn);
    x64_begin_fp_again(c, c->fp_ready);
}

/* Loads the arguments of a helper.  All values are in memory, so no argument register holds another argument. */
static void load_arguments(struct cg *c, unsigned number, const struct ir_op *op,
                           const struct ir_helper *helper)
{
    static const uint8_t registers[] = {RDI, RSI, RDX, RCX};
    const ir_ref refs[3] = {op->a, op->b, op->c};
    unsigned count = ir_helper_operands(helper);
    unsigned at = 0;

    if (helper->takes_env) {
        x64_mov(&c->as, true, registers[at++], ENV);
    }
    for (unsigned i = 0; i < count; i++) {
        cg_load_value(c, refs[i], registers[at++]);
    }
    for (unsigned i = 0; i < count; i++) {
        cg_consume(c, refs[i], c->after[number][i]);
    }
    cg_end_op(c);
}

static void call_function(struct cg *c, void (*function)(void))
{
    x64_alu_ri(&c->as, ALU_SUB, true, RSP, 8);
    x64_mov_imm64(&c->as, RAX, (uint64_t)(uintptr_t)function);
    x64_rr(&c->as, OP_CALL_MEM, 2, RAX);
    x64_alu_ri(&c->as, ALU_ADD, true, RSP, 8);
}

static void do_call(struct cg *c, unsigned number, const struct ir_op *op)
{
    const struct ir_helper *helper = &c->guest->helpers[op->imm];
    struct x64_mem bank = x64_at(ENV, (int32_t)c->guest->bank_offset);

    cg_spoil_flags(c);
    if (!helper->pure) {
        cg_drop_homes(c);
    }
    cg_evict_all(c);
    load_arguments(c, number, op, helper);
    if (!helper->pure) {
        x64_rm(&c->as, OP_MOV_STORE | X_W, BANK, bank);
    }
    call_function(c, helper->function);
    if (!helper->pure) {
        x64_rm(&c->as, OP_MOV_LOAD | X_W, BANK, bank);
    }
    if (op->type != IR_VOID) {
        if (op->type == IR_I32) {
            x64_mov(&c->as, false, RAX, RAX);
        }
        c->free &= ~CG_BIT(RAX);
        cg_define(c, number, RAX);
    }
}

/* ---- budget ---- */

static void do_charge(struct cg *c, unsigned number, const struct ir_op *op)
{
    cg_spoil_flags(c);
    struct cg_operand amount = cg_resolve(c, op->a, C_RI, c->after[number][0]);
    x64_alu_operand(&c->as, ALU_SUB, true, BUDGET, amount);
    cg_consume(c, op->a, c->after[number][0]);
    cg_end_op(c);
    x64_branch_to_arm(c, (unsigned)op->imm, CC_S);
}

/* ---- the end of a section ---- */

void x64_leave(struct cg *c, int32_t reason)
{
    x64_load_cookie(c, RAX);
    x64_mov_imm(&c->as, true, RDX, reason);
    x64_jmp(&c->as, x64_of(c)->thunks.leave);
}

/* Emits NOPs so that the next jump's displacement field, one byte behind its opcode, is aligned to 4. */
static void align_jump(struct cg *c)
{
    static const uint8_t nops[4][3] = {{0}, {0x90}, {0x66, 0x90}, {0x0f, 0x1f, 0x00}};
    unsigned count = -((unsigned)(c->as.p - c->buffer.write) + 1) & 3;

    memcpy(c->as.p, nops[count], sizeof nops[count]);
    c->as.p += count;
}

static void do_exit(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = CG_NONE};
    uint8_t *field;

    x64_add_budget(c, (int32_t)cg_refund(c, op->insn));
    align_jump(c);
    field = x64_jmp_later(&c->as);
    c->links[op->c] = (uint32_t)(field - c->buffer.write);
    cg_add_stub(c, STUB_EXIT, &x, field);
    x64_imm32(&c->as, 0);
}

/* JUMP to a constant, as from page to page where the MMU is on: the jump cache's entry is at a known place. */
static void jump_to_const(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = X64_NONE};
    uint32_t target = (uint32_t)c->ops[op->a].imm;
    int32_t entry = (int32_t)((target >> 2) % JIT_JUMPS * sizeof(struct jit_jump));

    cg_spoil_flags(c);
    x.in[0] = (struct cg_operand){OPERAND_IMM, 0, (int32_t)target};
    x64_add_budget(c, (int32_t)cg_refund(c, op->insn));
    x64_alu_mi(&c->as, ALU_CMP, false, x64_at(JUMPS, entry), (int32_t)target);
    cg_add_stub(c, STUB_JUMP, &x, x64_jcc_later(&c->as, CC_NE));
    x64_rm(&c->as, OP_CALL_MEM, 4,
           x64_at(JUMPS, entry + (int32_t)offsetof(struct jit_jump, entry)));
    cg_consume(c, op->a, c->after[number][0]);
    cg_end_op(c);
}

/* The offset of the target's entry, its index times 16, is 4 * (target & (JIT_JUMPS - 1) << 2).  Bit 0 of the target is
 * kept, too: if it is set, the entry's `unused` is compared in place of its pc; so 1, the pc of an empty entry, is
 * never found. */
static void do_jump(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = X64_NONE};

    if (x64_of(c)->inline_jumps && c->ops[op->a].code == IR_CONST && (c->ops[op->a].imm & 3) == 0) {
        jump_to_const(c, number, op);
        return;
    }
    cg_spoil_flags(c);
    x.in[0] = cg_resolve(c, op->a, C_R, c->after[number][0]);
    unsigned target = x.in[0].reg;
    unsigned index = cg_take(c, X64_GPRS, c->locked);
    x64_add_budget(c, (int32_t)cg_refund(c, op->insn));
    if (x64_of(c)->inline_jumps) {
        x64_mov(&c->as, false, index, target);
        x64_alu_ri(&c->as, ALU_AND, false, index, (JIT_JUMPS - 1) << 2 | 1);
        x64_alu_rm(&c->as, ALU_CMP, false, target, x64_at_index(JUMPS, index, 2, 0));
        cg_add_stub(c, STUB_JUMP, &x, x64_jcc_later(&c->as, CC_NE));
        x64_rm(&c->as, OP_CALL_MEM, 4,
               x64_at_index(JUMPS, index, 2, offsetof(struct jit_jump, entry)));
        return;
    }
    x64_rm(&c->as, OP_MOV_STORE, target, x64_at(ENV, (int32_t)c->guest->target_offset));
    x64_leave(c, JIT_JUMP);
}

static void do_deopt(struct cg *c, unsigned number, const struct ir_op *op)
{
    (void)number;
    x64_add_budget(c, (int32_t)cg_refund(c, op->insn));
    x64_leave(c, JIT_DEOPT);
}

static void do_quit(struct cg *c, unsigned number, const struct ir_op *op)
{
    (void)number;
    x64_add_budget(c, (int32_t)cg_refund(c, op->insn));
    x64_jmp(&c->as, x64_of(c)->thunks.quit);
}

/* ---- the rows ---- */

/* clang-format off */
const struct cg_row x64_control_rows[IR_CODES] = {
    [IR_CALL]   = CG_SPECIAL(do_call),
    [IR_STEP]   = CG_SPECIAL(do_step),
    [IR_CHARGE] = CG_SPECIAL(do_charge),
    [IR_EXIT]   = CG_SPECIAL(do_exit),
    [IR_JUMP]   = CG_SPECIAL(do_jump),
    [IR_QUIT]   = CG_SPECIAL(do_quit),
    [IR_DEOPT]  = CG_SPECIAL(do_deopt),
};
/* clang-format on */
