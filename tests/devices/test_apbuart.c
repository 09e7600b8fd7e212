// SPDX-License-Identifier: MIT
/* APBUART: flags, times, interrupts, FIFOs, loop back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_apbuart;

#define DATA    0x00
#define STATUS  0x04
#define CONTROL 0x08
#define SCALER  0x0c
#define FIFO    0x10

#define DR      0x001u
#define TS      0x002u
#define TE      0x004u
#define OV      0x010u
#define TH      0x080u
#define RH      0x100u
#define TF      0x200u
#define RF      0x400u
#define TCNT(n) ((uint32_t)(n) << 20)
#define RCNT(n) ((uint32_t)(n) << 26)

#define CONTROL_RE 0x0001u
#define CONTROL_TE 0x0002u
#define CONTROL_RI 0x0004u
#define CONTROL_TI 0x0008u
#define CONTROL_PE 0x0020u
#define CONTROL_FL 0x0040u
#define CONTROL_LB 0x0080u
#define CONTROL_TF 0x0200u
#define CONTROL_RF 0x0400u
#define CONTROL_DB 0x0800u
#define CONTROL_DI 0x2000u
#define CONTROL_SI 0x4000u
#define CONTROL_FA 0x80000000u

#define BIT       80u /* cycles, with the scaler that start() sets */
#define CHARACTER (10 * BIT)

static struct l3_host *start_with(const char *property, const char *value, uint32_t control)
{
    struct l3_host *host = mock_new(l3_builtin_apbuart);
    if (property != NULL) {
        mock_property(host, property, value);
    }
    assert_true(mock_start(host));
    mock_write(host, SCALER, BIT / 8 - 1);
    mock_write(host, CONTROL, control);
    return host;
}

static struct l3_host *start(uint32_t control)
{
    return start_with(NULL, NULL, control);
}

static void assert_output(const struct l3_host *host, const char *text)
{
    assert_int_equal(host->chardev.output_size, strlen(text));
    assert_memory_equal(host->chardev.output, text, strlen(text));
}

static void test_reset_state(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_apbuart);
    assert_true(mock_start(host));
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    assert_int_equal(mock_read(host, CONTROL), CONTROL_FA);
    assert_int_equal(mock_read(host, SCALER), 0);
    assert_int_equal(mock_armed(host), 0);
    mock_free(host);
}

static void test_without_fifo_there_are_no_counts(void **state)
{
    (void)state;
    struct l3_host *host = start_with("fifo", "1", CONTROL_RE | CONTROL_TE | CONTROL_TF);
    assert_int_equal(mock_read(host, STATUS), TE | TS);
    assert_int_equal(mock_read(host, CONTROL), CONTROL_RE | CONTROL_TE);
    mock_write(host, DATA, 'x');
    assert_int_equal(mock_read(host, STATUS), TS);
    mock_input(host, "ab", 2);
    mock_advance(host, 4 * CHARACTER);
    assert_int_equal(mock_read(host, STATUS), TE | TS | DR);
    assert_int_equal(mock_read(host, DATA), 'a');
    assert_int_equal(mock_read(host, STATUS), TE | TS);
    mock_advance(host, CHARACTER);
    assert_int_equal(mock_read(host, DATA), 'b');
    mock_free(host);
}

static void test_registers_keep_their_bits(void **state)
{
    (void)state;
    struct l3_host *host = start(0);
    mock_write(host, CONTROL, 0xffffffff & ~(CONTROL_RE | CONTROL_TE));
    assert_int_equal(mock_read(host, CONTROL), CONTROL_FA | 0x7ffc);
    mock_write(host, SCALER, 0xffffffff);
    assert_int_equal(mock_read(host, SCALER), 0xfff);
    mock_write(host, STATUS, 0xffffffff);
    assert_int_equal(mock_read(host, STATUS), 0x78 | TE | TS | TH);
    mock_write(host, STATUS, 0x20);
    assert_int_equal(mock_read(host, STATUS), 0x20 | TE | TS | TH);
    mock_free(host);
}

static void test_transmit_times(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE | CONTROL_TI | CONTROL_SI);
    mock_write(host, DATA, 'A');
    assert_output(host, "A");
    assert_int_equal(mock_read(host, STATUS), TS | TH | TCNT(1));
    mock_advance(host, BIT - 1);
    assert_int_equal(mock_read(host, STATUS), TS | TH | TCNT(1));
    assert_int_equal(host->pulses[0], 0);
    mock_advance(host, 1);
    assert_int_equal(mock_read(host, STATUS), TE | TH);
    assert_int_equal(host->pulses[0], 1);
    mock_advance(host, CHARACTER - 1);
    assert_int_equal(mock_read(host, STATUS), TE | TH);
    mock_advance(host, 1);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    assert_int_equal(host->pulses[0], 2);
    assert_int_equal(mock_armed(host), 0);
    mock_free(host);
}

static void test_parity_makes_characters_longer(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE | CONTROL_PE);
    mock_write(host, DATA, 'A');
    mock_advance(host, BIT + 11 * BIT - 1);
    assert_int_equal(mock_read(host, STATUS) & TS, 0);
    mock_advance(host, 1);
    assert_int_equal(mock_read(host, STATUS) & TS, TS);
    mock_free(host);
}

/* A character that was written at a slow rate takes the new rate when the scaler changes. */
static void test_new_scaler_holds_at_once(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE);
    mock_write(host, SCALER, 0xfff);
    mock_write(host, DATA, 'A');
    mock_write(host, SCALER, 0);
    mock_advance(host, 8);
    assert_int_equal(mock_read(host, STATUS), TE | TH);
    mock_advance(host, 80);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    mock_free(host);
}

static void test_transmit_fifo(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE | CONTROL_TI);
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t half = i < 4 ? TH : 0;
        assert_int_equal(mock_read(host, STATUS), (i == 0 ? TE : 0) | TS | half | TCNT(i));
        mock_write(host, DATA, 'a' + i);
    }
    assert_int_equal(mock_read(host, STATUS), TS | TF | TCNT(8));
    mock_write(host, DATA, 'z');
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 1);
    assert_output(host, "abcdefgh");
    mock_advance(host, BIT + 6 * CHARACTER);
    assert_int_equal(mock_read(host, STATUS), TH | TCNT(1));
    assert_int_equal(host->pulses[0], 0);
    mock_advance(host, CHARACTER);
    assert_int_equal(host->pulses[0], 1);
    mock_advance(host, CHARACTER);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    mock_free(host);
}

static void test_disabled_transmitter_keeps_characters(void **state)
{
    (void)state;
    struct l3_host *host = start(0);
    mock_write(host, DATA, 'h');
    mock_write(host, DATA, 'i');
    mock_advance(host, 10 * CHARACTER);
    assert_output(host, "");
    assert_int_equal(mock_read(host, STATUS), TS | TH | TCNT(2));
    mock_write(host, CONTROL, CONTROL_TE);
    assert_output(host, "hi");
    mock_advance(host, BIT + 2 * CHARACTER);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    assert_output(host, "hi");
    mock_free(host);
}

static void test_status_that_is_always_ready(void **state)
{
    (void)state;
    struct l3_host *host = start_with("instant", "on", CONTROL_TE | CONTROL_TI);
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
        mock_write(host, DATA, 'a' + i);
    }
    assert_output(host, "abcdefghijklmnopqrst");
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 0);
    assert_int_equal(host->pulses[0], 0);
    mock_advance(host, BIT + 8 * CHARACTER);
    assert_int_equal(host->pulses[0], 1);
    mock_free(host);
}

static void test_receive_times(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_RE | CONTROL_RI);
    mock_advance(host, 3 * CHARACTER);
    assert_int_equal(mock_armed(host), 0);
    mock_input(host, "ab", 2);
    mock_advance(host, CHARACTER - 1);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    mock_advance(host, 1);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH | DR | RCNT(1));
    assert_int_equal(host->pulses[0], 1);
    mock_advance(host, CHARACTER);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH | DR | RCNT(2));
    assert_int_equal(host->pulses[0], 2);
    assert_int_equal(mock_peek(host, DATA), 'a');
    assert_int_equal(mock_read(host, DATA), 'a');
    assert_int_equal(mock_read(host, DATA), 'b');
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    mock_advance(host, CHARACTER);
    assert_int_equal(mock_armed(host), 0);
    mock_free(host);
}

/* Input waits for room, so nothing is lost however slow the guest reads. */
static void test_receive_fifo_paces_input(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_RE);
    mock_advance(host, CHARACTER);
    mock_input(host, "0123456789", 10);
    mock_advance(host, 100 * CHARACTER);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH | DR | RH | RF | RCNT(8));
    assert_int_equal(mock_armed(host), 0);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(mock_read(host, DATA), '0' + i);
        mock_advance(host, CHARACTER);
    }
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    mock_free(host);
}

/* Drivers enable RI when they are ready for interrupts; by then the FIFO can be full. */
static void test_late_receive_interrupt(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_RE);
    mock_input(host, "0123456789", 10);
    mock_advance(host, 100 * CHARACTER);
    mock_write(host, CONTROL, CONTROL_RE | CONTROL_RI);
    mock_advance(host, CHARACTER - 1);
    assert_int_equal(host->pulses[0], 0);
    mock_advance(host, 1);
    assert_int_equal(host->pulses[0], 1);
    mock_advance(host, 3 * CHARACTER);
    assert_int_equal(host->pulses[0], 4);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH | DR | RH | RF | RCNT(8));
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(mock_read(host, DATA), '0' + i);
        mock_advance(host, CHARACTER);
    }
    assert_int_equal(host->pulses[0], 6);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    assert_int_equal(mock_armed(host), 0);
    mock_free(host);
}

/* If the FIFO is exactly full and no further character comes, there is no interrupt, as in
 * hardware. */
static void test_full_and_silent(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_RE);
    mock_input(host, "01234567", 8);
    mock_advance(host, 100 * CHARACTER);
    mock_write(host, CONTROL, CONTROL_RE | CONTROL_RI);
    mock_advance(host, 100 * CHARACTER);
    assert_int_equal(host->pulses[0], 0);
    assert_int_equal(mock_armed(host), 0);
    mock_input(host, "8", 1);
    mock_advance(host, CHARACTER);
    assert_int_equal(host->pulses[0], 1);
    mock_write(host, CONTROL, CONTROL_RE);
    mock_advance(host, CHARACTER);
    assert_int_equal(mock_armed(host), 0);
    mock_free(host);
}

static void test_late_delayed_receive_interrupt(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_RE);
    mock_input(host, "0123456789", 10);
    mock_advance(host, 100 * CHARACTER);
    mock_write(host, CONTROL, CONTROL_RE | CONTROL_RI | CONTROL_DI);
    mock_advance(host, CHARACTER + 48 * BIT - 1);
    assert_int_equal(host->pulses[0], 0);
    mock_advance(host, 1);
    assert_int_equal(host->pulses[0], 1);
    mock_advance(host, CHARACTER + 48 * BIT);
    assert_int_equal(host->pulses[0], 2);
    mock_free(host);
}

static void test_disabled_receiver_takes_nothing(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE);
    mock_input(host, "x", 1);
    mock_advance(host, 10 * CHARACTER);
    assert_int_equal(host->chardev.input_taken, 0);
    mock_write(host, CONTROL, CONTROL_RE);
    mock_advance(host, CHARACTER);
    assert_int_equal(mock_read(host, DATA), 'x');
    mock_free(host);
}

static void test_delayed_receive_interrupt(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_RE | CONTROL_RI | CONTROL_DI);
    mock_input(host, "abc", 3);
    mock_advance(host, 3 * CHARACTER + 48 * BIT - 1);
    assert_int_equal(host->pulses[0], 0);
    mock_advance(host, 1);
    assert_int_equal(host->pulses[0], 1);
    mock_advance(host, 1000 * BIT);
    assert_int_equal(host->pulses[0], 1);
    mock_free(host);
}

static void test_delayed_interrupt_gives_way(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_RE | CONTROL_RI | CONTROL_DI | CONTROL_RF);
    mock_input(host, "abcd", 4);
    mock_advance(host, 4 * CHARACTER);
    assert_int_equal(host->levels[0], 1);
    mock_read(host, DATA);
    assert_int_equal(host->levels[0], 0);
    mock_advance(host, 1000 * BIT);
    assert_int_equal(host->pulses[0], 0);
    mock_input(host, "e", 1);
    mock_read(host, DATA);
    mock_advance(host, CHARACTER);
    mock_write(host, CONTROL, CONTROL_RE | CONTROL_RI);
    mock_write(host, CONTROL, CONTROL_RE | CONTROL_RI | CONTROL_DI);
    mock_advance(host, 1000 * BIT);
    assert_int_equal(host->pulses[0], 0);
    mock_free(host);
}

static void test_level_interrupts(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE | CONTROL_TF);
    assert_int_equal(host->levels[0], 1);
    for (uint32_t i = 0; i < 4; i++) {
        mock_write(host, DATA, 'a');
    }
    assert_int_equal(host->levels[0], 0);
    mock_advance(host, BIT);
    assert_int_equal(host->levels[0], 1);
    mock_write(host, CONTROL, CONTROL_RE | CONTROL_RF | CONTROL_RI);
    assert_int_equal(host->levels[0], 0);
    mock_input(host, "abcd", 4);
    mock_advance(host, 3 * CHARACTER);
    assert_int_equal(host->levels[0], 0);
    assert_int_equal(host->pulses[0], 3);
    mock_advance(host, CHARACTER);
    assert_int_equal(host->levels[0], 1);
    mock_read(host, DATA);
    assert_int_equal(host->levels[0], 0);
    mock_free(host);
}

static void test_loop_back(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE | CONTROL_RE | CONTROL_LB | CONTROL_RI);
    mock_input(host, "no", 2);
    mock_write(host, DATA, 'q');
    mock_advance(host, BIT + CHARACTER - 1);
    assert_int_equal(mock_read(host, STATUS) & DR, 0);
    mock_advance(host, 1);
    assert_int_equal(mock_read(host, STATUS) & DR, DR);
    assert_int_equal(host->pulses[0], 1);
    assert_int_equal(mock_read(host, DATA), 'q');
    assert_output(host, "");
    assert_int_equal(host->chardev.input_taken, 0);
    mock_free(host);
}

static void send_looped(struct l3_host *host, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        mock_write(host, DATA, '0' + i);
        mock_advance(host, 2 * CHARACTER);
    }
}

static void test_overrun(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE | CONTROL_RE | CONTROL_LB);
    send_looped(host, 9);
    assert_int_equal(mock_read(host, STATUS) & (OV | RF), RF);
    send_looped(host, 1);
    assert_int_equal(mock_read(host, STATUS) & (OV | RF), OV | RF);
    mock_write(host, STATUS, 0);
    assert_int_equal(mock_read(host, STATUS) & OV, 0);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(mock_read(host, DATA), '0' + i);
    }
    assert_int_equal(mock_read(host, DATA),
                     '0'); /* the last replaced what the shift register held */
    assert_int_equal(mock_read(host, STATUS) & DR, 0);
    mock_free(host);
}

static void test_flow_control_prevents_overrun(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE | CONTROL_RE | CONTROL_LB | CONTROL_FL);
    send_looped(host, 10);
    assert_int_equal(mock_read(host, STATUS) & (OV | RF), RF);
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(mock_read(host, DATA), '0' + i);
        mock_advance(host, 2 * CHARACTER);
    }
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    mock_free(host);
}

static void test_fifo_debug(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE | CONTROL_DB | CONTROL_RI);
    mock_write(host, DATA, 'a');
    mock_write(host, DATA, 'b');
    mock_advance(host, 10 * CHARACTER);
    assert_output(host, "");
    assert_int_equal(mock_peek(host, FIFO), 'a');
    assert_int_equal(mock_read(host, FIFO), 'a');
    assert_int_equal(mock_read(host, FIFO), 'b');
    assert_int_equal(mock_read(host, FIFO), 0);
    mock_write(host, FIFO, 'x');
    assert_int_equal(host->pulses[0], 1);
    assert_int_equal(mock_read(host, DATA), 'x');
    mock_write(host, CONTROL, CONTROL_TE);
    mock_advance(host, 10 * CHARACTER);
    assert_output(host, "");
    mock_free(host);
}

static void test_debug_writes_fill_the_fifo_only(void **state)
{
    (void)state;
    struct l3_host *host = start(0);
    for (uint32_t i = 0; i < 40; i++) {
        mock_write(host, FIFO, 'x');
    }
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH | DR | RH | RF | RCNT(8));
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 32);
    mock_free(host);
}

static void test_reset_while_busy(void **state)
{
    (void)state;
    struct l3_host *host = start(CONTROL_TE | CONTROL_RE | CONTROL_TF);
    mock_input(host, "abc", 3);
    mock_write(host, DATA, 'x');
    mock_advance(host, CHARACTER);
    mock_reset(host, L3_RESET_WATCHDOG);
    assert_int_equal(host->levels[0], 0);
    assert_int_equal(mock_read(host, STATUS), TE | TS | TH);
    assert_int_equal(mock_read(host, CONTROL), CONTROL_FA);
    assert_int_equal(mock_armed(host), 0);
    mock_write(host, SCALER, BIT / 8 - 1);
    mock_write(host, CONTROL, CONTROL_TE | CONTROL_RE);
    mock_advance(host, CHARACTER);
    assert_int_equal(mock_read(host, DATA), 'b');
    mock_free(host);
}

static void test_fifo_size_must_be_a_power_of_two(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_apbuart);
    mock_property(host, "fifo", "12");
    assert_false(mock_start(host));
    assert_non_null(strstr(host->failure, "12"));
    mock_free(host);
}

/* The fastest rate and all interrupts: three events per character at most, never more. */
static void test_no_event_storm(void **state)
{
    (void)state;
    struct l3_host *host = start(0x7fff & ~CONTROL_DB);
    mock_write(host, SCALER, 0);
    for (uint32_t i = 0; i < 1000; i++) {
        mock_write(host, DATA, 'x');
        mock_read(host, DATA);
        mock_advance(host, 80);
    }
    assert_true(host->events_run <= 3000);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_state),
        cmocka_unit_test(test_without_fifo_there_are_no_counts),
        cmocka_unit_test(test_registers_keep_their_bits),
        cmocka_unit_test(test_transmit_times),
        cmocka_unit_test(test_parity_makes_characters_longer),
        cmocka_unit_test(test_new_scaler_holds_at_once),
        cmocka_unit_test(test_transmit_fifo),
        cmocka_unit_test(test_disabled_transmitter_keeps_characters),
        cmocka_unit_test(test_status_that_is_always_ready),
        cmocka_unit_test(test_receive_times),
        cmocka_unit_test(test_receive_fifo_paces_input),
        cmocka_unit_test(test_late_receive_interrupt),
        cmocka_unit_test(test_full_and_silent),
        cmocka_unit_test(test_late_delayed_receive_interrupt),
        cmocka_unit_test(test_disabled_receiver_takes_nothing),
        cmocka_unit_test(test_delayed_receive_interrupt),
        cmocka_unit_test(test_delayed_interrupt_gives_way),
        cmocka_unit_test(test_level_interrupts),
        cmocka_unit_test(test_loop_back),
        cmocka_unit_test(test_overrun),
        cmocka_unit_test(test_flow_control_prevents_overrun),
        cmocka_unit_test(test_fifo_debug),
        cmocka_unit_test(test_debug_writes_fill_the_fifo_only),
        cmocka_unit_test(test_reset_while_busy),
        cmocka_unit_test(test_fifo_size_must_be_a_power_of_two),
        cmocka_unit_test(test_no_event_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
