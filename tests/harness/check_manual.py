#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manual page says all that the program's tables say: options, log items, boards, kinds of character
lines, exit statuses; and no option that does not exist.

    check_manual.py ROOT PROGRAM
"""

import pathlib
import re
import subprocess
import sys


def ask(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60,
                          check=True).stdout


def plain(manual):
    """Text of the page without the marks of troff."""
    text = re.sub(r"\\f[A-Z]", "", manual).replace("\\-", "-")
    return re.sub(r"^\.[A-Z]+ |^\.\\\".*$", "", text, flags=re.MULTILINE)


def complaints(root, program):
    page = plain((root / "docs/leon3emu.1").read_text(encoding="utf-8"))
    options = set(re.findall(r"--[a-z][a-z-]*", ask(program, "--help").split("Exit status")[0]))
    for option in sorted(options):
        if option not in page:
            yield f"option {option} is missing"
    heads = "\n".join(line for line in page.splitlines() if line.startswith("-"))
    for option in sorted(set(re.findall(r"--[a-z][a-z-]*", heads))):
        if option not in options:
            yield f"there is no option {option}"
    for line in ask(program, "-d", "help").splitlines():
        item, text = line.split(None, 1)
        if f"{item}\n{text}\n" not in page:
            yield f"log item {item} is missing or has another text"
    table = (root / "include/exit_status.def").read_text(encoding="utf-8")
    rows = re.findall(r'^STATUS\(\s*\w+,\s*(\d+),\s*"(.*)"\)$', table, flags=re.MULTILINE)
    for value, meaning in rows:
        if f"\n{value}\t{meaning}\n" not in page:
            yield f"exit status {value} is missing or has another text"
    listed = re.findall(r"^(\d+)\t", page, flags=re.MULTILINE)
    for value in set(listed) - {value for value, _ in rows}:
        yield f"there is no exit status {value}"
    for board in sorted((root / "src/board/boards").glob("*.board")):
        if not re.search(rf"^{board.stem}( ,)?$", page, flags=re.MULTILINE):
            yield f"board {board.stem} is missing"
    for source in sorted((root / "src/chardev").glob("chardev_*.c")):
        for form in re.findall(r'\.form = "(\w+)', source.read_text(encoding="utf-8")):
            if not re.search(rf"^{form}\b", page, flags=re.MULTILINE):
                yield f"character line {form} is missing"


def main():
    found = list(complaints(pathlib.Path(sys.argv[1]), sys.argv[2]))
    print("\n".join(found))
    print(f"check_manual: {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
