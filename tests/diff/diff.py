#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random instructions on leon3emu and on QEMU's leon3_generic: is all state the same?

Cases (see stream.h) are run in batches by the executor (see executor.S), on both emulators; their
outputs, hashes of the state after groups of cases, must be equal.  A case that differs is looked up,
reduced by dropping units while it still differs, and printed with the words of state that differ; with
--keep DIR it is also written there as a .case file, with the state that QEMU ends in.  --replay FILE
runs such a file on leon3emu and compares with that state; it needs no QEMU.

The long run:  diff.py ... --count=diff_count --seed=N --cases=131072 --table

Exit status: 0 all equal, 1 not, 77 a tool is missing.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

HEAD, SLOTS, SLOT_SIZE, SLOT_COUNT = 0x41000000, 0x42000000, 512, 65536
SCRATCH_WORDS = 64
FSR_UNDERFLOW = 0x84  # in aexc and cexc
CASES_PER_UNDERFLOW = 16384  # such cases are rarer than one in so many
GROUP = 16
NOP = "01000000"
HEAD_WORDS, IMAGE_WORDS = 256, 296

STATE_NAMES = (
    [f"%g{n}" for n in range(8)]
    + [f"w{w}.%{bank}{n}" for w in range(8) for bank in "li" for n in range(8)]
    + [f"%f{n}" for n in range(32)]
    + ["fsr", "psr", "wim", "tbr", "y", "pc", "log size", "-"]
    + [f"stored fsr {n}" for n in range(4)]
    + [f"[0x{0x40020f80 + 4 * n:08x}]" for n in range(SCRATCH_WORDS)]
    + [f"[0x{0x47ffff00 + 4 * n:08x}]" for n in range(SCRATCH_WORDS)]
)
LOG_NAMES = ["tt", "pc", "npc", "psr"]


def name_of(index):
    if index < len(STATE_NAMES):
        return STATE_NAMES[index]
    index -= len(STATE_NAMES)
    return f"trap {index // 4} {LOG_NAMES[index % 4]}"


def is_fsr(index, state):
    name = name_of(index)
    if name.startswith("trap"):
        return name.endswith(" pc") and state[index - 1] == "00000108"
    return name == "fsr" or name.startswith("stored fsr")


def is_rounded_underflow(ours, qemu):
    """Entry 8 of skip.txt: nothing differs but underflow in FSR, which QEMU has not seen."""
    if len(ours) != len(qemu):
        return False
    for i, (a, b) in enumerate(zip(ours, qemu)):
        if a != b and not is_fsr(i, ours):
            return False
        if a != b and (int(a, 16) & ~FSR_UNDERFLOW != int(b, 16) & ~FSR_UNDERFLOW
                       or int(b, 16) & ~int(a, 16)):
            return False
    return ours != qemu


class Tools:
    """The programs, and a directory for their files."""

    def __init__(self, arguments, directory):
        self.arguments = arguments
        self.directory = directory

    def path(self, name):
        return os.path.join(self.directory, name)

    def generate(self, name, first, count, group=1, more=()):
        head, slots = self.path(name + ".head"), self.path(name + ".slots")
        command = [self.arguments.generate, f"--seed={self.arguments.seed}", f"--first={first}",
                   f"--count={count}", f"--group={group}", *more, head, slots]
        text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return head, slots, SLOTS + first % SLOT_COUNT * SLOT_SIZE, text

    def ours(self, head, slots, address):
        command = [self.arguments.emulator, self.arguments.executor, f"--load={head}@0x{HEAD:x}",
                   f"--load={slots}@0x{address:x}"]
        result = run(command, self.arguments.timeout)
        return result.stdout.decode("ascii", "replace").splitlines()

    def qemu(self, head, slots, address):
        output = slots + ".qemu"
        command = [self.arguments.qemu, "-M", "leon3_generic", "-display", "none", "-monitor", "none",
                   "-serial", f"file:{output}", "-kernel", self.arguments.executor,
                   "-device", f"loader,file={head},addr=0x{HEAD:x},force-raw=on",
                   "-device", f"loader,file={slots},addr=0x{address:x},force-raw=on"]
        run(command, self.arguments.timeout)
        with open(output, encoding="ascii", errors="replace") as file:
            return file.read().splitlines()


def run(command, timeout):
    try:
        return subprocess.run(command, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=timeout)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, -1, b"", b"")


# ---- one case ----

def states(tools, case, dropped=()):
    more = ["--raw", "--list"] + (["--drop=" + ",".join(map(str, dropped))] if dropped else [])
    head, slots, address, text = tools.generate("one", case, 1, 1, more)
    return tools.ours(head, slots, address), tools.qemu(head, slots, address), text


def differs(tools, case, dropped):
    ours, qemu, _ = states(tools, case, dropped)
    return ours != qemu


def count_units(text):
    return sum(1 for line in text.splitlines()[1:] if line[:3].strip())


def reduce_case(tools, case, units):
    """The units that can go while the states still differ."""
    dropped = []
    size = units // 2
    while size > 0:
        at = 0
        while at < units:
            chunk = [u for u in range(at, min(at + size, units)) if u not in dropped]
            if chunk and differs(tools, case, dropped + chunk):
                dropped += chunk
            at += size
        size //= 2
    return dropped


def differences(ours, qemu, other="qemu"):
    length = max(len(ours), len(qemu))
    pad = ["(nothing)"] * length
    pairs = zip((ours + pad)[:length], (qemu + pad)[:length])
    return [f"  {name_of(i):20} ours {a}  {other} {b}" for i, (a, b) in enumerate(pairs) if a != b]


def words_of(path):
    with open(path, "rb") as file:
        data = file.read()
    return [data[i:i + 4].hex() for i in range(0, len(data), 4)]


def keep_case(tools, case, text, expected):
    """The initial state, the code, and the state QEMU ends in, as text."""
    name = f"diff_{tools.arguments.seed}_{case}.case"
    with open(os.path.join(tools.arguments.keep, name), "w", encoding="ascii") as file:
        for line in text.splitlines():
            if f" {NOP} " not in line:
                file.write("# " + line.rstrip() + "\n")
        slot = words_of(tools.path("one.slots"))
        head = words_of(tools.path("one.head"))
        image = (int(slot[0], 16) - HEAD) // 4
        file.write(f"image {image}\n")
        head = head[:HEAD_WORDS] + head[image:image + IMAGE_WORDS]
        for part, words in (("head", head), ("slot", slot), ("state", expected)):
            file.write(f"{part} {len(words)}\n")
            for i in range(0, len(words), 8):
                file.write(" ".join(words[i:i + 8]) + "\n")
    print(f"  written: {name}")


def show_case(tools, case, reduce):
    ours, qemu, text = states(tools, case)
    if ours == qemu:
        print(f"case {case}: equal when run alone")
        return
    dropped = reduce_case(tools, case, count_units(text)) if reduce else []
    ours, qemu, text = states(tools, case, dropped)
    lines = text.splitlines()
    print(lines[0] + (f", dropped {','.join(map(str, sorted(dropped)))}" if dropped else ""))
    print("\n".join(line for line in lines[1:] if f" {NOP} " not in line))
    print("\n".join(differences(ours, qemu)[:12]), flush=True)
    if tools.arguments.keep:
        keep_case(tools, case, text, qemu)


def read_case(path):
    parts, image = {}, 0
    with open(path, encoding="ascii") as file:
        lines = [line.split() for line in file if not line.startswith("#")]
    words = iter(lines)
    for name, number in words:
        if name == "image":
            image = int(number)
            continue
        parts[name] = []
        while len(parts[name]) < int(number):
            parts[name] += next(words)
    head = parts["head"]
    parts["head"] = head[:HEAD_WORDS] + ["00000000"] * (image - HEAD_WORDS) + head[HEAD_WORDS:]
    return parts


def replay(tools, path):
    parts = read_case(path)
    for name in ("head", "slot"):
        with open(tools.path(name), "wb") as file:
            file.write(bytes.fromhex("".join(parts[name])))
    address = int(parts["head"][0], 16)
    files = (tools.path("head"), tools.path("slot"), address)
    ours = tools.ours(*files)
    wrong = differences(ours, parts["state"], "file")
    print("\n".join(wrong) if wrong else f"{path}: equal")
    return not wrong


# ---- batches ----

def run_batch(tools, first, count):
    """Cases of the groups that differ, and the rows' counters."""
    files = tools.generate(f"batch{first}", first, count, GROUP)[:3]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        jobs = [pool.submit(tools.ours, *files), pool.submit(tools.qemu, *files)]
        if tools.arguments.count:
            jobs.append(pool.submit(count_rows, tools, *files))
        results = [job.result() for job in jobs]
    for name in (files[0], files[1], files[1] + ".qemu"):
        os.remove(name)
    ours, qemu = results[:2]
    expected = (count + GROUP - 1) // GROUP + 1
    if len(ours) != expected or len(qemu) != expected:
        print(f"batch {first}: {len(ours)} lines of ours, {len(qemu)} of QEMU's, not {expected}")
    wrong = [g for g in range(expected - 1)
             if ours[g:g + 1] != qemu[g:g + 1] or g >= len(ours) or g >= len(qemu)]
    return [first + g * GROUP for g in wrong], results[2] if len(results) > 2 else {}


def count_rows(tools, head, slots, address):
    command = [tools.arguments.count, tools.arguments.executor, head, slots, f"0x{address:x}"]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {row: (int(done), int(trapped)) for row, done, trapped in map(str.split, text.splitlines())}


def cases_of_group(tools, first, last):
    """Those of one group that differ."""
    count = min(GROUP, last - first)
    files = tools.generate("group", first, count)[:3]
    ours, qemu = tools.ours(*files), tools.qemu(*files)
    return [first + i for i in range(count) if ours[i:i + 1] != qemu[i:i + 1]]


def add_counts(total, counts):
    for row, (done, trapped) in counts.items():
        before = total.get(row, (0, 0))
        total[row] = (before[0] + done, before[1] + trapped)


def report_counts(total, table):
    done = sum(pair[0] for pair in total.values())
    trapped = sum(pair[1] for pair in total.values())
    never = sorted(row for row, pair in total.items() if sum(pair) == 0)
    print(f"random instructions compared: {done} completed, {trapped} trapped")
    print(f"rows executed: {len(total) - len(never)} of {len(total)}"
          + (", not: " + " ".join(never) if never else ""))
    if table:
        for row, pair in total.items():
            print(f"{row:10} {pair[0]:10} {pair[1]:10}")


def compare(tools):
    arguments = tools.arguments
    first, last = arguments.first, arguments.first + arguments.cases
    wrong, total = [], {}
    print(f"seed {arguments.seed}, cases {first} to {last - 1}", flush=True)
    while first < last:
        count = min(arguments.batch - first % arguments.batch, last - first)
        groups, counts = run_batch(tools, first, count)
        wrong += groups
        add_counts(total, counts)
        first += count
    allowed = 1 + arguments.cases // CASES_PER_UNDERFLOW
    wrong, underflows = without_underflows(tools, wrong, last, allowed)
    for group in wrong[:arguments.show]:
        for case in cases_of_group(tools, group, last):
            show_case(tools, case, True)
    if total:
        report_counts(total, arguments.table)
    print(f"cases that differ by entry 8 of skip.txt: {underflows}")
    print(f"groups of {GROUP} cases that differ: {len(wrong)}")
    return not wrong


def without_underflows(tools, groups, last, allowed):
    """The groups that remain, and how many cases were taken out, but more than `allowed` are too many."""
    if len(groups) > allowed:
        return groups, 0
    remaining, underflows = [], 0
    for group in groups:
        cases = cases_of_group(tools, group, last)
        if cases and all(is_rounded_underflow(*states(tools, case)[:2]) for case in cases):
            underflows += len(cases)
        else:
            remaining.append(group)
    return (remaining, underflows) if underflows <= allowed else (groups, 0)


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--emulator", required=True, help="leon3emu")
    parser.add_argument("--generate", required=True, help="the generator")
    parser.add_argument("--executor", required=True, help="executor.elf")
    parser.add_argument("--count", help="the counter of executed rows")
    parser.add_argument("--qemu", default="qemu-system-sparc")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--cases", type=int, default=16384)
    parser.add_argument("--batch", type=int, default=8192, help="cases in a run, a divisor of 65536")
    parser.add_argument("--show", type=int, default=4, help="how many differing cases to reduce")
    parser.add_argument("--table", action="store_true", help="print how often each row was executed")
    parser.add_argument("--keep", metavar="DIR", help="write reduced cases there")
    parser.add_argument("--case", type=int, help="show this case alone")
    parser.add_argument("--replay", metavar="FILE", help="run a .case file on leon3emu")
    parser.add_argument("--timeout", type=float, default=60)
    return parser.parse_args()


def main():
    arguments = parse()
    if not os.path.exists(arguments.executor):
        print("skipped: no executor.elf, it needs sparc64-linux-gnu-gcc")
        return 77
    if not arguments.replay and shutil.which(arguments.qemu) is None:
        print("skipped: no qemu-system-sparc")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        tools = Tools(arguments, directory)
        if arguments.replay:
            return 0 if replay(tools, arguments.replay) else 1
        if arguments.case is not None:
            show_case(tools, arguments.case, True)
            return 0
        return 0 if compare(tools) else 1


if __name__ == "__main__":
    sys.exit(main())
