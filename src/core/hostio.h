// SPDX-License-Identifier: MIT
/*
 * A set of file descriptors of the host that a machine's thread polls.
 *
 * Code that reads from the host (character lines, GDB) registers a watch here; the scheduler calls
 * hostio_poll() now and then, and sleeps in it when the guest has nothing to do.  Callbacks run
 * inside hostio_poll() only.  Only the machine's thread may call these functions, except
 * hostio_wake().
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

/* A member of the struct of its owner, who must not change it between hostio_add() and
 * hostio_remove(), and closes the descriptor after hostio_remove(). */
struct hostio_watch {
    int fd;
    /* events: which of the watched events are ready.  A descriptor that has hung up or failed is
     * ready for all of them: the following read or write returns the error.  The function may add,
     * change and remove any watch, its own too; it must not call hostio_poll(). */
    void (*function)(void *context, unsigned events);
    void *context;
};

/* NULL: the host has no descriptor or memory left; *err says which. */
struct hostio *hostio_create(struct error *err);

/* All watches must have been removed.  h may be NULL. */
void hostio_destroy(struct hostio *h);

/* Begins to watch.  events may be 0: nothing is reported, not even a hang-up, until it changes. */
void hostio_add(struct hostio *h, struct hostio_watch *watch, unsigned events);
void hostio_change(struct hostio *h, const struct hostio_watch *watch, unsigned events);
/* From now on the callback is not called, even if poll(2) has already reported an event for it. */
void hostio_remove(struct hostio *h, const struct hostio_watch *watch);

/* Waits at most timeout_ms (0: not at all, -1: for ever) and calls the callbacks of watches that
 * are ready.  Returns how many it called.  May return 0 early, after hostio_wake() or a signal. */
unsigned hostio_poll(struct hostio *h, int timeout_ms);

/* Makes hostio_poll() return: the one that sleeps now, or else the next one.  May be called from
 * any thread and from signal handlers, as long as h exists; keeps errno. */
void hostio_wake(struct hostio *h);

/* Waits for one descriptor, which need not be watched, and calls no callback.  True: it is ready,
 * or has failed.  False: timeout_ms is over (-1: never), or there was a hostio_wake() that no
 * hostio_poll() or hostio_forget_wake() has consumed.  A signal does not end the wait. */
bool hostio_wait_fd(struct hostio *h, int fd, unsigned events, int timeout_ms);

/* Consumes a hostio_wake() that no poll has consumed yet; returns whether there was one. */
bool hostio_forget_wake(struct hostio *h);

/* Milliseconds of a clock that never jumps; for timeouts. */
int64_t hostio_clock_ms(void);

#endif
