// SPDX-License-Identifier: MIT
/*
 * Inside of the x86-64 backend: register roles, where values are, and what its parts share.
 *
 *   backend.c   struct jit_backend: create, compile, link, disable
 *   analyse.c   backward pass: when each value is used next
 *   rules.c     one row of constraints for each IR op
 *   regalloc.c  the allocator: satisfies a row, then calls its emit function
 *   sections.c  what the allocator begins the block and each arm with
 *   state.c     guest state: GET, SET, and values that still are in their slot
 *   pending.c   SETs that only stubs and arms perform
 *   lazy.c      the same for SETs of flags
 *   flags.c     what the host's flags stand for
 *   emit_*.c    emit functions: registers are given to them
 *   stubs.c     code that is rarely executed, behind the block
 *   entry.c     thunks: into generated code, out of it
 *   calls.c     thunks that call the guest's functions, and devices by the MMIO inline cache
 *
 * Host registers (rows of the table in docs/jit-x64.md): rbp env, rbx bank base, r12 budget, r13 memory,
 * r14 TLB flags, r15 jump cache.  The other nine and all xmm hold values; a C function may change each
 * of these.  I32 values have zeros in the upper half of their register.
 */
#ifndef X64_H
#define X64_H

#include "asm.h"
#include "backend.h"
#include "codebuf.h"

enum { ENV = RBP, BANK = RBX, BUDGET = R12, MEMORY = R13, TLB = R14, JUMPS = R15 };

#define X64_GPRS     0x00000fc7u /* rax rcx rdx rsi rdi r8..r11 */
#define X64_XMMS     0xffff0000u
#define X64_BIT(reg) (UINT32_C(1) << (reg))

/* The stack frame of generated code, upwards from rsp: places where slow paths save registers; spilled
 * values; and xmm registers that slow paths save.  rsp is 8 beyond a multiple of 16, so that a thunk that
 * was called can call a C function as it is. */
enum {
    FRAME_SAVE = 0,
    FRAME_SPILL = 72,
    FRAME_SAVE_XMM = FRAME_SPILL + 8 * IR_MAX_OPS,
    FRAME_SIZE = FRAME_SAVE_XMM + 8 * 16 + 8,
};
_Static_assert(FRAME_SIZE % 16 == 0, "alignment of rsp");

/* ---- values ---- */

enum x64_where {
    AT_REG = 1,
    AT_FRAME = 2, /* spilled */
    AT_HOME = 4,  /* in a slot of guest state */
    AT_FLAGS = 8, /* in the host's flags */
    AT_CONST = 16,
    PENDING = 32, /* its home is still to be written: the value stays in its register */
};

struct x64_value {
    uint16_t next; /* the op that uses it next, 0: none */
    uint8_t where; /* enum x64_where, several */
    uint8_t reg;
    uint16_t frame;
    uint8_t home;
    uint8_t pins; /* not 0: it stays somewhere although nothing uses it (lazy.c) */
};

/* A value of the main section that an arm uses. */
struct x64_livein {
    ir_ref value;
    uint16_t first;      /* its first use in the arm */
    uint16_t after;      /* its next use after the branch where the branch is */
    struct x64_value at; /* where it is at the branch */
};

enum x64_flags_kind { FLAGS_NONE, FLAGS_OF_ADD, FLAGS_OF_SUB, FLAGS_OF_LOGIC, FLAGS_OF_VALUE };

/* What the host's flags stand for. */
struct x64_flags {
    uint8_t kind;  /* enum x64_flags_kind */
    bool wide;     /* of 64 bits */
    ir_ref a, b;   /* operands of ADD, SUB; LOGIC: a is the result */
    ir_ref result; /* value whose sign and zero they tell, 0: none */
    ir_ref value;  /* FLAGS value that they are, 0: none */
};

/* A SET to be performed by stubs and arms. */
struct x64_pending {
    uint8_t slot;
    uint8_t reg; /* X64_NONE: the value is a constant */
    ir_ref value;
};
#define X64_PENDING_MOST 12

/* What was pending somewhere: a part of x64.pool. */
struct x64_noted {
    uint32_t first;
    uint8_t count;
};

enum x64_operand_kind { OPERAND_NONE, OPERAND_REG, OPERAND_IMM, OPERAND_MEM };

struct x64_operand {
    uint8_t kind;
    uint8_t reg;   /* MEM: the base */
    int32_t value; /* IMM; MEM: the displacement */
};

/* A SET of flags to be performed by stubs and arms from the operands of its compare. */
struct x64_lazy {
    ir_ref value; /* the compare, 0: none */
    uint8_t slot;
};

/* The same, and where the operands are at a stub's or arm's branch. */
struct x64_noted_lazy {
    struct x64_lazy lazy;
    struct x64_operand a, b;
};

struct x64_arm {
    uint32_t first, count; /* of x64.liveins */
    uint8_t *jump;         /* field of the jump to it, NULL: none yet */
    struct x64_flags flags;
    struct x64_noted pending;
    struct x64_noted_lazy lazy;
    bool fp_ready;
};

/* ---- rules ---- */

enum x64_constraint {            /* where an operand may be */
                      C_USE = 0, /* anywhere: only counted as used */
                      C_R = 1,
                      C_I = 2, /* a constant */
                      C_M = 4, /* in memory, if this is its last use */
                      C_X = 8, /* an xmm register */
                      C_RCX = 16,
                      C_RAX = 32,
                      C_RM = C_R | C_M,
                      C_RI = C_R | C_I,
                      C_ANY = C_R | C_I | C_M,
                      C_XM = C_X | C_M,
};

enum x64_out {
    OUT_NONE,
    OUT_NEW,
    OUT_TIED,    /* the register of the first operand, which is there */
    OUT_TIED_C,  /* of the third */
    OUT_SCRATCH, /* as TIED, but not the result */
    OUT_RAX,
    OUT_XNEW,
    OUT_XTIED,
};

enum x64_row_flag {
    ROW_SPOILS = 1,       /* changes the host's flags */
    ROW_COMMUTES = 2,     /* first two operands */
    ROW_APART = 4,        /* result in no operand's register but the one it is tied to */
    ROW_DROP = 8,         /* nothing if its result is not used */
    ROW_RDX = 16,         /* changes rdx */
    ROW_GIVES_FLAGS = 32, /* the result is in the host's flags */
    ROW_XTEMPS = 64,      /* the temporaries are xmm registers */
    ROW_COMPARES = 128,   /* a branch on the same comparison needs no operands */
    ROW_STATE = 256,      /* has to do with guest state */
};

struct x64;
struct x64_args;
typedef void x64_emit(struct x64 *c, const struct ir_op *op, const struct x64_args *x);
typedef void x64_special(struct x64 *c, unsigned number, const struct ir_op *op);

struct x64_row {
    uint8_t operands; /* how many of a, b, c are values */
    uint8_t in[3];    /* enum x64_constraint */
    uint8_t out;      /* enum x64_out */
    uint16_t flags;   /* enum x64_row_flag */
    uint8_t temps;    /* further general registers */
    x64_emit *emit;
    x64_special *special; /* not NULL: does it all, or calls x64_place() with another row */
};
extern const struct x64_row x64_rows[IR_CODES];
/* ADD and SUB in the form that sets the host's flags. */
extern const struct x64_row x64_flag_rows[IR_CODES];

struct x64_args {
    unsigned number; /* of the op */
    bool wide;       /* the op's type has 64 bits */
    uint8_t d;       /* result */
    uint8_t t[2];    /* temporaries */
    struct x64_operand in[3];
};

/* MXCSR: a subnormal result becomes zero, a subnormal operand counts as zero. */
#define X64_MXCSR_FLUSH 0x8000u
#define X64_MXCSR_DAZ   0x0040u

/* ---- cold code ---- */

enum x64_stub_kind {
    STUB_LOAD,
    STUB_STORE,
    STUB_STEP,
    STUB_FP,
    STUB_FP_RESULT,
    STUB_FP_OPERAND,
    STUB_FCMP,
    STUB_FBEGIN,
    STUB_JUMP
};

/* An FP op has one for its result and one for each operand; its instruction's other ops have none. */
#define X64_STUBS_MOST (2 * IR_MAX_OPS)

struct x64_stub {
    uint8_t kind;
    uint8_t d;    /* register that gets the result */
    uint8_t t[2]; /* STORE: temporaries */
    bool fp_ready;
    uint16_t number; /* of the op */
    uint32_t live;   /* registers to keep */
    uint8_t *jump;   /* field of the jump to it */
    uint8_t *also;   /* and of another one, or NULL */
    uint8_t *back;   /* where to go on */
    uint8_t *
        after; /* where to go on with the guest's result, if not NULL; back is then for what proves to be
                     * nothing special */
    struct x64_operand a, b;
    struct x64_noted pending;
    struct x64_noted_lazy lazy;
};

/* ---- thunks: places in the writable mapping ---- */

struct x64_thunks {
    uint8_t *enter;
    uint8_t *leave;    /* rax cookie, rdx reason */
    uint8_t *quit;     /* with JIT_QUIT */
    uint8_t *go_to;    /* to env's target */
    uint8_t *step;     /* rsi cookie, edx insn; then to `verdict` if the flags are not zero */
    uint8_t *load[8];  /* by enum ir_size: rsi cookie, edx insn, ecx address; returns rax */
    uint8_t *store[4]; /* the same and r9 value */
    uint8_t
        *mmio_load[2][8]; /* by the MMIO inline cache, with ir_site() in rsi; NULL: there is none */
    uint8_t *mmio_store[2][4]; /* [0] of LOAD and STORE, [1] of ALOAD and ASTORE */
    uint8_t *verdict;          /* eax: of step and store */
    uint8_t *load_verdict;     /* edx */
    uint8_t *fp_begin;         /* makes the host ready if it is not */
    uint8_t *mxcsr;            /* constants: by enum ir_fp_mode, 4 bytes each */
    uint8_t *magnitude;        /* [0] of F32, [1] of F64: 16 bytes each */
    uint8_t *least;            /* the same: least normal number */
    uint8_t *least_exact;      /* from here on the error of a product is no subnormal number */
    uint8_t *greatest;         /* the same: greatest finite number */
    uint8_t *exponent;         /* the same: the exponent's bits */
    uint8_t *zero;
};

/* ---- the backend's state; parts that are used for one block only are behind `block` ---- */

struct x64 {
    struct x64_asm as;
    const struct ir_guest *guest;
    struct codebuf buffer;
    struct x64_thunks thunks;
    bool movbe, bmi2, avx, fma; /* the host has these */
    bool inline_jumps;
    uint32_t allowed;                 /* registers for values */
    uint64_t conflicts[256][4];       /* for each slot: the slots that share a byte with it */
    uint64_t covers[256][4];          /* and those all of whose bytes are its own */
    uint64_t clobbered[4], banked[4]; /* slots that are */
    struct x64_mem slots[256];

    const struct ir_block *block;
    const struct ir_op *ops;
    uint32_t *links;      /* jit_code.links */
    const uint8_t *limit; /* no op begins behind it */
    uint8_t *entry;       /* the cookie is in the 8 bytes before it */
    void *cookie;
    uint32_t free;   /* allowed registers without value */
    uint32_t locked; /* operands of the op at hand */
    uint32_t temps;  /* registers to be free again after the op at hand */
    bool fp_ready;   /* an FBEGIN has been, on the way here */
    unsigned done;   /* an op that was emitted with the one before it */
    struct x64_flags flags;
    unsigned frame_top, frame_free_count, frame_dead_count;
    unsigned stub_count, livein_count, pool_count;
    unsigned step_slot; /* slot that step() of the FP op at hand writes, 0: none */
    struct x64_lazy lazy;
    unsigned pending_count;
    struct x64_pending pending[X64_PENDING_MOST]; /* reg is not used: see the value */
    uint64_t home_mask[4];                        /* slots that are homes */
    ir_ref in_reg[X64_REGS];
    ir_ref home_of[256]; /* by slot; valid where home_mask says */
    struct x64_arm arms[IR_MAX_ARMS];
    uint16_t frame_dead[8];
    uint16_t frame_free[IR_MAX_OPS];
    struct x64_value values[IR_MAX_OPS];
    uint16_t after[IR_MAX_OPS][4]; /* for each operand of each op: the use after this one;
                                      [3] of a SET: the SET that overwrites it before it matters but in
                                      stubs and arms, 0: none */
    struct x64_overwrite {
        uint64_t slots[4]; /* those that will be overwritten */
        uint16_t by[256];
        unsigned leaves;                                        /* the next op that has a stub */
    } overwrite;                                                /* of the backward pass */
    struct x64_pending pool[X64_STUBS_MOST * X64_PENDING_MOST]; /* of stubs and arms */
    struct x64_stub stubs[X64_STUBS_MOST];
    struct x64_livein liveins[IR_MAX_ARMS * IR_MAX_OPS]; /* only what is used is ever touched */
};

/* ---- analyse.c ---- */

/* Fills next, after and the arms' live-ins for the whole block. */
void x64_analyse(struct x64 *c);
/* Operands of a CALL. */
unsigned x64_call_operands(const struct x64 *c, const struct ir_op *op);

/* ---- regalloc.c ---- */

/* Performs an op by its row. */
void x64_place(struct x64 *c, unsigned number, const struct ir_op *op, const struct x64_row *row);
/* The pieces of that, for specials.  x64_end() ends what they have begun. */
struct x64_operand x64_resolve(struct x64 *c, ir_ref value, unsigned constraint, unsigned after);
/* Counts the use; what is used no more gives up its places. */
void x64_consume(struct x64 *c, ir_ref value, unsigned after);
/* It is not used any more. */
void x64_give_up(struct x64 *c, ir_ref value);
void x64_define(struct x64 *c, unsigned number, unsigned reg);
void x64_end(struct x64 *c);

/* Takes a register of a class (X64_GPRS or X64_XMMS) that is not in `avoid`, spills if it must. */
unsigned x64_take(struct x64 *c, uint32_t class, uint32_t avoid);
/* Makes this very register free, its value goes elsewhere. */
void x64_vacate(struct x64 *c, unsigned reg);
/* Takes it. */
void x64_take_fixed(struct x64 *c, unsigned reg);
/* All values into memory: before a call. */
void x64_evict_all(struct x64 *c);
/* Emits the load of a value from memory or of a constant; the value's places are not changed. */
void x64_load_value(struct x64 *c, ir_ref value, unsigned reg);
/* The value gets this register, which was taken. */
void x64_assign(struct x64 *c, ir_ref value, unsigned reg);
void x64_mov_reg(struct x64 *c, ir_ref value, unsigned to, unsigned from);

/* ---- sections.c ---- */

/* At a branch: notes where the arm's values are, jumps if cc; and later begins the arm with them. */
void x64_branch_to_arm(struct x64 *c, unsigned arm, enum x64_cc cc);
void x64_begin_arm(struct x64 *c, unsigned arm);
void x64_begin_block(struct x64 *c);

static inline bool x64_is_real(const struct x64 *c, ir_ref value)
{
    unsigned type = c->ops[value].type;

    return type == IR_F32 || type == IR_F64;
}

static inline struct x64_mem x64_operand_mem(struct x64_operand operand)
{
    return x64_at(operand.reg, operand.value);
}

static inline struct x64_mem x64_spill_mem(unsigned frame)
{
    return x64_at(RSP, (int32_t)(FRAME_SPILL + 8 * frame));
}

/* ---- state.c ---- */

x64_special x64_do_get, x64_do_set;
/* The slot gets another value, or may get one: no value has its home there any more. */
void x64_drop_homes_of_slot(struct x64 *c, unsigned slot);
/* Any slot may. */
void x64_drop_homes(struct x64 *c);
/* Those in a set may. */
void x64_drop_homes_of_set(struct x64 *c, const uint64_t set[4]);
/* The value gives up its home. */
void x64_forget_home(struct x64 *c, ir_ref value);
void x64_take_home(struct x64 *c, ir_ref value, unsigned slot);

/* ---- pending.c ---- */

/* SETs the slot later, or only in stubs.  The value is a constant or in a register.  False: there are too
 * many already. */
bool x64_pend(struct x64 *c, unsigned slot, ir_ref value);
/* The slot is overwritten: what is pending for it or a part of it is not needed any more. */
void x64_drop_pending(struct x64 *c, unsigned slot);
/* Writes what is pending for the value.  True: the slot is its home from now on. */
bool x64_write_pending(struct x64 *c, ir_ref value);
/* A stub or an arm is to perform all that is pending now; and that part of its code. */
struct x64_noted x64_note_pending(struct x64 *c);
void x64_emit_pending(struct x64 *c, struct x64_noted noted);
/* The store of a SET. */
void x64_store(struct x64 *c, unsigned slot, unsigned type, unsigned reg);
void x64_store_const(struct x64 *c, unsigned slot, unsigned type, int32_t imm);

/* ---- lazy.c ---- */

/* Is this SET of flags left to stubs and arms? */
bool x64_is_lazy(const struct x64 *c, unsigned set);
/* Before a compare's operands may be given up: they are not if a lazy SET follows. */
void x64_pin_operands(struct x64 *c, unsigned number);
void x64_begin_lazy(struct x64 *c, unsigned slot, ir_ref value);
/* The slot is overwritten. */
void x64_drop_lazy(struct x64 *c, unsigned slot);
void x64_note_lazy(const struct x64 *c, struct x64_noted_lazy *noted);
/* In a stub, which changes the host's flags and, unless told not to, rax. */
void x64_emit_lazy(struct x64 *c, const struct x64_noted_lazy *noted, bool keep_rax);
/* At the start of an arm, when its live-ins and flags are known. */
void x64_begin_arm_lazy(struct x64 *c, const struct x64_noted_lazy *noted);

/* ---- flags.c ---- */

/* Compares. */
void x64_emit_cmp(struct x64 *c, bool wide, struct x64_operand a, struct x64_operand b);

/* The host's flags will change: saves the value they are, if it is used again. */
void x64_spoil_flags(struct x64 *c);
/* They are the FLAGS value that op `number` defines. */
void x64_define_flags(struct x64 *c, unsigned number);
/* They stand for this operation now. */
void x64_note_flags(struct x64 *c, enum x64_flags_kind kind, bool wide, ir_ref a, ir_ref b);
/* Are they what this op would compute? */
bool x64_flags_match(const struct x64 *c, enum x64_flags_kind kind, bool wide, ir_ref a, ir_ref b);
/* Sets them for a - b of a BRANCH or SETC, gives the condition. */
enum x64_cc x64_compare(struct x64 *c, unsigned number, const struct ir_op *op);
/* The next op, SETs aside, if it has this code and the operands of op `number`; else 0. */
unsigned x64_twin(const struct x64 *c, unsigned number, enum ir_code code);
/* The branch on the same comparison, if it is the next op, SETs aside; else 0. */
unsigned x64_branch_after(const struct x64 *c, unsigned number);
/* The next op that is not left out; and the next that is no SET either. */
unsigned x64_next_op(const struct x64 *c, unsigned number);
unsigned x64_next_but_sets(const struct x64 *c, unsigned number);
bool x64_is_const(const struct x64 *c, ir_ref value, int32_t imm);
x64_special x64_do_sub_flags, x64_do_add_flags, x64_do_logic_flags, x64_do_add_carry, x64_do_carry,
    x64_do_test_flags, x64_do_branch_flags, x64_do_branch, x64_do_setc;
/* The FLAGS value's register form is in a register afterwards; the host's flags do not change. */
void x64_flags_to_reg(struct x64 *c, ir_ref value);

/* ---- emit_*.c: specials that choose among rows, and emit functions ---- */

x64_special x64_do_add, x64_do_and, x64_do_shift, x64_do_mul;
x64_emit x64_emit_sub, x64_emit_or, x64_emit_xor, x64_emit_not, x64_emit_neg, x64_emit_divu,
    x64_emit_divs, x64_emit_movsx8, x64_emit_movsx16, x64_emit_movzx8, x64_emit_movzx16,
    x64_emit_movsxd, x64_emit_mov32, x64_emit_nothing, x64_emit_high, x64_emit_pack,
    x64_emit_select;
x64_special x64_do_load, x64_do_store, x64_do_other_load, x64_do_other_store, x64_do_guard,
    x64_do_load_unchecked, x64_do_store_unchecked, x64_do_move_bank;
/* The first thing in a stub in paged mode: the access by the page's addend.  Returns the field of the jump that
 * is taken if that may not be, either. */
uint8_t *x64_load_page(struct x64 *c, const struct x64_stub *stub, const struct ir_op *op);
uint8_t *x64_store_page(struct x64 *c, const struct x64_stub *stub, const struct ir_op *op);
x64_emit x64_emit_ffromi, x64_emit_bitcast_f, x64_emit_bitcast_i;
x64_special x64_do_fp, x64_do_fcmp, x64_do_fbegin;
x64_special x64_do_call, x64_do_step, x64_do_charge, x64_do_exit, x64_do_jump, x64_do_quit,
    x64_do_deopt;
void x64_alu_operand(struct x64_asm *as, enum x64_alu alu, bool wide, unsigned d,
                     struct x64_operand operand);

/* ---- stubs.c ---- */

/* A stub for a jump (its field is given); it goes back to what is emitted next, with the result in x->d. */
struct x64_stub *x64_add_stub(struct x64 *c, enum x64_stub_kind kind, const struct x64_args *x,
                              uint8_t *jump);
/* The registers of values that are used after the op at hand. */
uint32_t x64_live(const struct x64 *c, const struct x64_args *x);
void x64_add_budget(struct x64 *c, int32_t amount);
/* Performs step(insn) by its thunk. */
void x64_call_step(struct x64 *c, unsigned insn);
/* The guest may have taken the exceptions that stick and be no more ready: after its functions. */
void x64_begin_fp_again(struct x64 *c, bool fp_ready);
/* False: there is no room. */
bool x64_emit_stubs(struct x64 *c);
/* Loads the block's cookie. */
void x64_load_cookie(struct x64 *c, unsigned reg);
uint32_t x64_refund(const struct x64 *c, unsigned insn);

/* ---- entry.c ---- */

/* Writes the thunks at the beginning of the buffer. */
void x64_emit_thunks(struct x64 *c);

static inline struct x64_mem x64_env(uint32_t offset)
{
    return x64_at(ENV, (int32_t)offset);
}

static inline void x64_read_env(struct x64 *c, unsigned reg, uint32_t offset)
{
    x64_rm(&c->as, OP_MOV_LOAD | X_W, reg, x64_env(offset));
}

static inline void x64_write_env(struct x64 *c, uint32_t offset, unsigned reg)
{
    x64_rm(&c->as, OP_MOV_STORE | X_W, reg, x64_env(offset));
}

/* The next place for a thunk or a constant. */
static inline uint8_t *x64_align(struct x64 *c)
{
    while ((uintptr_t)c->as.p % 16 != 0) {
        x64_byte(&c->as, 0xcc);
    }
    return c->as.p;
}

/* ---- calls.c ---- */

void x64_emit_calls(struct x64 *c);

/* ---- listing.c ---- */

void x64_disassemble(const uint8_t *code, size_t size, FILE *stream);

#endif
