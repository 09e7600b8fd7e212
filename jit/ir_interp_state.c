// SPDX-License-Identifier: MIT
/*
 * IR interpreter: guest state, memory, calls and control.
 *
 * Before the guest's functions are called its bank base and budget are written to env, afterwards they
 * are read again (include/ir.h, struct ir_guest).
 */
#include <endian.h>

#include "ir_interp.h"
#include "tlb_layout.h"

/* ---- slots ---- */

/* Defines the handlers of GET and SET for slots of one size. */
#define ACCESS_SLOT(type)                                                                          \
    static const struct irx_op *get_##type(struct irx_run *run, const struct irx_op *op)           \
    {                                                                                              \
        type value;                                                                                \
        memcpy(&value, irx_slot(run, op), sizeof value);                                           \
        return irx_give(run, op, value);                                                           \
    }                                                                                              \
    static const struct irx_op *set_##type(struct irx_run *run, const struct irx_op *op)           \
    {                                                                                              \
        type value = (type)run->values[op->ir.a];                                                  \
        memcpy(irx_slot(run, op), &value, sizeof value);                                           \
        return op + 1;                                                                             \
    }

ACCESS_SLOT(uint16_t)
ACCESS_SLOT(uint32_t)
ACCESS_SLOT(uint64_t)

/* A row has only a narrow and a wide handler; so the narrow one tells FLAGS, which have 16 bits, from 32-bit types. */
static const struct irx_op *get_narrow(struct irx_run *run, const struct irx_op *op)
{
    return op->ir.type == IR_FLAGS ? get_uint16_t(run, op) : get_uint32_t(run, op);
}

static const struct irx_op *set_narrow(struct irx_run *run, const struct irx_op *op)
{
    return op->ir.type == IR_FLAGS ? set_uint16_t(run, op) : set_uint32_t(run, op);
}

/* ---- the guest's functions ---- */

static int64_t refund_of(const struct irx_run *run, const struct irx_op *op)
{
    return op->ir.insn == IR_NONE ? 0 : run->code->insns[op->ir.insn].refund;
}

static void write_bank(struct irx_run *run)
{
    memcpy(run->bases[IR_ENV] + run->guest->bank_offset, &run->bases[IR_BANKED],
           sizeof run->bases[IR_BANKED]);
}

static void read_bank(struct irx_run *run)
{
    memcpy(&run->bases[IR_BANKED], run->bases[IR_ENV] + run->guest->bank_offset,
           sizeof run->bases[IR_BANKED]);
}

static void write_budget(struct irx_run *run, int64_t budget)
{
    memcpy(run->bases[IR_ENV] + run->guest->budget_offset, &budget, sizeof budget);
}

static void read_budget(struct irx_run *run)
{
    memcpy(&run->budget, run->bases[IR_ENV] + run->guest->budget_offset, sizeof run->budget);
}

/* Reads those pointers from env that change only when the guest changes its mode. */
void irx_read_pointers(struct irx_run *run)
{
    const struct ir_guest *guest = run->guest;
    const uint8_t *env = run->bases[IR_ENV];

    memcpy(&run->memory, env + guest->memory_offset, sizeof run->memory);
    memcpy(&run->tlb, env + guest->tlb_offset, sizeof run->tlb);
    memcpy(&run->jumps, env + guest->jumps_offset, sizeof run->jumps);
}

/* The jump cache's entry for the address, or NULL.  An empty entry may have an odd pc, so odd targets are not found. */
static const struct jit_jump *find_jump(const struct irx_run *run, uint32_t target)
{
    const struct jit_jump *row = &run->jumps[(target >> 2) % JIT_JUMPS];
    bool known = row->pc == target && target % 2 == 0;

    return known && !(run->interp->stress & JIT_STRESS_EXIT) ? row : NULL;
}

/* begin_call() comes before each call of step(), load() or store(), end_call() after it; end_call() returns as a
 * handler does. */
static void begin_call(struct irx_run *run, const struct irx_op *op)
{
    write_bank(run);
    write_budget(run, run->budget + refund_of(run, op));
}

static const struct irx_op *leave(struct irx_run *run, void *cookie, int64_t reason)
{
    run->left = (struct jit_exit){cookie, reason};
    return NULL;
}

/* Goes to the block at env's target, if the jump cache knows it. */
static const struct irx_op *go_to_target(struct irx_run *run)
{
    uint32_t target;

    memcpy(&target, run->bases[IR_ENV] + run->guest->target_offset, sizeof target);
    irx_read_pointers(run);
    const struct jit_jump *known = find_jump(run, target);
    return known != NULL ? irx_enter(run, known->entry) : leave(run, NULL, JIT_JUMP);
}

static const struct irx_op *end_call(struct irx_run *run, const struct irx_op *op, uint64_t verdict)
{
    read_bank(run);
    read_budget(run);
    switch ((enum ir_verdict)verdict) {
    case IR_STAY:
        run->budget -= refund_of(run, op);
        if (run->fp_begun) { /* again, because the guest may have harvested the exceptions */
            irx_fp_begin(run);
        }
        return op + 1;
    case IR_GO_TO:
        return go_to_target(run);
    default:
        return leave(run, NULL, JIT_QUIT);
    }
}

const struct irx_op *irx_step(struct irx_run *run, const struct irx_op *op)
{
    begin_call(run, op);
    uint32_t verdict = run->guest->step(run->bases[IR_ENV], run->code->cookie, op->ir.insn);
    return end_call(run, op, verdict);
}

/* MOVE_BANK: step() moves the bank if its base is at or beyond the limit that is in the slot. */
static const struct irx_op *move_bank(struct irx_run *run, const struct irx_op *op)
{
    uint64_t base = (uintptr_t)run->bases[IR_BANKED];
    uint64_t limit;

    memcpy(&limit, irx_slot(run, op), sizeof limit);
    if (op->ir.imm < 0 ? base <= limit : base >= limit) {
        return irx_step(run, op);
    }
    run->bases[IR_BANKED] += op->ir.imm;
    return op + 1;
}

/* ---- memory ---- */

/* The host address of a fast access, or NULL.  The low bits of a misaligned address become high bits of the index, where
 * the tables are 0. */
static uint8_t *find_fast(const struct irx_run *run, uint32_t address, unsigned size,
                          unsigned permission)
{
    unsigned log = size & IR_64;
    uint32_t turned = log == 0 ? address : address >> log | address << (32 - log);
    uint32_t index = turned >> (TLB_PAGE_BITS - log);
    uintptr_t addend;

    if (run->tlb[index] & permission) {
        return (uint8_t *)((uintptr_t)run->memory + address);
    }
    if (!run->code->paged || !(run->tlb[TLB_FLAGS_AT + index] & permission)) {
        return NULL;
    }
    memcpy(&addend, run->tlb + TLB_ADDEND_AT + index * sizeof addend, sizeof addend);
    return (uint8_t *)(addend + address);
}

static uint64_t read_big_endian(const uint8_t *from, unsigned size)
{
    uint16_t half;
    uint32_t word;
    uint64_t twin;

    switch (size & IR_64) {
    case IR_8:
        return *from;
    case IR_16:
        memcpy(&half, from, sizeof half);
        return be16toh(half);
    case IR_32:
        memcpy(&word, from, sizeof word);
        return be32toh(word);
    default:
        memcpy(&twin, from, sizeof twin);
        return be64toh(twin);
    }
}

static void write_big_endian(uint8_t *to, unsigned size, uint64_t value)
{
    uint16_t half = htobe16((uint16_t)value);
    uint32_t word = htobe32((uint32_t)value);
    uint64_t twin = htobe64(value);

    switch (size & IR_64) {
    case IR_8:
        *to = (uint8_t)value;
        break;
    case IR_16:
        memcpy(to, &half, sizeof half);
        break;
    case IR_32:
        memcpy(to, &word, sizeof word);
        break;
    default:
        memcpy(to, &twin, sizeof twin);
        break;
    }
}

static const struct irx_op *load_slow(struct irx_run *run, const struct irx_op *op,
                                      uint32_t address)
{
    begin_call(run, op);
    struct ir_loaded loaded = run->guest->load(run->bases[IR_ENV], run->code->cookie, op->ir.insn,
                                               address, ir_plain_size(op->ir.cond));
    bool wide = ir_type_bytes(op->ir.type) == 8;
    irx_give(run, op, wide ? loaded.value : (uint32_t)loaded.value);
    return end_call(run, op, loaded.verdict);
}

static const struct irx_op *load(struct irx_run *run, const struct irx_op *op)
{
    uint32_t address = (uint32_t)run->values[op->ir.a];
    const uint8_t *from = find_fast(run, address, op->ir.cond, TLB_LOAD);

    if (from == NULL) {
        return load_slow(run, op, address);
    }
    return irx_give(run, op, ir_extend(op->ir.cond, read_big_endian(from, op->ir.cond)));
}

static const struct irx_op *aload(struct irx_run *run, const struct irx_op *op)
{
    return load_slow(run, op, (uint32_t)run->values[op->ir.a]);
}

static const struct irx_op *astore(struct irx_run *run, const struct irx_op *op)
{
    begin_call(run, op);
    uint32_t verdict = run->guest->store(run->bases[IR_ENV], run->code->cookie, op->ir.insn,
                                         (uint32_t)run->values[op->ir.a],
                                         ir_plain_size(op->ir.cond), run->values[op->ir.b]);
    return end_call(run, op, verdict);
}

static const struct irx_op *store(struct irx_run *run, const struct irx_op *op)
{
    uint32_t address = (uint32_t)run->values[op->ir.a];
    uint8_t *to = find_fast(run, address, op->ir.cond, TLB_STORE);

    if (to == NULL) {
        return astore(run, op);
    }
    write_big_endian(to, op->ir.cond, run->values[op->ir.b]);
    return op + 1;
}

/* ---- calls ---- */

/* libffi takes the address of each argument, and returns results of up to 32 bits as an ffi_arg. */
static uint64_t call_helper(struct irx_run *run, const struct irx_op *op)
{
    const struct ir_helper *helper = &run->guest->helpers[op->ir.imm];
    const ir_ref refs[IR_HELPER_ARGUMENTS] = {op->ir.a, op->ir.b, op->ir.c};
    uint32_t narrow[IR_HELPER_ARGUMENTS];
    void *arguments[1 + IR_HELPER_ARGUMENTS];
    void *env = run->bases[IR_ENV];
    unsigned count = 0;
    union {
        ffi_arg narrow;
        uint64_t wide;
    } result = {.wide = 0};

    if (helper->takes_env) {
        arguments[count++] = &env;
    }
    for (unsigned i = 0; i < IR_HELPER_ARGUMENTS && helper->arguments[i] != IR_VOID; i++) {
        uint64_t *value = &run->values[refs[i]];
        narrow[i] = (uint32_t)*value;
        arguments[count++] = helper->arguments[i] == IR_I64 ? (void *)value : (void *)&narrow[i];
    }
    ffi_call(&run->interp->helpers[op->ir.imm].cif, helper->function, &result, arguments);
    return helper->result == IR_I64 ? result.wide : (uint32_t)result.narrow;
}

static const struct irx_op *call(struct irx_run *run, const struct irx_op *op)
{
    bool pure = run->guest->helpers[op->ir.imm].pure;

    if (!pure) {
        write_bank(run);
    }
    uint64_t result = call_helper(run, op);
    if (!pure) {
        read_bank(run);
    }
    return op->ir.type == IR_VOID ? op + 1 : irx_give(run, op, result);
}

/* ---- control ---- */

static const struct irx_op *go_to_arm(const struct irx_run *run, const struct irx_op *op)
{
    return &run->code->ops[op->arm_first];
}

static const struct irx_op *branch_32(struct irx_run *run, const struct irx_op *op)
{
    bool taken =
        ir_cond_holds((enum ir_cond)op->ir.cond, run->values[op->ir.a], run->values[op->ir.b], 32);
    return taken ? go_to_arm(run, op) : op + 1;
}

static const struct irx_op *branch_64(struct irx_run *run, const struct irx_op *op)
{
    bool taken =
        ir_cond_holds((enum ir_cond)op->ir.cond, run->values[op->ir.a], run->values[op->ir.b], 64);
    return taken ? go_to_arm(run, op) : op + 1;
}

static const struct irx_op *branch_flags(struct irx_run *run, const struct irx_op *op)
{
    bool taken = irx_flags_hold((enum ir_cond)op->ir.cond, (unsigned)run->values[op->ir.a]);
    return taken ? go_to_arm(run, op) : op + 1;
}

static bool is_nan(const struct irx_run *run, ir_ref value, bool wide)
{
    uint64_t bits = run->values[value];

    return wide ? (bits & INT64_MAX) > UINT64_C(0x7ff0000000000000)
                : (bits & INT32_MAX) > UINT32_C(0x7f800000);
}

static const struct irx_op *branch_nan(struct irx_run *run, const struct irx_op *op)
{
    bool wide = op->ir.type == IR_F64;

    return is_nan(run, op->ir.a, wide) || is_nan(run, op->ir.b, wide) ? go_to_arm(run, op) : op + 1;
}

static const struct irx_op *charge(struct irx_run *run, const struct irx_op *op)
{
    run->budget -= (int64_t)(uint32_t)run->values[op->ir.a];
    return run->budget < 0 ? go_to_arm(run, op) : op + 1;
}

static const struct irx_op *give_back(struct irx_run *run, const struct irx_op *op)
{
    run->budget += run->values[op->ir.a] != 0 ? op->ir.imm : 0;
    return op + 1;
}

/* ---- GUARD_LOAD GUARD_STORE LOAD_UNCHECKED STORE_UNCHECKED ---- */

/* Does common[] have the permission at this index? */
static bool is_common(const struct irx_run *run, uint64_t index, unsigned permission)
{
    return index < TLB_FLAGS_SPAN && (run->tlb[index] & permission);
}

static const struct irx_op *guard(struct irx_run *run, const struct irx_op *op)
{
    unsigned permission = op->ir.code == IR_GUARD_LOAD ? TLB_LOAD : TLB_STORE;
    unsigned log = op->ir.cond & IR_64;
    uint32_t a = (uint32_t)run->values[op->ir.a];
    uint32_t turned = log == 0 ? a : a >> log | a << (32 - log);
    uint64_t last = (uint64_t)a + (uint32_t)run->values[op->ir.b];

    return is_common(run, turned >> (TLB_PAGE_BITS - log), permission) &&
                   is_common(run, last >> TLB_PAGE_BITS, permission)
               ? op + 1
               : go_to_arm(run, op);
}

static const struct irx_op *load_unchecked(struct irx_run *run, const struct irx_op *op)
{
    uint32_t address = (uint32_t)run->values[op->ir.a] + (uint32_t)op->ir.imm;
    const uint8_t *from = (const uint8_t *)((uintptr_t)run->memory + address);
    return irx_give(run, op, ir_extend(op->ir.cond, read_big_endian(from, op->ir.cond)));
}

static const struct irx_op *store_unchecked(struct irx_run *run, const struct irx_op *op)
{
    uint32_t address = (uint32_t)run->values[op->ir.a] + (uint32_t)op->ir.imm;
    write_big_endian((uint8_t *)((uintptr_t)run->memory + address), op->ir.cond,
                     run->values[op->ir.b]);
    return op + 1;
}

const struct irx_op *irx_enter(struct irx_run *run, const void *entry)
{
    const struct irx_code *code = entry;

    if (code->disabled || run->budget - (int64_t)code->charge < 0) {
        return leave(run, code->cookie, JIT_BUDGET);
    }
    run->budget -= code->charge;
    run->code = code;
    run->fp_begun = false;
    return code->ops;
}

static const struct irx_op *exit_block(struct irx_run *run, const struct irx_op *op)
{
    const void *entry = run->code->links[op->ir.c];

    run->budget += refund_of(run, op);
    return entry != NULL ? irx_enter(run, entry) : leave(run, run->code->cookie, op->ir.c);
}

static const struct irx_op *jump(struct irx_run *run, const struct irx_op *op)
{
    uint32_t target = (uint32_t)run->values[op->ir.a];
    const struct jit_jump *known = find_jump(run, target);

    run->budget += refund_of(run, op);
    if (known != NULL) {
        return irx_enter(run, known->entry);
    }
    memcpy(run->bases[IR_ENV] + run->guest->target_offset, &target, sizeof target);
    return leave(run, run->code->cookie, JIT_JUMP);
}

static const struct irx_op *quit(struct irx_run *run, const struct irx_op *op)
{
    run->budget += refund_of(run, op);
    return leave(run, NULL, JIT_QUIT);
}

static const struct irx_op *deopt(struct irx_run *run, const struct irx_op *op)
{
    run->budget += refund_of(run, op);
    return leave(run, run->code->cookie, JIT_DEOPT);
}

/* ---- the rows ---- */

const struct irx_row irx_state_rows[IR_CODES] = {
    [IR_GET] = {get_narrow, get_uint64_t},
    [IR_SET] = {set_narrow, set_uint64_t},
    [IR_MOVE_BANK] = {move_bank, NULL},
    [IR_LOAD] = {load, NULL},
    [IR_STORE] = {store, NULL},
    [IR_ALOAD] = {aload, NULL},
    [IR_ASTORE] = {astore, NULL},
    [IR_CALL] = {call, NULL},
    [IR_STEP] = {irx_step, NULL},
    [IR_BRANCH] = {branch_32, branch_64},
    [IR_BRANCH_FLAGS] = {branch_flags, NULL},
    [IR_BRANCH_NAN] = {branch_nan, NULL},
    [IR_CHARGE] = {charge, NULL},
    [IR_GIVE_BACK] = {give_back, NULL},
    [IR_EXIT] = {exit_block, NULL},
    [IR_JUMP] = {jump, NULL},
    [IR_QUIT] = {quit, NULL},
    [IR_DEOPT] = {deopt, NULL},
    [IR_GUARD_LOAD] = {guard, NULL},
    [IR_GUARD_STORE] = {guard, NULL},
    [IR_LOAD_UNCHECKED] = {load_unchecked, NULL},
    [IR_STORE_UNCHECKED] = {store_unchecked, NULL},
};
