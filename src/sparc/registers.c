// SPDX-License-Identifier: MIT
/* Registers by number, for debuggers and devices that look into the CPU. */
#include "bits.h"
#include "sparc/cpu.h"

#define FSR_READ_ONLY 0x000e0000u /* version */

static bool read_state(struct cpu *cpu, uint32_t number, uint32_t *value)
{
    switch (number) {
    case L3_REG_Y:
        *value = cpu->y;
        return true;
    case L3_REG_PSR:
        *value = cpu_psr(cpu);
        return true;
    case L3_REG_WIM:
        *value = cpu->wim;
        return true;
    case L3_REG_TBR:
        *value = cpu_tbr(cpu);
        return true;
    case L3_REG_PC:
        *value = cpu->pc;
        return true;
    case L3_REG_NPC:
        *value = cpu->npc;
        return true;
    case L3_REG_FSR:
        *value = cpu_fsr(cpu);
        return true;
    default:
        return false;
    }
}

bool cpu_read_register(struct cpu *cpu, uint32_t number, uint32_t *value)
{
    cpu_sync(cpu);
    if (number < 32) {
        *value = cpu_reg(cpu, number);
        return true;
    }
    if (number < 64) {
        *value = cpu->f[CPU_F(number - 32)];
        return true;
    }
    if (number >= L3_REG_ASR(1) && number <= L3_REG_ASR(31)) {
        *value = cpu_asr(cpu, number - L3_REG_ASR(0));
        return true;
    }
    return read_state(cpu, number, value);
}

/* A jump: execution goes on at pc as if it had come there in sequence. */
static void write_pc(struct cpu *cpu, uint32_t value)
{
    cpu->pc = value;
    cpu->npc = value + 4;
}

static bool write_state(struct cpu *cpu, uint32_t number, uint32_t value)
{
    switch (number) {
    case L3_REG_Y:
        cpu->y = value;
        return true;
    case L3_REG_PSR:
        if (bits_get(value, 0, 5) >= cpu->config.windows) {
            return false;
        }
        cpu_set_psr(cpu, value);
        return true;
    case L3_REG_WIM:
        cpu->wim = value & cpu_wim_mask(cpu);
        return true;
    case L3_REG_TBR:
        cpu->tba = value & TBR_TBA;
        cpu->tt = bits_get(value, 4, 8);
        return true;
    case L3_REG_PC:
        write_pc(cpu, value & ~3u);
        return true;
    case L3_REG_NPC:
        cpu->npc = value & ~3u;
        return true;
    case L3_REG_FSR:
        cpu->fsr = value & ~FSR_READ_ONLY;
        cpu->jit_env.fp_row = 0;
        return true;
    default:
        return false;
    }
}

bool cpu_write_register(struct cpu *cpu, uint32_t number, uint32_t value)
{
    cpu_sync(cpu);
    if (number < 32) {
        cpu_set_reg(cpu, number, value);
        return true;
    }
    if (number < 64) {
        cpu->f[CPU_F(number - 32)] = value;
        return true;
    }
    if (number >= L3_REG_ASR(1) && number <= L3_REG_ASR(31)) {
        cpu_set_asr(cpu, number - L3_REG_ASR(0), value);
        return true;
    }
    return write_state(cpu, number, value);
}
