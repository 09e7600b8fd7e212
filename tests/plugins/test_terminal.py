# SPDX-License-Identifier: MIT
"""However the program ends, the terminal's settings are restored, and all of the guest's output is written."""

import os
import pty
import signal
import socket
import re
import resource
import shutil
import tempfile
import termios
import time
import unittest

import subprocess

from support import PROGRAM, SANITIZED, STATUS, Case, guest, main, plugin

FAULTY = plugin("faulty.so")
SECOND = "apbuart,base=0x80000900,irq=4,chardev="


def wait_until(condition, seconds=20):
    end = time.time() + seconds
    while not condition():
        if time.time() > end:
            raise AssertionError("it never came to that")
        time.sleep(0.02)


class Terminal:
    """The program in the foreground of a terminal of its own."""

    def __init__(self, fault, *options):
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fd = os.open(os.ttyname(self.slave), os.O_RDWR)
            for target in (0, 1, 2):
                os.dup2(fd, target)
            os.execv(PROGRAM, [PROGRAM, guest("guest_speak"), "--periph", SECOND + "none",
                               "--periph", f"{FAULTY},base=0x80000800,fault={fault}", *options])
        os.set_blocking(self.master, False)
        self.seen = b""

    def close(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.master)
        os.close(self.slave)

    def read(self):
        try:
            self.seen += os.read(self.master, 65536)
        except BlockingIOError:
            pass
        return self.seen

    def is_raw(self):
        return not termios.tcgetattr(self.slave)[3] & termios.ICANON

    def end(self):
        """Status as of os.waitstatus_to_exitcode()."""
        result = []

        def is_over():
            self.read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            result.append(status)
            return pid != 0
        wait_until(is_over)
        self.read()
        return os.waitstatus_to_exitcode(result[-1])


class Console(Case):
    def start(self, fault, *options):
        terminal = Terminal(fault, *options)
        self.addCleanup(terminal.close)
        return terminal

    def check(self, terminal, status):
        self.assertEqual(terminal.end(), status, terminal.seen)
        self.assertEqual(termios.tcgetattr(terminal.slave), terminal.before)
        self.assertIn(b"spoken", terminal.seen)

    def test_signals(self):
        for number in (signal.SIGQUIT, signal.SIGUSR2, signal.SIGXCPU, signal.SIGTRAP,
                       signal.SIGSYS, signal.SIGSEGV, signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
                       signal.SIGRTMIN, signal.SIGRTMAX):
            terminal = self.start("slow_read")
            wait_until(terminal.is_raw)
            time.sleep(0.2)
            os.kill(terminal.pid, number)
            stops = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
            self.check(terminal, STATUS["INTERRUPTED"] if number in stops else -number)

    def test_crashes(self):
        faults = ["crash_read", "exit_read", "quick_exit_read", "leave_read", "leave_thread",
                  "crash_thread"]
        for fault in faults if SANITIZED else faults + ["overrun_read", "dive_thread", "dive_c11_thread"]:
            self.check(self.start(fault), STATUS["CRASH"])

    def test_child(self):
        """The child ends, and has not changed the terminal, which the emulator still uses."""
        for fault in "child_aborts", "child_is_ended":
            terminal = self.start(fault)
            wait_until(lambda: b"spoken" in terminal.read())
            time.sleep(0.3)
            self.assertTrue(terminal.is_raw())
            self.assertEqual(terminal.read().count(b"spoken"), 1)
            os.kill(terminal.pid, signal.SIGTERM)
            self.check(terminal, STATUS["INTERRUPTED"])

    def test_handlers_lost(self):
        """A library has put all signals to their defaults."""
        terminal = self.start("default_signals")
        wait_until(lambda: b"spoken" in terminal.read())
        os.kill(terminal.pid, signal.SIGTERM)
        self.check(terminal, STATUS["INTERRUPTED"])

    def test_hang(self):
        self.check(self.start("hang_read", "--hang-limit=1"), STATUS["HANG"])

    def test_stop_and_go_on(self):
        """SIGTSTP restores the terminal's settings; SIGCONT makes it raw again."""
        terminal = self.start("slow_read")
        wait_until(terminal.is_raw)
        os.kill(terminal.pid, signal.SIGTSTP)
        wait_until(lambda: os.waitpid(terminal.pid, os.WUNTRACED | os.WNOHANG)[0] != 0)
        self.assertEqual(termios.tcgetattr(terminal.slave), terminal.before)
        os.kill(terminal.pid, signal.SIGCONT)
        wait_until(terminal.is_raw)
        os.kill(terminal.pid, signal.SIGTERM)
        self.check(terminal, STATUS["INTERRUPTED"])


class Background(Case):
    def test_not_stopped(self):
        """A program in the background of a shell does not read the terminal, nor is it stopped for that."""
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        shell = os.fork()
        if shell == 0:
            os.setsid()
            fd = os.open(os.ttyname(slave), os.O_RDWR)
            for target in (0, 1, 2):
                os.dup2(fd, target)
            job = os.fork()
            if job == 0:
                os.setpgid(0, 0)
                os.execv(PROGRAM, [PROGRAM, guest("guest_speak"), "--periph", SECOND + "none",
                                   "--periph", f"{FAULTY},base=0x80000800,fault=slow_read"])
            time.sleep(0.5)
            os.write(master, b"for the shell\n")
            time.sleep(0.5)
            stopped = os.waitpid(job, os.WUNTRACED | os.WNOHANG)[0] != 0
            line = b"" if stopped else os.read(0, 100)
            os.kill(job, signal.SIGKILL)
            os._exit(0 if line == b"for the shell\n" else 1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(shell, 0)[1]), 0)


class Shell:
    """An interactive shell with job control on a terminal of its own."""

    def __init__(self):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"],
                       {**os.environ, "PS1": "", "TERM": "dumb", "HISTFILE": ""})
        os.set_blocking(self.master, False)
        self.seen = ""

    def has_said(self, text):
        try:
            self.seen += os.read(self.master, 65536).decode("latin-1")
        except BlockingIOError:
            pass
        return text in self.seen

    def type(self, text, answer):
        """Types `text`, and waits for output that the terminal's echo of `text` cannot be taken for."""
        self.seen = ""
        os.write(self.master, text.encode())
        wait_until(lambda: self.has_said(answer))

    def is_raw(self):
        """Is the terminal in the emulator's raw mode?  The mode of the shell's line editor is another."""
        self.has_said("")
        flags = termios.tcgetattr(self.master)[3]
        return not flags & termios.ICANON and not flags & termios.ISIG

    def close(self):
        """Kills the shell and its jobs, which are process groups of their own in its session."""
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and os.getsid(int(name)) == self.pid:
                    os.kill(int(name), signal.SIGKILL)
            except OSError:
                pass  # it has gone
        os.waitpid(self.pid, 0)
        os.close(self.master)


@unittest.skipIf(shutil.which("bash") is None, "no bash")
class JobControl(Case):
    """`leon3emu ... &`, fg and bg."""

    def begin(self, *options):
        shell = Shell()
        self.addCleanup(shell.close)
        shell.type("set -m; echo rea''dy\n", "ready")
        shell.type(" ".join([PROGRAM, guest("guest_consoles"), "--periph", SECOND + "none", *options, "&\n"]),
                   "first")
        return shell

    def finish(self, shell):
        wait_until(shell.is_raw)
        shell.type("\x01x", "interrupted;")
        wait_until(lambda: not shell.is_raw())
        shell.type("echo sta''tus $?\n", f"status {STATUS['INTERRUPTED']}")

    def test_into_the_foreground(self):
        """In the background the program runs on and leaves the terminal to the shell.  fg brings it to the foreground
        without any signal; it must notice and make the terminal raw."""
        for options in ([], ["-d", "int"], ["--exec=interp"]):
            shell = self.begin(*options)
            shell.type("jobs; echo the''re\n", "there")
            self.assertIn("Running", shell.seen)
            self.assertFalse(shell.is_raw())
            shell.type("fg\n", "guest_consoles")
            self.finish(shell)

    def test_asleep_in_the_background(self):
        """In the background, with a guest in power-down that only a character could wake."""
        shell = Shell()
        self.addCleanup(shell.close)
        shell.type("set -m; echo rea''dy\n", "ready")
        shell.type(f"{PROGRAM} {guest('guest_asleep')} &\n", "good night")
        time.sleep(0.5)
        shell.type("fg\n", "guest_asleep")
        self.finish(shell)

    def test_stopped_and_sent_back(self):
        shell = self.begin()
        shell.type("kill -TSTP %1; sleep 0.3; jobs; echo the''re\n", "there")
        self.assertIn("Stopped", shell.seen)
        shell.type("bg; sleep 0.3; jobs; echo a''gain\n", "again")
        self.assertIn("Running", shell.seen)
        self.assertFalse(shell.is_raw())
        shell.type("fg\n", "guest_consoles")
        self.finish(shell)

    def test_with_tostop(self):
        """Output from the background does not stop it either."""
        shell = Shell()
        self.addCleanup(shell.close)
        shell.type("set -m; stty tostop; echo rea''dy\n", "ready")
        shell.type(" ".join([PROGRAM, guest("guest_consoles"), "--periph", SECOND + "none", "&\n"]), "first")
        shell.type("jobs; echo the''re\n", "there")
        self.assertIn("Running", shell.seen)

    def test_with_gdb(self):
        shell = Shell()
        self.addCleanup(shell.close)
        shell.type("set -m; echo rea''dy\n", "ready")
        shell.type(f"{PROGRAM} {guest('guest_consoles')} --gdb=0 &\n", "waiting for GDB")
        shell.type("jobs; echo the''re\n", "there")
        self.assertIn("Running", shell.seen)
        shell.type("kill %1; wait %1; echo sta''tus $?\n", f"status {STATUS['INTERRUPTED']}")


class Lines(Case):
    """Character lines of other kinds, when the program ends by a crash, a hang or a signal."""

    def begin(self, chardev, fault, *options):
        process = subprocess.Popen(
            [PROGRAM, guest("guest_speak"), "--periph", SECOND + chardev, "--periph",
             f"{FAULTY},base=0x80000800,fault={fault}", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def ends(self, chardev):
        yield self.begin(chardev, "crash_read"), STATUS["CRASH"]
        yield self.begin(chardev, "hang_read", "--hang-limit=1"), STATUS["HANG"]
        process = self.begin(chardev, "slow_read")
        time.sleep(0.5)
        process.send_signal(signal.SIGQUIT)
        yield process, -signal.SIGQUIT

    def test_file(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "out")
            for process, status in self.ends("file:" + path):
                output, messages = process.communicate(timeout=60)
                self.assertEqual((process.returncode, output), (status, "spoken"), messages)
                with open(path, encoding="ascii") as file:
                    self.assertEqual(file.read(), "written")

    def test_full(self):
        """If output cannot be written, the program's status says so instead of the guest's status 0."""
        with tempfile.TemporaryDirectory() as directory:
            source = os.path.join(directory, "in")
            out = os.path.join(directory, "out")
            with open(source, "w", encoding="ascii") as file:
                file.write(".")
            for path, limit in (("/dev/full", None), (out, 4)):
                done = subprocess.run(
                    [PROGRAM, guest("guest_consoles"), "--periph", f"{SECOND}file:{path}:{source}"],
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
                    preexec_fn=limit and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4, 4))))
                self.assert_run(done, STATUS["OUTPUT"], f"cannot write to file:{path}")

    def test_tcp(self):
        """Output from before a client has connected is kept, and a client can still read it after the run has ended."""
        process = self.begin("tcp:0", "slow_read")
        port = re.search(r"listens on 127.0.0.1:(\d+)", process.stderr.readline()).group(1)
        with socket.create_connection(("127.0.0.1", int(port))) as client:
            client.settimeout(20)
            data = client.recv(1)  # the emulator knows of the client now
            time.sleep(0.2)  # and has noted what it has sent: bytes under way when the signal comes are sent twice
            process.send_signal(signal.SIGQUIT)
            while piece := client.recv(100):
                data += piece
        self.assertEqual(data, b"written")
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, -signal.SIGQUIT)


if __name__ == "__main__":
    main()
