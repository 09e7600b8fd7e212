// SPDX-License-Identifier: MIT
/*
 * The soft-float against the SPARC V8 manual, appendix N, row by row: NaN results, untrapped and
 * trapped underflow, conversion to integer; and hand-picked values at the edges of every operation,
 * rounding direction and flag. Bulk agreement with IEEE 754 is the business of tests/softfloat.
 */
#include "sparc/softfloat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <inttypes.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

// Short names, so that a table row is one line.
enum {
    RN = SOFTFLOAT_NEAREST_EVEN,
    RZ = SOFTFLOAT_TO_ZERO,
    RU = SOFTFLOAT_UP,
    RD = SOFTFLOAT_DOWN
};
enum {
    NX = SOFTFLOAT_NX,
    DZ = SOFTFLOAT_DZ,
    UF = SOFTFLOAT_UF,
    OF = SOFTFLOAT_OF,
    NV = SOFTFLOAT_NV,
};

typedef uint32_t binary_single(struct softfloat *env, uint32_t rs1, uint32_t rs2);
typedef uint64_t binary_double(struct softfloat *env, uint64_t rs1, uint64_t rs2);

struct case_single {
    binary_single *run;
    uint8_t rounding;
    uint32_t rs1, rs2, rd;
    uint8_t flags;
};

struct case_double {
    binary_double *run;
    uint8_t rounding;
    uint64_t rs1, rs2, rd;
    uint8_t flags;
};

static void check(const char *table, size_t row, const struct softfloat *env, uint64_t result,
                  uint64_t expected, unsigned flags)
{
    if (result != expected || env->flags != flags) {
        fail_msg("%s, row %zu, rounding %u: got %" PRIx64 " flags %02x, expected %" PRIx64 " %02x",
                 table, row, env->rounding, result, env->flags, expected, flags);
    }
}

static void check_singles(const char *table, const struct case_single *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct case_single *c = &cases[i];
        struct softfloat env = {.rounding = c->rounding};
        uint32_t result = c->run(&env, c->rs1, c->rs2);
        check(table, i, &env, result, c->rd, c->flags);
    }
}

static void check_doubles(const char *table, const struct case_double *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct case_double *c = &cases[i];
        struct softfloat env = {.rounding = c->rounding};
        uint64_t result = c->run(&env, c->rs1, c->rs2);
        check(table, i, &env, result, c->rd, c->flags);
    }
}

#define CHECK_SINGLES(cases) check_singles(#cases, cases, ARRAY_LEN(cases))
#define CHECK_DOUBLES(cases) check_doubles(#cases, cases, ARRAY_LEN(cases))

// Operations of one operand, and others, in the form of the tables.
static uint32_t fsqrts(struct softfloat *env, uint32_t rs1, uint32_t rs2)
{
    assert_int_equal(rs1, 0);
    return softfloat_fsqrts(env, rs2);
}

static uint64_t fsqrtd(struct softfloat *env, uint64_t rs1, uint64_t rs2)
{
    assert_int_equal(rs1, 0);
    return softfloat_fsqrtd(env, rs2);
}

static uint64_t fsmuld(struct softfloat *env, uint64_t rs1, uint64_t rs2)
{
    return softfloat_fsmuld(env, (uint32_t)rs1, (uint32_t)rs2);
}

/* -- NaNs: N.4 --------------------------------------------------------------------------------- */

// The manual's table: rows are rs1, columns rs2: a number, QNaN2, SNaN2. Entry: which operand, 1 or
// 2, is the result; 0 is IEEE 754.
static const uint8_t nan_table[3][3] = {
    {0, 2, 2}, // number
    {1, 2, 2}, // QNaN1
    {1, 1, 2}, // SNaN1
};

// Different signs and payloads, so that a result tells its operand.
static const uint32_t nan_single1[3] = {0x3f800000, 0x7fc12345, 0xff854321};
static const uint32_t nan_single2[3] = {0xbf800000, 0xffd2468a, 0x7f813579};
static const uint64_t nan_double1[3] = {0x3ff0000000000000, 0x7ff8123456789abc, 0xfff0fedcba987654};
static const uint64_t nan_double2[3] = {0xbff0000000000000, 0xfffa2468ace02468, 0x7ff1357913579135};

static unsigned nan_flags(int i, int j)
{
    return i == 2 || j == 2 ? NV : 0;
}

static void test_nan_table_single(void **state)
{
    static binary_single *const operations[] = {softfloat_fadds, softfloat_fsubs, softfloat_fmuls,
                                                softfloat_fdivs};
    (void)state;
    for (int n = 0; n < 4 * 9; n++) {
        int i = n / 3 % 3, j = n % 3;
        struct softfloat env = {0};
        uint32_t result = operations[n / 9](&env, nan_single1[i], nan_single2[j]);
        uint32_t chosen = nan_table[i][j] == 1 ? nan_single1[i] : nan_single2[j];
        if (nan_table[i][j] != 0) {
            check("nan_table, single", (size_t)n, &env, result, chosen | 0x00400000,
                  nan_flags(i, j));
        }
    }
}

static void test_nan_table_double(void **state)
{
    static binary_double *const operations[] = {softfloat_faddd, softfloat_fsubd, softfloat_fmuld,
                                                softfloat_fdivd};
    (void)state;
    for (int n = 0; n < 4 * 9; n++) {
        int i = n / 3 % 3, j = n % 3;
        struct softfloat env = {0};
        uint64_t result = operations[n / 9](&env, nan_double1[i], nan_double2[j]);
        uint64_t chosen = nan_table[i][j] == 1 ? nan_double1[i] : nan_double2[j];
        if (nan_table[i][j] != 0) {
            check("nan_table, double", (size_t)n, &env, result, chosen | 0x0008000000000000,
                  nan_flags(i, j));
        }
    }
}

// N.4, "NaN transformation", to a wider format.
static uint64_t nan_widened(uint32_t nan)
{
    uint64_t sign = nan >> 31;
    uint64_t fraction = nan & 0x007fffff;
    return sign << 63 | UINT64_C(0x7ff8000000000000) | fraction << 29;
}

static void test_nan_table_fsmuld(void **state)
{
    (void)state;
    for (int n = 0; n < 9; n++) {
        int i = n / 3, j = n % 3;
        struct softfloat env = {0};
        uint64_t result = softfloat_fsmuld(&env, nan_single1[i], nan_single2[j]);
        uint32_t chosen = nan_table[i][j] == 1 ? nan_single1[i] : nan_single2[j];
        if (nan_table[i][j] != 0) {
            check("nan_table, fsmuld", (size_t)n, &env, result, nan_widened(chosen),
                  nan_flags(i, j));
        }
    }
}

// A NaN wins over every special operand, and infinities and zeros never make it invalid.
static void test_nan_with_special_operands(void **state)
{
    static const uint32_t specials[] = {0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x00000001};
    static binary_single *const operations[] = {softfloat_fadds, softfloat_fsubs, softfloat_fmuls,
                                                softfloat_fdivs};
    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(specials) * 4; n++) {
        binary_single *run = operations[n % 4];
        struct softfloat left = {0}, right = {0};
        uint32_t result = run(&left, 0xffc00007, specials[n / 4]);
        check("NaN op special", n, &left, result, 0xffc00007, 0);
        result = run(&right, specials[n / 4], 0xffc00007);
        check("special op NaN", n, &right, result, 0xffc00007, 0);
    }
}

static void test_nan_single_operand(void **state)
{
    static const struct case_single singles[] = {
        {fsqrts, RN, 0, 0x7fc12345, 0x7fc12345, 0},
        {fsqrts, RN, 0, 0xffc12345, 0xffc12345, 0},
        {fsqrts, RN, 0, 0x7f800001, 0x7fc00001, NV},
        {fsqrts, RN, 0, 0xff800001, 0xffc00001, NV},
    };
    static const struct case_double doubles[] = {
        {fsqrtd, RN, 0, 0xfff8000000000001, 0xfff8000000000001, 0},
        {fsqrtd, RN, 0, 0x7ff0000000000001, 0x7ff8000000000001, NV},
    };
    (void)state;
    CHECK_SINGLES(singles);
    CHECK_DOUBLES(doubles);
}

static void test_nan_between_formats(void **state)
{
    static const struct {
        uint32_t rs2;
        uint64_t rd;
        unsigned flags;
    } widened[] = {
        {0x7fc00000, 0x7ff8000000000000, 0},  {0xffffffff, 0xffffffffe0000000, 0},
        {0x7fc00001, 0x7ff8000020000000, 0},  {0x7f800001, 0x7ff8000020000000, NV},
        {0xffbfffff, 0xffffffffe0000000, NV},
    };
    static const struct {
        uint64_t rs2;
        uint32_t rd;
        unsigned flags;
    } narrowed[] = {
        {0x7ff8000000000000, 0x7fc00000, 0},  {0xffffffffffffffff, 0xffffffff, 0},
        {0x7ff8000020000000, 0x7fc00001, 0},  {0x7ff800001fffffff, 0x7fc00000, 0},
        {0x7ff0000000000001, 0x7fc00000, NV}, {0xfff7ffffffffffff, 0xffffffff, NV},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(widened); i++) {
        struct softfloat env = {0};
        uint64_t result = softfloat_fstod(&env, widened[i].rs2);
        check("widened", i, &env, result, widened[i].rd, widened[i].flags);
    }
    for (size_t i = 0; i < ARRAY_LEN(narrowed); i++) {
        struct softfloat env = {0};
        uint32_t result = softfloat_fdtos(&env, narrowed[i].rs2);
        check("narrowed", i, &env, result, narrowed[i].rd, narrowed[i].flags);
    }
}

// Invalid operations on numbers: the positive NaN with all fraction bits set, whatever the signs.
static void test_invalid(void **state)
{
    static const struct case_single singles[] = {
        {softfloat_fadds, RN, 0x7f800000, 0xff800000, SOFTFLOAT_NAN_SINGLE, NV},
        {softfloat_fadds, RN, 0xff800000, 0x7f800000, SOFTFLOAT_NAN_SINGLE, NV},
        {softfloat_fsubs, RN, 0x7f800000, 0x7f800000, SOFTFLOAT_NAN_SINGLE, NV},
        {softfloat_fsubs, RD, 0xff800000, 0xff800000, SOFTFLOAT_NAN_SINGLE, NV},
        {softfloat_fmuls, RN, 0x00000000, 0x7f800000, SOFTFLOAT_NAN_SINGLE, NV},
        {softfloat_fmuls, RN, 0xff800000, 0x00000000, SOFTFLOAT_NAN_SINGLE, NV},
        {softfloat_fdivs, RN, 0x00000000, 0x80000000, SOFTFLOAT_NAN_SINGLE, NV},
        {softfloat_fdivs, RN, 0xff800000, 0x7f800000, SOFTFLOAT_NAN_SINGLE, NV},
        {fsqrts, RN, 0, 0xbf800000, SOFTFLOAT_NAN_SINGLE, NV},
        {fsqrts, RN, 0, 0xff800000, SOFTFLOAT_NAN_SINGLE, NV},
        {fsqrts, RN, 0, 0x80000001, SOFTFLOAT_NAN_SINGLE, NV},
    };
    static const struct case_double doubles[] = {
        {softfloat_faddd, RN, 0xfff0000000000000, 0x7ff0000000000000, SOFTFLOAT_NAN_DOUBLE, NV},
        {softfloat_fsubd, RN, 0xfff0000000000000, 0xfff0000000000000, SOFTFLOAT_NAN_DOUBLE, NV},
        {softfloat_fmuld, RN, 0x8000000000000000, 0x7ff0000000000000, SOFTFLOAT_NAN_DOUBLE, NV},
        {softfloat_fdivd, RN, 0x0000000000000000, 0x0000000000000000, SOFTFLOAT_NAN_DOUBLE, NV},
        {softfloat_fdivd, RN, 0x7ff0000000000000, 0xfff0000000000000, SOFTFLOAT_NAN_DOUBLE, NV},
        {fsqrtd, RN, 0, 0xbff0000000000000, SOFTFLOAT_NAN_DOUBLE, NV},
        {fsmuld, RN, 0xff800000, 0x80000000, SOFTFLOAT_NAN_DOUBLE, NV},
    };
    (void)state;
    assert_true(SOFTFLOAT_NAN_SINGLE == 0x7fffffff);
    assert_true(SOFTFLOAT_NAN_DOUBLE == 0x7fffffffffffffff);
    CHECK_SINGLES(singles);
    CHECK_DOUBLES(doubles);
}

/* -- Infinities and zeros ---------------------------------------------------------------------- */

static void test_infinities(void **state)
{
    static const struct case_single cases[] = {
        {softfloat_fadds, RN, 0x7f800000, 0x7f800000, 0x7f800000, 0},
        {softfloat_fadds, RN, 0x3f800000, 0xff800000, 0xff800000, 0},
        {softfloat_fadds, RN, 0xff800000, 0x7f7fffff, 0xff800000, 0},
        {softfloat_fsubs, RN, 0x7f800000, 0xff800000, 0x7f800000, 0},
        {softfloat_fsubs, RN, 0x00000000, 0x7f800000, 0xff800000, 0},
        {softfloat_fmuls, RN, 0xff800000, 0x00000001, 0xff800000, 0},
        {softfloat_fmuls, RN, 0xff800000, 0xff800000, 0x7f800000, 0},
        {softfloat_fdivs, RN, 0xff800000, 0x00000001, 0xff800000, 0},
        {softfloat_fdivs, RN, 0x3f800000, 0xff800000, 0x80000000, 0},
        {softfloat_fdivs, RN, 0x80000000, 0xff800000, 0x00000000, 0},
        {fsqrts, RN, 0, 0x7f800000, 0x7f800000, 0},
    };
    (void)state;
    CHECK_SINGLES(cases);
}

static void test_division_by_zero(void **state)
{
    static const struct case_single singles[] = {
        {softfloat_fdivs, RN, 0x3f800000, 0x00000000, 0x7f800000, DZ},
        {softfloat_fdivs, RZ, 0x3f800000, 0x80000000, 0xff800000, DZ},
        {softfloat_fdivs, RU, 0x80000001, 0x00000000, 0xff800000, DZ}, // subnormal
        {softfloat_fdivs, RN, 0x7f800000, 0x80000000, 0xff800000, 0},  // infinity: exact
    };
    static const struct case_double doubles[] = {
        {softfloat_fdivd, RN, 0xbff0000000000000, 0x8000000000000000, 0x7ff0000000000000, DZ},
        {softfloat_fdivd, RN, 0x0000000000000001, 0x0000000000000000, 0x7ff0000000000000, DZ},
        {softfloat_fdivd, RN, 0xfff0000000000000, 0x0000000000000000, 0xfff0000000000000, 0},
    };
    (void)state;
    CHECK_SINGLES(singles);
    CHECK_DOUBLES(doubles);
}

static void test_zero_signs(void **state)
{
    static const struct case_single cases[] = {
        {softfloat_fadds, RN, 0x3f800000, 0xbf800000, 0x00000000, 0},
        {softfloat_fadds, RZ, 0x3f800000, 0xbf800000, 0x00000000, 0},
        {softfloat_fadds, RU, 0x3f800000, 0xbf800000, 0x00000000, 0},
        {softfloat_fadds, RD, 0x3f800000, 0xbf800000, 0x80000000, 0},
        {softfloat_fadds, RN, 0x80000000, 0x80000000, 0x80000000, 0},
        {softfloat_fadds, RD, 0x00000000, 0x00000000, 0x00000000, 0},
        {softfloat_fadds, RN, 0x80000000, 0x00000000, 0x00000000, 0},
        {softfloat_fadds, RD, 0x80000000, 0x00000000, 0x80000000, 0},
        {softfloat_fsubs, RN, 0x80000000, 0x00000000, 0x80000000, 0},
        {softfloat_fsubs, RN, 0x00000000, 0x00000000, 0x00000000, 0},
        {softfloat_fsubs, RD, 0x00000000, 0x00000000, 0x80000000, 0},
        {softfloat_fadds, RN, 0x80000000, 0x00000001, 0x00000001, 0}, // zero is neutral
        {softfloat_fsubs, RN, 0x00000000, 0x00400000, 0x80400000, 0},
        {softfloat_fmuls, RD, 0x80000000, 0x3f800000, 0x80000000, 0},
        {softfloat_fmuls, RN, 0x80000000, 0xbf800000, 0x00000000, 0},
        {softfloat_fdivs, RN, 0x80000000, 0x3f800000, 0x80000000, 0},
        {fsqrts, RN, 0, 0x00000000, 0x00000000, 0},
        {fsqrts, RN, 0, 0x80000000, 0x80000000, 0},
    };
    (void)state;
    CHECK_SINGLES(cases);
}

/* -- Rounding ---------------------------------------------------------------------------------- */

static void test_rounding_single(void **state)
{
    static const struct case_single cases[] = {
        // 1 + half a unit: a tie, down to even
        {softfloat_fadds, RN, 0x3f800000, 0x33800000, 0x3f800000, NX},
        {softfloat_fadds, RZ, 0x3f800000, 0x33800000, 0x3f800000, NX},
        {softfloat_fadds, RU, 0x3f800000, 0x33800000, 0x3f800001, NX},
        {softfloat_fadds, RD, 0x3f800000, 0x33800000, 0x3f800000, NX},
        // the same, negative
        {softfloat_fadds, RN, 0xbf800000, 0xb3800000, 0xbf800000, NX},
        {softfloat_fadds, RZ, 0xbf800000, 0xb3800000, 0xbf800000, NX},
        {softfloat_fadds, RU, 0xbf800000, 0xb3800000, 0xbf800000, NX},
        {softfloat_fadds, RD, 0xbf800000, 0xb3800000, 0xbf800001, NX},
        // a tie up to even; a little above and a little below a tie
        {softfloat_fadds, RN, 0x3f800001, 0x33800000, 0x3f800002, NX},
        {softfloat_fadds, RN, 0x3f800000, 0x33800001, 0x3f800001, NX},
        {softfloat_fadds, RN, 0x3f800001, 0x337fffff, 0x3f800001, NX},
        // far apart: only the sticky bit is left of the smaller one
        {softfloat_fadds, RN, 0x3f800000, 0x00000001, 0x3f800000, NX},
        {softfloat_fadds, RU, 0x3f800000, 0x00000001, 0x3f800001, NX},
        {softfloat_fsubs, RN, 0x3f800000, 0x00000001, 0x3f800000, NX},
        {softfloat_fsubs, RZ, 0x3f800000, 0x00000001, 0x3f7fffff, NX},
        {softfloat_fsubs, RD, 0x3f800000, 0x00000001, 0x3f7fffff, NX},
        {softfloat_fsubs, RU, 0x3f800000, 0x00000001, 0x3f800000, NX},
        // exact: massive cancellation, carry into the next exponent
        {softfloat_fsubs, RN, 0x3f800001, 0x3f800000, 0x34000000, 0},
        {softfloat_fadds, RN, 0x3fffffff, 0x34000000, 0x40000000, 0},
        // a carry out of the fraction by rounding
        {softfloat_fadds, RN, 0x3fffffff, 0x33800000, 0x40000000, NX},
        // 1/3, 2/3, sqrt(2), (1 + 2^-23)^2
        {softfloat_fdivs, RN, 0x3f800000, 0x40400000, 0x3eaaaaab, NX},
        {softfloat_fdivs, RZ, 0x3f800000, 0x40400000, 0x3eaaaaaa, NX},
        {softfloat_fdivs, RU, 0xbf800000, 0x40400000, 0xbeaaaaaa, NX},
        {softfloat_fdivs, RD, 0xbf800000, 0x40400000, 0xbeaaaaab, NX},
        {softfloat_fdivs, RD, 0x40000000, 0x40400000, 0x3f2aaaaa, NX},
        {fsqrts, RN, 0, 0x40000000, 0x3fb504f3, NX},
        {fsqrts, RU, 0, 0x40000000, 0x3fb504f4, NX},
        {fsqrts, RD, 0, 0x40000000, 0x3fb504f3, NX},
        {softfloat_fmuls, RN, 0x3f800001, 0x3f800001, 0x3f800002, NX},
        {softfloat_fmuls, RU, 0x3f800001, 0x3f800001, 0x3f800003, NX},
        // exact quotients, products and roots
        {softfloat_fdivs, RU, 0x40c00000, 0x40400000, 0x40000000, 0},
        {softfloat_fmuls, RU, 0x40400000, 0x40400000, 0x41100000, 0},
        {fsqrts, RU, 0, 0x41100000, 0x40400000, 0},
        {fsqrts, RU, 0, 0x40800000, 0x40000000, 0},
        // roots of subnormals: odd and even exponent
        {fsqrts, RN, 0, 0x00000001, 0x1a3504f3, NX},
        {fsqrts, RN, 0, 0x00000002, 0x1a800000, 0},
    };
    (void)state;
    CHECK_SINGLES(cases);
}

static void test_rounding_double(void **state)
{
    static const struct case_double cases[] = {
        {softfloat_faddd, RN, 0x3ff0000000000000, 0x3ca0000000000000, 0x3ff0000000000000, NX},
        {softfloat_faddd, RU, 0x3ff0000000000000, 0x3ca0000000000000, 0x3ff0000000000001, NX},
        {softfloat_faddd, RN, 0x3ff0000000000001, 0x3ca0000000000000, 0x3ff0000000000002, NX},
        {softfloat_faddd, RN, 0x3ff0000000000000, 0x3ca0000000000001, 0x3ff0000000000001, NX},
        // 1 - 2^-54 is a tie between 1 - 2^-53 and 1; a little more is not
        {softfloat_fsubd, RN, 0x3ff0000000000000, 0x3c90000000000000, 0x3ff0000000000000, NX},
        {softfloat_fsubd, RN, 0x3ff0000000000000, 0x3c90000000000001, 0x3fefffffffffffff, NX},
        {softfloat_fsubd, RZ, 0x3ff0000000000000, 0x0000000000000001, 0x3fefffffffffffff, NX},
        {softfloat_fdivd, RN, 0x3ff0000000000000, 0x4008000000000000, 0x3fd5555555555555, NX},
        {softfloat_fdivd, RU, 0x3ff0000000000000, 0x4008000000000000, 0x3fd5555555555556, NX},
        {softfloat_fdivd, RD, 0xbff0000000000000, 0x4008000000000000, 0xbfd5555555555556, NX},
        // quotients next to 1, where a digit of the long division is guessed too high
        {softfloat_fdivd, RZ, 0x3fefffffffffffff, 0x3ff0000000000001, 0x3feffffffffffffd, NX},
        {softfloat_fdivd, RN, 0x3ff0000000000000, 0x3fefffffffffffff, 0x3ff0000000000001, NX},
        {softfloat_fdivd, RN, 0x3ff00000ffffffff, 0x3ff00000ffffffff, 0x3ff0000000000000, 0},
        // a first digit guessed 1 too high; 1 and 2 with a rest that outgrows 32 bits
        {softfloat_fdivd, RN, 0x3ff79690975fbde1, 0x3ff2a337357ae2cc, 0x3ff43ffee6268994, NX},
        {softfloat_fdivd, RU, 0x3ff79690975fbde1, 0x3ff2a337357ae2cc, 0x3ff43ffee6268995, NX},
        {softfloat_fdivd, RN, 0x3fffe5defe9c5610, 0x3ff6ef14999f8114, 0x3ff640fa00f0726a, NX},
        {softfloat_fdivd, RU, 0x3fffe5defe9c5610, 0x3ff6ef14999f8114, 0x3ff640fa00f0726a, NX},
        {softfloat_fdivd, RN, 0x3ff76104a9e26b7f, 0x3ff0000007f90736, 0x3ff761049e3c1919, NX},
        {softfloat_fdivd, RU, 0x3ff76104a9e26b7f, 0x3ff0000007f90736, 0x3ff761049e3c1919, NX},
        {softfloat_fmuld, RN, 0x3fffffffffffffff, 0x3fffffffffffffff, 0x400ffffffffffffe, NX},
        {softfloat_fmuld, RU, 0x3fffffffffffffff, 0x3fffffffffffffff, 0x400fffffffffffff, NX},
        {softfloat_fmuld, RN, 0x4008000000000000, 0xc014000000000000, 0xc02e000000000000, 0},
        {fsqrtd, RN, 0, 0x4000000000000000, 0x3ff6a09e667f3bcd, NX},
        {fsqrtd, RZ, 0, 0x4000000000000000, 0x3ff6a09e667f3bcc, NX},
        {fsqrtd, RN, 0, 0x3fefffffffffffff, 0x3fefffffffffffff, NX},
        {fsqrtd, RN, 0, 0x4022000000000000, 0x4008000000000000, 0},
        {fsqrtd, RN, 0, 0x0000000000000001, 0x1e60000000000000, 0},
        {fsqrtd, RN, 0, 0x7fefffffffffffff, 0x5fefffffffffffff, NX},
        // zero is neutral to the smallest number too
        {softfloat_faddd, RN, 0x0000000000000000, 0x8000000000000001, 0x8000000000000001, 0},
        // fsmuld is exact at both ends of its range
        {fsmuld, RU, 0x7f7fffff, 0x7f7fffff, 0x4fefffffc0000020, 0},
        {fsmuld, RU, 0x00000001, 0x80000001, 0xad50000000000000, 0},
        {fsmuld, RN, 0x40400000, 0x40400000, 0x4022000000000000, 0},
        {fsmuld, RN, 0x80000000, 0x3f800000, 0x8000000000000000, 0},
        {fsmuld, RN, 0xff800000, 0x3f800000, 0xfff0000000000000, 0},
    };
    (void)state;
    CHECK_DOUBLES(cases);
}

// Only the two bits of FSR.RD count.
static void test_rounding_ignores_upper_bits(void **state)
{
    struct softfloat env = {.rounding = 4 | RU};
    (void)state;
    assert_int_equal(softfloat_fadds(&env, 0x3f800000, 0x33800000), 0x3f800001);
    env.rounding = 4 | RD;
    assert_int_equal(softfloat_fadds(&env, 0x3f800000, 0xbf800000), 0x80000000);
}

/* -- Overflow and underflow -------------------------------------------------------------------- */

static void test_overflow(void **state)
{
    static const struct case_single singles[] = {
        {softfloat_fadds, RN, 0x7f7fffff, 0x7f7fffff, 0x7f800000, OF | NX},
        {softfloat_fadds, RZ, 0x7f7fffff, 0x7f7fffff, 0x7f7fffff, OF | NX},
        {softfloat_fadds, RU, 0x7f7fffff, 0x7f7fffff, 0x7f800000, OF | NX},
        {softfloat_fadds, RD, 0x7f7fffff, 0x7f7fffff, 0x7f7fffff, OF | NX},
        {softfloat_fadds, RN, 0xff7fffff, 0xff7fffff, 0xff800000, OF | NX},
        {softfloat_fadds, RZ, 0xff7fffff, 0xff7fffff, 0xff7fffff, OF | NX},
        {softfloat_fadds, RU, 0xff7fffff, 0xff7fffff, 0xff7fffff, OF | NX},
        {softfloat_fadds, RD, 0xff7fffff, 0xff7fffff, 0xff800000, OF | NX},
        // after rounding: half a unit above the largest overflows, less does not
        {softfloat_fadds, RN, 0x7f7fffff, 0x73000000, 0x7f800000, OF | NX},
        {softfloat_fadds, RN, 0x7f7fffff, 0x72ffffff, 0x7f7fffff, NX},
        {softfloat_fadds, RZ, 0x7f7fffff, 0x73000000, 0x7f7fffff, NX},
        {softfloat_fadds, RU, 0x7f7fffff, 0x00000001, 0x7f800000, OF | NX},
        // exactly the power of 2 after the largest number
        {softfloat_fmuls, RZ, 0x7f000000, 0x40000000, 0x7f7fffff, OF | NX},
        {softfloat_fmuls, RN, 0x7f000000, 0x40000000, 0x7f800000, OF | NX},
        {softfloat_fdivs, RN, 0x7f7fffff, 0x00000001, 0x7f800000, OF | NX},
    };
    static const struct case_double doubles[] = {
        {softfloat_fmuld, RN, 0x7fefffffffffffff, 0xffefffffffffffff, 0xfff0000000000000, OF | NX},
        {softfloat_fmuld, RU, 0x7fefffffffffffff, 0xffefffffffffffff, 0xffefffffffffffff, OF | NX},
        {softfloat_fdivd, RN, 0x7fefffffffffffff, 0x0000000000000001, 0x7ff0000000000000, OF | NX},
        {softfloat_fdivd, RZ, 0xffefffffffffffff, 0x0000000000000001, 0xffefffffffffffff, OF | NX},
    };
    (void)state;
    CHECK_SINGLES(singles);
    CHECK_DOUBLES(doubles);
}

// The table of N.6, each row in both settings of FSR.TEM.UFM, as a product.
static void test_underflow_table(void **state)
{
    static const struct {
        uint32_t rs1, rs2, rd;
        uint8_t untrapped, trapped;
    } rows[] = {
        {0x00800000, 0x3f800000, 0x00800000, 0, 0},             // u = r, smallest normal
        {0x00800000, 0x3f000000, 0x00400000, 0, UF},            // u = r, subnormal
        {0x00000001, 0x3f800000, 0x00000001, 0, UF},            //   the smallest one
        {0x00000000, 0x3f800000, 0x00000000, 0, 0},             // u = r, zero
        {0x00ffffff, 0x3f000000, 0x00800000, UF | NX, UF | NX}, // u != r, smallest normal
        {0x00800001, 0x3f000000, 0x00400000, UF | NX, UF | NX}, // u != r, subnormal
        {0x00000001, 0x3f000000, 0x00000000, UF | NX, UF | NX}, // u != r, zero
        {0x00800001, 0x3f800001, 0x00800002, NX, NX},           // not tiny
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct softfloat untrapped = {0}, trapped = {.trap_underflow = true};
        uint32_t result = softfloat_fmuls(&untrapped, rows[i].rs1, rows[i].rs2);
        check("N.6, UFM=0", i, &untrapped, result, rows[i].rd, rows[i].untrapped);
        result = softfloat_fmuls(&trapped, rows[i].rs1, rows[i].rs2);
        check("N.6, UFM=1", i, &trapped, result, rows[i].rd, rows[i].trapped);
    }
}

// Each operation that can give a subnormal does so by the same rule.
static void test_underflow_trapped_everywhere(void **state)
{
    struct softfloat env = {.trap_underflow = true};
    (void)state;
    assert_int_equal(softfloat_fadds(&env, 0x00000001, 0x00000001), 0x00000002);
    assert_int_equal(env.flags, UF);
    env.flags = 0;
    assert_int_equal(softfloat_fsubd(&env, 0x0010000000000001, 0x0010000000000000), 1);
    assert_int_equal(env.flags, UF);
    env.flags = 0;
    assert_int_equal(softfloat_fdivd(&env, 0x0010000000000000, 0x4000000000000000),
                     0x0008000000000000);
    assert_int_equal(env.flags, UF);
    env.flags = 0;
    assert_int_equal(softfloat_fdtos(&env, 0x3800000000000000), 0x00400000);
    assert_int_equal(env.flags, UF);
    env.flags = 0;
    assert_int_equal(softfloat_fstod(&env, 0x00000001), 0x36a0000000000000);
    assert_int_equal(softfloat_fadds(&env, 0x00400000, 0x80400000), 0); // exactly zero
    assert_int_equal(softfloat_fadds(&env, 0x00400000, 0x00400000), 0x00800000);
    assert_int_equal(env.flags, 0);
}

static void test_underflow_rounding(void **state)
{
    static const struct case_single singles[] = {
        {softfloat_fmuls, RN, 0x00000001, 0x3f000001, 0x00000001, UF | NX},
        {softfloat_fmuls, RU, 0x00000001, 0x3f000000, 0x00000001, UF | NX},
        {softfloat_fmuls, RD, 0x80000001, 0x3f000000, 0x80000001, UF | NX},
        {softfloat_fmuls, RU, 0x80000001, 0x00000001, 0x80000000, UF | NX},
        {softfloat_fmuls, RU, 0x00000001, 0x00000001, 0x00000001, UF | NX},
        {softfloat_fmuls, RZ, 0x00ffffff, 0x3f000000, 0x007fffff, UF | NX},
        {softfloat_fdivs, RN, 0x00000003, 0x40000000, 0x00000002, UF | NX},
        {softfloat_fdivs, RN, 0x00800000, 0x7f7fffff, 0x00000000, UF | NX},
    };
    static const struct case_double doubles[] = {
        {softfloat_fmuld, RN, 0x0000000000000001, 0x3fe0000000000001, 0x0000000000000001, UF | NX},
        {softfloat_fdivd, RN, 0x0000000000000001, 0x7fefffffffffffff, 0x0000000000000000, UF | NX},
        {softfloat_fdivd, RD, 0x8000000000000001, 0x7fefffffffffffff, 0x8000000000000001, UF | NX},
    };
    (void)state;
    CHECK_SINGLES(singles);
    CHECK_DOUBLES(doubles);
}

// (1 - 2^-25) * 2^-126 rounds to the smallest normal in any exponent range: tiny before rounding,
// not after. SPARC says before.
static void test_tininess_is_before_rounding(void **state)
{
    struct softfloat env = {0};
    (void)state;
    assert_int_equal(softfloat_fdtos(&env, 0x380ffffff0000000), 0x00800000);
    assert_int_equal(env.flags, UF | NX);
}

static void test_flags_accrue(void **state)
{
    struct softfloat env = {.flags = DZ};
    (void)state;
    softfloat_fadds(&env, 0x3f800000, 0x3f800000);
    assert_int_equal(env.flags, DZ);
    softfloat_fadds(&env, 0x3f800000, 0x00000001);
    assert_int_equal(env.flags, DZ | NX);
    softfloat_fstoi(&env, 0x7f800000);
    assert_int_equal(env.flags, DZ | NX | NV);
}

/* -- Conversions ------------------------------------------------------------------------------- */

static void test_fdtos(void **state)
{
    static const struct {
        uint8_t rounding;
        uint64_t rs2;
        uint32_t rd;
        uint8_t flags;
    } rows[] = {
        {RN, 0x3ff0000000000000, 0x3f800000, 0},
        {RN, 0x8000000000000000, 0x80000000, 0},
        {RN, 0xfff0000000000000, 0xff800000, 0},
        {RN, 0x3ff0000010000000, 0x3f800000, NX},
        {RN, 0x3ff0000030000000, 0x3f800002, NX},
        {RU, 0x3ff0000000000001, 0x3f800001, NX},
        {RN, 0x47effffff0000000, 0x7f800000, OF | NX},
        {RN, 0x47efffffefffffff, 0x7f7fffff, NX},
        {RZ, 0x47f0000000000000, 0x7f7fffff, OF | NX},
        {RN, 0x36a0000000000000, 0x00000001, 0},
        {RN, 0x3690000000000000, 0x00000000, UF | NX},
        {RN, 0x3690000000000001, 0x00000001, UF | NX},
        {RN, 0x0000000000000001, 0x00000000, UF | NX},
        {RD, 0x8000000000000001, 0x80000001, UF | NX},
        {RN, 0x7fefffffffffffff, 0x7f800000, OF | NX},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct softfloat env = {.rounding = rows[i].rounding};
        uint32_t result = softfloat_fdtos(&env, rows[i].rs2);
        check("fdtos", i, &env, result, rows[i].rd, rows[i].flags);
    }
}

static void test_fstod(void **state)
{
    static const struct {
        uint32_t rs2;
        uint64_t rd;
    } rows[] = {
        {0x3f800000, 0x3ff0000000000000}, {0x80000000, 0x8000000000000000},
        {0xff800000, 0xfff0000000000000}, {0x7f7fffff, 0x47efffffe0000000},
        {0x00000001, 0x36a0000000000000}, {0x807fffff, 0xb80fffffc0000000},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct softfloat env = {.rounding = RU};
        uint64_t result = softfloat_fstod(&env, rows[i].rs2);
        check("fstod", i, &env, result, rows[i].rd, 0);
    }
}

static void test_from_integer(void **state)
{
    static const struct {
        uint8_t rounding;
        uint32_t rs2, single;
        uint8_t flags;
        uint64_t exact;
    } rows[] = {
        {RD, 0x00000000, 0x00000000, 0, 0x0000000000000000},
        {RN, 0x00000001, 0x3f800000, 0, 0x3ff0000000000000},
        {RN, 0xffffffff, 0xbf800000, 0, 0xbff0000000000000},
        {RN, 0x7fffffff, 0x4f000000, NX, 0x41dfffffffc00000},
        {RZ, 0x7fffffff, 0x4effffff, NX, 0x41dfffffffc00000},
        {RN, 0x80000000, 0xcf000000, 0, 0xc1e0000000000000},
        {RN, 0x01000001, 0x4b800000, NX, 0x4170000010000000},
        {RU, 0x01000001, 0x4b800001, NX, 0x4170000010000000},
        {RN, 0x01000003, 0x4b800002, NX, 0x4170000030000000},
        {RD, 0xfeffffff, 0xcb800001, NX, 0xc170000010000000},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct softfloat s = {.rounding = rows[i].rounding}, d = s;
        uint32_t single = softfloat_fitos(&s, rows[i].rs2);
        check("fitos", i, &s, single, rows[i].single, rows[i].flags);
        uint64_t exact = softfloat_fitod(&d, rows[i].rs2);
        check("fitod", i, &d, exact, rows[i].exact, 0);
    }
}

// N.7, in all rounding directions: none of them matters.
static void test_fstoi(void **state)
{
    static const struct {
        uint32_t rs2, rd;
        uint8_t flags;
    } rows[] = {
        {0x00000000, 0x00000000, 0},  {0x80000000, 0x00000000, 0},  {0x3f800000, 0x00000001, 0},
        {0x3f7fffff, 0x00000000, NX}, {0xbf7fffff, 0x00000000, NX}, {0x00000001, 0x00000000, NX},
        {0x3fffffff, 0x00000001, NX}, {0xbfc00000, 0xffffffff, NX}, {0xc0000000, 0xfffffffe, 0},
        {0x4effffff, 0x7fffff80, 0},  {0x4f000000, 0x7fffffff, NV}, {0xcf000000, 0x80000000, 0},
        {0xcf000001, 0x80000000, NV}, {0x7f800000, 0x7fffffff, NV}, {0xff800000, 0x80000000, NV},
        {0x7fc00000, 0x7fffffff, NV}, {0xffc00000, 0x80000000, NV}, {0x7f800001, 0x7fffffff, NV},
        {0xff800001, 0x80000000, NV}, {0x7f7fffff, 0x7fffffff, NV}, {0x4b7fffff, 0x00ffffff, 0},
    };
    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(rows) * 4; n++) {
        struct softfloat env = {.rounding = n % 4};
        uint32_t result = softfloat_fstoi(&env, rows[n / 4].rs2);
        check("fstoi", n / 4, &env, result, rows[n / 4].rd, rows[n / 4].flags);
    }
}

static void test_fdtoi(void **state)
{
    static const struct {
        uint64_t rs2;
        uint32_t rd;
        uint8_t flags;
    } rows[] = {
        {0x8000000000000000, 0x00000000, 0},  {0x3fefffffffffffff, 0x00000000, NX},
        {0xbff8000000000000, 0xffffffff, NX}, {0x41dfffffffc00000, 0x7fffffff, 0},
        {0x41dfffffffffffff, 0x7fffffff, NX}, {0x41e0000000000000, 0x7fffffff, NV},
        {0xc1e0000000000000, 0x80000000, 0},  {0xc1e00000001fffff, 0x80000000, NX},
        {0xc1e0000000200000, 0x80000000, NV}, {0x41f0000000000001, 0x7fffffff, NV},
        {0x7ff0000000000000, 0x7fffffff, NV}, {0xfff0000000000000, 0x80000000, NV},
        {0x7fffffffffffffff, 0x7fffffff, NV}, {0xfff0000000000001, 0x80000000, NV},
        {0x0000000000000001, 0x00000000, NX}, {0x7fefffffffffffff, 0x7fffffff, NV},
    };
    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(rows) * 4; n++) {
        struct softfloat env = {.rounding = n % 4};
        uint32_t result = softfloat_fdtoi(&env, rows[n / 4].rs2);
        check("fdtoi", n / 4, &env, result, rows[n / 4].rd, rows[n / 4].flags);
    }
}

/* -- Compare ----------------------------------------------------------------------------------- */

// Numbers in ascending order; the two zeros are one step.
static const uint32_t ascending_single[] = {0xff800000, 0xff7fffff, 0xbf800000, 0x80800000,
                                            0x80000001, 0x80000000, 0x00000000, 0x00000001,
                                            0x00800000, 0x3f800000, 0x7f7fffff, 0x7f800000};
static const uint64_t ascending_double[] = {
    0xfff0000000000000, 0xffefffffffffffff, 0xbff0000000000000, 0x8010000000000000,
    0x8000000000000001, 0x8000000000000000, 0x0000000000000000, 0x0000000000000001,
    0x0010000000000000, 0x3ff0000000000000, 0x7fefffffffffffff, 0x7ff0000000000000};

static unsigned expected_relation(size_t i, size_t j)
{
    bool zeros = (i == 5 || i == 6) && (j == 5 || j == 6);
    if (i == j || zeros) {
        return 0;
    }
    return i < j ? 1 : 2;
}

static void test_compare_numbers(void **state)
{
    const size_t count = ARRAY_LEN(ascending_single);
    (void)state;
    assert_int_equal(count, ARRAY_LEN(ascending_double));
    for (size_t n = 0; n < count * count * 2; n++) {
        size_t i = n / 2 / count, j = n / 2 % count;
        struct softfloat env = {0};
        unsigned fcc = softfloat_fcmps(&env, ascending_single[i], ascending_single[j], n % 2);
        check("fcmps", n, &env, fcc, expected_relation(i, j), 0);
        fcc = softfloat_fcmpd(&env, ascending_double[i], ascending_double[j], n % 2);
        check("fcmpd", n, &env, fcc, expected_relation(i, j), 0);
    }
}

static void test_compare_nans(void **state)
{
    (void)state;
    for (int n = 1; n < 9; n++) { // all pairs of the NaN table but number, number
        int i = n / 3, j = n % 3;
        for (int signaling = 0; signaling < 2; signaling++) {
            unsigned flags = signaling ? NV : nan_flags(i, j);
            struct softfloat s = {0}, d = {0};
            unsigned fcc = softfloat_fcmps(&s, nan_single1[i], nan_single2[j], signaling);
            check("fcmps", (size_t)n, &s, fcc, SOFTFLOAT_UNORDERED, flags);
            fcc = softfloat_fcmpd(&d, nan_double1[i], nan_double2[j], signaling);
            check("fcmpd", (size_t)n, &d, fcc, SOFTFLOAT_UNORDERED, flags);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nan_table_single),
        cmocka_unit_test(test_nan_table_double),
        cmocka_unit_test(test_nan_table_fsmuld),
        cmocka_unit_test(test_nan_with_special_operands),
        cmocka_unit_test(test_nan_single_operand),
        cmocka_unit_test(test_nan_between_formats),
        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_infinities),
        cmocka_unit_test(test_division_by_zero),
        cmocka_unit_test(test_zero_signs),
        cmocka_unit_test(test_rounding_single),
        cmocka_unit_test(test_rounding_double),
        cmocka_unit_test(test_rounding_ignores_upper_bits),
        cmocka_unit_test(test_overflow),
        cmocka_unit_test(test_underflow_table),
        cmocka_unit_test(test_underflow_trapped_everywhere),
        cmocka_unit_test(test_underflow_rounding),
        cmocka_unit_test(test_tininess_is_before_rounding),
        cmocka_unit_test(test_flags_accrue),
        cmocka_unit_test(test_fdtos),
        cmocka_unit_test(test_fstod),
        cmocka_unit_test(test_from_integer),
        cmocka_unit_test(test_fstoi),
        cmocka_unit_test(test_fdtoi),
        cmocka_unit_test(test_compare_numbers),
        cmocka_unit_test(test_compare_nans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
