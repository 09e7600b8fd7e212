/* SPDX-License-Identifier: MIT */
/*
 * Dhrystone's kind of mix, written anew: assignments of records, short strings compared and copied,
 * enumerations, arrays, and small functions that call each other a few levels deep.
 */
#include "bench.h"

enum fuel { FUEL_NONE, FUEL_GAS, FUEL_LIQUID, FUEL_SOLID, FUEL_COUNT };

struct stage {
    struct stage *next;
    enum fuel fuel;
    int mass;
    int thrust;
    char name[28];
};

struct flight {
    int counts[FUEL_COUNT];
    uint32_t table[16];
    uint32_t grid[16][16];
    char letter;
};

static struct stage stages[4];
static struct flight flight;

static NOINLINE int text_compare(const char *a, const char *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static NOINLINE void text_copy(char *to, const char *from)
{
    do {
        *to++ = *from;
    } while (*from++ != 0);
}

static NOINLINE enum fuel fuel_choose(enum fuel wanted, int letter)
{
    switch (wanted) {
    case FUEL_NONE:
        return letter > 'm' ? FUEL_GAS : FUEL_NONE;
    case FUEL_GAS:
        return FUEL_SOLID;
    case FUEL_LIQUID:
        return letter == 'k' ? FUEL_LIQUID : FUEL_GAS;
    default:
        return FUEL_LIQUID;
    }
}

static NOINLINE int stage_weigh(const struct stage *stage, int payload)
{
    int total = payload;
    for (; stage != 0; stage = stage->next) {
        total += stage->mass;
    }
    return total;
}

static NOINLINE void stage_burn(struct stage *stage, int seconds)
{
    int used = stage->thrust * seconds >> 4;
    stage->mass = stage->mass > used ? stage->mass - used : stage->mass + 997;
    if (stage->fuel != FUEL_NONE) {
        flight.counts[stage->fuel]++;
    }
}

static NOINLINE void stage_exchange(struct stage *a, struct stage *b)
{
    struct stage saved = *a;
    a->fuel = b->fuel;
    a->mass = b->mass;
    text_copy(a->name, b->name);
    b->fuel = saved.fuel;
    b->mass = saved.mass;
    text_copy(b->name, saved.name);
}

static NOINLINE void grid_update(uint32_t row, uint32_t value)
{
    for (uint32_t column = row; column < row + 3; column++) {
        flight.grid[row & 15][column & 15] += value;
        flight.table[column & 15] = flight.grid[row & 15][(column - 1) & 15];
    }
}

static NOINLINE int name_check(const char *name)
{
    static const char *const known[] = {"first stage, the long one", "second stage, the hot one"};
    int found = 0;
    for (unsigned i = 0; i < ARRAY_LEN(known); i++) {
        if (text_compare(name, known[i]) == 0) {
            flight.letter = known[i][i];
            found += 1 + (int)i;
        }
    }
    return found;
}

static void start(uint32_t *seed)
{
    text_copy(stages[0].name, "first stage, the long one");
    text_copy(stages[1].name, "second stage, the hot one");
    text_copy(stages[2].name, "second stage, the old one");
    text_copy(stages[3].name, "payload fairing");
    for (unsigned i = 0; i < ARRAY_LEN(stages); i++) {
        stages[i].next = i + 1 < ARRAY_LEN(stages) ? &stages[i + 1] : 0;
        stages[i].fuel = (enum fuel)(bench_random(seed) & 3);
        stages[i].mass = (int)(bench_random(seed) & 0xfff);
        stages[i].thrust = (int)(bench_random(seed) & 0xff);
    }
    flight.letter = 'a';
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    start(&seed);
    for (uint32_t i = 0; i < repeat; i++) {
        struct stage *stage = &stages[i & 3];
        struct stage *other = &stages[(i + 1 + (i >> 2 & 1)) & 3];
        int found = name_check(stage->name);
        stage->fuel = fuel_choose(stage->fuel, flight.letter);
        stage_burn(stage, (int)(i & 31) + found);
        grid_update(i & 15, (uint32_t)stage->mass);
        if (stage_weigh(stages, flight.counts[FUEL_GAS]) & 1) {
            stage_exchange(stage, other);
        }
        sum = bench_mix(sum, (uint32_t)(stage->mass + found) + flight.table[i & 15]);
    }
    return sum;
}
