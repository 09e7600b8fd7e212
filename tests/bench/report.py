# SPDX-License-Identifier: MIT
"""What comes out: rows of medians and ratios, as a table, as CSV, as a chart in SVG."""
import csv
import math
import statistics
from typing import NamedTuple, Optional

import kernels as table

LEAST_TIME = 0.005  # seconds beyond start-up: with less, a ratio says nothing


def long_enough(seconds):
    return seconds is not None and seconds >= LEAST_TIME


def ratio(a, b):
    """a : b, or None where one was not measured or is too short to tell."""
    return a / b if long_enough(a) and long_enough(b) else None


class Row(NamedTuple):
    kernel: table.Kernel
    instructions: int               # without start and end
    native: Optional[float]         # seconds of processor time, without start-up; None: not run
    qemus: dict                     # name -> seconds
    sis: Optional[float]            # scaled up from fewer repeats
    ours: float
    mmu_ours: Optional[float] = None    # with the MMU on
    mmu_qemus: dict = {}

    def fastest_qemu(self):
        return min(self.qemus.values(), default=None)

    def mips(self):
        return self.instructions / self.ours / 1e6 if long_enough(self.ours) else None

    def over_qemu(self):
        """How many times faster than the fastest QEMU."""
        return ratio(self.fastest_qemu(), self.ours)

    def over_native(self):
        """How many times slower than the native twin, where that is a yardstick."""
        return ratio(self.ours, self.native) if self.kernel.twin == "time" else None

    def mmu_cost(self):
        """How many times slower with the MMU on than with it off."""
        return ratio(self.mmu_ours, self.ours)

    def mmu_over_qemu(self):
        """How many times faster than the fastest QEMU, both with the MMU on."""
        measured = [seconds for seconds in self.mmu_qemus.values() if seconds is not None]
        return ratio(min(measured, default=None), self.mmu_ours)


def geometric_mean(values):
    values = [v for v in values if v is not None]
    if not values:
        return None
    return math.exp(statistics.fmean(map(math.log, values)))


class GroupMean(NamedTuple):
    name: str
    over_qemu: Optional[float]
    over_native: Optional[float]
    mmu_cost: Optional[float]
    mmu_over_qemu: Optional[float]


def group_means(rows):
    """By group, then over all kernels."""
    means = []
    for group in (*table.GROUPS, "all"):
        chosen = [r for r in rows if group in (r.kernel.group, "all")]
        if chosen:
            means.append(GroupMean(group, geometric_mean(r.over_qemu() for r in chosen),
                                   geometric_mean(r.over_native() for r in chosen),
                                   geometric_mean(r.mmu_cost() for r in chosen),
                                   geometric_mean(r.mmu_over_qemu() for r in chosen)))
    return means


# ---- goals ----

class Goal(NamedTuple):
    text: str
    limit: float
    value: Optional[float]
    at_least: bool = True

    def verdict(self):
        if self.value is None:
            return "not measured"
        reached = self.value >= self.limit if self.at_least else self.value <= self.limit
        return "yes" if reached else "NO"


# Geometric means of QEMU/ours and of ours/native: what the project wants to reach, and after that not to lose.
GROUP_GOALS = {"integer": 3.2, "calls": 9, "float": 20, "mmio": 15, "traps": 10, "runonce": 10,
               "all": 9}
NATIVE_GOALS = {"integer": 1.7, "calls": 2.3, "float": 2.2, "all": 1.9}


def goals(rows):
    def extreme(choose, values):
        return choose((v for v in values if v is not None), default=None)

    means = {m.name: m for m in group_means(rows)}
    mmio = [r for r in rows if r.kernel.group == "mmio"]
    wanted = [Goal(f"QEMU/ours, mean of {group}", limit, means[group].over_qemu)
              for group, limit in GROUP_GOALS.items() if group in means]
    wanted += [
        Goal("QEMU/ours, worst of mmio", 10, extreme(min, (r.over_qemu() for r in mmio))),
        Goal("QEMU/ours, worst of all", 1, extreme(min, (r.over_qemu() for r in rows)))]
    wanted += [Goal(f"ours/native, mean of {group}", limit, means[group].over_native, at_least=False)
               for group, limit in NATIVE_GOALS.items() if group in means]
    if any(r.mmu_ours is not None for r in rows):
        wanted += [
            Goal("MMU on/off, mean of all", 1.25, means["all"].mmu_cost, at_least=False),
            Goal("MMU on/off, worst of all", 1.25, extreme(max, (r.mmu_cost() for r in rows)),
                 at_least=False),
            Goal("QEMU/ours with MMU, worst of all", 1,
                 extreme(min, (r.mmu_over_qemu() for r in rows)))]
    return wanted


# ---- text ----

def _seconds(value):
    return "-" if value is None else f"{value:.3f}"


def _times(value):
    return "-" if value is None else f"{value:.2f}"


def _whole(value):
    return "-" if value is None else f"{value:.0f}"


def _figure(value):
    """Two or three digits, whatever the size."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _columns(rows):
    return list(rows[0].qemus) if rows else []


def text_table(rows):
    """Markdown that is legible as it is."""
    qemus = _columns(rows)
    heads = ["kernel", "group", "Minsn", "native s", *(f"{q} s" for q in qemus), "sis s", "ours s",
             "ours MIPS", "QEMU/ours", "ours/native"]
    lines = [heads]
    for r in rows:
        lines.append([r.kernel.name, r.kernel.group, f"{r.instructions / 1e6:.1f}",
                      _seconds(r.native if r.kernel.twin == "time" else None),
                      *(_seconds(r.qemus[q]) for q in qemus), _seconds(r.sis), _seconds(r.ours),
                      _whole(r.mips()), _times(r.over_qemu()), _times(r.over_native())])
    means = [["geometric mean", "QEMU/ours", "ours/native"]]
    means += [[m.name, _times(m.over_qemu), _times(m.over_native)] for m in group_means(rows)]
    return _align(lines, left=2) + "\n" + _align(means, left=1) + _too_short(rows)


def mmu_table(rows):
    """Times with the MMU on, beside those with it off."""
    qemus = list(rows[0].mmu_qemus) if rows else []
    lines = [["kernel", "group", "ours s", "ours MMU s", "MMU on/off", *(f"{q} s" for q in qemus),
              "QEMU/ours with MMU"]]
    for r in rows:
        lines.append([r.kernel.name, r.kernel.group, _seconds(r.ours), _seconds(r.mmu_ours),
                      _times(r.mmu_cost()), *(_seconds(r.mmu_qemus[q]) for q in qemus),
                      _times(r.mmu_over_qemu())])
    means = [["geometric mean", "MMU on/off", "QEMU/ours with MMU"]]
    means += [[m.name, _times(m.mmu_cost), _times(m.mmu_over_qemu)] for m in group_means(rows)]
    return _align(lines, left=2) + "\n" + _align(means, left=1)


def goal_table(rows):
    lines = [["goal", "limit", "measured", "reached"]]
    lines += [[g.text, f"{'>=' if g.at_least else '<='} {g.limit:g}", _times(g.value), g.verdict()]
              for g in goals(rows)] if rows else []
    return _align(lines, left=1)


def _too_short(rows):
    def short(r):
        timed_twin = r.native is not None and r.kernel.twin == "time"
        return (r.qemus and r.over_qemu() is None) or (timed_twin and r.over_native() is None)

    names = ", ".join(r.kernel.name for r in rows if short(r))
    text = "\nToo short to tell, and left out of the means (a larger --scale helps): "
    return text + names + "\n" if names else ""


def _align(lines, left):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]

    def cells(line):
        return [c.ljust(w) if i < left else c.rjust(w)
                for i, (c, w) in enumerate(zip(line, widths))]

    rule = ["-" * w if i < left else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    body = [cells(lines[0]), rule, *(cells(line) for line in lines[1:])]
    return "".join("| " + " | ".join(line) + " |\n" for line in body)


def write_csv(path, rows):
    qemus = _columns(rows)
    mmu_qemus = list(rows[0].mmu_qemus) if rows else []
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["kernel", "group", "instructions", "native_s", *(f"{q}_s" for q in qemus),
                      "sis_s", "ours_s", "ours_mips", "qemu_over_ours", "ours_over_native",
                      "ours_mmu_s", *(f"{q}_s" for q in mmu_qemus), "mmu_on_over_off",
                      "qemu_over_ours_mmu"])
        for r in rows:
            values = [r.native, *(r.qemus[q] for q in qemus), r.sis, r.ours, r.mips(),
                      r.over_qemu(), r.over_native(), r.mmu_ours,
                      *(r.mmu_qemus[q] for q in mmu_qemus), r.mmu_cost(), r.mmu_over_qemu()]
            out.writerow([r.kernel.name, r.kernel.group, r.instructions,
                          *("" if v is None else f"{v:.6g}" for v in values)])


def replace_figures(path, name, text):
    """Puts text between the two lines of a page that say where the figures `name` belong."""
    first, last = f"<!-- figures: {name} -->\n", f"<!-- end of figures: {name} -->\n"
    with open(path, encoding="utf-8") as file:
        page = file.read()
    if first not in page or last not in page:
        raise ValueError(f"{path} has no place for the figures of {name}")
    before, after = page[:page.index(first)], page[page.index(last):]
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + first + "\n" + text + "\n" + after)


# ---- chart ----

STYLE = """
  text { font: 12px sans-serif; fill: #6e7781 }
  .title { font-size: 14px; font-weight: bold }
  .small { font-size: 11px }
  .grid { stroke: #8c959f; stroke-opacity: 0.3 }
  .one { stroke: #8c959f; stroke-width: 1.5 }
  .native { stroke: #bf8700; stroke-width: 2.5 }
  .bar { fill: #218bff }
  .mean { fill: #2da44e }
"""

ROW, GAP, LEFT, RIGHT, TOP, WIDTH = 18, 8, 120, 60, 58, 860


class _Axis:
    """Logarithmic, from below the least value to above the greatest, always with 1."""

    def __init__(self, values):
        self.low = math.floor(2 * math.log10(min([*values, 0.9]))) / 2
        self.high = math.ceil(2 * math.log10(max([*values, 1.1]))) / 2

    def x(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def ticks(self):
        for power in range(math.floor(self.low), math.ceil(self.high) + 1):
            for step in (1, 2, 5):
                value = step * 10.0 ** power
                if self.low <= math.log10(value) <= self.high:
                    yield value


def _bar(axis, y, label, value, style, tick=None):
    left, right = sorted((axis.x(1), axis.x(value)))
    parts = [f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{label}</text>',
             f'<rect class="{style}" x="{left:.1f}" y="{y + 3}" width="{max(right - left, 1):.1f}" '
             f'height="{ROW - 6}"/>']
    if tick is not None:
        x = axis.x(tick)
        parts.append(f'<line class="native" x1="{x:.1f}" x2="{x:.1f}" y1="{y + 1}" '
                     f'y2="{y + ROW - 1}"/>')
    end = max(right, axis.x(tick) if tick is not None and axis.x(tick) < right + 40 else right)
    parts.append(f'<text class="small" x="{end + 6:.1f}" y="{y + 13}">{_figure(value)}×</text>')
    return parts


def svg_chart(rows, subtitle):
    """Speed against the fastest QEMU, one bar a kernel; a mark where native code would be."""
    rows = [r for r in rows if r.over_qemu() is not None]
    means = [m for m in group_means(rows) if m.over_qemu is not None]
    native = {r.kernel.name: r.fastest_qemu() / r.native for r in rows
              if r.over_native() is not None}
    axis = _Axis([*(r.over_qemu() for r in rows), *(m.over_qemu for m in means),
                  *native.values()] or [1.0])
    gaps = len({r.kernel.group for r in rows}) * GAP
    height = TOP + ROW * (len(rows) + len(means)) + gaps + 30
    bottom = height - 26
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
             f'width="{WIDTH}" height="{height}" role="img">', f"<style>{STYLE}</style>",
             '<text class="title" x="10" y="20">Speed of leon3emu, the fastest QEMU = 1</text>',
             f'<text class="small" x="10" y="38">{subtitle}; the upright mark is native code; '
             "logarithmic</text>"]
    for tick in axis.ticks():
        x = axis.x(tick)
        parts.append(f'<line class="{"one" if tick == 1 else "grid"}" x1="{x:.1f}" x2="{x:.1f}" '
                     f'y1="{TOP - 6}" y2="{bottom}"/>')
        parts.append(f'<text class="small" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">'
                     f"{tick:g}×</text>")
    y = TOP
    for row, following in zip(rows, [*rows[1:], None]):
        parts += _bar(axis, y, row.kernel.name, row.over_qemu(), "bar",
                      native.get(row.kernel.name))
        y += ROW + (GAP if following is None or following.kernel.group != row.kernel.group else 0)
    for mean in means:
        parts += _bar(axis, y, f"mean {mean.name}", mean.over_qemu, "mean")
        y += ROW
    return "\n".join([*parts, "</svg>", ""])
