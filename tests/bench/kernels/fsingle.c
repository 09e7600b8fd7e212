/* SPDX-License-Identifier: MIT */
/* Single precision: a filter of 32 taps, and points of the Mandelbrot set. */
#include "bench.h"

#define TAPS    32
#define SAMPLES 256

static float taps[TAPS];
static float samples[SAMPLES + TAPS];

static NOINLINE float filter(const float *input)
{
    float sum = 0.0f;
    for (int i = 0; i < TAPS; i++) {
        sum += taps[i] * input[i];
    }
    return sum;
}

static NOINLINE uint32_t escape(float x0, float y0)
{
    float x = 0.0f;
    float y = 0.0f;
    uint32_t steps = 0;
    while (x * x + y * y <= 4.0f && steps < 64) {
        float next = x * x - y * y + x0;
        y = 2.0f * x * y + y0;
        x = next;
        steps++;
    }
    return steps;
}

static float random_number(uint32_t *seed)
{
    return (float)(int32_t)(bench_random(seed) >> 12) / 1048576.0f - 0.5f;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    for (int i = 0; i < TAPS; i++) {
        taps[i] = random_number(&seed);
    }
    for (int i = 0; i < SAMPLES + TAPS; i++) {
        samples[i] = random_number(&seed);
    }
    for (uint32_t round = 0; round < repeat; round++) {
        for (int i = 0; i < SAMPLES; i++) {
            samples[i] = filter(&samples[i]) * 0.5f + samples[i] * 0.25f;
            if (i % 8 == 0) {
                sum += escape(samples[i] * 3.0f - 0.7f, random_number(&seed) * 2.0f);
            }
        }
        sum = bench_mix_float(sum, samples[round % SAMPLES]);
        samples[round % SAMPLES] = random_number(&seed);
    }
    return sum;
}
