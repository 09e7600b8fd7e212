# SPDX-License-Identifier: MIT
"""The kernel's self-test on every board, with the peripheral, with devices built in and loaded."""

import re

import support
from support import CHECKSUM, CHECKSUM_PULSE, Case, board, plugin, run, scratch

PULSE = './pulse.so,base=0x80000a00,irq=11'
LIMIT = '--time-limit=20'


class Board(Case):
    def pnp(self, result):
        return re.findall(r'^pnp: (.*)$', result.out, re.M)

    def test_default(self):
        result = self.check(run('selftest.elf', LIMIT), 0, '^' + CHECKSUM)
        self.assertEqual(self.pnp(result), [
            'master 01003060 bar 00000000',
            'slave 01006000 bar 8000fff2',
            'apb 0100c023 base 80000100 irq 3',
            'apb 0100d080 base 80000200 irq 0',
            'apb 01011026 base 80000300 irq 6',
            '5 cores, 40 MHz, 8 windows'])
        self.assertIn('nesting: (1[3!]{}2)=.\n', result.out)
        self.assertEqual(len(re.findall(r'^console: line . of 4, 0123456789 [a-z]+$', result.out,
                                        re.M)), 4)
        self.assertEqual(result.err, '')

    def test_grlib(self):
        result = self.check(run('selftest.elf', LIMIT, '--board=leon3-grlib'), 0, '^' + CHECKSUM)
        self.assertIn('apb 0100c022 base 80000100 irq 2', self.pnp(result))
        self.assertIn('apb 0100c023 base 80000900 irq 3', self.pnp(result))
        self.assertIn('apb 01011028 base 80000300 irq 8', self.pnp(result))
        self.assertIn('apb 0400f020 base 80000000 irq 0', self.pnp(result))
        self.assertIn('apb 0101a060 base 80000b00 irq 0', self.pnp(result))
        self.assertIn('8 cores, 50 MHz, 8 windows', self.pnp(result))

    def test_own(self):
        result = self.check(run('selftest_low.elf', LIMIT, '--board', board('own.board')), 0,
                            '^' + CHECKSUM)
        self.assertEqual(self.pnp(result), [
            'master 01003060 bar 00000000',
            'slave 01006000 bar ff90fff2',
            'slave 01006000 bar ffa0fff2',
            'apb 01011029 base ff900400 irq 9',
            'apb 0100d080 base ff900500 irq 0',
            'apb 0100c02c base ff900700 irq 12',
            'apb 0100c023 base ffa00000 irq 3',
            '7 cores, 33 MHz, 16 windows'])

    def test_image_does_not_fit_the_board(self):
        result = self.check(run('selftest.elf', '--board', board('own.board')), 65)
        self.assertEqual(result.out, '')
        self.assertEqual(len(result.err.splitlines()), 1)

    def test_windows(self):
        for count in (4, 32) if support.SLOW else (4, 5, 16, 32):
            with self.subTest(windows=count):
                with open(scratch('windows%d.board' % count), 'w') as copy:
                    copy.write(WINDOWS_BOARD % count)
                self.check(run('selftest.elf', LIMIT, '--board', copy.name), 0, '^' + CHECKSUM,
                           ' %d windows$' % count)


DEVICES = [['apbuart'], ['gptimer'], ['irqmp'], ['apbuart', 'gptimer', 'irqmp']]

WINDOWS_BOARD = '''
[board]
name  = windows
clock = 40M
[cpu]
nwin  = %d
[memory]
ram   = base=0x40000000, size=8M
[devices]
apb0    = apbctrl, base=0x80000000
uart0   = apbuart, base=0x80000100, irq=3, chardev=stdio
irqmp0  = irqmp,   base=0x80000200
timer0  = gptimer, base=0x80000300, irq=6, timers=2, separate_irqs=on
apbpnp0 = apbpnp,  base=0x800ff000
ahbpnp0 = ahbpnp,  base=0xfffff000
'''


class Peripheral(Case):
    def test_driver(self):
        result = self.check(run('selftest.elf', LIMIT, '--periph', PULSE), 0, '^' + CHECKSUM_PULSE,
                            '^pulse: key 0000005a, 8 transfers$',
                            '^pnp: apb 097e502b base 80000a00 irq 11$')
        self.assertEqual(result.err, '')

    def test_property(self):
        self.check(run('selftest.elf', LIMIT, '--periph', PULSE + ',key=0xff'), 0,
                   '^' + CHECKSUM_PULSE, '^pulse: key 000000ff, 8 transfers$')

    def test_two_instances(self):
        result = self.check(run('selftest.elf', LIMIT, '--periph', PULSE, '--periph',
                                './pulse.so,base=0x80000b00,irq=12,key=1', '-d', 'dev'), 0,
                            '^' + CHECKSUM_PULSE, '^pnp: 7 cores,')
        self.assertEqual(re.findall(r'(?m)^\[\d+\] (pulse.*: transfer)', result.err), ['pulse0: transfer'] * 8)

    def test_own_board_second_bridge(self):
        self.check(run('selftest_low.elf', LIMIT, '--board', board('own.board'), '--periph',
                       './pulse.so,base=0xffa00200,irq=11'), 0, '^' + CHECKSUM_PULSE,
                   '^pnp: apb 097e502b base ffa00200 irq 11$')

    def test_devices_as_libraries(self):
        inside = self.check(run('selftest.elf', LIMIT, '--stats'), 0, CHECKSUM)
        for names in DEVICES[3:] if support.SLOW else DEVICES:
            with self.subTest(names=names):
                options = [option for name in names
                           for option in ('--periph', plugin(name + '.so'))]
                loaded = self.check(run('selftest.elf', LIMIT, '--stats', *options), 0)
                self.assertEqual(loaded.out, inside.out)
                for counter in ('instructions', 'cycles'):
                    self.assertEqual(loaded.stat(counter), inside.stat(counter))


if __name__ == '__main__':
    support.main()
