// SPDX-License-Identifier: MIT
/*
 * Debug stops: the breakpoints and watchpoints of a debugger.
 *
 * While there are any, the interpreter executes instruction by instruction, and before each one
 * exec_run_checked() asks whether there is a breakpoint; without them they cost nothing.  The guest
 * does not see them.  LEON3's own hardware watchpoints are in sparc/watch.h.
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
    uint64_t insns;        /* instructions that were executed with these checks */
    /* Where the last run stopped, so that the next one can leave that breakpoint. */
    bool step_over; /* CPU `cpu` does not stop at a breakpoint at `pc` before it has executed */
    unsigned cpu;
    uint32_t pc;
};

/* Set and remove breakpoints at virtual addresses.  False: the table is full, or there is no such
 * breakpoint. */
bool exec_add_breakpoint(struct exec *exec, uint32_t address);
bool exec_remove_breakpoint(struct exec *exec, uint32_t address);
bool exec_is_breakpoint(const struct exec *exec, uint32_t address);

/* Set and remove watchpoints on data: a run stops (STOP_WATCHPOINT) after an instruction that has
 * made such an access.  False: the table is full, or there is no such watchpoint. */
bool exec_add_watchpoint(struct exec *exec, const struct data_watch *watch);
bool exec_remove_watchpoint(struct exec *exec, const struct data_watch *watch);

/* Removes all breakpoints and watchpoints. */
void exec_clear_points(struct exec *exec);

/* Must instructions be checked one by one? */
static inline bool debug_stops_are_set(const struct debug_stops *stops)
{
    return stops->breakpoint_count != 0 || stops->data_watches.count != 0;
}

/* For the scheduler: executes the CPU whose turn it is, with these checks, up to its limit. */
void exec_run_checked(struct exec *exec);

#endif
