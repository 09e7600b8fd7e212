// SPDX-License-Identifier: MIT
/*
 * When the scheduler polls the host: for input and output, for GDB, and for an interrupt by the
 * user.
 *
 * It polls every EXEC_POLL_CYCLES of guest time, and at once when another thread, a signal handler
 * or a clock of the host asks for it by exec_attend().  The guest does not notice when the host is
 * polled, unless input has arrived.
 */
#ifndef EXEC_HOST_POLL_H
#define EXEC_HOST_POLL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct exec;

/* The host is polled after so many guest cycles, or sooner if exec_attend() asks for it. */
#define EXEC_POLL_CYCLES 1000000u

struct host_poll {
    uint64_t next;          /* cycles */
    atomic_bool wanted;     /* the host is to be polled now; set by exec_attend() */
    atomic_uint count;      /* how often the host was polled */
    atomic_bool waiting;    /* the machine's thread may sleep until the host has something */
    unsigned count_at_tick; /* count at the last exec_tick() */
};

static inline bool host_poll_is_wanted(const struct host_poll *poll)
{
    return atomic_load_explicit(&poll->wanted, memory_order_relaxed);
}

/* Makes a run poll the host soon: after the current instruction, or, if generated code executes,
 * after its next access that does not go straight to memory, at the latest after the slice.  May be
 * called from any thread or signal handler.  The guest sees no difference. */
void exec_attend(struct exec *exec);
/* Does the same if the host was not polled since the last call of exec_tick().  For a clock of the
 * host. */
void exec_tick(struct exec *exec);

/* Polls the host, for up to timeout_ms (-1: until something happens). */
void exec_look_at_host(struct exec *exec, int timeout_ms);
/* Polls the host, for as long as guest time is ahead of the wall clock (pacing.h). */
void exec_poll_host(struct exec *exec);

#endif
