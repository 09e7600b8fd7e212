/* SPDX-License-Identifier: MIT */
/*
 * Recursion: Fibonacci numbers, Ackermann's function and Takeuchi's.  Much deeper than eight
 * windows, so that window overflow and underflow traps are part of the work.
 */
#include "bench.h"

/* noipa: every call stays a call, the same on both machines. */
static NOIPA uint32_t fibonacci(uint32_t n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static NOIPA uint32_t ackermann(uint32_t m, uint32_t n)
{
    if (m == 0) {
        return n + 1;
    }
    if (n == 0) {
        return ackermann(m - 1, 1);
    }
    return ackermann(m - 1, ackermann(m, n - 1));
}

static NOIPA int32_t takeuchi(int32_t x, int32_t y, int32_t z)
{
    if (y >= x) {
        return z;
    }
    return takeuchi(takeuchi(x - 1, y, z), takeuchi(y - 1, z, x), takeuchi(z - 1, x, y));
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        sum = bench_mix(sum, fibonacci(15 + (round & 1)));
        sum = bench_mix(sum, ackermann(2, 30 + (round & 1)));
        sum = bench_mix(sum, (uint32_t)takeuchi(9, 6, (int32_t)(round & 3)));
    }
    return sum;
}
