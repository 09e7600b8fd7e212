/* SPDX-License-Identifier: MIT */
/* What a run of random programs has executed: by row, mode and trap. */
#ifndef DIFF_COVERAGE_H
#define DIFF_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "sparc/decode.h"

struct coverage {
    uint64_t retired[INSN_COUNT][2]; /* user, supervisor */
    uint64_t trapped[INSN_COUNT][256][2];
    uint64_t interrupts, error_modes, programs, slices;
    uint64_t blocks, entries, dropped, insns; /* of the translators */
};

void coverage_print(const struct coverage *c, bool table);

/* Prints, and returns the number of, traps of a row that were taken less than `least` times in a mode in which they are
 * possible, and rows that were retired less than 10 * `least` times. */
unsigned coverage_missing(const struct coverage *c, uint64_t least);

#endif
