# SPDX-License-Identifier: MIT
"""What the host refuses, call by call.

    test_faults.py malloc|files|from

A run that talks on two consoles, one of them files, is made again and again: each time another of its
calls of a kind fails.  It has to end with a sentence and a documented status, or with the right result; never by
a signal, never as a bug of its own, and never with status 0 and output that is not whole.
"""

import os
import subprocess
import sys
import tempfile

PROGRAM = os.environ["LEON3EMU"]
IMAGE = os.path.join(os.environ["GUESTS"], "guest_consoles.elf")
KINDS = {"malloc": ["malloc"], "files": ["mmap", "open", "read", "write", "eintr", "thread"],
         "from": ["mmap", "open", "read", "write", "thread", "malloc"]}
# In a sweep of failures that stay, every so many of the mallocs are enough.
STRIDE = {"malloc": 13}

with open(PROGRAM, "rb") as program:
    SANITIZED = b"__asan_" in program.read()


def statuses():
    """Of include/exit_status.def: all but what means a bug of the emulator."""
    with open(os.path.join(os.environ["SOURCE"], "include/exit_status.def"), encoding="utf-8") as file:
        rows = [row.split(",") for row in file if row.startswith("STATUS(")]
    return {int(row[1]) for row in rows if "INTERNAL" not in row[0]}


class Sweep:
    """The runs of one kind of call in a directory of their own."""

    def __init__(self, directory, kind, stays):
        self.out = os.path.join(directory, "out")
        self.count = os.path.join(directory, "count")
        source = os.path.join(directory, "in")
        with open(source, "w", encoding="ascii") as file:
            file.write("hi.")
        # The guest waits for input for ever; the limit is far behind what it needs.
        self.command = [PROGRAM, IMAGE, "--time-limit=20ms", "--periph",
                        f"apbuart,base=0x80000900,irq=4,chardev=file:{self.out}:{source}"]
        self.environment = {**os.environ, "LD_PRELOAD": os.environ["FAIL_NTH_SO"], "FAIL": kind}
        if stays:
            self.environment["FAIL_FROM"] = "1"
        self.documented = statuses()

    def run(self, **more):
        return subprocess.run(self.command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env={**self.environment, **more}, timeout=30, check=False)

    def calls(self):
        """How many there are when none fails."""
        done = self.run(FAIL_COUNT=self.count)
        assert (done.returncode, done.stdout) == (0, "first\nhi."), done
        with open(self.count, encoding="ascii") as file:
            return int(file.read())

    def problem(self, done):
        if done.returncode == 0:
            with open(self.out, encoding="ascii") as file:
                second = file.read()
            whole = (done.stdout, second) == ("first\nhi.", "second\nhi.")
            return None if whole else f"status 0, but the consoles have {done.stdout!r} and {second!r}"
        if done.returncode not in self.documented:
            return f"status {done.returncode}"
        return None if done.stderr.strip() else f"status {done.returncode} without a sentence"

    def problems(self, stride):
        for nth in range(1, self.calls() + 1, stride):
            try:
                done = self.run(FAIL_NTH=str(nth))
            except subprocess.TimeoutExpired:
                yield nth, "it hangs", ""
                continue
            what = self.problem(done)
            if what:
                yield nth, what, done.stderr


def main(group):
    failed = 0
    for kind in KINDS[group]:
        with tempfile.TemporaryDirectory() as directory:
            sweep = Sweep(directory, kind, group == "from")
            for nth, what, said in sweep.problems(STRIDE.get(kind, 1) if group == "from" else 1):
                print(f"{kind} {nth}: {what}\n{said}")
                failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    if SANITIZED or not os.path.exists(IMAGE):
        print("a sanitizer has its own malloc, or there is no compiler for guests: skipped")
        sys.exit(77)
    sys.exit(main(sys.argv[1]))
