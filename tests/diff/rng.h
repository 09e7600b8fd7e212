/* SPDX-License-Identifier: MIT */
/* Random numbers that depend on the seed only, on every host: splitmix64 (Steele, Lea, Flood 2014). */
#ifndef DIFF_RNG_H
#define DIFF_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint32_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(z >> 32);
}

/* A stream of its own for item `number` of purpose `kind`. */
static inline struct rng rng_stream(uint64_t seed, uint64_t kind, uint64_t number)
{
    struct rng rng = {seed};
    rng.state ^= (uint64_t)rng_next(&rng) << 32 | kind << 40;
    rng_next(&rng);
    rng.state ^= number * 0xd1342543de82ef95u;
    rng_next(&rng);
    return rng;
}

/* 0..limit-1 */
static inline uint32_t rng_below(struct rng *rng, uint32_t limit)
{
    return (uint32_t)((uint64_t)rng_next(rng) * limit >> 32);
}

static inline bool rng_percent(struct rng *rng, unsigned percent)
{
    return rng_below(rng, 100) < percent;
}

#endif
