// SPDX-License-Identifier: MIT
/*
 * The room src/exec runs CPUs in virtual time.  This header is the scheduler, which owns time: it
 * decides which CPU executes, up to which cycle, and what happens between turns.  translator.h
 * executes blocks of generated code, block_cache.h keeps them, verify.h compares them with the
 * interpreter.  src/machine calls this room, which reaches the machine through struct exec_hooks.
 * It must always hold that which CPU executes what at which time depends on cycles alone; then two
 * runs are the same.
 *
 * Time is the cycle counter, and goes in rounds: each CPU in turn executes up to the same cycle,
 * the round's end.  That is the next event, or with several CPUs perhaps the end of a quantum
 * before it.  Then the events that are due run.  Interrupts are taken between instructions.  While
 * all CPUs are powered down, time jumps to the next event.
 *
 *   phase            what happens                                             next phase
 *   --------------   ------------------------------------------------------   --------------
 *   BETWEEN_ROUNDS   events that are due run; then
 *                    - a CPU is awake: a round begins                         IN_ROUND
 *                    - all are powered down: time jumps to the next event,
 *                      or the host is waited for                              BETWEEN_ROUNDS
 *                    - something stops the run                                (the run ends)
 *   IN_ROUND         - the next CPU is awake and before the round's end       IN_TURN
 *                    - it is not: the CPU behind it is next                   IN_ROUND
 *                    - all had their turns: powered-down CPUs are taken to
 *                      the round's end                                        BETWEEN_ROUNDS
 *                    - the run pauses (exec_run()'s cycles) or stops:
 *                      of several CPUs some have yet to come                  IN_ROUND        (the run ends)
 *                      one that is alone needs no round                       BETWEEN_ROUNDS  (the run ends)
 *   IN_TURN          slice after slice, with a look at the host if it is
 *                    wanted, until
 *                    - the CPU is at its limit, powers down, fails, or
 *                      something stops the run                                IN_ROUND
 *                    - a device resets the system: the round is over          BETWEEN_ROUNDS
 *
 * A round of several CPUs goes on in the next run if the run in which it began ends before; so the
 * order of turns does not depend on how long runs are.
 */
#ifndef EXEC_EXEC_H
#define EXEC_EXEC_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "exec/debug_stops.h"
#include "exec/host_poll.h"
#include "exec/idle.h"
#include "exec/pacing.h"
#include "exec/state_hash.h"
#include "leon3emu.h"
#include "sparc/cpu.h"

/* The slice for the IR interpreter.  It compares cycles with the limit only where the code calls a
 * function, and it is slow: with this slice it still returns to the scheduler within
 * milliseconds. */
#define EXEC_SLICE_IR 100000u

#define EXEC_DEFAULT_QUANTUM 700u

/* Calls of the machine by the scheduler; each is given `context`. */
struct exec_hooks {
    /* Handles host input and output; waits up to timeout_ms for it (-1: until something
     * happens). */
    void (*poll_host)(void *context, int timeout_ms);
    /* Could host input still arrive? */
    bool (*can_receive)(void *context);
    /* Called after every slice of instructions and after every event.  Resets the system if a
     * device or the user has asked for that, and tells whether it did. */
    bool (*between)(void *context);
    /* A CPU went into error mode.  Fills *stop and returns true if the run is to end; false: the
     * run goes on, because other CPUs execute or can be woken. */
    bool (*error_mode)(void *context, struct cpu *cpu, struct stop_info *stop);
    /* The events of one instant do not end: `runs` of them have run, and `event` is the next one of
     * the same instant.  Must stop the run. */
    void (*endless)(void *context, const struct event *event, uint32_t runs);
    /* No CPU executes.  Can anything still wake one, or reset the system? */
    bool (*can_go_on)(void *context);
    void *context;
};

struct translator;

enum exec_phase { EXEC_BETWEEN_ROUNDS, EXEC_IN_ROUND, EXEC_IN_TURN };

/* The present round.  In the phase EXEC_BETWEEN_ROUNDS it is not valid, except that `end` is still
 * that of the round before. */
struct exec_round {
    uint64_t end;    /* cycles */
    unsigned turn;   /* index of the CPU whose turn it is; cpu_count: all had theirs */
    unsigned leader; /* index of the first CPU that has executed; UINT_MAX: none has yet */
};

struct exec {
    struct translator *translator; /* NULL: the interpreter executes */
    struct cpu *cpus;
    unsigned cpu_count;
    struct cpu *cpu;    /* the one that executes, or executed last */
    struct cpu *failed; /* the one that went into error mode last, or NULL */
    enum exec_phase phase;
    struct exec_round round;
    uint64_t now;           /* cycles, between the CPUs' turns */
    uint64_t last_reported; /* the latest time that software was given, see exec_reported_time() */
    uint64_t quantum;       /* cycles in a round of several CPUs, at most */
    uint64_t slice;         /* cycles that a CPU executes in one go, at most */
    uint64_t pause;         /* cycle at which the run returns, even in the middle of a round */
    uint64_t insn_limit;    /* instructions of all CPUs after which a run stops; 0: no limit */
    uint64_t time_limit;    /* the same for cycles */
    struct stop_info stop;  /* kind != STOP_NONE: the run ends */
    struct event_queue events;
    uint64_t clock_hz;
    struct idle idle;
    struct host_poll poll;
    struct pacing pacing;
    struct debug_stops debug;
    struct state_hash hash;
    bool verifies; /* --verify-jit */
    const struct exec_hooks *hooks;
};

/* hooks and cpus (an array of count) stay the caller's. */
void exec_init(struct exec *exec, struct cpu *cpus, unsigned count, uint64_t clock_hz,
               const struct exec_hooks *hooks);
void exec_fini(struct exec *exec);

/* Runs until something stops it, or until the cycle counter has reached `cycles` (STOP_CYCLES). */
void exec_run(struct exec *exec, uint64_t cycles, struct stop_info *stop);

/* Lets one CPU execute one instruction (STOP_STEP).  If it is powered down, time goes on by a cycle
 * instead.  alone: the other CPUs do not execute, even if it is the turn of one of them.  Not
 * alone: the turns that come before this CPU's take place first, and may stop the run. */
void exec_step(struct exec *exec, unsigned cpu, bool alone, struct stop_info *stop);

/* To be called between two runs when the system was reset: the CPUs then start at the same time,
 * which is that of the CPU that is furthest. */
void exec_restart(struct exec *exec);

/* A CPU is woken, or has an interrupt to take: ends the round, so that its turn comes soon. */
void exec_cpu_is_wanted(struct exec *exec, struct cpu *cpu);

/* Ends the run after the current instruction; between two runs, ends the next one before its first
 * instruction.  If several reasons are given, the first counts.  format as of printf(). */
void exec_stop(struct exec *exec, enum stop_kind kind, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Cycles since power-on; during a turn, those of the instruction that executes. */
static inline uint64_t exec_now(const struct exec *exec)
{
    return exec->phase == EXEC_IN_TURN ? exec->cpu->cycles : exec->now;
}

/* The time as software sees it in counters of devices and CPUs.  In a round one CPU may execute up
 * to the round's end before another one executes the same cycles.  If the first reads the time and
 * passes it on, the second must not read an earlier one; so the time that was reported never goes
 * back.  Generated code that calls a device does the same (struct ir_guest, told_offset).  (With
 * --verify-jit it may, because there each CPU reads its counters twice, once by the interpreter and
 * once by generated code, which must give the same value.) */
static inline uint64_t exec_reported_time(struct exec *exec)
{
    uint64_t now = exec_now(exec);
    if (exec->cpu_count == 1 || exec->phase != EXEC_IN_TURN || exec->verifies) {
        return now;
    }
    exec->last_reported = now > exec->last_reported ? now : exec->last_reported;
    return exec->last_reported;
}

/* Instructions of all CPUs. */
static inline uint64_t exec_insns(const struct exec *exec)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        sum += exec->cpus[i].insns;
    }
    return sum;
}

#endif
