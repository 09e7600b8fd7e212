// SPDX-License-Identifier: MIT
/* No CPU executes, see idle.h. */
#include "exec/idle.h"

#include "exec/exec.h"

/* While all CPUs are powered down, the host is polled after so many jumps of time, and not after
 * EXEC_POLL_CYCLES, which may be a single jump. */
#define POLL_JUMPS 1000u
/* After so many jumps of time without a CPU awake, the run sleeps for REST_MS of host time at each
 * poll. */
#define LONG_SLEEP 10000000u
#define REST_MS    10

/* The CPU whose error mode ends the run if no other CPU can go on: the last one that failed, if that is known. */
static struct cpu *failed_cpu(const struct exec *exec)
{
    if (exec->failed != NULL && exec->failed->status == CPU_ERROR_MODE) {
        return exec->failed;
    }
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        if (exec->cpus[i].status == CPU_ERROR_MODE) {
            return &exec->cpus[i];
        }
    }
    return NULL;
}

/* Ends the run if a CPU is in error mode and nothing can wake any other CPU any more.  That can
 * come about long after the CPU has failed. */
static bool end_in_error_mode(struct exec *exec)
{
    struct cpu *failed = failed_cpu(exec);

    if (failed == NULL || exec->hooks->can_go_on(exec->hooks->context)) {
        return false;
    }
    exec->hooks->error_mode(exec->hooks->context, failed, &exec->stop);
    return true;
}

/* Polls the host.  If timers have long run without waking a CPU, it says so in the log, once, and
 * sleeps at each poll, to spare the host; but it does not sleep if the run is to return at a given
 * cycle, which it should reach soon. */
static void rest(struct exec *exec)
{
    if (exec->idle.jumps_asleep < LONG_SLEEP) {
        exec_poll_host(exec);
        return;
    }
    if (!exec->idle.told) {
        log_line(
            exec->cpu->log, 0,
            "all CPUs are powered down, and %u events have woken none: is the interrupt of a timer "
            "masked?  The run goes on slowly",
            LONG_SLEEP);
        exec->idle.told = true;
    }
    exec_look_at_host(exec, exec->pause == UINT64_MAX ? REST_MS : 0);
}

/* Finds the cycle to which time jumps, which is that of the next event; if there is none, waits for
 * the host. */
static void find_jump(struct exec *exec)
{
    uint64_t end = event_next(&exec->events);

    end = end < exec->pause ? end : exec->pause;
    if (end == EVENT_NEVER) {
        if (!exec->hooks->can_receive(exec->hooks->context)) {
            exec_stop(exec, STOP_IDLE, LEON3EMU_IDLE,
                      "the CPU is powered down and nothing can wake it: no timer is running, no "
                      "input can arrive");
            return;
        }
        exec_look_at_host(exec, -1);
        return;
    }
    if (exec->pacing.on && end > exec->now + EXEC_POLL_CYCLES) {
        end = exec->now + EXEC_POLL_CYCLES; /* small steps, so that pacing is smooth */
    }
    exec->round.end = end;
    exec->idle.jumps_asleep++;
    if (exec->pacing.on) {
        exec_poll_host(exec);
    } else if (++exec->idle.jumps_unpolled >= POLL_JUMPS || host_poll_is_wanted(&exec->poll)) {
        rest(exec);
    }
}

bool exec_idle(struct exec *exec)
{
    exec->round.end = exec->now;
    if (end_in_error_mode(exec)) {
        return false;
    }
    find_jump(exec);
    return true;
}
