# SPDX-License-Identifier: MIT
"""GDB comes, goes, vanishes and returns."""

import signal
import socket
import subprocess
import time

import session
from session import Case, Emulator, Raw


class Connection(Case):
    def test_detach(self):
        gdb = self.begin()
        gdb.command('break add')
        gdb.command('continue')
        self.assertIn('Detaching', gdb.command('detach'))
        self.assert_ends(7)
        self.assertEqual(self.emulator.output(), 'debug\n')

    def test_quit_detaches(self):
        gdb = self.begin()
        gdb.command('break add')
        gdb.command('continue')
        gdb.send('quit')
        self.assertIn(self.emulator.wait(10), (7, session.INTERRUPTED))

    def test_vanishes_while_halted(self):
        gdb = self.begin()
        gdb.command('break add')
        gdb.command('continue')
        gdb.vanish()
        self.assert_ends(7)

    def test_vanishes_while_running(self):
        gdb = self.begin(None, '--time-limit=200s')
        gdb.start('jump spin')
        time.sleep(0.3)
        gdb.vanish()
        time.sleep(0.3)
        self.assertIsNone(self.emulator.process.poll())
        self.emulator.process.send_signal(signal.SIGINT)
        self.assert_ends(session.INTERRUPTED, 2)

    def test_comes_back(self):
        gdb = self.begin()
        gdb.start('jump spin')
        time.sleep(0.2)
        gdb.interrupt()
        gdb.finish()
        gdb.command('disconnect')
        first = None
        for _ in range(3):
            gdb = self.gdb = self.attach()
            self.assertIn('spin', gdb.command('info symbol $pc'))
            count = gdb.value('*(unsigned *)&counter')
            self.assertTrue(first is None or count > first)
            first = count
            gdb.command('detach')
            time.sleep(0.1)
        gdb = self.gdb = self.attach()
        gdb.command('kill')
        self.assert_ends(session.INTERRUPTED)

    def test_a_second_one_has_to_wait(self):
        gdb = self.begin()
        with socket.create_connection(('127.0.0.1', self.emulator.port), 5) as second:
            second.sendall(Raw.packet(b'?'))
            self.run_to('main')
            second.settimeout(0.2)
            try:
                answered = second.recv(100)
            except socket.timeout:
                answered = b''
            self.assertNotIn(b'$', answered)
        self.assertIn('exited with code 07', gdb.command('continue'))

    def test_interrupted_while_it_waits(self):
        emulator = Emulator(session.programs + '/program.elf')
        self.addCleanup(emulator.close)
        time.sleep(0.1)
        emulator.process.send_signal(signal.SIGINT)
        self.assertEqual(emulator.wait(2), session.INTERRUPTED)
        self.assertNotIn('GDB\n', emulator.errors().replace('waiting for GDB', ''))

    def test_interrupted_by_the_user(self):
        """Ctrl-C at the emulator's terminal is an end, also for GDB."""
        gdb = self.begin()
        gdb.start('jump spin')
        time.sleep(0.2)
        self.emulator.process.send_signal(signal.SIGINT)
        self.assertIn('exited with code 0125', gdb.finish(5))
        self.assert_ends(session.INTERRUPTED)

    def test_interrupted_by_the_user_while_halted(self):
        self.begin()
        self.run_to('main')
        self.emulator.process.send_signal(signal.SIGINT)
        self.assert_ends(session.INTERRUPTED)

    def test_port_in_use(self):
        self.begin()
        done = subprocess.run([session.emulator, self.program, '--gdb=%d' % self.emulator.port],
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=10)
        self.assertEqual(done.returncode, session.FILE)
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_only_this_machine(self):
        emulator = Emulator(session.programs + '/program.elf')
        self.addCleanup(emulator.close)
        with open('/proc/net/tcp') as table:
            self.assertIn('0100007F:%04X' % emulator.port, table.read())

    def test_not_gdb(self):
        emulator = Emulator(session.programs + '/program.elf')
        self.addCleanup(emulator.close)
        with socket.create_connection(('127.0.0.1', emulator.port), 5) as browser:
            browser.sendall(b'POST / HTTP/1.1\r\n\r\n$k#6b')
            browser.settimeout(5)
            self.assertNotIn(b'$', browser.recv(100))
        self.assertIsNone(emulator.process.poll())


if __name__ == '__main__':
    session.main()
