// SPDX-License-Identifier: MIT
/* IRQMP: priorities, acknowledge, force, broadcast, extended interrupts, lines that stay high. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_irqmp;

#define ILEVEL      0x00
#define IPEND       0x04
#define IFORCE0     0x08
#define ICLEAR      0x0c
#define MPSTAT      0x10
#define BRDCST      0x14
#define ERRSTAT     0x18
#define MASK(cpu)   (0x40 + 4 * (cpu))
#define BOOT(cpu)   (0x60 + 4 * (cpu))
#define FORCE(cpu)  (0x80 + 4 * (cpu))
#define EXTACK(cpu) (0xc0 + 4 * (cpu))

static struct l3_host *start_eirq(uint32_t cpus, const char *eirq)
{
    struct l3_host *host = mock_new(l3_builtin_irqmp);
    host->cpu_count = cpus;
    mock_property(host, "eirq", eirq);
    assert_true(mock_start(host));
    return host;
}

static struct l3_host *start(uint32_t cpus)
{
    return start_eirq(cpus, "0");
}

static void line(struct l3_host *host, uint32_t pin, uint32_t level)
{
    host->device->pin_input(host->instance, pin, level);
}

static void pulse(struct l3_host *host, uint32_t pin)
{
    line(host, pin, 1);
    line(host, pin, 0);
}

static void acknowledge(struct l3_host *host, uint32_t cpu, uint32_t level)
{
    host->device->irq_acknowledge(host->instance, cpu, level);
}

static void test_reset_state(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    for (uint32_t offset = 0; offset < 0x100; offset += 4) {
        bool is_mpstat = (offset & ~0x24u) == MPSTAT; /* bit 5 is not decoded; 1 CPU: BRDCST too */
        assert_int_equal(mock_read(host, offset), is_mpstat ? 0x04000000 : 0);
    }
    assert_int_equal(host->cpus[0].level, 0);
    mock_free(host);
}

static void test_pulse_is_kept_until_acknowledged(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MASK(0), 1 << 8);
    pulse(host, 8);
    assert_int_equal(mock_read(host, IPEND), 1 << 8);
    assert_int_equal(host->cpus[0].level, 8);
    acknowledge(host, 0, 8);
    assert_int_equal(mock_read(host, IPEND), 0);
    assert_int_equal(host->cpus[0].level, 0);
    mock_free(host);
}

static void test_masked_interrupt_stays_pending(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    pulse(host, 3);
    assert_int_equal(host->cpus[0].level, 0);
    mock_write(host, MASK(0), 0xffffffff);
    assert_int_equal(mock_read(host, MASK(0)), 0xfffe);
    assert_int_equal(host->cpus[0].level, 3);
    mock_write(host, ICLEAR, 1 << 3);
    assert_int_equal(mock_read(host, ICLEAR), 0);
    assert_int_equal(host->cpus[0].level, 0);
    mock_free(host);
}

static void test_priorities(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MASK(0), 0xfffe);
    mock_write(host, IPEND, 1 << 2 | 1 << 9 | 1 << 12);
    assert_int_equal(host->cpus[0].level, 12);
    mock_write(host, ILEVEL, 1 << 2 | 1 << 5 | 1);
    assert_int_equal(mock_read(host, ILEVEL), 1 << 2 | 1 << 5);
    assert_int_equal(host->cpus[0].level, 2);
    pulse(host, 5);
    assert_int_equal(host->cpus[0].level, 5);
    acknowledge(host, 0, 5);
    acknowledge(host, 0, 2);
    assert_int_equal(host->cpus[0].level, 12);
    mock_free(host);
}

static void test_lines_0_and_beyond_15(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MASK(0), 0xffffffff);
    pulse(host, 0);
    pulse(host, 16);
    pulse(host, 31);
    assert_int_equal(mock_read(host, IPEND), 0);
    mock_write(host, IPEND, 0xffff0001);
    assert_int_equal(mock_read(host, IPEND), 0);
    assert_int_equal(host->cpus[0].level, 0);
    mock_free(host);
}

/* The VHDL samples the lines at every clock. */
static void test_line_that_stays_high_comes_again(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MASK(0), 1 << 4);
    line(host, 4, 1);
    acknowledge(host, 0, 4);
    assert_int_equal(host->cpus[0].level, 4);
    mock_write(host, ICLEAR, 1 << 4);
    assert_int_equal(host->cpus[0].level, 4);
    mock_write(host, IPEND, 0);
    assert_int_equal(mock_read(host, IPEND), 1 << 4);
    line(host, 4, 0);
    assert_int_equal(host->cpus[0].level, 4);
    acknowledge(host, 0, 4);
    assert_int_equal(host->cpus[0].level, 0);
    mock_free(host);
}

static void test_force(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, MASK(0), 0xfffe);
    mock_write(host, MASK(1), 0xfffe);
    mock_write(host, FORCE(1), 1 << 14);
    assert_int_equal(host->cpus[0].level, 0);
    assert_int_equal(host->cpus[1].level, 14);
    mock_write(host, FORCE(1), 1 << 3);
    assert_int_equal(mock_read(host, FORCE(1)), 1 << 14 | 1 << 3);
    mock_write(host, FORCE(1), 1u << 30 | 1 << 14);
    assert_int_equal(mock_read(host, FORCE(1)), 1 << 3);
    mock_write(host, IFORCE0, 1 << 5);
    assert_int_equal(mock_read(host, FORCE(0)), 1 << 5);
    mock_write(host, IFORCE0, 1 << 6);
    assert_int_equal(mock_read(host, IFORCE0), 1 << 6);
    assert_int_equal(host->cpus[0].level, 6);
    mock_write(host, ICLEAR, 0xffffffff);
    assert_int_equal(host->cpus[0].level, 6);
    mock_free(host);
}

/* Force and pending of the same number are two interrupts. */
static void test_forced_is_acknowledged_first(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MASK(0), 1 << 7);
    mock_write(host, IPEND, 1 << 7);
    mock_write(host, FORCE(0), 1 << 7);
    acknowledge(host, 0, 7);
    assert_int_equal(mock_read(host, FORCE(0)), 0);
    assert_int_equal(mock_read(host, IPEND), 1 << 7);
    assert_int_equal(host->cpus[0].level, 7);
    acknowledge(host, 0, 7);
    assert_int_equal(mock_read(host, IPEND), 0);
    assert_int_equal(host->cpus[0].level, 0);
    mock_free(host);
}

static void test_pending_goes_to_all_who_want_it(void **state)
{
    (void)state;
    struct l3_host *host = start(4);
    mock_write(host, MASK(1), 1 << 9);
    mock_write(host, MASK(3), 1 << 9);
    pulse(host, 9);
    assert_int_equal(host->cpus[0].level, 0);
    assert_int_equal(host->cpus[1].level, 9);
    assert_int_equal(host->cpus[3].level, 9);
    acknowledge(host, 3, 9);
    assert_int_equal(host->cpus[1].level, 0);
    mock_free(host);
}

static void test_broadcast(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, BRDCST, 0xffffffff);
    assert_int_equal(mock_read(host, BRDCST), 0xfffe);
    mock_write(host, MASK(0), 1 << 9);
    mock_write(host, MASK(1), 1 << 9);
    pulse(host, 9);
    assert_int_equal(mock_read(host, IPEND), 0);
    assert_int_equal(mock_read(host, FORCE(0)), 1 << 9);
    acknowledge(host, 0, 9);
    assert_int_equal(host->cpus[0].level, 0);
    assert_int_equal(host->cpus[1].level, 9);
    acknowledge(host, 1, 9);
    assert_int_equal(host->cpus[1].level, 0);
    mock_free(host);
}

static void test_no_broadcast_to_a_single_cpu(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, BRDCST, 0xfffe);
    assert_int_equal(mock_read(host, BRDCST), mock_read(host, MPSTAT));
    pulse(host, 9);
    assert_int_equal(mock_read(host, IPEND), 1 << 9);
    mock_free(host);
}

static void test_extended(void **state)
{
    (void)state;
    struct l3_host *host = start_eirq(2, "12");
    assert_int_equal(mock_read(host, MPSTAT), 0x1c0c0000);
    mock_write(host, MASK(1), 1u << 17 | 1u << 31);
    pulse(host, 17);
    assert_int_equal(mock_read(host, IPEND), 1u << 17);
    assert_int_equal(host->cpus[0].level, 0);
    assert_int_equal(host->cpus[1].level, 12); /* whatever mask bit 12 says */
    pulse(host, 31);
    acknowledge(host, 1, 12);
    assert_int_equal(mock_read(host, EXTACK(1)), 31);
    assert_int_equal(mock_read(host, IPEND), 1u << 17);
    acknowledge(host, 1, 12);
    assert_int_equal(mock_read(host, EXTACK(1)), 17);
    assert_int_equal(host->cpus[1].level, 0);
    assert_int_equal(mock_read(host, EXTACK(0)), 0);
    mock_write(host, MASK(1), 1u << 12);
    mock_write(host, IPEND, 1u << 12);
    acknowledge(host, 1, 12);
    assert_int_equal(mock_read(host, EXTACK(1)), 0);
    pulse(host, 20);
    mock_write(host, ICLEAR, 0xffffffff);
    assert_int_equal(mock_read(host, IPEND), 0);
    mock_free(host);
}

static void test_which_lines_can_interrupt(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_irqmp);
    mock_property(host, "eirq", "12");
    assert_true(mock_start(host));
    assert_int_equal(host->device->irq_enabled(host->instance, 0, 0), 0);
    mock_write(host, MASK(0), 1u << 20 | 1 << 15 | 1 << 8 | 1 << 3);
    assert_int_equal(host->device->irq_enabled(host->instance, 0, 0),
                     1u << 20 | 1 << 15 | 1 << 8 | 1 << 3);
    assert_int_equal(host->device->irq_enabled(host->instance, 0, 3), 1u << 20 | 1 << 15 | 1 << 8);
    assert_int_equal(host->device->irq_enabled(host->instance, 0, 12), 1 << 15);
    assert_int_equal(host->device->irq_enabled(host->instance, 1, 0), 0);
    mock_free(host);
}

static void test_status_of_cpus(void **state)
{
    (void)state;
    struct l3_host *host = start(4);
    host->cpus[1].status = L3_CPU_POWER_DOWN;
    host->cpus[2].status = L3_CPU_ERROR;
    host->cpus[3].status = L3_CPU_POWER_DOWN;
    assert_int_equal(mock_read(host, MPSTAT), 0x3c00000a);
    assert_int_equal(mock_read(host, ERRSTAT), 1 << 2);
    mock_write(host, MPSTAT, 0xfffffff8);
    assert_int_equal(host->cpus[3].wakes, 1);
    assert_int_equal(host->cpus[0].wakes + host->cpus[1].wakes + host->cpus[2].wakes, 0);
    mock_write(host, ERRSTAT, 1 << 1);
    assert_int_equal(host->cpus[1].forced, 1);
    assert_int_equal(host->cpus[0].forced, 0);
    mock_free(host);
}

static void test_boot_address(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, BOOT(1), 0x40001004);
    assert_int_equal(host->cpus[1].boot_address, 0x40001000);
    assert_int_equal(host->cpus[1].wakes, 0);
    mock_write(host, BOOT(1), 0x40002001);
    assert_int_equal(host->cpus[1].boot_address, 0x40002000);
    assert_int_equal(host->cpus[1].wakes, 1);
    assert_int_equal(mock_read(host, BOOT(1)), 0);
    mock_write(host, BOOT(2), 1);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
    mock_free(host);
}

static void test_no_boot_registers(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_irqmp);
    mock_property(host, "bootreg", "off");
    assert_true(mock_start(host));
    assert_int_equal(mock_read(host, MPSTAT), 0);
    mock_write(host, BOOT(0), 0x40001001);
    mock_write(host, ERRSTAT, 1);
    assert_int_equal(host->cpus[0].wakes + host->cpus[0].forced, 0);
    mock_free(host);
}

/* With more than 8 CPUs the masks of the others are where the boot addresses would be. */
static void test_sixteen_cpus(void **state)
{
    (void)state;
    struct l3_host *host = start(16);
    mock_write(host, MASK(15), 1 << 1);
    mock_write(host, FORCE(15), 1 << 1);
    assert_int_equal(host->cpus[15].level, 1);
    assert_int_equal(host->cpus[7].boot_address, 0);
    mock_free(host);
}

static void test_too_many_cpus(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_irqmp);
    host->cpu_count = 17;
    assert_false(mock_start(host));
    assert_non_null(strstr(host->failure, "17"));
    mock_free(host);
}

static void test_core_is_told_changes_only(void **state)
{
    (void)state;
    struct l3_host *host = start(4);
    mock_write(host, MASK(0), 0xfffe);
    uint32_t calls = host->level_calls;
    pulse(host, 5);
    assert_int_equal(host->level_calls, calls + 1);
    pulse(host, 5);
    pulse(host, 4);
    mock_write(host, MASK(1), 0);
    assert_int_equal(host->level_calls, calls + 1);
    mock_free(host);
}

static void test_reset_forgets_everything(void **state)
{
    (void)state;
    struct l3_host *host = start_eirq(2, "12");
    mock_write(host, MASK(1), 0xfffffffe);
    line(host, 5, 1);
    line(host, 20, 1);
    mock_reset(host, L3_RESET_SOFTWARE);
    assert_int_equal(host->cpus[1].level, 0);
    assert_int_equal(mock_read(host, IPEND), 0);
    mock_write(host, MASK(1), 0xfffffffe);
    assert_int_equal(host->cpus[1].level, 0);
    mock_free(host);
}

/* The VHDL looks at address bits 4:2 only below the masks; RTEMS reads 0x20 to learn about
 * IRQ(A)MP. */
static void test_low_registers_appear_twice(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, 0x20 + ILEVEL, 1 << 6);
    assert_int_equal(mock_read(host, ILEVEL), 1 << 6);
    assert_int_equal(mock_read(host, 0x20), 1 << 6);
    mock_free(host);
}

/* The VHDL does not reset the level register: the device warns once, when its value matters. */
static void test_unwritten_level_register(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MASK(0), 0xfffe);
    pulse(host, 3);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 0);
    pulse(host, 5);
    pulse(host, 6);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
    mock_reset(host, L3_RESET_POWER_ON);
    mock_write(host, ILEVEL, 0);
    mock_write(host, MASK(0), 0xfffe);
    pulse(host, 3);
    pulse(host, 5);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
    mock_free(host);
}

/* An extended interrupt counts as interrupt eirq. */
static void test_unwritten_level_and_extended(void **state)
{
    (void)state;
    struct l3_host *host = start_eirq(1, "12");
    mock_write(host, MASK(0), 1u << 20 | 1 << 3);
    pulse(host, 20);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 0);
    pulse(host, 3);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_state),
        cmocka_unit_test(test_pulse_is_kept_until_acknowledged),
        cmocka_unit_test(test_masked_interrupt_stays_pending),
        cmocka_unit_test(test_priorities),
        cmocka_unit_test(test_lines_0_and_beyond_15),
        cmocka_unit_test(test_line_that_stays_high_comes_again),
        cmocka_unit_test(test_force),
        cmocka_unit_test(test_forced_is_acknowledged_first),
        cmocka_unit_test(test_pending_goes_to_all_who_want_it),
        cmocka_unit_test(test_broadcast),
        cmocka_unit_test(test_no_broadcast_to_a_single_cpu),
        cmocka_unit_test(test_extended),
        cmocka_unit_test(test_which_lines_can_interrupt),
        cmocka_unit_test(test_status_of_cpus),
        cmocka_unit_test(test_boot_address),
        cmocka_unit_test(test_no_boot_registers),
        cmocka_unit_test(test_sixteen_cpus),
        cmocka_unit_test(test_too_many_cpus),
        cmocka_unit_test(test_core_is_told_changes_only),
        cmocka_unit_test(test_reset_forgets_everything),
        cmocka_unit_test(test_low_registers_appear_twice),
        cmocka_unit_test(test_unwritten_level_register),
        cmocka_unit_test(test_unwritten_level_and_extended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
