# SPDX-License-Identifier: MIT
"""Files that a run writes: what they held is lost only when the machine starts, and never if it was an input."""

import os
import shutil
import subprocess
import tempfile

from support import PROGRAM, STATUS, Case, guest, main, plugin, run

OLD = "old\n"
LIMIT = "--time-limit=1ms"
UART = "uart0.chardev=file:"


class Files(Case):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        shutil.copy(guest("guest_speak"), self.path("fw.elf"))
        shutil.copy(plugin("faulty.so"), self.path("faulty.so"))
        for name in "old.log", "old.out", "old.in":
            with open(self.path(name), "w", encoding="ascii") as file:
                file.write(OLD)
        with open(self.path("own.board"), "w", encoding="ascii") as file:
            file.write("[board]\ninclude = leon3\n")

    def path(self, name):
        return os.path.join(self.directory, name)

    def contents(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def attempt(self, status, *arguments, piece=""):
        return self.assert_run(run(*arguments, directory=self.directory), STATUS[status], piece)

    def check_whole(self, name, piece, *arguments):
        before = self.contents(name)
        self.attempt("FILE", *arguments, LIMIT, piece=piece)
        self.assertEqual(self.contents(name), before)

    def test_log_over_an_input(self):
        for name, what in (("fw.elf", "an image to load"), ("own.board", "the board file"),
                           ("faulty.so", "a peripheral library")):
            os.link(self.path(name), self.path("x" + name))
            for path in name, "./" + name, "x" + name:
                with self.subTest(path=path):
                    self.check_whole(name, what, "-D", path, "-d", "int", "fw.elf", "--board", "./own.board",
                                     "--periph", "./faulty.so,base=0x80000800,fault=none")

    def test_log_of_a_run_that_never_starts(self):
        for arguments in (["--board", "nonsense", "fw.elf"], ["nothing.elf"], ["fw.elf", "--dump=mtree"]):
            for name in "old.log", "new.log":
                run("-d", "int", "-D", name, *arguments, directory=self.directory)
            self.assertEqual(self.contents("old.log"), OLD.encode())
            self.assertFalse(os.path.exists(self.path("new.log")))

    def test_log_of_a_run(self):
        """A log file is emptied even if no line is logged."""
        self.attempt("TIME_LIMIT", "-d", "unimp", "-D", "old.log", LIMIT, "fw.elf")
        self.assertEqual(self.contents("old.log"), b"")

    def test_log_and_something_else(self):
        self.check_whole("old.out", "writes", "-d", "int", "-D", "old.out", "--set", UART + "old.out", "fw.elf")
        self.check_whole("old.in", "reads", "-d", "int", "-D", "old.in", "--set", UART + ":old.in", "fw.elf")

    def test_log_where_standard_output_goes(self):
        with open(self.path("old.out"), "ab") as out:
            done = subprocess.run([PROGRAM, "-d", "int", "-D", "old.out", "fw.elf", LIMIT], stdout=out,
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=self.directory,
                                  timeout=60, check=False)
        self.assertEqual(done.returncode, STATUS["FILE"], done.stderr)
        self.assertIn(b"standard output", done.stderr)
        self.assertEqual(self.contents("old.out"), OLD.encode())

    def test_log_to_a_fifo(self):
        os.mkfifo(self.path("fifo"))
        self.attempt("FILE", "-d", "int", "-D", "fifo", "fw.elf", piece="nobody reads it")

    def test_line_over_an_input(self):
        for name in "fw.elf", "own.board", "faulty.so":
            with self.subTest(name=name):
                self.check_whole(name, "would write over", "--set", UART + name, "fw.elf", "--board",
                                 "./own.board", "--periph", "./faulty.so,base=0x80000800,fault=none")

    def test_line_over_the_input_of_another(self):
        for first, second in (":old.in", "old.in"), ("old.in", ":old.in"):
            self.check_whole("old.in", "of its own", "--set", UART + first, "fw.elf", "--periph",
                             "apbuart,base=0x80000900,chardev=file:" + second)

    def test_statistics_that_cannot_be_written(self):
        for option in "--stats", "--verify-jit=hash:1000":
            with open("/dev/full", "wb") as full:
                done = subprocess.run([PROGRAM, guest("guest_pair"), option, "--periph",
                                       plugin("faulty.so") + ",base=0x80000800,fault=none"],
                                      stderr=full, timeout=60,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
            self.assertEqual(done.returncode, STATUS["OUTPUT"])

    def test_library_of_a_long_path(self):
        place = self.path(os.path.join(*["d" * 200] * 4))
        os.makedirs(place)
        shutil.copy(self.path("faulty.so"), place)
        self.attempt("TIME_LIMIT", "fw.elf", LIMIT, "--periph",
                     place + "/faulty.so,base=0x80000800,fault=none")

    def test_many_images_on_one_another(self):
        """A message for each of the last few images, not for each pair that overlaps."""
        result = run(*["--load=fw.elf@0x40000000"] * 40, "--time-limit=1us", "fw.elf", directory=self.directory)
        self.assertIn("overwrites bytes of 36 more images", result.stderr)
        self.assertLess(result.stderr.count(" overwrites "), 40 * 5 + 1)


class Blame(Case):
    """A message about a wrong value from --set names the setting, not the board."""

    def test_numbers_of_the_core(self):
        for setting in ("uart0.irq=32", "uart0.irq=x", "uart0.base=0x80000101", "uart0.base=0x40000000",
                        "uart0.priority=101", "uart0.pnp_vendor=256"):
            with self.subTest(setting=setting):
                self.assert_run(run(guest("guest_speak"), "--set", setting), STATUS["PERIPHERAL"],
                                "leon3emu: --set " + setting + ": ")

    def test_load_without_address(self):
        self.assert_run(run("--load=file@"), STATUS["USAGE"], "no address follows the last @")

    def test_filter_of_no_bytes(self):
        self.assert_run(run(guest("guest_speak"), "-d", "int", "--log-filter=0+0"), STATUS["USAGE"],
                        "0+0 is no range")


if __name__ == "__main__":
    main()
