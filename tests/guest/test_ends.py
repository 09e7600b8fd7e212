# SPDX-License-Identifier: MIT
"""The end always has a reason: exit codes, fatal errors, error mode, limits, idle, Ctrl-C."""

import os
import re
import signal
import subprocess
import time

import support
from support import Case, program, run


class Exit(Case):
    def test_zero(self):
        result = self.check(run('end_exit_0.elf'), 0)
        self.assertEqual((result.out, result.err), ('', ''))

    def test_small(self):
        result = self.check(run('end_exit_7.elf'), 7)
        self.assertEqual((result.out, result.err), ('', ''))

    def test_large(self):
        result = self.check(run('end_exit_200.elf'), 63)
        self.assertRegex(result.err, r'^leon3emu: .*exit code is 200 .*\n$')

    def test_halt(self):
        self.assertEqual(self.check(run('end_halt.elf'), 0).err, '')

    def test_fatal(self):
        self.check(run('end_fatal_0x1234.elf'), support.GUEST_FATAL,
                   r'^leon3emu: guest fatal error: source 3, code 4660 \(0x1234\); cpu 0 at pc 0x40000028 '
                   r'<_start\+0x28>, guest time 0\.000000 s, 11 instructions$',
                   r'^  pc  0x400000\S+  ta 0 ')

    def test_bcc_and_grlib(self):
        """They set nothing but %g1: what the other registers hold says nothing."""
        for name in 'end_bcc_0x40001234.elf', 'end_leftover.elf':
            self.assertEqual(self.check(run(name), 0).err, '')

    def test_rtems(self):
        self.check(run('end_rtems_5.elf'), 9)
        self.check(run('end_rtems_3.elf'), support.GUEST_FATAL,
                   r'^leon3emu: guest fatal error: source 3, code 9 \(0x9\)')

    def test_a_handler_that_gives_up(self):
        self.check(run('end_unexpected.elf'), support.ERROR_MODE, r'error mode: trap 0x80')

    def test_not_the_convention(self):
        self.check(run('end_other.elf'), support.ERROR_MODE,
                   r'error mode: trap 0x80 \(trap_instruction\)', r'%g1 00000007')


class ErrorMode(Case):
    def test_report(self):
        result = self.check(
            run('end_fault.elf'), support.ERROR_MODE,
            r'^leon3emu: cpu 0 in error mode: trap 0x07 \(mem_address_not_aligned\) while traps were '
            r'disabled, pc 0x40000040 <culprit_load>, guest time 0\.\d{6} s, 17 instructions$',
            r'^  pc  0x40000040  ld \[ %l5 \+ 4 \], %l6 +culprit_load \(ends\.S:\d+\)$',
            r'^  npc 0x40000044  psr 0xf30010c5  wim 0x00000002  tbr 0x40000070  y 0x00000000$',
            r'%l5 40000002 ', r'%i0 00000077$', r'%g4 00000123 ')
        trace = re.search(r'^back-trace:\n((?:  #.*\n)+)', result.err, re.M).group(1).splitlines()
        self.assertEqual([re.sub(r'[^a-z_].*', '', line.split()[2]) for line in trace],
                         ['culprit_load', 'middle', '_start'])
        registers = re.findall(r'%[goli][0-7] [0-9a-f]{8}', result.err)
        self.assertEqual(len(registers), 32)

    def test_trap_storm_is_not_a_hang(self):
        self.check(run('end_trap_storm.elf', '--time-limit=100ms'), support.TIME_LIMIT)


class DeadOrAlive(Case):
    """CPU 0 of two is in error mode: the run ends if, and only if, nothing can wake the other."""

    REPORT = (r'^leon3emu: cpu 0 in error mode: trap 0x07 .*nothing can wake one',
              r'^  pc  0x400000\S+  ld \[ ?(%g0 \+ )?2 ?\], %l1')

    def test_dead(self):
        for name in 'alone', 'tick', 'later', 'masked', 'traps':
            for boards in (['--smp', '2'], ['--board', 'gr712rc']):
                with self.subTest(name=name, boards=boards):
                    result = self.check(run('dead_%s.elf' % name, *boards, stdin=subprocess.PIPE),
                                        support.ERROR_MODE, *self.REPORT)
                    self.assertLess(result.seconds, 5)

    def test_alive(self):
        for name in 'timer', 'busy':
            with self.subTest(name=name):
                self.check(run('live_%s.elf' % name, '--smp', '2'), 9,
                           r'cpu 0 in error mode.*; the other CPUs go on$')

    def test_input_may_come(self):
        self.check(run('live_input.elf', '--smp', '2', data=b'x'), 9)
        process = subprocess.Popen([support.emulator, 'live_input.elf', '--smp', '2'],
                                   cwd=support.programs, stdin=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.assertIn(b'the other CPUs go on', process.stderr.readline())
        process.stdin.write(b'x')
        process.stdin.flush()
        self.assertEqual(process.wait(timeout=10), 9)
        process.stdin.close()
        process.stderr.close()

    def test_no_more_input(self):
        self.check(run('live_input.elf', '--smp', '2', data=b''), support.ERROR_MODE, *self.REPORT)

    def test_watchdog(self):
        """Error mode is not the end where a watchdog runs, with one CPU neither."""
        for count in '1', '2':
            self.check(run('live_watchdog.elf', '--bios', '--board', support.board('watchdog.board'),
                           '--smp', count), 9,
                       r'cpu 0 in error mode.*; a watchdog is running that will reset the system$')
        self.check(run('live_watchdog.elf', '--bios'), support.ERROR_MODE)


class Limit(Case):
    def test_time(self):
        result = self.check(run('end_spin.elf', '--time-limit=10ms', '--stats'), support.TIME_LIMIT,
                            r'^leon3emu: time limit reached; cpu 0 at pc 0x4000000\d <_start(\+0x4)?>, '
                            r'guest time 0\.010000 s, 400000 instructions$')
        self.assertEqual(result.stat('cycles'), 400000)
        self.assertEqual(result.stat('guest_time_ns'), 10000000)

    def test_time_while_idle(self):
        result = self.check(run('end_idle.elf', '--time-limit=3600', '--stats'), support.TIME_LIMIT)
        self.assertEqual(result.stat('guest_time_ns'), 3600 * 10**9)
        self.assertLess(result.seconds, 5)

    def test_instructions(self):
        for count in (1, 2, 12345, 1000003):
            result = self.check(run('end_spin.elf', '--insn-limit=%d' % count, '--stats'),
                                support.INSN_LIMIT,
                                r'instruction limit of %d reached; cpu 0 at pc 0x4\w+ <_start.*>, '
                                r'guest time 0\.\d{6} s, %d instructions$' % (count, count))
            self.assertEqual(result.stat('instructions'), count)

    def test_instructions_with_interrupts(self):
        whole = run('selftest.elf', '--stats')
        result = self.check(run('selftest.elf', '--stats', '--insn-limit=5000000'),
                            support.INSN_LIMIT)
        self.assertEqual(result.stat('instructions'), 5000000)
        self.assertTrue(whole.out.startswith(result.out))
        self.assertNotEqual(result.out, '')

    def test_not_reached(self):
        self.check(run('end_exit_7.elf', '--insn-limit=1000', '--time-limit=1s'), 7)


class Idle(Case):
    def test_nothing_can_wake_it(self):
        result = self.check(run('end_idle.elf'), support.IDLE, r'^leon3emu: .*powered down.*; cpu 0 at pc 0x4000000\d '
                            r'<_start\+0x4>, guest time 0\.\d{6} s, 1 instructions$',
                            r'^  pc  0x4000')
        self.assertLess(result.seconds, 5)


class Interrupt(Case):
    """SIGINT and SIGTERM end the run promptly, whatever the guest does."""

    def interrupt(self, arguments, number, stdin=subprocess.DEVNULL, first=''):
        """first: what the guest prints before the signal is sent."""
        process = subprocess.Popen([support.emulator, *arguments], stdin=stdin, cwd=support.programs,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        seen = b''
        while len(seen) < len(first):
            seen += os.read(process.stdout.fileno(), len(first) - len(seen)) or b'(end)' * 9
        self.assertEqual(seen.decode(), first)
        time.sleep(0.3)
        self.assertIsNone(process.poll(), 'it ended by itself')
        start = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        self.assertLess(time.monotonic() - start, 10.0 if support.SLOW else 1.0)
        self.assertEqual(process.returncode, support.INTERRUPTED, err)
        return first + out.decode(), err.decode()

    def test_busy(self):
        out, err = self.interrupt(['end_spin.elf'], signal.SIGINT)
        self.assertRegex(err, r'^leon3emu: interrupted; cpu 0 at pc 0x4000000\d <_start.*>, '
                              r'guest time \d+\.\d{6} s, \d+ instructions\n$')
        self.interrupt(['end_spin.elf'], signal.SIGTERM)

    def test_status_on_sigusr1(self):
        """SIGUSR1 tells how far the run has come, of a busy and of a sleeping guest, and ends nothing."""
        for arguments in (['end_spin.elf'], ['console.elf', '--realtime']):
            process = subprocess.Popen([support.emulator, *arguments], stdin=subprocess.DEVNULL,
                                       cwd=support.programs, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, text=True)
            time.sleep(0.5)
            for _ in range(2):
                process.send_signal(signal.SIGUSR1)
                self.assertRegex(process.stderr.readline(),
                                 r'^leon3emu: guest time \d+\.\d{6} s, host time \d+\.\d{3} s \(ratio '
                                 r'\d+\.\d{3}\), \d+ instructions, \d+\.\d MIPS$')
                self.assertRegex(process.stderr.readline(),
                                 r'^leon3emu: cpu 0 (running|powered down), pc 0x4000\w{4} <\w+(\+0x\w+)?>$')
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(20), support.INTERRUPTED)
            process.stderr.close()

    def test_traps(self):
        self.interrupt(['end_trap_storm.elf'], signal.SIGINT)

    def test_asleep_with_ticks(self):
        out, err = self.interrupt(['console.elf'], signal.SIGINT, first='console: ready\n')
        self.assertEqual(out, 'console: ready\n')

    def test_asleep_for_input(self):
        read, write = os.pipe()
        try:
            self.interrupt(['end_idle.elf', '--periph', support.plugin('apbuart.so')],
                           signal.SIGINT, read)
        finally:
            os.close(read)
            os.close(write)

    def test_asleep_in_real_time(self):
        self.interrupt(['console.elf', '--realtime'], signal.SIGINT)

    def test_breakpoints_and_log_do_not_matter(self):
        self.interrupt(['end_spin.elf', '-d', 'int'], signal.SIGINT)


class MiddleOfALine(Case):
    """What is said at the end begins on a line of its own if the guest's output goes to the same place."""

    def start(self, *arguments, err=subprocess.STDOUT):
        process = subprocess.Popen([support.emulator, *support.EXECUTOR, *arguments], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=err, cwd=support.programs)
        self.addCleanup(process.kill)
        return process

    def assert_says(self, process, status, *lines):
        """Behind the guest's output.  A line is given by a pattern for its beginning."""
        out = process.communicate(timeout=30)[0].decode()
        self.assertEqual(process.returncode, status, out)
        for line, pattern in zip(out.splitlines(), ['abc$', *lines]):
            self.assertRegex(line, '^' + pattern)
        self.assertEqual(out.count('abc\n'), 1)

    def test_ends(self):
        for arguments, status, lines in (
                (['midline_spin.elf', '--insn-limit=100000'], support.INSN_LIMIT, ['leon3emu: instruction limit']),
                (['midline_spin.elf', '--time-limit=1ms'], support.TIME_LIMIT, ['leon3emu: time limit']),
                (['midline_fault.elf'], support.ERROR_MODE, ['leon3emu: cpu 0 in error mode', '  pc ']),
                (['midline_exit.elf', '--stats'], 7, [r'\w+ \d+$'])):
            for more in [], ['-d', 'guest_errors', '--log-file=/dev/null']:
                with self.subTest(arguments=arguments + more):
                    self.assert_says(self.start(*arguments, *more), status, *lines)

    def test_signals(self):
        for number, status, line in ((signal.SIGINT, support.INTERRUPTED, 'leon3emu: interrupted'),
                                     (signal.SIGQUIT, -signal.SIGQUIT, 'leon3emu: ended by signal 3')):
            process = self.start('midline_spin.elf')
            time.sleep(0.5)
            process.send_signal(number)
            self.assert_says(process, status, line)

    def test_notices_go_their_own_way(self):
        """With a log file the terminal still has notices."""
        process = self.start('midline_spin.elf', '-d', 'guest_errors', '--log-file=/dev/null')
        time.sleep(0.5)
        process.send_signal(signal.SIGUSR1)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        self.assert_says(process, support.INTERRUPTED, 'leon3emu: guest time', 'leon3emu: cpu 0 running',
                         'leon3emu: interrupted')

    def test_nothing_is_added(self):
        """To output that goes elsewhere, or that nothing follows."""
        for process in (self.start('midline_exit.elf'),
                        self.start('midline_exit.elf', '--stats', err=subprocess.DEVNULL)):
            self.assertEqual(process.communicate(timeout=30)[0], b'abc')


class Statistics(Case):
    """What the interpreter did for a log or a debugger is not called generated."""

    def test_watched(self):
        if '--exec=interp' in support.EXECUTOR:
            self.skipTest('nothing is generated there')
        for options in ['--history=3'], ['-d', 'exec', '--log-file=/dev/null']:
            result = self.check(run('midline_exit.elf', '--stats', *options), 7, r'^generated_percent 0\.00$')
            self.assertEqual(result.stat('interpreted_watched'), result.stat('instructions'))
        result = run('midline_exit.elf', '--stats')
        self.assertEqual(result.stat('interpreted_watched'), 0)
        self.assertNotRegex(result.err, r'generated_percent 0\.00')


class RealTime(Case):
    def test_paces(self):
        fast = self.check(run('wait.elf', '--stats'), 0)
        paced = self.check(run('wait.elf', '--stats', '--realtime'), 0)
        self.assertEqual(fast.out, paced.out)
        self.assertEqual(fast.stat('instructions'), paced.stat('instructions'))
        seconds = fast.stat('guest_time_ns') / 1e9
        self.assertGreater(seconds, 1.0)
        self.assertLess(fast.seconds, 0.9 * seconds)
        self.assertGreater(paced.seconds, 0.97 * seconds)
        self.assertLess(paced.seconds, seconds + 1.0)

    def test_output_comes_at_its_time(self):
        start = time.monotonic()
        process = subprocess.Popen([support.emulator, 'wait.elf', '--realtime'],
                                   cwd=support.programs, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE)
        times = []
        for line in process.stdout:
            times.append((time.monotonic() - start, int(line.split()[1])))
        process.stdout.close()
        self.assertEqual(process.wait(), 0)
        self.assertEqual(len(times), 10)
        for seconds, ms in times:
            self.assertGreater(seconds, ms / 1000 - 0.05)
            self.assertLess(seconds, ms / 1000 + 1.0)


if __name__ == '__main__':
    support.main()
