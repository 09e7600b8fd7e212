// SPDX-License-Identifier: MIT
/*
 * FPops stay in generated code whatever FSR's modes are, and on each kind of FPU, as long as nothing traps: a
 * loop of them is executed with next to no instruction left to the interpreter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check.h"
#include "guest.h"
#include "sparc/softfloat.h"

#define CODE  (GUEST_RAM + 0x2000)
#define DATA  (GUEST_RAM + 0x8000)
#define LOOPS 2000u

#define W_FPOP(op3, opf, d, a, b)                                                                  \
    (2u << 30 | (uint32_t)(d) << 25 | (uint32_t)(op3) << 19 | (uint32_t)(a) << 14 |                \
     (uint32_t)(opf) << 5 | (uint32_t)(b))
#define W_LDDF(d, rs1, imm) W_FORMAT3(3, 0x23, d, rs1, imm)

/* %f0 3.0, %f2 7.0, %f4 1.0e10, as doubles; or 8.0 and 4.0, of which nothing is rounded; %f16 and %f17 singles. */
static const uint32_t words[] = {
    W_LDDF(0, G1, 0),
    W_LDDF(2, G1, 8),
    W_LDDF(4, G1, 16),
    W_FPOP(0x34, 0x042, 6, 0, 2),    /* faddd */
    W_FPOP(0x34, 0x046, 8, 4, 2),    /* fsubd */
    W_FPOP(0x34, 0x04a, 10, 6, 4),   /* fmuld */
    W_FPOP(0x34, 0x04e, 12, 0, 2),   /* fdivd */
    W_FPOP(0x34, 0x02a, 14, 0, 2),   /* fsqrtd */
    W_FPOP(0x34, 0x0c6, 16, 0, 12),  /* fdtos */
    W_FPOP(0x34, 0x0c9, 18, 0, 16),  /* fstod */
    W_FPOP(0x34, 0x069, 20, 16, 16), /* fsmuld */
    W_FPOP(0x34, 0x0d2, 22, 0, 12),  /* fdtoi */
    W_FPOP(0x34, 0x0c4, 22, 0, 22),  /* fitos */
    W_FPOP(0x34, 0x041, 22, 22, 16), /* fadds */
    W_FPOP(0x35, 0x052, 0, 12, 2),   /* fcmpd */
    W_SUBCC(G2, 1),
    W_BA(-16),
    W_NOP,
};

#define INSNS (sizeof words / sizeof words[0])

static void put_double(struct guest *g, unsigned number, uint64_t bits)
{
    guest_poke(g, DATA + 8 * number, (uint32_t)(bits >> 32));
    guest_poke(g, DATA + 8 * number + 4, (uint32_t)bits);
}

static void start(struct guest *g, const char *fpu, uint32_t fsr, bool exact)
{
    struct leon3emu_options options;
    char board[500];

    snprintf(board, sizeof board, "%s[cpu]\nfpu = %s\n", GUEST_BOARD, fpu);
    leon3emu_options_init(&options);
    options.input_fd = options.output_fd = -1;
    options.exec = EXEC_JIT;
    options.jit.threshold = 0;
    guest_create_with(g, board, &options);
    assert_non_null(g->m);
    guest_program(g, CODE, words, INSNS);
    put_double(g, 0, exact ? 0x4020000000000000 : 0x4008000000000000);
    put_double(g, 1, exact ? 0x4010000000000000 : 0x401c000000000000);
    put_double(g, 2, 0x4202a05f20000000);
    cpu_set_psr(guest_cpu(g), cpu_psr(guest_cpu(g)) | 1u << PSR_EF);
    cpu_set_reg(guest_cpu(g), G1, DATA);
    guest_cpu(g)->fsr = fsr;
}

/* The first round of the loop may have to learn that inexact has accrued. */
static void expect_fast_if(const char *fpu, uint32_t fsr, bool exact)
{
    struct guest g;

    start(&g, fpu, fsr, exact);
    guest_run(&g, LOOPS * INSNS);
    if (guest_cpu(&g)->jit_context.stepped > 3 * INSNS) {
        fail_msg("%s, FSR %08x: %u of %u instructions were interpreted", fpu, (unsigned)fsr,
                 (unsigned)guest_cpu(&g)->jit_context.stepped, (unsigned)(LOOPS * INSNS));
    }
    assert_int_equal(guest_cpu(&g)->fp_state, FP_EXECUTE);
    assert_int_equal(cpu_fsr(guest_cpu(&g)) >> FSR_AEXC & 0x1f, exact ? 0 : SOFTFLOAT_NX);
    guest_free(&g);
}

static void expect_fast(const char *fpu, uint32_t fsr)
{
    expect_fast_if(fpu, fsr, false);
}

static void test_traps(void **state)
{
    static const unsigned enabled[] = {SOFTFLOAT_NV, SOFTFLOAT_DZ, SOFTFLOAT_OF, SOFTFLOAT_UF,
                                       0x1e};
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(enabled); i++) {
        expect_fast("ieee", enabled[i] << FSR_TEM);
        expect_fast("grfpu", enabled[i] << FSR_TEM);
    }
}

static void test_rounding(void **state)
{
    (void)state;
    for (uint32_t rounding = 0; rounding < 4; rounding++) {
        expect_fast("ieee", rounding << FSR_RD);
        expect_fast("grfpu-lite", rounding << FSR_RD | (uint32_t)SOFTFLOAT_OF << FSR_TEM);
    }
}

/* Exact results stay on the host where inexact ones trap, and where nothing has told yet that they do not matter.
 * Needs a host with fused multiply and add. */
static void test_exact(void **state)
{
    static const unsigned enabled[] = {SOFTFLOAT_NX, SOFTFLOAT_OF, SOFTFLOAT_UF, 0x1f};

    (void)state;
    if (!__builtin_cpu_supports("fma")) {
        skip();
    }
    for (unsigned i = 0; i < 4 * ARRAY_LEN(enabled); i++) {
        uint32_t fsr = enabled[i / 4] << FSR_TEM | (i % 4) << FSR_RD;
        expect_fast_if("ieee", fsr, true);
        expect_fast_if("grfpu", fsr, true);
    }
}

/* A rounded result traps: the second FPop of 1 / 3 and whatever finds it. */
static void test_inexact_traps(void **state)
{
    struct guest g;

    (void)state;
    start(&g, "ieee", (uint32_t)SOFTFLOAT_NX << FSR_TEM, false);
    cpu_set_psr(guest_cpu(&g), cpu_psr(guest_cpu(&g)) | 1u << PSR_ET);
    guest_run(&g, 8); /* fdivd is the seventh, and fsqrtd takes its trap */
    assert_int_equal(guest_cpu(&g)->tt, TT_FP_EXCEPTION);
    assert_int_equal(guest_cpu(&g)->fq_address, CODE + 6 * 4);
    assert_int_equal(cpu_fsr(guest_cpu(&g)) >> FSR_AEXC & 0x1f, 0);
    assert_int_equal(cpu_fsr(guest_cpu(&g)) & 0x1f, SOFTFLOAT_NX);
    guest_free(&g);
}

static void test_grfpu(void **state)
{
    (void)state;
    expect_fast("grfpu", 0);
    expect_fast("grfpu", 1u << FSR_NS);
    expect_fast("grfpu-lite", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traps), cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_exact), cmocka_unit_test(test_inexact_traps),
        cmocka_unit_test(test_grfpu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
