// SPDX-License-Identifier: MIT
/* All registers of a CPU in one form, whoever has executed: to be compared, and hashed. */
#ifndef EXEC_CPU_STATE_H
#define EXEC_CPU_STATE_H

#include <stddef.h>

#include "sparc/registers.h"

/* The rows of registers.def that are state, one behind the other. */
struct cpu_state {
    uint32_t words[CPU_STATE_WORDS];
};

/* Fills *state; the CPU stays as it is, also what is not in sync. */
void cpu_state_capture(struct cpu_state *state, struct cpu *cpu);
/* The first difference in these groups (enum cpu_group), as text; false: there is none.  `made` is what is to be
 * judged. */
bool cpu_state_difference(const struct cpu_state *expected, const struct cpu_state *made,
                          unsigned groups, char *text, size_t size);
/* The same for the CPU against a state that it had: quick where they are the same. */
bool cpu_state_changed(struct cpu *cpu, const struct cpu_arch *expected, unsigned groups,
                       char *text, size_t size);
/* hash, with all of the CPU's state but CPU_LIMIT put to it. */
uint64_t cpu_state_hash(const struct cpu_state *state, uint64_t hash);

#endif
