# SPDX-License-Identifier: MIT
"""Under a debugger: --hang-limit does not apply while an author steps through a callback, and signals still work."""

import ctypes
import os
import signal
import subprocess
import time

from support import PROGRAM, STATUS, Case, guest, main, plugin

FAULTY = plugin("faulty.so")
# <sys/ptrace.h>
CONT, DETACH, SEIZE, INTERRUPT = 7, 17, 0x4206, 0x4207

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, pid, data=0):
    if libc.ptrace(request, pid, None, data) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


class Debugged:
    """The program, with this test as tracer of its first thread; the tracer lets everything happen."""

    def __init__(self, fault, *options):
        self.process = subprocess.Popen(
            [PROGRAM, guest("guest_access"), "--periph", f"{FAULTY},base=0x80000800,fault={fault}", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.pid = self.process.pid

    def pump(self, seconds):
        """Passes signals on for `seconds`; true if the program has ended meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid == 0:
                time.sleep(0.01)
            elif os.WIFSTOPPED(status):
                ptrace(CONT, self.pid, 0 if status >> 16 else os.WSTOPSIG(status))
            else:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                return True
        return False

    def detach(self):
        ptrace(INTERRUPT, self.pid)
        _, status = os.waitpid(self.pid, 0)
        ptrace(DETACH, self.pid, 0 if status >> 16 else os.WSTOPSIG(status))

    def end(self):
        self.process.kill()
        if self.process.returncode is None:
            self.process.wait()
        self.process.stderr.close()


class UnderADebugger(Case):
    def begin(self, *arguments):
        debugged = Debugged(*arguments)
        self.addCleanup(debugged.end)
        try:
            ptrace(SEIZE, debugged.pid)
        except PermissionError:
            self.skipTest("this host lets nobody debug")
        return debugged

    def test_no_hang(self):
        """While the program is debugged a callback may hang; after the debugger has detached it may not."""
        debugged = self.begin("hang_read", "--hang-limit=1")
        self.assertFalse(debugged.pump(3.5))
        debugged.detach()
        self.assertEqual(debugged.process.wait(20), STATUS["HANG"])
        self.assertIn("peripheral faulty0", debugged.process.stderr.read())

    def test_no_end_in_spite(self):
        """The user ends the program by a signal while a callback that is stepped through does not return."""
        debugged = self.begin("hang_read", "--hang-limit=0")
        self.assertFalse(debugged.pump(0.5))
        os.kill(debugged.pid, signal.SIGTERM)
        self.assertFalse(debugged.pump(5.5))
        debugged.detach()
        self.assertEqual(debugged.process.wait(20), STATUS["INTERRUPTED"])

    def test_crash_is_told(self):
        debugged = self.begin("crash_read")
        self.assertTrue(debugged.pump(20))
        self.assertEqual(debugged.process.returncode, STATUS["CRASH"])
        self.assertIn("in read() of register", debugged.process.stderr.read())


if __name__ == "__main__":
    main()
