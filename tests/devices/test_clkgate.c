// SPDX-License-Identifier: MIT
/* CLKGATE: registers change only where they are unlocked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_clkgate;

#define UNLOCK   0x00
#define CLKEN    0x04
#define RESET    0x08
#define OVERRIDE 0x0c

static struct l3_host *start(const char *fpu_override)
{
    struct l3_host *host = mock_new(l3_builtin_clkgate);
    host->cpu_count = 4;
    mock_property(host, "cores", "8");
    mock_property(host, "enabled", "0xf03");
    mock_property(host, "fpu_override", fpu_override);
    assert_true(mock_start(host));
    return host;
}

static void test_reset_state(void **state)
{
    (void)state;
    struct l3_host *host = start("off");
    assert_int_equal(mock_read(host, UNLOCK), 0);
    assert_int_equal(mock_read(host, CLKEN), 0x03);
    assert_int_equal(mock_read(host, RESET), 0xfc);
    assert_int_equal(mock_read(host, OVERRIDE), 0);
    mock_free(host);
}

static void test_locked(void **state)
{
    (void)state;
    struct l3_host *host = start("off");
    mock_write(host, CLKEN, 0xff);
    mock_write(host, RESET, 0);
    assert_int_equal(mock_read(host, CLKEN), 0x03);
    assert_int_equal(mock_read(host, RESET), 0xfc);
    mock_free(host);
}

/* The sequence that the GR740's manual gives to enable a core. */
static void test_enable_a_core(void **state)
{
    (void)state;
    struct l3_host *host = start("off");
    uint32_t core = 1 << 5;
    mock_write(host, UNLOCK, core);
    mock_write(host, RESET, mock_read(host, RESET) | core);
    mock_write(host, CLKEN, mock_read(host, CLKEN) | core);
    mock_write(host, RESET, mock_read(host, RESET) & ~core);
    mock_write(host, UNLOCK, 0);
    assert_int_equal(mock_read(host, CLKEN), 0x23);
    assert_int_equal(mock_read(host, RESET), 0xdc);
    assert_int_equal(host->logs[L3_LOG_UNIMP], 0);
    mock_free(host);
}

static void test_stopping_is_logged(void **state)
{
    (void)state;
    struct l3_host *host = start("off");
    mock_write(host, UNLOCK, 0xffffffff);
    assert_int_equal(mock_read(host, UNLOCK), 0xff);
    mock_write(host, CLKEN, 0x01);
    assert_int_equal(mock_read(host, CLKEN), 0x01);
    assert_int_equal(host->logs[L3_LOG_UNIMP], 1);
    mock_free(host);
}

static void test_override(void **state)
{
    (void)state;
    struct l3_host *host = start("off");
    mock_write(host, OVERRIDE, 0xffffffff);
    assert_int_equal(mock_read(host, OVERRIDE), 0x0000000f);
    mock_free(host);
    host = start("on");
    mock_write(host, OVERRIDE, 0xffffffff);
    assert_int_equal(mock_read(host, OVERRIDE), 0x000f000f);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_state),   cmocka_unit_test(test_locked),
        cmocka_unit_test(test_enable_a_core), cmocka_unit_test(test_stopping_is_logged),
        cmocka_unit_test(test_override),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
