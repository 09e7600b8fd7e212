#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the tests of loads, stores and atomics, normal, alternate and floating point.

    gen_memory.py DIRECTORY

B.1 to B.8 of the SPARC V8 manual; traps and watchpoints as in LEON3's iu3.vhd (exception_detect,
mem_trap).  Every row of the same kind gets the same cases: all offsets, both addressing forms, %g0 and
the address register as rd, delay slots, each trap and what it must leave alone.
"""
import pathlib
import sys

import isa_source

MEMORY = [0x80017FFF, 0xFE1234D6, 0x7F80C3A5, 0x00FF5A96]
BYTES = b"".join(word.to_bytes(4, "big") for word in MEMORY)
MARK, MARK2 = 0x5A3C9687, 0x13579BDF

# name: op3, size, signed
LOADS = {"ld": (0x00, 4, False), "ldub": (0x01, 1, False), "lduh": (0x02, 2, False),
         "ldd": (0x03, 8, False), "ldsb": (0x09, 1, True), "ldsh": (0x0A, 2, True)}
STORES = {"st": (0x04, 4), "stb": (0x05, 1), "sth": (0x06, 2), "std": (0x07, 8)}
ATOMICS = {"ldstub": (0x0D, 1), "swap": (0x0F, 4)}
ALTERNATE = 0x10
ASI_DATA = 0x0B

WATCH_LOAD, WATCH_STORE = 2, 1


def word(op3, rd, rs1, immediate, low, asi=0):
    return 3 << 30 | rd << 25 | op3 << 19 | rs1 << 14 | immediate << 13 | asi << 5 | low & 0x1FFF


def value(offset, size, signed=False):
    return int.from_bytes(BYTES[offset:offset + size], "big", signed=signed) & (1 << 8 * max(size, 4)) - 1


class File:
    def __init__(self, directory, name, rows):
        self.path = directory / f"{name}.S"
        self.lines = [f"! rows: {rows}", '#include "isa.h"', "BEGIN"]

    def add(self, line):
        self.lines.append(line)

    def write(self):
        isa_source.write(self.path, self.lines)


def set_memory():
    return f"SET_MEMORY({', '.join(f'{w:#x}' for w in MEMORY)})"


def check_memory(data=BYTES):
    words = (int.from_bytes(data[i:i + 4], "big") for i in range(0, 16, 4))
    return f"CHECK_MEMORY({', '.join(f'{w:#x}' for w in words)})"


def changed(offset, size, new):
    data = bytearray(BYTES)
    data[offset:offset + size] = (new & (1 << 8 * size) - 1).to_bytes(size, "big")
    return bytes(data)


class Row:
    """One instruction: its name, how it addresses, and which of its forms exist."""

    def __init__(self, name, op3, size, alternate):
        self.size, self.alternate = size, alternate
        self.name = name + "a" if alternate else name
        self.op3 = op3 + (ALTERNATE if alternate else 0)
        self.stores = bool(self.op3 & 4)
        self.atomic = name in ATOMICS
        self.floating = False
        self.pair = name in ("ldd", "std")

    def at(self, base, index=None, offset=0):
        """The address operand: [base], [base + index], [base + offset]."""
        if index:
            place = f"[{base} + {index}]"
        elif offset:
            place = f"[{base} + {offset}]"
        else:
            place = f"[{base}]"
        return place + (f" {ASI_DATA}" if self.alternate else "")

    def insn(self, rd, place):
        if self.stores and not self.atomic:
            return f"{self.name} {rd}, {place}"
        return f"{self.name} {place}, {rd}"

    def forms(self, offset):
        """Address forms that reach MEMORY + offset, with the setup each wants."""
        yield "set isa_memory, %o0", self.at("%o0", None, 0) if offset == 0 else None
        yield f"set isa_memory + 0x1234, %o0; set {offset - 0x1234}, %o1", self.at("%o0", "%o1")
        if not self.alternate:
            yield "set isa_memory, %o0", self.at("%o0", None, offset)
            yield "set isa_memory + 4095, %o0", self.at("%o0", None, offset - 4095)
            yield "set isa_memory - 4080, %o0", self.at("%o0", None, offset + 4080)

    def illegal_words(self):
        """Words that are illegal_instruction whatever the registers hold."""
        if self.pair:
            yield word(self.op3, 13, 8, 0, 0, ASI_DATA if self.alternate else 0)
        if self.alternate:
            yield word(self.op3, 12, 8, 1, 0)


def watched(which, place, insn, traps):
    body = f"TRAPS(TT_WATCH, {insn})" if traps else f"CASE; {insn}"
    return f"WATCH({place}, 0xfffffffc | {which}); {body}; UNWATCH"


def traps(out, row, rd, unchanged, ready):
    """The traps of a row; `ready` sets its registers, `unchanged` checks that nothing was done."""
    def add(address, what):
        out.add(f"{set_memory()}; set {address}, %o0; {ready}; {what}")
    here = row.insn(rd, row.at("%o0"))
    for offset in range(1, row.size):
        if row.floating and offset == 4:
            out.add("#ifndef QEMU /* lets doubles lie on words; B.2 and B.5 do not */")
        add(f"isa_memory + {offset}", f"TRAPS(TT_ALIGN, {here}); {unchanged}")
        if row.floating and offset == 4:
            out.add("#endif")
    if row.size > 1:
        add("isa_memory + 1", f"TRAPS_IN_SLOT(TT_ALIGN, {here}); {unchanged}")
    out.add("#ifndef QEMU /* has no bus errors for plain memory accesses, and no watchpoints */")
    fault = "TT_STORE" if row.stores and not row.atomic else "TT_DATA"
    add("NOWHERE", f"TRAPS({fault}, {here}); {unchanged}")
    add("NOWHERE", f"TRAPS_IN_SLOT({fault}, {here}); {unchanged}")
    if row.stores:
        keeps = "CHECK_RD" if row.atomic else unchanged
        add("0x100", f"TRAPS(TT_STORE, {here}); {keeps}")
        add("0x100", f"set 0x4000, %g5; wr %g5, %g0, %asr17; CASE; {here}; "
                     "wr %g0, %g0, %asr17")
    hits, misses = (WATCH_STORE, WATCH_LOAD) if row.stores else (WATCH_LOAD, WATCH_STORE)
    add("isa_memory", watched(hits, "isa_memory", here, True) + f"; {unchanged}")
    add("isa_memory", f"WATCH(isa_memory, 0xfffffffc | {hits}); TRAPS_IN_SLOT(TT_WATCH, {here}); "
                      f"UNWATCH; {unchanged}")
    if row.size > 1:
        add("isa_memory + 1", watched(hits, "isa_memory", here, True) + f"; {unchanged}")
    add("isa_memory", watched(hits, "isa_memory + 16", here, False))
    add("isa_memory", watched(misses, "isa_memory", here, False))
    add("isa_memory", f"WATCH(isa_memory + 32, 0xffffffc0 | {hits}); TRAPS(TT_WATCH, {here}); "
                      f"UNWATCH; {unchanged}")
    if row.size == 8:
        add("isa_memory", watched(hits, "isa_memory + 4", here, False))
    out.add("#endif")
    for bad in row.illegal_words():
        add("isa_memory", f"TRAPS(TT_ILLEGAL, .word {bad:#x}); {unchanged}")
        add("isa_memory + 1", f"TRAPS_IN_SLOT(TT_ILLEGAL, .word {bad:#x}); {unchanged}")
    if row.alternate:
        add("isa_memory", f"USER_TRAPS(TT_PRIVILEGED, {here}); {unchanged}")
        add("isa_memory + 1", f"USER_TRAPS(TT_PRIVILEGED, {here}); {unchanged}")
        out.add("#ifndef QEMU /* says illegal; the mode comes first (iu3.vhd, V8 table 7-1) */")
        for bad in row.illegal_words():
            add("isa_memory", f"USER_TRAPS(TT_PRIVILEGED, .word {bad:#x}); {unchanged}")
        out.add("#endif")
    else:
        for bad in row.illegal_words():
            add("isa_memory", f"USER_TRAPS(TT_ILLEGAL, .word {bad:#x}); {unchanged}")


def load_row(out, name, op3, size, signed, alternate):
    row = Row(name, op3, size, alternate)
    rd = "%o2"
    for offset in range(0, 16, size):
        result = value(offset, size, signed)
        check = (f"CHECK(%o2, {result >> 32:#x}); CHECK(%o3, {result & 0xFFFFFFFF:#x})" if row.pair
                 else f"CHECK(%o2, {result:#x}); CHECK(%o3, {MARK2:#x})")
        for setup, place in row.forms(offset):
            if place:
                out.add(f"{set_memory()}; {setup}; SET_RD; CASE; SET_ICC(5); {row.insn(rd, place)}; "
                        f"KEEP_ICC; {check}; CHECK_ICC(5)")
    result = value(0, size, signed)
    first, second = (result >> 32, result & 0xFFFFFFFF) if row.pair else (result, None)
    base = f"{set_memory()}; set isa_memory, %o0"
    out.add(f"{base}; CASE; {row.insn('%o0', row.at('%o0'))}; CHECK(%o0, {first:#x})")
    if row.pair:
        out.add(f"set isa_memory, %o1; CASE; {row.insn('%o0', row.at('%o1'))}; "
                f"CHECK(%o1, {second:#x})")
        out.add(f"{base}; set MARK, %g1; CASE; {row.insn('%g0', row.at('%o0'))}; CHECK(%g0, 0); "
                f"CHECK(%g1, {second:#x})")
    else:
        out.add(f"{base}; set MARK, %g1; CASE; {row.insn('%g0', row.at('%o0'))}; CHECK(%g0, 0); "
                "CHECK(%g1, MARK)")
    for register in ("%g2", "%l4", "%i2"):
        out.add(f"{base}; CASE; ba 1f; {row.insn(register, row.at('%o0'))}; ba isa_fail; nop; "
                f"1: CHECK({register}, {first:#x})")
    out.add(f"set NOWHERE + 1, %o0; SET_RD; ANNULLED({row.insn(rd, row.at('%o0'))}); CHECK_RD")
    if not alternate:
        out.add(f"{base}; SET_RD; USER_RUNS({row.insn(rd, row.at('%o0'))}); CHECK(%o2, {first:#x})")
    traps(out, row, rd, "CHECK_RD", "SET_RD")


def store_row(out, name, op3, size, alternate):
    row = Row(name, op3, size, alternate)
    new = MARK << 32 | MARK2 if row.pair else MARK
    for offset in range(0, 16, size):
        for setup, place in row.forms(offset):
            if place:
                out.add(f"{set_memory()}; {setup}; SET_RD; CASE; SET_ICC(10); "
                        f"{row.insn('%o2', place)}; KEEP_ICC; {check_memory(changed(offset, size, new))}; "
                        "CHECK_RD; CHECK_ICC(10)")
    base = f"{set_memory()}; set isa_memory, %o0"
    zero = 0x77 if row.pair else 0
    out.add(f"{base}; set 0x77, %g1; sub %g0, 1, %g0; CASE; {row.insn('%g0', row.at('%o0'))}; "
            f"{check_memory(changed(0, size, zero))}")
    for register in ("%g2", "%l4", "%i2"):
        pair = "; set MARK2, %" + register[1] + str(int(register[2]) + 1) if row.pair else ""
        out.add(f"{base}; set MARK, {register}{pair}; CASE; ba 1f; "
                f"{row.insn(register, row.at('%o0'))}; ba isa_fail; nop; "
                f"1: {check_memory(changed(0, size, new))}")
    out.add(f"set NOWHERE + 1, %o0; ANNULLED({row.insn('%o2', row.at('%o0'))})")
    if not alternate:
        out.add(f"{base}; SET_RD; USER_RUNS({row.insn('%o2', row.at('%o0'))}); "
                f"{check_memory(changed(0, size, new))}")
    traps(out, row, "%o2", f"CHECK_RD; {check_memory()}", "SET_RD")


def atomic_row(out, name, op3, size, alternate):
    row = Row(name, op3, size, alternate)
    new = 0xFF if name == "ldstub" else MARK
    for offset in range(0, 16, size):
        for setup, place in row.forms(offset):
            if place:
                out.add(f"{set_memory()}; {setup}; SET_RD; CASE; SET_ICC(6); {row.insn('%o2', place)}; "
                        f"KEEP_ICC; CHECK(%o2, {value(offset, size):#x}); "
                        f"{check_memory(changed(offset, size, new))}; CHECK_ICC(6)")
    base = f"{set_memory()}; set isa_memory, %o0"
    stored = 0xFF if name == "ldstub" else 0
    out.add(f"{base}; sub %g0, 1, %g0; CASE; {row.insn('%g0', row.at('%o0'))}; CHECK(%g0, 0); "
            f"{check_memory(changed(0, size, stored))}")
    for register in ("%g2", "%l4", "%i2"):
        out.add(f"{base}; set MARK, {register}; CASE; ba 1f; {row.insn(register, row.at('%o0'))}; "
                f"ba isa_fail; nop; 1: CHECK({register}, {value(0, size):#x}); "
                f"{check_memory(changed(0, size, new))}")
    out.add(f"set NOWHERE + 1, %o0; ANNULLED({row.insn('%o2', row.at('%o0'))})")
    if not alternate:
        out.add(f"{base}; SET_RD; USER_RUNS({row.insn('%o2', row.at('%o0'))}); "
                f"CHECK(%o2, {value(0, size):#x})")
    traps(out, row, "%o2", f"CHECK_RD; {check_memory()}", "SET_RD")


def fp_row(out, name, insn, op3, size, stores, results):
    """insn: with {} for the address.  results(offset): setup and check of a successful access."""
    row = Row(name, op3, size, False)
    row.pair, row.stores, row.floating = False, stores, True

    def text(rd, place):
        return insn.format(place)
    row.insn = text
    for offset in range(0, 16, size):
        for setup, place in row.forms(offset):
            if place:
                before, after = results(offset)
                out.add(f"{set_memory()}; {setup}; {before}; CASE; {text(None, place)}; {after}")
    before, after = results(0)
    base = f"{set_memory()}; set isa_memory, %o0; {before}"
    here = text(None, row.at("%o0"))
    out.add(f"{base}; CASE; ba 1f; {here}; ba isa_fail; nop; 1: {after}")
    out.add(f"{base}; USER_RUNS({here}); {after}")
    out.add(f"set NOWHERE + 1, %o0; ANNULLED({here})")
    out.add(f"{base}; FP_DISABLED({here})")
    out.add(f"set isa_memory + 1, %o0; FP_DISABLED({here})")
    out.add(f"{base}; FPU_OFF; USER_TRAPS(TT_FP_DISABLED, {here}); FPU_ON")
    out.add(f"{base}; FPU_OFF; TRAPS_IN_SLOT(TT_FP_DISABLED, {here}); FPU_ON")
    pending = "FP_PENDING_MEETS" + ("_STORE" if stores else "")
    out.add(f"#ifndef QEMU /* has no deferred traps */\nset isa_memory, %o0; {pending}({here})")
    out.add(f"set isa_memory, %o0; FP_PENDING_MEETS_IN_SLOT({here}); fmovs %f0, %f6")
    if size == 8:
        odd = word(op3, 5, 8, 1, 0)
        out.add(f"{base}; TRAPS(TT_FP, .word {odd:#x}); CHECK_FSR(0x40000c21 | FTT(6)); "
                f"CHECK_F4(MARK, MARK2); fmovs %f0, %f6")
    out.add("#endif")
    unchanged = check_memory() if stores else "CHECK_FP_KEPT"
    traps(out, row, None, unchanged, before)


def fp_file(directory):
    """%f4 and %f5 hold the marks that FP_SET puts there, the FSR is 0x40000c21."""
    ready = "FP_SET(0x40000c21, 1, 2, 3, 4)"
    out = File(directory, "fp_load", "LDF LDDF LDFSR")
    out.add(ready)
    fp_row(out, "ldf", "ld {}, %f4", 0x20, 4, False, lambda o: (
        ready, f"CHECK_F4({value(o, 4):#x}, {MARK2:#x})"))
    out.add(ready)
    fp_row(out, "lddf", "ldd {}, %f4", 0x23, 8, False, lambda o: (
        ready, f"CHECK_F4({value(o, 4):#x}, {value(o + 4, 4):#x})"))
    out.add(ready)
    # RD, TEM, NS, fcc, aexc and cexc are what LDFSR writes.  The NS bit is left out: N.8 lets it be 0.
    fp_row(out, "ldfsr", "ld {}, %fsr", 0x21, 4, False, lambda o: (
        ready, f"CHECK_FSR_MASKED({value(o, 4) & 0xCF800FFF:#x}, 0xff9fffff & ~(1 << 22))"))
    out.add("FP_SET(0, 1, 2, 3, 4)")
    out.write()
    out = File(directory, "fp_store", "STF STDF STFSR")
    out.add(ready)
    fp_row(out, "stf", "st %f4, {}", 0x24, 4, True, lambda o: (
        ready, check_memory(changed(o, 4, MARK))))
    fp_row(out, "stdf", "std %f4, {}", 0x27, 8, True, lambda o: (
        ready, check_memory(changed(o, 8, MARK << 32 | MARK2))))
    out.add("#ifndef QEMU /* its FPU has version 4; GRFPU has 2 */")
    fp_row(out, "stfsr", "st %fsr, {}", 0x25, 4, True, lambda o: (
        ready, check_memory(changed(o, 4, 0x40040C21))))
    out.add("#endif")
    out.write()


def coprocessor(directory):
    """There is no coprocessor: cp_disabled, whatever the operands (privilege first for STDCQ)."""
    out = File(directory, "coprocessor",
               "CBCCC CPOP1 CPOP2 LDC LDCSR LDDC STC STCSR STDC STDCQ")
    words = [("cpop1", 2 << 30 | 0x36 << 19 | 0x55), ("cpop2", 2 << 30 | 0x37 << 19 | 0x2A)]
    words += [(f"cb condition {c}, a={a}", a << 29 | c << 25 | 7 << 22 | 2)
              for c in range(16) for a in (0, 1)]
    words += [(name, word(op3, 4, 8, 1, 1)) for name, op3 in
              (("ldc", 0x30), ("ldcsr", 0x31), ("lddc", 0x33), ("stc", 0x34), ("stcsr", 0x35),
               ("stdc", 0x37))]
    out.add("set isa_memory, %o0")
    for name, code in words:
        out.add(f"TRAPS(TT_CP_DISABLED, .word {code:#x}) ! {name}")
        out.add(f"USER_TRAPS(TT_CP_DISABLED, .word {code:#x})")
        out.add(f"TRAPS_IN_SLOT(TT_CP_DISABLED, .word {code:#x})")
        out.add(f"ANNULLED(.word {code:#x})")
        out.add(f"FPU_OFF; TRAPS(TT_CP_DISABLED, .word {code:#x}); FPU_ON")
    code = word(0x36, 4, 8, 1, 0)
    out.add(f"TRAPS(TT_CP_DISABLED, .word {code:#x}) ! stdcq")
    out.add("#ifndef QEMU /* forgets that STDCQ is privileged, B.6 */")
    out.add(f"USER_TRAPS(TT_PRIVILEGED, .word {code:#x})")
    out.add("#endif")
    out.add(f"TRAPS_IN_SLOT(TT_CP_DISABLED, .word {code:#x})")
    out.add(f"ANNULLED(.word {code:#x})")
    out.write()


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for alternate, suffix, letter in ((False, "", ""), (True, "_alternate", "A")):
        out = File(directory, "load" + suffix, " ".join(n.upper() + letter for n in LOADS))
        for name, (op3, size, signed) in LOADS.items():
            load_row(out, name, op3, size, signed, alternate)
        out.write()
        out = File(directory, "store" + suffix, " ".join(n.upper() + letter for n in STORES))
        for name, (op3, size) in STORES.items():
            store_row(out, name, op3, size, alternate)
        out.write()
        out = File(directory, "atomic" + suffix, " ".join(n.upper() + letter for n in ATOMICS))
        for name, (op3, size) in ATOMICS.items():
            atomic_row(out, name, op3, size, alternate)
        out.write()
    fp_file(directory)
    coprocessor(directory)


if __name__ == "__main__":
    main()
