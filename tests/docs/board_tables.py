# SPDX-License-Identifier: MIT
"""The tables of docs/interrupts.md: board_tables.py PROGRAM [PAGE].

Without PAGE prints them, made from the boards.  With it compares: status 1 if the page says otherwise."""

import re
import subprocess
import sys

LEFT_OUT = {"apbctrl", "apbpnp", "ahbpnp"}


def run(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


def devices(qtree):
    """Of each device its name, class, address, lines of its outputs and its properties."""
    device = None
    for line in qtree.split("\n"):
        begin = re.match(r"\s*device (\S+): (\S+)", line)
        if begin:
            if device:
                yield device
            device = {"name": begin.group(1), "class": begin.group(2), "address": "", "outputs": {},
                      "properties": {}}
        elif device:
            region = re.match(r"\s*region \S+: ([0-9a-f]{8})-", line)
            output = re.match(r"\s*irq output (\d+): line (\d+)", line)
            value = re.match(r"\s*(\w+) = (\S+)", line)
            if region and not device["address"]:
                device["address"] = "0x" + region.group(1)
            elif output:
                device["outputs"][int(output.group(1))] = int(output.group(2))
            elif value:
                device["properties"][value.group(1)] = value.group(2)
    if device:
        yield device


def interrupt(device):
    lines, properties = device["outputs"], device["properties"]
    if device["class"] in ("irqmp", "irqamp"):
        return "" if properties["eirq"] == "0" else f"extended: {properties['eirq']}"
    if not lines:
        return ""
    if device["class"] == "gptimer":
        return f"{lines[0]}+" if properties["separate_irqs"] == "on" else str(lines[0])
    if device["class"] == "grgpio":
        return f"{min(lines.values())} to {max(lines.values())}, by line" if len(lines) > 1 else str(lines[0])
    return str(lines[0])


def table(program, board):
    qtree = run(program, "--board", board, "--dump", "qtree")
    rows = [f"## {board}", "", re.match(r"board \S+: (.*)", qtree).group(1) + ".", "",
            "| device | core | address | interrupt |", "| --- | --- | --- | --- |"]
    for device in devices(qtree):
        if device["class"] not in LEFT_OUT:
            rows.append(f"| `{device['name']}` | {device['class']} | {device['address']} | {interrupt(device)} |")
    return "\n".join(rows)


def boards(program):
    """All built-in boards, those that are no chip first."""
    names = [line.split()[0] for line in run(program, "--board=help").splitlines()]
    return sorted(names, key=lambda name: (not name.startswith("leon3"), name))


def main():
    text = "\n\n".join(table(sys.argv[1], board) for board in boards(sys.argv[1])) + "\n"
    if len(sys.argv) == 2:
        sys.stdout.write(text)
        return 0
    with open(sys.argv[2], encoding="utf-8") as file:
        page = file.read()
    if page[page.index("## "):] == text:
        return 0
    print(f"{sys.argv[2]} differs from the boards; its tables should be:\n\n{text}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
