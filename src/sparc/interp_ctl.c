// SPDX-License-Identifier: MIT
/* Interpreter: control transfer and register windows.  SPARC V8 B.20 to B.27, B.31. */
#include "bits.h"
#include "sparc/interp.h"
#include "sparc/window_ring.h"

/* The annul bit has no effect on a taken conditional branch: its delay instruction is executed.  An untaken or
 * unconditional branch annuls its delay instruction if the bit is set. */
void interp_branch(struct cpu *cpu, const struct insn *f, bool taken)
{
    bool unconditional = (f->condition & 7) == 0;
    bool annul = f->annul && (!taken || unconditional);
    uint32_t aim = cpu->pc + (uint32_t)f->imm;

    if (annul) {
        cpu->pc = taken ? aim : cpu->npc + 4;
        cpu->npc = cpu->pc + 4;
    } else {
        cpu->pc = cpu->npc;
        cpu->npc = taken ? aim : cpu->npc + 4;
    }
}

void do_BICC(struct cpu *cpu, const struct insn *f)
{
    interp_branch(cpu, f, interp_condition(cpu->icc, f->condition));
}

/* B.24 */
void do_CALL(struct cpu *cpu, const struct insn *f)
{
    uint32_t aim = cpu->pc + (uint32_t)f->imm;
    cpu_set_reg(cpu, 15, cpu->pc);
    cpu->pc = cpu->npc;
    cpu->npc = aim;
}

/* B.25: nothing is written if the address is misaligned. */
void do_JMPL(struct cpu *cpu, const struct insn *f)
{
    uint32_t aim = address_of(cpu, f);
    if (aim & 3) {
        cpu_trap(cpu, TT_ADDRESS_NOT_ALIGNED);
        return;
    }
    write_rd(cpu, f, cpu->pc);
    cpu->pc = cpu->npc;
    cpu->npc = aim;
}

/* ---- B.20 register windows ---- */

static bool window_is_invalid(const struct cpu *cpu, unsigned window)
{
    return cpu->wim >> window & 1;
}

static unsigned window_below(const struct cpu *cpu)
{
    return cpu->cwp == 0 ? cpu->config.windows - 1 : cpu->cwp - 1u;
}

static unsigned window_above(const struct cpu *cpu)
{
    return cpu->cwp + 1u == cpu->config.windows ? 0 : cpu->cwp + 1u;
}

/* rs1 and rs2 are read in the old window, rd is written in the new one. */
void do_SAVE(struct cpu *cpu, const struct insn *f)
{
    unsigned to = window_below(cpu);
    uint32_t sum = address_of(cpu, f);

    if (window_is_invalid(cpu, to)) {
        cpu_trap(cpu, TT_WINDOW_OVERFLOW);
        return;
    }
    window_step_down(cpu);
    cpu->cwp = (uint8_t)to;
    write_rd(cpu, f, sum);
    cpu_next(cpu);
}

void do_RESTORE(struct cpu *cpu, const struct insn *f)
{
    unsigned to = window_above(cpu);
    uint32_t sum = address_of(cpu, f);

    if (window_is_invalid(cpu, to)) {
        cpu_trap(cpu, TT_WINDOW_UNDERFLOW);
        return;
    }
    window_step_up(cpu);
    cpu->cwp = (uint8_t)to;
    write_rd(cpu, f, sum);
    cpu_next(cpu);
}

/* B.26.  If traps are disabled, as they must be for RETT to succeed, each of these traps is error mode. */
void do_RETT(struct cpu *cpu, const struct insn *f)
{
    unsigned to = window_above(cpu);
    uint32_t aim = address_of(cpu, f);

    if (!cpu->s) {
        cpu_trap(cpu, TT_PRIVILEGED_INSTRUCTION);
    } else if (cpu->et) {
        cpu_trap(cpu, TT_ILLEGAL_INSTRUCTION);
    } else if (window_is_invalid(cpu, to)) {
        cpu_trap(cpu, TT_WINDOW_UNDERFLOW);
    } else if (aim & 3) {
        cpu_trap(cpu, TT_ADDRESS_NOT_ALIGNED);
    } else {
        window_current_note(cpu)->trapped = 0;
        window_step_up(cpu);
        cpu->cwp = (uint8_t)to;
        cpu->et = true;
        cpu_set_supervisor(cpu, cpu->ps);
        cpu->pc = cpu->npc;
        cpu->npc = aim;
        cpu_check_interrupt(cpu);
    }
}

/* B.27 */
void do_TICC(struct cpu *cpu, const struct insn *f)
{
    if (interp_condition(cpu->icc, f->condition)) {
        cpu_trap(cpu, TT_SOFTWARE + (address_of(cpu, f) & 0x7f));
    } else {
        cpu_next(cpu);
    }
}

/* ---- B.31 UNIMP, illegal words, coprocessor instructions ---- */

void do_UNIMP(struct cpu *cpu, const struct insn *f)
{
    (void)f;
    cpu_trap(cpu, TT_ILLEGAL_INSTRUCTION);
}

void do_ILLEGAL(struct cpu *cpu, const struct insn *f)
{
    (void)f;
    cpu_trap(cpu, TT_ILLEGAL_INSTRUCTION);
}

/* LEON3 has no coprocessor: PSR.EC is 0 for ever. */
#define NO_COPROCESSOR(name)                                                                       \
    void do_##name(struct cpu *cpu, const struct insn *f)                                          \
    {                                                                                              \
        (void)f;                                                                                   \
        cpu_trap(cpu, TT_CP_DISABLED);                                                             \
    }

NO_COPROCESSOR(CBCCC)
NO_COPROCESSOR(CPOP1)
NO_COPROCESSOR(CPOP2)
NO_COPROCESSOR(LDC)
NO_COPROCESSOR(LDCSR)
NO_COPROCESSOR(LDDC)
NO_COPROCESSOR(STC)
NO_COPROCESSOR(STCSR)
NO_COPROCESSOR(STDC)
NO_COPROCESSOR(STDCQ)
