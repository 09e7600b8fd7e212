#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How leon3emu's time grows with the size of things: hot code, processors, devices, MMU contexts.

    scaling.py --ours build/release/leon3emu [--rounds N] [--scale S] [--page FILE]
    scaling.py --ours build/release/leon3emu --check --scale S

The work of a curve is the same at each size, so the time should be the same as well; what grows is named by the curve.  Time is
measured as run.py measures it; that of `empty` with the same options, which is start and end, is subtracted and shown beside it.
Every checksum must be that of the native twin.  --check runs the least and the largest size of each curve only: a test.

Exit status: 0, 1 if a program failed or a checksum differs, 77 if there is no cross compiler.
"""
import argparse
import os
import statistics
import sys
from typing import Callable, NamedTuple

sys.dont_write_bytecode = True  # nothing is to appear beside the sources

import build
import kernels as table
import measure
import report

DEVICE_BASE = 0x90000000


class Curve(NamedTuple):
    name: str
    unit: str
    sizes: tuple
    make: Callable      # the kernel of a size; repeat is the work of scale 1
    options: Callable   # for leon3emu: (size, folder)


def no_options(_size, _folder):
    return []


def code_kernel(size):
    """The same number of calls for each number of copies."""
    return table.Kernel(f"code_{size}", "scaling", 3200 // size, "bigcode", parts=size)


def cpus_kernel(size):
    return table.Kernel(f"cpus_{size}", "scaling", 640_000, "cpus", defines=(f"CPUS={size}",))


def devices_kernel(size):
    return table.Kernel(f"devices_{size}", "scaling", 10_000, "devices", defines=(f"DEVICES={size}",))


def contexts_kernel(size):
    return table.Kernel(f"contexts_{size}", "scaling", 192_000 // size, "contexts", defines=(f"CONTEXTS={size}",),
                        own_mmu=True)


def devices_options(size, folder):
    """A board with so many UARTs more."""
    path = os.path.join(folder, f"devices_{size}.board")
    with open(path, "w", encoding="utf-8") as file:
        file.write("[board]\ninclude = leon3\n[devices]\n")
        file.writelines(f"more{i} = apbuart, base={DEVICE_BASE + 0x100 * i:#x}\n" for i in range(size))
    return ["--board", path]


# A copy of the code has 92 KiB.
CURVES = (
    Curve("hot code", "92 KiB", (1, 2, 4, 8, 16, 32, 64, 128, 178), code_kernel, no_options),
    Curve("CPUs", "", (1, 2, 4, 8, 16), cpus_kernel, lambda size, _: [f"--smp={size}"]),
    Curve("devices", "", (1, 4, 10, 32, 100, 316, 1000), devices_kernel, devices_options),
    Curve("MMU contexts", "", (1, 2, 4, 8, 16, 32, 64), contexts_kernel, no_options),
)


class Point(NamedTuple):
    size: int
    instructions: int
    start: float    # seconds of `empty`
    seconds: float  # beyond that


def scaled(kernel, scale):
    """Copies of the code are what is varied here, and must not shrink with the work."""
    return kernel._replace(repeat=table.repeat_at(kernel._replace(parts=0), scale))


def runs_of(curve, size, arguments, builder):
    """Runs the size's program and `empty` in turn."""
    empty, kernel = table.KERNELS[0], scaled(curve.make(size), arguments.scale)
    builder.build([empty, kernel], 1)
    wanted = measure.Native(builder, 1).run(kernel).checksum
    ours = measure.Ours(arguments.ours, builder, 1, curve.options(size, arguments.out))
    starts, runs = [], []
    for _ in range(arguments.rounds):
        starts.append(ours.run(empty))
        runs.append(ours.run(kernel))
        if runs[-1].checksum != wanted or runs[-1].instructions != runs[0].instructions:
            raise measure.Failure(f"{kernel.name}: checksum {runs[-1].checksum} after {runs[-1].instructions} "
                                  f"instructions; native code has {wanted}, the first run {runs[0].instructions}")
    return starts, runs


def measure_point(curve, size, arguments, builder):
    starts, runs = runs_of(curve, size, arguments, builder)
    start = statistics.median(run.cpu for run in starts)
    seconds = statistics.median(run.cpu for run in runs) - start
    return Point(size, runs[0].instructions, start, seconds)


def lines(curve, points):
    first = points[0]
    yield f"| {curve.name}{', times ' + curve.unit if curve.unit else ''} | Minsn | start ms | s | MIPS | time of the first |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
    for point in points:
        yield (f"| {point.size} | {point.instructions / 1e6:.1f} | {point.start * 1e3:.1f} | {point.seconds:.3f} | "
               f"{point.instructions / point.seconds / 1e6:.0f} | {point.seconds / first.seconds:.2f} |")


def sizes_of(curve, arguments):
    return (curve.sizes[0], curve.sizes[-1]) if arguments.check else curve.sizes


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", required=True, metavar="PATH", help="leon3emu")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, metavar="S", help="work; 1 is about half a second a point")
    parser.add_argument("--curves", default="", metavar="NAME,...", help="the beginnings of their names")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--page", metavar="FILE", help="Markdown whose figures are replaced")
    build.add_arguments(parser)
    return parser.parse_args()


def main():
    arguments = parse()
    tools = build.Tools(arguments.guest_cc, arguments.native_cc)
    if not tools.guest or not tools.native:
        print("there is no compiler for guest and host: no curves")
        return 77
    builder = build.Builder(os.path.join(arguments.out, f"scaling-{arguments.scale:g}"), tools)
    wanted = tuple(arguments.curves.split(","))
    arguments.rounds = 1 if arguments.check else arguments.rounds
    text = f"{measure.host_name()}; {arguments.rounds} rounds\n"
    try:
        for curve in (curve for curve in CURVES if curve.name.startswith(wanted)):
            points = [measure_point(curve, size, arguments, builder) for size in sizes_of(curve, arguments)]
            text += "\n" + "".join(line + "\n" for line in lines(curve, points))
    except measure.Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    print("ok" if arguments.check else text)
    if arguments.page:
        report.replace_figures(arguments.page, "scaling", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
