// SPDX-License-Identifier: MIT
/*
 * The CPU as generated code sees it: slots, the state that it keeps in a form of its own, and what it
 * cannot do itself.
 *
 * While generated code runs, struct cpu is complete but for
 *     cycles, insns   budget says how far it has come: cycles = base - budget
 *     icc             in jit_env.flags, in the host's form
 *     cwp             is where bank[1] points
 *     fsr             cexc and ftt follow from the last FPop (last_fpop), aexc partly sticks in the host, which
 *                     computes with the modes of fp_mode
 *     pc, npc         known to the block
 * jit_env_leave() makes it complete, jit_env_enter() takes it apart again.
 */
#ifndef SPARC_JIT_ENV_H
#define SPARC_JIT_ENV_H

#include "sparc/cpu.h"

/* ---- slots ---- */

enum slot {
    SLOT_R = 0,   /* + register number 1..31 */
    SLOT_F = 32,  /* + %f number, I32 */
    SLOT_FS = 64, /* + %f number, F32 */
    SLOT_D = 96,  /* + even %f number / 2, F64 */
    SLOT_X = 112, /* + even %f number / 2, I64 */
    SLOT_FIRST_NAMED = 127,
#define SLOT(id, name, bank, type, field) SLOT_##id,
#include "sparc/slots.def"
#undef SLOT
    SLOT_COUNT
};

/* Helpers that generated code may call. */
enum jit_env_helper {
    HELPER_SDIV,
    HELPER_PSR,
    HELPER_SET_PSR,
    HELPER_SET_WIM,
    HELPER_FSR,
    HELPER_TRAP,
    HELPER_RETURN,
    HELPER_COUNT
};

/* The guest description for include/ir.h, of a CPU with that many windows and that FPU.  What it points to is
 * fixed. */
struct ir_guest jit_env_guest(unsigned windows, enum cpu_fpu fpu);

/* ---- blocks ---- */

/* What a block's code depends on beside pc and memory. */
enum block_mode {
    MODE_SUPERVISOR = 1,
    MODE_MMU = 2,
    MODE_EF = 4,
    MODE_FP = 24, /* one of these: */
    MODE_FP_TRAPS =
        8, /* FPops may trap, but not for inexact results; those that raise more are the interpreter's */
    MODE_FP_SLOW = 16, /* none is for the host */
    MODE_FP_EXACT =
        24, /* as TRAPS; and only exact results are for the host, so that it accrues nothing */
    MODE_COUNT = 32
};

/* npc of an instruction that is in the npc slot, because only a run can tell. */
#define NPC_IN_SLOT 1u

/* What a stepped instruction does to the flow. */
enum block_flow {
    BLOCK_SEQUENCE, /* the next instruction is in the block, or else a surprise */
    BLOCK_END,      /* the block ends with it                                      */
    BLOCK_SHIFT,    /* SAVE or RESTORE: the block moves the window, and writes rd  */
};

struct block_insn {
    uint32_t pc, npc;
    bool atomic;
    bool icc;     /* the interpreter reads or writes icc for it */
    uint8_t flow; /* enum block_flow */
    uint16_t
        refund; /* of what was charged, when it is done: up to the next charge no path takes more cycles */
    struct insn f;
};

/* What generated code's slow paths must know of the block they are in: the cookie. */
struct guest_block {
    uint32_t mode;
    bool gone; /* its code was written to: leave it */
    uint16_t insn_count;
    uint16_t main_count; /* those of the main section come first */
    uint32_t charge;     /* cycles that are charged on entry */
    struct block_insn *insns;
};

static inline bool mode_has_fpu(uint32_t mode)
{
    return (mode & MODE_EF) && (mode & MODE_FP) != MODE_FP_SLOW;
}

/* Of MODE_FP: 0 for what nearly all code has: no trap enabled and none pending. */
unsigned jit_env_fp_mode(const struct cpu *cpu);

static inline unsigned jit_env_mode(const struct cpu *cpu)
{
    bool special = (cpu->fsr & FSR_TEM_MASK) != 0 || cpu->fp_state != FP_EXECUTE;
    return (unsigned)cpu->s | (unsigned)(cpu->tlb.index != TLB_PHYSICAL) << 1 |
           (unsigned)cpu->ef << 2 | (special ? jit_env_fp_mode(cpu) : 0);
}

/* The name of the block that goes on from the CPU's pc and npc: pc, and a bit if npc is elsewhere than behind
 * it.  Such a block is a delay instruction, whose npc is in the slot. */
#define ENTRY_IN_DELAY_SLOT 2u

static inline uint32_t jit_env_entry(const struct cpu *cpu)
{
    return cpu->npc == cpu->pc + 4 ? cpu->pc : cpu->pc | ENTRY_IN_DELAY_SLOT;
}

/* ---- crossing over ---- */

/* jit's flags layout and its environment are taken on. */
void jit_env_init(struct cpu *cpu, struct jit *jit);

/* Chooses the jump cache and the memory of a mode, which is the CPU's. */
void jit_env_prepare(struct cpu *cpu, uint32_t mode);
/* Into generated form; `budget` up to cpu->limit.  To be prepared before. */
void jit_env_enter(struct cpu *cpu);
/* And back: all of struct cpu but pc and npc. */
void jit_env_leave(struct cpu *cpu);

/* Is a device being called by generated code of this block? */
bool jit_env_is_inside(const struct cpu *cpu, const struct guest_block *block);

#endif
