#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line: what --help shows, --gdb with and without a port, words that are wrong.

    test_options.py EMULATOR ROOT [unittest's own arguments]

Needs no guest programs: the firmware is made here, one instruction that branches to itself.
"""

import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

USAGE, IMAGE, FILE, BOARD, PERIPHERAL, OUTPUT, INSN_LIMIT, INTERRUPTED = 64, 65, 66, 67, 68, 74, 83, 85
TEXT_COLUMN = 29

emulator = None
root = None


def firmware(path):
    """An ELF file that spins at 0x40000000."""
    header = struct.pack(">4s5B7xHHIIIIIHHHHHH", b"\x7fELF", 1, 2, 1, 0, 0, 2, 2, 1, 0x40000000, 52, 0,
                         0, 52, 32, 1, 0, 0, 0)
    segment = struct.pack(">8I", 1, 84, 0x40000000, 0x40000000, 8, 8, 5, 4)
    path.write_bytes(header + segment + struct.pack(">II", 0x10800000, 0x01000000))


class Case(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        firmware(self.place / "spin.elf")

    def run_it(self, *arguments, **named):
        named = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                 "timeout": 60, **named}
        return subprocess.run([emulator, *arguments], text=True, cwd=self.place, check=False, **named)

    def refuse(self, status, sentence, *arguments, **named):
        done = self.run_it(*arguments, **named)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done)
        self.assertRegex(done.stderr, rf"^leon3emu: {sentence}\n$")


class Help(Case):
    def lines(self):
        done = self.run_it("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split("\n")

    def test_layout(self):
        """An option begins a line at column 2 or 6, its text is at column 29, nothing is beyond 79."""
        options = 0
        for line in self.lines():
            self.assertLessEqual(len(line), 79, line)
            self.assertEqual(line, line.rstrip())
            if re.match(r" +-", line):
                options += 1
                name = re.match(r"  (-d |-., --|    --)\S+", line)
                self.assertIsNotNone(name, line)
                self.assertTrue(len(line) == name.end() or line[TEXT_COLUMN - 2:TEXT_COLUMN].isspace()
                                and line[TEXT_COLUMN] != " ", line)
            elif line.startswith("          "):
                self.assertRegex(line, rf"^ {{{TEXT_COLUMN}}}\S")
        self.assertGreater(options, 25)

    def test_each_option_once(self):
        names = re.findall(r"^ {2,6}(?:-., )?(--[a-z-]+)", "\n".join(self.lines()), re.M)
        self.assertEqual(len(names), len(set(names)))
        for name in ("--board", "--periph", "--gdb", "--exec", "--help", "--usage", "--version"):
            self.assertIn(name, names)

    def test_boards(self):
        line = [line for line in self.lines() if line.startswith("Built-in boards: ")][0]
        boards = {path.stem for path in (root / "src/board/boards").glob("*.board")}
        self.assertGreater(len(boards), 3)
        self.assertEqual(set(line.split(": ")[1].split(", ")), boards)
        for board in boards:
            done = self.run_it("--board", board, "--dump=mtree")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_version_of_the_manual(self):
        version = self.run_it("--version").stdout.split()[1]
        manual = (root / "docs/leon3emu.1").read_text(encoding="utf-8")
        self.assertIn(f'"leon3emu {version}"', manual.split("\n", 2)[1])

    def test_usage_and_version(self):
        self.assertRegex(self.run_it("--usage").stdout, r"^Usage: leon3emu \[OPTION\.\.\.\] FIRMWARE\n")
        self.assertRegex(self.run_it("--version").stdout, r"^leon3emu \d+\.\d+\.\d+\ncommit ([0-9a-f]{7,12}|not known)\n"
                         r"build \w+, \S+ \d[\d.]*\n$")


class Gdb(Case):
    """The port of --gdb: none, after =, or as a word of its own."""

    def listens(self, *arguments):
        """Where it says that it waits."""
        with subprocess.Popen([emulator, *arguments], stdin=subprocess.DEVNULL, cwd=self.place,
                              stderr=subprocess.PIPE, text=True) as process:
            line = process.stderr.readline()
            if "spin.elf" not in arguments and "77" not in arguments:
                self.assertIn("no firmware given", process.stderr.readline())
            process.send_signal(signal.SIGINT)
            rest = process.stderr.read()
        self.assertEqual(process.returncode, INTERRUPTED, line + rest)
        return int(re.fullmatch(r"leon3emu: waiting for GDB: target remote 127\.0\.0\.1:(\d+)\n",
                                line).group(1))

    @staticmethod
    def free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def test_with_equals(self):
        port = self.free_port()
        self.assertEqual(self.listens("spin.elf", f"--gdb={port}"), port)

    def test_word(self):
        port = self.free_port()
        self.assertEqual(self.listens("--gdb", str(port), "spin.elf"), port)
        port = self.free_port()
        self.assertEqual(self.listens("spin.elf", "--gdb", str(port), "--stats"), port)
        self.assertGreater(self.listens("spin.elf", "--gdb", "0"), 1023)

    def test_alone(self):
        """1234, or the sentence that somebody has it already."""
        for arguments in (["--gdb", "spin.elf"], ["spin.elf", "--gdb"],
                          ["spin.elf", "--gdb", "--stats"]):
            with socket.socket() as taken:
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    taken.bind(("127.0.0.1", 1234))
                    taken.listen()
                except OSError:
                    pass
                self.refuse(FILE, ".*127.0.0.1:1234.*", *arguments)

    def test_word_is_firmware(self):
        """Only digits are a port."""
        firmware(self.place / "77")
        (self.place / "12x").write_text("")
        self.refuse(IMAGE, "12x: the file is empty.*", "--gdb", "12x")
        port = self.free_port()
        self.assertEqual(self.listens("--gdb", str(port), "77"), port)
        self.assertEqual(self.listens("77", "--gdb", str(port)), port)

    def test_without_firmware(self):
        """GDB's load brings it; a machine that does not wait would have nothing to do."""
        self.assertGreater(self.listens("--gdb=0"), 1023)
        self.refuse(USAGE, "no firmware given, so there is nothing to run .*", "--gdb=0,nowait")

    def test_bad_port(self):
        self.refuse(USAGE, "--gdb=70000: not a port; give a number below 65536", "spin.elf",
                    "--gdb=70000")
        self.refuse(USAGE, "--gdb=65536: not a port.*", "spin.elf", "--gdb", "65536")
        self.refuse(USAGE, "--gdb=x: not a port.*", "spin.elf", "--gdb=x")


class Words(Case):
    def test_nothing(self):
        self.refuse(USAGE, "no firmware given; try: leon3emu firmware.elf .*")
        self.refuse(USAGE, "no firmware given; .*", "-leon3")

    def test_two_firmwares(self):
        for style in ((), ("-leon3",)):
            self.refuse(USAGE, "spin.elf and other.elf: there can be only one FIRMWARE; --load loads "
                        "more images", *style, "spin.elf", "other.elf")
        done = self.run_it("spin.elf", "--load", "spin.elf", "--insn-limit", "10")
        self.assertEqual(done.returncode, INSN_LIMIT, done.stderr)

    def test_unknown_option(self):
        self.refuse(USAGE, "there is no option --colour; --help lists them", "--colour", "spin.elf")

    def test_values(self):
        for option, value in (("--smp", "0"), ("--smp", "17"), ("--smp", "two"), ("--quantum", "0"),
                              ("--time-limit", "0"), ("--time-limit", "-1"), ("--time-limit", "5d"),
                              ("--time-limit", "nan"), ("--insn-limit", "0"), ("--insn-limit", "1e6"),
                              ("--insn-limit", "18446744073709551616"), ("--hang-limit", "-1"),
                              ("--dump", "all"), ("--explain", "0x100000000"), ("--exec", "fast"),
                              ("--jit-threshold", "256"), ("--jit-cache", "1"), ("--passes", "dce"),
                              ("--stress", "all"), ("-d", "int,nothing")):
            with self.subTest(option=option, value=value):
                self.refuse(USAGE, rf"{option}[ =]{re.escape(value)}: .*", "spin.elf", option, value)

    def test_hexadecimal_digits(self):
        """As objdump prints them; as decimal numbers they would be others."""
        for option, value in (("--explain", "01000000"), ("--explain", "9de3bf98"),
                              ("--reset-address", "40000000")):
            self.refuse(USAGE, f"{option} {value}: without 0x it is decimal; write 0x{value}", option, value,
                        "spin.elf")
        self.refuse(USAGE, ".*; write 0x40001000", "--load=spin.elf@40001000")

    def test_what_shows_nothing(self):
        self.refuse(USAGE, "--verify-jit compares .*", "--verify-jit", "--exec=interp", "spin.elf")
        self.refuse(USAGE, "--log-file without -d: nothing is logged; .*", "-D", "log", "spin.elf")
        self.refuse(USAGE, "--log-filter without -d: .*", "--log-filter=uart0", "spin.elf")
        for words in (["--verify-jit=hash:5", "--exec=interp"], ["-D", "log", "--history=5"]):
            self.assertEqual(self.run_it("spin.elf", "--insn-limit=9", *words).returncode, INSN_LIMIT)

    def test_log_to_standard_output(self):
        done = self.run_it("-D", "-", "-d", "in_asm", "spin.elf", "--insn-limit=9")
        self.assertIn("40000000", done.stdout)
        self.assertFalse((self.place / "-").exists())
        with open("/dev/full", "w", encoding="ascii") as full:
            done = self.run_it("-D", "-", "-d", "in_asm", "spin.elf", "--time-limit=1us", stdout=full)
        self.assertIn("cannot write to standard output", done.stderr)

    def test_units(self):
        """Numbers are written the same wherever they are read."""
        for option, values in (("--time-limit", ("1m", "2h", "1.5s", "0.5", "20us")),
                               ("--insn-limit", ("10k", "0x10", "1.5k", "5000")),
                               ("--jit-cache", ("1G", "1024M", "0.5G", "0x100000")),
                               ("--hang-limit", ("1m", "10", "2000ms")), ("--quantum", ("1k",)),
                               ("--verify-jit", ("hash:1k",))):
            for value in values:
                done = self.run_it("spin.elf", f"{option}={value}", "--insn-limit=9")
                self.assertEqual(done.returncode, INSN_LIMIT, (option, value, done.stderr))
        done = self.run_it("spin.elf", "--insn-limit=1.5k", "--stats")
        self.assertRegex(done.stderr, r"\b1500\b")
        done = self.run_it("spin.elf", "--time-limit=1.5us", "--stats")
        self.assertRegex(done.stderr, r"\b1500\b")

    def test_load(self):
        self.refuse(USAGE, "--load spin.elf@nowhere: nowhere is not an address", "--load",
                    "spin.elf@nowhere")
        self.refuse(USAGE, "--load spin.elf@0x100000000: .*", "--load", "spin.elf@0x100000000")
        self.refuse(FILE, "cannot open none.bin: No such file.*", "--load", "none.bin@0")

    def first(self, *arguments):
        """What the run begins with, and what was said about loading."""
        done = self.run_it("-d", "in_asm", "--insn-limit=1", *arguments)
        self.assertEqual(done.returncode, INSN_LIMIT, done.stderr)
        text = done.stderr
        return (re.search(r"0x([0-9a-f]{8}): +([0-9a-f]{8})", text).groups(),
                re.findall(r"^leon3emu: (.* overwrites .*)$", text, re.M))

    def test_load_order(self):
        """What stands later lies on top, the firmware too; its entry is the start in any order."""
        nop, branch = ("40000000", "01000000"), ("40000000", "10800000")
        (self.place / "patch").write_bytes(bytes.fromhex("01000000"))
        self.assertEqual(self.first("spin.elf", "--load=patch@0x40000000"),
                         (nop, ["patch overwrites 0x40000000-0x40000003 of spin.elf"]))
        self.assertEqual(self.first("--load=patch@0x40000000", "spin.elf"),
                         (branch, ["spin.elf overwrites 0x40000000-0x40000003 of patch"]))
        self.assertEqual(self.first("spin.elf", "--load=patch@0x40000008"), (branch, []))
        other = bytearray((self.place / "spin.elf").read_bytes())
        other[24:28] = other[60:64] = other[64:68] = struct.pack(">I", 0x40001000)
        (self.place / "other.elf").write_bytes(other)
        for words in (["spin.elf", "--load=other.elf"], ["--load=other.elf", "spin.elf"]):
            self.assertEqual(self.first(*words), (branch, []))
        self.assertEqual(self.first("--load=other.elf"), (("40001000", "10800000"), []))

    def test_raw(self):
        (self.place / "flat.bin").write_bytes(struct.pack(">II", 0x10800000, 0x01000000))
        self.assertEqual(self.first("--bios", "flat.bin"), (("00000000", "10800000"), []))
        self.refuse(IMAGE, "flat.bin: .*--load FILE@0x40000000, or with --bios if it is a boot PROM",
                    "flat.bin")
        self.refuse(IMAGE, r"flat.bin: its data \(0x90000000-0x90000007\) lies outside the board's memory; "
                    "load it elsewhere or choose another with --board", "--load=flat.bin@0x90000000")

    def test_nothing_at_the_reset_address(self):
        (self.place / "low.bin").write_bytes(struct.pack(">II", 0x10800000, 0x01000000))
        sentence = (r"nothing is loaded at the reset address 0x0, where --bios starts; leave out --bios, or give "
                    r"another one with --reset-address=ADDRESS")
        self.refuse(IMAGE, sentence, "--bios", "spin.elf")
        for words in (["--load=low.bin@0"], ["--reset-address=0x40000000"]):
            self.assertEqual(self.run_it("--bios", "spin.elf", "--insn-limit=9", *words).returncode, INSN_LIMIT)

    def test_variables_in_rom(self):
        """Of a program for a board whose RAM is where this one has its PROM; the flags tell."""
        image = bytearray((self.place / "spin.elf").read_bytes())
        image[24:28] = image[60:64] = image[64:68] = struct.pack(">I", 0)
        (self.place / "text.elf").write_bytes(image)
        image[76:80] = struct.pack(">I", 7)
        (self.place / "data.elf").write_bytes(image)
        self.assertNotIn("data", self.run_it("text.elf", "--insn-limit=9").stderr)
        said = self.run_it("data.elf", "--insn-limit=9").stderr
        self.assertIn(r"data.elf: the data that it writes (0x00000000-0x00000007) lies in prom, which the board "
                      "cannot write; is it for another --board?\n", said)
        self.assertNotIn("for another", self.run_it("--bios", "data.elf", "--insn-limit=9").stderr)
        self.assertNotIn("for another", self.run_it("--board=gr740", "data.elf", "--insn-limit=9").stderr)

    def test_sis(self):
        for words, sentence in ((["-m"], "-m wants a number of CPUs.*"), (["-m", "0"], "-m wants.*"),
                                (["-tlim", "400"], "-tlim wants a number and a unit.*"),
                                (["-tlim", "x", "s"], "-tlim wants.*"), (["-colour"], "-colour is not known.*")):
            self.refuse(USAGE, sentence, "-leon3", *words)


class Boards(Case):
    """Things of a board, changed from the command line and by a file that includes it."""

    # Enables the transmitter of the UART at 0x80100100, sends a U, and spins.
    SECOND = (0x03200400, 0x82106100, 0x84102002, 0xC4206008, 0x84102055, 0xC4206000, 0x10800000,
              0x01000000)

    def setUp(self):
        super().setUp()
        code = struct.pack(f">{len(self.SECOND)}I", *self.SECOND)
        image = bytearray((self.place / "spin.elf").read_bytes()[:84] + code)
        image[68:76] = struct.pack(">II", len(code), len(code))
        (self.place / "second.elf").write_bytes(image)

    def dump(self, *arguments):
        done = self.run_it("--dump=qtree", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_second_console(self):
        """What first comes to mind is refused with the line to type, and that works."""
        words = ["second.elf", "--board=gr712rc", "--insn-limit=100k"]
        done = self.run_it(*words, "--periph=apbuart,base=0x80100100,chardev=file:out,irq=17")
        self.assertEqual(done.returncode, PERIPHERAL, done.stderr)
        setting = re.search(r"configure that with (--set \S+)\n$", done.stderr).group(1)
        self.assertEqual(setting, "--set uart1.chardev=file:out")
        done = self.run_it(*words, *setting.split())
        self.assertEqual(done.returncode, INSN_LIMIT, done.stderr)
        self.assertEqual((self.place / "out").read_text(), "U")

    def test_set(self):
        text = self.dump("--set=board.clock=33.333M", "--set", "cpu.nwin=16", "--set=uart0.fifo=4",
                         "--ram=256M", "--set=cpu.mmu=off")
        for line in ("clock = 33333000", "nwin = 16", "mmu = off", "fpu = ieee", "fifo = 4"):
            self.assertIn(f" {line}\n", text)
        self.assertIn("40000000-4fffffff ram", self.run_it("--dump=mtree", "--ram=256M").stdout)
        self.assertIn("40000000-40ffffff sram",
                      self.run_it("--dump=mtree", "--board=gr712rc", "--ram=16M").stdout)

    def test_set_refused(self):
        self.refuse(PERIPHERAL, "--set uart0.fio=4: apbuart has no property fio; --periph apbuart,help "
                    r"lists them; did you mean fifo\?", "spin.elf", "--set=uart0.fio=4")
        self.refuse(PERIPHERAL, "--set uart0.fifo=99: fifo=99: must be from 1 to 32", "spin.elf",
                    "--set=uart0.fifo=99")
        self.refuse(USAGE, "--set ram.size=much: size of memory ram is not a number; .*", "spin.elf",
                    "--ram=much")
        self.refuse(USAGE, r"--set uart7.fifo=4: the board has no uart7; .*; did you mean uart0\?",
                    "spin.elf", "--set=uart7.fifo=4")
        (self.place / "a.board").write_text("include = leon3\n[devices]\nuart0 = apbuart, fifo=99\n")
        self.refuse(BOARD, "a.board:3: uart0: fifo=99: must be .*", "spin.elf", "--board=a.board")

    def test_paths_start_at_the_board(self):
        """Of files, libraries and includes that a board file names; those of --set start here."""
        (self.place / "sub").mkdir()
        (self.place / "sub/base.board").write_text(
            "include = gr712rc\n[devices]\nuart1 = apbuart, chardev=file:beside\n")
        (self.place / "sub/own.board").write_text("include = base.board\n")
        words = ["second.elf", "--board=sub/own.board", "--insn-limit=100k"]
        done = self.run_it(*words)
        self.assertEqual(done.returncode, INSN_LIMIT, done.stderr)
        self.assertEqual((self.place / "sub/beside").read_text(), "U")
        self.assertEqual(self.run_it(*words, "--set=uart1.chardev=file:here").returncode, INSN_LIMIT)
        self.assertEqual((self.place / "here").read_text(), "U")
        (self.place / "sub/lib.board").write_text(
            "include = leon3\n[devices]\nx0 = ./x.so, base=0x80000900\ny0 = y.so, base=0x80000a00\n")
        self.refuse(BOARD, "sub/lib.board:3: x0: no peripheral library sub/./x.so", "spin.elf",
                    "--board=sub/lib.board")
        (self.place / "sub/x.so").write_text("no library")
        self.refuse(BOARD, "sub/lib.board:3: x0: cannot load peripheral: sub/./x.so: .*", "spin.elf",
                    "--board=sub/lib.board")
        (self.place / "sub/lib.board").write_text(
            "include = leon3\n[devices]\ny0 = y.so, base=0x80000a00\n")
        (self.place / "sub/y.so").write_text("no library")
        self.refuse(BOARD, "sub/lib.board:3: y0: cannot load peripheral: .*sub/y.so: .*", "spin.elf",
                    "--board=sub/lib.board")

    def test_listings(self):
        boards = {path.stem for path in (root / "src/board/boards").glob("*.board")}
        listed = self.run_it("--board=help").stdout
        self.assertEqual({line.split()[0] for line in listed.splitlines()}, boards)
        text = self.run_it("--board=gr712rc,help", "--set=cpu.nwin=16").stdout
        for line in (r"  board\.clock +80000000 +Hz.*", r"  cpu\.nwin +16 +register windows \(2 to 32\)",
                     r"  cpu\.fpu .*", r"  sram\.size +64M .*", r"  uart1\.irq +17", r"uart1 \(apbuart\):"):
            self.assertRegex(text, rf"(?m)^{line}$")
        (self.place / "mine.so").write_text("")
        text = self.run_it("--periph=help").stdout
        self.assertRegex(text, r"(?m)^  apbuart +\S")
        self.assertRegex(text, r"(?m)^  mine\.so$")

    def test_set_of_a_peripheral(self):
        """Of a device that --periph adds or puts in the place of the board's."""
        words = ["--periph=apbuart,base=0x80000900", "--periph=apbuart,base=0x80000a00,name=mine"]
        text = self.dump(*words, "--set=apbuart0.fifo=4", "--set=mine.fifo=16", "--set=mine.irq=9")
        self.assertRegex(text, r"device apbuart0: apbuart\n(?: {10}.*\n)*? {10}fifo = 4\n")
        self.assertRegex(text, r"device mine: apbuart\n(?: {10}.*\n)*? {10}fifo = 16\n")
        self.assertIn("fifo = 2\n", self.dump("--periph=apbuart", "--set=uart0.fifo=2"))
        self.refuse(PERIPHERAL, "--set mine.fio=4: apbuart has no property fio; .*", *words, "--set=mine.fio=4",
                    "spin.elf")
        self.refuse(PERIPHERAL, "--set mine.fifo=99: fifo=99: must be .*", *words, "--set=mine.fifo=99",
                    "spin.elf")
        self.refuse(USAGE, "--set other.fifo=4: the board has no other; .*", *words, "--set=mine.fifo=4",
                    "--set=other.fifo=4", "spin.elf")

    def test_none_of_nothing(self):
        for section in "memory", "devices":
            (self.place / "a.board").write_text(f"include = leon3\n[{section}]\nxtra = none\n")
            self.refuse(BOARD, "a.board:3: there is no xtra to take away with none", "spin.elf",
                        "--board=a.board")

    def test_overlaps_name_the_setting(self):
        self.refuse(BOARD, "leon3:[0-9]+: uart0: 0x80000100-0x800001ff overlaps ram at 0x40000000-0xffffffff, which "
                    "it has by --set ram.size=3G; choose another size or base for it", "--ram=3G", "spin.elf")

    def test_library_of_that_name(self):
        (self.place / "adc.so").write_text("")
        self.refuse(PERIPHERAL, "--periph adc: no peripheral called adc: .*; ./adc.so is there: write adc.so",
                    "--periph=adc", "spin.elf")

    def test_did_you_mean(self):
        for words, near in ((["--board=gr712"], "gr712rc"), (["--periph=apuart"], "apbuart"),
                            (["-d", "mmoi"], "mmio")):
            done = self.run_it("spin.elf", *words)
            self.assertRegex(done.stderr, rf"; did you mean {near}\?\n$")


class Files(Case):
    """The output file of a character line is touched only by a machine that starts."""

    UART = "apbuart,base=0x80000900,chardev=file:"

    def setUp(self):
        super().setUp()
        (self.place / "old").write_text("precious")

    def test_refused(self):
        for words in (["missing.elf"], ["spin.elf", "--gdb=70000"], ["spin.elf", "--load=missing"],
                      ["spin.elf", "--periph=apbuart,base=0x80000100"], ["--dump=mtree"]):
            for name in "old", "new":
                done = self.run_it(*words, "--periph", self.UART + name)
                self.assertEqual(done.returncode == 0, words == ["--dump=mtree"], done)
        self.assertEqual((self.place / "old").read_text(), "precious")
        self.assertEqual(sorted(os.listdir(self.place)), ["old", "spin.elf"])

    def test_started(self):
        for name in "old", "new":
            done = self.run_it("spin.elf", "--insn-limit=9", "--periph", self.UART + name)
            self.assertEqual(done.returncode, INSN_LIMIT, done)
            self.assertEqual((self.place / name).read_text(), "")


class Statuses(Case):
    """One kind of mistake has one status, wherever it is made."""

    def status(self, *words):
        done = self.run_it("spin.elf", "--insn-limit=9", *words)
        self.assertRegex(done.stderr, r"^leon3emu: .*\n$")
        return done.returncode

    def line(self, spec):
        """The status of a character line in a setting, with --periph, in a board file."""
        (self.place / "a.board").write_text(f"include = leon3\n[devices]\nuart0 = apbuart, chardev={spec}\n")
        return (self.status(f"--set=uart0.chardev={spec}"),
                self.status(f"--periph=apbuart,base=0x80000900,chardev={spec}"),
                self.status("--board=a.board"))

    def test_what_cannot_be_opened(self):
        self.assertEqual(self.line("file:/nosuch/x"), (FILE, FILE, FILE))
        self.assertEqual(self.line("file::/nosuch/x"), (FILE, FILE, FILE))
        self.assertEqual(self.line("pty:/nosuch/x"), (FILE, FILE, FILE))
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.assertEqual(self.line(f"tcp:{port}"), (FILE, FILE, FILE))
            self.assertEqual(self.status(f"--gdb={port}"), FILE)
        self.assertEqual(self.status("-D", "/nosuch/x", "-d", "int"), FILE)
        self.assertEqual(self.status("--load=/nosuch"), FILE)

    def test_what_is_wrong(self):
        for spec in "file", "tcp:70000", "tcp", "nothing":
            self.assertEqual(self.line(spec), (PERIPHERAL, PERIPHERAL, BOARD), spec)
        for properties in ("chardev=stdio", "chardev=none,chardev=none", "=1", "fifo=99", "fio=1",
                           "irq=99", "pnp_version=99"):
            self.assertEqual(self.status(f"--periph=apbuart,base=0x80000900,{properties}"), PERIPHERAL, properties)


class Printing(Case):
    """What is printed instead of a run, and does not get there, is said and has a status."""

    THINGS = (["--board=help"], ["--board=leon3,help"], ["--periph=help"], ["--help"], ["--usage"], ["--version"], ["-d", "help"],
              ["--passes=help"], ["--dump=mtree"], ["--dump=qtree"], ["--completion=bash"],
              ["--explain=0x9de3bf98"], ["--periph=apbuart,help"])

    def test_full_disk(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            for words in self.THINGS:
                done = self.run_it(*words, stdout=full)
                self.assertEqual((done.returncode, done.stderr), (
                    OUTPUT, "leon3emu: cannot write to standard output: No space left on device\n"))

    def test_closed_pipe(self):
        """As `leon3emu --dump=qtree | head`: who has read enough needs no sentence, but a script may ask."""
        for words in self.THINGS:
            read, write = os.pipe()
            os.close(read)
            done = self.run_it(*words, stdout=write)
            os.close(write)
            self.assertEqual((done.returncode, done.stderr), (OUTPUT, ""), words)

    def test_closed(self):
        """A descriptor that is closed is not wanted, as /dev/null is; of the log, too."""
        for words in self.THINGS:
            self.assertEqual(self.run_it(*words, preexec_fn=lambda: os.close(1)).returncode, 0)
        for descriptor in 1, 2:
            done = self.run_it("spin.elf", "-d", "in_asm", "--insn-limit=9",
                               preexec_fn=lambda number=descriptor: os.close(number))
            self.assertEqual(done.returncode, INSN_LIMIT)


def main():
    global emulator, root
    emulator, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)


if __name__ == "__main__":
    main()
