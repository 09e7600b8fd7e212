#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No function over 80 lines, no file over 1000; files over 600 are listed.

    check_size.py ROOT

It relies on the layout that clang-format gives: a function's body stands between a `{` and a `}` in
column 0.  Tables (`... = {`) do not count, nor does the kit for a Linux image (tests/guest/linux).
"""

import pathlib
import sys

FUNCTION_MAX = 80
FILE_MAX = 1000
FILE_NOTED = 600


def functions(lines):
    """(number of the first line, length) of each function body."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield start, number - start + 1
            start = None


def check_file(path, name):
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > FILE_MAX:
        yield f"{name}: {len(lines)} lines, at most {FILE_MAX} are allowed"
    elif len(lines) > FILE_NOTED:
        print(f"note: {name} has {len(lines)} lines")
    for start, length in functions(lines):
        if length > FUNCTION_MAX:
            yield f"{name}:{start}: a function of {length} lines, at most {FUNCTION_MAX} are allowed"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    complaints = []
    files = 0
    for top in ("include", "src", "jit", "devices", "plugins-api", "tests"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".c", ".h") and root / "tests/guest/linux" not in path.parents:
                files += 1
                complaints += check_file(path, path.relative_to(root))
    print("\n".join(complaints))
    print(f"check_size: {files} files, {len(complaints)} complaints")
    return 1 if complaints or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
