// SPDX-License-Identifier: MIT
/*
 * The mutable state that the files of crash.h share, because signal handlers and the watchdog get no argument by which
 * they could find the machine.
 */
#ifndef CLI_CRASH_STATE_H
#define CLI_CRASH_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "leon3emu.h"

extern struct crash_state {
    const struct machine *_Atomic machine; /* what reports are about */
    struct machine *_Atomic running;       /* what signals are for */
    atomic_int handlers;                   /* how many handlers use `running` at this moment */
    atomic_bool has_run;
    atomic_llong stop_ms; /* when the user first asked for an end; 0: not yet */
    uint32_t hang_limit;  /* seconds; 0: none */
    pid_t pid;            /* the program's, by which handlers know a child that a library forks */
    pthread_t thread;     /* the machine's */
    pthread_t watchdog;
    pthread_mutex_t lock; /* held while the watchdog uses the machine, which stays meanwhile */
} crash_state;

/* Was the calling thread started by a library?  It is neither the machine's nor the watchdog. */
bool crash_is_library_thread(void);

/* Milliseconds of a clock that never jumps. */
long long crash_clock_ms(void);

#endif
