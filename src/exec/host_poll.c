// SPDX-License-Identifier: MIT
/* Looking at the host, see host_poll.h. */
#include "exec/host_poll.h"

#include "exec/exec.h"

static int64_t guest_ns(const struct exec *exec)
{
    return (int64_t)((unsigned __int128)exec_now(exec) * 1000000000 / exec->clock_hz);
}

/* `wanted` is cleared before the host is polled, so that a request that comes meanwhile is not
 * lost. */
void exec_look_at_host(struct exec *exec, int timeout_ms)
{
    struct host_poll *poll = &exec->poll;

    atomic_store(&poll->wanted, false);
    poll->next = exec_now(exec) + EXEC_POLL_CYCLES;
    exec->idle.jumps_unpolled = 0;
    atomic_store(&poll->waiting, timeout_ms != 0);
    exec->hooks->poll_host(exec->hooks->context, timeout_ms);
    atomic_store(&poll->waiting, false);
    atomic_fetch_add(&poll->count, 1);
}

void exec_poll_host(struct exec *exec)
{
    exec_look_at_host(exec, pacing_ms_ahead(&exec->pacing, guest_ns(exec)));
}

/* Sets the flag, then the limits; set_limit() (exec.c) sets the limit, then reads the flag.  So
 * either set_limit() sees the flag, or the 0 stored here comes after its limit: no request is lost.
 * With --verify-jit the limit must be what interpreter and generated code have made of it, so it is
 * not written; translator_run() reads the flag after each block instead. */
void exec_attend(struct exec *exec)
{
    atomic_store(&exec->poll.wanted, true);
    for (unsigned i = 0; i < exec->cpu_count && !exec->verifies; i++) {
        __atomic_store_n(&exec->cpus[i].limit, 0, __ATOMIC_SEQ_CST);
    }
}

void exec_tick(struct exec *exec)
{
    struct host_poll *poll = &exec->poll;
    unsigned count = atomic_load(&poll->count);

    if (count == poll->count_at_tick && !atomic_load(&poll->waiting)) {
        exec_attend(exec);
    }
    poll->count_at_tick = count;
}
