# SPDX-License-Identifier: MIT
"""Two consoles at once: the board's UART on stdio, a second one on a pty, on TCP, in a file."""

import os
import re
import socket
import subprocess
import tempfile
import tty

from support import PROGRAM, Case, guest, main, run

SECOND = "apbuart,base=0x80000900,irq=4,chardev="


class Running:
    """The program while it runs; notice() waits for a line on standard error."""

    def __init__(self, line):
        self.process = subprocess.Popen(
            [PROGRAM, guest("guest_consoles"), "--periph", SECOND + line],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def notice(self, pattern):
        for line in self.process.stderr:
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        raise AssertionError(f"no notice like {pattern}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def finish(self):
        output, messages = self.process.communicate(timeout=60)
        return self.process.returncode, output, messages


def read_until(read, end):
    data = b""
    while not data.endswith(end):
        piece = read()
        if not piece:
            raise AssertionError(f"closed after {data!r}")
        data += piece
    return data


class Consoles(Case):
    def check(self, status, output, messages):
        self.assertEqual(status, 0, messages)
        self.assertEqual(output, "first\nhi.", messages)

    def test_pty(self):
        with Running("pty") as running:
            terminal = os.open(running.notice(r"pty is (\S+)"), os.O_RDWR | os.O_NOCTTY)
            tty.setraw(terminal)
            os.write(terminal, b"hi")
            heard = read_until(lambda: os.read(terminal, 100), b"hi")
            os.write(terminal, b".")  # its echo may be lost with the pty
            self.check(*running.finish())
            os.close(terminal)
        self.assertEqual(heard.replace(b"\r", b""), b"second\nhi")

    def test_tcp(self):
        with Running("tcp:0") as running:
            port = int(running.notice(r"127\.0\.0\.1:(\d+)"))
            with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                connection.sendall(b"hi.")
                heard = read_until(lambda: connection.recv(100), b".")
                self.check(*running.finish())
        self.assertTrue(heard.endswith(b"hi."), heard)

    def test_file(self):
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "in"), "w", encoding="ascii") as file:
                file.write("hi.")
            result = run(guest("guest_consoles"), "--periph", SECOND + "file:out:in",
                         directory=directory)
            self.check(result.returncode, result.stdout, result.stderr)
            with open(os.path.join(directory, "out"), encoding="ascii") as file:
                self.assertEqual(file.read(), "second\nhi.")


if __name__ == "__main__":
    main()
