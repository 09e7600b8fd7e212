// SPDX-License-Identifier: MIT
/* What happens while no CPU executes: time jumps to the next event, or the host is waited for, or nothing can ever
 * happen again. */
#ifndef EXEC_IDLE_H
#define EXEC_IDLE_H

#include <stdbool.h>
#include <stdint.h>

struct exec;

struct idle {
    uint64_t jumps_asleep;   /* jumps of time, mostly to an event, since a CPU executed last */
    unsigned jumps_unpolled; /* jumps of time since the host was polled last */
    bool told;               /* the log has said that events wake no CPU */
};

/* Sets exec->round.end to the cycle to which time jumps.  That is the present cycle if only the
 * host can wake a CPU, for which this function then has waited, or if the run stops (exec->stop).
 * False: a CPU's error mode stops the run, at the time of that CPU. */
bool exec_idle(struct exec *exec);

#endif
