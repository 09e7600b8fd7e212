// SPDX-License-Identifier: MIT
/* The state's hash, see state_hash.h. */
#include "exec/state_hash.h"

#include <inttypes.h>

#include "exec/cpu_state.h"
#include "exec/exec.h"

uint64_t exec_state_hash(struct exec *exec)
{
    uint64_t hash = exec->hash.value;
    struct cpu_state state;

    for (unsigned i = 0; i < exec->cpu_count; i++) {
        cpu_state_capture(&state, &exec->cpus[i]);
        hash = cpu_state_hash(&state, hash);
    }
    return hash;
}

void exec_check_hash(struct exec *exec)
{
    struct state_hash *hash = &exec->hash;
    uint64_t insns = exec_insns(exec);

    if (insns < hash->next) {
        return;
    }
    hash->value = exec_state_hash(exec);
    hash->next = insns - insns % hash->every + hash->every;
    log_line(exec->cpu->log, LOG_HASH, "%" PRIu64 " instructions, %s, hash %016" PRIx64, insns,
             log_describe_pc(exec->cpu->log, exec->cpu->pc).text, hash->value);
}
