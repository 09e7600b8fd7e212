// SPDX-License-Identifier: MIT
/*
 * The executor that translates: it finds or makes blocks, runs and links them, and leaves to the
 * interpreter what is rare.
 *
 * A machine has one, which its CPUs share.  All of it runs on the machine's thread.
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
    /* The latest time that software was told (exec_reported_time()); used if there are several CPUs. */
    uint64_t *told;
    /* translator_run() is to return soon; read with --verify-jit only. */
    const atomic_bool *attention;
    /* A page of memory has got its first code: TLBs must withdraw their permission to store there. */
    void (*code_added)(void *context, const struct region *region, uint64_t offset);
    /* All blocks were dropped: all TLBs must discard their entries. */
    void (*code_changed)(void *context);
    /* --verify-jit has found a difference, which is a bug of the emulator: must end the run. */
    void (*failed)(void *context, const char *text);
    void *context;
};

/* NULL: *err says why. */
struct translator *translator_create(const struct translator_config *config, struct error *err);
void translator_destroy(struct translator *translator);

/* Executes until cpu->cycles has reached cpu->limit, exactly as interp_run() would. */
void translator_run(struct translator *translator, struct cpu *cpu);

/* [offset, offset+size) of region was written: drops the blocks whose code is there. */
void translator_code_written(struct translator *translator, const struct region *region,
                             uint64_t offset, uint64_t size);
/* The CPU has changed its MMU context, or has flushed its TLB: a virtual pc may mean another place
 * now, so the jump caches change with it. */
void translator_context_changed(struct translator *t, struct cpu *cpu, unsigned context_slot,
                                bool is_new);
void translator_tlb_flushed(struct translator *translator, struct cpu *cpu);
/* More instructions may be under a watchpoint of LEON3: their blocks are dropped, and the
 * interpreter executes them from now on. */
void translator_watchpoints_changed(struct translator *translator);
/* Any memory may have changed or moved: drops all blocks before the next one executes. */
void translator_flush(struct translator *translator);

/* Prints the counters of the run.  watched: the instructions that the interpreter has executed with
 * the checks of debug_stops.h. */
void translator_stats(const struct translator *translator, uint64_t watched, FILE *stream);

#endif
