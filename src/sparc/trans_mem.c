// SPDX-License-Identifier: MIT
/*
 * Translator: loads and stores.  SPARC V8 B.1, B.2, B.4, B.5, B.7, B.8; LEON3 CASA.
 *
 * An access with an ASI that is ordinary memory (asi_is_memory()) is translated as an ordinary one; its slow path
 * passes the ASI on.  ASI_BYPASS has IR ops of its own.  Accesses with all other ASIs are left to the interpreter.
 */
#include "sparc/asi.h"
#include "sparc/interp.h"
#include "sparc/translation.h"

static ir_ref add_load(struct translation *t, unsigned insn, enum ir_size size, ir_ref address)
{
    struct ir_op op = {.code = IR_LOAD, .cond = (uint8_t)size, .a = address};
    if (t->out->insns[insn].f.asi == ASI_BYPASS) {
        op.code = IR_ALOAD;
    }
    op.type = ir_size_type(size);
    op.insn = (uint16_t)insn;
    return ir_add_op(t->block, op);
}

static void add_store(struct translation *t, unsigned insn, enum ir_size size, ir_ref address,
                      ir_ref value)
{
    struct ir_op op = {.code = IR_STORE, .cond = (uint8_t)size, .a = address, .b = value};
    if (t->out->insns[insn].f.asi == ASI_BYPASS) {
        op.code = IR_ASTORE;
    }
    op.type = ir_size_type(size);
    op.insn = (uint16_t)insn;
    ir_add_op(t->block, op);
}

/* ---- loads and stores ---- */

enum flow trans_load(struct translation *t, const struct insn *f, unsigned insn)
{
    trans_write(t, f->rd, add_load(t, insn, trans_size(f), trans_address(t, f)));
    return FLOW_ON;
}

enum flow trans_store(struct translation *t, const struct insn *f, unsigned insn)
{
    add_store(t, insn, trans_size(f), trans_address(t, f), trans_read(t, f->rd));
    return FLOW_ON;
}

/* An odd rd is illegal.  (Privilege, which is checked before, has been checked by trans_insn().) */
enum flow trans_ldd(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref pair;
    if (f->rd & 1) {
        return trans_quit(t, f, insn);
    }
    pair = add_load(t, insn, IR_64, trans_address(t, f));
    trans_write(t, f->rd, ir_unary(t->block, IR_HIGH, IR_I32, pair));
    trans_write(t, f->rd + 1u, ir_unary(t->block, IR_LOW, IR_I32, pair));
    return FLOW_ON;
}

enum flow trans_std(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref address, high, low;
    if (f->rd & 1) {
        return trans_quit(t, f, insn);
    }
    address = trans_address(t, f);
    high = trans_read(t, f->rd);
    low = trans_read(t, f->rd + 1u);
    add_store(t, insn, IR_64, address, ir_binary(t->block, IR_PACK, IR_I64, high, low));
    return FLOW_ON;
}

/* ---- B.7, B.8, CASA: if a half takes the slow path, the interpreter performs the instruction (jit_env_slow.c) ---- */

enum flow trans_ldstub(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref address, old;
    address = trans_address(t, f);
    old = add_load(t, insn, IR_8, address);
    add_store(t, insn, IR_8, address, trans_const(t, 0xff));
    trans_write(t, f->rd, old);
    return FLOW_ON;
}

enum flow trans_swap(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref address, old;
    address = trans_address(t, f);
    old = add_load(t, insn, IR_32, address);
    add_store(t, insn, IR_32, address, trans_read(t, f->rd));
    trans_write(t, f->rd, old);
    return FLOW_ON;
}

/* If the comparison fails the store writes back the old value, which has no effect where the store takes the fast
 * path. */
enum flow trans_casa(struct translation *t, const struct insn *f, unsigned insn)
{
    struct ir_op equal = {.code = IR_SETC, .type = IR_I32, .cond = IR_EQ, .insn = IR_NONE};
    struct ir_op chosen = {.code = IR_SELECT, .type = IR_I32, .insn = IR_NONE};
    ir_ref address, old;
    address = trans_operand1(t, f);
    old = add_load(t, insn, IR_32, address);
    equal.a = old;
    equal.b = trans_read(t, f->rs2);
    chosen.a = ir_add_op(t->block, equal);
    chosen.b = trans_read(t, f->rd);
    chosen.c = old;
    add_store(t, insn, IR_32, address, ir_add_op(t->block, chosen));
    trans_write(t, f->rd, old);
    return FLOW_ON;
}

/* ---- alternate spaces ---- */

/* Is the instruction allowed by the block's mode, and legal?  (An odd rd is not looked at.) */
static bool alternate_is_allowed(const struct translation *t, const struct insn *f)
{
    if (f->row == INSN_CASA) {
        return t->request->cpu->config.casa && !(f->word & INSN_IMMEDIATE) &&
               (!trans_is_user(t) || f->asi == ASI_USER_DATA);
    }
    return !trans_is_user(t) && !(f->word & INSN_IMMEDIATE);
}

bool trans_alternate_is_translated(const struct translation *t, const struct insn *f)
{
    bool atomic = (insn_rows[f->row].flags & INSN_F_ATOMIC) != 0;
    return alternate_is_allowed(t, f) &&
           (asi_is_memory(f->asi) || (f->asi == ASI_BYPASS && !atomic));
}

/* ---- B.2, B.5: %f registers ---- */

/* A pair is loaded as a double.  A word may as well be an integer, for FITOs or FITOd: it is one until an FPop reads
 * it. */
enum flow trans_load_fp(struct translation *t, const struct insn *f, unsigned insn)
{
    bool is_pair = trans_size(f) == IR_64;
    enum ir_size size = is_pair ? IR_REAL_64 : IR_32;
    unsigned slot = is_pair ? SLOT_D + f->rd / 2u : SLOT_F + (unsigned)f->rd;

    if (!trans_fp_is_ready(t, insn, is_pair && (f->rd & 1))) {
        return trans_fp_step(t, f, insn);
    }
    ir_set(t->block, slot, add_load(t, insn, size, trans_address(t, f)));
    trans_fp_forget(t, f->rd, is_pair);
    return FLOW_ON;
}

enum flow trans_store_fp(struct translation *t, const struct insn *f, unsigned insn)
{
    enum ir_size size = trans_size(f);
    bool is_pair = size == IR_64;
    ir_ref value;

    if (!trans_fp_is_ready(t, insn, is_pair && (f->rd & 1))) {
        return trans_fp_step(t, f, insn);
    }
    value = ir_get(t->block, is_pair ? SLOT_X + f->rd / 2u : SLOT_F + (unsigned)f->rd);
    add_store(t, insn, size, trans_address(t, f), value);
    return FLOW_ON;
}

enum flow trans_store_fsr(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref value;

    if (!trans_fp_is_ready(t, insn, false)) {
        return trans_fp_step(t, f, insn);
    }
    value = trans_call_helper(t, HELPER_FSR, 0, 0, 0);
    add_store(t, insn, IR_32, trans_address(t, f), value);
    return FLOW_ON;
}
