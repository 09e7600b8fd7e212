// SPDX-License-Identifier: MIT
/*
 * Random blocks for tests of the optimizer: of all kinds of ops, and small ones that are one expression.
 * For one translation unit.
 */
#ifndef OPT_RANDOM_H
#define OPT_RANDOM_H

#include "opt_guest.h"

static ir_ref keep(struct plan *plan, unsigned type, ir_ref ref)
{
    struct pool *pool = &plan->pools[type];

    if (pool->count < MAX_POOL) {
        pool->refs[pool->count++] = ref;
    }
    return ref;
}

static ir_ref op(struct plan *plan, struct ir_block *block, struct ir_op made)
{
    ir_ref ref = ir_add_op(block, made);

    return made.type == IR_VOID ? ref : keep(plan, made.type, ref);
}

static ir_ref constant(struct plan *plan, struct ir_block *block, unsigned type)
{
    return keep(plan, type, ir_const(block, (enum ir_type)type, special_value(plan)));
}

/* A value of the type: mostly a recent one. */
static ir_ref value_of(struct plan *plan, struct ir_block *block, unsigned type)
{
    struct pool *pool = &plan->pools[type];
    bool integer = type == IR_I32 || type == IR_I64;

    if (integer && (pool->count == 0 || plan_random(plan, 4) == 0)) {
        return constant(plan, block, type);
    }
    unsigned back = plan_random(plan, 2) ? 4 : 40;
    back = back < pool->count ? back : pool->count;
    return pool->refs[pool->count - 1 - plan_random(plan, back)];
}

static struct ir_op fresh(unsigned code, unsigned type)
{
    return (struct ir_op){.code = (uint8_t)code, .type = (uint8_t)type, .insn = IR_NONE};
}

static uint16_t new_insn(struct plan *plan, struct ir_block *block, struct deed deed)
{
    unsigned insn = ir_insn(block, block->pc, block->pc + 4);

    block->insns[insn].refund = (uint16_t)plan_random(plan, 10);
    plan->deeds[insn] = deed;
    return (uint16_t)insn;
}

static void add_integer(struct plan *plan, struct ir_block *block)
{
    static const uint8_t codes[] = {IR_ADD, IR_SUB, IR_MUL, IR_AND, IR_OR,   IR_XOR, IR_ADD, IR_NOT,
                                    IR_NEG, IR_SHL, IR_SHR, IR_SAR, IR_ROTL, IR_SHL, IR_SHR};
    struct ir_op made =
        fresh(codes[plan_random(plan, sizeof codes)], plan_random(plan, 4) ? IR_I32 : IR_I64);
    bool shift = made.code >= IR_SHL && made.code <= IR_ROTL;

    made.a = value_of(plan, block, made.type);
    if (made.code != IR_NOT && made.code != IR_NEG) {
        made.b = value_of(plan, block, shift ? IR_I32 : made.type);
    }
    op(plan, block, made);
}

/* Shifts one way and another, by counts that often belong together. */
static void add_shifts(struct plan *plan, struct ir_block *block)
{
    static const uint8_t codes[] = {IR_SHL, IR_SHR, IR_SAR, IR_ROTL};
    static const uint8_t joins[] = {IR_OR, IR_ADD, IR_XOR, IR_AND};
    unsigned type = plan_random(plan, 4) ? IR_I32 : IR_I64;
    int width = type == IR_I32 ? 32 : 64;
    int counts[] = {0, 8, 16, 24, 31, 30, 1, (int)plan_random(plan, 70)};
    int count = counts[plan_random(plan, ARRAY_LEN(counts))];
    ir_ref x = value_of(plan, block, type);
    ir_ref first = ir_const(block, IR_I32, count);
    ir_ref second = ir_const(block, IR_I32, plan_random(plan, 3) ? count : width - count);
    struct ir_op a = fresh(codes[plan_random(plan, 4)], type);
    struct ir_op b = fresh(codes[plan_random(plan, 4)], type);

    a.a = x;
    a.b = first;
    ir_ref inner = op(plan, block, a);
    if (plan_random(plan, 2)) {
        b.a = inner;
        b.b = second;
        op(plan, block, b);
        return;
    }
    b.a = plan_random(plan, 4) ? x : value_of(plan, block, type);
    b.b = plan_random(plan, 4) ? ir_const(block, IR_I32, width - count) : second;
    b.b = op(plan, block, b);
    b.code = joins[plan_random(plan, 4)];
    b.a = inner;
    op(plan, block, b);
}

static ir_ref not_zero(struct plan *plan, struct ir_block *block, unsigned type)
{
    ir_ref value = value_of(plan, block, type);

    return ir_binary(block, IR_OR, (enum ir_type)type, value,
                     ir_const(block, (enum ir_type)type, 1));
}

static void add_division(struct plan *plan, struct ir_block *block)
{
    struct ir_op made =
        fresh(plan_random(plan, 2) ? IR_DIVU : IR_DIVS, plan_random(plan, 2) ? IR_I32 : IR_I64);

    made.a = value_of(plan, block, made.type);
    made.b = not_zero(plan, block, made.type);
    if (made.type == IR_I64 && plan_random(plan, 2)) {
        unsigned extend = made.code == IR_DIVU ? IR_ZEXT32 : IR_SEXT32;
        ir_ref low = not_zero(plan, block, IR_I32);

        made.a = ir_unary(block, extend, IR_I64, value_of(plan, block, IR_I32));
        made.b = plan_random(plan, 2) ? ir_unary(block, extend, IR_I64, low)
                                      : ir_const(block, IR_I64, (int)plan_random(plan, 9) * 3 - 13);
    }
    op(plan, block, made);
}

static void add_width(struct plan *plan, struct ir_block *block)
{
    struct ir_op made = fresh(IR_SEXT8 + plan_random(plan, IR_PACK - IR_SEXT8 + 1), IR_I32);
    bool wide = made.code == IR_LOW || made.code == IR_HIGH;

    if (made.code == IR_SEXT32 || made.code == IR_ZEXT32 || made.code == IR_PACK) {
        made.type = IR_I64;
    }
    made.a = value_of(plan, block, wide ? IR_I64 : IR_I32);
    made.b = made.code == IR_PACK ? value_of(plan, block, IR_I32) : 0;
    op(plan, block, made);
}

/* The halves of two values, which may be one. */
static void add_halves(struct plan *plan, struct ir_block *block)
{
    ir_ref x = value_of(plan, block, IR_I64);
    ir_ref y = plan_random(plan, 2) ? x : value_of(plan, block, IR_I64);
    ir_ref high = ir_unary(block, IR_HIGH, IR_I32, x);

    y = ir_unary(block, IR_LOW, IR_I32, y);
    op(plan, block, (struct ir_op){.code = IR_PACK, .type = IR_I64, .a = high, .b = y});
}

/* The same op with two constants. */
static void add_chain(struct plan *plan, struct ir_block *block)
{
    static const uint8_t codes[] = {IR_ADD, IR_AND, IR_OR, IR_XOR, IR_SUB, IR_MUL};
    struct ir_op made =
        fresh(codes[plan_random(plan, sizeof codes)], plan_random(plan, 4) ? IR_I32 : IR_I64);

    made.a = value_of(plan, block, made.type);
    for (unsigned i = 0; i < 2; i++) {
        made.b = ir_const(block, (enum ir_type)made.type, special_value(plan));
        made.a = op(plan, block, made);
    }
}

static void add_flags(struct plan *plan, struct ir_block *block)
{
    struct ir_op made = fresh(IR_ADD_FLAGS + plan_random(plan, 5), IR_FLAGS);

    if ((made.code == IR_ADC_FLAGS || made.code == IR_SBC_FLAGS)) {
        made.c = value_of(plan, block, IR_FLAGS);
    }
    made.a = value_of(plan, block, IR_I32);
    made.b = made.code == IR_LOGIC_FLAGS ? 0 : value_of(plan, block, IR_I32);
    op(plan, block, made);
}

static void add_test(struct plan *plan, struct ir_block *block)
{
    struct ir_op made = fresh(IR_SETC, IR_I32);
    unsigned kind = plan_random(plan, 5);

    made.cond = (uint8_t)plan_random(plan, IR_CONDS);
    if (kind == 0) {
        made.code = IR_CARRY;
        made.cond = 0;
    } else if (kind == 1) {
        made.code = IR_TEST_FLAGS;
    } else if (kind == 2) {
        made.code = IR_SELECT;
        made.cond = 0;
        made.c = value_of(plan, block, IR_I32);
    }
    unsigned type = kind <= 1 ? IR_FLAGS : kind == 4 ? IR_I64 : IR_I32;
    made.a = value_of(plan, block, type);
    made.b = kind <= 1 ? 0 : value_of(plan, block, type);
    op(plan, block, made);
}

/* A choice by whether something is 0, or not; of values that are often 0 and 1. */
static void add_select(struct plan *plan, struct ir_block *block)
{
    struct ir_op test = fresh(IR_SETC, IR_I32);
    struct ir_op made = fresh(IR_SELECT, IR_I32);

    test.cond = plan_random(plan, 4) ? IR_EQ + plan_random(plan, 2) : plan_random(plan, IR_CONDS);
    test.a = value_of(plan, block, IR_I32);
    test.b = ir_const(block, IR_I32, 0);
    made.a = op(plan, block, test);
    made.b = plan_random(plan, 3) ? ir_const(block, IR_I32, (int)plan_random(plan, 2))
                                  : value_of(plan, block, IR_I32);
    made.c = plan_random(plan, 3) ? ir_const(block, IR_I32, (int)plan_random(plan, 2))
                                  : value_of(plan, block, IR_I32);
    op(plan, block, made);
    if (plan_random(plan, 3) == 0) {
        struct ir_op give = fresh(IR_GIVE_BACK, IR_VOID);

        give.a = plan_random(plan, 2) ? made.a : made.b;
        give.imm = 1 + (int)plan_random(plan, 3);
        ir_add_op(block, give);
    }
}

static unsigned any_slot(struct plan *plan)
{
    return SLOT_FIRST + plan_random(plan, ARRAY_LEN(opt_slots) - SLOT_FIRST);
}

static void add_state(struct plan *plan, struct ir_block *block)
{
    unsigned slot = any_slot(plan);
    unsigned type = opt_slots[slot].type;

    if (plan_random(plan, 2) || (slot >= 5 && slot <= 7 && type == IR_I32)) {
        keep(plan, type, ir_get(block, slot));
    } else {
        ir_set(block, slot, value_of(plan, block, type));
    }
}

/* Flags are written, seldom read, and branched on. */
static void add_flag_state(struct plan *plan, struct ir_block *block)
{
    unsigned slot = SLOT_FLAGS + plan_random(plan, 2);
    unsigned both = SLOT_FLAGS + 2;
    ir_ref value;

    switch (plan_random(plan, 8)) {
    case 0:
        keep(plan, IR_FLAGS, ir_get(block, slot));
        break;
    case 1:
        keep(plan, IR_I32, ir_get(block, both));
        break;
    case 2: /* flags of the IR interpreter: four bits */
        value = value_of(plan, block, IR_I32);
        ir_set(block, both,
               ir_binary(block, IR_AND, IR_I32, value, ir_const(block, IR_I32, 0xf000f)));
        break;
    default:
        ir_set(block, slot, value_of(plan, block, IR_FLAGS));
        break;
    }
}

/* Near that of other accesses of the block: g1, made an address in memory, plus a constant or an index. */
static ir_ref near_address(struct plan *plan, struct ir_block *block, unsigned size)
{
    ir_ref base = ir_binary(block, IR_AND, IR_I32, ir_get(block, SLOT_FIRST),
                            ir_const(block, IR_I32, TLB_PAGE_SIZE + 0xdd8));
    ir_ref offset;

    if (plan_random(plan, 2) != 0) {
        offset = ir_const(block, IR_I32, 8 * (int32_t)plan_random(plan, 8));
    } else {
        offset = ir_binary(block, IR_AND, IR_I32, value_of(plan, block, IR_I32),
                           ir_const(block, IR_I32, plan_random(plan, 2) ? 31 : 63));
        offset = ir_binary(block, IR_SHL, IR_I32, offset, ir_const(block, IR_I32, size & IR_64));
    }
    return ir_binary(block, IR_ADD, IR_I32, base, offset);
}

/* Mostly aligned, mostly in memory. */
static ir_ref address(struct plan *plan, struct ir_block *block, unsigned size)
{
    int32_t mask = MEMORY_BYTES - 1;

    if (plan_random(plan, 3) == 0) {
        return near_address(plan, block, size);
    }

    if (plan_random(plan, 8) != 0) {
        mask &= -(1 << (size & 3));
    }
    ir_ref value = value_of(plan, block, IR_I32);
    return ir_binary(block, IR_AND, IR_I32, value, ir_const(block, IR_I32, mask));
}

static void add_memory(struct plan *plan, struct ir_block *block)
{
    static const uint8_t sizes[] = {IR_8,       IR_16,      IR_32, IR_64,
                                    IR_REAL_32, IR_REAL_64, IR_S8, IR_S16};
    bool load = plan_random(plan, 2);
    struct ir_op made = fresh(load ? IR_LOAD : IR_STORE, IR_I32);

    made.cond = sizes[plan_random(plan, load ? 8 : 6)];
    if (made.cond >= IR_REAL_32 && plan->pools[ir_size_type(made.cond)].count == 0) {
        made.cond = IR_32; /* there is no number yet */
    }
    made.type = (uint8_t)ir_size_type(made.cond);
    if (made.cond < IR_REAL_32 && plan_random(plan, 8) == 0) {
        made.code = load ? IR_ALOAD : IR_ASTORE;
    }
    made.a = address(plan, block, made.cond);
    made.insn = new_insn(plan, block, (struct deed){made.code, 0, 0});
    if (load) {
        op(plan, block, made);
    } else {
        made.b = value_of(plan, block, made.type);
        ir_add_op(block, made);
    }
}

static void add_fp(struct plan *plan, struct ir_block *block)
{
    struct ir_op made = fresh(IR_FADD + plan_random(plan, IR_FCMPE - IR_FADD + 1),
                              plan_random(plan, 2) ? IR_F32 : IR_F64);
    unsigned from = made.type;
    bool slot = true;

    switch (made.code) {
    case IR_FWIDEN:
        from = IR_F32;
        made.type = IR_F64;
        break;
    case IR_FNARROW:
        from = IR_F64;
        made.type = IR_F32;
        break;
    case IR_FFROMI:
        from = IR_I32;
        slot = false;
        break;
    case IR_FTOI:
        made.type = IR_I32;
        break;
    case IR_FCMP:
    case IR_FCMPE:
        made.type = IR_I32;
        slot = false;
        break;
    default:
        break;
    }
    made.a = value_of(plan, block, from);
    if (made.code <= IR_FDIV || made.code >= IR_FCMP) {
        made.b = value_of(plan, block, from);
    }
    if (slot) {
        made.slot = made.type == IR_F64 ? 11 : made.type == IR_F32 ? 8 : 10;
        made.insn = new_insn(plan, block, (struct deed){made.code, made.slot, 0});
    }
    op(plan, block, made);
}

static void add_rare(struct plan *plan, struct ir_block *block)
{
    struct ir_op made = fresh(IR_STEP, IR_VOID);

    switch (plan_random(plan, 5)) {
    case 0:
        made.insn = new_insn(plan, block, (struct deed){IR_STEP, 0, 0});
        ir_add_op(block, made);
        break;
    case 1:
        made = fresh(IR_CALL, IR_I64);
        made.imm = 1;
        made.a = value_of(plan, block, IR_I32);
        op(plan, block, made);
        break;
    case 2:
        made = fresh(IR_CALL, IR_I32);
        made.a = value_of(plan, block, IR_I32);
        made.b = value_of(plan, block, IR_I64);
        op(plan, block, made);
        break;
    default:
        made = fresh(IR_MOVE_BANK, IR_VOID);
        made.slot = SLOT_LIMIT;
        made.imm = plan_random(plan, 2) ? 64 : -64;
        made.insn = new_insn(plan, block, (struct deed){IR_MOVE_BANK, 0, made.imm});
        ir_add_op(block, made);
        break;
    }
}

/* A branch to a new arm, which sees the main section's values up to here. */
static void add_branch(struct plan *plan, struct ir_block *block, bool in_arm, unsigned arm_of)
{
    bool flags = plan_random(plan, 2);
    unsigned type = flags ? IR_FLAGS : plan_random(plan, 4) ? IR_I32 : IR_I64;
    struct ir_op made = fresh(flags ? IR_BRANCH_FLAGS : IR_BRANCH, flags ? IR_VOID : type);

    if (block->arm_count == 12) {
        return;
    }
    made.cond = (uint8_t)plan_random(plan, IR_CONDS);
    made.a = value_of(plan, block, type);
    made.b = flags ? 0 : value_of(plan, block, type);
    if (plan_random(plan, 8) == 0) {
        made = fresh(IR_CHARGE, IR_VOID);
        made.a = ir_const(block, IR_I32, (int32_t)plan_random(plan, 4));
    }
    unsigned arm = ir_new_arm(block);
    made.imm = (int32_t)arm;
    for (unsigned i = 0; i <= IR_FLAGS; i++) {
        plan->limits[arm][i] = in_arm ? plan->limits[arm_of][i] : plan->pools[i].count;
    }
    ir_add_op(block, made);
}

static void add_end(struct plan *plan, struct ir_block *block)
{
    struct ir_op made = fresh(IR_QUIT, IR_VOID);
    unsigned kind = plan_random(plan, 3);

    if (kind == 0) {
        ir_exit(block, 0x1000, IR_NONE);
        return;
    }
    if (kind == 1) {
        made.code = IR_JUMP;
        made.a = value_of(plan, block, IR_I32);
        made.a = ir_binary(block, IR_AND, IR_I32, made.a, ir_const(block, IR_I32, -4));
        made.insn = new_insn(plan, block, (struct deed){IR_STEP, 0, 0});
    }
    ir_add_op(block, made);
}

static void add_section(struct plan *plan, struct ir_block *block, unsigned length, bool in_arm,
                        unsigned arm)
{
    for (unsigned i = 0; i < length; i++) {
        unsigned kind = plan_random(plan, 40);

        if (block->pc & 4 && kind < 20) {
            add_flag_state(plan, block);
        } else if (kind < 8) {
            add_integer(plan, block);
        } else if (kind < 20) {
            add_state(plan, block);
        } else if (kind < 24) {
            add_flags(plan, block);
        } else if (kind < 27) {
            add_test(plan, block);
        } else if (kind < 30) {
            add_width(plan, block);
        } else if (kind < 33) {
            add_branch(plan, block, in_arm, arm);
        } else if (kind < 35) {
            add_memory(plan, block);
        } else if (kind < 36) {
            add_shifts(plan, block);
        } else if (kind < 37) {
            add_division(plan, block);
        } else if (kind < 39) {
            add_fp(plan, block);
        } else {
            add_rare(plan, block);
        }
    }
    add_end(plan, block);
}

static void plan_block(struct plan *plan, struct ir_block *block, unsigned seed)
{
    plan->random = mix(5, seed);
    memset(plan->pools, 0, sizeof plan->pools);
    ir_begin(block, &opt_guest, seed % 4 == 0 ? 4 : 0); /* 4: mostly flags */
    block->charge = 20;
    ir_add_op(block, fresh(IR_FBEGIN, IR_VOID));
    keep(plan, IR_I32, ir_get(block, SLOT_FIRST));
    keep(plan, IR_I64, ir_get(block, SLOT_WIDE));
    keep(plan, IR_F32, ir_get(block, 8));
    keep(plan, IR_F64, ir_get(block, 11));
    keep(plan, IR_FLAGS, ir_get(block, SLOT_FLAGS));
    add_section(plan, block, 2 + plan_random(plan, 60), false, 0);
    memcpy(plan->main_pools, plan->pools, sizeof plan->pools);
    for (unsigned arm = 0; arm < block->arm_count; arm++) {
        memcpy(plan->pools, plan->main_pools, sizeof plan->pools);
        for (unsigned i = 0; i <= IR_FLAGS; i++) {
            plan->pools[i].count = plan->limits[arm][i];
        }
        ir_begin_arm(block, arm);
        add_section(plan, block, plan_random(plan, 12), true, arm);
    }
}

static void add_last_set(struct plan *plan, struct ir_block *block, unsigned slot)
{
    struct pool *pool = &plan->pools[opt_slots[slot].type];

    if (pool->count != 0) {
        ir_set(block, slot, pool->refs[pool->count - 1]);
    }
}

/* An expression, of which the last values go to slots, and a branch on a value. */
static void plan_expression(struct plan *plan, struct ir_block *block, unsigned seed)
{
    unsigned length = 1 + plan_random(plan, 5);

    plan->random = mix(6, seed);
    memset(plan->pools, 0, sizeof plan->pools);
    ir_begin(block, &opt_guest, 0x40000000);
    block->charge = 20;
    keep(plan, IR_I32, ir_get(block, SLOT_FIRST));
    keep(plan, IR_I32, ir_get(block, SLOT_FIRST + 1));
    keep(plan, IR_I64, ir_get(block, SLOT_WIDE));
    keep(plan, IR_FLAGS, ir_get(block, SLOT_FLAGS));
    for (unsigned i = 0; i < length; i++) {
        static void (*const add[])(struct plan *, struct ir_block *) = {
            add_integer, add_chain, add_shifts, add_division, add_width,
            add_halves,  add_flags, add_test,   add_select,   add_memory};

        add[plan_random(plan, ARRAY_LEN(add))](plan, block);
    }
    add_last_set(plan, block, SLOT_FIRST + 2);
    add_last_set(plan, block, SLOT_WIDE);
    add_last_set(plan, block, SLOT_FLAGS);
    if (plan_random(plan, 2)) {
        add_branch(plan, block, false, 0);
    }
    ir_add_op(block, fresh(IR_QUIT, IR_VOID));
    for (unsigned arm = 0; arm < block->arm_count; arm++) {
        ir_begin_arm(block, arm);
        ir_set(block, SLOT_FIRST + 1, ir_const(block, IR_I32, 77));
        ir_add_op(block, fresh(IR_QUIT, IR_VOID));
    }
}

#endif
