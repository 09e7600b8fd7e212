# SPDX-License-Identifier: MIT
"""The stack: callers whose registers are still in windows, and calls that GDB makes itself."""

import re

import session
from session import Case

ENDS_WITH = 24  # what calls_main() returns when nothing interferes
DEEPEST = 20


class Frames(Case):
    def descend(self, depth, *options):
        """Stops in descend() number `depth`."""
        gdb = self.begin(None, *options)
        gdb.command('break descend if depth == %d' % depth)
        self.assertIn('Breakpoint 1, descend', gdb.command('jump calls'))
        gdb.command('delete')
        return gdb

    def assert_exits(self, status=ENDS_WITH):
        self.assertIn('exited with code %03o' % status, self.gdb.command('continue'))
        self.assert_ends(status)

    def assert_backtrace(self, first, depth):
        """Frames from number `first` on are descend() from `depth` to 0, then who called that."""
        lines = self.gdb.command('bt').splitlines()
        for n in range(depth + 1):
            self.assertRegex(lines[first + n], r'^#%d .*descend \(depth=%d, left=%d\)' %
                             (first + n, depth - n, DEEPEST - depth + n))
        self.assertRegex(lines[first + depth + 1], r'#%d .*in calls_main \(\)' % (first + depth + 1))
        self.assertNotIn('corrupt', '\n'.join(lines[:first + depth + 2]))


class Backtrace(Frames):
    def test_every_depth(self):
        """From one window in use to all of them three times over."""
        gdb = self.begin()
        gdb.command('break descend')
        gdb.command('jump calls')
        for depth in range(DEEPEST + 1):
            self.assert_backtrace(0, depth)
            gdb.command('continue')

    def test_from_a_leaf(self):
        gdb = self.begin()
        self.assertIn('Breakpoint', gdb.command('break leaf') + gdb.command('jump calls'))
        self.assert_backtrace(1, DEEPEST)

    def test_each_way_of_execution(self):
        for way in 'interp', 'ir', 'jit':
            with self.subTest(exec=way):
                self.descend(13, '--exec=' + way)
                self.assert_backtrace(0, 13)

    def test_on_the_way_back(self):
        """Windows that an underflow has loaded again are in registers, too."""
        gdb = self.descend(DEEPEST)
        for depth in range(DEEPEST - 1, 9, -1):
            self.assertIn('Run till exit', gdb.command('finish'))
            self.assert_backtrace(0, depth)
        self.assert_exits()

    def test_in_the_overflow_handler(self):
        """A trap's own window lies where none is valid; its callers are all the others."""
        gdb = self.begin()
        self.assertIn('Breakpoint', gdb.command('break window_overflow') + gdb.command('jump calls'))
        stack = [gdb.value('*(unsigned *)($fp + 56)')]
        gdb.command('tbreak *window_underflow')
        while len(stack) < 5:
            stack.append(gdb.value('*(unsigned *)(%d + 56)' % stack[-1]))
        self.assertEqual(sorted(set(stack)), stack, 'each caller is further up the stack')
        gdb.command('delete')
        self.assert_exits()

    def test_locals_and_arguments(self):
        gdb = self.descend(15)
        gdb.command('next')
        for n in range(1, 16):
            gdb.command('up')
            self.assertEqual(gdb.command('info locals').strip(), 'local = %d' % (1015 - n))
            self.assertEqual(gdb.value('depth'), 15 - n)
        self.assert_exits()

    def test_memory_has_the_registers(self):
        gdb = self.descend(4)
        gdb.command('stepi 3')
        fp = gdb.value('$fp')
        words = [int(word, 16) for word in re.findall(r'\t(0x\w+)', gdb.command('x/16xw %d' % fp))]
        gdb.command('up')
        shown = [gdb.value('(unsigned)$%s' % name) for name in
                 ['l%d' % n for n in range(8)] + ['i%d' % n for n in range(6)] + ['fp', 'i7']]
        self.assertEqual(words, shown)
        self.assertEqual(gdb.value('*(unsigned short *)(%d + 58)' % fp), words[14] & 0xffff)


class Writes(Frames):
    def test_a_caller_s_variable(self):
        """Three frames up `local` is in a window; there it is changed."""
        gdb = self.descend(6)
        gdb.command('up 3')
        gdb.command('set var local = 77')
        self.assertEqual(gdb.value('local'), 77)
        gdb.command('down')
        self.assertEqual(gdb.value('local'), 1004)
        self.assert_exits(ENDS_WITH - 1)

    def test_half_a_word(self):
        gdb = self.descend(6)
        gdb.command('up 3')
        where = gdb.value('$sp')
        gdb.command('set $l5 = 0x11223344')
        gdb.command('set var *(unsigned char *)(%d + 5 * 4 + 1) = 0xaa' % where)
        self.assertEqual(gdb.value('(unsigned)$l5'), 0x11aa3344)


class Returns(Frames):
    def test_finish(self):
        gdb = self.descend(12)
        gdb.command('tbreak leaf')
        gdb.command('continue')
        self.assertIn('Value returned is $1 = 1021', gdb.command('finish'))
        for n in range(3):
            self.assertIn('Value returned is $%d = %d' % (n + 2, n + 1), gdb.command('finish'))
        self.assert_exits()

    def test_finish_an_outer_frame(self):
        gdb = self.descend(DEEPEST)
        gdb.command('up 11')
        self.assertIn('Value returned', gdb.command('finish'))
        self.assert_backtrace(0, DEEPEST - 12)
        self.assert_exits()

    def test_return(self):
        """From each depth, so that each window is once the current one."""
        for depth in 1, 4, 7, 8:
            gdb = self.descend(depth)
            gdb.command('return (unsigned)%d' % (DEEPEST - depth + 1))
            self.assert_backtrace(0, depth - 1)
            self.assert_exits()
            gdb.close()

    def test_return_from_an_outer_frame(self):
        gdb = self.descend(17)
        gdb.command('up 9')
        gdb.command('return (unsigned)%d' % (DEEPEST - 17 + 9 + 1))
        self.assert_backtrace(0, 7)
        gdb.command('return (unsigned)%d' % (DEEPEST - 17 + 10 + 1))
        self.assert_backtrace(0, 6)
        self.assert_exits()


class Calls(Frames):
    def registers(self):
        """All but the clock, %asr22 and %asr23."""
        lines = self.gdb.command('info all-registers').splitlines()
        return [line for line in lines if not re.match('asr2[23] ', line)]

    def test_a_leaf(self):
        gdb = self.descend(3)
        self.assertEqual(gdb.command('print square(9)'), '$1 = 81\n')
        self.assert_backtrace(0, 3)
        self.assert_exits()

    def test_floating_point(self):
        self.descend(3)
        self.assertEqual(self.gdb.command('print half(2.5)'), '$1 = 1.25\n')
        self.assert_exits()

    def test_deeper_than_the_windows(self):
        """The call pushes all callers to the stack, which WIM must go on saying afterwards."""
        for depth in 0, 3, 6, 7, 9:
            gdb = self.descend(depth)
            self.assertEqual(gdb.command('print sum_to(30)'), '$1 = 465\n')
            self.assert_backtrace(0, depth)
            self.assert_exits()
            gdb.close()

    def test_registers_are_as_before(self):
        gdb = self.descend(2)
        before = self.registers()
        gdb.command('print square(123456)')
        self.assertEqual(self.registers(), before)

    def test_breakpoint_in_the_call(self):
        gdb = self.descend(2)
        gdb.command('tbreak sum_to if n == 3')
        self.assertIn('The program being debugged stopped while in a function called from GDB',
                      gdb.command('print sum_to(9)'))
        self.assertEqual(gdb.value('n'), 3)
        self.assertRegex(gdb.command('bt'), r'(?s)sum_to \(n=9\).*<function called from gdb>.*'
                         r'descend \(depth=2, left=18\).*in calls_main')


if __name__ == '__main__':
    session.main()
