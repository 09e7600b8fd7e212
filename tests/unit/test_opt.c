// SPDX-License-Identifier: MIT
/*
 * The optimizer against itself: random blocks, executed by the IR interpreter as they are and after each
 * pass, after all, and after random sets of passes, must leave the same state, memory, budget and reason,
 * and make the same calls with all state in its slots at each.
 *
 * OPT_BLOCKS and OPT_SEED in the environment: how many blocks, and the first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "jit.h"
#include "opt_random.h"

#define STATES 8 /* at most: each block is executed from so many */

static unsigned number_from(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? (unsigned)strtoul(text, NULL, 0) : otherwise;
}

struct bench {
    struct plan *plan;
    struct jit *jit;
    struct ir_block *block, *after;
    unsigned states;
    unsigned runs, wrong; /* of what the passes have made, and in how many a guess was wrong */
    struct run_result expected[STATES];
};

static void load(struct bench *bench, const struct ir_block *block, struct jit_code *code)
{
    if (!jit_compile(bench->jit, block, bench->plan, code)) {
        jit_flush(bench->jit);
        assert_true(jit_compile(bench->jit, block, bench->plan, code));
    }
}

static struct run_result execute(struct bench *bench, const struct jit_code *code, uint64_t seed)
{
    env_fill(bench->plan, seed);
    if (seed & 1) {
        env_fill_special(bench->plan, seed);
    }
    return env_result(bench->plan, jit_run(bench->jit, bench->plan->env, code->entry));
}

static void show(const char *title, const struct ir_block *block)
{
    fprintf(stderr, "---- %s\n", title);
    ir_dump(block, stderr);
}

/* What the passes make of the block does what the block does. */
static void compare(struct bench *bench, unsigned passes, uint64_t seed)
{
    struct ir_block *after = bench->after;
    char message[200] = "";
    struct jit_code code;

    *after = *bench->block;
    ir_optimize(after, passes, NULL, NULL);
    bool same = ir_verify(after, message, sizeof message);
    if (same) {
        load(bench, after, &code);
    }
    for (unsigned i = 0; same && i < bench->states; i++) {
        struct run_result result = execute(bench, &code, seed + i);

        /* Where the pass that guesses was wrong, another path is right, too. */
        same = bench->plan->env->guessed_wrong ||
               memcmp(&result, &bench->expected[i], sizeof result) == 0;
        bench->runs++;
        bench->wrong += bench->plan->env->guessed_wrong;
    }
    if (!same) {
        show("before", bench->block);
        show("after", after);
        fail_msg("seed %llu, passes 0x%x: %s", (unsigned long long)seed, passes, message);
    }
}

static void prepare(struct bench *bench, uint64_t seed)
{
    char message[200];
    struct jit_code code;

    if (!ir_verify(bench->block, message, sizeof message)) {
        fail_msg("seed %llu: %s", (unsigned long long)seed, message);
    }
    load(bench, bench->block, &code);
    for (unsigned i = 0; i < bench->states; i++) {
        bench->expected[i] = execute(bench, &code, seed + i);
    }
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct jit_config config = {.guest = &opt_guest, .backend = JIT_IR, .cache_size = 1 << 20};
    const char *message;

    assert_non_null(bench);
    bench->plan = plan_create();
    bench->jit = jit_create(&config, &message);
    bench->block = calloc(1, sizeof *bench->block);
    bench->after = calloc(1, sizeof *bench->after);
    assert_non_null(bench->jit);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;

    free(bench->after);
    free(bench->block);
    jit_destroy(bench->jit);
    plan_destroy(bench->plan);
    free(bench);
    return 0;
}

/* Ops of all kinds, arms, slow paths. */
static void test_blocks(void **state)
{
    struct bench *bench = *state;
    unsigned blocks = number_from("OPT_BLOCKS", 1000);
    unsigned seed = number_from("OPT_SEED", 1);
    unsigned ops_before = 0;
    unsigned ops_after = 0;

    bench->states = 3;
    for (unsigned i = 0; i < blocks; i++, seed++) {
        plan_block(bench->plan, bench->block, seed);
        prepare(bench, seed);
        for (unsigned pass = 0; pass < ir_pass_count; pass++) {
            compare(bench, 1u << pass, seed);
        }
        compare(bench, plan_random(bench->plan, 1u << ir_pass_count), seed);
        compare(bench, ~0u, seed);
        ops_before += bench->block->op_count;
        ops_after += bench->after->op_count;
    }
    assert_true(ops_after < ops_before - ops_before / 5); /* else this would prove nothing */
}

/* Small ones, from values at which ops change what they do. */
static void test_expressions(void **state)
{
    struct bench *bench = *state;
    unsigned blocks = 20 * number_from("OPT_BLOCKS", 1000);
    unsigned seed = number_from("OPT_SEED", 1);

    bench->states = 8;
    for (unsigned i = 0; i < blocks; i++, seed++) {
        plan_expression(bench->plan, bench->block, seed);
        prepare(bench, seed);
        compare(bench, ~0u, seed);
        compare(bench, plan_random(bench->plan, 1u << ir_pass_count), seed);
    }
    assert_true(bench->wrong < bench->runs / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_blocks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expressions, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
