#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that -Werror is in all compilation commands of a build folder, or in none.

    check_werror.py BUILD ON|OFF

The build option that turns it on must reach each compiler and each file.  The build folder must be made by
Ninja; if it is another generator's, the exit status is 77 (skipped).
"""

import os
import subprocess
import sys

COMPILES = " -Wall "


def main():
    build, wanted = sys.argv[1], sys.argv[2] == "ON"
    if not os.path.exists(os.path.join(build, "build.ninja")):
        print("the build folder is not Ninja's")
        return 77
    commands = subprocess.run(["ninja", "-C", build, "-t", "commands"], capture_output=True, text=True,
                              check=True).stdout.split("\n")
    compiles = [command for command in commands if COMPILES in command]
    wrong = [command for command in compiles if (" -Werror" in command) != wanted]
    for command in wrong[:10]:
        print(f"-Werror is {'missing' if wanted else 'there'}: {command[:200]}...{command[-100:]}")
    print(f"check_werror: {len(compiles)} compilations, {len(wrong)} complaints")
    return 1 if wrong or not compiles else 0


if __name__ == "__main__":
    sys.exit(main())
