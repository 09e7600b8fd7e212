#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the functions of the kernel `bigcode`, no two alike.

    gen_bigcode.py FUNCTIONS >bigcode_part.c

A function is straight code with a few branches, loads, stores and calls of small leaf functions,
about 90 instructions of SPARC. The same number of functions gives the same text on every machine.
"""
import random
import sys

HEAD = """/* Made by gen_bigcode.py: {count} functions for bigcode.c. */
#include "bench.h"
#include "bigcode.h"

static NOIPA uint32_t leaf_a(uint32_t x)
{{
    return x ^ x >> 9;
}}

static NOIPA uint32_t leaf_b(uint32_t x, uint32_t y)
{{
    return (x << 3) - y;
}}
"""

TAIL = """
static bigcode_function *const functions[] = {{{names}}};

const struct bigcode_part bigcode_part = {{functions, ARRAY_LEN(functions)}};
"""

VARIABLES = "abcd"


def expression(rng):
    x, y = rng.choice(VARIABLES), rng.choice(VARIABLES)
    number = rng.randrange(1, 4000)
    shift = rng.randrange(1, 31)
    return rng.choice([
        f"{x} + ({y} ^ {number})", f"{x} - ({y} << {shift % 8 + 1})", f"({x} & {y}) + {number}",
        f"{x} ^ {y} >> {shift}", f"({x} << {shift} | {x} >> {32 - shift}) + {number}",
        f"({x} | {number * 4099}u) - {y}",
    ])


def statement(rng):
    target = rng.choice(VARIABLES)
    kind = rng.randrange(12)
    if kind < 6:
        return f"    {target} = {expression(rng)};"
    if kind < 8:
        return (f"    {target} += bigcode_words[({rng.choice(VARIABLES)} + {rng.randrange(256)})"
                " % BIGCODE_WORDS];")
    if kind < 9:
        return f"    bigcode_words[{rng.randrange(256)}] = {expression(rng)};"
    if kind < 11:
        other = rng.choice(VARIABLES.replace(target, ""))
        test = rng.choice([f"{target} & {1 << rng.randrange(12)}", f"{target} < {other}",
                           f"(int32_t){target} > {rng.randrange(4000)}"])
        return (f"    if ({test}) {{\n        {target} = {expression(rng)};\n    }} else {{\n"
                f"        {other} = {expression(rng)};\n    }}")
    return rng.choice([f"    {target} = leaf_a({target});", f"    {target} = leaf_b(a, {target});"])


def function(number):
    rng = random.Random(number)
    body = "\n".join(statement(rng) for _ in range(22))
    return (f"\nstatic NOIPA uint32_t function_{number}(uint32_t a, uint32_t b)\n{{\n"
            f"    uint32_t c = bigcode_words[{rng.randrange(256)}];\n    uint32_t d = a ^ b;\n"
            f"{body}\n    return a + b + c + d;\n}}\n")


def source(count):
    names = ", ".join(f"function_{i}" for i in range(count))
    return (HEAD.format(count=count) + "".join(function(i) for i in range(count))
            + TAIL.format(names=names))


if __name__ == "__main__":
    sys.stdout.write(source(int(sys.argv[1])))
