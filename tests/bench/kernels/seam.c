/* SPDX-License-Identifier: MIT */
/*
 * Calls at every depth of the register windows.  The windows are a ring, and an emulator that keeps
 * them in memory has a place where the last one meets the first: SAVE and RESTORE there are more work.  Where
 * main() starts decides which calls cross that place, so a program whose hot calls do not may be luck.
 * Here the same work is done at eight depths in turn: at each of them a loop calls a function with a
 * window, which calls others with and without one.  Only the way down and back up takes window traps.
 */
#include "bench.h"

#define DEPTHS 8
#define CALLS  64

/* noipa: every call stays a call, the same on both machines. */
static NOIPA uint32_t leaf(uint32_t a, uint32_t b)
{
    return (a << 7 | a >> 25) ^ b;
}

static NOIPA uint32_t inner(uint32_t a, uint32_t b)
{
    return leaf(a, b) + leaf(b, a + 1);
}

static NOIPA uint32_t outer(uint32_t a, uint32_t b)
{
    uint32_t first = inner(a, b);
    return first - leaf(b, first) + inner(b, a);
}

static NOIPA uint32_t work(uint32_t sum)
{
    for (uint32_t i = 0; i < CALLS; i++) {
        sum = outer(sum, i);
    }
    return sum;
}

/* What a call of leaf does with the result keeps the compiler from making a loop of this. */
static NOIPA uint32_t work_below(uint32_t depth, uint32_t sum)
{
    return depth == 0 ? work(sum) : leaf(work_below(depth - 1, sum ^ depth), depth);
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = bench_seed;
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t depth = 0; depth < DEPTHS; depth++) {
            sum = work_below(depth, sum);
        }
        for (uint32_t depth = DEPTHS; depth-- > 0;) {
            sum = work_below(depth, sum);
        }
    }
    return sum;
}
