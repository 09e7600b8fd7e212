// SPDX-License-Identifier: MIT
/*
 * A guest for tests of the optimizer: its slow paths happen often and write down all they see.
 * For one translation unit.
 */
#ifndef OPT_GUEST_H
#define OPT_GUEST_H

#include <sys/mman.h>

#include "tlb_layout.h"

#define STATE_BYTES  640
#define BANK_BYTES   4096
#define MEMORY_BYTES (2 * TLB_PAGE_SIZE)
#define TLB_BYTES    (8u << 20)
#define MAX_POOL     1200

/* What the guest's instruction does when step() performs it. */
struct deed {
    uint8_t code; /* IR_STEP, IR_MOVE_BANK, an FP op or an access */
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
    bool
        guessed_wrong; /* the instruction of an access was performed by step(): a guard has refused it */
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

/* A number at which ops change what they do. */
static int32_t special_value(struct plan *plan)
{
    static const int32_t values[] = {0,   1,   -1, 2,  4,    8,      16,        24,        31,
                                     7,   32,  33, 63, 0xff, 0xffff, INT32_MIN, INT32_MAX, -64,
                                     127, 128, -2, 3,  5,    1000,   0x7fff,    0x8000,    256};

    return values[plan_random(plan, ARRAY_LEN(values))];
}

/* ---- the guest ---- */

#define AT(offset) (offsetof(struct env, state) + (offset))

enum {
    SLOT_LIMIT = 1,
    SLOT_FIRST = 2,
    SLOT_FLAGS = 5,
    SLOT_WIDE = 12,
    SLOT_SHY = 20,
    SLOT_NOTE = 21
};

#define SLOT(slot_name, slot_bank, slot_type, at)                                                  \
    {                                                                                              \
        .name = slot_name, .bank = IR_##slot_bank, .type = IR_##slot_type, .offset = at            \
    }

static const struct ir_slot opt_slots[] = {
    {.name = "none"},
    SLOT("limit", ENV, I64, offsetof(struct env, limit)),
    SLOT("g1", ENV, I32, AT(0)),
    SLOT("g2", ENV, I32, AT(4)),
    SLOT("y", ENV, I32, AT(8)),
    SLOT("icc", ENV, FLAGS, AT(12)),
    SLOT("xcc", ENV, FLAGS, AT(14)),
    SLOT("both", ENV, I32, AT(12)), /* icc and xcc */
    SLOT("f0", ENV, F32, AT(20)),
    SLOT("f1", ENV, F32, AT(16)),
    SLOT("w1", ENV, I32, AT(16)),
    SLOT("d0", ENV, F64, AT(16)),
    SLOT("l0", ENV, I64, AT(16)),
    SLOT("d2", ENV, F64, AT(24)),
    SLOT("o0", BANKED, I32, 0),
    SLOT("o1", BANKED, I32, 4),
    SLOT("l1", BANKED, I32, 36),
    SLOT("i0", BANKED, I32, 64),
    SLOT("i1", BANKED, I32, 68),
    SLOT("i01", BANKED, I64, 64),
    [SLOT_SHY] = {.name = "fsr", .type = IR_I32, .offset = AT(40), .clobbered_by_step = true},
    [SLOT_NOTE] = {.name = "note",
                   .type = IR_I32,
                   .offset = AT(44),
                   .clobbered_by_step = true,
                   .ignored_by_fp_step = true},
    SLOT("far", ENV, I32, AT(512)), /* has g1's place in the optimizer's tables */
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
    for (unsigned i = 0; i < 64; i++) {
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
    if (deed->code == IR_LOAD || deed->code == IR_STORE) {
        env->guessed_wrong = true;
        return IR_STAY;
    }
    bool fp = deed->code != IR_STEP && deed->code != IR_MOVE_BANK;
    if (fp) { /* does not look at it */
        memset((uint8_t *)env + opt_slots[SLOT_NOTE].offset, 0, 4);
    }
    uint64_t hash = note(env, 1, insn, 0);

    if (deed->code == IR_STEP) {
        scramble(env, hash);
    } else if (deed->code == IR_MOVE_BANK) {
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
    for (size_t i = 0; i < size; i += sizeof *hash) {
        *hash = mix(*hash, i);
        memcpy(to + i, hash, sizeof *hash);
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
    env->guessed_wrong = false;
    env->plan = plan;
    for (unsigned i = 0; i < MEMORY_BYTES / TLB_PAGE_SIZE; i++) {
        static const uint8_t permissions[] = {0, TLB_LOAD, TLB_LOAD | TLB_STORE,
                                              TLB_LOAD | TLB_STORE};
        plan->tlb[i] = permissions[hash >> (2 * i) & 3];
    }
    scramble(env, hash);
}

/* Into the slots that expressions begin with. */
static void env_fill_special(struct plan *plan, uint64_t seed)
{
    uint64_t random = plan->random;

    plan->random = mix(9, seed);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t value = (uint32_t)special_value(plan) + plan_random(plan, 3) - 1;
        int64_t wide = special_value(plan);

        memcpy(plan->env->state + 4 * i, &value, sizeof value);
        wide = plan_random(plan, 3) ? wide : (int64_t)((uint64_t)wide << 31);
        memcpy(plan->env->state + 16, &wide, sizeof wide);
    }
    plan->random = random;
}

static struct run_result env_result(const struct plan *plan, struct jit_exit left)
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

#endif
