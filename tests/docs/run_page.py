# SPDX-License-Identifier: MIT
"""Does what a page of the documentation says: run_page.py PAGE.

Each code block is carried out, in the order of the page, in a scratch directory that holds what a reader has:
firmware.elf and the like, made by tests/docs/CMakeLists.txt, and the source tree.

    sh        bash runs it
    console   bash runs the lines after "$ "; what they print is the lines below, "..." standing for anything
    ini       leon3emu reads it as a board
    c         compiled, as a file or as some lines of the template, or compared with the file it is from
    cmake     part of a project that CMake configures
    json      Python reads it

A block that is none of these, or whose text nobody can check, is a failure: ctest says which.  ctest sets
LEON3EMU, SOURCE, FIXTURES, BUILD.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from code_blocks import read_blocks

SOURCE = os.environ["SOURCE"]
FIXTURES = os.environ["FIXTURES"]
PROGRAM = os.environ["LEON3EMU"]
CHECKED = ("sh", "console", "ini", "c", "cmake", "json")
LIMIT = 60  # seconds for one block

# What a fragment of C may use: the state of the template, and the arguments of its callbacks.
FRAGMENT = """#include "plugins-api/template.c"
static int32_t fragment(struct counter *counter, const struct l3_services *services, struct l3_host *host,
                        struct l3_request *request, uint64_t deadline, struct l3_chardev *line,
                        uint64_t address, uint8_t *bytes, uint8_t *buffer, uint64_t size, uint64_t got)
{
%s
return L3_OK;
}
"""


class Wrong(Exception):
    pass


class Page:
    def __init__(self, path):
        self.path = path
        self.directory = tempfile.mkdtemp()
        self.environment = {**os.environ, "PATH": f"{os.path.dirname(PROGRAM)}:{os.environ['PATH']}"}
        for name in os.listdir(SOURCE):
            if not name.startswith(".") and name != "build":
                os.symlink(os.path.join(SOURCE, name), self.inside(name))
        for folder in FIXTURES, os.path.join(os.environ["BUILD"], "demo"):
            for name in os.listdir(folder):
                shutil.copy(os.path.join(folder, name), self.inside(name))
        # Not the build folder itself: a block that builds would change it under the other tests.
        os.makedirs(self.inside("build/release"))
        os.symlink(PROGRAM, self.inside("build/release/leon3emu"))
        self.prefix = None
        self.alone = own_network()

    def inside(self, name):
        return os.path.join(self.directory, name)

    def install(self):
        """Puts the project under a prefix of its own, for blocks that use the installed package."""
        if self.prefix is None:
            self.prefix = self.inside("prefix")
            subprocess.run(["cmake", "--install", os.environ["BUILD"], "--prefix", self.prefix],
                           stdout=subprocess.DEVNULL, check=True)
            self.environment["PKG_CONFIG_PATH"] = f"{self.prefix}/lib/pkgconfig"

    def bash(self, script, status=0):
        """Runs in the scratch directory; what it starts in the background ends with it."""
        if "pkg-config" in script:
            self.install()
        # A file, not a pipe: what was started in the background holds a pipe open.
        with tempfile.TemporaryFile("w+", errors="replace") as output:
            with subprocess.Popen([*self.alone, "bash", "-e", "-c", script], cwd=self.directory,
                                  env=self.environment, stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=subprocess.STDOUT, start_new_session=True) as process:
                try:
                    process.wait(LIMIT)
                finally:
                    end_group(process.pid)
            output.seek(0)
            printed = output.read()
        if process.returncode != status:
            raise Wrong(f"status {process.returncode} instead of {status}:\n{printed}")
        return printed

    def sh(self, block, status):
        self.bash(block.text, status)

    def console(self, block, status):
        """Output is compared as text; "..." at the end of a line, or as one, stands for anything."""
        commands = [line[2:] for line in block.lines if line.startswith("$ ")]
        wanted = "\n".join(line for line in block.lines if not line.startswith("$ ")).strip()
        # Blocks show `echo $?`, so a status other than 0 goes on.
        printed = self.bash("set +e\n" + "\n".join(commands), status).strip()
        pattern = re.escape(wanted).replace(r"\.\.\.", r"[\s\S]*?")
        if not re.fullmatch(r"[\s\S]*?" + pattern + r"[\s\S]*?", printed):
            raise Wrong(f"the page shows\n{wanted}\nand it is\n{printed}")

    def ini(self, block, status):
        """A whole board, or sections that are put behind one."""
        path = self.inside("block.board")
        with open(path, "w", encoding="utf-8") as file:
            file.write(block.text if "[board]" in block.text else f"[board]\ninclude = leon3\n{block.text}")
        self.bash(f"leon3emu --board {path} --dump mtree", status)

    def c(self, block, status):
        if "excerpt" in block.directives:
            self.excerpt(block, block.directives["excerpt"])
        elif "#include" in block.text:
            path = self.inside("block.c")
            with open(path, "w", encoding="utf-8") as file:
                file.write(block.text)
            self.bash(f"cc -std=c11 -Wall -Werror -fsyntax-only -I plugins-api {path}", status)
        else:
            self.fragment(block)

    def fragment(self, block):
        """Some lines of a peripheral: they compile inside a function of plugins-api/template.c."""
        path = self.inside("fragment.c")
        with open(path, "w", encoding="utf-8") as file:
            file.write(FRAGMENT % block.text)
        self.bash(f"cc -std=c11 -Wall -Werror -Wno-unused -fsyntax-only -I plugins-api {path}")

    def excerpt(self, block, paths):
        """Each line, but for its space and comments, is in one of the files; identifiers with their arrow count."""
        text = ""
        for path in paths.split():
            with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
                text += squeeze(file.read())
        for line in block.lines:
            for piece in squeeze(re.sub(r"/\*.*?\*/|//.*", "", line)).split("..."):
                if piece and piece not in text:
                    raise Wrong(f"not in {paths}: {line.strip()}")

    def cmake(self, block, status):
        project = self.inside("project")
        self.install()
        os.makedirs(project, exist_ok=True)
        shutil.copy(os.path.join(SOURCE, "plugins-api/template.c"), os.path.join(project, "my.c"))
        with open(os.path.join(project, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.25)\nproject(page C)\n" + block.text)
        self.bash(f"cmake -S {project} -B {project}/build -DCMAKE_PREFIX_PATH={self.prefix} && "
                  f"cmake --build {project}/build", status)

    def json(self, block, status):
        del status
        json.loads(re.sub(r"^\s*//.*$", "", block.text, flags=re.M))

    def run(self, block):
        said = block.directives
        if "not run" in said:
            if len(said["not run"]) < 10:
                raise Wrong("not run, and no reason given")
            return f"not run: {said['not run']}"
        if "text" in said or block.kind == "text":
            if re.search(r"^\$ ", block.text, re.M):
                raise Wrong("called text, but it has a command")
            return "text"
        if block.kind not in CHECKED and "file" not in said:
            raise Wrong(f"what kind of block is this?  {block.kind}")
        if "file" in said:
            with open(self.inside(said["file"]), "w", encoding="utf-8") as file:
                file.write(block.text)
            if block.kind not in CHECKED:
                return "file"
        getattr(self, block.kind)(block, int(said.get("status", 0)))
        return block.kind


def end_group(pid):
    """Ends what a block has left running."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def own_network():
    """The words before a command that give it a network of its own, where ports 1234 and 4000 are free; none
    where the host does not allow that."""
    words = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    words += ["sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]
    try:
        works = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        works = False
    return words if works else []


def squeeze(text):
    return re.sub(r"\s+", "", text)


def main():
    name = sys.argv[1]
    if not os.path.exists(os.path.join(FIXTURES, "firmware.elf")):
        print("no compiler for guest programs: skipped")
        return 77
    with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
        blocks = read_blocks(name, file.read())
    page = Page(name)
    failures = 0
    try:
        for block in blocks:
            try:
                print(f"{block}: {page.run(block)}")
            except (Wrong, subprocess.SubprocessError, json.JSONDecodeError) as problem:
                failures += 1
                print(f"{block}: WRONG: {problem}\n--- the block:\n{block.text}---")
    finally:
        shutil.rmtree(page.directory)
    print(f"{len(blocks)} blocks, {failures} wrong")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
