// SPDX-License-Identifier: MIT
/*
 * Slow paths: C functions that generated code calls for a load, a store or an instruction that it cannot perform
 * itself, and after a device's callback that it has called itself.  See jit_env.h.
 *
 * Each ends with a verdict: generated code goes on in its block, goes to another block, or is left.
 */
#include <stddef.h>

#include "bits.h"
#include "mem/mmio.h"
#include "sparc/asi.h"
#include "sparc/jit_env_state.h"

/* ---- steps ---- */

/* Must the block be left after insn?  On entry there was enough budget for all of the block; since then wait cycles
 * may have passed, or a device may have lowered the limit, so that the limit lies before the block's end. */
static inline bool must_leave_block(const struct cpu *cpu, const struct guest_block *block,
                                    const struct block_insn *insn)
{
    return cpu->cycles + insn->refund > cpu->limit || cpu->cycles >= cpu->limit || block->gone;
}

/* May the interpreter have left a denormal number in a register that the block has checked already?  With FSR.NS set
 * it may.  The block does not check again, so it must be left. */
static inline bool forgets_registers(const struct cpu *cpu, const struct block_insn *insn)
{
    return cpu->config.fpu > CPU_FPU_IEEE && bits_get(cpu->fsr, FSR_NS, 1) &&
           (insn_rows[insn->f.row].flags & INSN_F_FPU);
}

/* Does the instruction that was executed lead to the next one of the block? */
static inline bool stays_in_block(const struct cpu *cpu, const struct guest_block *block,
                                  const struct block_insn *insn, uint32_t next)
{
    return cpu->pc == next && cpu->npc == next + 4 && insn->flow != BLOCK_END &&
           !must_leave_block(cpu, block, insn) && jit_env_mode(cpu) == block->mode &&
           !forgets_registers(cpu, insn);
}

static bool can_enter_next_block(const struct cpu *cpu)
{
    return cpu->cycles < cpu->limit && !cpu->jit_context.stop_after_blocks;
}

/* Does what jit_env_enter() does, but quicker: most instructions change neither icc nor what the limits depend on. */
static inline void enter_after_step(struct cpu *cpu, unsigned cwp, uint32_t wim)
{
    if (!cpu->jit_env.icc_stale) {
        cpu->jit_env.flags = flags_of(cpu);
    }
    cpu->jit_env.icc_stale = false;
    choose_fp_mode(cpu);
    if (cpu->cwp != cwp || cpu->wim != wim) {
        find_limits(cpu, BY_SAVE);
    }
    restart_budget(cpu);
}

/* Lets the interpreter execute insn, and says where generated code goes on.  All of the CPU's state is in sync, but
 * for icc if jit_env.icc_stale is set. */
static enum ir_verdict interpret_in_block(struct cpu *cpu, const struct guest_block *block,
                                          const struct block_insn *insn)
{
    uint32_t next = cpu->npc;
    uint32_t wim = cpu->wim;
    unsigned cwp = cpu->cwp;
    enum ir_verdict verdict = IR_STAY;

    cpu->jit_context.stepped++;
    insn->f.execute(cpu, &insn->f);
    if (!stays_in_block(cpu, block, insn, next)) {
        verdict = can_enter_next_block(cpu) ? IR_GO_TO : IR_LEAVE;
        cpu->jit_context.target = jit_env_entry(cpu);
        jit_env_prepare(cpu, jit_env_mode(cpu));
    }
    enter_after_step(cpu, cwp, wim);
    return verdict;
}

uint32_t jit_env_long_step(struct cpu *cpu, const struct guest_block *block,
                           const struct block_insn *at)
{
    enum ir_verdict verdict;
    uint32_t npc;

    sync_time(cpu);
    sync_cwp(cpu);
    sync_fp(cpu);
    be_at(cpu, at);
    cpu->jit_context.at = at;
    cpu->jit_env.icc_stale = !at->icc;
    if (at->icc) {
        cpu->icc = icc_of(cpu);
    }
    npc = cpu->npc;
    verdict = interpret_in_block(cpu, block, at);
    if (verdict == IR_STAY && at->npc == NPC_IN_SLOT) {
        cpu->npc = npc; /* the block may still read it from the slot */
    }
    return verdict;
}

/* Lets the interpreter execute an instruction whose access was made already (replay) or not at all (NULL).  The block
 * is left in any case, since its next op expects the access's result from generated code. */
static enum ir_verdict complete_by_interpreter(struct cpu *cpu, const struct guest_block *block,
                                               uint32_t insn, const struct tlb_replay *replay)
{
    enum ir_verdict verdict;
    if (cpu->jit_env.icc_stale) {
        sync_cwp(cpu);
    }
    sync_fp(cpu);
    cpu->tlb.replay = replay;
    verdict = interpret_in_block(cpu, block, &block->insns[insn]);
    cpu->tlb.replay = NULL;
    return verdict == IR_STAY ? IR_LEAVE : verdict;
}

/* ---- memory and devices ---- */

static struct ir_loaded finish_load(struct cpu *cpu, const struct guest_block *block, uint32_t insn,
                                    uint32_t size, const struct tlb_replay *replay)
{
    struct ir_loaded done = {ir_extend(size, replay->value), 0};
    if (replay->result == TLB_OK && !must_leave_block(cpu, block, &block->insns[insn])) {
        cpu->jit_env.icc_stale = false;
        restart_budget(cpu);
        return done;
    }
    done.verdict = complete_by_interpreter(cpu, block, insn, replay);
    return done;
}

/* The store is done, and with it the instruction: the block is left for the next one. */
static uint32_t leave_after_store(struct cpu *cpu)
{
    cpu->jit_env.icc_stale = false;
    sync_cwp(cpu);
    cpu_next(cpu);
    cpu->jit_context.target = cpu->pc;
    restart_budget(cpu);
    return cpu->npc == cpu->pc + 4 && can_enter_next_block(cpu) ? IR_GO_TO : IR_LEAVE;
}

/* A store that failed goes to the interpreter, which knows whether a bus error traps (ASR17.DWT).  So does one in the
 * middle of which a device or a debugger has called cpu_sync(), since it may have written registers, too. */
static uint32_t finish_store(struct cpu *cpu, const struct guest_block *block, uint32_t insn,
                             const struct tlb_replay *replay)
{
    const struct block_insn *at = &block->insns[insn];
    if (replay->result == TLB_OK && !must_leave_block(cpu, block, at)) {
        cpu->jit_env.icc_stale = false;
        restart_budget(cpu);
        return 0;
    }
    if (replay->result == TLB_OK && cpu->jit_env.icc_stale && !at->atomic) {
        return leave_after_store(cpu);
    }
    return complete_by_interpreter(cpu, block, insn, replay);
}

static void enter_slow_path(struct cpu *cpu, const struct block_insn *at)
{
    sync_time(cpu);
    be_at(cpu, at);
    cpu->jit_context.at = at;
    cpu->jit_env.icc_stale = true;
    put_fp_aside(cpu);
}

/* Must the interpreter make the access itself?  It must if the address is misaligned, and if the access is half of an
 * atomic, both halves of which belong together. */
static bool is_for_interpreter(const struct block_insn *at, uint32_t address, unsigned bytes)
{
    return (address & (bytes - 1)) != 0 || at->atomic;
}

struct ir_loaded jit_env_load(void *env, void *cookie, uint32_t insn, uint32_t address,
                              uint32_t size)
{
    struct cpu *cpu = env;
    const struct guest_block *block = cookie;
    const struct block_insn *at = &block->insns[insn];
    unsigned bytes = 1u << (size & 3);
    struct tlb_replay replay = {TLB_OK, 0};
    struct ir_loaded left = {0, IR_LEAVE};

    enter_slow_path(cpu, at);
    if (is_for_interpreter(at, address, bytes)) {
        left.verdict = complete_by_interpreter(cpu, block, insn, NULL);
        return left;
    }
    replay.result = at->f.asi == 0 ? tlb_load(&cpu->tlb, address, bytes, &replay.value, 0)
                                   : asi_load(cpu, at->f.asi, address, bytes, &replay.value, 0);
    return finish_load(cpu, block, insn, size, &replay);
}

uint32_t jit_env_store(void *env, void *cookie, uint32_t insn, uint32_t address, uint32_t size,
                       uint64_t value)
{
    struct cpu *cpu = env;
    const struct guest_block *block = cookie;
    const struct block_insn *at = &block->insns[insn];
    unsigned bytes = 1u << (size & 3);
    struct tlb_replay replay = {TLB_OK, 0};

    enter_slow_path(cpu, at);
    if (is_for_interpreter(at, address, bytes)) {
        return complete_by_interpreter(cpu, block, insn, NULL);
    }
    replay.result = at->f.asi == 0 ? tlb_store(&cpu->tlb, address, bytes, value, 0)
                                   : asi_store(cpu, at->f.asi, address, bytes, value, 0);
    return finish_store(cpu, block, insn, &replay);
}

/* ---- devices: what generated code has C do after a callback ---- */

/* After a callback that generated code has called: brings the CPU up to date, and puts the access's outcome into
 * *replay. */
static void sync_call(struct cpu *cpu, const struct guest_block *block, uint32_t insn,
                      struct mmio_call *call, int32_t result, struct tlb_replay *replay)
{
    struct mmio_entry *entry =
        (struct mmio_entry *)((uint8_t *)call - offsetof(struct mmio_entry, call));

    cpu->jit_context.at = &block->insns[insn];
    cpu->jit_env.icc_stale = !cpu->jit_context.synced;
    cpu->jit_context.synced = false;
    be_at(cpu, cpu->jit_context.at);
    cpu->insns = cpu->cycles - cpu->jit_context.waited;
    replay->value = call->request.value & size_mask(call->request.size);
    replay->result = TLB_OK;
    if (result != L3_OK || call->request.wait_cycles != 0) {
        result = mmio_ended(cpu->tlb.bus, call, result);
        replay->result = tlb_finish_known(&cpu->tlb, entry, result, &replay->value);
    }
}

static struct ir_loaded loaded(void *env, void *cookie, uint32_t insn, void *call, uint32_t size,
                               int32_t result)
{
    struct tlb_replay replay;
    sync_call(env, cookie, insn, call, result, &replay);
    return finish_load(env, cookie, insn, size, &replay);
}

static uint32_t stored(void *env, void *cookie, uint32_t insn, void *call, uint32_t size,
                       int32_t result)
{
    struct tlb_replay replay;
    (void)size;
    sync_call(env, cookie, insn, call, result, &replay);
    return finish_store(env, cookie, insn, &replay);
}

#define KINDS(write)                                                                               \
    {                                                                                              \
        MMIO_KIND(1, write), MMIO_KIND(2, write), MMIO_KIND(4, write), MMIO_KIND(8, write)         \
    }

const struct ir_mmio_cache jit_env_mmio = {
    .tags = {KINDS(0u), KINDS(1u)},
    .entries = offsetof(struct cpu, tlb.mmio.entries),
    .keys = {offsetof(struct cpu, tlb.mmio.key), offsetof(struct cpu, jit_context.bypass_key)},
    .site = offsetof(struct cpu, jit_context.mmio_site),
    .end = offsetof(struct cpu, jit_context.base),
    .now = offsetof(struct cpu, cycles),
    .limit = offsetof(struct cpu, limit),
    .bus = offsetof(struct cpu, tlb.bus),
    .entry_size = sizeof(struct mmio_entry),
    .tag = offsetof(struct mmio_entry, tag),
    .function = offsetof(struct mmio_entry, function),
    .instance = offsetof(struct mmio_entry, instance),
    .request = offsetof(struct mmio_entry, call.request),
    .call = offsetof(struct mmio_entry, call),
    .value = offsetof(struct l3_request, value),
    .wait_cycles = offsetof(struct l3_request, wait_cycles),
    .cycles = offsetof(struct l3_request, cycles),
    .running = offsetof(struct bus, running),
    .last = offsetof(struct bus, last),
    .calls = offsetof(struct bus, calls),
    .dispatch = MMIO_DISPATCH,
    .fp_aside = put_fp_aside,
    .loaded = loaded,
    .stored = stored,
};
