// SPDX-License-Identifier: MIT
/* The state of a CPU: reset, packing of PSR, register windows, ancillary state registers. */
#include "sparc/cpu.h"

#include <string.h>

#include "bits.h"
#include "check.h"
#include "sparc/watch.h"
#include "sparc/window_ring.h"

bool cpu_init(struct cpu *cpu, const struct cpu_config *config, struct addrspace *space,
              struct decode_cache *decode_cache, const struct cpu_hooks *hooks,
              const struct log *log)
{
    ASSERT(config->windows >= 2 && config->windows <= CPU_MAX_WINDOWS);
    cpu->config = *config;
    cpu->hooks = hooks;
    cpu->log = log;
    cpu->decode_cache = decode_cache;
    cpu->bank[0] = cpu->globals;
    window_ring_init(cpu);
    if (!tlb_init(&cpu->tlb, space, config->index, &cpu->cycles)) {
        return false;
    }
    if (config->mmu && !(tlb_select(&cpu->tlb, TLB_USER) && tlb_select(&cpu->tlb, TLB_SUPERVISOR) &&
                         tlb_select(&cpu->tlb, TLB_PHYSICAL))) {
        return false;
    }
    cpu->tlb.translate = mmu_translate;
    cpu->tlb.watch_page = watch_page;
    cpu->tlb.watch_hit = watch_access;
    cpu->tlb.flushed = watch_tlb_flushed;
    cpu->tlb.context = cpu;
    cpu_reset(cpu);
    return true;
}

void cpu_fini(struct cpu *cpu)
{
    tlb_fini(&cpu->tlb);
}

void cpu_reset(struct cpu *cpu)
{
    cpu_set_supervisor(cpu, true);
    cpu->ps = true;
    cpu->et = cpu->ef = cpu->ec = false;
    cpu->pil = 0;
    cpu->icc = 0;
    cpu_set_cwp(cpu, 0);
    cpu->wim = 0;
    cpu->y = 0;
    cpu->tba = cpu->config.reset_address & TBR_TBA;
    cpu->tt = 0;
    for (unsigned place = 0; place < CPU_WINDOW_PLACES; place++) {
        cpu->notes[place].trapped = 0;
    }
    cpu->asr17_rw = 0;
    cpu->asr18 = 0;
    cpu->asr22_stop = 0x80000000;
    cpu->cache_control = 0;
    mmu_reset(cpu);
    memset(cpu->watchpoint, 0, sizeof cpu->watchpoint);
    memset(&cpu->watch, 0, sizeof cpu->watch);
    cpu->fsr = 0;
    cpu->fcc = 0;
    cpu->last_fpop = 0;
    cpu->fp_state = FP_EXECUTE;
    cpu->pc = cpu->config.reset_address;
    cpu->npc = cpu->pc + 4;
    cpu->status = cpu->config.index == 0 ? CPU_RUNNING : CPU_POWERED_DOWN;
    cpu->irl = 0;
    cpu_attention(cpu);
    tlb_flush(&cpu->tlb);
}

uint32_t cpu_psr(const struct cpu *cpu)
{
    return cpu_pack_psr(cpu, cpu->icc, cpu->cwp);
}

/* With the MMU on the mode selects the TLB's tables; and each bus access carries it as an attribute. */
void cpu_set_supervisor(struct cpu *cpu, bool s)
{
    cpu->s = s;
    tlb_set_attributes(&cpu->tlb, s ? L3_ATTR_SUPERVISOR : 0);
    mmu_select(cpu);
}

void cpu_set_psr(struct cpu *cpu, uint32_t psr)
{
    cpu->icc = bits_get(psr, PSR_ICC, 4);
    cpu->ec = false; /* there is no coprocessor to enable */
    cpu->ef = cpu->config.fpu != CPU_FPU_NONE && bits_get(psr, PSR_EF, 1);
    cpu->pil = (uint8_t)bits_get(psr, PSR_PIL, 4);
    cpu_set_supervisor(cpu, bits_get(psr, PSR_S, 1));
    cpu->ps = bits_get(psr, PSR_PS, 1);
    cpu->et = bits_get(psr, PSR_ET, 1);
    cpu_set_cwp(cpu, bits_get(psr, 0, 5));
    cpu_check_interrupt(cpu);
}

void cpu_set_cwp(struct cpu *cpu, unsigned cwp)
{
    ASSERT(cwp < cpu->config.windows);
    window_move(cpu, cwp);
}

uint32_t cpu_tbr(const struct cpu *cpu)
{
    return cpu->tba | cpu->tt << 4;
}

uint32_t cpu_reg(const struct cpu *cpu, unsigned number)
{
    return number < 8 ? cpu->globals[number] : cpu->bank[1][number - 8];
}

void cpu_set_reg(struct cpu *cpu, unsigned number, uint32_t value)
{
    if (number >= 8) {
        cpu->bank[1][number - 8] = value;
    } else if (number != 0) {
        cpu->globals[number] = value;
    }
}

uint32_t cpu_window_reg(const struct cpu *cpu, unsigned window, unsigned number)
{
    return number < 8 ? cpu->globals[number] : cpu->windows[window_index(cpu, window, number)];
}

void cpu_set_window_reg(struct cpu *cpu, unsigned window, unsigned number, uint32_t value)
{
    if (number < 8) {
        cpu_set_reg(cpu, number, value);
    } else {
        cpu->windows[window_index(cpu, window, number)] = value;
    }
}

void cpu_set_irl(struct cpu *cpu, unsigned level)
{
    cpu->irl = level;
    cpu_check_interrupt(cpu);
}

/* ---- ancillary state registers ---- */

static uint32_t asr17(const struct cpu *cpu)
{
    static const uint8_t units[] = {
        [CPU_FPU_NONE] = 0, [CPU_FPU_IEEE] = 1, [CPU_FPU_GRFPU] = 1, [CPU_FPU_GRFPU_LITE] = 3};
    const struct cpu_config *c = &cpu->config;
    return c->index << 28 | (uint32_t)c->casa << 26 | c->asr17_identity | cpu->asr17_rw |
           (uint32_t)units[c->fpu] << 10 | (uint32_t)c->mac << 9 | 1u << 8 | c->watchpoints << 5 |
           (c->windows - 1);
}

static uint64_t up_counter(const struct cpu *cpu)
{
    return cpu->hooks->up_counter(cpu->hooks->context);
}

uint32_t cpu_asr(struct cpu *cpu, unsigned number)
{
    switch (number) {
    case 17:
    case 19:
    case 21:
        /* LEON3 decodes only part of the number here. */
        return asr17(cpu);
    case 18:
        return cpu->config.mac ? cpu->asr18 : cpu->y;
    case 22:
        if (!cpu->config.up_counter) {
            return cpu->y;
        }
        return cpu->asr22_stop | ((uint32_t)(up_counter(cpu) >> 32) & 0x7fffffff);
    case 23:
        return cpu->config.up_counter ? (uint32_t)up_counter(cpu) : cpu->y;
    default:
        break;
    }
    if (number >= 24) {
        const struct watchpoint *w = &cpu->watchpoint[(number - 24) / 2];
        return number & 1 ? w->mask : w->address;
    }
    return cpu->y;
}

void cpu_set_asr(struct cpu *cpu, unsigned number, uint32_t value)
{
    uint32_t writable = ASR17_DWT | (cpu->config.svt ? ASR17_SVT : 0);
    switch (number) {
    case 17:
        cpu->asr17_rw = value & writable;
        break;
    case 18:
        cpu->asr18 = value;
        break;
    case 19:
        cpu->status = CPU_POWERED_DOWN;
        cpu_attention(cpu);
        break;
    case 22:
        cpu->asr22_stop = value & 0x80000000;
        break;
    default:
        if (number >= 24) {
            watch_set_register(cpu, number - 24, value);
        }
        break;
    }
}
