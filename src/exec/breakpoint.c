// SPDX-License-Identifier: MIT
/* The breakpoints and watchpoints of a run loop: short lists. */
#include "exec/exec.h"

bool exec_add_breakpoint(struct exec *exec, uint32_t address)
{
    if (exec->breakpoint_count == EXEC_MAX_BREAKPOINTS) {
        return false;
    }
    exec->breakpoints[exec->breakpoint_count++] = address;
    return true;
}

bool exec_remove_breakpoint(struct exec *exec, uint32_t address)
{
    for (unsigned i = 0; i < exec->breakpoint_count; i++) {
        if (exec->breakpoints[i] == address) {
            exec->breakpoints[i] = exec->breakpoints[--exec->breakpoint_count];
            return true;
        }
    }
    return false;
}

bool exec_is_breakpoint(const struct exec *exec, uint32_t address)
{
    for (unsigned i = 0; i < exec->breakpoint_count; i++) {
        if (exec->breakpoints[i] == address) {
            return true;
        }
    }
    return false;
}

/* The TLBs must ask about other pages than before. */
static void watchpoints_changed(struct exec *exec)
{
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        exec->cpus[i].data_watches = &exec->data_watches;
        tlb_flush(&exec->cpus[i].tlb);
    }
}

bool exec_add_watchpoint(struct exec *exec, const struct data_watch *watch)
{
    struct data_watches *list = &exec->data_watches;
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
    struct data_watches *list = &exec->data_watches;
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
    exec->breakpoint_count = 0;
    if (exec->data_watches.count != 0) {
        exec->data_watches.count = 0;
        watchpoints_changed(exec);
    }
}
