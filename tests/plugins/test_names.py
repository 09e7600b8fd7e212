# SPDX-License-Identifier: MIT
"""Names of libraries, files, boards and symbols may hold any bytes.  Wherever the program shows one on a terminal, it
escapes what would move the cursor, change colours or begin a line."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from support import PROGRAM, STATUS, guest, main, plugin

ODD = "\x1b[31m\r\n\x9b"
SHOWN = rb"\x1b[31m\r\n"
BOARD = """
[board]
name = odd{esc}
description = a board{esc}
clock = 50000000
[memory]
ram = base=0x40000000, size=1M, type=ram
[devices]
apb0 = apbctrl, base=0x80000000
irqmp0 = irqmp, base=0x80000200
odd = ./odd.so, base=0x80000800, fault=none{esc}
"""


class Names(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = os.path.join(temporary.name, "dir" + ODD)
        os.mkdir(self.directory)
        self.library = os.path.join(self.directory, "odd.so")
        shutil.copy(plugin("odd_names.so"), self.library)

    def board(self):
        path = os.path.join(self.directory, "odd.board")
        with open(path, "w", encoding="latin-1") as file:
            file.write(BOARD.format(esc="\x1b[31m\x9b"))
        return path

    def run_odd(self, *arguments, status=0):
        """Returns all output as bytes, after checking that it has no control character and no line that begins inside
        a name."""
        done = subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                              cwd=self.directory, timeout=60, check=False)
        out = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, out)
        self.assert_escaped(out)
        return out

    def assert_escaped(self, out):
        self.assertIsNone(re.search(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]", out), out)
        self.assertIn(rb"\x1b[31m", out)

    def test_of_a_library(self):
        for name in (self.library, "./odd.so"):
            out = self.run_odd("--periph", name + ",help")
            for piece in (b"faulty 0.5" + SHOWN, b"does wrong on demand" + SHOWN,
                          b"a number from 2 to 9" + SHOWN, b"default red" + SHOWN):
                self.assertIn(piece, out)

    def test_of_files(self):
        os.rename(self.library, os.path.join(self.directory, ODD + ".so"))
        self.assertIn(SHOWN, self.run_odd("--periph", "help"))
        self.assertIn(SHOWN, self.run_odd("--periph=help", "--plugin-path", self.directory))
        self.run_odd(os.path.join(self.directory, "none.elf"), status=STATUS["FILE"])

    def test_of_a_board(self):
        board = self.board()
        self.assertIn(rb"a board\x1b[31m", self.run_odd("--board", board + ",help"))
        out = self.run_odd(guest("guest_access"), "--board", board, "--dump=qtree")
        for piece in (rb"a board\x1b[31m", rb"fault = none\x1b[31m", b"colour = red" + SHOWN,
                      b"from "):
            self.assertIn(piece, out)

    def test_in_a_crash_report(self):
        out = self.run_odd(guest("guest_access"), "--periph",
                           f"{self.library},base=0x80000800,fault=crash_read", status=STATUS["CRASH"])
        self.assertIn(b"/dir" + SHOWN, out)

    def test_for_gdb(self):
        """`monitor info qtree`, and the answer to an unknown command."""
        emulator = subprocess.Popen([PROGRAM, "--gdb=0", "--board", self.board()], text=True,
                                    stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(emulator.stderr.close)
        self.addCleanup(emulator.wait)
        self.addCleanup(emulator.kill)
        line = emulator.stderr.readline()
        self.assertRegex(line, r"target remote [\d.]*:\d+$")
        port = int(line.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), 10) as gdb:
            for command in (b"info qtree", ODD.encode("latin-1")):
                packet = b"qRcmd," + command.hex().encode()
                gdb.sendall(b"$%s#%02x" % (packet, sum(packet) & 255))
                self.assert_escaped(self.output_packets(gdb))

    @staticmethod
    def output_packets(gdb):
        """Returns the console output of a monitor command, up to the packet OK."""
        data = b""
        seen = 0
        while b"$OK#" not in data:
            data += gdb.recv(4096)
            packets = len(re.findall(rb"#..", data))
            gdb.sendall(b"+" * (packets - seen))
            seen = packets
        return b"".join(bytes.fromhex(part.decode()) for part in re.findall(rb"\$O([0-9a-f]+)#", data))


if __name__ == "__main__":
    main()
