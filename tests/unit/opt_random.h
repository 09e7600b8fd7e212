// SPDX-License-Identifier: MIT
/*
 * Random blocks for tests of the optimizer, with a guest whose slow paths happen often and write down all
 * they see.  For one translation unit.
 */
#ifndef OPT_RANDOM_H
#define OPT_RANDOM_H

#include <sys/mman.h>

#include "tlb_layout.h"

#define STATE_BYTES  128
#define BANK_BYTES   16384
#define MEMORY_BYTES (4 * TLB_PAGE_SIZE)
#define TLB_BYTES    (8u << 20)
#define MAX_POOL     1200

/* What the guest's instruction does when step() performs it. */
struct deed {
    uint8_t code; /* IR_STEP, IR_SHIFT or an FP op */
    uint8_t slot;
    int32_t shift;
};

struct env {
    uint8_t *bank;
    int64_t budget;
    uint8_t *memory;
    uint8_t *tlb;
    struct jit_jump *jumps;
    uint64_t limit;
    uint32_t target, fp;
    uint8_t state[STATE_BYTES];
    uint64_t trace; /* hash of all calls */
    unsigned calls;
    const struct plan *plan;
};

struct pool {
    unsigned count;
    ir_ref refs[MAX_POOL];
};

struct plan {
    uint64_t random;
    struct env *env;
    uint8_t *bank, *memory, *tlb;
    struct jit_jump *jumps;
    struct deed deeds[IR_MAX_INSNS];
    struct pool pools[IR_FLAGS + 1];
    unsigned limits[IR_MAX_ARMS][IR_FLAGS + 1]; /* of the main section's pools, for each arm */
    struct pool main_pools[IR_FLAGS + 1];
    char message[200];
};

struct run_result {
    uint64_t state, bank, memory, trace;
    int64_t reason, budget, base;
    uint64_t calls, target;
};

/* ---- chance ---- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t mix_bytes(uint64_t hash, const void *from, size_t size)
{
    const uint8_t *bytes = from;

    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t word;

        memcpy(&word, bytes + i, sizeof word);
        hash = mix(hash, word);
    }
    return hash;
}

static unsigned plan_random(struct plan *plan, unsigned end)
{
    plan->random += UINT64_C(0x9e3779b97f4a7c15);
    return (unsigned)(mix(mix(1, plan->random), 2) >> 32) % end;
}

/* ---- the guest ---- */

#define AT(offset) (offsetof(struct env, state) + (offset))

enum { SLOT_LIMIT = 1, SLOT_FIRST = 2, SLOT_SHY = 20 };

static const struct ir_slot opt_slots[] = {
    {.name = "none"},
    {"limit", IR_ENV, IR_I64, offsetof(struct env, limit), false},
    {"g1", IR_ENV, IR_I32, AT(0), false},
    {"g2", IR_ENV, IR_I32, AT(4), false},
    {"y", IR_ENV, IR_I32, AT(8), false},
    {"icc", IR_ENV, IR_FLAGS, AT(12), false},
    {"xcc", IR_ENV, IR_FLAGS, AT(14), false},
    {"both", IR_ENV, IR_I32, AT(12), false}, /* icc and xcc */
    {"f0", IR_ENV, IR_F32, AT(20), false},
    {"f1", IR_ENV, IR_F32, AT(16), false},
    {"w1", IR_ENV, IR_I32, AT(16), false},
    {"d0", IR_ENV, IR_F64, AT(16), false},
    {"l0", IR_ENV, IR_I64, AT(16), false},
    {"d2", IR_ENV, IR_F64, AT(24), false},
    {"o0", IR_BANKED, IR_I32, 0, false},
    {"o1", IR_BANKED, IR_I32, 4, false},
    {"l1", IR_BANKED, IR_I32, 36, false},
    {"i0", IR_BANKED, IR_I32, 64, false},
    {"i1", IR_BANKED, IR_I32, 68, false},
    {"i01", IR_BANKED, IR_I64, 64, false},
    {"fsr", IR_ENV, IR_I32, AT(40), true},
};

static uint64_t state_hash(const struct env *env)
{
    uint64_t hash = mix_bytes(3, env->state, sizeof env->state);

    hash = mix_bytes(hash, env->plan->bank, BANK_BYTES);
    return mix(mix(hash, env->limit), (uint64_t)(env->bank - env->plan->bank));
}

/* Notes a call and the state it sees; a number that only these determine. */
static uint64_t note(struct env *env, uint64_t what, uint64_t more, uint64_t value)
{
    env->calls++;
    env->trace = mix(mix(mix(mix(env->trace, what), more), value), state_hash(env));
    env->trace = mix(env->trace, (uint64_t)env->budget);
    return env->trace;
}

static bool chance_leaves(uint64_t hash)
{
    return (hash >> 40) % 16 == 0;
}

static void scramble(struct env *env, uint64_t hash)
{
    for (unsigned i = 0; i < STATE_BYTES; i++) {
        hash = mix(hash, i);
        env->state[i] ^= (hash & 1) ? (uint8_t)(hash >> 8) : 0;
    }
    env->state[13] = 0; /* flags of the IR interpreter: four bits */
    env->state[15] = 0;
    env->state[12] &= 15;
    env->state[14] &= 15;
    env->bank = env->plan->bank + BANK_BYTES / 2 + (hash >> 20) % 8 * 64;
    env->bank[(hash >> 30) % 96] ^= 0x55;
}

static uint32_t guest_step(void *context, void *cookie, uint32_t insn)
{
    struct env *env = context;
    const struct plan *plan = cookie;
    const struct deed *deed = &plan->deeds[insn];
    uint64_t hash = note(env, 1, insn, 0);

    if (deed->code == IR_STEP) {
        scramble(env, hash);
    } else if (deed->code == IR_SHIFT) {
        env->bank += deed->shift;
    } else {
        const struct ir_slot *slot = &opt_slots[deed->slot];
        size_t size = slot->type == IR_F64 || slot->type == IR_I64 ? 8 : 4;

        memcpy((slot->bank == IR_ENV ? (uint8_t *)env : env->bank) + slot->offset, &hash, size);
        memcpy((uint8_t *)env + opt_slots[SLOT_SHY].offset, &hash, 4);
    }
    return chance_leaves(hash);
}

static struct ir_loaded guest_load(void *context, void *cookie, uint32_t insn, uint32_t address,
                                   uint32_t size)
{
    uint64_t hash = note(context, 2, (uint64_t)insn << 32 | address, size);
    uint64_t value = hash * 5;

    (void)cookie;
    switch (size) {
    case IR_8:
        value = (uint8_t)value;
        break;
    case IR_16:
        value = (uint16_t)value;
        break;
    case IR_S8:
        value = (uint32_t)(int8_t)value;
        break;
    case IR_S16:
        value = (uint32_t)(int16_t)value;
        break;
    default:
        break;
    }
    return (struct ir_loaded){value, chance_leaves(hash)};
}

static uint32_t guest_store(void *context, void *cookie, uint32_t insn, uint32_t address,
                            uint32_t size, uint64_t value)
{
    uint64_t seen = size == IR_64 ? value : value & ((UINT64_C(1) << (8 << size)) - 1);

    (void)cookie;
    return chance_leaves(note(context, 3 + size, (uint64_t)insn << 32 | address, seen));
}

static uint32_t helper_pure(uint32_t a, uint64_t b)
{
    return (uint32_t)mix(a, b);
}

static uint64_t helper_dirty(void *context, uint32_t a)
{
    uint64_t hash = note(context, 9, a, 0);

    scramble(context, hash);
    return hash;
}

static const struct ir_helper opt_helpers[] = {
    {"pure", (void (*)(void))helper_pure, IR_I32, {IR_I32, IR_I64}, false, true},
    {"dirty", (void (*)(void))helper_dirty, IR_I64, {IR_I32}, true, false},
};

static const struct ir_guest opt_guest = {
    .name = "random",
    .slots = opt_slots,
    .slot_count = ARRAY_LEN(opt_slots),
    .helpers = opt_helpers,
    .helper_count = ARRAY_LEN(opt_helpers),
    .bank_offset = offsetof(struct env, bank),
    .budget_offset = offsetof(struct env, budget),
    .memory_offset = offsetof(struct env, memory),
    .tlb_offset = offsetof(struct env, tlb),
    .jumps_offset = offsetof(struct env, jumps),
    .target_offset = offsetof(struct env, target),
    .fp_offset = offsetof(struct env, fp),
    .step = guest_step,
    .load = guest_load,
    .store = guest_store,
};

/* ---- running ---- */

static struct plan *plan_create(void)
{
    struct plan *plan = calloc(1, sizeof *plan);

    plan->env = calloc(1, sizeof *plan->env);
    plan->bank = calloc(1, BANK_BYTES);
    plan->memory = calloc(1, MEMORY_BYTES);
    plan->jumps = calloc(JIT_JUMPS, sizeof *plan->jumps);
    plan->tlb = mmap(NULL, TLB_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(plan->tlb != MAP_FAILED);
    for (unsigned i = 0; i < JIT_JUMPS; i++) {
        plan->jumps[i].pc = 1;
    }
    return plan;
}

static void plan_destroy(struct plan *plan)
{
    munmap(plan->tlb, TLB_BYTES);
    free(plan->jumps);
    free(plan->memory);
    free(plan->bank);
    free(plan->env);
    free(plan);
}

static void fill(uint8_t *to, size_t size, uint64_t *hash)
{
    for (size_t i = 0; i < size; i++) {
        *hash = mix(*hash, i);
        to[i] = (uint8_t)(*hash >> 20);
    }
}

static void env_fill(struct plan *plan, uint64_t seed)
{
    struct env *env = plan->env;
    uint64_t hash = mix(77, seed);

    fill(env->state, sizeof env->state, &hash);
    fill(plan->bank, BANK_BYTES, &hash);
    fill(plan->memory, MEMORY_BYTES, &hash);
    env->bank = plan->bank + BANK_BYTES / 2;
    env->budget = 1000;
    env->memory = plan->memory;
    env->tlb = plan->tlb;
    env->jumps = plan->jumps;
    env->limit = (uintptr_t)plan->bank + BANK_BYTES / 2 + (hash >> 30) % 5 * 64 - 128;
    env->target = env->fp = 0;
    env->trace = env->calls = 0;
    env->plan = plan;
    for (unsigned i = 0; i < MEMORY_BYTES / TLB_PAGE_SIZE; i++) {
        plan->tlb[i] = (uint8_t)(hash >> (2 * i) & (TLB_LOAD | TLB_STORE));
    }
    scramble(env, hash);
}

static struct run_result env_result(const struct plan *plan, struct jit_left left)
{
    const struct env *env = plan->env;

    return (struct run_result){
        .state = mix_bytes(env->limit, env->state, sizeof env->state),
        .bank = mix_bytes(0, plan->bank, BANK_BYTES),
        .memory = mix_bytes(0, plan->memory, MEMORY_BYTES),
        .trace = env->trace,
        .reason = left.reason,
        .budget = env->budget,
        .base = env->bank - plan->bank,
        .calls = env->calls,
        .target = env->target,
    };
}

/* ---- blocks ---- */

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
    static const int32_t values[] = {0,  1,  -1, 2,    4,      8,         16,        24,  31,
                                     32, 33, 63, 0xff, 0xffff, INT32_MIN, INT32_MAX, -64, 1000};
    int32_t value = values[plan_random(plan, ARRAY_LEN(values))];

    return keep(plan, type, ir_const(block, (enum ir_type)type, value));
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

    block->insns[insn].left = (uint16_t)plan_random(plan, 10);
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

static void add_rotation(struct plan *plan, struct ir_block *block)
{
    ir_ref x = value_of(plan, block, IR_I32);
    int count = (int)plan_random(plan, 32);
    ir_ref left = ir_binary(block, IR_SHL, IR_I32, x, ir_const(block, IR_I32, count));
    ir_ref right = ir_binary(block, IR_SHR, IR_I32, x, ir_const(block, IR_I32, 32 - count));

    op(plan, block, (struct ir_op){.code = IR_OR, .type = IR_I32, .a = right, .b = left});
}

static void add_division(struct plan *plan, struct ir_block *block)
{
    struct ir_op made =
        fresh(plan_random(plan, 2) ? IR_DIVU : IR_DIVS, plan_random(plan, 2) ? IR_I32 : IR_I64);

    made.a = value_of(plan, block, made.type);
    made.b = ir_binary(block, IR_OR, made.type, value_of(plan, block, made.type),
                       ir_const(block, made.type, 1));
    if (made.type == IR_I64 && plan_random(plan, 2)) {
        unsigned extend = made.code == IR_DIVU ? IR_ZEXT32 : IR_SEXT32;
        ir_ref low = ir_binary(block, IR_OR, IR_I32, value_of(plan, block, IR_I32),
                               ir_const(block, IR_I32, 1));

        made.a = ir_unary(block, extend, IR_I64, value_of(plan, block, IR_I32));
        made.b = plan_random(plan, 2) ? ir_unary(block, extend, IR_I64, low)
                                      : ir_const(block, IR_I64, (int)plan_random(plan, 5) * 7 + 1);
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

static void add_flags(struct plan *plan, struct ir_block *block)
{
    struct ir_op made = fresh(IR_FADDI + plan_random(plan, 5), IR_FLAGS);

    if ((made.code == IR_FADDX || made.code == IR_FSUBX)) {
        made.c = value_of(plan, block, IR_FLAGS);
    }
    made.a = value_of(plan, block, IR_I32);
    made.b = made.code == IR_FLOGIC ? 0 : value_of(plan, block, IR_I32);
    op(plan, block, made);
}

static void add_test(struct plan *plan, struct ir_block *block)
{
    struct ir_op made = fresh(IR_SETC, IR_I32);
    unsigned kind = plan_random(plan, 5);

    made.cond = (uint8_t)plan_random(plan, IR_CONDS);
    if (kind == 0) {
        made.code = IR_FCARRY;
        made.cond = 0;
    } else if (kind == 1) {
        made.code = IR_FTEST;
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

/* Mostly aligned, mostly in memory. */
static ir_ref address(struct plan *plan, struct ir_block *block, unsigned size)
{
    int32_t mask = MEMORY_BYTES - 1;

    if (plan_random(plan, 8) != 0) {
        mask &= -(1 << (size & 3));
    }
    return ir_binary(block, IR_AND, IR_I32, value_of(plan, block, IR_I32),
                     ir_const(block, IR_I32, mask));
}

static void add_memory(struct plan *plan, struct ir_block *block)
{
    static const uint8_t sizes[] = {IR_8, IR_16, IR_32, IR_64, IR_S8, IR_S16};
    bool load = plan_random(plan, 2);
    struct ir_op made = fresh(load ? IR_LOAD : IR_STORE, IR_I32);

    made.cond = sizes[plan_random(plan, load ? 6 : 4)];
    made.type = made.cond == IR_64 ? IR_I64 : IR_I32;
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
        made = fresh(IR_SHIFT, IR_VOID);
        made.slot = SLOT_LIMIT;
        made.imm = plan_random(plan, 2) ? 64 : -64;
        made.insn = new_insn(plan, block, (struct deed){IR_SHIFT, 0, made.imm});
        ir_add_op(block, made);
        break;
    }
}

/* A branch to a new arm, which sees the main section's values up to here. */
static void add_branch(struct plan *plan, struct ir_block *block, bool in_arm, unsigned arm_of)
{
    bool flags = plan_random(plan, 2);
    unsigned type = flags ? IR_FLAGS : plan_random(plan, 4) ? IR_I32 : IR_I64;
    struct ir_op made = fresh(flags ? IR_BRFLAGS : IR_BRANCH, flags ? IR_VOID : type);

    if (block->arm_count == 12) {
        return;
    }
    made.cond = (uint8_t)plan_random(plan, IR_CONDS);
    made.a = value_of(plan, block, type);
    made.b = flags ? 0 : value_of(plan, block, type);
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
        made.a = ir_binary(block, IR_AND, IR_I32, value_of(plan, block, IR_I32),
                           ir_const(block, IR_I32, -4));
        made.insn = new_insn(plan, block, (struct deed){IR_STEP, 0, 0});
    }
    ir_add_op(block, made);
}

static void add_section(struct plan *plan, struct ir_block *block, unsigned length, bool in_arm,
                        unsigned arm)
{
    for (unsigned i = 0; i < length; i++) {
        unsigned kind = plan_random(plan, 40);

        if (kind < 8) {
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
            add_rotation(plan, block);
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
    ir_begin(block, &opt_guest, 0x40000000);
    block->charge = 20;
    ir_add_op(block, fresh(IR_FBEGIN, IR_VOID));
    keep(plan, IR_I32, ir_get(block, SLOT_FIRST));
    keep(plan, IR_I64, ir_get(block, 12));
    keep(plan, IR_F32, ir_get(block, 8));
    keep(plan, IR_F64, ir_get(block, 11));
    keep(plan, IR_FLAGS, ir_get(block, 5));
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

#endif
