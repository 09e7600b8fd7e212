# SPDX-License-Identifier: MIT
"""GDB comes, goes, vanishes and returns."""

import os
import signal
import socket
import subprocess
import time

import session
from session import Case, Emulator, Gdb, Raw


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

    def test_a_second_one_is_told(self):
        gdb = self.begin()
        second = Gdb(self.program)
        self.addCleanup(second.close)
        text = second.command('target remote 127.0.0.1:%d' % self.emulator.port)
        self.assertIn('another GDB is connected to this emulator', text)
        self.run_to('main')
        self.assertIn('exited with code 07', gdb.command('continue'))

    def test_a_second_one_while_it_runs(self):
        gdb = self.begin()
        gdb.start('jump spin')
        second = Gdb(self.program)
        self.addCleanup(second.close)
        self.assertIn('another GDB', second.command('target remote 127.0.0.1:%d' % self.emulator.port))
        gdb.interrupt()
        self.assertIn('SIGINT', gdb.finish())

    def test_silent_one_gives_way(self):
        """Who connects and says nothing is no GDB."""
        emulator = self.emulator = Emulator(session.programs + '/program.elf')
        self.addCleanup(emulator.close)
        self.program = session.programs + '/program.elf'
        for _ in range(2):
            silent = socket.create_connection(('127.0.0.1', emulator.port), 5)
            self.addCleanup(silent.close)
        time.sleep(0.2)
        self.gdb = self.attach()
        self.run_to('main')
        self.assertIn('said nothing', emulator.errors())
        self.assertEqual(silent.recv(10), b'')
        self.assertIn('exited with code 07', self.gdb.command('continue'))

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

    def test_interrupted_in_an_extended_session(self):
        """The session would outlive the guest, but nobody waits for another `run`."""
        for running in False, True:
            with self.subTest(running=running):
                gdb = self.begin(target='extended-remote')
                if running:
                    gdb.start('jump spin')
                    time.sleep(0.2)
                self.emulator.process.send_signal(signal.SIGTERM)
                self.assert_ends(session.INTERRUPTED)
                self.assertNotIn('did not end in time', self.emulator.errors())

    def test_port_in_use(self):
        self.begin()
        done = subprocess.run([session.emulator, self.program, '--gdb=%d' % self.emulator.port],
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=10)
        self.assertEqual(done.returncode, session.FILE)
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_nowait(self):
        """It runs; whoever comes finds it standing, and may leave it to itself again."""
        gdb = self.begin(None, '--time-limit=100s', gdb='0,nowait', label='spinning.elf')
        self.assertIn('spin', gdb.command('info symbol $pc'))
        first = gdb.value('*(unsigned *)&counter')
        time.sleep(0.3)
        gdb.command('flushregs')
        self.assertEqual(gdb.value('*(unsigned *)&counter'), first)
        gdb.command('detach')
        time.sleep(0.3)
        gdb = self.gdb = self.attach()
        self.assertGreater(gdb.value('*(unsigned *)&counter'), first)
        gdb.command('break *$pc')
        self.assertIn('Breakpoint 1', gdb.command('continue'))
        gdb.command('kill')
        self.assert_ends(session.INTERRUPTED)

    def test_nowait_needs_nobody(self):
        emulator = Emulator(session.programs + '/program.elf', gdb='0,nowait')
        self.addCleanup(emulator.close)
        self.assertEqual(emulator.wait(10), 7)

    def test_stands_for_raw_client(self):
        """The answer to the first question is that of a machine that stands."""
        emulator = Emulator(session.programs + '/spinning.elf', gdb='0,nowait')
        self.addCleanup(emulator.close)
        raw = Raw(emulator.port)
        self.addCleanup(raw.close)
        stop = raw.ask(b'?')
        self.assertRegex(stop, b'^T05')
        time.sleep(0.3)
        self.assertEqual(raw.ask(b'?'), stop)
        self.assertEqual(raw.ask(b'p44'), stop.split(b'44:')[1].split(b';')[0])

    def test_another_address(self):
        emulator = Emulator(session.programs + '/program.elf', gdb='0.0.0.0:0')
        self.addCleanup(emulator.close)
        self.assertIn('warning', emulator.errors())
        with open('/proc/net/tcp') as table:
            self.assertIn(' 00000000:%04X ' % emulator.port, table.read())
        Raw(emulator.port).close()

    def test_ipv6(self):
        if not socket.has_ipv6 or not os.path.exists('/proc/net/if_inet6'):
            self.skipTest('the host has no IPv6')
        emulator = Emulator(session.programs + '/program.elf', gdb='[::1]:0')
        self.addCleanup(emulator.close)
        self.assertNotIn('warning', emulator.errors())
        socket.create_connection(('::1', emulator.port), 5).close()

    def test_bad_places(self):
        for place, word in (('1234x', 'not a port'), ('70000', 'not a port'), ('nowhere:1', 'no address'),
                            ('1,now', 'nowait'), ('1,nowait,x', 'nowait'), ('256.1.1.1:1', 'no address')):
            done = subprocess.run([session.emulator, session.programs + '/program.elf', '--gdb=' + place],
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=10)
            self.assertEqual(done.returncode, 64, place)
            self.assertEqual(len(done.stderr.splitlines()), 1)
            self.assertIn(word, done.stderr.decode())

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
            try:
                self.assertNotIn(b'$', browser.recv(100))
            except ConnectionResetError:
                pass
        self.assertIsNone(emulator.process.poll())


if __name__ == '__main__':
    session.main()
