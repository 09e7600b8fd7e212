# SPDX-License-Identifier: MIT
"""Signals while a guest waits for slow peripherals: the program ends at once, whatever executes."""

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
        time.sleep(0.5)

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


if __name__ == "__main__":
    main()
