// SPDX-License-Identifier: MIT
/* Work for the FPU, in a file of its own: all else is compiled without floating point. */
#include "float_work.h"

/* A chaotic map: one wrong bit at any time and the result has nothing in common with the right one.
 */
struct float_result float_work(uint32_t seed, uint32_t steps)
{
    union {
        double number;
        uint32_t words[2];
    } x, y;
    float single = 0.25f + (float)seed * 0.0625f;
    union {
        float number;
        uint32_t word;
    } s;
    x.number = 0.1 + 0.01 * (double)(int)seed;
    y.number = 1.0;
    for (uint32_t i = 0; i < steps; i++) {
        x.number = 3.9375 * x.number * (1.0 - x.number);
        y.number = y.number * 0.5 + x.number / (y.number + 1.0);
        single = 3.75f * single * (1.0f - single);
    }
    s.number = single;
    return (struct float_result){{x.words[0], x.words[1], y.words[0], y.words[1], s.word}};
}
