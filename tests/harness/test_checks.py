#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The style checks can fail: each gets a small tree with one mistake in it."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import check_layering

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
GOOD = "int one(void)\n{\n    return 1;\n}\n"


def check(script, files):
    """Status and output of a check on a tree with these files."""
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        for top in ("include", "src", "jit", "devices", "plugins-api", "tests"):
            (root / top).mkdir()
        for name, text in {"src/core/good.c": GOOD, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (root / ".clang-format").write_bytes((ROOT / ".clang-format").read_bytes())
        runner = [sys.executable] if script.endswith(".py") else ["sh"]
        done = subprocess.run([*runner, str(HERE / script), directory], capture_output=True,
                              text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr


class Layering(unittest.TestCase):
    def refuse(self, source, include, *headers):
        files = {source: f"#include {include}\n", **{header: "" for header in headers}}
        status, output = check("check_layering.py", files)
        self.assertEqual(status, 1, output)
        self.assertIn(f"{source}:1:", output)

    def test_good(self):
        status, output = check("check_layering.py", {
            "include/log.h": "", "src/mem/bus.h": "", "src/core/event.h": "",
            "src/mem/a.c": '#include "log.h"\n#include "core/event.h"\n'
                           '#include "mem/bus.h"\n#include <leon3emu/device.h>\n',
            "devices/uart.c": "#include <leon3emu/regs.h>\n"})
        self.assertEqual(status, 0, output)

    def test_upward(self):
        self.refuse("src/mem/a.c", '"sparc/cpu.h"', "src/sparc/cpu.h")

    def test_sideways(self):
        self.refuse("src/gdbstub/a.c", '"mem/bus.h"', "src/mem/bus.h")

    def test_rooms_that_know_no_machine(self):
        for room in "image", "chardev", "board", "gdbstub":
            self.refuse(f"src/{room}/a.c", '"machine/machine.h"', "src/machine/machine.h")
            self.refuse(f"src/{room}/a.c", "<leon3emu/device.h>")

    def test_machine_does_not_know_what_looks_at_it(self):
        self.refuse("src/machine/a.c", '"monitor/monitor.h"', "src/monitor/monitor.h")
        self.refuse("src/machine/a.c", '"gdbstub/gdbstub.h"', "src/gdbstub/gdbstub.h")

    def test_circle_of_rooms(self):
        self.assertEqual(set(check_layering.find_circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})), {"a", "b", "c"})
        self.assertIsNone(check_layering.find_circle({"a": {"b", "c"}, "b": {"c"}}))

    def test_include_looks_into_src(self):
        self.refuse("include/a.h", '"core/event.h"', "src/core/event.h")

    def test_device_looks_into_include(self):
        self.refuse("devices/a.c", '"log.h"', "include/log.h")

    def test_sparc_uses_register_tables(self):
        self.refuse("src/sparc/a.c", "<leon3emu/regs.h>")

    def test_jit_looks_into_src(self):
        self.refuse("jit/a.c", '"core/event.h"', "src/core/event.h")

    def test_header_that_is_not_there(self):
        self.refuse("src/core/a.c", '"nowhere.h"')


class Size(unittest.TestCase):
    def test_good(self):
        status, output = check("check_size.py", {"src/a.c": GOOD + "int x;\n" * 700})
        self.assertEqual(status, 0, output)
        self.assertIn("note: src/a.c has 704 lines", output)

    def test_long_function(self):
        text = "int one(void)\n{\n" + "    one();\n" * 79 + "}\n"
        status, output = check("check_size.py", {"src/a.c": text})
        self.assertEqual(status, 1, output)
        self.assertIn("src/a.c:2: a function of 81 lines", output)

    def test_long_file(self):
        status, output = check("check_size.py", {"devices/a.c": "int x;\n" * 1001})
        self.assertEqual(status, 1, output)
        self.assertIn("devices/a.c: 1001 lines", output)


class Format(unittest.TestCase):
    def test_good(self):
        status, output = check("check_format.sh", {})
        if status == 77:
            self.skipTest("no clang-format 14")
        self.assertEqual(status, 0, output)

    def test_bad(self):
        status, output = check("check_format.sh", {"src/a.c": "int one( void ){return 1;}\n"})
        if status == 77:
            self.skipTest("no clang-format 14")
        self.assertEqual(status, 1, output)
        self.assertIn("src/a.c", output)


if __name__ == "__main__":
    unittest.main(verbosity=2)
