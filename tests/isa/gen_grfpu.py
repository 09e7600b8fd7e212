#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the tests of the floating-point operations on GRFPU and GRFPU-Lite.

    gen_grfpu.py DIRECTORY

The model of gen_fpu.py with what GR740 user's manual, 8.2.3 to 8.2.7, says otherwise: a denormal operand
leaves an operation unfinished or, with FSR.NS, counts as zero; a tiny result becomes zero; and the NaN of
an invalid operation and of a signaling NaN is another one.
"""
import itertools
import pathlib
import sys

import gen_fpu
from gen_fpu import DOUBLE, INTEGERS, MARK, NX, NV, SINGLE, UF, alone, operands, unary

NS = 1 << 22
GENERATED = {SINGLE: 0x7FFF0000, DOUBLE: 0x7FFFE00000000000}


def is_denormal(f, x):
    return 0 < x & (f.sign - 1) < 1 << f.fraction


class Operation(gen_fpu.Operation):
    def nan_of(self, source, target, operands):
        if any(source.is_signaling(x) for x in operands):
            return self.invalid(target)
        return super().nan_of(source, target, operands)

    def invalid(self, target):
        self.flags |= NV
        return GENERATED[target]

    def round(self, target, value, zero_sign=0):
        packed, flags = target.pack(value, self.rounding, True, zero_sign)
        if flags & UF:
            packed, flags = packed & target.sign, UF | NX
        self.flags |= flags
        return packed


class File(gen_fpu.File):
    """One file for each operation in standard mode, and one in non-standard mode."""

    def __init__(self, directory, name, rows, nonstandard):
        super().__init__(directory, f"grfpu_{name}{'_ns' if nonstandard else ''}", rows)
        self.lines[1:1] = ["! board: grfpu grfpu_lite", "! qemu: computes with denormal numbers"]
        self.nonstandard = nonstandard
        self.integers = False  # operands are no floating-point numbers

    def compute(self, function, a, b, rounding, tem):
        operation = Operation(rounding, bool(tem & UF))
        if self.nonstandard and self.source is not None:
            a, b = (x & self.source.sign if x is not None and is_denormal(self.source, x) else x
                    for x in (a, b))
        return function(operation, a, b), operation.flags

    def cases(self, op, source, target, function, pairs):
        """An operand that is no denormal is as ever; of the others all in non-standard mode."""
        self.source = None if target is None or self.integers else source
        touched = [pair for pair in pairs if self.source is not None and any(
            x is not None and is_denormal(source, x) for x in pair)]
        if self.nonstandard:
            super().cases(op, source, target, function, touched)
            return
        for a, b in touched:
            self.unfinished(op, source, a, b)
        super().cases(op, source, target, function, [pair for pair in pairs if pair not in touched])

    def unfinished(self, op, source, a, b):
        """Whatever the other operand is and TEM says; cexc stays."""
        tem = 0x1F if b & 1 else 0
        before = next(self.turn) << 30 | tem << 23 | 1 << 10 | 0x0A << 5 | 0x15
        after = before | 2 << 14 | 1 << 13
        first = gen_fpu.halves(source, a) if a is not None else MARK
        values = ", ".join(f"{x:#x}" for x in (before, *first, *gen_fpu.halves(source, b), after))
        self.lines.append(f"FP_DEFERRED({values}, {self.operation(op, a is not None)})")

    def emit(self, macro, before, source, a, b, words, after, insn):
        bit = NS if self.nonstandard else 0
        macro = macro.replace("_NOT_QEMU", "")
        super().emit(macro, before | bit, source, a, b, words, after | bit, insn)


def binary(out, table):
    for op, source, target, method in table:
        values = operands(source)
        out.cases(op, source, target,
                  lambda o, a, b, m=method, f=source: getattr(o, m)(f, a, b),
                  list(itertools.product(values, values)))
    out.write()


def single_operands(out):
    for op, f in (("fsqrts", SINGLE), ("fsqrtd", DOUBLE)):
        out.cases(op, f, f, unary(lambda o, x, f=f: o.root(f, x)), alone(operands(f)))
    singles = operands(SINGLE) + gen_fpu.CONVERT_SINGLE
    doubles = operands(DOUBLE) + gen_fpu.CONVERT_DOUBLE
    out.cases("fstoi", SINGLE, SINGLE, unary(lambda o, x: o.to_integer(SINGLE, x)), alone(singles))
    out.cases("fdtoi", DOUBLE, SINGLE, unary(lambda o, x: o.to_integer(DOUBLE, x)), alone(doubles))
    out.cases("fstod", SINGLE, DOUBLE, unary(lambda o, x: o.convert(SINGLE, DOUBLE, x)), alone(singles))
    out.cases("fdtos", DOUBLE, SINGLE, unary(lambda o, x: o.convert(DOUBLE, SINGLE, x)), alone(doubles))
    out.integers = True
    out.cases("fitos", SINGLE, SINGLE, unary(lambda o, x: o.from_integer(SINGLE, x)), alone(INTEGERS))
    out.cases("fitod", SINGLE, DOUBLE, unary(lambda o, x: o.from_integer(DOUBLE, x)), alone(INTEGERS))
    out.write()


def compares(out):
    for op, f, signaling in (("fcmps", SINGLE, False), ("fcmpd", DOUBLE, False),
                             ("fcmpes", SINGLE, True), ("fcmped", DOUBLE, True)):
        values = operands(f)
        out.cases(op, f, None, lambda o, a, b, f=f, s=signaling: o.compare(f, a, b, s),
                  list(itertools.product(values, values)))
    out.write()


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for nonstandard in (False, True):
        binary(File(directory, "fadd", "FADDS FADDD FSUBS FSUBD", nonstandard),
               [("fadds", SINGLE, SINGLE, "add"), ("faddd", DOUBLE, DOUBLE, "add"),
                ("fsubs", SINGLE, SINGLE, "subtract"), ("fsubd", DOUBLE, DOUBLE, "subtract")])
        binary(File(directory, "fmul", "FMULS FMULD FSMULD", nonstandard),
               [("fmuls", SINGLE, SINGLE, "multiply"), ("fmuld", DOUBLE, DOUBLE, "multiply"),
                ("fsmuld", SINGLE, DOUBLE, "multiply_wide")])
        binary(File(directory, "fdiv", "FDIVS FDIVD", nonstandard),
               [("fdivs", SINGLE, SINGLE, "divide"), ("fdivd", DOUBLE, DOUBLE, "divide")])
        single_operands(File(directory, "alone", "FSQRTS FSQRTD FITOS FITOD FSTOI FDTOI FSTOD FDTOS",
                             nonstandard))
    compares(File(directory, "fcmp", "FCMPS FCMPD FCMPES FCMPED", False))


if __name__ == "__main__":
    main()
