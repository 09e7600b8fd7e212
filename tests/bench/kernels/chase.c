/* SPDX-License-Identifier: MIT */
/*
 * Dependent loads: one random cycle through 65,536 nodes of 16 bytes, 1 MiB in all, so that it is
 * memory latency (a cache level below the first), not work, that takes the time.
 */
#include "bench.h"

#define NODES 65536
#define STEPS 65536

struct node {
    uint32_t next;
    uint32_t value;
    uint32_t unused[2];
};

static struct node nodes[NODES];

/* A permutation of a single cycle (Sattolo's shuffle). */
static void make_cycle(uint32_t *seed)
{
    for (uint32_t i = 0; i < NODES; i++) {
        nodes[i].next = i;
        nodes[i].value = bench_random(seed);
    }
    for (uint32_t i = NODES - 1; i > 0; i--) {
        uint32_t other = bench_random(seed) % i;
        uint32_t saved = nodes[i].next;
        nodes[i].next = nodes[other].next;
        nodes[other].next = saved;
    }
}

static NOINLINE uint32_t follow(uint32_t at, uint32_t *sum)
{
    for (uint32_t i = 0; i < STEPS; i++) {
        *sum += nodes[at].value;
        at = nodes[at].next;
    }
    return at;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t at = 0;
    uint32_t sum = 0;
    make_cycle(&seed);
    for (uint32_t round = 0; round < repeat; round++) {
        at = follow(at, &sum);
        at = nodes[at].value % NODES;
        sum = bench_mix(sum, at);
    }
    return sum;
}
