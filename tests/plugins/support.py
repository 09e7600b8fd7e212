# SPDX-License-Identifier: MIT
"""What the tests of peripherals share: where things are, and how to run the program.

ctest sets LEON3EMU (the program), PLUGINS (the libraries built here), GUESTS (the guest programs) and
SOURCE, BUILD (roots of the project).  Without a compiler for guests every test is skipped: status 77.
"""

import os
import subprocess
import sys
import unittest

PROGRAM = os.environ["LEON3EMU"]
PLUGINS = os.environ["PLUGINS"]
GUESTS = os.environ["GUESTS"]
SOURCE = os.environ["SOURCE"]
BUILD = os.environ["BUILD"]

# Is the program built with sanitizers?  Then they, not the emulator, report crashes.
with open(PROGRAM, "rb") as program:
    SANITIZED = b"__asan_" in program.read()

# Statuses of include/exit_status.def.
STATUS = {}
with open(os.path.join(SOURCE, "include/exit_status.def"), encoding="utf-8") as table:
    for row in table:
        if row.startswith("STATUS("):
            name, value = row[len("STATUS("):].split(",")[:2]
            STATUS[name.strip()] = int(value)


def guest(name):
    return os.path.join(GUESTS, name + ".elf")


def plugin(name):
    return os.path.join(PLUGINS, name)


def run(*arguments, directory=None, timeout=60, environment=None):
    """Runs the program without input, with environment variables added; the result has returncode, stdout and
    stderr as text."""
    return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, cwd=directory, timeout=timeout, check=False,
                          env={**os.environ, **(environment or {})})


class Case(unittest.TestCase):
    """A test case with assert_run(), which checks the status and pieces of text that must be in the messages."""

    def assert_run(self, result, status, *pieces):
        everything = result.stdout + result.stderr
        self.assertEqual(result.returncode, status, everything)
        for piece in pieces:
            self.assertIn(piece, everything)
        self.assertNotIn("Sanitizer", everything)
        self.assertNotIn("runtime error", everything)
        return everything


def main():
    if not os.path.exists(guest("guest_access")):
        print("no compiler for guest programs: skipped")
        sys.exit(77)
    unittest.main(module="__main__", verbosity=2)
