// SPDX-License-Identifier: MIT
/* The breakpoints of a run loop: a short list, looked through before each instruction. */
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
