/* SPDX-License-Identifier: MIT */
/* Quicksort, median of three, insertion sort for short parts: 4096 random words each time. */
#include "bench.h"

#define COUNT 4096
#define SHORT 12

static uint32_t words[COUNT];

static void exchange(uint32_t *a, uint32_t *b)
{
    uint32_t saved = *a;
    *a = *b;
    *b = saved;
}

static NOINLINE void insertion_sort(uint32_t *first, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        uint32_t value = first[i];
        uint32_t at = i;
        for (; at > 0 && first[at - 1] > value; at--) {
            first[at] = first[at - 1];
        }
        first[at] = value;
    }
}

/* Brings the median of first, middle and last to the first place. */
static void choose_pivot(uint32_t *first, uint32_t count)
{
    uint32_t *middle = first + count / 2;
    uint32_t *last = first + count - 1;
    if (*middle > *last) {
        exchange(middle, last);
    }
    if (*first > *last) {
        exchange(first, last);
    } else if (*middle > *first) {
        exchange(first, middle);
    }
}

static NOINLINE void quicksort(uint32_t *first, uint32_t count)
{
    while (count > SHORT) {
        uint32_t low = 0;
        uint32_t high = count;
        choose_pivot(first, count);
        uint32_t pivot = first[0];
        for (;;) {
            while (++low < count && first[low] < pivot) {
            }
            while (first[--high] > pivot) {
            }
            if (low >= high) {
                break;
            }
            exchange(&first[low], &first[high]);
        }
        exchange(&first[0], &first[high]);
        quicksort(first + high + 1, count - high - 1);
        count = high;
    }
    insertion_sort(first, count);
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        for (unsigned i = 0; i < COUNT; i++) {
            words[i] = bench_random(&seed);
        }
        quicksort(words, COUNT);
        for (unsigned i = 1; i < COUNT; i++) {
            sum = bench_mix(sum, words[i] - words[i - 1]);
        }
    }
    return sum;
}
