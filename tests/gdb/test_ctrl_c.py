# SPDX-License-Identifier: MIT
"""Ctrl-C in GDB, whatever the guest does."""

import os
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

    def on_cpu(self):
        """Milliseconds that the emulator has executed, however busy the test's machine is."""
        with open('/proc/%d/schedstat' % self.emulator.process.pid) as file:
            return int(file.read().split()[0]) / 1e6

    def latencies(self, label, *options, count=21):
        """Milliseconds of the emulator's from Ctrl-C to the stop."""
        gdb = self.begin(None, *options)
        start = gdb.value('(unsigned)&%s' % label)
        gdb.command('disconnect')
        self.emulator.close()
        self.emulator = Emulator(session.programs + '/program.elf', *options)
        self.addCleanup(self.emulator.close)
        raw = Raw(self.emulator.port)
        self.addCleanup(raw.close)
        raw.ask(b'?')
        raw.send(raw.packet(b'c%x' % start))
        times = []
        for _ in range(count):
            time.sleep(0.03)
            began = self.on_cpu()
            raw.send(b'\x03')
            self.assertRegex(raw.answer(), b'^T02')
            times.append(self.on_cpu() - began)
            raw.send(raw.packet(b'c'))
        return sorted(times)

    def test_takes_no_time(self):
        """Whatever runs: generated code, the interpreter, a loop over a slow register, sleep."""
        limit = 10 * (20 if os.environ.get('LEON3EMU_TEST_SLOW') else 1)
        for label, options in (('spin', []), ('spin', ['--exec=interp']), ('spin', ['--exec=ir']),
                               ('asleep', []), ('spin', ['--realtime']),
                               ('spin', ['--board', session.HERE + '/two.board'])):
            with self.subTest(label=label, options=options):
                times = self.latencies(label, *options)
                self.assertLess(times[len(times) // 2], limit, times)


    def test_slow_peripheral(self):
        """Each read takes a millisecond of the host's; a look after some number of cycles would take minutes."""
        poll = os.path.join(session.plugins, 'guest_poll.elf')
        for executor in ('jit', 'ir', 'interp'):
            with self.subTest(executor=executor):
                gdb = self.begin(poll, '--exec=' + executor, '--periph',
                                 session.plugins + '/faulty.so,base=0x80000800,fault=slow_read')
                self.run_to('main')
                times = []
                for _ in range(9):
                    gdb.start('continue')
                    time.sleep(0.05)
                    began = time.monotonic()
                    gdb.interrupt()
                    self.assertIn('SIGINT', gdb.finish(10))
                    times.append(time.monotonic() - began)
                self.assertLess(sorted(times)[len(times) // 2], 1, times)
                self.emulator.close()


if __name__ == '__main__':
    session.main()
