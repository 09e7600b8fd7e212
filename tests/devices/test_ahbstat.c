// SPDX-License-Identifier: MIT
/* AHBSTAT: errors on the bus, re-arming, the interrupt of a new error, filters of revision 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_ahbstat;

#define AHBS(pair)   (8 * (pair))
#define AHBFAR(pair) (8 * (pair) + 4)

#define NE 0x0100u
#define CE 0x0200u
#define AF 0x0400u
#define CF 0x0800u
#define FW 0x1000u
#define ME 0x2000u

static struct l3_host *start(const char *filters)
{
    struct l3_host *host = mock_new(l3_builtin_ahbstat);
    mock_property(host, "filters", filters);
    assert_true(mock_start(host));
    return host;
}

static void test_reset_state(void **state)
{
    (void)state;
    struct l3_host *host = start("on");
    for (uint32_t offset = 0; offset < 0x10; offset += 4) {
        assert_int_equal(mock_read(host, offset), 0);
    }
    mock_free(host);
}

static void test_new_error_interrupts_once(void **state)
{
    (void)state;
    struct l3_host *host = start("off");
    mock_write(host, AHBS(0), NE);
    assert_int_equal(mock_read(host, AHBS(0)), NE);
    assert_int_equal(host->pulses[0], 1);
    mock_write(host, AHBS(0), NE | CE);
    assert_int_equal(mock_read(host, AHBS(0)), NE | CE);
    assert_int_equal(host->pulses[0], 1);
    mock_free(host);
}

static void test_clearing_arms_it_again(void **state)
{
    (void)state;
    struct l3_host *host = start("off");
    mock_write(host, AHBS(0), NE | CE);
    mock_write(host, AHBS(0), 0);
    assert_int_equal(mock_read(host, AHBS(0)), 0);
    assert_int_equal(host->pulses[0], 1);
    mock_write(host, AHBS(0), NE);
    assert_int_equal(host->pulses[0], 2);
    mock_free(host);
}

static void test_what_software_cannot_write(void **state)
{
    (void)state;
    struct l3_host *host = start("off");
    mock_write(host, AHBS(0), 0xffffffff);
    mock_write(host, AHBFAR(0), 0xffffffff);
    assert_int_equal(mock_read(host, AHBS(0)), NE | CE);
    assert_int_equal(mock_read(host, AHBFAR(0)), 0);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 0);
    mock_free(host);
}

static void test_revision_0_has_one_pair(void **state)
{
    (void)state;
    struct l3_host *host = start("off");
    mock_write(host, AHBS(1), NE);
    assert_int_equal(mock_read(host, AHBS(1)), 0);
    assert_int_equal(host->pulses[0], 0);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 2);
    mock_free(host);
}

static void test_filters(void **state)
{
    (void)state;
    struct l3_host *host = start("on");
    mock_write(host, AHBS(0), AF | CF); /* without FW they stay */
    assert_int_equal(mock_read(host, AHBS(0)), 0);
    mock_write(host, AHBS(0), FW | AF | CF);
    mock_write(host, AHBS(1), FW | CF | ME | NE);
    assert_int_equal(mock_read(host, AHBS(0)), AF | CF);
    assert_int_equal(mock_read(host, AHBS(1)), CF | ME | NE);
    assert_int_equal(host->pulses[0], 1);
    mock_write(host, AHBS(1), 0);
    assert_int_equal(mock_read(host, AHBS(1)), CF);
    mock_free(host);
}

/* ---- errors on the bus ---- */

static void fail_access(struct l3_host *host, uint32_t address, uint32_t size, uint32_t write,
                        uint32_t master)
{
    struct l3_bus_error error = {sizeof error, size, address, write, 0, master, 0};
    host->bus_error(host->instance, &error);
}

#define KIND(size, master, write) ((uint32_t)(size) | (uint32_t)(master) << 3 | (write) << 7)

static void test_first_error_is_frozen(void **state)
{
    (void)state;
    struct l3_host *host = start("off");
    fail_access(host, 0xa0000124, 2, 1, 3);
    assert_int_equal(mock_read(host, AHBS(0)), NE | KIND(1, 3, 1));
    assert_int_equal(mock_read(host, AHBFAR(0)), 0xa0000124);
    assert_int_equal(host->pulses[0], 1);
    fail_access(host, 0xb0000000, 4, 0, 0);
    assert_int_equal(mock_read(host, AHBS(0)), NE | KIND(1, 3, 1));
    assert_int_equal(mock_read(host, AHBFAR(0)), 0xa0000124);
    assert_int_equal(host->pulses[0], 1);
    mock_write(host, AHBS(0), 0);
    fail_access(host, 0xb0000008, 4, 0, 0);
    assert_int_equal(mock_read(host, AHBS(0)), NE | KIND(2, 0, 0));
    assert_int_equal(mock_read(host, AHBFAR(0)), 0xb0000008);
    assert_int_equal(host->pulses[0], 2);
    mock_free(host);
}

static void test_sizes_on_the_bus(void **state)
{
    static const uint32_t bytes[] = {1, 2, 4, 8}, hsize[] = {0, 1, 2, 2};
    (void)state;
    struct l3_host *host = start("off");
    for (unsigned i = 0; i < 4; i++) {
        fail_access(host, 0xa0000000, bytes[i], 0, 15);
        assert_int_equal(mock_read(host, AHBS(0)), NE | KIND(hsize[i], 15, 0));
        mock_write(host, AHBS(0), 0);
    }
    mock_free(host);
}

static void test_second_pair_takes_the_next(void **state)
{
    (void)state;
    struct l3_host *host = start("on");
    fail_access(host, 0xa0000000, 4, 0, 0);
    fail_access(host, 0xa0000010, 4, 0, 1);
    assert_int_equal(mock_read(host, AHBS(0)), NE | KIND(2, 0, 0));
    assert_int_equal(mock_read(host, AHBS(1)), NE | KIND(2, 1, 0));
    assert_int_equal(mock_read(host, AHBFAR(1)), 0xa0000010);
    assert_int_equal(host->pulses[0], 2);
    fail_access(host, 0xa0000020, 4, 0, 2);
    assert_int_equal(mock_read(host, AHBS(0)), ME | NE | KIND(2, 0, 0));
    assert_int_equal(mock_read(host, AHBS(1)), ME | NE | KIND(2, 1, 0));
    assert_int_equal(mock_read(host, AHBFAR(1)), 0xa0000010);
    assert_int_equal(host->pulses[0], 2);
    mock_free(host);
}

static void test_a_pair_that_ignores_errors(void **state)
{
    (void)state;
    struct l3_host *host = start("on");
    mock_write(host, AHBS(0), FW | AF);
    fail_access(host, 0xa0000000, 1, 1, 0);
    assert_int_equal(mock_read(host, AHBS(0)), AF);
    assert_int_equal(mock_read(host, AHBS(1)), NE | KIND(0, 0, 1));
    fail_access(host, 0xa0000004, 1, 1, 0);
    assert_int_equal(mock_read(host, AHBS(1)), ME | NE | KIND(0, 0, 1));
    mock_write(host, AHBS(1), FW | AF);
    fail_access(host, 0xa0000008, 1, 1, 0);
    assert_int_equal(mock_read(host, AHBS(1)), AF | KIND(0, 0, 1));
    assert_int_equal(host->pulses[0], 1);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_state),
        cmocka_unit_test(test_new_error_interrupts_once),
        cmocka_unit_test(test_clearing_arms_it_again),
        cmocka_unit_test(test_what_software_cannot_write),
        cmocka_unit_test(test_revision_0_has_one_pair),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_first_error_is_frozen),
        cmocka_unit_test(test_sizes_on_the_bus),
        cmocka_unit_test(test_second_pair_takes_the_next),
        cmocka_unit_test(test_a_pair_that_ignores_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
