# SPDX-License-Identifier: MIT
"""GDB's back-trace goes through the trap handlers of docs/bare-metal."""

import os
import re

import session
from session import Case


class BareMetal(Case):
    def frames(self):
        text = self.gdb.command('bt')
        self.assertNotIn('corrupt', text)
        return re.findall(r'^#\d+ +(?:0x\w+ in )?(<[^>]*>|\w+)', text, re.M)

    def begin_at(self, name, *commands):
        self.gdb = self.begin(os.path.join(session.guests, 'trace_%s.elf' % name))
        for command in commands:
            self.gdb.command(command)

    def test_unexpected_trap(self):
        """After the end, and at the handler's first instruction."""
        for commands in (['continue'], ['break unexpected', 'continue']):
            with self.subTest(commands=commands):
                self.begin_at('leaf_O2', *commands)
                self.assertEqual(self.frames(), ['<signal handler called>', 'read_sensor', 'middle', 'main'])
                self.assertIn('sensor', self.gdb.command('frame 1'))
                self.assertEqual(self.gdb.value('(unsigned)sensor'), 0xb0000004)

    def test_interrupt(self):
        self.begin_at('interrupt_O2', 'break handle_interrupt', 'continue')
        self.assertEqual(self.frames(), ['handle_interrupt', '<signal handler called>', 'middle', 'main'])

    def test_every_instruction_of_the_window_handlers(self):
        """Where a handler has left its window there is no back-trace; nowhere is there a wrong one."""
        for handler in 'window_overflow', 'window_underflow':
            with self.subTest(handler=handler):
                self.begin_at('return_O2', 'break ' + handler, 'continue', 'delete')
                right = ('deeper', 'deeper')
                seen = []
                while self.gdb.command('info symbol $pc').startswith(handler):
                    seen.append(tuple(self.frames()[1:3]))
                    self.gdb.command('stepi')
                self.assertEqual({right, ()}, set(seen))
                self.assertEqual((seen[0], seen[-1]), (right, right))
                self.assertEqual(seen.count(()), {'window_overflow': 13, 'window_underflow': 15}[handler])


if __name__ == '__main__':
    session.main()
