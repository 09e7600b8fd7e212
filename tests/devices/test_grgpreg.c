// SPDX-License-Identifier: MIT
/* GRGPREG and GRGPRBANK: reset values, bits and registers that exist. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_grgpreg;
extern const struct l3_device_class *const l3_builtin_grgprbank;

static void test_register_of_40_bits(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_grgpreg);
    mock_property(host, "bits", "40");
    mock_property(host, "reset", "0x12345678");
    mock_property(host, "reset2", "0xabcd");
    assert_true(mock_start(host));
    assert_int_equal(mock_read(host, 0), 0x12345678);
    assert_int_equal(mock_read(host, 4), 0xcd);
    mock_write(host, 0, 0xffffffff);
    mock_write(host, 4, 0xffffffff);
    assert_int_equal(mock_read(host, 0), 0xffffffff);
    assert_int_equal(mock_read(host, 4), 0xff);
    host = mock_clone(host);
    assert_int_equal(mock_read(host, 4), 0xff);
    mock_reset(host, L3_RESET_SOFTWARE);
    assert_int_equal(mock_read(host, 4), 0xcd);
    mock_free(host);
}

static void test_register_of_64_and_of_16_bits(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_grgpreg);
    mock_property(host, "bits", "64");
    assert_true(mock_start(host));
    mock_write(host, 4, 0xffffffff);
    assert_int_equal(mock_read(host, 4), 0xffffffff);
    mock_free(host);
    host = mock_new(l3_builtin_grgpreg);
    assert_true(mock_start(host));
    mock_write(host, 0, 0xffffffff);
    mock_write(host, 4, 0xffffffff);
    assert_int_equal(mock_read(host, 0), 0xffff);
    assert_int_equal(mock_read(host, 4), 0);
    mock_free(host);
}

static struct l3_host *bank(const char *reset)
{
    struct l3_host *host = mock_new(l3_builtin_grgprbank);
    mock_property(host, "registers", "5");
    mock_property(host, "bits", "24");
    mock_property(host, "reset", reset);
    return host;
}

static void test_bank(void **state)
{
    (void)state;
    struct l3_host *host = bank("0x11:0x22000022:3");
    assert_true(mock_start(host));
    assert_int_equal(mock_read(host, 0x00), 0x11);
    assert_int_equal(mock_read(host, 0x04), 0x22);
    assert_int_equal(mock_read(host, 0x08), 3);
    assert_int_equal(mock_read(host, 0x10), 3);
    mock_write(host, 0x10, 0xffffffff);
    assert_int_equal(mock_read(host, 0x10), 0x00ffffff);
    assert_int_equal(mock_read(host, 0x0c), 3);
    host = mock_clone(host);
    assert_int_equal(mock_read(host, 0x10), 0x00ffffff);
    mock_reset(host, L3_RESET_SOFTWARE);
    assert_int_equal(mock_read(host, 0x10), 3);
    mock_free(host);
}

/* A bank of five registers decodes addresses of eight. */
static void test_past_the_end_of_a_bank(void **state)
{
    (void)state;
    struct l3_host *host = bank("7");
    assert_true(mock_start(host));
    mock_write(host, 0x14, 0xffffffff);
    assert_int_equal(mock_read(host, 0x14), 0);
    mock_write(host, 0x20, 0x55);
    assert_int_equal(mock_read(host, 0x00), 0x55);
    mock_free(host);
}

static void test_bad_reset_values(void **state)
{
    static const char *const values[] = {
        "", "1:", "1:x", "1,2", "1:2:3:4:5:6", "0x100000000", "1 ",
    };
    (void)state;
    for (uint32_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct l3_host *host = bank(values[i]);
        assert_false(mock_start(host));
        assert_non_null(strstr(host->failure, "5 numbers"));
        mock_free(host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_register_of_40_bits),
        cmocka_unit_test(test_register_of_64_and_of_16_bits),
        cmocka_unit_test(test_bank),
        cmocka_unit_test(test_past_the_end_of_a_bank),
        cmocka_unit_test(test_bad_reset_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
