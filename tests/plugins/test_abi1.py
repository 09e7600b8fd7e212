# SPDX-License-Identifier: MIT
"""A library that was compiled for the first release still runs.  It is a binary, kept for ever:
abi1/README says how it was made."""

import os

from support import SOURCE, Case, guest, main, run

OLD = os.path.join(SOURCE, "tests/plugins/abi1/tally-abi1-x86_64.so")


class Old(Case):
    def test_two_instances(self):
        result = run(guest("guest_pair"), "--periph", f"{OLD},base=0x80000800,irq=5,step=3",
                     "--periph", f"{OLD},base=0x80000900,step=10")
        self.assert_run(result, 0)

    def test_describes_itself(self):
        self.assert_run(run("--periph", f"{OLD},help"), 0, "tally: counts",
                        "what a write counts for; 1 to 1000; default 1")


if __name__ == "__main__":
    main()
