# SPDX-License-Identifier: MIT
"""Guest time under GDB: it stands still while the guest does, and limits hold."""

import os
import re
import signal
import subprocess
import time

import session
from session import Case, Emulator

# Sends for ever: 1: ld [%g1 + 4], %g3; andcc %g3, 4, %g0; be 1b; nop; ba 1b; st %g2, [%g1]
FLOOD = (0xc6006004, 0x8088e004, 0x02bffffe, 0x01000000, 0x10bffffc, 0xc4204000)
TIME_LIMIT = 82


class Realtime(Case):
    def guest_seconds(self):
        text = self.gdb.command('monitor info stats')
        return int(re.search(r'guest_time_ns (\d+)', text).group(1)) / 1e9

    def run_for(self, seconds, command='continue'):
        """Returns the guest's time then."""
        self.gdb.start(command)
        time.sleep(seconds)
        self.gdb.interrupt()
        self.assertIn('SIGINT', self.gdb.finish(30))
        return self.guest_seconds()

    def test_halted(self):
        self.begin(None, '--realtime')
        first = self.run_for(0.2, 'jump spin')
        time.sleep(3)
        began = time.monotonic()
        second = self.run_for(0.2)
        self.assertLess(second - first, time.monotonic() - began + 0.5)

    def test_stopped(self):
        """The rest of two guest seconds takes its time, however long the program was stopped."""
        process = subprocess.Popen([session.emulator, session.programs + '/spinning.elf', '--realtime',
                                    '--time-limit=2s'], stdin=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        time.sleep(0.3)
        process.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        process.send_signal(signal.SIGCONT)
        began = time.monotonic()
        self.assertEqual(process.wait(30), TIME_LIMIT)
        self.assertGreater(time.monotonic() - began, 1)


class Limit(Case):
    def test_one_cpu_alone(self):
        """GDB lets others stand still: with scheduler-locking, and at each step over a breakpoint."""
        gdb = self.begin(None, '--board', session.HERE + '/two.board', '--time-limit=2ms')
        gdb.command('set scheduler-locking on')
        self.assertIn('time limit', gdb.command('jump spin', 30))
        self.assert_ends(TIME_LIMIT)


class Unread(Case):
    """Standard output is a pipe that nobody reads: the guest waits, and its user need not."""

    def start(self):
        self.reader, writer = os.pipe()
        self.addCleanup(os.close, self.reader)
        self.program = session.programs + '/program.elf'
        self.emulator = Emulator(self.program, stdout=writer)
        self.addCleanup(self.emulator.close)
        os.close(writer)
        gdb = self.gdb = self.attach()
        for index, word in enumerate(FLOOD):
            gdb.command('set var *((unsigned *)&main + %d) = 0x%08x' % (index, word))
        self.go_to('main')
        gdb.command('set $g1 = 0x80000100')
        gdb.start('continue')
        self.wait_until_blocked()
        return gdb

    def wait_until_blocked(self):
        """The guest has stopped when its time has."""
        end = time.monotonic() + 60
        before, now = None, self.used()
        while before != now and time.monotonic() < end:
            time.sleep(0.5)
            before, now = now, self.used()

    def used(self):
        with open('/proc/%d/schedstat' % self.emulator.process.pid) as file:
            return int(file.read().split()[0]) // 20000000

    def test_ctrl_c(self):
        gdb = self.start()
        for _ in range(3):
            gdb.interrupt()
            self.assertIn('SIGINT', gdb.finish())
            gdb.start('continue')
            time.sleep(0.2)
        gdb.interrupt()
        gdb.finish()
        gdb.command('kill')

    def test_status(self):
        self.start()
        self.emulator.process.send_signal(signal.SIGUSR1)
        end = time.monotonic() + 10
        while 'guest time' not in self.emulator.errors() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertIn('guest time', self.emulator.errors())

    def test_second_signal(self):
        """The first has the console wait for its reader, the second does not."""
        self.start()
        self.emulator.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        self.assertIsNone(self.emulator.process.poll())
        self.emulator.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        self.assert_ends(session.INTERRUPTED)
        self.assertLess(time.monotonic() - began, 0.8)
        self.assertIn('interrupted twice', self.emulator.errors())


if __name__ == '__main__':
    session.main()
