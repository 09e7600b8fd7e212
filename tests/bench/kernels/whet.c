/* SPDX-License-Identifier: MIT */
/*
 * Whetstone's kind of mix, written anew: array elements, sine, arc tangent, exponential and
 * logarithm (own polynomials: the libraries of two machines would differ), conversions between
 * integer and double, and branches on comparisons.
 */
#include "bench.h"

#define HALF_PI 1.57079632679489661923
#define LN2     0.69314718055994530942

/* -HALF_PI <= x <= HALF_PI */
static double sine_core(double x)
{
    double s = x * x;
    return x * (1.0 + s * (-1.0 / 6 + s * (1.0 / 120 + s * (-1.0 / 5040 + s * (1.0 / 362880)))));
}

static NOINLINE double sine(double x)
{
    int32_t turns = (int32_t)(x / (2 * HALF_PI) + (x < 0.0 ? -0.5 : 0.5));
    double rest = x - turns * (2 * HALF_PI);
    return turns & 1 ? -sine_core(rest) : sine_core(rest);
}

static NOINLINE double exponential(double x)
{
    int32_t power = (int32_t)(x / LN2);
    double r = x - power * LN2;
    double scale = 1.0;
    double value =
        1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120 + r / 720)))));
    for (; power > 0; power--) {
        scale *= 2.0;
    }
    for (; power < 0; power++) {
        scale *= 0.5;
    }
    return value * scale;
}

static NOINLINE double arc_tangent(double x)
{
    double s;
    if (x < 0.0) {
        return -arc_tangent(-x);
    }
    if (x > 1.0) {
        return HALF_PI - arc_tangent(1.0 / x);
    }
    if (x > 0.4142135623730950) {
        return HALF_PI / 2 + arc_tangent((x - 1.0) / (x + 1.0));
    }
    s = x * x;
    return x * (1.0 + s * (-1.0 / 3 + s * (1.0 / 5 + s * (-1.0 / 7 + s * (1.0 / 9)))));
}

static NOINLINE double logarithm(double x)
{
    double result = 0.0;
    double t;
    while (x > 1.4142135623730950) {
        x *= 0.5;
        result += LN2;
    }
    while (x < 0.7071067811865475) {
        x *= 2.0;
        result -= LN2;
    }
    t = (x - 1.0) / (x + 1.0);
    return result + 2.0 * t * (1.0 + t * t * (1.0 / 3 + t * t * (1.0 / 5 + t * t / 7)));
}

static NOINLINE void mix_elements(double e[4], double t)
{
    for (int i = 0; i < 6; i++) {
        e[0] = (e[0] + e[1] + e[2] - e[3]) * t;
        e[1] = (e[0] + e[1] - e[2] + e[3]) * t;
        e[2] = (e[0] - e[1] + e[2] + e[3]) * t;
        e[3] = (-e[0] + e[1] + e[2] + e[3]) * t;
    }
}

static NOINLINE int32_t choose(double a, double b)
{
    int32_t result = a < b ? 1 : 2;
    result += a > 0.0 ? 4 : 8;
    result += a == b ? 16 : 32;
    return b >= 0.5 ? result * 3 : result;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    double e[4] = {1.0, -1.0, -1.0, -1.0};
    double x = 0.5;
    for (uint32_t round = 0; round < repeat; round++) {
        double y = (double)(int32_t)(bench_random(&seed) >> 16) / 8192.0;
        mix_elements(e, 0.49999975);
        x = 0.5 * arc_tangent(2.0 * sine(x + y) * sine(y) / (1.0 + x * x));
        x = x + exponential(logarithm(y + 1.0) * 0.5) * 0.25;
        e[round & 3] = choose(x, y) / 128.0;
        sum = bench_mix(sum, (uint32_t)(int32_t)(e[(round + 1) & 3] * 1000.0));
        sum = bench_mix_double(sum, x);
    }
    return sum;
}
