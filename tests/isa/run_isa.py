#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs one instruction test on each of its boards with each executor, or on QEMU as a foreign witness.

    run_isa.py --emulator PROGRAM --source FILE.S --image FILE.elf
    run_isa.py --qemu PROGRAM --source FILE.S --image FILE.elf

Exit status 77: QEMU cannot run this test; the source's line `! qemu:` says why.
"""
import argparse
import os
import subprocess
import sys

import isa_source

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from executors import EXECUTORS, instructions  # pylint: disable=wrong-import-position

INSN_LIMIT = 5000000
SKIPPED = 77


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=15, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def run_board(program, source, image, board):
    counts = {}
    for name, options in EXECUTORS.items():
        status, output = run([program, f"--board={board}", f"--insn-limit={INSN_LIMIT}", "--stats",
                              *options, *source.options(), image])
        counts[name] = instructions(output)
        if not source.passed(status, output):
            print(f"{source.name} on {board}, {name}: exit status {status}\n{output}")
            print(f"The case is a line of {source.path}")
            return False
    if len(set(counts.values())) != 1:
        print(f"{source.name} on {board}: not the same number of instructions: {counts}")
        return False
    return True


def run_emulator(program, source, image):
    return 0 if all(run_board(program, source, image, board) for board in source.boards()) else 1


def run_qemu(program, source, image):
    if "qemu" in source.keys:
        print(f"skipped: QEMU {source.keys['qemu']}")
        return SKIPPED
    # QEMU's time must be counted in instructions: by the host's clock a timer that is to wake the CPU can expire before
    # the CPU sleeps, and then nothing wakes it.
    status, output = run([program, "-M", "leon3_generic", "-nographic", "-icount", "shift=4,sleep=off", "-kernel", image])
    if status != 0 or "PASS" not in output:
        print(f"{source.name} on QEMU: exit status {status}\n{output}")
        return 1
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--emulator")
    parser.add_argument("--qemu")
    parser.add_argument("--source", required=True)
    parser.add_argument("--image", required=True)
    arguments = parser.parse_args()
    source = isa_source.Source(arguments.source)
    if arguments.qemu:
        return run_qemu(arguments.qemu, source, arguments.image)
    return run_emulator(arguments.emulator, source, arguments.image)


if __name__ == "__main__":
    sys.exit(main())
