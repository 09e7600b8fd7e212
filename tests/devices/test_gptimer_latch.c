// SPDX-License-Identifier: MIT
/*
 * GPTIMER's latch and set: interrupt lines of the bus, its own among them, that copy or load the
 * counters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_gptimer;

#define SRELOAD    0x04
#define CONFIG     0x08
#define SELECT     0x0c
#define COUNTER(i) (0x10 + 0x10 * (i)) /* i from 0 */
#define RELOAD(i)  (COUNTER(i) + 4)
#define CONTROL(i) (COUNTER(i) + 8)
#define LATCH(i)   (COUNTER(i) + 12)

/* of CONFIG */
#define DF    0x200u
#define EL    0x800u
#define ES    0x1000u
#define FIXED (0x100u | 8 << 3 | 2) /* separate interrupts from 8 on, 2 timers */

/* of CONTROL */
#define EN 0x001u
#define RS 0x002u
#define LD 0x004u
#define IE 0x008u

/* Two timers, a tick every 10 cycles, timer 1 from 999 down. */
static struct l3_host *start_latch(const char *set)
{
    struct l3_host *host = mock_new(l3_builtin_gptimer);
    mock_property(host, "latch", "on");
    mock_property(host, "set", set);
    assert_true(mock_start(host));
    mock_write(host, SRELOAD, 9);
    mock_write(host, RELOAD(0), 999);
    mock_write(host, RELOAD(1), 49);
    mock_write(host, COUNTER(1), 0x80000000);
    mock_write(host, CONTROL(0), EN | RS | LD);
    return host;
}

static void drive(struct l3_host *host, uint32_t line, uint32_t level)
{
    mock_line(host, line, level);
}

static void pulse(struct l3_host *host, uint32_t line)
{
    drive(host, line, 1);
    drive(host, line, 0);
}

static void test_latch_copies_the_counters_once(void **state)
{
    (void)state;
    struct l3_host *host = start_latch("off");
    assert_int_equal(mock_read(host, LATCH(0)), 0);
    mock_write(host, SELECT, 1u << 5 | 1u << 31);
    assert_int_equal(mock_read(host, SELECT), 1u << 5 | 1u << 31);
    mock_write(host, CONFIG, EL | ES);
    assert_int_equal(mock_read(host, CONFIG), FIXED | EL);
    mock_advance(host, 105);
    pulse(host, 4); /* not selected */
    assert_int_equal(mock_read(host, LATCH(0)), 0);
    mock_advance(host, 100);
    pulse(host, 31);
    assert_int_equal(mock_peek(host, LATCH(0)), 999 - 20);
    assert_int_equal(mock_read(host, LATCH(0)), 999 - 20);
    assert_int_equal(mock_read(host, LATCH(1)), 0x80000000);
    assert_int_equal(mock_read(host, CONFIG), FIXED);
    mock_advance(host, 100);
    pulse(host, 5); /* not enabled any more */
    assert_int_equal(mock_read(host, LATCH(0)), 999 - 20);
    assert_int_equal(mock_read(host, COUNTER(0)), 999 - 30);
    mock_write(host, LATCH(0), 1);
    assert_int_equal(mock_read(host, LATCH(0)), 999 - 20);
    mock_write(host, CONFIG, EL | DF);
    pulse(host, 5);
    assert_int_equal(mock_read(host, LATCH(0)), 999 - 30);
    assert_int_equal(mock_read(host, CONFIG), FIXED | DF);
    mock_reset(host, L3_RESET_SOFTWARE);
    assert_int_equal(mock_read(host, LATCH(0)), 0);
    assert_int_equal(mock_read(host, SELECT), 0);
    mock_free(host);
}

/* The hardware looks at levels: a line that is already high latches as soon as EL is set. */
static void test_latch_by_a_line_that_is_high(void **state)
{
    (void)state;
    struct l3_host *host = start_latch("off");
    drive(host, 3, 1);
    mock_advance(host, 50);
    mock_write(host, SELECT, 1u << 3);
    assert_int_equal(mock_read(host, LATCH(0)), 0);
    mock_write(host, CONFIG, EL);
    assert_int_equal(mock_read(host, LATCH(0)), 999 - 5);
    assert_int_equal(mock_read(host, CONFIG), FIXED);
    mock_write(host, SELECT, 1u << 2);
    mock_write(host, CONFIG, EL);
    mock_advance(host, 50);
    host = mock_clone(host);
    mock_write(host, SELECT, 1u << 3);
    assert_int_equal(mock_read(host, LATCH(0)), 999 - 10);
    drive(host, 3, 0);
    mock_write(host, CONFIG, EL);
    mock_advance(host, 50);
    assert_int_equal(mock_read(host, LATCH(0)), 999 - 10);
    mock_free(host);
}

/* The latches get the values after the round in which the timer underflowed. */
static void test_latch_by_the_timers_own_interrupt(void **state)
{
    (void)state;
    struct l3_host *host = start_latch("off");
    mock_write(host, CONTROL(1), EN | RS | LD | IE);
    mock_write(host, SELECT, 1u << 9);
    mock_write(host, CONFIG, EL);
    mock_advance(host, 499);
    assert_int_equal(mock_read(host, CONFIG), FIXED | EL);
    mock_advance(host, 1);
    assert_int_equal(host->pulses[1], 1);
    assert_int_equal(mock_read(host, LATCH(0)), 999 - 50);
    assert_int_equal(mock_read(host, LATCH(1)), 49);
    assert_int_equal(mock_read(host, CONFIG), FIXED);
    mock_advance(host, 500);
    assert_int_equal(host->pulses[1], 2);
    mock_free(host);
}

static void test_set_loads_the_counters_after_they_were_latched(void **state)
{
    (void)state;
    struct l3_host *host = start_latch("on");
    mock_write(host, CONTROL(1), EN | IE);
    mock_write(host, SELECT, 1u << 5);
    mock_write(host, CONFIG, EL | ES);
    assert_int_equal(mock_read(host, CONFIG), FIXED | EL | ES);
    mock_advance(host, 100);
    pulse(host, 5);
    assert_int_equal(mock_read(host, LATCH(0)), 999 - 10);
    assert_int_equal(mock_read(host, LATCH(1)), 0x80000000 - 10);
    assert_int_equal(mock_read(host, COUNTER(0)), 999);
    assert_int_equal(mock_read(host, COUNTER(1)), 49);
    assert_int_equal(mock_read(host, CONFIG), FIXED);
    mock_advance(host, 499); /* the event has moved with the counter */
    assert_int_equal(host->pulses[1], 0);
    mock_advance(host, 1);
    assert_int_equal(host->pulses[1], 1);
    mock_free(host);
}

static void test_without_latch_there_is_none(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_gptimer);
    assert_true(mock_start(host));
    mock_write(host, SELECT, 1u << 5);
    mock_write(host, CONFIG, EL | ES);
    assert_int_equal(mock_read(host, CONFIG), FIXED);
    assert_int_equal(mock_read(host, SELECT), 0);
    mock_write(host, COUNTER(0), 77);
    pulse(host, 5);
    assert_int_equal(mock_read(host, LATCH(0)), 0);
    assert_int_equal(mock_read(host, COUNTER(0)), 77);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 3);
    mock_free(host);
}

/* While EL and ES are 0, the device watches no lines, so that their edges cost no call. */
static void test_lines_are_watched_while_armed_only(void **state)
{
    (void)state;
    struct l3_host *host = start_latch("off");
    assert_int_equal(host->lines_watched, 0);
    mock_write(host, SELECT, 1u << 5 | 1u << 7);
    assert_int_equal(host->lines_watched, 0);
    mock_write(host, CONFIG, EL);
    assert_int_equal(host->lines_watched, 1u << 5 | 1u << 7);
    pulse(host, 7);
    assert_int_equal(host->lines_watched, 0);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latch_copies_the_counters_once),
        cmocka_unit_test(test_latch_by_a_line_that_is_high),
        cmocka_unit_test(test_latch_by_the_timers_own_interrupt),
        cmocka_unit_test(test_set_loads_the_counters_after_they_were_latched),
        cmocka_unit_test(test_without_latch_there_is_none),
        cmocka_unit_test(test_lines_are_watched_while_armed_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
