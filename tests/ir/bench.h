/* SPDX-License-Identifier: MIT */
/*
 * For tests of single blocks, which are written as text: a backend, a toy guest, one block.  Include cmocka.h first.
 */
#ifndef IR_BENCH_H
#define IR_BENCH_H

#include <stdlib.h>
#include <string.h>

#include "toy_guest.h"
#include "toy_host.h"

static const struct jit_backend *const bench_backends[] = {
    &jit_ir_backend,
    &toy_host_backend,
#if defined(__x86_64__)
    &jit_x64_backend,
#endif
};
#define BENCH_BACKENDS (sizeof bench_backends / sizeof bench_backends[0])
#define BENCH_BLOCKS   4

struct bench {
    const struct jit_backend *backend;
    void *self;
    struct toy *toy;
    struct ir_block *block;
    struct toy_block infos[BENCH_BLOCKS];
    struct jit_code codes[BENCH_BLOCKS];
};

/* Resets the toy guest: it is quiet (toy_guest.h), its numbers are all 0, its budget is 1000. */
static inline void bench_reset(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    toy_reset(bench->toy, 1, false);
    memset(env->r, 0, sizeof env->r);
    memset(env->x, 0, sizeof env->x);
    memset(env->f, 0, sizeof env->f);
    memset(env->windows, 0, sizeof env->windows);
    toy_set_flags(bench->toy, 0);
    env->bank = env->windows + 4 * TOY_WINDOW_SIZE;
    env->low = (uintptr_t)env->windows + 3 * TOY_WINDOW_SIZE;
    env->high = (uintptr_t)env->windows + 5 * TOY_WINDOW_SIZE;
    env->budget = 1000;
    bench->toy->quiet = true;
}

static inline struct bench *bench_open(const struct jit_backend *backend, unsigned stress)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct jit_config config = {.guest = &toy_guest, .cache_size = 1 << 20, .stress = stress};
    const char *message = NULL;

    assert_non_null(bench);
    bench->backend = backend;
    bench->block = calloc(1, sizeof *bench->block);
    assert_non_null(bench->block);
    bench->toy = toy_create(backend->flags);
    bench->self = backend->create(&config, &message);
    if (bench->self == NULL) {
        fail_msg("%s: %s", backend->name, message);
    }
    bench_reset(bench);
    return bench;
}

static inline void bench_close(struct bench *bench)
{
    bench->backend->destroy(bench->self);
    toy_destroy(bench->toy);
    free(bench->block);
    free(bench);
}

static inline void bench_parse(struct bench *bench, const char *text)
{
    char message[200];

    if (!ir_parse(bench->block, &toy_guest, text, message, sizeof message)) {
        fail_msg("%s in:\n%s", message, text);
    }
}

/* Compiles bench->block as block `index`. */
static inline void bench_compile(struct bench *bench, unsigned index)
{
    char message[200];

    if (!ir_verify(bench->block, message, sizeof message)) {
        ir_dump(bench->block, stderr);
        fail_msg("%s", message);
    }
    bench->infos[index].pc = bench->block->pc;
    assert_true(bench->backend->compile(bench->self, bench->block, &bench->infos[index],
                                        &bench->codes[index]));
}

static inline struct jit_exit bench_run(struct bench *bench, unsigned index)
{
    return bench->backend->run(bench->self, &bench->toy->env, bench->codes[index].entry);
}

/* Compiles the text as block 0 and runs it. */
static inline struct jit_exit bench_run_text(struct bench *bench, const char *text)
{
    bench_parse(bench, text);
    bench_compile(bench, 0);
    return bench_run(bench, 0);
}

/* Runs a test on every backend. */
static inline void bench_each(void (*test)(struct bench *bench))
{
    for (unsigned i = 0; i < BENCH_BACKENDS; i++) {
        struct bench *bench = bench_open(bench_backends[i], 0);
        test(bench);
        bench_close(bench);
    }
}

#endif
