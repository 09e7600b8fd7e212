/* SPDX-License-Identifier: MIT */
/* Nothing: what remains is start, one line of output, and the end. */
#include "bench.h"

uint32_t bench_run(uint32_t repeat)
{
    return repeat;
}
