// SPDX-License-Identifier: MIT
/*
 * The optimizer's inside: what its passes share.  docs/jit-optimizer.md is the manual; include/ir.h has
 * what others see.
 *
 * There are two walks.  The forward walk (opt_forward) rewrites the block op by op into a second array, so
 * that a pass may add ops; its passes are fold, flags, cse, state and sink.  Then the passes probes and nans may
 * rewrite the block once more (opt_probe.c, opt_nans.c).  The backward walk (opt_backward) marks ops that no other op needs and
 * closes the gaps; its passes are dead and dce.
 * Everything lies on the stack, nothing is allocated, and only what a block uses is touched.
 */
#ifndef OPT_H
#define OPT_H

#include <string.h>

#include "check.h"
#include "ir.h"

/* Bits of passes, in the order of ir_passes[]. */
enum opt_pass {
    OPT_FOLD = 1 << 0,
    OPT_FLAGS = 1 << 1,
    OPT_CSE = 1 << 2,
    OPT_STATE = 1 << 3,
    OPT_SINK = 1 << 4,
    OPT_PROBES = 1 << 5,
    OPT_NANS = 1 << 6,
    OPT_DEAD = 1 << 7,
    OPT_DCE = 1 << 8,
};

/* One pass alone, for ir_passes[]. */
void opt_fold(struct ir_block *block);
void opt_flags(struct ir_block *block);
void opt_cse(struct ir_block *block);
void opt_state(struct ir_block *block);
void opt_sink(struct ir_block *block);
void opt_probes(struct ir_block *block); /* opt_probe.c: a walk of its own */
void opt_nans(struct ir_block *block);   /* opt_nans.c: the same */
void opt_dead(struct ir_block *block);
void opt_dce(struct ir_block *block);

/* The walks, with any of their passes. */
void opt_forward(struct ir_block *block, unsigned passes);
void opt_backward(struct ir_block *block, unsigned passes);

/* ---- ops ---- */

/* As ir_op_flags(), but inline for all ops except CALL. */
static inline unsigned opt_flags_of(const struct ir_block *block, const struct ir_op *op)
{
    return op->code == IR_CALL ? ir_op_flags(block, op) : ir_rows[op->code].flags;
}

/* Ops are written and copied as two 64-bit words.  If an op were written field by field, or word by word but read as one
 * 16-byte piece, the host could not forward the stores to the load, and waiting would cost more than all else that is
 * done for an op. */
static inline void opt_put_words(struct ir_op *op, uint64_t first, uint64_t second)
{
    memcpy(op, &first, sizeof first);
    memcpy((uint8_t *)op + sizeof first, &second, sizeof second);
}

static inline void opt_copy(struct ir_op *to, const struct ir_op *from)
{
    uint64_t first;
    uint64_t second;

    memcpy(&first, from, sizeof first);
    memcpy(&second, (const uint8_t *)from + sizeof first, sizeof second);
    opt_put_words(to, first, second);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OPT_FIELD(type, field) (offsetof(struct ir_op, field) % 8 * 8)
#else
#define OPT_FIELD(type, field) (64 - 8 * sizeof(type) - offsetof(struct ir_op, field) % 8 * 8)
#endif

/* Copies an op and gives its operands their new numbers.  All of a, b, c can be mapped, because fields that are no
 * operand are 0; only EXIT, whose c is a link, is copied as it is. */
static inline void opt_rename(struct ir_op *to, const struct ir_op *from, const ir_ref *map)
{
    const uint64_t ab = UINT64_C(0xffff) << OPT_FIELD(ir_ref, a) | UINT64_C(0xffff)
                                                                       << OPT_FIELD(ir_ref, b);
    const uint64_t c = UINT64_C(0xffff) << OPT_FIELD(ir_ref, c);
    uint64_t first;
    uint64_t second;

    memcpy(&first, from, sizeof first);
    memcpy(&second, (const uint8_t *)from + sizeof first, sizeof second);
    if (from->code != IR_EXIT) {
        first = (first & ~ab) | (uint64_t)map[from->a % IR_MAX_OPS] << OPT_FIELD(ir_ref, a) |
                (uint64_t)map[from->b % IR_MAX_OPS] << OPT_FIELD(ir_ref, b);
        second = (second & ~c) | (uint64_t)map[from->c % IR_MAX_OPS] << OPT_FIELD(ir_ref, c);
    }
    opt_put_words(to, first, second);
}

/* An op with these fields and no others. */
static inline void opt_make(struct ir_op *op, unsigned code, unsigned type, ir_ref a, ir_ref b,
                            int32_t imm)
{
    opt_put_words(op,
                  (uint64_t)code << OPT_FIELD(uint8_t, code) |
                      (uint64_t)type << OPT_FIELD(uint8_t, type) |
                      (uint64_t)a << OPT_FIELD(ir_ref, a) | (uint64_t)b << OPT_FIELD(ir_ref, b),
                  (uint64_t)IR_NONE << OPT_FIELD(uint16_t, insn) | (uint64_t)(uint32_t)imm
                                                                       << OPT_FIELD(int32_t, imm));
}

/* Takes a value as a sum of another value, which is returned, and a constant, *offset.  A value that is no such sum is
 * itself plus 0. */
static inline ir_ref opt_split(const struct ir_op *ops, ir_ref ref, int32_t *offset)
{
    const struct ir_op *sum = &ops[ref];

    *offset = 0;
    if (sum->code == IR_ADD && ops[sum->b].code == IR_CONST) {
        *offset = ops[sum->b].imm;
        return sum->a;
    }
    return ref;
}

/* ---- what is known of guest state (opt_state.c) ----
 * By granules of four bytes, in a direct-mapped table: what is learnt of one granule evicts what was known of
 * another with the same index.  To know nothing is always right. */

#define OPT_GRANULES 128 /* of each bank */

/* From bit 0: the value, 0 if nothing is known (12 bits); the slot's offset in its first granule (2); 1 if this is not
 * the slot's first granule (1); the granule's number divided by OPT_GRANULES, as a tag (17). */
typedef uint32_t opt_known_entry;
#define OPT_VALUE_MASK 0xfffu
_Static_assert(IR_MAX_OPS <= OPT_VALUE_MASK + 1, "a value is 12 bits");

struct opt_known {
    int32_t bank_moved;      /* sum of the MOVE_BANKs since the block's entry, bytes */
    int32_t lowest, highest; /* the bytes of the bank of which something may be known */
    opt_known_entry entries[2 * OPT_GRANULES];
};

struct opt_walk;

void opt_known_forget(struct opt_known *known);
/* The value that a GET of the slot as this type would give, or 0. */
ir_ref opt_known_value(const struct opt_walk *walk, unsigned slot, unsigned type);
/* Notes that the slot has this value from now on; 0: the value is not known. */
void opt_known_put(struct opt_walk *walk, unsigned slot, ir_ref value);
/* Forgets what an op, which is no GET or SET, may change. */
void opt_known_after(struct opt_walk *walk, const struct ir_op *op);

bool opt_slots_overlap(const struct ir_slot *a, const struct ir_slot *b);

/* ---- the forward walk (opt_forward.c) ---- */

#define OPT_SNAPSHOTS 16 /* so many arms begin with what was known at their branch */
#define OPT_SHARED    256
#define OPT_NEAR      32
#define OPT_GONE      0xffff /* opt_emit(): the branch is never taken */
#define OPT_TAKEN     0xfffe /* opt_emit(): the branch is always taken */
#define OPT_ROOM      16     /* more ops than any one op becomes */

struct opt_arm {
    uint16_t limit;    /* ops of the main section below this are visible in the arm */
    bool reached;      /* a branch to it was kept */
    int8_t snapshot;   /* index of what was known at its branch; -1: none */
    uint8_t number;    /* its new number */
    uint8_t first_set; /* SETs for its start: sunk[first_set - 1], then by .next; 0: none */
};

struct opt_sunk {
    struct ir_op set;
    uint8_t next;
};

/* The value `ref` is f(x, y) + offset. */
struct opt_near {
    uint8_t code, type; /* of f; 0: none */
    ir_ref x, y, ref;
    int32_t offset;
};

struct opt_walk {
    struct ir_block *block;
    unsigned passes;
    unsigned count;   /* ops in out */
    unsigned begin;   /* of the section, in out */
    unsigned limit;   /* ops of the main section below this are visible */
    unsigned pending; /* how many ops of the block are still to be looked at, at most */
    unsigned reserve; /* how many ops will still be put at the start of arms */
    unsigned branch_count, snapshot_count, flag_sets, sunk_count;
    bool in_arm;
    struct opt_known known;
    struct opt_arm arms[IR_MAX_ARMS];
    struct opt_sunk sunk[IR_MAX_ARMS];
    ir_ref shared[OPT_SHARED]; /* opt_emit.c */
    struct opt_near near[OPT_NEAR];
    ir_ref map[IR_MAX_OPS]; /* an op's number in the block -> its value's number in out */
    struct opt_known snapshots[OPT_SNAPSHOTS];
    struct ir_op out[IR_MAX_OPS];
};

/* Folds the op, looks for an equal one, and appends it if there is none.  Returns the number in out of the value; for a
 * branch whose condition is known, OPT_GONE or OPT_TAKEN.  *op may be changed, so it must not be one of out. */
ir_ref opt_emit(struct opt_walk *walk, struct ir_op *op);

/* Puts the op into out as it is, and returns its number. */
static inline ir_ref opt_append(struct opt_walk *walk, const struct ir_op *op)
{
    ASSERT(walk->count < IR_MAX_OPS);
    opt_copy(&walk->out[walk->count], op);
    return (ir_ref)walk->count++;
}

static inline const struct ir_op *opt_op(const struct opt_walk *walk, ir_ref ref)
{
    return &walk->out[ref];
}

static inline bool opt_visible(const struct opt_walk *walk, ir_ref ref)
{
    return ref < walk->limit || ref >= walk->begin;
}

static inline bool opt_is_const(const struct opt_walk *walk, ir_ref ref)
{
    return walk->out[ref].code == IR_CONST;
}

/* Is the value this constant? */
static inline bool opt_is(const struct opt_walk *walk, ir_ref ref, int32_t value)
{
    return opt_is_const(walk, ref) && walk->out[ref].imm == value;
}

/* ---- rules (opt_fold*.c, opt_compare.c, opt_flags.c) ----
 * A rule looks at an op whose operands are in out, and
 *   returns the number of a value that equals the op's  (the op is not emitted),
 *   returns what opt_emit() gives for a simpler op,
 *   or returns 0, having left the op alone or improved it in place. */

typedef ir_ref opt_rule(struct opt_walk *walk, struct ir_op *op);

/* The rules of one op; NULL: none.  If the op commutes (ir_ops.def), a constant operand is put on the right before
 * `fold` is called. */
struct opt_rules {
    opt_rule *fold, *flags;
};
extern const struct opt_rules opt_rules[IR_CODES]; /* opt_fold.c */

ir_ref opt_fold_op(struct opt_walk *walk, struct ir_op *op, const struct opt_rules *rules);
opt_rule opt_flags_branch, opt_flags_test, opt_flags_carry, opt_flags_extend, opt_flags_zero;
opt_rule opt_fold_and, opt_fold_or, opt_fold_xor, opt_fold_not;
opt_rule opt_fold_shl, opt_fold_shr, opt_fold_sar, opt_fold_rotl;
opt_rule opt_fold_ext, opt_fold_sext32, opt_fold_zext32, opt_fold_low, opt_fold_high, opt_fold_pack;
opt_rule opt_fold_setc, opt_fold_select, opt_fold_branch, opt_fold_give_back;

/* Can a CONST of the type have this value? */
bool opt_fits(unsigned type, int64_t value);
ir_ref opt_constant(struct opt_walk *walk, unsigned type, int64_t value);
ir_ref opt_emit2(struct opt_walk *walk, unsigned code, unsigned type, ir_ref a, ir_ref b);
/* Emits an op whose value is f(x, y) + offset, f being of the op's code: as an earlier value of the same f(x, y) plus a
 * constant, if there is one, else as it is. */
ir_ref opt_emit_near(struct opt_walk *walk, const struct ir_op *op, ir_ref x, ir_ref y,
                     int32_t offset);
/* A mask of all bits that may be set in a value. */
uint64_t opt_bits(const struct opt_walk *walk, ir_ref ref);
/* Is the value known to be 0 or 1? */
bool opt_is_bool(const struct opt_walk *walk, ir_ref ref);

static inline unsigned opt_width(unsigned type)
{
    return type == IR_I64 ? 64 : 32;
}

static inline uint64_t opt_ones(unsigned width)
{
    return width == 64 ? UINT64_MAX : UINT32_MAX;
}

/* ---- sink (opt_sink.c) ---- */

/* After the main section: moves SETs of flags into arms, where only these need them. */
void opt_sink_flags(struct opt_walk *walk);

#endif
