#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The peripheral experiment: does a device in a library cost more than the same device built in?

    periph.py --ours build/release/leon3emu --plugins build/release/plugins
              [--linked OTHER_LEON3EMU] [--qemu PATH]... [--rounds N] [--scale S]

The guest reads a register of APBUART (status) or GPTIMER (the counter of a running timer), from
every instruction to one in 10,000. The devices do their real work. Compared are: built in, loaded
from apbuart.so and gptimer.so (which take the place of the built-in ones; it is checked that they
do), a build that binds the device call at link time if --linked names one (LEON3EMU_LINKED_DEVICES,
see linked.h), and QEMU's own devices.

Programs take turns in every round. Shown are medians of processor time without start-up, with 95
% bootstrap intervals, and the median of the ratio within a round, built in : other; 1 or more
means that the other is as fast. --qemu-scale makes QEMU do a share of the work; its times are
scaled up.
"""
import argparse
import csv
import random
import re
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True  # nothing is to appear beside the sources

import build
import kernels as table
import measure
import report

RESAMPLES = 2000
BUILTIN, LOADED, LINKED = "built in", "loaded", "linked"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", required=True, metavar="PATH", help="leon3emu")
    parser.add_argument("--plugins", required=True, metavar="DIRECTORY",
                        help="where apbuart.so and gptimer.so are")
    parser.add_argument("--linked", metavar="PATH",
                        help="a leon3emu whose device calls are bound at link time")
    parser.add_argument("--exec", dest="executor", metavar="EXECUTOR", help="for leon3emu")
    parser.add_argument("--qemu", action="append", metavar="PATH",
                        help="repeatable (default: qemu-system-sparc); none: ''")
    parser.add_argument("--qemu-scale", type=float, default=0.5, metavar="S")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--scale", type=float, default=0.2)
    parser.add_argument("--page", metavar="FILE", help="Markdown whose figures are replaced")
    parser.add_argument("--csv", metavar="FILE")
    parser.add_argument("--quiet", action="store_true")
    build.add_arguments(parser)
    return parser.parse_args()


def make_runners(arguments, builder):
    options = [f"--exec={arguments.executor}"] if arguments.executor else []
    loaded = [f"--periph={arguments.plugins}/{name}.so" for name in ("apbuart", "gptimer")]
    runners = [measure.Ours(arguments.ours, builder, arguments.scale, options, BUILTIN),
               measure.Ours(arguments.ours, builder, arguments.scale, options + loaded, LOADED)]
    if arguments.linked:
        runners.append(measure.Ours(arguments.linked, builder, arguments.scale, options, LINKED))
    for path in filter(None, arguments.qemu or ["qemu-system-sparc"]):
        qemu = measure.qemu_runner(path, builder, arguments.scale * arguments.qemu_scale)
        runners += [qemu] if qemu else []
    return runners


def check_devices(runner, kernel, external):
    """The devices are in libraries, or they are not: as this variant says."""
    command = runner.command(kernel)
    tree = subprocess.run([*command, "--dump=mtree"], stdout=subprocess.PIPE, check=True,
                          text=True).stdout
    for device in ("uart0", "gptimer0"):
        row = re.search(rf"{device}\.registers \((.*)\)", tree)
        if not row or ("external" in row.group(1)) != external:
            raise measure.Failure(f"{runner.name}: {device} is{'' if external else ' not'} to come "
                                  f"from a library: {row.group(0) if row else tree}")


def interval(values, seed=1):
    """Median and the bounds of its 95 % bootstrap interval."""
    rng = random.Random(seed)
    medians = sorted(statistics.median(rng.choices(values, k=len(values)))
                     for _ in range(RESAMPLES))
    return (statistics.median(values), medians[int(0.025 * RESAMPLES)],
            medians[int(0.975 * RESAMPLES) - 1])


class Samples:
    """Processor times by variant and kernel, one a round, start-up taken off."""

    def __init__(self):
        self.times = {}
        self.instructions = {}

    def take(self, runner, kernel, run, start):
        # The share of work in repeats, which are whole numbers.
        share = table.repeat_at(kernel, runner.scale) / kernel.repeat
        seconds = max(run.cpu - start, 1e-4) / share
        self.times.setdefault((runner.name, kernel.name), []).append(seconds)
        if run.instructions:
            self.instructions[kernel.name] = run.instructions / share

    def of(self, runner, kernel):
        return self.times[runner.name, kernel.name]

    def ratios(self, runner, reference, kernel):
        """reference : runner, within each round."""
        return [b / a for a, b in zip(self.of(runner, kernel), self.of(reference, kernel))]


def measure_all(runners, kernels, arguments):
    samples = Samples()
    start = table.select(table.START)[0]
    starts = {runner.name: statistics.median(runner.run(start).cpu for _ in range(5))
              for runner in runners}
    for number in range(arguments.rounds):
        for kernel in kernels:
            if not arguments.quiet:
                print(f"\rround {number + 1}/{arguments.rounds} {kernel.name:20}", end="",
                      file=sys.stderr, flush=True)
            turn = number % len(runners)
            sums = {}
            for runner in runners[turn:] + runners[:turn]:
                run = runner.run(kernel)
                samples.take(runner, kernel, run, starts[runner.name])
                sums.setdefault(runner.scale, set()).add(run.checksum)
            if any(len(found) > 1 for found in sums.values()):
                raise measure.Failure(f"{kernel.name}: different checksums: {sums}")
    if not arguments.quiet:
        print("\r" + " " * 50 + "\r", end="", file=sys.stderr)
    return samples


def accesses_of(kernel, density):
    """At scale 1; a repeat is 100,000 instructions, see kernels/density.c."""
    return kernel.repeat * 100_000 // density


def result_rows(samples, runners):
    """One row for each kernel and variant."""
    reference = runners[0]
    for device in table.DENSITY_DEVICES:
        for density in table.DENSITIES:
            kernel = table.density_kernel(device, density)
            accesses = accesses_of(kernel, density)
            for runner in runners:
                time = interval(samples.of(runner, kernel))
                ratio = interval(samples.ratios(runner, reference, kernel))
                yield {"device": device, "density": density, "variant": runner.name,
                       "instructions": round(samples.instructions[kernel.name]),
                       "accesses": accesses,
                       "seconds": time[0], "seconds_low": time[1], "seconds_high": time[2],
                       "ns_per_access": time[0] / accesses * 1e9,
                       "builtin_over": ratio[0], "ratio_low": ratio[1], "ratio_high": ratio[2]}


def table_text(rows):
    lines = ["| device | one access in | variant   | seconds [95 %]       | ns an access | "
             "built in : this [95 %] |",
             "| ------ | ------------: | --------- | -------------------- | -----------: | "
             "---------------------- |"]
    for r in rows:
        time = f"{r['seconds']:.3f} [{r['seconds_low']:.3f}, {r['seconds_high']:.3f}]"
        share = f"{r['builtin_over']:.3f} [{r['ratio_low']:.3f}, {r['ratio_high']:.3f}]"
        lines.append(f"| {r['device']:6} | {r['instructions'] / r['accesses']:13.1f} | "
                     f"{r['variant']:9} | {time:20} | {r['ns_per_access']:12.2f} | {share:22} |")
    return "".join(line + "\n" for line in lines)


def experiment(arguments, builder):
    kernels = table.density_kernels()
    runners = make_runners(arguments, builder)
    for scale in {runner.scale for runner in runners}:
        builder.build(kernels + table.select(table.START), scale)
    for runner in runners[:2]:
        check_devices(runner, kernels[0], runner.name == LOADED)
    samples = measure_all(runners, kernels, arguments)
    rows = list(result_rows(samples, runners))
    text = (f"{measure.host_name()}; {arguments.rounds} rounds, scale {arguments.scale:g}; seconds "
            f"are those of scale 1\n\n{table_text(rows)}")
    print(text)
    if arguments.page:
        report.replace_figures(arguments.page, "periph", text)
    if arguments.csv:
        with open(arguments.csv, "w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, rows[0], lineterminator="\n")
            out.writeheader()
            out.writerows(rows)


def main():
    arguments = parse()
    tools = build.Tools(arguments.guest_cc, arguments.native_cc)
    if not tools.guest:
        print(f"{arguments.guest_cc} is not there: no kernels to run")
        return 77
    try:
        experiment(arguments, build.Builder(arguments.out, tools))
    except measure.Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
