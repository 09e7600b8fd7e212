/* SPDX-License-Identifier: MIT */
/*
 * Software traps, as an operating system's calls: `ta 1` counts, `ta 2` raises the interrupt level
 * and `ta 3` sets it back, the pair around a short critical section.
 */
#include "bench.h"

#define TRAPS 256

volatile uint32_t trap_count;

static NOINLINE void count_trap(void)
{
#ifdef NATIVE
    trap_count += 1;
#else
    __asm__ volatile("ta 1" : : : "memory");
#endif
}

/* Returns the level before. */
static NOINLINE uint32_t level_raise(void)
{
#ifdef NATIVE
    return 0xf00;
#else
    register uint32_t level __asm__("o0");
    __asm__ volatile("ta 2" : "=r"(level) : : "memory");
    return level;
#endif
}

static NOINLINE void level_restore(uint32_t before)
{
#ifdef NATIVE
    (void)before;
#else
    register uint32_t level __asm__("o0") = before;
    __asm__ volatile("ta 3" : : "r"(level) : "memory");
#endif
}

static uint32_t ring[16];

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < TRAPS; i++) {
            uint32_t level;
            count_trap();
            level = level_raise();
            ring[i & 15] += level + i;
            level_restore(level);
            sum ^= ring[(i + 3) & 15];
        }
        sum = bench_mix(sum, trap_count);
    }
    return sum;
}
