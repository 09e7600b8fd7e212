// SPDX-License-Identifier: MIT
/*
 * The toy guest's functions.  Each notes in the journal the state that it sees, and changes state in a way that depends
 * on a hash of it.  So a backend's mistake before a call shows in the journal, and one after it in the final state.
 */
#include "toy_functions.h"

#include <fenv.h>
#include <math.h>
#include <string.h>

/* ---- helpers ---- */

uint32_t toy_mix(uint32_t a, uint32_t b)
{
    return (uint32_t)toy_scramble((uint64_t)a << 32 | b);
}

uint64_t toy_blend(uint32_t a, uint64_t b, uint32_t c)
{
    return toy_scramble(b ^ (uint64_t)a << 17) + c;
}

uint32_t toy_half(uint64_t a)
{
    return (uint32_t)(a >> 31);
}

/* Notes a call of a helper.  The budget is left out of the state, because env need not have the present one at a
 * CALL. */
static uint64_t note_helper(struct toy_env *env, unsigned helper, uint64_t value)
{
    int64_t budget = env->budget;

    env->budget = 0;
    uint64_t state = toy_state(env->toy);
    env->budget = budget;
    toy_note(env->toy,
             (struct toy_event){.kind = 'h', .insn = helper, .value = value, .state = state});
    return state;
}

uint32_t toy_peek(void *env)
{
    return (uint32_t)note_helper(env, TOY_PEEK, 0);
}

void toy_poke(void *opaque, uint32_t a, uint64_t b)
{
    struct toy_env *env = opaque;
    uint64_t hash = toy_scramble(note_helper(env, TOY_POKE, b + a));

    env->r[hash & 7] = a;
    memcpy(env->bank + 4 * (hash >> 3 & 3), &b, 4);
}

uint64_t toy_hash_three(uint64_t a, uint64_t b, uint32_t c)
{
    return toy_scramble(toy_scramble(a) + b) ^ c;
}

/* ---- slow paths ---- */

/* Chooses a block to go to (IR_GO_TO), and a mode: another TLB and another jump cache. */
static void choose_target(struct toy_env *env, struct toy_rng *rng)
{
    unsigned mode = toy_below(rng, TOY_MODES);

    env->target = toy_block_pc(toy_below(rng, env->toy->block_count));
    env->tlb = env->toy->tlb[mode];
    env->jumps = env->toy->jumps[mode];
}

/* Changes, at random, what a function of the guest may change (docs/ir.md): if `anything` all state, as STEP may; else
 * the budget, and other state only if generated code is left.  Returns the verdict. */
static enum ir_verdict disturb(struct toy_env *env, uint64_t state, bool anything)
{
    struct toy_rng rng = {state ^ env->toy->calls++};
    bool leave = toy_percent(&rng, 15);

    if (env->toy->quiet) {
        return IR_STAY;
    }
    if (toy_percent(&rng, 20)) {
        env->budget -= toy_below(&rng, 40);
    }
    if (toy_percent(&rng, 20)) {
        toy_harvest(env->toy);
    }
    if (anything || leave) {
        env->r[toy_below(&rng, 8)] ^= (uint32_t)toy_next(&rng);
        env->x[toy_below(&rng, 2)] += toy_below(&rng, 3);
        env->f[toy_below(&rng, 8)] ^= toy_below(&rng, 3) << 30;
        toy_set_flags(env->toy, toy_below(&rng, 16));
        toy_move_bank(env, toy_below(&rng, TOY_WINDOWS), &rng);
        env->bank[toy_below(&rng, TOY_WINDOW_SIZE)] ^= 1;
    }
    if (leave && env->toy->block_count > 0 && toy_percent(&rng, 60)) {
        choose_target(env, &rng);
        return IR_GO_TO;
    }
    return leave ? IR_LEAVE : IR_STAY;
}

static uint64_t note(struct toy_env *env, struct toy_event event)
{
    event.state = toy_state(env->toy);
    toy_note(env->toy, event);
    return event.state;
}

static bool is_memory(uint32_t address, unsigned bytes)
{
    return address % bytes == 0 && address >= TOY_MEMORY && address - TOY_MEMORY < TOY_MEMORY_SIZE;
}

struct ir_loaded toy_load(void *opaque, void *cookie, uint32_t insn, uint32_t address,
                          uint32_t size)
{
    struct toy_env *env = opaque;
    const struct toy_block *block = cookie;
    unsigned bytes = 1u << (size & IR_64);
    uint64_t state = note(
        env,
        (struct toy_event){
            .kind = 'l', .pc = block->pc, .insn = insn, .address = address, .size = (uint8_t)size});
    uint64_t value = 0;

    for (unsigned i = 0; is_memory(address, bytes) && i < bytes; i++) {
        value = value << 8 | env->toy->window[address + i];
    }
    if (!is_memory(address, bytes)) {
        value = toy_scramble(state) & (bytes == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * bytes) - 1);
    }
    if (size & IR_SIGNED) {
        value = size == IR_S8 ? (uint32_t)(int8_t)value : (uint32_t)(int16_t)value;
    }
    return (struct ir_loaded){value, disturb(env, state, false)};
}

uint32_t toy_store(void *opaque, void *cookie, uint32_t insn, uint32_t address, uint32_t size,
                   uint64_t value)
{
    struct toy_env *env = opaque;
    const struct toy_block *block = cookie;
    unsigned bytes = 1u << size;
    uint64_t kept = bytes == 8 ? value : value & ((UINT64_C(1) << 8 * bytes) - 1);
    uint64_t state = note(env, (struct toy_event){.kind = 't',
                                                  .pc = block->pc,
                                                  .insn = insn,
                                                  .address = address,
                                                  .size = (uint8_t)size,
                                                  .value = kept});

    for (unsigned i = bytes; is_memory(address, bytes) && i-- > 0;) {
        env->toy->window[address + i] = (uint8_t)value;
        value >>= 8;
    }
    return disturb(env, state, false);
}

/* ---- floating point: with the host's arithmetic, but one NaN only ---- */

static void *slot_place(struct toy_env *env, unsigned slot)
{
    return (uint8_t *)env + toy_slots[slot].offset;
}

static double read_real(struct toy_env *env, unsigned slot)
{
    float narrow;
    double wide;

    if (toy_slots[slot].type == IR_F32) {
        memcpy(&narrow, slot_place(env, slot), sizeof narrow);
        return narrow;
    }
    memcpy(&wide, slot_place(env, slot), sizeof wide);
    return wide;
}

/* Computes in the precision of the op's type, so that the result is rounded only once. */
static double compute(const struct toy_insn *insn, double a, double b)
{
    volatile float narrow_a = (float)a;
    volatile float narrow_b = (float)b;
    bool narrow = insn->type == IR_F32;

    switch (insn->code) {
    case IR_FADD:
        return narrow ? narrow_a + narrow_b : a + b;
    case IR_FSUB:
        return narrow ? narrow_a - narrow_b : a - b;
    case IR_FMUL:
        return narrow ? narrow_a * narrow_b : a * b;
    case IR_FDIV:
        return narrow ? narrow_a / narrow_b : a / b;
    case IR_FSQRT:
        return narrow ? sqrtf(narrow_a) : sqrt(a);
    default:
        return a;
    }
}

static void write_result(struct toy_env *env, const struct toy_insn *insn, double value)
{
    uint32_t integer =
        value > -2147483649.0 && value < 2147483648.0 ? (uint32_t)(int32_t)value : 0x80000000u;
    float narrow = (float)value;
    uint32_t bits = isnan(value) ? 0x7fffffff : 0;

    if (insn->code == IR_FTOI) {
        memcpy(slot_place(env, insn->slot), &integer, sizeof integer);
    } else if (insn->type == IR_F64) {
        memcpy(slot_place(env, insn->slot), &value, sizeof value);
    } else if (bits != 0) {
        memcpy(slot_place(env, insn->slot), &bits, sizeof bits);
    } else {
        memcpy(slot_place(env, insn->slot), &narrow, sizeof narrow);
    }
}

static uint64_t state_but_memo(struct toy_env *env)
{
    uint32_t ignored = env->ignored;

    env->ignored = 0;
    uint64_t state = toy_state(env->toy);
    env->ignored = ignored;
    return state;
}

/* Writes the result into its slot, and leaves the host's sticky exceptions as they were.  Returns whether it is zero. */
static bool perform_fp(struct toy_env *env, const struct toy_insn *insn)
{
    bool narrow = insn->type == IR_F32 && insn->code != IR_FTOI;
    fenv_t before;

    fegetenv(&before);
    double a = read_real(env, insn->a);
    double b = insn->b != TOY_NO_SLOT ? read_real(env, insn->b) : 0;
    double value = compute(insn, a, b);
    value = isnan(value) ? (double)NAN : value;
    write_result(env, insn, value);
    bool zero = (narrow ? (double)(float)value : value) == 0;
    fesetenv(&before);
    return zero;
}

/* A backend may choose whether step() performs an op whose result is zero, and some ops that must be exact.  For those,
 * nothing is noted and no state is changed but the result. */
static enum ir_verdict step_fp(struct toy_env *env, const struct toy_block *block, uint32_t number)
{
    uint64_t state = state_but_memo(env);

    if (perform_fp(env, &block->insns[number]) || block->insns[number].open) {
        return IR_STAY;
    }
    toy_note(env->toy,
             (struct toy_event){.kind = 'f', .pc = block->pc, .insn = number, .state = state});
    env->clobbered += !env->toy->quiet;
    if (toy_scramble(state) % 8 != 0) {
        return IR_STAY;
    }
    enum ir_verdict verdict = disturb(env, state, false);
    if (verdict != IR_STAY) {
        env->ignored = (uint32_t)state;
    }
    return verdict;
}

static enum ir_verdict step_shift(struct toy_env *env, const struct toy_block *block,
                                  uint32_t number)
{
    uint64_t state = note(
        env,
        (struct toy_event){.kind = 's', .pc = block->pc, .insn = number, .value = IR_MOVE_BANK});
    unsigned window = (unsigned)(env->bank - env->windows) / TOY_WINDOW_SIZE;
    struct toy_rng rng = {state};

    toy_move_bank(env, (window + (unsigned)block->insns[number].windows) % TOY_WINDOWS, &rng);
    env->clobbered ^= !env->toy->quiet;
    return disturb(env, state, false);
}

uint32_t toy_step(void *opaque, void *cookie, uint32_t insn)
{
    struct toy_env *env = opaque;
    const struct toy_block *block = cookie;

    switch (block->insns[insn].code) {
    case IR_NOP:
        return disturb(
            env, note(env, (struct toy_event){.kind = 's', .pc = block->pc, .insn = insn}), true);
    case IR_MOVE_BANK:
        return step_shift(env, block, insn);
    case IR_LOAD:
    case IR_STORE:
        env->toy->guessed_wrong = true;
        return IR_STAY;
    default:
        return step_fp(env, block, insn);
    }
}
