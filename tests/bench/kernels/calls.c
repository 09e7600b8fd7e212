/* SPDX-License-Identifier: MIT */
/*
 * Calls and returns, one to five deep: SAVE and RESTORE without a window trap, and leaf functions
 * without a window.
 */
#include "bench.h"

static NOIPA uint32_t leaf_add(uint32_t a, uint32_t b)
{
    return a + (b ^ 0x55);
}

static NOIPA uint32_t leaf_turn(uint32_t a)
{
    return a << 3 | a >> 29;
}

static NOIPA uint32_t level4(uint32_t a, uint32_t b)
{
    return leaf_add(a, b) - leaf_turn(b);
}

static NOIPA uint32_t level3(uint32_t a, uint32_t b)
{
    return level4(a + 1, b) ^ leaf_turn(a);
}

static NOIPA uint32_t level2(uint32_t a, uint32_t b)
{
    return level3(a, b + 1) + level4(b, a);
}

static NOIPA uint32_t level1(uint32_t a, uint32_t b)
{
    return level2(a, b) + level3(b, a) + leaf_add(a, b);
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = bench_seed;
    for (uint32_t i = 0; i < repeat; i++) {
        sum = level1(sum, i) + leaf_turn(sum);
    }
    return sum;
}
