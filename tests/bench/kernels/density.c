/* SPDX-License-Identifier: MIT */
/*
 * The peripheral experiment: one read of a device register (DEVICE_UART: status; else the counter
 * of a running timer) in DENSITY instructions, the others arithmetic.  DENSITY 1: nothing but
 * reads, 32 of them for three instructions of loop.
 *
 * DENSITY is one of 1, 10, 100, 1000, 10000.
 */
#include "bench.h"
#include "leon3.h"

#ifdef DEVICE_UART
#define REGISTER UART_STATUS
#else
#define REGISTER TIMER0_COUNTER
#endif

#define ROUND 100000 /* instructions, about */

#define FILLER_STEP(sum) ((sum) = ((sum) ^ 0x155) + 0x2a)

#ifdef NATIVE

static inline void fill(uint32_t *sum, uint32_t instructions)
{
    for (uint32_t i = 0; i < instructions / 2; i++) {
        FILLER_STEP(*sum);
    }
}

#define FILL(sum, instructions)          fill(&(sum), instructions)
#define READ_AND_FILL(sum, instructions) fill(&(sum), instructions)
#define READS_ONLY(sum)                  ((void)(sum))

#else

#define FILL(sum, instructions)                                                                    \
    __asm__ volatile(".rept %c1 / 2; xor %0, 0x155, %0; add %0, 0x2a, %0; .endr"                   \
                     : "+r"(sum)                                                                   \
                     : "i"(instructions))
#define READ_AND_FILL(sum, instructions)                                                           \
    do {                                                                                           \
        (void)leon3_read(REGISTER);                                                                \
        FILL(sum, instructions);                                                                   \
    } while (0)
#define READS_ONLY(sum)                                                                            \
    __asm__ volatile(".rept 32; ld [%0], %%g0; .endr" : : "r"(REGISTER), "r"(sum) : "memory")

#endif

static uint32_t work(uint32_t sum)
{
#if DENSITY == 1
    for (uint32_t i = 0; i < ROUND / 32; i++) {
        READS_ONLY(sum);
    }
#elif DENSITY == 10
    for (uint32_t i = 0; i < ROUND / 10; i++) {
        READ_AND_FILL(sum, 6); /* and three of the loop */
    }
#elif DENSITY == 100
    for (uint32_t i = 0; i < ROUND / 100; i++) {
        READ_AND_FILL(sum, 96);
    }
#else
    for (uint32_t i = 0; i < ROUND / DENSITY; i++) {
        READ_AND_FILL(sum, 90);
        for (uint32_t k = 1; k < DENSITY / 100; k++) {
            FILL(sum, 96);
        }
    }
#endif
    return sum;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = bench_seed;
#ifndef NATIVE
    leon3_write(TIMER0_RELOAD, UINT32_MAX);
    leon3_write(TIMER0_CONTROL, TIMER_LOAD | TIMER_RESTART | TIMER_ENABLE);
#endif
    for (uint32_t round = 0; round < repeat; round++) {
        sum = bench_mix(work(sum), round);
    }
    return sum;
}
