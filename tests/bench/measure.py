# SPDX-License-Identifier: MIT
"""Running a kernel on one of the programs that are compared, and what was measured."""
import os
import re
import shutil
import subprocess
import tempfile
import time
from typing import NamedTuple

TIME_LIMIT = 1800  # seconds of wall clock for one run

# No audio: looking for a sound system is no part of the work, and an unpacked QEMU beside an installed
# one would find its modules there, not its own.
QEMU_MACHINE = ["-M", "leon3_generic", "-display", "none", "-serial", "stdio", "-monitor", "none",
                "-no-reboot", "-audiodev", "none,id=none"]
# About 30 million instructions in a second of virtual time, as the timers see it.
QEMU_ICOUNT = ["-icount", "shift=5,align=off,sleep=off"]


class Failure(Exception):
    """A kernel did not do what it should: the run is worth nothing."""


class Run(NamedTuple):
    cpu: float          # seconds of processor time, user and system, with all children
    wall: float         # seconds from start to end
    checksum: str
    instructions: int   # 0 if the program does not tell


def run_command(command, limit=TIME_LIMIT):
    """Runs to the end; returns (cpu, wall, status, output, errors)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        timer = _Watchdog(child, limit)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        timer.cancel()
        out.seek(0)
        err.seek(0)
        return (usage.ru_utime + usage.ru_stime, wall, child.returncode,
                out.read().decode("latin-1"), err.read().decode("latin-1"))


class _Watchdog:
    """Kills a child that takes too long."""

    def __init__(self, child, limit):
        import threading
        self._timer = threading.Timer(limit, child.kill)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self):
        self._timer.cancel()


class Runner:
    """A program that runs kernels.  `scale` is the scale of the kernels it is given; those of a
    builder with the MMU run with the MMU on."""

    def __init__(self, name, builder, scale):
        self.name = name + (" MMU" if builder is not None and builder.mmu else "")
        self.builder = builder
        self.scale = scale

    def runs(self, kernel):
        return self.builder is None or bool(self.builder.kernels([kernel]))

    def command(self, kernel):
        raise NotImplementedError

    def accepts(self, status):
        return status == 0

    def run(self, kernel):
        command = self.command(kernel)
        cpu, wall, status, out, err = run_command(command)
        found = re.search(rf"BENCH {kernel.name} ([0-9a-f]{{8}})\b", out)
        if not self.accepts(status) or not found:
            tail = (out + err).strip().splitlines()[-3:]
            raise Failure(f"{self.name}: {kernel.name} ended with status {status}"
                          f"{'' if found else ' and no checksum'}: {' / '.join(tail)}\n"
                          f"  {' '.join(map(str, command))}")
        return Run(cpu, wall, found.group(1), self.instructions(err))

    def instructions(self, err):
        return 0


class Native(Runner):
    def __init__(self, builder, scale):
        super().__init__("native", builder, scale)

    def command(self, kernel):
        return [self.builder.native_path(kernel, self.scale)]


class Ours(Runner):
    def __init__(self, path, builder, scale, options, name="ours"):
        super().__init__(name, builder, scale)
        self.path = path
        self.options = list(options)

    def command(self, kernel):
        return [self.path, "--stats", *self.options, self.builder.guest_path(kernel, self.scale)]

    def instructions(self, err):
        found = re.search(r"^instructions\s+(\d+)", err, re.MULTILINE)
        if not found:
            raise Failure(f"{self.name}: --stats tells no instruction count")
        return int(found.group(1))


class Qemu(Runner):
    def __init__(self, name, path, builder, scale):
        super().__init__(name, builder, scale)
        self.path = path

    def command(self, kernel):
        return [self.path, *QEMU_MACHINE, *(QEMU_ICOUNT if kernel.timed else []), "-kernel",
                self.builder.guest_path(kernel, self.scale)]


class Sis(Runner):
    def __init__(self, path, builder, scale):
        super().__init__("sis", builder, scale)
        self.path = path

    def command(self, kernel):
        return [self.path, "-leon3", "-r", self.builder.guest_path(kernel, self.scale)]


def host_name():
    """The processor, as the host's kernel names it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            found = re.search(r"^model name\s*:\s*(.+)$", file.read(), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1) if found else "unknown processor"


def qemu_runner(path, builder, scale):
    """A QEMU under the name of its version, or None if it has no LEON3."""
    found = shutil.which(path)
    if not found:
        return None
    _, _, status, out, _ = run_command([found, "--version"], limit=60)
    version = re.search(r"version (\d+\.\d+)", out)
    if status != 0 or not version:
        return None
    return Qemu(f"qemu {version.group(1)}", found, builder, scale)


def text_size(path):
    """Bytes of .text in a 32-bit big-endian ELF file."""
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x01\x02":
        raise Failure(f"{path} is no 32-bit big-endian ELF file")

    def word(at, size=4):
        return int.from_bytes(data[at:at + size], "big")

    table, entry, count, names = word(32), word(46, 2), word(48, 2), word(50, 2)
    strings = word(table + names * entry + 16)
    for i in range(count):
        at = table + i * entry
        name = strings + word(at)
        if data[name:name + 6] == b".text\0":
            return word(at + 20)
    raise Failure(f"{path} has no .text")
