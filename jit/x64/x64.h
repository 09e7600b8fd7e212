// SPDX-License-Identifier: MIT
/*
 * Inside of the x86-64 backend: what its registers hold, the frame, thunks, and what its files share.
 *
 * The backend is a host of the code generator (codegen/cg_host.h): it says what each IR op needs of its registers, and
 * writes the instructions.  Its functions get the generator's state; x64_of() has what is the backend's own.
 *
 *   backend.c   struct jit_backend and struct cg_host: create, entry of a block, link, disable
 *   moves.c     the instructions that the register allocator asks for
 *   emit_*.c    the IR ops: emit functions, and at the end of each file the rows of its ops
 *   flags.c     the same for ops that give or take flags
 *   stubs.c     code that is rarely executed, apart from the block
 *   entry.c     thunks: into generated code, out of it
 *   calls.c     thunks that call the guest's functions, and callbacks through the MMIO inline cache
 *
 * Host registers (rows of the table in docs/jit-x64.md): rbp env, rbx bank base, r12 budget, r13 memory,
 * r14 TLB flags, r15 jump cache.  The other nine and all xmm but the last hold values; a C function may change each
 * of these.  I32 values have zeros in the upper half of their register.
 */
#ifndef X64_H
#define X64_H

#include "asm.h"
#include "backend.h"
#include "codegen/cg.h"

enum { ENV = RBP, BANK = RBX, BUDGET = R12, MEMORY = R13, TLB = R14, JUMPS = R15 };

#define X64_GPRS 0x00000fc7u /* rax rcx rdx rsi rdi r8..r11 */
#define X64_XMMS 0x7fff0000u /* all but X64_SCRATCH */

/* The xmm register that holds no value: emit functions and stubs may use it within one op. */
#define X64_SCRATCH (XMM0 + 15)

/* The stack frame of generated code, upwards from rsp: places where stubs save general registers; spilled values;
 * places where stubs save xmm registers.  rsp is 8 beyond a multiple of 16; so within a thunk, which was called, it is a
 * multiple of 16 and the thunk can call a C function. */
enum {
    FRAME_SAVE = 0,
    FRAME_SPILL = 72,
    FRAME_SAVE_XMM = FRAME_SPILL + 8 * IR_MAX_OPS,
    FRAME_SIZE = FRAME_SAVE_XMM + 8 * 16 + 8,
};
_Static_assert(FRAME_SIZE % 16 == 0, "alignment of rsp");

/* MXCSR: a subnormal result becomes zero, a subnormal operand counts as zero. */
#define X64_MXCSR_FLUSH 0x8000u
#define X64_MXCSR_DAZ   0x0040u

/* ---- stubs ---- */

enum x64_stub_kind {
    STUB_LOAD,
    STUB_STORE,
    STUB_STEP,
    STUB_FP,
    STUB_FP_RESULT,
    STUB_FP_EXTREME,
    STUB_FP_OPERAND,
    STUB_FCMP,
    STUB_FBEGIN,
    STUB_GUARD,
    STUB_JUMP,
    STUB_EXIT
};

/* ---- thunks: places in the writable mapping ---- */

struct x64_thunks {
    uint8_t *enter;
    uint8_t *leave; /* rax cookie, rdx reason */
    uint8_t *quit;  /* leaves with JIT_QUIT */
    uint8_t *go_to; /* goes to env's target */
    uint8_t *step; /* rsi cookie, edx insn; returns "not zero" if the stub has to go to `verdict` */
    uint8_t *load[8];  /* by enum ir_size: rsi cookie, edx insn, ecx address; returns rax */
    uint8_t *store[4]; /* the same and r9 value */
    uint8_t
        *mmio_load[2][8]; /* by the MMIO inline cache, with ir_site() in rsi; NULL: there is none */
    uint8_t *mmio_store[2][4]; /* [0] of LOAD and STORE, [1] of ALOAD and ASTORE */
    uint8_t *verdict;          /* leaves by the verdict of step and store, in eax */
    uint8_t *load_verdict;     /* the same of load, in edx */
    uint8_t *fp_begin;         /* makes the host ready if it is not */
    uint8_t *mxcsr;            /* constants: by enum ir_fp_mode, 4 bytes each */
    uint8_t *magnitude;        /* mask of all bits but the sign: [0] F32, [1] F64, 16 bytes each */
    uint8_t *sign;             /* the same: mask of the sign */
    uint8_t *least;            /* the same: least normal number */
    uint8_t *least_exact;      /* from here on the error of a product is no subnormal number */
    uint8_t *greatest;         /* the same: greatest finite number */
    uint8_t *exponent;         /* the same: the exponent's bits */
    uint8_t *extreme;          /* the same: all of these but the lowest */
    uint8_t *swap;             /* the same: a PSHUFB that turns the bytes around */
    uint8_t *zero;
};

/* ---- the backend's state ---- */

struct x64 {
    struct cg cg; /* first: x64_of() */
    struct x64_thunks thunks;
    bool movbe, bmi2, avx, fma; /* the host has these */
    bool inline_jumps;
    enum x64_cc choice; /* what the op at hand asks of the host's flags */
};

static inline struct x64 *x64_of(struct cg *c)
{
    return (struct x64 *)c;
}

/* The prefix of an instruction for one number, and of one for all bits of a register. */
static inline uint32_t x64_scalar(bool wide)
{
    return wide ? X_F2 : X_F3;
}

static inline uint32_t x64_packed(bool wide)
{
    return wide ? X_66 : 0;
}

static inline bool x64_is_wide(const struct ir_op *op)
{
    return op->type == IR_F64;
}

static inline struct x64_mem x64_mem_of(struct cg_mem mem)
{
    return x64_at(mem.base, mem.disp);
}

static inline struct x64_mem x64_operand_mem(struct cg_operand operand)
{
    return x64_at(operand.reg, operand.value);
}

/* ---- emit_*.c, flags.c: rows ---- */

/* An op's row says where its operands may be, where the result goes, and which function emits it.  An emit function never
 * picks a register, and gets operands that satisfy its row.  An op with several forms has a special instead, a function
 * that chooses among further rows.  So has an op that has no operands in registers, or that deals with flags, guest state
 * or control. */
extern const struct cg_row x64_integer_rows[IR_CODES], x64_flag_rows[IR_CODES],
    x64_memory_rows[IR_CODES], x64_fp_rows[IR_CODES], x64_fp_other_rows[IR_CODES],
    x64_control_rows[IR_CODES];
/* ADD and SUB in the form that sets the host's flags. */
extern const struct cg_row x64_add_row, x64_sub_row;

/* ---- moves.c: functions of struct cg_host ---- */

void x64_move(struct cg *c, unsigned type, unsigned to, unsigned from);
void x64_load(struct cg *c, unsigned type, unsigned reg, struct cg_mem from);
void x64_load_const(struct cg *c, unsigned type, unsigned reg, int32_t imm);
void x64_store(struct cg *c, unsigned type, struct cg_mem to, unsigned reg);
void x64_store_const(struct cg *c, unsigned type, struct cg_mem to, int32_t imm);
void x64_spill(struct cg *c, struct cg_mem to, unsigned reg);

/* ---- flags.c ---- */

/* Functions of struct cg_host. */
void x64_emit_cmp(struct cg *c, bool wide, struct cg_operand a, struct cg_operand b);
void x64_flags_to_reg(struct cg *c);
void x64_cond_to_reg(struct cg *c, enum ir_cond cond, unsigned reg);
void x64_store_flags(struct cg *c, struct cg_mem to, bool keep);
void x64_store_flags_of(struct cg *c, enum cg_flags_kind kind, struct cg_operand a,
                        struct cg_operand b, struct cg_mem to, bool keep);

/* Emits the branch to an arm, taken if cc holds. */
void x64_branch_to_arm(struct cg *c, unsigned arm, enum x64_cc cc);

/* ---- emit_int.c, emit_mem.c ---- */

void x64_alu_operand(struct code_cursor *as, enum x64_alu alu, bool wide, unsigned d,
                     struct cg_operand operand);
/* In a stub in paged mode: the access at the page's own addend.  Returns the displacement field of the jump that is
 * taken if the page's flags refuse the access, too. */
/* Does the stub of a LOAD look at the TLB again before it calls the guest? */
bool x64_load_again(const struct cg *c, const struct cg_stub *stub, const struct ir_op *op);
uint8_t *x64_load_page(struct cg *c, const struct cg_stub *stub, const struct ir_op *op);
uint8_t *x64_store_page(struct cg *c, const struct cg_stub *stub, const struct ir_op *op);
/* The stub of a guard of two pages.  arm: where the guard's arm begins. */
void x64_emit_guard_stub(struct cg *c, const struct cg_stub *stub, const struct ir_op *op,
                         uint8_t *arm);

/* ---- emit_fp.c ---- */

/* Emits an instruction with an xmm register as one operand, and the other wherever it is. */
void x64_xmm_operand(struct cg *c, uint32_t opcode, unsigned reg, struct cg_operand operand);
/* to = the magnitude of a number */
void x64_magnitude(struct cg *c, unsigned to, unsigned from, bool wide);

/* ---- stubs.c, emit_control.c ---- */

void x64_add_budget(struct cg *c, int32_t amount);
/* Calls the thunk of step(insn), and leaves if its verdict says so. */
void x64_call_step(struct cg *c, unsigned insn);
/* After each call of the guest's functions: repeats what FBEGIN does if there was one (fp_ready), since the guest may
 * have harvested the exceptions. */
void x64_begin_fp_again(struct cg *c, bool fp_ready);
/* False: there is no room. */
bool x64_emit_stubs(struct cg *c);
/* Leaves with the block's cookie and this reason. */
void x64_leave(struct cg *c, int32_t reason);
/* Loads the block's cookie. */
void x64_load_cookie(struct cg *c, unsigned reg);

/* ---- entry.c ---- */

/* Writes the thunks at the beginning of the buffer. */
void x64_emit_thunks(struct cg *c);

static inline struct x64_mem x64_env(uint32_t offset)
{
    return x64_at(ENV, (int32_t)offset);
}

static inline void x64_read_env(struct cg *c, unsigned reg, uint32_t offset)
{
    x64_rm(&c->as, OP_MOV_LOAD | X_W, reg, x64_env(offset));
}

static inline void x64_write_env(struct cg *c, uint32_t offset, unsigned reg)
{
    x64_rm(&c->as, OP_MOV_STORE | X_W, reg, x64_env(offset));
}

/* The next place for a thunk or a constant. */
static inline uint8_t *x64_align(struct cg *c)
{
    while ((uintptr_t)c->as.p % 16 != 0) {
        x64_byte(&c->as, 0xcc);
    }
    return c->as.p;
}

/* ---- calls.c ---- */

void x64_emit_calls(struct cg *c);

/* ---- listing.c ---- */

void x64_disassemble(const uint8_t *code, size_t size, FILE *stream);

#endif
