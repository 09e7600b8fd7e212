// SPDX-License-Identifier: MIT
/*
 * Mutants of the interpreter, chosen at run time: MUTANT=ROW:KIND in the environment spoils what
 * the instructions of one row do, after (or just before) they did it.
 *
 * mutate.py builds the interpreter once with its names changed by mutant_names.h: the dispatch
 * table then has mut_NAME below, which calls the do_NAME it spoils, and cpu_trap() becomes
 * mutant_trap(). Product code knows nothing of this.
 */
#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "mem/tlb.h"
#include "sparc/interp.h"

/* One test program runs with one mutant: the only state, and set once. */
static struct {
    bool known;
    unsigned row; /* INSN_COUNT: none */
    char kind[24];
} mutant;

static bool trapped; /* since the instruction began */

static void find_mutant(void)
{
    const char *text = getenv("MUTANT");
    mutant.known = true;
    mutant.row = INSN_COUNT;
    if (text == NULL) {
        return;
    }
    for (unsigned i = 0; i < INSN_COUNT; i++) {
        size_t length = strlen(insn_rows[i].name);
        if (strncmp(text, insn_rows[i].name, length) == 0 && text[length] == ':') {
            mutant.row = i;
            strncpy(mutant.kind, text + length + 1, sizeof mutant.kind - 1);
            return;
        }
    }
    abort();
}

static bool kind_is(const char *kind)
{
    return strcmp(mutant.kind, kind) == 0;
}

/* ---- traps: trapNN-wrong, trapNN-none, trapNN-pc; 80 stands for all of Ticc ---- */

void mutant_trap(struct cpu *cpu, unsigned tt);

void mutant_trap(struct cpu *cpu, unsigned tt)
{
    uint32_t word;
    char *end;

    trapped = true;
    if (!mutant.known) {
        find_mutant();
    }
    if (strncmp(mutant.kind, "trap", 4) != 0 ||
        tlb_fetch_word(&cpu->tlb, cpu->pc, &word) != TLB_OK || insn_find(word) != mutant.row ||
        strtoul(mutant.kind + 4, &end, 16) != (tt >= TT_SOFTWARE ? TT_SOFTWARE : tt)) {
        cpu_trap(cpu, tt);
    } else if (strcmp(end, "-wrong") == 0) {
        cpu_trap(cpu, tt ^ 1);
    } else if (strcmp(end, "-pc") == 0) {
        cpu->pc += 4;
        cpu_trap(cpu, tt);
    } else {
        cpu_next(cpu);
    }
}

/* ---- before: what is read ---- */

/* Spoils the sources of a store, or the branch; *copy is the instruction to execute. */
static void spoil_before(struct cpu *cpu, struct insn *copy)
{
    if (kind_is("stored")) {
        cpu_set_reg(cpu, copy->rd, cpu_reg(cpu, copy->rd) ^ 1);
    } else if (kind_is("stored-second")) {
        cpu_set_reg(cpu, copy->rd + 1u, cpu_reg(cpu, copy->rd + 1u) ^ 1);
    } else if (kind_is("stored-f")) {
        cpu->f[CPU_F(copy->rd)] ^= 1;
    } else if (kind_is("stored-f-second")) {
        cpu->f[CPU_F(copy->rd | 1)] ^= 1;
    } else if (kind_is("stored-fsr")) {
        cpu->fsr ^= 1;
    } else if (kind_is("stored-queue")) {
        cpu->fq_word ^= 1;
    } else if (kind_is("stored-queue-address")) {
        cpu->fq_address ^= 4;
    } else if (kind_is("condition")) {
        copy->condition ^= 8;
    } else if (kind_is("annul")) {
        copy->annul = !copy->annul;
    } else if (kind_is("target")) {
        copy->imm += 4;
    }
}

/* Gives back what only the instruction should have seen. */
static void restore_after(struct cpu *cpu, const struct insn *f)
{
    struct insn copy = *f;
    if (strncmp(mutant.kind, "stored", 6) == 0) {
        spoil_before(cpu, &copy);
    }
}

/* ---- after: what was written ---- */

static void spoil_integer(struct cpu *cpu, const struct insn *f)
{
    if (kind_is("result")) {
        cpu->bank[f->bankd][f->regd] ^= 1;
    } else if (kind_is("result-sign")) {
        cpu->bank[f->bankd][f->regd] ^= 0x80000000;
    } else if (kind_is("result-second")) {
        cpu_set_reg(cpu, f->rd + 1u, cpu_reg(cpu, f->rd + 1u) ^ 1);
    } else if (kind_is("n")) {
        cpu->icc ^= ICC_N;
    } else if (kind_is("z")) {
        cpu->icc ^= ICC_Z;
    } else if (kind_is("v")) {
        cpu->icc ^= ICC_V;
    } else if (kind_is("c")) {
        cpu->icc ^= ICC_C;
    } else if (kind_is("y")) {
        cpu->y ^= 1;
    } else if (kind_is("asr18")) {
        cpu->asr18 ^= 1;
    } else if (kind_is("link")) {
        cpu_set_reg(cpu, 15, cpu_reg(cpu, 15) + 4);
    } else if (kind_is("npc")) {
        cpu->npc += 4;
    }
}

static void spoil_floating(struct cpu *cpu, const struct insn *f)
{
    if (kind_is("f")) {
        cpu->f[CPU_F(f->rd)] ^= 1;
    } else if (kind_is("f-sign")) {
        cpu->f[CPU_F(f->rd)] ^= 0x80000000;
    } else if (kind_is("f-second")) {
        cpu->f[CPU_F(f->rd | 1)] ^= 1;
    } else if (kind_is("fcc")) {
        cpu->fcc ^= 1;
    } else if (kind_is("fcc-high")) {
        cpu->fcc ^= 2;
    } else if (kind_is("cexc")) {
        cpu->fsr ^= 1;
    } else if (kind_is("aexc")) {
        cpu->fsr ^= 1u << FSR_AEXC;
    } else if (kind_is("rounding")) {
        cpu->fsr ^= 1u << FSR_RD;
    } else if (kind_is("tem")) {
        cpu->fsr ^= 1u << FSR_TEM;
    } else if (kind_is("qne")) {
        cpu->fsr ^= 1u << FSR_QNE;
    } else if (kind_is("fp-state")) {
        cpu->fp_state = cpu->fp_state == FP_EXECUTE ? FP_EXCEPTION_PENDING : FP_EXECUTE;
    } else if (kind_is("ftt")) {
        cpu->fsr ^= 1u << FSR_FTT;
    }
}

static void spoil_state(struct cpu *cpu)
{
    unsigned windows = cpu->config.windows;

    if (kind_is("cwp")) {
        cpu_set_cwp(cpu, (cpu->cwp + 1) % windows);
    } else if (kind_is("pil")) {
        cpu->pil ^= 1;
    } else if (kind_is("s")) {
        cpu_set_supervisor(cpu, !cpu->s);
    } else if (kind_is("ps")) {
        cpu->ps = !cpu->ps;
    } else if (kind_is("et")) {
        cpu->et = !cpu->et;
    } else if (kind_is("ef")) {
        cpu->ef = !cpu->ef;
    } else if (kind_is("wim")) {
        cpu->wim ^= 1;
    } else if (kind_is("tba")) {
        cpu->tba ^= 0x1000;
    } else if (kind_is("dwt")) {
        cpu->asr17_rw ^= 0x4000;
    } else if (kind_is("svt")) {
        cpu->asr17_rw ^= 0x2000;
    } else if (kind_is("counter")) {
        cpu->asr22_stop ^= 0x80000000;
    } else if (kind_is("watch-address")) {
        cpu->watchpoint[0].address ^= 4;
    } else if (kind_is("watch-mask")) {
        cpu->watchpoint[0].mask ^= 1;
    } else if (kind_is("awake")) {
        cpu->status = CPU_RUNNING;
    }
}

/* What an atomic left in memory. */
static void spoil_memory(struct cpu *cpu, uint32_t address)
{
    uint64_t value;
    if (kind_is("memory") && tlb_load(&cpu->tlb, address, 1, &value, 0) == TLB_OK) {
        tlb_store(&cpu->tlb, address, 1, value ^ 0x40, 0);
    }
}

static void execute(struct cpu *cpu, const struct insn *f, insn_function *function)
{
    struct insn copy = *f;
    uint32_t address = operand1(cpu, f) + (f->row == INSN_CASA ? 0 : operand2(cpu, f));

    if (!mutant.known) {
        find_mutant();
    }
    if (f->row != mutant.row || strncmp(mutant.kind, "trap", 4) == 0) {
        function(cpu, f);
        return;
    }
    if (kind_is("nothing")) {
        cpu_next(cpu);
        return;
    }
    trapped = false;
    spoil_before(cpu, &copy);
    function(cpu, &copy);
    restore_after(cpu, f);
    if (!trapped) {
        spoil_integer(cpu, f);
        spoil_floating(cpu, f);
        spoil_state(cpu);
        spoil_memory(cpu, address);
    }
}

#define INSN(name, ...)                                                                            \
    void mut_##name(struct cpu *cpu, const struct insn *f);                                        \
    void mut_##name(struct cpu *cpu, const struct insn *f)                                         \
    {                                                                                              \
        execute(cpu, f, do_##name);                                                                \
    }
#include "sparc/insns.def"
