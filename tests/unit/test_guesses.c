// SPDX-License-Identifier: MIT
/* Guesses that an address is memory (jit/opt_probe.c): fresh memory does not disprove them, devices do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guest.h"

#define PROGRAM (GUEST_RAM + 0x1000)
#define DATA    (GUEST_RAM + 0x10000)
#define PAGES   128u

static void begin(struct guest *g, const uint32_t *words, unsigned count, uint32_t address)
{
    guest_new(g, GUEST_BOARD GUEST_TIMER);
    guest_program(g, PROGRAM, words, count);
    cpu_set_reg(guest_cpu(g), G1, address);
}

/* Steps of four bytes: near its end a page is looked at together with the next one, which has no entry yet. */
static void test_fresh_pages(void **state)
{
    static const uint32_t words[] = {W_ST(G2, G1, 0), W_ADD(G1, G1, 4), W_BA(-2), W_ADD(G2, G2, 1)};
    struct guest g;
    (void)state;
    begin(&g, words, 4, DATA);
    assert_int_equal(guest_run(&g, PAGES * 1024 * 4), STOP_CYCLES);
    assert_in_range(cpu_reg(guest_cpu(&g), G1), DATA + PAGES * 4096, DATA + PAGES * 4096 + 4);
    assert_int_equal(guest_figure(&g, "blocks_deoptimized "), 0);
    assert_int_equal(guest_peek(&g, DATA + 64 * 4096), 64 * 1024);
    guest_free(&g);
}

static const uint32_t three_loads[] = {W_LD(G2, G1, 0x00), W_LD(G3, G1, 0x10), W_LD(G4, G1, 0x14),
                                       W_BA(-3), W_NOP};

/* The code is translated while it reads memory, and reads a device later. */
static void test_devices(void **state)
{
    struct guest g;
    uint64_t entries;
    (void)state;
    begin(&g, three_loads, 5, DATA);
    assert_int_equal(guest_run(&g, 2000), STOP_CYCLES);
    assert_true(guest_figure(&g, "blocks_translated ") > 0);
    assert_int_equal(guest_figure(&g, "blocks_deoptimized "), 0);
    cpu_set_reg(guest_cpu(&g), G1, GUEST_TIME);
    assert_int_equal(guest_run(&g, 20000), STOP_CYCLES);
    assert_in_range(guest_figure(&g, "blocks_deoptimized "), 1, 5);
    entries = guest_figure(&g, "generated_entries ");
    assert_int_equal(guest_run(&g, 40000), STOP_CYCLES);
    assert_in_range(guest_figure(&g, "generated_entries ") - entries, 0, 10);
    guest_free(&g);
}

/* Code that reads a device from the beginning is not guessed about. */
static void test_no_guess(void **state)
{
    struct guest g;
    (void)state;
    begin(&g, three_loads, 5, GUEST_TIME);
    assert_int_equal(guest_run(&g, 20000), STOP_CYCLES);
    assert_true(guest_figure(&g, "blocks_translated ") > 0);
    assert_int_equal(guest_figure(&g, "blocks_deoptimized "), 0);
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fresh_pages),
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_no_guess),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
