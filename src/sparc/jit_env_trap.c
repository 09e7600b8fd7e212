// SPDX-License-Identifier: MIT
/*
 * What generated code steps, without the interpreter where it can be: SPARC V8 chapter 7, B.20, B.26 to B.29.  That is window
 * traps; traps, RETT and PSR where trans_trap.c leaves them to jit_env_step().
 *
 * In all other cases (error mode, an interrupt that is waiting, a log) the interpreter executes the instruction.
 */
#include <string.h>

#include "sparc/interp.h"
#include "sparc/jit_env_state.h"

/* ---- windows ---- */

/* Would SAVE, or RESTORE, trap? */
static inline bool next_is_invalid(const struct cpu *cpu, bool save)
{
    unsigned windows = cpu->config.windows;
    unsigned next = window_current(cpu) + (save ? windows - 1 : 1);

    next -= next >= windows ? windows : 0;
    return cpu->wim >> next & 1;
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

/* What the handler finds, after the window has moved.  Returns the handler's address. */
static inline uint32_t fill_handler(struct cpu *cpu, const struct block_insn *at, unsigned tt)
{
    cpu->et = false;
    cpu->ps = cpu->s;
    window_current_note(cpu)->trapped = tt;
    cpu->bank[1][17 - 8] = at->pc;
    cpu->bank[1][18 - 8] = at->npc == NPC_IN_SLOT ? cpu->npc : at->npc;
    cpu->tt = tt;
    return cpu->tba | (cpu->asr17_rw & ASR17_SVT ? 0 : tt << 4);
}

/* Enters a trap, but for the change to supervisor mode.  Returns the handler's address. */
static inline uint32_t enter_handler(struct cpu *cpu, const struct block_insn *at, unsigned tt)
{
    if (saves_quickly(cpu) && tt != TT_WINDOW_UNDERFLOW) {
        cpu->bank[1] -= WINDOW_WORDS;
    } else {
        enter_turning(cpu, tt);
    }
    return fill_handler(cpu, at, tt);
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
    cpu->et = true;
    window_current_note(cpu)->trapped = 0;
    if (restores_quickly(cpu)) {
        cpu->bank[1] += WINDOW_WORDS;
    } else {
        window_step_up(cpu);
        find_limits(cpu, BY_SAVE);
    }
    cpu->npc = aim;
    return aim == pc + 4 ? pc : pc | ENTRY_IN_DELAY_SLOT;
}

#define MODE_BITS (1u << PSR_S | 1u << PSR_EF)

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
    if (!trap_is_ordinary(cpu)) {
        return STEP_IS_LONG;
    }
    return go_to(cpu, true, enter_handler(cpu, at, tt));
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

/* B.29, if the mode stays what it is and no interrupt is requested. */
static enum short_step short_write_psr(struct cpu *cpu, const struct block_insn *at)
{
    uint32_t value = operand1(cpu, &at->f) ^ operand2(cpu, &at->f);
    uint32_t mode = (uint32_t)cpu->s << PSR_S | (uint32_t)cpu->ef << PSR_EF;
    unsigned to = value & 0x1f;

    if (cpu->irl != 0 || ((value ^ mode) & MODE_BITS) || to >= cpu->config.windows ||
        !npc_is_known(at->npc)) {
        return STEP_IS_LONG;
    }
    cpu->jit_env.flags = cpu->jit_context.flags_of_icc[value >> PSR_ICC & 15];
    cpu->pil = value >> PSR_PIL & 15;
    cpu->ps = value >> PSR_PS & 1;
    cpu->et = value >> PSR_ET & 1;
    window_move(cpu, to);
    find_limits(cpu, BY_SAVE);
    return go_to(cpu, cpu->s, at->npc);
}

/* B.28.  The cycles must be right, since %asr22 and %asr23 are made from them. */
static enum short_step read_asr(struct cpu *cpu, const struct block_insn *at)
{
    sync_cycles(cpu);
    write_rd(cpu, &at->f, cpu_asr(cpu, at->f.rs1));
    return STEP_STAYS;
}

/* Steps SAVE and RESTORE, RDASR, and a Ticc (taken), RETT or WRPSR that ends a section, in any mode. */
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
    if (at->flow == BLOCK_END && at->f.row == INSN_WRPSR) {
        return short_write_psr(cpu, at);
    }
    return STEP_IS_LONG;
}

static __attribute__((noinline)) uint32_t
general_step(struct cpu *cpu, const struct guest_block *block, const struct block_insn *at)
{
    switch (short_step(cpu, at)) {
    case STEP_STAYS:
        return IR_STAY;
    case STEP_GOES_TO:
        return IR_GO_TO;
    default:
        return jit_env_long_step(cpu, block, at);
    }
}

/* In supervisor mode, with traps enabled and not logged? */
static inline bool is_quiet_supervisor(const struct cpu *cpu)
{
    uint32_t control;
    memcpy(&control, &cpu->s, sizeof control);
    return (control & (CONTROL_S | CONTROL_ET)) == (CONTROL_S | CONTROL_ET) &&
           !log_on(cpu->log, LOG_INT);
}

/* Turns the ring for the handler, as enter_turning() does.  False: it cannot, and nothing was done. */
static inline bool turn_for_handler(struct cpu *cpu, bool save)
{
    unsigned windows = cpu->config.windows;

    if (save && cpu->bank[1] == window_bank(cpu, 1)) {
        if (!window_can_turn(cpu, true)) {
            return false;
        }
        window_turn_down_one(cpu);
    } else if (!save && cpu->bank[1] == window_bank(cpu, windows - 2)) {
        if (!window_can_turn(cpu, false) || windows < 4) {
            return false;
        }
        window_turn_up_one(cpu);
    }
    return true;
}

/* Does what short_window() does, for the usual window trap of a program that saves and restores its windows by traps: one
 * window is invalid, and it is the next one.  It is then the handler's own after SAVE, and after RESTORE the second
 * above the handler's: so the limits are known.  False: nothing was done. */
static inline bool enter_window_trap(struct cpu *cpu, const struct block_insn *at, bool save)
{
    uint32_t *now = cpu->bank[1];
    const uint32_t *next = save ? now - WINDOW_WORDS : now + WINDOW_WORDS;

    if (next != cpu->jit_context.only_invalid || now == window_bank(cpu, 0) ||
        !is_quiet_supervisor(cpu) || !turn_for_handler(cpu, save)) {
        return false;
    }
    cpu->bank[1] = now - WINDOW_WORDS;
    cpu->jit_context.target =
        fill_handler(cpu, at, save ? TT_WINDOW_OVERFLOW : TT_WINDOW_UNDERFLOW);
    cpu->jit_env.save_limit = window_bank(cpu, 0);
    cpu->jit_env.restore_limit = save ? now - 2 * WINDOW_WORDS : now;
    return true;
}

uint32_t jit_env_step(void *env, void *cookie, uint32_t insn)
{
    struct cpu *cpu = env;
    const struct guest_block *block = cookie;
    const struct block_insn *at = &block->insns[insn];

    if (__builtin_expect(at->flow == BLOCK_WINDOW, 1) &&
        enter_window_trap(cpu, at, at->f.row == INSN_SAVE)) {
        return IR_GO_TO;
    }
    return general_step(cpu, block, at);
}
