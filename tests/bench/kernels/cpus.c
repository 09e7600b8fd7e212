/* SPDX-License-Identifier: MIT */
/*
 * CPUS processors share the work: each does its part of the rounds, on memory of its own, in loops and calls.  The total is
 * the same for every number of them (scaling.py).  CPU 0 starts the others, does its own part, and waits for them.
 */
#include "bench.h"
#include "leon3.h"

#ifndef CPUS
#define CPUS 4
#endif
#define WORDS 64

static uint32_t memories[CPUS][WORDS] __attribute__((aligned(4096)));
static volatile uint32_t results[CPUS], done[CPUS], rounds_of_all;

void cpus_work(uint32_t number);

static NOINLINE uint32_t walk(uint32_t *words, uint32_t value)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        value = bench_mix(value, words[i]);
        words[i] = value ^ i;
    }
    return value;
}

static NOINLINE uint32_t fold(const uint32_t *words, uint32_t value)
{
    for (uint32_t i = 0; i < WORDS; i += 2) {
        value += words[i] > words[i + 1] ? words[i] : words[i + 1] >> 1;
    }
    return value;
}

/* The part of one processor, which calls this on a stack of its own. */
void cpus_work(uint32_t number)
{
    uint32_t value = number + 1;
    uint32_t end = rounds_of_all / 16 * 16 / CPUS;
    for (uint32_t round = 0; round < end; round++) {
        value = walk(memories[number], value);
        value = fold(memories[number], value);
    }
    results[number] = value;
    done[number] = 1;
}

#ifdef NATIVE

static void start_others(void)
{
    for (uint32_t i = 1; i < CPUS; i++) {
        cpus_work(i);
    }
}

#else

#define IRQMP_STATUS 0x80000210

/* A bit for each processor: writing it starts one that sleeps. */
static void start_others(void)
{
    leon3_write(IRQMP_STATUS, (1u << CPUS) - 2);
}

#endif

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = bench_seed;
    rounds_of_all = repeat;
    start_others();
    cpus_work(0);
    for (uint32_t i = 0; i < CPUS; i++) {
        while (done[i] == 0) {
        }
        sum = bench_mix(sum, results[i]);
    }
    return sum;
}
