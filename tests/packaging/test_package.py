# SPDX-License-Identifier: MIT
"""What users install: the Debian package has all that the documentation promises and runs from where it is
unpacked; `cmake --install` puts down the same, and the target uninstall takes it away.

A bare Debian is not made here: docs/testing.md says how that is tried by hand."""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE = os.environ["BUILD"], os.environ["SOURCE"]
CMAKE, CPACK = os.environ["CMAKE"], os.environ["CPACK"]

PROMISED = """bin/leon3emu
include/leon3emu/device.h include/leon3emu/regs.h include/leon3emu/leon3emu.h
lib/leon3emu/plugins/apbuart.so lib/leon3emu/plugins/irqmp.so lib/leon3emu/plugins/apbctrl.so
share/bash-completion/completions/leon3emu share/zsh/site-functions/_leon3emu
share/doc/leon3emu/LICENSE share/doc/leon3emu/README.md share/doc/leon3emu/SECURITY.md
share/doc/leon3emu/docs/quick-start.md share/doc/leon3emu/docs/bare-metal/start.S
share/leon3emu/boards/leon3.board share/leon3emu/examples/uart.c share/man/man1/leon3emu.1""".split()


def call(*command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def files_below(directory):
    return {os.path.relpath(os.path.join(folder, name), directory)
            for folder, _, names in os.walk(directory) for name in names}


class Package(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.directory)

    def inside(self, name):
        return os.path.join(self.directory, name)

    def check_program(self, prefix):
        """It runs from there, with the libraries, boards and headers beside it."""
        program = os.path.join(prefix, "bin/leon3emu")
        with open(os.path.join(SOURCE, "CMakeLists.txt"), encoding="utf-8") as file:
            version = re.search(r"project\(leon3emu VERSION ([\d.]+)", file.read()).group(1)
        self.assertTrue(call(program, "--version").startswith(f"leon3emu {version}"))
        self.assertIn("properties:", call(program, "--periph", "apbuart.so,help"))
        firmware = os.path.join(BUILD, "demo/demo.elf")
        if os.path.exists(firmware):
            done = subprocess.run([program, firmware], stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)  # the firmware's own: no --periph uart.so
            self.assertIn("Hello from firmware", done.stdout)

    def test_debian_package(self):
        if not shutil.which("dpkg-deb") or not shutil.which("dpkg-shlibdeps"):
            self.skipTest("no Debian tools")
        call(CPACK, "-G", "DEB", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", self.directory)
        package = glob.glob(self.inside("*.deb"))[0]
        depends = call("dpkg-deb", "--field", package, "Depends")
        for library in "libelf1", "libdw1", "libinih1", "zlib1g", "libffi8", "libcapstone4", "libc6":
            self.assertIn(library, depends)
        call("dpkg-deb", "--extract", package, self.inside("root"))
        files = {re.sub(r"^usr/lib/[^/]+-linux-gnu/", "usr/lib/", name)
                 for name in files_below(self.inside("root"))}
        for name in PROMISED:
            self.assertIn("usr/" + name, files)
        self.assertEqual([name for name in files if not name.startswith("usr/")], [])
        self.check_program(self.inside("root/usr"))

    def uninstall(self, prefix):
        """As the target does it, but from this place alone: another installation of the build stays."""
        return call(CMAKE, f"-DRECORDS={BUILD}/installed", f"-DONLY={prefix}", "-P",
                    os.path.join(SOURCE, "src/cli/uninstall.cmake"))

    def test_install_and_uninstall(self):
        """Nothing of what was put down stays, but what the user has put beside it."""
        prefix = self.inside("new/prefix")
        os.makedirs(self.inside("new/prefix/share/man"))  # empty, and not ours
        call(CMAKE, "--install", BUILD, "--prefix", prefix)
        for name in PROMISED:
            self.assertIn(name, files_below(prefix))
        self.check_program(prefix)
        own = os.path.join(prefix, "share/leon3emu/boards/own.board")
        with open(own, "w", encoding="utf-8") as file:
            file.write("[board]\n")
        self.assertRegex(self.uninstall(prefix), rf"Removed \d+ files of leon3emu from {prefix}\n")
        self.assertEqual(files_below(prefix), {"share/leon3emu/boards/own.board"})
        folders = {os.path.relpath(folder, prefix) for folder, _, _ in os.walk(prefix)}
        self.assertEqual(folders, {".", "share", "share/man", "share/leon3emu", "share/leon3emu/boards"})
        self.assertIn("Nothing is installed from this build", self.uninstall(prefix))

    def test_links(self):
        """Each link of the installed pages leads to a file."""
        prefix = self.inside("prefix")
        call(CMAKE, "--install", BUILD, "--prefix", prefix)
        self.addCleanup(self.uninstall, prefix)
        pages = glob.glob(os.path.join(prefix, "share/doc/leon3emu/**/*.md"), recursive=True)
        self.assertGreater(len(pages), 50)
        links = 0
        for page in pages:
            with open(page, encoding="utf-8") as file:
                found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", file.read())
            for link in found:
                if "://" not in link:
                    links += 1
                    target = os.path.join(os.path.dirname(page), link)
                    self.assertTrue(os.path.exists(target), f"{page}: {link}")
        self.assertGreater(links, 100)

    def test_two_places_and_a_package(self):
        """Each installation is remembered, also behind that of another place and behind CPack, and a folder that
        an earlier one to the same place has made is still its own."""
        one, two = self.inside("one"), self.inside("two")
        for prefix in (one, two, one):
            call(CMAKE, "--install", BUILD, "--prefix", prefix)
        if shutil.which("dpkg-deb") and shutil.which("dpkg-shlibdeps"):
            call(CPACK, "-G", "DEB", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", self.inside("deb"))
        call(CMAKE, "--install", BUILD, "--prefix", "/p", DESTDIR=self.inside("stage"))
        for place in (one, two, self.inside("stage/p")):
            self.assertIn(f"from {place}\n", self.uninstall(place))
            self.assertFalse(os.path.exists(place))
        for record in glob.glob(os.path.join(BUILD, "installed/*.txt")):
            with open(record, encoding="utf-8") as file:
                self.assertNotRegex(file.read(), r"(?m)^place (.*_CPack_Packages.*|/usr)$")


if __name__ == "__main__":
    if not os.path.exists(os.path.join(BUILD, "leon3emu")):
        sys.exit(77)
    unittest.main(verbosity=2)
