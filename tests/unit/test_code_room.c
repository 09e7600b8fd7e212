// SPDX-License-Identifier: MIT
/* Room for generated code: more hot code than the cache begins with is translated once, and what does
 * not fit takes the place of the oldest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bits.h"
#include "guest.h"

#define BOARD "[board]\nclock = 40M\n[memory]\nram = base=0x40000000, size=8M\n"
#define CODE  (GUEST_RAM + 0x1000)
#define DATA  (GUEST_RAM + 0x600000) /* a pointer to itself */
#define WORDS (1u << 19)             /* 2 MiB; each is some 40 bytes of the host's code */

/* A loop of loads, each through what the one before has loaded, so that each looks into the TLB. */
static void begin(struct guest *g, size_t cache_size, unsigned threshold)
{
    static const uint32_t head[] = {W_NOP};
    struct leon3emu_options options;
    uint8_t *code = malloc(4 * WORDS);
    struct access how = {L3_ATTR_DEBUG | L3_ATTR_SUPERVISOR, 0, 0};

    leon3emu_options_init(&options);
    options.input_fd = options.output_fd = -1;
    options.jit.threshold = threshold;
    options.jit.cache_size = cache_size != 0 ? cache_size : options.jit.cache_size;
    guest_create_with(g, BOARD, &options);
    assert_non_null(g->m);
    assert_non_null(code);
    for (uint32_t i = 0; i < WORDS; i++) {
        be32_store(code + 4 * i, W_LD(G1, G1, 0));
    }
    be32_store(code + 4 * (WORDS - 2), W_BA(-(int)(WORDS - 2)));
    be32_store(code + 4 * (WORDS - 1), W_NOP);
    assert_true(addrspace_write(&g->m->space, CODE, code, 4 * WORDS, &how));
    guest_program(g, CODE - 4, head, 1);
    guest_poke(g, DATA, DATA);
    cpu_set_reg(guest_cpu(g), G1, DATA);
    free(code);
}

static void test_hot_code_is_translated_once(void **state)
{
    struct guest g;
    uint64_t made, flushes;
    (void)state;
    begin(&g, 0, 0);
    /* Some rounds, in which blocks think again about what they guessed of memory. */
    assert_int_equal(guest_run(&g, 20 * (uint64_t)WORDS), STOP_CYCLES);
    made = guest_figure(&g, "blocks_translated ");
    flushes = guest_figure(&g, "cache_flushes ");
    assert_true(guest_figure(&g, "code_bytes ") > 16u << 20);
    assert_int_equal(guest_run(&g, 24 * (uint64_t)WORDS), STOP_CYCLES);
    assert_true(guest_figure(&g, "blocks_translated ") - made <= made / 100);
    assert_int_equal(guest_figure(&g, "cache_flushes "), flushes);
    guest_free(&g);
}

/* The size that is asked for is the most, and what does not fit takes the place of the oldest. */
static void test_limit(void **state)
{
    struct guest g;
    uint64_t evictions, flushes;
    (void)state;
    begin(&g, 17 << 20, 0);
    assert_int_equal(guest_run(&g, WORDS + 1), STOP_CYCLES);
    evictions = guest_figure(&g, "cache_evictions ");
    flushes = guest_figure(&g, "cache_flushes ");
    assert_int_equal(guest_run(&g, 2 * (uint64_t)WORDS), STOP_CYCLES);
    assert_true(guest_figure(&g, "cache_evictions ") > evictions);
    assert_int_equal(guest_figure(&g, "cache_flushes "), flushes);
    assert_true(guest_figure(&g, "code_bytes ") <= 17u << 20);
    assert_int_equal(cpu_reg(guest_cpu(&g), G1), DATA);
    guest_free(&g);
}

/* Code that does not fit is not translated again in each round: what was forgotten must be executed
 * more often than before. */
static void test_rounds_through_too_much_code(void **state)
{
    struct guest g;
    uint64_t made;
    (void)state;
    begin(&g, 4 << 20, 1);
    assert_int_equal(guest_run(&g, 4 * (uint64_t)WORDS), STOP_CYCLES);
    made = guest_figure(&g, "blocks_translated ");
    assert_int_equal(guest_run(&g, 64 * (uint64_t)WORDS), STOP_CYCLES);
    assert_true(guest_figure(&g, "cache_evictions ") > 0);
    assert_true(guest_figure(&g, "blocks_translated ") < 4 * made);
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hot_code_is_translated_once),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_rounds_through_too_much_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
