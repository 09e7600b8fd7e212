// SPDX-License-Identifier: MIT
/*
 * Puts the soft-float between Berkeley TestFloat's generator and its verifier:
 *
 *     testfloat_gen f64 2 | testfloat_driver f64_add 0 | testfloat_ver -tininessbefore f64_add
 *
 * Reads one case per line, the operands in hexadecimal, computes FUNCTION (TestFloat's name, or
 * fsmuld) with FSR.RD = ROUNDING, and writes operands, result and flags as testfloat_ver wants
 * them. TestFloat has no fsmuld: its operands are read as single and written as double, for
 * f64_mul.
 *
 * What TestFloat cannot judge is judged here, on the same cases: underflow with FSR.TEM.UFM set (V8
 * N.6) and the result of an invalid conversion to integer (N.7). NaN results are the unit test's.
 *
 * Exit status: 0 all cases done, 1 a line is no case or a case judged here is wrong, 2 usage.
 */
#include "softfloat.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum result { FLOAT, INTEGER, TRUTH };

// One row per function: TestFloat's name, operands and their bits, result bits and kind, call.
// clang-format off
#define FUNCTIONS(ROW)                                                                             \
    ROW(f32_add,          2, 32, 32, FLOAT,   softfloat_fadds(env, S1, S2))                        \
    ROW(f32_sub,          2, 32, 32, FLOAT,   softfloat_fsubs(env, S1, S2))                        \
    ROW(f32_mul,          2, 32, 32, FLOAT,   softfloat_fmuls(env, S1, S2))                        \
    ROW(f32_div,          2, 32, 32, FLOAT,   softfloat_fdivs(env, S1, S2))                        \
    ROW(f32_sqrt,         1, 32, 32, FLOAT,   softfloat_fsqrts(env, S1))                           \
    ROW(f64_add,          2, 64, 64, FLOAT,   softfloat_faddd(env, rs1, rs2))                      \
    ROW(f64_sub,          2, 64, 64, FLOAT,   softfloat_fsubd(env, rs1, rs2))                      \
    ROW(f64_mul,          2, 64, 64, FLOAT,   softfloat_fmuld(env, rs1, rs2))                      \
    ROW(f64_div,          2, 64, 64, FLOAT,   softfloat_fdivd(env, rs1, rs2))                      \
    ROW(f64_sqrt,         1, 64, 64, FLOAT,   softfloat_fsqrtd(env, rs1))                          \
    ROW(fsmuld,           2, 32, 64, FLOAT,   softfloat_fsmuld(env, S1, S2))                       \
    ROW(f32_to_f64,       1, 32, 64, FLOAT,   softfloat_fstod(env, S1))                            \
    ROW(f64_to_f32,       1, 64, 32, FLOAT,   softfloat_fdtos(env, rs1))                           \
    ROW(i32_to_f32,       1, 32, 32, FLOAT,   softfloat_fitos(env, S1))                            \
    ROW(i32_to_f64,       1, 32, 64, FLOAT,   softfloat_fitod(env, S1))                            \
    ROW(f32_to_i32,       1, 32, 32, INTEGER, softfloat_fstoi(env, S1))                            \
    ROW(f64_to_i32,       1, 64, 32, INTEGER, softfloat_fdtoi(env, rs1))                           \
    ROW(f32_eq,           2, 32,  4, TRUTH,   EQUAL == softfloat_fcmps(env, S1, S2, false))        \
    ROW(f32_le_quiet,     2, 32,  4, TRUTH,   LESS  >= softfloat_fcmps(env, S1, S2, false))        \
    ROW(f32_lt_quiet,     2, 32,  4, TRUTH,   LESS  == softfloat_fcmps(env, S1, S2, false))        \
    ROW(f32_eq_signaling, 2, 32,  4, TRUTH,   EQUAL == softfloat_fcmps(env, S1, S2, true))         \
    ROW(f32_le,           2, 32,  4, TRUTH,   LESS  >= softfloat_fcmps(env, S1, S2, true))         \
    ROW(f32_lt,           2, 32,  4, TRUTH,   LESS  == softfloat_fcmps(env, S1, S2, true))         \
    ROW(f64_eq,           2, 64,  4, TRUTH,   EQUAL == softfloat_fcmpd(env, rs1, rs2, false))      \
    ROW(f64_le_quiet,     2, 64,  4, TRUTH,   LESS  >= softfloat_fcmpd(env, rs1, rs2, false))      \
    ROW(f64_lt_quiet,     2, 64,  4, TRUTH,   LESS  == softfloat_fcmpd(env, rs1, rs2, false))      \
    ROW(f64_eq_signaling, 2, 64,  4, TRUTH,   EQUAL == softfloat_fcmpd(env, rs1, rs2, true))       \
    ROW(f64_le,           2, 64,  4, TRUTH,   LESS  >= softfloat_fcmpd(env, rs1, rs2, true))       \
    ROW(f64_lt,           2, 64,  4, TRUTH,   LESS  == softfloat_fcmpd(env, rs1, rs2, true))

#define S1    ((uint32_t)rs1)
#define S2    ((uint32_t)rs2)
#define EQUAL SOFTFLOAT_EQUAL
#define LESS  SOFTFLOAT_LESS
// clang-format on

_Static_assert(SOFTFLOAT_EQUAL == 0 && SOFTFLOAT_LESS == 1, "ORDER: LESS >= x is `less or equal`");

struct function {
    const char *name;
    uint64_t (*run)(struct softfloat *env, uint64_t rs1, uint64_t rs2);
    int operands;
    int operand_bits;
    int result_bits;
    enum result result;
};

#define DEFINE_RUN(name, operands, operand_bits, result_bits, result, call)                        \
    static uint64_t run_##name(struct softfloat *env, uint64_t rs1, uint64_t rs2)                  \
    {                                                                                              \
        (void)rs2;                                                                                 \
        return (call);                                                                             \
    }
#define DEFINE_ROW(name, operands, operand_bits, result_bits, result, call)                        \
    {#name, run_##name, operands, operand_bits, result_bits, result},

FUNCTIONS(DEFINE_RUN)

static const struct function functions[] = {FUNCTIONS(DEFINE_ROW)};

// Flags in the places testfloat_ver expects.
static unsigned testfloat_flags(unsigned flags)
{
    return (flags & SOFTFLOAT_NX ? 1U : 0) | (flags & SOFTFLOAT_UF ? 2U : 0) |
           (flags & SOFTFLOAT_OF ? 4U : 0) | (flags & SOFTFLOAT_DZ ? 8U : 0) |
           (flags & SOFTFLOAT_NV ? 16U : 0);
}

// Single to double without the code under test, and without touching a NaN's quiet bit.
static uint64_t widen_single(uint64_t bits)
{
    uint64_t sign = bits >> 31 << 63;
    uint64_t fraction = bits & 0x7fffff;
    uint64_t exponent = (bits >> 23 & 0xff) + 1023 - 127;
    if ((bits & 0x7fffffff) == 0) {
        return sign;
    }
    if ((bits >> 23 & 0xff) == 0xff) {
        exponent = 0x7ff;
    } else if ((bits >> 23 & 0xff) == 0) {
        for (exponent++; fraction >> 23 == 0; exponent--) {
            fraction <<= 1;
        }
    }
    return sign | exponent << 52 | (fraction & 0x7fffff) << 29;
}

static bool is_subnormal(uint64_t bits, int width)
{
    uint64_t magnitude = width == 32 ? bits & UINT32_MAX >> 1 : bits & UINT64_MAX >> 1;
    return magnitude != 0 && magnitude >> (width == 32 ? 23 : 52) == 0;
}

// N.6: with UFM set the result is the same, and UF also comes with an exact subnormal one.
static bool trapped_underflow_is_right(const struct function *function, const uint64_t operand[2],
                                       const struct softfloat *untrapped, uint64_t result)
{
    struct softfloat env = {.rounding = untrapped->rounding, .trap_underflow = true};
    unsigned expected = untrapped->flags;
    if (function->result == FLOAT && is_subnormal(result, function->result_bits)) {
        expected |= SOFTFLOAT_UF;
    }
    return function->run(&env, operand[0], operand[1]) == result && env.flags == expected;
}

// N.7: an invalid conversion gives the largest integer of the operand's sign.
static bool invalid_integer_is_right(const struct function *function, uint64_t operand,
                                     const struct softfloat *env, uint64_t result)
{
    if (function->result != INTEGER || !(env->flags & SOFTFLOAT_NV)) {
        return true;
    }
    bool negative = operand >> (function->operand_bits - 1) & 1;
    return result == (negative ? UINT32_C(0x80000000) : UINT32_C(0x7fffffff));
}

static bool run_case(const struct function *function, const uint64_t operand[2], unsigned rounding)
{
    struct softfloat env = {.rounding = (uint8_t)rounding};
    uint64_t result = function->run(&env, operand[0], operand[1]);
    bool widen = function->run == run_fsmuld;

    for (int i = 0; i < function->operands; i++) {
        int digits = (widen ? 64 : function->operand_bits) / 4;
        printf("%0*" PRIX64 " ", digits, widen ? widen_single(operand[i]) : operand[i]);
    }
    printf("%0*" PRIX64 " %02X\n", function->result_bits / 4, result, testfloat_flags(env.flags));
    return trapped_underflow_is_right(function, operand, &env, result) &&
           invalid_integer_is_right(function, operand[0], &env, result);
}

// Reads `count` hexadecimal operands that fill the line.
static bool parse_case(const char *line, int count, uint64_t operand[2])
{
    for (int i = 0; i < count; i++) {
        char *end;
        operand[i] = strtoull(line, &end, 16);
        if (end == line) {
            return false;
        }
        line = end;
    }
    return *line == '\n';
}

static const struct function *find_function(const char *name)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (strcmp(functions[i].name, name) == 0) {
            return &functions[i];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const struct function *function = argc == 3 ? find_function(argv[1]) : NULL;
    if (!function || strlen(argv[2]) != 1 || argv[2][0] < '0' || argv[2][0] > '3') {
        fputs("usage: testfloat_driver FUNCTION ROUNDING(0..3 as FSR.RD) < cases\n", stderr);
        return 2;
    }

    char line[128];
    while (fgets(line, sizeof line, stdin)) {
        uint64_t operand[2] = {0, 0};
        if (!parse_case(line, function->operands, operand)) {
            fprintf(stderr, "%s: not a case: %s", function->name, line);
            return 1;
        }
        if (!run_case(function, operand, (unsigned)(argv[2][0] - '0'))) {
            fprintf(stderr, "%s: wrong by V8 N.6 or N.7: %s", function->name, line);
            return 1;
        }
    }
    return fflush(stdout) == 0 && !ferror(stdin) ? 0 : 1;
}
