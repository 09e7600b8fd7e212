# SPDX-License-Identifier: MIT
"""How runs end under GDB."""

import os
import tempfile
import time

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
        """GDB tells why, too."""
        for option, said, status in (('--insn-limit=5000', 'instruction limit of 5000 reached', 83),
                                     ('--time-limit=1ms', 'time limit', 82)):
            gdb = self.begin(None, option)
            text = gdb.command('jump spin')
            self.assertIn('exited with code %04o' % status, text)
            self.assertIn(said, text)
            self.assert_ends(status)

    def test_exit_code_that_does_not_fit(self):
        gdb = self.begin()
        self.run_to('finish')
        gdb.command('set $o0 = 200')
        text = gdb.command('continue')
        self.assertIn("exit code is 200", text)
        self.assertIn('exited with code 077', text)
        self.assert_ends(63)

    def test_traps_have_their_signals(self):
        """One instruction each, with traps disabled."""
        for word, signal, tt in ((0x00000000, 'SIGILL', 'illegal_instruction'),
                                 (0xc2006000, 'SIGSEGV', 'data_access_exception'),  # ld [%g1], %g1
                                 (0xc2006001, 'SIGBUS', 'mem_address_not_aligned'),
                                 (0x84704000, 'SIGFPE', 'division_by_zero'),        # udiv %g1, %g0, %g2
                                 (0x91d02003, 'SIGTRAP', 'trap_instruction')):      # ta 3
            with self.subTest(signal=signal):
                gdb = self.begin()
                gdb.command('set var *(unsigned *)&main = 0x%08x' % word)
                self.go_to('main')
                gdb.command('set $g1 = 0x70000000')
                gdb.command('set $psr = 0xf30010c0')
                text = gdb.command('continue')
                self.assertIn('received signal ' + signal, text)
                self.assertIn('error mode', text)
                self.assertIn(tt, text)
                self.assert_at('main')
                self.assertIn('exited with code 0120', gdb.command('continue'))
                self.assert_ends(session.ERROR_MODE)

    def test_fatal_error_of_the_operating_system(self):
        gdb = self.begin()
        gdb.command('set var *(unsigned *)&main = 0x84100008')        # mov %o0, %g2
        gdb.command('set var *((unsigned *)&main + 1) = 0x91d02000')  # ta 0
        self.go_to('main')
        for name, value in (('g1', 1), ('o0', 9), ('g3', 0x21), ('psr', 0xf30010c0)):
            gdb.command('set $%s = 0x%x' % (name, value))
        text = gdb.command('continue')
        self.assertIn('received signal SIGABRT', text)
        self.assertIn('source 9, code 33', text)
        self.assertEqual(gdb.value('$g3'), 0x21)
        self.assertIn('exited with code 0121', gdb.command('continue'))
        self.assert_ends(81)

    def test_error_mode_of_a_chip_with_two_cpus(self):
        """The other CPU was never started and nobody is left to start it: that is the end."""
        gdb = self.begin(None, '--board', 'gr712rc')
        text = gdb.command('jump broken')
        self.assertIn('SIGBUS', text)
        self.assert_at('broken_load')
        self.assertIn('CPU 0, in error mode', gdb.command('info threads'))
        self.assertIn('exited with code 0120', gdb.command('continue'))
        self.assert_ends(session.ERROR_MODE)

    def test_peripheral(self):
        """One asks for an end with status 9."""
        gdb = self.begin(os.path.join(session.plugins, 'guest_access.elf'), '--periph',
                         session.plugins + '/faulty.so,base=0x80000800,fault=stop')
        text = gdb.command('continue')
        self.assertIn('faulty0: seen enough', text)
        self.assertIn('exited with code 011', text)
        self.assert_ends(9)

    def test_names_are_escaped(self):
        """The image's symbols are not ours."""
        with open(os.path.join(session.programs, 'program.elf'), 'rb') as file:
            image = file.read()
        self.assertIn(b'\0broken\0', image)
        with tempfile.NamedTemporaryFile(suffix='.elf') as file:
            file.write(image.replace(b'\0broken_load\0', b'\0\x1b[31mn_load\0').replace(
                b'\0broken\0', b'\0\x1b[31mn\0'))
            file.flush()
            gdb = self.begin(None)
            broken = gdb.value('(unsigned)&broken')
            gdb.command('disconnect')
            self.emulator.close()
            self.emulator = session.Emulator(file.name)
            self.addCleanup(self.emulator.close)
            raw = session.Raw(self.emulator.port)
            self.addCleanup(raw.close)
            raw.ask(b'?')
            said = raw.ask(b'c%x' % broken)
            self.assertRegex(said, b'^O')
            self.assertIn(b'\\x1b[31m', bytes.fromhex(said[1:].decode()))

    def test_error_mode_of_the_second_cpu(self):
        """It alone cannot go on; the first ends as always."""
        gdb = self.begin(None, '--board', session.HERE + '/two.board')
        gdb.command('thread 2')
        self.go_to('broken')
        gdb.command('set $sp = 0x47000000')
        gdb.command('thread 1')
        gdb.start('jump spin')
        time.sleep(0.3)
        gdb.interrupt()
        self.assertIn('Thread 1 received signal SIGINT', gdb.finish())
        self.assertIn('CPU 1, in error mode', gdb.command('info threads'))
        self.assertIn('exited with code 07', gdb.command('jump start'))
        self.assert_ends(7)


if __name__ == '__main__':
    session.main()
