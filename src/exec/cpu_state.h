// SPDX-License-Identifier: MIT
/* All state of a CPU in one form, whoever has executed: to be compared, and hashed. */
#ifndef EXEC_CPU_STATE_H
#define EXEC_CPU_STATE_H

#include <stddef.h>

#include "sparc/cpu.h"

/* The CPU as the manual describes it, apart from how it is kept. */
struct cpu_state {
    uint64_t cycles, insns, limit;
    uint32_t pc, npc, psr, y, wim, tbr, fsr, fp_state, fq_address, fq_word;
    uint32_t asr17, asr18, asr22, cache_control, status, irl, error_tt;
    uint32_t mmu[6];
    uint32_t watch[2 * CPU_MAX_WATCHPOINTS];
    uint32_t globals[8];
    uint32_t f[32];
    uint32_t windows[CPU_MAX_WINDOWS * 16];
};

/* Fills *state; the CPU stays as it is, also what is not in sync. */
void cpu_state_capture(struct cpu_state *state, struct cpu *cpu);
/* The first difference, as text; false: there is none.  `made` is what is to be judged. */
bool cpu_state_difference(const struct cpu_state *expected, const struct cpu_state *made,
                          char *text, size_t size);
/* hash, with all of the CPU's state but `limit` put to it. */
uint64_t cpu_state_hash(const struct cpu_state *state, uint64_t hash);

#endif
