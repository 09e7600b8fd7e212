# SPDX-License-Identifier: MIT
"""The code blocks of a Markdown page, each with what kind of text it is and what its author says about it.

A block is fenced (```sh) or indented by four spaces.  An HTML comment right before it, which readers do
not see, can say more:

    <!-- file: my.board -->      the block is the content of that file, for the blocks that follow
    <!-- status: 80 -->          its last command ends with that status instead of 0
    <!-- excerpt: PATH -->       its lines stand in that file of the project, in this order
    <!-- text -->                it is a picture or a form, nothing that runs
    <!-- not run: REASON -->     it would run, but not in a test
"""

import re

DIRECTIVE = re.compile(r"<!--\s*(file|status|excerpt|text|not run)(?::\s*(.*?))?\s*-->\s*$")
FENCE = re.compile(r"^(`{3,})(\w*)\s*$")
SHELL = re.compile(r"^(\$ )?(leon3emu|cc|c\+\+|cmake|ctest|make|gdb-multiarch|pkg-config|man|echo|export|"
                   r"sudo|apt-get|git|\./\w+|\w+-(elf|rtems\d|linux-gnu)-\w+|clang|python3|cp|mkdir|cd|ln|"
                   r"west|telnet|socat|nc|genisoimage|mkimage|kill|LD_PRELOAD=\S+|#)(\s|$)")


class Block:
    def __init__(self, page, line, kind, lines, directives):
        self.page, self.line, self.kind, self.lines = page, line, kind, lines
        self.directives = directives

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"

    def __str__(self):
        return f"{self.page}:{self.line}"


def guess(lines):
    """The kind of an indented block; None if it looks like nothing known."""
    first = next(line for line in lines if line.strip())
    if any(line.startswith("$ ") for line in lines):
        return "console"
    if re.match(r"^\[\w+\]$", first):
        return "ini"
    if SHELL.match(first):
        return "sh"
    if re.match(r"^(find_package|add_\w+|leon3emu_add_\w+)\(", first):
        return "cmake"
    if first.rstrip().endswith((";", "{")) or ";" in first or first.startswith(("#include", "//", "/*")):
        return "c"
    return None


def dedent(lines):
    while lines and not lines[-1].strip():
        lines.pop()
    return [line[4:] if line.startswith("    ") else line for line in lines]


def read_blocks(page, text):
    """All blocks of a page in their order."""
    lines = text.split("\n")
    blocks, directives, at = [], {}, 0
    in_list = False
    while at < len(lines):
        line = lines[at]
        fence = FENCE.match(line)
        said = DIRECTIVE.match(line)
        if said:
            directives[said.group(1)] = said.group(2) or ""
            at += 1
        elif fence:
            end = next(i for i in range(at + 1, len(lines)) if lines[i].startswith(fence.group(1)))
            blocks.append(Block(page, at + 1, fence.group(2) or None, lines[at + 1:end], directives))
            directives, at = {}, end + 1
        elif line.startswith("    ") and line.strip() and not in_list:
            end = at
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            body = dedent(lines[at:end])
            blocks.append(Block(page, at + 1, guess(body), body, directives))
            directives, at = {}, end
        else:
            if line.strip():
                directives = {}
                in_list = bool(re.match(r"^\s*([*+-]|\d+\.) ", line)) or (in_list and line.startswith("  "))
            at += 1
    return blocks
