// SPDX-License-Identifier: MIT
/* GRGPIO: pins, edges and levels, where interrupts go, logical registers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_grgpio;

#define DATA      0x00
#define OUTPUT    0x04
#define DIRECTION 0x08
#define IMASK     0x0c
#define IPOL      0x10
#define IEDGE     0x14
#define CAP       0x1c
#define IRQMAPR   0x20
#define IAVAIL    0x40
#define IFLAG     0x44
#define LOR       0x54
#define LAND      0x64
#define LXOR      0x74

static struct l3_host *start(const char *irqgen)
{
    struct l3_host *host = mock_new(l3_builtin_grgpio);
    mock_property(host, "lines", "8");
    mock_property(host, "imask", "0xfffe");
    mock_property(host, "irqgen", irqgen);
    mock_property(host, "iflag", "on");
    mock_property(host, "input", "0xf30");
    assert_true(mock_start(host));
    return host;
}

static void pin(struct l3_host *host, uint32_t number, uint32_t level)
{
    host->device->pin_input(host->instance, number, level);
}

static void test_reset_state(void **state)
{
    (void)state;
    struct l3_host *host = start("4");
    assert_int_equal(mock_read(host, DATA), 0x30);
    assert_int_equal(mock_read(host, OUTPUT), 0);
    assert_int_equal(mock_read(host, DIRECTION), 0);
    assert_int_equal(mock_read(host, IMASK), 0);
    assert_int_equal(mock_read(host, CAP), 0x00010407);
    assert_int_equal(mock_read(host, IAVAIL), 0xfe);
    assert_int_equal(mock_read(host, IFLAG), 0);
    mock_free(host);
}

static void test_pins(void **state)
{
    (void)state;
    struct l3_host *host = start("0");
    pin(host, 0, 1);
    pin(host, 4, 0);
    assert_int_equal(mock_read(host, DATA), 0x21);
    mock_write(host, OUTPUT, 0xffffffff);
    assert_int_equal(mock_read(host, OUTPUT), 0xff);
    assert_int_equal(mock_read(host, DATA), 0x21);
    mock_write(host, DIRECTION, 0xffffff0e);
    assert_int_equal(mock_read(host, DIRECTION), 0x0e);
    assert_int_equal(mock_read(host, DATA), 0x2f);
    pin(host, 1, 0); /* pin 1 is an output: the level from outside has no effect */
    assert_int_equal(mock_read(host, DATA), 0x2f);
    mock_write(host, DATA, 0);
    assert_int_equal(mock_read(host, DATA), 0x2f);
    mock_write(host, OUTPUT, 0xf3);
    assert_int_equal(mock_read(host, DATA), 0x23);
    pin(host, 2, 1);
    assert_int_equal(mock_read(host, DATA), 0x23);
    mock_write(host, DIRECTION, 0);
    assert_int_equal(mock_read(host, DATA), 0x25);
    mock_free(host);
}

static void test_edges(void **state)
{
    (void)state;
    struct l3_host *host = start("0");
    mock_write(host, IEDGE, 0xff);
    mock_write(host, IPOL, 1 << 1);
    mock_write(host, IMASK, 1 << 1 | 1 << 4 | 1 << 0);
    assert_int_equal(mock_read(host, IMASK), 1 << 1 | 1 << 4);
    pin(host, 1, 1);
    assert_int_equal(host->pulses[1], 1);
    pin(host, 1, 1);
    pin(host, 1, 0);
    assert_int_equal(host->pulses[1], 1);
    pin(host, 4, 0);
    assert_int_equal(host->pulses[4], 1);
    pin(host, 4, 1);
    pin(host, 2, 1); /* masked */
    pin(host, 0, 1); /* cannot interrupt */
    assert_int_equal(host->pulses[4], 1);
    assert_int_equal(host->pulses[2] + host->pulses[0], 0);
    assert_int_equal(mock_read(host, IFLAG), 1 << 1 | 1 << 4);
    mock_write(host, IFLAG, 1 << 1);
    assert_int_equal(mock_read(host, IFLAG), 1 << 4);
    mock_free(host);
}

static void test_levels(void **state)
{
    (void)state;
    struct l3_host *host = start("0");
    mock_write(host, IPOL, 1 << 4);
    mock_write(host, IMASK, 1 << 4 | 1 << 3);
    assert_int_equal(host->levels[4], 1);
    assert_int_equal(host->levels[3], 1); /* active low */
    pin(host, 4, 0);
    pin(host, 3, 1);
    assert_int_equal(host->levels[4], 0);
    assert_int_equal(host->levels[3], 0);
    mock_write(host, IFLAG, 0xff);
    assert_int_equal(mock_read(host, IFLAG), 0);
    pin(host, 4, 1);
    mock_write(host, IFLAG, 0xff); /* comes again while the level stays */
    assert_int_equal(mock_read(host, IFLAG), 1 << 4);
    mock_write(host, IMASK, 0);
    assert_int_equal(host->levels[4], 0);
    mock_free(host);
}

/* Software that drives a pin sees its edges. */
static void test_output_interrupts(void **state)
{
    (void)state;
    struct l3_host *host = start("0");
    mock_write(host, DIRECTION, 1 << 2);
    mock_write(host, IEDGE, 1 << 2);
    mock_write(host, IPOL, 1 << 2);
    mock_write(host, IMASK, 1 << 2);
    mock_write(host, OUTPUT, 1 << 2);
    assert_int_equal(host->pulses[2], 1);
    mock_free(host);
}

static void test_interrupt_map(void **state)
{
    (void)state;
    struct l3_host *host = start("4");
    mock_write(host, IRQMAPR, 0xff030201);
    assert_int_equal(mock_read(host, IRQMAPR), 0x03030201);
    mock_write(host, IEDGE, 0xff);
    mock_write(host, IPOL, 0xff);
    mock_write(host, IMASK, 0xff);
    pin(host, 1, 1);
    pin(host, 2, 1);
    pin(host, 6, 1);
    assert_int_equal(host->pulses[3], 1);
    assert_int_equal(host->pulses[2], 1);
    assert_int_equal(host->pulses[0], 1);
    mock_write(host, IRQMAPR + 8, 1); /* there are only 8 pins */
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
    mock_free(host);
}

static void test_one_interrupt_for_all(void **state)
{
    (void)state;
    struct l3_host *host = start("1");
    mock_write(host, IPOL, 0xff);
    mock_write(host, IMASK, 1 << 1 | 1 << 2);
    pin(host, 1, 1);
    pin(host, 2, 1);
    assert_int_equal(host->levels[0], 1);
    pin(host, 1, 0);
    assert_int_equal(host->levels[0], 1);
    pin(host, 2, 0);
    assert_int_equal(host->levels[0], 0);
    mock_free(host);
}

/* An edge on an output that a level holds high changes nothing. */
static void test_edge_and_level_on_one_output(void **state)
{
    (void)state;
    struct l3_host *host = start("1");
    mock_write(host, IPOL, 0xff);
    mock_write(host, IEDGE, 1 << 2);
    mock_write(host, IMASK, 1 << 1 | 1 << 2);
    pin(host, 1, 1);
    pin(host, 2, 1);
    assert_int_equal(host->pulses[0], 0);
    pin(host, 1, 0);
    pin(host, 2, 0);
    pin(host, 2, 1);
    assert_int_equal(host->pulses[0], 1);
    mock_free(host);
}

static void test_logical_registers(void **state)
{
    (void)state;
    struct l3_host *host = start("0");
    mock_write(host, OUTPUT, 0x0f);
    mock_write(host, LOR, 0xfffff030);
    assert_int_equal(mock_read(host, OUTPUT), 0x3f);
    mock_write(host, LAND, 0xfa);
    assert_int_equal(mock_read(host, LAND), 0x3a);
    mock_write(host, LXOR, 0x11);
    assert_int_equal(mock_read(host, LXOR), 0x2b);
    mock_write(host, LOR + 4, 0x81);
    assert_int_equal(mock_read(host, DIRECTION), 0x81);
    assert_int_equal(mock_read(host, DATA), 0x31); /* an output that is 1 */
    mock_write(host, LOR + 8, 0xff);
    mock_write(host, LXOR + 8, 0x80);
    mock_write(host, LAND + 8, 0xf0);
    assert_int_equal(mock_read(host, IMASK), 0x70);
    assert_int_equal(host->levels[6], 1); /* active low */
    assert_int_equal(host->levels[3], 0);
    mock_free(host);
}

static void test_without_flags(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_grgpio);
    assert_true(mock_start(host));
    assert_int_equal(mock_read(host, CAP), 15);
    assert_int_equal(mock_read(host, IAVAIL), 0);
    assert_int_equal(mock_read(host, IFLAG), 0);
    assert_int_equal(mock_read(host, IRQMAPR), 0);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 3);
    mock_free(host);
}

static void test_snapshot_and_reset(void **state)
{
    (void)state;
    struct l3_host *host = start("0");
    mock_write(host, IPOL, 0xff);
    mock_write(host, IMASK, 1 << 1);
    pin(host, 1, 1);
    host = mock_clone(host);
    assert_int_equal(mock_read(host, DATA), 0x32);
    pin(host, 1, 0);
    assert_int_equal(host->levels[1], 0);
    pin(host, 1, 1);
    mock_reset(host, L3_RESET_WATCHDOG);
    assert_int_equal(host->levels[1], 0);
    assert_int_equal(mock_read(host, DATA), 0x32); /* levels from outside outlast the reset */
    assert_int_equal(mock_read(host, IMASK), 0);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_state),
        cmocka_unit_test(test_pins),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_output_interrupts),
        cmocka_unit_test(test_interrupt_map),
        cmocka_unit_test(test_one_interrupt_for_all),
        cmocka_unit_test(test_edge_and_level_on_one_output),
        cmocka_unit_test(test_logical_registers),
        cmocka_unit_test(test_without_flags),
        cmocka_unit_test(test_snapshot_and_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
