// SPDX-License-Identifier: MIT
/*
 * GPTIMER against two references that tick cycle by cycle: a plain one, which must agree in
 * everything at every cycle, and one that follows the clocked processes of the VHDL, which must
 * agree whenever its decrementer rests.  Then single features.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mock_host.h"

extern const struct l3_device_class *const l3_builtin_gptimer;

#define SCALER     0x00
#define SRELOAD    0x04
#define CONFIG     0x08
#define COUNTER(i) (0x10 + 0x10 * (i)) /* i from 0 */
#define RELOAD(i)  (COUNTER(i) + 4)
#define CONTROL(i) (COUNTER(i) + 8)
#define LATCH(i)   (COUNTER(i) + 12)
#define SELECT     0x0c

#define DF 0x200u
#define EL 0x800u
#define ES 0x1000u
#define SI_IRQ_2                                                                                   \
    (0x100u | 8 << 3 | 2) /* what CONFIG always shows: separate irqs from 8, 2 timers */

#define EN 0x001u
#define RS 0x002u
#define LD 0x004u
#define IE 0x008u
#define IP 0x010u
#define CH 0x020u
#define WS 0x100u

#define TIMERS 7

static uint32_t random_next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static struct l3_host *start(const char *timers)
{
    struct l3_host *host = mock_new(l3_builtin_gptimer);
    mock_property(host, "timers", timers);
    assert_true(mock_start(host));
    return host;
}

/* ---- plain reference ---- */

struct reference {
    uint32_t count;
    uint32_t scaler, sreload;
    uint32_t counter[TIMERS], reload[TIMERS], control[TIMERS];
    uint32_t pulses[TIMERS];
    uint64_t now, busy;
};

static void reference_round(struct reference *ref)
{
    bool before = false; /* timer i - 1 underflowed */
    for (uint32_t i = 0; i < ref->count; i++) {
        bool steps = (ref->control[i] & EN) && (!(ref->control[i] & CH) || before);
        before = steps && ref->counter[i] == 0;
        if (before && (ref->control[i] & IE)) {
            ref->control[i] |= IP;
            ref->pulses[i]++;
        }
        if (before && (ref->control[i] & RS)) {
            ref->counter[i] = ref->reload[i];
        } else if (steps) {
            ref->counter[i]--;
        }
        if (before && !(ref->control[i] & RS)) {
            ref->control[i] &= ~EN;
        }
    }
}

static void reference_cycle(struct reference *ref)
{
    uint32_t enabled = 0;
    ref->now++;
    for (uint32_t i = 0; i < ref->count; i++) {
        enabled |= ref->control[i] & EN;
    }
    if (!enabled) {
        return;
    }
    if (ref->scaler != 0) {
        ref->scaler--;
        return;
    }
    ref->scaler = ref->sreload;
    if (ref->now >= ref->busy) {
        ref->busy = ref->now + ref->count + 1;
        reference_round(ref);
    }
}

static void reference_write(struct reference *ref, uint32_t offset, uint32_t value)
{
    uint32_t i = offset / 0x10 - 1;
    if (offset == SCALER) {
        ref->scaler = value & 0xffff;
    } else if (offset == SRELOAD) {
        ref->scaler = ref->sreload = value & 0xffff;
    } else if (offset == CONFIG) {
        for (uint32_t k = 0; k < ref->count; k++) {
            ref->control[k] |= value >> (16 + k) & EN;
        }
    } else if (offset == COUNTER(i)) {
        ref->counter[i] = value;
    } else if (offset == RELOAD(i)) {
        ref->reload[i] = value;
    } else {
        uint32_t pending = ref->control[i] & IP & ~value;
        ref->control[i] = (value & (EN | RS | IE | CH)) | pending;
        ref->counter[i] = value & LD ? ref->reload[i] : ref->counter[i];
    }
}

static void compare(struct l3_host *host, const struct reference *ref)
{
    assert_int_equal(host->now, ref->now);
    assert_int_equal(mock_peek(host, SCALER), ref->scaler);
    assert_int_equal(mock_peek(host, SRELOAD), ref->sreload);
    for (uint32_t i = 0; i < ref->count; i++) {
        assert_int_equal(mock_peek(host, COUNTER(i)), ref->counter[i]);
        assert_int_equal(mock_peek(host, RELOAD(i)), ref->reload[i]);
        assert_int_equal(mock_peek(host, CONTROL(i)), ref->control[i]);
        assert_int_equal(host->pulses[i], ref->pulses[i]);
    }
}

/* Chooses a register of the first `count` timers and a value to write, mostly a small one. */
static void random_write(uint32_t *seed, uint32_t count, uint32_t *offset, uint32_t *value)
{
    static const uint32_t limits[] = {2, 5, 20, 400};
    uint32_t which = random_next(seed) % (3 + 6 * count);
    uint32_t limit = limits[random_next(seed) % 4];
    uint32_t timer = (which - 3) % count;
    *value = random_next(seed) % limit;
    if (which < 2) {
        *offset = which * 4;
    } else if (which == 2) {
        *offset = CONFIG;
        *value = random_next(seed) & 0x7f0000;
    } else if (which < 3 + count) {
        *offset = COUNTER(timer);
    } else if (which < 3 + 2 * count) {
        *offset = RELOAD(timer);
    } else {
        *offset = CONTROL(timer);
        *value = random_next(seed) & 0x3f;
    }
}

/* Reads come at random times, so gptimer_sync() computes random numbers of ticks at once. */
static void test_random_programs(void **state)
{
    (void)state;
    static const char *const counts[] = {"1", "2", "3", "3", "3", "4", "7"};
    static const uint32_t numbers[] = {1, 2, 3, 3, 3, 4, 7};
    uint32_t seed = 0x12345;
    uint32_t underflows = 0;
    for (uint32_t program = 0; program < 400; program++) {
        struct l3_host *host = start(counts[program % 7]);
        struct reference ref = {.count = numbers[program % 7], .now = host->now};
        ref.scaler = ref.sreload = 0xffff;
        for (uint32_t step = 0; step < 120; step++) {
            uint32_t offset, value;
            random_write(&seed, ref.count, &offset, &value);
            mock_write(host, offset, value);
            reference_write(&ref, offset, value);
            compare(host, &ref);
            uint32_t cycles = random_next(&seed) % (random_next(&seed) % 16 == 0 ? 5000 : 40);
            for (uint32_t i = 0; i < cycles; i++) {
                reference_cycle(&ref);
            }
            mock_advance(host, cycles);
            compare(host, &ref);
            if (random_next(&seed) % 3 == 0) {
                assert_int_equal(mock_read(host, COUNTER(0)), ref.counter[0]);
                compare(host, &ref);
            }
            if (random_next(&seed) % 8 == 0) {
                mock_read(host, SCALER);
                host = mock_clone(host);
            }
        }
        for (uint32_t i = 0; i < ref.count; i++) {
            underflows += ref.pulses[i];
        }
        mock_free(host);
    }
    assert_true(underflows > 10000); /* the programs do something */
}

/* ---- reference after the VHDL: registers r, next values v ---- */

struct rtl_timer {
    bool enable, load, restart, irqen, irqpen, irq, chain;
    uint32_t value, reload;
};

struct rtl {
    uint32_t count, scaler, reload, select;
    bool tick;
    struct rtl_timer timer[1 + TIMERS]; /* from 1 */
    uint32_t pulses[1 + TIMERS];
};

static void rtl_step_timer(const struct rtl *r, struct rtl *v, uint32_t i)
{
    const struct rtl_timer *now = &r->timer[i];
    struct rtl_timer *next = &v->timer[i];
    bool before = r->timer[i == 1 ? r->count : i - 1].irq;
    if (!now->enable || (now->chain && !before)) {
        return;
    }
    next->irq = now->value == 0 && !now->load;
    next->irqpen = now->irqpen || (next->irq && now->irqen);
    next->value = now->value - 1;
    if (next->irq) {
        next->enable = now->restart;
        next->value = now->restart ? now->reload : next->value;
    }
}

static void rtl_clock(struct rtl *r)
{
    struct rtl v = *r;
    bool enabled = false;
    v.tick = false;
    for (uint32_t i = 1; i <= r->count; i++) {
        enabled |= r->timer[i].enable;
        v.pulses[i] += r->timer[i].irq && r->timer[i].irqen;
        v.timer[i].irq = false;
        v.timer[i].load = false;
    }
    if (enabled) {
        v.tick = r->scaler == 0;
        v.scaler = r->scaler == 0 ? r->reload : r->scaler - 1;
    }
    if (r->tick || r->select != 0) {
        v.select = r->select == r->count ? 0 : r->select + 1;
    }
    for (uint32_t i = 1; i <= r->count; i++) {
        if (i == r->select) {
            rtl_step_timer(r, &v, i);
        }
        if (r->timer[i].load) {
            v.timer[i].value = r->timer[i].reload;
        }
    }
    *r = v;
}

/* All timers restart: if they stopped, model and VHDL would stop the scaler at different times. */
static void rtl_program(struct l3_host *host, struct rtl *r, uint32_t *seed)
{
    r->scaler = r->reload = random_next(seed) % 6;
    mock_write(host, SRELOAD, r->reload);
    for (uint32_t i = 1; i <= r->count; i++) {
        struct rtl_timer *timer = &r->timer[i];
        uint32_t control = EN | RS | IE | (random_next(seed) % 2 ? CH : 0);
        timer->value = random_next(seed) % 8;
        timer->reload = random_next(seed) % 4;
        timer->chain = control & CH;
        timer->enable = timer->restart = timer->irqen = true;
        mock_write(host, COUNTER(i - 1), timer->value);
        mock_write(host, RELOAD(i - 1), timer->reload);
        mock_write(host, CONTROL(i - 1), control);
    }
}

static void test_agrees_with_the_clocked_process(void **state)
{
    (void)state;
    uint32_t seed = 0xabcdef;
    uint32_t compared = 0;
    for (uint32_t program = 0; program < 600; program++) {
        static const char *const counts[] = {"1", "2", "3", "5", "7"};
        struct l3_host *host = start(counts[program % 5]);
        struct rtl r = {.count = (uint32_t)counts[program % 5][0] - '0'};
        rtl_program(host, &r, &seed);
        for (uint32_t cycle = 0; cycle < 500; cycle++) {
            rtl_clock(&r);
            mock_advance(host, 1);
            assert_int_equal(mock_read(host, SCALER), r.scaler);
            bool rests = !r.tick && r.select == 0;
            for (uint32_t i = 1; rests && i <= r.count && !r.timer[r.count].irq; i++) {
                assert_int_equal(mock_read(host, COUNTER(i - 1)), r.timer[i].value);
                assert_int_equal(host->pulses[i - 1], r.pulses[i]);
                compared++;
            }
        }
        mock_free(host);
    }
    assert_true(compared > 100000);
}

/* ---- features ---- */

static void test_reset_state(void **state)
{
    (void)state;
    struct l3_host *host = start("3");
    assert_int_equal(mock_read(host, SCALER), 0xffff);
    assert_int_equal(mock_read(host, SRELOAD), 0xffff);
    assert_int_equal(mock_read(host, CONFIG), 0x100 | 8 << 3 | 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(mock_read(host, CONTROL(i)), 0);
        assert_int_equal(mock_read(host, RELOAD(i)), 0);
    }
    assert_int_equal(mock_armed(host), 0);
    mock_advance(host, 1000000);
    assert_int_equal(mock_read(host, SCALER), 0xffff);
    mock_free(host);
}

static void test_timers_beyond_the_last_do_not_exist(void **state)
{
    (void)state;
    struct l3_host *host = start("2");
    mock_write(host, CONTROL(2), EN | RS | IE);
    mock_write(host, RELOAD(2), 5);
    assert_int_equal(mock_read(host, CONTROL(2)), 0);
    assert_int_equal(mock_read(host, RELOAD(2)), 0);
    assert_int_equal(host->logs[L3_LOG_GUEST_ERROR], 4);
    mock_write(host, CONFIG, 0xffffffff);
    assert_int_equal(mock_read(host, CONFIG), 0x100 | 0x200 | 8 << 3 | 2);
    mock_free(host);
}

/* How RTEMS sets its clock: 50 MHz, 1 MHz ticks, a period of 1 ms. */
static void test_periodic_interrupt(void **state)
{
    (void)state;
    struct l3_host *host = start("2");
    mock_write(host, SRELOAD, 49);
    mock_write(host, RELOAD(0), 999);
    mock_write(host, CONTROL(0), EN | RS | LD | IE);
    assert_int_equal(mock_read(host, CONTROL(0)), EN | RS | IE);
    assert_int_equal(mock_read(host, COUNTER(0)), 999);
    mock_advance(host, 49999);
    assert_int_equal(host->pulses[0], 0);
    assert_int_equal(mock_read(host, COUNTER(0)), 0);
    mock_advance(host, 1);
    assert_int_equal(host->pulses[0], 1);
    assert_int_equal(mock_read(host, COUNTER(0)), 999);
    assert_int_equal(mock_read(host, CONTROL(0)), EN | RS | IE | IP);
    mock_advance(host, 50000 * 99);
    assert_int_equal(host->pulses[0], 100);
    assert_int_equal(host->events_run, 100);
    mock_free(host);
}

static void test_pending_is_cleared_by_writing_one(void **state)
{
    (void)state;
    struct l3_host *host = start("2");
    mock_write(host, SRELOAD, 9);
    mock_write(host, CONTROL(1), EN | IE);
    mock_advance(host, 10);
    assert_int_equal(mock_read(host, CONTROL(1)), IE | IP);
    assert_int_equal(mock_read(host, COUNTER(1)), 0xffffffff);
    mock_write(host, CONTROL(1), IE);
    assert_int_equal(mock_read(host, CONTROL(1)), IE | IP);
    mock_write(host, CONTROL(1), IE | IP);
    assert_int_equal(mock_read(host, CONTROL(1)), IE);
    assert_int_equal(host->pulses[0], 0);
    assert_int_equal(host->pulses[1], 1);
    mock_free(host);
}

static void test_shared_interrupt(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_gptimer);
    mock_property(host, "separate_irqs", "off");
    assert_true(mock_start(host));
    assert_int_equal(mock_read(host, CONFIG), 8 << 3 | 2);
    mock_write(host, SRELOAD, 9);
    mock_write(host, CONTROL(0), EN | IE);
    mock_write(host, CONTROL(1), EN | IE);
    mock_advance(host, 10);
    assert_int_equal(host->pulses[0], 1);
    assert_int_equal(host->pulses[1], 0);
    mock_free(host);
}

static struct l3_host *start_watchdog(void)
{
    struct l3_host *host = mock_new(l3_builtin_gptimer);
    mock_property(host, "timers", "4");
    mock_property(host, "watchdog", "1000");
    assert_true(mock_start(host));
    return host;
}

static void test_watchdog_resets_the_system(void **state)
{
    (void)state;
    struct l3_host *host = start_watchdog();
    assert_int_equal(mock_read(host, CONTROL(3)), EN | IE);
    assert_int_equal(mock_read(host, COUNTER(3)), 1000);
    mock_advance(host, 65536 * 1001ull - 1);
    assert_int_equal(host->resets, 0);
    mock_advance(host, 1);
    assert_int_equal(host->resets, 1);
    assert_int_equal(host->reset_cause, L3_RESET_WATCHDOG);
    mock_reset(host, L3_RESET_WATCHDOG);
    assert_int_equal(mock_read(host, CONTROL(3)), EN | IE);
    mock_free(host);
}

static void test_watchdog_fed_or_switched_off(void **state)
{
    (void)state;
    struct l3_host *host = start_watchdog();
    for (uint32_t i = 0; i < 10; i++) {
        mock_advance(host, 65536 * 900ull);
        mock_write(host, CONTROL(3), EN | IE | LD);
    }
    assert_int_equal(host->resets, 0);
    assert_int_equal(host->device->will_restart(host->instance), 1);
    mock_write(host, CONTROL(3), EN | IE | WS);
    assert_int_equal(host->device->will_restart(host->instance), 0);
    assert_int_equal(mock_read(host, CONTROL(3)), EN | IE | WS);
    mock_advance(host, 65536 * 5000ull);
    assert_int_equal(host->resets, 0);
    assert_int_equal(host->pulses[3], 1);
    mock_write(host, CONTROL(0), WS);
    assert_int_equal(mock_read(host, CONTROL(0)), 0);
    mock_write(host, CONTROL(3), 0);
    assert_int_equal(host->resets, 1); /* it was still pending */
    mock_free(host);
}

/* A tick takes at least a round of the decrementer, which limits the rate of events. */
static void test_no_event_storm(void **state)
{
    (void)state;
    struct l3_host *host = start("2");
    mock_write(host, SRELOAD, 0);
    for (uint32_t i = 0; i < 2; i++) {
        mock_write(host, RELOAD(i), 0);
        mock_write(host, CONTROL(i), EN | RS | LD | IE);
    }
    mock_advance(host, 30000);
    assert_in_range(host->events_run, 9999, 10001);
    assert_in_range(host->pulses[1], 9999, 10001);
    mock_free(host);
}

static void test_timer_without_interrupt_needs_no_event(void **state)
{
    (void)state;
    struct l3_host *host = start("3");
    mock_write(host, SRELOAD, 0);
    mock_write(host, RELOAD(1), 0xffffffff);
    mock_write(host, CONTROL(0), EN | RS);
    mock_write(host, CONTROL(1), EN | RS | LD);
    mock_write(host, CONTROL(2), EN | CH);
    assert_int_equal(mock_armed(host), 0);
    mock_advance(host, 1ull << 50);
    assert_int_equal(mock_read(host, COUNTER(2)), 0xffffffff);
    assert_int_equal(mock_read(host, CONTROL(2)), CH);
    assert_int_equal(host->events_run, 0);
    mock_free(host);
}

static void test_chained_timer_1_stands(void **state)
{
    (void)state;
    struct l3_host *host = start("2");
    mock_write(host, SRELOAD, 0);
    mock_write(host, CONTROL(1), EN | RS);
    mock_write(host, COUNTER(0), 3);
    mock_write(host, CONTROL(0), EN | RS | IE | CH);
    assert_int_equal(mock_armed(host), 0);
    mock_advance(host, 1000);
    assert_int_equal(mock_read(host, COUNTER(0)), 3);
    assert_int_equal(host->pulses[0], 0);
    mock_free(host);
}

/* Seven chained timers of the longest period: the deadline does not fit into 64 bits. */
static void test_deadline_out_of_reach(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_gptimer);
    mock_property(host, "timers", "7");
    mock_property(host, "scaler_bits", "32");
    assert_true(mock_start(host));
    for (uint32_t i = 0; i < 7; i++) {
        mock_write(host, RELOAD(i), 0xffffffff);
        mock_write(host, CONTROL(i), EN | RS | LD | IE | (i != 0 ? CH : 0));
    }
    mock_write(host, CONTROL(0), EN | RS);
    mock_write(host, CONTROL(1), EN | RS | CH);
    assert_int_equal(mock_armed(host), 0);
    mock_advance(host, 1ull << 63);
    assert_int_equal(mock_read(host, COUNTER(0)), 0x7fffffff);
    assert_int_equal(host->events_run, 0);
    mock_free(host);
}

static void test_debug_read_changes_nothing(void **state)
{
    (void)state;
    struct l3_host *host = start("2");
    mock_write(host, SRELOAD, 9);
    mock_write(host, RELOAD(0), 99);
    mock_write(host, CONTROL(0), EN | RS | LD | IE);
    host->now += 2000; /* a debugger looks before the events ran */
    assert_int_equal(mock_peek(host, COUNTER(0)), 99);
    assert_int_equal(mock_peek(host, CONTROL(0)), EN | RS | IE | IP);
    assert_int_equal(host->pulses[0], 0);
    assert_int_equal(mock_read(host, CONTROL(0)), EN | RS | IE | IP);
    assert_int_equal(host->pulses[0], 1);
    mock_free(host);
}

/* UT699: writing 0 clears IP, writing 1 leaves it. */
static void test_pending_is_cleared_by_writing_zero(void **state)
{
    (void)state;
    struct l3_host *host = mock_new(l3_builtin_gptimer);
    mock_property(host, "ip_by_zero", "on");
    assert_true(mock_start(host));
    mock_write(host, SRELOAD, 0);
    mock_write(host, RELOAD(0), 9);
    mock_write(host, CONTROL(0), EN | LD | IE);
    mock_advance(host, 1000);
    assert_int_equal(mock_read(host, CONTROL(0)) & IP, IP);
    mock_write(host, CONTROL(0), IE | IP);
    assert_int_equal(mock_read(host, CONTROL(0)), IE | IP);
    mock_write(host, CONTROL(0), IE);
    assert_int_equal(mock_read(host, CONTROL(0)), IE);
    mock_free(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_programs),
        cmocka_unit_test(test_agrees_with_the_clocked_process),
        cmocka_unit_test(test_reset_state),
        cmocka_unit_test(test_timers_beyond_the_last_do_not_exist),
        cmocka_unit_test(test_periodic_interrupt),
        cmocka_unit_test(test_pending_is_cleared_by_writing_one),
        cmocka_unit_test(test_pending_is_cleared_by_writing_zero),
        cmocka_unit_test(test_shared_interrupt),
        cmocka_unit_test(test_watchdog_resets_the_system),
        cmocka_unit_test(test_watchdog_fed_or_switched_off),
        cmocka_unit_test(test_no_event_storm),
        cmocka_unit_test(test_timer_without_interrupt_needs_no_event),
        cmocka_unit_test(test_chained_timer_1_stands),
        cmocka_unit_test(test_deadline_out_of_reach),
        cmocka_unit_test(test_debug_read_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
