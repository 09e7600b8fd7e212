// SPDX-License-Identifier: MIT
/* The scheduler: rounds, turns and what comes between, see exec.h. */
#include "exec/exec.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "exec/translator.h"
#include "sparc/interp.h"

/* After so many events in one instant a device is taken for faulty, and the run ends. */
#define EVENTS_OF_AN_INSTANT 1000000u
/* In place of the index of a CPU, or of a turn. */
#define NOBODY UINT_MAX

/* Has no CPU executed in this round but the one whose turn it is? */
static bool is_first_to_execute(const struct exec *exec)
{
    return exec->round.turn <= exec->round.leader;
}

/* A new event that comes before the end of the round moves the end forward to it, unless another
 * CPU has executed in this round already and may be past that cycle. */
static void on_earlier(void *context, uint64_t deadline)
{
    struct exec *exec = context;
    if (exec->phase != EXEC_BETWEEN_ROUNDS && is_first_to_execute(exec) &&
        deadline < exec->round.end) {
        exec->round.end = deadline;
        if (exec->phase == EXEC_IN_TURN) {
            cpu_lower_limit(exec->cpu, deadline);
        }
    }
}

void exec_init(struct exec *exec, struct cpu *cpus, unsigned count, uint64_t clock_hz,
               const struct exec_hooks *hooks)
{
    memset(exec, 0, sizeof *exec);
    exec->cpus = cpus;
    exec->cpu_count = count;
    exec->cpu = cpus;
    exec->quantum = EXEC_DEFAULT_QUANTUM;
    exec->slice = EXEC_POLL_CYCLES;
    exec->clock_hz = clock_hz;
    exec->hooks = hooks;
    exec->events.earlier = on_earlier;
    exec->events.context = exec;
}

void exec_fini(struct exec *exec)
{
    event_queue_fini(&exec->events);
}

/* ---- a round ---- */

static void limit_to(uint64_t *end, uint64_t limit)
{
    if (limit < *end) {
        *end = limit;
    }
}

/* Does the CPU execute, or would it if it had a turn, because an interrupt wakes it? */
static bool is_awake(const struct cpu *cpu)
{
    return cpu->status == CPU_RUNNING ||
           (cpu->status == CPU_POWERED_DOWN && cpu_interrupt_is_due(cpu));
}

static unsigned count_awake(const struct exec *exec)
{
    unsigned awake = 0;
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        awake += is_awake(&exec->cpus[i]);
    }
    return awake;
}

/* The end of a round in which CPUs execute.  With several CPUs it depends on the guest alone,
 * because the order of turns must not depend on where a run pauses or when the host is polled.
 * With a single CPU there is no such order, so these may end the round. */
static uint64_t round_end(const struct exec *exec)
{
    uint64_t end = event_next(&exec->events);
    if (exec->cpu_count == 1) {
        limit_to(&end, exec->poll.next);
        limit_to(&end, exec->pause);
        return end;
    }
    limit_to(&end, exec->now + EXEC_POLL_CYCLES);
    if (count_awake(exec) > 1) {
        limit_to(&end, exec->now + exec->quantum);
    }
    return end;
}

void exec_cpu_is_wanted(struct exec *exec, struct cpu *cpu)
{
    uint64_t now = exec_now(exec);

    if (cpu->status != CPU_RUNNING && cpu->cycles < now) {
        cpu->cycles = now; /* it goes on at the time of what woke it */
    }
    if (exec->phase != EXEC_BETWEEN_ROUNDS && cpu != exec->cpu) {
        limit_to(&exec->round.end, now);
        cpu_lower_limit(exec->cpu, now);
    }
}

/* Is there a CPU whose turn comes later in this round and that is not at the pause yet? */
static bool others_are_behind(const struct exec *exec)
{
    for (unsigned i = exec->round.turn + 1; i < exec->cpu_count; i++) {
        if (is_awake(&exec->cpus[i]) && exec->cpus[i].cycles < exec->pause) {
            return true;
        }
    }
    return false;
}

/* An instruction takes a cycle at least, so the CPU cannot go beyond `insns`. */
static void limit_to_insns(const struct exec *exec, uint64_t *limit, uint64_t insns)
{
    limit_to(limit, exec->cpu->cycles + (insns - exec_insns(exec)));
}

/* How far the CPU whose turn it is may go now. */
static uint64_t turn_limit(const struct exec *exec)
{
    uint64_t limit = exec->round.end;
    if (exec->pause < limit && !others_are_behind(exec)) {
        limit = exec->pause;
    }
    if (exec->insn_limit != 0) {
        limit_to_insns(exec, &limit, exec->insn_limit);
    }
    if (exec->hash.every != 0) {
        limit_to_insns(exec, &limit, exec->hash.next);
    }
    return limit;
}

/* ---- limits and interrupts ---- */

static inline void check_hash(struct exec *exec)
{
    if (exec->hash.every != 0) {
        exec_check_hash(exec);
    }
}

static void check_insn_limit(struct exec *exec)
{
    if (exec->insn_limit != 0 && exec_insns(exec) >= exec->insn_limit) {
        exec_stop(exec, STOP_INSN_LIMIT, LEON3EMU_INSN_LIMIT,
                  "instruction limit of %" PRIu64 " reached", exec->insn_limit);
    }
}

static void check_limits(struct exec *exec)
{
    check_insn_limit(exec);
    if (exec->time_limit != 0 && exec->now >= exec->time_limit) {
        exec_stop(exec, STOP_TIME_LIMIT, LEON3EMU_TIME_LIMIT, "time limit reached");
    }
}

static void take_interrupt(struct cpu *cpu)
{
    unsigned level = cpu->irl;
    cpu->status = CPU_RUNNING;
    cpu_trap(cpu, TT_INTERRUPT + level);
    cpu->hooks->interrupt_acknowledge(cpu->hooks->context, cpu, level);
}

/* ---- a turn ---- */

/* The end of the round is looked at first, because that is why most turns end. */
static bool can_execute(const struct exec *exec, const struct cpu *cpu)
{
    return cpu->cycles < exec->round.end && exec->stop.kind == STOP_NONE && is_awake(cpu) &&
           cpu->cycles < turn_limit(exec);
}

/* Sets the cycle at which the CPU comes back to the scheduler, at the latest. */
static void set_limit(struct exec *exec, struct cpu *cpu)
{
    uint64_t limit = turn_limit(exec);

    limit_to(&limit, cpu->cycles + exec->slice);
    __atomic_store_n(&cpu->limit, limit, __ATOMIC_SEQ_CST);
    if (atomic_load(&exec->poll.wanted)) {
        cpu_attention(cpu);
    }
}

/* Executes instructions up to the CPU's limit. */
static void execute(struct exec *exec, struct cpu *cpu)
{
    if (debug_stops_are_set(&exec->debug) || log_on(cpu->log, LOG_EXEC)) {
        exec_run_checked(exec);
    } else if (exec->translator != NULL) {
        translator_run(exec->translator, cpu);
    } else {
        interp_run(cpu);
    }
}

/* IN_TURN: one CPU's turn, or a part of it.  It ends at the end of the round, or before if the CPU
 * powers down or fails, if the run pauses or stops, or if the system is reset. */
static void run_turn(struct exec *exec, struct cpu *cpu)
{
    bool was_error = cpu->status == CPU_ERROR_MODE;
    bool was_reset = false;

    exec->cpu = cpu;
    exec->phase = EXEC_IN_TURN;
    while (!was_reset && can_execute(exec, cpu)) {
        if (exec->round.leader == NOBODY) {
            exec->round.leader = exec->round.turn;
        }
        exec->idle.jumps_asleep = 0;
        if (cpu_interrupt_is_due(cpu)) {
            take_interrupt(cpu);
        }
        set_limit(exec, cpu);
        execute(exec, cpu);
        if (host_poll_is_wanted(&exec->poll)) {
            exec_poll_host(exec);
        }
        was_reset = exec->hooks->between(exec->hooks->context);
        check_hash(exec);
        check_insn_limit(exec);
    }
    exec->phase = was_reset ? EXEC_BETWEEN_ROUNDS : EXEC_IN_ROUND;
    if (!was_error && cpu->status == CPU_ERROR_MODE && exec->stop.kind == STOP_NONE) {
        exec->failed = cpu;
        exec->hooks->error_mode(exec->hooks->context, cpu, &exec->stop);
    }
}

/* Sets the time of the CPUs that do not execute to the end of the round. */
static void take_along(struct exec *exec)
{
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        struct cpu *cpu = &exec->cpus[i];
        if (cpu->status != CPU_RUNNING && cpu->cycles < exec->round.end) {
            cpu->cycles = exec->round.end;
        }
    }
}

/* Between rounds, time is that of the CPU with the fewest cycles. */
static uint64_t common_time(const struct exec *exec)
{
    uint64_t now = UINT64_MAX;
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        limit_to(&now, exec->cpus[i].cycles);
    }
    return now;
}

/* ---- between rounds ---- */

/* Events that are armed for the present run at once, and there may be thousands: of a device, say,
 * that moves a block of data word by word.  If they never ended, guest time would stand still. */
static void check_endless(struct exec *exec, uint32_t *runs)
{
    if (++*runs >= EVENTS_OF_AN_INSTANT && event_next(&exec->events) <= exec->now) {
        exec->hooks->endless(exec->hooks->context, event_first(&exec->events), *runs);
    }
}

static void run_events(struct exec *exec)
{
    uint32_t runs = 0;

    exec->hooks->between(exec->hooks->context);
    while (exec->stop.kind == STOP_NONE && event_run_one(&exec->events, exec->now)) {
        exec->hooks->between(exec->hooks->context);
        check_endless(exec, &runs);
        if (host_poll_is_wanted(&exec->poll)) {
            exec_poll_host(exec);
        }
    }
    check_limits(exec);
}

/* Runs the events that are due.  False: the run stops. */
static bool run_due_events(struct exec *exec)
{
    exec->now = common_time(exec);
    check_hash(exec);
    run_events(exec);
    return exec->stop.kind == STOP_NONE;
}

static void begin_round(struct exec *exec)
{
    exec->round = (struct exec_round){.end = round_end(exec), .turn = 0, .leader = NOBODY};
    exec->phase = EXEC_IN_ROUND;
}

/* Ends the round: powered-down CPUs get the time of its end, and events are next. */
static void end_round(struct exec *exec)
{
    exec->phase = EXEC_BETWEEN_ROUNDS;
    take_along(exec);
    exec->now = common_time(exec);
}

/* BETWEEN_ROUNDS: runs the events that are due; then begins a round, or time jumps. */
static void advance_between_rounds(struct exec *exec)
{
    if (!run_due_events(exec)) {
        return;
    }
    if (count_awake(exec) == 0) {
        if (exec_idle(exec)) {
            end_round(exec);
        } else {
            exec->now = exec->cpu->cycles;
        }
        return;
    }
    if (exec->now >= exec->poll.next || host_poll_is_wanted(&exec->poll)) {
        exec_poll_host(exec);
    }
    begin_round(exec);
}

/* ---- in a round ---- */

/* Has the CPU cycles left in this round? */
static bool is_behind(const struct exec *exec, const struct cpu *cpu)
{
    return is_awake(cpu) && cpu->cycles < exec->round.end;
}

/* Gives the CPUs their turns until the round ends, the run pauses or stops, the system is reset, or
 * it is the turn of CPU `until`. */
static void run_turns(struct exec *exec, unsigned until)
{
    for (; exec->round.turn < exec->cpu_count; exec->round.turn++) {
        struct cpu *cpu = &exec->cpus[exec->round.turn];
        if (exec->round.turn == until && is_behind(exec, cpu)) {
            exec->cpu = cpu;
            return;
        }
        run_turn(exec, cpu);
        if (exec->stop.kind != STOP_NONE || exec->phase == EXEC_BETWEEN_ROUNDS ||
            is_behind(exec, cpu)) {
            return;
        }
    }
}

/* The run ends in the middle of a round.  A single CPU begins another round with the next run. */
static void leave_round(struct exec *exec)
{
    if (exec->cpu_count == 1) {
        exec->phase = EXEC_BETWEEN_ROUNDS;
    }
}

/* IN_ROUND: gives CPUs their turns, then sets exec->now.  If the run stops, that is the time of the
 * CPU that stopped it. */
static void advance_in_round(struct exec *exec, unsigned until)
{
    bool all_done;

    run_turns(exec, until);
    all_done = exec->round.turn == exec->cpu_count;
    if (exec->stop.kind != STOP_NONE) {
        exec->now = exec->cpu->cycles;
        leave_round(exec);
    } else if (exec->phase == EXEC_BETWEEN_ROUNDS || (all_done && exec->round.end <= exec->pause)) {
        end_round(exec);
    } else {
        exec->now = all_done ? exec->pause : exec->cpu->cycles;
    }
}

/* One step through the phases.  until: the index of a CPU before whose turn to return, or NOBODY.
 * If a round begins, its turns follow at once, even if the poll of the host before it has asked for
 * a stop: then no CPU executes. */
static void advance(struct exec *exec, unsigned until)
{
    if (exec->phase == EXEC_BETWEEN_ROUNDS) {
        advance_between_rounds(exec);
    } else {
        check_limits(exec);
        if (exec->stop.kind != STOP_NONE) {
            return;
        }
    }
    if (exec->phase == EXEC_IN_ROUND) {
        advance_in_round(exec, until);
    }
}

/* ---- a run ---- */

/* Reports why the run stopped.  The reason is cleared only here, so a stop that is asked for
 * between two runs ends the next one. */
static void end_run(struct exec *exec, struct stop_info *stop)
{
    *stop = exec->stop;
    memset(&exec->stop, 0, sizeof exec->stop);
    exec->debug.cpu = stop->cpu;
    exec->debug.pc = exec->cpus[stop->cpu].pc;
    exec->debug.step_over = stop->kind == STOP_BREAKPOINT;
}

/* Has the run come to `cycles`?  In a round, the CPU that stopped the last run can be ahead of
 * those whose turn is still to come; time then is that of the CPU with the fewest cycles among
 * these. */
static bool has_reached(struct exec *exec, uint64_t cycles)
{
    uint64_t last = exec->round.end;

    if (exec->phase == EXEC_BETWEEN_ROUNDS) {
        return exec->now >= cycles;
    }
    for (unsigned i = exec->round.turn; i < exec->cpu_count; i++) {
        if (is_awake(&exec->cpus[i])) {
            limit_to(&last, exec->cpus[i].cycles);
        }
    }
    if (last < cycles) {
        return false;
    }
    limit_to(&exec->now, last);
    exec->now = exec->now < cycles ? cycles : exec->now;
    return true;
}

void exec_restart(struct exec *exec)
{
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        exec->now = exec->cpus[i].cycles > exec->now ? exec->cpus[i].cycles : exec->now;
    }
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        exec->cpus[i].cycles = exec->now;
    }
    exec->cpu = exec->cpus;
    exec->phase = EXEC_BETWEEN_ROUNDS;
    exec->debug.step_over = false;
    memset(&exec->stop, 0, sizeof exec->stop);
}

void exec_run(struct exec *exec, uint64_t cycles, struct stop_info *stop)
{
    exec->pause = cycles;
    if (exec->time_limit != 0) {
        limit_to(&exec->pause, exec->time_limit);
    }
    while (exec->stop.kind == STOP_NONE) {
        if (has_reached(exec, cycles)) {
            exec->stop.kind = STOP_CYCLES;
            break;
        }
        advance(exec, NOBODY);
    }
    end_run(exec, stop);
}

/* ---- a step ---- */

/* Runs until it is the CPU's turn, as any run would.  False: the run has stopped before, or the CPU
 * is powered down. */
static bool run_to_turn_of(struct exec *exec, const struct cpu *cpu)
{
    unsigned index = cpu->config.index;
    while (exec->stop.kind == STOP_NONE && is_awake(cpu)) {
        if (exec->phase == EXEC_IN_ROUND && exec->round.turn == index && is_behind(exec, cpu)) {
            return true;
        }
        advance(exec, index);
    }
    return false;
}

/* Begins a round, if none has begun, for a CPU that executes out of order.  False: the run has
 * stopped, or the CPU is powered down. */
static bool enter_round(struct exec *exec, const struct cpu *cpu)
{
    if (!is_awake(cpu)) {
        return false;
    }
    if (exec->phase == EXEC_IN_ROUND) {
        check_limits(exec);
    } else if (run_due_events(exec)) {
        begin_round(exec);
    }
    return exec->stop.kind == STOP_NONE;
}

/* Executes one instruction of a CPU.  The round's end stays as it was, unless a new event comes
 * before it. */
static void step_cpu(struct exec *exec, struct cpu *cpu)
{
    uint64_t end = exec->round.end;

    exec->round.end = cpu->cycles + 1;
    run_turn(exec, cpu);
    exec->now = cpu->cycles;
    exec->round.end = end;
    if (is_first_to_execute(exec)) {
        limit_to(&exec->round.end, event_next(&exec->events));
    }
    leave_round(exec);
}

static void sleep_a_cycle(struct exec *exec)
{
    exec->pause = exec->now + 1;
    advance(exec, NOBODY);
}

void exec_step(struct exec *exec, unsigned index, bool alone, struct stop_info *stop)
{
    struct cpu *cpu = &exec->cpus[index];

    exec->debug.step_over = true;
    exec->debug.cpu = index;
    exec->debug.pc = cpu->pc;
    exec->pause = UINT64_MAX;
    if (alone ? enter_round(exec, cpu) : run_to_turn_of(exec, cpu)) {
        step_cpu(exec, cpu);
    } else if (exec->stop.kind == STOP_NONE) {
        sleep_a_cycle(exec);
    }
    if (exec->stop.kind == STOP_NONE) {
        exec->stop.kind = STOP_STEP;
        exec->stop.cpu = index;
    }
    end_run(exec, stop);
}
