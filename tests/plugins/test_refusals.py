# SPDX-License-Identifier: MIT
"""Libraries and properties that are refused: status 68 (or 67, 64) and a sentence that says why."""

import os
import shutil
import tempfile

from support import BUILD, STATUS, Case, guest, main, plugin, run

REFUSED = STATUS["PERIPHERAL"]


class Refusal(Case):
    def refuse(self, periph, *pieces, status=REFUSED, more=()):
        arguments = ["--periph", periph]
        for other in more:
            arguments += ["--periph", other]
        result = run(guest("guest_access"), *arguments)
        self.assert_run(result, status, *pieces)
        self.assertEqual(result.stdout, "")
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertTrue(result.stderr.startswith("leon3emu: --periph "), result.stderr)


class Libraries(Refusal):
    def test_missing_with_path(self):
        self.refuse("/nowhere/uart.so", "no peripheral library /nowhere/uart.so")

    def test_missing_lists_what_was_tried(self):
        result = run(guest("guest_access"), "--plugin-path", "/one:/two", "--periph", "no.so")
        self.assert_run(result, REFUSED, "no peripheral called no.so: it is not built in, and there "
                        "is no file ./no.so, /one/no.so, /two/no.so, ", "/leon3emu/plugins/no.so")

    def test_other_abi(self):
        self.refuse(plugin("other_abi.so") + ",base=0x80000800", "made for plug-in ABI 99, "
                    "this leon3emu has ABI 1; rebuild it with this version's <leon3emu/device.h>")

    def test_no_descriptor(self):
        self.refuse(plugin("no_class.so"), "not a leon3emu peripheral: it does not export "
                    "leon3emu_device_class")

    def test_short_class(self):
        self.refuse(plugin("short_class.so"), "its device description has 16 bytes, at least ",
                    "set struct_size to sizeof(struct l3_device_class)")

    def test_short_property(self):
        """Found by struct_size, not by reading what lies behind."""
        self.refuse(plugin("short_property.so"), "one of its properties has the wrong struct_size, 8")

    def test_odd_regions(self):
        self.refuse(plugin("odd_kind.so"), "region registers has an unknown kind (77)")
        self.refuse(plugin("odd_region.so"), "region registers has size 0x120; it must be a power of "
                    "two of at least 4")

    def test_no_create(self):
        self.refuse(plugin("no_create.so"), "its device has no create function")

    def test_undefined_symbol(self):
        self.refuse(plugin("undefined.so"), "cannot load peripheral: ", "undefined symbol: "
                    "faulty_is_defined_nowhere")

    def test_for_another_machine(self):
        self.refuse(guest("guest_access"), "cannot load peripheral: ", "wrong ELF class")

    def test_not_a_library(self):
        self.refuse(os.path.abspath(__file__), "cannot load peripheral: ", "invalid ELF header")

    def test_create_says_why(self):
        self.refuse(plugin("faulty.so") + ",base=0x80000800,fault=create",
                    "the lift is out of order")

    def test_create_says_nothing(self):
        self.refuse(plugin("faulty.so") + ",base=0x80000800,fault=create_silent",
                    "its create function gave no reason")


class Search(Case):
    """The order: path, current directory, --plugin-path; the first hit counts."""

    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.directory)
        for place in "here", "there":
            os.mkdir(os.path.join(self.directory, place))

    def put(self, place, library):
        shutil.copy(plugin(library), os.path.join(self.directory, place, "probe.so"))

    def find(self):
        return run(guest("guest_access"), "--periph", "probe.so,base=0x80000800",
                   "--plugin-path", "../empty:../there",
                   directory=os.path.join(self.directory, "here"))

    def test_current_directory_first(self):
        self.put("here", "faulty.so")
        self.put("there", "other_abi.so")
        self.assert_run(self.find(), 7)

    def test_then_plugin_path(self):
        self.put("there", "faulty.so")
        self.assert_run(self.find(), 7)


class Properties(Refusal):
    def faulty(self, properties, *pieces, **named):
        self.refuse(f"{plugin('faulty.so')},{properties}", *pieces, **named)

    def test_unknown(self):
        self.faulty("base=0x80000800,colour=red", "faulty has no property colour; --periph ",
                    "faulty.so,help lists them")

    def test_below_range(self):
        self.faulty("base=0x80000800,level=1", "level=1: must be from 2 to 9")

    def test_above_range(self):
        self.faulty("base=0x80000800,level=10", "level=10: must be from 2 to 9")

    def test_no_number(self):
        self.faulty("base=0x80000800,level=high", "level=high: not a number")

    def test_no_switch(self):
        self.faulty("base=0x80000800,loud=maybe", "loud=maybe: must be on or off")

    def test_missing(self):
        self.refuse(plugin("needs_serial.so") + ",base=0x80000800",
                    "property serial needs a value (its serial number)")

    def test_irq_out_of_range(self):
        self.faulty("base=0x80000800,irq=32", "irq=32: must be a number from 0 to 0x1f")

    def test_no_base(self):
        self.faulty("level=3", "faulty has no plug&play identity to find its place by; say where "
                    "with base=ADDRESS")

    def test_crooked_base(self):
        self.faulty("base=0x80000810", "base=0x80000810: must be a multiple of the region's size, "
                    "0x100")

    def test_base_beyond_the_bus(self):
        self.faulty("base=0x180000000", "base=0x180000000: must be a number from 0 to 0xffffffff")

    def test_overlap_with_the_board(self):
        self.faulty("base=0x80000100", "0x80000100-0x800001ff overlaps uart0.registers at "
                    "0x80000100-0x800001ff", status=STATUS["BOARD"])

    def test_given_twice(self):
        self.faulty("base=0x80000800,level=3,level=4", "property level is given twice")

    def test_same_name(self):
        faulty = plugin("faulty.so")
        result = run(guest("guest_access"), "--periph", f"{faulty},base=0x80000800,name=x",
                     "--periph", f"{faulty},base=0x80000900,name=x")
        self.assert_run(result, STATUS["BOARD"], "there is a device x already")


class Places(Case):
    """Which device of the board a library takes the place of."""

    UART = os.path.join(BUILD, "demo", "uart.so")

    def tree(self, *arguments):
        result = run(*arguments, "--dump", "mtree")
        self.assert_run(result, 0)
        return result.stdout

    def test_takes_the_place_of_the_only_uart(self):
        self.assertIn("uart0.registers", self.tree("--periph", self.UART))

    def test_two_candidates(self):
        result = run("--board", "leon3-grlib", "--periph", self.UART, "--dump", "mtree")
        self.assert_run(result, REFUSED, "several devices of the board are of its kind (uart0, "
                        "uart1); say where with base=ADDRESS")

    def test_place_taken_twice(self):
        result = run("--periph", self.UART, "--periph", self.UART, "--dump", "mtree")
        self.assert_run(result, REFUSED, "the board's uart0 is already replaced")

    def test_beside_the_boards_own(self):
        tree = self.tree("--periph", self.UART + ",base=0x80000900,irq=4")
        self.assertIn("uart0.registers", tree)
        self.assertIn("80000900", tree)


class Help(Case):
    def test_library(self):
        self.assert_run(
            run("--periph", plugin("faulty.so") + ",help"), 0,
            "faulty 0.5: does wrong on demand\n", "from " + plugin("faulty.so"),
            "  level            number  a number from 2 to 9; 2 to 9; default 3\n",
            "  loud             on/off  a switch; default off\n",
            "  base             number  address of region registers, 0x100 bytes\n",
            "  irq              number  interrupt line 1 to 31")

    def test_required(self):
        self.assert_run(run("--periph", plugin("needs_serial.so") + ",help"), 0,
                        "its serial number; must be given\n")

    def test_built_in(self):
        self.assert_run(run("--periph", "apbuart,help"), 0, "from this program, plug&play vendor "
                        "0x01 device 0x00c\n", "  chardev          line    far end of the line")

    def test_missing(self):
        self.assert_run(run("--periph", "no.so,help"), REFUSED, "no peripheral called no.so")


if __name__ == "__main__":
    main()
