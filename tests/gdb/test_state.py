# SPDX-License-Identifier: MIT
"""Registers, memory, symbols and threads as GDB shows and changes them."""

import re
import tempfile

import session
from session import Case

# The state in which a boot loader leaves the processor.
ENTRY = {'pc': 0x40000000, 'npc': 0x40000004, 'psr': 0xf30010e0, 'wim': 2, 'tbr': 0x40000000, 'y': 0,
         'sp': 0x47ffff80, 'fp': 0x47ffff80}


class Registers(Case):
    def test_all(self):
        gdb = self.begin()
        text = gdb.command('info all-registers')
        names = re.findall(r'^(\w+) ', text, re.M)
        wanted = ['%s%d' % (bank, n) for bank in 'goli' for n in range(8)]
        wanted[14], wanted[30] = 'sp', 'fp'
        wanted += ['f%d' % n for n in range(32)] + ['y', 'psr', 'wim', 'tbr', 'pc', 'npc', 'fsr', 'csr']
        wanted += ['asr%d' % n for n in range(16, 32)]
        self.assertEqual([name for name in wanted if name not in names], [])
        for name, value in ENTRY.items():
            self.assertEqual(gdb.value('(unsigned)$' + name), value, name)
        self.assertEqual(gdb.value('$asr17') & 31, 7)
        self.assertNotIn('unavailable', '\n'.join(
            line for line in text.splitlines() if not line.startswith('csr')))

    def test_writes(self):
        gdb = self.begin()
        self.run_to('loop_call')
        values = {'g1': 0x11223344, 'g7': 0x77, 'o0': 0xfffffff0, 'l3': 0x1234, 'i5': 0x55aa55aa,
                  'y': 0x89abcdef, 'wim': 0x40, 'f7': None, 'asr24': 0x40000000, 'npc': None}
        for name, value in values.items():
            if value is not None:
                gdb.command('set $%s = 0x%x' % (name, value))
                self.assertEqual(gdb.value('(unsigned)$' + name), value, name)
        gdb.command('set $f7 = 1.5')
        self.assertEqual(gdb.command('output $f7'), '1.5')
        gdb.command('set $tbr = 0x12345670')
        self.assertEqual(gdb.value('(unsigned)$tbr') & 0xfffff000, 0x12345000)

    def test_psr(self):
        gdb = self.begin()
        gdb.command('set $psr = 0xffffffe3')
        psr = gdb.value('(unsigned)$psr')
        self.assertEqual(psr >> 24, 0xf3, 'implementation and version are fixed')
        self.assertEqual(psr & 0x00f00fe0, 0x00f00fe0)
        self.assertEqual(psr & 31, 3, 'the current window is another now')
        gdb.command('set $l0 = 0xaaaa')
        gdb.command('set $psr = 0xf30000e4')
        self.assertNotEqual(gdb.value('$l0'), 0xaaaa)
        gdb.command('set $psr = 0xf30000e3')
        self.assertEqual(gdb.value('$l0'), 0xaaaa)

    def test_the_guest_sees_them(self):
        gdb = self.begin()
        self.run_to('finish')
        gdb.command('set $o0 = 33')
        self.assertIn('exited with code 041', gdb.command('continue'))
        self.assert_ends(33)

    def test_writing_power_down_is_ignored(self):
        gdb = self.begin()
        self.assertEqual(gdb.command('set $asr19 = 0'), '')
        self.run_to('main')


class Memory(Case):
    def test_read(self):
        gdb = self.begin()
        self.assertEqual(gdb.command('x/s &text').split('\t')[1].strip(), r'"debug\n"')
        self.assertEqual(gdb.command('x/2xb &text').split(':')[1].split(), ['0x64', '0x65'])
        self.assertEqual(gdb.command('x/xh &text').split(':')[1].split(), ['0x6465'])

    def test_write(self):
        gdb = self.begin()
        gdb.command('set var *(int *)&total = 0x01020304')
        self.assertEqual(gdb.command('x/4xb &total').split(':')[1].split(),
                         ['0x01', '0x02', '0x03', '0x04'])
        gdb.command('set var *(char *)&text = 68')
        self.assertIn('exited with code 07', gdb.command('continue'))
        self.assert_ends(7)
        self.assertEqual(self.emulator.output(), 'Debug\n')

    def test_much(self):
        gdb = self.begin()
        with tempfile.NamedTemporaryFile(suffix='.bin') as file:
            data = bytes(i * 7 & 255 for i in range(100000))
            file.write(data)
            file.flush()
            gdb.command('restore %s binary 0x41000003' % file.name, 20)
            gdb.command('dump binary memory %s.out 0x41000003 0x41000003+100000' % file.name, 20)
            with open(file.name + '.out', 'rb') as copy:
                self.assertEqual(copy.read(), data)

    def test_nowhere(self):
        gdb = self.begin()
        self.assertIn('Cannot access memory at address 0x70000000', gdb.command('x/x 0x70000000'))
        self.assertIn('Cannot access memory', gdb.command('set var *(int *)0x70000000 = 1'))
        self.assertIn('Cannot access memory', gdb.command('x/x 0x47fffffe'), 'half of it is missing')
        self.run_to('main')

    def test_code_is_changed(self):
        """Also code that has run, and so was decoded, before."""
        gdb = self.begin()
        self.go_to('patch')
        gdb.command('tbreak *patched if $g5 == 50')
        gdb.command('continue')
        self.assertEqual(gdb.value('$g5'), 50)
        gdb.command('set var *(unsigned *)&patched = 0x8a016007')  # inc 7, %g5
        self.assertIn('add  %g5, 7, %g5', gdb.command('x/i &patched'))
        self.assertIn('exited with code %03o' % ((50 + 7 * 8) & 63), gdb.command('continue'))

    def test_load(self):
        gdb = self.begin()
        gdb.command('set var *(int *)&text = 0')
        self.assertIn('Transfer rate', gdb.command('load'))
        self.assertIn('exited with code 07', gdb.command('continue'))
        self.emulator.wait()
        self.assertEqual(self.emulator.output(), 'debug\n')

    def test_no_side_effects_in_a_device(self):
        gdb = self.begin(None, '--periph', session.guests + '/pulse.so,base=0x80000a00,irq=11')
        gdb.command('set var *(int *)0x80000a28 = 41')
        for _ in range(3):
            self.assertEqual(gdb.value('*(unsigned *)0x80000a28'), 41)

    def test_no_side_effects_in_the_uart(self):
        """Three characters wait in the FIFO; GDB looks at them, the guest gets them all."""
        with tempfile.TemporaryFile() as file:
            file.write(b'XYZ')
            file.seek(0)
            gdb = self.begin(stdin=file)
            self.go_to('input')
            self.run_to('input_there')
            for _ in range(5):
                self.assertEqual(gdb.value('*(unsigned *)0x80000100'), ord('X'))
                self.assertEqual(gdb.value('*(unsigned *)0x80000104') >> 26, 3)
            gdb.command('x/16xb 0x80000100')
            self.run_to('input_taken')
            self.assertEqual(gdb.command('x/3c &received').split("'")[1::2], ['X', 'Y', 'Z'])
            self.assertIn('exited with code 013', gdb.command('continue'))


class Symbols(Case):
    def test_disassembly(self):
        gdb = self.begin()
        lines = gdb.command('x/3i &main').splitlines()
        self.assertRegex(lines[0], r'0x4000\w+ <main>:\s+clr  %l0')
        self.assertRegex(lines[1], r'0x4000\w+ <loop>:\s+inc  %l0')

    def test_lines(self):
        gdb = self.begin()
        self.run_to('main')
        self.assertRegex(gdb.command('info line'), r'program\.S')

    def test_threads(self):
        gdb = self.begin()
        lines = gdb.command('info threads').splitlines()
        self.assertEqual(len([line for line in lines if re.match(r'[* ] \d', line)]), 1)
        self.assertRegex(lines[1], r'^\* 1 +Thread 1 \(CPU 0\) +_start \(\)')

    def test_two_cpus(self):
        gdb = self.begin(None, '--board', session.HERE + '/two.board')
        lines = gdb.command('info threads').splitlines()
        self.assertRegex(lines[1], r'^\* 1 +Thread 1 \(CPU 0\) ')
        self.assertRegex(lines[2], r'^  2 +Thread 2 \(CPU 1, powered down\) ')
        gdb.command('set $g1 = 0x1111')
        gdb.command('thread 2')
        gdb.command('set $g1 = 0x2222')
        self.assertEqual(gdb.value('(unsigned)$asr17 >> 28'), 1)
        gdb.command('thread 1')
        self.assertEqual((gdb.value('$g1'), gdb.value('(unsigned)$asr17 >> 28')), (0x1111, 0))
        self.run_to('main')
        gdb.command('thread 2')
        self.assertEqual(gdb.value('$g1'), 0x2222)
        gdb.command('thread 1')
        self.assertIn('exited with code 07', gdb.command('continue'))
        self.assert_ends(7)


if __name__ == '__main__':
    session.main()
