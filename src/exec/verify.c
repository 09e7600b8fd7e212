// SPDX-License-Identifier: MIT
/* Blocks against the interpreter, see verify.h. */
#include "exec/verify.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "sparc/interp.h"

/* ---- state ---- */

/* Outs of window 0 that are the ins of the last one: which copy is right hangs on CWP, see struct cpu. */
static void capture_windows(struct verify_state *state, const struct cpu *cpu)
{
    unsigned words = 16 * cpu->config.windows;
    memcpy(state->windows, cpu->windows, words * sizeof *cpu->windows);
    if (cpu->cwp == cpu->config.windows - 1) {
        memcpy(state->windows, cpu->windows + words, 8 * sizeof *cpu->windows);
    }
}

/* FSR as it reads, without making it so: what generated code left undone stays undone. */
static uint32_t capture_fsr(struct cpu *cpu)
{
    uint32_t fsr = cpu->fsr;
    uint32_t row = cpu->generated.fp_row;
    uint32_t value = cpu_fsr(cpu);
    cpu->fsr = fsr;
    cpu->generated.fp_row = row;
    return value;
}

static void capture_privileged(struct verify_state *state, const struct cpu *cpu)
{
    const struct mmu *mmu = &cpu->mmu;
    const uint32_t registers[6] = {mmu->control,      mmu->context_pointer, mmu->context,
                                   mmu->fault_status, mmu->fault_address,   mmu->fault_valid};
    memcpy(state->mmu, registers, sizeof registers);
    for (unsigned i = 0; i < CPU_MAX_WATCHPOINTS; i++) {
        state->watch[2 * i] = cpu->watchpoint[i].address;
        state->watch[2 * i + 1] = cpu->watchpoint[i].mask;
    }
    state->wim = cpu->wim;
    state->tbr = cpu_tbr(cpu);
    state->asr17 = cpu->asr17_rw;
    state->asr18 = cpu->asr18;
    state->asr22 = cpu->asr22_stop;
    state->cache_control = cpu->cache_control;
    state->status = cpu->status;
    state->irl = cpu->irl;
    state->error_tt = cpu->error_tt;
}

void verify_capture(struct verify_state *state, struct cpu *cpu)
{
    memset(state, 0, offsetof(struct verify_state, windows));
    state->cycles = cpu->cycles;
    state->insns = cpu->insns;
    state->limit = cpu->limit;
    state->pc = cpu->pc;
    state->npc = cpu->npc;
    state->psr = cpu_psr(cpu);
    state->y = cpu->y;
    state->fsr = capture_fsr(cpu);
    state->fp_state = cpu->fp_state;
    state->fq_address = cpu->fq_address;
    state->fq_word = cpu->fq_word;
    capture_privileged(state, cpu);
    memcpy(state->globals, cpu->globals, sizeof state->globals);
    for (unsigned i = 0; i < 32; i++) {
        state->f[i] = cpu->f[CPU_F(i)];
    }
    capture_windows(state, cpu);
    memset(state->windows + 16 * cpu->config.windows, 0,
           sizeof state->windows - 64 * cpu->config.windows);
}

#define WIDE(field)                                                                                \
    {                                                                                              \
#field, offsetof(struct verify_state, field), 1, true                                      \
    }
#define WORD(field)                                                                                \
    {                                                                                              \
#field, offsetof(struct verify_state, field), 1, false                                     \
    }
#define WORDS(field)                                                                               \
    {                                                                                              \
#field, offsetof(struct verify_state, field), sizeof((struct verify_state *)0)->field / 4, \
            false                                                                                  \
    }

static const struct field {
    const char *name;
    size_t offset;
    unsigned count;
    bool wide;
} fields[] = {
    WORD(pc),       WORD(npc),     WIDE(cycles),        WIDE(insns),    WORD(psr),   WORD(y),
    WORD(wim),      WORD(tbr),     WORDS(globals),      WORDS(windows), WORD(fsr),   WORDS(f),
    WORD(fp_state), WORD(fq_word), WORD(fq_address),    WORD(asr17),    WORD(asr18), WORD(asr22),
    WORDS(watch),   WORDS(mmu),    WORD(cache_control), WORD(status),   WORD(irl),   WORD(error_tt),
    WIDE(limit),
};

static uint64_t value_of(const struct verify_state *state, const struct field *field, unsigned i)
{
    const uint8_t *at = (const uint8_t *)state + field->offset;
    uint64_t wide;
    uint32_t word;
    if (field->wide) {
        memcpy(&wide, at, sizeof wide);
        return wide;
    }
    memcpy(&word, at + 4 * i, sizeof word);
    return word;
}

/* "windows[37]" is w2.%o5 to its readers: outs at 16w, locals at 16w+8. */
static void name_of(const struct field *field, unsigned i, char *name, size_t size)
{
    if (field->count == 1) {
        snprintf(name, size, "%s", field->name);
    } else if (strcmp(field->name, "globals") == 0) {
        snprintf(name, size, "%%g%u", i);
    } else if (strcmp(field->name, "windows") == 0) {
        snprintf(name, size, "%%%c%u of window %u", i & 8 ? 'l' : 'o', i & 7, i / 16);
    } else {
        snprintf(name, size, "%s%u", field->name, i);
    }
}

static bool find_difference(const struct verify_state *expected, const struct verify_state *made,
                            const struct field *field, char *text, size_t size)
{
    for (unsigned i = 0; i < field->count; i++) {
        uint64_t a = value_of(expected, field, i);
        uint64_t b = value_of(made, field, i);
        char name[32];
        if (a != b) {
            name_of(field, i, name, sizeof name);
            snprintf(text, size, "%s: 0x%08" PRIx64 ", expected is 0x%08" PRIx64, name, b, a);
            return true;
        }
    }
    return false;
}

bool verify_difference(const struct verify_state *expected, const struct verify_state *made,
                       char *text, size_t size)
{
    if (memcmp(expected, made, sizeof *made) == 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (find_difference(expected, made, &fields[i], text, size)) {
            return true;
        }
    }
    return false;
}

/* ---- devices ---- */

static void before_call(void *context)
{
    struct verify *v = context;
    verify_capture(&v->device, v->cpu);
}

/* A device may ask for attention and for interrupts.  If it writes registers, all of this is in vain. */
static void after_call(void *context, struct access_effect *effect)
{
    struct verify *v = context;
    struct verify_state *after = &v->made;

    verify_capture(after, v->cpu);
    effect->limit = after->limit;
    effect->irl = after->irl;
    effect->status = (int)after->status;
    v->device.limit = after->limit;
    v->device.irl = after->irl;
    v->device.status = after->status;
    v->foreign = v->foreign || memcmp(after, &v->device, sizeof *after) != 0;
}

static void call_again(void *context, const struct access_effect *effect)
{
    struct verify *v = context;
    v->cpu->limit = effect->limit;
    v->cpu->irl = effect->irl;
    v->cpu->status = (enum cpu_status)effect->status;
}

/* ---- the interpreter's turn ---- */

/* Stores to plain memory are not seen by anybody: what they will overwrite is kept. */
static void note_store(struct verify *v, const struct cpu *cpu, const struct insn *f)
{
    uint32_t address = f->row == INSN_CASA ? operand1(cpu, f) : address_of(cpu, f);
    uint32_t flags = cpu->tlb.now.flags[address >> TLB_PAGE_BITS];

    if ((insn_rows[f->row].flags & INSN_F_STORES) && (flags & (TLB_PERMISSIONS | TLB_CODE))) {
        access_log_memory(&v->log, tlb_host(&cpu->tlb, address & ~7u), 8);
    }
}

/* Executes one instruction.  False: a block ends after it, whatever comes. */
static bool interpret_one(struct verify *v, struct cpu *cpu, const struct guest_block *block,
                          unsigned insn)
{
    const struct block_insn *at = &block->insns[insn];
    bool et = cpu->et;

    note_store(v, cpu, &at->f);
    interp_step(cpu);
    /* A trap clears ET; other instructions that do end their block. */
    return cpu->cycles < cpu->limit && cpu->cycles + at->left <= cpu->limit && !(et && !cpu->et) &&
           !block->gone && generated_mode(cpu) == block->mode;
}

static bool is_at(const struct cpu *cpu, const struct block_insn *insn)
{
    return cpu->pc == insn->pc && (insn->npc == NPC_IN_SLOT || cpu->npc == insn->npc);
}

/* The delay instruction of a branch, in the arm it has gone to; 0: there is none. */
static unsigned find_delay(const struct cpu *cpu, const struct guest_block *block,
                           const struct block_insn *branch)
{
    if (branch->f.row != INSN_BICC && branch->f.row != INSN_FBFCC) {
        return 0;
    }
    for (unsigned i = block->main_count; i < block->insn_count; i++) {
        if (is_at(cpu, &block->insns[i])) {
            return i;
        }
    }
    return 0;
}

static void interpret(struct verify *v, struct cpu *cpu, const struct guest_block *block)
{
    unsigned i = 0;
    unsigned delay;

    while (interpret_one(v, cpu, block, i)) {
        if (i + 1 < block->main_count && is_at(cpu, &block->insns[i + 1])) {
            i++;
            continue;
        }
        delay = find_delay(cpu, block, &block->insns[i]);
        if (delay != 0) {
            interpret_one(v, cpu, block, delay);
        }
        return;
    }
}

/* ---- back ---- */

/* All but the TLB. */
static void copy_cpu(struct cpu *to, const struct cpu *from)
{
    size_t at = offsetof(struct cpu, tlb);
    size_t behind = at + sizeof from->tlb;
    memcpy(to, from, at);
    memcpy((uint8_t *)to + behind, (const uint8_t *)from + behind, sizeof *from - behind);
}

static bool translation_differs(const struct mmu *a, const struct mmu *b)
{
    return a->control != b->control || a->context != b->context ||
           a->context_pointer != b->context_pointer;
}

/* TLBs and the instructions at hand stay: they follow from memory.  Not so if memory was written behind an
 * MMU, by a table walk perhaps, which then must come again. */
static void roll_back(struct verify *v, struct cpu *cpu)
{
    bool walked = cpu->tlb.index != TLB_PHYSICAL && v->log.bus_writes;
    bool remapped = translation_differs(&cpu->mmu, &v->before.mmu);

    access_log_undo(&v->log);
    v->before.code = cpu->code;
    v->before.code_base = cpu->code_base;
    v->before.code_size = cpu->code_size;
    v->before.code_page = cpu->code_page;
    copy_cpu(cpu, &v->before);
    cpu->tlb.no_fault = (cpu->mmu.control & MMU_NO_FAULT) != 0;
    cpu_set_supervisor(cpu, cpu->s);
    if (walked || remapped) {
        tlb_flush(&cpu->tlb);
    }
}

static bool accept(struct verify *v, enum verify_cause cause)
{
    v->unverified[cause]++;
    return false;
}

bool verify_interpret(struct verify *v, struct cpu *cpu, const struct guest_block *block,
                      const bool *moved)
{
    v->cpu = cpu;
    v->foreign = false;
    copy_cpu(&v->before, cpu);
    access_log_record(&v->log);
    interpret(v, cpu, block);
    v->log.state = ACCESS_OFF;
    if (block->gone || *moved) {
        return accept(v, block->gone ? VERIFY_OWN_CODE : VERIFY_MOVED);
    }
    if (v->foreign || v->log.no_memory) {
        return accept(v, v->foreign ? VERIFY_FOREIGN : VERIFY_NO_MEMORY);
    }
    verify_capture(&v->expected, cpu);
    roll_back(v, cpu);
    access_log_replay(&v->log);
    v->spoken = cpu->log;
    cpu->log = &v->silent;
    return true;
}

/* Generated code may be left before its path ends, when an access was not simple (generated.c): the state
 * must be right there, which shows when the interpreter takes it to the end. */
static void finish_path(struct verify *v)
{
    while (v->cpu->insns < v->expected.insns) {
        interp_step(v->cpu);
        v->finished++;
    }
}

bool verify_compare(struct verify *v)
{
    struct cpu *cpu = v->cpu;
    bool strayed, same;

    finish_path(v);
    cpu->log = v->spoken;
    strayed = v->log.wrong[0] != '\0'; /* and all else follows from that */
    same = access_log_finish(&v->log);
    verify_capture(&v->made, cpu);
    v->blocks++;
    v->insns += v->made.insns - v->before.insns;
    if (!strayed && verify_difference(&v->expected, &v->made, v->wrong, sizeof v->wrong)) {
        return false;
    }
    if (!same) {
        snprintf(v->wrong, sizeof v->wrong, "%s", v->log.wrong);
    }
    return same;
}

/* ---- frame ---- */

static void attach(struct verify *v, struct access_log *log)
{
    v->bus->access_log = log;
    for (unsigned i = 0; i < v->cpu_count; i++) {
        v->cpus[i].tlb.access_log = log;
    }
}

void verify_init(struct verify *v, struct bus *bus, struct cpu *cpus, unsigned cpu_count)
{
    memset(v, 0, sizeof *v);
    v->bus = bus;
    v->cpus = cpus;
    v->cpu_count = cpu_count;
    attach(v, &v->log);
    v->log.begin = before_call;
    v->log.end = after_call;
    v->log.again = call_again;
    v->log.context = v;
}

void verify_fini(struct verify *v)
{
    if (v->bus != NULL) {
        attach(v, NULL);
    }
    access_log_fini(&v->log);
}

void verify_stats(const struct verify *v, FILE *stream)
{
    static const char *const causes[VERIFY_CAUSES] = {"own_code", "moved", "foreign", "no_memory"};
    fprintf(stream, "verified_blocks %" PRIu64 "\n", v->blocks);
    fprintf(stream, "verified_instructions %" PRIu64 "\n", v->insns);
    fprintf(stream, "verified_after_early_exit %" PRIu64 "\n", v->finished);
    for (unsigned i = 0; i < VERIFY_CAUSES; i++) {
        fprintf(stream, "unverified_%s %" PRIu64 "\n", causes[i], v->unverified[i]);
    }
}
