# SPDX-License-Identifier: MIT
"""How runs end under GDB."""

import session
from session import Case


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
        self.assertIn('SIGBUS', gdb.command('jump broken'))
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
        self.assertIn('SIGBUS', gdb.command('jump broken'))
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
        self.assertIn('SIGBUS', gdb.command('jump broken'))
        gdb.command('kill')
        self.assertIn(self.emulator.wait(10), (session.INTERRUPTED, session.ERROR_MODE))

    def test_limits(self):
        gdb = self.begin(None, '--insn-limit=5000')
        self.assertIn('exited with code 0123', gdb.command('jump spin'))
        self.assert_ends(83)


if __name__ == '__main__':
    session.main()
