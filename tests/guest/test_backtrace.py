# SPDX-License-Identifier: MIT
"""Reports of programs made as docs/bare-metal says: which trap it was, where, and who had called whom."""

import re

import support
from support import Case, run

HANDLER = 'unexpected'
OUTSIDE = ['middle', 'main', 'reset']


class Backtrace(Case):
    def trace(self, name, status=support.GUEST_FATAL):
        """The back-trace's frames, by name, and its lines about traps and recursions."""
        result = self.check(run('trace_%s.elf' % name), status)
        text = re.search(r'^back-trace:\n((?:  .*\n)+)', result.err, re.M).group(1)
        return result, [re.sub(r'^#\d+ +0x\w+ *|^\+.*|(?<=\w)[+ ].*', '', line.strip())
                        if '#' in line else line.strip() for line in text.splitlines()]

    def assert_trace(self, name, *frames, says='', status=support.GUEST_FATAL):
        for level in 'O0', 'O2':
            with self.subTest(name=name, level=level):
                result, found = self.trace('%s_%s' % (name, level), status)
                self.assertEqual(found, [*frames], str(result))
                self.assertRegex(result.err, '^leon3emu: ' + says)

    def fatal(self, tt, name, place):
        return (r'guest fatal error: trap 0x%02x \(%s\) at pc 0x\w+%s; source 9, code %d \(0x%x\); cpu 0 at pc '
                r'0x\w+ <unexpected\+0x14>, ' % (tt, name, place, tt, tt))

    def test_leaf(self):
        """The trapped function has no window of its own at -O2."""
        trap = 'trap 0x09 (data_access_exception)'
        says = self.fatal(9, 'data_access_exception', r' read_sensor(\+0x\w+)? \(traces\.c:\d+\)')
        self.assert_trace('leaf', HANDLER, trap, 'read_sensor', *OUTSIDE, says=says)

    def test_called_by_a_register(self):
        self.assert_trace('indirect', HANDLER, 'trap 0x07 (mem_address_not_aligned)', 'read_sensor', *OUTSIDE,
                          says=self.fatal(7, 'mem_address_not_aligned', r' read_sensor.*'))

    def test_tail_call(self):
        _, found = self.trace('tail_O2')
        self.assertEqual(found[2:], ['read_sensor', 'main', 'reset'])
        _, found = self.trace('tail_O0')
        self.assertEqual(found[2:], ['read_sensor', *OUTSIDE])

    def test_jump_to_nowhere(self):
        """Where the CPU could not go is a frame, too; its caller is the one who jumped."""
        self.assert_trace('jump', HANDLER, 'trap 0x01 (instruction_access_exception)', '', *OUTSIDE,
                          says=self.fatal(1, 'instruction_access_exception', ''))

    def test_recursion(self):
        """It takes one line, so that who began it can be seen."""
        trap = 'trap 0x09 (data_access_exception)'
        for level in 'O0', 'O2':
            _, found = self.trace('recursion_' + level)
            self.assertEqual(found[:4], [HANDLER, trap, 'read_sensor', 'deeper'])
            self.assertRegex(' '.join(found[4:]), r'^deeper the same (9[89]) times more middle main reset$')

    def test_stack_pointer_lost(self):
        """Registers of the frame itself are left: who called is known, and no more is made up."""
        for level in 'O0', 'O2':
            _, found = self.trace('stack_' + level)
            self.assertEqual(found[1:3], ['trap 0x09 (data_access_exception)', 'middle'])

    def test_handler_fails(self):
        """An overflow handler that cannot store: its window is not the one that the trap entered."""
        result, found = self.trace('windows_O2', support.ERROR_MODE)
        self.assertRegex(result.err, r'error mode: trap 0x2b \(data_store_error\) while traps were disabled, pc 0x\w+ '
                                     r'<window_overflow\+0x\w+>, in the handler of trap 0x05 \(window_overflow\) at '
                                     r'pc 0x\w+ middle.* \(traces\.c:\d+\), guest time')
        self.assertEqual(found[:3], ['window_overflow', 'trap 0x05 (window_overflow)', 'middle'])

    def test_idle(self):
        self.assert_trace('idle', 'power_down', *OUTSIDE, status=support.IDLE)

    def test_in_an_interrupt(self):
        """Two traps, one in the other's handler."""
        self.assert_trace('interrupt', HANDLER, 'trap 0x07 (mem_address_not_aligned)', 'read_sensor',
                          'handle_interrupt', 'interrupt', 'trap 0x15 (interrupt)', *OUTSIDE)

    def test_deep_in_an_interrupt(self):
        """The window of the outer trap has been stored to its stack: that it was a trap is still seen."""
        for level in 'O0', 'O2':
            _, found = self.trace('deep_' + level)
            self.assertEqual(found[:4], [HANDLER, 'trap 0x09 (data_access_exception)', 'read_sensor', 'deeper'])
            self.assertEqual(found[-6:], ['handle_interrupt', 'interrupt', 'a trap', *OUTSIDE])

    def test_without_symbols(self):
        for name in 'leaf', 'indirect':
            for level in 'O0', 'O2':
                frames = [re.findall(r'^  #\d+ +(\w+)', run('trace_%s_%s%s.elf' % (name, level, strip)).err, re.M)
                          for strip in ('', '_stripped')]
                self.assertEqual(frames[0], frames[1])
                self.assertEqual(len(frames[0]), 5)


if __name__ == '__main__':
    support.main()
