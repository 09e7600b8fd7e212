// SPDX-License-Identifier: MIT
/* A CPU's state in one form, see cpu_state.h. */
#include "exec/cpu_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- capturing ---- */

/* Outs of window 0 that are the ins of the last one: which copy is right hangs on CWP, see struct cpu. */
static void capture_windows(struct cpu_state *state, const struct cpu *cpu)
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
    uint32_t row = cpu->jit_env.fp_row;
    uint32_t value = cpu_fsr(cpu);
    cpu->fsr = fsr;
    cpu->jit_env.fp_row = row;
    return value;
}

static void capture_privileged(struct cpu_state *state, const struct cpu *cpu)
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

void cpu_state_capture(struct cpu_state *state, struct cpu *cpu)
{
    memset(state, 0, offsetof(struct cpu_state, windows));
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
#field, offsetof(struct cpu_state, field), 1, true                                         \
    }
#define WORD(field)                                                                                \
    {                                                                                              \
#field, offsetof(struct cpu_state, field), 1, false                                        \
    }
#define WORDS(field)                                                                               \
    {                                                                                              \
#field, offsetof(struct cpu_state, field), sizeof((struct cpu_state *)0)->field / 4, false \
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

static uint64_t value_of(const struct cpu_state *state, const struct field *field, unsigned i)
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

static bool find_difference(const struct cpu_state *expected, const struct cpu_state *made,
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

bool cpu_state_difference(const struct cpu_state *expected, const struct cpu_state *made,
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

/* ---- hashing ---- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

uint64_t cpu_state_hash(const struct cpu_state *state, uint64_t hash)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct field *field = &fields[i];
        for (unsigned k = 0; k < field->count; k++) {
            if (field->offset != offsetof(struct cpu_state, limit)) {
                hash = mix(hash, value_of(state, field, k));
            }
        }
    }
    return hash;
}
