# SPDX-License-Identifier: MIT
"""Breakpoints; and watchpoints that GDB makes out of single steps."""

import session
from session import Case


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
        gdb.command('break spin')
        self.assertIn('Breakpoint 2', gdb.command('jump spin'), 'also from one to the other')
        self.assert_at('spin')

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


if __name__ == '__main__':
    session.main()
