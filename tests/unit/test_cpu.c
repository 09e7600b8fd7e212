// SPDX-License-Identifier: MIT
/* The state of a CPU: register windows of every number against a plain model, registers by number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guest.h"
#include "sparc/window_ring.h"

static void new_cpu(struct guest *g, unsigned windows, const char *options)
{
    char board[300];
    snprintf(
        board, sizeof board,
        "[board]\nclock = 40M\n[cpu]\nnwin = %u\n%s[memory]\nram = base=0x40000000, size=64k\n",
        windows, options);
    guest_new(g, board);
}

static uint32_t random_next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* ---- windows ---- */

/* 4.2: the ins of a window are the outs of the next, all around. */
struct model {
    uint32_t outs[CPU_MAX_WINDOWS][8];
    uint32_t locals[CPU_MAX_WINDOWS][8];
    uint32_t globals[8];
};

static uint32_t *model_reg(struct model *model, unsigned windows, unsigned window, unsigned number)
{
    if (number < 8) {
        return &model->globals[number];
    }
    if (number < 16) {
        return &model->outs[window][number - 8];
    }
    if (number < 24) {
        return &model->locals[window][number - 16];
    }
    return &model->outs[(window + 1) % windows][number - 24];
}

static void compare_all(const struct cpu *cpu, struct model *model, unsigned windows)
{
    for (unsigned window = 0; window < windows; window++) {
        for (unsigned number = 0; number < 32; number++) {
            uint32_t expected = *model_reg(model, windows, window, number);
            if (cpu_window_reg(cpu, window, number) != expected) {
                fail_msg("%u windows, current %u: %%r%u of window %u", windows, cpu->cwp, number,
                         window);
            }
        }
    }
}

/* Marks another window than before as invalid, as window traps do; or none, or several. */
static void change_wim(struct cpu *cpu, uint32_t *seed)
{
    uint32_t random = random_next(seed);
    if (random % 8 == 0) {
        cpu->wim = random_next(seed) & random_next(seed) & cpu_wim_mask(cpu);
    } else if (random % 8 < 4) {
        cpu->wim = UINT32_C(1) << random_next(seed) % cpu->config.windows;
    }
}

/* Moves by one, as programs do, or anywhere, as WRPSR does, while WIM changes; writes as many registers as reach both
 * sides of every border. */
static void test_windows_overlap_in_a_ring(void **state)
{
    uint32_t seed = 99;
    (void)state;
    for (unsigned windows = 2; windows <= CPU_MAX_WINDOWS; windows++) {
        struct model model = {0};
        struct guest g;
        struct cpu *cpu;
        new_cpu(&g, windows, "");
        cpu = &g.m->cpus[0];
        for (unsigned step = 0; step < 40 * windows; step++) {
            unsigned move = random_next(&seed) % 4;
            unsigned to = move == 0 ? random_next(&seed) % windows
                                    : (cpu->cwp + (move == 1 ? 1 : windows - 1)) % windows;
            unsigned number = random_next(&seed) % 32;
            uint32_t value = random_next(&seed);
            change_wim(cpu, &seed);
            cpu_set_cwp(cpu, to);
            assert_int_equal(cpu_psr(cpu) & 31, to);
            cpu_set_reg(cpu, number, value);
            *model_reg(&model, windows, to, number) = number == 0 ? 0 : value;
            assert_int_equal(cpu_reg(cpu, number), *model_reg(&model, windows, to, number));
            if (step % 8 == 0) {
                compare_all(cpu, &model, windows);
            }
        }
        compare_all(cpu, &model, windows);
        guest_free(&g);
    }
}

/* A program that uses all windows but one meets the seam of the ring no more after it has been everywhere once,
 * whichever windows these are. */
static void test_ring_turns_once(void **state)
{
    (void)state;
    for (unsigned windows = 3; windows <= CPU_MAX_WINDOWS; windows++) {
        struct guest g;
        struct cpu *cpu;
        new_cpu(&g, windows, "");
        cpu = &g.m->cpus[0];
        for (unsigned unused = 0; unused < windows; unused++) {
            for (unsigned i = windows - 1; i > 0; i--) {
                cpu_set_cwp(cpu, (unused + i) % windows);
            }
            for (unsigned i = 1; i < windows; i++) {
                cpu_set_cwp(cpu, (unused + i) % windows);
            }
            for (unsigned i = 1; i < windows; i++) {
                assert_true(window_rank(cpu, (unused + i) % windows) != windows - 1);
            }
        }
        guest_free(&g);
    }
}

static unsigned in_page(const void *address)
{
    return (unsigned)((uintptr_t)address & 0xfff);
}

/* What generated code stores to all the time, and the TLB bytes that it reads all the time, are apart modulo 4 KiB: see
 * colour_of() in src/mem/tlb.c. */
static void test_colour(void **state)
{
    struct guest g;
    (void)state;
    guest_new(&g, GUEST_BOARD);
    for (unsigned table = 0; table < 3; table++) {
        const struct cpu *cpu = guest_cpu(&g);
        const uint8_t *common = cpu->tlb.tables[table].common;
        unsigned first = in_page(common + 0x40000 - 0x100);
        unsigned stored = in_page(cpu);
        unsigned end = (unsigned)((const char *)(cpu->windows + 16 * 32) - (const char *)cpu);
        for (unsigned i = 0; i < 0x300; i++) {
            assert_true(((first + i - stored) & 0xfff) >= end);
        }
    }
    guest_free(&g);
}

/* Also those of the last window, whose ins are kept apart while it is current. */
static void test_registers_last_over_a_reset(void **state)
{
    (void)state;
    for (unsigned current = 0; current < 3; current++) {
        struct guest g;
        struct cpu *cpu;
        new_cpu(&g, 3, "");
        cpu = &g.m->cpus[0];
        cpu_set_cwp(cpu, current);
        for (unsigned number = 8; number < 32; number++) {
            cpu_set_reg(cpu, number, 100 + number);
        }
        cpu_reset(cpu);
        assert_int_equal(cpu->cwp, 0);
        for (unsigned number = 8; number < 32; number++) {
            assert_int_equal(cpu_window_reg(cpu, current, number), 100 + number);
        }
        guest_free(&g);
    }
}

/* ---- state registers ---- */

static uint32_t read_register(struct cpu *cpu, uint32_t number)
{
    uint32_t value;
    assert_true(cpu_read_register(cpu, number, &value));
    return value;
}

/* Writes all ones; the bits that exist must come back. */
static void check_bits(struct cpu *cpu, uint32_t number, uint32_t ones, uint32_t zeros)
{
    assert_true(cpu_write_register(cpu, number, 0xffffffff));
    assert_int_equal(read_register(cpu, number), ones);
    assert_true(cpu_write_register(cpu, number, 0));
    assert_int_equal(read_register(cpu, number), zeros);
}

static void test_registers_by_number(void **state)
{
    struct guest g;
    struct cpu *cpu;
    uint32_t value;
    (void)state;
    new_cpu(&g, 8, "");
    cpu = &g.m->cpus[0];
    for (uint32_t number = 1; number < 64; number++) {
        assert_true(cpu_write_register(cpu, number, 7 * number));
    }
    for (uint32_t number = 1; number < 64; number++) {
        assert_int_equal(read_register(cpu, number), 7 * number);
    }
    check_bits(cpu, 0, 0, 0);
    check_bits(cpu, L3_REG_Y, 0xffffffff, 0);
    check_bits(cpu, L3_REG_WIM, 0xff, 0);
    check_bits(cpu, L3_REG_TBR, 0xfffffff0, 0);
    check_bits(cpu, L3_REG_PC, 0xfffffffc, 0);
    check_bits(cpu, L3_REG_NPC, 0xfffffffc, 0);
    assert_true(cpu_write_register(cpu, L3_REG_PSR, 0xffffffe7));
    assert_int_equal(read_register(cpu, L3_REG_PSR), 0xf3f01fe7);
    assert_false(cpu_write_register(cpu, L3_REG_PSR, 8)); /* no such window */
    assert_int_equal(read_register(cpu, L3_REG_PSR), 0xf3f01fe7);
    assert_false(cpu_read_register(cpu, L3_REG_ASR(32), &value));
    assert_false(cpu_write_register(cpu, 95, 0));
    guest_free(&g);
}

static void test_options_show_in_asr17(void **state)
{
    struct guest g;
    (void)state;
    new_cpu(&g, 8, "fpu = on\ncasa = on\nmac = off\nwatchpoints = 2\n");
    assert_int_equal(cpu_asr(&g.m->cpus[0], 17), 0x04000547);
    assert_int_equal(read_register(&g.m->cpus[0], L3_REG_FSR), 2u << FSR_VER);
    guest_free(&g);
    new_cpu(&g, 8, "fpu = grfpu\n");
    assert_int_equal(cpu_asr(&g.m->cpus[0], 17) >> 10 & 3, 1);
    assert_int_equal(read_register(&g.m->cpus[0], L3_REG_FSR), 2u << FSR_VER);
    guest_free(&g);
    new_cpu(&g, 8, "fpu = grfpu-lite\n");
    assert_int_equal(cpu_asr(&g.m->cpus[0], 17) >> 10 & 3, 3);
    assert_int_equal(read_register(&g.m->cpus[0], L3_REG_FSR), 3u << FSR_VER);
    guest_free(&g);
    new_cpu(&g, 32, "fpu = off\ncasa = off\nmac = on\nwatchpoints = 4\n");
    assert_int_equal(cpu_asr(&g.m->cpus[0], 17), 0x0000039f);
    cpu_set_psr(&g.m->cpus[0], 0xffffffff);
    assert_int_equal(cpu_psr(&g.m->cpus[0]), 0xf3f00fff); /* no EF without FPU */
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_overlap_in_a_ring),
        cmocka_unit_test(test_ring_turns_once),
        cmocka_unit_test(test_colour),
        cmocka_unit_test(test_registers_last_over_a_reset),
        cmocka_unit_test(test_registers_by_number),
        cmocka_unit_test(test_options_show_in_asr17),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
