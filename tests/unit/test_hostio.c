// SPDX-License-Identifier: MIT
/* Host polling: dispatch, changes from inside callbacks, wakes, signals, time. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/byte_queue.h"
#include "core/hostio.h"

/* A pipe whose reading end is watched, and what its callback does. */
struct probe {
    struct hostio *h;
    struct hostio_watch watch;
    int write_end;
    unsigned calls;
    unsigned events;
    bool drain;                  /* read what there is */
    struct hostio_watch *remove; /* take this one out */
    struct probe *add;           /* put this one in */
};

static void probe_called(void *context, unsigned events)
{
    struct probe *probe = context;
    char bytes[64];
    probe->calls++;
    probe->events |= events;
    if (probe->drain) {
        assert_true(read(probe->watch.fd, bytes, sizeof bytes) >= 0);
    }
    if (probe->remove != NULL) {
        hostio_remove(probe->h, probe->remove);
        probe->remove = NULL;
    }
    if (probe->add != NULL) {
        hostio_add(probe->h, &probe->add->watch, HOSTIO_READ);
        probe->add = NULL;
    }
}

static void probe_open(struct probe *probe, struct hostio *h)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    *probe = (struct probe){
        .h = h, .watch = {ends[0], probe_called, probe}, .write_end = ends[1], .drain = true};
}

static void probe_close(struct probe *probe)
{
    close(probe->watch.fd);
    if (probe->write_end >= 0) {
        close(probe->write_end);
    }
}

static struct hostio *make(void)
{
    struct error err;
    struct hostio *h = hostio_create(&err);
    assert_non_null(h);
    return h;
}

static void test_reports_what_is_ready(void **state)
{
    struct hostio *h = make();
    struct probe one, two;
    (void)state;
    probe_open(&one, h);
    probe_open(&two, h);
    hostio_add(h, &one.watch, HOSTIO_READ);
    hostio_add(h, &two.watch, HOSTIO_READ);
    assert_int_equal(hostio_poll(h, 0), 0);
    assert_int_equal(write(two.write_end, "x", 1), 1);
    assert_int_equal(hostio_poll(h, 0), 1);
    assert_int_equal(one.calls, 0);
    assert_int_equal(two.calls, 1);
    assert_int_equal(two.events, HOSTIO_READ);
    hostio_remove(h, &one.watch);
    hostio_remove(h, &two.watch);
    hostio_destroy(h);
    probe_close(&one);
    probe_close(&two);
}

static void test_events_can_change(void **state)
{
    struct hostio *h = make();
    struct probe probe;
    struct hostio_watch writer;
    (void)state;
    probe_open(&probe, h);
    hostio_add(h, &probe.watch, 0);
    assert_int_equal(write(probe.write_end, "x", 1), 1);
    assert_int_equal(hostio_poll(h, 0), 0);
    hostio_change(h, &probe.watch, HOSTIO_READ);
    assert_int_equal(hostio_poll(h, 0), 1);

    struct probe other = probe;
    other.drain = false;
    other.calls = 0;
    other.events = 0;
    writer = (struct hostio_watch){probe.write_end, probe_called, &other};
    hostio_add(h, &writer, HOSTIO_WRITE);
    assert_int_equal(hostio_poll(h, 0), 1);
    assert_int_equal(other.events, HOSTIO_WRITE);
    hostio_remove(h, &writer);
    hostio_remove(h, &probe.watch);
    hostio_destroy(h);
    probe_close(&probe);
}

static void test_hang_up_is_an_event(void **state)
{
    struct hostio *h = make();
    struct probe probe;
    (void)state;
    probe_open(&probe, h);
    hostio_add(h, &probe.watch, 0);
    close(probe.write_end);
    probe.write_end = -1;
    int64_t start = hostio_clock_ms();
    assert_int_equal(hostio_poll(h, 30), 0); /* paused: it sleeps */
    assert_in_range(hostio_clock_ms() - start, 29, 5000);
    hostio_change(h, &probe.watch, HOSTIO_READ);
    assert_int_equal(hostio_poll(h, 0), 1);
    assert_int_equal(probe.events, HOSTIO_READ);
    hostio_remove(h, &probe.watch);
    hostio_destroy(h);
    probe_close(&probe);
}

static void test_callbacks_may_add_and_remove(void **state)
{
    enum { LATE = 20 };
    struct hostio *h = make();
    struct probe first, second, late[LATE];
    (void)state;
    probe_open(&first, h);
    probe_open(&second, h);
    for (unsigned i = 0; i < LATE; i++) {
        probe_open(&late[i], h);
        assert_int_equal(write(late[i].write_end, "x", 1), 1);
        late[i].add = i + 1 < LATE ? &late[i + 1] : NULL;
    }
    hostio_add(h, &first.watch, HOSTIO_READ);
    hostio_add(h, &second.watch, HOSTIO_READ);
    assert_int_equal(write(first.write_end, "x", 1), 1);
    assert_int_equal(write(second.write_end, "x", 1), 1);
    first.remove = &second.watch;
    first.add = &late[0];
    assert_int_equal(hostio_poll(h, 0), 1);
    assert_int_equal(second.calls, 0);

    /* Each of the late ones adds the next. */
    for (unsigned i = 0; i < LATE; i++) {
        assert_int_equal(hostio_poll(h, 0), 1);
        assert_int_equal(late[i].calls, 1);
    }
    first.remove = &first.watch; /* itself */
    assert_int_equal(write(first.write_end, "x", 1), 1);
    assert_int_equal(hostio_poll(h, 0), 1);
    assert_int_equal(write(first.write_end, "x", 1), 1);
    assert_int_equal(hostio_poll(h, 0), 0);
    for (unsigned i = 0; i < LATE; i++) {
        hostio_remove(h, &late[i].watch);
        probe_close(&late[i]);
    }
    hostio_destroy(h);
    probe_close(&first);
    probe_close(&second);
}

static void *wake_later(void *context)
{
    usleep(30 * 1000);
    hostio_wake(context);
    return NULL;
}

static void test_wake_ends_sleep(void **state)
{
    struct hostio *h = make();
    pthread_t thread;
    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, wake_later, h), 0);
    assert_int_equal(hostio_poll(h, -1), 0);
    pthread_join(thread, NULL);
    hostio_wake(h); /* before the sleep */
    hostio_wake(h);
    assert_int_equal(hostio_poll(h, -1), 0);
    assert_false(hostio_forget_wake(h));
    hostio_wake(h);
    assert_true(hostio_forget_wake(h));

    int64_t start = hostio_clock_ms();
    assert_int_equal(hostio_poll(h, 40), 0);
    assert_in_range(hostio_clock_ms() - start, 39, 5000);
    hostio_destroy(h);
}

static struct hostio *woken_by_signal; /* the handler has no other way to it */

static void on_alarm(int number)
{
    (void)number;
    hostio_wake(woken_by_signal);
}

static void on_alarm_idle(int number)
{
    (void)number;
}

static void set_alarm(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    struct itimerval soon = {.it_value = {.tv_usec = 20 * 1000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
}

static void test_signals(void **state)
{
    struct hostio *h = make();
    int ends[2];
    (void)state;
    woken_by_signal = h;
    set_alarm(on_alarm);
    assert_int_equal(hostio_poll(h, -1), 0);
    hostio_forget_wake(h);

    /* A signal that says nothing does not end hostio_wait_fd(). */
    assert_int_equal(pipe(ends), 0);
    set_alarm(on_alarm_idle);
    int64_t start = hostio_clock_ms();
    assert_false(hostio_wait_fd(h, ends[0], HOSTIO_READ, 60));
    assert_in_range(hostio_clock_ms() - start, 59, 5000);
    set_alarm(on_alarm);
    assert_false(hostio_wait_fd(h, ends[0], HOSTIO_READ, -1));
    assert_true(hostio_forget_wake(h));
    assert_true(hostio_wait_fd(h, ends[1], HOSTIO_WRITE, -1));
    close(ends[0]);
    close(ends[1]);
    hostio_destroy(h);
}

static void test_byte_queue(void **state)
{
    struct byte_queue queue = {.limit = 1000};
    uint8_t bytes[1200], back[1200];
    size_t put_total = 0, got_total = 0;
    uint32_t random = 1;
    (void)state;
    assert_null(byte_queue_front(&queue));
    for (unsigned i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        size_t size = random >> 22;
        for (size_t k = 0; k < size; k++) {
            bytes[k] = (uint8_t)((put_total + k) * 7);
        }
        size_t put = byte_queue_put(&queue, bytes, size);
        assert_true(put == size || queue.length == queue.limit);
        put_total += put;
        random = random * 1664525 + 1013904223;
        size_t got = byte_queue_get(&queue, back, random >> 22);
        for (size_t k = 0; k < got; k++) {
            assert_int_equal(back[k], (uint8_t)((got_total + k) * 7));
        }
        got_total += got;
        assert_int_equal(queue.length, put_total - got_total);
        assert_true(queue.capacity <= 2048);
    }
    assert_true(got_total > 1000000);
    byte_queue_free(&queue);
    assert_int_equal(queue.length, 0);
    assert_int_equal(byte_queue_put(&queue, "abc", 3), 3);
    byte_queue_free(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reports_what_is_ready),
        cmocka_unit_test(test_events_can_change),
        cmocka_unit_test(test_hang_up_is_an_event),
        cmocka_unit_test(test_callbacks_may_add_and_remove),
        cmocka_unit_test(test_wake_ends_sleep),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_byte_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
