// SPDX-License-Identifier: MIT
/*
 * The code generator: from a block of IR to a host's instructions, for any host (cg_host.h).
 *
 * Owns: what is known while one block is compiled: where each value is, which registers are free, what the
 * host's flags stand for, which SETs are still to be performed.  A host's backend calls cg_compile(); its rows and
 * emit functions are called back with the state below.  No register, opcode or instruction of a host is named here.
 *
 *   compile.c   cg_compile(): the order of things, on one screen
 *   analyse.c   backward pass: when each value is used next
 *   slots.c     the host's rows, and which slots share bytes
 *   values.c    where a value is
 *   pending.c   SETs that only stubs and arms perform
 *   registers.c registers are taken, spilled and given back
 *   flags.c     what the host's flags stand for
 *   lazy.c      SETs of flags that only stubs and arms perform
 *   regalloc.c  the register allocator: satisfies an op's row, then calls its emit function
 *   state.c     guest state: GET, SET, and values that still are in their slot
 *   flag_ops.c  ops that give or take flags
 *   sections.c  what the allocator begins the block and each arm with
 *   stubs.c     what is noted for code behind the block
 *
 * Each file but compile.c calls only those above it in this list.
 *
 * The terms (slot, arm, charge, cookie) are those of docs/ir.md; the manual is docs/jit-codegen.md.
 */
#ifndef CG_H
#define CG_H

#include <string.h>

#include "cg_host.h"
#include "codebuf.h"
#include "ir.h"
#include "jit.h"

/* ---- values ---- */

enum cg_where {
    AT_REG = 1,
    AT_FRAME = 2, /* spilled */
    AT_HOME = 4,  /* in a slot of guest state */
    AT_FLAGS = 8, /* in the host's flags */
    AT_CONST = 16,
    PENDING = 32, /* its home, or homes, are still to be written: the value stays in its register */
};

struct cg_value {
    uint16_t next; /* the op that uses it next, 0: none */
    uint8_t where; /* enum cg_where, several */
    uint8_t reg;
    uint16_t frame;
    uint8_t home;
    uint8_t pins; /* not 0: it keeps its place although no op uses it any more (lazy.c) */
};

/* A value of the main section that an arm uses. */
struct cg_livein {
    ir_ref value;
    uint16_t first;     /* its first use in the arm */
    uint16_t after;     /* its next use after the branch, in the section of the branch */
    struct cg_value at; /* where it is at the branch */
};

/* What the host's flags stand for. */
struct cg_flags {
    uint8_t kind;  /* enum cg_flags_kind */
    bool wide;     /* of 64 bits */
    ir_ref a, b;   /* operands of ADD, SUB; LOGIC: a is the result */
    ir_ref result; /* value for which N and Z are right, 0: none */
    ir_ref value;  /* FLAGS value, or truth value, that is in the host's flags, 0: none */
    uint8_t cond;  /* enum ir_cond: a truth value is 1 if the flags meet this condition, else 0 */
};

/* A SET that only stubs and arms perform (pending.c). */
struct cg_pending {
    uint8_t slot;
    uint8_t reg; /* CG_NONE: the value is a constant */
    ir_ref value;
};
#define CG_PENDING_MOST 12

/* What was pending at some op: `count` elements of cg.pool. */
struct cg_pending_snapshot {
    uint32_t first;
    uint8_t count;
};

/* A SET of flags that only stubs and arms perform, from the operands of its compare (lazy.c). */
struct cg_lazy {
    ir_ref value; /* the compare, 0: none */
    uint8_t slot;
};

/* The same, and where the operands are at a stub's or arm's branch. */
struct cg_lazy_snapshot {
    struct cg_lazy lazy;
    struct cg_operand a, b;
};

struct cg_arm {
    uint32_t first, count; /* of cg.liveins */
    uint8_t *jump;         /* displacement field of the jump to it, NULL: none yet */
    struct cg_flags flags;
    struct cg_pending_snapshot pending;
    struct cg_lazy_snapshot lazy;
    bool fp_ready;
};

/* ---- stubs: code that is rarely executed, behind the block ---- */

struct cg_stub {
    uint8_t kind; /* the host's */
    uint8_t d;    /* register that gets the result */
    uint8_t t[2]; /* temporaries that the stub may use */
    bool fp_ready;
    uint16_t number; /* of the op */
    uint32_t live;   /* registers of values that are used later: the stub must preserve them */
    uint8_t *jump;   /* displacement field of the jump to it */
    uint8_t *also;   /* of a second jump to it, or NULL */
    uint8_t *back;   /* where to go on in the main path */
    /* If not NULL, where to go on when step() has performed the op.  The stub of an operand's check goes to `back`, which
     * is before the op's instructions, if the operand proves to be nothing special. */
    uint8_t *after;
    struct cg_operand a, b;
    struct cg_pending_snapshot pending;
    struct cg_lazy_snapshot lazy;
};

/* An FP op adds up to four stubs: for each operand, its result, and its rounding.  Twice the number of ops is enough
 * nevertheless, because the GETs and SETs around FP ops add none; cg_add_stub() checks it. */
#define CG_STUBS_MOST (2 * IR_MAX_OPS)

/* What the backward pass knows of the SETs behind the op at hand. */
struct cg_overwrite {
    uint64_t slots[4]; /* slots that will be overwritten */
    uint16_t by[256];  /* by which SET */
    unsigned leaves;   /* the next op that has a stub or an arm */
    unsigned sees; /* the same but for FP ops whose step() does not read ignored_by_fp_step slots */
};

/* ---- the state; what is valid for one block only comes from `block` on ---- */

struct cg {
    const struct cg_host *host;
    struct code_cursor as; /* where the next instruction goes */
    /* From the host's tables.  NOP and CONST, which are never emitted, have none. */
    const struct cg_row *rows[IR_CODES];
    const struct ir_guest *guest;
    struct codebuf buffer;
    uint32_t allowed;           /* registers for values */
    uint64_t conflicts[256][4]; /* for each slot: the slots that share a byte with it */
    uint64_t covers[256][4];    /* and those that lie within it, itself included */
    uint64_t clobbered[4];      /* slots that step() of an FP op or of MOVE_BANK may change */
    uint64_t banked[4];         /* slots of IR_BANKED */
    struct cg_mem slots[256];

    const struct ir_block *block;
    const struct ir_op *ops;
    uint32_t *links;      /* jit_code.links */
    const uint8_t *limit; /* an op or stub whose code would begin behind this address has no room */
    uint8_t *entry;
    uint8_t
        *cold; /* the block's piece of the upper half; stubs_at: what entry() has left free of it */
    uint8_t *stubs_at; /* where stubs begin */
    uint8_t *end;      /* of main section and arms */
    void *cookie;
    uint32_t free;   /* allowed registers without value */
    uint32_t locked; /* operands of the op at hand */
    uint32_t temps;  /* registers to be free again after the op at hand */
    bool fp_ready;   /* there was an FBEGIN on the way here */
    unsigned done; /* an op that was emitted together with an earlier one, so its turn is skipped */
    struct cg_flags flags;
    unsigned frame_top, frame_free_count, frame_dead_count;
    unsigned stub_count, livein_count, pool_count;
    unsigned step_slot; /* slot that step() of the FP op at hand writes, 0: none */
    struct cg_lazy lazy;
    unsigned pending_count;
    struct cg_pending pending[CG_PENDING_MOST]; /* reg is not used: see the value */
    uint64_t home_mask[4];                      /* slots that are homes */
    ir_ref in_reg[CG_REGS];
    ir_ref home_of[256]; /* by slot; valid where home_mask says */
    struct cg_arm arms[IR_MAX_ARMS];
    uint16_t frame_dead[8];
    uint16_t frame_free[IR_MAX_OPS];
    struct cg_value values[IR_MAX_OPS];
    /* [0] to [2]: for each operand of each op, the op that uses the same value next.  [3] of a SET: the later SET that
     * overwrites it before anything but stubs and arms can see it; 0: there is none. */
    uint16_t after[IR_MAX_OPS][4];
    struct cg_overwrite overwrite;
    struct cg_pending pool[CG_STUBS_MOST * CG_PENDING_MOST]; /* of stubs and arms */
    struct cg_stub stubs[CG_STUBS_MOST];
    struct cg_livein liveins[IR_MAX_ARMS * IR_MAX_OPS]; /* only what is used is ever touched */
};

/* Is the slot in the set? */
static inline bool cg_has_slot(const uint64_t set[4], unsigned slot)
{
    return set[slot / 64] >> slot % 64 & 1;
}

static inline bool cg_is_fp(const struct cg *c, ir_ref value)
{
    unsigned type = c->ops[value].type;

    return type == IR_F32 || type == IR_F64;
}

/* ---- slots.c, compile.c: for a backend ---- */

/* Fills in what depends on host and guest only. */
void cg_init(struct cg *c, const struct cg_host *host, const struct ir_guest *guest);
/* Compiles the block into the buffer.  False: there is no room. */
bool cg_compile(struct cg *c, const struct ir_block *block, void *cookie, struct jit_code *code);

/* ---- analyse.c ---- */

/* Fills next, after and the arms' live-ins for the whole block. */
void cg_analyse(struct cg *c);

/* ---- values.c ---- */

/* The place of a value that is in memory: its slot, or its place in the frame. */
struct cg_mem cg_memory_of(const struct cg *c, const struct cg_value *at);
struct cg_mem cg_spill_mem(const struct cg *c, unsigned frame);
/* The value where it is now: in its register, a constant, or in memory. */
struct cg_operand cg_operand_of(const struct cg *c, ir_ref value);
void cg_move(struct cg *c, ir_ref value, unsigned to, unsigned from);
/* Emits the load of a value from memory or of a constant; the value's places are not changed. */
void cg_load_value(struct cg *c, ir_ref value, unsigned reg);
/* The value gets this register, which was taken. */
void cg_assign(struct cg *c, ir_ref value, unsigned reg);
/* Note that the slot is the value's home from now on; and that the value has no home any more. */
void cg_take_home(struct cg *c, ir_ref value, unsigned slot);
void cg_forget_home(struct cg *c, ir_ref value);
/* Frees the places of a value that is not used any more, unless it is pending or pinned. */
void cg_give_up(struct cg *c, ir_ref value);

static inline struct cg_mem cg_operand_mem(struct cg_operand operand)
{
    return (struct cg_mem){operand.reg, operand.value};
}

static inline struct cg_operand cg_mem_operand(struct cg_mem mem)
{
    return (struct cg_operand){OPERAND_MEM, mem.base, mem.disp};
}

/* ---- registers.c ---- */

/* Takes a register of a class (cg_host.general or .fp) that is not in `avoid`, spills if it must. */
unsigned cg_take(struct cg *c, uint32_t class, uint32_t avoid);
/* A general or a floating-point register, as the value needs. */
unsigned cg_take_for(struct cg *c, ir_ref value, uint32_t avoid);
/* Makes this register free; its value goes elsewhere. */
void cg_vacate(struct cg *c, unsigned reg);
/* The same, and takes the register until cg_end_op(). */
void cg_take_fixed(struct cg *c, unsigned reg);
/* Brings all values into memory, before a call. */
void cg_evict_all(struct cg *c);
/* Counts a use; `after` is the value's next use.  If there is none the value gives up its places. */
void cg_consume(struct cg *c, ir_ref value, unsigned after);
/* The result of op `number` is in this register. */
void cg_define(struct cg *c, unsigned number, unsigned reg);
/* The op is emitted: its temporaries and the places of dead operands are free. */
void cg_end_op(struct cg *c);

/* ---- regalloc.c ---- */

/* Performs an op by a row: operands to where the row wants them, uses counted, a register for the result, then the
 * row's emit(). */
void cg_emit_by_row(struct cg *c, unsigned number, const struct ir_op *op,
                    const struct cg_row *row);
/* Brings an operand to where a constraint (enum cg_constraint) allows it, for specials, which end with cg_end_op().
 * after: the op that uses the value next. */
struct cg_operand cg_resolve(struct cg *c, ir_ref value, unsigned constraint, unsigned after);

/* ---- sections.c ---- */

/* Called by a host at a branch, when its flags say whether the branch is taken: notes where the arm's values are.  The
 * host then writes the jump and notes its displacement field in the arm's `jump`. */
void cg_leave_to_arm(struct cg *c, unsigned arm);
/* Begins the arm with its values where they were at the branch. */
void cg_begin_arm(struct cg *c, unsigned arm);
void cg_begin_block(struct cg *c);

/* ---- state.c ---- */

cg_special cg_do_get, cg_do_set;
/* To be called before a slot changes, or may change: values that have their home there, or in a slot that shares bytes
 * with it, lose it, and are loaded first if they are nowhere else. */
void cg_drop_homes_of_slot(struct cg *c, unsigned slot);
/* The same for all slots. */
void cg_drop_homes(struct cg *c);
/* The same for the slots in a set. */
void cg_drop_homes_of_set(struct cg *c, const uint64_t set[4]);

/* ---- pending.c ---- */

/* Makes a SET pending.  The value must be a constant or in a register.  False: too many SETs are pending already; the
 * caller has to store it. */
bool cg_pend(struct cg *c, unsigned slot, ir_ref value);
/* To be called when the slot is overwritten: what is pending for it or a part of it is not needed any more. */
void cg_drop_pending(struct cg *c, unsigned slot);
/* Stores the value into the slots that it is pending for.  True: one of them is its home from now on. */
bool cg_write_pending(struct cg *c, ir_ref value);
/* Notes all that is pending now, for a stub or an arm; and emits these stores in its code. */
struct cg_pending_snapshot cg_snapshot_pending(struct cg *c);
void cg_emit_pending(struct cg *c, struct cg_pending_snapshot all);

/* ---- lazy.c ---- */

/* Is this SET of flags left to stubs and arms? */
bool cg_is_lazy(const struct cg *c, unsigned set);
/* Pins the operands of compare `number` if a lazy SET follows it.  To be called before they may be given up. */
void cg_pin_operands(struct cg *c, unsigned number);
void cg_begin_lazy(struct cg *c, unsigned slot, ir_ref value);
/* To be called when the slot is overwritten: a lazy SET of it is not needed any more. */
void cg_drop_lazy(struct cg *c, unsigned slot);
void cg_snapshot_lazy(const struct cg *c, struct cg_lazy_snapshot *at);
/* In a stub: performs the SET.  Changes the host's flags and, unless `keep`, the host's flags_reg. */
void cg_emit_lazy(struct cg *c, const struct cg_lazy_snapshot *at, bool keep);
/* At the start of an arm, when its live-ins and flags are known. */
void cg_begin_arm_lazy(struct cg *c, const struct cg_lazy_snapshot *at);

/* ---- flags.c ---- */

/* To be called before the host's flags change: saves the FLAGS value that is in them, if it is used again. */
void cg_spoil_flags(struct cg *c);
/* Notes that the host's flags are the FLAGS value that op `number` defines. */
void cg_define_flags(struct cg *c, unsigned number);
/* Notes that the host's flags are those of this operation. */
void cg_note_flags(struct cg *c, enum cg_flags_kind kind, bool wide, ir_ref a, ir_ref b);
/* Are the host's flags those of this operation? */
bool cg_flags_match(const struct cg *c, enum cg_flags_kind kind, bool wide, ir_ref a, ir_ref b);
/* The result of op `number`, a truth value, is in the host's flags: 1 if these meet the condition, else 0.  It gets a
 * register only if it is needed after the flags have changed, or by an op that does not look at the flags. */
void cg_define_cond(struct cg *c, unsigned number, enum ir_cond cond);
/* Is this truth value in the host's flags (c->flags.cond)? */
bool cg_is_cond(const struct cg *c, ir_ref value);
/* Copies the FLAGS value from the host's flags, which do not change, into the host's flags_reg. */
void cg_flags_to_reg(struct cg *c, ir_ref value);
/* If the value is in the host's flags and nowhere else, copies it into a register.  The flags do not change. */
void cg_leave_flags(struct cg *c, ir_ref value);
/* The next op, SETs aside, if it has this code and the operands of op `number`; else 0. */
unsigned cg_twin(const struct cg *c, unsigned number, enum ir_code code);
/* The branch on the same comparison, if it is the next op, SETs aside; else 0. */
unsigned cg_branch_after(const struct cg *c, unsigned number);
/* The next op that is not dropped; and the next that is no SET either. */
unsigned cg_next_op(const struct cg *c, unsigned number);
unsigned cg_next_but_sets(const struct cg *c, unsigned number);
bool cg_is_const(const struct cg *c, ir_ref value, int32_t imm);

/* Is the op left out, because it has no effect and no op uses its result? */
static inline bool cg_is_dropped(const struct cg *c, unsigned number)
{
    return (ir_rows[c->ops[number].code].flags & (IR_F_PURE | IR_F_READS)) &&
           c->values[number].next == 0;
}

/* ---- flag_ops.c ---- */

/* Emits ADD_FLAGS or SUB_FLAGS: nothing if the host's flags are right already; else, if the next op is the ADD or SUB
 * (`code`) of the same operands, that op by row `sum`, which sets the flags; else the op by `row`. */
void cg_do_flags(struct cg *c, unsigned number, enum cg_flags_kind kind, enum ir_code code,
                 const struct cg_row *sum, const struct cg_row *row);
/* Emits LOGIC_FLAGS: nothing if the host's flags are right already, else the op by `row`. */
void cg_do_logic_flags(struct cg *c, unsigned number, const struct cg_row *row);
/* Makes the host's flags tell whether the condition of a BRANCH or SETC holds, by a compare if they do not already.
 * Returns the condition to be tested on the flags: the op's, or another one if the flags are of b - a or of a result. */
enum ir_cond cg_compare(struct cg *c, unsigned number, const struct ir_op *op);
/* ---- stubs.c ---- */

/* A stub for a jump (its field is given); it goes back to what is emitted next, with the result in x->d. */
struct cg_stub *cg_add_stub(struct cg *c, unsigned kind, const struct cg_args *x, uint8_t *jump);
/* The registers of values that are used after the op at hand. */
uint32_t cg_live(const struct cg *c, const struct cg_args *x);
/* The instruction's `refund` (struct ir_insn); 0 for IR_NONE. */
uint32_t cg_refund(const struct cg *c, unsigned insn);

#endif
