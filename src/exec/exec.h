// SPDX-License-Identifier: MIT
/*
 * The room src/exec: running CPUs in virtual time.  This header is the scheduler, which owns time: which CPU executes,
 * how far, and what comes between.  translator.h executes blocks of generated code, block_cache.h keeps them, verify.h
 * compares them with the interpreter.  Called by src/machine; it reaches the machine through struct exec_hooks.  What
 * must hold: which CPU does what when is a matter of cycles alone, so that every run is the same.
 *
 * Time is the cycle counter.  It goes in rounds: each CPU in turn executes up to the same cycle, the round's end, which
 * is the next event, or with several CPUs the end of a quantum; then the events that are due run.  Interrupts are
 * taken between instructions.  While all CPUs are powered down, time jumps to the next event.
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
 * A round of several CPUs outlasts the run in which it was begun: how a run is cut into pieces changes nothing.
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

/* The IR interpreter looks at its limit only where the code calls a function.  It is slow, so it gets fewer cycles in one
 * go, and comes back within milliseconds. */
#define EXEC_SLICE_IR 100000u

#define EXEC_DEFAULT_QUANTUM 700u

/* Wires to the machine around; each gets `context`. */
struct exec_hooks {
    /* Looks after host input and output; waits up to timeout_ms (-1: until something happens). */
    void (*poll_host)(void *context, int timeout_ms);
    /* Could host input still arrive? */
    bool (*can_receive)(void *context);
    /* Comes after every slice of instructions and after every event: resets the system if that is
     * wanted, and tells whether it was. */
    bool (*between)(void *context);
    /* A CPU went into error mode.  Fills *stop and returns true, or returns false to go on (others go on,
     * or can be woken). */
    bool (*error_mode)(void *context, struct cpu *cpu, struct stop_info *stop);
    /* Events of one instant have no end: so many have run, and this one comes next.  Stops the run. */
    void (*endless)(void *context, const struct event *event, uint32_t runs);
    /* No CPU executes: can anything still wake one, or reset the system? */
    bool (*can_go_on)(void *context);
    void *context;
};

struct translator;

enum exec_phase { EXEC_BETWEEN_ROUNDS, EXEC_IN_ROUND, EXEC_IN_TURN };

/* Valid but for EXEC_BETWEEN_ROUNDS; `end` then is that of the round before. */
struct exec_round {
    uint64_t end;    /* cycles */
    unsigned turn;   /* index of the CPU whose turn it is; cpu_count: all had theirs */
    unsigned leader; /* the turn in which a CPU has executed first; UINT_MAX: none has yet */
};

struct exec {
    struct translator *translator; /* NULL: the interpreter executes */
    struct cpu *cpus;
    unsigned cpu_count;
    struct cpu *cpu;    /* that executes, or did last */
    struct cpu *failed; /* that went into error mode last, or NULL */
    enum exec_phase phase;
    struct exec_round round;
    uint64_t now;           /* cycles, between the CPUs' turns */
    uint64_t last_reported; /* the latest time that software was given, see exec_reported_time() */
    uint64_t quantum;       /* cycles in a round of several CPUs, at most */
    uint64_t slice;         /* cycles that a CPU executes in one go, at most */
    uint64_t pause;         /* cycles at which the run comes back, wherever that is in a round */
    uint64_t insn_limit;    /* stop when the instruction counter is there; 0: none */
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

/* hooks and cpus (count of them, in one piece) stay the caller's. */
void exec_init(struct exec *exec, struct cpu *cpus, unsigned count, uint64_t clock_hz,
               const struct exec_hooks *hooks);
void exec_fini(struct exec *exec);

/* Runs until something stops it, or until the cycle counter has reached `cycles` (STOP_CYCLES). */
void exec_run(struct exec *exec, uint64_t cycles, struct stop_info *stop);

/* Lets one CPU execute one instruction (STOP_STEP); if it is powered down, time goes on by a cycle.  alone: the
 * other CPUs stand still, even if it is the turn of one of them; else those have the turns that come before, and
 * may stop the run instead. */
void exec_step(struct exec *exec, unsigned cpu, bool alone, struct stop_info *stop);

/* Between two runs: the system was begun anew.  The CPUs start at the same time, the latest that one has come to. */
void exec_restart(struct exec *exec);

/* A CPU is woken, or is to take an interrupt: the round ends, so that its turn comes soon. */
void exec_cpu_is_wanted(struct exec *exec, struct cpu *cpu);

/* Ends the run after the current instruction, or the next run before its first; the first reason
 * stays.  printf style. */
void exec_stop(struct exec *exec, enum stop_kind kind, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Cycles since power-on, exact to the instruction in execution. */
static inline uint64_t exec_now(const struct exec *exec)
{
    return exec->phase == EXEC_IN_TURN ? exec->cpu->cycles : exec->now;
}

/* The same as software sees it, in counters of devices and of CPUs.  Of several CPUs one has its turn before
 * another one's same cycles; what the first has read and passed on must not be the future of the second:
 * time that was reported does not go back.  (Not with --verify-jit, which lets each CPU read twice.) */
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
