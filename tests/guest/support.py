# SPDX-License-Identifier: MIT
"""What the guest tests share: running the emulator, and looking at what came out.

A test is a unittest module that ends with support.main().  Its command line is
EMULATOR DIRECTORY-OF-PROGRAMS [unittest's own arguments].
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

SKIPPED = 77
HERE = os.path.dirname(os.path.abspath(__file__))

# Exit statuses, include/exit_status.def.
USAGE, IMAGE, OUTPUT, ERROR_MODE, GUEST_FATAL, TIME_LIMIT, INSN_LIMIT, IDLE, INTERRUPTED = (
    64, 65, 74, 80, 81, 82, 83, 84, 85)

# What the self-test computes, without and with the peripheral; no board and no option changes it.
CHECKSUM = 'selftest: 147 checks, 0 failures, checksum c0a30eb3'
CHECKSUM_PULSE = 'selftest: 193 checks, 0 failures, checksum 94ed7e78'

# With sanitizers everything takes about ten times as long: fewer repetitions, more patience.
SLOW = 'LEON3EMU_TEST_SLOW' in os.environ

emulator = None
programs = None

SCRATCH = tempfile.TemporaryDirectory(prefix='leon3emu-guest-')


class Result:
    def __init__(self, status, out, err, seconds):
        self.status = status
        self.out = out
        self.err = err
        self.seconds = seconds

    def stat(self, name):
        """A counter of --stats."""
        return int(re.search(r'^%s (\d+)$' % name, self.err, re.M).group(1))

    def __str__(self):
        return 'status %d\nstdout:\n%s\nstderr:\n%s' % (self.status, self.out, self.err)


# Options that choose the executor, for the tests that run with each of them.
EXECUTOR = os.environ.get('LEON3EMU_TEST_EXEC', '').split()


def program(name):
    return os.path.join(programs, name)


def scratch(name):
    """A file of this process's own: others run the same test at the same time, with another executor."""
    return os.path.join(SCRATCH.name, name)


def board(name):
    return os.path.join(HERE, 'boards', name)


def plugin(name):
    """A built-in device as a library."""
    return os.path.join(os.path.dirname(emulator), 'plugins', name)


def run(*arguments, stdin=subprocess.DEVNULL, data=None, timeout=30, preexec=None):
    """Runs to the end.  stdin: a file, or data: bytes for a pipe."""
    start = time.monotonic()
    timeout = 10 * timeout if SLOW else timeout
    source = {'input': data} if data is not None else {'stdin': stdin}
    if '-leon3' not in arguments and '-gr740' not in arguments:
        arguments = EXECUTOR + list(arguments)
    done = subprocess.run([emulator, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=timeout, cwd=programs, preexec_fn=preexec, **source)
    return Result(done.returncode, done.stdout.decode('latin-1'), done.stderr.decode('latin-1'),
                  time.monotonic() - start)


class Case(unittest.TestCase):
    longMessage = True

    def check(self, result, status, *patterns):
        """The status is right, and each pattern is found in output or errors."""
        self.assertEqual(result.status, status, str(result))
        for pattern in patterns:
            self.assertRegex(result.out + result.err, re.compile(pattern, re.M), str(result))
        return result


def main():
    global emulator, programs
    emulator, programs = (os.path.abspath(path) for path in sys.argv[1:3])
    if not os.path.exists(program('selftest.elf')):
        print('no guest programs: there is no cross compiler')
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
