/* SPDX-License-Identifier: MIT */
/*
 * Signal processing in floating point: samples from integers, a window, a Fourier transform there and back in
 * double precision, a polynomial in single precision, and conversions between both and integers.  Unlike in
 * nbody most operands come from memory and go there.  Nothing overflows, nothing is denormal: the
 * kernel runs with the FPU's traps off, and once more, as `ffttrap`, with all but inexact enabled.
 */
#include "bench.h"

#define POINTS 256
#define BITS   8

struct complex {
    double re;
    double im;
};

static struct complex signal[POINTS];
static struct complex roots[POINTS / 2]; /* of 1 */
static double window[POINTS];
static int16_t samples[POINTS];
static float curve[POINTS];

/* ---- tables ---- */

/* cos(x) and sin(x) for x of at most 4, by their series. */
static struct complex circle(double x)
{
    struct complex sum = {1.0, 0.0};
    double term = 1.0;
    for (int i = 1; i < 24; i++) {
        term = term * x / (double)i;
        double *part = i & 1 ? &sum.im : &sum.re;
        *part += i & 2 ? -term : term;
    }
    return sum;
}

/* Roots that are 0 but for rounding become 0: products with them would be very small. */
static void make_tables(void)
{
    const double pi = 3.14159265358979323846;
    for (int i = 0; i < POINTS / 2; i++) {
        roots[i] = circle(2.0 * pi * i / POINTS);
    }
    roots[0].im = 0.0;
    roots[POINTS / 4].re = 0.0;
    for (int i = 0; i < POINTS; i++) {
        int half = i < POINTS / 2 ? i : POINTS - 1 - i;
        window[i] = 0.54 - 0.46 * roots[half].re;
    }
}

/* ---- transform ---- */

static NOINLINE void reorder(struct complex *points)
{
    uint32_t reversed = 0;
    for (uint32_t i = 0; i < POINTS; i++) {
        uint32_t bit = POINTS / 2;
        if (i < reversed) {
            struct complex saved = points[i];
            points[i] = points[reversed];
            points[reversed] = saved;
        }
        for (; reversed & bit; bit >>= 1) {
            reversed ^= bit;
        }
        reversed |= bit;
    }
}

/* direction is -1 there and 1 back. */
static NOINLINE void transform(struct complex *points, double direction)
{
    reorder(points);
    for (uint32_t half = 1; half < POINTS; half *= 2) {
        uint32_t stride = POINTS / 2 / half;
        for (uint32_t first = 0; first < POINTS; first += 2 * half) {
            for (uint32_t i = 0; i < half; i++) {
                struct complex *a = &points[first + i], *b = a + half;
                const struct complex root = roots[i * stride];
                double im = root.im * direction;
                double re_turned = b->re * root.re - b->im * im;
                double im_turned = b->re * im + b->im * root.re;
                b->re = a->re - re_turned;
                b->im = a->im - im_turned;
                a->re += re_turned;
                a->im += im_turned;
            }
        }
    }
}

/* ---- work ---- */

static NOINLINE void load_samples(uint32_t *seed)
{
    for (uint32_t i = 0; i < POINTS; i++) {
        uint32_t random = bench_random(seed);
        samples[i] = (int16_t)((random & 0x1fff) - 0x1000 + ((i * random >> 28 & 7) << 9));
        signal[i].re = (double)samples[i] * window[i];
        signal[i].im = 0.0;
    }
}

/* A filter: the upper half of the frequencies goes, each of the others is weighted. */
static NOINLINE void filter(struct complex *points, float slope)
{
    for (int i = 0; i < POINTS; i++) {
        int frequency = i <= POINTS / 2 ? i : POINTS - i;
        double weight =
            frequency > POINTS / 4 ? 0.0 : 1.0 / (double)(1.0f + slope * (float)frequency);
        points[i].re *= weight;
        points[i].im *= weight;
    }
}

/* Single precision: the signal is bent by a polynomial. */
static NOINLINE void bend(const struct complex *points)
{
    for (int i = 0; i < POINTS; i++) {
        float x = (float)(points[i].re * (1.0 / POINTS / 8192.0));
        float value = 0.03125f;
        value = value * x + -0.1640625f;
        value = value * x + 0.3359375f;
        value = value * x + -0.40625f;
        value = value * x + 1.0f;
        curve[i] = value * x + 0.5f;
    }
}

/* To integers again: the sum of all, and what differs from the sample. */
static NOINLINE uint32_t sum_up(uint32_t sum)
{
    double power = 0.0;
    for (int i = 0; i < POINTS; i++) {
        int32_t fixed = (int32_t)(curve[i] * 16384.0f);
        int32_t rounded = (int32_t)(signal[i].re * (1.0 / POINTS));
        power += (double)curve[i] * (double)curve[i];
        sum = bench_mix(sum, (uint32_t)(fixed ^ (samples[i] - rounded)));
    }
    return bench_mix_double(sum, __builtin_sqrt(power));
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    make_tables();
    for (uint32_t round = 0; round < repeat; round++) {
        load_samples(&seed);
        transform(signal, -1.0);
        filter(signal, (float)(int32_t)(round & 15) * 0.0625f);
        transform(signal, 1.0);
        bend(signal);
        sum = sum_up(sum);
    }
    return sum;
}
