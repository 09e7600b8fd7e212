/* SPDX-License-Identifier: MIT */
/*
 * A bytecode interpreter of a small stack machine: one indirect jump per code, hard to predict for
 * the interpreter below it.  Its program takes numbers through the 3n+1 sequence and counts steps.
 */
#include "bench.h"

enum code {
    CODE_PUSH,  /* push the next byte */
    CODE_LOAD,  /* push variable */
    CODE_STORE, /* pop into variable */
    CODE_ADD,
    CODE_SUBTRACT,
    CODE_MULTIPLY,
    CODE_AND,
    CODE_XOR,
    CODE_SHIFT, /* right by the next byte */
    CODE_DUPLICATE,
    CODE_JUMP,    /* by the next byte, signed, counted from the code after it */
    CODE_IF_ZERO, /* pop, jump if 0 */
    CODE_IF_LESS, /* pop b, pop a, jump if a < b */
    CODE_END,
};

#define JUMP(to, at) (uint8_t)((to) - ((at) + 2))

enum variable { VARIABLE_N, VARIABLE_X, VARIABLE_STEPS, VARIABLE_LIMIT, VARIABLE_COUNT };

/* Not const, so that the compiler cannot run it. */
static uint8_t program[] = {
    /* 0: x = n */
    CODE_LOAD,
    VARIABLE_N,
    CODE_STORE,
    VARIABLE_X,
    /* 4: while x >= 2 */
    CODE_LOAD,
    VARIABLE_X,
    CODE_PUSH,
    2,
    CODE_IF_LESS,
    JUMP(42, 8),
    /* 10: steps = (steps + 1) ^ x >> 3 */
    CODE_LOAD,
    VARIABLE_STEPS,
    CODE_PUSH,
    1,
    CODE_ADD,
    CODE_LOAD,
    VARIABLE_X,
    CODE_SHIFT,
    3,
    CODE_XOR,
    CODE_STORE,
    VARIABLE_STEPS,
    /* 22: x odd? */
    CODE_LOAD,
    VARIABLE_X,
    CODE_DUPLICATE,
    CODE_PUSH,
    1,
    CODE_AND,
    CODE_IF_ZERO,
    JUMP(36, 28),
    /* 30: x * 3 + 1 */
    CODE_PUSH,
    3,
    CODE_MULTIPLY,
    CODE_PUSH,
    1,
    CODE_ADD,
    /* 36: half of it */
    CODE_SHIFT,
    1,
    CODE_STORE,
    VARIABLE_X,
    CODE_JUMP,
    JUMP(4, 40),
    /* 42: n = n + 1 while below the limit */
    CODE_LOAD,
    VARIABLE_N,
    CODE_PUSH,
    1,
    CODE_ADD,
    CODE_DUPLICATE,
    CODE_STORE,
    VARIABLE_N,
    CODE_LOAD,
    VARIABLE_LIMIT,
    CODE_IF_LESS,
    JUMP(0, 52),
    /* 54 */
    CODE_END,
};

static NOIPA void execute(const uint8_t *pc, uint32_t *variables)
{
    uint32_t stack[16];
    uint32_t *top = stack; /* the first free place */
    for (;;) {
        switch ((enum code) * pc++) {
        case CODE_PUSH:
            *top++ = *pc++;
            break;
        case CODE_LOAD:
            *top++ = variables[*pc++];
            break;
        case CODE_STORE:
            variables[*pc++] = *--top;
            break;
        case CODE_ADD:
            top--;
            top[-1] += top[0];
            break;
        case CODE_SUBTRACT:
            top--;
            top[-1] -= top[0];
            break;
        case CODE_MULTIPLY:
            top--;
            top[-1] *= top[0];
            break;
        case CODE_AND:
            top--;
            top[-1] &= top[0];
            break;
        case CODE_XOR:
            top--;
            top[-1] ^= top[0];
            break;
        case CODE_SHIFT:
            top[-1] >>= *pc++;
            break;
        case CODE_DUPLICATE:
            top[0] = top[-1];
            top++;
            break;
        case CODE_JUMP:
            pc += (int8_t)*pc + 1;
            break;
        case CODE_IF_ZERO:
            top--;
            pc += top[0] == 0 ? (int8_t)*pc + 1 : 1;
            break;
        case CODE_IF_LESS:
            top -= 2;
            pc += top[0] < top[1] ? (int8_t)*pc + 1 : 1;
            break;
        case CODE_END:
            return;
        }
    }
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t variables[VARIABLE_COUNT] = {0};
    for (uint32_t round = 0; round < repeat; round++) {
        variables[VARIABLE_N] = 1 + (round & 0xff);
        variables[VARIABLE_LIMIT] = variables[VARIABLE_N] + 100;
        execute(program, variables);
    }
    return variables[VARIABLE_STEPS];
}
