# SPDX-License-Identifier: MIT
"""Signals while a guest waits for slow peripherals: the program ends at once, whatever executes."""

import os
import signal
import subprocess
import time
import unittest

from support import PROGRAM, SANITIZED, STATUS, Case, guest, main, plugin, run

FAULTY = plugin("faulty.so")
# guest_speak waits for it.
SECOND_UART = ("--periph", "apbuart,base=0x80000900,irq=4,chardev=none")

# Seconds.  The end takes some milliseconds; an executor that missed the signal would go on for ten seconds.
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
    """A callback does not return: the user can still end the program."""

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
        """A timer's interrupt is masked, so nothing wakes the guest: the program says so and idles."""
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
    """Signals that end a program end this one, too, after it has written the console's output and a message."""

    def test_named(self):
        for number in (signal.SIGQUIT, signal.SIGUSR2, signal.SIGXCPU,
                       signal.SIGTRAP, signal.SIGSYS, signal.SIGALRM, signal.SIGSEGV, signal.SIGRTMIN,
                       signal.SIGRTMIN + 3, signal.SIGRTMAX):
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


class Children(Case):
    """A child process of a library ends as it would in any program: no report of the emulator, no console output twice,
    and signals have their effect."""

    def check(self, fault, status):
        done = run(guest("guest_access"), "--periph", f"{FAULTY},base=0x80000800,fault={fault}")
        self.assert_run(done, int(status))
        self.assertEqual(done.stderr, "")

    @unittest.skipIf(SANITIZED, "the sanitizer reports it")
    def test_crash(self):
        for kind in "child", "hidden":
            self.check(kind + "_aborts", signal.SIGABRT)
            self.check(kind + "_crashes", signal.SIGSEGV)

    def test_signals(self):
        for kind in "child", "hidden":
            self.check(kind + "_is_ended", signal.SIGTERM)
            self.check(kind + "_writes", signal.SIGPIPE)

    def test_program(self):
        """A program inherits ignored signals; the emulator must not have made any ignored."""
        self.check("program", signal.SIGPIPE)


class Changed(Case):
    """A library that puts handlers of its own where ours were, ignores or blocks signals."""

    def test_in_create(self):
        for how in "ignore", "handle", "default", "block":
            emulator = Emulator(*SECOND_UART, fault=how + "_signals", image="guest_speak")
            self.assert_run(emulator.end(signal.SIGTERM), STATUS["INTERRUPTED"], "interrupted")

    def test_in_a_callback(self):
        """The emulator looks for changed signal handlers once a second."""
        emulators = [Emulator(*SECOND_UART, fault=how + "_signals_read", image="guest_speak")
                     for how in ("ignore", "handle", "default", "block")]
        for emulator in emulators:
            self.addCleanup(emulator.communicate)
            self.addCleanup(emulator.kill)
        time.sleep(6)
        for emulator in emulators:
            self.assert_run(emulator.end(signal.SIGTERM), STATUS["INTERRUPTED"], "interrupted")

    def test_deadly_ones(self):
        for how in "default", "block":
            done = run(guest("guest_access"), "--periph", f"{FAULTY},base=0x80000900,fault={how}_signals",
                       "--periph", f"{FAULTY},base=0x80000800,fault=crash_read")
            self.assert_run(done, STATUS["CRASH"], "crashed (signal 11) in read()")


class Alarm(Case):
    """The steps of a crash report have time limits, which work even if a library has ignored or blocked SIGALRM."""

    def begin(self, prepare):
        """Starts the program with a pipe as standard error that nobody reads."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        os.set_blocking(writer, False)
        for size in 4096, 1:
            try:
                while True:
                    os.write(writer, b"x" * size)
            except BlockingIOError:
                pass
        os.set_blocking(writer, True)
        emulator = subprocess.Popen(
            [PROGRAM, guest("guest_access"), "--periph", f"{FAULTY},base=0x80000800,fault=crash_read"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=writer, preexec_fn=prepare)
        os.close(writer)
        self.addCleanup(emulator.wait)
        self.addCleanup(emulator.kill)
        return emulator

    def test_nobody_reads(self):
        for emulator in [self.begin(prepare) for prepare in (
                None, lambda: signal.signal(signal.SIGALRM, signal.SIG_IGN),
                lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM]))]:
            self.assertEqual(emulator.wait(timeout=30), STATUS["CRASH"])


if __name__ == "__main__":
    main()
