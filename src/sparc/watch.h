// SPDX-License-Identifier: MIT
/* The hardware watchpoints of %asr24..%asr31, and how they reach the TLB. */
#ifndef SPARC_WATCH_H
#define SPARC_WATCH_H

#include "sparc/cpu.h"

/* Write %asr(24 + index); if that watchpoint is not configured they do nothing.  watch_set_register() is for debuggers
 * and devices: the value counts at once.  watch_write_register() is WRASR: the value counts when it would in hardware.
 * Until then cpu->watch.count is not 0, and the interpreter must execute. */
void watch_set_register(struct cpu *cpu, unsigned index, uint32_t value);
void watch_write_register(struct cpu *cpu, unsigned index, uint32_t value);

/* While cpu->watch.count is not 0: to be called before an instruction is fetched, and when a trap is taken. */
void watch_before_insn(struct cpu *cpu);
void watch_trap(struct cpu *cpu);

/* Is anything watched, by the program or a debugger? */
bool watch_any(const struct cpu *cpu);

/* Is there a watchpoint on fetches that may match in va's page? */
bool watch_fetches(const struct cpu *cpu, uint32_t va);

/* Does a hardware watchpoint match? */
bool watch_hit(const struct cpu *cpu, uint32_t va, enum tlb_kind kind);

/* Callbacks of the TLB; context is the CPU.  They also serve the watchpoints of a debugger (data_watch.h). */
bool watch_page(void *context, uint32_t va);
bool watch_access(void *context, uint32_t va, unsigned size, enum tlb_kind kind);
void watch_tlb_flushed(void *context);

#endif
