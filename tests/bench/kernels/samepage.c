/* SPDX-License-Identifier: MIT */
/*
 * Code and the data that it writes on one page of 4 KiB, as in small firmware whose .data follows
 * .text: a histogram and a ring of records, 64 bytes or more away from the code.
 */
#include "bench.h"

#ifdef NATIVE
#define ON_THE_PAGE_CODE
#define ON_THE_PAGE_DATA
#else
#define ON_THE_PAGE_CODE __attribute__((section(".samepage.code")))
#define ON_THE_PAGE_DATA __attribute__((section(".samepage.data")))
#endif

#define BINS    64
#define RECORDS 16
#define SAMPLES 512

struct record {
    uint32_t input;
    uint32_t sum;
};

static uint32_t bins[BINS] ON_THE_PAGE_DATA = {1};
static struct record records[RECORDS] ON_THE_PAGE_DATA = {{1, 1}};

static NOIPA ON_THE_PAGE_CODE uint32_t keep(uint32_t input, uint32_t sum)
{
    struct record *record = &records[sum % RECORDS];
    record->sum += record->input ^ sum;
    record->input = input;
    return record->sum;
}

static NOIPA ON_THE_PAGE_CODE uint32_t count_samples(uint32_t seed, uint32_t sum)
{
    for (uint32_t i = 0; i < SAMPLES; i++) {
        uint32_t input = bench_random(&seed);
        sum += ++bins[input % BINS];
        if ((i & 7) == 0) {
            sum = keep(input, sum);
        }
    }
    return sum;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = bench_seed;
    for (uint32_t round = 0; round < repeat; round++) {
        sum = count_samples(bench_mix(round, bench_seed), sum);
    }
    return sum;
}
