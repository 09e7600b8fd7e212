/* SPDX-License-Identifier: MIT */
/*
 * Linpack's kind of work, written anew: a system of 64 linear equations, double precision, by
 * Gaussian elimination with partial pivoting; loads, stores, multiply and add.
 */
#include "bench.h"

#define SIZE 64

static double matrix[SIZE][SIZE];
static double right[SIZE];
static uint32_t pivots[SIZE];

static double magnitude(double x)
{
    return x < 0.0 ? -x : x;
}

static double random_number(uint32_t *seed)
{
    return (double)(int32_t)bench_random(seed) / 2147483648.0;
}

static NOINLINE void add_multiple(double *to, const double *from, double factor, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        to[i] += factor * from[i];
    }
}

static NOINLINE uint32_t find_pivot(uint32_t column)
{
    uint32_t best = column;
    for (uint32_t row = column + 1; row < SIZE; row++) {
        if (magnitude(matrix[row][column]) > magnitude(matrix[best][column])) {
            best = row;
        }
    }
    return best;
}

static void exchange_rows(uint32_t a, uint32_t b)
{
    double saved = right[a];
    right[a] = right[b];
    right[b] = saved;
    for (uint32_t i = 0; i < SIZE; i++) {
        saved = matrix[a][i];
        matrix[a][i] = matrix[b][i];
        matrix[b][i] = saved;
    }
}

static NOINLINE void eliminate(void)
{
    for (uint32_t column = 0; column < SIZE; column++) {
        uint32_t pivot = find_pivot(column);
        pivots[column] = pivot;
        if (pivot != column) {
            exchange_rows(pivot, column);
        }
        for (uint32_t row = column + 1; row < SIZE; row++) {
            double factor = -matrix[row][column] / matrix[column][column];
            add_multiple(&matrix[row][column], &matrix[column][column], factor, SIZE - column);
            right[row] += factor * right[column];
        }
    }
}

static NOINLINE void substitute(void)
{
    for (uint32_t row = SIZE; row-- > 0;) {
        double value = right[row];
        for (uint32_t i = row + 1; i < SIZE; i++) {
            value -= matrix[row][i] * right[i];
        }
        right[row] = value / matrix[row][row];
    }
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t row = 0; row < SIZE; row++) {
            right[row] = random_number(&seed);
            for (uint32_t column = 0; column < SIZE; column++) {
                matrix[row][column] = random_number(&seed);
            }
        }
        eliminate();
        substitute();
        sum = bench_mix_double(sum, right[round % SIZE]);
        sum = bench_mix(sum, pivots[round % SIZE]);
    }
    return sum;
}
