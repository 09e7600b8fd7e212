/* SPDX-License-Identifier: MIT */
/* What bigcode.c and the functions made by gen_bigcode.py know of each other. */
#ifndef BIGCODE_H
#define BIGCODE_H

#include <stdint.h>

#define BIGCODE_WORDS 256

typedef uint32_t bigcode_function(uint32_t a, uint32_t b);

struct bigcode_part {
    bigcode_function *const *functions;
    uint32_t count;
};

extern uint32_t bigcode_words[BIGCODE_WORDS];

/* The native twin has this part once; the guest has PARTS copies of it, bigcode_part_1 and so on.
 */
extern const struct bigcode_part bigcode_part;

#endif
