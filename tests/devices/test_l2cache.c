// SPDX-License-Identifier: MIT
/* L2CACHE: what a probe sees, flushes, registers that are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_l2cache;

#define L2CC    0x00
#define L2CS    0x04
#define L2CFMA  0x08
#define L2CFSI  0x0c
#define L2CERR  0x20
#define L2CACCC 0x3c
#define L2CMTRR 0x80

static struct l3_host *start(void)
{
    struct l3_host *host = mock_new(l3_builtin_l2cache);
    assert_true(mock_start(host));
    return host;
}

/* The GR740 has 4 ways of 512 KiB, 16 MTRRs and a 128-bit backend. */
static void test_probe(void **state)
{
    (void)state;
    struct l3_host *host = start();
    assert_int_equal(mock_read(host, L2CC), 0x00040000);
    assert_int_equal(mock_read(host, L2CS), 0x00502803);
    mock_write(host, L2CS, 0);
    assert_int_equal(mock_read(host, L2CS), 0x00502803);
    mock_free(host);
}

static void test_other_sizes(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_l2cache);
    mock_property(host, "ways", "2");
    mock_property(host, "way_size", "64");
    mock_property(host, "line", "64");
    mock_property(host, "mtrrs", "1");
    assert_true(mock_start(host));
    assert_int_equal(mock_read(host, L2CS), 0x01412101);
    mock_write(host, L2CMTRR + 4, 1);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
    mock_free(host);
}

static void test_line_of_another_size(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_l2cache);
    mock_property(host, "line", "48");
    assert_false(mock_start(host));
    assert_non_null(strstr(host->failure, "48"));
    mock_free(host);
}

/* Software that waits for a flush polls the mode field, which reads 0 at once. */
static void test_flush_is_done_at_once(void **state)
{
    (void)state;
    struct l3_host *host = start();
    mock_write(host, L2CFMA, 0x40000027);
    assert_int_equal(mock_read(host, L2CFMA), 0x40000020);
    mock_write(host, L2CFSI, 0x00000007);
    assert_int_equal(mock_read(host, L2CFSI), 0);
    mock_free(host);
}

static void test_flush_can_disable(void **state)
{
    (void)state;
    struct l3_host *host = start();
    mock_write(host, L2CC, 0x80000000);
    mock_write(host, L2CFSI, 0x7);
    assert_int_equal(mock_read(host, L2CC), 0x80040000);
    mock_write(host, L2CFSI, 0xf);
    assert_int_equal(mock_read(host, L2CC), 0x00040000);
    mock_write(host, L2CC, 0x80000000);
    mock_write(host, L2CFMA, 0xf);
    assert_int_equal(mock_read(host, L2CC), 0x00040000);
    mock_free(host);
}

static void test_registers_are_kept(void **state)
{
    (void)state;
    struct l3_host *host = start();
    mock_write(host, L2CC, 0xffffffff);
    mock_write(host, L2CERR, 0xffffffff);
    mock_write(host, L2CMTRR + 4 * 15, 0x12345678);
    assert_int_equal(mock_read(host, L2CC), 0xf004ff3f);
    assert_int_equal(mock_read(host, L2CERR), 0x00080ffe);
    host = mock_clone(host);
    assert_int_equal(mock_read(host, L2CMTRR + 4 * 15), 0x12345678);
    mock_write(host, L2CMTRR + 4 * 16, 1);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
    mock_free(host);
}

/* A property gives the access control register the value that a boot loader would have left
 * there. */
static void test_access_control(void **state)
{
    (void)state;
    struct l3_host *host = start();
    assert_int_equal(mock_read(host, L2CACCC), 0);
    mock_free(host);
    host = mock_new(l3_builtin_l2cache);
    mock_property(host, "accc", "0x12");
    assert_true(mock_start(host));
    assert_int_equal(mock_read(host, L2CACCC), 0x12);
    mock_write(host, L2CACCC, UINT32_MAX);
    assert_int_equal(mock_read(host, L2CACCC), 0x67f6);
    mock_reset(host, L3_RESET_POWER_ON);
    assert_int_equal(mock_read(host, L2CACCC), 0x12);
    mock_free(host);
}

static void test_diagnostic_access(void **state)
{
    (void)state;
    struct l3_host *host = start();
    mock_write(host, 0x80000, 0xffffffff);
    assert_int_equal(mock_read(host, 0x80000), 0);
    assert_int_equal(mock_peek(host, 0x3ffffc), 0);
    assert_int_equal(host->logs[L3_LOG_UNIMP], 2);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_other_sizes),
        cmocka_unit_test(test_access_control),
        cmocka_unit_test(test_line_of_another_size),
        cmocka_unit_test(test_flush_is_done_at_once),
        cmocka_unit_test(test_flush_can_disable),
        cmocka_unit_test(test_registers_are_kept),
        cmocka_unit_test(test_diagnostic_access),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
