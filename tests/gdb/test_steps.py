# SPDX-License-Identifier: MIT
"""Single steps: branches, delay slots, annulled slots, traps, interrupts, power-down."""

import session
from session import Case, Emulator, Raw


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
        self.assertIn('(CPU 0)', gdb.command('info threads'))


if __name__ == '__main__':
    session.main()
