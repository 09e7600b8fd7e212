# SPDX-License-Identifier: MIT
"""Image formats, boot PROMs, and the command line in the style of SIS."""

import glob
import struct

import support
from support import CHECKSUM, Case, program, run

LIMIT = '--time-limit=20'


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
                          ['--load', 'selftest.srec'], ['--load', 'selftest.bin@0x40000000']):
            with self.subTest(arguments=arguments):
                other = self.check(run(*arguments, LIMIT, '--stats'), 0)
                self.assertEqual(other.out, elf.out)
                self.assertEqual(other.stat('instructions'), elf.stat('instructions'))

    def test_load(self):
        with open(program('words.bin'), 'wb') as file:
            file.write(struct.pack('>256I', *range(1000, 1256)))
        expected = sum(range(1000, 1256)) & 63
        self.check(run('blob.elf', '--load', 'words.bin@0x40100000'), expected)
        # Without an entry point of an ELF or S-record, the first image is where execution begins.
        self.check(run('--load', 'blob.bin@0x40000000', '--load', 'words.bin@0x40100000'), expected)
        self.check(run('blob.bin', '--load', 'words.bin@0x40100000'), 65)
        self.check(run('blob.elf', '--load', 'words.bin@0x80000000'), 65)

    def test_prom(self):
        loaded = self.check(run('selftest.elf', LIMIT), 0, CHECKSUM)
        booted = self.check(run('prom.elf', '--bios', LIMIT), 0)
        self.assertEqual(booted.out, loaded.out)


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
        result = self.check(run('-leon3', '-freq', '50', 'selftest.elf'), support.USAGE)
        self.assertRegex(result.err, r'^leon3emu: -freq [^\n]+\n$')


if __name__ == '__main__':
    support.main()
