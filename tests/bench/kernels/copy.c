/* SPDX-License-Identifier: MIT */
/*
 * Copying memory: by words, double words, bytes between addresses of different alignment, and
 * overlapping.  The buffers are no multiple of 1 MiB apart: aliasing in a direct-mapped TLB is not
 * what this measures.
 */
#include "bench.h"

#define BYTES 32768

static uint64_t source[BYTES / 8 + 1];
static uint64_t target[BYTES / 8 + 1];

static NOINLINE void copy_words(uint32_t *to, const uint32_t *from, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes / 4; i += 4) {
        to[i] = from[i];
        to[i + 1] = from[i + 1];
        to[i + 2] = from[i + 2];
        to[i + 3] = from[i + 3];
    }
}

static NOINLINE void copy_doubles(uint64_t *to, const uint64_t *from, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes / 8; i += 4) {
        uint64_t a = from[i], b = from[i + 1], c = from[i + 2], d = from[i + 3];
        to[i] = a;
        to[i + 1] = b;
        to[i + 2] = c;
        to[i + 3] = d;
    }
}

static NOINLINE void copy_bytes(uint8_t *to, const uint8_t *from, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        to[i] = from[i];
    }
}

/* Moves the buffer up by one byte. */
static NOINLINE void move_up(uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = count; i > 0; i--) {
        bytes[i] = bytes[i - 1];
    }
}

static uint32_t sum_bytes(const uint8_t *bytes, uint32_t step)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < BYTES; i += step) {
        sum = bench_mix(sum, bytes[i]);
    }
    return sum;
}

/* Bytes only: the same order of bytes in memory on every host. */
static void fill(uint32_t *seed)
{
    uint8_t *bytes = (uint8_t *)source;
    for (uint32_t i = 0; i < BYTES; i++) {
        bytes[i] = (uint8_t)bench_random(seed);
    }
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    fill(&seed);
    for (uint32_t round = 0; round < repeat; round++) {
        for (int i = 0; i < 8; i++) {
            copy_words((uint32_t *)target, (const uint32_t *)source, BYTES);
            ((uint8_t *)source)[(round * 8 + (uint32_t)i) % BYTES] ^= ((uint8_t *)target)[i];
            copy_doubles(target, source, BYTES);
        }
        copy_bytes((uint8_t *)target + 1, (const uint8_t *)source, BYTES);
        sum = bench_mix(sum, sum_bytes((const uint8_t *)target, 61));
        move_up((uint8_t *)source, BYTES);
    }
    return sum;
}
