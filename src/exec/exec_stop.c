// SPDX-License-Identifier: MIT
/* What the files of this room ask of the scheduler without being part of it: to stop, and how far it is. */
#include <stdarg.h>
#include <stdio.h>

#include "exec/exec.h"

uint64_t exec_insns(const struct exec *exec)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < exec->cpu_count; i++) {
        sum += exec->cpus[i].insns;
    }
    return sum;
}

void exec_stop(struct exec *exec, enum stop_kind kind, int status, const char *format, ...)
{
    va_list arguments;
    if (exec->stop.kind != STOP_NONE) {
        return;
    }
    exec->stop.kind = kind;
    exec->stop.status = status;
    exec->stop.cpu = exec->cpu->config.index;
    va_start(arguments, format);
    vsnprintf(exec->stop.text, sizeof exec->stop.text, format, arguments);
    va_end(arguments);
    cpu_attention(exec->cpu);
}
