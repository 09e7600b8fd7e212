# SPDX-License-Identifier: MIT
"""Peripherals that crash, hang, break the rules of threads, return nonsense: the program names the
culprit and ends with the right status."""

import os
import re
import tempfile
import unittest

from support import SANITIZED, STATUS, Case, guest, main, plugin, run

FAULTY = plugin("faulty.so")


def provoke(fault, *options):
    return run(guest("guest_access"), "--periph", f"{FAULTY},base=0x80000800,fault={fault}",
               *options)


class Crash(Case):
    def check(self, fault, callback, *pieces):
        return self.assert_run(provoke(fault), STATUS["CRASH"], "peripheral faulty0", FAULTY,
                               f"in {callback}()", "guest pc 0x", *pieces)

    def test_in_read(self):
        text = self.check("crash_read", "read", "crashed (signal 11)",
                          "register +0x0 of faulty0.registers, 4 bytes")
        self.assertRegex(text, "guest pc 0x400[0-9a-f]{5}")

    def test_in_a_warm_loop(self):
        """Each executor knows the instruction, also on its shortest way to the device."""
        places = set()
        for executor in (["--exec=interp"], ["--exec=ir"], ["--exec=jit"], ["--jit-threshold=0"],
                         ["--stress=ra,exit"]):
            done = run(guest("guest_poll"), *executor, "--periph",
                       f"{FAULTY},base=0x80000800,fault=crash_read_5000")
            text = self.assert_run(done, STATUS["CRASH"], "in read() of register +0x0 of faulty0.registers")
            places.add(re.search("guest pc (0x400[0-9a-f]{5})$", text, re.MULTILINE).group(1))
        self.assertEqual(len(places), 1, places)

    def test_in_write(self):
        self.check("crash_write", "write", "register +0x0 of faulty0.registers")

    def test_in_event(self):
        self.check("crash_event", "late", "; last bus access: register +0x0 of faulty0.registers, "
                   "4 bytes written")

    def test_in_create(self):
        self.assertNotIn("bus access", self.check("crash_create", "create"))

    def test_in_reset(self):
        self.check("crash_reset", "reset")

    def test_in_destroy(self):
        self.check("crash_destroy", "destroy",
                   "; last bus access: register +0x0 of faulty0.registers, 4 bytes read")

    def test_by_abort(self):
        self.check("abort_read", "read", "crashed (signal 6)")


    def test_by_exit(self):
        """exit() in a callback is reported and ends with a status of its own, not with that of a guest's exit."""
        self.assert_run(provoke("exit_read"), STATUS["CRASH"], "peripheral faulty0", FAULTY,
                        "called exit() in read()", "register +0x0 of faulty0.registers")

    def test_by_other_exits(self):
        for fault, name in (("quick_exit_read", "quick_exit"), ("leave_read", "_exit")):
            self.assert_run(provoke(fault), STATUS["CRASH"], "peripheral faulty0",
                            f"called {name}() in read()")
        for fault, name in (("exit_thread", "exit"), ("leave_thread", "_exit")):
            self.assert_run(provoke(fault), STATUS["CRASH"],
                            f"a thread of a peripheral library called {name}()")

    def test_child_may_leave(self):
        self.assert_run(provoke("child_leaves"), 7)

    def test_flags_left(self):
        """A callback leaves the direction or the alignment check flag set.  After the first access to a register the
        emulator clears it; after later ones, by the MMIO inline cache, it need not (docs/limitations.md)."""
        for fault in "direction_read", "align_read":
            self.assert_run(provoke(fault, "--exec=interp"), 7)

    def test_in_a_thread_of_its_own(self):
        self.assert_run(provoke("crash_thread"), STATUS["CRASH"],
                        "a thread of a peripheral library crashed (signal 11)")

    def test_place_in_the_code(self):
        """The function is known also without -g."""
        self.assertRegex(self.check("crash_write", "write"), r"that was in .* of \S+, \+0x")

    @unittest.skipIf(SANITIZED, "the sanitizer is in between")
    def test_nearest_place_in_the_library(self):
        """If a library crashes, exits or hangs inside libc, the report names the library's function that called libc."""
        callee = r"that was in (code|\w+\(\)) of libc\.so\.6, \+0x\w+, called by "
        for fault, before in (("abort_read", callee), ("exit_read", "that was in "),
                              ("quick_exit_read", "that was in "), ("leave_read", "that was in "),
                              ("jump_read", "that was in no code, at 0x0, called by ")):
            self.assertRegex(self.check(fault, "read"), before + r"\w+(\.\w+)*\(\) of faulty\.so, \+0x")
        self.check("free_read", "read", "that was in code of faulty.so, +0x") # libc's heap is locked
        for fault, before in ("crash_thread", callee), ("exit_thread", "that was in "), ("leave_thread", "that was in "):
            self.assertRegex(self.assert_run(provoke(fault), STATUS["CRASH"]), before + r"\w+_alone\(\) of faulty\.so")
        text = self.assert_run(provoke("sleep_read", "--hang-limit=1"), STATUS["HANG"], "hangs in read()")
        self.assertRegex(text, callee + r"\w+\(\) of faulty\.so")

    @unittest.skipIf(SANITIZED, "the sanitizer reports it")
    def test_overrun_of_the_stack(self):
        """The overrun destroys the stack behind the buffer, where the emulator's record of the call is; the report is
        complete nevertheless."""
        for executor in ("interp", "ir", "jit"):
            self.assert_run(provoke("overrun_read", "--exec", executor), STATUS["CRASH"],
                            "peripheral faulty0", FAULTY, "crashed (signal ",
                            "in read() of register +0x0 of faulty0.registers", "guest pc 0x400")
        self.check("overrun_event", "late", "crashed (signal ")

    @unittest.skipIf(SANITIZED, "the sanitizer reports it")
    def test_end_of_the_stack(self):
        self.check("dive_read", "read", "crashed (signal 11)")
        for fault in "dive_thread", "dive_c11_thread":
            self.assert_run(provoke(fault), STATUS["CRASH"],
                            "a thread of a peripheral library crashed (signal 11)")


class History(Case):
    """--history comes behind the report of a crash or a hang, as behind other ends."""

    def check(self, fault, status, *options):
        """Checks the lines of the history: the last is the instruction that accessed the device.  Returns the report."""
        text = self.assert_run(provoke(fault, "--history=4", *options), STATUS[status], "peripheral faulty0")
        self.assertEqual(text.count("history:\n"), 1, text)
        report, history = text.split("history:\n")
        lines = history.splitlines()
        self.assertEqual(len(lines), 4, text)
        pc = re.search("guest pc (0x[0-9a-f]{8})", report).group(1)
        self.assertRegex(lines[-1], rf"^  \[[0-9]+\] {pc[2:]}|^  \[[0-9]+\] .*{pc}")
        return report

    def test_crash(self):
        self.check("crash_read", "CRASH")

    def test_hang(self):
        self.assertIn("hangs in read()", self.check("hang_read", "HANG", "--hang-limit=1"))

    def test_broken_rule(self):
        self.check("thread", "WRONG_THREAD")

    def test_behind_the_run(self):
        """In destroy() the guest has exited, so the report has no history."""
        text = self.assert_run(provoke("crash_destroy", "--history=4"), STATUS["CRASH"], "in destroy()")
        self.assertNotIn("history:", text)


class Loading(Case):
    """Constructors and destructors of a library: the library is named, not the emulator."""

    EARLY = plugin("early.so")

    def check(self, fault, status, *pieces, arguments=()):
        self.assert_run(run(*arguments or (guest("guest_access"), "--periph", self.EARLY),
                            "--hang-limit", "1", environment={"EARLY": fault}),
                        STATUS[status], f"peripheral early.so ({self.EARLY}) ", *pieces)

    def test_crash(self):
        self.check("crash", "CRASH", "crashed (signal 11) in dlopen()")

    def test_exit(self):
        self.check("exit", "CRASH", "called exit() in dlopen()")

    def test_hang(self):
        self.check("hang", "HANG", "hangs in dlopen()")

    def test_crash_when_unloaded(self):
        self.check("crash_late", "CRASH", "crashed (signal 11) in dlclose()")

    def test_crash_when_asked_for_help(self):
        self.check("crash", "CRASH", "crashed (signal 11) in dlopen()",
                   arguments=("--periph", self.EARLY + ",help"))

    def test_crash_on_a_board(self):
        with tempfile.TemporaryDirectory() as directory:
            board = os.path.join(directory, "early.board")
            with open(board, "w", encoding="utf-8") as file:
                file.write("[board]\nclock = 40M\n[memory]\nram = base=0x40000000, size=1M\n"
                           f"[devices]\nearly0 = {self.EARLY}, base=0x80000000\n")
            self.check("crash", "CRASH", "crashed (signal 11) in dlopen()",
                       arguments=("--board", board, guest("guest_access")))

    def test_harmless(self):
        self.assert_run(run(guest("guest_access"), "--periph", self.EARLY), STATUS["PERIPHERAL"],
                        "does not export leon3emu_device_class")


class Hang(Case):
    def test_in_read(self):
        self.assert_run(provoke("hang_read", "--hang-limit", "1"), STATUS["HANG"],
                        "peripheral faulty0", FAULTY, "hangs in read()", "register +0x0")

    def test_in_write(self):
        self.assert_run(provoke("hang_write", "--hang-limit=2"), STATUS["HANG"], "in write()")

    def test_in_create(self):
        self.assert_run(provoke("hang_create", "--hang-limit", "1"), STATUS["HANG"],
                        "hangs in create()")

    def test_busy(self):
        """Services that the callback calls do not count as its return."""
        self.assert_run(provoke("hang_busy_read", "--hang-limit", "2"), STATUS["HANG"],
                        "peripheral ", "guest pc 0x400")
        self.assert_run(provoke("hang_busy_event", "--hang-limit", "2"), STATUS["HANG"],
                        "peripheral faulty0", "hangs in late()")

    def test_with_all_signals_blocked(self):
        self.assert_run(provoke("hang_deaf_read", "--hang-limit", "1"), STATUS["HANG"],
                        "peripheral faulty0", "hangs in read()")

    def test_event_of_the_present(self):
        for executor in ("interp", "jit"):
            self.assert_run(provoke("endless_event", "--exec", executor), STATUS["HANG"],
                            "peripheral faulty0 has its event late at cycle", "again and again")

    def test_reset_in_reset(self):
        self.assert_run(provoke("reset_reset"), 7,
                        "faulty0: asks for a reset while the system is being reset")

    def test_slow_is_not_hanging(self):
        """--hang-limit is for one call: thousands of short calls together may take longer."""
        self.assert_run(run(guest("guest_poll"), "--hang-limit=1", "--insn-limit=10000", "--periph",
                            f"{FAULTY},base=0x80000800,fault=slow_read"), STATUS["INSN_LIMIT"])

    def test_bad_limit(self):
        self.assert_run(provoke("none", "--hang-limit", "soon"), STATUS["USAGE"],
                        "--hang-limit soon: not a number of whole seconds")


class Threads(Case):
    def test_service_from_another_thread(self):
        self.assert_run(provoke("thread"), STATUS["WRONG_THREAD"], "peripheral faulty0", FAULTY,
                        "called service cycles() from a thread of its own",
                        "; meanwhile in its read() of register +0x0 of faulty0.registers", "guest pc 0x400")

    def test_post_from_another_thread(self):
        self.assert_run(provoke("post"), 42)


class Results(Case):
    """What the guest sees of read()'s return values.  A trap ends this guest with status 81 and names its type: 9 is
    data_access_exception."""

    def test_no_fault(self):
        self.assert_run(provoke("none"), 7)

    def test_wild(self):
        self.assert_run(provoke("wild"), STATUS["GUEST_FATAL"], "source 9, code 9",
                        "faulty0.registers: read of +0x0 returned 4711, which device.h does not "
                        "define")

    def test_bus_error(self):
        self.assert_run(provoke("bus_error"), STATUS["GUEST_FATAL"], "source 9, code 9")

    def test_not_mine(self):
        """Below it is the APB bridge, whose holes read 0."""
        self.assert_run(provoke("not_mine"), 0)

    def test_property_that_does_not_exist(self):
        self.assert_run(provoke("unknown_property"), 7,
                        "asks for property colour, which its class does not list")

    def test_stop(self):
        self.assert_run(provoke("stop"), 9, "faulty0: seen enough")


if __name__ == "__main__":
    main()
