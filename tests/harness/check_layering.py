#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who may include what (docs/architecture.md has the picture).

    check_layering.py ROOT

Each room names the rooms whose headers it may see; `api` stands for <leon3emu/...>.  CMake's include
paths hold up the coarse rules already; inside src/ they cannot.
"""

import graphlib
import pathlib
import re
import sys

# Room -> rooms it may include, beside itself and include/.
ALLOWED = {
    "include": set(),
    "src/core": set(),
    "src/mem": {"src/core", "api"},
    "src/sparc": {"src/core", "src/mem", "api"},
    "src/exec": {"src/core", "src/mem", "src/sparc", "api"},
    "src/gdbstub": {"src/core"},
    "src/image": {"src/core"},
    "src/chardev": {"src/core"},
    "src/board": {"src/core"},
    "src/machine": {
        "src/core", "src/mem", "src/sparc", "src/exec", "src/image", "src/chardev", "src/board", "api", "devices",
    },
    "src/monitor": {"src/core", "src/mem", "src/sparc", "src/exec", "src/image", "src/board", "src/machine", "api"},
    "src/gdb": {
        "src/core", "src/mem", "src/sparc", "src/exec", "src/machine", "src/gdbstub", "src/monitor", "api",
    },
    "src/cli": {"src/core"},
    "src": {"src/cli"},  # main.c
    "jit": set(),
    "jit/codegen": {"jit"},
    "jit/x64": {"jit", "jit/codegen"},
    "devices": {"api"},
    "plugins-api": {"api"},
}
# Of the public headers these rooms may include <leon3emu/device.h> only: they hand requests to devices directly.
DEVICE_ONLY = {"src/mem", "src/sparc", "src/exec"}
SELF_CONTAINED = {"devices", "plugins-api"}  # not even include/
# Headers that the build writes, and the room that each belongs to.
GENERATED = {"cli/version.h": "src/cli"}

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(leon3emu/[^>]+)>)', re.MULTILINE)


def find_circle(allowed):
    """A list of rooms that may include each other in a circle; None: there is no circle."""
    try:
        graphlib.TopologicalSorter(allowed).prepare()
        return None
    except graphlib.CycleError as circle:
        return circle.args[1]


def room_of(path):
    """Room of a file, given relative to the root."""
    parts = path.parts
    if parts[0] in ("src", "jit"):
        return parts[0] if len(parts) == 2 else f"{parts[0]}/{parts[1]}"
    return parts[0]


def target_room(root, source, name):
    """Room of the header that `name` finds, None if it is not ours."""
    if name.startswith("leon3emu/"):
        return "api"
    if name in GENERATED:
        return GENERATED[name]
    places = [source.parent, root / "src", root / "include", root / "devices", root / "jit"]
    for place in places:
        header = place / name
        if header.exists():
            return room_of(header.resolve().relative_to(root))
    return None


def check_file(root, source):
    room = room_of(source.relative_to(root))
    text = source.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        name = match.group(1) or match.group(2)
        target = target_room(root, source, name)
        allowed = ALLOWED[room] | {room} | (set() if room in SELF_CONTAINED else {"include"})
        bad = target is None or target not in allowed
        bad = bad or (room in DEVICE_ONLY and target == "api" and name != "leon3emu/device.h")
        if bad:
            line = text.count("\n", 0, match.start(1 if match.group(1) else 2)) + 1
            yield f"{source.relative_to(root)}:{line}: {room} must not include {name}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    complaints = []
    files = 0
    circle = find_circle(ALLOWED)
    if circle is not None:
        complaints.append("the table allows a circle of rooms: " + ", ".join(circle))
    for top in ("include", "src", "jit", "devices", "plugins-api"):
        for source in sorted((root / top).rglob("*")):
            if source.suffix in (".c", ".h", ".def"):
                files += 1
                complaints += check_file(root, source)
    print("\n".join(complaints))
    print(f"check_layering: {files} files, {len(complaints)} complaints")
    return 1 if complaints or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
