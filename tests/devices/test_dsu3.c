// SPDX-License-Identifier: MIT
/* DSU3: the time tag, the state of CPUs, their registers, and registers that are not modelled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_dsu3;

#define CONTROL  0x00
#define TIME_TAG 0x08
#define CPU(n)   ((uint64_t)(n) << 24)

#define EE 0x080u
#define PE 0x200u
#define PW 0x800u

static struct l3_host *start(uint32_t cpus)
{
    struct l3_host *host = mock_new(l3_builtin_dsu3);
    host->cpu_count = cpus;
    assert_true(mock_start(host));
    return host;
}

static void test_time_tag_counts_cycles(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    assert_int_equal(mock_read(host, TIME_TAG), 0);
    mock_advance(host, 12345);
    assert_int_equal(mock_read(host, TIME_TAG), 12345);
    assert_int_equal(mock_peek(host, TIME_TAG), 12345);
    mock_free(host);
}

static void test_time_tag_has_30_bits(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_advance(host, (1u << 30) + 5);
    assert_int_equal(mock_read(host, TIME_TAG), 5);
    mock_free(host);
}

static void test_time_tag_is_written(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_advance(host, 500);
    mock_write(host, TIME_TAG, 0xfffffff0);
    assert_int_equal(mock_read(host, TIME_TAG), 0x3ffffff0);
    mock_advance(host, 0x20);
    assert_int_equal(mock_read(host, TIME_TAG), 0x10);
    host = mock_clone(host);
    assert_int_equal(mock_read(host, TIME_TAG), 0x10);
    mock_reset(host, L3_RESET_SOFTWARE);
    assert_int_equal(mock_read(host, TIME_TAG), 0);
    mock_free(host);
}

static void test_disabled_it_stands(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_dsu3);
    mock_property(host, "enable", "off");
    assert_true(mock_start(host));
    assert_int_equal(mock_read(host, CONTROL), 0);
    mock_advance(host, 100);
    assert_int_equal(mock_read(host, TIME_TAG), 0);
    mock_write(host, TIME_TAG, 77);
    mock_advance(host, 100);
    assert_int_equal(mock_read(host, TIME_TAG), 77);
    mock_free(host);
}

static void test_control_is_for_each_cpu(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, CPU(1) + CONTROL, 0xffffffff);
    assert_int_equal(mock_read(host, CPU(0) + CONTROL), EE);
    assert_int_equal(mock_read(host, CPU(1) + CONTROL), EE | 0x3f);
    assert_int_equal(mock_read(host, CPU(7) + CONTROL), EE | 0x3f); /* no CPU 7: the last */
    assert_int_equal(mock_read(host, CPU(1) + CONTROL + 0x80), EE | 0x3f);
    mock_free(host);
}

static void test_state_of_cpus(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    host->cpus[0].status = L3_CPU_POWER_DOWN;
    host->cpus[1].status = L3_CPU_ERROR;
    assert_int_equal(mock_read(host, CPU(0) + CONTROL), EE | PW);
    assert_int_equal(mock_read(host, CPU(1) + CONTROL), EE | PE);
    mock_write(host, CPU(0) + CONTROL, PE);
    mock_write(host, CPU(1) + CONTROL, 0);
    assert_int_equal(host->cpus[0].wakes + host->cpus[1].wakes, 0);
    mock_write(host, CPU(1) + CONTROL, PE);
    assert_int_equal(host->cpus[1].wakes, 1);
    mock_free(host);
}

/* Stands for a CPU each of whose registers holds its own number. */
static int32_t read_number(struct l3_host *host, uint32_t cpu, uint32_t reg, uint32_t *value)
{
    (void)host;
    *value = cpu << 24 | reg;
    return 1;
}

static void test_cpu_registers(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    host->system.cpu_register_read = read_number;
    assert_int_equal(mock_read(host, 0x400000), L3_REG_Y);
    assert_int_equal(mock_read(host, CPU(1) + 0x400010), 1u << 24 | L3_REG_PC);
    assert_int_equal(mock_read(host, 0x400018), L3_REG_FSR);
    assert_int_equal(mock_read(host, 0x400040), L3_REG_ASR(16));
    assert_int_equal(mock_read(host, 0x40007c), L3_REG_ASR(31));
    assert_int_equal(mock_read(host, 0x301000), 32);
    assert_int_equal(mock_read(host, 0x30107c), 63);
    assert_int_equal(host->logs[L3_LOG_UNIMP], 0);
    mock_free(host);
}

static int32_t read_tbr(struct l3_host *host, uint32_t cpu, uint32_t reg, uint32_t *value)
{
    (void)host;
    (void)cpu;
    *value = 0x40001800;
    return reg == L3_REG_TBR;
}

static void test_trap_register(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    host->system.cpu_register_read = read_tbr;
    assert_int_equal(mock_read(host, 0x400020), 0x800);
    host->cpus[0].status = L3_CPU_ERROR;
    assert_int_equal(mock_read(host, 0x400020), 0x1800);
    mock_free(host);
}

static int32_t write_y_only(struct l3_host *host, uint32_t cpu, uint32_t reg, uint32_t value)
{
    host->cpus[cpu].boot_address = value; /* a place to keep it */
    return reg == L3_REG_Y;
}

static void test_cpu_registers_are_written(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    host->system.cpu_register_write = write_y_only;
    mock_write(host, 0x400000, 0x1234);
    assert_int_equal(host->cpus[0].boot_address, 0x1234);
    assert_int_equal(host->logs[L3_LOG_UNIMP], 0);
    mock_write(host, 0x400004, 1);
    assert_int_equal(host->logs[L3_LOG_UNIMP], 1);
    mock_free(host);
}

static void test_the_rest_reads_0_and_is_logged(void **state)
{
    static const uint32_t offsets[] = {
        0x20, 0x24, 0x40, 0x100000, 0x110000, 0x200000, 0x300000, 0x40001c, 0x400080, 0x700000,
    };
    (void)state;
    struct l3_host *host = start(1);
    uint32_t count = sizeof offsets / sizeof offsets[0];
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(mock_peek(host, offsets[i]), 0);
        assert_int_equal(host->logs[L3_LOG_UNIMP], 2 * i);
        mock_write(host, offsets[i], 0xffffffff);
        assert_int_equal(mock_read(host, offsets[i]), 0);
    }
    assert_int_equal(host->logs[L3_LOG_UNIMP], 2 * count);
    mock_free(host);
}

static void test_too_many_cpus(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_dsu3);
    host->cpu_count = 17;
    assert_false(mock_start(host));
    assert_non_null(strstr(host->failure, "17"));
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_tag_counts_cycles),
        cmocka_unit_test(test_time_tag_has_30_bits),
        cmocka_unit_test(test_time_tag_is_written),
        cmocka_unit_test(test_disabled_it_stands),
        cmocka_unit_test(test_control_is_for_each_cpu),
        cmocka_unit_test(test_state_of_cpus),
        cmocka_unit_test(test_cpu_registers),
        cmocka_unit_test(test_trap_register),
        cmocka_unit_test(test_cpu_registers_are_written),
        cmocka_unit_test(test_the_rest_reads_0_and_is_logged),
        cmocka_unit_test(test_too_many_cpus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
