// SPDX-License-Identifier: MIT
/*
 * --verify-jit: the interpreter, too, executes every block that generated code executes, and all
 * state is compared.
 *
 * The interpreter executes first, along the path of the block, while all accesses are logged
 * (mem/access_log.h).  Then the state of CPU and memory is restored, and generated code executes
 * the block; accesses to devices are replayed from the log.  The run goes on with the state that
 * generated code has made.  In this mode generated code is left after each block: there are no
 * links and no jump cache.
 */
#ifndef EXEC_VERIFY_H
#define EXEC_VERIFY_H

#include <stdio.h>

#include "exec/cpu_state.h"
#include "log.h"
#include "mem/access_log.h"
#include "sparc/jit_env.h"

/* Why a block's execution was not compared.  The run then goes on with the interpreter's result. */
enum verify_cause {
    VERIFY_OWN_CODE, /* the block overwrote its own code           */
    VERIFY_MOVED,    /* memory was moved, or watchpoints were set  */
    VERIFY_FOREIGN,  /* a device wrote the CPU's registers         */
    VERIFY_NO_MEMORY,
    VERIFY_CAUSES
};

struct verify {
    struct access_log log;
    struct bus *bus;
    struct cpu *cpu;          /* the one that executes */
    struct cpu_arch before;   /* state before the block */
    struct cpu_arch expected; /* state after it, made by the interpreter */
    struct cpu_arch called;   /* state before a device is called */
    bool foreign;             /* a device has written registers of the CPU */
    struct log silent;        /* the CPU's log while generated code executes */
    const struct log *spoken; /* the CPU's own log meanwhile */
    char wrong[256];          /* the difference found */
    uint64_t blocks, insns, unverified[VERIFY_CAUSES];
    uint64_t finished; /* instructions that the interpreter executed after an early exit */
};

/* Attaches verify->log to bus until verify_fini().  bus stays the caller's. */
void verify_init(struct verify *verify, struct bus *bus);
void verify_fini(struct verify *verify);

/* Lets the interpreter execute block and restores the state.  False: the execution cannot be
 * compared; the interpreter's result stands, and generated code must not be entered.  *moved
 * becomes true if memory has moved meanwhile. */
bool verify_interpret(struct verify *verify, struct cpu *cpu, const struct guest_block *block,
                      const bool *moved);
/* To be called after generated code was left and the CPU's state is in sync.  False: verify->wrong
 * says what differs. */
bool verify_compare(struct verify *verify);

void verify_stats(const struct verify *verify, FILE *stream);

#endif
