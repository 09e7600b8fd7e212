# SPDX-License-Identifier: MIT
"""What the host refuses, call by call.

    test_faults.py malloc|files|loader|sockets|others|from

A run is made again and again: each time another of its calls of a kind fails.  It has to end with a sentence and
a documented status, or with the right result; never by a signal, never as a bug of its own, and never with
status 0 and output that is not whole.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

PROGRAM = os.environ["LEON3EMU"]
GUESTS = os.environ["GUESTS"]
IMAGE = os.path.join(GUESTS, "guest_consoles.elf")
# In a sweep of failures that stay, every so many of the mallocs are enough.
STRIDE = {"malloc": 13}


def statuses():
    """Of include/exit_status.def: all but what means a bug of the emulator."""
    with open(os.path.join(os.environ["SOURCE"], "include/exit_status.def"), encoding="utf-8") as file:
        rows = [row.split(",") for row in file if row.startswith("STATUS(")]
    return {int(row[1]) for row in rows if "INTERNAL" not in row[0]}


class Scene:
    """One way to run the program: its arguments, the status and the standard output of a run in which nothing
    fails."""

    status = 0
    stdout = "first\nhi."

    def __init__(self, directory):
        self.directory = directory

    def path(self, name):
        return os.path.join(self.directory, name)

    def text(self, name):
        try:
            with open(self.path(name), encoding="latin-1") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def lost(self):
        """What is missing of the output beside standard output, though the status is right; or None."""
        return None

    def run(self, environment):
        return subprocess.run([PROGRAM, *self.arguments()], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, errors="replace", env=environment, timeout=30, check=False)


class Consoles(Scene):
    """On two consoles, one of them files."""

    def arguments(self):
        with open(self.path("in"), "w", encoding="ascii") as file:
            file.write("hi.")
        with open(self.path("out"), "w", encoding="ascii") as file:
            file.write("from an earlier run\n")
        # The guest waits for input for ever; the limit is far behind what it needs.
        return [IMAGE, "--time-limit=20ms", "--periph",
                f"apbuart,base=0x80000900,irq=4,chardev=file:{self.path('out')}:{self.path('in')}"]

    def lost(self):
        second = self.text("out")
        return None if second == "second\nhi." else f"the second console has {second!r}"


class Log(Consoles):
    """The same, with the log in a file."""

    whole = None

    def arguments(self):
        if os.path.exists(self.path("log")):
            os.remove(self.path("log"))
        return [*super().arguments(), "-d", "int,exec", "--log-filter=0x40001000..0x40001020",
                "--log-file", self.path("log")]

    def lost(self):
        log = self.text("log")
        self.whole = self.whole or log
        return super().lost() or (None if log == self.whole else "the log is not whole")


class Library(Scene):
    """With a peripheral from a file, in a board file."""

    status = 7
    stdout = ""

    def arguments(self):
        with open(self.path("own.board"), "w", encoding="ascii") as file:
            file.write(f"include = leon3\n[devices]\nfaulty = {GUESTS}/faulty.so, base=0x80000800\n")
        return [os.path.join(GUESTS, "guest_access.elf"), "--board", self.path("own.board")]


class Listing(Scene):
    """With the disassembler, which is a library, too."""

    stdout = re.compile(r"row [\s\S]*host code, .* bytes\n[\s\S]*"
                        r"( jmp .*\n|\(no disassembler: .* is missing\)\n)")

    def arguments(self):
        return ["--explain=0x9de3bf98"]


class Lines(Scene):
    """With source lines, which a library reads, in the report of the end."""

    status = 81
    stdout = re.compile(r"[\s\S]* read_sensor \((traces\.c:\d+|no line: libdw\.so\.1 is missing)\)[\s\S]*")

    def arguments(self):
        return [os.path.join(GUESTS, "../../guest/trace_leaf_O2.elf")]

    def run(self, environment):
        done = super().run(environment)
        done.stdout += done.stderr
        return done


class Terminal(Scene):
    """A console on a pseudo-terminal, with a link to it.  Nobody is there: the guest ends at the limit."""

    status = 82
    stdout = "first\n"

    def arguments(self):
        return [IMAGE, "--time-limit=20ms", "--periph",
                f"apbuart,base=0x80000900,irq=4,chardev=pty:{self.path('link')}"]


class Sockets(Scene):
    """A console and GDB, each with somebody who comes back when he loses his connection."""

    def arguments(self):
        return [IMAGE, "--time-limit=400ms", "--gdb=0", "--periph",
                "apbuart,base=0x80000900,irq=4,chardev=tcp:0"]

    @staticmethod
    def talk(process, port, words, gap):
        """Says the words and listens, until the program ends."""
        while process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as connection:
                    connection.settimeout(5)
                    connection.sendall(words)
                    while connection.recv(4096):
                        pass
            except OSError:
                pass
            time.sleep(gap)

    def run(self, environment):
        arguments = [PROGRAM, *self.arguments()]
        said = []
        people = []
        with subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.PIPE, errors="replace", env=environment) as process:
            alarm = threading.Timer(30, process.kill)
            alarm.start()
            for line in process.stderr:
                said.append(line)
                found = re.search(r":(\d+)$", line.strip())
                if found:
                    words = b"$c#63" if "GDB" in line else b"hi."
                    people.append(threading.Thread(target=self.talk, args=(process, int(found.group(1)),
                                                                           words, 0.01)))
                    people[-1].start()
            out = process.stdout.read()
            process.wait()
            hung = not alarm.is_alive()
            alarm.cancel()
        for person in people:
            person.join()
        if hung:
            raise subprocess.TimeoutExpired(arguments, 30, stderr="".join(said))
        return subprocess.CompletedProcess(arguments, process.returncode, out, "".join(said))


GROUPS = {
    "malloc": [(Consoles, "malloc")],
    "files": [(Consoles, kind) for kind in ("mmap", "open", "read", "write", "eintr", "thread")] +
             [(Log, kind) for kind in ("open", "write")],
    "loader": [(scene, kind) for scene in (Library, Listing, Lines) for kind in ("dlopen", "dlsym")],
    "sockets": [(Sockets, "socket")],
    "others": [(Terminal, "pty"), (Terminal, "thread"), (Consoles, "host"), (Library, "host"),
               (Library, "open"), (Library, "mmap"), (Sockets, "host")],
    "from": [(Consoles, kind) for kind in ("mmap", "open", "read", "write", "thread", "malloc", "host")] +
            [(Library, "dlopen"), (Library, "dlsym"), (Library, "host"), (Listing, "dlsym"), (Lines, "dlopen"),
             (Terminal, "pty")],
}


class Sweep:
    """The runs of a scene in which calls of one kind fail."""

    def __init__(self, scene, kind, stays):
        self.scene = scene
        self.count = scene.path("count")
        self.environment = {**os.environ, "LD_PRELOAD": os.environ["FAIL_NTH_SO"], "FAIL": kind}
        if stays:
            self.environment["FAIL_FROM"] = "1"
        self.documented = statuses()

    def run(self, **more):
        return self.scene.run({**self.environment, **more})

    def calls(self):
        """How many there are when none fails."""
        done = self.run(FAIL_COUNT=self.count)
        assert done.returncode == self.scene.status and self.difference(done) is None, done
        with open(self.count, encoding="ascii") as file:
            return int(file.read().split()[0])

    def difference(self, done):
        right = self.scene.stdout
        if not (right.fullmatch(done.stdout) if isinstance(right, re.Pattern) else right == done.stdout):
            return f"standard output has {done.stdout!r}"
        return self.scene.lost()

    def problem(self, done):
        if done.returncode == self.scene.status:
            lost = self.difference(done)
            return None if lost is None else f"status {done.returncode}, but {lost}"
        if done.returncode not in self.documented:
            return f"status {done.returncode}"
        if "(null)" in done.stderr:
            return "a sentence about (null)"
        return None if done.stderr.strip() else f"status {done.returncode} without a sentence"

    def problems(self, stride):
        calls = self.calls()
        assert calls > 0, "there is no call of that kind"
        for nth in range(1, calls + 1, stride):
            try:
                done = self.run(FAIL_NTH=str(nth), FAIL_COUNT=self.count)
            except subprocess.TimeoutExpired as hung:
                yield nth, "it hangs", hung.stderr
                continue
            what = self.problem(done)
            if what:
                yield nth, f"{what} ({self.scene.text('count').strip()})", done.stderr
        print(f"{type(self.scene).__name__}, {self.environment['FAIL']}: {calls} calls", flush=True)


def main(group):
    failed = 0
    for scene, kind in GROUPS[group]:
        with tempfile.TemporaryDirectory() as directory:
            sweep = Sweep(scene(directory), kind, group == "from")
            for nth, what, said in sweep.problems(STRIDE.get(kind, 1) if group == "from" else 1):
                print(f"{scene.__name__}, {kind} {nth}: {what}\n{said}", flush=True)
                failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    if not os.path.exists(IMAGE):
        print("there is no compiler for guests: skipped")
        sys.exit(77)
    sys.exit(main(sys.argv[1]))
