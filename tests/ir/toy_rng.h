/* SPDX-License-Identifier: MIT */
/* Random numbers that are the same everywhere: splitmix64 (Steele, Lea, Flood 2014). */
#ifndef TOY_RNG_H
#define TOY_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct toy_rng {
    uint64_t state;
};

static inline uint64_t toy_scramble(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline uint64_t toy_next(struct toy_rng *rng)
{
    return toy_scramble(rng->state += 0x9e3779b97f4a7c15u);
}

/* 0..limit-1 */
static inline uint32_t toy_below(struct toy_rng *rng, uint32_t limit)
{
    return (uint32_t)((toy_next(rng) >> 32) * limit >> 32);
}

static inline bool toy_percent(struct toy_rng *rng, unsigned percent)
{
    return toy_below(rng, 100) < percent;
}

#endif
