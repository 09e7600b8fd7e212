// SPDX-License-Identifier: MIT
/*
 * Puts the soft-float between Berkeley TestFloat's generator and its verifier:
 *
 *     testfloat_gen f64 2 | testfloat_driver f64_add 0 | testfloat_ver -tininessbefore f64_add
 *
 * Reads one case per line, the operands in hexadecimal, computes FUNCTION (TestFloat's name, or
 * fsmuld) with FSR.RD = ROUNDING, and writes operands, result and flags as testfloat_ver wants
 * them (cases.h).
 *
 * What TestFloat cannot judge is judged here, on the same cases: underflow with FSR.TEM.UFM set (V8
 * N.6) and the result of an invalid conversion to integer (N.7). NaN results are the unit test's.
 *
 * Exit status: 0 all cases done, 1 a line is no case or a case judged here is wrong, 2 usage.
 */
#include "softfloat.h"

#include <stdio.h>
#include <string.h>

#include "cases.h"

#define S1    ((uint32_t)rs1)
#define S2    ((uint32_t)rs2)
#define EQUAL SOFTFLOAT_EQUAL
#define LESS  SOFTFLOAT_LESS

_Static_assert(SOFTFLOAT_EQUAL == 0 && SOFTFLOAT_LESS == 1, "ORDER: LESS >= x is `less or equal`");

typedef uint64_t run_function(struct softfloat *env, uint64_t rs1, uint64_t rs2);

#define ROW(name, operands, operand_bits, result_bits, result, insn, call)                         \
    static uint64_t run_##name(struct softfloat *env, uint64_t rs1, uint64_t rs2)                  \
    {                                                                                              \
        (void)rs2;                                                                                 \
        return (call);                                                                             \
    }
#include "functions.def"
#undef ROW

static run_function *const run[CASE_FUNCTIONS] = {
#define ROW(name, ...) [CASE_##name] = run_##name,
#include "functions.def"
#undef ROW
};

static bool is_subnormal(uint64_t bits, int width)
{
    uint64_t magnitude = width == 32 ? bits & UINT32_MAX >> 1 : bits & UINT64_MAX >> 1;
    return magnitude != 0 && magnitude >> (width == 32 ? 23 : 52) == 0;
}

// N.6: with UFM set the result is the same, and UF also comes with an exact subnormal one.
static bool trapped_underflow_is_right(unsigned number, const uint64_t operand[2],
                                       const struct softfloat *untrapped, uint64_t result)
{
    const struct case_function *function = &case_functions[number];
    struct softfloat env = {.rounding = untrapped->rounding, .trap_underflow = true};
    unsigned expected = untrapped->flags;
    if (function->result == FLOAT && is_subnormal(result, function->result_bits)) {
        expected |= SOFTFLOAT_UF;
    }
    return run[number](&env, operand[0], operand[1]) == result && env.flags == expected;
}

// N.7: an invalid conversion gives the largest integer of the operand's sign.
static bool invalid_integer_is_right(const struct case_function *function, uint64_t operand,
                                     const struct softfloat *env, uint64_t result)
{
    if (function->result != INTEGER || !(env->flags & SOFTFLOAT_NV)) {
        return true;
    }
    bool negative = operand >> (function->operand_bits - 1) & 1;
    return result == (negative ? UINT32_C(0x80000000) : UINT32_C(0x7fffffff));
}

static bool run_case(unsigned number, const uint64_t operand[2], unsigned rounding)
{
    const struct case_function *function = &case_functions[number];
    struct softfloat env = {.rounding = (uint8_t)rounding};
    uint64_t result = run[number](&env, operand[0], operand[1]);

    case_print(function, operand, result, env.flags);
    return trapped_underflow_is_right(number, operand, &env, result) &&
           invalid_integer_is_right(function, operand[0], &env, result);
}

int main(int argc, char **argv)
{
    unsigned number = argc == 3 ? case_find(argv[1]) : CASE_FUNCTIONS;
    if (number == CASE_FUNCTIONS || strlen(argv[2]) != 1 || argv[2][0] < '0' || argv[2][0] > '3') {
        fputs("usage: testfloat_driver FUNCTION ROUNDING(0..3 as FSR.RD) < cases\n", stderr);
        return 2;
    }

    char line[128];
    while (fgets(line, sizeof line, stdin)) {
        uint64_t operand[2] = {0, 0};
        if (!case_parse(&case_functions[number], line, operand)) {
            fprintf(stderr, "%s: not a case: %s", argv[1], line);
            return 1;
        }
        if (!run_case(number, operand, (unsigned)(argv[2][0] - '0'))) {
            fprintf(stderr, "%s: wrong by V8 N.6 or N.7: %s", argv[1], line);
            return 1;
        }
    }
    return fflush(stdout) == 0 && !ferror(stdin) ? 0 : 1;
}
