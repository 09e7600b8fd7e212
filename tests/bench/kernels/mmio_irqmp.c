/* SPDX-License-Identifier: MIT */
/*
 * Writes that a device must act upon: the interrupt mask, with nothing pending.  Each round reads
 * the last one back.
 */
#include "bench.h"
#include "leon3.h"

#define WRITES 1024

static volatile uint32_t native_mask;

static void write_mask(uint32_t mask)
{
#ifdef NATIVE
    native_mask = mask;
#else
    leon3_write(IRQMP_MASK, mask);
#endif
}

static uint32_t read_mask(void)
{
#ifdef NATIVE
    return native_mask;
#else
    return leon3_read(IRQMP_MASK);
#endif
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < WRITES; i++) {
            write_mask((i + round) << 1 & 0x7ffe);
        }
        sum = bench_mix(sum, read_mask() & 0x7ffe);
    }
    write_mask(0);
    return sum;
}
