// SPDX-License-Identifier: MIT
/*
 * Alternate address spaces, see asi.h.
 *
 * There are no caches, so flushes have nothing to do, and tags (invalid) and data read as 0.  Accesses to tags and
 * data are logged; what is stored there is lost.  On LEON3 an access with an ASI that is not listed is an ordinary
 * one.  Watchpoints look at the address only, whatever the ASI (iu3.vhd, mem_trap).
 */
#include "sparc/asi.h"

#include <inttypes.h>

#include "bits.h"
#include "sparc/data_watch.h"
#include "sparc/watch.h"

/* Cache control register: the bits software may write and read back. */
#define CCR_WRITABLE 0x0081003fu /* DS, IB, DF, IF, DCS, ICS */

/* In both cache configuration registers. */
#define CACHE_HAS_MMU (1u << 3)

static uint32_t cache_register(const struct cpu *cpu, uint32_t address)
{
    uint32_t mmu = cpu->config.mmu ? CACHE_HAS_MMU : 0;
    switch (address & 0xfc) {
    case 0x00:
        return cpu->cache_control;
    case 0x08:
        return cpu->config.icache | mmu;
    case 0x0c:
        return cpu->config.dcache | mmu;
    default:
        return 0;
    }
}

bool asi_is_memory(unsigned asi)
{
    switch (asi & ASI_BITS) {
    case ASI_CACHE_REGISTERS:
    case ASI_MMU_FLUSH_OLD:
    case ASI_MMU_REGISTERS_OLD:
    case ASI_ICACHE_TAGS:
    case ASI_ICACHE_DATA:
    case ASI_DCACHE_TAGS:
    case ASI_DCACHE_DATA:
    case ASI_FLUSH_ICACHE:
    case ASI_FLUSH_DCACHE:
    case ASI_FLUSH_CONTEXT:
    case ASI_DCACHE_CONTEXT:
    case ASI_ICACHE_CONTEXT:
    case ASI_MMU_FLUSH:
    case ASI_MMU_REGISTERS:
    case ASI_BYPASS:
    case ASI_MMU_DIAGNOSTIC:
    case ASI_SNOOP_TAGS:
        return false;
    default:
        return true;
    }
}

static struct access bypass_access(const struct cpu *cpu, unsigned asi, uint32_t attributes)
{
    struct access how = {attributes | cpu->tlb.attributes | asi << L3_ATTR_ASI_SHIFT,
                         cpu->config.index, 0};
    return how;
}

static enum tlb_result bypass_load(struct cpu *cpu, unsigned asi, uint32_t address, unsigned size,
                                   uint64_t *value, uint32_t attributes)
{
    struct access how = bypass_access(cpu, asi, attributes);
    data_watch_saw_physical(cpu, address, size, TLB_KIND_LOAD);
    return tlb_bus_load(&cpu->tlb, address, size, value, &how);
}

static enum tlb_result bypass_store(struct cpu *cpu, unsigned asi, uint32_t address, unsigned size,
                                    uint64_t value, uint32_t attributes)
{
    struct access how = bypass_access(cpu, asi, attributes);
    data_watch_saw_physical(cpu, address, size, TLB_KIND_STORE);
    return tlb_bus_store(&cpu->tlb, address, size, value, &how);
}

/* To the MMU an atomic is a store from its first half on (mmu_dcache.vhd, mmudci_read): a page that may be
 * loaded from is not enough. */
static enum tlb_result load_memory(struct cpu *cpu, uint32_t address, unsigned size,
                                   uint64_t *value, uint32_t attributes)
{
    if ((attributes & L3_ATTR_LOCKED) && !tlb_store_is_fast(&cpu->tlb, address)) {
        return tlb_load_slow(&cpu->tlb, address, size, value, attributes);
    }
    return tlb_load(&cpu->tlb, address, size, value, attributes);
}

enum tlb_result asi_load(struct cpu *cpu, unsigned asi, uint32_t address, unsigned size,
                         uint64_t *value, uint32_t attributes)
{
    if (asi_is_memory(asi)) {
        return load_memory(cpu, address, size, value, attributes | asi << L3_ATTR_ASI_SHIFT);
    }
    *value = 0;
    if (watch_hit(cpu, address, attributes & L3_ATTR_LOCKED ? TLB_KIND_STORE : TLB_KIND_LOAD)) {
        return TLB_WATCHPOINT;
    }
    switch (asi & ASI_BITS) {
    case ASI_BYPASS:
        return bypass_load(cpu, asi, address, size, value, attributes);
    case ASI_CACHE_REGISTERS:
        *value = cache_register(cpu, address);
        return TLB_OK;
    case ASI_MMU_REGISTERS:
    case ASI_MMU_REGISTERS_OLD:
        *value = cpu->config.mmu ? mmu_read(cpu, address) : 0;
        return TLB_OK;
    default:
        log_line(cpu->log, LOG_UNIMP,
                 "cpu %u: load from asi 0x%02x, address 0x%08" PRIx32 ": reads 0, %s",
                 cpu->config.index, asi, address,
                 log_describe_pc(cpu->log, cpu_current_pc(cpu)).text);
        return TLB_OK;
    }
}

enum tlb_result asi_store(struct cpu *cpu, unsigned asi, uint32_t address, unsigned size,
                          uint64_t value, uint32_t attributes)
{
    if (asi_is_memory(asi)) {
        return tlb_store(&cpu->tlb, address, size, value, attributes | asi << L3_ATTR_ASI_SHIFT);
    }
    if (watch_hit(cpu, address, TLB_KIND_STORE)) {
        return TLB_WATCHPOINT;
    }
    switch (asi & ASI_BITS) {
    case ASI_BYPASS:
        return bypass_store(cpu, asi, address, size, value, attributes);
    case ASI_CACHE_REGISTERS:
        if ((address & 0xfc) == 0) {
            cpu->cache_control = (uint32_t)value & CCR_WRITABLE;
        }
        return TLB_OK;
    case ASI_MMU_REGISTERS:
    case ASI_MMU_REGISTERS_OLD:
        if (cpu->config.mmu) {
            mmu_write(cpu, address, (uint32_t)value);
        }
        return TLB_OK;
    case ASI_MMU_FLUSH:
    case ASI_MMU_FLUSH_OLD:
        mmu_flush(cpu);
        return TLB_OK;
    case ASI_FLUSH_ICACHE:
    case ASI_FLUSH_DCACHE:
    case ASI_FLUSH_CONTEXT:
        return TLB_OK;
    default:
        log_line(cpu->log, LOG_UNIMP,
                 "cpu %u: store of 0x%08" PRIx64 " to asi 0x%02x, address 0x%08" PRIx32
                 ": ignored, %s",
                 cpu->config.index, value, asi, address,
                 log_describe_pc(cpu->log, cpu_current_pc(cpu)).text);
        return TLB_OK;
    }
}
