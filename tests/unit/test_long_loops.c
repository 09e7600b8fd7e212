// SPDX-License-Identifier: MIT
/* Loops that proved to be hot are unrolled further: state and counts are those of the interpreter wherever time is up,
 * a trap is taken, or the loop's own code is overwritten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guest.h"

#define RAM_END   (GUEST_RAM + 0x100000)
#define PROGRAM   (GUEST_RAM + 0x8000)
#define LOOP      (PROGRAM + 8)
#define ELSEWHERE (GUEST_RAM + 0x10)
#define SLICE     997u
#define SLICES    600u

/* %g4 rounds of 8 instructions and some NOPs, which go through memory from %o5 on.  Then the word in %o2 is put where %o1
 * points, exchanged with that in %o3, and all begins anew. */
static void load(struct guest *g, unsigned nops, uint32_t start, uint32_t rounds,
                 enum exec_kind kind)
{
    uint32_t words[64] = {W_ADD(G1, O0 + 5, 0), W_ADD(G3, G4, 0), W_LD(G2, G1, 0),
                          W_ADD(G2, G2, 1)};
    unsigned n = 4;
    struct leon3emu_options options;

    leon3emu_options_init(&options);
    options.input_fd = options.output_fd = -1;
    options.exec = kind;
    guest_create_with(g, GUEST_BOARD GUEST_TIMER, &options);
    assert_non_null(g->m);
    for (unsigned i = 0; i < nops; i++) {
        words[n++] = W_NOP;
    }
    words[n++] = W_ADD(G3, G3, -1);
    words[n++] = W_SUBCC(G3, 0);
    words[n++] = W_ST(G2, G1, 0);
    words[n] = W_BNE(2 - (int)n);
    n++;
    words[n++] = W_ADD(G1, G1, 4);
    words[n++] = W_ST(O0 + 2, O0 + 1, 0);
    words[n++] = W_ADD(O0 + 4, O0 + 2, 0);
    words[n++] = W_ADD(O0 + 2, O0 + 3, 0);
    words[n++] = W_ADD(O0 + 3, O0 + 4, 0);
    words[n] = W_BA(-(int)n);
    n++;
    words[n++] = W_NOP;
    guest_program(g, PROGRAM, words, n);
    cpu_set_reg(guest_cpu(g), G4, rounds);
    cpu_set_reg(guest_cpu(g), O0 + 5, start);
}

static void load_handlers(struct guest *g)
{
    static const uint32_t on_data[] = {W_ADD(G6, G6, 1), W_ADD(G1, I0 + 5, 0), W_JMP(L1, 0),
                                       W_RETT(L2, 0)};
    static const uint32_t on_timer[] = {W_ADD(G7, G7, 1), W_JMP(L1, 0), W_RETT(L2, 0), W_NOP};

    for (unsigned i = 0; i < 4; i++) {
        guest_poke(g, GUEST_RAM + 0x90 + 4 * i, on_data[i]);
        guest_poke(g, GUEST_RAM + 0x160 + 4 * i, on_timer[i]);
    }
    guest_poke(g, GUEST_IRQ + 0x40, 0x40);
    guest_poke(g, GUEST_TIME + 4, 9);
    guest_poke(g, GUEST_TIME + 0x14, 70);
    guest_poke(g, GUEST_TIME + 0x18, 0xf);
}

struct variant {
    uint32_t start, rounds;
    uint32_t
        patch; /* what is put at `patched` each time the loop is over, in turn with W_ADD(G2, G2, 1) */
    uint32_t patched;
    uint32_t second; /* the loop's second instruction */
};

static void check(const struct variant *v, unsigned nops)
{
    struct guest a, b;

    load(&a, nops, v->start, v->rounds, EXEC_JIT);
    load(&b, nops, v->start, v->rounds, EXEC_INTERP);
    for (struct guest *g = &a; g != NULL; g = g == &a ? &b : NULL) {
        load_handlers(g);
        cpu_set_reg(guest_cpu(g), O0 + 1, v->patched);
        cpu_set_reg(guest_cpu(g), O0 + 2, v->patch);
        cpu_set_reg(guest_cpu(g), O0 + 3, W_ADD(G2, G2, 1));
        guest_poke(g, LOOP + 4, v->second);
    }
    for (unsigned i = 1; i <= SLICES; i++) {
        assert_int_equal(guest_run(&a, i * SLICE), STOP_CYCLES);
        assert_int_equal(guest_run(&b, i * SLICE), STOP_CYCLES);
        assert_int_equal(leon3emu_instructions(a.m), leon3emu_instructions(b.m));
        assert_int_equal(guest_cpu(&a)->pc, guest_cpu(&b)->pc);
        assert_true(i % 8 != 0 || leon3emu_state_hash(a.m) == leon3emu_state_hash(b.m));
    }
    assert_in_range(guest_figure(&a, "long_loops "), 1, 4);
    assert_true(cpu_reg(guest_cpu(&a), G7) > 100);
    assert_true(v->start < RAM_END - 0x10000 || cpu_reg(guest_cpu(&a), G6) > 5);
    guest_free(&a);
    guest_free(&b);
}

static void check_lengths(struct variant v)
{
    check(&v, 0);
    check(&v, 28);
    check(&v, 48);
}

static void test_time_is_up(void **state)
{
    (void)state;
    check_lengths((struct variant){GUEST_RAM + 0x20000, 3000, 0, ELSEWHERE, W_ADD(G2, G2, 1)});
}

static void test_traps(void **state)
{
    (void)state;
    check_lengths((struct variant){RAM_END - 0x1000, 0x40000000, 0, ELSEWHERE, W_ADD(G2, G2, 1)});
}

/* The code is changed each time the loop is over. */
static void test_patched_code(void **state)
{
    (void)state;
    check_lengths(
        (struct variant){GUEST_RAM + 0x20000, 3000, W_ADD(G2, G2, 5), LOOP + 4, W_ADD(G2, G2, 1)});
}

/* The loop runs over its own code and writes what is there. */
static void test_code_written_from_within(void **state)
{
    (void)state;
    check_lengths((struct variant){LOOP - 4 * 1500, 3000, 0, ELSEWHERE, W_ADD(G2, G2, 0)});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_is_up),
        cmocka_unit_test(test_traps),
        cmocka_unit_test(test_patched_code),
        cmocka_unit_test(test_code_written_from_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
