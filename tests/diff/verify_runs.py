#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the instruction tests with --verify-jit: compares every block with the interpreter, and running hashes.

    verify_runs.py --emulator PROGRAM --images DIRECTORY [OPTION...]

Each image in DIRECTORY is run on its boards, with --verify-jit and once for each executor with
--verify-jit=hash:N.  OPTIONs are passed to all runs.  Generated code must retire at least 99 % of all
instructions together.  Exit status 77: there are no images.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
SOURCES = pathlib.Path(__file__).resolve().parent.parent / "isa"
sys.path.insert(0, str(SOURCES))
import isa_source  # pylint: disable=wrong-import-position

INSN_LIMIT = "--insn-limit=5000000"
HASH = "--verify-jit=hash:97"
SKIPPED = 77


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def counter(output, name):
    found = re.search(rf"^{name} (\d+)$", output, re.MULTILINE)
    return int(found.group(1)) if found else 0


def generated(output):
    found = re.search(r"^generated_percent ([0-9.]+)$", output, re.MULTILINE)
    return counter(output, "instructions") * float(found.group(1)) / 100 if found else 0


def state_hash(output):
    found = re.search(r"state hash ([0-9a-f]{16})", output)
    return found.group(1) if found else None


def source_of(image, generated):
    path = SOURCES / (image.stem + ".S")
    return isa_source.Source(str(path if path.exists() else generated / (image.stem + ".S")))


def check(arguments, image):
    """What is wrong, and the counters: blocks verified and not, instructions, of these generated code's."""
    source = source_of(image, arguments.images / "generated")
    wrong, counters = [], [0, 0, 0, 0]
    for board in source.boards():
        base = [arguments.emulator, f"--board={board}", INSN_LIMIT, *source.options(), str(image)]
        jit = ["--exec=jit", "--jit-threshold=0", *arguments.options]
        status, output = run([*base, *jit, "--verify-jit", "--stats"])
        if not source.passed(status, output):
            wrong.append(f"{source.name} on {board}: exit status {status}\n{output}")
        counters[0] += counter(output, "verified_blocks")
        counters[1] += sum(map(int, re.findall(r"^unverified_\w+ (\d+)$", output, re.MULTILINE)))
        counters[2] += counter(output, "instructions")
        counters[3] += generated(output)
        hashes = [state_hash(run([*base, HASH, *options])[1])
                  for options in (["--exec=interp"], jit, ["--exec=jit"])]
        if hashes[0] is None or len(set(hashes)) != 1:
            wrong.append(f"{source.name} on {board}: hashes differ: {hashes}")
    return wrong, counters


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--emulator", required=True)
    parser.add_argument("--images", required=True, type=pathlib.Path)
    arguments, arguments.options = parser.parse_known_args()
    images = sorted(arguments.images.glob("*.elf"))
    if not images:
        print("there are no images")
        return SKIPPED
    wrong, counters = [], [0, 0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(lambda image: check(arguments, image), images):
            wrong += result[0]
            counters = [a + b for a, b in zip(counters, result[1])]
    verified, unverified, instructions, in_generated = counters
    percent = 100 * in_generated / max(instructions, 1)
    print("\n".join(wrong[:5]))
    print(f"images {len(images)}, blocks verified {verified}, not verified {unverified}, "
          f"runs that differ {len(wrong)}, {percent:.2f} % generated code")
    return 0 if not wrong and verified > 0 and (arguments.options or percent >= 99) else 1


if __name__ == "__main__":
    sys.exit(main())
