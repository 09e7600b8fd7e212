// SPDX-License-Identifier: MIT
/* Interpreter: state registers, STBAR, FLUSH.  SPARC V8 B.28 to B.30, B.32; LEON3's ASRs. */
#include "bits.h"
#include "sparc/interp.h"
#include "sparc/watch.h"

/* ---- B.28 read ---- */

void do_RDY(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, cpu->y);
    cpu_next(cpu);
}

void do_RDASR(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, cpu_asr(cpu, f->rs1));
    cpu_next(cpu);
}

void do_RDPSR(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, cpu_psr(cpu));
    cpu_next(cpu);
}

void do_RDWIM(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, cpu->wim);
    cpu_next(cpu);
}

void do_RDTBR(struct cpu *cpu, const struct insn *f)
{
    write_rd(cpu, f, cpu_tbr(cpu));
    cpu_next(cpu);
}

/* ---- B.29 write: the value is rs1 xor operand 2; it takes effect at once (ADR 6), but for watchpoints ---- */

void do_WRY(struct cpu *cpu, const struct insn *f)
{
    cpu->y = operand1(cpu, f) ^ operand2(cpu, f);
    cpu_next(cpu);
}

/* %asr16..%asr31 are privileged on LEON3, but for the MAC's %asr18. */
bool interp_wrasr_is_refused(const struct cpu *cpu, const struct insn *f)
{
    return f->rd >= 16 && f->rd != 18 && !cpu->s;
}

void do_WRASR(struct cpu *cpu, const struct insn *f)
{
    uint32_t value;
    if (interp_wrasr_is_refused(cpu, f)) {
        cpu_trap(cpu, TT_PRIVILEGED_INSTRUCTION);
        return;
    }
    cpu_next(cpu);
    value = operand1(cpu, f) ^ operand2(cpu, f);
    if (f->rd >= 24) {
        watch_write_register(cpu, f->rd - 24, value);
    } else {
        cpu_set_asr(cpu, f->rd, value);
    }
}

/* With the partial-WRPSR option and rd != 0 only ET is written. */
void do_WRPSR(struct cpu *cpu, const struct insn *f)
{
    uint32_t value = operand1(cpu, f) ^ operand2(cpu, f);
    if (cpu->config.partial_wrpsr && f->rd != 0) {
        cpu->et = bits_get(value, PSR_ET, 1);
        cpu_check_interrupt(cpu);
    } else if (bits_get(value, 0, 5) >= cpu->config.windows) {
        cpu_trap(cpu, TT_ILLEGAL_INSTRUCTION);
        return;
    } else {
        cpu_set_psr(cpu, value);
    }
    cpu_next(cpu);
}

void do_WRWIM(struct cpu *cpu, const struct insn *f)
{
    cpu->wim = (operand1(cpu, f) ^ operand2(cpu, f)) & cpu_wim_mask(cpu);
    cpu_next(cpu);
}

void do_WRTBR(struct cpu *cpu, const struct insn *f)
{
    cpu->tba = (operand1(cpu, f) ^ operand2(cpu, f)) & TBR_TBA;
    cpu_next(cpu);
}

/* ---- ordering: one instruction completes before the next starts, caches are always coherent ---- */

void do_STBAR(struct cpu *cpu, const struct insn *f)
{
    (void)f;
    cpu_next(cpu);
}

void do_FLUSH(struct cpu *cpu, const struct insn *f)
{
    (void)f;
    cpu_next(cpu);
}
