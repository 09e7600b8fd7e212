// SPDX-License-Identifier: MIT
/*
 * Debug stops: the breakpoints and watchpoints of a debugger.
 *
 * While there are any, the interpreter executes, instruction by instruction, and asks before each one; without them
 * they cost nothing.  They are the emulator's, and the guest does not see them; LEON3's own hardware watchpoints are
 * in sparc/watch.h.
 */
#ifndef EXEC_DEBUG_STOPS_H
#define EXEC_DEBUG_STOPS_H

#include <stdbool.h>
#include <stdint.h>

#include "sparc/data_watch.h"

struct exec;

#define EXEC_MAX_BREAKPOINTS 64

struct debug_stops {
    unsigned breakpoint_count;
    uint32_t breakpoints[EXEC_MAX_BREAKPOINTS]; /* virtual addresses */
    struct data_watches data_watches;
    struct data_watch hit; /* with STOP_WATCHPOINT: which one it was, */
    uint32_t hit_address;  /* and the first byte of it that was accessed */
    uint64_t insns;        /* that were executed with checks */
    /* Where the last run stopped, so that the next one can leave that breakpoint. */
    bool step_over; /* do not stop at the breakpoint at `pc` that CPU `cpu` stands on */
    unsigned cpu;
    uint32_t pc;
};

/* Breakpoints at virtual addresses.  False: the table is full, or it was not set. */
bool exec_add_breakpoint(struct exec *exec, uint32_t address);
bool exec_remove_breakpoint(struct exec *exec, uint32_t address);
bool exec_is_breakpoint(const struct exec *exec, uint32_t address);

/* Watchpoints on data: a run stops (STOP_WATCHPOINT) after an instruction that has made such an access. False: the
 * table is full, or it was not set. */
bool exec_add_watchpoint(struct exec *exec, const struct data_watch *watch);
bool exec_remove_watchpoint(struct exec *exec, const struct data_watch *watch);

/* Forgets all breakpoints and watchpoints. */
void exec_clear_points(struct exec *exec);

/* Must instructions be looked at one by one? */
static inline bool debug_stops_are_set(const struct debug_stops *stops)
{
    return stops->breakpoint_count != 0 || stops->data_watches.count != 0;
}

/* For the scheduler: lets the CPU whose turn it is execute with these checks, up to its limit. */
void exec_run_checked(struct exec *exec);

#endif
