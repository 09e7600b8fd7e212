#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Joins the tests of several builds to one set, so that one run of ctest has them all.

    all_builds.py FOLDER BUILD...

Writes FOLDER/CTestTestfile.cmake with every test of FOLDER/BUILD as BUILD.test.  CTest's own `subdirs` does not do: it keeps the
properties of a test by its name alone, and tests of the same name in two builds would both run with the environment, the time
limit and the labels of the last one.
"""

import json
import os
import subprocess
import sys


def quoted(text):
    """A CMake bracket argument, which nothing in the text can end or expand."""
    level = "="
    while f"]{level}]" in text:
        level += "="
    return f"[{level}[{text}]{level}]"


def value(given):
    if isinstance(given, list):
        return quoted(";".join(given))
    if isinstance(given, bool):
        return "TRUE" if given else "FALSE"
    return quoted(str(given))


def tests(folder):
    shown = subprocess.run(["ctest", "--test-dir", folder, "--show-only=json-v1"], check=True, stdout=subprocess.PIPE)
    return json.loads(shown.stdout)["tests"]


def lines(build, test):
    name = quoted(f"{build}.{test['name']}")
    yield f"add_test({name} {' '.join(quoted(word) for word in test['command'])})\n"
    pairs = [f"{row['name']} {value(row['value'])}" for row in test["properties"]]
    if pairs:
        yield f"set_tests_properties({name} PROPERTIES {' '.join(pairs)})\n"


def main():
    folder, builds = sys.argv[1], sys.argv[2:]
    text = [line for build in builds for test in tests(os.path.join(folder, build)) for line in lines(build, test)]
    with open(os.path.join(folder, "CTestTestfile.cmake"), "w", encoding="utf-8") as file:
        file.writelines(text)


if __name__ == "__main__":
    main()
