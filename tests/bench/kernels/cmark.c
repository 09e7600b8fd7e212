/* SPDX-License-Identifier: MIT */
/*
 * CoreMark's kind of mix, written anew: a linked list searched, reversed and merge-sorted, matrices
 * of 16-bit numbers, a state machine that reads numbers from text, and a CRC-16 over all results.
 */
#include "bench.h"

#define ITEMS 64
#define SIZE  12

struct item {
    struct item *next;
    int16_t key;
    uint16_t data;
};

struct matrices {
    int16_t a[SIZE][SIZE];
    int16_t b[SIZE][SIZE];
    int32_t product[SIZE][SIZE];
};

enum state {
    STATE_START,
    STATE_SIGN,
    STATE_DIGITS,
    STATE_POINT,
    STATE_FRACTION,
    STATE_EXPONENT,
    STATE_BAD,
    STATE_COUNT
};

static struct item items[ITEMS];
static struct matrices matrices;

static uint16_t crc_add(uint16_t crc, uint32_t value)
{
    for (int bit = 0; bit < 16; bit++) {
        uint32_t carry = (crc ^ value) & 1;
        crc >>= 1;
        value >>= 1;
        if (carry) {
            crc ^= 0xa001;
        }
    }
    return crc;
}

/* ---- list ---- */

static NOINLINE struct item *list_find(struct item *list, uint16_t data)
{
    while (list != 0 && list->data != data) {
        list = list->next;
    }
    return list;
}

static NOINLINE struct item *list_reverse(struct item *list)
{
    struct item *reversed = 0;
    while (list != 0) {
        struct item *next = list->next;
        list->next = reversed;
        reversed = list;
        list = next;
    }
    return reversed;
}

static NOINLINE int compare_key(const struct item *a, const struct item *b)
{
    return a->key - b->key;
}

static NOINLINE int compare_data(const struct item *a, const struct item *b)
{
    return (a->data & 0xff) - (b->data & 0xff);
}

static struct item *list_merge(struct item *a, struct item *b,
                               int (*compare)(const struct item *, const struct item *))
{
    struct item *first = 0;
    struct item **end = &first;
    while (a != 0 && b != 0) {
        struct item **smaller = compare(a, b) <= 0 ? &a : &b;
        *end = *smaller;
        end = &(*end)->next;
        *smaller = *end;
    }
    *end = a != 0 ? a : b;
    return first;
}

static NOINLINE struct item *list_sort(struct item *list, unsigned length,
                                       int (*compare)(const struct item *, const struct item *))
{
    struct item *middle = list;
    struct item *rest;
    if (length < 2) {
        return list;
    }
    for (unsigned i = 1; i < length / 2; i++) {
        middle = middle->next;
    }
    rest = middle->next;
    middle->next = 0;
    list = list_sort(list, length / 2, compare);
    rest = list_sort(rest, length - length / 2, compare);
    return list_merge(list, rest, compare);
}

static NOINLINE uint16_t list_work(struct item **list, uint16_t crc, uint32_t round)
{
    for (uint32_t i = 0; i < 8; i++) {
        struct item *found = list_find(*list, (uint16_t)((round + i * 7) & 0x7f));
        crc = crc_add(crc, found != 0 ? (uint16_t)found->key : i);
        *list = list_reverse(*list);
    }
    *list = list_sort(*list, ITEMS, round & 1 ? compare_key : compare_data);
    (*list)->key = (int16_t)(crc & 0x3fff);
    return crc_add(crc, (*list)->data);
}

/* ---- matrices ---- */

static NOINLINE void matrix_multiply(struct matrices *m)
{
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            int32_t sum = 0;
            for (int k = 0; k < SIZE; k++) {
                sum += (int32_t)m->a[row][k] * m->b[k][column];
            }
            m->product[row][column] = sum;
        }
    }
}

static NOINLINE uint16_t matrix_work(struct matrices *m, uint16_t crc)
{
    int32_t previous = 0;
    matrix_multiply(m);
    for (int row = 0; row < SIZE; row++) {
        for (int column = 0; column < SIZE; column++) {
            int32_t bits =
                (m->product[row][column] >> 2 & 0xf) * (m->product[row][column] >> 5 & 0x7f);
            m->a[row][column] = (int16_t)(m->a[row][column] + (bits > previous ? bits : -1));
            previous = bits;
        }
        crc = crc_add(crc, (uint32_t)previous);
    }
    return crc;
}

/* ---- state machine ---- */

static enum state state_next(enum state state, char c)
{
    int digit = c >= '0' && c <= '9';
    switch (state) {
    case STATE_START:
        return digit ? STATE_DIGITS : c == '+' || c == '-' ? STATE_SIGN : STATE_BAD;
    case STATE_SIGN:
        return digit ? STATE_DIGITS : c == '.' ? STATE_POINT : STATE_BAD;
    case STATE_DIGITS:
        return digit      ? STATE_DIGITS
               : c == '.' ? STATE_POINT
               : c == 'e' ? STATE_EXPONENT
                          : STATE_BAD;
    case STATE_POINT:
        return digit ? STATE_FRACTION : STATE_BAD;
    case STATE_FRACTION:
        return digit ? STATE_FRACTION : c == 'e' ? STATE_EXPONENT : STATE_BAD;
    case STATE_EXPONENT:
        return digit || c == '-' ? STATE_EXPONENT : STATE_BAD;
    default:
        return STATE_BAD;
    }
}

static NOINLINE uint16_t state_work(char *text, uint16_t crc, uint32_t round)
{
    uint32_t ends[STATE_COUNT] = {0};
    enum state state = STATE_START;
    for (const char *c = text; *c != 0; c++) {
        if (*c == ',') {
            ends[state]++;
            state = STATE_START;
        } else {
            state = state_next(state, *c);
        }
    }
    for (unsigned i = 0; i < STATE_COUNT; i++) {
        crc = crc_add(crc, ends[i]);
    }
    text[round & 63] = text[(crc & 63)] == ',' ? '7' : text[crc & 63];
    return crc;
}

uint32_t bench_run(uint32_t repeat)
{
    char text[] = "5012,-874,+122,35.54400,.1234500,-110.700,+0.64400,5.500e3,-.123e-2,-87e+832,"
                  "+0.6e-12,T0.3e-1F,-T.T++Tq,1T3.4e4z,34.0e-T^";
    uint32_t seed = bench_seed;
    struct item *list = items;
    uint16_t crc = 0xffff;
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i].next = i + 1 < ITEMS ? &items[i + 1] : 0;
        items[i].key = (int16_t)bench_random(&seed);
        items[i].data = (uint16_t)(i * 37 & 0x7f);
    }
    for (unsigned i = 0; i < SIZE * SIZE; i++) {
        matrices.a[i / SIZE][i % SIZE] = (int16_t)(bench_random(&seed) & 0xff);
        matrices.b[i / SIZE][i % SIZE] = (int16_t)(bench_random(&seed) & 0xff);
    }
    for (uint32_t round = 0; round < repeat; round++) {
        crc = list_work(&list, crc, round);
        crc = matrix_work(&matrices, crc);
        crc = state_work(text, crc, round);
    }
    return crc;
}
