# SPDX-License-Identifier: MIT
"""A user's own peripheral: the package is installed into a prefix, moved, and outside of the project a
library is built against it, in C with pkg-config and in C++ with CMake.  Two instances of it run."""

import os
import shutil
import subprocess
import tempfile

from support import BUILD, SOURCE, Case, guest, main, run

OUTSIDE = os.path.join(SOURCE, "tests/plugins/outside")


def call(*command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


class Outside(Case):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        first = os.path.join(cls.directory, "first")
        cls.prefix = os.path.join(cls.directory, "prefix")
        call("cmake", "--install", BUILD, "--prefix", first)
        os.rename(first, cls.prefix)

    def installed(self, path):
        return os.path.join(self.prefix, path)

    def pkg_config(self, *arguments):
        return call("pkg-config", *arguments, "leon3emu",
                    PKG_CONFIG_PATH=self.installed("lib/pkgconfig"))

    def check_pair(self, library):
        program = self.installed("bin/leon3emu")
        command = [program, guest("guest_pair"),
                   "--periph", f"{library},base=0x80000800,irq=5,step=3",
                   "--periph", f"{library},base=0x80000900,step=10"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_is_installed(self):
        for path in ("bin/leon3emu", "include/leon3emu/device.h", "include/leon3emu/regs.h",
                     "lib/leon3emu/plugins/apbuart.so", "lib/leon3emu/plugins/irqmp.so",
                     "lib/pkgconfig/leon3emu.pc", "lib/cmake/leon3emu/leon3emuConfig.cmake",
                     "lib/cmake/leon3emu/leon3emuConfigVersion.cmake",
                     "share/man/man1/leon3emu.1", "share/leon3emu/boards/leon3.board",
                     "share/leon3emu/examples/uart.c", "share/leon3emu/examples/template.c"):
            self.assertTrue(os.path.exists(self.installed(path)), path)

    def test_c_with_pkg_config(self):
        library = os.path.join(self.directory, "tally_c.so")
        flags = self.pkg_config("--cflags").split()
        call("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", *flags,
             os.path.join(OUTSIDE, "tally.c"), "-o", library)
        self.check_pair(library)

    def test_cxx_with_cmake(self):
        build = os.path.join(self.directory, "build")
        call("cmake", "-S", OUTSIDE, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
             f"-DEXAMPLES={self.installed('share/leon3emu/examples')}")
        call("cmake", "--build", build)
        self.check_pair(os.path.join(build, "tally.so"))
        call("cmake", "--install", build)
        where = self.pkg_config("--variable=plugindir")
        self.assertTrue(os.path.exists(os.path.join(where, "tally.so")), where)
        self.check_pair("tally.so")  # found where it was installed

    def test_cxx_of_today(self):
        library = os.path.join(self.directory, "tally20.so")
        call("c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-pedantic", "-shared", "-fPIC",
             *self.pkg_config("--cflags").split(), self.installed("share/leon3emu/examples/tally.cpp"), "-o", library)
        self.check_pair(library)

    def test_paths_of_pkg_config(self):
        for arguments in (["--cflags"], ["--variable=plugindir"], ["--variable=mockdir"]):
            self.assertNotIn("//", self.pkg_config(*arguments))

    def test_examples_build(self):
        flags = self.pkg_config("--cflags").split()
        for name in "uart", "template":
            library = os.path.join(self.directory, name + ".so")
            call("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", *flags,
                 self.installed(f"share/leon3emu/examples/{name}.c"), "-o", library)
            self.assert_run(run("--periph", f"{library},help"), 0, "properties:")

    def test_on_the_mock(self):
        program = os.path.join(self.directory, "template_test")
        mock = self.pkg_config("--variable=mockdir")
        call("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", *self.pkg_config("--cflags").split(),
             "-I", mock, os.path.join(OUTSIDE, "template_test.c"), os.path.join(mock, "mock_host.c"),
             self.installed("share/leon3emu/examples/template.c"), "-o", program)
        call(program)
        for value, said in (("0", "is out of range"), ("fast", "is not a number")):
            done = subprocess.run([program, value], capture_output=True, text=True, check=False)
            self.assertEqual(done.stderr, f"mock host: property step={value} {said}\n")

    def test_built_in_device_as_library(self):
        """The same source built as a library does the same, and the log has the names of its registers."""
        library = self.installed("lib/leon3emu/plugins/apbuart.so")
        result = run(os.path.join(BUILD, "demo/demo.elf"), "--periph", library, "-d", "mmio")
        self.assertIn("uart0.registers write +0x0 (data) size 4", result.stderr)
        result = run(os.path.join(BUILD, "demo/demo.elf"), "--periph", library)
        self.assert_run(result, 1, "this is the board's own UART")


if __name__ == "__main__":
    main()
