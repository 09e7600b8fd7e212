# SPDX-License-Identifier: MIT
"""Signals while a guest waits for slow peripherals: the program ends at once, whatever executes."""

import os
import signal
import subprocess
import time

from support import PROGRAM, STATUS, Case, guest, main, plugin

FAULTY = plugin("faulty.so")

# It takes some milliseconds, without the attention that a signal asks for it would take ten seconds.
AT_ONCE = 2


class Emulator(subprocess.Popen):
    """The program with ten thousand reads of a register, each of which takes a millisecond."""

    def __init__(self, *options, fault="slow_read", image="guest_poll"):
        super().__init__([PROGRAM, guest(image), "--periph",
                          f"{FAULTY},base=0x80000800,fault={fault}", *options],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         text=True)
        time.sleep(0.3)

    def end(self, number, timeout=AT_ONCE):
        """Sends the signal; returns what subprocess.run() would."""
        self.send_signal(number)
        try:
            out, err = self.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            self.communicate()
            raise
        return subprocess.CompletedProcess(self.args, self.returncode, out, err)


class SlowPeripheral(Case):
    def check(self, *options):
        for number in (signal.SIGINT, signal.SIGTERM):
            self.assert_run(Emulator(*options).end(number), STATUS["INTERRUPTED"], "interrupted")

    def test_jit(self):
        self.check()
        self.check("--jit-threshold=0")

    def test_interpreters(self):
        self.check("--exec=interp")
        self.check("--exec=ir")

    def test_verified(self):
        self.check("--verify-jit")

    def test_several_cpus(self):
        self.check("--smp=2")

    def test_logged(self):
        self.check("-d", "mmio")

    def test_hashed(self):
        self.check("--verify-jit=hash:1000")


class Deaf(Case):
    """A peripheral that does not come back: the user still has the last word."""

    def test_first_signal(self):
        for fault in ("hang_read", "hang_busy_read", "hang_deaf_read"):
            emulator = Emulator("--hang-limit=0", fault=fault, image="guest_access")
            self.assert_run(emulator.end(signal.SIGTERM, 8), STATUS["INTERRUPTED"], "peripheral ",
                            "does not come back, though the run was interrupted")

    def test_second_signal(self):
        emulator = Emulator("--hang-limit=0", fault="hang_read", image="guest_access")
        emulator.send_signal(signal.SIGINT)
        time.sleep(0.3)
        self.assert_run(emulator.end(signal.SIGINT), STATUS["INTERRUPTED"], "interrupted twice")

    def test_before_the_run(self):
        emulator = Emulator("--hang-limit=0", fault="hang_create", image="guest_access")
        self.assert_run(emulator.end(signal.SIGTERM), STATUS["INTERRUPTED"],
                        "interrupted before the run began")


class Unread(Case):
    """Standard error is a pipe that nobody reads, and log lines wait for it: the second signal does not."""

    def test_second_signal(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        emulator = subprocess.Popen([PROGRAM, guest("guest_poll"), "-d", "exec", "--periph",
                                     f"{FAULTY},base=0x80000800,fault=none"], stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=writer)
        os.close(writer)
        self.addCleanup(emulator.kill)
        time.sleep(1)
        emulator.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        self.assertIsNone(emulator.poll())
        emulator.send_signal(signal.SIGTERM)
        began = time.monotonic()
        self.assertEqual(emulator.wait(10), STATUS["INTERRUPTED"])
        self.assertLess(time.monotonic() - began, 1)


class Masked(Case):
    def test_powered_down(self):
        """A timer whose interrupt wakes nobody: the user is told, and the host can do other things."""
        emulator = subprocess.Popen([PROGRAM, guest("guest_masked")], stdin=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True)
        self.assertIn("is the interrupt of a timer masked?", emulator.stderr.readline())
        first = self.ticks(emulator)
        time.sleep(1)
        used = self.ticks(emulator) - first
        emulator.send_signal(signal.SIGTERM)
        messages = emulator.communicate(timeout=5 * AT_ONCE)[1]
        self.assertEqual(emulator.returncode, STATUS["INTERRUPTED"], messages)
        self.assertLess(used, 50)

    @staticmethod
    def ticks(process):
        """Processor time in user mode, hundredths of a second."""
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
            return int(file.read().split()[13])


class Others(Case):
    """Signals that end a program do so here, with the console's bytes and a sentence before."""

    def test_named(self):
        for number in (signal.SIGQUIT, signal.SIGUSR2, signal.SIGXCPU,
                       signal.SIGTRAP, signal.SIGSYS, signal.SIGALRM, signal.SIGSEGV):
            self.assert_run(Emulator().end(number), -number, f"ended by signal {int(number)}")

    def test_hang_up(self):
        self.assert_run(Emulator().end(signal.SIGHUP), STATUS["INTERRUPTED"], "interrupted")

    def test_ignored_ones_stay_ignored(self):
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            emulator = Emulator()
        finally:
            signal.signal(signal.SIGHUP, before)
        emulator.send_signal(signal.SIGHUP)
        self.assert_run(emulator.end(signal.SIGTERM), STATUS["INTERRUPTED"])


if __name__ == "__main__":
    main()
