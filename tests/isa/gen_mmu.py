#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the test of the MMU's access rights: every ACC, every kind of access, both modes.

    gen_mmu.py DIRECTORY

What is allowed is table H-2 of the SPARC V8 manual, and TLB_CheckFault in LEON3's libmmu.vhd, which
agree: to the MMU an atomic is a store, and a user at a page of the supervisor's is a privilege violation.
Referenced and modified bits are written back even if the page refuses the access (mmutlb.vhd).
"""
import pathlib
import sys

import isa_source

# ACC: what a user may do, what the supervisor may do
RIGHTS = ["r r", "rw rw", "rx rx", "rwx rwx", "x x", "r rw", "- rx", "- rwx"]
WORDS = (0x81A2C3E4, 0x5566F788)
MARK, MARK2 = 0x5A3C9687, 0x13579BDF

# instruction: kind; %o2, %o3, %f0, %f1 after it; two words of memory after it
O, F = (MARK, MARK2), (0x3F800000, 0x40490FDB)
KEPT = O + F
LOADS = {
    "ld [%o0], %o2": (WORDS[0], MARK2) + F,
    "ldub [%o0 + 1], %o2": (0xA2, MARK2) + F,
    "lduh [%o0], %o2": (0x81A2, MARK2) + F,
    "ldsb [%o0], %o2": (0xFFFFFF81, MARK2) + F,
    "ldsh [%o0 + 6], %o2": (0xFFFFF788, MARK2) + F,
    "ldd [%o0], %o2": WORDS + F,
    "ld [%o0], %f0": O + (WORDS[0], F[1]),
    "ldd [%o0], %f0": O + WORDS,
}
STORES = {
    "st %o2, [%o0]": (MARK, WORDS[1]),
    "stb %o2, [%o0 + 7]": (WORDS[0], 0x5566F787),
    "sth %o2, [%o0 + 2]": (0x81A29687, WORDS[1]),
    "std %o2, [%o0]": O,
    "st %f0, [%o0 + 4]": (WORDS[0], F[0]),
    "std %f0, [%o0]": F,
}
ATOMICS = {
    "ldstub [%o0 + 1], %o2": ((0xA2, MARK2), (0x81FFC3E4, WORDS[1])),
    "swap [%o0], %o2": ((WORDS[0], MARK2), (MARK, WORDS[1])),
    "casa [%o0] 0xa, %o1, %o2": ((WORDS[0], MARK2), (MARK, WORDS[1])),
}
# in supervisor mode, too: other names
ALTERNATE = {"ld [%o0], %o2": "lda [%o0] 0xb, %o2", "ldd [%o0], %o2": "ldda [%o0] 0xb, %o2",
             "st %o2, [%o0]": "sta %o2, [%o0] 0xb", "std %o2, [%o0]": "stda %o2, [%o0] 0xb",
             "casa [%o0] 0xa, %o1, %o2": "casa [%o0] 0xb, %o1, %o2"}


def kinds(user):
    """(instruction, right, bits that the MMU sets, registers, memory)"""
    for insn, registers in LOADS.items():
        yield insn, "r", "REFERENCED", registers, WORDS
    for insn, memory in STORES.items():
        yield insn, "w", "REFERENCED | MODIFIED", KEPT, memory
    for insn, (registers, memory) in ATOMICS.items():
        yield insn, "w", "REFERENCED | MODIFIED", registers + F, memory
    if not user:
        yield from ((ALTERNATE[row[0]],) + row[1:] for row in kinds(True) if row[0] in ALTERNATE)


def status(acc, right, user):
    at = {"r": "LOAD", "w": "STORE", "x": "FETCH"}[right]
    ft = "FT_PRIVILEGE" if user and acc >= 6 else "FT_PROTECTION"
    return f"REFUSED(3, AT_{'USER_' if user else ''}{at}, {ft})"


def prepare(acc):
    return (f"POKE(FRAME(0) + 8, {WORDS[0]:#x}); POKE(FRAME(0) + 12, {WORDS[1]:#x}); "
            f"MAP(0, PTE(FRAME(0), {acc})); SET_F; set PAGE(0) + 8, %o0; set {WORDS[0]:#x}, %o1; SET_RD")


def check(registers, memory, acc, bits):
    return (f"CHECK(%o2, {registers[0]:#x}); CHECK(%o3, {registers[1]:#x}); "
            f"CHECK_F({registers[2]:#x}, {registers[3]:#x}); PEEK(FRAME(0) + 8, {memory[0]:#x}); "
            f"PEEK(FRAME(0) + 12, {memory[1]:#x}); ENTRY_IS(0, PTE(FRAME(0), {acc}) | {bits})")


def data_case(acc, user, row):
    insn, right, bits, registers, memory = row
    if right in RIGHTS[acc].split()[not user]:
        run = f"USER_RUNS({insn})" if user else f"CASE; {insn}"
        return f"{prepare(acc)}; {run}; {check(registers, memory, acc, bits)}; NO_FAULT_SEEN"
    macro = "USER_FAULTS" if user else "FAULTS"
    return (f"{prepare(acc)}; {macro}({status(acc, right, user)}, PAGE(0), {insn}); "
            f"{check(KEPT, WORDS, acc, f'REFUSED_BITS({bits})')}")


def fetch_case(acc, user):
    start = f"POKE_CODE(FRAME(0) + 8, 0x77); MAP(0, PTE(FRAME(0), {acc})); set PAGE(0) + 8, %o0; SET_RD"
    if "x" in RIGHTS[acc].split()[not user]:
        run = "USER_RUNS(call %o0; nop)" if user else "CASE; call %o0; nop"
        return f"{start}; {run}; CHECK(%o2, 0x77); ENTRY_IS(0, PTE(FRAME(0), {acc}) | REFERENCED); NO_FAULT_SEEN"
    return (f"{start}; FETCH_FAULTS({status(acc, 'x', user)}, PAGE(0) + 8, PAGE(0) + 12, {int(not user)}, "
            f"{'ENTER_USER' if user else 'nop'}, jmp %o0); CHECK(%o2, {MARK:#x}); "
            f"ENTRY_IS(0, PTE(FRAME(0), {acc}) | REFUSED_BITS(REFERENCED))")


def not_for_qemu(acc, user, row):
    """Why QEMU cannot run the case, or None."""
    insn, right = row[:2]
    if right == "w" and insn.split()[0] in ("ldstub", "swap", "casa") and right not in RIGHTS[acc].split()[not user]:
        return "an atomic that is refused there is a load first"
    if not user and " 0xa," in insn:
        return "has a user's rights there; on LEON3 the mode counts"
    return None


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for acc in range(8):
        lines = ["! rows:", '#include "mmu.h"',
                 f"#define SET_F set isa_scratch, %g5; PUT(0, {F[0]:#x}); PUT(4, {F[1]:#x}); "
                 "ldd [%g5], %f0",
                 "#define CHECK_F(even, odd) set isa_scratch, %g5; std %f0, [%g5]; "
                 "CHECK_WORD(isa_scratch, even); CHECK_WORD(isa_scratch + 4, odd)",
                 "BEGIN", "MMU_START"]
        for user in (True, False):
            for row in kinds(user):
                case, why = data_case(acc, user, row), not_for_qemu(acc, user, row)
                lines += [f"#ifndef QEMU /* {why} */", case, "#endif"] if why else [case]
            lines.append(fetch_case(acc, user))
        isa_source.write(directory / f"mmu_acc{acc}.S", lines)


if __name__ == "__main__":
    main()
