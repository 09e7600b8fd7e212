#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles the benchmark's kernels, each for the bare LEON3 and as its native twin.

    build.py --out DIRECTORY [--scale S] [--kernels a,b,group] [--density]

makes DIRECTORY/scale-S/<kernel>.elf and <kernel>.native; with --mmu DIRECTORY/scale-S/mmu/*.elf
besides, which run with the MMU on. What is newer than its sources and was
made with the same commands is kept. Exit status 77: there is no cross compiler.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True  # nothing is to appear beside the sources

import kernels as table

HERE = pathlib.Path(__file__).resolve().parent
RUNTIME = HERE / "runtime"
KERNELS = HERE / "kernels"

# Both sides: no vector code, which a LEON3 has not, and no calls of a C library.
COMMON = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-fno-tree-vectorize",
          "-fno-tree-slp-vectorize", "-fno-tree-loop-distribute-patterns", "-fno-math-errno",
          "-ffp-contract=off", f"-I{RUNTIME}", f"-I{KERNELS}"]
GUEST = COMMON + ["-m32", "-mcpu=leon3", "-mno-v8plus", "-Wa,-Av8", "-ffreestanding", "-fno-pic"]
LINK = ["-nostdlib", "-static", "-no-pie", "-Wl,-N", f"-Wl,-T,{RUNTIME / 'guest.ld'}",
        "-Wl,--build-id=none", "-Wl,-z,noexecstack", "-Wl,--no-warn-rwx-segments"]
NATIVE = COMMON + ["-m64"]

BIGCODE_FUNCTIONS = 256


class Tools:
    """The two compilers; a name or path that cannot be run counts as absent."""

    def __init__(self, guest="sparc64-linux-gnu-gcc", native="gcc"):
        self.guest = shutil.which(guest)
        self.native = shutil.which(native)

    def objcopy(self):
        return re.sub(r"gcc(-[0-9.]+)?$", "objcopy", self.guest)


def _sources_time():
    files = [*RUNTIME.iterdir(), *KERNELS.iterdir(), HERE / "build.py", HERE / "kernels.py"]
    return max(f.stat().st_mtime for f in files)


def _run(command, stdout=None):
    command = [str(c) for c in command]
    if subprocess.run(command, stdout=stdout).returncode != 0:
        raise SystemExit(f"failed: {' '.join(command)}")


def _is_fresh(target, commands, newest):
    note = target.with_name(target.name + ".cmd")
    return (target.exists() and note.exists() and target.stat().st_mtime >= newest
            and note.read_text() == repr(commands))


def _make(target, commands, newest):
    """Runs the commands that make target, unless it is there and the same."""
    commands = [[str(c) for c in command] for command in commands]
    if _is_fresh(target, commands, newest):
        return
    for command in commands:
        _run(command)
    target.with_name(target.name + ".cmd").write_text(repr(commands))


class Builder:
    """With mmu, the guest programs are those that switch the MMU on first."""

    def __init__(self, out, tools, mmu=False):
        self.out = pathlib.Path(out)
        self.tools = tools
        self.mmu = mmu
        self.newest = _sources_time()

    def kernels(self, chosen):
        """Those of the chosen ones that this builder makes."""
        return [kernel for kernel in chosen if not (self.mmu and kernel.own_mmu)]

    def directory(self, scale):
        return self.out / f"scale-{scale:g}"

    def guest_directory(self, scale):
        return self.directory(scale) / "mmu" if self.mmu else self.directory(scale)

    def guest_path(self, kernel, scale):
        return self.guest_directory(scale) / f"{kernel.name}.elf"

    def native_path(self, kernel, scale):
        return self.directory(scale) / f"{kernel.name}.native"

    def build(self, kernels, scale):
        """Makes all kernels at this scale, as many at a time as there are processors."""
        kernels = self.kernels(kernels)
        self.guest_directory(scale).mkdir(parents=True, exist_ok=True)
        if any(kernel.parts for kernel in kernels):
            self._bigcode_objects(max(kernel.parts for kernel in kernels))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda kernel: self._build_one(kernel, scale), kernels))

    def _build_one(self, kernel, scale):
        defines = [f'-DKERNEL="{kernel.name}"', f"-DREPEAT={table.repeat_at(kernel, scale)}",
                   *(f"-D{define}" for define in kernel.defines)]
        guest, native = [], []
        if kernel.parts:
            parts = table.parts_at(kernel, scale)
            defines.append(f"-DPARTS={parts}")
            guest = self._bigcode_parts(parts)
            native = [self._bigcode_part("native.o")]
        source = KERNELS / f"{kernel.source}.c"
        assembly = source.with_suffix(".S")
        target = self.guest_path(kernel, scale)
        sources = [RUNTIME / "start.S", RUNTIME / "guest.c", source]
        sources += [assembly] if assembly.exists() else []
        sources += [*guest, RUNTIME / "mmu.c"]
        mmu = ["-DMMU"] if self.mmu else []
        _make(target, [[self.tools.guest, *GUEST, *LINK, *defines, *mmu, *sources, "-o", target]],
              self.newest)
        if self.tools.native:
            target = self.native_path(kernel, scale)
            _make(target, [[self.tools.native, *NATIVE, *defines, "-DNATIVE", RUNTIME / "native.c",
                            source, *native, "-o", target]], self.newest)

    # ---- generated code: compiled once, linked many times ----

    def _bigcode_part(self, name):
        return self.out / "bigcode" / name

    def _bigcode_objects(self, copies):
        source = self._bigcode_part("bigcode_part.c")
        source.parent.mkdir(parents=True, exist_ok=True)
        if not source.exists() or source.stat().st_mtime < self.newest:
            with source.open("wb") as file:
                _run([sys.executable, KERNELS / "gen_bigcode.py", BIGCODE_FUNCTIONS], stdout=file)
        guest, native = self._bigcode_part("guest.o"), self._bigcode_part("native.o")
        _make(guest, [[self.tools.guest, *GUEST, "-c", source, "-o", guest]], self.newest)
        if self.tools.native:
            _make(native, [[self.tools.native, *NATIVE, "-c", source, "-o", native]], self.newest)
        self._make_copies(guest, copies)

    def _make_copies(self, part, count):
        for number in range(count):
            copy = self._bigcode_part(f"part_{number}.o")
            _make(copy, [[self.tools.objcopy(), "--redefine-sym",
                          f"bigcode_part=bigcode_part_{number}", part, copy]], self.newest)

    def _bigcode_parts(self, count):
        """The copies, and the table of them."""
        names = [f"bigcode_part_{number}" for number in range(count)]
        path = self._bigcode_part(f"parts_{count}.c")
        text = ('#include "bigcode.h"\n\n'
                + "".join(f"extern const struct bigcode_part {name};\n" for name in names)
                + "\nextern const struct bigcode_part *const bigcode_parts[];\n"
                + "const struct bigcode_part *const bigcode_parts[] = {\n"
                + "".join(f"    &{name},\n" for name in names) + "};\n")
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        return [path, *(self._bigcode_part(f"part_{number}.o") for number in range(count))]


def add_arguments(parser):
    parser.add_argument("--out", default="bench-kernels", help="where compiled kernels are kept")
    parser.add_argument("--guest-cc", default="sparc64-linux-gnu-gcc")
    parser.add_argument("--native-cc", default="gcc")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--kernels", default="")
    parser.add_argument("--density", action="store_true", help="those of the peripheral experiment")
    parser.add_argument("--mmu", action="store_true", help="both with the MMU off and on")
    arguments = parser.parse_args()
    tools = Tools(arguments.guest_cc, arguments.native_cc)
    if not tools.guest:
        print(f"{arguments.guest_cc} is not there: no kernels", file=sys.stderr)
        return 77
    chosen = table.density_kernels() if arguments.density else table.select(arguments.kernels)
    for mmu in (False, True)[:1 + arguments.mmu]:
        Builder(arguments.out, tools, mmu).build(chosen, arguments.scale)
    return 0


if __name__ == "__main__":
    sys.exit(main())
