/* SPDX-License-Identifier: MIT */
/*
 * Reads of a register that the device must compute: the counter of a running timer.  The checksum
 * counts the reads at which time did not go back; the counter starts at its greatest value and
 * lasts more than half an hour of guest time.
 */
#include "bench.h"
#include "leon3.h"

#define READS 1024

#ifdef NATIVE
static uint32_t counter = UINT32_MAX;
#endif

static void start_timer(void)
{
#ifndef NATIVE
    leon3_write(TIMER0_RELOAD, UINT32_MAX);
    leon3_write(TIMER0_CONTROL, TIMER_LOAD | TIMER_RESTART | TIMER_ENABLE);
#endif
}

static uint32_t read_counter(void)
{
#ifdef NATIVE
    return counter--;
#else
    return leon3_read(TIMER0_COUNTER);
#endif
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t last = UINT32_MAX;
    uint32_t sum = 0;
    start_timer();
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < READS; i++) {
            uint32_t now = read_counter();
            sum += now <= last;
            last = now;
        }
        sum = bench_mix(sum, round);
    }
    return sum;
}
