// SPDX-License-Identifier: MIT
/*
 * A debugger's watchpoints on data: they see what a CPU loads and stores, and change nothing of it.
 *
 * The addresses are virtual ones, whatever the MMU context is.  Pages with a watchpoint lose their fast path in
 * the TLB, as those with a hardware watchpoint do (watch.h); nothing else costs anything.  The first access of an
 * instruction that is watched is in cpu->data_hit when the instruction is over; a trap clears it.  The interpreter
 * has to execute the program meanwhile: generated code does not look at data_hit.
 */
#ifndef SPARC_DATA_WATCH_H
#define SPARC_DATA_WATCH_H

#include "sparc/cpu.h"

#define DATA_WATCH_MAX 32

struct data_watch {
    uint32_t first, last; /* bytes, both included */
    bool loads, stores;   /* which accesses are watched */
};

struct data_watches {
    unsigned count;
    struct data_watch watches[DATA_WATCH_MAX];
};

/* Is there a debugger's watchpoint in the page of va? */
bool data_watch_page(const struct cpu *cpu, uint32_t va);

/* To be called when the CPU makes an access to virtual address va, or one that bypasses the MMU to physical address
 * pa.  The instruction's first access that is watched is noted.  kind: only loads and stores are watched. */
void data_watch_saw(struct cpu *cpu, uint32_t va, unsigned size, enum tlb_kind kind);
void data_watch_saw_physical(struct cpu *cpu, uint32_t pa, unsigned size, enum tlb_kind kind);

#endif
