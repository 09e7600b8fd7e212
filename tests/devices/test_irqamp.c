// SPDX-License-Identifier: MIT
/* IRQ(A)MP: delivery as in an IRQMP, interrupt map, internal controllers, time stamps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_irqamp;

#define ILEVEL       0x00
#define IPEND        0x04
#define IFORCE0      0x08
#define ICLEAR       0x0c
#define MPSTAT       0x10
#define BRDCST       0x14
#define ERRSTAT      0x18
#define WDOGCTRL     0x1c
#define ASMPCTRL     0x20
#define ICSELR0      0x24
#define MASK(cpu)    (0x40 + 4 * (cpu))
#define ALIAS(cpu)   (0x60 + 4 * (cpu))
#define FORCE(cpu)   (0x80 + 4 * (cpu))
#define EXTACK(cpu)  (0xc0 + 4 * (cpu))
#define COUNT(set)   (0x100 + 16 * (set))
#define STAMPC(set)  (0x104 + 16 * (set))
#define STAMPAS(set) (0x108 + 16 * (set))
#define STAMPAC(set) (0x10c + 16 * (set))
#define BADDR(cpu)   (0x200 + 4 * (cpu))
#define MAP(line)    (0x300 + (line) / 4 * 4)
#define PAGE(n)      (0x1000 * (n))

#define S1   0x04000000u
#define S2   0x02000000u
#define SETS 0x10000000u /* there are two sets of stamps */

/* As in the GR740, with a number of CPUs. */
static struct l3_host *start(uint32_t cpus)
{
    struct l3_host *host = mock_new(l3_builtin_irqamp);
    host->cpu_count = cpus;
    mock_property(host, "controllers", "4");
    mock_property(host, "eirq", "10");
    mock_property(host, "stamps", "2");
    assert_true(mock_start(host));
    return host;
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
    struct l3_host *host = start(4);
    assert_int_equal(mock_read(host, MPSTAT), 0x3c0a0000);
    assert_int_equal(mock_read(host, PAGE(1) + MPSTAT), 0x380a0000);
    assert_int_equal(mock_read(host, ASMPCTRL), 0x30000000);
    assert_int_equal(mock_read(host, ICSELR0), 0);
    assert_int_equal(mock_read(host, WDOGCTRL), 0);
    assert_int_equal(mock_read(host, MASK(0)), 0);
    assert_int_equal(mock_read(host, MAP(0)), 0x00010203);
    assert_int_equal(mock_read(host, MAP(28)), 0x1c1d1e1f);
    assert_int_equal(mock_read(host, MAP(28) + 4), 0);
    assert_int_equal(mock_read(host, PAGE(1) + MAP(0)), 0);
    mock_free(host);
}

/* irq_enabled() gives bus lines, with the interrupt map applied. */
static void test_which_lines_can_interrupt(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, MASK(1), 1u << 20 | 1 << 8 | 1 << 3);
    assert_int_equal(host->device->irq_enabled(host->instance, 0, 0), 0);
    assert_int_equal(host->device->irq_enabled(host->instance, 1, 3), 1u << 20 | 1 << 8);
    mock_write(host, MAP(0), 0x00080203); /* line 1 becomes 8, too */
    assert_int_equal(host->device->irq_enabled(host->instance, 1, 3), 1u << 20 | 1 << 8 | 1 << 1);
    assert_int_equal(host->device->irq_enabled(host->instance, 1, 10), 0);
    mock_free(host);
}

static void test_pending_until_acknowledged(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    pulse(host, 8);
    assert_int_equal(mock_read(host, IPEND), 1 << 8);
    assert_int_equal(host->cpus[0].level, 0);
    mock_write(host, MASK(0), 1 << 8);
    assert_int_equal(host->cpus[0].level, 8);
    acknowledge(host, 0, 8);
    assert_int_equal(mock_read(host, IPEND), 0);
    assert_int_equal(host->cpus[0].level, 0);
    mock_free(host);
}

static void test_priorities(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MASK(0), 0xfffe);
    mock_write(host, IPEND, 1 << 2 | 1 << 12 | 1);
    assert_int_equal(mock_read(host, IPEND), 1 << 2 | 1 << 12);
    assert_int_equal(host->cpus[0].level, 12);
    mock_write(host, ILEVEL, 1 << 2 | 1);
    assert_int_equal(mock_read(host, ILEVEL), 1 << 2);
    assert_int_equal(host->cpus[0].level, 2);
    mock_write(host, ICLEAR, 1 << 2);
    assert_int_equal(host->cpus[0].level, 12);
    mock_free(host);
}

static void test_line_that_stays_high_comes_again(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MASK(0), 1 << 4);
    line(host, 4, 1);
    acknowledge(host, 0, 4);
    assert_int_equal(host->cpus[0].level, 4);
    line(host, 4, 0);
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
    mock_write(host, FORCE(1), 1 << 14 | 1 << 3);
    assert_int_equal(host->cpus[0].level, 0);
    assert_int_equal(host->cpus[1].level, 14);
    mock_write(host, FORCE(1), 1u << 30);
    assert_int_equal(mock_read(host, FORCE(1)), 1 << 3);
    mock_write(host, IFORCE0, 1 << 5);
    assert_int_equal(mock_read(host, IFORCE0), 1 << 5);
    assert_int_equal(mock_read(host, FORCE(0)), 1 << 5);
    mock_write(host, IPEND, 1 << 5);
    acknowledge(host, 0, 5); /* the forced one first */
    assert_int_equal(mock_read(host, FORCE(0)), 0);
    assert_int_equal(mock_read(host, IPEND), 1 << 5);
    mock_write(host, FORCE(2), 1 << 3);
    assert_int_equal(mock_read(host, FORCE(2)), 0);
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
    acknowledge(host, 0, 9);
    assert_int_equal(host->cpus[0].level, 0);
    assert_int_equal(host->cpus[1].level, 9);
    pulse(host, 20); /* extended interrupts are not broadcast */
    assert_int_equal(mock_read(host, IPEND), 1 << 20);
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
    struct l3_host *host = start(2);
    mock_write(host, MASK(1), 1u << 29 | 1u << 31);
    pulse(host, 29);
    assert_int_equal(host->cpus[0].level, 0);
    assert_int_equal(host->cpus[1].level, 10); /* whatever mask bit 10 says */
    pulse(host, 31);
    acknowledge(host, 1, 10);
    assert_int_equal(mock_read(host, EXTACK(1)), 31);
    assert_int_equal(mock_read(host, IPEND), 1u << 29);
    acknowledge(host, 1, 10);
    assert_int_equal(mock_read(host, EXTACK(1)), 29);
    assert_int_equal(host->cpus[1].level, 0);
    mock_write(host, MASK(1), 1u << 10);
    mock_write(host, IPEND, 1u << 10);
    acknowledge(host, 1, 10);
    assert_int_equal(mock_read(host, EXTACK(1)), 0);
    assert_int_equal(mock_read(host, IPEND), 0);
    mock_free(host);
}

static void test_without_extended_interrupts(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_irqamp);
    assert_true(mock_start(host));
    mock_write(host, MASK(0), 0xffffffff);
    assert_int_equal(mock_read(host, MASK(0)), 0xfffe);
    pulse(host, 20);
    assert_int_equal(mock_read(host, IPEND), 0);
    assert_int_equal(mock_read(host, ASMPCTRL), 0);
    mock_write(host, ASMPCTRL, 3);
    assert_int_equal(mock_read(host, ASMPCTRL), 0);
    mock_write(host, MAP(0), 0xffffffff);
    assert_int_equal(mock_read(host, MAP(0)), 0x0f0f0f0f);
    mock_free(host);
}

/* ---- map ---- */

static void test_map(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MAP(28), 0x1c031e0b);
    assert_int_equal(mock_read(host, MAP(28)), 0x1c031e0b);
    mock_write(host, MASK(0), 0xfffffffe);
    pulse(host, 29);
    assert_int_equal(mock_read(host, IPEND), 1 << 3);
    pulse(host, 31);
    assert_int_equal(mock_read(host, IPEND), 1 << 3 | 1 << 11);
    mock_write(host, ICLEAR, 0xffffffff);
    mock_write(host, MAP(0), 0x00000000); /* mapped to line 0: no interrupt */
    pulse(host, 1);
    assert_int_equal(mock_read(host, IPEND), 0);
    mock_write(host, MAP(0), 0xff01ffff);
    assert_int_equal(mock_read(host, MAP(0)), 0x1f011f1f);
    pulse(host, 0);
    assert_int_equal(mock_read(host, IPEND), 1u << 31);
    mock_free(host);
}

static void test_map_is_in_the_first_page_only(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, PAGE(2) + MAP(0), 0);
    assert_int_equal(mock_read(host, MAP(0)), 0x00010203);
    mock_free(host);
}

/* ---- several controllers ---- */

static void test_lines_reach_all_controllers(void **state)
{
    (void)state;
    struct l3_host *host = start(4);
    mock_write(host, ICSELR0, 0x01230000);
    assert_int_equal(mock_read(host, PAGE(3) + ICSELR0), 0x01230000);
    for (uint32_t cpu = 0; cpu < 4; cpu++) {
        mock_write(host, PAGE(cpu) + MASK(cpu), 1 << 6);
    }
    pulse(host, 6);
    for (uint32_t cpu = 0; cpu < 4; cpu++) {
        assert_int_equal(host->cpus[cpu].level, 6);
    }
    acknowledge(host, 2, 6);
    assert_int_equal(host->cpus[2].level, 0);
    assert_int_equal(host->cpus[1].level, 6);
    assert_int_equal(mock_read(host, PAGE(2) + IPEND), 0);
    assert_int_equal(mock_read(host, PAGE(1) + IPEND), 1 << 6);
    mock_write(host, PAGE(1) + ICLEAR, 1 << 6);
    assert_int_equal(host->cpus[1].level, 0);
    assert_int_equal(host->cpus[3].level, 6);
    mock_free(host);
}

/* Registers of a CPU are written in the page of its controller. */
static void test_pages_guard_cpus(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, ICSELR0, 0x01000000);
    mock_write(host, PAGE(0) + MASK(1), 1 << 4);
    assert_int_equal(mock_read(host, MASK(1)), 0);
    mock_write(host, PAGE(1) + MASK(1), 1 << 4);
    assert_int_equal(mock_read(host, PAGE(0) + MASK(1)), 1 << 4);
    mock_write(host, PAGE(0) + FORCE(1), 1 << 4);
    assert_int_equal(mock_read(host, FORCE(1)), 0);
    mock_write(host, PAGE(1) + IFORCE0, 1 << 4);
    assert_int_equal(mock_read(host, FORCE(0)), 0);
    mock_write(host, PAGE(0) + MPSTAT, 3);
    assert_int_equal(host->cpus[0].wakes, 1);
    assert_int_equal(host->cpus[1].wakes, 0);
    mock_write(host, PAGE(1) + MPSTAT, 3);
    assert_int_equal(host->cpus[1].wakes, 1);
    mock_free(host);
}

/* With ICF software can set, but not clear, force bits of a CPU in every controller's page. */
static void test_force_from_another_page(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, ICSELR0, 0x01000000);
    mock_write(host, ASMPCTRL, 2);
    assert_int_equal(mock_read(host, PAGE(1) + ASMPCTRL), 0x30000002);
    mock_write(host, PAGE(0) + FORCE(1), 1 << 4);
    assert_int_equal(mock_read(host, FORCE(1)), 1 << 4);
    mock_write(host, PAGE(0) + FORCE(1), 1 << 20);
    assert_int_equal(mock_read(host, FORCE(1)), 1 << 4);
    mock_write(host, PAGE(1) + FORCE(1), 1 << 20);
    assert_int_equal(mock_read(host, FORCE(1)), 0);
    mock_free(host);
}

static void test_select_can_be_locked(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, ICSELR0, 0xffffffff);
    assert_int_equal(mock_read(host, ICSELR0), 0x33000000);
    mock_write(host, ASMPCTRL, 1);
    mock_write(host, ICSELR0, 0);
    assert_int_equal(mock_read(host, ICSELR0), 0x33000000);
    mock_write(host, ASMPCTRL, 0);
    mock_write(host, ICSELR0, 0);
    assert_int_equal(mock_read(host, ICSELR0), 0);
    mock_free(host);
}

static void test_broadcast_stays_with_the_controller(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, ICSELR0, 0x01000000);
    mock_write(host, PAGE(1) + BRDCST, 1 << 7);
    pulse(host, 7);
    assert_int_equal(mock_read(host, FORCE(0)), 0);
    assert_int_equal(mock_read(host, FORCE(1)), 1 << 7);
    assert_int_equal(mock_read(host, PAGE(0) + IPEND), 1 << 7);
    assert_int_equal(mock_read(host, PAGE(1) + IPEND), 0);
    mock_free(host);
}

/* ---- CPUs ---- */

static void test_state_of_cpus(void **state)
{
    (void)state;
    struct l3_host *host = start(4);
    host->cpus[1].status = L3_CPU_POWER_DOWN;
    host->cpus[2].status = L3_CPU_ERROR;
    assert_int_equal(mock_read(host, MPSTAT), 0x3c0a0002);
    assert_int_equal(mock_read(host, ERRSTAT), 1 << 2);
    assert_int_equal(mock_read(host, PAGE(1) + ERRSTAT), 0);
    mock_write(host, ERRSTAT, 1 << 3);
    mock_write(host, PAGE(1) + ERRSTAT, 1 << 0);
    assert_int_equal(host->cpus[3].forced, 1);
    assert_int_equal(host->cpus[0].forced, 0);
    mock_free(host);
}

static void test_boot_address(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, BADDR(1), 0x40001004);
    assert_int_equal(host->cpus[1].boot_address, 0x40001000);
    assert_int_equal(host->cpus[1].wakes, 0);
    mock_write(host, ALIAS(1), 0x40002001);
    assert_int_equal(host->cpus[1].boot_address, 0x40002000);
    assert_int_equal(host->cpus[1].wakes, 1);
    assert_int_equal(mock_read(host, BADDR(1)), 0);
    mock_write(host, PAGE(1) + BADDR(1), 1);
    mock_write(host, BADDR(2), 1);
    assert_int_equal(host->cpus[1].wakes, 1);
    mock_free(host);
}

/* ---- time stamps ---- */

static void test_stamps(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MASK(0), 1 << 8);
    mock_write(host, STAMPC(1), 0xffffffff & ~0x37u);
    assert_int_equal(mock_read(host, STAMPC(1)), SETS | 8);
    mock_advance(host, 100);
    pulse(host, 8);
    assert_int_equal(mock_read(host, STAMPC(1)), SETS | S1 | 8);
    mock_advance(host, 7);
    acknowledge(host, 0, 8);
    assert_int_equal(mock_read(host, STAMPC(1)), SETS | S1 | S2 | 8);
    assert_int_equal(mock_read(host, STAMPAS(1)), 1100);
    assert_int_equal(mock_read(host, STAMPAC(1)), 1107);
    mock_advance(host, 1);
    assert_int_equal(mock_read(host, COUNT(1)), 1108);
    assert_int_equal(mock_read(host, STAMPC(0)), SETS);
    assert_int_equal(mock_read(host, STAMPC(2)), 0);
    mock_free(host);
}

/* Without KS a new assertion overwrites the stamps. */
static void test_latest_stamp(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, STAMPC(0), 8);
    pulse(host, 8);
    acknowledge(host, 0, 8);
    mock_advance(host, 50);
    pulse(host, 8);
    assert_int_equal(mock_read(host, STAMPC(0)), SETS | S1 | 8);
    assert_int_equal(mock_read(host, STAMPAS(0)), 1050);
    mock_free(host);
}

static void test_first_stamp_is_kept(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, STAMPC(0), 0x28);
    pulse(host, 8);
    acknowledge(host, 0, 8);
    mock_advance(host, 50);
    pulse(host, 8);
    acknowledge(host, 0, 8);
    assert_int_equal(mock_read(host, STAMPC(0)), SETS | S1 | S2 | 0x28);
    assert_int_equal(mock_read(host, STAMPAS(0)), 1000);
    assert_int_equal(mock_read(host, STAMPAC(0)), 1000);
    mock_write(host, STAMPC(0), S1 | S2 | 0x28);
    assert_int_equal(mock_read(host, STAMPC(0)), SETS | 0x28);
    pulse(host, 8);
    assert_int_equal(mock_read(host, STAMPAS(0)), 1050);
    mock_free(host);
}

/* Stamps select interrupt numbers, which the map makes of bus lines.  For an extended interrupt the
 * acknowledge stamp is that of its own number, not of eirq. */
static void test_stamps_of_a_mapped_line(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, MAP(4), 0x14050607);
    mock_write(host, STAMPC(0), 20);
    mock_write(host, MASK(0), 1 << 20);
    pulse(host, 20);
    mock_advance(host, 3);
    pulse(host, 4);
    assert_int_equal(mock_read(host, STAMPAS(0)), 1003);
    mock_advance(host, 4);
    acknowledge(host, 0, 10);
    assert_int_equal(mock_read(host, STAMPAC(0)), 1007);
    assert_int_equal(mock_read(host, EXTACK(0)), 20);
    mock_free(host);
}

static void test_forced_interrupts_are_not_stamped(void **state)
{
    (void)state;
    struct l3_host *host = start(1);
    mock_write(host, STAMPC(0), 8);
    mock_write(host, FORCE(0), 1 << 8);
    mock_write(host, IPEND, 1 << 8);
    assert_int_equal(mock_read(host, STAMPC(0)), SETS | 8);
    mock_free(host);
}

/* ---- life ---- */

static void test_too_many(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_irqamp);
    host->cpu_count = 9;
    assert_false(mock_start(host));
    assert_non_null(strstr(host->failure, "9 CPUs"));
    mock_free(host);
    host = mock_new(l3_builtin_irqamp);
    mock_property(host, "controllers", "3");
    assert_false(mock_start(host));
    assert_non_null(strstr(host->failure, "3 internal"));
    mock_free(host);
}

static void test_snapshot_and_reset(void **state)
{
    (void)state;
    struct l3_host *host = start(4);
    mock_write(host, ICSELR0, 0x01230000);
    mock_write(host, PAGE(3) + MASK(3), 1 << 6);
    line(host, 6, 1);
    host = mock_clone(host);
    assert_int_equal(mock_read(host, PAGE(3) + IPEND), 1 << 6);
    acknowledge(host, 3, 6);
    assert_int_equal(host->cpus[3].level, 6); /* the line is still high */
    mock_reset(host, L3_RESET_SOFTWARE);
    assert_int_equal(host->cpus[3].level, 0);
    assert_int_equal(mock_read(host, PAGE(3) + IPEND), 0);
    assert_int_equal(mock_read(host, ICSELR0), 0);
    mock_write(host, MASK(3), 1 << 6);
    assert_int_equal(host->cpus[3].level, 0);
    mock_free(host);
}

/* Each controller has a level register of its own. */
static void test_unwritten_level_register(void **state)
{
    (void)state;
    struct l3_host *host = start(2);
    mock_write(host, ICSELR0, 0x01000000); /* CPU 1 belongs to controller 1 */
    mock_write(host, MASK(0), 0xfffe);
    mock_write(host, PAGE(1) + MASK(1), 0xfffe);
    mock_write(host, ILEVEL, 0);
    pulse(host, 3);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 0);
    pulse(host, 5); /* of controller 1 */
    pulse(host, 6);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
    mock_reset(host, L3_RESET_POWER_ON);
    mock_write(host, MASK(0), 0xfffe);
    pulse(host, 3);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
    pulse(host, 5);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 2);
    mock_reset(host, L3_RESET_POWER_ON);
    mock_write(host, MASK(0), 1u << 20 | 1 << 3);
    pulse(host, 20);
    pulse(host, 3);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 3);
    mock_free(host);
}

static void test_core_is_told_changes_only(void **state)
{
    (void)state;
    struct l3_host *host = start(4);
    mock_write(host, MASK(0), 0xfffe);
    uint32_t calls = host->level_calls;
    pulse(host, 5);
    pulse(host, 5);
    pulse(host, 4);
    mock_write(host, MASK(1), 0);
    assert_int_equal(host->level_calls, calls + 1);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_state),
        cmocka_unit_test(test_which_lines_can_interrupt),
        cmocka_unit_test(test_pending_until_acknowledged),
        cmocka_unit_test(test_priorities),
        cmocka_unit_test(test_line_that_stays_high_comes_again),
        cmocka_unit_test(test_force),
        cmocka_unit_test(test_broadcast),
        cmocka_unit_test(test_no_broadcast_to_a_single_cpu),
        cmocka_unit_test(test_extended),
        cmocka_unit_test(test_without_extended_interrupts),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_map_is_in_the_first_page_only),
        cmocka_unit_test(test_lines_reach_all_controllers),
        cmocka_unit_test(test_pages_guard_cpus),
        cmocka_unit_test(test_force_from_another_page),
        cmocka_unit_test(test_select_can_be_locked),
        cmocka_unit_test(test_broadcast_stays_with_the_controller),
        cmocka_unit_test(test_state_of_cpus),
        cmocka_unit_test(test_boot_address),
        cmocka_unit_test(test_stamps),
        cmocka_unit_test(test_latest_stamp),
        cmocka_unit_test(test_first_stamp_is_kept),
        cmocka_unit_test(test_stamps_of_a_mapped_line),
        cmocka_unit_test(test_forced_interrupts_are_not_stamped),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_snapshot_and_reset),
        cmocka_unit_test(test_unwritten_level_register),
        cmocka_unit_test(test_core_is_told_changes_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
