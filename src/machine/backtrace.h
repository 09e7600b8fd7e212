// SPDX-License-Identifier: MIT
/*
 * Who called whom, for reports.
 *
 * Debug information about frames is not needed: the code that leads to an address shows whether its function has a
 * window of its own there (code_walk.h).  Three kinds of frames have to be told apart:
 *
 *   with a window    its caller's address is in %i7, the caller's registers are in the next window
 *   without one      (a leaf; or before its SAVE) its caller's address is in %o7, the window is the caller's
 *   a trap handler   %l1 is where the trap was taken; %i7 is whatever the trapped code had in %o7
 *
 * A handler is code that the trap table leads to, in a window that a trap entered.
 */
#ifndef MACHINE_BACKTRACE_H
#define MACHINE_BACKTRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "machine/code_walk.h"

enum frame_step { FRAME_END, FRAME_CALLER, FRAME_TRAPPED };

struct backtrace {
    struct machine *m;
    const struct cpu *cpu;
    /* the frame */
    uint32_t pc;
    bool exact; /* pc is to be executed next; false: it is a call that has not come back */
    bool last;  /* its own[] are not known, or not to be trusted */
    int window; /* the window that holds its registers; -1: they are in a save area in memory */
    uint32_t outs[8];
    uint32_t own[16]; /* %l0 to %l7, %i0 to %i7 */
    unsigned tt;      /* after FRAME_TRAPPED: the trap, 0 if it is not known */
    /* how the kind of the frame is found out */
    struct code_walk from_traps; /* a walk that begins at the trap table, for handlers */
    struct code_walk walk;       /* any other */
};

/* Makes *trace the innermost frame, that of the instruction which cpu executes next. */
void backtrace_begin(struct backtrace *trace, struct machine *m, const struct cpu *cpu);
/* Goes one frame further out, and says how that frame came to the one before. */
enum frame_step backtrace_next(struct backtrace *trace);

/* The trap whose handler, or a function called by whose handler, cpu executes. */
struct backtrace_trap {
    unsigned tt; /* 0: not known */
    uint32_t pc; /* where it was taken */
};
/* False: cpu executes no trap's handler, as far as can be seen. */
bool backtrace_find_trap(struct machine *m, const struct cpu *cpu, struct backtrace_trap *trap);

void backtrace_print(struct machine *m, const struct cpu *cpu, FILE *stream);
/* Name and line of an address for people, in `buffer`; "" if they are not known. */
const char *backtrace_describe(struct machine *m, uint32_t address, char *buffer, size_t size);

#endif
