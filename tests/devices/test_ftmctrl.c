// SPDX-License-Identifier: MIT
/* FTMCTRL: reset values, bits that are kept, variants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_ftmctrl;

#define MCFG1 0x00
#define MCFG2 0x04
#define MCFG3 0x08
#define MCFG5 0x10
#define MCFG7 0x18

static struct l3_host *start(const char *name, const char *value)
{
    struct l3_host *host = mock_new(l3_builtin_ftmctrl);
    if (name != NULL) {
        mock_property(host, name, value);
    }
    assert_true(mock_start(host));
    return host;
}

static void test_reset_values(void **state)
{
    (void)state;
    struct l3_host *host = start(NULL, NULL);
    assert_int_equal(mock_read(host, MCFG1), 0x000000ff);
    assert_int_equal(mock_read(host, MCFG2), 0x7c400000);
    assert_int_equal(mock_read(host, MCFG3), 0x08000000);
    assert_int_equal(mock_read(host, MCFG5), 0);
    assert_int_equal(mock_read(host, MCFG7), 0);
    mock_free(host);
}

static void test_bits_that_are_kept(void **state)
{
    (void)state;
    struct l3_host *host = start(NULL, NULL);
    for (uint32_t offset = MCFG1; offset <= MCFG7; offset += 4) {
        mock_write(host, offset, 0xffffffff);
    }
    assert_int_equal(mock_read(host, MCFG1), 0x7efbcbff);
    assert_int_equal(mock_read(host, MCFG2), 0xffe07eff); /* the SDRAM command is done */
    assert_int_equal(mock_read(host, MCFG3), 0x0fffffff);
    assert_int_equal(mock_read(host, MCFG5), 0x3f803f80);
    assert_int_equal(mock_read(host, MCFG7), 0xffffffff);
    mock_write(host, MCFG3, 0);
    assert_int_equal(mock_read(host, MCFG3), 0x08000000);
    mock_reset(host, L3_RESET_WATCHDOG);
    assert_int_equal(mock_read(host, MCFG1), 0x000000ff);
    mock_free(host);
}

static void test_registers_that_are_not_there(void **state)
{
    (void)state;
    struct l3_host *host = start(NULL, NULL);
    mock_write(host, 0x0c, 0xffffffff);
    assert_int_equal(mock_read(host, 0x0c), 0);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 2);
    mock_free(host);
}

static void test_bootstrap(void **state)
{
    (void)state;
    struct l3_host *host = start("prom_width", "32");
    assert_int_equal(mock_read(host, MCFG1), 0x000002ff);
    mock_free(host);
    host = start("prom_width", "16");
    assert_int_equal(mock_read(host, MCFG1), 0x000001ff);
    mock_free(host);
    host = start("prom_edac", "on");
    assert_int_equal(mock_read(host, MCFG3), 0x08000100);
    mock_free(host);
}

static void test_width_that_does_not_exist(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_ftmctrl);
    mock_property(host, "prom_width", "24");
    assert_false(mock_start(host));
    assert_non_null(strstr(host->failure, "24"));
    mock_free(host);
}

static void test_without_edac(void **state)
{
    (void)state;
    struct l3_host *host = start("edac", "off");
    mock_write(host, MCFG3, 0xffffffff);
    assert_int_equal(mock_read(host, MCFG3), 0x07fff000);
    mock_free(host);
}

static void test_without_sdram(void **state)
{
    (void)state;
    struct l3_host *host = start("sdram", "off");
    assert_int_equal(mock_read(host, MCFG2), 0);
    mock_write(host, MCFG2, 0xffffffff);
    mock_write(host, MCFG3, 0xffffffff);
    assert_int_equal(mock_read(host, MCFG2), 0x00001eff);
    assert_int_equal(mock_read(host, MCFG3), 0x08000fff);
    mock_free(host);
}

static void test_snapshot(void **state)
{
    (void)state;
    struct l3_host *host = start(NULL, NULL);
    mock_write(host, MCFG2, 0x1234);
    host = mock_clone(host);
    assert_int_equal(mock_read(host, MCFG2), 0x1234 & 0x7eff);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_values),
        cmocka_unit_test(test_bits_that_are_kept),
        cmocka_unit_test(test_registers_that_are_not_there),
        cmocka_unit_test(test_bootstrap),
        cmocka_unit_test(test_width_that_does_not_exist),
        cmocka_unit_test(test_without_edac),
        cmocka_unit_test(test_without_sdram),
        cmocka_unit_test(test_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
