#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The benchmark: leon3emu, QEMU, SIS and native code side by side, on the same kernels.

    run.py --ours build/release/leon3emu [--qemu PATH]... [--sis PATH] [--rounds N] [--scale S]
    run.py --ours build/release/leon3emu --check

Each round runs every kernel on every program, in turn, so that all share the same disturbances.
Time is processor time, user and system, of the whole process; medians are shown, without those of
the kernel `empty`, which is start-up and end. Instruction counts are leon3emu's own and must be
the same in every round; every checksum must be that of the native twin.

--check runs every kernel once, on leon3emu and natively, and looks at checksums only: a test.

Exit status: 0, 1 if a kernel failed or a checksum differs, 77 if there is no cross compiler.
"""
import argparse
import os
import shutil
import statistics
import sys

sys.dont_write_bytecode = True  # nothing is to appear beside the sources

import build
import kernels as table
import measure
import report


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", required=True, metavar="PATH", help="leon3emu")
    parser.add_argument("--exec", dest="executor", metavar="EXECUTOR", help="for leon3emu")
    parser.add_argument("--periph", action="append", default=[], help="for leon3emu; repeatable")
    parser.add_argument("--option", action="append", default=[], metavar="OPTION",
                        help="any other option for leon3emu: --option=--no-chain")
    parser.add_argument("--qemu", action="append", metavar="PATH",
                        help="a qemu-system-sparc; repeatable (default: that of PATH); none: ''")
    parser.add_argument("--sis", metavar="PATH", default="sis")
    parser.add_argument("--sis-scale", type=float, default=0.02, metavar="S",
                        help="share of the work that SIS does; its times are scaled up")
    parser.add_argument("--no-native", action="store_true")
    parser.add_argument("--kernels", default="", metavar="NAME,GROUP,...")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, metavar="S",
                        help="work; 1 is about a second of QEMU a kernel")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--csv", metavar="FILE")
    parser.add_argument("--svg", metavar="FILE")
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    build.add_arguments(parser)
    return parser.parse_args()


def our_options(arguments):
    options = [f"--exec={arguments.executor}"] if arguments.executor else []
    options += [f"--periph={p}" for p in arguments.periph]
    return options + arguments.option


def all_runners(arguments, builder):
    """In the order of the table: native, the QEMUs, SIS, ours."""
    scale = arguments.scale
    runners = [measure.Native(builder, scale)] if builder.tools.native and not arguments.no_native \
        else []
    for path in filter(None, arguments.qemu or ["qemu-system-sparc"]):
        qemu = measure.qemu_runner(path, builder, scale)
        if qemu is None and arguments.qemu:
            raise measure.Failure(f"{path} does not run")
        while qemu and any(qemu.name == other.name for other in runners):
            qemu.name += "'"
        runners += [qemu] if qemu else []
    sis = shutil.which(arguments.sis)
    if sis:
        runners.append(measure.Sis(sis, builder, scale * arguments.sis_scale))
    return [*runners, measure.Ours(arguments.ours, builder, scale, our_options(arguments))]


class Results:
    """All runs, and the checks that hold between them."""

    def __init__(self):
        self.runs = {}

    def add(self, runner, kernel, run):
        before = self.runs.setdefault((runner.name, kernel.name), [])
        if before and run.instructions != before[0].instructions:
            raise measure.Failure(f"{runner.name}: {kernel.name} took {run.instructions} "
                                  f"instructions, before {before[0].instructions}")
        before.append(run)

    def of(self, runner, kernel):
        return self.runs[runner.name, kernel.name]

    def median(self, runner, kernel):
        return statistics.median(run.cpu for run in self.of(runner, kernel))

    def median_wall(self, runner, kernel):
        return statistics.median(run.wall for run in self.of(runner, kernel))

    def check_sums(self, runners, kernel):
        """All runs of the same work have one checksum.  SIS does less work: it stands alone."""
        sums = {}
        for runner in runners:
            for run in self.of(runner, kernel):
                sums.setdefault((runner.scale, run.checksum), set()).add(runner.name)
        if len(sums) != len({scale for scale, _ in sums}):
            text = ", ".join(f"{checksum} ({', '.join(sorted(names))})"
                             for (_, checksum), names in sums.items())
            raise measure.Failure(f"{kernel.name}: different checksums: {text}")


def measure_all(runners, chosen, arguments):
    results = Results()
    for number in range(arguments.rounds):
        for kernel in chosen:
            if not arguments.quiet:
                print(f"\rround {number + 1}/{arguments.rounds} {kernel.name:12}", end="",
                      file=sys.stderr, flush=True)
            # The one that is first after a pause may have it better or worse: take turns.
            turn = number % len(runners)
            for runner in runners[turn:] + runners[:turn]:
                results.add(runner, kernel, runner.run(kernel))
            results.check_sums(runners, kernel)
            if number == 0:
                check_other_scales(results, runners, kernel)
    if not arguments.quiet:
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    return results


def check_other_scales(results, runners, kernel):
    """The checksum of a program that did less work, against a native run of as much."""
    builder, scale = runners[-1].builder, runners[-1].scale
    for runner in runners:
        if runner.scale != scale and builder.tools.native:
            wanted = measure.Native(builder, runner.scale).run(kernel).checksum
            got = results.of(runner, kernel)[0].checksum
            if got != wanted:
                raise measure.Failure(f"{runner.name}: {kernel.name} has checksum {got}, native "
                                      f"code {wanted}")


def make_row(results, runners, kernel, start):
    by_kind = {}
    qemus = {}
    for runner in runners:
        seconds = results.median(runner, kernel) - results.median(runner, start)
        by_kind[type(runner)] = seconds
        if isinstance(runner, measure.Sis):
            by_kind[measure.Sis] = seconds / sis_share(kernel, runner.scale, runners[-1].scale)
        elif isinstance(runner, measure.Qemu):
            qemus[runner.name] = seconds
    ours = runners[-1]
    instructions = (results.of(ours, kernel)[0].instructions
                    - results.of(ours, start)[0].instructions)
    return report.Row(kernel, instructions, by_kind.get(measure.Native), qemus,
                      by_kind.get(measure.Sis), by_kind[measure.Ours])


def sis_share(kernel, sis_scale, scale):
    """The share of the work that SIS did; its preparation is not less, so this flatters nobody."""
    if kernel.parts:
        return table.parts_at(kernel, sis_scale) / table.parts_at(kernel, scale)
    return table.repeat_at(kernel, sis_scale) / table.repeat_at(kernel, scale)


def print_starts(results, runners, start):
    print("Start to end of the kernel `empty`, medians (subtracted above):")
    for runner in runners:
        print(f"  {runner.name:10} {results.median(runner, start) * 1e3:7.1f} ms processor time, "
              f"{results.median_wall(runner, start) * 1e3:7.1f} ms in all")


def print_code_cost(results, runners, builder, chosen, start):
    """Run-once code: time for each instruction that there is."""
    for kernel in (k for k in chosen if k.parts):
        ours = runners[-1]
        size = (measure.text_size(builder.guest_path(kernel, ours.scale))
                - measure.text_size(builder.guest_path(start, ours.scale))) / 4
        for runner in runners:
            if runner.scale == ours.scale:
                seconds = results.median(runner, kernel) - results.median(runner, start)
                print(f"  {kernel.name}, {runner.name}: {seconds / size * 1e6:.3f} us for each of "
                      f"{size:.0f} instructions")


def check(arguments, builder, chosen):
    """Every kernel once, ours against native; distances between traps; no time."""
    ours = measure.Ours(arguments.ours, builder, arguments.scale, our_options(arguments))
    native = measure.Native(builder, arguments.scale)
    start = 0
    failures = 0
    for kernel in chosen:
        try:
            ran = ours.run(kernel)
            start = ran.instructions if kernel.name == table.START else start
            wanted = native.run(kernel).checksum if builder.tools.native else ran.checksum
            check_one(kernel, ran, wanted, arguments.scale, start)
            print(f"ok {kernel.name} {ran.checksum} {ran.instructions}")
        except measure.Failure as failure:
            failures += 1
            print(f"FAIL {failure}")
    return 1 if failures else 0


def check_one(kernel, ran, wanted, scale, start):
    if ran.checksum != wanted:
        raise measure.Failure(f"{kernel.name}: checksum {ran.checksum}, native twin {wanted}")
    if kernel.events:
        events = kernel.events * table.repeat_at(kernel, scale)
        distance = (ran.instructions - start) / events
        if distance > table.MAX_EVENT_DISTANCE:
            raise measure.Failure(f"{kernel.name}: {distance:.0f} instructions from one trap to "
                                  f"the next, {table.MAX_EVENT_DISTANCE} at most")


def compare(arguments, builder, chosen):
    runners = all_runners(arguments, builder)
    for scale in {runner.scale for runner in runners}:
        builder.build(chosen, scale)
    results = measure_all(runners, chosen, arguments)
    start = chosen[0]
    rows = [make_row(results, runners, kernel, start) for kernel in chosen[1:]]
    print(f"{arguments.rounds} rounds, scale {arguments.scale:g}, "
          f"load {', '.join(f'{load:.1f}' for load in os.getloadavg())} at the end\n")
    print(report.text_table(rows))
    print_starts(results, runners, start)
    print_code_cost(results, runners, builder, chosen, start)
    if arguments.csv:
        report.write_csv(arguments.csv, rows)
    if arguments.svg:
        names = ", ".join(runner.name for runner in runners if isinstance(runner, measure.Qemu))
        with open(arguments.svg, "w", encoding="utf-8") as file:
            file.write(report.svg_chart(rows, f"median of {arguments.rounds}, {names}"))
    return 0


def main():
    arguments = parse()
    tools = build.Tools(arguments.guest_cc, arguments.native_cc)
    if not tools.guest:
        print(f"{arguments.guest_cc} is not there: no kernels to run")
        return 77
    builder = build.Builder(arguments.out, tools)
    chosen = table.select(arguments.kernels)
    try:
        if arguments.check:
            builder.build(chosen, arguments.scale)
            return check(arguments, builder, chosen)
        return compare(arguments, builder, chosen)
    except measure.Failure as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
