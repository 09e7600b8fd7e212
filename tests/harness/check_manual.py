#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manual page says all that the program's tables say: options, log items, boards, kinds of character
lines, exit statuses, commands of the monitor; and no option that does not exist.  What else lists the
commands of the monitor lists the same.

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


def monitor_complaints(root, program, page):
    table = (root / "src/monitor/commands.def").read_text(encoding="utf-8")
    rows = re.findall(r'^MONITOR_COMMAND\("([^"]*)",\s*"([^"]*)",\s*"([^"]*)"', table, flags=re.MULTILINE)
    if len(rows) != len(re.findall(r"^MONITOR_COMMAND\(", table, flags=re.MULTILINE)):
        yield "there are rows of commands.def that are not understood here"
    for name, arguments, text in rows:
        if f"\n{name} {arguments}".rstrip() + f"\n{text}\n" not in page:
            yield f"monitor command {name} is missing or has another text"
    guide = (root / "docs/debugging.md").read_text(encoding="utf-8")
    listed = [line.split() for line in re.findall(r"^ {4}(monitor .*)$", guide, flags=re.MULTILINE)]
    if listed != [["monitor", *" ".join(row).split()] for row in rows]:
        yield "docs/debugging.md lists other monitor commands than commands.def"
    topics = [name.split()[1] for name, _, _ in rows if name.startswith("info ")]
    if f"--dump={'|'.join(topics)}" not in ask(program, "--help"):
        yield f"--help has not --dump={'|'.join(topics)}"
    if " ".join(topics) not in ask(program, "--completion=bash"):
        yield f"--completion has not {' '.join(topics)}"


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
    yield from monitor_complaints(root, program, page)
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
