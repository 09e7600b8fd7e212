// SPDX-License-Identifier: MIT
/*
 * The room src/core has what knows nothing of the guest.  It sees include/ only, and every room of src/ may use it:
 *
 *   event.h                                            virtual time (this header)
 *   hostio.h, tcp_listen.h, host_file.h, host_clock.h  the host's descriptors, sockets, files, clock
 *   parse.h, property_list.h, suggest.h, escape.h      text of the user, and text that is shown to the user
 *   log*.c, error.c                                    include/log.h and include/error.h
 *   byte_queue.h, peek.h                               a queue; memory that may not be mapped
 *
 * What must hold: it prints nothing but a failed assertion, and has no mutable globals; rooms above are called through
 * function pointers only.
 *
 * Virtual-time events: functions to be called when the cycle counter reaches a deadline.
 *
 * An event belongs to the code that defines it; while it is armed the queue points to it.  Events
 * with equal deadlines run by ascending `order`, so that a run does not depend on how the queue is
 * built.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#define EVENT_NEVER UINT64_MAX

struct event {
    uint64_t deadline; /* cycles; valid while armed */
    uint64_t order;    /* device order << 32 | event index: among equal deadlines the lower first */
    void (*function)(void *context, uint32_t argument);
    void *context;
    uint32_t argument;
    uint32_t slot; /* place in the queue + 1; 0: not armed */
};

struct event_queue {
    struct event **heap; /* smallest first */
    uint32_t count;
    uint32_t room;
    /* Called when the earliest deadline becomes earlier, so that a running executor stops in time.
     * May be NULL. */
    void (*earlier)(void *context, uint64_t deadline);
    void *context;
};

/* Makes room for `events` armed events in all.  Called when an event is created, so that arming it
 * cannot fail.  False: no memory. */
bool event_queue_reserve(struct event_queue *queue, uint32_t events);
void event_queue_fini(struct event_queue *queue);

/* Arms event for `deadline`, or moves it there. */
void event_arm(struct event_queue *queue, struct event *event, uint64_t deadline);
/* Takes it out; nothing happens if it is not armed. */
void event_cancel(struct event_queue *queue, struct event *event);

static inline bool event_is_armed(const struct event *event)
{
    return event->slot != 0;
}

/* Deadline of the first event, EVENT_NEVER if there is none. */
static inline uint64_t event_next(const struct event_queue *queue)
{
    return queue->count == 0 ? EVENT_NEVER : queue->heap[0]->deadline;
}

/* The first event; there must be one. */
static inline const struct event *event_first(const struct event_queue *queue)
{
    return queue->heap[0];
}

/* Takes out and calls the first event if its deadline is not after now.  False: there is none. */
bool event_run_one(struct event_queue *queue, uint64_t now);

#endif
