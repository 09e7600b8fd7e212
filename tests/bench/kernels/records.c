/* SPDX-License-Identifier: MIT */
/*
 * Sorting records through a pointer to a comparison function, as a library's sort does it: heap sort, merge sort
 * and insertion sort that know only the records' size, with records copied word by word, and binary
 * search.  Each comparison is an indirect call of a short function whose result no predictor knows.
 */
#include "bench.h"

#define COUNT 512
#define SHORT 10

struct person {
    uint32_t number;
    int16_t height;
    uint8_t day;
    uint8_t month;
    char name[12];
    uint32_t account;
};

struct event {
    uint32_t time;
    uint32_t kind;
};

#define LARGEST sizeof(struct person)

typedef int (*compare_fn)(const void *a, const void *b);

/* Elements of one size, in words, and their order. */
struct array {
    uint32_t *first;
    uint32_t size;
    compare_fn compare;
};

static struct person people[COUNT];
static struct event events[COUNT];
static struct person spare[COUNT];

/* ---- comparisons ---- */

static int compare_unsigned(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

static int by_number(const void *a, const void *b)
{
    const struct person *p = a, *q = b;
    return compare_unsigned(p->number, q->number);
}

static int by_name(const void *a, const void *b)
{
    const struct person *p = a, *q = b;
    for (uint32_t i = 0; i < sizeof p->name; i++) {
        if (p->name[i] != q->name[i]) {
            return p->name[i] - q->name[i];
        }
    }
    return by_number(a, b);
}

static int by_birthday(const void *a, const void *b)
{
    const struct person *p = a, *q = b;
    int difference = p->month - q->month;
    return difference != 0 ? difference : p->day - q->day;
}

static int by_height(const void *a, const void *b)
{
    const struct person *p = a, *q = b;
    return q->height - p->height;
}

static int by_time(const void *a, const void *b)
{
    const struct event *p = a, *q = b;
    return p->time != q->time ? compare_unsigned(p->time, q->time)
                              : compare_unsigned(p->kind, q->kind);
}

static int by_kind(const void *a, const void *b)
{
    const struct event *p = a, *q = b;
    return compare_unsigned(p->kind & 15, q->kind & 15);
}

/* ---- elements ---- */

static uint32_t *element(const struct array *array, uint32_t number)
{
    return array->first + number * array->size;
}

static NOINLINE void copy(uint32_t *to, const uint32_t *from, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++) {
        to[i] = from[i];
    }
}

static NOINLINE void exchange(uint32_t *a, uint32_t *b, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++) {
        uint32_t saved = a[i];
        a[i] = b[i];
        b[i] = saved;
    }
}

/* ---- sorting: noipa, or there would be a copy for each comparison ---- */

static NOIPA void insertion_sort(const struct array *array, uint32_t first, uint32_t end)
{
    uint32_t saved[LARGEST / 4];
    for (uint32_t i = first + 1; i < end; i++) {
        uint32_t at = i;
        copy(saved, element(array, i), array->size);
        for (; at > first && array->compare(element(array, at - 1), saved) > 0; at--) {
            copy(element(array, at), element(array, at - 1), array->size);
        }
        copy(element(array, at), saved, array->size);
    }
}

static void sift_down(const struct array *array, uint32_t at, uint32_t count)
{
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) {
            return;
        }
        if (child + 1 < count &&
            array->compare(element(array, child), element(array, child + 1)) < 0) {
            child++;
        }
        if (array->compare(element(array, at), element(array, child)) >= 0) {
            return;
        }
        exchange(element(array, at), element(array, child), array->size);
        at = child;
    }
}

static NOIPA void heap_sort(const struct array *array, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;) {
        sift_down(array, i, count);
    }
    for (uint32_t i = count; i-- > 1;) {
        exchange(element(array, 0), element(array, i), array->size);
        sift_down(array, 0, i);
    }
}

/* The first half moves away, and both come back in order. */
static void merge(const struct array *array, uint32_t first, uint32_t middle, uint32_t end)
{
    const struct array other = {(uint32_t *)spare, array->size, array->compare};
    uint32_t count = middle - first, next = 0, to = first;
    copy(other.first, element(array, first), count * array->size);
    while (next < count && middle < end) {
        if (array->compare(element(&other, next), element(array, middle)) <= 0) {
            copy(element(array, to++), element(&other, next++), array->size);
        } else {
            copy(element(array, to++), element(array, middle++), array->size);
        }
    }
    copy(element(array, to), element(&other, next), (count - next) * array->size);
}

static NOIPA void merge_sort(const struct array *array, uint32_t first, uint32_t end)
{
    uint32_t middle = first + (end - first) / 2;
    if (end - first <= SHORT) {
        insertion_sort(array, first, end);
        return;
    }
    merge_sort(array, first, middle);
    merge_sort(array, middle, end);
    merge(array, first, middle, end);
}

/* The first element that is not less than the key. */
static NOIPA uint32_t find(const struct array *array, const void *key)
{
    uint32_t low = 0, high = COUNT;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (array->compare(element(array, middle), key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* ---- work ---- */

static void fill(uint32_t *seed)
{
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t value = bench_random(seed);
        people[i].number = i;
        people[i].height = (int16_t)(150 + (value & 63));
        people[i].day = (uint8_t)(1 + (value >> 6 & 31));
        people[i].month = (uint8_t)(1 + (value >> 11) % 12);
        people[i].account = bench_random(seed);
        for (uint32_t k = 0; k < sizeof people[i].name; k++) {
            people[i].name[k] = (char)('a' + (bench_random(seed) >> 8) % (k + 2));
        }
        events[i].time = bench_random(seed) & 0xfff;
        events[i].kind = bench_random(seed);
    }
}

static uint32_t sum_people(uint32_t sum)
{
    for (uint32_t i = 0; i < COUNT; i += 3) {
        sum = bench_mix(sum, people[i].number ^ people[i].account);
    }
    return sum;
}

static uint32_t sum_events(uint32_t sum, const struct array *array)
{
    for (uint32_t i = 0; i < COUNT; i += 5) {
        struct event key = {events[i].time + 1, sum};
        sum = bench_mix(sum, events[i].kind + find(array, &key));
    }
    return sum;
}

/* Where records may be equal only the sorts that keep their order are used: the result must not depend on more. */
static uint32_t sort_people(uint32_t sum)
{
    struct array array = {(uint32_t *)people, sizeof people[0] / 4, by_name};
    heap_sort(&array, COUNT);
    sum = sum_people(sum);
    array.compare = by_birthday;
    merge_sort(&array, 0, COUNT);
    sum = sum_people(sum);
    array.compare = by_height;
    merge_sort(&array, 0, COUNT);
    sum = sum_people(sum);
    array.compare = by_number;
    heap_sort(&array, COUNT);
    return sum_people(sum);
}

static uint32_t sort_events(uint32_t sum)
{
    struct array array = {(uint32_t *)events, sizeof events[0] / 4, by_kind};
    insertion_sort(&array, 0, COUNT / 4);
    merge_sort(&array, 0, COUNT);
    sum = bench_mix(sum, events[sum % COUNT].kind);
    array.compare = by_time;
    heap_sort(&array, COUNT);
    return sum_events(sum, &array);
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        fill(&seed);
        sum = sort_people(sum);
        sum = sort_events(sum);
    }
    return sum;
}
