// SPDX-License-Identifier: MIT
/* Translator: loads and stores of integer registers.  SPARC V8 B.1, B.4. */
#include "sparc/interp.h"
#include "sparc/translation.h"

static ir_ref load(struct translation *t, const struct insn *f, unsigned insn, enum ir_type type,
                   enum ir_size size)
{
    struct ir_op op = {.code = IR_LOAD, .type = (uint8_t)type, .cond = (uint8_t)size};
    op.a = trans_address(t, f);
    op.insn = (uint16_t)insn;
    return ir_add_op(t->block, op);
}

static void store(struct translation *t, const struct insn *f, unsigned insn, enum ir_size size,
                  ir_ref value)
{
    struct ir_op op = {.code = IR_STORE, .cond = (uint8_t)size, .b = value};
    op.type = size == IR_64 ? IR_I64 : IR_I32;
    op.a = trans_address(t, f);
    op.insn = (uint16_t)insn;
    ir_add_op(t->block, op);
}

static enum ir_size size_of(unsigned row)
{
    switch (row) {
    case INSN_LDUB:
    case INSN_STB:
        return IR_8;
    case INSN_LDUH:
    case INSN_STH:
        return IR_16;
    case INSN_LDSB:
        return IR_S8;
    case INSN_LDSH:
        return IR_S16;
    default:
        return IR_32;
    }
}

enum flow trans_load(struct translation *t, const struct insn *f, unsigned insn)
{
    trans_write(t, f->rd, load(t, f, insn, IR_I32, size_of(f->row)));
    return FLOW_ON;
}

enum flow trans_store(struct translation *t, const struct insn *f, unsigned insn)
{
    store(t, f, insn, size_of(f->row), trans_read(t, f->rd));
    return FLOW_ON;
}

/* An odd rd is illegal. */
enum flow trans_ldd(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref pair;
    if (f->execute == do_ILLEGAL) {
        return trans_quit(t, insn);
    }
    pair = load(t, f, insn, IR_I64, IR_64);
    trans_write(t, f->rd, ir_unary(t->block, IR_HIGH, IR_I32, pair));
    trans_write(t, f->rd + 1u, ir_unary(t->block, IR_LOW, IR_I32, pair));
    return FLOW_ON;
}

enum flow trans_std(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref high, low;
    if (f->execute == do_ILLEGAL) {
        return trans_quit(t, insn);
    }
    high = trans_read(t, f->rd);
    low = trans_read(t, f->rd + 1u);
    store(t, f, insn, IR_64, ir_binary(t->block, IR_PACK, IR_I64, high, low));
    return FLOW_ON;
}

/* ---- B.7, B.8 atomics: where either half is not simple the interpreter does it all (generated.c) ---- */

enum flow trans_ldstub(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref old = load(t, f, insn, IR_I32, IR_8);
    store(t, f, insn, IR_8, trans_const(t, 0xff));
    trans_write(t, f->rd, old);
    return FLOW_ON;
}

enum flow trans_swap(struct translation *t, const struct insn *f, unsigned insn)
{
    ir_ref old = load(t, f, insn, IR_I32, IR_32);
    store(t, f, insn, IR_32, trans_read(t, f->rd));
    trans_write(t, f->rd, old);
    return FLOW_ON;
}

/* ---- B.2, B.5: %f registers ---- */

static bool fp_is_plain(const struct translation *t)
{
    return (t->request->mode & (MODE_EF | MODE_FP_SLOW)) == MODE_EF;
}

/* The FPU is off (a trap for sure), or its state makes the instruction special. */
enum flow trans_fp_other(struct translation *t, const struct insn *f, unsigned insn)
{
    if (!(t->request->mode & MODE_EF)) {
        return trans_quit(t, insn);
    }
    return trans_step(t, f, insn);
}

enum flow trans_load_fp(struct translation *t, const struct insn *f, unsigned insn)
{
    if (!fp_is_plain(t) || (f->row == INSN_LDDF && (f->rd & 1))) {
        return trans_fp_other(t, f, insn);
    }
    if (f->row == INSN_LDF) {
        ir_set(t->block, SLOT_F + f->rd, load(t, f, insn, IR_I32, IR_32));
    } else {
        ir_set(t->block, SLOT_X + f->rd / 2u, load(t, f, insn, IR_I64, IR_64));
    }
    return FLOW_ON;
}

enum flow trans_store_fp(struct translation *t, const struct insn *f, unsigned insn)
{
    if (!fp_is_plain(t) || (f->row == INSN_STDF && (f->rd & 1))) {
        return trans_fp_other(t, f, insn);
    }
    if (f->row == INSN_STF) {
        store(t, f, insn, IR_32, ir_get(t->block, SLOT_F + f->rd));
    } else {
        store(t, f, insn, IR_64, ir_get(t->block, SLOT_X + f->rd / 2u));
    }
    return FLOW_ON;
}
