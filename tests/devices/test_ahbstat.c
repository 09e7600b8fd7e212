// SPDX-License-Identifier: MIT
/* AHBSTAT: re-arming, the interrupt of a new error, filters of revision 1. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_state),
        cmocka_unit_test(test_new_error_interrupts_once),
        cmocka_unit_test(test_clearing_arms_it_again),
        cmocka_unit_test(test_what_software_cannot_write),
        cmocka_unit_test(test_revision_0_has_one_pair),
        cmocka_unit_test(test_filters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
