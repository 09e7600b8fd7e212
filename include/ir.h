// SPDX-License-Identifier: MIT
/*
 * The intermediate representation between a guest's translator and a host's code generator.
 *
 * A block is one entry, a main section of ops that ends in EXIT, JUMP or QUIT, and arms: sections of
 * the same kind that a BRANCH or BRANCH_FLAGS goes to.  Arms never come back, so a value is defined once,
 * before its uses, and is named by its op's number.  Ops of the main section before a branch are visible
 * in its arm; ops of one arm are not visible in another.
 *
 * For example `subcc %g1, 10, %g2; bgu target` with its delay instruction left out:
 *
 *     %1 = get.i32 g1              the value of a slot
 *     %2 = const.i32 10
 *     %3 = sub.i32 %1, %2          ops are pure but where ir_ops.def says otherwise
 *     set g2, %3
 *     %5 = sub_flags %1, %2        N Z V C, in whatever form the host has them
 *     set icc, %5
 *     branch_flags.gtu %5, arm 0   to the arm, or on
 *     exit 0x40000010, link 0, @1  to the block there, by a link that is patched once it is known
 * arm 0:
 *     exit 0x40000018, link 1, @1  @1: instruction 1 of the block, which has just ended
 *
 * docs/jit.md follows a block from guest words to host code.
 *
 * The guest describes itself in struct ir_guest: slots of its state (in `env`, at fixed offsets, or in a
 * bank whose base moves), pure helper functions, and the functions for what generated code cannot do.
 * docs/ir.md is the manual.
 */
#ifndef IR_H
#define IR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum ir_code {
#define OP(name, result, operands, flags) IR_##name,
#include "ir_ops.def"
    IR_CODES
};

enum ir_type { IR_VOID, IR_I32, IR_I64, IR_F32, IR_F64, IR_FLAGS };

/* Conditions on a - b, or on the flags of another operation.  Flipping the lowest bit gives the opposite condition. */
enum ir_cond {
    IR_EQ,
    IR_NE,
    IR_LT, /* signed: N != V */
    IR_GE,
    IR_LE, /* signed: Z or N != V */
    IR_GT,
    IR_LTU, /* C */
    IR_GEU,
    IR_LEU, /* Z or C */
    IR_GTU,
    IR_MI, /* N */
    IR_PL,
    IR_VS, /* V */
    IR_VC,
    IR_CONDS
};
_Static_assert((IR_EQ ^ 1) == IR_NE && (IR_VS ^ 1) == IR_VC, "invert = flip bit 0");

/* Memory access sizes: log2 of the bytes; whether a load extends the sign; and whether the value is a floating-point
 * number, for LOAD, STORE, LOAD_UNCHECKED and STORE_UNCHECKED. */
enum ir_size {
    IR_8,
    IR_16,
    IR_32,
    IR_64,
    IR_SIGNED = 4,
    IR_S8 = IR_8 | 4,
    IR_S16 = IR_16 | 4,
    IR_REAL_32 = IR_32 | 4,
    IR_REAL_64 = IR_64 | 4,
    IR_SIZES
};

typedef uint16_t ir_ref; /* an op's number; 0: none */
#define IR_NONE 0xffff   /* insn field: none */

/* Which of these fields an op uses, and for what, is in its row of ir_ops.def. */
struct ir_op {
    uint8_t code; /* enum ir_code */
    uint8_t type; /* enum ir_type, of the result (of the operands where there is no result) */
    uint8_t cond; /* enum ir_cond or enum ir_size */
    uint8_t slot;
    ir_ref a, b, c;
    uint16_t insn;
    int32_t imm;
};
_Static_assert(sizeof(struct ir_op) == 16, "four to a cache line");

#define IR_MAX_OPS   4096
#define IR_MAX_ARMS  64
#define IR_MAX_LINKS 66
#define IR_MAX_INSNS 256
#define IR_MAX_REACH 4096 /* of GUARD_LOAD and GUARD_STORE */

/* A guest instruction of a block.  One that was translated into two sections has two of these, since `refund` may
 * differ.
 * `refund`: how much of what the block has charged up to here is still unspent when this instruction is done.  It
 * goes back to the budget where the block is left after this instruction.
 * `no_mmio_cache`: backends must not make this instruction's accesses through the MMIO inline cache, but call the
 * guest's load() or store() for each that is not fast, because the guest has to see them (those of an atomic). */
struct ir_insn {
    uint32_t pc, npc;
    uint16_t refund;
    bool no_mmio_cache;
};

struct ir_block {
    const struct ir_guest *guest;
    uint32_t pc;     /* for listings */
    uint32_t charge; /* budget taken at entry */
    /* An access that common[] refuses tries flags[] and the page's own addend before the slow path
     * (include/tlb_layout.h). */
    bool paged;
    unsigned op_count;
    unsigned arm_count;
    unsigned link_count;
    unsigned insn_count;
    ir_ref arms[IR_MAX_ARMS]; /* first op of each arm; arms lie behind the main section, in order */
    struct ir_insn insns[IR_MAX_INSNS];
    struct ir_op ops[IR_MAX_OPS]; /* [0] is a NOP */
};

/* ---- the guest ---- */

enum ir_bank { IR_ENV, IR_BANKED };

/* A piece of guest state: `offset` from env, or from the bank's base.  FLAGS slots hold 16 bits in the
 * host's form (struct jit_flags_layout).  Slots may overlap (a double and its two words). */
struct ir_slot {
    const char *name;
    uint8_t bank; /* enum ir_bank */
    uint8_t type; /* enum ir_type */
    uint32_t offset;
    /* step() reads the slot for an FP op only if the op checks its operands (IR_FP_A, IR_FP_B).  So a SET of it may be
     * dropped if it is overwritten later, with no other op between that sees state than FP ops without these checks. */
    bool ignored_by_fp_step;
    /* step() of an FP op or a MOVE_BANK may change the slot, so the optimizer never assumes that it knows its value. */
    bool clobbered_by_step;
};

#define IR_HELPER_ARGUMENTS 3
struct ir_helper {
    const char *name;
    void (*function)(void); /* really of the type below: I32 is uint32_t, I64 uint64_t */
    uint8_t result;         /* enum ir_type: VOID, I32 or I64 */
    uint8_t arguments[IR_HELPER_ARGUMENTS];
    bool takes_env; /* env comes first */
    bool pure;      /* reads and writes nothing but its arguments: the op is PURE */
};

/* How generated code goes on after it has called a function of the guest. */
enum ir_verdict {
    IR_STAY,  /* the next op                                                               */
    IR_LEAVE, /* out of generated code; all state is in its slots                          */
    IR_GO_TO, /* the block at env's target, by the jump cache or else out with JIT_JUMP.  env's memory,
                 tlb and jumps may be others than before                                   */
};

struct ir_loaded {
    uint64_t value;
    uint64_t verdict; /* enum ir_verdict */
};

/*
 * The MMIO inline cache: how generated code accesses a device register without asking the guest's load() or
 * store().  env holds an array of entries.  An entry says which callback answers one kind of access (size,
 * direction, address space) at one address, and holds a request that is complete but for its value and time.
 * The guest fills entries when it answers load() and store(), and empties them when they are no longer true.
 * For an access of size s at address a that the TLB refuses, a backend may look at entry
 *
 *     ir_mmio_index(a) for a load, the next one for a store
 *
 * which answers if its tag is env's key | tags[write][log2 of s] | a.  The manual is docs/ir.md.
 */
#define IR_MMIO_BITS    12
#define IR_MMIO_ENTRIES (2u << IR_MMIO_BITS)
#define IR_MMIO_FACTOR  0x3f69aa27u

/* Registers that a driver accesses in turn should not share an entry, or each access would throw the other's entry out:
 * neither the registers of one core, nor those at the same offset of several cores.  So all bits of the address are
 * hashed, with a factor that was searched for the fewest collisions among 1,000 registers: one, two, four or eight of
 * each core, and the cores 256 bytes to 1 MiB apart. */
static inline unsigned ir_mmio_index(uint32_t address)
{
    return (address * IR_MMIO_FACTOR >> (32 - IR_MMIO_BITS)) * 2;
}

struct ir_mmio_cache {
    uint64_t tags[2][4];
    /* byte offsets in env: */
    uint32_t entries;  /* the array */
    uint32_t keys[2];  /* uint64_t: of LOAD and STORE, of ALOAD and ASTORE */
    uint32_t site;     /* uint64_t: ir_site() of the access, written before the call */
    uint32_t end, now; /* uint64_t: before the call `now` becomes `end` minus the budget */
    uint32_t
        limit;    /* uint64_t: if it differs from `end` after the call, there is more to be done */
    uint32_t bus; /* pointer to what has `running`, `last` and `calls` */
    uint32_t entry_size; /* a power of two */
    /* byte offsets in an entry: */
    uint32_t tag;      /* uint64_t; 0: the entry is empty */
    uint32_t function; /* int32_t (*)(void *instance, void *request) */
    uint32_t instance;
    uint32_t request;
    uint32_t call; /* what `running` and `last` point to */
    /* byte offsets in a request: */
    uint32_t value;       /* uint64_t; of a load 0 before the call */
    uint32_t wait_cycles; /* uint32_t: 0; loaded() or stored() make it 0 again */
    uint32_t cycles; /* uint64_t: becomes `now`, or what was told if that is later (told_offset) */
    /* byte offsets in what `bus` points to: */
    uint32_t running; /* pointer: the entry's call; NULL after it */
    uint32_t last;    /* pointer: the call that was made last */
    uint32_t calls;   /* uint64_t: how many calls there were */
    /* Called instead of `function`, if not NULL. */
    int32_t (*dispatch)(void *instance, void *request, void *function);
    /* Called before the function if the word at fp_offset is not 0: adds the host's sticky exceptions to the guest's
     * state, and sets the word to 0.  NULL if that word is always 0. */
    void (*fp_aside)(void *env);
    /* Called after the callback if its result or wait_cycles is not 0, or if `limit` differs from `end`.  They finish an
     * access that has been made already, and otherwise are as load() and store(). */
    struct ir_loaded (*loaded)(void *env, void *cookie, uint32_t insn, void *call, uint32_t size,
                               int32_t result);
    uint32_t (*stored)(void *env, void *cookie, uint32_t insn, void *call, uint32_t size,
                       int32_t result);
};

/* Tells the guest which instruction of which block makes an access: cookie and instruction in one word.  Cookies must
 * be addresses below 2^48. */
static inline uint64_t ir_site(const void *cookie, unsigned insn)
{
    return (uintptr_t)cookie | (uint64_t)insn << 48;
}

static inline void *ir_site_cookie(uint64_t site)
{
    return (void *)(uintptr_t)(site & (UINT64_MAX >> 16));
}

static inline unsigned ir_site_insn(uint64_t site)
{
    return (unsigned)(site >> 48);
}

/* How FP ops round.  With IR_FP_FLUSH, a subnormal result is replaced by a zero of the same sign and raises underflow
 * and inexact; and a subnormal operand counts as a zero of the same sign, except in comparisons. */
enum ir_fp_mode { IR_FP_NEAREST, IR_FP_ZERO, IR_FP_UP, IR_FP_DOWN, IR_FP_FLUSH = 4 };

/* In the cond field of an FP op with an instruction: further cases that step() has to perform, beside those that are
 * special for every such op (docs/ir.md, "Special results").  Without an instruction, IR_FP_POISON alone. */
enum ir_fp_check {
    IR_FP_A = 1, /* operand a is subnormal */
    IR_FP_B = 2,
    /* the result's magnitude is at least the greatest finite number, or at most the least normal one */
    IR_FP_RANGE = 4,
    /* the result is not exact; ops that can have IR_FP_RANGE must have it, too */
    IR_FP_EXACT = 8,
    /* FMUL, FDIV and FNARROW without an instruction: a special result is replaced by a quiet NaN */
    IR_FP_POISON = 16,
    IR_FP_CHECKS
};

/* What a block may refer to, and the guest's functions step(), load() and store().  Their `cookie` is what jit_compile()
 * was given with the block, and `insn` is an index of the block's insns[].  Before it calls one of them a backend writes
 * the bank's base to env, and the budget as it will be after that instruction; after the call it reads both again.  The
 * result (or .verdict) is an enum ir_verdict. */
struct ir_guest {
    const char *name;
    const struct ir_slot *slots; /* [0] is not used */
    unsigned slot_count;
    const struct ir_helper *helpers;
    unsigned helper_count;
    /* byte offsets in env: */
    uint32_t bank_offset;   /* uint8_t *: base of IR_BANKED slots */
    uint32_t budget_offset; /* int64_t: what may still be charged */
    uint32_t memory_offset; /* uint8_t *: the common addend: where the host has guest address 0 */
    uint32_t tlb_offset;    /* uint8_t *: common[] of the TLB's tables */
    uint32_t jumps_offset;  /* struct jit_jump *: jump cache of the guest's present mode */
    uint32_t target_offset; /* uint32_t: where a JUMP was to go that left generated code */
    uint32_t fp_offset;     /* uint32_t: 1 after FBEGIN: exceptions may stick in the host */
    /* uint32_t: enum ir_fp_mode.  FBEGIN reads it when it makes the host ready.  0: there is no such word, FP ops
     * round to nearest. */
    uint32_t fp_mode_offset;
    /* The word at fp_mode_offset always has IR_FP_FLUSH.  A backend may then perform an op before it finds that an
     * operand was subnormal.  So the host's sticky flags for invalid, and with IR_FP_RANGE also for division by zero,
     * may be set wrongly, and the guest must not accrue them. */
    bool fp_flush;
    /* The bank is a ring of so many bytes: slots that far apart are the same.  0: it is no ring. */
    uint32_t bank_period;
    /* Performs the instruction as the guest's interpreter would. */
    uint32_t (*step)(void *env, void *cookie, uint32_t insn);
    /* Perform memory accesses that are not fast; size: ir_plain_size().  load() gives the value that LOAD is to have;
     * store() must look only at the low bytes of `value`, since the others may be anything. */
    struct ir_loaded (*load)(void *env, void *cookie, uint32_t insn, uint32_t address,
                             uint32_t size);
    uint32_t (*store)(void *env, void *cookie, uint32_t insn, uint32_t address, uint32_t size,
                      uint64_t value);
    const struct ir_mmio_cache *mmio; /* NULL: there is no MMIO inline cache */
    /* Offset in env of a pointer to uint64_t, the latest time that a request of the MMIO inline cache had; 0: there is
     * none, and requests have their own time. */
    uint32_t told_offset;
    /* Offset in env of four words, by log2 of an access's size; 0: there are none.  In a block that is not paged, LOAD may
     * access `memory` at once if no bit of the word is set in address - plain_start: it need not look at the TLB.  The
     * words change only while a function of the guest is called.  Code that lies in these plain_size bytes is likely to
     * load from there. */
    uint32_t plain_offset;
    uint32_t plain_start, plain_size;
};

/* ---- op properties, from the table ---- */

/* What ir_ops.def says in its last column. */
#define IR_OP_FLAGS(FLAG)                                                                          \
    FLAG(PURE, 0)                                                                                  \
    FLAG(LEAVES, 1)                                                                                \
    FLAG(WRITES, 2)                                                                                \
    FLAG(END, 3)                                                                                   \
    FLAG(BRANCHES, 4)                                                                              \
    FLAG(ACCESS, 5)                                                                                \
    FLAG(SIZED, 6)                                                                                 \
    FLAG(HOST_FP, 7)                                                                               \
    FLAG(SPECIAL, 8)                                                                               \
    FLAG(COMMUTES, 9)                                                                              \
    FLAG(ROUNDS, 10)                                                                               \
    FLAG(RANGE, 11)                                                                                \
    FLAG(READS, 12)

enum ir_op_flag {
#define FLAG(name, bit) IR_F_##name = 1 << bit,
    IR_OP_FLAGS(FLAG)
#undef FLAG
};

struct ir_row {
    char name[16]; /* lower case */
    const char *result;
    const char *operands;
    uint16_t flags; /* enum ir_op_flag */
    uint8_t operand_count;
};
extern const struct ir_row ir_rows[IR_CODES];

static inline bool ir_has_result(unsigned code)
{
    return ir_rows[code].result[0] != '-';
}

static inline bool ir_is_branch(unsigned code)
{
    return ir_rows[code].flags & IR_F_BRANCHES;
}

/* May step() have to perform the op?  Such an op has a slot and an instruction, or neither. */
static inline bool ir_may_be_special(unsigned code)
{
    return ir_rows[code].flags & IR_F_SPECIAL;
}

/* Is a tiny result of the FP op special, too, and not only a NaN? */
static inline bool ir_may_be_tiny(unsigned code)
{
    return code == IR_FMUL || code == IR_FDIV || code == IR_FNARROW;
}

/* Bytes of a slot of the type; 0 for IR_VOID and what is no type. */
static inline unsigned ir_type_bytes(unsigned type)
{
    /* A digit for each type, from the right: void, i32, i64, f32, f64, flags. */
    return type <= IR_FLAGS ? 0x284840u >> 4 * type & 15 : 0;
}
_Static_assert(IR_I32 == 1 && IR_I64 == 2 && IR_F32 == 3 && IR_F64 == 4 && IR_FLAGS == 5,
               "ir_type_bytes()");

/* The type of an access of that size (enum ir_size). */
static inline enum ir_type ir_size_type(unsigned size)
{
    switch (size) {
    case IR_64:
        return IR_I64;
    case IR_REAL_32:
        return IR_F32;
    case IR_REAL_64:
        return IR_F64;
    default:
        return IR_I32;
    }
}

/* The size as the guest's load() and store() are told it: to them a floating-point number is its bits. */
static inline unsigned ir_plain_size(unsigned size)
{
    return size >= IR_REAL_32 ? size & IR_64 : size;
}

/* What a load of that size (enum ir_size) gives, of the bytes in `value`: small signed ones are extended to 32 bits. */
static inline uint64_t ir_extend(unsigned size, uint64_t value)
{
    switch (size) {
    case IR_S8:
        return (uint32_t)(int8_t)value;
    case IR_S16:
        return (uint32_t)(int16_t)value;
    default:
        return value;
    }
}

/* The helper of a CALL; NULL if the guest has none of that number. */
static inline const struct ir_helper *ir_helper_of(const struct ir_guest *guest,
                                                   const struct ir_op *op)
{
    bool known = op->code == IR_CALL && op->imm >= 0 && (unsigned)op->imm < guest->helper_count;

    return known ? &guest->helpers[op->imm] : NULL;
}

/* How many of a CALL's a, b, c are operands: the helper's arguments, env aside. */
static inline unsigned ir_helper_operands(const struct ir_helper *helper)
{
    unsigned count = 0;

    while (count < IR_HELPER_ARGUMENTS && helper->arguments[count] != IR_VOID) {
        count++;
    }
    return count;
}

/* The flags of the op's row; but those of a CALL depend on its helper: a CALL of a pure helper is PURE and no more. */
unsigned ir_op_flags(const struct ir_block *block, const struct ir_op *op);

extern const char *const ir_type_names[];
extern const char *const ir_cond_names[];
extern const char *const ir_size_names[];
extern const char *const ir_fp_check_names[IR_FP_CHECKS];

static inline enum ir_cond ir_cond_invert(enum ir_cond cond)
{
    return (enum ir_cond)(cond ^ 1);
}

/* The condition for b - a that says the same as cond for a - b; MI PL VS VC have none. */
enum ir_cond ir_cond_swap(enum ir_cond cond);
/* Does cond hold for a - b of the given width (32 or 64)? */
bool ir_cond_holds(enum ir_cond cond, uint64_t a, uint64_t b, unsigned width);

/* ---- building ----
 * A value is named by the number of its op.  A translator asks ir_is_full() before each guest instruction and then may
 * add up to IR_ROOM ops without asking again.  Ops for which there is no room at all are dropped. */

#define IR_ROOM 256

void ir_begin(struct ir_block *block, const struct ir_guest *guest, uint32_t pc);
bool ir_is_full(const struct ir_block *block);

ir_ref ir_add_op(struct ir_block *block, struct ir_op op);
ir_ref ir_const(struct ir_block *block, enum ir_type type, int32_t value);
ir_ref ir_get(struct ir_block *block, unsigned slot);
void ir_set(struct ir_block *block, unsigned slot, ir_ref value);
ir_ref ir_unary(struct ir_block *block, enum ir_code code, enum ir_type type, ir_ref a);
ir_ref ir_binary(struct ir_block *block, enum ir_code code, enum ir_type type, ir_ref a, ir_ref b);
/* Adds an instruction and returns its number.  `refund` may be set later, in block->insns. */
unsigned ir_insn(struct ir_block *block, uint32_t pc, uint32_t npc);
/* Returns the number of a new arm, for a branch.  Its section begins with ir_begin_arm(), which must be called for arms
 * in the order of their numbers. */
unsigned ir_new_arm(struct ir_block *block);
void ir_begin_arm(struct ir_block *block, unsigned arm);
void ir_exit(struct ir_block *block, uint32_t pc, unsigned insn);

/* ---- text ---- */

/* Writes the block; ir_parse() reads what this writes. */
void ir_dump(const struct ir_block *block, FILE *stream);
/* False: `message` (size bytes) has line and reason, the block's content is undefined. */
bool ir_parse(struct ir_block *block, const struct ir_guest *guest, const char *text, char *message,
              size_t size);

/* Checks every rule of docs/ir.md.  False: message says what is wrong and where. */
bool ir_verify(const struct ir_block *block, char *message, size_t size);

/* ---- optimizer ---- */

struct ir_pass {
    const char *name;
    const char *help;
    void (*run)(struct ir_block *block);
    uint8_t walk; /* adjacent passes of the same number are done in one walk over the block */
};
extern const struct ir_pass ir_passes[];
extern const unsigned ir_pass_count;
/* The bits of the passes "probes" and "nans", which guess, and make DEOPTs for wrong guesses. */
#define IR_GUESSES (3u << 5)
/* Runs the passes whose bit is set, in order.  Debug builds verify after each walk.  `trace`, if not NULL,
 * is called after each walk with the name of its last pass. */
void ir_optimize(struct ir_block *block, unsigned passes,
                 void (*trace)(void *context, const struct ir_block *block, const char *pass),
                 void *context);

#endif
