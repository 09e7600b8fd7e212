# SPDX-License-Identifier: MIT
"""Under Valgrind, as authors of peripherals use it: each executor gives the same, and no error is found."""

import re
import shutil
import subprocess
import sys

from support import PROGRAM, Case, guest, main, plugin, run

OPTIONS = ["--stats", "--periph", f"{plugin('faulty.so')},base=0x80000800"]
VALGRIND = ["valgrind", "-q", "--smc-check=all", "--error-exitcode=99"]


class Valgrind(Case):
    @staticmethod
    def counts(text):
        return re.findall("(?m)^((?:instructions|cycles|device_register_accesses) .*)$", text)

    def check(self, *options):
        command = [guest("guest_poll"), *OPTIONS, *options]
        plain = run(*command)
        done = subprocess.run([*VALGRIND, PROGRAM, *command], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=250, check=False)
        self.assert_run(done, plain.returncode)
        self.assertEqual(self.counts(done.stderr), self.counts(plain.stderr))
        self.assertEqual(len(self.counts(plain.stderr)), 3)
        self.assertNotIn("==", done.stderr)
        return done

    def test_interpreter(self):
        self.check("--exec=interp")

    def test_translator(self):
        """Valgrind knows no second view of memory: generated code lies in a memory file."""
        done = self.check("--exec=jit")
        self.assertGreater(float(re.search("generated_percent (.*)", done.stderr).group(1)), 90)

    def test_callgrind(self):
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", PROGRAM,
                               guest("guest_poll"), *OPTIONS, "--exec=interp"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=250, check=False)
        self.assert_run(done, 0)
        instructions = int(re.search(r"(?m)^instructions (\d+)$", done.stderr).group(1))
        collected = int(re.search(r"Collected : (\d+)", done.stderr).group(1))
        self.assertGreater(collected, 5 * instructions)


if __name__ == "__main__":
    if shutil.which("valgrind") is None:
        print("there is no valgrind: skipped")
        sys.exit(77)
    main()
