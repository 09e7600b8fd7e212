// SPDX-License-Identifier: MIT
/*
 * Traps, the way back from them, and what else moves windows, in their usual case and without the
 * interpreter: SPARC V8 7.1, B.20, B.26, B.27, B.29.
 *
 * Whatever is out of the ordinary (error mode, an interrupt that is waiting, a log) is the interpreter's.
 */
#include <string.h>

#include "bits.h"
#include "sparc/generated_state.h"
#include "sparc/interp.h"

/* ---- windows ---- */

static inline unsigned window_of(const struct cpu *cpu)
{
    return (unsigned)(cpu->bank[1] - cpu->windows) / 16;
}

static inline unsigned window_below(const struct cpu *cpu, unsigned window)
{
    return window == 0 ? cpu->config.windows - 1 : window - 1;
}

static inline unsigned window_above(const struct cpu *cpu, unsigned window)
{
    return window + 1 == cpu->config.windows ? 0 : window + 1;
}

static inline bool is_invalid(const struct cpu *cpu, unsigned window)
{
    return cpu->wim >> window & 1;
}

static inline void move_window(struct cpu *cpu, unsigned from, unsigned to, enum way_out way)
{
    unsigned last = cpu->config.windows - 1;
    if (from == last || to == last) {
        cpu->cwp = (uint8_t)from;
        cpu_set_cwp(cpu, to);
    } else {
        cpu->cwp = (uint8_t)to;
        cpu->bank[1] = cpu->windows + 16 * to;
    }
    find_limits(cpu, way);
}

/* ---- the mode ---- */

static inline void set_supervisor(struct cpu *cpu, bool s)
{
    if (cpu->s != s) {
        cpu_set_supervisor(cpu, s);
        generated_prepare(cpu, generated_mode(cpu));
    }
}

/* ---- traps, 7.1 ---- */

static bool take_trap(struct cpu *cpu, const struct block_insn *at, unsigned tt)
{
    unsigned from = window_of(cpu);

    if (!cpu->et || log_on(cpu->log, LOG_INT)) {
        return false;
    }
    cpu->et = false;
    cpu->ps = cpu->s;
    set_supervisor(cpu, true);
    move_window(cpu, from, window_below(cpu, from), BY_SAVE);
    cpu->bank[1][17 - 8] = at->pc;
    cpu->bank[1][18 - 8] = at->npc == NPC_IN_SLOT ? cpu->npc : at->npc;
    cpu->tt = tt;
    cpu->generated.target = cpu->tba | (cpu->asr17_rw & ASR17_SVT ? 0 : tt << 4);
    return true;
}

/* B.20.  If the new window is valid, this is only the seam of the ring, or the limit was nearer than it need
 * be: the window changes, and the block does the rest. */
static inline bool shift_window(struct cpu *cpu, const struct block_insn *at,
                                enum ir_verdict *verdict)
{
    bool save = at->f.row == INSN_SAVE;
    unsigned from = window_of(cpu);
    unsigned to = save ? window_below(cpu, from) : window_above(cpu, from);

    if (is_invalid(cpu, to)) {
        *verdict = IR_GO_TO;
        return take_trap(cpu, at, save ? TT_WINDOW_OVERFLOW : TT_WINDOW_UNDERFLOW);
    }
    *verdict = IR_STAY;
    move_window(cpu, from, to, BY_SAVE);
    return true;
}

/* B.27.  Only what is sure to trap is stepped at the end of a section. */
static bool trap_always(struct cpu *cpu, const struct block_insn *at, enum ir_verdict *verdict)
{
    *verdict = IR_GO_TO;
    return at->flow == BLOCK_END &&
           take_trap(cpu, at, TT_SOFTWARE + (address_of(cpu, &at->f) & 0x7f));
}

/* ---- B.26 ---- */

static bool return_from_trap(struct cpu *cpu, const struct block_insn *at, enum ir_verdict *verdict)
{
    uint32_t aim = address_of(cpu, &at->f);
    uint32_t pc = at->npc == NPC_IN_SLOT ? cpu->npc : at->npc;
    unsigned from = window_of(cpu);
    unsigned to = window_above(cpu, from);

    if (!cpu->s || cpu->et || is_invalid(cpu, to) || (aim & 3) || cpu->irl != 0) {
        return false;
    }
    cpu->et = true;
    set_supervisor(cpu, cpu->ps);
    move_window(cpu, from, to, BY_SAVE);
    cpu->npc = aim;
    cpu->generated.target = aim == pc + 4 ? pc : pc | PLACE_IN_DELAY_SLOT;
    *verdict = IR_GO_TO;
    return true;
}

/* ---- B.29 ---- */

/* As long as it does not change the mode. */
static bool write_psr(struct cpu *cpu, const struct block_insn *at, enum ir_verdict *verdict)
{
    uint32_t value = operand1(cpu, &at->f) ^ operand2(cpu, &at->f);
    unsigned from = window_of(cpu);
    unsigned to = bits_get(value, 0, 5);
    bool ef = cpu->config.fpu && bits_get(value, PSR_EF, 1);

    if (!cpu->s || to >= cpu->config.windows || cpu->config.partial_wrpsr || cpu->irl != 0 ||
        !bits_get(value, PSR_S, 1) || ef != cpu->ef) {
        return false;
    }
    cpu->generated.flags = cpu->generated.flags_of_icc[bits_get(value, PSR_ICC, 4)];
    cpu->pil = (uint8_t)bits_get(value, PSR_PIL, 4);
    cpu->ps = bits_get(value, PSR_PS, 1);
    cpu->et = bits_get(value, PSR_ET, 1);
    if (to != from) {
        move_window(cpu, from, to, BY_SAVE);
    }
    *verdict = IR_STAY;
    return true;
}

bool generated_short_step(struct cpu *cpu, const struct block_insn *at, enum ir_verdict *verdict)
{
    switch (at->f.row) {
    case INSN_SAVE:
    case INSN_RESTORE:
        return at->flow == BLOCK_SHIFT && shift_window(cpu, at, verdict);
    case INSN_TICC:
        return trap_always(cpu, at, verdict);
    case INSN_RETT:
        return return_from_trap(cpu, at, verdict);
    case INSN_WRPSR:
        return write_psr(cpu, at, verdict);
    default:
        return false;
    }
}
