// SPDX-License-Identifier: MIT
/*
 * The executor that translates: finds or makes blocks, runs them, links them, and lets the interpreter do
 * what is rare.
 *
 * One per machine, shared by its CPUs.  Everything happens on the machine's thread.
 */
#ifndef EXEC_TRANSLATOR_H
#define EXEC_TRANSLATOR_H

#include <stdatomic.h>
#include <stdio.h>

#include "error.h"
#include "leon3emu.h"
#include "sparc/cpu.h"

struct translator;

struct translator_config {
    struct cpu *cpus;
    unsigned cpu_count;
    struct addrspace *space;
    const struct log *log;
    const struct leon3emu_jit_options *options;
    const atomic_bool *attention; /* come back soon; looked at while options->verify is on */
    /* A page of memory has become code: all TLBs must forget it. */
    void (*code_changed)(void *context);
    /* A bug was found (--verify-jit): ends the run. */
    void (*failed)(void *context, const char *text);
    void *context;
};

/* NULL: *err says why. */
struct translator *translator_create(const struct translator_config *config, struct error *err);
void translator_destroy(struct translator *translator);

/* Executes until cpu->cycles has reached cpu->limit, exactly as interp_run() would. */
void translator_run(struct translator *translator, struct cpu *cpu);

/* [offset, offset+size) of region was written. */
void translator_code_written(struct translator *translator, const struct region *region,
                             uint64_t offset, uint64_t size);
/* The TLB of a CPU has forgotten everything: pc may mean another place now. */
void translator_context_changed(struct translator *t, struct cpu *cpu, unsigned context_slot,
                                bool is_new);
void translator_tlb_flushed(struct translator *translator, struct cpu *cpu);
/* More instructions may be under a watchpoint: they are the interpreter's from now on. */
void translator_watchpoints_changed(struct translator *translator);
/* All memory may be different: forgets all blocks before the next one executes. */
void translator_flush(struct translator *translator);

/* Counters of the run.  watched: instructions that the interpreter has executed under the eyes of a debugger. */
void translator_stats(const struct translator *translator, uint64_t watched, FILE *stream);

#endif
