/* SPDX-License-Identifier: MIT */
/*
 * Code that changes while it runs: an instruction's immediate is patched before every eighth call,
 * and every sixteen patches another routine is copied over an overlay area and called.  FLUSH
 * follows each change, as SPARC V8 demands.
 */
#include "bench.h"

#define PATCHES 64
#define CALLS   8

#ifdef NATIVE

static volatile uint32_t native_immediate;
static volatile uint32_t native_overlay;

static void patch(uint32_t immediate)
{
    native_immediate = immediate;
}

static void load_overlay(uint32_t number)
{
    native_overlay = number;
}

static NOINLINE uint32_t smc_patched(uint32_t value)
{
    return ((value + native_immediate) ^ value >> 7) + 5;
}

static NOINLINE uint32_t smc_overlay(uint32_t value)
{
    return native_overlay ? (value ^ value << 13) - 0x123 : (value + (value >> 5)) ^ 0x321;
}

#else

/* In smc.S. */
extern uint32_t smc_patched_insn[1];
extern const uint32_t smc_routines[2][8];
extern uint32_t smc_overlay_area[8];
uint32_t smc_patched(uint32_t value);
uint32_t smc_overlay(uint32_t value);

static void flush(uint32_t *address)
{
    __asm__ volatile("flush %0; nop; nop; nop; nop; nop" : : "r"(address) : "memory");
}

static void patch(uint32_t immediate)
{
    smc_patched_insn[0] = (smc_patched_insn[0] & ~0xfffu) | immediate;
    flush(smc_patched_insn);
}

static void load_overlay(uint32_t number)
{
    for (unsigned i = 0; i < 8; i++) {
        smc_overlay_area[i] = smc_routines[number][i];
        flush(&smc_overlay_area[i]);
    }
}

#endif

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = bench_seed;
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < PATCHES; i++) {
            patch((i * 37 + round) & 0xfff);
            for (int call = 0; call < CALLS; call++) {
                sum = smc_patched(sum);
            }
            if (i % 16 == 0) {
                load_overlay(i / 16 & 1);
                sum = smc_overlay(sum);
            }
        }
    }
    return sum;
}
