# SPDX-License-Identifier: MIT
"""GDB in between changes nothing that the guest can see or count."""

import os
import re
import subprocess
import time

import session
from session import Case


class Determinism(Case):
    def counters(self, text):
        return re.findall(r'^(instructions|cycles) (\d+)$', text, re.M)

    def setUp(self):
        self.selftest = os.path.join(session.guests, 'selftest.elf')
        if not os.path.exists(self.selftest):
            self.skipTest('no selftest.elf')
        self.arguments = ['--stats', '--periph', session.guests +
                          '/pulse.so,base=0x80000a00,irq=11']
        alone = subprocess.run([session.emulator, self.selftest, *self.arguments],
                               stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
        self.assertEqual(alone.returncode, 0)
        self.alone = alone.stdout.decode()
        self.count = self.counters(alone.stderr.decode())
        self.assertEqual(len(self.count), 2)

    def check(self, gdb):
        self.assertIn('exited normally', gdb.command('continue', 30))
        self.assert_ends(0)
        self.assertEqual(self.emulator.output(), self.alone)
        self.assertEqual(self.counters(self.emulator.errors()), self.count)

    def test_attached(self):
        self.check(self.begin(self.selftest, *self.arguments))

    def test_breakpoints_steps_and_looks(self):
        gdb = self.begin(self.selftest, *self.arguments)
        gdb.command('break semaphore_post')
        gdb.command('break interrupt_dispatch')
        for n in range(30):
            self.assertIn('Breakpoint', gdb.command('continue'))
            gdb.command('stepi 7')
            gdb.command('info all-registers')
            gdb.command('x/64xb 0x80000100')
            gdb.command('x/64xw 0x80000300')
            gdb.command('x/32xw 0x80000a00')
        gdb.command('delete')
        self.check(gdb)

    def test_ctrl_c(self):
        gdb = self.begin(self.selftest, *self.arguments)
        gdb.command('tbreak float_work')
        gdb.command('continue')
        text = ''
        while 'exited' not in text:
            gdb.start('continue')
            time.sleep(0.01)
            gdb.interrupt()
            text = gdb.finish()
        self.assertIn('exited normally', text)
        self.assert_ends(0)
        self.assertEqual(self.emulator.output(), self.alone)
        self.assertEqual(self.counters(self.emulator.errors()), self.count)

    def test_detached(self):
        gdb = self.begin(self.selftest, *self.arguments)
        gdb.command('break test_locks')
        gdb.command('continue')
        gdb.command('detach')
        self.assert_ends(0)
        self.assertEqual(self.emulator.output(), self.alone)
        self.assertEqual(self.counters(self.emulator.errors()), self.count)


class SeveralCpus(Case):
    """A lock and a compare-and-swap that four CPUs are after: another order is another count."""
    arguments = ['--stats', '--smp=4', '--quantum=50']

    def setUp(self):
        self.program = os.path.join(session.guests, 'smp.elf')
        if not os.path.exists(self.program):
            self.skipTest('no smp.elf')
        alone = subprocess.run([session.emulator, self.program, *self.arguments],
                               stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
        self.count = self.counters(alone.stderr.decode())

    def counters(self, text):
        return re.findall(r'^(instructions\w*|cycles) (\d+)$', text, re.M)

    def check(self, gdb):
        self.assertIn('exited normally', gdb.command('continue', 30))
        self.assert_ends(0)
        self.assertEqual(self.counters(self.emulator.errors()), self.count)

    def test_attached(self):
        self.check(self.begin(self.program, *self.arguments))

    def test_breakpoints_steps_and_looks(self):
        gdb = self.begin(self.program, *self.arguments)
        gdb.command('break *count+40')
        for n in range(40):
            self.assertRegex(gdb.command('continue'), 'Breakpoint|received signal')
            gdb.command('stepi %d' % (n % 5 + 1))
            gdb.command('info threads')
        gdb.command('delete')
        self.check(gdb)


if __name__ == '__main__':
    session.main()
