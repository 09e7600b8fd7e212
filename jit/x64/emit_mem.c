// SPDX-License-Identifier: MIT
/*
 * LOAD, STORE and the like, and guest state: GET, SET, MOVE_BANK.
 *
 * The code of an access computes the index of the page's flag byte, with the address rotated so that a misaligned
 * one gets an index that no page has; tests the permission; and accesses memory at the common addend.  The access
 * does not depend on what the test has read, so the data need not wait for it.  An access that is refused goes to a
 * stub behind the block; in paged mode the stub first tries the page's own addend.  For a constant address the
 * index is constant, too.
 *
 * A floating-point number is loaded into an xmm register, where PSHUFB turns its bytes around.  That needs AVX here;
 * without it the number goes through a general register.
 */
#include <byteswap.h>

#include "tlb_layout.h"
#include "x64.h"

static unsigned log_size(const struct ir_op *op)
{
    return op->cond & 3u;
}

static uint32_t page_index(uint32_t address, unsigned log)
{
    uint32_t turned = log == 0 ? address : address >> log | address << (32 - log);

    return turned >> (TLB_PAGE_BITS - log);
}

/* index = the index in the TLB's tables for the address in a register */
static void emit_index(struct cg *c, unsigned index, unsigned address, unsigned log)
{
    if (log == 0) {
        x64_mov(&c->as, false, index, address);
    } else if (x64_of(c)->bmi2) {
        x64_rorx(&c->as, false, index, address, log);
    } else {
        x64_mov(&c->as, false, index, address);
        x64_shift_imm(&c->as, SHIFT_ROR, false, index, log);
    }
    x64_shift_imm(&c->as, SHIFT_SHR, false, index, TLB_PAGE_BITS - log);
}

/* Emits the test of the permission and a jump that is taken if the page has it not; returns the memory operand of the
 * access.  `temp` holds the index when the jump is taken. */
static struct x64_mem probe_register(struct cg *c, unsigned address, unsigned log, unsigned temp,
                                     enum tlb_flag permission, uint8_t **jump)
{
    emit_index(c, temp, address, log);
    x64_test_byte(&c->as, x64_at_index(TLB, temp, 0, 0), permission);
    *jump = x64_jcc_later(&c->as, CC_E);
    return x64_at_index(MEMORY, address, 0, 0);
}

/* Does a LOAD of an address in a register ask for plain memory (struct ir_guest)? */
static bool is_plain(const struct cg *c, const struct ir_op *op, struct cg_operand address)
{
    return op->code == IR_LOAD && address.kind == OPERAND_REG && !c->block->paged &&
           c->guest->plain_offset != 0 &&
           c->block->pc - c->guest->plain_start < c->guest->plain_size;
}

/* The same as probe_register(), by a comparison with the bounds of plain memory. */
static struct x64_mem probe_plain(struct cg *c, unsigned address, unsigned log, unsigned temp,
                                  uint8_t **jump)
{
    int32_t plain = (int32_t)(c->guest->plain_offset + log * sizeof(uint32_t));

    x64_rm(&c->as, OP_LEA, temp, x64_at(address, (int32_t)-c->guest->plain_start));
    x64_rm(&c->as, OP_TEST, temp, x64_at(ENV, plain));
    *jump = x64_jcc_later(&c->as, CC_NE);
    return x64_at_index(MEMORY, address, 0, 0);
}

static struct x64_mem probe_constant(struct cg *c, uint32_t address, unsigned log, unsigned temp,
                                     enum tlb_flag permission, uint8_t **jump)
{
    x64_test_byte(&c->as, x64_at(TLB, (int32_t)page_index(address, log)), permission);
    *jump = x64_jcc_later(&c->as, CC_E);
    if (address <= INT32_MAX) {
        return x64_at(MEMORY, (int32_t)address);
    }
    x64_mov_imm(&c->as, false, temp, (int32_t)address);
    return x64_at_index(MEMORY, temp, 0, 0);
}

static struct x64_mem probe(struct cg *c, const struct ir_op *op, struct cg_operand address,
                            unsigned temp, enum tlb_flag permission, uint8_t **jump)
{
    unsigned log = log_size(op);

    if (is_plain(c, op, address)) {
        return probe_plain(c, address.reg, log, temp, jump);
    }
    if (address.kind == OPERAND_REG) {
        return probe_register(c, address.reg, log, temp, permission, jump);
    }
    return probe_constant(c, (uint32_t)address.value, log, temp, permission, jump);
}

/* The same in a stub, with flags[] and the page's own addend.  `temp` has the index, and then the addend. */
static struct x64_mem probe_page(struct cg *c, const struct ir_op *op, struct cg_operand address,
                                 unsigned temp, enum tlb_flag permission, uint8_t **jump)
{
    if (address.kind == OPERAND_REG) {
        x64_test_byte(&c->as, x64_at_index(TLB, temp, 0, TLB_FLAGS_AT), permission);
        *jump = x64_jcc_later(&c->as, CC_E);
        x64_rm(&c->as, OP_MOV_LOAD | X_W, temp, x64_at_index(TLB, temp, 3, TLB_ADDEND_AT));
        return x64_at_index(temp, address.reg, 0, 0);
    }
    int32_t index = (int32_t)page_index((uint32_t)address.value, log_size(op));
    x64_test_byte(&c->as, x64_at(TLB, TLB_FLAGS_AT + index), permission);
    *jump = x64_jcc_later(&c->as, CC_E);
    x64_mov_imm(&c->as, false, temp, address.value);
    x64_alu_rm(&c->as, ALU_ADD, true, temp,
               x64_at(TLB, TLB_ADDEND_AT + index * (int32_t)sizeof(uintptr_t)));
    return x64_at(temp, 0);
}

/* ---- LOAD ---- */

static void load_16(struct cg *c, unsigned d, struct x64_mem from, bool sign)
{
    if (x64_of(c)->movbe) {
        x64_rm(&c->as, OP_MOVBE_LOAD | X_66, d, from);
        x64_rr(&c->as, sign ? OP_MOVSX16 : OP_MOVZX16, d, d);
        return;
    }
    x64_rm(&c->as, OP_MOVZX16, d, from);
    x64_rr(&c->as, OP_SHIFT_IMM | X_66, SHIFT_ROL, d);
    x64_byte(&c->as, 8);
    if (sign) {
        x64_rr(&c->as, OP_MOVSX16, d, d);
    }
}

static void load_access(struct cg *c, unsigned size, unsigned d, struct x64_mem from)
{
    bool wide = size == IR_64;

    switch (size) {
    case IR_8:
        x64_rm(&c->as, OP_MOVZX8, d, from);
        break;
    case IR_S8:
        x64_rm(&c->as, OP_MOVSX8, d, from);
        break;
    case IR_16:
    case IR_S16:
        load_16(c, d, from, size == IR_S16);
        break;
    default:
        x64_rm(&c->as, (x64_of(c)->movbe ? OP_MOVBE_LOAD : OP_MOV_LOAD) | x64_w(wide), d, from);
        if (!x64_of(c)->movbe) {
            x64_bswap(&c->as, wide, d);
        }
        break;
    }
}

/* The same into an xmm register.  Without AVX `temp`, a general register, is used; `from` may be based on it. */
static void load_real(struct cg *c, unsigned size, unsigned d, struct x64_mem from, unsigned temp)
{
    bool wide = size == IR_REAL_64;

    if (x64_of(c)->avx) {
        x64_rm(&c->as, wide ? OP_MOVSD_LOAD : OP_MOVSS_LOAD, d, from);
        x64_vex_rip(&c->as, OP_PSHUFB, d, d, x64_of(c)->thunks.swap + 16 * wide);
        return;
    }
    load_access(c, size & IR_64, temp, from);
    x64_rr(&c->as, OP_MOVD_LOAD | x64_w(wide), d, temp);
}

static void emit_load(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    uint8_t *jump;
    struct x64_mem from = probe(c, op, x->in[0], x->d, TLB_LOAD, &jump);

    load_access(c, op->cond, x->d, from);
    cg_add_stub(c, STUB_LOAD, x, jump);
}

static void emit_load_real(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    uint8_t *jump;
    struct x64_mem from = probe(c, op, x->in[0], x->t[0], TLB_LOAD, &jump);
    struct cg_stub *stub;

    load_real(c, op->cond, x->d, from, x->t[0]);
    stub = cg_add_stub(c, STUB_LOAD, x, jump);
    stub->t[0] = x->t[0];
}

static void do_load(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row = CG_ROW(OUT_NEW, ROW_SPOILS | ROW_APART, 0, emit_load, C_RI);
    static const struct cg_row real = CG_ROW(OUT_XNEW, ROW_SPOILS, 1, emit_load_real, C_RI);

    cg_emit_by_row(c, number, op, op->cond >= IR_REAL_32 ? &real : &row);
}

bool x64_load_again(const struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    return c->block->paged || is_plain(c, op, stub->a);
}

uint8_t *x64_load_page(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    bool real = op->cond >= IR_REAL_32;
    unsigned temp = real ? stub->t[0] : stub->d;
    uint8_t *jump;
    struct x64_mem from = c->block->paged
                              ? probe_page(c, op, stub->a, temp, TLB_LOAD, &jump)
                              : probe_register(c, stub->a.reg, log_size(op), temp, TLB_LOAD, &jump);

    if (real) {
        load_real(c, op->cond, stub->d, from, temp);
    } else {
        load_access(c, op->cond, stub->d, from);
    }
    return jump;
}

/* ---- STORE ---- */

static void store_imm(struct cg *c, unsigned log, struct x64_mem to, int32_t value)
{
    switch (log) {
    case IR_8:
        x64_rm(&c->as, OP_MOV_MEM_IMM8, 0, to);
        x64_byte(&c->as, (uint8_t)value);
        break;
    case IR_16:
        x64_rm(&c->as, OP_MOV_MEM_IMM | X_66, 0, to);
        x64_imm16(&c->as, bswap_16((uint16_t)value));
        break;
    default:
        x64_rm(&c->as, OP_MOV_MEM_IMM, 0, to);
        x64_imm32(&c->as, bswap_32((uint32_t)value));
        break;
    }
}

/* Without movbe: swaps the bytes of a copy of the value, in `temp`. */
static void store_turned(struct cg *c, unsigned log, struct x64_mem to, unsigned value,
                         unsigned temp)
{
    bool wide = log == IR_64;

    x64_mov(&c->as, wide, temp, value);
    if (log == IR_16) {
        x64_rr(&c->as, OP_SHIFT_IMM | X_66, SHIFT_ROL, temp);
        x64_byte(&c->as, 8);
        x64_rm(&c->as, OP_MOV_STORE16, temp, to);
        return;
    }
    x64_bswap(&c->as, wide, temp);
    x64_rm(&c->as, OP_MOV_STORE | x64_w(wide), temp, to);
}

/* The same of a number in an xmm register.  `temp`, a general register, is used without AVX only. */
static void store_real(struct cg *c, bool wide, struct x64_mem to, unsigned value, unsigned temp)
{
    if (x64_of(c)->avx) {
        x64_vex_rip(&c->as, OP_PSHUFB, X64_SCRATCH, value, x64_of(c)->thunks.swap + 16 * wide);
        x64_rm(&c->as, wide ? OP_MOVSD_STORE : OP_MOVSS_STORE, X64_SCRATCH, to);
        return;
    }
    x64_rr(&c->as, OP_MOVD_STORE | x64_w(wide), value, temp);
    x64_bswap(&c->as, wide, temp);
    x64_rm(&c->as, OP_MOV_STORE | x64_w(wide), temp, to);
}

static void store_access(struct cg *c, unsigned log, struct x64_mem to, struct cg_operand value,
                         unsigned temp)
{
    if (value.kind == OPERAND_REG && value.reg >= XMM0) {
        store_real(c, log == IR_64, to, value.reg, temp);
    } else if (value.kind == OPERAND_IMM) {
        store_imm(c, log, to, value.value);
    } else if (log == IR_8) {
        x64_rm(&c->as, OP_MOV_STORE8, value.reg, to);
    } else if (x64_of(c)->movbe) {
        uint32_t width = log == IR_16 ? X_66 : x64_w(log == IR_64);
        x64_rm(&c->as, OP_MOVBE_STORE | width, value.reg, to);
    } else {
        store_turned(c, log, to, value.reg, temp);
    }
}

static void emit_store(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    uint8_t *jump;
    struct x64_mem to = probe(c, op, x->in[0], x->t[0], TLB_STORE, &jump);
    struct cg_stub *stub;

    store_access(c, log_size(op), to, x->in[1], x->t[1]);
    stub = cg_add_stub(c, STUB_STORE, x, jump);
    stub->t[0] = x->t[0];
    stub->t[1] = x->t[1];
}

uint8_t *x64_store_page(struct cg *c, const struct cg_stub *stub, const struct ir_op *op)
{
    uint8_t *jump;
    struct x64_mem to = probe_page(c, op, stub->a, stub->t[0], TLB_STORE, &jump);

    store_access(c, log_size(op), to, stub->b, stub->t[1]);
    return jump;
}

/* A number has the row of its value's register.  Without AVX it needs a general register, as a copy without movbe does. */
static void do_store_real(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row rows[2] = {
        CG_ROW(OUT_NONE, ROW_SPOILS, 2, emit_store, C_RI, C_X),
        CG_ROW(OUT_NONE, ROW_SPOILS, 1, emit_store, C_RI, C_X),
    };

    cg_emit_by_row(c, number, op, &rows[x64_of(c)->avx]);
}

static void do_store(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row rows[2][2] = {
        /* without movbe the copy whose bytes are swapped needs a register */
        {CG_ROW(OUT_NONE, ROW_SPOILS, 2, emit_store, C_RI, C_RI),
         CG_ROW(OUT_NONE, ROW_SPOILS, 2, emit_store, C_RI, C_R)},
        {CG_ROW(OUT_NONE, ROW_SPOILS, 1, emit_store, C_RI, C_RI),
         CG_ROW(OUT_NONE, ROW_SPOILS, 1, emit_store, C_RI, C_R)},
    };

    if (op->cond >= IR_REAL_32) {
        do_store_real(c, number, op);
        return;
    }
    cg_emit_by_row(c, number, op, &rows[x64_of(c)->movbe][op->cond == IR_64]);
}

/* ---- GUARD_LOAD GUARD_STORE LOAD_UNCHECKED STORE_UNCHECKED ---- */

static unsigned guarded_permission(const struct ir_op *op)
{
    return op->code == IR_GUARD_LOAD ? TLB_LOAD : TLB_STORE;
}

/* Can the accesses that the guard allows reach into the next page? */
static bool guards_pair(const struct cg *c, const struct ir_op *op)
{
    return c->ops[op->b].imm >= 1 << log_size(op);
}

/* If there may be two pages, asks for the permission of both by one bit.  Where that is not set, a stub looks closer. */
static void emit_guard(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    unsigned permission = guarded_permission(op);

    emit_index(c, x->t[0], x->in[0].reg, log_size(op));
    if (guards_pair(c, op)) {
        struct cg_stub *stub = cg_add_stub(c, STUB_GUARD, x, NULL);
        stub->t[0] = x->t[0];
        stub->t[1] = x->t[1];
        permission <<= TLB_PAIR_SHIFT;
    }
    x64_test_byte(&c->as, x64_at_index(TLB, x->t[0], 0, 0), permission);
}

/* The branch goes to the arm until the stub, which is written behind the arm, takes the branch for itself. */
static void do_guard(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row = CG_ROW(OUT_NONE, ROW_SPOILS, 2, emit_guard, C_R, C_USE);

    cg_emit_by_row(c, number, op, &row);
    x64_branch_to_arm(c, (unsigned)op->imm, CC_E);
    if (guards_pair(c, op)) {
        c->stubs[c->stub_count - 1].jump = c->arms[op->imm].jump;
        c->stubs[c->stub_count - 1].back = c->as.p;
    }
}

/* Goes back if the page of the lowest address, whose index is in t[0], and the page of the last byte have the permission,
 * else to the arm.  The address of the last byte is computed in 64 bits: if it is beyond the end of the address
 * space, its index is one without permission. */
void x64_emit_guard_stub(struct cg *c, const struct cg_stub *stub, const struct ir_op *op,
                         uint8_t *arm)
{
    unsigned low = stub->t[0], last = stub->t[1];

    x64_rm(&c->as, OP_LEA | X_W, last, x64_at(stub->a.reg, c->ops[op->b].imm));
    x64_shift_imm(&c->as, SHIFT_SHR, true, last, TLB_PAGE_BITS);
    x64_rm(&c->as, OP_MOVZX8, low, x64_at_index(TLB, low, 0, 0));
    x64_alu_rm(&c->as, ALU_AND, false, low, x64_at_index(TLB, last, 0, 0));
    x64_rr(&c->as, OP_GROUP3, 0, low);
    x64_imm32(&c->as, guarded_permission(op));
    x64_jcc(&c->as, CC_NE, stub->back);
    x64_jmp(&c->as, arm);
}

static void emit_load_unchecked(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct x64_mem from = x64_at_index(MEMORY, x->in[0].reg, 0, op->imm);

    load_access(c, op->cond, x->d, from);
}

static void emit_real_unchecked(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct x64_mem from = x64_at_index(MEMORY, x->in[0].reg, 0, op->imm);

    load_real(c, op->cond, x->d, from, x->t[0]);
}

static void do_real_unchecked(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row rows[2] = {
        CG_ROW(OUT_XNEW, ROW_SPOILS, 1, emit_real_unchecked, C_R),
        CG_ROW(OUT_XNEW, 0, 0, emit_real_unchecked, C_R),
    };

    cg_emit_by_row(c, number, op, &rows[x64_of(c)->avx]);
}

static void do_load_unchecked(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row row = CG_ROW(OUT_NEW, 0, 0, emit_load_unchecked, C_R);
    static const struct cg_row turn = CG_ROW(OUT_NEW, ROW_SPOILS, 0, emit_load_unchecked, C_R);

    if (op->cond >= IR_REAL_32) {
        do_real_unchecked(c, number, op);
        return;
    }
    cg_emit_by_row(c, number, op, x64_of(c)->movbe ? &row : &turn);
}

static void emit_store_unchecked(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    struct x64_mem to = x64_at_index(MEMORY, x->in[0].reg, 0, op->imm);

    store_access(c, log_size(op), to, x->in[1], x->t[0]);
}

static void do_store_real_unchecked(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row rows[2] = {
        CG_ROW(OUT_NONE, ROW_SPOILS, 1, emit_store_unchecked, C_R, C_X),
        CG_ROW(OUT_NONE, 0, 0, emit_store_unchecked, C_R, C_X),
    };

    cg_emit_by_row(c, number, op, &rows[x64_of(c)->avx]);
}

static void do_store_unchecked(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row rows[2][2] = {
        {CG_ROW(OUT_NONE, ROW_SPOILS, 1, emit_store_unchecked, C_R, C_RI),
         CG_ROW(OUT_NONE, ROW_SPOILS, 1, emit_store_unchecked, C_R, C_R)},
        {CG_ROW(OUT_NONE, 0, 0, emit_store_unchecked, C_R, C_RI),
         CG_ROW(OUT_NONE, 0, 0, emit_store_unchecked, C_R, C_R)},
    };

    if (op->cond >= IR_REAL_32) {
        do_store_real_unchecked(c, number, op);
        return;
    }
    cg_emit_by_row(c, number, op, &rows[x64_of(c)->movbe][op->cond == IR_64]);
}

/* ---- ALOAD ASTORE: nothing but the stub ---- */

static void emit_aload(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    cg_add_stub(c, STUB_LOAD, x, x64_jmp_later(&c->as));
}

static void emit_astore(struct cg *c, const struct ir_op *op, const struct cg_args *x)
{
    (void)op;
    cg_add_stub(c, STUB_STORE, x, x64_jmp_later(&c->as));
}

static void do_astore(struct cg *c, unsigned number, const struct ir_op *op)
{
    static const struct cg_row rows[2] = {
        CG_ROW(OUT_NONE, ROW_SPOILS, 0, emit_astore, C_RI, C_RI),
        CG_ROW(OUT_NONE, ROW_SPOILS, 0, emit_astore, C_RI, C_R),
    };

    cg_emit_by_row(c, number, op, &rows[op->cond == IR_64]);
}

/* ---- MOVE_BANK ---- */

static void do_move_bank(struct cg *c, unsigned number, const struct ir_op *op)
{
    struct cg_args x = {.number = number, .d = X64_NONE};

    cg_spoil_flags(c);
    cg_drop_homes_of_set(c, c->banked);
    cg_drop_homes_of_set(c, c->clobbered);
    x64_alu_rm(&c->as, ALU_CMP, true, BANK, x64_mem_of(c->slots[op->slot]));
    uint8_t *jump = x64_jcc_later(&c->as, op->imm < 0 ? CC_BE : CC_AE);
    x64_alu_ri(&c->as, ALU_ADD, true, BANK, op->imm);
    cg_add_stub(c, STUB_STEP, &x, jump);
}

/* ---- the rows ---- */

/* clang-format off */
const struct cg_row x64_memory_rows[IR_CODES] = {
    [IR_GET]             = CG_SPECIAL(cg_do_get),
    [IR_SET]             = CG_SPECIAL(cg_do_set),
    [IR_MOVE_BANK]       = CG_SPECIAL(do_move_bank),
    [IR_LOAD]            = CG_SPECIAL(do_load),
    [IR_STORE]           = CG_SPECIAL(do_store),
    [IR_ALOAD]           = CG_ROW(OUT_NEW, ROW_SPOILS, 0, emit_aload, C_RI),
    [IR_ASTORE]          = CG_SPECIAL(do_astore),
    [IR_GUARD_LOAD]      = CG_SPECIAL(do_guard),
    [IR_GUARD_STORE]     = CG_SPECIAL(do_guard),
    [IR_LOAD_UNCHECKED]  = CG_SPECIAL(do_load_unchecked),
    [IR_STORE_UNCHECKED] = CG_SPECIAL(do_store_unchecked),
};
/* clang-format on */
