# SPDX-License-Identifier: MIT
"""Peripherals that crash, hang, break the rules of threads, return nonsense: the program names the
culprit and ends with the right status."""

from support import STATUS, Case, guest, main, plugin, run

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

    def test_in_write(self):
        self.check("crash_write", "write", "register +0x0 of faulty0.registers")

    def test_in_event(self):
        self.check("crash_event", "late")

    def test_in_create(self):
        self.check("crash_create", "create")

    def test_in_reset(self):
        self.check("crash_reset", "reset")

    def test_in_destroy(self):
        self.check("crash_destroy", "destroy")

    def test_by_abort(self):
        self.check("abort_read", "read", "crashed (signal 6)")


class Hang(Case):
    def test_in_read(self):
        self.assert_run(provoke("hang_read", "--hang-limit", "1"), STATUS["HANG"],
                        "peripheral faulty0", FAULTY, "hangs in read()", "register +0x0")

    def test_in_write(self):
        self.assert_run(provoke("hang_write", "--hang-limit=2"), STATUS["HANG"], "in write()")

    def test_in_create(self):
        self.assert_run(provoke("hang_create", "--hang-limit", "1"), STATUS["HANG"],
                        "hangs in create()")

    def test_bad_limit(self):
        self.assert_run(provoke("none", "--hang-limit", "soon"), STATUS["USAGE"],
                        "--hang-limit soon: not a number of seconds")


class Threads(Case):
    def test_service_from_another_thread(self):
        self.assert_run(provoke("thread"), STATUS["WRONG_THREAD"], "peripheral faulty0", FAULTY,
                        "called service cycles() from a thread of its own")

    def test_post_from_another_thread(self):
        self.assert_run(provoke("post"), 42)


class Results(Case):
    """What read() returns.  A trap of this guest is status 81 and names its type: 9 is
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
