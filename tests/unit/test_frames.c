// SPDX-License-Identifier: MIT
/* Memory with the callers' register windows in front: which are shown, where, and what a write does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guest.h"
#include "machine/frames.h"

#define WINDOWS 8u
#define STACK   (GUEST_RAM + 0x8000)
#define FRAME   96u
#define I6      30u

/* The save area of the caller `out` calls out; where the memory behind it says 0xdead0000. */
static uint32_t area(unsigned out)
{
    return STACK + FRAME * out;
}

static uint32_t value_of(unsigned out, unsigned number)
{
    return number == I6 ? area(out + 1) : out << 16 | number;
}

/* CWP and all the callers around it have windows with values and frames on a stack, as if WIM marked none. */
static void fill_windows(struct guest *g, unsigned cwp, uint32_t stack)
{
    struct cpu *cpu = guest_cpu(g);
    cpu_set_cwp(cpu, cwp);
    for (unsigned out = 0; out < WINDOWS; out++) {
        for (unsigned number = 16; number < 32; number++) {
            uint32_t value = value_of(out, number);
            value += number == I6 ? stack - STACK : 0;
            cpu_set_window_reg(cpu, (cwp + out) % WINDOWS, number, value);
        }
    }
}

static void fill_memory(struct guest *g)
{
    for (uint32_t address = STACK - 64; address < area(WINDOWS + 1); address += 4) {
        guest_poke(g, address, 0xdead0000);
    }
}

static int setup(void **state)
{
    struct guest *g = calloc(1, sizeof *g);
    guest_new(g, GUEST_BOARD);
    fill_memory(g);
    *state = g;
    return 0;
}

static int teardown(void **state)
{
    guest_free(*state);
    free(*state);
    return 0;
}

static uint32_t read_word(struct guest *g, uint32_t address)
{
    uint8_t bytes[4];
    assert_true(frames_read(g->m, guest_cpu(g), address, bytes, sizeof bytes));
    return be32_load(bytes);
}

/* How many callers are shown, from the innermost on; all words of each must be right. */
static unsigned callers_shown(struct guest *g)
{
    unsigned shown = 0;
    while (shown < WINDOWS && read_word(g, area(shown + 1)) == value_of(shown + 1, 16)) {
        shown++;
        for (unsigned number = 16; number < 32; number++) {
            assert_int_equal(read_word(g, area(shown) + 4 * (number - 16)),
                             value_of(shown, number));
        }
        assert_int_equal(read_word(g, area(shown) + 64), 0xdead0000);
        assert_int_equal(read_word(g, area(shown) - 4), 0xdead0000);
    }
    for (unsigned hidden = shown + 1; hidden <= WINDOWS; hidden++) {
        assert_int_equal(read_word(g, area(hidden)), 0xdead0000);
    }
    return shown;
}

/* Every place of CWP, also where the register file wraps around, and every number of valid windows. */
static void test_up_to_the_invalid_window(void **state)
{
    struct guest *g = *state;
    for (unsigned cwp = 0; cwp < WINDOWS; cwp++) {
        for (unsigned valid = 0; valid < WINDOWS; valid++) {
            fill_windows(g, cwp, STACK);
            guest_cpu(g)->wim = 1u << (cwp + valid + 1) % WINDOWS;
            assert_int_equal(callers_shown(g), valid);
        }
    }
}

static void test_own_save_area_is_memory(void **state)
{
    struct guest *g = *state;
    fill_windows(g, 2, STACK);
    guest_cpu(g)->wim = 1;
    assert_int_equal(read_word(g, area(0)), 0xdead0000);
}

static void test_no_window_management(void **state)
{
    struct guest *g = *state;
    fill_windows(g, 2, STACK);
    guest_cpu(g)->wim = 0;
    assert_int_equal(callers_shown(g), 0);
}

/* A %fp that is no frame's ends the chain: what is behind it nobody can tell. */
static void test_broken_chain(void **state)
{
    static const uint32_t broken[] = {0, 4, STACK + FRAME * 3 + 4};
    struct guest *g = *state;
    for (unsigned i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        fill_windows(g, 5, STACK);
        guest_cpu(g)->wim = 1u << 4;
        cpu_set_window_reg(guest_cpu(g), 7, I6, broken[i]); /* of caller 2 */
        assert_int_equal(read_word(g, area(2)), value_of(2, 16));
        assert_int_equal(read_word(g, area(3)), 0xdead0000);
    }
}

static void test_pieces(void **state)
{
    struct guest *g = *state;
    uint8_t whole[3 * FRAME], part[3 * FRAME];
    fill_windows(g, 1, STACK);
    guest_cpu(g)->wim = 1;
    assert_true(frames_read(g->m, guest_cpu(g), area(1) - 16, whole, sizeof whole));
    for (unsigned from = 0; from < 90; from += 7) {
        for (unsigned size = 1; size < 200; size += 13) {
            uint32_t address = area(1) - 16 + from;
            assert_true(frames_read(g->m, guest_cpu(g), address, part, size));
            assert_memory_equal(part, whole + from, size);
        }
    }
}

static void test_out_of_reach(void **state)
{
    struct guest *g = *state;
    uint8_t bytes[4] = {0};
    fill_windows(g, 1, 0x70000000);
    guest_cpu(g)->wim = 1;
    assert_false(frames_read(g->m, guest_cpu(g), 0x70000000 + FRAME, bytes, 4));
    assert_false(frames_write(g->m, guest_cpu(g), 0x70000000 + FRAME, bytes, 4));
    assert_false(frames_flush(g->m, guest_cpu(g)));
    assert_int_equal(guest_cpu(g)->wim, 1);
}

/* Into the registers and the memory behind them, byte by byte, also those that have two places. */
static void test_writes(void **state)
{
    struct guest *g = *state;
    uint8_t two[] = {0xab, 0xcd};
    for (unsigned cwp = 0; cwp < WINDOWS; cwp++) {
        struct cpu *cpu = guest_cpu(g);
        fill_memory(g);
        fill_windows(g, cwp, STACK);
        cpu->wim = 1u << (cwp + WINDOWS - 1) % WINDOWS;
        assert_true(frames_write(g->m, cpu, area(6) + 4 * 10 + 1, two, 2)); /* %i2 of the sixth */
        assert_int_equal(cpu_window_reg(cpu, (cwp + 6) % WINDOWS, 26), 0x00abcd1a);
        assert_int_equal(read_word(g, area(6) + 4 * 10), 0x00abcd1a);
        assert_int_equal(guest_peek(g, area(6) + 4 * 10), 0xdeabcd00);
        assert_int_equal(cpu_window_reg(cpu, (cwp + 5) % WINDOWS, 26), value_of(5, 26));
        assert_int_equal(read_word(g, area(5) + 4 * 10), value_of(5, 26));
    }
}

/* One write over the whole chain: its own windows are meant, not those that the new %fp values lead to. */
static void test_write_over_the_chain(void **state)
{
    struct guest *g = *state;
    uint8_t zeros[FRAME * 4] = {0};
    fill_windows(g, 3, STACK);
    guest_cpu(g)->wim = 1u << 2;
    assert_true(frames_write(g->m, guest_cpu(g), area(1), zeros, sizeof zeros));
    for (unsigned out = 1; out <= 4; out++) {
        assert_int_equal(cpu_window_reg(guest_cpu(g), (3 + out) % WINDOWS, 17), 0);
    }
    assert_int_equal(cpu_window_reg(guest_cpu(g), (3 + 5) % WINDOWS, 17), value_of(5, 17));
}

static void test_flush(void **state)
{
    struct guest *g = *state;
    for (unsigned cwp = 0; cwp < WINDOWS; cwp++) {
        fill_memory(g);
        fill_windows(g, cwp, STACK);
        guest_cpu(g)->wim = 1u << (cwp + 5) % WINDOWS;
        assert_true(frames_flush(g->m, guest_cpu(g)));
        assert_int_equal(guest_cpu(g)->wim, 1u << (cwp + 1) % WINDOWS);
        assert_int_equal(guest_peek(g, area(1) + 4), value_of(1, 17));
        assert_int_equal(guest_peek(g, area(4) + 60), value_of(4, 31));
        assert_int_equal(guest_peek(g, area(5)), 0xdead0000);
        assert_true(frames_flush(g->m, guest_cpu(g)));
        assert_int_equal(guest_cpu(g)->wim, 1u << (cwp + 1) % WINDOWS);
    }
}

/* %sp is a virtual address: 16 MiB at 0x50000000 are those of the RAM. */
static void test_behind_the_mmu(void **state)
{
    struct guest *g = *state;
    const uint32_t table = GUEST_RAM + 0x2000, level1 = GUEST_RAM + 0x2400, moved = 0x10000000;
    guest_poke(g, table, level1 >> 4 | 1);
    guest_poke(g, level1 + 4 * 0x50, GUEST_RAM >> 4 | 3u << 2 | 2);
    mmu_write(guest_cpu(g), 0x100, table >> 4);
    mmu_write(guest_cpu(g), 0x000, 1);
    fill_windows(g, 6, STACK + moved);
    guest_cpu(g)->wim = 1u << 5;
    assert_int_equal(read_word(g, area(2) + moved), value_of(2, 16));
    assert_int_equal(read_word(g, area(8) + moved), 0xdead0000);
    assert_true(frames_flush(g->m, guest_cpu(g)));
    assert_int_equal(guest_peek(g, area(2)), value_of(2, 16));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_up_to_the_invalid_window, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_save_area_is_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_window_management, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pieces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_out_of_reach, setup, teardown),
        cmocka_unit_test_setup_teardown(test_writes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_write_over_the_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flush, setup, teardown),
        cmocka_unit_test_setup_teardown(test_behind_the_mmu, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
