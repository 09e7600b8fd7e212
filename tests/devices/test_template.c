// SPDX-License-Identifier: MIT
/* The example of the device guide, plugins-api/template.c, works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_template;

static void test_counts_down(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_template);
    mock_property(host, "step", "50");
    assert_true(mock_start(host));
    assert_int_equal(mock_read(host, 0), 0);
    mock_write(host, 0, 3);
    assert_int_equal(mock_read(host, 0), 3);
    mock_advance(host, 50);
    assert_int_equal(mock_read(host, 0), 2);
    mock_advance(host, 99);
    assert_int_equal(mock_read(host, 0), 1);
    assert_int_equal(host->pulses[0], 0);
    mock_advance(host, 1);
    assert_int_equal(mock_read(host, 0), 0);
    assert_int_equal(host->pulses[0], 1);
    assert_int_equal(mock_armed(host), 0);
    mock_write(host, 0, 3);
    mock_reset(host, L3_RESET_SOFTWARE);
    assert_int_equal(mock_read(host, 0), 0);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
