# SPDX-License-Identifier: MIT
"""What -d, --stats and --dump print."""

import contextlib
import os
import pty
import re
import subprocess
import tempfile
import time

import support
from support import Case, board, run


class Log(Case):
    def lines(self, program, items, *arguments):
        result = run(program, '-d', items, *arguments)
        return result, result.err.splitlines()

    def test_guest_errors(self):
        result, lines = self.lines('touch.elf', 'guest_errors')
        self.check(result, 0, '^touch: 3 checks, 0 failures')
        self.assertEqual(len(lines), 4, result.err)
        for line, pattern in zip(lines, ('load of 0x70001234 by cpu 0, pc 0x4000',
                                         'store of 0x70005678 by cpu 0, pc 0x4000',
                                         'store of 0x00010000 by cpu 0, pc 0x4000',
                                         'uart0: write at 0x80')):
            self.assertIn(pattern, line)

    def test_unimp(self):
        result, lines = self.lines('touch.elf', 'unimp')
        self.check(result, 0)
        self.assertEqual(len(lines), 1, result.err)
        self.assertIn('uart0: no external clock', lines[0])

    def test_int(self):
        result, lines = self.lines('touch.elf', 'int')
        self.check(result, 0)
        for line in lines:
            self.assertRegex(line, r'^\[\d+\] cpu 0: trap 0x[0-9a-f]{2} \w+, pc 0x[0-9a-f]{8} <\w+(\+0x[0-9a-f]+)?>, npc 0x'
                                   r'[0-9a-f]{8}, psr 0xf3[0-9a-f]{6}(: error mode)?$')
        text = result.err
        for pattern in ('trap 0x09 data_access_exception', 'trap 0x2b data_store_error',
                        'trap 0x16 interrupt', 'trap 0x83 trap_instruction'):
            self.assertIn(pattern, text)
        self.assertTrue(lines[-1].endswith('error mode'))
        self.assertIn('trap 0x80 trap_instruction', lines[-1])
        self.assertEqual(len([line for line in lines if 'data_store_error' in line]), 2)

    def test_int_of_everything(self):
        result, lines = self.lines('selftest.elf', 'int')
        self.check(result, 0)
        seen = {line.split()[4] for line in lines}
        self.assertEqual(seen, {'0x02', '0x04', '0x05', '0x06', '0x07', '0x09', '0x0a', '0x2a', '0x2b',
                                '0x12', '0x13', '0x14', '0x15', '0x16', '0x1d', '0x1e',
                                '0x80', '0x83', '0x89', '0x8a', '0x95'})

    def test_in_asm(self):
        result, lines = self.lines('end_exit_7.elf', 'in_asm')
        self.check(result, 7)
        self.assertEqual(lines, [
            '0x40000000:  82102001  mov 1, %g1',
            '0x40000004:  84102005  mov 5, %g2',
            '0x40000008:  86102007  mov 7, %g3',
            '0x4000000c:  a1480000  rd %psr, %l0',
            '0x40000010:  a02c2020  andn %l0, 0x20, %l0',
            '0x40000014:  818c2000  wr %l0, %psr',
            '0x40000018:  01000000  nop',
            '0x4000001c:  01000000  nop',
            '0x40000020:  01000000  nop',
            '0x40000024:  91d02000  ta 0'])

    def test_in_asm_shows_an_instruction_once(self):
        result, lines = self.lines('end_spin.elf', 'in_asm', '--insn-limit=1000')
        self.check(result, support.INSN_LIMIT)
        self.assertEqual(len([line for line in lines if line.startswith('0x4')]), 2, result.err)

    def test_exec(self):
        result, lines = self.lines('end_exit_7.elf', 'exec')
        self.check(result, 7)
        self.assertEqual([re.search('pc (0x[0-9a-f]+)', line).group(1) for line in lines],
                         ['0x%08x' % address for address in range(0x40000000, 0x40000028, 4)])
        self.assertRegex(lines[0], r'^\[0\] cpu 0: pc 0x40000000 <_start>, psr 0xf3[0-9a-f]{6}: mov 1, %g1$')
        self.assertRegex(lines[9], r'^\[9\] cpu 0: pc 0x40000024 <_start\+0x24>, psr 0xf3[0-9a-f]{6}: ta 0$')

    def test_the_same_by_each_executor(self):
        """Lines have the exact cycle and pc, also out of generated code."""
        texts = [run('touch.elf', '-d', 'int,mmio,guest_errors,unimp,dev', '--exec=' + name).err
                 for name in ('interp', 'ir', 'jit')]
        self.assertEqual(texts[0], texts[1])
        self.assertEqual(texts[0], texts[2])
        times = [int(line[1:line.index(']')]) for line in texts[0].splitlines()]
        self.assertEqual(times, sorted(times))
        self.assertGreater(times[-1], 100000)

    def test_mmio(self):
        result, lines = self.lines('touch.elf', 'mmio')
        self.check(result, 0)
        for line in lines:
            self.assertRegex(line, r'^\[\d+\] \w+\.\w+ (read|write) \+0x[0-9a-f]+(?: \([a-z]\w*(?:\[\d+\])?\))? size [1248] = '
                                   r'0x[0-9a-f]+.*, pc 0x[0-9a-f]{8} <\w+(\+0x[0-9a-f]+)?>$')
        self.assertRegex(result.err, r'(?m)\] uart0\.registers write \+0x80 size 4 = 0x5, pc 0x4000')
        self.assertRegex(result.err, r'(?m)\] ahbpnp0\.records read \+0x800 size 4 = 0x1006000, pc ')
        self.assertRegex(result.err, r'(?m)\] gptimer0\.registers write \+0x14 \(trldval\[0\]\) size 4 = 0x3e7, pc ')
        # Of what the guest wrote to the data register the output is made.
        text = ''.join(chr(int(value, 16) & 255) for value in
                       re.findall(r'(?m)\] uart0\.registers write \+0x0 \(data\) size 4 = 0x([0-9a-f]+),',
                                  result.err))
        self.assertEqual(text, result.out)

    def test_dev(self):
        result, lines = self.lines('selftest.elf', 'dev', '--periph',
                                   './pulse.so,base=0x80000a00,irq=11')
        self.check(result, 0)
        self.assertRegex(result.err, r'(?m)^\[\d+\] pulse0: transfer 1 ended, status 2$')

    def test_nothing_without_d(self):
        self.assertEqual(self.check(run('touch.elf'), 0).err, '')

    def test_unknown_item(self):
        result = self.check(run('touch.elf', '-d', 'int,nonsense'), support.USAGE, 'nonsense')
        self.assertEqual(len(result.err.splitlines()), 1)

    def test_help(self):
        result = self.check(run('-d', 'help'), 0)
        for item in ('in_asm', 'exec', 'int', 'mmio', 'guest_errors', 'unimp', 'dev'):
            self.assertRegex(result.out, r'(?m)^%s +\S' % item)


class Order(Case):
    """Console output and log lines that go to the same place."""

    def merged(self, *arguments, **places):
        done = subprocess.run([support.emulator, *arguments], cwd=support.programs, timeout=60,
                              stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, **places)
        self.assertEqual(done.returncode, 0)
        return done.stdout

    def check_order(self, text):
        """A line of the console comes before the log line of the access that ended it; none is cut."""
        lines = text.decode().splitlines()
        whole = run('touch.elf', '-d', 'mmio')
        self.assertEqual([line for line in lines if not line.startswith('[')], whole.out.splitlines())
        self.assertEqual([line for line in lines if line.startswith('[')], whole.err.splitlines())
        for place, line in enumerate(lines):
            if not line.startswith('['):
                self.assertRegex(lines[place + 1], r'uart0\.registers write \+0x0 \(data\) size 4 = 0xa,')

    def test_pipe(self):
        self.check_order(self.merged('touch.elf', '-d', 'mmio', stdout=subprocess.PIPE))

    def test_file(self):
        with tempfile.TemporaryFile() as file:
            self.merged('touch.elf', '-d', 'mmio', stdout=file)
            file.seek(0)
            self.check_order(file.read())

    def test_terminal(self):
        master, slave = pty.openpty()
        process = subprocess.Popen([support.emulator, 'touch.elf', '-d', 'mmio'], cwd=support.programs,
                                   stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
        os.close(slave)
        text = b''
        with contextlib.suppress(OSError):  # a terminal whose other side is gone
            while piece := os.read(master, 4096):
                text += piece
        os.close(master)
        self.assertEqual(process.wait(60), 0)
        self.check_order(text.replace(b'\r\n', b'\n'))

    def test_a_slow_reader_changes_nothing(self):
        process = subprocess.Popen([support.emulator, 'touch.elf', '-d', 'mmio'], cwd=support.programs,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        time.sleep(0.5)
        text = process.stdout.read()
        process.stdout.close()
        self.assertEqual(process.wait(60), 0)
        self.check_order(text)


class Filter(Case):
    """--log-file, --log-filter, --history."""

    def lines(self, *arguments):
        return self.check(run('touch.elf', *arguments), 0).err.splitlines()

    def test_file(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, 'log')
            with open(path, 'w', encoding='utf-8') as file:
                file.write('what was there before\n' * 10000)
            for option in (['-D', path], ['--log-file=' + path]):
                self.assertEqual(self.lines('-d', 'int', *option), [])
                with open(path, encoding='utf-8') as file:
                    self.assertEqual(file.read().splitlines(), self.lines('-d', 'int'))
        self.check(run('touch.elf', '-d', 'int', '-D', '/nonexistent/log'), 66, '^leon3emu: cannot write the log file /nonexistent/log')

    def test_full_disk(self):
        self.check(run('touch.elf', '-d', 'int', '-D', '/dev/full'), support.OUTPUT, '^touch: 3 checks',
                   '^leon3emu: the log is not whole: cannot write to /dev/full: ')
        self.check(run('end_exit_7.elf', '-d', 'int', '-D', '/dev/full'), support.OUTPUT, 'the log is not whole')
        self.check(run('end_fault.elf', '-d', 'int', '-D', '/dev/full'), support.ERROR_MODE, 'the log is not whole')

    def test_addresses(self):
        whole = self.lines('-d', 'int,mmio,guest_errors')
        first, last = 0x40002ee0, 0x40002eef
        wanted = [line for line in whole if ' pc 0x' not in line  # what a device says has none
                  or first <= int(line.split(' pc ')[1].split()[0], 16) <= last]
        self.assertTrue(0 < len(wanted) < len(whole))
        for text in ('0x40002ee0..0x40002eef', '0x40002ee0+0x10', '0x1..0x2,0x40002ee0+16'):
            self.assertEqual(self.lines('-d', 'int,mmio,guest_errors', '--log-filter=' + text),
                             wanted)
        traced = self.lines('-d', 'exec', '--log-filter=0x40002ee8+4')
        self.assertTrue(traced and all(' pc 0x40002ee8 ' in line for line in traced))

    def test_devices(self):
        whole = self.lines('-d', 'int,mmio,guest_errors')
        self.assertEqual(self.lines('-d', 'int,mmio,guest_errors', '--log-filter=gptimer0'),
                         [line for line in whole if not re.search(r'\] \w+\.\w+ (read|write)|uart0: ', line)
                          or '] gptimer0.' in line])

    def test_refused(self):
        self.check(run('touch.elf', '-d', 'int', '--log-filter=uart9'), support.USAGE, 'no device uart9; --dump=qtree')
        for text in ('0x5..0x4', '5', '0x5..', '0x5+0', '0xfffffff0+0x20'):
            self.check(run('touch.elf', '-d', 'int', '--log-filter=' + text), support.USAGE, 'is no range')
        for text in ('0', 'x', '1000001'):
            self.check(run('touch.elf', '--history=' + text), support.USAGE, 'not a number from 1 to')

    def test_history(self):
        result = self.check(run('end_fault.elf', '--history=5'), support.ERROR_MODE)
        lines = result.err.split('history:\n')[1].splitlines()
        self.assertEqual(len(lines), 5)
        self.assertRegex(lines[3], r'^  \[16\] cpu 0: pc 0x40000040 <culprit_load>, psr \w+: ld \[ %l5 \+ 4 \], %l6$')
        self.assertRegex(lines[4], r'^  \[17\] cpu 0: trap 0x07 mem_address_not_aligned, .*: error mode$')
        result = self.check(run('end_spin.elf', '--history=3', '--insn-limit=1000'), support.INSN_LIMIT)
        self.assertEqual(re.findall(r'(?m)^  \[(\d+)\]', result.err), ['997', '998', '999'])
        self.assertEqual(self.lines('--history=100'), [])
        self.assertEqual(self.lines('--history=100', '-d', 'int'), self.lines('-d', 'int'))


class Dump(Case):
    def test_default_board(self):
        result = self.check(run('--dump', 'mtree'), 0)
        tree, flat = result.out.split('flat view')
        for line in ('00000000-007fffff prom (rom)', '40000000-47ffffff ram (ram)',
                     '80000100-800001ff uart0.registers (i/o)'):
            self.assertIn(line, tree)
        for line in ('40000000-47ffffff ram +0 (ram)', '80000200-800002ff irqmp0.registers +0'):
            self.assertIn(line, flat)

    def test_own_board_and_peripheral(self):
        result = self.check(run('--dump=mtree', '--board', board('own.board'), '--periph',
                                './pulse.so,base=0xffa00200,irq=11'), 0)
        for line in ('00000000-01ffffff ram +0', 'c0000000-c00fffff prom +0',
                     'ff900700-ff9007ff console.registers +0', 'ffa00200-ffa002ff pulse0.registers'):
            self.assertIn(line, result.out)


    def test_devices(self):
        text = self.check(run('--dump', 'qtree', '--board', 'gr712rc'), 0).out
        for lines in ('board gr712rc: .*\n  clock = 80000000\n  cpu\n    count = 2\n    nwin = 8\n',
                      '  bus ahb\n    device apb0: apbctrl\n      plug&play: vendor 0x01, device 0x006, ',
                      '      bus apb\n        device ftmctrl0: ftmctrl\n',
                      '        device uart0: apbuart\n'
                      '          plug&play: vendor 0x01, device 0x00c, version 1\n'
                      '          region registers: 80000100-800001ff \\(apb\\)\n'
                      '          irq output 0: line 2\n(          .*\n)*          fifo = 8\n',
                      '        device irqmp0: irqmp\n.*\n.*\n          irq inputs: lines 1 to 31, to the CPUs\n',
                      '        device grtimer0: gptimer\n          plug&play: vendor 0x01, device 0x038, ',
                      '    device dsu0: dsu3\n.*\n      region .*: 90000000-9fffffff \\(ahb\\)\n'):
            self.assertRegex(text, lines)
        self.assertRegex(self.check(run('--dump', 'qtree', '--smp', '3'), 0).out, 'count = 3\n')

    def test_devices_of_a_library(self):
        text = self.check(run('--dump=qtree', '--periph', './pulse.so,base=0x80000a00,irq=0'), 0).out
        self.assertRegex(text, r'device pulse0: \S+ from \./pulse\.so\n(.*\n)*? *irq output 0: not connected\n')

    def test_every_board(self):
        """Both dumps agree: what has an address is seen there."""
        for name in ('leon3', 'leon3-grlib', 'leon3-sis', 'gr712rc', 'gr740', 'ut699', 'ut700'):
            with self.subTest(board=name):
                tree = self.check(run('--dump', 'mtree', '--board', name), 0).out
                devices = self.check(run('--dump', 'qtree', '--board', name), 0).out
                regions = re.findall(r'region \S+: ([0-9a-f]{8}-[0-9a-f]{8}) ', devices)
                self.assertGreater(len(regions), 5)
                self.assertEqual(sorted(regions), sorted(re.findall(r'^ +(\S+) \S+ \(i/o', tree, re.M)))
                for start, _ in (region.split('-') for region in regions if not region.endswith('fffff')):
                    self.assertRegex(tree, r'(?m)^  %s-\S+ \S+ \+0 \(i/o\)$' % start)

    def test_nothing_else(self):
        self.check(run('--dump', 'stree'), support.USAGE, 'mtree, qtree, stats')


class Stats(Case):
    def test_counters(self):
        result = self.check(run('end_exit_7.elf', '--stats'), 7)
        self.assertEqual(result.stat('instructions'), 10)
        self.assertEqual(result.stat('guest_time_ns'), result.stat('cycles') * 25)

    def test_no_guess_about_devices(self):
        """The loops that wait for the UART are translated once, without the guess that they read memory."""
        if support.EXECUTOR:
            self.skipTest('other executors interpret all code, or none of it')
        result = self.check(run('midline_exit.elf', '--stats'), 7)
        self.assertGreater(result.stat('blocks_translated'), 0)
        self.assertEqual(result.stat('blocks_deoptimized'), 0)

    def test_host_time(self):
        result = self.check(run('end_spin.elf', '--time-limit=10s', '--exec=interp', '--insn-limit=20000000',
                                '--stats'), support.INSN_LIMIT)
        numbers = dict(re.findall(r'(?m)^(host_seconds|mips|guest_time_per_host_time) (\d+\.\d+)$', result.err))
        seconds = float(numbers['host_seconds'])
        self.assertTrue(0 < seconds <= result.seconds, result.err)
        self.assertAlmostEqual(float(numbers['mips']), 20 / seconds, delta=0.01 * 20 / seconds)
        self.assertAlmostEqual(float(numbers['guest_time_per_host_time']), 0.5 / seconds,
                               delta=0.01 * 0.5 / seconds)


if __name__ == '__main__':
    support.main()
