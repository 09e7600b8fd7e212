# SPDX-License-Identifier: MIT
"""Image formats, boot PROMs, and the command line in the style of SIS."""

import glob
import gzip
import struct
import zlib

import support
from support import CHECKSUM, Case, program, run, scratch

LIMIT = '--time-limit=20'


def packed(name):
    """The program compressed by gzip."""
    with open(program(name), 'rb') as file, open(scratch(name + '.gz'), 'wb') as result:
        result.write(gzip.compress(file.read(), 6))
    return scratch(name + '.gz')


def uimage(name, compressed):
    """The self-test as an image of U-Boot."""
    with open(program('selftest.bin'), 'rb') as file:
        data = file.read()
    data = gzip.compress(data, 6) if compressed else data
    header = struct.pack('>7I4B32s', 0x27051956, 0, 0, len(data), 0x40000000, 0x40000000,
                         zlib.crc32(data), 5, 10, 2, int(compressed), b'selftest')
    header = header[:4] + struct.pack('>I', zlib.crc32(header)) + header[8:]
    with open(scratch(name), 'wb') as file:
        file.write(header + data)
    return file.name


class Image(Case):
    def test_no_v8plus(self):
        files = glob.glob(program('*.elf'))
        self.assertGreater(len(files), 15)
        for name in files:
            with open(name, 'rb') as file:
                header = file.read(52)
            machine, flags = struct.unpack('>18xH16xI', header[:40])
            self.assertEqual((machine, flags & 0x100), (2, 0), name)

    def test_all_formats_run_alike(self):
        elf = self.check(run('selftest.elf', LIMIT, '--stats'), 0, CHECKSUM)
        for arguments in (['selftest.srec'], ['--load', 'selftest.elf'],
                          ['--load', 'selftest.srec'], ['--load', 'selftest.bin@0x40000000'],
                          ['selftest.hex'], [uimage('selftest.ub', False)],
                          [uimage('selftest.ub.packed', True)], [packed('selftest.elf')],
                          [packed('selftest.srec')], [packed('selftest.hex')]):
            with self.subTest(arguments=arguments):
                other = self.check(run(*arguments, LIMIT, '--stats'), 0)
                self.assertEqual(other.out, elf.out)
                self.assertEqual(other.stat('instructions'), elf.stat('instructions'))

    def test_load(self):
        words = scratch('words.bin')
        with open(words, 'wb') as file:
            file.write(struct.pack('>256I', *range(1000, 1256)))
        expected = sum(range(1000, 1256)) & 63
        self.check(run('blob.elf', '--load', words + '@0x40100000'), expected)
        # Without an entry point of an ELF or S-record, the first image is where execution begins.
        self.check(run('--load', 'blob.bin@0x40000000', '--load', words + '@0x40100000'), expected)
        self.check(run('blob.bin', '--load', words + '@0x40100000'), 65)
        self.check(run('blob.elf', '--load', words + '@0x80000000'), 65)

    def test_prom(self):
        loaded = self.check(run('selftest.elf', LIMIT), 0, CHECKSUM)
        booted = self.check(run('prom.elf', '--bios', LIMIT), 0)
        self.assertEqual(booted.out, loaded.out)


    def test_srec_without_end(self):
        """Its count is right, so all is there; execution starts at the lowest address."""
        with open(program('selftest.srec')) as file:
            lines = file.read().splitlines()
        data = [line for line in lines if line[:2] in ('S1', 'S2', 'S3')]
        count = bytes([4, *len(data).to_bytes(3, 'big')])
        count = 'S6' + (count + bytes([~sum(count) & 255])).hex().upper()
        with open(scratch('no_end.srec'), 'w') as file:
            file.write('\n'.join([*data, count, '']))
        self.check(run(scratch('no_end.srec'), LIMIT), 0, CHECKSUM,
                   r'^leon3emu: .*no_end\.srec: no end record.*lowest address, 0x40000000$')
        with open(scratch('no_end.srec'), 'w') as file:
            file.write('\n'.join([*data[1:], count, '']))
        self.check(run(scratch('no_end.srec'), LIMIT), 65)


class ResetAddress(Case):
    """Where a reset leads is a matter of the board, or of the command line."""

    def test_gr740(self):
        for image in 'gr740_prom.elf', 'gr740_prom.bin':
            with self.subTest(image=image):
                self.assertEqual(self.check(run(image, '--bios', '--board', 'gr740'), 0).out, 'OK\n')
        self.check(run('gr740_prom.elf', '--bios', '--board', 'gr740', '--reset-address=0',
                       '--insn-limit=1000'), support.IMAGE, 'nothing is loaded at the reset address 0x0')

    def test_by_option(self):
        arguments = ('live_watchdog_high.elf', '--bios', '--board', support.board('watchdog.board'))
        self.check(run(*arguments, '--reset-address=0x80000'), 9, 'watchdog is running')
        for address in '0x80001', '-1', 'x', '0x100000000':
            self.check(run(*arguments, '--reset-address=' + address), support.USAGE,
                       '^leon3emu: --reset-address=')

    def test_by_board_file(self):
        with open(support.board('watchdog.board')) as file:
            text = file.read()
        for address, status in ('0x80000', 9), ('0x80004', 67):
            with open(scratch('reset.board'), 'w') as file:
                file.write(text.replace('[memory]', '[cpu]\nreset = %s\n\n[memory]' % address))
            self.check(run('live_watchdog_high.elf', '--bios', '--board', scratch('reset.board')), status)


class Identity(Case):
    """Software tells chips apart by these words."""

    HEAD = 'psr f3000000\n'
    COUNTER, NO_COUNTER = 'up-counter\n', 'no up-counter\n'
    GENERIC = HEAD + 'mmu 016c4000\nicache 0023000%c\ndcache 0823000%c\nasr17 %s\nup-counter\n'
    WAYS = 'icache 13230008\ndcache 1b230008\nasr17 %s\n'
    BOARDS = {
        'leon3': GENERIC % ('8', '8', '04000587'),
        'leon3-grlib': GENERIC % ('8', '8', '04000547'),
        'gr712rc': HEAD + 'mmu 006c4000\n' + WAYS % '04000547' + NO_COUNTER,
        'gr740': HEAD + 'mmu 01904000\n' + WAYS % '04000587' + COUNTER,
        'ut699': HEAD + 'mmu 006c4000\nicache 00230008\ndcache 08230008\nasr17 00000547\n' + NO_COUNTER,
        'ut700': HEAD + 'mmu 006c4000\nicache 00230008\ndcache 08230008\nasr17 04000547\n' + COUNTER,
    }

    def test_boards(self):
        for board, text in self.BOARDS.items():
            image = 'identity_low.elf' if board == 'gr740' else 'identity.elf'
            with self.subTest(board=board):
                self.assertEqual(self.check(run(image, LIMIT, '--board', board), 0).out, text)

    def test_keys(self):
        """Each word by its key, as asr17_gen() of iu3.vhd puts it together."""
        for key, line in (('psr_ver=2', 'psr f2000000'), ('up_counter=off', 'no up-counter'),
                          ('lddel=2', 'asr17 04001587'), ('clk2x=2', 'asr17 04010587'),
                          ('clk2x=5', 'asr17 04018587'), ('clk2x=9', 'asr17 04028587'),
                          ('bp=on', 'asr17 06000587'), ('mmu_impl=5', 'mmu 516c4000'),
                          ('mmu_version=3', 'mmu 036c4000'), ('itlb=32', 'mmu 01ac4000'),
                          ('icache=0x12340000', 'icache 12340008'), ('watchpoints=1', 'asr17 04000527'),
                          ('casa=off', 'asr17 00000587'), ('mac=on', 'asr17 04000787'),
                          ('fpu=grfpu-lite', 'asr17 04000d87')):
            with self.subTest(key=key):
                out = self.check(run('identity.elf', LIMIT, '--set', 'cpu.mmu=on', '--set', 'cpu.' + key), 0).out
                self.assertIn('\n' + line + '\n', '\n' + out)


class Sis(Case):
    def test_runs(self):
        result = self.check(run('-leon3', '-m', '1', '-nouartrx', '-r', '-tlim', '400', 's',
                                'selftest.elf'), 0, '^' + CHECKSUM)
        self.assertIn('pnp: apb 01011028 base 80000300 irq 8\n', result.out)
        self.assertIn('pnp: apb 0100c023 base 80000100 irq 3\n', result.out)

    def test_as_rtems_test_passes_it(self):
        """The order of sis.cfg with bsps/leon3-sis.ini: -leon3 comes late."""
        result = self.check(run('-nouartrx', '-r', '-tlim', '400', 's', '-leon3', '-m', '4',
                                'selftest.elf'), 0, '^' + CHECKSUM)
        self.assertIn('pnp: apb 0100c023 base 80000100 irq 3\n', result.out)
        self.assertEqual(result.out.count('pnp: master 01003060'), 4)

    def test_gr740(self):
        """RAM is at 0 there, so this image is refused: by the board of that name."""
        result = self.check(run('-nouartrx', '-r', '-tlim', '400', 's', '-gr740', '-m', '4',
                                'selftest.elf'), 65)
        self.assertIn("lies outside the board's memory", result.err)

    def test_time_limit(self):
        result = self.check(run('-leon3', '-tlim', '10', 'ms', 'end_spin.elf'), support.TIME_LIMIT)
        self.assertRegex(result.err, r'^leon3emu: time limit reached; .*\n$')

    def test_no_input(self):
        self.check(run('-leon3', '-nouartrx', '-r', 'echo.elf', data=b'lost'), 0,
                   '^echo: 0 characters, ended by silence$')
        self.check(run('-leon3', '-r', 'echo.elf', data=b'here\x04'), 0,
                   '^echo: 4 characters, ended by EOT$')

    def test_cpus(self):
        result = self.check(run('-leon3', '-m', '2', '-r', 'selftest.elf'), 0, '^' + CHECKSUM)
        self.assertEqual(result.out.count('pnp: master 01003060'), 2)

    def test_too_many_cpus(self):
        result = self.check(run('-leon3', '-m', '17', '-r', 'selftest.elf'), support.USAGE)
        self.assertRegex(result.err, r'^leon3emu: [^\n]+\n$')
        self.assertEqual(result.out, '')

    def test_unknown_option(self):
        result = self.check(run('-leon3', '-bogus', 'selftest.elf'), support.USAGE)
        self.assertRegex(result.err, r'^leon3emu: -bogus[^\n]+\n$')


if __name__ == '__main__':
    support.main()
