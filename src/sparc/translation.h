// SPDX-License-Identifier: MIT
/*
 * What the files of the translator share:
 *
 *   translation.c   what a translation knows, and what it adds to its block; calls none of the others
 *   trans_*.c       how each row of insns.def is translated
 *   trans_trap.c    traps, RETT, PSR and WIM; trans_ctl.c calls it
 *   trans_hammock.c short branches forward, as a choice of values; trans_ctl.c calls it
 *   translate.c     dispatch by row; the sections of a block.  trans_ctl.c calls it for a branch's delay instruction
 */
#ifndef SPARC_TRANSLATION_H
#define SPARC_TRANSLATION_H

#include "sparc/translate.h"

/* How an instruction leaves the section it is in. */
enum flow {
    FLOW_ON,   /* the section goes on with the next instruction                            */
    FLOW_STOP, /* the section is to end here, with an exit to the next instruction         */
    FLOW_OVER, /* the section has ended: its last op is there                              */
};

#define TRANSLATE_MAX_KNOWN    4
#define TRANSLATE_MAX_SEGMENTS 16

/* An arm that waits for its section. */
struct pending_arm {
    unsigned arm;
    unsigned branch; /* number of the instruction that leaves for the arm */
    bool step;       /* the arm has the interpreter step `branch`, and quits */
    bool charge;     /* a CHARGE leaves for the arm, which gives the charge back */
    bool has_delay;  /* the arm begins with the delay instruction */
    bool fp_begun;
    uint32_t fp_normal, fp_normal_pairs;
    struct insn delay;
    uint32_t delay_pc;
    uint32_t target;
    unsigned done;    /* cycles of the path up to and with the branch */
    unsigned segment; /* the branch is in */
};

/* The registers that one side of a hammock has written, and their values. */
struct trans_side {
    uint32_t written;
    ir_ref values[32];
};

struct translation {
    const struct translate_request *request;
    struct ir_block *block;
    struct translated *out;
    uint32_t pc;
    unsigned done;  /* cycles of the path up to here; an instruction takes one */
    unsigned limit; /* the main section's end, in the same unit */
    unsigned last;  /* number of the path's last instruction */
    bool fp_begun;
    /* %f registers, and pairs by half their number, that are known to hold no denormal number. */
    uint32_t fp_normal, fp_normal_pairs;
    /* %f registers last used as singles, and pairs, by half their number, as doubles: a guess at what they hold. */
    uint32_t fp_singles, fp_doubles;
    /* The last FMOVs, FNEGs or FABSs, for the case that it is half of a double's.  insn is IR_NONE if there is none. */
    struct {
        unsigned insn, row, rs2, rd;
    } moved;
    bool in_arm; /* an arm is translated: it cannot branch to further arms */
    /* The side of a hammock is translated: registers are read and written here.  NULL: none is. */
    struct trans_side *side;
    /* Where the present round of the block's loop began: instruction, done, arm_count. */
    unsigned round_insn, round_done, round_arms;
    /* Registers of windows whose value is known, as a CALL has written its address there.  `window`: how far SAVE and
     * RESTORE have moved since the block's beginning.  `at`: see ring_word(). */
    int window;
    unsigned known_count;
    struct {
        int at;
        uint32_t value;
    } known[TRANSLATE_MAX_KNOWN];
    /* The block is charged for segment by segment, so that a long one is worth entering with little budget. */
    unsigned segment;
    unsigned segment_done;                  /* `done` at its beginning */
    ir_ref amounts[TRANSLATE_MAX_SEGMENTS]; /* the constant that each charges: known at the end */
    uint8_t segment_of[IR_MAX_INSNS];
    unsigned arm_count;
    struct pending_arm arms[IR_MAX_ARMS];
};

/*
 * A function of trans_*.c translates the rows of insns.def that name it: f is the instruction, `insn` its number in
 * the block.  For a row with INSN_F_CTI, t->pc is the instruction's own pc when the function is called; when it
 * returns FLOW_ON it has set t->pc to where the block goes on.  For all other rows t->pc has moved on before the call.
 */
typedef enum flow trans_function(struct translation *t, const struct insn *f, unsigned insn);

#define INSN(name, space, code, format, flags, trans, ...) trans_function trans_##trans;
#include "sparc/insns.def"

/* The translator's column of insns.def: enum ir_code; of a memory access, enum ir_size. */
extern const uint8_t trans_ops[INSN_COUNT];

static inline enum ir_code trans_code(const struct insn *f)
{
    return (enum ir_code)trans_ops[f->row];
}

static inline enum ir_size trans_size(const struct insn *f)
{
    return (enum ir_size)trans_ops[f->row];
}

/* Translates an instruction, which trans_new_insn() has numbered, by its row's function. */
trans_function trans_insn;

/* trans_trap.c: a Ticc that is always taken; and a JMPL with RETT behind it, the way out of a trap handler. */
enum flow trans_trap(struct translation *t, const struct insn *f, unsigned insn);
enum flow trans_return(struct translation *t, const struct insn *f, unsigned insn,
                       const struct insn *rett);

/* trans_ctl.c: a JMPL without its delay instruction, whose npc is put into the slot.  Returns the target. */
ir_ref trans_jump_to_slot(struct translation *t, const struct insn *f, unsigned insn);

/* trans_ctl.c: the condition of a Bicc that is neither always nor never taken. */
enum ir_cond trans_condition(const struct insn *f);

/* Translates the Bicc at t->pc, its delay instruction, and both ways that follow up to where they meet, if it is a hammock.
 * t->pc is then where they meet.  False: it is none, and nothing was done. */
bool trans_hammock(struct translation *t, const struct insn *f, const struct insn *delay);

/* Begins a new segment, with a CHARGE, at t->pc, which must be the block's pc. */
void trans_segment(struct translation *t);

/* ---- values ---- */

static inline ir_ref trans_const(struct translation *t, uint32_t value)
{
    return ir_const(t->block, IR_I32, (int32_t)value);
}

static inline ir_ref trans_op(struct translation *t, enum ir_code code, ir_ref a, ir_ref b)
{
    return ir_binary(t->block, code, IR_I32, a, b);
}

ir_ref trans_read(struct translation *t, unsigned number);
void trans_write(struct translation *t, unsigned number, ir_ref value);

static inline ir_ref trans_operand1(struct translation *t, const struct insn *f)
{
    return trans_read(t, f->rs1);
}

ir_ref trans_operand2(struct translation *t, const struct insn *f);
/* What WRY and the like write: rs1 xor operand 2 */
static inline ir_ref trans_written(struct translation *t, const struct insn *f)
{
    return trans_op(t, IR_XOR, trans_operand1(t, f), trans_operand2(t, f));
}
/* rs1 + operand 2 */
ir_ref trans_address(struct translation *t, const struct insn *f);

/* ---- flow ---- */

/* A branch, taken when the condition holds, to an arm that steps `insn` and quits. */
void trans_step_if(struct translation *t, enum ir_cond cond, ir_ref a, ir_ref b, unsigned insn);
/* A call of a helper; operands that it does not have are 0.  No register's value is known after it. */
ir_ref trans_call_helper(struct translation *t, enum jit_env_helper helper, ir_ref a, ir_ref b,
                         ir_ref c);
static inline bool trans_is_user(const struct translation *t)
{
    return !(t->request->mode & MODE_SUPERVISOR);
}
/* A new arm for a branch, from the translation's present state; NULL: there are too many. */
struct pending_arm *trans_arm(struct translation *t, unsigned branch);
/* Notes how the block goes on after insn, for the case that the interpreter performs it. */
static inline void trans_mark(struct translation *t, unsigned insn, enum block_flow flow)
{
    t->out->insns[insn].flow = (uint8_t)flow;
}
/* May an FP instruction be translated that neither rounds nor raises exceptions?  If a deferred trap may be pending,
 * adds a branch for that case.  False: the caller is to call trans_fp_step(). */
bool trans_fp_is_ready(struct translation *t, unsigned insn, bool is_special);
/* %f`number`, and the register after it if `is_pair`, may hold a denormal number from here on. */
void trans_fp_forget(struct translation *t, unsigned number, bool is_pair);
/* No register's value is known from here on. */
void trans_forget(struct translation *t);
/* %r`number` of the current window is value from here on. */
void trans_learn(struct translation *t, unsigned number, uint32_t value);
/* Is the value of %r`number` known here? */
bool trans_knows(const struct translation *t, unsigned number, uint32_t *value);

/* trans_mem.c: is the access by an alternate space made by generated code in this mode? */
bool trans_alternate_is_translated(const struct translation *t, const struct insn *f);
/* Adds an instruction to the block and to the path, and returns its number. */
unsigned trans_new_insn(struct translation *t, const struct insn *f, uint32_t pc, uint32_t npc);
/* Decodes the word at pc.  False: it cannot be fetched. */
bool trans_fetch(const struct translation *t, uint32_t pc, struct insn *f);
/* Is pc's instruction in the present round of this block already? */
bool trans_was_here(const struct translation *t, uint32_t pc);

#endif
