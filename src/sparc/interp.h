// SPDX-License-Identifier: MIT
/*
 * The reference interpreter: one function do_NAME per row of insns.def, written to be read beside the
 * manual.  It is the oracle for every other executor.
 *
 * A do_ function either completes, moves pc and npc on (cpu_next() or a jump) and returns, or calls
 * cpu_trap() with nothing else changed.
 */
#ifndef SPARC_INTERP_H
#define SPARC_INTERP_H

#include "sparc/cpu.h"

#define INSN(name, ...) void do_##name(struct cpu *cpu, const struct insn *f);
#include "sparc/insns.def"

/* Executes until cpu->cycles reaches cpu->limit, which cpu_attention() and exec_attend() may set to 0 meanwhile. */
void interp_run(struct cpu *cpu);

/* The same, but at the latest until the next instruction is not the one behind the last, and is not in a delay slot:
 * until a block may begin. */
void interp_run_to_jump(struct cpu *cpu);

/* Executes one instruction (or takes its trap). */
void interp_step(struct cpu *cpu);

/* Fills an entry of the decode cache on first execution, then executes it. */
void interp_decode(struct cpu *cpu, const struct insn *f);

/* The function that executes a decoded instruction: do_NAME; or do_ILLEGAL if fields of the word are illegal; or, if
 * the row is privileged, a function that checks the mode first. */
insn_function *interp_function(const struct cpu *cpu, const struct insn *f);

/* ---- operands ---- */

static inline uint32_t operand1(const struct cpu *cpu, const struct insn *f)
{
    return cpu->bank[f->bank1][f->reg1];
}

static inline uint32_t operand2(const struct cpu *cpu, const struct insn *f)
{
    return cpu->bank[f->bank2][f->reg2] + (uint32_t)f->imm;
}

static inline uint32_t address_of(const struct cpu *cpu, const struct insn *f)
{
    return operand1(cpu, f) + operand2(cpu, f);
}

static inline uint32_t read_rd(const struct cpu *cpu, const struct insn *f)
{
    return cpu->bank[f->bankd][f->regd];
}

static inline void write_rd(struct cpu *cpu, const struct insn *f, uint32_t value)
{
    cpu->bank[f->bankd][f->regd] = value;
}

/* N and Z of a result. */
static inline uint32_t icc_nz(uint32_t result)
{
    return (result >> 31) * ICC_N | (result == 0) * ICC_Z;
}

/* Does condition 0..15 of Bicc and Ticc hold?  B.21.  holds[] has a set of icc values for each condition 0..7, bit i
 * for value i; conditions 8..15 are their negations. */
static inline bool interp_condition(uint32_t icc, unsigned condition)
{
    enum { N = 0xff00, Z = 0xf0f0, V = 0xcccc, C = 0xaaaa };
    static const uint16_t holds[8] = {
        0,           /* never */
        Z,           /* equal */
        Z | (N ^ V), /* less or equal */
        N ^ V,       /* less */
        C | Z,       /* less or equal, unsigned */
        C,           /* carry set: less, unsigned */
        N,           /* negative */
        V,           /* overflow */
    };
    return ((holds[condition & 7] >> icc ^ condition >> 3) & 1) != 0;
}

/* pc and npc after a branch with displacement and annul bit, B.21. */
void interp_branch(struct cpu *cpu, const struct insn *f, bool taken);

/* ---- traps that depend on more than the row ---- */

/* Does this WRASR trap because its register is privileged and the CPU is in user mode? */
bool interp_wrasr_is_refused(const struct cpu *cpu, const struct insn *f);

/* The trap that follows from the CPU's mode and CASA's ASI and immediate bit; 0: none. */
unsigned interp_casa_trap(const struct cpu *cpu, const struct insn *f);

/* ---- memory ---- */

/* Trap for a failed access, 0 if a failed store is to be ignored (ASR17.DWT). */
unsigned interp_fault(const struct cpu *cpu, enum tlb_result result, bool store);

/* The trap of a misaligned address. */
void interp_trap_misaligned(struct cpu *cpu, uint32_t address, bool store);

#endif
