// SPDX-License-Identifier: MIT
/* The interpreter's loop: fetch, decode on first sight, dispatch.  See interp.h. */
#include "sparc/interp.h"

#include <inttypes.h>

#include "bits.h"
#include "sparc/decode_cache.h"
#include "sparc/watch.h"

static insn_function *const functions[INSN_COUNT] = {
#define INSN(name, ...) [INSN_##name] = do_##name,
#include "sparc/insns.def"
};

/* ---- traps that follow from the word and the configuration ---- */

/* Is the word illegal, whatever its operands contain?  Alternate spaces have no immediate form.  (CASA has none
 * either; but its privilege is checked first and depends on the ASI, so do_CASA() checks both.) */
static bool is_illegal(const struct cpu *cpu, const struct insn *f)
{
    const struct insn_row *row = &insn_rows[f->row];
    bool no_immediate = row->fields & FIELD_ASI && f->row != INSN_CASA;

    return (no_immediate && (f->word & INSN_IMMEDIATE)) ||
           ((row->flags & INSN_F_EVEN_RD) && (f->rd & 1)) ||
           ((row->flags & INSN_F_MAC) && !cpu->config.mac) ||
           (f->row == INSN_CASA && !cpu->config.casa);
}

/* privileged_instruction has priority over illegal_instruction. */
static void do_privileged(struct cpu *cpu, const struct insn *f)
{
    if (!cpu->s) {
        cpu_trap(cpu, TT_PRIVILEGED_INSTRUCTION);
    } else if (is_illegal(cpu, f)) {
        cpu_trap(cpu, TT_ILLEGAL_INSTRUCTION);
    } else {
        functions[f->row](cpu, f);
    }
}

insn_function *interp_function(const struct cpu *cpu, const struct insn *f)
{
    const struct insn_row *row = &insn_rows[f->row];

    /* Nothing makes most words illegal. */
    if (!(row->flags & (INSN_F_PRIV | INSN_F_EVEN_RD | INSN_F_MAC)) && !(row->fields & FIELD_ASI)) {
        return functions[f->row];
    }
    if (insn_rows[f->row].flags & INSN_F_PRIV) {
        return do_privileged;
    }
    return is_illegal(cpu, f) ? do_ILLEGAL : functions[f->row];
}

/* ---- fetch ---- */

static __attribute__((cold, noinline)) void log_decoded(const struct cpu *cpu, uint32_t word)
{
    char text[80];
    insn_disassemble(word, cpu->pc, text, sizeof text);
    log_line(cpu->log, LOG_IN_ASM, "0x%08" PRIx32 ":  %08" PRIx32 "  %s", cpu->pc, word, text);
}

static bool decode_at_pc(struct cpu *cpu, struct insn *f)
{
    uint32_t word;
    if (tlb_fetch_word(&cpu->tlb, cpu->pc, &word) != TLB_OK) {
        cpu_trap(cpu, TT_INSTRUCTION_ACCESS);
        return false;
    }
    insn_decode(word, f);
    f->execute = interp_function(cpu, f);
    /* With a translator, each instruction is logged when it is translated. */
    if (log_on_at(cpu->log, LOG_IN_ASM, cpu->pc) && cpu->jit_context.jit == NULL) {
        log_decoded(cpu, word);
    }
    return true;
}

/* f is an entry of the decode cache that is to be filled, therefore the cast; all other users only read entries. */
void interp_decode(struct cpu *cpu, const struct insn *f)
{
    struct insn *entry = (struct insn *)f;
    decode_cache_note(cpu->decode_page, cpu->pc & TLB_PAGE_MASK);
    if (decode_at_pc(cpu, entry)) {
        cpu->cycles += f->cycles;
        f->execute(cpu, f);
    } else {
        cpu->cycles++; /* as `trapped` */
    }
}

/* What is executed if a trap was taken in place of an instruction: nothing.  It takes a cycle, because time must pass
 * even if each fetch traps, or interp_run() would not end. */
static void do_nothing(struct cpu *cpu, const struct insn *f)
{
    (void)cpu;
    (void)f;
}
static const struct insn trapped = {.execute = do_nothing, .cycles = 1};

static const struct insn *fetch_from_device(struct cpu *cpu)
{
    return decode_at_pc(cpu, &cpu->loose) ? &cpu->loose : &trapped;
}

/* Does this instruction trap because of its word and the CPU's mode?  Such a trap has priority over a watchpoint.
 * RETT cannot be watched at all (iu3.vhd, exception_detect and wphit). */
static bool goes_before_watchpoint(const struct cpu *cpu, const struct insn *f)
{
    const struct insn_row *row = &insn_rows[f->row];

    switch (f->row) {
    case INSN_RETT:
    case INSN_UNIMP:
        return true;
    case INSN_WRASR:
        return interp_wrasr_is_refused(cpu, f);
    case INSN_CASA:
        return interp_casa_trap(cpu, f) != 0 || f->execute == do_ILLEGAL;
    default:
        return f->execute == do_ILLEGAL || (row->flags & INSN_F_CP) ||
               ((row->flags & INSN_F_FPU) && !cpu->ef) ||
               ((row->flags & INSN_F_PRIV) && (!cpu->s || is_illegal(cpu, f)));
    }
}

static const struct insn *fetch_watched(struct cpu *cpu)
{
    if (!decode_at_pc(cpu, &cpu->loose)) {
        return &trapped;
    }
    if (goes_before_watchpoint(cpu, &cpu->loose)) {
        return &cpu->loose;
    }
    cpu_trap(cpu, TT_WATCHPOINT);
    return &trapped;
}

/* The instruction at pc, which is not in the page of the last one (cpu->code); or `trapped`. */
static const struct insn *fetch_slow(struct cpu *cpu)
{
    struct region *region;
    struct decode_page *page = NULL;
    uint64_t offset;
    enum tlb_result result = tlb_fetch_page(&cpu->tlb, cpu->pc, &region, &offset);

    if (result == TLB_WATCHPOINT) {
        return fetch_watched(cpu);
    }
    if (result != TLB_OK) {
        cpu_trap(cpu, TT_INSTRUCTION_ACCESS);
        return &trapped;
    }
    if (region != NULL) {
        page = decode_cache_page(cpu->decode_cache, region, offset, interp_decode);
    }
    if (page == NULL) {
        return fetch_from_device(cpu);
    }
    /* If all code was forgotten to make room, the TLBs have been flushed: the permission must be looked up again. */
    tlb_fetch_page(&cpu->tlb, cpu->pc, &region, &offset);
    cpu->decode_page = page;
    if (tlb_fetch_is_fast(&cpu->tlb, cpu->pc)) {
        cpu->code = page->insns;
        cpu->code_base = cpu->pc & ~TLB_PAGE_MASK;
        cpu->code_size = TLB_PAGE_SIZE;
    } else {
        cpu_forget_code(cpu); /* decode_page is not that of `code` any more */
    }
    return &page->insns[(cpu->pc & TLB_PAGE_MASK) / 4];
}

static inline const struct insn *fetch(struct cpu *cpu)
{
    uint32_t offset = cpu->pc - cpu->code_base;
    if (__builtin_expect(offset < cpu->code_size, 1)) {
        return &cpu->code[offset / 4];
    }
    return fetch_slow(cpu);
}

/* ---- run ---- */

static inline void step(struct cpu *cpu)
{
    const struct insn *f = fetch(cpu);
    cpu->insns++;
    cpu->cycles += f->cycles;
    f->execute(cpu, f);
}

/* Looks at the instruction as a debugger does: the guest must not see that it is logged.  Not in line, as its
 * buffers would cost each step that logs nothing a frame of its own. */
static __attribute__((cold, noinline)) void log_step(const struct cpu *cpu)
{
    struct access how = {L3_ATTR_DEBUG | L3_ATTR_SUPERVISOR, 0, 0};
    char text[80] = "(cannot be fetched)";
    uint8_t word[4];
    uint32_t pa;

    if (!log_on_at(cpu->log, LOG_EXEC, cpu->pc)) {
        return;
    }
    if (mmu_probe(cpu, cpu->pc, &pa) &&
        addrspace_read(cpu->tlb.space, pa, word, sizeof word, &how)) {
        insn_disassemble(be32_load(word), cpu->pc, text, sizeof text);
    }
    log_line(cpu->log, LOG_EXEC, "cpu %u: %s, psr 0x%08" PRIx32 ": %s", cpu->config.index,
             log_describe_pc(cpu->log, cpu->pc).text, cpu_psr(cpu), text);
}

void interp_step(struct cpu *cpu)
{
    if (__builtin_expect(log_on(cpu->log, LOG_EXEC), 0)) {
        log_step(cpu);
    }
    if (__builtin_expect(cpu->watch.count != 0, 0)) {
        watch_before_insn(cpu);
    }
    step(cpu);
}

void interp_run_to_jump(struct cpu *cpu)
{
    uint32_t pc;
    do {
        if (__builtin_expect(cpu->watch.count != 0, 0)) {
            watch_before_insn(cpu);
        }
        pc = cpu->pc;
        step(cpu);
    } while (cpu->cycles < cpu->limit && (cpu->pc == pc + 4 || cpu->npc != cpu->pc + 4));
}

void interp_run(struct cpu *cpu)
{
    while (cpu->watch.count != 0 && cpu->cycles < cpu->limit) {
        watch_before_insn(cpu);
        step(cpu);
    }
    while (cpu->cycles < cpu->limit) {
        step(cpu);
    }
}
