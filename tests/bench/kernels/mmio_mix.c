/* SPDX-License-Identifier: MIT */
/*
 * What a driver does: polls the UART, reads the time, masks an interrupt, unmasks it, keeps a
 * record in memory; reads and writes of three devices in turn, a handful of instructions apart.
 */
#include "bench.h"
#include "leon3.h"

#define ROUNDS 256
#define EMPTY  0x6

#ifdef NATIVE
static volatile uint32_t native_mask;
#define READ_STATUS()   EMPTY
#define READ_TIMER()    1
#define READ_MASK()     native_mask
#define WRITE_MASK(set) (native_mask = (set))
#else
#define READ_STATUS()   leon3_read(UART_STATUS)
#define READ_TIMER()    (leon3_read(TIMER0_CONTROL) & TIMER_ENABLE)
#define READ_MASK()     leon3_read(IRQMP_MASK)
#define WRITE_MASK(set) leon3_write(IRQMP_MASK, set)
#endif

static uint32_t history[16];

static NOINLINE uint32_t drive(uint32_t sum, uint32_t i)
{
    uint32_t mask = READ_MASK() & 0x7ffe;
    WRITE_MASK(mask & ~4u);
    while ((READ_STATUS() & EMPTY) == 0) {
    }
    sum = bench_mix(sum, READ_TIMER() + mask);
    history[i & 15] += sum;
    WRITE_MASK((mask << 1 & 0x7ffe) | (i & 2) | 4);
    return sum ^ history[(i + 1) & 15];
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = 0;
#ifndef NATIVE
    leon3_write(TIMER0_RELOAD, UINT32_MAX);
    leon3_write(TIMER0_CONTROL, TIMER_LOAD | TIMER_RESTART | TIMER_ENABLE);
#endif
    WRITE_MASK(0);
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < ROUNDS; i++) {
            sum = drive(sum, i);
        }
    }
    WRITE_MASK(0);
    return sum;
}
