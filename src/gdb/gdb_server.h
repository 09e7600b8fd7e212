// SPDX-License-Identifier: MIT
/* Between the GDB stub and the machine: what gdb_glue.c and gdb_monitor.c share. */
#ifndef MACHINE_GDB_GLUE_H
#define MACHINE_GDB_GLUE_H

#include "debug/gdbstub.h"
#include "machine/machine.h"

struct gdb_glue {
    struct machine *machine;
    struct gdbstub *stub;
    enum gdb_action action; /* of the whole machine; a step is one CPU's, the others stand still */
    unsigned chosen;        /* that steps, or goes on while the others stand still */
    bool alone;             /* the others are to stand still */
    bool running;           /* the guest executes, or is about to */
    bool untouched;         /* it has executed nothing since the machine was begun */
    bool break_in;          /* the interrupt is GDB's Ctrl-C, not the user's */
    bool restarted;         /* the guest has begun anew; what it ended with does not count */
    bool killed;
};

/* Begins the guest anew, as gdb_ops.restart; err tells why that failed. */
bool gdb_glue_restart(struct gdb_glue *glue, struct error *err);
/* Ends the run: by `kill`, or `monitor quit`. */
void gdb_glue_kill(struct gdb_glue *glue);

/* gdb_ops.monitor; context is the glue. */
void gdb_monitor(void *context, const char *command, FILE *stream);

#endif
