// SPDX-License-Identifier: MIT
/*
 * Thunks, generated once for each jit: the way into generated code, the way out, and what floating point
 * needs.  Those that call the guest are in calls.c.
 *
 * Between entry and exit the frame is as x64.h says.
 */
#include "x64.h"

static const uint8_t saved_registers[] = {RBX, RBP, R12, R13, R14, R15};

/* ---- in and out ---- */

/* struct jit_exit enter(void *self, void *env, const void *entry) */
static void emit_enter(struct cg *c)
{
    x64_of(c)->thunks.enter = x64_align(c);
    for (unsigned i = 0; i < sizeof saved_registers; i++) {
        x64_push(&c->as, saved_registers[i]);
    }
    x64_alu_ri(&c->as, ALU_SUB, true, RSP, FRAME_SIZE);
    x64_mov(&c->as, true, ENV, RSI);
    x64_read_env(c, BANK, c->guest->bank_offset);
    x64_read_env(c, BUDGET, c->guest->budget_offset);
    x64_read_env(c, MEMORY, c->guest->memory_offset);
    x64_read_env(c, TLB, c->guest->tlb_offset);
    x64_read_env(c, JUMPS, c->guest->jumps_offset);
    x64_rr(&c->as, OP_CALL_MEM, 4, RDX);
}

static void emit_leave(struct cg *c)
{
    x64_of(c)->thunks.quit = x64_align(c);
    x64_alu_rr(&c->as, ALU_XOR, false, RAX, RAX);
    x64_mov_imm(&c->as, true, RDX, JIT_QUIT);
    x64_of(c)->thunks.leave = c->as.p;
    x64_write_env(c, c->guest->bank_offset, BANK);
    x64_write_env(c, c->guest->budget_offset, BUDGET);
    x64_alu_ri(&c->as, ALU_ADD, true, RSP, FRAME_SIZE);
    for (unsigned i = sizeof saved_registers; i-- > 0;) {
        x64_pop(&c->as, saved_registers[i]);
    }
    x64_byte(&c->as, 0xc3); /* ret */
}

/* Goes to the block at env's target (IR_GO_TO), perhaps in another mode, for which the pointers are read again.  The
 * jump cache is searched as in do_jump() (emit_control.c). */
static void emit_go_to(struct cg *c)
{
    x64_of(c)->thunks.go_to = x64_align(c);
    x64_rm(&c->as, OP_MOV_LOAD, RCX, x64_env(c->guest->target_offset));
    x64_read_env(c, MEMORY, c->guest->memory_offset);
    x64_read_env(c, TLB, c->guest->tlb_offset);
    x64_read_env(c, JUMPS, c->guest->jumps_offset);
    if (x64_of(c)->inline_jumps) {
        x64_mov(&c->as, false, RAX, RCX);
        x64_alu_ri(&c->as, ALU_AND, false, RAX, (JIT_JUMPS - 1) << 2 | 1);
        x64_alu_rm(&c->as, ALU_CMP, false, RCX, x64_at_index(JUMPS, RAX, 2, 0));
        uint8_t *miss = x64_jcc_short(&c->as, CC_NE);
        x64_rm(&c->as, OP_CALL_MEM, 4,
               x64_at_index(JUMPS, RAX, 2, offsetof(struct jit_jump, entry)));
        x64_bind_short(miss, c->as.p);
    }
    x64_alu_rr(&c->as, ALU_XOR, false, RAX, RAX);
    x64_mov_imm(&c->as, true, RDX, JIT_JUMP);
    x64_jmp(&c->as, x64_of(c)->thunks.leave);
}

/* ---- floating point ---- */

static uint8_t *emit_constants(struct cg *c, const uint64_t (*pairs)[2], unsigned count)
{
    uint8_t *at = x64_align(c);

    memcpy(at, pairs, count * sizeof *pairs);
    c->as.p += count * sizeof *pairs;
    return at;
}

/* The table of MXCSR values, one for each enum ir_fp_mode: exceptions masked and none raised. */
static void emit_fp_modes(struct cg *c)
{
    static const uint32_t directions[] = {
        [IR_FP_NEAREST] = 0x1f80,
        [IR_FP_ZERO] = 0x7f80,
        [IR_FP_UP] = 0x5f80,
        [IR_FP_DOWN] = 0x3f80,
    };
    const uint32_t flush = X64_MXCSR_FLUSH | X64_MXCSR_DAZ;

    x64_of(c)->thunks.mxcsr = x64_align(c);
    for (unsigned mode = 0; mode < 2 * IR_FP_FLUSH; mode++) {
        x64_imm32(&c->as, directions[mode & 3] | (mode & IR_FP_FLUSH ? flush : 0));
    }
}

/* Loads MXCSR for the guest's mode.  No register may change. */
static void emit_set_mode(struct cg *c)
{
    if (c->guest->fp_mode_offset == 0) {
        x64_rip(&c->as, OP_LDMXCSR, 2, x64_of(c)->thunks.mxcsr, 0);
        return;
    }
    x64_push(&c->as, RAX);
    x64_push(&c->as, RCX);
    x64_rm(&c->as, OP_MOV_LOAD, RAX, x64_env(c->guest->fp_mode_offset));
    x64_rip(&c->as, OP_LEA | X_W, RCX, x64_of(c)->thunks.mxcsr, 0);
    x64_rm(&c->as, OP_LDMXCSR, 2, x64_at_index(RCX, RAX, 2, 0));
    x64_pop(&c->as, RCX);
    x64_pop(&c->as, RAX);
}

static void emit_fp(struct cg *c)
{
    static const uint64_t zero[1][2] = {{0, 0}};
    static const uint64_t magnitude[2][2] = {{0x7fffffff, 0}, {0x7fffffffffffffff, 0}};
    static const uint64_t sign[2][2] = {{0x80000000, 0}, {0x8000000000000000, 0}};
    static const uint64_t least[2][2] = {{0x00800000, 0}, {0x0010000000000000, 0}};
    static const uint64_t exponent[2][2] = {{0x7f800000, 0}, {0x7ff0000000000000, 0}};
    static const uint64_t extreme[2][2] = {{0x7f000000, 0}, {0x7fe0000000000000, 0}};
    static const uint64_t swap[2][2] = {{0x8080808000010203, 0x8080808080808080},
                                        {0x0001020304050607, 0x8080808080808080}};
    static const uint64_t least_exact[2][2] = {{0x1c800000, 0}, {0x07b0000000000000, 0}};
    static const uint64_t greatest[2][2] = {{0x7f7fffff, 0}, {0x7fefffffffffffff, 0}};

    x64_of(c)->thunks.zero = emit_constants(c, zero, 1);
    x64_of(c)->thunks.magnitude = emit_constants(c, magnitude, 2);
    x64_of(c)->thunks.sign = emit_constants(c, sign, 2);
    x64_of(c)->thunks.least = emit_constants(c, least, 2);
    x64_of(c)->thunks.least_exact = emit_constants(c, least_exact, 2);
    x64_of(c)->thunks.exponent = emit_constants(c, exponent, 2);
    x64_of(c)->thunks.extreme = emit_constants(c, extreme, 2);
    x64_of(c)->thunks.swap = emit_constants(c, swap, 2);
    x64_of(c)->thunks.greatest = emit_constants(c, greatest, 2);
    emit_fp_modes(c);
    x64_of(c)->thunks.fp_begin = x64_align(c);
    x64_alu_mi(&c->as, ALU_CMP, false, x64_env(c->guest->fp_offset), 0);
    uint8_t *ready = x64_jcc_short(&c->as, CC_NE);
    emit_set_mode(c);
    x64_rm(&c->as, OP_MOV_MEM_IMM, 0, x64_env(c->guest->fp_offset));
    x64_imm32(&c->as, 1);
    x64_bind_short(ready, c->as.p);
    x64_byte(&c->as, 0xc3); /* ret */
}

void x64_emit_thunks(struct cg *c)
{
    c->as.p = c->buffer.write;
    emit_enter(c);
    emit_leave(c);
    emit_go_to(c);
    x64_emit_calls(c);
    emit_fp(c);
    codebuf_keep(&c->buffer, (size_t)(x64_align(c) - c->buffer.write));
}
