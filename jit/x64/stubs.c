// SPDX-License-Identifier: MIT
/*
 * Stubs: code that is rarely executed, in the upper half of the buffer.
 *
 * A stub of a LOAD, STORE, MOVE_BANK or floating-point op saves the registers of live values in the frame and has
 * the guest do the work, by a thunk (calls.c).  Then it leaves generated code if the guest's verdict says so, else it
 * restores the registers and goes on behind the op.
 */
#include "check.h"
#include "x64.h"

/* No stub is longer. */
#define STUB_LONGEST 1000

/* ---- saving ---- */

static struct x64_mem save_mem(unsigned reg)
{
    if (reg >= XMM0) {
        return x64_at(RSP, (int32_t)(FRAME_SAVE_XMM + 8 * (reg - XMM0)));
    }
    return x64_at(RSP, (int32_t)(FRAME_SAVE + 8 * (reg < RBX ? reg : reg - 3)));
}

static void save_live(struct cg *c, uint32_t live)
{
    for (; live != 0; live &= live - 1) {
        unsigned reg = (unsigned)__builtin_ctz(live);
        x64_rm(&c->as, reg >= XMM0 ? OP_MOVSD_STORE : OP_MOV_STORE | X_W, reg, save_mem(reg));
    }
}

static void restore_live(struct cg *c, uint32_t live)
{
    for (; live != 0; live &= live - 1) {
        unsigned reg = (unsigned)__builtin_ctz(live);
        x64_rm(&c->as, reg >= XMM0 ? OP_MOVSD_LOAD : OP_MOV_LOAD | X_W, reg, save_mem(reg));
    }
}

/* ---- memory ---- */

static void move_operand(struct cg *c, unsigned to, struct cg_operand from)
{
    if (from.kind == OPERAND_IMM) {
        x64_mov_imm(&c->as, false, to, from.value);
    } else if (from.reg != to) {
        x64_mov(&c->as, true, to, from.reg);
    }
}

/* Moves the address to rcx and the value to r9, in an order in which neither overwrites the other. */
static void move_store_operands(struct cg *c, struct cg_operand address, struct cg_operand value)
{
    bool value_in_rcx = value.kind == OPERAND_REG && value.reg == RCX;
    bool address_in_r9 = address.kind == OPERAND_REG && address.reg == R9;

    if (value_in_rcx && address_in_r9) {
        x64_rr(&c->as, OP_XCHG | X_W, RCX, R9);
    } else if (value_in_rcx) {
        move_operand(c, R9, value);
        move_operand(c, RCX, address);
    } else {
        move_operand(c, RCX, address);
        move_operand(c, R9, value);
    }
}

/* mmio: the thunk that looks into the MMIO inline cache first; NULL: the guest has none. */
static void call_guest(struct cg *c, const struct ir_op *op, const uint8_t *mmio,
                       const uint8_t *thunk, uint8_t *verdict)
{
    int32_t refund = (int32_t)cg_refund(c, op->insn);

    if (mmio != NULL && !c->block->insns[op->insn].no_mmio_cache) {
        x64_mov_imm64(&c->as, RSI, ir_site(c->cookie, op->insn));
        thunk = mmio;
    } else {
        x64_load_cookie(c, RSI);
        x64_mov_imm(&c->as, false, RDX, op->insn);
    }
    x64_add_budget(c, refund);
    x64_call(&c->as, thunk);
    x64_jcc(&c->as, CC_NE, verdict);
    x64_add_budget(c, -refund);
}

static void emit_load_stub(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    unsigned size = ir_plain_size(op->cond);

    move_operand(c, RCX, stub->a);
    call_guest(c, op, x64_of(c)->thunks.mmio_load[op->code == IR_ALOAD][size],
               x64_of(c)->thunks.load[size], x64_of(c)->thunks.load_verdict);
    if (stub->d >= XMM0) {
        x64_rr(&c->as, OP_MOVD_LOAD | x64_w(op->type == IR_F64), stub->d, RAX);
    } else if (stub->d != RAX || op->type == IR_I32) {
        x64_mov(&c->as, op->type == IR_I64, stub->d, RAX);
    }
}

static void emit_store_stub(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    unsigned size = ir_plain_size(op->cond);

    if (stub->b.kind == OPERAND_REG && stub->b.reg >= XMM0) {
        move_operand(c, RCX, stub->a);
        x64_rr(&c->as, OP_MOVD_STORE | x64_w(size == IR_64), stub->b.reg, R9);
    } else {
        move_store_operands(c, stub->a, stub->b);
    }
    call_guest(c, op, x64_of(c)->thunks.mmio_store[op->code == IR_ASTORE][size],
               x64_of(c)->thunks.store[size], x64_of(c)->thunks.verdict);
}

/* ---- floating point ---- */

static void load_result(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    uint32_t opcode = op->type == IR_F64   ? OP_MOVSD_LOAD
                      : op->type == IR_F32 ? OP_MOVSS_LOAD
                                           : OP_MOV_LOAD;

    x64_rm(&c->as, opcode, stub->d, x64_mem_of(c->slots[op->slot]));
}

/* Sets ZF if the register holds a zero of either sign.  The bits are tested, since a comparison takes subnormal numbers
 * for zeros in the modes with IR_FP_FLUSH. */
static void emit_zero_test(struct cg *c, unsigned reg, bool wide)
{
    if (x64_of(c)->avx) {
        x64_vex_rip(&c->as, OP_PTEST, reg, 0, x64_of(c)->thunks.magnitude + 16 * wide);
        return;
    }
    x64_push(&c->as, RAX);
    x64_rr(&c->as, OP_MOVD_STORE | x64_w(wide), reg, RAX);
    x64_alu_rr(&c->as, ALU_ADD, wide, RAX, RAX); /* the sign is shifted out */
    x64_pop(&c->as, RAX);
}

static void back_if_zero(struct cg *c, const struct cg_stub *stub, struct cg_operand operand,
                         bool wide)
{
    if (operand.kind == OPERAND_MEM) {
        uint32_t opcode = OP_UCOMIS | (wide ? X_66 : 0);
        /* stub->d is a zero.  Only ops without checks of their operands have one in memory: for these a subnormal
         * operand need not be told from zero where the mode takes it for zero. */
        x64_rm(&c->as, opcode, stub->d, x64_operand_mem(operand));
    } else {
        emit_zero_test(c, operand.reg, wide);
    }
    x64_jcc(&c->as, CC_E, stub->back);
}

/* A jump for an operand that the host has taken for zero although it is subnormal. */
static uint8_t *jump_if_subnormal(struct cg *c, unsigned reg, bool wide)
{
    uint8_t *normal, *jump;

    x64_rip(&c->as, OP_UCOMIS | (wide ? X_66 : 0), reg, x64_of(c)->thunks.zero, 0);
    normal = x64_jcc_short(&c->as, CC_NE);
    emit_zero_test(c, reg, wide);
    jump = x64_jcc_later(&c->as, CC_NE);
    x64_bind_short(normal, c->as.p);
    return jump;
}

/* A product is zero: goes back only if an operand is zero and the other is not subnormal, because a subnormal operand
 * is special for this op (IR_FP_A, IR_FP_B) even then. */
static void emit_product_zero_check(struct cg *c, const struct cg_stub *stub, bool wide)
{
    uint8_t *jumps[2] = {jump_if_subnormal(c, stub->a.reg, wide),
                         jump_if_subnormal(c, stub->b.reg, wide)};

    back_if_zero(c, stub, stub->a, wide);
    back_if_zero(c, stub, stub->b, wide);
    x64_bind(jumps[0], c->as.p);
    x64_bind(jumps[1], c->as.p);
}

/* The result is a zero.  Goes back if that is exact and so not special: from a zero operand, or as a difference of
 * equals. */
static void back_if_exact_zero(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    bool wide = op->type == IR_F64;

    if (op->code == IR_FNARROW) {
        back_if_zero(c, stub, stub->a, true);
    } else if (op->code == IR_FSUB) {
        x64_rr(&c->as, OP_UCOMIS | (wide ? X_66 : 0), stub->a.reg, stub->b.reg);
        x64_jcc(&c->as, CC_E, stub->back);
    } else if (op->code == IR_FMUL && op->cond & (IR_FP_A | IR_FP_B)) {
        emit_product_zero_check(c, stub, wide);
    } else {
        back_if_zero(c, stub, stub->a, wide);
        if (op->code == IR_FMUL) {
            back_if_zero(c, stub, stub->b, wide);
        }
    }
}

/* The result is a NaN or not above the least normal number (check_magnitude()): goes back if it is an exact zero. */
static void emit_zero_check(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    uint32_t opcode = OP_UCOMIS | (op->type == IR_F64 ? X_66 : 0);

    x64_rip(&c->as, opcode, stub->d, x64_of(c)->thunks.zero, 0);
    uint8_t *nan = x64_jcc_short(&c->as, CC_P);
    uint8_t *not_zero = x64_jcc_short(&c->as, CC_NE);
    back_if_exact_zero(c, stub, op);
    x64_bind_short(nan, c->as.p);
    x64_bind_short(not_zero, c->as.p);
}

/* The exponent of the result is one of the two least or of the two greatest (check_exponent()): goes back if it is not
 * special nevertheless.  Programs multiply by zero more often than they get the other results, so zeros come first. */
static void emit_extreme_check(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    bool wide = op->type == IR_F64;
    uint32_t opcode = OP_UCOMIS | (wide ? X_66 : 0);
    uint8_t *special, *not_zero, *large = NULL;

    emit_zero_test(c, stub->d, wide);
    not_zero = x64_jcc_short(&c->as, CC_NE);
    back_if_exact_zero(c, stub, op);
    special = x64_jmp_later(&c->as);
    x64_bind_short(not_zero, c->as.p);
    x64_magnitude(c, X64_SCRATCH, stub->d, wide);
    if (op->cond & IR_FP_RANGE) {
        x64_rip(&c->as, opcode, X64_SCRATCH, x64_of(c)->thunks.greatest + 16 * wide, 0);
        large = x64_jcc_later(&c->as, CC_AE);
    }
    x64_rip(&c->as, opcode, X64_SCRATCH, x64_of(c)->thunks.least + 16 * wide, 0);
    x64_jcc(&c->as, CC_A, stub->back);
    x64_bind(special, c->as.p);
    if (large != NULL) {
        x64_bind(large, c->as.p);
    }
}

/* Goes back if the operand is a zero: it has the exponent of a subnormal number, but is not special. */
static void emit_operand_check(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    back_if_zero(c, stub, stub->a, c->ops[op->a].type == IR_F64);
}

/* The result is special: replaces it by a quiet NaN. */
static void emit_poison(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    bool wide = op->type == IR_F64;

    x64_rip(&c->as, wide ? OP_MOVSD_LOAD : OP_MOVSS_LOAD, stub->d,
            x64_of(c)->thunks.magnitude + 16 * wide, 0);
    x64_jmp(&c->as, stub->back);
}

/* Compares with a mode in which subnormal numbers are no zeros, then restores MXCSR: the guest's mode, and the
 * exceptions that stuck before. */
static void emit_whole_compare(struct cg *c, const struct cg_stub *stub, uint32_t opcode)
{
    x64_alu_ri(&c->as, ALU_SUB, true, RSP, 16);
    x64_rm(&c->as, OP_LDMXCSR, 3, x64_at(RSP, 0)); /* STMXCSR */
    x64_rm(&c->as, OP_LDMXCSR, 3, x64_at(RSP, 8));
    x64_alu_mi(&c->as, ALU_AND, false, x64_at(RSP, 8), (int32_t)~X64_MXCSR_DAZ);
    x64_rm(&c->as, OP_LDMXCSR, 2, x64_at(RSP, 8));
    x64_rr(&c->as, opcode, stub->a.reg, stub->b.reg);
    x64_rm(&c->as, OP_LDMXCSR, 2, x64_at(RSP, 0));
    x64_rm(&c->as, OP_LEA | X_W, RSP, x64_at(RSP, 16));
    x64_jmp(&c->as, stub->back);
}

/* The host, which takes subnormal operands for zeros, calls the operands equal (or unordered: ZF is set then, too).
 * Compares subnormal operands again as what they are, and goes back with the flags of the right comparison. */
static void emit_fcmp_stub(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    bool wide = c->ops[op->a].type == IR_F64;
    uint32_t opcode = OP_UCOMIS | (wide ? X_66 : 0);
    uint8_t *normal, *not_zero[2];

    x64_jcc(&c->as, CC_P, stub->back);
    x64_rip(&c->as, opcode, stub->a.reg, x64_of(c)->thunks.zero, 0);
    normal = x64_jcc_short(&c->as, CC_NE);
    emit_zero_test(c, stub->a.reg, wide);
    not_zero[0] = x64_jcc_short(&c->as, CC_NE);
    emit_zero_test(c, stub->b.reg, wide);
    not_zero[1] = x64_jcc_short(&c->as, CC_NE);
    x64_bind_short(normal, c->as.p);
    x64_rr(&c->as, opcode, stub->a.reg, stub->b.reg);
    x64_jmp(&c->as, stub->back);
    x64_bind_short(not_zero[0], c->as.p);
    x64_bind_short(not_zero[1], c->as.p);
    emit_whole_compare(c, stub, opcode);
}

/* ---- the kinds ---- */

static void emit_work(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    switch (stub->kind) {
    case STUB_LOAD:
        emit_load_stub(c, stub, op);
        break;
    case STUB_STORE:
        emit_store_stub(c, stub, op);
        break;
    case STUB_STEP:
        x64_call_step(c, op->insn);
        break;
    default:
        x64_call_step(c, op->insn);
        load_result(c, stub, op);
        break;
    }
    x64_begin_fp_again(c, stub->fp_ready);
}

static void emit_jump_stub(struct cg *c, const struct cg_stub *stub)
{
    struct x64_mem target = x64_at(ENV, (int32_t)c->guest->target_offset);

    if (stub->a.kind == OPERAND_IMM) {
        x64_rm(&c->as, OP_MOV_MEM_IMM, 0, target);
        x64_imm32(&c->as, (uint32_t)stub->a.value);
    } else {
        x64_rm(&c->as, OP_MOV_STORE, stub->a.reg, target);
    }
    x64_leave(c, JIT_JUMP);
}

static bool is_rax(struct cg_operand operand)
{
    return operand.kind == OPERAND_REG && operand.reg == RAX;
}

/* Makes the access and goes back: in paged mode if the page is memory at an addend of its own, else, for a load that was
 * not from plain memory, if the page permits it. */
static void emit_page(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    bool load = op->code == IR_LOAD;

    if (load ? x64_load_again(c, stub, op) : c->block->paged && op->code == IR_STORE) {
        uint8_t *jump = load ? x64_load_page(c, stub, op) : x64_store_page(c, stub, op);
        x64_jmp(&c->as, stub->back);
        x64_bind(jump, c->as.p);
    }
}

static void emit_stub(struct cg *c, const struct cg_stub *stub)
{
    const struct ir_op *op = &c->ops[stub->number];

    if (stub->kind == STUB_GUARD) {
        uint8_t *arm = x64_target(stub->jump);
        x64_bind(stub->jump, c->as.p);
        x64_emit_guard_stub(c, stub, op, arm);
        return;
    }
    x64_bind(stub->jump, c->as.p);
    if (stub->also != NULL) {
        x64_bind(stub->also, c->as.p);
    }
    if (stub->kind == STUB_JUMP) {
        emit_jump_stub(c, stub);
        return;
    }
    if (stub->kind == STUB_EXIT) {
        memcpy(stub->jump + 4, stub->jump, 4); /* for set_link() */
        x64_leave(c, op->c);
        return;
    }
    if (stub->kind == STUB_FBEGIN) {
        x64_call(&c->as, x64_of(c)->thunks.fp_begin);
        x64_jmp(&c->as, stub->back);
        return;
    }
    if (stub->kind == STUB_FCMP) {
        emit_fcmp_stub(c, stub, op);
        return;
    }
    if (stub->kind == STUB_FP_RESULT) {
        emit_zero_check(c, stub, op);
    } else if (stub->kind == STUB_FP_EXTREME) {
        emit_extreme_check(c, stub, op);
    } else if (stub->kind == STUB_FP_OPERAND) {
        emit_operand_check(c, stub, op);
    }
    if (ir_may_be_special(op->code) && op->cond & IR_FP_POISON) {
        emit_poison(c, stub, op);
        return;
    }
    emit_page(c, stub, op);
    cg_emit_pending(c, stub->pending);
    save_live(c, stub->live);
    cg_emit_lazy(c, &stub->lazy, is_rax(stub->a) || is_rax(stub->b));
    emit_work(c, stub, op);
    restore_live(c, stub->live);
    x64_jmp(&c->as, stub->after != NULL ? stub->after : stub->back);
}

bool x64_emit_stubs(struct cg *c)
{
    for (unsigned i = 0; i < c->stub_count; i++) {
        if (c->as.p > c->limit) {
            return false;
        }
        const uint8_t *begin = c->as.p;
        emit_stub(c, &c->stubs[i]);
        CHECK(c->as.p - begin <= STUB_LONGEST);
    }
    return true;
}
