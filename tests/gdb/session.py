# SPDX-License-Identifier: MIT
"""An emulator and a gdb-multiarch that talk to each other, for the GDB tests.

A test is a unittest module that ends with session.main().  Its command line is
EMULATOR PROGRAM-DIRECTORY GUEST-DIRECTORY PLUGIN-DIRECTORY [unittest's own arguments].
"""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77
INTERRUPTED, ERROR_MODE, FILE = 85, 80, 66
PROMPT = '(ready)\n'

emulator = None
programs = None
guests = None
plugins = None  # peripherals, and guests that use them


class Emulator:
    """Runs `PROGRAM --gdb=0 OPTION...`, or without a program if it is None; .port is where it listens."""

    def __init__(self, program, *options, stdin=subprocess.DEVNULL, stdout=None, gdb='0'):
        self.err = tempfile.TemporaryFile('w+')
        self.out = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen([emulator, *([program] if program else []), '--gdb=' + gdb,
                                         *options], stdin=stdin, stdout=stdout or self.out,
                                        stderr=self.err)
        self.port = self.find_port()

    def find_port(self):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            found = re.search(r'target remote \S+:(\d+)', self.errors())
            if found:
                return int(found.group(1))
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise AssertionError('no port: %s' % self.errors())

    @staticmethod
    def text(file):
        return os.pread(file.fileno(), 1 << 20, 0).decode('latin-1')

    def errors(self):
        return self.text(self.err)

    def output(self):
        return self.text(self.out)

    def wait(self, seconds=10):
        return self.process.wait(seconds)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.err.close()
        self.out.close()


class Gdb:
    """A gdb-multiarch that takes one command at a time."""

    def __init__(self, program):
        self.seen = ''
        self.process = subprocess.Popen(
            ['gdb-multiarch', '-nx', '-q', '-ex', 'set prompt ' + PROMPT[:-1] + '\\n', program],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, 'LC_ALL': 'C', 'DEBUGINFOD_URLS': ''}, start_new_session=True)
        self.finish(20)
        for setting in ('confirm off', 'pagination off', 'width 0', 'height 0', 'tcp auto-retry off',
                        'remotetimeout 5', 'print address on'):
            self.command('set ' + setting)

    def send(self, command):
        self.process.stdin.write((command + '\n').encode())
        self.process.stdin.flush()

    def start(self, command):
        """Lets the guest go on, with `continue` or `jump`, and returns when it does."""
        self.send(command)
        self.wait_for(lambda: 'Continuing' in self.seen, 10)

    def wait_for(self, condition, seconds):
        end = time.monotonic() + seconds
        while not condition():
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise AssertionError('GDB does not come back; it said: %r' % self.seen)
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                raise AssertionError('GDB ended; it said: %r' % self.seen)
            self.seen += data.decode('latin-1')

    def finish(self, seconds=10):
        """Waits until a command is done; returns what it printed."""
        self.wait_for(lambda: self.seen.endswith(PROMPT), seconds)
        text, self.seen = self.seen[:-len(PROMPT)], ''
        return text

    def command(self, command, seconds=10):
        self.send(command)
        return self.finish(seconds)

    def value(self, expression):
        """Of an integer expression."""
        text = self.command('output/u %s' % expression).strip()
        if not re.fullmatch(r'\d+', text):
            raise AssertionError('%s is %r' % (expression, text))
        return int(text)

    def interrupt(self):
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def vanish(self):
        """Without a word to the emulator."""
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Case(unittest.TestCase):
    def begin(self, program=None, *options, stdin=subprocess.DEVNULL, gdb='0', label='program.elf',
              target='remote', empty=False):
        """Starts both and connects them: self.emulator, self.gdb.  label: one of our own programs; empty:
        the emulator gets none."""
        program = program or os.path.join(programs, label)
        self.emulator = Emulator(None if empty else program, *options, stdin=stdin, gdb=gdb)
        self.addCleanup(self.emulator.close)
        self.program = program
        self.gdb = self.attach(target)
        return self.gdb

    def attach(self, target='remote'):
        gdb = Gdb(self.program)
        self.addCleanup(gdb.close)
        self.connected = gdb.command('target %s 127.0.0.1:%d' % (target, self.emulator.port))
        self.assertNotRegex(self.connected, r'(?i)error|timed out|refused|unknown')
        return gdb

    def assert_at(self, symbol, offset=0):
        self.assertEqual(self.gdb.value('$pc'), self.gdb.value('(unsigned)&%s' % symbol) + offset,
                         self.gdb.command('x/i $pc'))

    def assert_ends(self, status, seconds=10):
        self.assertEqual(self.emulator.wait(seconds), status, self.emulator.errors())

    def run_to(self, symbol):
        """Continues to a temporary breakpoint."""
        self.gdb.command('tbreak ' + symbol)
        text = self.gdb.command('continue')
        self.assertIn('Temporary breakpoint', text)
        self.assert_at(symbol)
        return text

    def go_to(self, symbol):
        """Moves the processor."""
        self.gdb.command('set $pc = (unsigned)&%s' % symbol)
        self.gdb.command('set $npc = $pc + 4')
        self.assert_at(symbol)


class Raw:
    """The protocol without GDB."""

    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port), 5)
        self.buffer = b''

    @staticmethod
    def packet(content):
        return b'$%s#%02x' % (content, sum(content) & 255)

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, seconds=5):
        """The next packet's content; acknowledges it."""
        self.socket.settimeout(seconds)
        while True:
            found = re.match(rb'[^$]*\$([^#]*)#..', self.buffer, re.S)
            if found:
                self.buffer = self.buffer[found.end():]
                self.socket.sendall(b'+')
                return found.group(1)
            data = self.socket.recv(4096)
            if not data:
                raise AssertionError('the emulator hung up')
            self.buffer += data

    def ask(self, content):
        self.send(self.packet(content))
        return self.answer()

    def close(self):
        self.socket.close()


def main():
    global emulator, programs, guests, plugins
    emulator, programs, guests, plugins = (os.path.abspath(path) for path in sys.argv[1:5])
    if shutil.which('gdb-multiarch') is None:
        print('no gdb-multiarch')
        sys.exit(SKIPPED)
    if not os.path.exists(os.path.join(programs, 'program.elf')):
        print('no guest program: there is no cross compiler')
        sys.exit(SKIPPED)
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]])
