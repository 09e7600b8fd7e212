// SPDX-License-Identifier: MIT
/*
 * The run loop: CPUs, events, interrupts and the host, in virtual time.
 *
 * Time is the cycle counter.  It goes in rounds: each CPU in turn executes up to the same cycle, which
 * is the next event, or with several CPUs the end of a quantum; then the events that are due run.
 * Interrupts are taken between instructions.  While all CPUs are powered down time jumps to the next
 * event.  The host is looked at now and then; that changes nothing the guest can see unless input has
 * arrived.  Which CPU does what when is a matter of cycles alone, so that every run is the same.
 */
#ifndef EXEC_EXEC_H
#define EXEC_EXEC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "leon3emu.h"
#include "sparc/cpu.h"
#include "sparc/data_watch.h"

#define EXEC_MAX_BREAKPOINTS 64

/* The host is looked at that often, in guest cycles, if nobody wants it sooner. */
#define EXEC_POLL_CYCLES 1000000u
/* Generated code looks at its limit only where it calls somebody.  So that it comes back within milliseconds,
 * its interpreter, which is slower, gets less in one go. */
#define EXEC_SLICE_IR 100000u

/* Wires to the machine around; each gets `context`. */
struct exec_hooks {
    /* Looks after host input and output; waits up to timeout_ms (-1: until something happens). */
    void (*poll_host)(void *context, int timeout_ms);
    /* Could host input still arrive? */
    bool (*can_receive)(void *context);
    /* Comes after every slice of instructions and after every event: resets the system if that is
     * wanted. */
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

struct exec {
    struct translator *translator; /* NULL: the interpreter executes */
    struct cpu *cpus;
    unsigned cpu_count;
    struct cpu *cpu;    /* that executes, or did last */
    struct cpu *failed; /* that went into error mode last, or NULL */
    uint64_t now;       /* cycles, between the CPUs' turns */
    uint64_t told;      /* the latest that a CPU's turn was told */
    uint64_t end;       /* of the round */
    uint64_t quantum;   /* cycles in a round of several CPUs, at most */
    uint64_t pause;     /* cycles at which the run comes back, wherever that is in a round */
    bool in_round;      /* a round has begun and is not over; that outlasts a run */
    unsigned turn;      /* index of the CPU whose turn it is; cpu_count: all had theirs */
    bool in_turn;       /* cpu executes: its cycle counter is the time */
    bool is_first;      /* no CPU has executed in this round before cpu */
    bool has_executed;  /* cpu has, or one before it */
    struct event_queue events;
    const struct exec_hooks *hooks;
    struct stop_info stop;  /* kind != STOP_NONE: leave the loop */
    bool break_round;       /* the system was reset: this round is over */
    uint64_t insn_limit;    /* stop when the instruction counter is there; 0: none */
    uint64_t time_limit;    /* the same for cycles */
    uint64_t hash_every;    /* hash all CPUs' state after so many instructions; 0: do not */
    uint64_t hash_next;     /* instruction counter at which to */
    uint64_t hash;          /* of all states so far */
    uint64_t next_poll;     /* cycles */
    uint64_t slice;         /* cycles that a CPU executes in one go, at most */
    atomic_bool attention;  /* the host is to be looked at now; set by exec_attend() */
    atomic_uint looks;      /* how often the host was looked at */
    atomic_bool waiting;    /* the machine's thread may sleep until the host has something */
    unsigned looks_at_tick; /* looks at the last exec_tick() */
    uint64_t asleep;        /* events since a CPU has executed */
    bool rests;             /* said that nobody wakes */
    unsigned jumps;         /* power-down jumps since the last look at the host */
    uint64_t clock_hz;
    bool realtime; /* pace virtual time to the wall clock */
    int64_t
        realtime_start; /* ns of the monotonic clock at which cycle 0 was; 0: is to be found out */
    int64_t stands_since; /* ns of that clock; 0: guest time goes on */
    unsigned breakpoint_count;
    uint64_t watched_insns; /* that exec_run_watched() has executed */
    uint32_t breakpoints[EXEC_MAX_BREAKPOINTS];
    struct data_watches data_watches;
    struct data_watch watch; /* with STOP_WATCHPOINT: which one it was, */
    uint32_t watch_address;  /* and the first byte of it that was accessed */
    bool verifies;           /* --verify-jit */
    bool step_over;          /* do not stop at the breakpoint at stop_pc that stop_cpu stands on */
    unsigned stop_cpu;
    uint32_t stop_pc;
};

#define EXEC_DEFAULT_QUANTUM 700u

/* hooks and cpus (count of them, in one piece) stay the caller's. */
void exec_init(struct exec *exec, struct cpu *cpus, unsigned count, uint64_t clock_hz,
               const struct exec_hooks *hooks);
void exec_fini(struct exec *exec);

/* Runs until something stops it, or until the cycle counter has reached `cycles` (STOP_CYCLES). */
void exec_run(struct exec *exec, uint64_t cycles, struct stop_info *stop);

/* Lets one CPU execute one instruction (STOP_STEP); if it is powered down, time goes on by a cycle.  alone: the
 * others stand still, whoever's turn it is; else they have the turns that come before, and may stop the run
 * instead. */
void exec_step(struct exec *exec, unsigned cpu, bool alone, struct stop_info *stop);

/* Between two runs: the system was begun anew.  The CPUs start at the same time, the latest that one has come to. */
void exec_restart(struct exec *exec);

/* A CPU is woken, or is to take an interrupt: the round ends, so that its turn comes soon. */
void exec_cpu_is_wanted(struct exec *exec, struct cpu *cpu);

/* Makes a run look at the host now: after the current instruction, or, in code that is generated and makes no
 * slow access, after a slice.  From any thread or signal handler.  What the guest sees does not change. */
void exec_attend(struct exec *exec);
/* The same if the run has not looked by itself since the last call: for a clock of the host. */
void exec_tick(struct exec *exec);

/* For the run loop's files: looks at the host, for up to timeout_ms (-1: until something happens), or for as
 * long as virtual time is ahead of the wall clock. */
void exec_look_at_host(struct exec *exec, int timeout_ms);
void exec_poll_host(struct exec *exec);

/* With `realtime`: guest time stands still from the first of these calls until the second, while somebody else
 * decides when to go on, and need not catch up then.  Calls that repeat the last one change nothing. */
void exec_pace_stop(struct exec *exec);
void exec_pace_go(struct exec *exec);
/* The host had stopped the program, nobody knows for how long: what is now is in time. */
void exec_pace_anew(struct exec *exec);

static inline bool exec_wants_attention(const struct exec *exec)
{
    return atomic_load_explicit(&exec->attention, memory_order_relaxed);
}

/* Ends the run after the current instruction, or the next run before its first; the first reason
 * stays.  printf style. */
void exec_stop(struct exec *exec, enum stop_kind kind, int status, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Breakpoints at virtual addresses.  False: the table is full, or it was not set. */
bool exec_add_breakpoint(struct exec *exec, uint32_t address);
bool exec_remove_breakpoint(struct exec *exec, uint32_t address);
bool exec_is_breakpoint(const struct exec *exec, uint32_t address);

/* Watchpoints on data: a run stops (STOP_WATCHPOINT) after an instruction that has made such an access. False: the
 * table is full, or it was not set. */
bool exec_add_watchpoint(struct exec *exec, const struct data_watch *watch);
bool exec_remove_watchpoint(struct exec *exec, const struct data_watch *watch);

/* For the run loop: lets the CPU whose turn it is execute with the checks that only a debugger needs. */
void exec_run_watched(struct exec *exec);

/* Forgets all breakpoints and watchpoints. */
void exec_clear_points(struct exec *exec);

/* Cycles since power-on, exact to the instruction in execution. */
static inline uint64_t exec_now(const struct exec *exec)
{
    return exec->in_turn ? exec->cpu->cycles : exec->now;
}

/* The same as software sees it, in counters of devices and of CPUs.  Of several CPUs one has its turn before
 * another one's same cycles; what the first has read and passed on must not be the future of the second:
 * time that was told does not go back.  (Not with --verify-jit, which lets each CPU read twice.) */
static inline uint64_t exec_tell_time(struct exec *exec)
{
    uint64_t now = exec_now(exec);
    if (exec->cpu_count == 1 || !exec->in_turn || exec->verifies) {
        return now;
    }
    exec->told = now > exec->told ? now : exec->told;
    return exec->told;
}

/* The hash with the present state put to it: what two executors must agree on.  Several CPUs are looked at
 * where they were when the last of them has come so far. */
uint64_t exec_state_hash(struct exec *exec);

/* Instructions of all CPUs. */
uint64_t exec_insns(const struct exec *exec);

#endif
