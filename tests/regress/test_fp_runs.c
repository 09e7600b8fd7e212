// SPDX-License-Identifier: MIT
/*
 * FPops that are checked together (jit/opt_nans.c): a few words each, executed by the interpreter, as host code and as
 * IR, with each kind of special result somewhere among them.  All state must be the same, at the same cycle.
 */
#include "agree.h"
#include "check.h"

#define NOWHERE 0xa0000000u /* there is no memory */

#define W_REGS(op, op3, rd, rs1, rs2)                                                              \
    ((uint32_t)(op) << 30 | (uint32_t)(rd) << 25 | (uint32_t)(op3) << 19 | (uint32_t)(rs1) << 14 | \
     (uint32_t)(rs2))
#define W_FPOP(opf, d, a, b) W_REGS(2, 0x34, d, a, (opf) << 5 | (b))
#define W_STFSR(rs1, imm)    W_FORMAT3(3, 0x25, 0, rs1, imm)
#define W_LDDF(f, rs1, imm)  W_FORMAT3(3, 0x23, f, rs1, imm)
#define W_STF(f, rs1, imm)   W_FORMAT3(3, 0x24, f, rs1, imm)
#define W_STDF(f, rs1, imm)  W_FORMAT3(3, 0x27, f, rs1, imm)
#define W_FADDS(d, a, b)     W_FPOP(0x041, d, a, b)
#define W_FMULS(d, a, b)     W_FPOP(0x049, d, a, b)
#define W_FADDD(d, a, b)     W_FPOP(0x042, d, a, b)
#define W_FSUBD(d, a, b)     W_FPOP(0x046, d, a, b)
#define W_FMULD(d, a, b)     W_FPOP(0x04a, d, a, b)
#define W_FSQRTD(d, b)       W_FPOP(0x02a, d, 0, b)
#define W_FSTOD(d, b)        W_FPOP(0x0c9, d, 0, b)
#define W_FDTOS(d, b)        W_FPOP(0x0c6, d, 0, b)
#define W_FNEGS(d, b)        W_FPOP(0x005, d, 0, b)
#define W_FABSS(d, b)        W_FPOP(0x009, d, 0, b)

#define AGREE(words, prepare, cycles)                                                              \
    agree(&(const struct test_case){words, sizeof(words) / sizeof(words)[0], prepare, NULL}, cycles)

/* ---- operands ---- */

static void put_double(struct cpu *cpu, unsigned f, uint64_t bits)
{
    cpu->f[CPU_F(f)] = (uint32_t)(bits >> 32);
    cpu->f[CPU_F(f + 1)] = (uint32_t)bits;
}

/* Operands %f0, %f2, %f4, %f6 of the runs. */
static const uint64_t run_numbers[][4] = {
    {0x3ff0000000000000, 0x4000000000000000, 0x4008000000000000, 0x4010000000000000}, /* 1 2 3 4 */
    {0x7ff8000000001234, 0x3ff0000000000000, 0x3ff0000000000000, 0x3ff0000000000000}, /* a NaN */
    {0x3ff0000000000000, 0x7ff8000000000001, 0x3ff0000000000000, 0xfff8000000000002}, /* two */
    {0x7ff8000000000001, 0x7ff8000000000002, 0x3ff0000000000000, 0x3ff0000000000000},
    {0x3ff0000000000000, 0x4000000000000000, 0x7ff0000000000001,
     0x3ff0000000000000}, /* it signals */
    {0x7ff0000000000000, 0xfff0000000000000, 0x3ff0000000000000,
     0x3ff0000000000000}, /* inf - inf */
    {0x7fefffffffffffff, 0x7fefffffffffffff, 0x3ff0000000000000, 0x3ff0000000000000}, /* overflow */
    {0x0010000000000000, 0x0000000000000000, 0x3fe0000000000000, 0x3ff0000000000000}, /* tiny */
    {0x0010000000000000, 0x0000000000000000, 0x3fefffffffffffff, 0x3ff0000000000000}, /* least */
    {0x0000000000000000, 0x8000000000000000, 0x4014000000000000, 0x3ff0000000000000}, /* 0 */
    {0x3ff0000000000000, 0x0000000000000000, 0x0000000000000001,
     0xc014000000000000}, /* subnormal */
    {0x4008000000000000, 0x3ff0000000000000, 0x3fd0000000000000,
     0x4010000000000000}, /* root of -2 */
};
static unsigned run_set;

static void run_operands(struct cpu *cpu)
{
    for (unsigned i = 0; i < 4; i++) {
        put_double(cpu, 2 * i, run_numbers[run_set][i]);
    }
    cpu_set_reg(cpu, G2, run_set % 2 == 0 ? DATA + 16 : NOWHERE);
    cpu_set_reg(cpu, G3, run_set % 3 == 0 ? DATA + 20 : DATA + 16); /* misaligned */
}

/* ---- runs ---- */

/* A NaN, or a product that is tiny, in the middle of FPops that are checked together: registers that they read are
 * overwritten, flags change, and a guard of memory lies between.  Two at the end are checked at once. */
static void test_runs(void **state)
{
    static const uint32_t words[] = {W_FADDD(16, 0, 2),
                                     W_FMULD(18, 16, 4),
                                     W_ADD(G7, G7, 1),
                                     W_FSUBD(20, 18, 0),
                                     W_FADDD(0, 20, 6),
                                     W_SUBCC(G7, 1),
                                     W_FMULD(22, 0, 0),
                                     W_FSQRTD(24, 20),
                                     W_FADDD(26, 24, 20),
                                     W_STDF(26, G1, 0),
                                     W_STDF(22, G1, 8),
                                     W_STFSR(G1, 32),
                                     W_BA(0),
                                     W_NOP};
    static const uint32_t loads[] = {W_STDF(0, G1, 16),
                                     W_STDF(2, G1, 24),
                                     W_FADDD(16, 4, 6),
                                     W_FSUBD(18, 16, 4),
                                     W_LDDF(20, G3, 0),
                                     W_LDDF(22, G3, 8),
                                     W_LDDF(24, G3, 0),
                                     W_FADDD(26, 22, 20),
                                     W_FMULD(26, 26, 18),
                                     W_FSUBD(26, 26, 24),
                                     W_STFSR(G1, 32),
                                     W_STDF(26, G1, 0),
                                     W_BA(0),
                                     W_NOP};
    static const uint32_t device[] = {W_FADDD(16, 4, 6),
                                      W_FSUBD(18, 16, 4),
                                      W_FADDD(18, 18, 0),
                                      W_LDDF(20, G2, 0),
                                      W_LDDF(22, G2, 8),
                                      W_LDDF(24, G2, 16),
                                      W_FADDD(26, 18, 16),
                                      W_FSUBD(26, 26, 24),
                                      W_STDF(26, G1, 0),
                                      W_STFSR(G1, 32),
                                      W_BA(0),
                                      W_NOP};
    (void)state;
    for (run_set = 0; run_set < ARRAY_LEN(run_numbers); run_set++) {
        AGREE(words, run_operands, ARRAY_LEN(words) + 2);
        AGREE(loads, run_operands, ARRAY_LEN(loads) + 2);
        AGREE(device, run_operands, ARRAY_LEN(device) + 2);
    }
}

static void run_singles(struct cpu *cpu)
{
    for (unsigned i = 0; i < 4; i++) {
        cpu->f[CPU_F(i)] = (uint32_t)(run_numbers[run_set][i] >> 32);
    }
}

/* The same for singles, with conversions and changes of signs; the high words of the doubles are NaNs where these are. */
static void test_runs_of_singles(void **state)
{
    static const uint32_t words[] = {W_FADDS(8, 0, 1), W_FMULS(9, 8, 2),
                                     W_FNEGS(9, 9),    W_FADDS(10, 9, 3),
                                     W_FSTOD(12, 10),  W_FADDD(14, 12, 12),
                                     W_FDTOS(11, 14),  W_FADDS(0, 11, 9),
                                     W_FABSS(1, 0),    W_FADDS(2, 1, 0),
                                     W_STF(2, G1, 0),  W_STFSR(G1, 32),
                                     W_BA(0),          W_NOP};

    (void)state;
    for (run_set = 0; run_set < ARRAY_LEN(run_numbers); run_set++) {
        AGREE(words, run_singles, ARRAY_LEN(words) + 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_runs_of_singles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
