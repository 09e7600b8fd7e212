// SPDX-License-Identifier: MIT
/*
 * A hash of all CPUs' state every so many instructions: what two executors, or two runs, must agree on.
 */
#ifndef EXEC_STATE_HASH_H
#define EXEC_STATE_HASH_H

#include <stdint.h>

struct exec;

struct state_hash {
    uint64_t every; /* hash after so many instructions; 0: do not */
    uint64_t next;  /* instruction counter at which to */
    uint64_t value; /* of all states so far */
};

/* The hash with the present state put to it.  Several CPUs are looked at where they were when the last of them has
 * come so far. */
uint64_t exec_state_hash(struct exec *exec);

/* For the scheduler: hashes and logs if it is time to. */
void exec_check_hash(struct exec *exec);

#endif
