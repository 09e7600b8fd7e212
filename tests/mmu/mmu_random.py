#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random MMU cases on leon3emu, with each of its executors, and on QEMU's leon3_generic.

Cases (mmu_case.py) are run in batches by a guest (executor.S); what it prints, a hash of each case's log,
tables and memory, must be the same everywhere, and the number of instructions the same with all executors.
A case that differs is reduced, by dropping units while it still differs, and printed with the words that
differ.  QEMU is left out if it is not there.

The long run:  mmu_random.py ... --seed=N --cases=5000

Exit status: 0 all equal, 1 not.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

import mmu_case

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from executors import EXECUTORS, instructions  # pylint: disable=wrong-import-position

BATCH = 250  # cases
LAYOUT = mmu_case.LAYOUT


def run(command, timeout):
    try:
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout)
        return done.stdout.decode("ascii", "replace")
    except subprocess.TimeoutExpired:
        return "timeout"


class Tools:
    def __init__(self, arguments, directory):
        self.arguments = arguments
        self.directory = directory
        self.witness = "qemu" if shutil.which(arguments.qemu) else None

    def names(self):
        return list(EXECUTORS) + ([self.witness] if self.witness else [])

    def run_one(self, name, path):
        """Lines that the guest printed, and the number of instructions (None of QEMU)."""
        arguments = self.arguments
        if name == "qemu":
            output = f"{path}.qemu"
            text = run([arguments.qemu, "-M", "leon3_generic", "-display", "none", "-monitor", "none",
                        "-serial", f"file:{output}", "-kernel", arguments.executor, "-device",
                        f"loader,file={path},addr={LAYOUT['BATCH']:#x},force-raw=on"], arguments.timeout)
            if not os.path.exists(output):
                return text.splitlines(), None
            with open(output, encoding="ascii", errors="replace") as file:
                return file.read().splitlines(), None
        text = run([arguments.emulator, *EXECUTORS[name], "--stats", arguments.executor,
                    f"--load={path}@{LAYOUT['BATCH']:#x}"], arguments.timeout)
        lines = text.splitlines()
        end = lines.index(".") + 1 if "." in lines else len(lines)
        return lines[:end], instructions(text)

    def run_all(self, cases, raw, names):
        path = os.path.join(self.directory, "batch")
        with open(path, "wb") as file:
            file.write(mmu_case.batch(cases, raw))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            return dict(zip(names, pool.map(lambda name: self.run_one(name, path), names)))


# ---- one case ----

def differs(tools, number, dropped, names):
    case = mmu_case.Case(tools.arguments.seed, number, dropped)
    results = tools.run_all([case], False, names)
    return len({tuple(lines) for lines, _ in results.values()}) > 1


def reduce_case(tools, number, units, names):
    """The units that can go while the case still differs."""
    dropped, size = [], units // 2
    while size > 0:
        for at in range(0, units, size):
            chunk = [u for u in range(at, min(at + size, units)) if u not in dropped]
            if chunk and differs(tools, number, dropped + chunk, names):
                dropped += chunk
        size //= 2
    return dropped


def name_of(index, total):
    """Of a word that was printed: the log comes first, then tables, then frames."""
    part = LAYOUT["PART"] // 4
    frames = len(mmu_case.FRAMES) * (part + part // 2)
    log = total - 1 - LAYOUT["TABLES_SIZE"] // 4 - frames
    if index < log:
        return f"log {index}"
    index -= log
    if index < LAYOUT["TABLES_SIZE"] // 4:
        return f"[{LAYOUT['TABLES'] + 4 * index:#x}]"
    index -= LAYOUT["TABLES_SIZE"] // 4
    frame, word = divmod(index, part + part // 2)
    if frame >= len(mmu_case.FRAMES):
        return f"word {index}"
    offset = 4 * word if word < part else 0x1000 - 2 * part + 4 * (word - part)
    return f"[{mmu_case.FRAMES[frame] + offset:#x}]"


def show_case(tools, number, names):
    """names: of two that differ"""
    seed = tools.arguments.seed
    units = len(mmu_case.Case(seed, number).units) - 1  # the last one is the end
    dropped = reduce_case(tools, number, units, names) if differs(tools, number, [], names) else []
    case = mmu_case.Case(seed, number, dropped)
    results = [lines for lines, _ in tools.run_all([case], True, names).values()]
    print(f"case {number}: {names[0]} and {names[1]} differ")
    print("\n".join(line for line in case.listing(dropped)))
    length = max(map(len, results))
    padded = [lines + ["(nothing)"] * (length - len(lines)) for lines in results]
    different = [i for i in range(length) if padded[0][i] != padded[1][i]]
    for i in different[:16]:
        print(f"  {name_of(i, length - 1):14} {names[0]} {padded[0][i]}  {names[1]} {padded[1][i]}")
    sys.stdout.flush()


# ---- batches ----

def compare_batch(tools, first, count):
    """Cases that differ, each with the names of two that differ in it."""
    names = tools.names()
    cases = [mmu_case.Case(tools.arguments.seed, first + i) for i in range(count)]
    results = tools.run_all(cases, False, names)
    counts = {name: number for name, (_, number) in results.items() if name != "qemu"}
    wrong = []
    for i in range(count):
        lines = {name: lines[i:i + 1] for name, (lines, _) in results.items()}
        wrong += [(first + i, (names[0], name)) for name in names[1:] if lines[name] != lines[names[0]]][:1]
    ends = {name: lines[count:] for name, (lines, _) in results.items()}
    if not wrong and any(end != ["."] for end in ends.values()):
        print(f"batch {first}: not the end that is expected: {ends}")
        wrong.append((None, ()))
    if not wrong and len(set(counts.values())) != 1:
        print(f"batch {first}: not the same number of instructions: {counts}")
        wrong.append((None, ()))
    return wrong, counts[names[0]] or 0


def compare(tools):
    arguments = tools.arguments
    wrong, total = [], 0
    last = arguments.first + arguments.cases
    print(f"seed {arguments.seed}, cases {arguments.first} to {last - 1}: {', '.join(tools.names())}")
    for first in range(arguments.first, last, BATCH):
        more, count = compare_batch(tools, first, min(BATCH, last - first))
        wrong += more
        total += count
    for number, names in wrong[:arguments.show]:
        if number is not None:
            show_case(tools, number, names)
    print(f"instructions: {total}, cases that differ: {len(wrong)}")
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--emulator", required=True, help="leon3emu")
    parser.add_argument("--executor", required=True, help="executor.elf")
    parser.add_argument("--qemu", default="qemu-system-sparc")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--cases", type=int, default=250)
    parser.add_argument("--show", type=int, default=2, help="how many differing cases to print")
    parser.add_argument("--timeout", type=float, default=300, help="seconds, for one run")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        return 0 if compare(Tools(arguments, directory)) else 1


if __name__ == "__main__":
    sys.exit(main())
