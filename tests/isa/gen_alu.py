#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the tests of the arithmetic instructions: one .S per family, cases with all their values.

    gen_alu.py DIRECTORY

The values come from the definitions in the SPARC V8 manual, B.11 to B.19, computed here with Python's
unbounded integers, which know neither 32 bits nor carries of their own.  UMAC and SMAC are LEON3's.
"""
import itertools
import pathlib
import sys

import isa_source

MASK = 0xFFFFFFFF
N, Z, V, C = 8, 4, 2, 1
OVERFLOW, DIVIDE = "TT_TAG", "TT_DIVIDE"

EDGES = [0, 1, 2, 3, 4, 0x1F, 0x20, 0xFFF, 0x1000, 0x7FFFFFFC, 0x7FFFFFFF, 0x80000000, 0x80000001,
         0xAAAAAAAA, 0xFFFF0000, 0xFFFFF000, 0xFFFFFFFC, 0xFFFFFFFF]
FEW = [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x12345678]


def signed(x, bits=32):
    x &= (1 << bits) - 1
    return x - (1 << bits) if x >> (bits - 1) else x


def nz(result):
    return (N if result >> 31 else 0) | (Z if result == 0 else 0)


class State:
    """What an instruction reads beside its operands, and writes beside its result."""

    def __init__(self, y, icc, asr18=0):
        self.y, self.icc, self.asr18 = y, icc, asr18

    def carry(self):
        return self.icc & C


class Trap(Exception):
    pass


# --- the operations: operation(a, b, state) gives the result and changes the state ---

def logical(function, flags):
    def operation(a, b, state):
        result = function(a, b) & MASK
        if flags:
            state.icc = nz(result)
        return result
    return operation


def add(flags, extended):
    def operation(a, b, state):
        carry = state.carry() if extended else 0
        result = (a + b + carry) & MASK
        if flags:
            over = not -2**31 <= signed(a) + signed(b) + carry < 2**31
            state.icc = nz(result) | (V if over else 0) | (C if a + b + carry > MASK else 0)
        return result
    return operation


def subtract(flags, extended):
    def operation(a, b, state):
        carry = state.carry() if extended else 0
        result = (a - b - carry) & MASK
        if flags:
            over = not -2**31 <= signed(a) - signed(b) - carry < 2**31
            state.icc = nz(result) | (V if over else 0) | (C if a < b + carry else 0)
        return result
    return operation


def tagged(operation, trap):
    def with_tags(a, b, state):
        after = State(state.y, state.icc)
        result = operation(a, b, after)
        if (a | b) & 3:
            after.icc |= V
        if trap and after.icc & V:
            raise Trap(OVERFLOW)
        state.icc = after.icc
        return result
    return with_tags


def mulscc(a, b, state):
    """B.17, its steps (1) to (6)."""
    n_xor_v = (state.icc >> 3 ^ state.icc >> 1) & 1
    one = a >> 1 | n_xor_v << 31
    two = b if state.y & 1 else 0
    state.y = state.y >> 1 | (a & 1) << 31
    return add(True, False)(one, two, state)


def multiply(is_signed, flags):
    def operation(a, b, state):
        product = signed(a) * signed(b) if is_signed else a * b
        state.y = product >> 32 & MASK
        if flags:
            state.icc = nz(product & MASK)
        return product & MASK
    return operation


def divide(is_signed, flags):
    def operation(a, b, state):
        if b == 0:
            raise Trap(DIVIDE)
        dividend = state.y << 32 | a
        if is_signed:
            dividend, b = signed(dividend, 64), signed(b)
            low, high = -2**31, 2**31 - 1
        else:
            low, high = 0, MASK
        quotient = abs(dividend) // abs(b)
        if (dividend < 0) != (b < 0):
            quotient = -quotient
        result = max(low, min(high, quotient)) & MASK
        if flags:
            state.icc = nz(result) | (V if not low <= quotient <= high else 0)
        return result
    return operation


def shift(function):
    return lambda a, b, state: function(a, b & 31) & MASK


# --- the cases ---

def fits(value):
    return -4096 <= signed(value) <= 4095


class Family:
    def __init__(self, name, rows, directory):
        self.path = directory / f"{name}.S"
        self.lines = [f"! rows: {rows}", '#include "isa.h"', "BEGIN"]

    def case(self, form, op, function, y, icc, a, b, written_b=None):
        state = State(y, icc)
        shown = f"{b:#x}" if written_b is None else str(written_b)
        try:
            result = function(a, b, state)
        except Trap as trap:
            self.lines.append(f"TRP({trap}, {op}, {y:#x}, {icc}, {a:#x}, {b:#x})")
            return
        if form == "ANN":
            self.lines.append(f"ANN({op}, {y:#x}, {icc}, {a:#x}, {shown})")
            return
        self.lines.append(f"{form}({op}, {y:#x}, {icc}, {a:#x}, {shown}, {result:#x}, "
                          f"{state.y:#x}, {state.icc})")

    def pair(self, op, function, a, b, y, icc):
        """Register form, and immediate where the value has one."""
        self.case("REG", op, function, y, icc, a, b)
        if fits(b):
            self.case("IMM", op, function, y, icc, a, b, signed(b))

    def forms(self, op, function, a, b, y, icc):
        for form in ("RD1", "RD2", "RD0", "DLY", "ANN"):
            self.case(form, op, function, y, icc, a, b)
        self.case("RS0", op, function, y, icc, 0, b)

    def write(self):
        isa_source.write(self.path, self.lines)


def inputs(op, edges):
    """Operands, with Y and icc in turn: every value is seen with every instruction."""
    iccs = itertools.cycle([0, 15, C, N, V, Z, N | V, C | Z, N | C, 14])
    ys = itertools.cycle([0, MASK, 1, 0x80000000, 0x12345678])
    for a, b in itertools.product(edges, edges):
        yield a, b, next(ys), next(iccs)


def arithmetic(name, operations, directory, edges=EDGES, immediates=(-4096, 4095, -1, 1365, -1366)):
    family = Family(name, " ".join(op.upper() for op, _ in operations), directory)
    for op, function in operations:
        for a, b, y, icc in inputs(op, edges):
            family.pair(op, function, a, b, y, icc)
        for a, b in itertools.product(FEW, immediates):
            family.case("IMM", op, function, 0, 0, a, b & MASK, b)
        for a, b in ((0x7FFFFFFC, 4), (0x80000000, 0xC), (0x12345678, 0x100)):
            for icc in (0, 15):
                family.forms(op, function, a, b, 0, icc)
    family.write()


def all_icc(name, operations, directory):
    """Every icc comes out, every icc goes in: for operations that read and write it."""
    family = Family(name, " ".join(op.upper() for op, _ in operations), directory)
    for op, function in operations:
        for icc in range(16):
            for a, b in itertools.product(FEW, FEW):
                family.pair(op, function, a, b, 0xA5A5A5A5, icc)
    family.write()


def multiply_step(directory):
    family = Family("mulscc", "MULSCC", directory)
    for icc in range(16):
        for y in (0, 1, 0x80000000, 0x80000001, 0xFFFFFFFE, MASK):
            for a, b in ((0, 0), (1, 1), (0xFFFFFFFF, 0x7FFFFFFF), (0x80000000, 0x80000000),
                         (0x12345679, 0xFEDCBA98), (0xFFFFFFFE, 0xFFFFFFFF)):
                family.pair("mulscc", mulscc, a, b, y, icc)
    family.forms("mulscc", mulscc, 0x12345679, 0x345, 3, N)
    family.write()


def division(directory):
    operations = [("udiv", divide(False, False)), ("udivcc", divide(False, True)),
                  ("sdiv", divide(True, False)), ("sdivcc", divide(True, True))]
    family = Family("div", "UDIV UDIVCC SDIV SDIVCC", directory)
    edges = [0, 1, 2, 7, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFE, MASK]
    for op, function in operations:
        for y, a, b in itertools.product((0, 1, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0x80000000,
                                          0xC0000000, 0xFFFFFFFE, MASK), edges, edges):
            if (y ^ a ^ b) % 3 or b in (0, MASK):
                if signed_rounding_is_free(op, y, a, b):
                    continue
                family.case("REG", op, function, y, 15 if a & 1 else 0, a, b)
        for icc in range(16):
            family.pair(op, function, 100, 7, 0, icc)
            family.pair(op, function, MASK, 7, MASK, icc)
        family.pair(op, function, 0xFFFFFF9C, 0xFFFFFFF9, MASK, 0)
        family.forms(op, function, 1000, 7, 0, 15)
        family.lines.append(f"ALU_SET(0, 5, 7, 0); TRAPS(TT_DIVIDE, {op} %o0, 0, %o2); "
                            "CHECK(%o2, MARK); CHECK_TRAP_ICC(5)")
    family.write()


def signed_rounding_is_free(op, y, a, b):
    """B.19 leaves open whether -2^31 with a remainder overflows: no case for that."""
    if not op.startswith("s") or b == 0:
        return False
    dividend, divisor = signed(y << 32 | a, 64), signed(b)
    exact_low = -2**31 * abs(divisor)
    value = -abs(dividend) if (dividend < 0) != (divisor < 0) else abs(dividend)
    return exact_low - abs(divisor) < value < exact_low


def shifts(directory):
    operations = [("sll", shift(lambda a, n: a << n)), ("srl", shift(lambda a, n: a >> n)),
                  ("sra", shift(lambda a, n: signed(a) >> n))]
    family = Family("shift", "SLL SRL SRA", directory)
    for op, function in operations:
        for count in list(range(32)):
            for a in (1, MASK, 0x80000001, 0x7FFFFFFE, 0x12345678):
                family.case("IMM", op, function, 0, count & 15, a, count, count)
                family.case("REG", op, function, 0, count & 15, a, count)
        for count in (32, 33, 0x3F, 0x100, 0x80000001, MASK):
            family.case("REG", op, function, 0, 0, 0x80000001, count)
        family.forms(op, function, 0x80000001, 3, 0, 15)
    family.write()


def mac(directory):
    """LEON3's UMAC and SMAC: the low halves, into the 40 bits of Y[7:0] and %asr18; the upper bits of Y
    are the accumulator's sign for SMAC and 0 for UMAC (mul32.vhd)."""
    family = Family("mac", "UMAC SMAC", directory)
    family.lines.insert(1, "! board: mac")
    family.lines.insert(2, "! qemu: has no UMAC and SMAC; LEON3 has them if configured (iu3.vhd)")
    values = [0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x12345678, 0x8000FFFF, MASK]
    accumulators = [(0, 0), (0, MASK), (0x7F, MASK), (0x80, 0), (0xFF, MASK), (0x12345678, 5)]
    for op in ("umac", "smac"):
        for (y, low), a, b in itertools.product(accumulators, values, values):
            half_a, half_b = a & 0xFFFF, b & 0xFFFF
            if op == "smac":
                half_a, half_b = signed(a, 16), signed(b, 16)
            total = ((y & 0xFF) << 32 | low) + half_a * half_b & (1 << 40) - 1
            y_out = total >> 32
            if op == "smac":
                y_out = signed(y_out, 8) & MASK
            family.lines.append(
                f"wr %g0, %g0, %asr18; set {low:#x}, %o3; wr %o3, %g0, %asr18; REG({op}, {y:#x}, 9, "
                f"{a:#x}, {b:#x}, {total & MASK:#x}, {y_out:#x}, 9); rd %asr18, %o3; "
                f"CHECK(%o3, {total & MASK:#x})")
        family.lines.append(f"wr %g0, 7, %asr18; IMM({op}, 0, 0, 5, 6, 37, 0, 0)")
        family.lines.append(f"wr %g0, 7, %asr18; RD1({op}, 0, 0, 5, 6, 37, 0, 0)")
        family.lines.append(f"wr %g0, 7, %asr18; RD2({op}, 0, 0, 5, 6, 37, 0, 0)")
        family.lines.append(f"wr %g0, 7, %asr18; RD0({op}, 0, 0, 5, 6, 37, 0, 0)")
        family.lines.append(f"wr %g0, 7, %asr18; DLY({op}, 0, 0, 5, 6, 37, 0, 0)")
        family.lines.append(f"wr %g0, 7, %asr18; ANN({op}, 0, 0, 5, 6)")
        family.lines.append(f"wr %g0, 7, %asr18; USER_RUNS({op} %o0, %o1, %o2)")
    family.write()


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    functions = [("and", lambda a, b: a & b), ("andn", lambda a, b: a & ~b),
                 ("or", lambda a, b: a | b), ("orn", lambda a, b: a | ~b),
                 ("xor", lambda a, b: a ^ b), ("xnor", lambda a, b: ~(a ^ b))]
    for op, function in functions:
        arithmetic(op, [(op, logical(function, False)), (op + "cc", logical(function, True))],
                   directory, edges=EDGES[::2] + [MASK, 0x80000000])
    arithmetic("add", [("add", add(False, False)), ("addcc", add(True, False))], directory)
    arithmetic("sub", [("sub", subtract(False, False)), ("subcc", subtract(True, False))], directory)
    arithmetic("addx", [("addx", add(False, True)), ("addxcc", add(True, True))], directory)
    arithmetic("subx", [("subx", subtract(False, True)), ("subxcc", subtract(True, True))], directory)
    all_icc("carry", [("addx", add(False, True)), ("addxcc", add(True, True)),
                      ("subx", subtract(False, True)), ("subxcc", subtract(True, True))], directory)
    plus, minus = add(True, False), subtract(True, False)
    tags = [0, 4, 8, 1, 2, 3, 0x7FFFFFFC, 0x80000000, 0xFFFFFFFC, MASK]
    arithmetic("tagged", [("taddcc", tagged(plus, False)), ("tsubcc", tagged(minus, False)),
                          ("taddcctv", tagged(plus, True)), ("tsubcctv", tagged(minus, True))],
               directory, edges=tags, immediates=(-4096, 4092, -4, 1364))
    arithmetic("mul", [("umul", multiply(False, False)), ("umulcc", multiply(False, True)),
                       ("smul", multiply(True, False)), ("smulcc", multiply(True, True))],
               directory, edges=EDGES[::2] + [MASK, 0x80000000, 0x10000])
    multiply_step(directory)
    division(directory)
    shifts(directory)
    mac(directory)


if __name__ == "__main__":
    main()
