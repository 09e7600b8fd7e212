// SPDX-License-Identifier: MIT
/*
 * LOAD, STORE, GET, SET, MOVE_BANK, on every backend: fast and slow paths, and what the guest sees there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "bench.h"
#include "check.h"
#include "tlb_layout.h"

#define PAGE TOY_MEMORY

struct access {
    const char *op;
    uint64_t value; /* memory has 81 82 .. 88: what is loaded; what is there after the store */
};

static const struct access loads[] = {
    {"load.8", 0x81},         {"load.s8", 0xffffff81},
    {"load.16", 0x8182},      {"load.s16", 0xffff8182},
    {"load.32", 0x81828384},  {"load.64", UINT64_C(0x8182838485868788)},
    {"load.f32", 0x81828384}, {"load.f64", UINT64_C(0x8182838485868788)},
};

/* x0 is 0x0102030405060708. */
static const struct access stores[] = {
    {"store.8", UINT64_C(0x0882838485868788)},   {"store.16", UINT64_C(0x0708838485868788)},
    {"store.32", UINT64_C(0x0506070885868788)},  {"store.64", UINT64_C(0x0102030405060708)},
    {"store.f32", UINT64_C(0x0506070885868788)}, {"store.f64", UINT64_C(0x0102030405060708)},
};

static bool is_twin(const char *op)
{
    return strstr(op, "64") != NULL;
}

static bool is_real(const char *op)
{
    return strchr(op, 'f') != NULL;
}

/* The slot that what was loaded is SET to. */
static const char *slot_of(const char *op)
{
    bool twin = is_twin(op);

    return is_real(op) ? (twin ? "d1" : "f2") : twin ? "x1" : "r1";
}

static uint64_t slot_value(const struct bench *bench, const char *op)
{
    const struct toy_env *env = &bench->toy->env;
    uint64_t value = 0;

    if (is_real(op)) {
        memcpy(&value, &env->f[2], is_twin(op) ? 8 : 4);
        return value;
    }
    return is_twin(op) ? env->x[1] : env->r[1];
}

/* The value, of those that check_store_by() has, that is stored. */
static const char *stored_value(const char *op)
{
    return is_real(op) ? (is_twin(op) ? "%4" : "%5") : is_twin(op) ? "%2" : "%3";
}

static void fill_memory(struct bench *bench, uint32_t address)
{
    for (unsigned i = 0; i < 8; i++) {
        bench->toy->window[address + i] = (uint8_t)(0x81 + i);
    }
}

static uint64_t read_memory(const struct bench *bench, uint32_t address)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < 8; i++) {
        value = value << 8 | bench->toy->window[address + i];
    }
    return value;
}

/* How many events the journal has; they must all be of this kind. */
static unsigned count_events(const struct bench *bench, char kind)
{
    for (unsigned i = 0; i < bench->toy->event_count; i++) {
        assert_int_equal(bench->toy->events[i].kind, kind);
    }
    return bench->toy->event_count;
}

static void prepare(struct bench *bench, uint32_t address, bool paged)
{
    struct toy_env *env = &bench->toy->env;

    bench->backend->flush(bench->self);
    bench_reset(bench);
    toy_map_memory(bench->toy, paged, address & 16);
    env->r[0] = address;
    env->x[0] = UINT64_C(0x0102030405060708);
}

/* space: "a" for ALOAD, whose other address space is the same memory in the toy guest. */
static void check_load_by(struct bench *bench, const char *space, const struct access *load,
                          uint32_t address, bool paged, bool fast)
{
    char text[300];

    prepare(bench, address, paged);
    fill_memory(bench, address);
    snprintf(text, sizeof text,
             "block 0x100, charge 1, %s\ninsn 0: pc 0x100, npc 0x104, refund 0\n"
             "%%1 = get.i32 r0\n%%2 = %s%s %%1, @0\nset %s, %%2\nquit\n",
             paged ? "paged" : "linear", space, load->op, slot_of(load->op));
    bench_run_text(bench, text);
    uint64_t value = slot_value(bench, load->op);
    if (value != load->value || count_events(bench, 'l') != !fast) {
        fail_msg("%s, %s%s at %" PRIx32 ": %" PRIx64 ", %u slow", bench->backend->name, space,
                 load->op, address, value, bench->toy->event_count);
    }
}

static void check_store_by(struct bench *bench, const char *space, const struct access *store,
                           uint32_t address, bool paged, bool fast)
{
    char text[300];

    prepare(bench, address, paged);
    fill_memory(bench, address);
    snprintf(text, sizeof text,
             "block 0x100, charge 1, %s\ninsn 0: pc 0x100, npc 0x104, refund 0\n"
             "%%1 = get.i32 r0\n%%2 = get.i64 x0\n%%3 = low %%2\n%%4 = bitcast_f.f64 %%2\n"
             "%%5 = bitcast_f.f32 %%3\n%s%s %%1, %s, @0\nquit\n",
             paged ? "paged" : "linear", space, store->op, stored_value(store->op));
    bench_run_text(bench, text);
    if (read_memory(bench, address) != store->value || count_events(bench, 't') != !fast) {
        fail_msg("%s, %s%s at %" PRIx32 ": %" PRIx64 ", %u slow", bench->backend->name, space,
                 store->op, address, read_memory(bench, address), bench->toy->event_count);
    }
}

static void check_load(struct bench *bench, const struct access *load, uint32_t address, bool paged,
                       bool fast)
{
    check_load_by(bench, "", load, address, paged, fast);
    if (!is_real(load->op)) {
        check_load_by(bench, "a", load, address, paged, false);
    }
}

static void check_store(struct bench *bench, const struct access *store, uint32_t address,
                        bool paged, bool fast)
{
    check_store_by(bench, "", store, address, paged, fast);
    if (!is_real(store->op)) {
        check_store_by(bench, "a", store, address, paged, false);
    }
}

/* Of the four pages (toy_guest.h) loads and stores are fast in the first and last, loads in the second. */
static void check_pages(struct bench *bench)
{
    static const uint32_t places[] = {0,      8,      0xfe8,  0xff8,  0x1000, 0x1fe8,
                                      0x1ff8, 0x2000, 0x2ff8, 0x3000, 0x3fe8, 0x3ff8};

    for (unsigned i = 0; i < 2 * ARRAY_LEN(places); i++) {
        uint32_t address = PAGE + places[i / 2];
        unsigned page = places[i / 2] / TLB_PAGE_SIZE;
        bool paged = i % 2;
        for (unsigned k = 0; k < ARRAY_LEN(loads); k++) {
            check_load(bench, &loads[k], address, paged, page != 2);
        }
        for (unsigned k = 0; k < ARRAY_LEN(stores); k++) {
            check_store(bench, &stores[k], address, paged, page == 0 || page == 3);
        }
    }
}

/* Every misaligned access takes the slow path, also at the ends of the address space. */
static void check_misaligned(struct bench *bench)
{
    static const uint32_t places[] = {PAGE, PAGE + 0xff8, 0, 0xfffffff8};
    static const char *const sizes[] = {"16", "32", "64"};
    char text[300];

    for (unsigned i = 0; i < 4 * 8 * 3 * 2; i++) {
        unsigned bytes = 2u << i % 3;
        uint32_t address = places[i / 48] + i / 6 % 8;
        bool store = i / 3 % 2;
        prepare(bench, address, false);
        snprintf(text, sizeof text,
                 "block 0x100, charge 1, linear\ninsn 0: pc 0x100, npc 0x104, refund 0\n"
                 "%%1 = get.i32 r0\n%%2 = get.i64 x0\n%%3 = low %%2\n%s%s %%1%s, @0\nquit\n",
                 store ? "store." : "%4 = load.", sizes[i % 3],
                 !store       ? ""
                 : bytes == 8 ? ", %2"
                              : ", %3");
        bench_run_text(bench, text);
        bool fast = address % bytes == 0 && i / 48 < 2;
        if (count_events(bench, store ? 't' : 'l') != !fast ||
            (!fast && bench->toy->events[0].address != address)) {
            fail_msg("%s, %u bytes at %" PRIx32, bench->backend->name, bytes, address);
        }
    }
}

/* What a slow path sees: state as it is in the middle of the block, the instruction, its budget. */
static void check_slow(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    prepare(bench, PAGE + 0x2000, false);
    struct jit_exit left = bench_run_text(
        bench, "block 0x100, charge 9, linear\n"
               "insn 0: pc 0x100, npc 0x104, refund 8\ninsn 1: pc 0x104, npc 0x108, refund 6\n"
               "%1 = get.i32 r0\n%2 = const.i32 77\nset r1, %2\nset b0, %2\n"
               "store.8 %1, %2, @1\nset r2, %2\nquit\n");
    const struct toy_event *event = &bench->toy->events[0];
    assert_int_equal(left.reason, JIT_QUIT);
    assert_null(left.cookie);
    assert_int_equal(event->insn, 1);
    assert_int_equal(event->pc, 0x100);
    assert_int_equal(event->size, IR_8);
    assert_int_equal(event->value, 77);
    assert_int_equal(env->budget, 991);
    assert_int_equal(env->r[2], 77);
    /* the state that was seen: r1 and b0 set, r2 not yet, budget as after the instruction */
    env->r[2] = 0;
    env->budget = 997;
    assert_int_equal(event->state, toy_state(bench->toy));
}

/* ---- GUARD_LOAD, GUARD_STORE, LOAD_UNCHECKED, STORE_UNCHECKED ---- */

/* If the guard lets the access pass, eight bytes at address + 16 are loaded, inverted and stored again; else the block
 * goes to its arm. */
static void check_guess(struct bench *bench, uint32_t address, unsigned reach, const char *size,
                        bool store, bool allowed)
{
    struct toy_env *env = &bench->toy->env;
    char text[500];

    prepare(bench, address, false);
    if (allowed) {
        fill_memory(bench, address + 16);
    }
    snprintf(
        text, sizeof text,
        "block 0x100, charge 9, linear\ninsn 0: pc 0x100, npc 0x104, refund 7\n"
        "%%1 = get.i32 r0\n%%2 = const.i32 %u\n%s.%s %%1, %%2, arm 0\n"
        "%%3 = load_unchecked.64 %%1, 16\n%%4 = not.i64 %%3\n%sstore_unchecked.64 %%1, %%4, 16\n"
        "%%5 = load_unchecked.s8 %%1, 17\nset r1, %%5\n%%6 = load_unchecked.16 %%1, 20\nset r2, "
        "%%6\nquit\n"
        "arm 0:\n%%7 = const.i32 5\nset r3, %%7\ndeopt @0\n",
        reach, store ? "guard_store" : "guard_load", size, store ? "" : ";");
    struct jit_exit left = bench_run_text(bench, text);
    if (left.reason != (allowed ? JIT_QUIT : JIT_DEOPT) ||
        left.cookie != (allowed ? NULL : &bench->infos[0]) || env->r[3] != (allowed ? 0u : 5u) ||
        env->budget != (allowed ? 991 : 998) || bench->toy->event_count != 0) {
        fail_msg("%s: %s.%s of %" PRIx32 " and %u more: reason %d", bench->backend->name,
                 store ? "guard_store" : "guard_load", size, address, reach, (int)left.reason);
    }
    if (allowed && store) {
        assert_int_equal(read_memory(bench, address + 16), UINT64_C(0x7e7d7c7b7a797877));
        assert_int_equal(env->r[1], 0x7d);
        assert_int_equal(env->r[2], 0x7a79);
    } else if (allowed) {
        assert_int_equal(env->r[1], 0xffffff82);
        assert_int_equal(env->r[2], 0x8586);
    }
}

/* Of the four pages (toy_guest.h) loads and stores are fast in the first and last, loads in the second. */
static void check_guesses(struct bench *bench)
{
    check_guess(bench, PAGE, 23, "64", false, true);
    check_guess(bench, PAGE, 23, "64", true, true);
    check_guess(bench, PAGE + 0xfe0, 31, "64", true, true);
    check_guess(bench, PAGE + 0xfe0, 32, "64", true, false);
    check_guess(bench, PAGE + 0xfe0, 32, "64", false, true);
    check_guess(bench, PAGE + 0x1000, 23, "8", true, false);
    check_guess(bench, PAGE + 0x1000, 4095, "8", false, true);
    check_guess(bench, PAGE + 0x1001, 4095, "8", false, false);
    check_guess(bench, PAGE + 0x2ff0, 31, "32", false, false);
    check_guess(bench, PAGE + 0x3000, 31, "32", true, true);
    check_guess(bench, PAGE + 4, 31, "64", false, false); /* misaligned */
    check_guess(bench, PAGE + 4, 31, "32", false, true);
    check_guess(bench, PAGE + 2, 31, "32", false, false);
    check_guess(bench, 0xfffffff0, 23, "64", false, false); /* around the end of memory */
    check_guess(bench, 0x1000, 23, "64", false, false);
}

/* ---- slots ---- */

static void check_slots(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    memcpy(&env->f[2], &(uint64_t){UINT64_C(0x0123456789abcdef)}, 8);
    memcpy(env->bank, &(uint64_t){UINT64_C(0x1122334455667788)}, 8);
    toy_set_flags(bench->toy, 10);
    bench_run_text(bench,
                   "block 0x100, charge 1, linear\n"
                   "%1 = get.i64 d1\nset x0, %1\n%3 = get.f64 d1\nset d2, %3\n"
                   "%5 = get.i32 f2\nset r0, %5\n%7 = get.f32 r0\nset f6, %7\n"
                   "%9 = get.i64 bx0\nset x1, %9\n%11 = get.i32 b1\nset b6, %11\n"
                   "%13 = get.flags icc\n%14 = carry %13\nset r2, %14\n"
                   "%16 = logic_flags %14\nset icc, %16\n%18 = get.i32 b0\nset b7, %18\nquit\n");
    assert_int_equal(env->x[0], UINT64_C(0x0123456789abcdef));
    assert_memory_equal(&env->f[4], &env->f[2], 8);
    assert_int_equal(env->r[0], env->f[2]);
    assert_int_equal(env->f[6], env->f[2]);
    assert_int_equal(env->x[1], UINT64_C(0x1122334455667788));
    assert_memory_equal(env->bank + 68, env->bank, 4);
    assert_memory_equal(env->bank + 64, env->bank + 4, 4);
    assert_int_equal(env->r[2], 0);
    assert_int_equal(toy_flags(bench->toy), 4);
}

/* ---- MOVE_BANK ---- */

static const char down[] =
    "block 0x100, charge 3, linear\ninsn 0: pc 0x100, npc 0x104, refund 2\n"
    "%1 = const.i32 5\nset b0, %1\nmove_bank low, -64, @0\nset b1, %1\nquit\n";
static const char up[] = "block 0x200, charge 3, linear\ninsn 0: pc 0x200, npc 0x204, refund 2\n"
                         "%1 = const.i32 6\nset b0, %1\nmove_bank high, 64, @0\nset b1, %1\nquit\n";

static uint32_t word_of(const struct bench *bench, unsigned window, unsigned word)
{
    uint32_t value;

    memcpy(&value, bench->toy->env.windows + window * TOY_WINDOW_SIZE + 4 * word, 4);
    return value;
}

static void check_shift(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    bench->infos[0].insns[0] = (struct toy_insn){.code = IR_MOVE_BANK, .windows = -1};
    bench_run_text(bench, down);
    assert_ptr_equal(env->bank, env->windows + 3 * TOY_WINDOW_SIZE);
    assert_int_equal(word_of(bench, 4, 0), 5);
    assert_int_equal(word_of(bench, 3, 1), 5);
    assert_int_equal(bench->toy->event_count, 0);
    bench_run(bench, 0); /* the base is at the limit now: the guest's step() moves the bank */
    assert_int_equal(count_events(bench, 's'), 1);
    assert_ptr_equal(env->bank, env->windows + 2 * TOY_WINDOW_SIZE);
    assert_int_equal(word_of(bench, 2, 1), 5);
    assert_int_equal(env->budget, 994);
}

static void check_shift_up(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    bench->infos[0].insns[0] = (struct toy_insn){.code = IR_MOVE_BANK, .windows = 1};
    bench_run_text(bench, up);
    assert_ptr_equal(env->bank, env->windows + 5 * TOY_WINDOW_SIZE);
    assert_int_equal(word_of(bench, 5, 1), 6);
    assert_int_equal(bench->toy->event_count, 0);
    bench_run(bench, 0);
    assert_int_equal(count_events(bench, 's'), 1);
    assert_ptr_equal(env->bank, env->windows + 6 * TOY_WINDOW_SIZE);
}

/* A MOVE_BANK looks only at the limit that it names; a base beyond the limit takes the slow path as one at it. */
static void check_shift_limits(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    bench->infos[0].insns[0] = (struct toy_insn){.code = IR_MOVE_BANK, .windows = -1};
    env->high = (uintptr_t)env->windows;
    bench_run_text(bench, down);
    assert_int_equal(bench->toy->event_count, 0);
    env->low = (uintptr_t)env->windows + 9 * TOY_WINDOW_SIZE;
    bench_run(bench, 0);
    assert_int_equal(count_events(bench, 's'), 1);
    assert_ptr_equal(env->bank, env->windows + 2 * TOY_WINDOW_SIZE);
}

static void test_pages(void **state)
{
    (void)state;
    bench_each(check_pages);
}

static void test_misaligned(void **state)
{
    (void)state;
    bench_each(check_misaligned);
}

static void test_slow(void **state)
{
    (void)state;
    bench_each(check_slow);
}

static void test_slots(void **state)
{
    (void)state;
    bench_each(check_slots);
}

static void test_shift(void **state)
{
    (void)state;
    bench_each(check_shift);
    bench_each(check_shift_up);
    bench_each(check_shift_limits);
}

static void test_guesses(void **state)
{
    (void)state;
    bench_each(check_guesses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages), cmocka_unit_test(test_misaligned),
        cmocka_unit_test(test_slow),  cmocka_unit_test(test_slots),
        cmocka_unit_test(test_shift), cmocka_unit_test(test_guesses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
