// SPDX-License-Identifier: MIT
/* See cases.h. */
#include "cases.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softfloat.h"

const struct case_function case_functions[CASE_FUNCTIONS] = {
#define ROW(name, operands, operand_bits, result_bits, result, insn, call)                         \
    [CASE_##name] = {#name, operands, operand_bits, result_bits, result},
#include "functions.def"
#undef ROW
};

unsigned case_find(const char *name)
{
    unsigned i = 0;
    while (i < CASE_FUNCTIONS && strcmp(case_functions[i].name, name) != 0) {
        i++;
    }
    return i;
}

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

// TestFloat has no fsmuld: its operands are read as single and written as double, for f64_mul.
void case_print(const struct case_function *function, const uint64_t operand[2], uint64_t result,
                unsigned flags)
{
    bool widen = function == &case_functions[CASE_fsmuld];

    for (int i = 0; i < function->operands; i++) {
        int digits = (widen ? 64 : function->operand_bits) / 4;
        printf("%0*" PRIX64 " ", digits, widen ? widen_single(operand[i]) : operand[i]);
    }
    printf("%0*" PRIX64 " %02X\n", function->result_bits / 4, result, testfloat_flags(flags));
}

bool case_parse(const struct case_function *function, const char *line, uint64_t operand[2])
{
    for (int i = 0; i < function->operands; i++) {
        char *end;
        operand[i] = strtoull(line, &end, 16);
        if (end == line) {
            return false;
        }
        line = end;
    }
    return *line == '\n';
}
