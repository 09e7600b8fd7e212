// SPDX-License-Identifier: MIT
/*
 * A debugger's watchpoints on data: they see what a CPU loads and stores, and change nothing of it.
 *
 * The addresses are virtual ones, whatever the MMU context is.  Pages with one lose their fast path in
 * the TLB, as those with a hardware watchpoint do (watch.h); nothing else costs anything.  What an
 * instruction did is in cpu->data_hit when it is over; one that traps did nothing.  The interpreter
 * has to execute it: generated code does not ask.
 */
#ifndef SPARC_DATA_WATCH_H
#define SPARC_DATA_WATCH_H

#include "sparc/cpu.h"

#define DATA_WATCH_MAX 32

struct data_watch {
    uint32_t first, last; /* bytes, both included */
    bool loads, stores;   /* which accesses it is about */
};

struct data_watches {
    unsigned count;
    struct data_watch watches[DATA_WATCH_MAX];
};

/* Is there one in the page of va? */
bool data_watch_page(const struct cpu *cpu, uint32_t va);

/* The CPU makes an access to virtual address va, or makes one that no MMU looks at to physical address pa: the
 * first one that is watched is noted.  kind: load or store; fetches are none of data's business. */
void data_watch_saw(struct cpu *cpu, uint32_t va, unsigned size, enum tlb_kind kind);
void data_watch_saw_physical(struct cpu *cpu, uint32_t pa, unsigned size, enum tlb_kind kind);

#endif
