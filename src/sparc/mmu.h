// SPDX-License-Identifier: MIT
/*
 * The SRMMU: the SPARC V8 reference MMU (appendix H) as LEON3 has it (GRLIB, lib/gaisler/srmmu).
 *
 * Three levels of tables behind a context table; pages of 4 KiB, 256 KiB, 16 MiB and 4 GiB.  Software that flushes
 * after each change of an entry cannot tell which entries the hardware's TLBs hold, so the softmmu TLB (mem/tlb.h)
 * takes the place of both the instruction and the data TLB.
 */
#ifndef SPARC_MMU_H
#define SPARC_MMU_H

#include <stdbool.h>
#include <stdint.h>

#include "mem/tlb.h"

struct cpu;

/* Writable bits of the control register. */
#define MMU_ENABLE      0x00000001u
#define MMU_NO_FAULT    0x00000002u
#define MMU_PSO         0x00000080u
#define MMU_TLB_DISABLE 0x00008000u

/* Read-only fields: implementation, version, number of entries of the TLBs as base 2 logarithms. */
#define MMU_IMPL_LOW      28
#define MMU_VERSION_LOW   24
#define MMU_ITLB_LOW      21
#define MMU_DTLB_LOW      18
#define MMU_SEPARATE_TLBS 0x00004000u

struct mmu {
    uint32_t control; /* writable bits */
    uint32_t context_pointer;
    uint32_t context;
    uint32_t fault_status;
    uint32_t fault_address;
    bool fault_valid; /* the fault status was not read since the last fault */
};

/* Resets the MMU: it is off then. */
void mmu_reset(struct cpu *cpu);

/* The registers of ASI 0x19; address bits 10:8 select.  Reading the fault status clears FAV. */
uint32_t mmu_read(struct cpu *cpu, uint32_t address);
void mmu_write(struct cpu *cpu, uint32_t address, uint32_t value);

/* A write to ASI 0x18.  As on LEON3 it flushes everything, whatever the address. */
void mmu_flush(struct cpu *cpu);

/* Has the TLB use its index for the CPU's mode, or that for physical addresses if the MMU is off. */
void mmu_select(struct cpu *cpu);

/* Has the TLB use the tables of the context, whose number has changed. */
void mmu_select_context(struct cpu *cpu);

/* The TLB's translate callback; context is the CPU.  Walks the tables, writes R and M back, records
 * a fault. */
uint32_t mmu_translate(void *context, uint32_t va, enum tlb_kind kind, uint32_t *pa);

/* For debuggers: physical address of va, with no side effects.  False: not mapped. */
bool mmu_probe(const struct cpu *cpu, uint32_t va, uint32_t *pa);

#endif
