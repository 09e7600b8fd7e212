// SPDX-License-Identifier: MIT
/* The event queue: a binary heap; each event has its place in it (slot).  See event.h. */
#include "core/event.h"

#include <stdlib.h>

#include "check.h"

static bool is_before(const struct event *a, const struct event *b)
{
    return a->deadline != b->deadline ? a->deadline < b->deadline : a->order < b->order;
}

static void put(struct event_queue *queue, uint32_t at, struct event *event)
{
    queue->heap[at] = event;
    event->slot = at + 1;
}

static void sift_up(struct event_queue *queue, uint32_t at, struct event *event)
{
    while (at > 0 && is_before(event, queue->heap[(at - 1) / 2])) {
        put(queue, at, queue->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(queue, at, event);
}

static void sift_down(struct event_queue *queue, uint32_t at, struct event *event)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= queue->count) {
            break;
        }
        if (child + 1 < queue->count && is_before(queue->heap[child + 1], queue->heap[child])) {
            child++;
        }
        if (!is_before(queue->heap[child], event)) {
            break;
        }
        put(queue, at, queue->heap[child]);
        at = child;
    }
    put(queue, at, event);
}

bool event_queue_reserve(struct event_queue *queue, uint32_t events)
{
    struct event **grown;
    if (events <= queue->room) {
        return true;
    }
    grown = realloc(queue->heap, events * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    queue->heap = grown;
    queue->room = events;
    return true;
}

void event_queue_fini(struct event_queue *queue)
{
    free(queue->heap);
    queue->heap = NULL;
    queue->count = queue->room = 0;
}

void event_cancel(struct event_queue *queue, struct event *event)
{
    uint32_t at;
    struct event *last;

    if (!event_is_armed(event)) {
        return;
    }
    at = event->slot - 1;
    event->slot = 0;
    last = queue->heap[--queue->count];
    if (last == event) {
        return;
    }
    if (at > 0 && is_before(last, queue->heap[(at - 1) / 2])) {
        sift_up(queue, at, last);
    } else {
        sift_down(queue, at, last);
    }
}

void event_arm(struct event_queue *queue, struct event *event, uint64_t deadline)
{
    event_cancel(queue, event);
    CHECK(queue->count < queue->room);
    event->deadline = deadline;
    sift_up(queue, queue->count++, event);
    if (queue->heap[0] == event && queue->earlier != NULL) {
        queue->earlier(queue->context, deadline);
    }
}

bool event_run_one(struct event_queue *queue, uint64_t now)
{
    struct event *event;
    if (event_next(queue) > now) {
        return false;
    }
    event = queue->heap[0];
    event_cancel(queue, event);
    event->function(event->context, event->argument);
    return true;
}
