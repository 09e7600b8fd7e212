/* SPDX-License-Identifier: MIT */
/* The native twin's main program: runs the kernel, prints "BENCH name checksum". */
#include <stdio.h>

#include "bench.h"

volatile uint32_t bench_seed = 0x2545f491;

int main(void)
{
    uint32_t sum = bench_run(REPEAT);
    return printf("BENCH " KERNEL " %08x\n", (unsigned)sum) < 0;
}
