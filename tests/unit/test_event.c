// SPDX-License-Identifier: MIT
/* The event queue: order, moving, cancelling, and random use against a sorted list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/event.h"

#define EVENTS 40

struct world {
    struct event_queue queue;
    struct event events[EVENTS];
    uint32_t ran[1000]; /* arguments of the events, as they ran */
    unsigned run_count;
    unsigned earlier_calls;
    uint64_t earlier_deadline;
};

static void on_event(void *context, uint32_t argument)
{
    struct world *w = context;
    w->ran[w->run_count++] = argument;
}

static void on_earlier(void *context, uint64_t deadline)
{
    struct world *w = context;
    w->earlier_calls++;
    w->earlier_deadline = deadline;
}

/* Event i has order i. */
static void begin(struct world *w)
{
    memset(w, 0, sizeof *w);
    w->queue.earlier = on_earlier;
    w->queue.context = w;
    assert_true(event_queue_reserve(&w->queue, EVENTS));
    for (uint32_t i = 0; i < EVENTS; i++) {
        w->events[i].function = on_event;
        w->events[i].context = w;
        w->events[i].argument = i;
        w->events[i].order = i;
    }
}

static void run_all(struct world *w, uint64_t now)
{
    while (event_run_one(&w->queue, now)) {
    }
}

static void test_runs_in_the_order_of_deadlines(void **state)
{
    struct world w;
    (void)state;
    begin(&w);
    assert_true(event_next(&w.queue) == EVENT_NEVER);
    event_arm(&w.queue, &w.events[1], 30);
    event_arm(&w.queue, &w.events[2], 10);
    event_arm(&w.queue, &w.events[0], 20);
    assert_int_equal(event_next(&w.queue), 10);
    assert_false(event_run_one(&w.queue, 9));
    run_all(&w, 20);
    assert_int_equal(w.run_count, 2);
    assert_int_equal(w.ran[0], 2);
    assert_int_equal(w.ran[1], 0);
    assert_true(event_is_armed(&w.events[1]));
    assert_false(event_is_armed(&w.events[0]));
    run_all(&w, UINT64_MAX - 1);
    assert_int_equal(w.ran[2], 1);
    event_queue_fini(&w.queue);
}

static void test_equal_deadlines_run_in_the_order_of_devices(void **state)
{
    struct world w;
    (void)state;
    for (unsigned turn = 0; turn < EVENTS; turn++) {
        begin(&w);
        for (uint32_t i = 0; i < EVENTS; i++) {
            event_arm(&w.queue, &w.events[(i * 7 + turn) % EVENTS], 5);
        }
        run_all(&w, 5);
        assert_int_equal(w.run_count, EVENTS);
        for (uint32_t i = 0; i < EVENTS; i++) {
            assert_int_equal(w.ran[i], i);
        }
        event_queue_fini(&w.queue);
    }
}

static void test_arming_again_moves(void **state)
{
    struct world w;
    (void)state;
    begin(&w);
    event_arm(&w.queue, &w.events[0], 10);
    event_arm(&w.queue, &w.events[1], 20);
    event_arm(&w.queue, &w.events[0], 30);
    assert_int_equal(event_next(&w.queue), 20);
    event_arm(&w.queue, &w.events[0], 15);
    assert_int_equal(event_next(&w.queue), 15);
    run_all(&w, 100);
    assert_int_equal(w.run_count, 2);
    assert_int_equal(w.ran[0], 0);
    event_queue_fini(&w.queue);
}

static void test_cancelled_events_do_not_run(void **state)
{
    struct world w;
    (void)state;
    begin(&w);
    event_cancel(&w.queue, &w.events[0]);
    for (uint32_t i = 0; i < 10; i++) {
        event_arm(&w.queue, &w.events[i], 100 - i);
    }
    event_cancel(&w.queue, &w.events[9]);
    event_cancel(&w.queue, &w.events[9]);
    event_cancel(&w.queue, &w.events[0]);
    assert_int_equal(event_next(&w.queue), 92);
    run_all(&w, 100);
    assert_int_equal(w.run_count, 8);
    event_queue_fini(&w.queue);
}

static void test_a_new_first_deadline_is_told(void **state)
{
    struct world w;
    (void)state;
    begin(&w);
    event_arm(&w.queue, &w.events[0], 50);
    assert_int_equal(w.earlier_calls, 1);
    event_arm(&w.queue, &w.events[1], 60);
    assert_int_equal(w.earlier_calls, 1);
    event_arm(&w.queue, &w.events[1], 40);
    assert_int_equal(w.earlier_calls, 2);
    assert_int_equal(w.earlier_deadline, 40);
    event_queue_fini(&w.queue);
}

/* What an event may do to the queue while it runs. */
static void busy_event(void *context, uint32_t argument)
{
    struct world *w = context;
    on_event(context, argument);
    if (w->run_count < 5) {
        event_arm(&w->queue, &w->events[0], 10 * w->run_count);
        event_arm(&w->queue, &w->events[2], 20);
        event_cancel(&w->queue, &w->events[1]);
    }
}

static void test_events_arm_and_cancel_while_they_run(void **state)
{
    static const uint32_t expected[] = {0, 0, 0, 2, 0};
    struct world w;
    (void)state;
    begin(&w);
    w.events[0].function = busy_event;
    event_arm(&w.queue, &w.events[0], 0);
    event_arm(&w.queue, &w.events[1], 15);
    for (uint64_t now = 0; now < 100; now++) {
        run_all(&w, now);
    }
    assert_int_equal(w.run_count, 5);
    assert_memory_equal(w.ran, expected, sizeof expected);
    event_queue_fini(&w.queue);
}

/* ---- random use ---- */

static uint32_t random_next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* The deadlines alone, EVENT_NEVER for what is not armed: the model. */
static int first_due(const uint64_t *deadlines, uint64_t now)
{
    int first = -1;
    for (int i = 0; i < EVENTS; i++) {
        if (deadlines[i] <= now && (first < 0 || deadlines[i] < deadlines[first])) {
            first = i;
        }
    }
    return first;
}

static void check_against(struct world *w, uint64_t *deadlines, uint64_t now)
{
    int due;
    while ((due = first_due(deadlines, now)) >= 0) {
        assert_int_equal(event_next(&w->queue), deadlines[due]);
        w->run_count = 0;
        assert_true(event_run_one(&w->queue, now));
        assert_int_equal(w->ran[0], due);
        deadlines[due] = EVENT_NEVER;
    }
    assert_false(event_run_one(&w->queue, now));
    for (int i = 0; i < EVENTS; i++) {
        assert_int_equal(event_is_armed(&w->events[i]), deadlines[i] != EVENT_NEVER);
    }
}

static void test_random_use_agrees_with_a_list(void **state)
{
    struct world w;
    uint64_t deadlines[EVENTS];
    uint64_t now = 0;
    uint32_t seed = 1;
    (void)state;
    begin(&w);
    memset(deadlines, 0xff, sizeof deadlines);
    for (unsigned step = 0; step < 50000; step++) {
        uint32_t i = random_next(&seed) % EVENTS;
        switch (random_next(&seed) % 4) {
        case 0:
            event_cancel(&w.queue, &w.events[i]);
            deadlines[i] = EVENT_NEVER;
            break;
        case 1:
            now += random_next(&seed) % 6;
            check_against(&w, deadlines, now);
            break;
        default:
            deadlines[i] = now + random_next(&seed) % 20;
            event_arm(&w.queue, &w.events[i], deadlines[i]);
        }
    }
    check_against(&w, deadlines, now + 100);
    event_queue_fini(&w.queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_in_the_order_of_deadlines),
        cmocka_unit_test(test_equal_deadlines_run_in_the_order_of_devices),
        cmocka_unit_test(test_arming_again_moves),
        cmocka_unit_test(test_cancelled_events_do_not_run),
        cmocka_unit_test(test_a_new_first_deadline_is_told),
        cmocka_unit_test(test_events_arm_and_cancel_while_they_run),
        cmocka_unit_test(test_random_use_agrees_with_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
