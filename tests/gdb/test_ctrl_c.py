# SPDX-License-Identifier: MIT
"""Ctrl-C in GDB, whatever the guest does."""

import time

import session
from session import Case, Emulator, Raw


class CtrlC(Case):
    def interrupt(self, label):
        gdb = self.begin()
        gdb.start('jump ' + label)
        time.sleep(0.5)
        gdb.interrupt()
        text = gdb.finish(5)
        self.assertIn('SIGINT', text)
        return gdb

    def test_running(self):
        gdb = self.interrupt('spin')
        first = gdb.value('*(unsigned *)&counter')
        self.assertGreater(first, 1000)
        gdb.start('continue')
        time.sleep(0.3)
        gdb.interrupt()
        self.assertIn('SIGINT', gdb.finish(5))
        self.assertGreater(gdb.value('*(unsigned *)&counter'), first)

    def test_powered_down(self):
        gdb = self.interrupt('asleep')
        self.assert_at('sleep_insn', 4)
        self.assertIn('powered down', gdb.command('info threads'))
        gdb.start('continue')
        time.sleep(0.2)
        gdb.interrupt()
        self.assertIn('SIGINT', gdb.finish(5))
        self.assert_at('sleep_insn', 4)

    def test_step_in_power_down(self):
        """Nothing will ever come: the step waits, and Ctrl-C ends it."""
        gdb = self.interrupt('asleep')
        gdb.send('stepi')
        time.sleep(0.3)
        gdb.interrupt()
        self.assertRegex(gdb.finish(5), 'SIGINT|sleep_insn')

    def test_out_of_power_down(self):
        gdb = self.interrupt('asleep')
        gdb.command('set $o0 = 5')
        self.assertIn('exited with code 05', gdb.command('jump finish'))
        self.assert_ends(5)

    def test_with_breakpoints(self):
        gdb = self.begin()
        gdb.command('break add')
        gdb.start('jump spin')
        time.sleep(0.3)
        gdb.interrupt()
        self.assertIn('SIGINT', gdb.finish(5))

    def test_at_once(self):
        """Ctrl-C in the same packet as continue is not lost."""
        self.emulator = Emulator(session.programs + '/program.elf')
        self.addCleanup(self.emulator.close)
        raw = Raw(self.emulator.port)
        self.addCleanup(raw.close)
        self.assertRegex(raw.ask(b'?'), b'^T05')
        pc = raw.ask(b'p44')
        raw.send(raw.packet(b'c') + b'\x03')
        self.assertRegex(raw.answer(), b'^(T02|W07)')
        self.assertEqual(len(pc), 8)

    def test_at_once_while_it_spins(self):
        gdb = self.begin()
        spin = gdb.value('(unsigned)&spin')
        gdb.command('disconnect')
        self.emulator.close()
        self.emulator = Emulator(session.programs + '/program.elf')
        self.addCleanup(self.emulator.close)
        raw = Raw(self.emulator.port)
        self.addCleanup(raw.close)
        raw.ask(b'?')
        for _ in range(20):
            raw.send(raw.packet(b'c%x' % spin) + b'\x03')
            self.assertRegex(raw.answer(), b'^T02')


if __name__ == '__main__':
    session.main()
