// SPDX-License-Identifier: MIT
/* The run loop, see exec.h. */
#include "exec/exec.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sparc/interp.h"

/* How often the host is looked at: in guest cycles, and in power-down jumps. */
#define POLL_CYCLES 1000000u
#define POLL_JUMPS  1000u

/* A new event that comes before the end of the slice shortens it. */
static void on_earlier(void *context, uint64_t deadline)
{
    struct exec *exec = context;
    if (deadline < exec->cpu->limit) {
        exec->cpu->limit = deadline;
    }
}

void exec_init(struct exec *exec, struct cpu *cpu, uint64_t clock_hz,
               const struct exec_hooks *hooks)
{
    memset(exec, 0, sizeof *exec);
    exec->cpu = cpu;
    exec->clock_hz = clock_hz;
    exec->hooks = hooks;
    exec->events.earlier = on_earlier;
    exec->events.context = exec;
}

void exec_fini(struct exec *exec)
{
    event_queue_fini(&exec->events);
}

void exec_stop(struct exec *exec, enum stop_kind kind, int status, const char *format, ...)
{
    va_list arguments;
    if (exec->stop.kind != STOP_NONE) {
        return;
    }
    exec->stop.kind = kind;
    exec->stop.status = status;
    exec->stop.cpu = exec->cpu->config.index;
    va_start(arguments, format);
    vsnprintf(exec->stop.text, sizeof exec->stop.text, format, arguments);
    va_end(arguments);
    cpu_attention(exec->cpu);
}

/* ---- breakpoints ---- */

bool exec_add_breakpoint(struct exec *exec, uint32_t address)
{
    if (exec->breakpoint_count == EXEC_MAX_BREAKPOINTS) {
        return false;
    }
    exec->breakpoints[exec->breakpoint_count++] = address;
    return true;
}

bool exec_remove_breakpoint(struct exec *exec, uint32_t address)
{
    for (unsigned i = 0; i < exec->breakpoint_count; i++) {
        if (exec->breakpoints[i] == address) {
            exec->breakpoints[i] = exec->breakpoints[--exec->breakpoint_count];
            return true;
        }
    }
    return false;
}

static bool at_breakpoint(struct exec *exec)
{
    uint32_t pc = exec->cpu->pc;
    if (exec->step_over) {
        exec->step_over = false;
        return false;
    }
    for (unsigned i = 0; i < exec->breakpoint_count; i++) {
        if (exec->breakpoints[i] == pc) {
            exec_stop(exec, STOP_BREAKPOINT, 0, "breakpoint at 0x%08" PRIx32, pc);
            return true;
        }
    }
    return false;
}

/* ---- the host ---- */

static int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

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
        exec->realtime_start = monotonic_ns() - guest_ns(exec);
    }
    ahead = guest_ns(exec) - (monotonic_ns() - exec->realtime_start);
    return ahead <= 0 ? 0 : (int)(ahead / 1000000);
}

static void poll_host(struct exec *exec)
{
    exec->next_poll = exec_now(exec) + POLL_CYCLES;
    exec->jumps = 0;
    exec->hooks->poll_host(exec->hooks->context, ms_ahead(exec));
}

/* ---- one turn ---- */

/* First cycle at which the loop must look around, seen from now. */
static uint64_t slice_end(const struct exec *exec, uint64_t cycles)
{
    uint64_t end = cycles;
    uint64_t next = event_next(&exec->events);
    if (next < end) {
        end = next;
    }
    if (exec->next_poll < end) {
        end = exec->next_poll;
    }
    if (exec->time_limit != 0 && exec->time_limit < end) {
        end = exec->time_limit;
    }
    /* An instruction takes a cycle at least, so this cannot overshoot. */
    if (exec->insn_limit != 0 && exec->insn_limit - exec->cpu->insns < end - exec->cpu->cycles) {
        end = exec->cpu->cycles + (exec->insn_limit - exec->cpu->insns);
    }
    return end;
}

static void check_limits(struct exec *exec)
{
    if (exec->insn_limit != 0 && exec->cpu->insns >= exec->insn_limit) {
        exec_stop(exec, STOP_INSN_LIMIT, LEON3EMU_INSN_LIMIT,
                  "instruction limit of %" PRIu64 " reached", exec->insn_limit);
    }
    if (exec->time_limit != 0 && exec->cpu->cycles >= exec->time_limit) {
        exec_stop(exec, STOP_TIME_LIMIT, LEON3EMU_TIME_LIMIT, "time limit reached");
    }
}

static void take_interrupt(struct cpu *cpu)
{
    unsigned level = cpu->irl;
    cpu_trap(cpu, TT_INTERRUPT + level);
    cpu->hooks->interrupt_acknowledge(cpu->hooks->context, cpu, level);
}

/* Executes up to `end`, with the checks that only a debugger needs. */
static void run_watched(struct exec *exec, uint64_t end)
{
    struct cpu *cpu = exec->cpu;
    cpu->limit = end;
    while (cpu->cycles < cpu->limit && !at_breakpoint(exec)) {
        interp_step(cpu);
    }
}

static void run_cpu(struct exec *exec, uint64_t end)
{
    struct cpu *cpu = exec->cpu;
    if (exec->breakpoint_count != 0 || log_on(cpu->log, LOG_EXEC)) {
        run_watched(exec, end);
    } else {
        cpu->limit = end;
        interp_run(cpu);
    }
}

/* Nothing to execute: on to the next event, or wait for the host. */
static void idle(struct exec *exec, uint64_t end)
{
    if (end == EVENT_NEVER) {
        if (!exec->hooks->can_receive(exec->hooks->context)) {
            exec_stop(exec, STOP_IDLE, LEON3EMU_IDLE,
                      "the CPU is powered down and nothing can wake it: no timer is running, no "
                      "input can arrive");
            return;
        }
        exec->hooks->poll_host(exec->hooks->context, -1);
        return;
    }
    if (exec->cpu->cycles < end) {
        exec->cpu->cycles = end;
    }
    if (exec->realtime || ++exec->jumps >= POLL_JUMPS) {
        poll_host(exec);
    }
}

/* Time to jump to while powered down: polls are no reason to wake. */
static uint64_t idle_end(struct exec *exec, uint64_t cycles)
{
    uint64_t poll = exec->next_poll;
    uint64_t end;
    exec->next_poll = EVENT_NEVER;
    end = slice_end(exec, cycles);
    exec->next_poll = poll;
    if (exec->realtime && end != EVENT_NEVER && exec_now(exec) + POLL_CYCLES < end) {
        end = exec_now(exec) + POLL_CYCLES; /* small steps, so that pacing is smooth */
    }
    return end;
}

static void turn(struct exec *exec, uint64_t cycles)
{
    struct cpu *cpu = exec->cpu;

    exec->hooks->between(exec->hooks->context);
    while (exec->stop.kind == STOP_NONE && event_run_one(&exec->events, cpu->cycles)) {
        exec->hooks->between(exec->hooks->context);
    }
    check_limits(exec);
    if (exec->stop.kind != STOP_NONE) {
        return;
    }
    if (cpu->status != CPU_ERROR_MODE && cpu_interrupt_is_due(cpu)) {
        cpu->status = CPU_RUNNING;
        take_interrupt(cpu);
    }
    if (cpu->status == CPU_RUNNING) {
        if (cpu->cycles >= exec->next_poll) {
            poll_host(exec);
        }
        run_cpu(exec, slice_end(exec, cycles));
    } else if (cpu->status == CPU_POWERED_DOWN) {
        idle(exec, idle_end(exec, cycles));
    }
    if (cpu->status == CPU_ERROR_MODE && exec->stop.kind == STOP_NONE) {
        exec->hooks->error_mode(exec->hooks->context, cpu, &exec->stop);
    }
}

static void begin(struct exec *exec)
{
    memset(&exec->stop, 0, sizeof exec->stop);
    exec->running = true;
}

static void end_run(struct exec *exec, struct stop_info *stop)
{
    exec->running = false;
    *stop = exec->stop;
}

void exec_run(struct exec *exec, uint64_t cycles, struct stop_info *stop)
{
    begin(exec);
    exec->step_over = true;
    while (exec->stop.kind == STOP_NONE) {
        if (exec->cpu->cycles >= cycles) {
            exec->stop.kind = STOP_CYCLES;
            break;
        }
        turn(exec, cycles);
    }
    end_run(exec, stop);
}

void exec_step(struct exec *exec, struct stop_info *stop)
{
    begin(exec);
    exec->step_over = true;
    turn(exec, exec->cpu->cycles + 1);
    if (exec->stop.kind == STOP_NONE) {
        exec->stop.kind = STOP_STEP;
    }
    end_run(exec, stop);
}
