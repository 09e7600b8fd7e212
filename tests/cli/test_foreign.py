#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Habits of other simulators: their options are refused with what to type here, which then works; called
by their names the program takes their command lines.

    test_foreign.py EMULATOR ROOT [unittest's own arguments]
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import test_options

USAGE, IMAGE, ERROR_MODE, TIME_LIMIT, INSN_LIMIT = 64, 65, 80, 82, 83

emulator = None
root = None


class Case(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        test_options.firmware(self.place / "spin.elf")

    def run_it(self, *arguments, name=None):
        program = emulator
        if name is not None:
            program = self.place / name
            if not program.exists():
                program.symlink_to(emulator)
        return subprocess.run([program, *arguments], text=True, cwd=self.place, check=False, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True)

    def refuse(self, sentence, *arguments, name=None):
        done = self.run_it(*arguments, name=name)
        self.assertEqual((done.returncode, done.stdout), (USAGE, ""), done)
        self.assertRegex(done.stderr, rf"^leon3emu: {sentence}\n$")


class Table(Case):
    """Each row of foreign.def."""

    VALUES = {"NONE": [], "WORD": ["4"], "MIB": ["64"], "KIB": ["8192"], "PORT": ["tcp::1234"],
              "BOARD": ["leon3_generic"], "LINE": ["null"]}

    @staticmethod
    def rows():
        text = (root / "src/cli/foreign.def").read_text(encoding="utf-8")
        # -leon3 and -gr740 are no mistake: they choose the style of SIS; -d is an option here, too.
        rows = re.findall(r'^FOREIGN\( "(\w+)", +"(-[\w-]+)", +(\w+), +("([^"]*)"|NULL),', text, re.M)
        return [(option, kind, None if native == "NULL" else plain)
                for _, option, kind, native, plain in rows if option not in ("-leon3", "-gr740", "-d")]

    def test_rows(self):
        self.assertGreater(len(self.rows()), 55)
        for option, kind, native in self.rows():
            value = self.VALUES[kind]
            with self.subTest(option=option):
                if native is None:
                    self.refuse(rf"{option} is an option of \w.* that is not here(: .*)?", option, *value)
                elif native == "":
                    self.refuse(rf"{option} is an option of \w.*; leave it out(: .*)?", option, *value)
                else:
                    self.refuse(rf"{option} is an option of \w.*; here type \S.*", option, *value)

    def test_what_is_to_be_typed_works(self):
        """The part of the sentence that is to be typed is taken by the parser: no usage error."""
        for option, kind, native in self.rows():
            if not native or "--gdb" in native or native == "--dump=qtree":
                continue
            with self.subTest(option=option):
                value = ["spin.elf"] if native in ("%s", "--bios %s") else self.VALUES[kind]
                value = ["0x40000000+4"] if option == "-dfilter" else value
                sentence = self.run_it(option, *value).stderr
                typed = re.search(r"here type (.*?)(: |\n)", sentence).group(1).split()
                if "spin.elf" not in typed:
                    typed.append("spin.elf")
                typed = ["--board=leon3-grlib", *typed] if "uart1" in typed[0] else typed
                typed += ["-d", "dev"] if option == "-dfilter" else []
                done = self.run_it(*[word for word in typed if word != "leon3emu"], "--insn-limit=9")
                ends = (IMAGE,) if option == "-bios" else (INSN_LIMIT,)  # taken for a PROM, and is none
                self.assertIn(done.returncode, ends, (typed, done.stderr))

    def test_values(self):
        for words, typed in ((["-kernel", "fw.elf"], "leon3emu fw.elf"), (["--kernel=fw"], "leon3emu fw"),
                             (["-m", "64"], "--ram=64M"), (["-m", "1G"], "--ram=1G"),
                             (["-ram", "8192"], "--ram=8192k"), (["-freq", "50"], "--set=board.clock=50M"),
                             (["-gdb", "tcp::4444,server"], "--gdb=4444,nowait"),
                             (["-s"], "--gdb=1234,nowait"),
                             (["-serial", "mon:stdio"], "--set=uart0.chardev=stdio"),
                             (["-serial", "tcp::4000,server"], "--set=uart0.chardev=tcp:4000"),
                             (["-uart1", "/dev/ptypc"], "--set=uart0.chardev=pty"),
                             (["-M", "leon3_generic"], "--board=leon3"), (["-gr712rc"], "--board=gr712rc")):
            self.refuse(rf".*; here type {re.escape(typed)}(: .*)?", *words)

    def test_every_option_of_the_page(self):
        """What docs/coming-from.md lists in a row's first column is known, each by its sentence."""
        text = (root / "docs/coming-from.md").read_text(encoding="utf-8")
        first = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `-")]
        options = {option for cell in first for option in re.findall(r"(?<![\w-])-[\w-]+", cell)}
        self.assertGreater(len(options), 35)
        for option in options - {"-d", "-D", "-leon3", "-gr740", "-v"}:
            self.refuse(rf"{option} is an option of .*", option, "4")

    def test_words_that_begin_with_d(self):
        """They are read as -d ITEM only if there is such an item."""
        self.refuse("there is no option -deterministic; .*", "-deterministic")
        self.refuse("-d int,mmoi: there is no item mmoi; .*", "-dint,mmoi")
        self.refuse(".*; SIS's -d is --quantum here", "-d", "50")
        self.assertEqual(self.run_it("-dint", "spin.elf", "--insn-limit=9").returncode, INSN_LIMIT)

    def test_what_is_not_here(self):
        """It is refused by name, and not turned into something else."""
        for name, words in ((None, []), ("qemu-system-sparc", [])):
            self.refuse("-M SS-5: that machine has no LEON3; .*", "-M", "SS-5", *words, name=name)
        for name, option, words in ((None, "-uart1", []), ("sis", "-uart1", ["-leon3"]),
                                    ("tsim-leon3", "-uart1", []), ("qemu-system-sparc", "-serial", [])):
            self.refuse(rf"{option} /dev/pts/99: a UART does not open a terminal that is there.*; type "
                        r"--set=uart0.chardev=pty and .*", *words, option, "/dev/pts/99", name=name)

    def test_values_of_options_are_no_options(self):
        self.refuse("-kernel is .*", "--load", "spin.elf", "-kernel", "x")
        done = self.run_it("--load", "-r", "spin.elf")
        self.assertIn("cannot open -r", done.stderr)
        done = self.run_it("--", "-r")
        self.assertIn("cannot open -r", done.stderr)


class Words(Case):
    def test_help_and_version(self):
        for word in ("-h", "-help", "--h", "-?"):
            done = self.run_it(word)
            self.assertEqual((done.returncode, done.stdout.split()[0], done.stderr), (0, "Usage:", ""))
        for word in ("-v", "-version", "--v", "-V"):
            self.assertRegex(self.run_it(word).stdout, r"^leon3emu \d")

    def test_unknown(self):
        self.refuse("there is no option --colour; --help lists them", "--colour", "spin.elf")
        self.refuse(r"there is no option -stats; --help lists them; did you mean --stats\?", "-stats")
        self.refuse(r"there is no option --bord=x; --help lists them; did you mean --board\?", "--bord=x")
        self.refuse("there is no option -x; .*", "-x")
        self.refuse("--s is the beginning of 4 options; .*", "--s", "spin.elf")

    def test_cut_short(self):
        self.assertEqual(self.run_it("--insn", "5", "spin.elf").returncode, INSN_LIMIT)


class Names(Case):
    """Called as another program."""

    def test_qemu(self):
        done = self.run_it("-M", "leon3_generic", "-m", "64", "-nographic", "-kernel", "spin.elf", "-icount",
                           "shift=0", "-serial", "null", "--insn-limit=9", name="qemu-system-sparc")
        self.assertEqual(done.returncode, INSN_LIMIT, done.stderr)
        done = self.run_it("-m", "64", "-serial", "file:a", "-serial", "file:b", "-kernel", "spin.elf",
                           name="qemu-system-sparc")
        self.assertIn("--set uart1.chardev=file:b: the board has no uart1", done.stderr)
        self.refuse("-initrd is an option of QEMU that is not here: .*", "-kernel", "spin.elf", "-initrd",
                    "x", name="qemu-system-sparc")
        self.refuse("-m wants a value behind it", "-m", name="qemu-system-sparc")

    def gdb_line(self, *words):
        """What is said of GDB: the first line of standard error."""
        program = self.place / "qemu-system-sparc"
        if not program.exists():
            program.symlink_to(emulator)
        with subprocess.Popen([program, *words], text=True, cwd=self.place, stdin=subprocess.DEVNULL,
                              stderr=subprocess.PIPE) as process:
            line = process.stderr.readline()
            process.terminate()
            process.stderr.read()
        return re.sub(r"\d+\n$", "", line)

    def test_qemu_waits_only_with_S(self):
        for words, said in ((["-gdb", "tcp::0"], "ready for"), (["-gdb", "tcp::0", "-S"], "waiting for"),
                            (["-S", "-gdb", "tcp::0,server"], "waiting for")):
            self.assertEqual(self.gdb_line("-kernel", "spin.elf", *words),
                             f"leon3emu: {said} GDB: target remote 127.0.0.1:")
        self.refuse("-S waits for GDB before the first instruction; .* -s or -gdb", "-S", "-kernel", "spin.elf",
                    name="qemu-system-sparc")

    def test_help(self):
        """Whatever the name, as long as the word means nothing else there."""
        for name, system in (("sis", []), ("sis", ["-leon3"]), (None, ["-leon3"]), ("tsim-leon3", []),
                             ("qemu-system-sparc", [])):
            for word in ("--help", "-help", "-h"):
                done = self.run_it(*system, word, name=name)
                self.assertEqual((done.returncode, done.stdout.split()[0]), (0, "Usage:"), (name, done))
            self.assertRegex(self.run_it(*system, "--version", name=name).stdout, r"^leon3emu \d")

    def test_sis(self):
        done = self.run_it("-leon3", "-r", "-freq", "20", "-nfp", "-tlim", "1", "ms", "spin.elf", name="sis")
        self.assertEqual(done.returncode, TIME_LIMIT, done.stderr)
        done = self.run_it("-d", "50", "-tlim", "1", "ms", "-leon3", "spin.elf", name="sis")
        self.assertEqual(done.returncode, TIME_LIMIT, done.stderr)
        self.refuse("--quantum 0: not a number.*", "-leon3", "-d", "0", "spin.elf")
        done = self.run_it("-r", "-tlim", "1", "ms", "-gr740", "spin.elf", name="sparc-rtems6-sis")
        self.assertEqual(done.returncode, IMAGE, done.stderr)  # that board's RAM is elsewhere
        self.refuse("SIS without -leon3 or -gr740 is an ERC32.*", "spin.elf", name="sis")
        self.refuse("-cov is an option of SIS that is not here: there is no coverage", "-leon3", "-cov",
                    "spin.elf", name="sis")

    def test_sis_style(self):
        """Options of leon3emu are refused beside -leon3 with what makes them possible."""
        self.refuse("--stats is not known together with SIS's -leon3 or -gr740; write --board=leon3-sis "
                    "instead of that .*", "-leon3", "--stats", "spin.elf")
        self.refuse(".*; write --board=gr740 instead .*", "--stats", "-gr740", "spin.elf")

    def test_tsim(self):
        done = self.run_it("-freq", "50", "-ram", "8192", "-nfp", "spin.elf", "--insn-limit=9",
                           name="tsim-leon3")
        self.assertEqual(done.returncode, INSN_LIMIT, done.stderr)
        text = self.run_it("-freq", "20", "-ram", "8192", "-nfp", "--dump=qtree", name="tsim-leon3").stdout
        for line in ("board leon3-grlib: ", "  clock = 20000000\n", "    fpu = none\n"):
            self.assertIn(line, text)
        self.assertIn("board gr712rc: ", self.run_it("-gr712rc", "--dump=qtree", name="tsim").stdout)
        self.refuse("-c is an option of SIS and TSIM that is not here: .*", "-c", "batch", name="tsim-leon3")


class Completion(Case):
    """What the scripts offer, as bash does it."""

    def complete(self, *words):
        """Of the last of the words, which bash has cut at =, too."""
        script = subprocess.run([emulator, "--completion=bash"], capture_output=True, text=True,
                                check=True).stdout
        line = " ".join(f"'{word}'" for word in (emulator, *words))
        script += f"\nCOMP_WORDS=({line})\nCOMP_CWORD={len(words)}\n_leon3emu '{emulator}'\n"
        script += 'printf "%s\\n" "${COMPREPLY[@]}"\n'
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=self.place,
                              check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash(self):
        (self.place / "mine.board").write_text("")
        (self.place / "sub").mkdir()
        self.assertEqual(self.complete("--bo"), ["--board="])
        helped = subprocess.run([emulator, "--help"], capture_output=True, text=True, check=True).stdout
        for option in re.findall(r"^ +(?:-., )?(--[a-z-]+)", helped, re.M):
            self.assertIn(option, [word.rstrip("=") for word in self.complete("--")])
        self.assertEqual(self.complete("--board", "=", "gr7"), ["gr712rc", "gr740"])
        self.assertEqual(self.complete("--board", "mi"), ["mine.board"])
        self.assertEqual(self.complete("--board", "=", "su"), ["sub/"])
        self.assertEqual(self.complete("--board", "="), [*self.complete("--board", ""),])
        self.assertIn("leon3-sis", self.complete("--board", "="))
        self.assertEqual(self.complete("--periph", "=", "apbu"), ["apbuart"])
        self.assertEqual(self.complete("-d", "guest"), ["guest_errors"])
        self.assertEqual(self.complete("--exec", "=", "in"), ["interp"])
        self.assertEqual(self.complete("-d", "int,mm"), ["int,mmio"])
        self.assertEqual(self.complete("--periph", "apbuart,ch"), ["apbuart,chardev="])
        self.assertEqual(self.complete("--periph", "=", "apbuart,fifo=4,ch"), ["apbuart,fifo=4,chardev="])
        self.assertEqual(self.complete("--log-filter", "ua"), ["uart0"])
        self.assertEqual(self.complete("--board", "=", "gr712rc", "--log-filter", "=", "uart1,uart2"),
                         ["uart1,uart2"])
        self.assertEqual(self.complete("spi"), [])  # a file: bash does that itself

    def test_settings(self):
        """Of the board of the command line; --set KEY=VALUE is three words to bash, --set=KEY=VALUE five."""
        for words in (["--set"], ["--set", "="]):
            self.assertEqual(self.complete(*words, "cpu.f"), ["cpu.fpu="])
            self.assertEqual(self.complete(*words, "cpu.fpu", "="), ["grfpu", "grfpu-lite", "ieee", "none"])
            self.assertEqual(self.complete(*words, "cpu.fpu", "=", "n"), ["none"])
            self.assertEqual(self.complete(*words, "cpu.nwin", "="), [])
            self.assertEqual(self.complete(*words, "uart0.ch"), ["uart0.chardev="])
            self.assertIn("uart0.instant=", self.complete(*words, "uart0."))
            self.assertIn("pty", self.complete(*words, "uart0.chardev", "="))
            self.assertEqual(self.complete(*words, "uart5.ch"), [])
            for board in (["--board", "gr712rc"], ["--board", "=", "gr712rc"]):
                self.assertEqual(self.complete(*board, *words, "uart5.ch"), ["uart5.chardev="])
                self.assertEqual(self.complete(*board, *words, "sr"), ["sram.base=", "sram.size=", "sram.type="])

    def test_zsh(self):
        script = subprocess.run([emulator, "--completion=zsh"], capture_output=True, text=True,
                                check=True).stdout
        self.assertTrue(script.startswith("#compdef leon3emu\n"))
        for part in ("'*--board=[", "'*-d[", "'*--bios["):
            self.assertIn(part, script)
        try:
            subprocess.run(["zsh", "-n", "-c", script], check=True)
        except FileNotFoundError:
            pass

    def test_other(self):
        self.refuse("--completion fish: there is one for bash and one for zsh", "--completion=fish")


def main():
    global emulator, root
    emulator, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)


if __name__ == "__main__":
    main()
