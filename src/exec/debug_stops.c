// SPDX-License-Identifier: MIT
/* Breakpoints and watchpoints: short lists, and the loop that asks them, see debug_stops.h. */
#include "exec/debug_stops.h"

#include <inttypes.h>

#include "exec/exec.h"
#include "sparc/interp.h"

bool exec_add_breakpoint(struct exec *exec, uint32_t address)
{
    if (exec->debug.breakpoint_count == EXEC_MAX_BREAKPOINTS) {
        return false;
    }
    exec->debug.breakpoints[exec->debug.breakpoint_count++] = address;
    return true;
}

bool exec_remove_breakpoint(struct exec *exec, uint32_t address)
{
    for (unsigned i = 0; i < exec->debug.breakpoint_count; i++) {
        if (exec->debug.breakpoints[i] == address) {
            exec->debug.breakpoints[i] = exec->debug.breakpoints[--exec->debug.breakpoint_count];
            return true;
        }
    }
    return false;
}

bool exec_is_breakpoint(const struct exec *exec, uint32_t address)
{
    for (unsigned i = 0; i < exec->debug.breakpoint_count; i++) {
        if (exec->debug.breakpoints[i] == address) {
            return true;
        }
    }
    return false;
}

/* Other pages can have watchpoints than before: the TLBs must set TLB_WATCH anew. */
static void watchpoints_changed(struct exec *exec)
{
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        exec->cpus[i].data_watches = &exec->debug.data_watches;
        tlb_flush(&exec->cpus[i].tlb);
    }
}

bool exec_add_watchpoint(struct exec *exec, const struct data_watch *watch)
{
    struct data_watches *list = &exec->debug.data_watches;
    if (list->count == DATA_WATCH_MAX) {
        return false;
    }
    list->watches[list->count++] = *watch;
    watchpoints_changed(exec);
    return true;
}

static bool same_watch(const struct data_watch *a, const struct data_watch *b)
{
    return a->first == b->first && a->last == b->last && a->loads == b->loads &&
           a->stores == b->stores;
}

bool exec_remove_watchpoint(struct exec *exec, const struct data_watch *watch)
{
    struct data_watches *list = &exec->debug.data_watches;
    for (unsigned i = 0; i < list->count; i++) {
        if (same_watch(&list->watches[i], watch)) {
            list->watches[i] = list->watches[--list->count];
            watchpoints_changed(exec);
            return true;
        }
    }
    return false;
}

void exec_clear_points(struct exec *exec)
{
    exec->debug.breakpoint_count = 0;
    if (exec->debug.data_watches.count != 0) {
        exec->debug.data_watches.count = 0;
        watchpoints_changed(exec);
    }
}

static bool at_breakpoint(struct exec *exec)
{
    uint32_t pc = exec->cpu->pc;
    if (exec->debug.step_over && exec->cpu->config.index == exec->debug.cpu) {
        exec->debug.step_over = false;
        if (pc == exec->debug.pc) {
            return false;
        }
    }
    if (exec_is_breakpoint(exec, pc)) {
        exec_stop(exec, STOP_BREAKPOINT, 0, "breakpoint at 0x%08" PRIx32, pc);
        return true;
    }
    return false;
}

static void stop_at_watchpoint(struct exec *exec, struct data_hit *hit)
{
    exec->debug.hit = *hit->watch;
    exec->debug.hit_address = hit->address;
    hit->watch = NULL;
    exec_stop(exec, STOP_WATCHPOINT, 0, "watchpoint: access to 0x%08" PRIx32, hit->address);
}

void exec_run_checked(struct exec *exec)
{
    struct cpu *cpu = exec->cpu;
    uint64_t before = cpu->insns;

    while (cpu->cycles < cpu->limit && !at_breakpoint(exec)) {
        interp_step(cpu);
        if (cpu->data_hit.watch != NULL) {
            stop_at_watchpoint(exec, &cpu->data_hit);
        }
    }
    exec->debug.insns += cpu->insns - before;
}
