// SPDX-License-Identifier: MIT
/*
 * --verify-jit: every block that generated code executes is executed by the interpreter, too, and all state
 * compared.
 *
 * The interpreter goes first and follows the path that the block takes, with all accesses logged
 * (mem/access_log.h); then CPU and memory are put back and the generated code does the same, devices being
 * replayed from the log.  What the run goes on with is what generated code has made.  Blocks come back after
 * each execution: there are no links and no jump cache in this mode.
 */
#ifndef EXEC_VERIFY_H
#define EXEC_VERIFY_H

#include <stdio.h>

#include "exec/cpu_state.h"
#include "log.h"
#include "mem/access_log.h"
#include "sparc/jit_env.h"

/* Why a block's execution was not compared; the interpreter's result then stands. */
enum verify_cause {
    VERIFY_OWN_CODE, /* the block wrote where its own code is      */
    VERIFY_MOVED,    /* memory was moved, or watchpoints were set  */
    VERIFY_FOREIGN,  /* a device wrote the CPU's registers         */
    VERIFY_NO_MEMORY,
    VERIFY_CAUSES
};

struct verify {
    struct access_log log;
    struct bus *bus;
    struct cpu *cpu;          /* that executes */
    struct cpu_arch before;   /* the block */
    struct cpu_arch expected; /* after it: what the interpreter has made */
    struct cpu_arch called;   /* before a device is called */
    bool foreign;
    struct log silent;
    const struct log *spoken;
    char wrong[256]; /* the difference found */
    uint64_t blocks, insns, unverified[VERIFY_CAUSES];
    uint64_t finished; /* instructions on the path of a block that had been left */
};

/* Attaches verify->log to bus, which stays the caller's, until verify_fini(). */
void verify_init(struct verify *verify, struct bus *bus);
void verify_fini(struct verify *verify);

/* Lets the interpreter execute block and puts everything back.  False: this cannot be compared, the
 * interpreter's result stands and generated code must not be entered.  moved: whether memory may be
 * elsewhere now. */
bool verify_interpret(struct verify *verify, struct cpu *cpu, const struct guest_block *block,
                      const bool *moved);
/* After generated code has been left, and CPU is complete.  False: verify->wrong says what differs. */
bool verify_compare(struct verify *verify);

void verify_stats(const struct verify *verify, FILE *stream);

#endif
