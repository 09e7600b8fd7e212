// SPDX-License-Identifier: MIT
/*
 * How blocks are entered and left, on every backend: budget, links, the jump cache, calls, steps, a full
 * cache, blocks that are disabled.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench.h"
#include "check.h"

static void compile_text(struct bench *bench, unsigned index, const char *text)
{
    bench_parse(bench, text);
    bench_compile(bench, index);
}

static void check_left(struct jit_exit left, const void *cookie, int64_t reason)
{
    assert_ptr_equal(left.cookie, cookie);
    assert_int_equal(left.reason, reason);
}

/* ---- budget ---- */

static const char plain[] =
    "block 0x100, charge 10, linear\ninsn 0: pc 0x100, npc 0x104, refund 4\n"
    "%1 = const.i32 1\n%2 = get.i32 r0\n%3 = add.i32 %2, %1\n"
    "set r0, %3\nquit\n";

static void check_budget(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    compile_text(bench, 0, plain);
    env->budget = 10;
    check_left(bench_run(bench, 0), NULL, JIT_QUIT);
    assert_int_equal(env->budget, 0);
    check_left(bench_run(bench, 0), &bench->infos[0], JIT_BUDGET);
    assert_int_equal(env->budget, 0);
    env->budget = 9;
    check_left(bench_run(bench, 0), &bench->infos[0], JIT_BUDGET);
    env->budget = -3;
    check_left(bench_run(bench, 0), &bench->infos[0], JIT_BUDGET);
    assert_int_equal(env->budget, -3);
    env->budget = INT64_MAX;
    check_left(bench_run(bench, 0), NULL, JIT_QUIT);
    assert_int_equal(env->budget, INT64_MAX - 10);
    assert_int_equal(env->r[0], 2);
}

/* The second piece of a block is charged for by a CHARGE where it begins.  If the budget is too small for it, the arm of
 * the CHARGE gives the amount back. */
static void check_charge(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    compile_text(
        bench, 0,
        "block 0x100, charge 10, linear\ninsn 0: pc 0x100, npc 0x104, refund 7\n"
        "%1 = const.i32 7\n%2 = const.i32 1\nset r0, %2\n%3 = logic_flags %2\nset icc, %3\n"
        "charge %1, arm 0\nset r0, %1\n%4 = logic_flags %1\nset icc, %4\nquit\n"
        "arm 0:\nset r1, %2\nquit @0\n");
    env->budget = 17;
    check_left(bench_run(bench, 0), NULL, JIT_QUIT);
    assert_int_equal(env->budget, 0);
    assert_int_equal(env->r[0], 7);
    assert_int_equal(env->r[1], 0);
    env->budget = 16;
    check_left(bench_run(bench, 0), NULL, JIT_QUIT);
    assert_int_equal(env->budget, 6);
    assert_int_equal(env->r[0], 1);
    assert_int_equal(env->r[1], 1);
    env->budget = 9;
    check_left(bench_run(bench, 0), &bench->infos[0], JIT_BUDGET);
    assert_int_equal(env->budget, 9);
}

/* GIVE_BACK adds to the budget if the condition holds; a store in between sees the exact budget. */
static void check_give_back(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    compile_text(bench, 0,
                 "block 0x100, charge 10, linear\n%1 = get.i32 r0\n%2 = const.i32 5\n"
                 "%3 = setc.lt %1, %2\n%4 = get.i32 r1\n%5 = select.i32 %3, %4, %1\n"
                 "set r2, %5\ngive_back %3, 3\ngive_back %4, 200\nquit\n");
    for (uint32_t i = 0; i < 4; i++) {
        env->r[0] = i & 1 ? 4 : 5;
        env->r[1] = i & 2 ? 7 : 0;
        env->budget = 1000;
        check_left(bench_run(bench, 0), NULL, JIT_QUIT);
        assert_int_equal(env->budget, 990 + (i & 1 ? 3 : 0) + (i & 2 ? 200 : 0));
        assert_int_equal(env->r[2], i & 1 ? env->r[1] : 5);
    }
}

/* Each end of a section gives back the refund of its instruction. */
static void check_refund(struct bench *bench)
{
    static const char *const ends[] = {"quit @0", "exit 0x200, link 0, @0", "jump %1, @0"};
    static const int64_t reasons[] = {JIT_QUIT, 0, JIT_JUMP};
    char text[300];

    for (unsigned i = 0; i < 3; i++) {
        bench_reset(bench);
        snprintf(text, sizeof text,
                 "block 0x100, charge 10, linear\ninsn 0: pc 0x100, npc 0x104, refund 4\n"
                 "%%1 = const.i32 0x300\n%s\n",
                 ends[i]);
        compile_text(bench, 0, text);
        check_left(bench_run(bench, 0), i == 0 ? NULL : &bench->infos[0], reasons[i]);
        assert_int_equal(bench->toy->env.budget, 994);
    }
    assert_int_equal(bench->toy->env.target, 0x300);
}

/* ---- flags on the way out ---- */

#define PRESSURE_MOST 24

/* Writes a block for lazy.c.  A comparison sets icc; with `pressure` other values in use, one of its operands may be in
 * the frame.  The arm needs these flags in icc, and also tests the flags of another comparison, which are in the host's
 * flags at the branch. */
static void write_two_flags(FILE *text, unsigned pressure)
{
    fprintf(text, "block 0x100, charge 1, linear\ninsn 0: pc 0x100, npc 0x104, refund 0\n"
                  "%%1 = get.i32 r0\n%%2 = const.i32 5\n%%3 = add.i32 %%1, %%2\n"
                  "%%4 = get.i32 r1\n%%5 = sub_flags %%3, %%2\nset icc, %%5\n");
    for (unsigned i = 0; i < pressure; i++) {
        fprintf(text, "%%%u = add.i32 %%%u, %%4\n", 10 + i, i == 0 ? 4 : 9 + i);
    }
    fprintf(text, "%%6 = sub_flags %%4, %%2\nbranch_flags.lt %%6, arm 0\n%%50 = const.i32 0\n");
    for (unsigned i = 0; i < pressure; i++) {
        fprintf(text, "%%%u = xor.i32 %%%u, %%%u\n", 51 + i, 50 + i, 10 + i);
    }
    fprintf(
        text,
        "set r2, %%%u\nset icc, %%6\nquit\narm 0:\n%%7 = test_flags.lt %%6\nset r3, %%7\nquit\n",
        50 + pressure);
}

static void check_two_flags(struct bench *bench)
{
    for (unsigned i = 0; i < 2 * PRESSURE_MOST; i++) {
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);
        bool to_arm = i % 2;

        assert_non_null(stream);
        write_two_flags(stream, i / 2);
        fclose(stream);
        bench->backend->flush(bench->self);
        bench_reset(bench);
        bench->toy->env.r[1] = to_arm ? 3 : 9;
        bench_run_text(bench, text);
        assert_int_equal(bench->toy->env.r[3], to_arm);
        assert_int_equal(toy_flags(bench->toy), to_arm ? 4 : 0); /* Z of 5 - 5, or none of 9 - 5 */
        free(text);
    }
}

static void test_two_flags(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BENCH_BACKENDS; i++) {
        for (unsigned stress = 0; stress < 2; stress++) {
            struct bench *bench = bench_open(bench_backends[i], stress * JIT_STRESS_RA);
            check_two_flags(bench);
            bench_close(bench);
        }
    }
}

/* ---- links ---- */

/* Block 0 goes to block 1 by link 0, or by link 1 if r0 is 0. */
static void compile_pair(struct bench *bench)
{
    compile_text(bench, 0,
                 "block 0x100, charge 1, linear\n%1 = get.i32 r0\n%2 = const.i32 0\n"
                 "branch.i32.eq %1, %2, arm 0\nexit 0x200, link 0\narm 0:\nexit 0x200, link 1\n");
    compile_text(bench, 1, "block 0x200, charge 2, linear\n%1 = const.i32 9\nset r1, %1\nquit\n");
}

static void check_links(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    compile_pair(bench);
    env->r[0] = 1;
    check_left(bench_run(bench, 0), &bench->infos[0], 0);
    bench->backend->link(bench->self, bench->codes[0].links[0], bench->codes[1].entry);
    check_left(bench_run(bench, 0), NULL, JIT_QUIT);
    assert_int_equal(env->r[1], 9);
    assert_int_equal(env->budget, 1000 - 1 - 3);
    env->r[0] = 0;
    check_left(bench_run(bench, 0), &bench->infos[0], 1);
    env->r[0] = 1;
    bench->backend->link(bench->self, bench->codes[0].links[0], NULL);
    check_left(bench_run(bench, 0), &bench->infos[0], 0);
    /* the first block is entered, but the budget does not suffice for the second */
    bench->backend->link(bench->self, bench->codes[0].links[0], bench->codes[1].entry);
    env->budget = 2;
    check_left(bench_run(bench, 0), &bench->infos[1], JIT_BUDGET);
    assert_int_equal(env->budget, 1);
}

/* A block that goes to itself ends with its budget. */
static void check_loop(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    compile_text(bench, 0,
                 "block 0x100, charge 3, linear\n%1 = get.i32 r0\n%2 = const.i32 1\n"
                 "%3 = add.i32 %1, %2\nset r0, %3\nexit 0x100, link 0\n");
    bench->backend->link(bench->self, bench->codes[0].links[0], bench->codes[0].entry);
    check_left(bench_run(bench, 0), &bench->infos[0], JIT_BUDGET);
    assert_int_equal(env->r[0], 333);
    assert_int_equal(env->budget, 1);
}

static void check_disabled(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    compile_pair(bench);
    env->r[0] = 1;
    bench->backend->link(bench->self, bench->codes[0].links[0], bench->codes[1].entry);
    bench->backend->disable(bench->self, bench->codes[1].entry);
    check_left(bench_run(bench, 0), &bench->infos[1], JIT_BUDGET);
    assert_int_equal(env->budget, 999);
    check_left(bench_run(bench, 1), &bench->infos[1], JIT_BUDGET);
    assert_int_equal(env->budget, 999);
    assert_int_equal(env->r[1], 0);
}

/* ---- the jump cache ---- */

static const char jumper[] = "block 0x100, charge 1, linear\n%1 = get.i32 r0\njump %1\n";

static void check_jumps(struct bench *bench)
{
    struct toy *toy = bench->toy;

    compile_text(bench, 0, jumper);
    compile_text(bench, 1, "block 0x200, charge 1, linear\nquit\n");
    toy->env.r[0] = 0x200;
    check_left(bench_run(bench, 0), &bench->infos[0], JIT_JUMP);
    assert_int_equal(toy->env.target, 0x200);
    toy->jumps[0][(0x200 >> 2) % JIT_JUMPS] =
        (struct jit_jump){.pc = 0x200, .entry = bench->codes[1].entry};
    check_left(bench_run(bench, 0), NULL, JIT_QUIT);
    assert_int_equal(toy->env.budget, 997);
    /* another address, of the same index in the jump cache, is not found */
    toy->env.r[0] = 0x200 + 4 * JIT_JUMPS;
    check_left(bench_run(bench, 0), &bench->infos[0], JIT_JUMP);
    assert_int_equal(toy->env.target, 0x200 + 4 * JIT_JUMPS);
    toy->env.r[0] = 0xfffffffc;
    check_left(bench_run(bench, 0), &bench->infos[0], JIT_JUMP);
    assert_int_equal(toy->env.target, 0xfffffffc);
}

static void check_stressed_jumps(const struct jit_backend *backend)
{
    struct bench *bench = bench_open(backend, JIT_STRESS_EXIT);

    compile_text(bench, 0, jumper);
    bench->toy->env.r[0] = 0x100;
    bench->toy->jumps[0][(0x100 >> 2) % JIT_JUMPS] =
        (struct jit_jump){.pc = 0x100, .entry = bench->codes[0].entry};
    check_left(bench_run(bench, 0), &bench->infos[0], JIT_JUMP);
    bench_close(bench);
}

/* ---- the guest's functions ---- */

static void check_calls(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;
    uint8_t *bank = env->bank;

    env->x[0] = UINT64_C(0x123456789abcdef0);
    env->r[0] = 0xfedcba98;
    env->r[1] = 3;
    uint32_t mixed = (uint32_t)toy_scramble(UINT64_C(0xfedcba9800000003));
    uint64_t blended = toy_scramble(env->x[0] ^ (uint64_t)env->r[0] << 17) + 3;
    check_left(bench_run_text(
                   bench, "block 0x100, charge 1, linear\ninsn 0: pc 0x100, npc 0x104, refund 0\n"
                          "%1 = get.i32 r0\n%2 = get.i32 r1\n%3 = get.i64 x0\n"
                          "move_bank low, -64, @0\n"
                          "%5 = call mix, %1, %2\n%6 = call blend, %1, %3, %2\n"
                          "%7 = call half, %3\ncall poke, %1, %3\n%9 = call peek\n"
                          "set r0, %5\nset x0, %6\nset r1, %7\nset b4, %2\nquit\n"),
               NULL, JIT_QUIT);
    assert_int_equal(env->r[0], mixed);
    assert_int_equal(env->x[0], blended);
    assert_int_equal(env->r[1], UINT64_C(0x123456789abcdef0) >> 31 & 0xffffffff);
    assert_ptr_equal(env->bank, bank - TOY_WINDOW_SIZE);
    assert_int_equal(bench->toy->event_count, 2);
    assert_int_equal(bench->toy->events[0].value, UINT64_C(0x123456789abcdef0) + 0xfedcba98);
    assert_memory_equal(bank - TOY_WINDOW_SIZE + 16, &(uint32_t){3}, 4);
}

/* Values that were computed before a STEP stay what they were though the step changes all state; the bank's base is read
 * again. */
static void check_step(struct bench *bench)
{
    struct toy_env *env = &bench->toy->env;

    compile_text(bench, 0,
                 "block 0x100, charge 9, linear\ninsn 0: pc 0x100, npc 0x104, refund 5\n"
                 "%1 = get.i32 r0\nstep @0\nset b0, %1\nset r3, %1\nquit\n");
    for (unsigned seed = 0; seed < 200; seed++) {
        toy_reset(bench->toy, seed, false);
        env->budget = 500;
        env->r[0] = 0x5eed;
        struct jit_exit left = bench_run(bench, 0);
        check_left(left, NULL, JIT_QUIT);
        assert_int_equal(bench->toy->event_count, 1);
        bool left_early = env->r[3] != 0x5eed;
        if (!left_early) {
            assert_memory_equal(env->bank, &(uint32_t){0x5eed}, 4);
            assert_true(env->budget <= 491 && env->budget > 491 - 40);
        } else {
            assert_true(env->budget <= 496 && env->budget > 496 - 40);
        }
    }
}

/* ---- the cache ---- */

static void check_full(struct bench *bench)
{
    unsigned count = 0;

    bench_parse(bench, plain);
    while (bench->backend->compile(bench->self, bench->block, &bench->infos[0], &bench->codes[0])) {
        count++;
        assert_true(bench->codes[0].size > 0);
        assert_true(bench->backend->used(bench->self) <= (size_t)1 << 20);
        assert_in_range(count, 1, 1 << 20);
    }
    assert_true(count > 10);
    bench->backend->flush(bench->self);
    bench_compile(bench, 0);
    check_left(bench_run(bench, 0), NULL, JIT_QUIT);
    assert_int_equal(bench->toy->env.r[0], 1);
}

#define REUSE_MOST 131072

/* Blocks in the order in which they were made; block i sets r0 to i, then does what `body` says. */
struct made {
    const void *entries[REUSE_MOST];
    unsigned oldest, count; /* those before `oldest` are forgotten */
    const char *body;
};

static void make_until_full(struct bench *bench, struct made *made)
{
    for (;;) {
        char text[400];
        snprintf(text, sizeof text,
                 "block 0x100, charge 1, linear\ninsn 0: pc 0x100, npc 0x104, refund 0\n"
                 "%%1 = const.i32 %u\nset r0, %%1\n%squit\n",
                 made->count, made->body);
        bench_parse(bench, text);
        if (!bench->backend->compile(bench->self, bench->block, &bench->infos[0],
                                     &bench->codes[0])) {
            return;
        }
        assert_true(made->count < REUSE_MOST);
        made->entries[made->count++] = bench->codes[0].entry;
    }
}

static void check_made(struct bench *bench, const struct made *made)
{
    for (unsigned i = made->oldest; i < made->count; i++) {
        bench->toy->env.budget = 1000;
        bench->toy->event_count = 0;
        check_left(bench->backend->run(bench->self, &bench->toy->env, made->entries[i]), NULL,
                   JIT_QUIT);
        assert_int_equal(bench->toy->env.r[0], i);
    }
}

/* Forgets the oldest blocks, several times: those that are left stay as they are, and about as many
 * as were forgotten have room again, in up to three pieces. */
static void check_reuse_of(struct bench *bench, const char *body)
{
    struct made *made = calloc(1, sizeof *made);

    assert_non_null(made);
    made->body = body;
    bench->backend->flush(bench->self);
    make_until_full(bench, made);
    for (unsigned round = 0; round < 7; round++) {
        unsigned all = made->count - made->oldest, before = made->count;
        unsigned forgotten = round == 5 ? all : all / 3;

        made->oldest += forgotten;
        for (unsigned piece = 0; piece < 3; piece++) {
            const void *oldest = forgotten == all ? NULL : made->entries[made->oldest];
            bench->backend->reuse(bench->self, piece == 0 ? oldest : made->entries[made->oldest]);
            make_until_full(bench, made);
        }
        assert_in_range(made->count - before, forgotten * 9 / 10, forgotten * 11 / 10 + 20);
        assert_true(bench->backend->used(bench->self) <= (size_t)1 << 20);
        check_made(bench, made);
    }
    free(made);
}

/* Whichever half of the buffer is full first: the lower with main sections, the upper with stubs. */
static void check_reuse(struct bench *bench)
{
    check_reuse_of(bench, "");
    check_reuse_of(bench, "set r1, %1\nset r2, %1\nset r3, %1\nset r4, %1\nset r5, %1\n"
                          "set r6, %1\nset r7, %1\n");
    check_reuse_of(bench, "%3 = load.32 %1, @0\nset r1, %3\n%5 = load.32 %1, @0\nset r2, %5\n"
                          "%7 = load.32 %1, @0\nset r3, %7\n");
}

static void check_listing(struct bench *bench)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    compile_text(bench, 0, plain);
    bench->backend->disassemble(bench->self, &bench->codes[0], stream);
    fclose(stream);
    assert_true(size > 40);
    free(text);
}

static void test_budget(void **state)
{
    (void)state;
    bench_each(check_budget);
    bench_each(check_charge);
    bench_each(check_give_back);
    bench_each(check_refund);
}

static void test_links(void **state)
{
    (void)state;
    bench_each(check_links);
    bench_each(check_loop);
    bench_each(check_disabled);
}

static void test_jumps(void **state)
{
    (void)state;
    bench_each(check_jumps);
    for (unsigned i = 0; i < BENCH_BACKENDS; i++) {
        check_stressed_jumps(bench_backends[i]);
    }
}

static void test_calls(void **state)
{
    (void)state;
    bench_each(check_calls);
    bench_each(check_step);
}

static void test_cache(void **state)
{
    (void)state;
    bench_each(check_full);
    bench_each(check_reuse);
    bench_each(check_listing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget), cmocka_unit_test(test_links),
        cmocka_unit_test(test_jumps),  cmocka_unit_test(test_calls),
        cmocka_unit_test(test_cache),  cmocka_unit_test(test_two_flags),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
