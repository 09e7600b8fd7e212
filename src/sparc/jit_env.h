// SPDX-License-Identifier: MIT
/*
 * The CPU as generated code sees it: slots, the state that generated code keeps in a form of its own, and the
 * functions that it calls for what it cannot do itself.
 *
 * While generated code runs, struct cpu is complete but for
 *     cycles, insns   budget says how far it has come: cycles = base - budget
 *     icc             in jit_env.flags, in the host's form
 *     cwp             is where bank[1] points
 *     fsr             cexc and ftt follow from the last FPop (last_fpop), aexc partly sticks in the host, which
 *                     computes with the modes of fp_mode
 *     pc, npc         known to the block
 * jit_env_leave() completes all of these but pc and npc; jit_env_enter() goes back to generated code's form.
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
enum jit_env_helper { HELPER_LIMITS, HELPER_FSR, HELPER_COUNT };

/* The guest description for include/ir.h, of a CPU with that many windows and that FPU, one of cpu_count.  Its pointers
 * are to constant tables. */
struct ir_guest jit_env_guest(unsigned windows, enum cpu_fpu fpu, unsigned cpu_count);

/* ---- blocks ---- */

/* What a block's code depends on beside pc and memory. */
enum block_mode {
    MODE_SUPERVISOR = 1,
    MODE_MMU = 2,
    MODE_EF = 4,
    /* mask; 0: no trap is enabled or pending, and the host executes FPops.  Else one of those below. */
    MODE_FP = 24,
    /* FPops may trap, but not for inexact: the interpreter performs those that raise another exception */
    MODE_FP_TRAPS = 8,
    /* a deferred trap is pending or being handled: the interpreter performs all FPops */
    MODE_FP_SLOW = 16,
    /* as MODE_FP_TRAPS; the interpreter also performs FPops with inexact results, so that no exception accrues in the
     * host */
    MODE_FP_EXACT = 24,
    MODE_COUNT = 32
};

/* Instead of an instruction's npc: it is known only at run time, and is in the npc slot; or the instruction is the delay
 * instruction of the branch before it in the block's table, and does not change icc. */
#define NPC_IN_SLOT   1u
#define NPC_BY_BRANCH 2u

static inline bool npc_is_known(uint32_t npc)
{
    return (npc & 3) == 0;
}

/* How the block goes on after an instruction that the interpreter performs. */
enum block_flow {
    BLOCK_SEQUENCE, /* with its next instruction, unless the instruction traps or jumps */
    BLOCK_END,      /* the block ends with it                                      */
    BLOCK_WINDOW,   /* SAVE or RESTORE: the block moves the window, and writes rd  */
};

struct block_insn {
    uint32_t pc, npc;
    bool atomic;
    bool icc;     /* the instruction reads or writes icc */
    uint8_t flow; /* enum block_flow */
    /* 1 or 2: on that side of a hammock (trans_hammock.c), so the path through the block may pass it by. */
    uint8_t side;
    /* Cycles of the charge that are unspent after this instruction: the most that a path to the next charge takes. */
    uint16_t refund;
    struct insn f;
};

/* What generated code's slow paths must know of the block they are in: the cookie. */
struct guest_block {
    uint32_t mode;
    bool gone; /* its code was written to: it must be left */
    uint16_t insn_count;
    uint16_t main_count; /* instructions of the main section, which come first */
    uint32_t charge;     /* cycles that are charged on entry */
    struct block_insn *insns;
};

static inline bool mode_has_fpu(uint32_t mode)
{
    return (mode & MODE_EF) && (mode & MODE_FP) != MODE_FP_SLOW;
}

/* The MODE_FP bits for the CPU's state; 0, if no trap is enabled and none pending, as in nearly all code. */
unsigned jit_env_fp_mode(const struct cpu *cpu);

static inline unsigned jit_env_mode(const struct cpu *cpu)
{
    bool special = (cpu->fsr & FSR_TEM_MASK) != 0 || cpu->fp_state != FP_EXECUTE;
    return (unsigned)cpu->s | (unsigned)(cpu->tlb.index != TLB_PHYSICAL) << 1 |
           (unsigned)cpu->ef << 2 | (special ? jit_env_fp_mode(cpu) : 0);
}

/* The entry of the block that continues from the CPU's pc and npc: pc, with a bit set if npc is not pc + 4.  In that
 * case the block is a single delay instruction, whose npc is in the slot. */
#define ENTRY_IN_DELAY_SLOT 2u

static inline uint32_t jit_env_entry(const struct cpu *cpu)
{
    return cpu->npc == cpu->pc + 4 ? cpu->pc : cpu->pc | ENTRY_IN_DELAY_SLOT;
}

/* ---- crossing over ---- */

/* To be called once, with the jit whose code the CPU will execute: fills the tables between its flags and icc. */
void jit_env_init(struct cpu *cpu, struct jit *jit);

/* From now on each load looks at the TLB, until jit_env_prepare() finds that no page of RAM is watched.  To be called when
 * RAM or watchpoints have changed, also while the CPU executes generated code. */
void jit_env_forget_plain(struct cpu *cpu);
/* Chooses the jump cache and the base of memory for `mode`, which must be the CPU's present one. */
void jit_env_prepare(struct cpu *cpu, uint32_t mode);
/* Puts the state into generated code's form, with a budget up to cpu->limit.  jit_env_prepare() comes first. */
void jit_env_enter(struct cpu *cpu);
/* Brings all of struct cpu up to date but pc and npc, which the caller sets. */
void jit_env_leave(struct cpu *cpu);

/* Is a device being called by generated code of this block? */
bool jit_env_calls_device(const struct cpu *cpu, const struct guest_block *block);

#endif
