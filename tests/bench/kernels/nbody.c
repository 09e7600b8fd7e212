/* SPDX-License-Identifier: MIT */
/*
 * Five bodies that attract each other, double precision: add, multiply, divide and square root,
 * most of it in registers.
 */
#include "bench.h"

#define BODIES 5
#define STEPS  100

struct body {
    double position[3];
    double velocity[3];
    double mass;
};

static struct body bodies[BODIES];

static void start(uint32_t *seed)
{
    for (int i = 0; i < BODIES; i++) {
        for (int axis = 0; axis < 3; axis++) {
            bodies[i].position[axis] =
                (double)(int32_t)(bench_random(seed) & 0xffff) / 2048.0 - 16.0;
            bodies[i].velocity[axis] = (double)(int32_t)(bench_random(seed) & 0xff) / 512.0 - 0.25;
        }
        bodies[i].mass = i == 0 ? 40.0 : 0.01 * i;
    }
}

static void attract(struct body *a, struct body *b, double step)
{
    double dx = a->position[0] - b->position[0];
    double dy = a->position[1] - b->position[1];
    double dz = a->position[2] - b->position[2];
    double square = dx * dx + dy * dy + dz * dz + 0.01;
    double pull = step / (square * __builtin_sqrt(square));
    a->velocity[0] -= dx * b->mass * pull;
    a->velocity[1] -= dy * b->mass * pull;
    a->velocity[2] -= dz * b->mass * pull;
    b->velocity[0] += dx * a->mass * pull;
    b->velocity[1] += dy * a->mass * pull;
    b->velocity[2] += dz * a->mass * pull;
}

static NOINLINE void advance(double step)
{
    for (int i = 0; i < BODIES; i++) {
        for (int j = i + 1; j < BODIES; j++) {
            attract(&bodies[i], &bodies[j], step);
        }
    }
    for (int i = 0; i < BODIES; i++) {
        for (int axis = 0; axis < 3; axis++) {
            bodies[i].position[axis] += step * bodies[i].velocity[axis];
        }
    }
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    start(&seed);
    for (uint32_t round = 0; round < repeat; round++) {
        for (int i = 0; i < STEPS; i++) {
            advance(0.001);
        }
        sum = bench_mix_double(sum, bodies[round % BODIES].position[round % 3]);
    }
    return sum;
}
