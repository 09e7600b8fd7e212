# SPDX-License-Identifier: MIT
"""The floating-point states of guest, peripherals and emulator are separate: a callback begins with the state of a C
program, and the state that it leaves reaches nothing else.  In every executor, in every callback."""

import itertools
import platform

from support import Case, guest, main, plugin, run

LIBRARY = plugin("fp_state.so")
EXECUTORS = (["--exec=interp"], ["--exec=ir"], ["--exec=jit"], ["--jit-threshold=0"], ["--verify-jit"])
STATES = ("none", "round", "flush", "traps", "sse_traps", "precision", "mmx")


class FloatingPoint(Case):
    def check(self, what, where, executor, environment=None):
        done = run(guest("guest_fp"), *executor,
                   "--periph", f"{LIBRARY},base=0x80000800,irq=5,what={what},where={where}",
                   "--periph", f"{LIBRARY},base=0x80000900", environment=environment)
        with self.subTest(what=what, where=where, executor=executor, environment=environment):
            self.assert_run(done, 0)

    def test_register_accesses(self):
        for what, where, executor in itertools.product(STATES, ("read", "write"), EXECUTORS):
            self.check(what, where, executor)

    def test_other_callbacks(self):
        for what, where in itertools.product(STATES[1:], ("event", "pin", "post", "bus_error",
                                                          "reset", "create", "all")):
            self.check(what, where, ["--exec=jit"])
        for where, executor in itertools.product(("event", "pin", "all"), EXECUTORS):
            self.check("flush", where, executor)

    def test_constructor(self):
        """The library's constructor changes the state, as in a library that was linked with -Ofast."""
        for what in STATES[1:]:
            self.check("none", "none", [], {"FP_LOAD": what})


if __name__ == "__main__":
    if platform.machine() not in ("x86_64", "AMD64"):
        raise SystemExit(77)
    main()
