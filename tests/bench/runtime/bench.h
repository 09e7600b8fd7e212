/* SPDX-License-Identifier: MIT */
/*
 * What a kernel sees of the benchmark runtime, and what the runtime sees of a kernel.
 *
 * A kernel is one C file with bench_run(), and for the guest optionally a file of the same name in
 * assembly.  It is compiled twice from the same source: for the bare LEON3, and for the host as its
 * native twin, with NATIVE defined.  Both must return the same checksum: a kernel may not depend on
 * byte order, pointer size, time, or anything outside of itself.
 *
 * Rules: no libgcc (no 64-bit multiply, divide or shift by a variable), no data that the compiler
 * could fold (seeds come from bench_seed), no two hot buffers a multiple of 1 MiB apart.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

#define NOINLINE     __attribute__((noinline))
#define NOIPA        __attribute__((noipa))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Where all random data starts; volatile, so that nothing is computed by the compiler. */
extern volatile uint32_t bench_seed;

/* Does the kernel's work `repeat` times; returns the checksum of all results. */
uint32_t bench_run(uint32_t repeat);

/* The next number of a stream (xorshift, 13-17-5); *state must not be 0. */
static inline uint32_t bench_random(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/* Adds a value to a checksum; the order of values matters. */
static inline uint32_t bench_mix(uint32_t sum, uint32_t value)
{
    return ((sum << 5) | (sum >> 27)) + value;
}

/* All bits of a double, high word first whatever the byte order. */
static inline uint32_t bench_mix_double(uint32_t sum, double value)
{
    union {
        double number;
        uint64_t bits;
    } u = {value};
    return bench_mix(bench_mix(sum, (uint32_t)(u.bits >> 32)), (uint32_t)u.bits);
}

static inline uint32_t bench_mix_float(uint32_t sum, float value)
{
    union {
        float number;
        uint32_t bits;
    } u = {value};
    return bench_mix(sum, u.bits);
}

#endif
