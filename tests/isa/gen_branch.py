#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the tests of the conditional instructions, every condition with every state of the codes.

    gen_branch.py DIRECTORY

The conditions are those of the tables in B.21, B.22 and B.27 of the SPARC V8 manual.
"""
import pathlib
import sys

import isa_source

# condition of Bicc and Ticc: suffix, and when it holds (n, z, v, c)
INTEGER = [
    ("n", lambda n, z, v, c: False),
    ("e", lambda n, z, v, c: z),
    ("le", lambda n, z, v, c: z or n != v),
    ("l", lambda n, z, v, c: n != v),
    ("leu", lambda n, z, v, c: c or z),
    ("cs", lambda n, z, v, c: c),
    ("neg", lambda n, z, v, c: n),
    ("vs", lambda n, z, v, c: v),
    ("a", lambda n, z, v, c: True),
    ("ne", lambda n, z, v, c: not z),
    ("g", lambda n, z, v, c: not (z or n != v)),
    ("ge", lambda n, z, v, c: n == v),
    ("gu", lambda n, z, v, c: not (c or z)),
    ("cc", lambda n, z, v, c: not c),
    ("pos", lambda n, z, v, c: not n),
    ("vc", lambda n, z, v, c: not v),
]

# condition of FBfcc: suffix, and the relations for which it holds: E, L, G, U
FLOATING = [("n", ""), ("ne", "LGU"), ("lg", "LG"), ("ul", "LU"), ("l", "L"), ("ug", "GU"),
            ("g", "G"), ("u", "U"), ("a", "ELGU"), ("e", "E"), ("ue", "EU"), ("ge", "EG"),
            ("uge", "EGU"), ("le", "EL"), ("ule", "ELU"), ("o", "ELG")]


def slot(taken, annul, always_or_never):
    """Is the delay instruction executed?  Annulled by a=1 unless a conditional branch is taken."""
    return not annul or (taken and not always_or_never)


def write(directory, name, rows, lines):
    head = [f"! rows: {rows}", '#include "isa.h"', "BEGIN"]
    isa_source.write(directory / f"{name}.S", head + lines)


def bicc(directory):
    lines = []
    for number, (suffix, holds) in enumerate(INTEGER):
        for icc in range(16):
            taken = holds(bool(icc & 8), bool(icc & 4), bool(icc & 2), bool(icc & 1))
            for annul in (False, True):
                executed = slot(taken, annul, number % 8 == 0)
                lines.append(f"BRANCH({icc}, {int(executed) | (0 if taken else 2)}, "
                             f"b{suffix}{',a' if annul else ''})")
    lines += ["BACKWARD(SET_ICC(4), be)", "BACKWARD(SET_ICC(0), bne)", "BACKWARD(nop, ba)",
              "BRANCH_IN_USER_MODE(ba)", "BRANCH_TO_BRANCH(ba, ba)", "FAR(ba)"]
    write(directory, "bicc", "BICC", lines)


def ticc(directory):
    lines = []
    for suffix, holds in INTEGER:
        for icc in range(16):
            taken = holds(bool(icc & 8), bool(icc & 4), bool(icc & 2), bool(icc & 1))
            macro = "TICC" if taken else "NO_TICC"
            number = 16 * (icc % 4) + icc
            lines.append(f"{macro}({icc}, 0x80 + {number}, t{suffix} {number})")
            lines.append(f"{macro}({icc}, 0x80 + 0x55, t{suffix} %o0 + %o1)")
    for number in range(1, 128):
        lines.append(f"TICC(0, 0x80 + {number}, ta {number})")
    lines += ["TICC(0, 0x80 + 0x44, ta %o0 + 4)", "TICC(0, 0x80 + 0x3f, ta %o0 - 1)",
              "TICC(0, 0x80 + 0x7f, ta %g0 - 1)", "TICC(0, 0x80 + 0x3e, ta %o2 + 0x20)",
              "TRAPS_IN_SLOT(0x85, ta 5)", "ANNULLED(ta 5)", "USER_TRAPS(0x85, ta 5)",
              "USER_TRAPS(0x95, ta %o0 - 0x2b)", "USER_RUNS(tn 5)"]
    write(directory, "ticc", "TICC", lines)


def fbfcc(directory):
    lines = []
    for number, (suffix, relations) in enumerate(FLOATING):
        for fcc, relation in enumerate("ELGU"):
            taken = relation in relations
            for annul in (False, True):
                executed = slot(taken, annul, number % 8 == 0)
                lines.append(f"FBRANCH({fcc}, {int(executed) | (0 if taken else 2)}, "
                             f"fb{suffix}{',a' if annul else ''})")
        lines.append(f"FP_DISABLED(fb{suffix} .+8)")
    lines += ["BACKWARD(SET_FCC(0), fbe)", "BACKWARD(SET_FCC(3), fbu)",
              "BRANCH_IN_USER_MODE(fba)", "BRANCH_TO_BRANCH(fba, fba)", "FAR(fba)",
              "#ifndef QEMU /* has no deferred traps */",
              "FP_PENDING_MEETS(fba .+8); FP_PENDING_MEETS_IN_SLOT(fbn .+8)",
              "#endif",
              "FPU_OFF; TRAPS_IN_SLOT(TT_FP_DISABLED, fba .+8); ANNULLED(fba .+8); FPU_ON",
              "FPU_OFF; USER_TRAPS(TT_FP_DISABLED, fba .+8); FPU_ON"]
    write(directory, "fbfcc", "FBFCC", lines)


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    bicc(directory)
    ticc(directory)
    fbfcc(directory)


if __name__ == "__main__":
    main()
