#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the speed of guest programs with that of a first one.

    speed_ratio.py EMULATOR WANTED "OPTION... FIRST.elf" "OPTION... OTHER.elf"...
    speed_ratio.py EMULATOR --counts ...

All programs must end with status 0, and each must execute the same number of instructions on every executor.
With --counts nothing else is checked, because the speed of a busy host would make a test fail at random.
Speed is instructions per second of processor time, the best of several rounds.  Each of the other programs must
reach at least WANTED times the speed of the first.
"""
import os
import resource
import subprocess
import sys

from executors import EXECUTORS, instructions

ROUNDS = 5
ATTEMPTS = 3  # other programs on the host may slow down one attempt


def run(emulator, program, *options):
    """Instructions and processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([emulator, "--stats", *options, *program.split()], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{program} {' '.join(options)}: exit status {done.returncode}\n{done.stderr}")
    return (instructions(done.stderr),
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def check_counts(emulator, programs):
    for program in programs:
        counts = {name: run(emulator, program, *options)[0] for name, options in EXECUTORS.items()}
        if len(set(counts.values())) != 1:
            sys.exit(f"{program}: not the same number of instructions: {counts}")


def speeds(emulator, programs):
    best = dict.fromkeys(programs, 0.0)
    for _ in range(ROUNDS):
        for program in programs:
            count, seconds = run(emulator, program)
            best[program] = max(best[program], count / seconds)
    return best


def main():
    emulator, wanted, *programs = sys.argv[1:]
    check_counts(emulator, programs)
    if wanted == "--counts":
        return 0
    for _ in range(ATTEMPTS):
        best = speeds(emulator, programs)
        ratios = {program: speed / best[programs[0]] for program, speed in best.items()}
        for program, ratio in ratios.items():
            words = [os.path.basename(word) for word in program.split()]
            print(f"{' '.join(words)}: {best[program] / 1e6:.0f} million instructions a second, "
                  f"{ratio:.2f} of the first")
        if min(ratios.values()) >= float(wanted):
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
