// SPDX-License-Identifier: MIT
/* Taking a trap, SPARC V8 chapter 7, with LEON3's single-vector trapping. */
#include <inttypes.h>

#include "sparc/cpu.h"
#include "sparc/watch.h"
#include "sparc/window_ring.h"

static const struct {
    uint8_t tt;
    const char *name;
} names[] = {
    {TT_RESET, "reset"},
    {TT_INSTRUCTION_ACCESS, "instruction_access_exception"},
    {TT_ILLEGAL_INSTRUCTION, "illegal_instruction"},
    {TT_PRIVILEGED_INSTRUCTION, "privileged_instruction"},
    {TT_FP_DISABLED, "fp_disabled"},
    {TT_WINDOW_OVERFLOW, "window_overflow"},
    {TT_WINDOW_UNDERFLOW, "window_underflow"},
    {TT_ADDRESS_NOT_ALIGNED, "mem_address_not_aligned"},
    {TT_FP_EXCEPTION, "fp_exception"},
    {TT_DATA_ACCESS, "data_access_exception"},
    {TT_TAG_OVERFLOW, "tag_overflow"},
    {TT_WATCHPOINT, "watchpoint_detected"},
    {TT_CP_DISABLED, "cp_disabled"},
    {TT_DIVISION_BY_ZERO, "division_by_zero"},
    {TT_DATA_STORE, "data_store_error"},
};

const char *trap_name(unsigned tt)
{
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].tt == tt) {
            return names[i].name;
        }
    }
    if (tt >= TT_SOFTWARE) {
        return "trap_instruction";
    }
    return tt > TT_INTERRUPT && tt < TT_INTERRUPT + 16 ? "interrupt" : "unknown_trap";
}

static void enter_error_mode(struct cpu *cpu, unsigned tt)
{
    cpu->status = CPU_ERROR_MODE;
    cpu->error_tt = tt;
    cpu->error_before = cpu->tt;
    cpu->tt = tt;
    cpu_attention(cpu);
}

/* Not in line, as its buffers would cost each trap that is not logged a larger stack frame. */
static __attribute__((cold, noinline)) void log_trap(struct cpu *cpu, unsigned tt)
{
    uint32_t pc = cpu->pc;
    uint32_t npc = cpu->npc;

    if (log_on_at(cpu->log, LOG_INT, pc)) {
        cpu_sync(cpu);
        log_line(cpu->log, LOG_INT,
                 "cpu %u: trap 0x%02x %s, %s, npc 0x%08" PRIx32 ", psr 0x%08" PRIx32 "%s",
                 cpu->config.index, tt, trap_name(tt), log_describe_pc(cpu->log, pc).text, npc,
                 cpu_psr(cpu), cpu->et ? "" : ": error mode");
    }
}

/* pc and npc are the handler's after this, so a do_ function returns without cpu_next(). */
void cpu_trap(struct cpu *cpu, unsigned tt)
{
    uint32_t pc = cpu->pc;
    uint32_t npc = cpu->npc;

    cpu->data_hit.watch = NULL; /* an instruction that traps counts as no access */
    if (__builtin_expect(log_on(cpu->log, LOG_INT), 0)) {
        log_trap(cpu, tt);
    }
    if (cpu->watch.count != 0) {
        watch_trap(cpu);
    }
    cpu->ps = cpu->s;
    if (!cpu->s) {
        cpu_set_supervisor(cpu, true);
    }
    if (!cpu->et) {
        enter_error_mode(cpu, tt);
        return;
    }
    cpu->et = false;
    window_step_down(cpu);
    cpu->cwp = (uint8_t)window_current(cpu);
    cpu->bank[1][17 - 8] = pc;
    cpu->bank[1][18 - 8] = npc;
    cpu->tt = tt;
    window_current_note(cpu)->trapped = tt;
    cpu->pc = cpu->tba | (cpu->asr17_rw & ASR17_SVT ? 0 : tt << 4);
    cpu->npc = cpu->pc + 4;
}
