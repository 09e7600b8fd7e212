# SPDX-License-Identifier: MIT
"""The console on a terminal: raw mode, Ctrl-A, and that the terminal is given back."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time

import support
from support import Case


class Terminal:
    """The emulator on a pseudo-terminal of its own, of which it is the foreground process."""

    def __init__(self, *arguments):
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.process = subprocess.Popen([support.emulator, *arguments], cwd=support.programs,
                                        stdin=self.slave, stdout=self.slave, stderr=self.slave,
                                        preexec_fn=self.own)
        self.seen = b''

    def own(self):
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def attributes(self):
        return termios.tcgetattr(self.slave)

    def is_raw(self):
        return not self.attributes()[3] & (termios.ICANON | termios.ISIG | termios.ECHO)

    def send(self, data):
        os.write(self.master, data)

    def wait_for(self, text, seconds=10):
        end = time.monotonic() + seconds
        while text not in self.seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.master], [], [], left)[0]:
                raise AssertionError('no %r in %r' % (text, self.seen))
            self.seen += os.read(self.master, 4096)

    def wait(self, seconds=10):
        """Waits for the end; returns the status and whether the terminal is as before."""
        status = self.process.wait(seconds)
        return status, self.attributes() == self.before

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)


class Console(Case):
    def start(self, *arguments):
        terminal = Terminal(*arguments)
        self.addCleanup(terminal.close)
        terminal.wait_for(b'console: ready')
        return terminal

    def test_keys_reach_the_guest(self):
        terminal = self.start('console.elf', '--realtime')
        self.assertTrue(terminal.is_raw())
        for key in (b'a', b'\r', b'\x03', b'\x04', b'\x1a', b'\x7f'):
            terminal.send(key)
            terminal.wait_for(b'<%08x>' % key[0])
        terminal.send(b'q')
        self.assertEqual(terminal.wait(), (0, True))
        self.assertNotIn(b'a<', terminal.seen, 'the terminal echoes')

    def test_quit(self):
        for arguments in (['console.elf'], ['console.elf', '--realtime']):
            terminal = self.start(*arguments)
            terminal.send(b'\x01x')
            self.assertEqual(terminal.wait(2), (support.INTERRUPTED, True))

    def test_quit_a_busy_guest(self):
        terminal = Terminal('end_spin.elf')
        self.addCleanup(terminal.close)
        while not terminal.is_raw():
            time.sleep(0.01)
        terminal.send(b'some input that nobody reads\x01x')
        self.assertEqual(terminal.wait(2), (support.INTERRUPTED, True))

    def test_help_and_escape(self):
        terminal = self.start('console.elf', '--realtime')
        terminal.send(b'\x01h')
        terminal.wait_for(b'Ctrl-A x')
        terminal.send(b'\x01\x01')
        terminal.wait_for(b'<00000001>')
        terminal.send(b'\x01zq')
        self.assertEqual(terminal.wait(), (0, True))

    def test_status_key(self):
        terminal = self.start('console.elf', '--realtime')
        terminal.send(b'\x01i')
        terminal.wait_for(b'MIPS\r\n')
        terminal.wait_for(b'leon3emu: cpu 0 ')
        terminal.send(b'q')
        self.assertEqual(terminal.wait(), (0, True))
        self.assertRegex(terminal.seen, rb'leon3emu: guest time \d+\.\d+ s, host time ')

    def test_third_ctrl_c_without_an_answer(self):
        """Of a guest that does nothing with Ctrl-C the user learns once how to quit."""
        hint = b'Ctrl-A x ends the emulator'
        terminal = Terminal('end_spin.elf')
        self.addCleanup(terminal.close)
        while not terminal.is_raw():
            time.sleep(0.01)
        terminal.send(b'\x03\x03')
        terminal.send(b'\x01i')
        terminal.wait_for(b'cpu 0 running')
        self.assertNotIn(hint, terminal.seen)
        terminal.send(b'\x03')
        terminal.wait_for(hint)
        terminal.send(b'\x03\x03\x03\x03\x01i')
        terminal.wait_for(b'cpu 0 running', 2)
        terminal.send(b'\x01x')
        self.assertEqual(terminal.wait(2), (support.INTERRUPTED, True))
        self.assertEqual(terminal.seen.count(hint), 1)

    def test_ctrl_c_with_an_answer(self):
        terminal = self.start('console.elf', '--realtime')
        for count in range(5):
            terminal.send(b'\x03')
            terminal.wait_for(b'<00000003>')
            terminal.seen = b''
        terminal.send(b'q')
        self.assertEqual(terminal.wait(), (0, True))
        self.assertNotIn(b'Ctrl-A', terminal.seen)

    def test_cooked(self):
        terminal = self.start('console.elf', '--no-raw', '--realtime')
        self.assertFalse(terminal.is_raw())
        terminal.send(b'ab\n')
        terminal.wait_for(b'<0000000a>')
        terminal.send(b'\x03')
        self.assertEqual(terminal.wait(2), (support.INTERRUPTED, True))

    def test_signals_restore_the_terminal(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            terminal = self.start('console.elf', '--realtime')
            terminal.process.send_signal(number)
            self.assertEqual(terminal.wait(2), (support.INTERRUPTED, True))

    def test_error_mode_restores_the_terminal(self):
        terminal = Terminal('end_fault.elf')
        self.addCleanup(terminal.close)
        terminal.wait_for(b'back-trace')
        self.assertEqual(terminal.wait(), (support.ERROR_MODE, True))

    def test_hang_up(self):
        terminal = self.start('console.elf', '--realtime')
        os.close(terminal.slave)
        os.close(terminal.master)
        try:
            terminal.process.wait(5)
        except subprocess.TimeoutExpired:
            self.fail('it goes on without its terminal')
        finally:
            terminal.master, terminal.slave = pty.openpty()


if __name__ == '__main__':
    support.main()
