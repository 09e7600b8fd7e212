/* SPDX-License-Identifier: MIT */
/*
 * Branches over one to three instructions that depend on random data: least and greatest, clamping,
 * absolute values, conditional counts, median of three, saturating sums.  No predictor can know them,
 * and SPARC V8 has no conditional move: a translator that makes a branch of each pays for the half of them
 * that its host predicts wrongly, where a compiler for the host makes conditional moves.
 */
#include "bench.h"

#define COUNT 1024

static int32_t samples[COUNT];

struct extremes {
    int32_t least;
    int32_t greatest;
    uint32_t changes;
};

/* Of each group of eight: over the whole array a new extreme would soon be rare, and so predictable. */
static NOINLINE uint32_t find_extremes(const int32_t *values, uint32_t sum)
{
    for (uint32_t i = 0; i < COUNT; i += 8) {
        struct extremes found = {values[i], values[i], 0};
        for (uint32_t k = i + 1; k < i + 8; k++) {
            found.least = values[k] < found.least ? values[k] : found.least;
            found.greatest = values[k] > found.greatest ? values[k] : found.greatest;
            found.changes += values[k] > values[k - 1];
        }
        sum = bench_mix(sum, (uint32_t)found.least + (uint32_t)found.greatest + found.changes);
    }
    return sum;
}

static NOINLINE uint32_t clamp_all(const int32_t *values, int32_t low, int32_t high)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        int32_t value = values[i];
        if (value < low) {
            value = low;
        } else if (value > high) {
            value = high;
        }
        sum += (uint32_t)value;
    }
    return sum;
}

/* The sum of distances between neighbours, as motion estimation does it. */
static NOINLINE uint32_t sum_distances(const int32_t *values)
{
    uint32_t sum = 0;
    for (uint32_t i = 1; i < COUNT; i++) {
        int32_t difference = values[i] - values[i - 1];
        sum += (uint32_t)(difference < 0 ? -difference : difference);
    }
    return sum;
}

struct counts {
    uint32_t negative;
    uint32_t odd_sum;
    uint32_t small;
};

static NOINLINE uint32_t count_kinds(const int32_t *values, int32_t limit)
{
    struct counts counts = {0};
    for (uint32_t i = 0; i < COUNT; i++) {
        if (values[i] < 0) {
            counts.negative++;
        }
        if (values[i] & 4) {
            counts.odd_sum += (uint32_t)values[i];
        }
        if (values[i] < limit) {
            counts.small += 3;
        }
    }
    return bench_mix(bench_mix(counts.negative, counts.odd_sum), counts.small);
}

static int32_t median(int32_t a, int32_t b, int32_t c)
{
    if (a > b) {
        int32_t saved = a;
        a = b;
        b = saved;
    }
    if (b > c) {
        b = c;
    }
    return a > b ? a : b;
}

static NOINLINE uint32_t filter_median(const int32_t *values)
{
    uint32_t sum = 0;
    for (uint32_t i = 2; i < COUNT; i++) {
        sum += (uint32_t)median(values[i - 2], values[i - 1], values[i]) ^ i;
    }
    return sum;
}

/* Sums of 17 bits with sign, kept within 16. */
static NOINLINE uint32_t add_saturating(const int32_t *values, int32_t offset)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        int32_t total = values[i] + values[COUNT - 1 - i] + offset;
        if (total > 32767) {
            total = 32767;
        }
        if (total < -32768) {
            total = -32768;
        }
        sum = sum * 3 + (uint32_t)total;
    }
    return sum;
}

static void fill(uint32_t *seed)
{
    for (uint32_t i = 0; i < COUNT; i++) {
        samples[i] = (int32_t)(bench_random(seed) & 0xffff) - 32768;
    }
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        int32_t limit = (int32_t)(round & 0xfff);
        fill(&seed);
        sum = find_extremes(samples, sum);
        sum = bench_mix(sum, clamp_all(samples, -16384 - limit, 16384 - limit));
        sum = bench_mix(sum, sum_distances(samples));
        sum = bench_mix(sum, count_kinds(samples, limit));
        sum = bench_mix(sum, filter_median(samples));
        sum = bench_mix(sum, add_saturating(samples, limit));
    }
    return sum;
}
