// SPDX-License-Identifier: MIT
/* Blocks against the interpreter, see verify.h. */
#include "exec/verify.h"

#include <inttypes.h>
#include <string.h>

#include "sparc/interp.h"
#include "sparc/window_ring.h"

/* ---- devices ---- */

static void before_call(void *context)
{
    struct verify *v = context;
    v->called = v->cpu->arch;
}

/* Keeps what a device call has changed of the CPU.  A device may ask for attention and for
 * interrupts; if it writes other registers, the block cannot be compared. */
static void after_call(void *context, struct access_effect *effect)
{
    struct verify *v = context;

    effect->limit = v->cpu->limit;
    effect->irl = v->cpu->irl;
    effect->status = (int)v->cpu->status;
    v->foreign = v->foreign || cpu_state_changed(v->cpu, &v->called,
                                                 CPU_STATE & ~(CPU_WIRES | CPU_LIMIT), NULL, 0);
}

static void call_again(void *context, const struct access_effect *effect)
{
    struct verify *v = context;
    v->cpu->limit = effect->limit;
    v->cpu->irl = effect->irl;
    v->cpu->status = (enum cpu_status)effect->status;
}

/* ---- the interpreter's turn ---- */

/* The bus does not see stores to plain memory, so the bytes that the store will overwrite are kept
 * here. */
static void note_store(struct verify *v, const struct cpu *cpu, const struct insn *f)
{
    uint32_t address = f->row == INSN_CASA ? operand1(cpu, f) : address_of(cpu, f);
    uint32_t flags = cpu->tlb.now.flags[address >> TLB_PAGE_BITS];

    if ((insn_rows[f->row].flags & INSN_F_STORES) && (flags & (TLB_PERMISSIONS | TLB_CODE))) {
        access_log_memory(&v->log, tlb_host(&cpu->tlb, address & ~7u), 8);
    }
}

/* Executes one instruction.  False: generated code leaves the block after it, whatever instruction
 * follows. */
static bool interpret_one(struct verify *v, struct cpu *cpu, const struct guest_block *block,
                          unsigned insn)
{
    const struct block_insn *at = &block->insns[insn];
    bool et = cpu->et;
    uint32_t npc = cpu->npc;
    bool trapped;

    note_store(v, cpu, &at->f);
    interp_step(cpu);
    trapped = et && !cpu->et && (at->f.row != INSN_WRPSR || cpu->pc != npc);
    return cpu->cycles < cpu->limit && cpu->cycles + at->refund <= cpu->limit && !trapped &&
           !block->gone && jit_env_mode(cpu) == block->mode;
}

static bool is_at(const struct cpu *cpu, const struct block_insn *insn)
{
    return cpu->pc == insn->pc && (!npc_is_known(insn->npc) || cpu->npc == insn->npc);
}

/* The next instruction of the main section that the path can go to from instruction i: the one behind it, or, past one or
 * both sides of a hammock, the one behind these.  The main section's end if there is none. */
static unsigned find_next(const struct cpu *cpu, const struct guest_block *block, unsigned i)
{
    unsigned next = i + 1;

    while (next < block->main_count && !is_at(cpu, &block->insns[next])) {
        unsigned side = block->insns[next].side;

        if (side == 0 || side == block->insns[i].side) {
            return block->main_count;
        }
        while (next < block->main_count && block->insns[next].side == side) {
            next++;
        }
    }
    return next;
}

/* The index of the delay instruction in the arm that the branch has gone to; 0: there is none. */
static unsigned find_delay(const struct cpu *cpu, const struct guest_block *block,
                           const struct block_insn *branch)
{
    if (branch->f.row != INSN_BICC && branch->f.row != INSN_FBFCC) {
        return 0;
    }
    for (unsigned i = block->main_count; i < block->insn_count; i++) {
        if (is_at(cpu, &block->insns[i])) {
            return i;
        }
    }
    return 0;
}

static void interpret(struct verify *v, struct cpu *cpu, const struct guest_block *block)
{
    unsigned i = 0;
    unsigned next;
    unsigned delay;

    while (interpret_one(v, cpu, block, i)) {
        next = find_next(cpu, block, i);
        if (next < block->main_count) {
            i = next;
            continue;
        }
        delay = find_delay(cpu, block, &block->insns[i]);
        if (delay != 0) {
            interpret_one(v, cpu, block, delay);
        }
        return;
    }
}

/* ---- back ---- */

static bool translation_differs(const struct mmu *a, const struct mmu *b)
{
    return a->control != b->control || a->context != b->context ||
           a->context_pointer != b->context_pointer;
}

/* Restores CPU and memory to what they were before the block.  TLBs and decoded instructions stay,
 * because they follow from memory.  But with the MMU on, if the bus has written memory, a table
 * walk may have set R and M bits, and must do so again; and if the MMU's registers have changed,
 * its translations may have.  Then the TLB is flushed. */
static void roll_back(struct verify *v, struct cpu *cpu)
{
    bool walked = cpu->tlb.index != TLB_PHYSICAL && v->log.bus_writes;
    bool remapped = translation_differs(&cpu->mmu, &v->before.mmu);

    access_log_undo(&v->log);
    cpu->arch = v->before;
    cpu->bank[1] = window_bank(cpu, window_rank(cpu, cpu->cwp));
    cpu->data_hit.watch = NULL;
    cpu->tlb.no_fault = (cpu->mmu.control & MMU_NO_FAULT) != 0;
    cpu_set_supervisor(cpu, cpu->s);
    mmu_select_context(cpu);
    if (walked || remapped) {
        tlb_flush(&cpu->tlb);
    }
}

static bool accept(struct verify *v, enum verify_cause cause)
{
    v->unverified[cause]++;
    return false;
}

bool verify_interpret(struct verify *v, struct cpu *cpu, const struct guest_block *block,
                      const bool *moved)
{
    v->cpu = cpu;
    v->foreign = false;
    v->before = cpu->arch;
    access_log_record(&v->log);
    interpret(v, cpu, block);
    v->log.state = ACCESS_OFF;
    if (block->gone || *moved) {
        return accept(v, block->gone ? VERIFY_OWN_CODE : VERIFY_MOVED);
    }
    if (v->foreign || v->log.no_memory) {
        return accept(v, v->foreign ? VERIFY_FOREIGN : VERIFY_NO_MEMORY);
    }
    v->expected = cpu->arch;
    roll_back(v, cpu);
    access_log_replay(&v->log);
    v->spoken = cpu->log;
    cpu->log = &v->silent;
    return true;
}

/* Generated code may leave the block early, at an access that was not simple (jit_env_slow.c).  The
 * state must be right at that instruction; to check this, the interpreter executes the rest of the
 * path from it. */
static void finish_path(struct verify *v)
{
    while (v->cpu->insns < v->expected.insns) {
        interp_step(v->cpu);
        v->finished++;
    }
}

bool verify_compare(struct verify *v)
{
    struct cpu *cpu = v->cpu;
    bool strayed, same;

    finish_path(v);
    cpu->log = v->spoken;
    strayed = v->log.wrong[0] != '\0'; /* then all other differences follow from that one */
    same = access_log_finish(&v->log);
    v->blocks++;
    v->insns += cpu->insns - v->before.insns;
    if (!strayed && cpu_state_changed(cpu, &v->expected, CPU_STATE, v->wrong, sizeof v->wrong)) {
        return false;
    }
    if (!same) {
        snprintf(v->wrong, sizeof v->wrong, "%s", v->log.wrong);
    }
    return same;
}

/* ---- frame ---- */

void verify_init(struct verify *v, struct bus *bus)
{
    memset(v, 0, sizeof *v);
    v->bus = bus;
    v->log.begin = before_call;
    v->log.end = after_call;
    v->log.again = call_again;
    v->log.context = v;
    access_log_init(&v->log, bus);
}

void verify_fini(struct verify *v)
{
    if (v->bus != NULL) {
        bus_detach(v->bus, &v->log.observer);
    }
    access_log_fini(&v->log);
}

void verify_stats(const struct verify *v, FILE *stream)
{
    static const char *const causes[VERIFY_CAUSES] = {"own_code", "moved", "foreign", "no_memory"};
    fprintf(stream, "verified_blocks %" PRIu64 "\n", v->blocks);
    fprintf(stream, "verified_instructions %" PRIu64 "\n", v->insns);
    fprintf(stream, "verified_after_early_exit %" PRIu64 "\n", v->finished);
    for (unsigned i = 0; i < VERIFY_CAUSES; i++) {
        fprintf(stream, "unverified_%s %" PRIu64 "\n", causes[i], v->unverified[i]);
    }
}
