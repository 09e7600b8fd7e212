#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the tests that end in error mode: any trap while ET is 0 (SPARC V8, chapter 7; RETT, B.26).

    gen_error.py DIRECTORY

Each program traps once; the emulator must stop with status 80 and the trap's number.
"""
import pathlib
import sys

import isa_source

STATUS_ERROR_MODE = 80

# as in V8, table 7-1
NAMES = {0x01: "instruction_access_exception", 0x02: "illegal_instruction",
         0x03: "privileged_instruction", 0x04: "fp_disabled", 0x05: "window_overflow",
         0x06: "window_underflow", 0x07: "mem_address_not_aligned", 0x08: "fp_exception",
         0x09: "data_access_exception", 0x0A: "tag_overflow", 0x0B: "watchpoint_detected",
         0x24: "cp_disabled", 0x2A: "division_by_zero", 0x2B: "data_store_error",
         0x83: "trap_instruction"}
# name: trap, rows, what is done with ET = 0
CASES = {
    "rett_window": (0x06, "RETT", "wr %g0, 4, %wim; PSR_WAIT; set isa_fail, %o0; jmp %o0; rett %o0"),
    "rett_align": (0x07, "RETT", "set isa_fail + 1, %o1; set isa_fail, %o0; jmp %o0; rett %o1"),
    "rett_window_before_align": (0x06, "RETT", "wr %g0, 4, %wim; PSR_WAIT; set isa_fail, %o0; jmp %o0; "
                                               "rett %o0 + 2"),
    "rett_user": (0x03, "RETT", "CHANGE_PSR(PSR_S, 0); set isa_fail, %o0; jmp %o0; rett %o0"),
    "fetch": (0x01, "", "set NOWHERE, %o0; jmp %o0; nop"),
    "illegal": (0x02, "UNIMP ILLEGAL", "unimp 0"),
    "privileged": (0x03, "RDPSR", "CHANGE_PSR(PSR_S, 0); rd %psr, %o0"),
    "fp_disabled": (0x04, "FMOVS", "CHANGE_PSR(PSR_EF, 0); fmovs %f0, %f1"),
    "overflow": (0x05, "SAVE", "wr %g0, 1, %wim; PSR_WAIT; save"),
    "underflow": (0x06, "RESTORE", "wr %g0, 4, %wim; PSR_WAIT; restore"),
    "align": (0x07, "LD", "mov 1, %o0; ld [%o0], %o0"),
    "fp_exception": (0x08, "FADDQ", "FADDQ; nop; fmovs %f0, %f0"),
    "data": (0x09, "LD", "set NOWHERE, %o0; ld [%o0], %o0"),
    "tag": (0x0A, "TADDCCTV", "mov 1, %o0; taddcctv %o0, %o0, %o0"),
    "watchpoint": (0x0B, "", "set isa_memory, %o0; WATCH(isa_memory, 0xfffffffc | 2); ld [%o0], %o1"),
    "cp_disabled": (0x24, "CPOP1", ".word 0x81b00000"),
    "divide": (0x2A, "UDIV", "udiv %g0, %g0, %g0"),
    "store": (0x2B, "ST", "set NOWHERE, %o0; st %o0, [%o0]"),
    "ticc": (0x83, "TICC", "ta 3"),
}


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for name, (tt, rows, code) in CASES.items():
        isa_source.write(directory / f"error_{name}.S", [
            f"! rows: {rows}", f"! status: {STATUS_ERROR_MODE}",
            f"! message: error mode: trap {tt:#04x} ({NAMES[tt]})", "! qemu: does not say which trap it was",
            '#include "isa.h"', "BEGIN",
            f"CASE; CHANGE_PSR(PSR_ET, 0); {code}; nop; ba isa_fail; nop"])


if __name__ == "__main__":
    main()
