/* SPDX-License-Identifier: MIT */
/*
 * Multiplication and division: a modular power with 64-bit products, decimal conversion, greatest
 * common divisors, and a fixed-point filter.
 */
#include "bench.h"

static NOINLINE uint32_t multiply_high(uint32_t a, uint32_t b)
{
    return (uint32_t)((uint64_t)a * b >> 32);
}

/* b to the power e, modulo m < 65536. */
static NOINLINE uint32_t power(uint32_t b, uint32_t e, uint32_t m)
{
    uint32_t result = 1;
    b %= m;
    for (; e != 0; e >>= 1) {
        if (e & 1) {
            result = result * b % m;
        }
        b = b * b % m;
    }
    return result;
}

static NOIPA uint32_t digit_sum(uint32_t value, uint32_t base)
{
    uint32_t sum = 0;
    for (; value != 0; value /= base) {
        sum = bench_mix(sum, value % base);
    }
    return sum;
}

static NOINLINE int32_t common_divisor(int32_t a, int32_t b)
{
    while (b != 0) {
        int32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Four taps, signed numbers of 1.31, sums of 64 bits. */
static NOINLINE int32_t filter(int32_t sample, int32_t history[4])
{
    static const int32_t taps[4] = {0x1b0a3d71, -0x05c28f5c, 0x2e147ae1, -0x0a3d70a4};
    int64_t sum = 0;
    history[3] = history[2];
    history[2] = history[1];
    history[1] = history[0];
    history[0] = sample;
    for (int i = 0; i < 4; i++) {
        sum += (int64_t)taps[i] * history[i];
    }
    return (int32_t)(sum >> 31);
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    int32_t history[4] = {0};
    for (uint32_t round = 0; round < repeat; round++) {
        uint32_t a = bench_random(&seed);
        uint32_t b = bench_random(&seed);
        sum = bench_mix(sum, power(a, b & 0xffff, 65521));
        sum = bench_mix(sum, digit_sum(a, 10));
        sum = bench_mix(sum, digit_sum(b, 7 + (round & 3)));
        sum = bench_mix(sum, (uint32_t)common_divisor((int32_t)(a >> 1), (int32_t)b >> 8));
        for (uint32_t i = 0; i < 16; i++) {
            a = multiply_high(a * 2654435761u + i, b) + b;
            sum = bench_mix(sum, (uint32_t)filter((int32_t)a, history));
        }
    }
    return sum;
}
