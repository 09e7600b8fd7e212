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

#define STATES 3 /* each block is executed from so many */

static unsigned number_from(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? (unsigned)strtoul(text, NULL, 0) : otherwise;
}

static struct run_result execute(struct jit *jit, const struct ir_block *block, struct plan *plan,
                                 uint64_t seed)
{
    struct jit_code code;

    if (!jit_compile(jit, block, plan, &code)) {
        jit_flush(jit);
        assert_true(jit_compile(jit, block, plan, &code));
    }
    env_fill(plan, seed);
    struct jit_left left = jit_run(jit, plan->env, code.entry);
    return env_result(plan, left);
}

static void show(const char *title, const struct ir_block *block)
{
    fprintf(stderr, "---- %s\n", title);
    ir_dump(block, stderr);
}

static void compare(struct jit *jit, struct plan *plan, const struct ir_block *before,
                    unsigned passes, const struct run_result *expected, uint64_t seed)
{
    struct ir_block *after = malloc(sizeof *after);
    char message[200] = "";

    assert_non_null(after);
    *after = *before;
    ir_optimize(after, passes, NULL, NULL);
    bool same = ir_verify(after, message, sizeof message);
    for (unsigned i = 0; same && i < STATES; i++) {
        struct run_result result = execute(jit, after, plan, seed + i);

        same = memcmp(&result, &expected[i], sizeof result) == 0;
    }
    if (!same) {
        show("before", before);
        show("after", after);
        fail_msg("seed %llu, passes 0x%x: %s", (unsigned long long)seed, passes, message);
    }
    free(after);
}

/* Ops are dropped, and few blocks are left alone: else this test would prove nothing. */
static void count(const struct ir_block *before, unsigned *ops_before, unsigned *ops_after)
{
    struct ir_block *after = malloc(sizeof *after);

    assert_non_null(after);
    *after = *before;
    ir_optimize(after, ~0u, NULL, NULL);
    *ops_before += before->op_count;
    *ops_after += after->op_count;
    free(after);
}

static void test_random(void **state)
{
    struct plan *plan = plan_create();
    struct jit_config config = {.guest = &opt_guest, .backend = JIT_IR, .cache_size = 1 << 20};
    const char *message;
    struct jit *jit = jit_create(&config, &message);
    struct ir_block *block = malloc(sizeof *block);
    unsigned blocks = number_from("OPT_BLOCKS", 2000);
    unsigned seed = number_from("OPT_SEED", 1);
    unsigned ops_before = 0;
    unsigned ops_after = 0;

    (void)state;
    assert_non_null(jit);
    assert_non_null(block);
    for (unsigned i = 0; i < blocks; i++, seed++) {
        struct run_result expected[STATES];

        plan_block(plan, block, seed);
        assert_true(ir_verify(block, plan->message, sizeof plan->message));
        for (unsigned k = 0; k < STATES; k++) {
            expected[k] = execute(jit, block, plan, seed + k);
        }
        for (unsigned pass = 0; pass < ir_pass_count; pass++) {
            compare(jit, plan, block, 1u << pass, expected, seed);
        }
        compare(jit, plan, block, ~0u, expected, seed);
        compare(jit, plan, block, plan_random(plan, 1u << ir_pass_count), expected, seed);
        count(block, &ops_before, &ops_after);
    }
    assert_true(ops_after < ops_before - ops_before / 5);
    free(block);
    jit_destroy(jit);
    plan_destroy(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
