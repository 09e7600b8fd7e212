#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Host instructions for each guest instruction, as Callgrind counts them: figures that are the same on any machine.

    instructions.py --ours build/release/leon3emu [--before OTHER]... [--scale S] [--kernels NAME,...] [--page FILE]

Every kernel runs once on each program, under Callgrind; what `empty` takes is subtracted.  At a small scale the time to translate
is a large part of it: 0.1 is a compromise with the hour that scale 1 takes.

Exit status: 0, 1 if a kernel failed, 77 if there is no cross compiler or no Valgrind.
"""
import argparse
import re
import shutil
import sys

sys.dont_write_bytecode = True  # nothing is to appear beside the sources

import build
import kernels as table
import measure
import report

CALLGRIND = ["valgrind", "--tool=callgrind", "--smc-check=all", "--callgrind-out-file=/dev/null"]


class Counted(measure.Ours):
    """leon3emu under Callgrind."""

    def command(self, kernel):
        return [*CALLGRIND, *super().command(kernel)]

    def count(self, kernel):
        """(guest instructions, host instructions)"""
        _, _, status, _, err = measure.run_command(self.command(kernel))
        found = re.search(r"Collected : (\d+)", err)
        if status != 0 or not found:
            raise measure.Failure(f"{kernel.name} ended with status {status}: {err[-300:]}")
        return self.instructions(err), int(found.group(1))


def rows(runners, chosen):
    """For each kernel: its name, guest instructions, and host instructions by program."""
    starts = [runner.count(chosen[0]) for runner in runners]
    for kernel in chosen[1:]:
        counts = [runner.count(kernel) for runner in runners]
        guest = counts[0][0] - starts[0][0]
        yield kernel, guest, [host - start for (_, host), (_, start) in zip(counts, starts)]


def text_of(runners, counted):
    heads = [runner.name for runner in runners]
    text = f"| kernel | group | guest M | {' | '.join(heads)} |\n"
    text += "| --- | --- | ---: |" + " ---: |" * len(heads) + "\n"
    ratios = [[] for _ in runners]
    for kernel, guest, hosts in counted:
        for values, host in zip(ratios, hosts):
            values.append(host / guest)
        cells = " | ".join(f"{host / guest:.2f}" for host in hosts)
        text += f"| {kernel.name} | {kernel.group} | {guest / 1e6:.1f} | {cells} |\n"
    means = " | ".join(f"{report.geometric_mean(values):.2f}" for values in ratios)
    return text + f"| geometric mean | | | {means} |\n"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", required=True, metavar="PATH", help="leon3emu")
    parser.add_argument("--before", action="append", default=[], metavar="PATH",
                        help="another leon3emu to compare with; repeatable")
    parser.add_argument("--scale", type=float, default=0.1, metavar="S")
    parser.add_argument("--kernels", default="", metavar="NAME,GROUP,...")
    parser.add_argument("--page", metavar="FILE", help="Markdown whose figures are replaced")
    build.add_arguments(parser)
    return parser.parse_args()


def main():
    arguments = parse()
    tools = build.Tools(arguments.guest_cc, arguments.native_cc)
    if not tools.guest or not shutil.which(CALLGRIND[0]):
        print("there is no cross compiler, or no Valgrind: nothing to count")
        return 77
    chosen = table.select(arguments.kernels)
    builder = build.Builder(arguments.out, tools)
    builder.build(chosen, arguments.scale)
    runners = [Counted(path, builder, arguments.scale, [], f"before {number}")
               for number, path in enumerate(arguments.before, 1)]
    runners.append(Counted(arguments.ours, builder, arguments.scale, [], "now"))
    try:
        text = f"Scale {arguments.scale:g}\n\n" + text_of(runners, list(rows(runners, chosen)))
    except measure.Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    print(text)
    if arguments.page:
        report.replace_figures(arguments.page, "instructions", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
