// SPDX-License-Identifier: MIT
/*
 * Pacing keeps guest time from running ahead of the wall clock (--realtime).
 *
 * The two clocks are tied to each other when the run first asks how far ahead the guest is.  A
 * guest that is late is not hurried.  While guest time is stopped (pacing_stop()), the wall clock
 * does not count either.
 */
#ifndef EXEC_PACING_H
#define EXEC_PACING_H

#include <stdbool.h>
#include <stdint.h>

struct pacing {
    bool on;            /* false: the functions do nothing, and the guest is never ahead */
    int64_t start_ns;   /* host's clock at guest time 0; 0: the clocks are not tied yet */
    int64_t stopped_ns; /* host's clock when guest time was stopped; 0: it goes on */
};

/* How many ms guest time is ahead of the wall clock; 0 if it is not. */
int pacing_ms_ahead(struct pacing *pacing, int64_t guest_ns);

/* Guest time stands still from pacing_stop() until pacing_go(), because a debugger or a reader of
 * the output decides when the guest goes on; the guest need not catch up then.  A second call of
 * the same function has no effect. */
void pacing_stop(struct pacing *pacing);
void pacing_go(struct pacing *pacing);

/* Ties the clocks anew at the next question: for when the host had stopped the program for an
 * unknown time. */
void pacing_forget(struct pacing *pacing);

#endif
