// SPDX-License-Identifier: MIT
/* The toy guest's tables and state; what its functions do is in toy_functions.c. */
#include "toy_guest.h"

#include <fenv.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tlb_layout.h"
#include "toy_functions.h"

/* ---- tables ---- */

#define AT(member) (uint32_t) offsetof(struct toy_env, member)
#define ENV_SLOT(slot_name, slot_type, at)                                                         \
    {                                                                                              \
        .name = slot_name, .bank = IR_ENV, .type = slot_type, .offset = at                         \
    }
#define BANK_SLOT(slot_name, slot_type, at)                                                        \
    {                                                                                              \
        .name = slot_name, .bank = IR_BANKED, .type = slot_type, .offset = at                      \
    }

const struct ir_slot toy_slots[TOY_SLOTS] = {
    [TOY_R0] = ENV_SLOT("r0", IR_I32, AT(r[0])),
    ENV_SLOT("r1", IR_I32, AT(r[1])),
    ENV_SLOT("r2", IR_I32, AT(r[2])),
    ENV_SLOT("r3", IR_I32, AT(r[3])),
    ENV_SLOT("r4", IR_I32, AT(r[4])),
    ENV_SLOT("r5", IR_I32, AT(r[5])),
    ENV_SLOT("r6", IR_I32, AT(r[6])),
    ENV_SLOT("r7", IR_I32, AT(r[7])),
    [TOY_X0] = ENV_SLOT("x0", IR_I64, AT(x[0])),
    ENV_SLOT("x1", IR_I64, AT(x[1])),
    [TOY_F0] = ENV_SLOT("f0", IR_F32, AT(f[0])),
    ENV_SLOT("f1", IR_F32, AT(f[1])),
    ENV_SLOT("f2", IR_F32, AT(f[2])),
    ENV_SLOT("f3", IR_F32, AT(f[3])),
    ENV_SLOT("f4", IR_F32, AT(f[4])),
    ENV_SLOT("f5", IR_F32, AT(f[5])),
    ENV_SLOT("f6", IR_F32, AT(f[6])),
    ENV_SLOT("f7", IR_F32, AT(f[7])),
    [TOY_D0] = ENV_SLOT("d0", IR_F64, AT(f[0])),
    ENV_SLOT("d1", IR_F64, AT(f[2])),
    ENV_SLOT("d2", IR_F64, AT(f[4])),
    ENV_SLOT("d3", IR_F64, AT(f[6])),
    [TOY_FI0] = ENV_SLOT("fi0", IR_I32, AT(f[0])),
    ENV_SLOT("fi1", IR_I32, AT(f[1])),
    ENV_SLOT("fi2", IR_I32, AT(f[2])),
    ENV_SLOT("fi3", IR_I32, AT(f[3])),
    ENV_SLOT("fi4", IR_I32, AT(f[4])),
    ENV_SLOT("fi5", IR_I32, AT(f[5])),
    ENV_SLOT("fi6", IR_I32, AT(f[6])),
    ENV_SLOT("fi7", IR_I32, AT(f[7])),
    [TOY_B0] = BANK_SLOT("b0", IR_I32, 0),
    BANK_SLOT("b1", IR_I32, 4),
    BANK_SLOT("b2", IR_I32, 8),
    BANK_SLOT("b3", IR_I32, 12),
    BANK_SLOT("b4", IR_I32, 16),
    BANK_SLOT("b5", IR_I32, 20),
    BANK_SLOT("b6", IR_I32, 64),
    BANK_SLOT("b7", IR_I32, 68),
    [TOY_BX0] = BANK_SLOT("bx0", IR_I64, 0),
    [TOY_ICC] = ENV_SLOT("icc", IR_FLAGS, AT(icc)),
    [TOY_LOW] = ENV_SLOT("low", IR_I64, AT(low)),
    [TOY_HIGH] = ENV_SLOT("high", IR_I64, AT(high)),
    [TOY_CLOBBERED] = {.name = "clobbered",
                       .bank = IR_ENV,
                       .type = IR_I32,
                       .offset = AT(clobbered),
                       .clobbered_by_step = true},
    [TOY_IGNORED] = {.name = "ignored",
                     .bank = IR_ENV,
                     .type = IR_I32,
                     .offset = AT(ignored),
                     .ignored_by_fp_step = true},
};

static const struct ir_helper helpers[TOY_HELPERS] = {
    [TOY_MIX] = {"mix", (void (*)(void))toy_mix, IR_I32, {IR_I32, IR_I32}, false, true},
    [TOY_BLEND] =
        {"blend", (void (*)(void))toy_blend, IR_I64, {IR_I32, IR_I64, IR_I32}, false, true},
    [TOY_HALF] = {"half", (void (*)(void))toy_half, IR_I32, {IR_I64}, false, true},
    [TOY_PEEK] = {"peek", (void (*)(void))toy_peek, IR_I32, {0}, true, false},
    [TOY_POKE] = {"poke", (void (*)(void))toy_poke, IR_VOID, {IR_I32, IR_I64}, true, false},
    [TOY_NOTE] =
        {"note", (void (*)(void))toy_hash_three, IR_I64, {IR_I64, IR_I64, IR_I32}, false, false},
};

const struct ir_guest toy_guest = {
    .name = "toy",
    .slots = toy_slots,
    .slot_count = TOY_SLOTS,
    .helpers = helpers,
    .helper_count = TOY_HELPERS,
    .bank_offset = AT(bank),
    .budget_offset = AT(budget),
    .memory_offset = AT(memory),
    .tlb_offset = AT(tlb),
    .jumps_offset = AT(jumps),
    .target_offset = AT(target),
    .fp_offset = AT(fp),
    .plain_offset = AT(plain),
    .plain_start = TOY_MEMORY,
    .plain_size = UINT32_MAX, /* wherever code is */
    .bank_period = TOY_WINDOWS * TOY_WINDOW_SIZE,
    .step = toy_step,
    .load = toy_load,
    .store = toy_store,
};

/* ---- life ---- */

static void *reserve(size_t size, int protection)
{
    void *place = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (place == MAP_FAILED) {
        perror("toy_create");
        abort();
    }
    return place;
}

struct toy *toy_create(struct jit_flags_layout flags)
{
    struct toy *toy = calloc(1, sizeof *toy);

    if (toy == NULL) {
        abort();
    }
    toy->flags = flags;
    toy->window = reserve((size_t)1 << 32, PROT_NONE);
    for (unsigned mode = 0; mode < TOY_MODES; mode++) {
        toy->tlb[mode] = reserve(TLB_SPAN, PROT_READ | PROT_WRITE);
    }
    if (mprotect(toy_memory(toy), TOY_MEMORY_SIZE, PROT_READ | PROT_WRITE) != 0) {
        abort();
    }
    return toy;
}

void toy_destroy(struct toy *toy)
{
    if (toy == NULL) {
        return;
    }
    munmap(toy->window, (size_t)1 << 32);
    for (unsigned mode = 0; mode < TOY_MODES; mode++) {
        munmap(toy->tlb[mode], TLB_SPAN);
    }
    free(toy);
}

void toy_map(struct toy *toy, unsigned mode, uint32_t page, uint8_t flags, bool common)
{
    uintptr_t addend = (uintptr_t)toy->window;

    uint8_t *at = toy->tlb[mode] + page;
    uint8_t permissions = common ? flags & (TLB_LOAD | TLB_STORE) : 0;

    at[0] = (uint8_t)(permissions | (permissions & at[1]) << TLB_PAIR_SHIFT);
    at[-1] = (uint8_t)((at[-1] & TLB_PERMISSIONS) | (at[-1] & permissions) << TLB_PAIR_SHIFT);
    toy->tlb[mode][TLB_FLAGS_AT + page] = flags;
    memcpy(toy->tlb[mode] + TLB_ADDEND_AT + page * sizeof addend, &addend, sizeof addend);
}

/* In paged mode every other page has the common addend if `some`, else none has. */
void toy_map_memory(struct toy *toy, bool paged, bool some)
{
    static const uint8_t permissions[TOY_MEMORY_SIZE / TLB_PAGE_SIZE] = {
        TLB_LOAD | TLB_STORE, TLB_LOAD | TLB_CODE, TLB_DEVICE, TLB_LOAD | TLB_STORE | TLB_WATCH};
    const uint32_t first = TOY_MEMORY / TLB_PAGE_SIZE;

    toy->env.memory = paged && !some ? (uint8_t *)TLB_PAGE_SIZE : toy->window;
    for (uint32_t i = 0; i < TOY_MEMORY_SIZE / TLB_PAGE_SIZE; i++) {
        toy_map(toy, 0, first + i, permissions[i], !paged || (some && i % 2 == 0));
    }
    toy_map(toy, 1, first, permissions[0], !paged || some);
    for (uint32_t log = 0; log < 4; log++) {
        toy->env.plain[log] = paged ? UINT32_MAX : ~(TLB_PAGE_SIZE - (1u << log));
    }
}

static void fill(struct toy_rng *rng, void *bytes, size_t size)
{
    uint8_t *at = bytes;

    for (size_t i = 0; i < size; i++) {
        at[i] = (uint8_t)toy_next(rng);
    }
}

/* Fills the numbers at random, half of them with values at the edges of arithmetic. */
static void fill_numbers(struct toy_rng *rng, struct toy_env *env)
{
    static const uint32_t edges[] = {0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, TOY_MEMORY};
    static const uint32_t reals[] = {0,          0x80000000, 0x3f800000, 0xbfc00000, 0x7f800000,
                                     0x7fc00000, 0x00800000, 0x00000001, 0x7f7fffff, 0x4f000000};

    fill(rng, env->x, sizeof env->x);
    for (unsigned i = 0; i < 8; i++) {
        env->r[i] = toy_percent(rng, 50) ? edges[toy_below(rng, 7)] : (uint32_t)toy_next(rng);
        env->f[i] = toy_percent(rng, 50) ? reals[toy_below(rng, 10)] : (uint32_t)toy_next(rng);
    }
    for (unsigned i = 0; i < 4; i++) {
        double value = (double)(int32_t)toy_next(rng) / 1024;
        if (toy_percent(rng, 50)) {
            memcpy(&env->f[2 * i], &value, sizeof value);
        }
    }
}

void toy_reset(struct toy *toy, uint64_t seed, bool paged)
{
    struct toy_rng rng = {seed};
    struct toy_env *env = &toy->env;

    feclearexcept(FE_ALL_EXCEPT);
    memset(env, 0, sizeof *env);
    fill_numbers(&rng, env);
    fill(&rng, env->windows, sizeof env->windows);
    fill(&rng, toy_memory(toy), TOY_MEMORY_SIZE);
    env->toy = toy;
    env->bank = env->windows;
    toy_move_bank(env, toy_below(&rng, TOY_WINDOWS), &rng);
    env->budget = 20 + toy_below(&rng, 200);
    toy_map_memory(toy, paged, toy_percent(&rng, 50));
    env->tlb = toy->tlb[0];
    env->jumps = toy->jumps[0];
    for (unsigned i = 0; i < TOY_MODES; i++) {
        memset(toy->jumps[i], 0, TOY_JUMPS * sizeof(struct jit_jump));
        toy->jumps[i][0].pc = 1;
    }
    toy->block_count = 0;
    toy_set_flags(toy, toy_below(&rng, 16));
    toy->calls = 0;
    toy->event_count = 0;
}

void toy_move_bank(struct toy_env *env, unsigned window, struct toy_rng *rng)
{
    uint8_t *copy = env->windows + TOY_WINDOWS * TOY_WINDOW_SIZE;
    uint8_t *last = copy - TOY_WINDOW_SIZE;

    if (env->bank == last) {
        memcpy(env->windows, copy, TOY_WINDOW_SIZE);
    }
    env->bank = env->windows + window * TOY_WINDOW_SIZE;
    env->low = (uintptr_t)env->windows + TOY_WINDOW_SIZE * toy_below(rng, 4);
    env->high = (uintptr_t)last - TOY_WINDOW_SIZE * (1 + toy_below(rng, 4));
    if (env->bank == last) {
        memcpy(copy, env->windows, TOY_WINDOW_SIZE);
        env->low = (uintptr_t)last;
    }
}

uint8_t *toy_memory(const struct toy *toy)
{
    return toy->window + TOY_MEMORY;
}

/* ---- state ---- */

static unsigned flags_of(const struct toy *toy, const struct toy_env *env)
{
    const struct jit_flags_layout *at = &toy->flags;
    unsigned icc = env->icc;

    return (icc >> at->n & 1) << 3 | (icc >> at->z & 1) << 2 | (icc >> at->v & 1) << 1 |
           (icc >> at->c & 1);
}

unsigned toy_flags(const struct toy *toy)
{
    return flags_of(toy, &toy->env);
}

void toy_set_flags(struct toy *toy, unsigned flags)
{
    const struct jit_flags_layout *at = &toy->flags;

    toy->env.icc = (uint16_t)((flags >> 3 & 1) << at->n | (flags >> 2 & 1) << at->z |
                              (flags >> 1 & 1) << at->v | (flags & 1) << at->c);
}

static uint64_t hash_words(uint64_t hash, const void *words, size_t count)
{
    const uint8_t *bytes = words;

    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, bytes + 4 * i, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash;
}

uint64_t toy_state(const struct toy *toy)
{
    const struct toy_env *env = &toy->env;
    uint64_t hash = toy_scramble((uint64_t)(env->bank - env->windows));

    hash = toy_scramble(hash ^ (uint64_t)env->budget);
    hash = toy_scramble(hash ^ toy_flags(toy) ^ (uint64_t)env->fp << 32);
    hash = toy_scramble(hash ^ env->clobbered ^ (uint64_t)env->ignored << 32);
    hash = hash_words(hash, env->r, 8);
    hash = hash_words(hash, env->x, 4);
    hash = hash_words(hash, env->f, 8);
    return hash_words(hash, env->windows, sizeof env->windows / 4);
}

void toy_harvest(struct toy *toy)
{
    if (toy->backend != NULL && toy->env.fp != 0) {
        unsigned exceptions = toy->backend->fp_harvest(toy->self);
        toy->env.fp = 0;
        toy_note(toy, (struct toy_event){.kind = 'e', .value = exceptions});
    }
}

void toy_note(struct toy *toy, struct toy_event event)
{
    if (toy->event_count + 1 == toy->watch) {
        toy->watched = toy->env;
    }
    if (toy->event_count < TOY_EVENTS) {
        toy->events[toy->event_count++] = event;
    }
}

/* ---- differences ---- */

static int describe_event(char *text, size_t size, const struct toy *toy, unsigned i)
{
    const struct toy_event *event = &toy->events[i];

    if (i >= toy->event_count) {
        return snprintf(text, size, "nothing more");
    }
    return snprintf(text, size,
                    "'%c' block %" PRIx32 " insn %" PRIu32 " size %u address %" PRIx32
                    " value %" PRIx64 " state %016" PRIx64,
                    event->kind, event->pc, event->insn, event->size, event->address, event->value,
                    event->state);
}

static bool same_event(const struct toy_event *a, const struct toy_event *b)
{
    return a->kind == b->kind && a->size == b->size && a->pc == b->pc && a->insn == b->insn &&
           a->address == b->address && a->value == b->value && a->state == b->state;
}

unsigned toy_different_event(const struct toy *a, const struct toy *b)
{
    unsigned i = 0;

    while (i < a->event_count && i < b->event_count && same_event(&a->events[i], &b->events[i])) {
        i++;
    }
    return i == a->event_count && i == b->event_count ? TOY_EVENTS : i;
}

static bool describe_journals(const struct toy *a, const struct toy *b, char *text, size_t size)
{
    char first[200];
    char second[200];
    unsigned i = toy_different_event(a, b);

    if (i == TOY_EVENTS) {
        return false;
    }
    describe_event(first, sizeof first, a, i);
    describe_event(second, sizeof second, b, i);
    snprintf(text, size, "event %u:\n  %s\n  %s", i, first, second);
    return true;
}

static bool describe_words(const char *name, const void *a, const void *b, size_t count, char *text,
                           size_t size)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t x, y;
        memcpy(&x, (const uint8_t *)a + 4 * i, sizeof x);
        memcpy(&y, (const uint8_t *)b + 4 * i, sizeof y);
        if (x != y) {
            snprintf(text, size, "%s, word %zu: %08" PRIx32 " and %08" PRIx32, name, i, x, y);
            return true;
        }
    }
    return false;
}

/* x and y: states of toys a and b.  They may be copies, whose pointers to the bank still point into the originals. */
static bool describe_states(const struct toy *a, const struct toy_env *x, const struct toy *b,
                            const struct toy_env *y, char *text, size_t size)
{
    ptrdiff_t bank_x = x->bank - a->env.windows;
    ptrdiff_t bank_y = y->bank - b->env.windows;

    if (describe_words("r", x->r, y->r, 8, text, size) ||
        describe_words("x", x->x, y->x, 4, text, size) ||
        describe_words("f", x->f, y->f, 8, text, size) ||
        describe_words("windows", x->windows, y->windows, sizeof x->windows / 4, text, size)) {
        return true;
    }
    snprintf(text, size,
             "flags %x and %x, budget %" PRId64 " and %" PRId64
             ", bank %td and %td, fp %u and %u, clobbered %x and %x, ignored %x and %x",
             flags_of(a, x), flags_of(b, y), x->budget, y->budget, bank_x, bank_y, x->fp, y->fp,
             x->clobbered, y->clobbered, x->ignored, y->ignored);
    return flags_of(a, x) != flags_of(b, y) || x->budget != y->budget || bank_x != bank_y ||
           x->fp != y->fp || x->clobbered != y->clobbered || x->ignored != y->ignored;
}

const char *toy_watched_difference(const struct toy *a, const struct toy *b, char *text,
                                   size_t size)
{
    return describe_states(a, &a->watched, b, &b->watched, text, size) ? text : NULL;
}

const char *toy_difference(const struct toy *a, const struct toy *b, char *text, size_t size)
{
    bool differ =
        describe_journals(a, b, text, size) ||
        describe_words("memory", toy_memory(a), toy_memory(b), TOY_MEMORY_SIZE / 4, text, size) ||
        describe_states(a, &a->env, b, &b->env, text, size);

    return differ ? text : NULL;
}
