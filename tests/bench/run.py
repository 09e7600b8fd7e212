#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The benchmark: leon3emu, QEMU, SIS and native code side by side, on the same kernels.

    run.py --ours build/release/leon3emu [--qemu PATH]... [--sis PATH] [--rounds N] [--scale S]
    run.py --ours build/release/leon3emu --mmu ...
    run.py --ours build/release/leon3emu --check [--executors jit,ir,interp] [--mmu]

Each round runs every kernel on every program, in turn, so that all share the same disturbances.
Time is processor time, user and system, of the whole process; medians are shown, without those of
the kernel `empty`, which is start-up and end. Instruction counts are leon3emu's own and must be
the same in every round; every checksum must be that of the native twin.

--mmu runs every kernel with the MMU on as well, on leon3emu and QEMU: two more tables.

--check runs every kernel once, on leon3emu and natively, and looks at checksums and at instruction
counts, which must be the same on all executors: a test.

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

SHORT = 0.06    # seconds
SHORT_RUNS = 5


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
    parser.add_argument("--mmu", action="store_true", help="with the MMU on, too")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--executors", metavar="EXECUTOR,...", help="for --check, each in turn")
    parser.add_argument("--page", metavar="FILE", help="Markdown whose figures are replaced")
    parser.add_argument("--csv", metavar="FILE")
    parser.add_argument("--svg", metavar="FILE")
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    build.add_arguments(parser)
    return parser.parse_args()


def our_options(arguments):
    options = [f"--exec={arguments.executor}"] if arguments.executor else []
    options += [f"--periph={p}" for p in arguments.periph]
    return options + arguments.option


def qemu_runners(arguments, builder):
    runners = []
    for path in filter(None, arguments.qemu or ["qemu-system-sparc"]):
        qemu = measure.qemu_runner(path, builder, arguments.scale)
        if qemu is None and arguments.qemu:
            raise measure.Failure(f"{path} does not run")
        while qemu and any(qemu.name == other.name for other in runners):
            qemu.name += "'"
        runners += [qemu] if qemu else []
    return runners


class Field:
    """All programs that are compared, in the order of the table."""

    def __init__(self, arguments, builders):
        scale, options = arguments.scale, our_options(arguments)
        plain = builders[0]
        sis = shutil.which(arguments.sis)
        with_native = plain.tools.native and not arguments.no_native
        self.native = measure.Native(plain, scale) if with_native else None
        self.qemus = qemu_runners(arguments, plain)
        self.sis = measure.Sis(sis, plain, scale * arguments.sis_scale) if sis else None
        self.ours = measure.Ours(arguments.ours, plain, scale, options)
        self.mmu_qemus = [q for b in builders[1:] for q in qemu_runners(arguments, b)]
        self.mmu_ours = measure.Ours(arguments.ours, builders[1], scale, options) \
            if builders[1:] else None

    def all(self):
        return [r for r in (self.native, *self.qemus, self.sis, self.ours, *self.mmu_qemus,
                            self.mmu_ours) if r is not None]


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


def measure_turn(results, runner, kernel):
    """Runs once; returns how many runs the turn is to have: a short one is disturbed more easily."""
    run = runner.run(kernel)
    results.add(runner, kernel, run)
    return SHORT_RUNS if run.cpu < SHORT else 1


def measure_all(field, chosen, arguments):
    results = Results()
    runners = field.all()
    for number in range(arguments.rounds):
        for kernel in chosen:
            if not arguments.quiet:
                print(f"\rround {number + 1}/{arguments.rounds} {kernel.name:12}", end="",
                      file=sys.stderr, flush=True)
            # The one that is first after a pause may have it better or worse: take turns.
            turn = number % len(runners)
            able = [r for r in runners[turn:] + runners[:turn] if r.runs(kernel)]
            for runner in able:
                for _ in range(measure_turn(results, runner, kernel) - 1):
                    results.add(runner, kernel, runner.run(kernel))
            results.check_sums(able, kernel)
            if number == 0 and field.sis and field.native:
                check_sis(results, field, kernel)
    if not arguments.quiet:
        print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    return results


def check_sis(results, field, kernel):
    """SIS did less work: its checksum, against a native run of as much."""
    wanted = measure.Native(field.native.builder, field.sis.scale).run(kernel).checksum
    got = results.of(field.sis, kernel)[0].checksum
    if got != wanted:
        raise measure.Failure(f"sis: {kernel.name} has checksum {got}, native code {wanted}")


def make_row(results, field, kernel, start):
    def seconds(runner):
        if runner is None or not runner.runs(kernel):
            return None
        return results.median(runner, kernel) - results.median(runner, start)

    sis = seconds(field.sis)
    if sis is not None:
        sis /= sis_share(kernel, field.sis.scale, field.ours.scale)
    instructions = (results.of(field.ours, kernel)[0].instructions
                    - results.of(field.ours, start)[0].instructions)
    qemus, mmu_qemus = ({q.name: seconds(q) for q in some}
                        for some in (field.qemus, field.mmu_qemus))
    return report.Row(kernel, instructions, seconds(field.native), qemus, sis, seconds(field.ours),
                      seconds(field.mmu_ours), mmu_qemus)


def sis_share(kernel, sis_scale, scale):
    """The share of the work that SIS did; its preparation is not less, so this flatters nobody."""
    if kernel.parts:
        return table.parts_at(kernel, sis_scale) / table.parts_at(kernel, scale)
    return table.repeat_at(kernel, sis_scale) / table.repeat_at(kernel, scale)


def start_lines(results, field, start):
    yield "| start to end of `empty` (subtracted above) | processor time, ms | in all, ms |"
    yield "| ------------------------------------------ | -----------------: | ---------: |"
    for runner in field.all():
        yield (f"| {runner.name:42} | {results.median(runner, start) * 1e3:18.1f} | "
               f"{results.median_wall(runner, start) * 1e3:10.1f} |")


def code_cost_lines(results, field, chosen, start):
    """Run-once code: time for each instruction that there is."""
    ours = field.ours
    kernels = [k for k in chosen if k.parts]
    if kernels:
        yield "| us for each instruction that there is | " \
            + " | ".join(f"{k.name:>8}" for k in kernels) + " |"
        yield "| ------------------------------------- |" + " -------: |" * len(kernels)
    for runner in (r for r in field.all() if kernels and r.scale == ours.scale):
        values = []
        for kernel in kernels:
            size = (measure.text_size(ours.builder.guest_path(kernel, ours.scale))
                    - measure.text_size(ours.builder.guest_path(start, ours.scale))) / 4
            seconds = results.median(runner, kernel) - results.median(runner, start)
            values.append(f"{max(seconds, 0) / size * 1e6:8.3f}")
        yield f"| {runner.name:37} | " + " | ".join(values) + " |"


def check(arguments, builders, chosen):
    """Every kernel once, ours against native; distances between traps; no time."""
    executors = arguments.executors.split(",") if arguments.executors else [arguments.executor]
    failures = 0
    for builder in builders:
        start = 0
        for kernel in builder.kernels(chosen):
            try:
                ran = check_kernel(arguments, builder, kernel, executors)
                start = ran.instructions if kernel.name == table.START else start
                check_distance(kernel, ran.instructions - start, arguments.scale)
                print(f"ok {kernel.name}{' MMU' if builder.mmu else ''} {ran.checksum} "
                      f"{ran.instructions}")
            except measure.Failure as failure:
                failures += 1
                print(f"FAIL {failure}")
    return 1 if failures else 0


def check_kernel(arguments, builder, kernel, executors):
    """Runs the kernel on every executor; returns what all of them agree on."""
    runs = {}
    if builder.tools.native:
        runs["native"] = measure.Native(builder, arguments.scale).run(kernel)
    for executor in executors:
        options = [f"--exec={executor}"] if executor else []
        ours = measure.Ours(arguments.ours, builder, arguments.scale,
                            our_options(arguments) + options, executor or "ours")
        runs[ours.name] = ours.run(kernel)
    check_same(kernel, runs)
    return list(runs.values())[-1]


def check_same(kernel, runs):
    """One checksum; one instruction count, where the program tells one."""
    if len({run.checksum for run in runs.values()}) > 1 \
            or len({run.instructions for run in runs.values()} - {0}) > 1:
        raise measure.Failure(f"{kernel.name}: not the same everywhere: " + ", ".join(
            f"{name} {run.checksum} {run.instructions}" for name, run in runs.items()))


def check_distance(kernel, instructions, scale):
    """Instructions between two traps."""
    if kernel.events:
        distance = instructions / (kernel.events * table.repeat_at(kernel, scale))
        if distance > table.MAX_EVENT_DISTANCE:
            raise measure.Failure(f"{kernel.name}: {distance:.0f} instructions from one trap to "
                                  f"the next, {table.MAX_EVENT_DISTANCE} at most")


def whole_report(results, field, rows, chosen, arguments):
    parts = [f"{measure.host_name()}; {arguments.rounds} rounds, scale {arguments.scale:g}, "
             f"load {', '.join(f'{load:.1f}' for load in os.getloadavg())} at the end\n",
             report.text_table(rows)]
    parts += [report.mmu_table(rows)] if field.mmu_ours else []
    parts += [report.goal_table(rows)] if field.qemus else []
    for lines in (start_lines(results, field, chosen[0]),
                  code_cost_lines(results, field, chosen, chosen[0])):
        parts.append("".join(line + "\n" for line in lines))
    return "\n".join(part for part in parts if part)


def compare(arguments, builders, chosen):
    field = Field(arguments, builders)
    results = measure_all(field, chosen, arguments)
    rows = [make_row(results, field, kernel, chosen[0]) for kernel in chosen[1:]]
    text = whole_report(results, field, rows, chosen, arguments)
    print(text)
    if arguments.page:
        report.replace_figures(arguments.page, "kernels", text)
    if arguments.csv:
        report.write_csv(arguments.csv, rows)
    if arguments.svg:
        names = ", ".join(runner.name for runner in field.qemus)
        with open(arguments.svg, "w", encoding="utf-8") as file:
            file.write(report.svg_chart(rows, f"median of {arguments.rounds}, {names}"))
    return 0


def build_all(arguments, tools, chosen):
    """The kernels of all programs that are going to run; the builders, without the MMU and with."""
    builders = [build.Builder(arguments.out, tools)]
    if arguments.mmu:
        builders.append(build.Builder(arguments.out, tools, mmu=True))
    for builder in builders:
        builder.build(chosen, arguments.scale)
    if not arguments.check and shutil.which(arguments.sis):
        builders[0].build(chosen, arguments.scale * arguments.sis_scale)
    return builders


def main():
    arguments = parse()
    tools = build.Tools(arguments.guest_cc, arguments.native_cc)
    if not tools.guest:
        print(f"{arguments.guest_cc} is not there: no kernels to run")
        return 77
    chosen = table.select(arguments.kernels)
    try:
        builders = build_all(arguments, tools, chosen)
        return (check if arguments.check else compare)(arguments, builders, chosen)
    except measure.Failure as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
