# SPDX-License-Identifier: MIT
"""Standard input in all its forms, and that runs repeat exactly."""

import os
import subprocess

import support
from support import Case, run, scratch

TEXT = b'The quick brown fox jumps over the lazy dog. ' * 20
ECHO = 'echo: ready\n%s\necho: %d characters, ended by %s\n'


def close_stdin():
    os.close(0)


class Input(Case):
    def file(self, data):
        with open(scratch('input.txt'), 'wb') as file:
            file.write(data)
        return open(file.name, 'rb')

    def expect(self, result, data, end):
        self.check(result, 0)
        self.assertEqual(result.out, ECHO % (data.decode().upper(), len(data), end))

    def test_end_of_file(self):
        for data in (b'', b'x', TEXT):
            with self.file(data) as file:
                self.expect(run('echo.elf', stdin=file), data, 'silence')

    def test_file(self):
        with self.file(TEXT + b'\x04rest') as file:
            self.expect(run('echo.elf', stdin=file), TEXT, 'EOT')

    def test_null(self):
        self.expect(run('echo.elf'), b'', 'silence')

    def test_zero(self):
        with open('/dev/zero', 'rb') as file:
            self.check(run('echo.elf', '--time-limit=100ms', stdin=file), support.TIME_LIMIT)

    def test_closed(self):
        self.expect(run('echo.elf', preexec=close_stdin, stdin=None), b'', 'silence')

    def test_closed_pipe(self):
        self.expect(run('echo.elf', data=b''), b'', 'silence')

    def test_pipe(self):
        self.expect(run('echo.elf', data=TEXT + b'\x04'), TEXT, 'EOT')

    def test_before_the_driver_is_ready(self):
        """All of it arrives, however late the interrupt is enabled; from a file and from a pipe."""
        data = bytes(range(1, 251)) * 12
        total = 0
        for byte in data:
            total = (total * 31 + byte) & 0xffffffff
        expected = 'early_input: %d characters, sum %08x\n' % (len(data), total)
        for board in 'leon3', 'gr712rc':
            with self.subTest(board=board), self.file(data) as file:
                piped = self.check(run('early_input.elf', '--board', board, data=data), 0)
                read = self.check(run('early_input.elf', '--board', board, stdin=file), 0)
                self.assertEqual((piped.out, read.out), (expected, expected))

    def test_directory(self):
        descriptor = os.open('/', os.O_RDONLY)
        result = self.check(run('echo.elf', stdin=descriptor), support.OUTPUT, 'Is a directory')
        self.assertEqual(result.out, ECHO % ('', 0, 'silence'))
        os.close(descriptor)

    def test_idle_guest_at_end_of_input(self):
        """Nobody can ever wake it: that is an end, not a hang."""
        for arguments in ({'data': b''}, {'data': b'abc'}, {}):
            with self.subTest(arguments=arguments):
                self.check(run('end_idle.elf', **arguments), support.IDLE)
        self.check(run('end_idle.elf', stdin=None, preexec=close_stdin), support.IDLE)

    def test_input_to_a_pipe_that_comes_late(self):
        process = subprocess.Popen([support.emulator, 'console.elf', '--realtime'],
                                   cwd=support.programs, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b'console: ready\n')
        for character in b'abq':
            process.stdin.write(bytes([character]))
            process.stdin.flush()
            self.assertEqual(process.stdout.read(10), b'<%08x>' % character)
        self.assertEqual(process.wait(timeout=10), 0)
        process.stdin.close()
        process.stdout.close()


class Output(Case):
    def test_file_chardev(self):
        out, entry = scratch('uart.out'), scratch('uart.in')
        with open(entry, 'wb') as file:
            file.write(TEXT + b'\x04')
        result = self.check(run('echo.elf', '--periph',
                                '%s,chardev=file:%s:%s' % (support.plugin('apbuart.so'), out,
                                                           entry)), 0)
        self.assertEqual(result.out, '')
        with open(out, 'rb') as file:
            self.assertEqual(file.read().decode(), ECHO % (TEXT.decode().upper(), len(TEXT), 'EOT'))

    def test_closed_output(self):
        """A reader that went away must not end the run with a signal; the status says that output was lost."""
        process = subprocess.Popen([support.emulator, 'selftest.elf'], cwd=support.programs,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        process.stdout.close()
        self.assertEqual(process.wait(timeout=100), support.OUTPUT)

    def test_full_disk(self):
        with open('/dev/full', 'wb') as full:
            done = subprocess.run([support.emulator, 'selftest.elf'], cwd=support.programs,
                                  stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                                  timeout=100)
        self.assertEqual(done.returncode, support.OUTPUT, done.stderr)


class Determinism(Case):
    COUNTERS = ('instructions', 'cycles', 'guest_time_ns', 'device_register_accesses')

    def fingerprint(self, result):
        return (result.status, result.out, *(result.stat(name) for name in self.COUNTERS))

    def test_echo_of_a_file(self):
        with open(scratch('long.txt'), 'wb') as file:
            file.write(TEXT * 2 + b'\x04')
        runs = set()
        for _ in range(3 if support.SLOW else 10):
            with open(file.name, 'rb') as source:
                runs.add(self.fingerprint(run('echo.elf', '--stats', stdin=source)))
        self.assertEqual(len(runs), 1)

    def test_selftest(self):
        arguments = ('selftest.elf', '--stats', '--periph', './pulse.so,base=0x80000a00,irq=11')
        runs = {self.fingerprint(run(*arguments)) for _ in range(2 if support.SLOW else 5)}
        self.assertEqual(len(runs), 1)

    def test_logging_changes_nothing(self):
        plain = run('selftest.elf', '--stats')
        for item in ('int', 'in_asm', 'guest_errors,unimp,dev'):
            with self.subTest(item=item):
                self.assertEqual(self.fingerprint(run('selftest.elf', '--stats', '-d', item)),
                                 self.fingerprint(plain))

    def test_host_load_changes_nothing(self):
        """Many at once, so that the host takes the processor away at all kinds of moments."""
        plain = self.fingerprint(run('selftest.elf', '--stats'))
        processes = [subprocess.Popen([support.emulator, 'selftest.elf', '--stats'],
                                      cwd=support.programs, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                     for _ in range(2 if support.SLOW else 6)]
        for process in processes:
            out, err = process.communicate(timeout=100)
            result = support.Result(process.returncode, out.decode(), err.decode(), 0)
            self.assertEqual(self.fingerprint(result), plain)


if __name__ == '__main__':
    support.main()
