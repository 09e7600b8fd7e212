/* SPDX-License-Identifier: MIT */
/*
 * Writes to a device with running time: the reload value of a timer that runs, far from its next
 * underflow.  Each round reads the last one back.
 */
#include "bench.h"
#include "leon3.h"

#define WRITES 1024

static volatile uint32_t native_reload;

static void start_timer(void)
{
#ifndef NATIVE
    leon3_write(TIMER0_RELOAD, UINT32_MAX);
    leon3_write(TIMER0_CONTROL, TIMER_LOAD | TIMER_RESTART | TIMER_ENABLE);
#endif
}

static void write_reload(uint32_t value)
{
#ifdef NATIVE
    native_reload = value;
#else
    leon3_write(TIMER0_RELOAD, value);
#endif
}

static uint32_t read_reload(void)
{
#ifdef NATIVE
    return native_reload;
#else
    return leon3_read(TIMER0_RELOAD);
#endif
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = 0;
    start_timer();
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < WRITES; i++) {
            write_reload(0x10000000 + i * (round & 0xff));
        }
        sum = bench_mix(sum, read_reload());
    }
    return sum;
}
