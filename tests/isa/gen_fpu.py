#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the tests of the floating-point operations: values, flags, roundings, NaNs and traps.

    gen_fpu.py DIRECTORY

Values come from exact rational arithmetic here, NaNs and underflow from the SPARC V8 manual's
appendix N, the FSR from 4.4.  The arithmetic itself is tested in depth with TestFloat (tests/softfloat); these tests
are of what the instructions do with its results.
"""
import itertools
import math
import pathlib
import sys
from fractions import Fraction

import isa_source

NX, DZ, UF, OF, NV = 1, 2, 4, 8, 16
NEAREST, ZERO, UP, DOWN = range(4)


class Format:
    def __init__(self, bits, fraction, bias):
        self.bits, self.fraction, self.bias = bits, fraction, bias
        self.exponent_mask = (1 << (bits - 1 - fraction)) - 1
        self.infinity = self.exponent_mask << fraction
        self.quiet = 1 << (fraction - 1)
        self.default_nan = (1 << (bits - 1)) - 1
        self.sign = 1 << (bits - 1)
        self.low = 1 - bias                       # exponent of the smallest normal number

    def is_nan(self, x):
        return x & (self.sign - 1) > self.infinity

    def is_signaling(self, x):
        return self.is_nan(x) and not x & self.quiet

    def is_infinite(self, x):
        return x & (self.sign - 1) == self.infinity

    def value(self, x):
        exponent, fraction = x >> self.fraction & self.exponent_mask, x & (1 << self.fraction) - 1
        if exponent:
            fraction |= 1 << self.fraction
        value = Fraction(fraction) * Fraction(2) ** (max(exponent, 1) - self.bias - self.fraction)
        return -value if x & self.sign else value

    def pack(self, value, rounding, trap_underflow, zero_sign=0):
        """The number rounded into the format, and the flags."""
        if value == 0:
            return zero_sign, 0
        sign, size = (self.sign if value < 0 else 0), abs(value)
        exponent = size.numerator.bit_length() - size.denominator.bit_length()
        if Fraction(2) ** exponent > size:
            exponent -= 1
        tiny = exponent < self.low
        exponent = max(exponent, self.low)
        quantum = Fraction(2) ** (exponent - self.fraction)
        whole, rest = divmod(size, quantum)
        away = {NEAREST: rest * 2 > quantum or (rest * 2 == quantum and whole & 1), ZERO: False,
                UP: rest and not sign, DOWN: rest and sign}[rounding]
        whole += 1 if away else 0
        flags = NX if rest else 0
        if tiny and (rest or trap_underflow):
            flags |= UF
        # The hidden bit adds itself to the exponent, a carry out of the fraction likewise.
        packed = whole + ((exponent - self.low) << self.fraction)
        if packed >= self.infinity:
            flags |= OF | NX
            to_infinity = rounding == NEAREST or rounding == (DOWN if sign else UP)
            packed = self.infinity if to_infinity else self.infinity - 1
        return sign | int(packed), flags


SINGLE, DOUBLE = Format(32, 23, 127), Format(64, 52, 1023)


class Operation:
    def __init__(self, rounding, trap_underflow):
        self.rounding, self.trap_underflow, self.flags = rounding, trap_underflow, 0

    def nan_of(self, source, target, operands):
        """N.4: the NaN among the operands that the result is made of; None if there is none."""
        signaling = [x for x in operands if source.is_signaling(x)]
        quiet = [x for x in operands if source.is_nan(x)]
        if signaling:
            self.flags |= NV
        chosen = (signaling or quiet or [None])[-1]
        if chosen is None:
            return None
        sign = target.sign if chosen & source.sign else 0
        fraction = chosen & (1 << source.fraction) - 1
        shift = target.fraction - source.fraction
        fraction = fraction << shift if shift >= 0 else fraction >> -shift
        return sign | target.infinity | target.quiet | fraction

    def invalid(self, target):
        self.flags |= NV
        return target.default_nan

    def round(self, target, value, zero_sign=0):
        packed, flags = target.pack(value, self.rounding, self.trap_underflow, zero_sign)
        self.flags |= flags
        return packed

    def add(self, f, a, b, subtract=False):
        nan = self.nan_of(f, f, (a, b))
        if nan is not None:
            return nan
        if subtract:
            b ^= f.sign
        if f.is_infinite(a) or f.is_infinite(b):
            if f.is_infinite(a) and f.is_infinite(b) and a != b:
                return self.invalid(f)
            return a if f.is_infinite(a) else b
        same = a & f.sign if a & f.sign == b & f.sign else None
        zero = same if same is not None else (f.sign if self.rounding == DOWN else 0)
        return self.round(f, f.value(a) + f.value(b), zero)

    def subtract(self, f, a, b):
        return self.add(f, a, b, True)

    def multiply(self, f, a, b, target=None):
        target = target or f
        nan = self.nan_of(f, target, (a, b))
        if nan is not None:
            return nan
        sign = target.sign if (a ^ b) & f.sign else 0
        if f.is_infinite(a) or f.is_infinite(b):
            if f.value(a) == 0 or f.value(b) == 0:
                return self.invalid(target)
            return sign | target.infinity
        return self.round(target, f.value(a) * f.value(b), sign)

    def multiply_wide(self, f, a, b):
        return self.multiply(f, a, b, DOUBLE)

    def divide(self, f, a, b):
        nan = self.nan_of(f, f, (a, b))
        if nan is not None:
            return nan
        sign = (a ^ b) & f.sign
        if f.is_infinite(a):
            return self.invalid(f) if f.is_infinite(b) else sign | f.infinity
        if f.is_infinite(b):
            return sign
        if f.value(b) == 0:
            if f.value(a) == 0:
                return self.invalid(f)
            self.flags |= DZ
            return sign | f.infinity
        return self.round(f, f.value(a) / f.value(b), sign)

    def root(self, f, a):
        nan = self.nan_of(f, f, (a,))
        if nan is not None:
            return nan
        if a & (f.sign - 1) == 0:
            return a
        if a & f.sign:
            return self.invalid(f)
        if f.is_infinite(a):
            return a
        scale = 2 * (f.bias + 3 * f.fraction)
        scaled = f.value(a) * Fraction(4) ** scale
        floor = math.isqrt(scaled.numerator // scaled.denominator)
        exact = floor * floor == scaled
        return self.round(f, (Fraction(floor) + (0 if exact else Fraction(1, 2))) / Fraction(2) ** scale)

    def convert(self, source, target, a):
        nan = self.nan_of(source, target, (a,))
        if nan is not None:
            return nan
        sign = target.sign if a & source.sign else 0
        if source.is_infinite(a):
            return sign | target.infinity
        return self.round(target, source.value(a), sign)

    def from_integer(self, target, a):
        return self.round(target, Fraction(a - (1 << 32) if a >> 31 else a))

    def to_integer(self, f, a):
        negative = a & f.sign
        whole = None
        if not f.is_nan(a) and not f.is_infinite(a):
            whole = math.trunc(f.value(a))
        if whole is None or not -2**31 <= whole < 2**31:
            self.flags |= NV
            return 0x80000000 if negative else 0x7FFFFFFF
        if whole != f.value(a):
            self.flags |= NX
        return whole & 0xFFFFFFFF

    def compare(self, f, a, b, signaling):
        if f.is_nan(a) or f.is_nan(b):
            if signaling or f.is_signaling(a) or f.is_signaling(b):
                self.flags |= NV
            return 3
        def key(x):
            if f.is_infinite(x):
                return math.inf if not x & f.sign else -math.inf
            return f.value(x)
        return 0 if key(a) == key(b) else 1 if key(a) < key(b) else 2


# --- operands ---

def operands(f):
    one = f.bias << f.fraction
    return [0, f.sign, one, f.sign | one, one + 1, one | 1 << (f.fraction - 1), f.infinity,
            f.sign | f.infinity, f.infinity - 1, (f.sign | f.infinity) - 1, 1, f.sign | 1,
            1 << f.fraction, (1 << f.fraction) - 1, f.default_nan, f.infinity | f.quiet | 0x1234,
            f.sign | f.infinity | 0x77, f.infinity | 1, one + (3 << f.fraction) + 12345,
            one - (1 << f.fraction) + 3, one - 1]


CONVERT_SINGLE = [0x4EFFFFFF, 0x4F000000, 0xCF000000, 0xCF000001, 0x3F000000, 0xBF7FFFFF, 0x42F6E979,
                  0x4B800001, 0xC2F6E979]
CONVERT_DOUBLE = [0x41DFFFFFFFC00000, 0x41DFFFFFFFFFFFFF, 0x41E0000000000000, 0xC1E0000000000000,
                  0xC1E0000000100000, 0xC1E0000000200000, 0x3FE0000000000000, 0x405EDD2F1A9FBE77,
                  0x47EFFFFFE0000000, 0x47EFFFFFF0000000, 0x380FFFFFE0000000, 0x36A0000000000000,
                  0x3690000000000000, 0x7FF0000012345678, 0xFFF8000012345678, 0x3810000000000000,
                  0x380FFFFFF0000001]
INTEGERS = [0, 1, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x80000001, 0x01000001, 0x01000003,
            0xFEFFFFFF, 0x12345678]

MARK = (0x5A3C9687, 0x13579BDF)


def halves(format_, value):
    """A register pair: a single lies in the first, with a mark in the second."""
    return (value, MARK[1]) if format_ is SINGLE else (value >> 32, value & 0xFFFFFFFF)


class File:
    def __init__(self, directory, name, rows):
        self.path = directory / f"{name}.S"
        self.lines = [f"! rows: {rows}", '#include "isa.h"', "BEGIN"]
        self.turn = itertools.cycle((NEAREST, ZERO, UP, DOWN))

    def write(self):
        isa_source.write(self.path, self.lines)

    def cases(self, op, source, target, function, pairs):
        """Each pair of operands with one rounding, all four if that matters; then the traps."""
        seen, exact_tiny = {}, []
        for a, b in pairs:
            results = {r: self.compute(function, a, b, r, 0) for r in range(4)}
            roundings = range(4) if len(set(results.values())) > 1 else (next(self.turn),)
            for rounding in roundings:
                result, flags = results[rounding]
                self.quiet(op, source, target, a, b, rounding, 0, result, flags)
                for flag in (NX, DZ, UF, OF, NV):
                    if flags & flag and rounding == NEAREST:
                        seen.setdefault(flag, []).append((a, b))
            if (self.compute(function, a, b, NEAREST, UF)[1] & UF) and not results[NEAREST][1] & UF:
                exact_tiny.append((a, b))
        for flag, where in seen.items():
            for a, b in where[:2]:
                self.trap(op, source, target, function, a, b, flag)
        for a, b in exact_tiny[:2]:
            self.trap(op, source, target, function, a, b, UF)

    @staticmethod
    def compute(function, a, b, rounding, tem):
        operation = Operation(rounding, bool(tem & UF))
        return function(operation, a, b), operation.flags

    def operation(self, op, binary):
        return f"{op} %f0, %f2, %f4" if binary else f"{op} %f2, %f4"

    def quiet(self, op, source, target, a, b, rounding, tem, result, flags):
        """No trap: the result and the flags.  Other bits of the FSR are there to stay."""
        before = rounding << 30 | tem << 23 | 2 << 10 | (0x15 << 5 if b & 1 else 0) | NX | DZ
        after = (before & ~0x1F) | flags | flags << 5
        if target is None:
            after = (after & ~0xC00) | result << 10
            words, insn = MARK, f"{op} %f0, %f2"
        else:
            words, insn = halves(target, result), self.operation(op, a is not None)
        macro = "FPOP_NOT_QEMU" if self.qemu_differs(source, target, a, b, flags, result) else "FPOP"
        self.emit(macro, before, source, a, b, words, after, insn)

    @staticmethod
    def qemu_differs(source, target, a, b, flags, result):
        """QEMU 7.2 takes rs1 of two quiet NaNs, a negative NaN as the largest integer, and finds
        tininess after rounding; N.4, N.5 and N.7 say otherwise."""
        nans = [x for x in (a, b) if x is not None and source.is_nan(x)]
        two_nans = target is not None and len(nans) == 2 and a != b
        to_integer = result == 0x80000000 and flags == NV and len(nans) == 1
        rounded_up = (target is not None and flags & UF
                      and result & (target.sign - 1) == 1 << target.fraction)
        return two_nans or to_integer or rounded_up

    def trap(self, op, source, target, function, a, b, flag):
        """Each flag: trapping when enabled, and not when all the others are."""
        result, flags = self.compute(function, a, b, NEAREST, flag)
        raised = flag if flag in (OF, UF) or flags == flag else flags & flag
        before = flag << 23 | 1 << 10 | 0x0A << 5 | 0x15
        insn = f"{op} %f0, %f2" if target is None else self.operation(op, a is not None)
        self.emit("FPOP_TRAPS", before, source, a, b, MARK, (before & ~0x1F) | raised, insn)
        others = 0x1F & ~flags
        if flag != UF and others:
            result, flags = self.compute(function, a, b, NEAREST, others)
            if not flags & others:
                self.quiet(op, source, target, a, b, NEAREST, others, result, flags)
        both, flags = self.compute(function, a, b, NEAREST, 0x1F)
        first = flags & ~NX or flags
        before |= 0x1F << 23
        self.emit("FPOP_TRAPS", before, source, a, b, MARK, (before & ~0x1F) | first, insn)

    def emit(self, macro, before, source, a, b, words, after, insn):
        first = halves(source, a) if a is not None else MARK
        second = halves(source, b)
        values = ", ".join(f"{x:#x}" for x in (before, *first, *second, *words, after))
        self.lines.append(f"{macro}({values}, {insn})")


def unary(function):
    return lambda operation, a, b: function(operation, b)


def alone(values):
    return [(None, value) for value in values]


def moves(directory):
    out = File(directory, "fmove", "FMOVS FNEGS FABSS")
    for value in operands(SINGLE):
        for op, result in (("fmovs", value), ("fnegs", value ^ 0x80000000),
                           ("fabss", value & 0x7FFFFFFF)):
            out.quiet(op, SINGLE, SINGLE, None, value, NEAREST, 0x1F if value & 1 else 0, result, 0)
    out.write()


def binary_file(directory, name, rows, table):
    out = File(directory, name, rows)
    for op, source, target, method in table:
        values = operands(source)
        out.cases(op, source, target,
                  lambda o, a, b, m=method, f=source: getattr(o, m)(f, a, b),
                  list(itertools.product(values, values)))
    out.write()


def compares(directory):
    out = File(directory, "fcmp", "FCMPS FCMPD FCMPES FCMPED")
    for op, f, signaling in (("fcmps", SINGLE, False), ("fcmpd", DOUBLE, False),
                             ("fcmpes", SINGLE, True), ("fcmped", DOUBLE, True)):
        values = operands(f)
        out.cases(op, f, None, lambda o, a, b, f=f, s=signaling: o.compare(f, a, b, s),
                  list(itertools.product(values, values)))
    out.write()


def roots(directory):
    out = File(directory, "fsqrt", "FSQRTS FSQRTD")
    for op, f in (("fsqrts", SINGLE), ("fsqrtd", DOUBLE)):
        two, four = (f.bias + 1) << f.fraction, (f.bias + 2) << f.fraction
        out.cases(op, f, f, unary(lambda o, x, f=f: o.root(f, x)),
                  alone(operands(f) + [two, four, four + 1, f.sign | two]))
    out.write()


def conversions(directory):
    out = File(directory, "fconvert", "FITOS FITOD FSTOI FDTOI FSTOD FDTOS")
    singles, doubles = operands(SINGLE) + CONVERT_SINGLE, operands(DOUBLE) + CONVERT_DOUBLE
    integer = SINGLE
    out.cases("fitos", integer, SINGLE, unary(lambda o, x: o.from_integer(SINGLE, x)), alone(INTEGERS))
    out.cases("fitod", integer, DOUBLE, unary(lambda o, x: o.from_integer(DOUBLE, x)), alone(INTEGERS))
    out.cases("fstoi", SINGLE, integer, unary(lambda o, x: o.to_integer(SINGLE, x)), alone(singles))
    out.cases("fdtoi", DOUBLE, integer, unary(lambda o, x: o.to_integer(DOUBLE, x)), alone(doubles))
    out.lines += ["#ifndef QEMU /* raises no NV for a signaling NaN (TestFloat) */"]
    out.cases("fstod", SINGLE, DOUBLE, unary(lambda o, x: o.convert(SINGLE, DOUBLE, x)), alone(singles))
    out.lines += ["#endif"]
    out.cases("fdtos", DOUBLE, SINGLE, unary(lambda o, x: o.convert(DOUBLE, SINGLE, x)), alone(doubles))
    out.write()


# Name: FPop space, opf (B.33), which of rs1, rs2, rd are there and double.
FPOPS = {
    "FMOVS": (1, 0x001, "-ss"), "FNEGS": (1, 0x005, "-ss"), "FABSS": (1, 0x009, "-ss"),
    "FSQRTS": (1, 0x029, "-ss"), "FSQRTD": (1, 0x02A, "-dd"),
    "FADDS": (1, 0x041, "sss"), "FADDD": (1, 0x042, "ddd"),
    "FSUBS": (1, 0x045, "sss"), "FSUBD": (1, 0x046, "ddd"),
    "FMULS": (1, 0x049, "sss"), "FMULD": (1, 0x04A, "ddd"),
    "FDIVS": (1, 0x04D, "sss"), "FDIVD": (1, 0x04E, "ddd"), "FSMULD": (1, 0x069, "ssd"),
    "FITOS": (1, 0x0C4, "-ss"), "FDTOS": (1, 0x0C6, "-ds"), "FITOD": (1, 0x0C8, "-sd"),
    "FSTOD": (1, 0x0C9, "-sd"), "FSTOI": (1, 0x0D1, "-ss"), "FDTOI": (1, 0x0D2, "-ds"),
    "FCMPS": (2, 0x051, "ss-"), "FCMPD": (2, 0x052, "dd-"),
    "FCMPES": (2, 0x055, "ss-"), "FCMPED": (2, 0x056, "dd-"),
}
# Quad precision and numbers that mean nothing: unimplemented_FPop on LEON3.
UNIMPLEMENTED = {
    "FSQRTQ": (1, 0x02B), "FADDQ": (1, 0x043), "FSUBQ": (1, 0x047), "FMULQ": (1, 0x04B),
    "FDIVQ": (1, 0x04F), "FDMULQ": (1, 0x06E), "FQTOS": (1, 0x0C7), "FQTOD": (1, 0x0CB),
    "FITOQ": (1, 0x0CC), "FSTOQ": (1, 0x0CD), "FDTOQ": (1, 0x0CE), "FQTOI": (1, 0x0D3),
    "FCMPQ": (2, 0x053), "FCMPEQ": (2, 0x057),
}
NO_FPOPS = [(1, 0x000), (1, 0x002), (1, 0x0C5), (1, 0x1FF), (2, 0x000), (2, 0x041), (2, 0x050)]


def fpop_word(space, opf, rs1=0, rs2=2, rd=4):
    return 2 << 30 | rd << 25 | (0x33 + space) << 19 | rs1 << 14 | opf << 5 | rs2


def every_way(out, word):
    """What all floating-point instructions have in common: EF, delay slots, a pending exception."""
    insn = f".word {word:#x}"
    out.lines += [f"FP_SET(0, 1, 2, 3, 4); FP_DISABLED({insn})",
                  f"FPU_OFF; USER_TRAPS(TT_FP_DISABLED, {insn}); FPU_ON",
                  f"FPU_OFF; TRAPS_IN_SLOT(TT_FP_DISABLED, {insn}); FPU_ON",
                  f"FPU_OFF; ANNULLED({insn}); FPU_ON",
                  "#ifndef QEMU /* has no deferred traps */",
                  f"FP_PENDING_MEETS({insn})", f"FP_PENDING_MEETS_IN_SLOT({insn})", "#endif"]


def forms(directory):
    out = File(directory, "fp_forms", " ".join(FPOPS))
    for space, opf, registers in FPOPS.values():
        word = fpop_word(space, opf)
        every_way(out, word)
        out.lines += [f"FP_SET(0, 0x3f800000, 0, 0x3f800000, 0); USER_RUNS(.word {word:#x})",
                      f"FP_SET(0, 0x3f800000, 0, 0x3f800000, 0); CASE; ba 1f; .word {word:#x}; "
                      "ba isa_fail; nop; 1: CHECK_FSR_MASKED(0, FTT(7) | QNE)"]
        out.lines.append("#ifndef QEMU /* does not look at odd registers, 4.4 */")
        for place, kind in enumerate(registers):
            if kind == "d":
                numbers = [0, 2, 4]
                numbers[place] += 1
                word = fpop_word(space, opf, *numbers)
                out.lines.append("FP_DEFERRED(0xa15, 1, 2, 3, 4, 0xa15 | FTT(6) | QNE, "
                                 f".word {word:#x})")
            elif kind == "s":
                numbers = [0, 2, 4]
                numbers[place] += 1
                word = fpop_word(space, opf, *numbers)
                out.lines.append(f"FP_SET(0, 0, 0, 0, 0); CASE; .word {word:#x}; "
                                 "CHECK_FSR_MASKED(0, FTT(7) | QNE)")
        out.lines.append("#endif")
    # In place: the operands are read before rd is written, double halves too.
    out.lines += ["FP_SET(0, 0, 0, 0, 0); CASE; .word "
                  f"{fpop_word(1, 0x042, 4, 4, 4):#x}; CHECK_F4(0x5a4c9687, 0x13579bdf)",
                  "FP_SET(0, 0, 0, 0, 0); CASE; .word "
                  f"{fpop_word(1, 0x0C9, 0, 4, 4):#x}; CHECK_F4(0x434792d0, 0xe0000000)",
                  "FP_SET(0, 0, 0, 0, 0); CASE; .word "
                  f"{fpop_word(1, 0x0C9, 0, 5, 4):#x}; CHECK_F4(0x3a6af37b, 0xe0000000)"]
    out.write()
    out = File(directory, "fp_unimplemented", " ".join(UNIMPLEMENTED) + " FPOP")
    for space, opf in list(UNIMPLEMENTED.values()) + NO_FPOPS:
        word = fpop_word(space, opf, 0, 4, 8)
        every_way(out, word)
        out.lines += ["#ifndef QEMU /* computes in quad precision */",
                      f"FP_DEFERRED(0x0f800a15, 1, 2, 3, 4, 0x0f800a15 | FTT(3) | QNE, "
                      f".word {word:#x})", "#endif"]
    out.write()


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    moves(directory)
    binary_file(directory, "fadd", "FADDS FADDD", [("fadds", SINGLE, SINGLE, "add"),
                                                   ("faddd", DOUBLE, DOUBLE, "add")])
    binary_file(directory, "fsub", "FSUBS FSUBD", [("fsubs", SINGLE, SINGLE, "subtract"),
                                                   ("fsubd", DOUBLE, DOUBLE, "subtract")])
    binary_file(directory, "fmul", "FMULS FMULD FSMULD",
                [("fmuls", SINGLE, SINGLE, "multiply"), ("fmuld", DOUBLE, DOUBLE, "multiply"),
                 ("fsmuld", SINGLE, DOUBLE, "multiply_wide")])
    binary_file(directory, "fdiv", "FDIVS FDIVD", [("fdivs", SINGLE, SINGLE, "divide"),
                                                   ("fdivd", DOUBLE, DOUBLE, "divide")])
    roots(directory)
    conversions(directory)
    compares(directory)
    forms(directory)


if __name__ == "__main__":
    main()
