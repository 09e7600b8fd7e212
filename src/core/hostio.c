// SPDX-License-Identifier: MIT
/*
 * A poll(2) set, see hostio.h.
 *
 * polls[i] and watches[i] belong together; slot 0 is the eventfd that hostio_wake() writes.  Slots
 * never move while callbacks run: a removed watch leaves a hole (watch NULL, fd -1), a new one goes
 * to the end, and the next poll closes the holes.  A watch with no events has fd -1 in polls[],
 * because poll(2) reports hang-ups even for a descriptor whose events are 0.
 */
#define _GNU_SOURCE
#include "core/hostio.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

struct hostio {
    struct pollfd *polls;
    struct hostio_watch **watches;
    unsigned count;
    unsigned capacity;
    int wake_fd;
    bool has_holes;
    bool dispatching;
};

static short poll_events(unsigned events)
{
    short result = 0;
    if ((events & HOSTIO_READ) != 0) {
        result |= POLLIN;
    }
    if ((events & HOSTIO_WRITE) != 0) {
        result |= POLLOUT;
    }
    return result;
}

static unsigned ready_events(const struct pollfd *poll)
{
    int revents = poll->revents;
    if ((revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
        revents |= poll->events;
    }
    revents &= poll->events;
    return ((revents & POLLIN) != 0 ? HOSTIO_READ : 0) |
           ((revents & POLLOUT) != 0 ? HOSTIO_WRITE : 0);
}

static bool hostio_grow(struct hostio *h)
{
    /* The first capacity is enough for usual runs, because hostio_add() cannot report a lack of
     * memory. */
    h->capacity = h->capacity == 0 ? 256 : 2 * h->capacity;
    struct pollfd *polls = realloc(h->polls, h->capacity * sizeof *h->polls);
    struct hostio_watch **watches = realloc(h->watches, h->capacity * sizeof *h->watches);
    h->polls = polls == NULL ? h->polls : polls;
    h->watches = watches == NULL ? h->watches : watches;
    return polls != NULL && watches != NULL;
}

static unsigned hostio_append(struct hostio *h, struct hostio_watch *watch)
{
    if (h->count == h->capacity) {
        CHECK(hostio_grow(h));
    }
    h->polls[h->count] = (struct pollfd){.fd = -1};
    h->watches[h->count] = watch;
    return h->count++;
}

static unsigned hostio_find(const struct hostio *h, const struct hostio_watch *watch)
{
    unsigned slot = 1;
    while (slot < h->count && h->watches[slot] != watch) {
        slot++;
    }
    return slot;
}

static void hostio_close_holes(struct hostio *h)
{
    unsigned kept = 1;
    for (unsigned slot = 1; slot < h->count; slot++) {
        if (h->watches[slot] != NULL) {
            h->polls[kept] = h->polls[slot];
            h->watches[kept++] = h->watches[slot];
        }
    }
    h->count = kept;
    h->has_holes = false;
}

static void hostio_destroy_parts(struct hostio *h)
{
    if (h != NULL) {
        free(h->polls);
        free(h->watches);
        free(h);
    }
}

struct hostio *hostio_create(struct error *err)
{
    int wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0) {
        error_set(err, LEON3EMU_HOST, "cannot make an event descriptor: %s; close some files",
                  strerror(errno));
        return NULL;
    }
    struct hostio *h = calloc(1, sizeof *h);
    if (h == NULL || !hostio_grow(h)) {
        hostio_destroy_parts(h);
        close(wake_fd);
        error_set(err, LEON3EMU_HOST, "out of memory");
        return NULL;
    }
    h->wake_fd = wake_fd;
    unsigned slot = hostio_append(h, NULL);
    h->polls[slot].fd = wake_fd;
    h->polls[slot].events = POLLIN;
    return h;
}

void hostio_destroy(struct hostio *h)
{
    if (h == NULL) {
        return;
    }
    hostio_close_holes(h);
    ASSERT(h->count == 1);
    close(h->wake_fd);
    hostio_destroy_parts(h);
}

void hostio_add(struct hostio *h, struct hostio_watch *watch, unsigned events)
{
    ASSERT(hostio_find(h, watch) == h->count);
    hostio_append(h, watch);
    hostio_change(h, watch, events);
}

void hostio_change(struct hostio *h, const struct hostio_watch *watch, unsigned events)
{
    unsigned slot = hostio_find(h, watch);
    CHECK(slot < h->count);
    h->polls[slot].fd = events == 0 ? -1 : watch->fd;
    h->polls[slot].events = poll_events(events);
    h->polls[slot].revents = 0;
}

void hostio_remove(struct hostio *h, const struct hostio_watch *watch)
{
    unsigned slot = hostio_find(h, watch);
    CHECK(slot < h->count);
    h->watches[slot] = NULL;
    h->polls[slot] = (struct pollfd){.fd = -1};
    h->has_holes = true;
}

static unsigned hostio_dispatch(struct hostio *h)
{
    unsigned called = 0;
    h->dispatching = true;
    /* Both arrays and count may change in a callback. */
    for (unsigned slot = 1; slot < h->count; slot++) {
        struct hostio_watch *watch = h->watches[slot];
        unsigned events = ready_events(&h->polls[slot]);
        h->polls[slot].revents = 0;
        if (watch != NULL && events != 0) {
            watch->function(watch->context, events);
            called++;
        }
    }
    h->dispatching = false;
    return called;
}

unsigned hostio_poll(struct hostio *h, int timeout_ms)
{
    ASSERT(!h->dispatching);
    if (h->has_holes) {
        hostio_close_holes(h);
    }
    if (poll(h->polls, h->count, timeout_ms) <= 0) {
        return 0;
    }
    if (h->polls[0].revents != 0) {
        hostio_forget_wake(h);
    }
    return hostio_dispatch(h);
}

void hostio_wake(struct hostio *h)
{
    int saved_errno = errno;
    uint64_t one = 1;
    /* The write fails only if the eventfd's counter is full, and then the poll returns anyhow. */
    ssize_t put = write(h->wake_fd, &one, sizeof one);
    (void)put;
    errno = saved_errno;
}

bool hostio_forget_wake(struct hostio *h)
{
    uint64_t wakes;
    return read(h->wake_fd, &wakes, sizeof wakes) == (ssize_t)sizeof wakes;
}

int64_t hostio_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool hostio_wait_fd(struct hostio *h, int fd, unsigned events, int timeout_ms)
{
    struct pollfd polls[2] = {{.fd = h->wake_fd, .events = POLLIN},
                              {.fd = fd, .events = poll_events(events)}};
    int64_t deadline = hostio_clock_ms() + timeout_ms;
    int left = timeout_ms;
    int ready;
    while ((ready = poll(polls, 2, left)) < 0 && errno == EINTR) {
        if (timeout_ms >= 0) {
            int64_t until = deadline - hostio_clock_ms();
            left = until > 0 ? (int)until : 0;
        }
    }
    return ready > 0 && polls[1].revents != 0;
}
