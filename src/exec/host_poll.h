// SPDX-License-Identifier: MIT
/*
 * When the scheduler looks at the host: for input and output, for GDB, and for an interrupt by the user.
 *
 * It looks every EXEC_POLL_CYCLES of guest time, and at once when another thread, a signal handler or a clock of the
 * host asks.  What the guest sees does not depend on when that is, unless input has arrived.
 */
#ifndef EXEC_HOST_POLL_H
#define EXEC_HOST_POLL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct exec;

/* The host is looked at after so many guest cycles, or sooner if exec_attend() asks for it. */
#define EXEC_POLL_CYCLES 1000000u

struct host_poll {
    uint64_t next;          /* cycles */
    atomic_bool wanted;     /* the host is to be looked at now; set by exec_attend() */
    atomic_uint count;      /* how often the host was looked at */
    atomic_bool waiting;    /* the machine's thread may sleep until the host has something */
    unsigned count_at_tick; /* count at the last exec_tick() */
};

static inline bool host_poll_is_wanted(const struct host_poll *poll)
{
    return atomic_load_explicit(&poll->wanted, memory_order_relaxed);
}

/* Makes a run look at the host now: after the current instruction, or, in code that is generated and makes no
 * slow access, after a slice.  From any thread or signal handler.  What the guest sees does not change. */
void exec_attend(struct exec *exec);
/* The same if the run has not looked by itself since the last call: for a clock of the host. */
void exec_tick(struct exec *exec);

/* Looks at the host, for up to timeout_ms (-1: until something happens). */
void exec_look_at_host(struct exec *exec, int timeout_ms);
/* Looks at the host for as long as guest time is ahead of the wall clock. */
void exec_poll_host(struct exec *exec);

#endif
