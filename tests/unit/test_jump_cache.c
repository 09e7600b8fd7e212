// SPDX-License-Identifier: MIT
/* The jump caches: what is noted is found, in the CPU's context and mode only, until it is dropped or
 * cleared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exec/jump_cache.h"

#define CPUS 2
#define PC   0x40001000u
#define FAR  (PC + 4 * JIT_JUMPS) /* has the same place */

static const char code[2];

struct fixture {
    struct jump_cache cache;
    struct cpu *cpus;
};

static void fixture_open(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->cpus = calloc(CPUS, sizeof *f->cpus);
    assert_non_null(f->cpus);
    assert_true(jump_cache_init(&f->cache, CPUS));
    for (unsigned i = 0; i < CPUS; i++) {
        f->cpus[i].config.index = i;
        jump_cache_select(&f->cache, &f->cpus[i], 0, true);
    }
}

static void fixture_close(struct fixture *f)
{
    jump_cache_fini(&f->cache);
    free(f->cpus);
}

static void select_slot(struct fixture *f, unsigned slot, bool is_new)
{
    f->cpus[0].tlb.context_slot = slot;
    jump_cache_select(&f->cache, &f->cpus[0], slot, is_new);
}

/* Where generated code of CPU `index` would go for pc; NULL: it would not find it. */
static const void *found(const struct fixture *f, unsigned index, uint32_t mode, uint32_t pc)
{
    const struct jit_jump *jump = jump_cache_at(f->cpus[index].jit_context.all_jumps, mode, pc);
    return jump->pc == pc ? jump->entry : NULL;
}

static void test_found_in_its_mode_and_context(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    assert_null(found(&f, 0, MODE_MMU, PC));
    assert_null(found(&f, 0, MODE_MMU, 0));
    jump_cache_note(&f.cache, &f.cpus[0], MODE_MMU, PC, &code[0]);
    assert_ptr_equal(found(&f, 0, MODE_MMU, PC), &code[0]);
    assert_null(found(&f, 0, MODE_MMU, FAR));
    assert_null(found(&f, 0, MODE_MMU, PC + 4));
    assert_null(found(&f, 0, MODE_MMU, 0));
    assert_null(found(&f, 0, MODE_MMU | MODE_EF, PC));
    assert_null(found(&f, 1, MODE_MMU, PC));
    select_slot(&f, 5, true);
    assert_null(found(&f, 0, MODE_MMU, PC));
    jump_cache_note(&f.cache, &f.cpus[0], MODE_MMU, FAR, &code[1]);
    select_slot(&f, 0, false);
    assert_ptr_equal(found(&f, 0, MODE_MMU, PC), &code[0]);
    select_slot(&f, 5, false);
    assert_ptr_equal(found(&f, 0, MODE_MMU, FAR), &code[1]);
    select_slot(&f, 5, true);
    assert_null(found(&f, 0, MODE_MMU, FAR));
    fixture_close(&f);
}

/* A block is dropped wherever it is, and what has its place meanwhile stays. */
static void test_dropped(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    for (unsigned i = 0; i < CPUS; i++) {
        jump_cache_note(&f.cache, &f.cpus[i], 0, PC, &code[0]);
    }
    select_slot(&f, 1, true);
    jump_cache_note(&f.cache, &f.cpus[0], 0, FAR, &code[1]);
    jump_cache_drop(&f.cache, 0, PC, &code[0]);
    assert_null(found(&f, 1, 0, PC));
    assert_ptr_equal(found(&f, 0, 0, FAR), &code[1]);
    select_slot(&f, 0, false);
    assert_null(found(&f, 0, 0, PC));
    fixture_close(&f);
}

static void test_cleared(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    for (unsigned i = 0; i < CPUS; i++) {
        jump_cache_note(&f.cache, &f.cpus[i], MODE_MMU, 0, &code[0]);
        jump_cache_note(&f.cache, &f.cpus[i], MODE_MMU, PC, &code[0]);
        jump_cache_note(&f.cache, &f.cpus[i], 0, PC, &code[1]);
    }
    jump_cache_clear_virtual(&f.cache, &f.cpus[0]);
    assert_null(found(&f, 0, MODE_MMU, 0));
    assert_null(found(&f, 0, MODE_MMU, PC));
    assert_ptr_equal(found(&f, 0, 0, PC), &code[1]);
    assert_ptr_equal(found(&f, 1, MODE_MMU, 0), &code[0]);
    assert_ptr_equal(found(&f, 1, MODE_MMU, PC), &code[0]);
    jump_cache_clear(&f.cache);
    for (unsigned i = 0; i < CPUS; i++) {
        assert_null(found(&f, i, MODE_MMU, 0));
        assert_null(found(&f, i, MODE_MMU, PC));
        assert_null(found(&f, i, 0, PC));
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found_in_its_mode_and_context),
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
