// SPDX-License-Identifier: MIT
/* The run loop, see exec.h. */
#include "exec/exec.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exec/cpu_state.h"
#include "exec/translator.h"
#include "sparc/interp.h"

/* How often the host is looked at while nothing happens, in power-down jumps; in cycles: EXEC_POLL_CYCLES. */
#define POLL_JUMPS 1000u
/* More is a mistake of a device. */
#define EVENTS_OF_AN_INSTANT 1000000u
/* Events without anybody awake after which the run rests now and then, so long in host time. */
#define LONG_SLEEP  10000000u
#define REST_MS     10
#define EXEC_NOBODY UINT_MAX

/* A new event that comes before the end of the round shortens it, as long as no CPU is past that.
 */
static void on_earlier(void *context, uint64_t deadline)
{
    struct exec *exec = context;
    if (exec->in_round && exec->is_first && deadline < exec->end) {
        exec->end = deadline;
        if (exec->in_turn) {
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

uint64_t exec_insns(const struct exec *exec)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        sum += exec->cpus[i].insns;
    }
    return sum;
}

/* The CPU whose error mode ends the run if nobody goes on: the last that failed, as far as was seen. */
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

/* ---- a round ---- */

static void limit_to(uint64_t *end, uint64_t limit)
{
    if (limit < *end) {
        *end = limit;
    }
}

/* Does it execute, or would it wake to take an interrupt? */
static bool is_awake(const struct cpu *cpu)
{
    return cpu->status == CPU_RUNNING ||
           (cpu->status == CPU_POWERED_DOWN && cpu_interrupt_is_due(cpu));
}

static bool several_are_awake(const struct exec *exec)
{
    unsigned awake = 0;
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        awake += is_awake(&exec->cpus[i]);
    }
    return awake > 1;
}

/* End of a round in which CPUs execute.  Of several it hangs on the guest alone: where a run pauses and when
 * the host is looked at must not change who comes when.  One that is alone needs no turns. */
static uint64_t round_end(const struct exec *exec)
{
    uint64_t end = event_next(&exec->events);
    if (exec->cpu_count == 1) {
        limit_to(&end, exec->next_poll);
        limit_to(&end, exec->pause);
        return end;
    }
    limit_to(&end, exec->now + EXEC_POLL_CYCLES);
    if (several_are_awake(exec)) {
        limit_to(&end, exec->now + exec->quantum);
    }
    return end;
}

void exec_cpu_is_wanted(struct exec *exec, struct cpu *cpu)
{
    uint64_t now = exec_now(exec);

    if (cpu->status != CPU_RUNNING && cpu->cycles < now) {
        cpu->cycles = now; /* it does not go on before that happened */
    }
    if (exec->in_round && cpu != exec->cpu) {
        limit_to(&exec->end, now);
        cpu_lower_limit(exec->cpu, now);
    }
}

/* Is there a CPU whose turn comes later in this round and that is not at the pause yet? */
static bool others_are_behind(const struct exec *exec)
{
    for (unsigned i = exec->turn + 1; i < exec->cpu_count; i++) {
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
    uint64_t limit = exec->end;
    if (exec->pause < limit && !others_are_behind(exec)) {
        limit = exec->pause;
    }
    if (exec->insn_limit != 0) {
        limit_to_insns(exec, &limit, exec->insn_limit);
    }
    if (exec->hash_every != 0) {
        limit_to_insns(exec, &limit, exec->hash_next);
    }
    return limit;
}

/* ---- the state's hash ---- */

uint64_t exec_state_hash(struct exec *exec)
{
    uint64_t hash = exec->hash;
    struct cpu_state state;
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        cpu_state_capture(&state, &exec->cpus[i]);
        hash = cpu_state_hash(&state, hash);
    }
    return hash;
}

static void log_hash(struct exec *exec)
{
    uint64_t insns = exec_insns(exec);
    if (insns < exec->hash_next) {
        return;
    }
    exec->hash = exec_state_hash(exec);
    exec->hash_next = insns - insns % exec->hash_every + exec->hash_every;
    log_line(exec->cpu->log, LOG_HASH, "%" PRIu64 " instructions, %s, hash %016" PRIx64, insns,
             log_place(exec->cpu->log, exec->cpu->pc).text, exec->hash);
}

static inline void check_hash(struct exec *exec)
{
    if (exec->hash_every != 0) {
        log_hash(exec);
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

static bool can_execute(const struct exec *exec, const struct cpu *cpu)
{
    return exec->stop.kind == STOP_NONE && !exec->break_round && is_awake(cpu) &&
           cpu->cycles < turn_limit(exec);
}

/* How far the CPU goes before somebody looks whether there is anything else to do. */
static void set_limit(struct exec *exec, struct cpu *cpu)
{
    uint64_t limit = turn_limit(exec);

    limit_to(&limit, cpu->cycles + exec->slice);
    __atomic_store_n(&cpu->limit, limit, __ATOMIC_SEQ_CST);
    if (atomic_load(&exec->attention)) {
        cpu_attention(cpu);
    }
}

/* One CPU's turn, or some of it: up to the end of the round, unless it powers down, fails, stops the run or
 * comes to the pause. */
static void run_cpu(struct exec *exec, struct cpu *cpu)
{
    bool was_error = cpu->status == CPU_ERROR_MODE;

    exec->cpu = cpu;
    exec->in_turn = true;
    while (can_execute(exec, cpu)) {
        exec->has_executed = true;
        exec->asleep = 0;
        if (cpu_interrupt_is_due(cpu)) {
            take_interrupt(cpu);
        }
        set_limit(exec, cpu);
        if (exec->breakpoint_count != 0 || exec->data_watches.count != 0 ||
            log_on(cpu->log, LOG_EXEC)) {
            exec_run_watched(exec);
        } else if (exec->translator != NULL) {
            translator_run(exec->translator, cpu);
        } else {
            interp_run(cpu);
        }
        if (exec_wants_attention(exec)) {
            exec_poll_host(exec);
        }
        exec->break_round = exec->hooks->between(exec->hooks->context);
        check_hash(exec);
        check_insn_limit(exec);
    }
    exec->in_turn = false;
    if (!was_error && cpu->status == CPU_ERROR_MODE && exec->stop.kind == STOP_NONE) {
        exec->failed = cpu;
        exec->hooks->error_mode(exec->hooks->context, cpu, &exec->stop);
    }
}

/* Timers run and nobody wakes: the user is told, and the host spared from then on.  A wait for a point of guest
 * time is to end soon, however. */
static void rest(struct exec *exec)
{
    if (exec->asleep < LONG_SLEEP) {
        exec_poll_host(exec);
        return;
    }
    if (!exec->rests) {
        log_line(
            exec->cpu->log, 0,
            "all CPUs are powered down, and %u events have woken none: is the interrupt of a timer "
            "masked?  The run goes on slowly",
            LONG_SLEEP);
        exec->rests = true;
    }
    exec_look_at_host(exec, exec->pause == UINT64_MAX ? REST_MS : 0);
}

/* Nothing to execute: on to the next event, or wait for the host. */
static void idle(struct exec *exec)
{
    uint64_t end = event_next(&exec->events);

    limit_to(&end, exec->pause);
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
    if (exec->realtime) {
        limit_to(&end, exec->now + EXEC_POLL_CYCLES); /* small steps, so that pacing is smooth */
    }
    exec->end = end;
    exec->asleep++;
    if (exec->realtime) {
        exec_poll_host(exec);
    } else if (++exec->jumps >= POLL_JUMPS || exec_wants_attention(exec)) {
        rest(exec);
    }
}

static bool any_can_execute(const struct exec *exec)
{
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        if (is_awake(&exec->cpus[i])) {
            return true;
        }
    }
    return false;
}

/* CPUs that did not execute are taken along. */
static void take_along(struct exec *exec)
{
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        struct cpu *cpu = &exec->cpus[i];
        if (cpu->status != CPU_RUNNING && cpu->cycles < exec->end) {
            cpu->cycles = exec->end;
        }
    }
}

/* Time, when no CPU executes, is that of the one that is behind. */
static uint64_t common_time(const struct exec *exec)
{
    uint64_t now = UINT64_MAX;
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        limit_to(&now, exec->cpus[i].cycles);
    }
    return now;
}

static void begin_round(struct exec *exec)
{
    exec->end = round_end(exec);
    exec->turn = 0;
    exec->is_first = true;
    exec->has_executed = false;
    exec->in_round = true;
}

/* CPUs that did not execute come along, and events are next. */
static void end_round(struct exec *exec)
{
    exec->in_round = false;
    take_along(exec);
    exec->now = common_time(exec);
}

/* Goes on with the round: to its end, to the pause, to a stop, or to the turn of CPU `until`. */
static void run_round(struct exec *exec, unsigned until)
{
    for (; exec->turn < exec->cpu_count; exec->turn++) {
        struct cpu *cpu = &exec->cpus[exec->turn];
        if (exec->turn == until && is_awake(cpu) && cpu->cycles < exec->end) {
            exec->cpu = cpu;
            return;
        }
        run_cpu(exec, cpu);
        if (exec->stop.kind != STOP_NONE || exec->break_round ||
            (is_awake(cpu) && cpu->cycles < exec->end)) {
            return;
        }
        exec->is_first = exec->is_first && !exec->has_executed;
    }
}

/* Events that are armed for the present come at once, and may be some thousands: a device that moves a block of
 * data a word at a time.  Without an end guest time would stand still for ever. */
static void check_endless(struct exec *exec, uint32_t *runs)
{
    if (++*runs >= EVENTS_OF_AN_INSTANT && event_next(&exec->events) <= exec->now) {
        exec->hooks->endless(exec->hooks->context, event_first(&exec->events), *runs);
    }
}

static void run_events(struct exec *exec)
{
    uint32_t runs = 0;

    exec->break_round = false;
    exec->hooks->between(exec->hooks->context);
    while (exec->stop.kind == STOP_NONE && event_run_one(&exec->events, exec->now)) {
        exec->hooks->between(exec->hooks->context);
        check_endless(exec, &runs);
        if (exec_wants_attention(exec)) {
            exec_poll_host(exec);
        }
    }
    check_limits(exec);
}

/* Where things stand after some of a round.  A run that stops does so at the time of the CPU that stopped it;
 * a round of several CPUs is gone on with by the next run. */
static void settle_round(struct exec *exec)
{
    bool all_done = exec->turn == exec->cpu_count;

    if (exec->stop.kind != STOP_NONE) {
        exec->now = exec->cpu->cycles;
        exec->in_round = exec->cpu_count > 1 && !exec->break_round;
    } else if (exec->break_round || (all_done && exec->end <= exec->pause)) {
        end_round(exec);
    } else {
        exec->now = all_done ? exec->pause : exec->cpu->cycles;
    }
}

/* What comes between two rounds.  False: the run stops. */
static bool run_between(struct exec *exec)
{
    exec->now = common_time(exec);
    check_hash(exec);
    run_events(exec);
    return exec->stop.kind == STOP_NONE;
}

static void take_round(struct exec *exec, unsigned until)
{
    if (!exec->in_round && (exec->now >= exec->next_poll || exec_wants_attention(exec))) {
        exec_poll_host(exec);
    }
    if (!exec->in_round) {
        begin_round(exec);
    }
    run_round(exec, until);
    settle_round(exec);
}

/* One has failed, and the others sleep for good: that, too, can come about later than the error mode. */
static bool end_in_error_mode(struct exec *exec)
{
    struct cpu *failed = failed_cpu(exec);

    if (failed == NULL || exec->hooks->can_go_on(exec->hooks->context)) {
        return false;
    }
    exec->hooks->error_mode(exec->hooks->context, failed, &exec->stop);
    return true;
}

/* until: the CPU before whose turn to come back. */
static void turn(struct exec *exec, unsigned until)
{
    if (exec->in_round) {
        check_limits(exec);
    } else {
        run_between(exec);
    }
    if (exec->stop.kind != STOP_NONE) {
        return;
    }
    if (exec->in_round || any_can_execute(exec)) {
        take_round(exec, until);
        return;
    }
    exec->end = exec->now;
    if (end_in_error_mode(exec)) {
        exec->now = exec->cpu->cycles;
        return;
    }
    idle(exec);
    take_along(exec);
    exec->now = common_time(exec);
}

/* Forgets why the run stopped only now: a stop asked for between two runs holds for the next. */
static void end_run(struct exec *exec, struct stop_info *stop)
{
    *stop = exec->stop;
    memset(&exec->stop, 0, sizeof exec->stop);
    exec->stop_cpu = stop->cpu;
    exec->stop_pc = exec->cpus[stop->cpu].pc;
    exec->step_over = stop->kind == STOP_BREAKPOINT;
}

/* Has the run come to `cycles`?  In a round the CPU that stopped it can be ahead of those whose turn is to
 * come; time is then that of the last of them. */
static bool is_there(struct exec *exec, uint64_t cycles)
{
    uint64_t last = exec->end;

    if (!exec->in_round) {
        return exec->now >= cycles;
    }
    for (unsigned i = exec->turn; i < exec->cpu_count; i++) {
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
    exec->in_round = exec->break_round = exec->step_over = false;
    memset(&exec->stop, 0, sizeof exec->stop);
}

void exec_run(struct exec *exec, uint64_t cycles, struct stop_info *stop)
{
    exec->pause = cycles;
    if (exec->time_limit != 0) {
        limit_to(&exec->pause, exec->time_limit);
    }
    while (exec->stop.kind == STOP_NONE) {
        if (is_there(exec, cycles)) {
            exec->stop.kind = STOP_CYCLES;
            break;
        }
        turn(exec, EXEC_NOBODY);
    }
    end_run(exec, stop);
}

/* Comes to where it is the CPU's turn, as any run would.  False: something stopped that, or it sleeps. */
static bool await_turn(struct exec *exec, const struct cpu *cpu)
{
    unsigned index = cpu->config.index;
    while (exec->stop.kind == STOP_NONE && is_awake(cpu)) {
        if (exec->in_round && exec->turn == index && cpu->cycles < exec->end) {
            return true;
        }
        turn(exec, index);
    }
    return false;
}

/* One instruction of a CPU; the round stays what it is. */
static void step_cpu(struct exec *exec, struct cpu *cpu)
{
    uint64_t end = exec->end;

    exec->end = cpu->cycles + 1;
    run_cpu(exec, cpu);
    exec->now = cpu->cycles;
    exec->end = end;
    if (exec->is_first) {
        limit_to(&exec->end, event_next(&exec->events));
    }
    exec->in_round = exec->in_round && exec->cpu_count > 1 && !exec->break_round;
}

static void sleep_a_cycle(struct exec *exec)
{
    exec->pause = exec->now + 1;
    turn(exec, EXEC_NOBODY);
}

/* Whoever's turn it is, this CPU comes next. */
static bool take_turn(struct exec *exec, const struct cpu *cpu)
{
    if (!is_awake(cpu)) {
        return false;
    }
    if (exec->in_round) {
        check_limits(exec);
    } else if (run_between(exec)) {
        begin_round(exec);
    }
    return exec->stop.kind == STOP_NONE;
}

void exec_step(struct exec *exec, unsigned index, bool alone, struct stop_info *stop)
{
    struct cpu *cpu = &exec->cpus[index];

    exec->step_over = true;
    exec->stop_cpu = index;
    exec->stop_pc = cpu->pc;
    exec->pause = UINT64_MAX;
    if (alone ? take_turn(exec, cpu) : await_turn(exec, cpu)) {
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
