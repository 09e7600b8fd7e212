// SPDX-License-Identifier: MIT
/* The hardware watchpoints of %asr24..%asr31, and how they reach the TLB. */
#ifndef SPARC_WATCH_H
#define SPARC_WATCH_H

#include "sparc/cpu.h"

/* Writes %asr(24 + index); registers of watchpoints that are not configured ignore it. */
void watch_set_register(struct cpu *cpu, unsigned index, uint32_t value);

/* Callbacks of the TLB; context is the CPU. */
bool watch_page(void *context, uint32_t va);
bool watch_hit(void *context, uint32_t va, unsigned size, enum tlb_kind kind);
void watch_tlb_flushed(void *context);

#endif
