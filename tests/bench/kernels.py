# SPDX-License-Identifier: MIT
"""The benchmark's kernels: the one list of what there is.

A kernel's repeat count is the work of scale 1: about a second of QEMU 7.2.  Removing a kernel, or
changing what one does, changes the meaning of all figures taken before: it needs an ADR.
"""
from typing import NamedTuple


class Kernel(NamedTuple):
    name: str
    group: str
    repeat: int         # at scale 1
    source: str         # kernels/<source>.c, for the guest with <source>.S if there is one
    twin: str = "time"  # the native twin's time is a yardstick; "check": only its checksum is
    defines: tuple = ()
    events: int = 0     # traps or interrupts per repeat
    timed: bool = False  # needs timers that follow instructions: QEMU gets -icount
    parts: int = 0      # copies of the generated code, at scale 1
    own_mmu: bool = False  # sets the MMU up itself: not one of those that run with it on, too


GROUPS = ("integer", "calls", "float", "mmio", "traps", "system", "runonce", "hotcode", "selfmod")
START = "empty"       # the kernel that is start-up and end only
MAX_EVENT_DISTANCE = 200  # instructions between two traps or interrupts, where there are any


def _kernel(group, name, repeat, **more):
    return Kernel(name, group, repeat, more.pop("source", name), **more)


KERNELS = (
    _kernel("start", "empty", 1, twin="check"),

    _kernel("integer", "dhry", 2_000_000),
    _kernel("integer", "cmark", 48_000),
    _kernel("integer", "sha256", 9_000),
    _kernel("integer", "crc32", 10_000),
    _kernel("integer", "qsort", 1_500),
    _kernel("integer", "chase", 1_000),
    _kernel("integer", "copy", 3_500),
    _kernel("integer", "sieve", 1_300),
    _kernel("integer", "interp", 1_700),
    _kernel("integer", "muldiv", 800_000),
    _kernel("integer", "hammock", 12_000),
    _kernel("integer", "divide", 60_000),
    _kernel("integer", "switches", 3_000),
    _kernel("integer", "softfp", 2_500),
    _kernel("integer", "strings", 4_500),
    _kernel("integer", "jpeg", 1_200),
    _kernel("integer", "aes", 6_500),
    _kernel("integer", "records", 240),
    _kernel("integer", "lists", 1_500),

    _kernel("calls", "recurse", 3_300),
    _kernel("calls", "calls", 4_000_000),
    _kernel("calls", "icall", 120_000),
    _kernel("calls", "seam", 5_000),

    _kernel("float", "nbody", 4_500),
    _kernel("float", "linpack", 500),
    _kernel("float", "whet", 500_000),
    _kernel("float", "fsingle", 5_000),
    _kernel("float", "fft", 1_500),

    _kernel("mmio", "mmio_uart", 13_000, twin="check"),
    _kernel("mmio", "mmio_timer", 9_500, twin="check"),
    _kernel("mmio", "mmio_irqmp", 13_000, twin="check"),
    _kernel("mmio", "mmio_reload", 13_000, twin="check"),
    _kernel("mmio", "mmio_mix", 10_000, twin="check"),
    _kernel("mmio", "mmio_ten", 3_500, twin="check"),

    _kernel("traps", "trap", 16_000, twin="check", events=3 * 256),
    _kernel("traps", "irq", 12_000, twin="check", events=256),
    _kernel("traps", "fptrap", 4_500, source="nbody", twin="check",
            defines=("FSR=0x0f000000",)),  # all FP traps but inexact; none is taken
    _kernel("traps", "ffttrap", 1_500, source="fft", twin="check",
            defines=("FSR=0x0f000000",)),  # likewise
    _kernel("traps", "timerirq", 8_000, twin="check", events=64, timed=True),

    _kernel("system", "tasks", 2_000, twin="check"),
    _kernel("system", "contexts", 5_000, twin="check", own_mmu=True),

    _kernel("runonce", "bigcode", 1, twin="check", parts=20),
    _kernel("runonce", "bigcode2", 2, twin="check", parts=20, source="bigcode"),

    _kernel("hotcode", "hotcode2", 300, twin="check", parts=22, source="bigcode"),
    _kernel("hotcode", "hotcode4", 150, twin="check", parts=44, source="bigcode"),

    _kernel("selfmod", "smc", 2_500, twin="check"),
    _kernel("selfmod", "samepage", 9_000),
)

# The peripheral experiment: one access in so many instructions.
DENSITIES = (1, 10, 100, 1000, 10000)
DENSITY_DEVICES = ("uart", "timer")
_DENSITY_REPEAT = {1: 1_000, 10: 5_000, 100: 10_000, 1000: 10_000, 10000: 10_000}


def density_kernel(device, density):
    defines = [f"DENSITY={density}"] + (["DEVICE_UART"] if device == "uart" else [])
    return Kernel(f"density_{device}_{density}", "density", _DENSITY_REPEAT[density], "density",
                  twin="check", defines=tuple(defines))


def density_kernels():
    return [density_kernel(device, density) for device in DENSITY_DEVICES for density in DENSITIES]


def repeat_at(kernel, scale):
    """How often the kernel's work is done; run-once code is scaled by its size instead."""
    if kernel.parts or kernel.group == "start":
        return kernel.repeat
    return max(1, round(kernel.repeat * scale))


def parts_at(kernel, scale):
    return max(1, min(kernel.parts, round(kernel.parts * scale)))


def select(names):
    """The kernels of a comma-separated list of names and groups; all without one."""
    if not names:
        return list(KERNELS)
    wanted = names.split(",")
    known = {k.name for k in KERNELS} | {k.group for k in KERNELS}
    unknown = [w for w in wanted if w not in known]
    if unknown:
        raise SystemExit(f"no such kernel or group: {', '.join(unknown)}; there are: "
                         f"{', '.join(sorted(known))}")
    return [k for k in KERNELS if k.name == START or k.name in wanted or k.group in wanted]
