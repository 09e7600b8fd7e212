#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Small changes of the interpreter's source, one at a time: which does no instruction test notice?

    operators.py --source TREE --library libleon3emu.a... --build DIRECTORY --images DIRECTORY
                 [--file NAME] [--every N] [--jobs N]

Every operator, constant and truth value of src/sparc that a table of replacements knows is changed,
compiled and run against all isa tests.  The survivors are printed to be looked at: either no program
can tell the difference, or a case is missing.  It takes a while (two seconds each), so it is a tool, not
a test; --every N takes every Nth.
"""
import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys

import mutate

FILES = ["interp_alu.c", "interp_ctl.c", "interp_mem.c", "interp_fpu.c", "interp_sys.c", "interp.c",
         "trap.c", "watch.c", "asi.c", "cpu.c", "decode.c"]
REPLACEMENTS = [
    (r" == ", " != "), (r" != ", " == "), (r" < ", " >= "), (r" >= ", " < "), (r" > ", " <= "),
    (r" <= ", " > "), (r" && ", " || "), (r" \|\| ", " && "), (r" & ", " | "), (r" \| ", " & "),
    (r" \^ ", " | "), (r" << ", " >> "), (r" >> ", " << "), (r" \+ ", " - "), (r" - ", " + "),
    (r" % ", " / "), (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"(?<=[( ])!(?=[\w(])", ""),
    (r"(?<=[( ])~(?=[\w(])", ""), (r"\b1u?\b", "2"), (r"\b0\b", "1"), (r"\b4\b", "8"),
]


def code_lines(text):
    """Numbers of the lines that are code: no comments, directives or assertions."""
    comment = False
    for number, line in enumerate(text.splitlines()):
        stripped = line.strip()
        if stripped.startswith("/*"):
            comment = True
        plain = not comment and not stripped.startswith(("#", "//")) and "ASSERT" not in line
        if "*/" in line:
            comment = False
        if plain and stripped:
            yield number, line


def mutants(path):
    text = path.read_text()
    lines = text.splitlines(keepends=True)
    for number, line in code_lines(text):
        for pattern, new in REPLACEMENTS:
            for match in re.finditer(pattern, line.split("/*")[0]):
                changed = line[:match.start()] + new + line[match.end():]
                yield number + 1, changed.strip(), "".join(
                    lines[:number] + [changed + "\n"] + lines[number + 1:])


def try_one(arguments, tests, path, mutant, slot):
    """None: it does not compile.  Else the killer's name, or ""."""
    number, _, text = mutant
    directory = arguments.build / f"operator{slot}"
    directory.mkdir(parents=True, exist_ok=True)
    copy = directory / path.name
    copy.write_text(text)
    include = mutate.include_paths(arguments.source, directory)
    program = directory / "leon3emu-operator"
    done = subprocess.run(
        [arguments.compiler, *mutate.FLAGS, "-w", *include, copy,
         *arguments.fixed, *arguments.library, "-Wl,--allow-multiple-definition",
         *arguments.link.split(), "-o", program], stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        return number, None
    runner = mutate.Tests(arguments, program)
    runner.sources = tests
    for source in tests:
        if runner.fails(source, None):
            return number, source.name
    return number, ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--library", type=pathlib.Path, required=True, nargs="+")
    parser.add_argument("--link", default="-lelf -ldw -linih -lz -lffi -lcapstone -lm -lpthread -ldl",
                        help="options of the linker, in one word")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--compiler", default="cc")
    parser.add_argument("--file", nargs="+", default=FILES)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    arguments.build.mkdir(parents=True, exist_ok=True)
    include = mutate.include_paths(arguments.source, arguments.build)
    arguments.fixed = []
    for path in [arguments.source / "src/main.c", *sorted((arguments.source / "src/cli").glob("*.c"))]:
        target = arguments.build / (path.stem + ".o")
        subprocess.run([arguments.compiler, *mutate.FLAGS, *include,
                        "-c", path, "-o", target], check=True)
        arguments.fixed.append(target)
    tests = sorted(mutate.Tests(arguments, None).sources, key=lambda s: s.path.stat().st_size)
    killed, survivors, broken = 0, 0, 0
    for name in arguments.file:
        path = arguments.source / "src/sparc" / name
        chosen = list(mutants(path))[::arguments.every]
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            results = list(pool.map(lambda pair: try_one(arguments, tests, path, pair[1], pair[0]),
                                    enumerate(chosen)))
        for (number, changed, _), (_, killer) in zip(chosen, results):
            if killer is None:
                broken += 1
            elif killer:
                killed += 1
            else:
                survivors += 1
                print(f"survives: {name}:{number}: {changed}", flush=True)
    print(f"{killed} killed, {survivors} survive, {broken} do not compile")
    return 0


if __name__ == "__main__":
    sys.exit(main())
