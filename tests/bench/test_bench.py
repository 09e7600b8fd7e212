#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of the benchmark's own arithmetic and of what it must refuse; needs no compiler."""
import collections
import csv
import math
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

sys.dont_write_bytecode = True

import build
import instructions
import kernels as table
import measure
import periph
import report
import run
import scaling


def kernel(name):
    return next(k for k in table.KERNELS if k.name == name)


def row(name, ours, qemus, native):
    return report.Row(kernel(name), 100_000_000, native, qemus, None, ours)


def mmu_row(name, ours, mmu_ours, qemu):
    return row(name, ours, {"qemu 7.2": 1.0}, None)._replace(mmu_ours=mmu_ours,
                                                             mmu_qemus={"qemu 7.2 MMU": qemu})


ROWS = [row("dhry", 0.5, {"qemu 7.2": 1.0, "qemu 10.0": 2.0}, 0.25),
        row("cmark", 0.25, {"qemu 7.2": 4.0, "qemu 10.0": 2.0}, 0.125),
        row("mmio_uart", 0.1, {"qemu 7.2": 3.2, "qemu 10.0": 5.0}, 0.001)]


class Script(measure.Runner):
    """A shell script in the place of an emulator."""

    def __init__(self, text, scale=1.0, name="script"):
        super().__init__(name, None, scale)
        self.text = text

    def command(self, _):
        return ["sh", "-c", self.text]


class Table(unittest.TestCase):
    def test_names_are_unique_and_groups_known(self):
        names = [k.name for k in table.KERNELS]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual({k.group for k in table.KERNELS}, {"start", *table.GROUPS})
        self.assertEqual(names[0], table.START)

    def test_every_kernel_has_its_source(self):
        here = pathlib.Path(__file__).parent
        for k in [*table.KERNELS, *table.density_kernels()]:
            self.assertTrue((here / "kernels" / f"{k.source}.c").exists(), k.name)

    def test_readme_counts(self):
        readme = (pathlib.Path(__file__).parent / "README.md").read_text(encoding="utf-8")
        counts = collections.Counter(k.group for k in table.KERNELS if k.name != table.START)
        self.assertIn(f"\n{sum(counts.values())} guest programs", readme)
        for group in table.GROUPS:
            self.assertRegex(readme, rf"\n\* `{group}` \({counts[group]}\)")

    def test_own_mmu(self):
        builder = build.Builder("nowhere", build.Tools(), mmu=True)
        chosen = table.select("system")
        self.assertEqual([k.name for k in builder.kernels(chosen)], ["empty", "tasks"])
        self.assertFalse(measure.Native(builder, 1).runs(kernel("contexts")))
        builder.mmu = False
        self.assertEqual(builder.kernels(chosen), chosen)

    def test_select_keeps_start(self):
        self.assertEqual([k.name for k in table.select("calls")],
                         ["empty", "recurse", "calls", "icall", "seam"])
        with self.assertRaises(SystemExit):
            table.select("dhry,nonsense")

    def test_no_work_becomes_none(self):
        for k in table.KERNELS:
            self.assertGreaterEqual(table.repeat_at(k, 1e-9), 1)


class Report(unittest.TestCase):
    def test_ratios(self):
        self.assertEqual(ROWS[0].over_qemu(), 2.0)  # the faster QEMU is the measure
        self.assertEqual(ROWS[1].over_qemu(), 8.0)
        self.assertEqual(ROWS[0].over_native(), 2.0)
        self.assertIsNone(ROWS[2].over_native())    # its twin only checks
        self.assertEqual(ROWS[0].mips(), 200.0)

    def test_means(self):
        means = {m.name: m for m in report.group_means(ROWS)}
        self.assertAlmostEqual(means["integer"].over_qemu, 4.0)
        self.assertAlmostEqual(means["mmio"].over_qemu, 32.0)
        self.assertAlmostEqual(means["all"].over_qemu, math.exp(math.log(2 * 8 * 32) / 3))
        self.assertAlmostEqual(means["all"].over_native, 2.0)
        self.assertIsNone(means["mmio"].over_native)

    def test_table_and_csv(self):
        lines = report.text_table(ROWS).splitlines()
        self.assertEqual(len({len(line) for line in lines[:5]}), 1)
        self.assertIn("qemu 10.0 s", lines[0])
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "out.csv"
            report.write_csv(path, ROWS)
            with path.open(encoding="utf-8") as file:
                rows = list(csv.DictReader(file))
        self.assertEqual(float(rows[1]["qemu_over_ours"]), 8.0)
        self.assertEqual(rows[2]["ours_over_native"], "")

    def test_page(self):
        place = "<!-- figures: kernels -->\nold\n<!-- end of figures: kernels -->\n"
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "page.md"
            path.write_text("# Page\n" + place + "after\n")
            report.replace_figures(path, "kernels", "new\n")
            page = path.read_text()
            self.assertTrue(page.startswith("# Page\n") and page.endswith("after\n"))
            self.assertIn("\nnew\n", page)
            self.assertNotIn("old", page)
            with self.assertRaises(ValueError):
                report.replace_figures(path, "periph", "new\n")

    def test_chart_is_xml_with_a_bar_each(self):
        chart = xml.fromstring(report.svg_chart(ROWS, "two < three".replace("<", "&lt;")))
        bars = [e for e in chart.iter() if e.get("class") == "bar"]
        means = [e for e in chart.iter() if e.get("class") == "mean"]
        self.assertEqual((len(bars), len(means)), (3, 3))
        self.assertGreater(float(bars[1].get("width")), float(bars[0].get("width")))

    def test_mmu(self):
        rows = [mmu_row("dhry", 0.5, 1.0, 2.0), mmu_row("cmark", 0.5, 0.5, 0.25)]
        mean = report.group_means(rows)[-1]
        self.assertAlmostEqual(mean.mmu_cost, math.sqrt(2))
        self.assertAlmostEqual(mean.mmu_over_qemu, 1.0)
        lines = report.mmu_table(rows).splitlines()
        self.assertIn("qemu 7.2 MMU s", lines[0])
        self.assertIn("2.00", lines[2])
        self.assertIsNone(report.group_means(ROWS)[-1].mmu_cost)

    def test_kernel_without_mmu_variant(self):
        qemus = {"qemu 7.2 MMU": None, "qemu 10.0 MMU": None}
        rows = [mmu_row("dhry", 0.5, 1.0, 2.0),
                row("contexts", 0.5, {"qemu 7.2": 1.0}, None)._replace(mmu_qemus=qemus)]
        self.assertAlmostEqual(report.group_means(rows)[-1].mmu_cost, 2.0)
        self.assertRegex(report.mmu_table(rows), r"\| contexts .* - \|")

    def test_goals(self):
        verdicts = {g.text: g.verdict() for g in report.goals(ROWS)}
        self.assertEqual(verdicts["QEMU/ours, mean of integer"], "yes")  # 4
        self.assertEqual(verdicts["QEMU/ours, worst of mmio"], "yes")    # 32
        self.assertEqual(verdicts["QEMU/ours, worst of all"], "yes")
        self.assertEqual(verdicts["ours/native, mean of integer"], "NO")  # 2
        near = [r._replace(native=r.ours / 1.6) for r in ROWS]
        verdicts = {g.text: g.verdict() for g in report.goals(near)}
        self.assertEqual(verdicts["ours/native, mean of integer"], "yes")
        self.assertEqual(verdicts["ours/native, mean of all"], "yes")
        self.assertNotIn("MMU on/off, mean of all", verdicts)
        slow = [*ROWS, row("sieve", 2.0, {"qemu 7.2": 1.0, "qemu 10.0": 1.0}, 0.25)]
        verdicts = {g.text: g.verdict() for g in report.goals(slow)}
        self.assertEqual(verdicts["QEMU/ours, mean of integer"], "NO")
        self.assertEqual(verdicts["QEMU/ours, worst of all"], "NO")
        self.assertEqual(verdicts["ours/native, mean of all"], "NO")
        verdicts = {g.text: g.verdict() for g in report.goals([mmu_row("dhry", 0.5, 1.0, 2.0)])}
        self.assertEqual(verdicts["MMU on/off, worst of all"], "NO")
        self.assertEqual(verdicts["QEMU/ours with MMU, worst of all"], "yes")
        self.assertEqual(verdicts["QEMU/ours, worst of mmio"], "not measured")

    def test_instructions_by_kernel(self):
        runners = [measure.Runner(name, None, 1.0) for name in ("before 1", "now")]
        counted = [(kernel("dhry"), 1000, [8000, 4000]), (kernel("aes"), 1000, [2000, 1000])]
        text = instructions.text_of(runners, counted)
        self.assertIn("| dhry | integer | 0.0 | 8.00 | 4.00 |", text)
        self.assertIn("| geometric mean | | | 4.00 | 2.00 |", text)

    def test_curves_have_equal_work(self):
        for curve in scaling.CURVES:
            self.assertEqual(sorted(set(curve.sizes)), list(curve.sizes), curve.name)
            for size in curve.sizes:
                self.assertGreaterEqual(scaling.scaled(curve.make(size), 0.001).repeat, 1)
        points = [scaling.Point(1, 100_000_000, 0.004, 0.5), scaling.Point(64, 100_000_000, 0.005, 1.0)]
        lines = list(scaling.lines(scaling.CURVES[0], points))
        self.assertIn("| 64 | 100.0 | 5.0 | 1.000 | 100 | 2.00 |", lines)

    def test_too_short(self):
        short = row("calls", 0.5, {"qemu 7.2": report.LEAST_TIME / 2, "qemu 10.0": 1.0}, -0.001)
        self.assertIsNone(short.over_qemu())
        self.assertIsNone(short.over_native())
        self.assertIn("Too short to tell", report.text_table([*ROWS, short]))
        self.assertNotIn("Too short", report.text_table(ROWS))
        self.assertEqual(report.group_means([*ROWS, short])[-1], report.group_means(ROWS)[-1])

    def test_without_qemu(self):
        alone = [row("dhry", 0.5, {}, 0.25)]
        self.assertIn("dhry", report.text_table(alone))
        xml.fromstring(report.svg_chart(alone, ""))
        report.text_table([])


class Measure(unittest.TestCase):
    def test_good_run(self):
        ran = Script("echo noise; echo BENCH dhry 0123abcd").run(kernel("dhry"))
        self.assertEqual(ran.checksum, "0123abcd")
        self.assertGreater(ran.wall, 0)

    def test_processor_time_is_that_of_the_child(self):
        busy = Script("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo BENCH dhry 00000000")
        idle = Script("sleep 0.2; echo BENCH dhry 00000000")
        self.assertGreater(busy.run(kernel("dhry")).cpu, 2 * idle.run(kernel("dhry")).cpu)

    def test_refused(self):
        for text in ("echo BENCH dhry 0123abcd; exit 1", "echo BENCH cmark 0123abcd", "true",
                     "echo BENCH dhry 123"):
            with self.assertRaises(measure.Failure, msg=text):
                Script(text).run(kernel("dhry"))

    def test_a_run_that_hangs_is_ended(self):
        self.assertNotEqual(measure.run_command(["sleep", "60"], limit=0.2)[2], 0)

    def test_different_checksums(self):
        results = run.Results()
        a, b = Script("", name="a"), Script("", name="b")
        less = Script("", scale=0.5, name="less")
        results.add(a, kernel("dhry"), measure.Run(1, 1, "00000001", 0))
        results.add(less, kernel("dhry"), measure.Run(1, 1, "00000002", 0))
        results.check_sums([a, less], kernel("dhry"))
        results.add(b, kernel("dhry"), measure.Run(1, 1, "00000003", 0))
        with self.assertRaises(measure.Failure):
            results.check_sums([a, b, less], kernel("dhry"))

    def test_instruction_counts_must_not_change(self):
        results = run.Results()
        a = Script("", name="a")
        results.add(a, kernel("dhry"), measure.Run(1, 1, "00000001", 10))
        with self.assertRaises(measure.Failure):
            results.add(a, kernel("dhry"), measure.Run(1, 1, "00000001", 11))

    def test_executors_must_agree(self):
        same = {"native": measure.Run(1, 1, "00000001", 0), "jit": measure.Run(1, 1, "00000001", 5),
                "ir": measure.Run(1, 1, "00000001", 5)}
        run.check_same(kernel("dhry"), same)
        for other in (measure.Run(1, 1, "00000002", 5), measure.Run(1, 1, "00000001", 6)):
            with self.assertRaises(measure.Failure):
                run.check_same(kernel("dhry"), {**same, "interp": other})

    def test_traps_too_rare(self):
        trap = kernel("trap")
        near = trap.events * table.MAX_EVENT_DISTANCE
        run.check_distance(trap, near, 1e-9)
        with self.assertRaises(measure.Failure):
            run.check_distance(trap, near * 2, 1e-9)


class Intervals(unittest.TestCase):
    def test_bootstrap(self):
        median, low, high = periph.interval([1.0] * 10)
        self.assertEqual((median, low, high), (1.0, 1.0, 1.0))
        values = [1.0 + 0.01 * i for i in range(21)]
        median, low, high = periph.interval(values)
        self.assertAlmostEqual(median, 1.1)
        self.assertTrue(1.0 < low < median < high < 1.2)


if __name__ == "__main__":
    unittest.main()
