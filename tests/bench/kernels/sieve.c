/* SPDX-License-Identifier: MIT */
/* The sieve of Eratosthenes over 65,536 odd numbers, one byte each. */
#include "bench.h"

#define COUNT 65536

static uint8_t composite[COUNT];

static NOINLINE uint32_t sieve(uint32_t first)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        composite[i] = 0;
    }
    for (uint32_t i = first; i < COUNT; i++) {
        if (!composite[i]) {
            uint32_t prime = 2 * i + 3;
            sum = bench_mix(sum, prime);
            for (uint32_t multiple = i + prime; multiple < COUNT; multiple += prime) {
                composite[multiple] = 1;
            }
        }
    }
    return sum;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        sum = bench_mix(sum, sieve(round & 3));
    }
    return sum;
}
