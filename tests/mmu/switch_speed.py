#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Contexts that take turns run at 0.8 of the speed of one, or better; see switch.S.

    switch_speed.py EMULATOR ONE.elf MANY.elf...

All must end well, and execute as many instructions on each executor.  Speed is instructions per second
of processor time, the best of some runs that take turns.
"""
import os
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from executors import EXECUTORS, instructions  # pylint: disable=wrong-import-position

ROUNDS = 5
ATTEMPTS = 3  # other programs on the host disturb
WANTED = 0.8


def run(emulator, image, *options):
    """Instructions and processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([emulator, "--stats", *options, image], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{image} {' '.join(options)}: exit status {done.returncode}\n{done.stderr}")
    return (instructions(done.stderr),
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def check_counts(emulator, images):
    for image in images:
        counts = {name: run(emulator, image, *options)[0] for name, options in EXECUTORS.items()}
        if len(set(counts.values())) != 1:
            sys.exit(f"{image}: not the same number of instructions: {counts}")


def speeds(emulator, images):
    best = dict.fromkeys(images, 0.0)
    for _ in range(ROUNDS):
        for image in images:
            count, seconds = run(emulator, image)
            best[image] = max(best[image], count / seconds)
    return best


def main():
    emulator, *images = sys.argv[1:]
    check_counts(emulator, images)
    for _ in range(ATTEMPTS):
        best = speeds(emulator, images)
        ratios = [best[image] / best[images[0]] for image in images[1:]]
        for image, ratio in zip(images[1:], ratios):
            print(f"{os.path.basename(image)}: {best[image] / 1e6:.0f} million instructions a second, "
                  f"{ratio:.2f} of one context")
        if min(ratios) >= WANTED:
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
