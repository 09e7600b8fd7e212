// SPDX-License-Identifier: MIT
/*
 * Inside of jit_env.h: what its files share.  Each calls only those above it in this list.
 *
 *   jit_env_state.c   the state in struct cpu from generated code's form, and back; the short ones are in line, here
 *   jit_env_slow.c    loads, stores and steps that generated code cannot perform itself
 *   jit_env_trap.c    traps, RETT, window traps and PSR, without the interpreter
 *   jit_env.c         the description of the CPU for the IR: slots, helpers, and the functions of the others
 */
#ifndef SPARC_JIT_ENV_STATE_H
#define SPARC_JIT_ENV_STATE_H

#include "bits.h"
#include "sparc/jit_env.h"
#include "sparc/window_ring.h"

/* ---- flags ---- */

static inline uint32_t icc_of(const struct cpu *cpu)
{
    const struct jit_context *context = &cpu->jit_context;
    uint32_t flags = cpu->jit_env.flags;
    return (uint32_t)context->icc_of_low[flags & 0xff] | context->icc_of_high[flags >> 8];
}

static inline uint16_t flags_of(const struct cpu *cpu)
{
    return cpu->jit_context.flags_of_icc[cpu->icc];
}

/* ---- time ---- */

/* Makes cycles what they are after the last instruction that the budget was reduced for. */
static inline void sync_cycles(struct cpu *cpu)
{
    cpu->cycles = cpu->jit_context.base - (uint64_t)cpu->jit_env.budget;
}

/* Generated code executes an instruction a cycle (see translate()), so the count follows. */
static inline void sync_time(struct cpu *cpu)
{
    sync_cycles(cpu);
    cpu->insns = cpu->cycles - cpu->jit_context.waited;
}

/* The limit is read once: another thread may make it 0 between two reads, and base and budget must agree. */
static inline void restart_budget(struct cpu *cpu)
{
    uint64_t limit = __atomic_load_n(&cpu->limit, __ATOMIC_RELAXED);
    cpu->jit_context.waited = cpu->cycles - cpu->insns;
    cpu->jit_context.base = limit;
    cpu->jit_env.budget = (int64_t)(limit - cpu->cycles);
}

/* ---- floating point ---- */

static inline void choose_fp_mode(struct cpu *cpu)
{
    bool flush = cpu->config.fpu > CPU_FPU_IEEE;
    cpu->jit_env.fp_mode = bits_get(cpu->fsr, FSR_RD, 2) | (flush ? IR_FP_FLUSH : 0u);
}

/* For put_fp_aside(), if fp_used is set. */
void jit_env_harvest_fp(struct cpu *cpu);

/* Gives the host's floating-point unit back to C, so that what a device computes and what the guest has computed do
 * not mix.  fsr itself is not written, since the block may hold it in a host register: the exceptions go to
 * fp_kept.  env is the CPU. */
static inline void put_fp_aside(void *env)
{
    struct cpu *cpu = env;
    if (cpu->jit_env.fp_used) {
        jit_env_harvest_fp(cpu);
    }
}

static inline void sync_fp(struct cpu *cpu)
{
    if ((cpu->jit_env.fp_used | cpu->jit_env.fp_kept) != 0) {
        put_fp_aside(cpu);
        cpu->fsr |= cpu->jit_env.fp_kept;
        cpu->jit_env.fp_kept = 0;
    }
}

/* Brings fsr up to date as sync_fp() does, for a helper: generated code goes on with the host's floating-point unit.
 * FPops that follow may raise exceptions again, so fp_used stays set. */
void jit_env_take_fp(struct cpu *cpu);

/* ---- windows ---- */

static inline void sync_cwp(struct cpu *cpu)
{
    cpu->cwp = (uint8_t)window_current(cpu);
}

static inline void sync_integer(struct cpu *cpu)
{
    sync_cwp(cpu);
    cpu->icc = icc_of(cpu);
}

/* For find_limits(): after a WRWIM the current window may be invalid itself.  The instruction that is then to leave it
 * without a slow path. */
enum way_out { BY_SAVE, BY_RESTORE };

/* find_limits() if none or several windows are invalid. */
void jit_env_search_limits(struct cpu *cpu, enum way_out way);

/* Finds the windows from which SAVE (RESTORE) takes the slow path: because the next window is invalid, or because the
 * ring must turn (window_ring.h).
 *
 * Generated code compares the pointer with the limits, and both must stay right while it moves.  If the current window
 * is invalid, a block that leaves it by SAVE and then comes back by RESTORE must trap; so the limit for RESTORE is
 * put at the window below, and RESTORE takes the slow path from the current window, too, where it need not.  `way`
 * says which of the two is to be quick. */
static inline void find_limits(struct cpu *cpu, enum way_out way)
{
    uint32_t *now = cpu->bank[1];
    uint32_t *save = window_bank(cpu, 0);
    uint32_t *restore = save + WINDOW_WORDS * (cpu->config.windows - 2);
    uint32_t *invalid;

    if (cpu->wim == 0 || (cpu->wim & (cpu->wim - 1)) != 0) {
        jit_env_search_limits(cpu, way);
        return;
    }
    invalid = cpu->windows + WINDOW_WORDS * window_place_of(cpu, (unsigned)__builtin_ctz(cpu->wim));
    if (now > invalid || (now == invalid && way == BY_RESTORE)) {
        save = invalid + WINDOW_WORDS;
    } else {
        restore = invalid - WINDOW_WORDS;
    }
    cpu->jit_env.save_limit = save;
    cpu->jit_env.restore_limit = restore;
    cpu->jit_context.only_invalid = invalid;
}

/* ---- where in the code ---- */

/* Where the branch before a delay instruction goes, by icc. */
uint32_t jit_env_npc_by_branch(const struct cpu *cpu, const struct block_insn *delay);

static inline void be_at(struct cpu *cpu, const struct block_insn *insn)
{
    cpu->pc = insn->pc;
    if (npc_is_known(insn->npc)) {
        cpu->npc = insn->npc;
    } else if (insn->npc == NPC_BY_BRANCH) {
        cpu->npc = jit_env_npc_by_branch(cpu, insn);
    }
}

/* ---- PSR ---- */

/* The fields of PSR that are a word of generated code, slot CONTROL: one a byte (arch.def). */
enum { CONTROL_S = 1, CONTROL_PIL = 0xf00, CONTROL_PS = 1 << 16, CONTROL_ET = 1 << 24 };
_Static_assert(offsetof(struct cpu, pil) == offsetof(struct cpu, s) + 1 &&
                   offsetof(struct cpu, ps) == offsetof(struct cpu, s) + 2 &&
                   offsetof(struct cpu, et) == offsetof(struct cpu, s) + 3,
               "slot CONTROL");

/* ---- jit_env_trap.c ---- */

/* step() of struct ir_guest. */
uint32_t jit_env_step(void *env, void *cookie, uint32_t insn);

/* ---- jit_env_slow.c ---- */

/* The part of jit_env_step() that calls the interpreter. */
uint32_t jit_env_long_step(struct cpu *cpu, const struct guest_block *block,
                           const struct block_insn *at);
/* load(), store() and mmio of struct ir_guest. */
struct ir_loaded jit_env_load(void *env, void *cookie, uint32_t insn, uint32_t address,
                              uint32_t size);
uint32_t jit_env_store(void *env, void *cookie, uint32_t insn, uint32_t address, uint32_t size,
                       uint64_t value);
extern const struct ir_mmio_cache jit_env_mmio;

#endif
