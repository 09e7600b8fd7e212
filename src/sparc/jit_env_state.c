// SPDX-License-Identifier: MIT
/*
 * The CPU's state, in struct cpu and in the form in which generated code keeps it: how either is made from the other.
 * See jit_env.h.
 */
#include "sparc/jit_env_state.h"

#include <string.h>

#include "bits.h"
#include "sparc/asi.h"
#include "sparc/interp.h"
#include "sparc/softfloat.h"
#include "sparc/watch.h"

/* ---- icc and flags ---- */

static uint16_t place_flags(const struct jit_flags_layout *at, uint32_t icc)
{
    return (uint16_t)((icc / ICC_N & 1) << at->n | (icc / ICC_Z & 1) << at->z |
                      (icc / ICC_V & 1) << at->v | (icc / ICC_C & 1) << at->c);
}

static uint8_t find_icc(const struct jit_flags_layout *at, uint32_t flags)
{
    return (uint8_t)((flags >> at->n & 1) * ICC_N | (flags >> at->z & 1) * ICC_Z |
                     (flags >> at->v & 1) * ICC_V | (flags >> at->c & 1) * ICC_C);
}

/* ---- floating point ---- */

/* Must FPops with inexact results be left to the interpreter (MODE_FP_EXACT)?  They must if they would trap, since an
 * exception that traps does not accrue.  They must also if overflow or underflow traps, as the host raises inexact
 * with each of these; but not if inexact has accrued already. */
static bool wants_exact(const struct cpu *cpu)
{
    unsigned tem = bits_get(cpu->fsr, FSR_TEM, 5);
    bool accrued = cpu->fsr >> FSR_AEXC & SOFTFLOAT_NX;

    return tem & SOFTFLOAT_NX || (tem & (SOFTFLOAT_OF | SOFTFLOAT_UF) && !accrued);
}

unsigned jit_env_fp_mode(const struct cpu *cpu)
{
    if (cpu->fp_state != FP_EXECUTE) {
        return MODE_FP_SLOW;
    }
    if (wants_exact(cpu)) {
        return MODE_FP_EXACT;
    }
    return bits_get(cpu->fsr, FSR_TEM, 5) != 0 ? MODE_FP_TRAPS : 0;
}

/* The exceptions in the host's sticky flags that accrue in the guest.  Not among them are those that the interpreter
 * enters when it performs the FPop again: underflow of an IEEE FPU, which detects tininess before rounding; invalid of
 * the other FPUs, since the host executes an FPop with a denormal operand before that is found to be unfinished; and,
 * where FPops may trap, all but inexact. */
static uint32_t accrued_of(const struct cpu *cpu, unsigned raised)
{
    if (wants_exact(cpu)) {
        raised = 0;
    } else if (cpu->fsr & FSR_TEM_MASK) {
        raised &= JIT_FP_INEXACT;
    } else {
        raised &= ~(cpu->config.fpu <= CPU_FPU_IEEE ? JIT_FP_UNDERFLOW : JIT_FP_INVALID);
    }
    return raised << FSR_AEXC;
}

void jit_env_harvest_fp(struct cpu *cpu)
{
    cpu->jit_env.fp_used = 0;
    cpu->jit_env.fp_kept |= accrued_of(cpu, jit_fp_harvest(cpu->jit_context.jit));
}

void jit_env_take_fp(struct cpu *cpu)
{
    if (cpu->jit_env.fp_used) {
        cpu->fsr |= accrued_of(cpu, jit_fp_take(cpu->jit_context.jit));
    }
    cpu->fsr |= cpu->jit_env.fp_kept;
    cpu->jit_env.fp_kept = 0;
}

/* ---- into generated code and out of it ---- */

void jit_env_forget_plain(struct cpu *cpu)
{
    memset(cpu->jit_context.plain, 0xff, sizeof cpu->jit_context.plain);
}

void jit_env_init(struct cpu *cpu, struct jit *jit)
{
    struct jit_flags_layout layout = jit_flags(jit);

    jit_env_forget_plain(cpu);
    cpu->jit_context.jit = jit;
    cpu->jit_context.flags_layout = layout;
    cpu->jit_context.bypass_key = tlb_bus_key(L3_ATTR_SUPERVISOR | ASI_BYPASS << L3_ATTR_ASI_SHIFT);
    for (uint32_t icc = 0; icc < 16; icc++) {
        cpu->jit_context.flags_of_icc[icc] = place_flags(&layout, icc);
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        cpu->jit_context.icc_of_low[byte] = find_icc(&layout, byte);
        cpu->jit_context.icc_of_high[byte] = find_icc(&layout, byte << 8);
    }
}

void jit_env_search_limits(struct cpu *cpu, enum way_out way)
{
    unsigned rank = window_current_rank(cpu);
    unsigned windows = cpu->config.windows;
    uint64_t twice = cpu->wim | (uint64_t)cpu->wim << windows;
    uint32_t invalid =
        (uint32_t)(twice >> cpu->notes[cpu->ring_start].window) & (UINT32_MAX >> (32 - windows));
    uint32_t highest = UINT32_C(1) << (windows - 1);
    uint32_t save = (invalid << 1 | 1) & (UINT32_MAX >> (31 - rank));
    uint32_t restore = (invalid | highest) >> 1 >> rank;

    cpu->jit_env.save_limit = window_bank(cpu, (unsigned)(31 - __builtin_clz(save)));
    cpu->jit_env.restore_limit = cpu->bank[1] + WINDOW_WORDS * __builtin_ctz(restore);
    cpu->jit_context.only_invalid = NULL;
    if (!(invalid >> rank & 1)) {
        return;
    }
    if (way == BY_SAVE) {
        cpu->jit_env.restore_limit = cpu->bank[1] - WINDOW_WORDS;
    } else {
        cpu->jit_env.save_limit = cpu->bank[1] + WINDOW_WORDS;
    }
}

/* Lets loads from RAM pass without a look at the TLB, if that allows all of them. */
static void find_plain(struct cpu *cpu)
{
    uint32_t size = cpu->jit_context.plain_size;

    if (size == 0 || cpu->tlb.few || watch_any(cpu)) {
        return;
    }
    for (unsigned log = 0; log < 4; log++) {
        cpu->jit_context.plain[log] = ~(size - (1u << log));
    }
}

void jit_env_prepare(struct cpu *cpu, uint32_t mode)
{
    if (cpu->jit_context.plain[0] == UINT32_MAX) {
        find_plain(cpu);
    }

    struct jit_env *env = &cpu->jit_env;
    void *window = cpu->jit_context.window;
    bool paged = (mode & MODE_MMU) || window == NULL;
    env->memory = paged ? (void *)tlb_wanted_addend(&cpu->tlb) : window;
    tlb_make_common(&cpu->tlb, (uintptr_t)env->memory);
    env->tlb_flags = cpu->tlb.now.common;
    env->jumps = cpu->jit_context.all_jumps[mode];
}

void jit_env_enter(struct cpu *cpu)
{
    cpu->jit_env.flags = flags_of(cpu);
    cpu->jit_context.traps_logged = log_on(cpu->log, LOG_INT);
    find_limits(cpu, BY_SAVE);
    choose_fp_mode(cpu);
    restart_budget(cpu);
}

void jit_env_leave(struct cpu *cpu)
{
    sync_time(cpu);
    sync_integer(cpu);
    sync_fp(cpu);
}

/* ---- in the middle of an access ---- */

/* Did generated code make this call itself?  Then the call lies in an entry of the MMIO inline cache; a pointer to
 * anywhere else is not followed. */
static inline bool is_by_generated_code(const struct cpu *cpu, const struct mmio_call *call)
{
    uintptr_t first = (uintptr_t)cpu->tlb.mmio.entries;
    return (uintptr_t)call - first < sizeof cpu->tlb.mmio.entries && call->by_generated_code;
}

/* Is generated code inside a device's callback?  That call is the outermost one. */
static inline bool mmio_is_running(const struct cpu *cpu)
{
    const struct mmio_call *call = cpu->tlb.bus->running;
    while (call != NULL && call->outer != NULL) {
        call = call->outer;
    }
    return is_by_generated_code(cpu, call);
}

/* The instruction whose access is that call. */
static const struct block_insn *mmio_insn(const struct cpu *cpu)
{
    const struct guest_block *block = ir_site_cookie(cpu->jit_context.mmio_site);
    return &block->insns[ir_site_insn(cpu->jit_context.mmio_site)];
}

bool jit_env_calls_device(const struct cpu *cpu, const struct guest_block *block)
{
    return mmio_is_running(cpu) && ir_site_cookie(cpu->jit_context.mmio_site) == block;
}

/* Devices and debuggers may ask for registers in the middle of an access. */
void cpu_sync(struct cpu *cpu)
{
    struct jit_context *context = &cpu->jit_context;
    if (!context->synced && mmio_is_running(cpu)) {
        context->at = mmio_insn(cpu);
        context->synced = true;
    } else if (cpu->jit_env.icc_stale) {
        cpu->jit_env.icc_stale = false;
    } else {
        return;
    }
    be_at(cpu, context->at);
    sync_integer(cpu);
    sync_fp(cpu);
    cpu_attention(cpu); /* the block is left, so that the next instruction sees what they write */
}

uint32_t jit_env_npc_by_branch(const struct cpu *cpu, const struct block_insn *delay)
{
    const struct block_insn *branch = delay - 1;
    bool taken = interp_condition(icc_of(cpu), branch->f.condition);

    return taken ? branch->pc + (uint32_t)branch->f.imm : branch->pc + 8;
}

static uint32_t current_pc(const struct cpu *cpu, bool by_mmio_entry)
{
    const struct jit_context *context = &cpu->jit_context;
    if (!context->synced && by_mmio_entry) {
        return mmio_insn(cpu)->pc;
    }
    return cpu->jit_env.icc_stale ? context->at->pc : cpu->pc;
}

uint32_t cpu_current_pc(const struct cpu *cpu)
{
    return current_pc(cpu, mmio_is_running(cpu));
}

uint32_t cpu_pc_of_call(const struct cpu *cpu, const struct mmio_call *outermost)
{
    return current_pc(cpu, is_by_generated_code(cpu, outermost));
}
