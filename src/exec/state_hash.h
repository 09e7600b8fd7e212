// SPDX-License-Identifier: MIT
/*
 * A hash of all CPUs' state every so many instructions: two executors, or two runs, that do the
 * same have equal hashes.
 */
#ifndef EXEC_STATE_HASH_H
#define EXEC_STATE_HASH_H

#include <stdint.h>

struct exec;

struct state_hash {
    uint64_t every; /* hash after so many instructions; 0: do not */
    uint64_t next;  /* number of instructions at which to hash next */
    uint64_t value; /* of all states so far */
};

/* Returns the hash with the present state of each CPU added; stores nothing.  The instructions of
 * all CPUs are counted together, so each of several CPUs is hashed where it is when their sum
 * reaches `next`. */
uint64_t exec_state_hash(struct exec *exec);

/* For the scheduler: if `next` is reached, adds the state to the hash and logs it. */
void exec_check_hash(struct exec *exec);

#endif
