// SPDX-License-Identifier: MIT
/*
 * Alternate address spaces of LEON3 (GRLIB IP manual, LEON3, "ASI assignments"; mmu_dcache.vhd).
 */
#ifndef SPARC_ASI_H
#define SPARC_ASI_H

#include "sparc/cpu.h"

/* LEON3 looks at the low five bits of an ASI only. */
#define ASI_BITS 0x1f

enum {
    ASI_FORCED_MISS = 0x00, /* and 0x01 */
    ASI_CACHE_REGISTERS = 0x02,
    ASI_MMU_FLUSH_OLD = 0x03,
    ASI_MMU_REGISTERS_OLD = 0x04,
    ASI_USER_CODE = 0x08,
    ASI_SUPERVISOR_CODE = 0x09,
    ASI_USER_DATA = 0x0a,
    ASI_SUPERVISOR_DATA = 0x0b,
    ASI_ICACHE_TAGS = 0x0c,
    ASI_ICACHE_DATA = 0x0d,
    ASI_DCACHE_TAGS = 0x0e,
    ASI_DCACHE_DATA = 0x0f,
    ASI_FLUSH_ICACHE = 0x10,
    ASI_FLUSH_DCACHE = 0x11,
    ASI_FLUSH_CONTEXT = 0x13,
    ASI_DCACHE_CONTEXT = 0x14,
    ASI_ICACHE_CONTEXT = 0x15,
    ASI_MMU_FLUSH = 0x18,
    ASI_MMU_REGISTERS = 0x19,
    ASI_BYPASS = 0x1c,
    ASI_MMU_DIAGNOSTIC = 0x1d,
    ASI_SNOOP_TAGS = 0x1e,
};

/* Is an access with this ASI an ordinary one to memory, through the MMU? */
bool asi_is_memory(unsigned asi);

/* A load or store of 1, 2, 4 or 8 bytes, aligned, with an explicit ASI.  attributes: L3_ATTR_LOCKED. */
enum tlb_result asi_load(struct cpu *cpu, unsigned asi, uint32_t address, unsigned size,
                         uint64_t *value, uint32_t attributes);
enum tlb_result asi_store(struct cpu *cpu, unsigned asi, uint32_t address, unsigned size,
                          uint64_t value, uint32_t attributes);

#endif
