// SPDX-License-Identifier: MIT
/*
 * What a machine waits for outside itself: a set of file descriptors, polled by the machine's
 * thread.
 *
 * Everything that reads the host (character lines, GDB) registers a watch here; the scheduler calls
 * hostio_poll() now and then, and sleeps in it when the guest has nothing to do.  Callbacks run
 * inside hostio_poll() only.  All functions belong to the machine's thread but hostio_wake().
 */
#ifndef CORE_HOSTIO_H
#define CORE_HOSTIO_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct hostio;

/* Bits of events. */
#define HOSTIO_READ  0x1u
#define HOSTIO_WRITE 0x2u

/* Lives inside whoever is interested, from hostio_add() to hostio_remove(); the fields stay
 * untouched in between.  The descriptor belongs to the owner and is closed after hostio_remove().
 */
struct hostio_watch {
    int fd;
    /* events: those asked for that are ready.  A hung-up or broken descriptor is ready for all of
     * them: the read or write that follows tells what is wrong.  May add, change and remove any
     * watch, its own too; must not poll. */
    void (*function)(void *context, unsigned events);
    void *context;
};

/* NULL: the host has no descriptors left, *err tells. */
struct hostio *hostio_create(struct error *err);

/* All watches must have been removed.  h may be NULL. */
void hostio_destroy(struct hostio *h);

/* Begins to watch.  events may be 0: nothing is reported, not even a hang-up, until it changes. */
void hostio_add(struct hostio *h, struct hostio_watch *watch, unsigned events);
void hostio_change(struct hostio *h, const struct hostio_watch *watch, unsigned events);
/* The callback is not called any more, even if its event is already known. */
void hostio_remove(struct hostio *h, const struct hostio_watch *watch);

/* Waits at most timeout_ms (0: not at all, -1: for ever) and calls back for what is ready.  Returns
 * how many callbacks were called.  May come back early with 0: after hostio_wake() or a signal. */
unsigned hostio_poll(struct hostio *h, int timeout_ms);

/* Makes a hostio_poll() that sleeps return, or the next one if none does.  May be called from any
 * thread and from signal handlers, as long as h exists; leaves errno alone. */
void hostio_wake(struct hostio *h);

/* Waits for one descriptor that need not be watched, without calling back.  True: it is ready (or
 * broken).  False: timeout_ms is over (-1: never), or there was a hostio_wake() that no
 * hostio_poll() or hostio_forget_wake() has seen.  Signals alone do not end it. */
bool hostio_wait_fd(struct hostio *h, int fd, unsigned events, int timeout_ms);

/* Forgets a hostio_wake() that no poll has seen yet; returns whether there was one. */
bool hostio_forget_wake(struct hostio *h);

/* Milliseconds of a clock that never jumps; for timeouts. */
int64_t hostio_clock_ms(void);

#endif
