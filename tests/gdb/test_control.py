# SPDX-License-Identifier: MIT
"""Stopping and going on: breakpoints, steps, Ctrl-C, the end of a run, GDB that comes and goes."""

import os
import re
import signal
import socket
import subprocess
import time

import session
from session import Case, Emulator, Raw


class Breakpoints(Case):
    def test_symbol(self):
        gdb = self.begin()
        self.assertIn('Breakpoint 1', gdb.command('break main'))
        self.assertIn('Breakpoint 1, main', gdb.command('continue'))
        self.assert_at('main')

    def test_each_time(self):
        gdb = self.begin()
        gdb.command('break add')
        for n in range(1, 21):
            self.assertIn('Breakpoint 1, add', gdb.command('continue'))
            self.assertEqual(gdb.value('$o0'), n)
        self.assertIn('exited with code 07', gdb.command('continue'))
        self.assert_ends(7)

    def test_condition_and_count(self):
        gdb = self.begin()
        gdb.command('break add if $o0 == 13')
        gdb.command('continue')
        self.assertEqual(gdb.value('$l0'), 13)
        gdb.command('delete')
        gdb.command('break add_delay')
        gdb.command('ignore 2 5')
        gdb.command('continue')
        self.assertEqual(gdb.value('$l0'), 18)
        self.assertIn('already hit 6 times', gdb.command('info breakpoints'))

    def test_hardware(self):
        gdb = self.begin()
        gdb.command('hbreak finish')
        self.assertIn('Breakpoint 1', gdb.command('continue'))
        self.assert_at('finish')

    def test_many(self):
        gdb = self.begin()
        for n in range(40):
            gdb.command('break *(&loop + 0) if $l0 == %d' % (200 + n))
        gdb.command('break add')
        self.assertIn('Breakpoint 41', gdb.command('continue', 30))

    def test_memory_shows_no_breakpoint(self):
        gdb = self.begin()
        before = gdb.command('x/4xw &main')
        gdb.command('set breakpoint always-inserted on')
        gdb.command('break main')
        gdb.command('break loop')
        self.assertEqual(gdb.command('x/4xw &main'), before)
        gdb.command('continue')
        self.assert_at('main')
        gdb.command('stepi')
        self.assert_at('loop')

    def test_in_delay_slot(self):
        gdb = self.begin()
        gdb.command('break *(unsigned)&add_delay')
        gdb.command('continue')
        self.assert_at('add_delay')
        self.assertEqual(gdb.value('$npc'), gdb.value('(unsigned)&loop_call') + 8)
        gdb.command('stepi')
        self.assert_at('loop_call', 8)

    def test_jump_onto_a_breakpoint(self):
        gdb = self.begin()
        gdb.command('break finish')
        self.assertIn('Breakpoint 1', gdb.command('jump finish'))
        self.assert_at('finish')

    def test_until_finish_and_next(self):
        gdb = self.begin()
        self.run_to('loop_call')
        gdb.command('tbreak *(unsigned)&loop_call + 8')
        gdb.command('continue')
        self.assertEqual(gdb.value('$o0'), 11)

    def test_software_watchpoint(self):
        gdb = self.begin()
        self.run_to('main')
        gdb.command('set can-use-hw-watchpoints 0')
        gdb.command('watch *(int *)&total')
        text = gdb.command('continue', 30)
        self.assertRegex(text, r'Old value = 0\s+New value = 11')

    def test_hardware_watchpoint_is_refused_or_works(self):
        gdb = self.begin()
        self.run_to('main')
        gdb.command('watch *(int *)&total')
        text = gdb.command('continue', 30)
        self.assertRegex(text, r'New value = 11|Could not insert hardware watchpoint')


class Steps(Case):
    def steps(self, *expected):
        """Each is SYMBOL or (SYMBOL, offset), where one stepi must lead."""
        for place in expected:
            symbol, offset = place if isinstance(place, tuple) else (place, 0)
            self.gdb.command('stepi')
            self.assert_at(symbol, offset)

    def test_branches(self):
        gdb = self.begin()
        self.go_to('branches')
        self.steps(('branches', 4), 'branch_delay', 'branch_aim', 'annulled_aim',
                   ('annulled_aim', 4))
        self.assertEqual(gdb.value('$g1'), 1)
        self.steps('after_not_taken', 'taken_delay', 'taken')
        self.assertEqual(gdb.value('$g1'), 5)

    def test_trap(self):
        """GDB steps with breakpoints behind the instruction: the handler runs in one go."""
        gdb = self.begin()
        self.go_to('trapping')
        self.steps('after_trap')
        self.assertIn('exited with code 010', gdb.command('continue'))

    def test_stop_in_a_handler(self):
        gdb = self.begin()
        gdb.command('break trap_handler')
        gdb.command('jump trapping')
        self.assert_at('trap_handler')
        self.assertEqual(gdb.value('(unsigned)$tbr') & 0xff0, 0x850)
        self.assertEqual(gdb.value('$l1'), gdb.value('(unsigned)&trapping'))
        self.assertEqual(gdb.value('$psr') & 0x20, 0, 'traps are disabled')
        self.steps('handler_rett', 'after_trap')
        self.assertEqual(gdb.value('$psr') & 0x20, 0x20)

    def raw_steps(self, label, *expected):
        """The same with the protocol's own step."""
        gdb = self.begin()
        places = [gdb.value('(unsigned)&%s' % symbol) + offset for symbol, offset in expected]
        start = gdb.value('(unsigned)&%s' % label)
        gdb.command('disconnect')
        self.emulator.close()
        self.emulator = Emulator(self.program)
        self.addCleanup(self.emulator.close)
        raw = Raw(self.emulator.port)
        self.addCleanup(raw.close)
        self.assertEqual(raw.ask(b'P44=%08x' % start), b'OK')
        self.assertEqual(raw.ask(b'P45=%08x' % (start + 4)), b'OK')
        for place in places:
            self.assertRegex(raw.ask(b'vCont;s:1'), b'^T05')
            self.assertEqual(int(raw.ask(b'p44'), 16), place, '0x%x' % place)

    def test_raw_steps(self):
        self.raw_steps('taken', ('trapping', 0), ('_start', 0x850), ('_start', 0x854),
                       ('trap_handler', 0), ('handler_rett', 0), ('after_trap', 0))
        self.raw_steps('branches', ('branches', 4), ('branch_delay', 0), ('branch_aim', 0),
                       ('annulled_aim', 0), ('annulled_aim', 4), ('after_not_taken', 0),
                       ('taken_delay', 0), ('taken', 0))

    def test_window_traps(self):
        gdb = self.begin()
        gdb.command('break *(unsigned)&_start + 0x50')
        gdb.command('break *(unsigned)&_start + 0x60')
        text = gdb.command('jump windows')
        self.assert_at('_start', 0x50)
        while not text.startswith('[') and gdb.value('$pc') == gdb.value('(unsigned)&_start') + 0x50:
            self.assertEqual(gdb.value('(unsigned)$tbr') & 0xff0, 0x50)
            text = gdb.command('continue')
        self.assert_at('_start', 0x60)
        gdb.command('delete')
        self.assertIn('exited with code 015', gdb.command('continue'))

    def test_over_a_breakpoint(self):
        gdb = self.begin()
        gdb.command('break loop')
        gdb.command('break *(unsigned)&loop + 4')
        gdb.command('continue')
        self.assert_at('loop')
        self.steps(('loop', 4), 'loop_call')
        gdb.command('continue')
        self.assert_at('loop')
        self.assertEqual(gdb.value('$l0'), 1)

    def test_many(self):
        gdb = self.begin()
        self.run_to('loop')
        gdb.command('stepi 200', 30)
        self.assertEqual(gdb.value('$l0'), 17)
        self.assert_at('loop_call', 16)

    def test_into_interrupts(self):
        """Single steps through a program with a tick: every interrupt is seen, none twice."""
        gdb = self.begin()
        gdb.command('break tick_handler')
        gdb.command('jump ticking')
        for n in range(3):
            self.assert_at('tick_handler')
            self.assertEqual(gdb.value('$g7'), n)
            self.steps(('tick_handler', 4))
            gdb.command('continue')

    def test_out_of_power_down(self):
        """A step in power-down takes as long as the sleep, and the handler."""
        gdb = self.begin()
        gdb.command('tbreak ticking_sleep')
        gdb.command('jump ticking')
        self.assert_at('ticking_sleep')
        self.steps(('ticking_sleep', 4))
        self.assertEqual(gdb.value('$g7'), 1)
        self.assertIn('running', gdb.command('info threads'))


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


class End(Case):
    def test_exit_code(self):
        gdb = self.begin()
        self.assertIn('exited with code 07', gdb.command('continue'))
        self.assert_ends(7)
        self.assertEqual(self.emulator.output(), 'debug\n')
        self.assertIn('The program is not being run', gdb.command('continue'))

    def test_exit_normally(self):
        gdb = self.begin()
        self.run_to('finish')
        gdb.command('set $o0 = 0')
        self.assertIn('exited normally', gdb.command('continue'))
        self.assert_ends(0)

    def test_step_into_the_end(self):
        gdb = self.begin()
        self.run_to('finish')
        text = ''
        for _ in range(20):
            text = gdb.command('stepi')
            if 'exited' in text:
                break
        self.assertIn('exited with code 07', text)
        self.assert_ends(7)

    def test_error_mode(self):
        gdb = self.begin()
        self.assertIn('SIGSEGV', gdb.command('jump broken'))
        self.assert_at('broken_load')
        self.assertIn('error mode', gdb.command('info threads'))
        self.assertEqual(gdb.value('$l5'), gdb.value('(unsigned)&total') + 1)
        self.assertEqual(gdb.value('$psr') & 0x20, 0)
        self.assertIn('ld  [ %l5 ], %l6', gdb.command('x/i $pc'))
        self.assertEqual(gdb.value('$i0'), 0x33)
        self.assertEqual(gdb.value('*(char *)&text'), ord('d'))
        self.assertIn('exited with code 0120', gdb.command('continue'))
        self.assert_ends(session.ERROR_MODE)
        self.assertIn('mem_address_not_aligned', self.emulator.errors())

    def test_detach_in_error_mode(self):
        gdb = self.begin()
        self.assertIn('SIGSEGV', gdb.command('jump broken'))
        gdb.command('detach')
        self.assert_ends(session.ERROR_MODE)

    def test_kill(self):
        gdb = self.begin()
        self.run_to('main')
        gdb.command('kill')
        self.assert_ends(session.INTERRUPTED)

    def test_kill_at_the_start(self):
        gdb = self.begin()
        gdb.command('kill')
        self.assert_ends(session.INTERRUPTED)

    def test_kill_in_error_mode(self):
        gdb = self.begin()
        self.assertIn('SIGSEGV', gdb.command('jump broken'))
        gdb.command('kill')
        self.assertIn(self.emulator.wait(10), (session.INTERRUPTED, session.ERROR_MODE))

    def test_limits(self):
        gdb = self.begin(None, '--insn-limit=5000')
        self.assertIn('exited with code 0123', gdb.command('jump spin'))
        self.assert_ends(83)


class Connection(Case):
    def test_detach(self):
        gdb = self.begin()
        gdb.command('break add')
        gdb.command('continue')
        self.assertIn('Detaching', gdb.command('detach'))
        self.assert_ends(7)
        self.assertEqual(self.emulator.output(), 'debug\n')

    def test_quit_detaches(self):
        gdb = self.begin()
        gdb.command('break add')
        gdb.command('continue')
        gdb.send('quit')
        self.assertIn(self.emulator.wait(10), (7, session.INTERRUPTED))

    def test_vanishes_while_halted(self):
        gdb = self.begin()
        gdb.command('break add')
        gdb.command('continue')
        gdb.vanish()
        self.assert_ends(7)

    def test_vanishes_while_running(self):
        gdb = self.begin(None, '--time-limit=200s')
        gdb.start('jump spin')
        time.sleep(0.3)
        gdb.vanish()
        time.sleep(0.3)
        self.assertIsNone(self.emulator.process.poll())
        self.emulator.process.send_signal(signal.SIGINT)
        self.assert_ends(session.INTERRUPTED, 2)

    def test_comes_back(self):
        gdb = self.begin()
        gdb.start('jump spin')
        time.sleep(0.2)
        gdb.interrupt()
        gdb.finish()
        gdb.command('disconnect')
        first = None
        for _ in range(3):
            gdb = self.gdb = self.attach()
            self.assertIn('spin', gdb.command('info symbol $pc'))
            count = gdb.value('*(unsigned *)&counter')
            self.assertTrue(first is None or count > first)
            first = count
            gdb.command('detach')
            time.sleep(0.1)
        gdb = self.gdb = self.attach()
        gdb.command('kill')
        self.assert_ends(session.INTERRUPTED)

    def test_a_second_one_has_to_wait(self):
        gdb = self.begin()
        with socket.create_connection(('127.0.0.1', self.emulator.port), 5) as second:
            second.sendall(Raw.packet(b'?'))
            self.run_to('main')
            second.settimeout(0.2)
            try:
                answered = second.recv(100)
            except socket.timeout:
                answered = b''
            self.assertNotIn(b'$', answered)
        self.assertIn('exited with code 07', gdb.command('continue'))

    def test_interrupted_while_it_waits(self):
        emulator = Emulator(session.programs + '/program.elf')
        self.addCleanup(emulator.close)
        time.sleep(0.1)
        emulator.process.send_signal(signal.SIGINT)
        self.assertEqual(emulator.wait(2), session.INTERRUPTED)
        self.assertNotIn('GDB\n', emulator.errors().replace('waiting for GDB', ''))

    def test_interrupted_by_the_user(self):
        """Ctrl-C at the emulator's terminal is an end, also for GDB."""
        gdb = self.begin()
        gdb.start('jump spin')
        time.sleep(0.2)
        self.emulator.process.send_signal(signal.SIGINT)
        self.assertIn('exited with code 0125', gdb.finish(5))
        self.assert_ends(session.INTERRUPTED)

    def test_interrupted_by_the_user_while_halted(self):
        self.begin()
        self.run_to('main')
        self.emulator.process.send_signal(signal.SIGINT)
        self.assert_ends(session.INTERRUPTED)

    def test_port_in_use(self):
        self.begin()
        done = subprocess.run([session.emulator, self.program, '--gdb=%d' % self.emulator.port],
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=10)
        self.assertEqual(done.returncode, session.FILE)
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_only_this_machine(self):
        emulator = Emulator(session.programs + '/program.elf')
        self.addCleanup(emulator.close)
        with open('/proc/net/tcp') as table:
            self.assertIn('0100007F:%04X' % emulator.port, table.read())

    def test_not_gdb(self):
        emulator = Emulator(session.programs + '/program.elf')
        self.addCleanup(emulator.close)
        with socket.create_connection(('127.0.0.1', emulator.port), 5) as browser:
            browser.sendall(b'POST / HTTP/1.1\r\n\r\n$k#6b')
            browser.settimeout(5)
            self.assertNotIn(b'$', browser.recv(100))
        self.assertIsNone(emulator.process.poll())


class Determinism(Case):
    """GDB in between changes nothing that the guest can see or count."""

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


if __name__ == '__main__':
    session.main()
