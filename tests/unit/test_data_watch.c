// SPDX-License-Identifier: MIT
/* A debugger's watchpoints on data: what is seen, at which address, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guest.h"

#define PROGRAM    (GUEST_RAM + 0x1000)
#define MISALIGNED (GUEST_RAM + 0x70) /* where these traps go */
#define NO_MEMORY  (GUEST_RAM + 0x90)
#define WATCHED    (GUEST_RAM + 0xb0)
#define DATA       (GUEST_RAM + 0x8000)
#define BYPASS     0x1c

#define W_STB(rd, rs1, imm) W_FORMAT3(3, 0x05, rd, rs1, imm)
#define W_STD(rd, rs1, imm) W_FORMAT3(3, 0x07, rd, rs1, imm)
#define W_ALTERNATE(op3, rd, rs1, asi)                                                             \
    (3u << 30 | (uint32_t)(rd) << 25 | (uint32_t)(op3) << 19 | (uint32_t)(rs1) << 14 |             \
     (uint32_t)(asi) << 5)

static int setup(void **state)
{
    struct guest *g = calloc(1, sizeof *g);
    guest_new(g, GUEST_BOARD);
    *state = g;
    return 0;
}

static int teardown(void **state)
{
    guest_free(*state);
    free(*state);
    return 0;
}

static const struct data_watch word_loads = {DATA, DATA + 3, true, false};
static const struct data_watch word_stores = {DATA, DATA + 3, false, true};
static const struct data_watch word_both = {DATA, DATA + 3, true, true};

/* Runs words with %g1 = address; the kind of stop, a breakpoint behind them if nothing was seen. */
static enum stop_kind run(struct guest *g, const struct data_watch *watch, const uint32_t *words,
                          size_t count, uint32_t address)
{
    uint32_t end = PROGRAM + 4 * (uint32_t)count;
    enum stop_kind kind;
    guest_program(g, PROGRAM, words, count);
    cpu_set_reg(guest_cpu(g), G1, address);
    assert_true(exec_add_breakpoint(&g->m->exec, end));
    assert_true(exec_add_breakpoint(&g->m->exec, MISALIGNED));
    assert_true(exec_add_breakpoint(&g->m->exec, NO_MEMORY));
    assert_true(exec_add_breakpoint(&g->m->exec, WATCHED));
    assert_true(exec_add_watchpoint(&g->m->exec, watch));
    kind = guest_run(g, 1000000);
    exec_clear_points(&g->m->exec);
    return kind;
}

#define RUN(g, watch, address, ...)                                                                \
    run(g, watch, (const uint32_t[]){__VA_ARGS__},                                                 \
        sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), address)

static void expect_hit(struct guest *g, uint32_t address, unsigned instructions)
{
    assert_int_equal(g->m->exec.debug.hit_address, address);
    assert_int_equal(guest_cpu(g)->pc, PROGRAM + 4 * instructions);
}

static void test_kinds(void **state)
{
    struct guest *g = *state;
    assert_int_equal(RUN(g, &word_loads, DATA, W_LD(G2, G1, 0), W_NOP), STOP_WATCHPOINT);
    expect_hit(g, DATA, 1);
    assert_int_equal(RUN(g, &word_loads, DATA, W_ST(G2, G1, 0), W_NOP), STOP_BREAKPOINT);
    assert_int_equal(RUN(g, &word_stores, DATA, W_LD(G2, G1, 0), W_NOP), STOP_BREAKPOINT);
    assert_int_equal(RUN(g, &word_stores, DATA, W_NOP, W_ST(G2, G1, 0)), STOP_WATCHPOINT);
    expect_hit(g, DATA, 2);
    assert_int_equal(RUN(g, &word_both, DATA, W_LD(G2, G1, 0)), STOP_WATCHPOINT);
    assert_int_equal(RUN(g, &word_both, DATA, W_ST(G2, G1, 0)), STOP_WATCHPOINT);
}

/* The address told is one that is watched, or GDB would not know which watchpoint it was. */
static void test_parts(void **state)
{
    static const struct data_watch byte = {DATA + 5, DATA + 5, false, true};
    static const struct data_watch long_one = {DATA + 3, DATA + 0x2003, false, true};
    struct guest *g = *state;
    assert_int_equal(RUN(g, &byte, DATA, W_STD(G2, G1, 0)), STOP_WATCHPOINT);
    expect_hit(g, DATA + 5, 1);
    assert_int_equal(RUN(g, &byte, DATA, W_STB(G2, G1, 4), W_STB(G2, G1, 6)), STOP_BREAKPOINT);
    assert_int_equal(RUN(g, &long_one, DATA + 0x1800, W_STB(G2, G1, 0)), STOP_WATCHPOINT);
    expect_hit(g, DATA + 0x1800, 1);
    assert_int_equal(RUN(g, &long_one, DATA + 0x2004, W_ST(G2, G1, 0)), STOP_BREAKPOINT);
    assert_int_equal(RUN(g, &long_one, DATA, W_ST(G2, G1, 0)), STOP_WATCHPOINT);
    expect_hit(g, DATA + 3, 1);
}

static void test_atomics_load_and_store(void **state)
{
    static const uint32_t atomics[] = {
        W_FORMAT3(3, 0x0d, G2, G1, 0),     /* ldstub */
        W_FORMAT3(3, 0x0f, G2, G1, 0),     /* swap */
        W_ALTERNATE(0x1f, G2, G1, 0x0b),   /* swapa */
        W_ALTERNATE(0x3c, G2, G1, 0x0b),   /* casa: [%g1] is %g0, which is stored */
        W_ALTERNATE(0x1f, G2, G1, BYPASS), /* swapa */
        W_ALTERNATE(0x1d, G2, G1, BYPASS), /* ldstuba */
    };
    struct guest *g = *state;
    for (unsigned i = 0; i < sizeof atomics / sizeof atomics[0]; i++) {
        guest_poke(g, DATA, 0);
        assert_int_equal(RUN(g, &word_loads, DATA, atomics[i]), STOP_WATCHPOINT);
        guest_poke(g, DATA, 0);
        assert_int_equal(RUN(g, &word_stores, DATA, atomics[i]), STOP_WATCHPOINT);
    }
    guest_poke(g, DATA, 5);
    assert_int_equal(RUN(g, &word_stores, DATA, atomics[3]), STOP_BREAKPOINT);
}

/* An instruction that traps has accessed nothing: misaligned, no memory. */
static void test_traps_are_no_accesses(void **state)
{
    static const struct data_watch nowhere = {0x70000000, 0x70000003, true, true};
    struct guest *g = *state;
    assert_int_equal(RUN(g, &word_both, DATA, W_LD(G2, G1, 1), W_NOP), STOP_BREAKPOINT);
    assert_int_equal(guest_cpu(g)->pc, MISALIGNED);
    assert_int_equal(RUN(g, &nowhere, 0x70000000, W_LD(G2, G1, 0), W_NOP), STOP_BREAKPOINT);
    assert_int_equal(guest_cpu(g)->pc, NO_MEMORY);
}

/* A hardware watchpoint on the same word traps first. */
static void test_beside_hardware_s(void **state)
{
    struct guest *g = *state;
    cpu_set_asr(guest_cpu(g), 24, DATA);
    cpu_set_asr(guest_cpu(g), 25, 0xfffffffe); /* loads */
    assert_int_equal(RUN(g, &word_both, DATA, W_LD(G2, G1, 0), W_NOP), STOP_BREAKPOINT);
    assert_int_equal(guest_cpu(g)->pc, WATCHED);
    assert_int_equal(RUN(g, &word_both, DATA, W_ST(G2, G1, 0), W_NOP), STOP_WATCHPOINT);
}

/* With the MMU on the address is virtual; an access by physical address counts where the two meet. */
static void test_virtual_and_physical(void **state)
{
    static const struct data_watch moved = {DATA + 0x10000000, DATA + 0x10000003, true, true};
    const uint32_t table = GUEST_RAM + 0x2000, level1 = GUEST_RAM + 0x2400;
    struct guest *g = *state;
    guest_poke(g, table, level1 >> 4 | 1);
    guest_poke(g, level1 + 4 * 0x40, GUEST_RAM >> 4 | 3u << 2 | 2);
    guest_poke(g, level1 + 4 * 0x50, GUEST_RAM >> 4 | 3u << 2 | 2);
    mmu_write(guest_cpu(g), 0x100, table >> 4);
    mmu_write(guest_cpu(g), 0x000, 1);
    assert_int_equal(RUN(g, &moved, DATA + 0x10000000, W_LD(G2, G1, 0)), STOP_WATCHPOINT);
    expect_hit(g, DATA + 0x10000000, 1);
    assert_int_equal(RUN(g, &moved, DATA, W_LD(G2, G1, 0)), STOP_BREAKPOINT);
    assert_int_equal(RUN(g, &moved, DATA, W_ALTERNATE(0x14, G2, G1, BYPASS)), STOP_WATCHPOINT);
    expect_hit(g, DATA + 0x10000000, 1);
    assert_int_equal(RUN(g, &moved, DATA + 4, W_ALTERNATE(0x10, G2, G1, BYPASS)), STOP_BREAKPOINT);
}

static void test_table(void **state)
{
    struct guest *g = *state;
    struct exec *exec = &g->m->exec;
    struct data_watch watch = word_both;
    for (unsigned i = 0; i < DATA_WATCH_MAX; i++) {
        watch.last = DATA + i;
        assert_true(exec_add_watchpoint(exec, &watch));
    }
    assert_false(exec_add_watchpoint(exec, &word_loads));
    assert_true(exec_remove_watchpoint(exec, &watch));
    assert_false(exec_remove_watchpoint(exec, &watch));
    assert_true(exec_add_watchpoint(exec, &word_loads));
    exec_clear_points(exec);
    assert_false(exec_remove_watchpoint(exec, &word_loads));
    assert_int_equal(RUN(g, &word_stores, DATA, W_LD(G2, G1, 0)), STOP_BREAKPOINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_atomics_load_and_store, setup, teardown),
        cmocka_unit_test_setup_teardown(test_traps_are_no_accesses, setup, teardown),
        cmocka_unit_test_setup_teardown(test_beside_hardware_s, setup, teardown),
        cmocka_unit_test_setup_teardown(test_virtual_and_physical, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
