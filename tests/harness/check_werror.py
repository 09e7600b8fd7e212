#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether warnings are errors is one option's business, for each compiler and each file of a build.

    check_werror.py BUILD ON|OFF

Looks at the commands of the build folder, made by Ninja; 77 if by another generator.
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
