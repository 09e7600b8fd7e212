#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do the instruction tests notice a wrong interpreter?  Mutants of every row of insns.def.

    mutate.py --source TREE --library libleon3emu.a --build DIRECTORY --images DIRECTORY
              [--jobs N] [--row ROW] [--report FILE]

For every row: wrong results, wrong flags, each of its traps wrong, missing and with a wrong pc, and an
instruction that does nothing.  What a row writes and which traps it has is stated below from the manual,
not read from the interpreter.  The interpreter is built once with all mutants in it (mutant.c); each
then runs the isa tests that name its row until one fails.  A mutant that none notices makes the run
fail, as does a test that fails without a mutant.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "isa"))
import isa_source  # noqa: E402

INSN_LIMIT = 3000000
FLAGS = ["-std=c11", "-D_GNU_SOURCE=", "-O1", "-fPIC"]

INTEGER = ["result", "result-sign", "n", "nothing"]
ICC = ["n", "z", "v", "c"]
FPOP = ["cexc", "aexc", "ftt", "fp-state", "nothing"]
QUAD = ["ftt", "fp-state", "qne", "nothing"]

# Kinds of wrongness by the format column; rows with something of their own are below.
BY_FORMAT = {
    "SETHI": INTEGER, "RRI": INTEGER, "SHIFT": INTEGER, "RDREG": INTEGER, "RDASR": INTEGER,
    "LOAD": INTEGER, "LOADA": INTEGER, "CASA": INTEGER + ["memory"],
    "STORE": ["stored", "n", "nothing"], "STOREA": ["stored", "n", "nothing"],
    "LOADF": ["f", "f-sign", "nothing"], "STOREF": ["stored-f", "nothing"],
    "BRANCH": ["condition", "annul", "target", "n", "nothing"],
    "FBRANCH": ["condition", "annul", "target", "nothing"],
    "F_S_S": FPOP + ["f", "f-sign"], "F_D_S": FPOP + ["f", "f-sign"],
    "F_SS_S": FPOP + ["f", "f-sign"],
    "F_D_D": FPOP + ["f", "f-sign", "f-second"], "F_S_D": FPOP + ["f", "f-sign", "f-second"],
    "F_DD_D": FPOP + ["f", "f-sign", "f-second"], "F_SS_D": FPOP + ["f", "f-sign", "f-second"],
    "F_SS": FPOP + ["fcc", "fcc-high"], "F_DD": FPOP + ["fcc", "fcc-high"],
}
OWN = {
    "CALL": ["link", "npc", "n", "nothing"],
    "TICC": ["condition", "n", "nothing"],
    "JMPL": INTEGER + ["npc"],
    "RETT": ["npc", "cwp", "s", "et", "nothing"],
    "SAVE": INTEGER + ["cwp"], "RESTORE": INTEGER + ["cwp"],
    "LDD": INTEGER + ["result-second"], "LDDA": INTEGER + ["result-second"],
    "STD": ["stored", "stored-second", "n", "nothing"],
    "STDA": ["stored", "stored-second", "n", "nothing"],
    "LDSTUB": INTEGER + ["memory"], "LDSTUBA": INTEGER + ["memory"],
    "SWAP": ["result", "stored", "memory", "n", "nothing"],
    "SWAPA": ["result", "stored", "memory", "n", "nothing"],
    "LDDF": ["f", "f-second", "nothing"], "STDF": ["stored-f", "stored-f-second", "nothing"],
    "LDFSR": ["fcc", "cexc", "aexc", "rounding", "tem", "ftt", "qne", "nothing"],
    "STFSR": ["stored-fsr", "nothing"],
    "STDFQ": ["stored-queue", "stored-queue-address", "qne", "fp-state", "nothing"],
    "UMUL": INTEGER + ["y"], "SMUL": INTEGER + ["y"],
    "UMULCC": INTEGER + ICC + ["y"], "SMULCC": INTEGER + ICC + ["y"],
    "MULSCC": INTEGER + ICC + ["y"],
    "UMAC": INTEGER + ["y", "asr18"], "SMAC": INTEGER + ["y", "asr18"],
    "WRY": ["y", "n", "nothing"], "WRWIM": ["wim", "n", "nothing"],
    "WRTBR": ["tba", "n", "nothing"],
    "WRPSR": ICC + ["pil", "s", "ps", "et", "ef", "cwp", "nothing"],
    "WRASR": ["dwt", "svt", "counter", "watch-address", "watch-mask", "awake", "asr18", "y",
              "nothing"],
    "STBAR": ["n", "y", "npc"], "FLUSH": ["n", "y", "npc"],
}
# No coprocessor, no quad precision, no instruction.
NEVER = {"CBCCC", "CPOP1", "CPOP2", "LDC", "LDCSR", "LDDC", "STC", "STCSR", "STDC", "STDCQ", "UNIMP",
         "ILLEGAL"}
UNIMPLEMENTED = {"FSQRTQ", "FADDQ", "FSUBQ", "FMULQ", "FDIVQ", "FDMULQ", "FQTOS", "FQTOD", "FITOQ",
                 "FSTOQ", "FDTOQ", "FQTOI", "FCMPQ", "FCMPEQ", "FPOP"}

BYTES = {"LDUB", "LDSB", "STB", "LDSTUB", "LDUBA", "LDSBA", "STBA", "LDSTUBA"}
OWN_TRAPS = {
    "SAVE": ["05"], "RESTORE": ["06"], "JMPL": ["07"], "RETT": ["02", "03", "06", "07"],
    "TICC": ["80"], "TADDCCTV": ["0a"], "TSUBCCTV": ["0a"], "UDIV": ["2a"], "UDIVCC": ["2a"],
    "SDIV": ["2a"], "SDIVCC": ["2a"], "UNIMP": ["02"], "ILLEGAL": ["02"], "WRASR": ["03"],
    "WRPSR": ["02", "03"], "CASA": ["02", "03"],
}
# These end in error mode, where no pc is saved.
ERROR_MODE = {("RETT", "06"), ("RETT", "07")}


class Row:
    def __init__(self, match):
        self.name, self.format = match["name"], match["format"]
        self.flags = set(match["flags"].split("|"))

    def traps(self):
        """The trap types this row can take, from appendix B and iu3.vhd."""
        found = list(OWN_TRAPS.get(self.name, []))
        if "PRIV" in self.flags and self.name != "WRPSR":
            found.append("03")
        if "EVEN_RD" in self.flags or "MAC" in self.flags or self.format in ("LOADA", "STOREA"):
            found.append("02")
        if "FPU" in self.flags:
            found += ["04", "08"]
        if "CP" in self.flags:
            found.append("24")
        if {"LOADS", "STORES"} & self.flags:
            found.append("0b")
            found += ["07"] if self.name not in BYTES else []
            found += ["09"] if "LOADS" in self.flags else []
            found += ["2b"] if "STORES" in self.flags else []
        return found

    def kinds(self):
        if self.name in NEVER:
            kinds = []
        elif self.name in UNIMPLEMENTED:
            kinds = QUAD
        elif self.name in OWN:
            kinds = OWN[self.name]
        else:
            kinds = BY_FORMAT[self.format] + (ICC if "ICC" in self.flags else [])
        traps = [f"trap{tt}-{how}" for tt in self.traps() for how in ("wrong", "none", "pc")
                 if not (how == "pc" and (self.name, tt) in ERROR_MODE)]
        return list(dict.fromkeys(kinds)) + traps


def rows(source):
    text = (source / "src/sparc/insns.def").read_text()
    pattern = (r"^(?:INSN|FPOP)\(\s*(?P<name>\w+),\s*\w+,\s*\w+,\s*(?P<format>\w+),\s*(?P<flags>[\w|]+),"
               r"\s*\w+,\s*\w+,\s*\d+,")
    return [Row(match) for match in re.finditer(pattern, text, re.MULTILINE)]


def include_paths(source, directory):
    """-I options of the program's files; the header of the version, which CMake makes, is made here."""
    header = directory / "version/cli/version.h"
    header.parent.mkdir(parents=True, exist_ok=True)
    header.write_text("".join(f'#define LEON3EMU_{name} "mutants"\n' for name in ("VERSION", "COMMIT", "BUILD")))
    return [f"-I{path}" for path in (source / "src", source / "include", source / "plugins-api",
                                     directory / "version")]


def build(arguments, names):
    """The emulator with mutant.c in it: every object of the interpreter anew, the rest as it is."""
    source, directory = arguments.source, arguments.build
    directory.mkdir(parents=True, exist_ok=True)
    header = directory / "mutant_names.h"
    header.write_text("".join(f"#define do_{name} mut_{name}\n" for name in names))
    include = include_paths(source, directory)
    files = sorted((source / "src/sparc").glob("interp*.c")) + [HERE / "mutant.c"]

    def compile_one(path):
        extra = [] if path.name == "mutant.c" else ["-Dcpu_trap=mutant_trap"]
        if path.name == "interp.c":
            extra += ["-include", header]
        target = directory / (path.stem + ".o")
        subprocess.run([arguments.compiler, *FLAGS, *include, *extra, "-c", path, "-o", target],
                       check=True)
        return target

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        objects = list(pool.map(compile_one, files))
    program = directory / "leon3emu-mutants"
    subprocess.run([arguments.compiler, *FLAGS, *include,
                    source / "src/main.c", *sorted((source / "src/cli").glob("*.c")), *objects,
                    *arguments.library, *arguments.link.split(), "-o", program], check=True)
    return program


class Tests:
    def __init__(self, arguments, program):
        paths = sorted((HERE.parent / "isa").glob("*.S"))
        paths += sorted((arguments.images / "generated").glob("*.S"))
        self.images, self.program = arguments.images, program
        self.sources = [isa_source.Source(path) for path in paths]

    def of(self, row):
        """Tests that name the row, short ones first."""
        named = [source for source in self.sources if row in source.rows()]
        return sorted(named, key=lambda source: source.path.stat().st_size)

    def fails(self, source, mutant):
        environment = dict(os.environ, MUTANT=mutant) if mutant else None
        image = self.images / f"{source.name}.elf"
        for board in source.boards():
            try:
                done = subprocess.run(
                    [self.program, "--exec=interp", f"--board={board}",
                     f"--insn-limit={INSN_LIMIT}", *source.options(), image], env=environment, stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20, check=False)
            except subprocess.TimeoutExpired:
                return True
            if not source.passed(done.returncode, done.stdout.decode(errors="replace")):
                return True
        return False

    def killer(self, row, kind):
        """The name of the first test that notices; None if none does."""
        for source in self.of(row):
            if self.fails(source, f"{row}:{kind}"):
                return source.name
        return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--library", type=pathlib.Path, required=True, nargs="+")
    parser.add_argument("--link", default="", help="options of the linker, in one word")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--compiler", default="cc")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--row")
    parser.add_argument("--report", type=pathlib.Path)
    arguments = parser.parse_args()
    table = rows(arguments.source)
    if len(table) != len(isa_source.rows_of_table(arguments.source / "src/sparc/insns.def")):
        print("insns.def has rows that this script does not understand")
        return 1
    program = build(arguments, [row.name for row in table])
    tests = Tests(arguments, program)
    if arguments.row:
        table = [row for row in table if row.name == arguments.row]
    report, survivors, count = [], [], 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        failing = [source.name for source, fails in
                   zip(tests.sources, pool.map(lambda s: tests.fails(s, None), tests.sources)) if fails]
        if failing:
            print(f"these tests fail without any mutant: {' '.join(failing)}")
            return 1
        for row in table:
            kinds = row.kinds()
            killers = list(pool.map(lambda kind, name=row.name: tests.killer(name, kind), kinds))
            count += len(kinds)
            report.append(f"{row.name:9} {len(kinds):3} mutants, killed by "
                          f"{' '.join(sorted({k for k in killers if k}))}")
            survivors += [f"{row.name}:{kind}" for kind, killer in zip(kinds, killers) if not killer]
    report.append(f"{len(table)} rows, {count} mutants, {len(survivors)} survive")
    report += [f"survives: {name}" for name in survivors]
    print("\n".join(report))
    if arguments.report:
        arguments.report.write_text("\n".join(report) + "\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
