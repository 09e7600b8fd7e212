#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares our disassembler with GNU objdump's, word by word.

Every op, op2, op3, opf and condition is swept with several fillings of the other fields, and random
words follow.  Texts must agree after gnu() has unified the spelling; where the two disagree on purpose, DIFFERENCES
has the slot and the reason.  LEON3 ignores reserved fields, and so does our disassembler: a word with bits
set in them must give the same text as the word without, and only the latter is given to objdump.

The tables below are written from the SPARC V8 manual, appendices B and F, not from insns.def.
"""

import argparse
import itertools
import random
import re
import shutil
import subprocess
import sys
import tempfile

ARITH, MEM = 2, 3

# op3 of format 3 with op = 2.
ALU = {*range(0x00, 0x09), 0x0a, 0x0b, 0x0c, 0x0e, 0x0f, *range(0x10, 0x19), 0x1a, 0x1b, 0x1c, 0x1e,
       0x1f, *range(0x20, 0x25), 0x38, 0x3c, 0x3d, 0x3e, 0x3f}
SHIFT = {0x25, 0x26, 0x27}
READ = {0x28, 0x29, 0x2a, 0x2b}
WRITE = {0x30, 0x31, 0x32, 0x33}
NO_RD = {0x39, 0x3b}
TICC = 0x3a
FPOP1, FPOP2 = 0x34, 0x35
CPOP = {0x36, 0x37}
# op3 with op = 3.
PLAIN = {*range(0x00, 0x08), 0x09, 0x0a, 0x0d, 0x0f, 0x20, 0x21, 0x23, 0x24, 0x25, 0x26, 0x27,
         0x30, 0x31, 0x33, 0x34, 0x35, 0x36, 0x37}
STATE = {0x21, 0x25, 0x26, 0x31, 0x35, 0x36}  # of those: rd is reserved
ALTERNATE = {*range(0x10, 0x18), 0x19, 0x1a, 0x1d, 0x1f, 0x3c}

FP_UNARY = {0x01, 0x05, 0x09, 0x29, 0x2a, 0x2b, 0xc4, 0xc6, 0xc7, 0xc8, 0xc9, 0xcb, 0xcc, 0xcd, 0xce,
            0xd1, 0xd2, 0xd3}
FP_BINARY = {0x41, 0x42, 0x43, 0x45, 0x46, 0x47, 0x49, 0x4a, 0x4b, 0x4d, 0x4e, 0x4f, 0x69, 0x6e}
FP_COMPARE = {0x51, 0x52, 0x53, 0x55, 0x56, 0x57}

BIT13 = 1 << 13
RD, RS1 = 0x1f << 25, 0x1f << 14
HIGH = 0xff << 5  # bits 12:5, beside rs2


def field(word, low, length):
    return word >> low & ((1 << length) - 1)


def reserved(word):
    """The bits of word that the manual calls reserved or unused."""
    op, op3 = word >> 30, field(word, 19, 6)
    immediate = word & BIT13
    beside_rs2 = 0 if immediate else HIGH
    if op < ARITH:
        # UNIMP: the manual calls bits 29:25 reserved.
        return RD if op == 0 and field(word, 22, 3) == 0 else 0
    if op == MEM:
        if op3 in PLAIN:
            return (RD if op3 in STATE else 0) | beside_rs2
        return 0
    if op3 in ALU:
        return beside_rs2
    if op3 in SHIFT:
        return HIGH
    if op3 == 0x28:
        return 0x3fff
    if op3 in READ:
        return RS1 | 0x3fff
    if op3 == 0x30:
        return beside_rs2
    if op3 in WRITE:
        # WRPSR with rd 1 is LEON3's write of ET alone; other values have no name of their own.
        return beside_rs2 | (0 if op3 == 0x31 and field(word, 25, 5) == 1 else RD)
    if op3 in NO_RD:
        return RD | beside_rs2
    if op3 == TICC:
        return 1 << 29 | (0x3f << 7 if immediate else HIGH)
    if op3 == FPOP1 and field(word, 5, 9) in FP_UNARY:
        return RS1
    if op3 == FPOP2 and field(word, 5, 9) in FP_COMPARE:
        return RD
    return 0


def is_instruction(word):
    """Is word one of SPARC V8 and LEON3?"""
    op, op3 = word >> 30, field(word, 19, 6)
    if op == 0:
        return field(word, 22, 3) in (0, 2, 4, 6, 7)
    if op == ARITH:
        return op3 in ALU | SHIFT | READ | WRITE | NO_RD | CPOP | {TICC, FPOP1, FPOP2}
    if op == MEM:
        # Alternate spaces have no immediate.
        return op3 in PLAIN or (op3 in ALTERNATE and not word & BIT13)
    return True


def fields(word, form):
    """form with the fields of word filled in, in the spelling of the manual."""
    register = "%%%s" % ("g0 g1 g2 g3 g4 g5 g6 g7 o0 o1 o2 o3 o4 o5 sp o7 "
                         "l0 l1 l2 l3 l4 l5 l6 l7 i0 i1 i2 i3 i4 i5 fp i7").split()[field(word, 25, 5)]
    return form.format(rd=field(word, 25, 5), rs1=field(word, 14, 5), rs2=field(word, 0, 5),
                       opf=field(word, 5, 9), word=word, register=register,
                       cpop=field(word, 19, 1) + 1, bank="o" if field(word, 14, 5) == 15 else "i")


def is_unknown_fpop(word):
    op3, opf = field(word, 19, 6), field(word, 5, 9)
    return (op3 == FPOP1 and opf not in FP_UNARY | FP_BINARY) or (
        op3 == FPOP2 and opf not in FP_COMPARE)


# Where objdump is not the measure: why, which words, and what our text must be instead.
DIFFERENCES = [
    ("no instruction of V8 or LEON3 (objdump knows other makers' and some of V9)",
     lambda w: not is_instruction(w), ".word {word:#x}"),
    ("FPop that the manual's table lacks (objdump: unknown)",
     lambda w: w >> 30 == ARITH and is_unknown_fpop(w),
     "fpop {opf:#x}, %f{rs1}, %f{rs2}, %f{rd}"),
    ("CPop, manual B.34 (objdump prints those of one maker's coprocessor)",
     lambda w: w >> 30 == ARITH and field(w, 19, 6) in CPOP,
     "cpop{cpop} {opf:#x}, %c{rs1}, %c{rs2}, %c{rd}"),
    ("JMPL that returns but keeps its own address (objdump: ret or retl whatever rd is)",
     lambda w: w & 0xc1fbffff == 0x81c3e008 and field(w, 25, 5) not in (0, 15),
     "jmpl %{bank}7 + 8, {register}"),
    ("the same with %o7 (objdump: ret or retl)",
     lambda w: w & 0xfffbffff == 0x9fc3e008, "call %{bank}7 + 8"),
]

GNU_RULES = [
    (r"\s*!.*", ""),                       # comment with the address a sethi pair makes
    (r"\s+", " "),
    (r"\] \((\d+)\)", lambda m: "] " + hex(int(m[1]))),  # alternate space: manual's way, and hexadecimal
    (r"%f(3[2-9]|[4-6]\d)", lambda m: "%%f%d" % (int(m[1]) - 31)),  # V9's name of an odd pair
    (r"^unimp (\w+)", lambda m: "unimp " + hex(int(m[1], 0) & 0x3fffff)),
    (r"^inc (.*)", r"add \1, 1, \1"),
    (r"^dec (.*)", r"sub \1, 1, \1"),
    (r"^inccc (.*)", r"addcc \1, 1, \1"),
    (r"^deccc %g0", r"cmp %g0, 1"),
    (r"^deccc (.*)", r"subcc \1, 1, \1"),
    (r"^neg ([^,]*)$", r"sub %g0, \1, \1"),
    (r"^neg (.*), (.*)$", r"sub %g0, \1, \2"),
    (r"%hi\(0\)", "%hi(0x0)"),
    (r"^btst (%\w+), (%\w+)$", r"btst \2, \1"),  # manual A.3: btst reg_or_imm, rs1
    (r"^mov %g0, (.*)", r"clr \1"),        # manual A.3: clr is or %g0, %g0, rd
]


def gnu(text, word):
    # Alternate spaces go by number: V9's names for them mean nothing here.
    text = re.sub(r"#ASI_\w+", hex(field(word, 5, 8)), text)
    for pattern, replacement in GNU_RULES:
        text = re.sub(pattern, replacement, text)
    return text.strip()


REGISTERS = (0, 1, 2, 3, 14, 15, 30, 31)
IMMEDIATES = (0, 1, 8, 9, 10, 31, 100, 4095, -1, -9, -10, -4096)


def words():
    """Every slot, with several fillings."""
    some = list(itertools.product(REGISTERS, REGISTERS))
    for op2, top in itertools.product(range(8), range(32)):
        for low in (0, 1, 9, 10, 0x3ff, 0x1fffff, 0x200000, 0x3ffff1):
            yield top << 25 | op2 << 22 | low
    for displacement in (0, 1, 0x1fffffff, 0x20000000, 0x3fffffff):
        yield 1 << 30 | displacement
    for op, op3 in itertools.product((ARITH, MEM), range(64)):
        for rd, rs1 in some:
            base = op << 30 | rd << 25 | op3 << 19 | rs1 << 14
            for rs2 in (0, 1, 2, 14, 31):
                for beside in (0, 0x0b, 0x1c, 0x41, 0xff):
                    yield base | beside << 5 | rs2
            for immediate in IMMEDIATES:
                yield base | BIT13 | immediate & 0x1fff
    for op3, opf in itertools.product((FPOP1, FPOP2), range(512)):
        for rd, rs1, rs2 in ((0, 0, 0), (1, 2, 3), (4, 6, 8), (30, 28, 16), (31, 31, 31), (0, 4, 7)):
            yield 2 << 30 | rd << 25 | op3 << 19 | rs1 << 14 | opf << 5 | rs2
    for op3, register in itertools.product((0x28, 0x30), range(32)):
        for other in range(32):
            yield 2 << 30 | register << 25 | op3 << 19 | other << 14 | 1
    for condition in range(16):
        for low in (5, BIT13, BIT13 | 3, BIT13 | 0x7f, BIT13 | 0x1fff):
            for rs1 in (0, 1):
                yield 2 << 30 | condition << 25 | TICC << 19 | rs1 << 14 | low
    generator = random.Random(1)
    for _ in range(40000):
        yield generator.getrandbits(32)


def ours(program, listing):
    lines = "".join(f"{pc:x} {word:x}\n" for pc, word in listing)
    result = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    return result.stdout.splitlines()


def objdump(tool, listing):
    """Texts of words that lie one after the other from address 0."""
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(b"".join(word.to_bytes(4, "big") for _, word in listing))
        file.flush()
        command = [tool, "-z", "-D", "-b", "binary", "-EB", "-m", "sparc", file.name]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.findall(r"^ *[0-9a-f]+:\t[0-9a-f ]+\t(.*)$", result.stdout, re.MULTILINE)
    return [gnu(text, word) for text, (_, word) in zip(found, listing)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="disas_words")
    parser.add_argument("--objdump", default="sparc64-linux-gnu-objdump")
    options = parser.parse_args()
    if shutil.which(options.objdump) is None:
        print(f"skipped: no {options.objdump}")
        return 77

    raw = list(dict.fromkeys(words()))
    plain = list(dict.fromkeys(word & ~reserved(word) for word in raw))
    listing = [(4 * i, word) for i, word in enumerate(plain)]
    texts = ours(options.program, listing)
    reference = objdump(options.objdump, listing)
    if not len(texts) == len(reference) == len(plain):
        print(f"{len(plain)} words, {len(texts)} texts, {len(reference)} of objdump's")
        return 1
    wrong = []
    own = [0] * len(DIFFERENCES)
    for (_, word), text, expected in zip(listing, texts, reference):
        for i, (_, concerns, form) in enumerate(DIFFERENCES):
            if concerns(word):
                own[i] += 1
                expected = fields(word, form)
                break
        if text != expected:
            wrong.append((word, text, expected))

    # Reserved fields change nothing.
    number = {word: i for i, word in enumerate(plain)}
    dirty = [word for word in raw if reserved(word) & word]
    same = ours(options.program, [(4 * number[w & ~reserved(w)], w) for w in dirty])
    for word, text in zip(dirty, same):
        expected = texts[number[word & ~reserved(word)]]
        if text != expected:
            wrong.append((word, text, expected))

    for word, text, expected in wrong[:40]:
        print(f"{word:08x}: '{text}', expected '{expected}'")
    print(f"{len(plain) - sum(own)} words compared with objdump, {len(dirty)} with reserved bits, "
          f"{len(wrong)} wrong")
    for count, (reason, _, _) in zip(own, DIFFERENCES):
        print(f"{count:7} not by objdump: {reason}")
    return 1 if wrong or 0 in own else 0


if __name__ == "__main__":
    sys.exit(main())
