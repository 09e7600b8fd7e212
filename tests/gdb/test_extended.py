# SPDX-License-Identifier: MIT
"""target extended-remote: run, kill and run again; monitor; a machine into which GDB loads."""

import re
import shutil
import tempfile

import session
from session import Case

SEVEN = 'exited with code 07'


class Run(Case):
    def test_run_from_anywhere(self):
        gdb = self.begin(target='extended-remote')
        gdb.command('break add')
        gdb.command('continue')
        gdb.command('set var *(int *)&text = 0')
        for _ in range(3):
            text = gdb.command('run')
            self.assertIn('Breakpoint 1, add', text)
            self.assertEqual(gdb.value('$o0'), 1)
        gdb.command('delete')
        self.assertIn(SEVEN, gdb.command('continue'))
        self.assertIn('debug\n', self.emulator.output(), 'data was loaded anew')

    def test_run_after_the_end(self):
        gdb = self.begin(target='extended-remote')
        for _ in range(3):
            self.assertIn(SEVEN, gdb.command('continue'))
            gdb.command('tbreak main')
            self.assertIn('Temporary breakpoint', gdb.command('run'))
        self.assertIn(SEVEN, gdb.command('continue'))
        gdb.command('disconnect')
        self.assert_ends(7)
        self.assertEqual(self.emulator.output(), 'debug\n' * 4)

    def test_run_after_error_mode(self):
        gdb = self.begin(target='extended-remote')
        self.assertIn('SIGBUS', gdb.command('jump broken'))
        gdb.command('tbreak main')
        self.assertIn('Temporary breakpoint', gdb.command('run'))
        self.assertIn(SEVEN, gdb.command('continue'))
        gdb.command('disconnect')
        self.assert_ends(7)

    def test_run_with_two_cpus(self):
        """The second one is powered down again, wherever it was."""
        gdb = self.begin(None, '--board', session.HERE + '/two.board', target='extended-remote')
        gdb.command('thread 2')
        self.go_to('spin')
        gdb.command('thread 1')
        gdb.command('tbreak finish')
        gdb.command('continue')
        gdb.command('tbreak main')
        gdb.command('run')
        self.assertIn('CPU 1, powered down', gdb.command('info threads'))
        self.assertIn(SEVEN, gdb.command('continue'))

    def test_the_file_is_read_again(self):
        """As after a build."""
        with tempfile.TemporaryDirectory() as directory:
            program = directory + '/firmware.elf'
            shutil.copy(session.programs + '/spinning.elf', program)
            gdb = self.begin(program, target='extended-remote')
            shutil.copy(session.programs + '/program.elf', program)
            self.assertIn(SEVEN, gdb.command('run'))

    def test_the_file_is_gone(self):
        with tempfile.TemporaryDirectory() as directory:
            program = directory + '/firmware.elf'
            shutil.copy(session.programs + '/program.elf', program)
            gdb = self.begin(program, target='extended-remote')
        self.assertRegex(gdb.command('run'), '(?i)failed|not specified')
        self.assertIn('begun anew', self.emulator.errors())
        gdb.command('disconnect')
        self.assert_ends(session.INTERRUPTED)

    def test_kill(self):
        gdb = self.begin(target='extended-remote')
        gdb.command('kill')
        self.assertIn('No thread', gdb.command('thread'))
        self.assertIsNone(self.emulator.process.poll())
        self.assertIn(SEVEN, gdb.command('run'))
        gdb.command('disconnect')
        self.assert_ends(7)

    def test_killed_and_left(self):
        gdb = self.begin(target='extended-remote')
        gdb.command('kill')
        gdb.send('quit')
        self.assert_ends(session.INTERRUPTED)

    def test_killed_and_vanished(self):
        gdb = self.begin(target='extended-remote')
        gdb.command('kill')
        gdb.vanish()
        self.assert_ends(session.INTERRUPTED)

    def test_detach(self):
        self.begin(target='extended-remote').command('detach')
        self.assert_ends(7)


class Monitor(Case):
    def test_help(self):
        gdb = self.begin()
        text = gdb.command('monitor help')
        for word in 'help', 'reset', 'quit', 'info mtree', 'info qtree', 'info stats', 'reg', 'mem ADDRESS':
            self.assertIn('monitor ' + word, text)

    def test_symbols(self):
        gdb = self.begin()
        gdb.command('break descend')
        self.assertIn('Breakpoint 1, descend', gdb.command('jump calls'))
        address = int(gdb.value('(int)&text'))
        self.assertIn('0x%08x  text' % address, gdb.command('monitor sym text'))
        self.assertRegex(gdb.command('monitor sym %d' % address), r'0x%08x  text\b' % address)
        self.assertIn('64 65 62 75 67', gdb.command('monitor mem text 8'))
        self.assertRegex(gdb.command('monitor dis'), r'(?s)=>  0x[0-9a-f]{8} .* descend')
        self.assertRegex(gdb.command('monitor bt'), r'(?s)#0 .* descend.*#1 .* calls')
        self.assertIn("'txet' is neither", gdb.command('monitor mem txet'))

    def test_selected_cpu(self):
        """Registers are those of the CPU that GDB has selected."""
        gdb = self.begin(None, '--board', session.HERE + '/two.board')
        for thread in 1, 2:
            gdb.command('thread %d' % thread)
            gdb.command('set var $g5 = 0x%d000' % thread)
        for thread in 1, 2:
            gdb.command('thread %d' % thread)
            self.assertIn('%%g5 0000%d000' % thread, gdb.command('monitor reg'))

    def test_info(self):
        gdb = self.begin(None, '--board=gr712rc')
        self.assertIn('80000100', gdb.command('monitor info mtree'))
        self.assertIn('apbuart', gdb.command('monitor info qtree'))
        self.assertIn('instructions 0\n', gdb.command('monitor  info   stats '))

    def test_what_a_breakpoint_costs(self):
        """All is interpreted, and the figures say so."""
        gdb = self.begin()
        gdb.command('break descend')
        self.assertIn('Breakpoint 1, descend', gdb.command('jump calls'))
        self.assertRegex(gdb.command('monitor info stats'), r'\ninterpreted_watched [1-9](?s:.*)\ngenerated_percent 0\.00\n')

    def test_unknown(self):
        gdb = self.begin()
        self.assertIn("no monitor command 'rest'; did you mean reset?", gdb.command('monitor rest'))
        self.assertIn("no monitor command 'xyzzy'.", gdb.command('monitor xyzzy'))
        self.assertIn("no info 'mtre'; did you mean mtree?", gdb.command('monitor info mtre'))
        self.assertIn('info mtree', gdb.command('monitor info'))
        self.run_to('main')

    def test_reset(self):
        gdb = self.begin()
        gdb.command('tbreak finish')
        gdb.command('continue')
        gdb.command('set var *(int *)&text = 0')
        self.assertIn('at its start again', gdb.command('monitor reset'))
        gdb.command('maintenance flush register-cache')
        self.assert_at('_start')
        self.assertEqual(gdb.value('*(char *)&text'), ord('d'))
        self.run_to('main')
        self.assertIn(SEVEN, gdb.command('continue'))
        self.assert_ends(7)

    def test_reset_after_error_mode(self):
        gdb = self.begin()
        gdb.command('jump broken')
        gdb.command('monitor reset')
        gdb.command('flushregs')
        self.assertIn(SEVEN, gdb.command('continue'))
        self.assert_ends(7)

    def test_quit(self):
        gdb = self.begin()
        gdb.command('monitor quit')
        self.assert_ends(session.INTERRUPTED)


class Load(Case):
    def test_into_an_empty_machine(self):
        gdb = self.begin(empty=True)
        self.assertIn('Start address 0x40000000', gdb.command('load'))
        self.run_to('main')
        self.assertIn(SEVEN, gdb.command('continue'))
        self.assert_ends(7)
        self.assertEqual(self.emulator.output(), 'debug\n')

    def test_run_what_was_loaded(self):
        gdb = self.begin(empty=True, target='extended-remote')
        gdb.command('load')
        for _ in range(2):
            gdb.command('tbreak add')
            self.assertIn('Temporary breakpoint', gdb.command('run'))
            self.assertEqual(gdb.value('$o0'), 1)

    def test_into_prom(self):
        """Read-only memory is written as flash is."""
        gdb = self.begin(empty=True, label='prom.elf')
        self.assertRegex(gdb.command('info mem'), r'flash')
        self.assertIn('Start address 0x00000000', gdb.command('load'))
        self.run_to('main')
        self.assertIn(SEVEN, gdb.command('continue'))

    def test_nothing_loaded(self):
        """Nothing but zeros: illegal instructions."""
        gdb = self.begin(empty=True)
        self.assertEqual(gdb.value('$pc'), 0x40000000)
        self.assertIn('SIGILL', gdb.command('continue'))

    def test_all_addresses_are_in_the_map(self):
        """What an MMU shows anywhere can be read."""
        gdb = self.begin()
        ranges = re.findall(r'(0x\w+)\s+(0x\w+)', gdb.command('info mem'))
        self.assertEqual(int(ranges[0][0], 16), 0)
        for before, after in zip(ranges, ranges[1:]):
            self.assertEqual(before[1], after[0])
        self.assertIn(int(ranges[-1][1], 16), (0, 1 << 32))


if __name__ == '__main__':
    session.main()
