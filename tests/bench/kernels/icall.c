/* SPDX-License-Identifier: MIT */
/*
 * Indirect calls: objects of five classes in random order, called through tables of functions, and
 * a list of handlers called through pointers.
 */
#include "bench.h"

#define OBJECTS 256

struct object;

struct methods {
    uint32_t (*step)(struct object *object, uint32_t input);
    uint32_t (*read)(const struct object *object);
};

struct object {
    const struct methods *methods;
    uint32_t value;
    uint32_t count;
};

static uint32_t counter_step(struct object *object, uint32_t input)
{
    object->count += input & 3;
    return object->count;
}

static uint32_t adder_step(struct object *object, uint32_t input)
{
    object->value += input;
    return object->value;
}

static uint32_t filter_step(struct object *object, uint32_t input)
{
    object->value = (object->value * 3 + input) >> 2;
    return object->value;
}

static uint32_t toggle_step(struct object *object, uint32_t input)
{
    object->count ^= input & 1;
    return object->count ? object->value : input;
}

static uint32_t hash_step(struct object *object, uint32_t input)
{
    object->value = (object->value ^ input) * 0x01000193;
    object->count++;
    return object->value;
}

static uint32_t value_read(const struct object *object)
{
    return object->value;
}

static uint32_t count_read(const struct object *object)
{
    return object->count;
}

static uint32_t both_read(const struct object *object)
{
    return object->value ^ object->count;
}

static const struct methods classes[] = {
    {counter_step, count_read}, {adder_step, value_read}, {filter_step, value_read},
    {toggle_step, both_read},   {hash_step, both_read},
};

static struct object objects[OBJECTS];

/* noipa, and so not devirtualized. */
static NOIPA uint32_t step_all(struct object *all, uint32_t input)
{
    for (uint32_t i = 0; i < OBJECTS; i++) {
        struct object *object = &all[i];
        input = object->methods->step(object, input);
        input ^= object->methods->read(object);
    }
    return input;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < OBJECTS; i++) {
        objects[i].methods = &classes[bench_random(&seed) % ARRAY_LEN(classes)];
        objects[i].value = bench_random(&seed);
    }
    for (uint32_t round = 0; round < repeat; round++) {
        sum = bench_mix(sum, step_all(objects, sum + round));
    }
    return sum;
}
