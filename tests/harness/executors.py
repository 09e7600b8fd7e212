# SPDX-License-Identifier: MIT
"""The five ways to execute a guest; all must give the same output and the same instruction count."""

EXECUTORS = {
    "interp": ["--exec=interp"],
    "ir": ["--exec=ir", "--jit-threshold=0"],
    "jit-plain": ["--exec=jit", "--jit-threshold=0", "--passes=-all", "--plain-cpu"],
    "jit": ["--exec=jit", "--jit-threshold=0"],
    "jit-stress": ["--exec=jit", "--jit-threshold=0", "--stress=ra,tlb,cache,exit"],
}


def instructions(output):
    """The count that --stats printed, or None."""
    for line in output.splitlines():
        if line.startswith("instructions "):
            return int(line.split()[1])
    return None
