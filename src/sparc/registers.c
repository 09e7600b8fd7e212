// SPDX-License-Identifier: MIT
/* How the registers of registers.def are read and written. */
#include "sparc/registers.h"

#include <stddef.h>

#include "bits.h"
#include "sparc/window_ring.h"

/* ---- registers that are more than a member of struct cpu_arch ---- */

/* A jump: execution goes on at pc as if it had come there in sequence. */
static bool set_pc(struct cpu *cpu, unsigned i, uint32_t value)
{
    (void)i;
    cpu->pc = value & ~3u;
    cpu->npc = cpu->pc + 4;
    return true;
}

static bool set_npc(struct cpu *cpu, unsigned i, uint32_t value)
{
    (void)i;
    cpu->npc = value & ~3u;
    return true;
}

static uint32_t get_psr(struct cpu *cpu, unsigned i)
{
    (void)i;
    return cpu_psr(cpu);
}

static bool set_psr(struct cpu *cpu, unsigned i, uint32_t value)
{
    (void)i;
    if (bits_get(value, 0, 5) >= cpu->config.windows) {
        return false;
    }
    cpu_set_psr(cpu, value);
    return true;
}

static bool set_wim(struct cpu *cpu, unsigned i, uint32_t value)
{
    (void)i;
    cpu->wim = value & cpu_wim_mask(cpu);
    return true;
}

static uint32_t get_tbr(struct cpu *cpu, unsigned i)
{
    (void)i;
    return cpu_tbr(cpu);
}

static bool set_tbr(struct cpu *cpu, unsigned i, uint32_t value)
{
    (void)i;
    cpu->tba = value & TBR_TBA;
    cpu->tt = bits_get(value, 4, 8);
    return true;
}

static bool set_global(struct cpu *cpu, unsigned i, uint32_t value)
{
    cpu_set_reg(cpu, i, value);
    return true;
}

static uint32_t get_window(struct cpu *cpu, unsigned i)
{
    return cpu_reg(cpu, i + 8);
}

static bool set_window(struct cpu *cpu, unsigned i, uint32_t value)
{
    cpu_set_reg(cpu, i + 8, value);
    return true;
}

/* The outs and locals of all windows in the order of their numbers; ins are another window's outs. */
static void copy_windows(struct cpu *cpu, uint32_t *words)
{
    unsigned windows = cpu->config.windows;
    unsigned lowest = cpu->ring_start % windows; /* as notes says, too */

    memcpy(words + 16 * lowest, window_bank(cpu, 0), 16 * (windows - lowest) * sizeof *words);
    memcpy(words, window_bank(cpu, windows - lowest), 16 * lowest * sizeof *words);
    memset(words + 16 * windows, 0, 16 * (CPU_MAX_WINDOWS - windows) * sizeof *words);
}

/* FSR as STFSR would store it.  fsr and last_fpop are put back, so that reading does not change the CPU's state. */
static uint32_t get_fsr(struct cpu *cpu, unsigned i)
{
    uint32_t fsr = cpu->fsr;
    uint32_t last_fpop = cpu->last_fpop;
    uint32_t value = cpu_fsr(cpu);
    (void)i;
    cpu->fsr = fsr;
    cpu->last_fpop = last_fpop;
    return value;
}

static bool set_fsr(struct cpu *cpu, unsigned i, uint32_t value)
{
    (void)i;
    cpu->fsr = value & ~(FSR_VERSION_MASK | 3u << FSR_FCC);
    cpu->fcc = bits_get(value, FSR_FCC, 2);
    cpu->last_fpop = 0;
    return true;
}

static uint32_t get_f(struct cpu *cpu, unsigned i)
{
    return cpu->f[CPU_F(i)];
}

static bool set_f(struct cpu *cpu, unsigned i, uint32_t value)
{
    cpu->f[CPU_F(i)] = value;
    return true;
}

static void copy_f(struct cpu *cpu, uint32_t *words)
{
    for (unsigned i = 0; i < 32; i++) {
        words[i] = cpu->f[CPU_F(i)];
    }
}

static void copy_mmu(struct cpu *cpu, uint32_t *words)
{
    const struct mmu *mmu = &cpu->mmu;
    const uint32_t registers[6] = {mmu->control,      mmu->context_pointer, mmu->context,
                                   mmu->fault_status, mmu->fault_address,   mmu->fault_valid};
    memcpy(words, registers, sizeof registers);
}

static uint32_t get_asr(struct cpu *cpu, unsigned i)
{
    return cpu_asr(cpu, i + 1);
}

static bool set_asr(struct cpu *cpu, unsigned i, uint32_t value)
{
    cpu_set_asr(cpu, i + 1, value);
    return true;
}

/* ---- the table ---- */

#define NONE CPU_NO_NUMBER
_Static_assert(16 * CPU_MAX_WINDOWS == 512, "the row of windows");

const struct cpu_register cpu_registers[] = {
#define FIELD(member) offsetof(struct cpu_arch, member)
#define REGISTER(name_, bits_, count_, group_, number_, ...)                                       \
    {.name = name_,                                                                                \
     .bits = bits_,                                                                                \
     .count = count_,                                                                              \
     .group = CPU_##group_,                                                                        \
     .number = number_,                                                                            \
     __VA_ARGS__},
#include "sparc/registers.def"
};
const unsigned cpu_register_count = sizeof cpu_registers / sizeof cpu_registers[0];

static uint32_t *member_of(struct cpu *cpu, const struct cpu_register *row)
{
    return (uint32_t *)(void *)((uint8_t *)&cpu->arch + row->offset);
}

void cpu_copy_registers(struct cpu *cpu, const struct cpu_register *row, uint32_t *words)
{
    if (row->copy != NULL) {
        row->copy(cpu, words);
    } else if (row->get == NULL && row->bits == 32 && row->count == 1) {
        *words = *member_of(cpu, row);
    } else if (row->get == NULL) {
        memcpy(words, member_of(cpu, row), row->count * row->bits / 8u);
    } else {
        for (unsigned i = 0; i < row->count; i++) {
            words[i] = row->get(cpu, i);
        }
    }
}

/* ---- by number ---- */

const struct cpu_register *cpu_find_register(uint32_t number)
{
    for (unsigned i = 0; i < cpu_register_count; i++) {
        const struct cpu_register *row = &cpu_registers[i];
        if (row->number != CPU_NO_NUMBER && number - row->number < row->count) {
            return row;
        }
    }
    return NULL;
}

bool cpu_read_register(struct cpu *cpu, uint32_t number, uint32_t *value)
{
    const struct cpu_register *row = cpu_find_register(number);

    cpu_sync(cpu);
    if (row == NULL) {
        return false;
    }
    number -= row->number;
    *value = row->get != NULL ? row->get(cpu, number) : member_of(cpu, row)[number];
    return true;
}

bool cpu_write_register(struct cpu *cpu, uint32_t number, uint32_t value)
{
    const struct cpu_register *row = cpu_find_register(number);

    cpu_sync(cpu);
    if (row == NULL) {
        return false;
    }
    if (row->set != NULL) {
        return row->set(cpu, number - row->number, value);
    }
    member_of(cpu, row)[number - row->number] = value;
    return true;
}
