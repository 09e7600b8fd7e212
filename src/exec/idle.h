// SPDX-License-Identifier: MIT
/* What happens while no CPU executes: time jumps to the next event, or the host is waited for, or nothing can ever
 * happen again. */
#ifndef EXEC_IDLE_H
#define EXEC_IDLE_H

#include <stdbool.h>
#include <stdint.h>

struct exec;

struct idle {
    uint64_t events; /* that have run since a CPU has executed */
    unsigned jumps;  /* of time, since the last look at the host */
    bool told;       /* the log has said that events wake no CPU */
};

/* Sets exec->round.end to the cycle to which time jumps; it is the present one if there is nothing but the host to
 * wait for, which has been done then, or if the run stops (exec->stop).  False: the run stops at the time of the CPU
 * whose error mode is the reason. */
bool exec_idle(struct exec *exec);

#endif
