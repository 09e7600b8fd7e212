# SPDX-License-Identifier: MIT
"""Instruction test sources: writing generated ones, and reading what their head says.

Lines `! key: text` before the first code tell what a test needs:

    rows      rows of src/sparc/insns.def that it covers
    board     boards to run it on: leon3 (the default) or names from boards/
    options   more options for the emulator
    status    the exit status expected, 0 if not given
    message   text that must be in the output
    qemu      why QEMU cannot run it
"""
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent


def write(path, lines):
    """Writes a generated source; the file is left alone if it is the same, so that nothing is rebuilt."""
    text = "\n".join(lines + ["END", ""])
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


class Source:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.name = self.path.stem
        self.keys = {}
        for line in self.path.read_text().splitlines():
            match = re.match(r"! (rows|board|options|status|message|qemu):\s*(.*)", line)
            if match:
                self.keys[match[1]] = match[2]

    def rows(self):
        return self.keys.get("rows", "").split()

    def boards(self):
        """As arguments of --board."""
        names = self.keys.get("board", "leon3").split()
        return [name if name == "leon3" else str(HERE / "boards" / f"{name}.board") for name in names]

    def options(self):
        return self.keys.get("options", "").split()

    def passed(self, status, output):
        """Is this the end that the test is to come to?"""
        wanted = int(self.keys.get("status", "0"))
        text = self.keys.get("message", "PASS" if wanted == 0 else "")
        return status == wanted and text in output


def rows_of_table(insns_def):
    """Names of the rows of insns.def."""
    return re.findall(r"^(?:INSN|FPOP)\(\s*(\w+),", pathlib.Path(insns_def).read_text(), re.MULTILINE)
