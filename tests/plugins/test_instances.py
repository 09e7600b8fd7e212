# SPDX-License-Identifier: MIT
"""Thousands of instances of a device: the work grows in proportion to their number, however they are asked for.

The tests compare ratios of processor time, the least of several runs, and no absolute times.
"""

import os
import resource
import tempfile

from support import STATUS, Case, guest, main, plugin, run

FEW, MANY = 1000, 4000
MOST = 8  # four if the work is in proportion, sixteen if it grows with the square
ROUNDS = 5
ATTEMPTS = 3  # other programs on the host disturb

BOARD = """[board]
clock = 40M
[memory]
ram = base=0x40000000, size=1M
[devices]
apb0 = apbctrl, base=0x80000000
irqmp0 = irqmp, base=0x80000200
"""


def address(index):
    return f"base=0x{0x80000800 + 0x100 * index:08x}"


class Instances(Case):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = temporary.name

    def board(self, count, row):
        path = os.path.join(self.directory, f"{count}.board")
        with open(path, "w", encoding="ascii") as file:
            file.write(BOARD + "".join(f"d{i} = {row}, {address(i)}\n" for i in range(count)))
        return ["--board", path]

    def work(self, options):
        """Processor time from start to end."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assert_run(run(guest("guest_access"), "--insn-limit=10", *options), STATUS["INSN_LIMIT"])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def check(self, options):
        """options(count) gives the options for so many instances."""
        few, many = options(FEW), options(MANY)
        ratio = 0
        for _ in range(ATTEMPTS):
            times = [(self.work(few), self.work(many)) for _ in range(ROUNDS)]
            ratio = min(time[1] for time in times) / min(time[0] for time in times)
            if ratio < MOST:
                return
        self.fail(f"{MANY} instances take {ratio:.2f} times as long as {FEW}")

    def test_of_a_library(self):
        self.check(lambda count: self.board(count, plugin("faulty.so")))

    def test_built_in(self):
        self.check(lambda count: self.board(count, "grgpio"))

    def test_of_the_command_line(self):
        self.check(lambda count: [word for i in range(count)
                                  for word in ("--periph", f"{plugin('faulty.so')},{address(i)}")])

    def test_settings(self):
        self.check(lambda count: self.board(count, "grgpio") +
                   [f"--set=d{i}.lines=4" for i in range(count)])


if __name__ == "__main__":
    main()
