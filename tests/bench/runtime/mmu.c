/* SPDX-License-Identifier: MIT */
/*
 * What comes before the kernel: nothing, or with MMU defined the SRMMU, set up as an operating system
 * does it and switched on (SPARC V8 appendix H; registers in ASI 0x19).
 *
 * Every address stays what it is.  The 16 MiB of memory are mapped in pages of 4 KiB, the devices by two
 * entries of 16 MiB.  The referenced and modified bits start at 0, so first accesses and first stores are
 * part of the work.  A second view of the memory proves that addresses are translated.  This file is linked last: the kernel lies at the same addresses with and without.
 */
#include "bench.h"
#include "leon3.h"

void bench_prepare(void);

#ifndef MMU

void bench_prepare(void)
{
}

#else

#define RAM      0x40000000u
#define DEVICES  0x80000000u
#define RECORDS  0xff000000u /* plug and play of AHB is at the end of it */
#define MIRROR   0x50000000u /* the memory again */

/* Above the stack, each on a multiple of its size. */
#define LEVEL_3  0x40ff0000u /* 64 tables, one after the other */
#define CONTEXTS 0x40ff4000u
#define LEVEL_1  0x40ff4400u
#define LEVEL_2  0x40ff4800u

static void put_entry(uint32_t table, uint32_t index, uint32_t entry)
{
    leon3_write(table + 4 * index, entry);
}

static uint32_t pointer_to(uint32_t table)
{
    return table >> 4 | ET_PTD;
}

static uint32_t page_at(uint32_t address)
{
    return address >> 4 | ACC_ALL | ET_PTE;
}

static void map_memory(void)
{
    for (uint32_t i = 0; i < REGION / SEGMENT; i++) {
        put_entry(LEVEL_2, i, pointer_to(LEVEL_3 + 0x100 * i));
    }
    for (uint32_t i = 0; i < REGION / PAGE; i++) {
        put_entry(LEVEL_3, i, page_at(RAM + PAGE * i) | CACHEABLE);
    }
}

/* Without translation this address is a bus error. */
static void check_mirror(void)
{
    static volatile uint32_t word;
    word = bench_seed;
    if (leon3_read((uint32_t)(uintptr_t)&word - RAM + MIRROR) != word) {
        __asm__ volatile("ta 0x10"); /* a trap that nobody expects */
    }
}

static void write_register(uint32_t address, uint32_t value)
{
    __asm__ volatile("sta %0, [%1] 0x19; nop; nop; nop" : : "r"(value), "r"(address) : "memory");
}

void bench_prepare(void)
{
    map_memory();
    for (uint32_t i = 0; i < 256; i++) {
        put_entry(CONTEXTS, i, 0);
        put_entry(LEVEL_1, i, 0);
    }
    put_entry(CONTEXTS, 0, pointer_to(LEVEL_1));
    put_entry(LEVEL_1, RAM / REGION, pointer_to(LEVEL_2));
    put_entry(LEVEL_1, MIRROR / REGION, pointer_to(LEVEL_2));
    put_entry(LEVEL_1, DEVICES / REGION, page_at(DEVICES));
    put_entry(LEVEL_1, RECORDS / REGION, page_at(RECORDS));
    write_register(0x100, CONTEXTS >> 4);
    write_register(0x200, 0);
    write_register(0x000, 1);
    check_mirror();
}

#endif
