/* SPDX-License-Identifier: MIT */
/*
 * Much code that runs once or twice: what it costs to meet an instruction for the first time.
 *
 * The functions come from gen_bigcode.py.  They are compiled once and linked PARTS times, at PARTS
 * addresses: for an emulator that is as much new code as PARTS different parts, for the compiler
 * much less work.  All parts use the same data, so that the native twin can call its only part
 * PARTS times.
 */
#include "bench.h"
#include "bigcode.h"

uint32_t bigcode_words[BIGCODE_WORDS];

#ifdef NATIVE

static const struct bigcode_part *part_at(uint32_t number)
{
    (void)number;
    return &bigcode_part;
}

#else

/* Made with the copies: the addresses of all of them. */
extern const struct bigcode_part *const bigcode_parts[PARTS];

static const struct bigcode_part *part_at(uint32_t number)
{
    return bigcode_parts[number];
}

#endif

uint32_t bench_run(uint32_t repeat)
{
    uint32_t sum = bench_seed;
    for (uint32_t round = 0; round < repeat; round++) {
        for (uint32_t number = 0; number < PARTS; number++) {
            const struct bigcode_part *part = part_at(number);
            for (uint32_t i = 0; i < part->count; i++) {
                sum = part->functions[i](sum, i + number + round);
            }
        }
    }
    return sum;
}
