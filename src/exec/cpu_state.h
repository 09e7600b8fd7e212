// SPDX-License-Identifier: MIT
/* All registers of a CPU in a form that does not depend on which executor ran last, so that states
 * can be compared and hashed. */
#ifndef EXEC_CPU_STATE_H
#define EXEC_CPU_STATE_H

#include <stddef.h>

#include "sparc/registers.h"

/* The values of all rows of registers.def that are state (not CPU_VIEW), in the order of the
 * rows. */
struct cpu_state {
    uint32_t words[CPU_STATE_WORDS];
};

/* Fills *state.  The CPU is not changed: members that are not in sync stay so. */
void cpu_state_capture(struct cpu_state *state, struct cpu *cpu);
/* Writes the first difference in these groups (enum cpu_group) as text.  False: there is none.
 * `made` is the state that is judged, `expected` the one that is right. */
bool cpu_state_difference(const struct cpu_state *expected, const struct cpu_state *made,
                          unsigned groups, char *text, size_t size);
/* The same for the CPU's present state and a struct cpu_arch that is right.  Quick if both are
 * equal byte by byte. */
bool cpu_state_changed(struct cpu *cpu, const struct cpu_arch *expected, unsigned groups,
                       char *text, size_t size);
/* Returns hash with the state added, except the rows of the group CPU_LIMIT. */
uint64_t cpu_state_hash(const struct cpu_state *state, uint64_t hash);

#endif
