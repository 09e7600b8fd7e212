/* SPDX-License-Identifier: MIT */
/* TestFloat's cases: its functions, lines as it writes and reads them. */
#ifndef SOFTFLOAT_CASES_H
#define SOFTFLOAT_CASES_H

#include <stdbool.h>
#include <stdint.h>

enum result { FLOAT, INTEGER, TRUTH };

enum {
#define ROW(name, ...) CASE_##name,
#include "functions.def"
#undef ROW
    CASE_FUNCTIONS
};

struct case_function {
    const char *name;
    int operands;
    int operand_bits;
    int result_bits;
    enum result result;
};
extern const struct case_function case_functions[CASE_FUNCTIONS];

/* The number of the function of that name; CASE_FUNCTIONS: there is none. */
unsigned case_find(const char *name);

/* Reads hexadecimal operands that fill the line. */
bool case_parse(const struct case_function *function, const char *line, uint64_t operand[2]);

/* Writes operands, result and flags (enum softfloat_flag) as testfloat_ver wants them. */
void case_print(const struct case_function *function, const uint64_t operand[2], uint64_t result,
                unsigned flags);

#endif
