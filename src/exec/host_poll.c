// SPDX-License-Identifier: MIT
/* When the run loop looks at the host, see exec.h. */
#include "exec/exec.h"

#include "core/host_clock.h"

static int64_t guest_ns(const struct exec *exec)
{
    return (int64_t)((unsigned __int128)exec_now(exec) * 1000000000 / exec->clock_hz);
}

/* How many ms virtual time is ahead of the wall clock; 0 if it is not, or nobody asked. */
static int ms_ahead(struct exec *exec)
{
    int64_t ahead;
    if (!exec->realtime) {
        return 0;
    }
    if (exec->realtime_start == 0) {
        exec->realtime_start = host_monotonic_ns() - guest_ns(exec);
    }
    ahead = guest_ns(exec) - (host_monotonic_ns() - exec->realtime_start);
    return ahead <= 0 ? 0 : (int)(ahead / 1000000);
}

void exec_pace_stop(struct exec *exec)
{
    if (exec->realtime && exec->stands_since == 0) {
        exec->stands_since = host_monotonic_ns();
    }
}

void exec_pace_go(struct exec *exec)
{
    if (exec->stands_since != 0 && exec->realtime_start != 0) {
        exec->realtime_start += host_monotonic_ns() - exec->stands_since;
    }
    exec->stands_since = 0;
}

void exec_pace_anew(struct exec *exec)
{
    exec->realtime_start = 0;
}

/* The request is over before it is looked at, so that one that comes meanwhile is not lost. */
void exec_look_at_host(struct exec *exec, int timeout_ms)
{
    atomic_store(&exec->attention, false);
    exec->next_poll = exec_now(exec) + EXEC_POLL_CYCLES;
    exec->jumps = 0;
    atomic_store(&exec->waiting, timeout_ms != 0);
    exec->hooks->poll_host(exec->hooks->context, timeout_ms);
    atomic_store(&exec->waiting, false);
    atomic_fetch_add(&exec->looks, 1);
}

void exec_poll_host(struct exec *exec)
{
    exec_look_at_host(exec, ms_ahead(exec));
}

/* The flag first, the limit then; the run loop does it the other way round, so that one of the two sees the
 * other.  While blocks are compared with the interpreter, the limit must be as both have left it: there the
 * flag alone is looked at, after each block. */
void exec_attend(struct exec *exec)
{
    atomic_store(&exec->attention, true);
    for (unsigned i = 0; i < exec->cpu_count && !exec->verifies; i++) {
        __atomic_store_n(&exec->cpus[i].limit, 0, __ATOMIC_SEQ_CST);
    }
}

void exec_tick(struct exec *exec)
{
    unsigned looks = atomic_load(&exec->looks);
    if (looks == exec->looks_at_tick && !atomic_load(&exec->waiting)) {
        exec_attend(exec);
    }
    exec->looks_at_tick = looks;
}
