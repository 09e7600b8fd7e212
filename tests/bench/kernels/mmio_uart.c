/* SPDX-License-Identifier: MIT */
/* Reads of a device register: the status of the idle UART, over and over, as a driver polls it. */
#include "bench.h"
#include "leon3.h"

#define READS 1024
#define EMPTY 0x6 /* transmit FIFO and shift register */

static uint32_t read_status(void)
{
#ifdef NATIVE
    return EMPTY;
#else
    return leon3_read(UART_STATUS);
#endif
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t i = 0; i < READS; i++) {
            sum += read_status() & EMPTY;
        }
        sum = bench_mix(sum, round);
    }
    return sum;
}
