/* SPDX-License-Identifier: MIT */
#ifndef FLOAT_WORK_H
#define FLOAT_WORK_H

#include <stdint.h>

struct float_result {
    uint32_t words[5];
};

struct float_result float_work(uint32_t seed, uint32_t steps);

#endif
