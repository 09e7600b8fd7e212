// SPDX-License-Identifier: MIT
/*
 * Traps, RETT, window traps and PSR for generated code, in their usual case and without the interpreter: SPARC V8
 * chapter 7, B.20, B.26 to B.29.
 *
 * In all other cases (error mode, an interrupt that is waiting, a log) the interpreter executes the instruction.
 * Generated code calls the helpers where the mode cannot change; where it may, it calls jit_env_step().
 */
#include "sparc/jit_env_state.h"
#include "sparc/interp.h"

/* ---- windows ---- */

static inline unsigned window_of(const struct cpu *cpu)
{
    return window_of_rank(cpu, window_current_rank(cpu));
}

/* Would SAVE, or RESTORE, trap? */
static inline bool next_is_invalid(const struct cpu *cpu, bool save)
{
    unsigned windows = cpu->config.windows;
    unsigned window = window_of(cpu);

    if (save) {
        window = window == 0 ? windows - 1 : window - 1;
    } else {
        window = window + 1 == windows ? 0 : window + 1;
    }
    return cpu->wim >> window & 1;
}

/* May the window be moved as generated code moves it, by the pointer alone?  Then the next window is valid, and the
 * limits stay as they are. */
static inline bool saves_quickly(const struct cpu *cpu)
{
    return cpu->bank[1] > cpu->jit_env.save_limit;
}

static inline bool restores_quickly(const struct cpu *cpu)
{
    return cpu->bank[1] < cpu->jit_env.restore_limit;
}

/* ---- traps, chapter 7 ---- */

static inline bool trap_is_ordinary(const struct cpu *cpu)
{
    return cpu->et && !log_on(cpu->log, LOG_INT);
}

/* Moves to the handler's window, and turns the ring for what a handler of window overflow or underflow does, so that
 * this needs no slow path: the one moves down once more by SAVE, the other goes up to the invalid window by RESTORE.  Of
 * two windows there is none to turn to without leaving the current one. */
static inline void enter_turning(struct cpu *cpu, unsigned tt)
{
    unsigned windows = cpu->config.windows;

    if (tt == TT_WINDOW_UNDERFLOW && windows > 2 && window_current_rank(cpu) == windows - 2) {
        window_turn_up(cpu);
    }
    window_step_down(cpu);
    if (tt == TT_WINDOW_OVERFLOW && windows > 2 && window_current_rank(cpu) == 0) {
        window_turn_down(cpu);
    }
    find_limits(cpu, BY_SAVE);
}

/* Enters a trap, but for the change to supervisor mode.  Returns the handler's address. */
static inline uint32_t enter_handler(struct cpu *cpu, uint32_t pc, uint32_t npc, unsigned tt)
{
    cpu->et = false;
    cpu->ps = cpu->s;
    if (saves_quickly(cpu) && tt != TT_WINDOW_UNDERFLOW) {
        cpu->bank[1] -= 16;
    } else {
        enter_turning(cpu, tt);
    }
    cpu->trapped[window_of(cpu)] = (uint8_t)tt;
    cpu->bank[1][17 - 8] = pc;
    cpu->bank[1][18 - 8] = npc;
    cpu->tt = tt;
    return cpu->tba | (cpu->asr17_rw & ASR17_SVT ? 0 : tt << 4);
}

uint32_t jit_env_trap(struct cpu *cpu, uint32_t pc, uint32_t npc, uint32_t tt)
{
    return trap_is_ordinary(cpu) ? enter_handler(cpu, pc, npc, tt) : NOT_ORDINARY;
}

/* ---- B.26 ---- */

static inline bool return_is_ordinary(const struct cpu *cpu, uint32_t aim)
{
    return !cpu->et && cpu->irl == 0 && (aim & 3) == 0 &&
           (restores_quickly(cpu) || !next_is_invalid(cpu, false));
}

/* Performs RETT, but for the change of mode.  Returns the entry of the block to go on with. */
static inline uint32_t leave_handler(struct cpu *cpu, uint32_t pc, uint32_t aim)
{
    unsigned from = window_of(cpu);

    cpu->et = true;
    cpu->trapped[from] = 0;
    if (restores_quickly(cpu)) {
        cpu->bank[1] += 16;
    } else {
        window_step_up(cpu);
        find_limits(cpu, BY_SAVE);
    }
    cpu->npc = aim;
    return aim == pc + 4 ? pc : pc | ENTRY_IN_DELAY_SLOT;
}

uint32_t jit_env_return(struct cpu *cpu, uint32_t pc, uint32_t aim)
{
    if (!return_is_ordinary(cpu, aim) || !cpu->ps) {
        return NOT_ORDINARY;
    }
    return leave_handler(cpu, pc, aim);
}

/* ---- B.28, B.29 ---- */

#define MODE_BITS (1u << PSR_S | 1u << PSR_EF)

uint32_t jit_env_read_psr(struct cpu *cpu)
{
    return cpu_pack_psr(cpu, icc_of(cpu), window_of(cpu));
}

uint32_t jit_env_write_psr(struct cpu *cpu, uint32_t value)
{
    uint32_t mode = 1u << PSR_S | (uint32_t)cpu->ef << PSR_EF;
    unsigned from = window_of(cpu);
    unsigned to = value & 0x1f;

    if (cpu->irl != 0 || ((value ^ mode) & MODE_BITS) || to >= cpu->config.windows) {
        return NOT_ORDINARY;
    }
    cpu->jit_env.flags = cpu->jit_context.flags_of_icc[value >> PSR_ICC & 15];
    cpu->pil = value >> PSR_PIL & 15;
    cpu->ps = value >> PSR_PS & 1;
    cpu->et = value >> PSR_ET & 1;
    if (to != from) {
        window_move(cpu, to);
        find_limits(cpu, BY_SAVE);
    }
    return 0;
}

/* ---- steps ---- */

/* The outcome of an attempt to step an instruction without the interpreter. */
enum short_step {
    STEP_IS_LONG, /* nothing was done: the interpreter must execute it */
    STEP_STAYS,   /* done: the block goes on */
    STEP_GOES_TO, /* done: the block at jit_context.target is next */
};

static __attribute__((noinline)) enum short_step change_mode(struct cpu *cpu, bool s)
{
    cpu_set_supervisor(cpu, s);
    jit_env_prepare(cpu, jit_env_mode(cpu));
    return STEP_GOES_TO;
}

static inline enum short_step go_to(struct cpu *cpu, bool s, uint32_t entry)
{
    cpu->jit_context.target = entry;
    return cpu->s == s ? STEP_GOES_TO : change_mode(cpu, s);
}

static inline enum short_step short_trap(struct cpu *cpu, const struct block_insn *at, unsigned tt)
{
    uint32_t npc = at->npc == NPC_IN_SLOT ? cpu->npc : at->npc;

    if (!trap_is_ordinary(cpu)) {
        return STEP_IS_LONG;
    }
    return go_to(cpu, true, enter_handler(cpu, at->pc, npc, tt));
}

/* B.20, for a SAVE or RESTORE at its limit (find_limits()): traps if the next window is invalid, else moves there.
 * The block writes rd after that. */
static inline enum short_step short_window(struct cpu *cpu, const struct block_insn *at)
{
    bool save = at->f.row == INSN_SAVE;

    if (next_is_invalid(cpu, save)) {
        return short_trap(cpu, at, save ? TT_WINDOW_OVERFLOW : TT_WINDOW_UNDERFLOW);
    }
    if (save) {
        window_step_down(cpu);
    } else {
        window_step_up(cpu);
    }
    find_limits(cpu, BY_SAVE);
    return STEP_STAYS;
}

static enum short_step short_rett(struct cpu *cpu, const struct block_insn *at)
{
    uint32_t aim = address_of(cpu, &at->f);
    uint32_t pc = at->npc == NPC_IN_SLOT ? cpu->npc : at->npc;

    if (!cpu->s || !return_is_ordinary(cpu, aim)) {
        return STEP_IS_LONG;
    }
    return go_to(cpu, cpu->ps, leave_handler(cpu, pc, aim));
}

/* B.28.  The cycles must be right, since %asr22 and %asr23 are made from them. */
static enum short_step read_asr(struct cpu *cpu, const struct block_insn *at)
{
    sync_cycles(cpu);
    write_rd(cpu, &at->f, cpu_asr(cpu, at->f.rs1));
    return STEP_STAYS;
}

/* Steps SAVE and RESTORE, RDASR, and a Ticc (taken) or RETT that ends a section, in any mode. */
static inline enum short_step short_step(struct cpu *cpu, const struct block_insn *at)
{
    if (__builtin_expect(at->flow == BLOCK_WINDOW, 1)) {
        return short_window(cpu, at);
    }
    if (at->f.row == INSN_RDASR) {
        return read_asr(cpu, at);
    }
    if (at->flow == BLOCK_END && at->f.row == INSN_TICC) {
        return short_trap(cpu, at, TT_SOFTWARE + (address_of(cpu, &at->f) & 0x7f));
    }
    if (at->flow == BLOCK_END && at->f.row == INSN_RETT) {
        return short_rett(cpu, at);
    }
    return STEP_IS_LONG;
}

uint32_t jit_env_step(void *env, void *cookie, uint32_t insn)
{
    struct cpu *cpu = env;
    const struct guest_block *block = cookie;
    const struct block_insn *at = &block->insns[insn];

    switch (short_step(cpu, at)) {
    case STEP_STAYS:
        return IR_STAY;
    case STEP_GOES_TO:
        return IR_GO_TO;
    default:
        return jit_env_long_step(cpu, block, at);
    }
}
