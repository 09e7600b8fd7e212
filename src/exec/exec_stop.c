// SPDX-License-Identifier: MIT
/* exec_stop() has a file of its own, so that files that stop runs do not depend on exec.c. */
#include <stdarg.h>
#include <stdio.h>

#include "exec/exec.h"

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
