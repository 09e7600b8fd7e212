# SPDX-License-Identifier: MIT
"""Random MMU cases: page tables, contexts, and code that makes accesses and changes both.

A case depends on (seed, number) alone.  It is a list of units, each one access or change with what it
needs; a unit can be dropped without harm to the others.  skip.txt says what cases leave out.
"""
import pathlib
import random
import re
import struct

LAYOUT = {name: int(value, 0) for name, value in re.findall(
    r"^#define (\w+) +(\w+)\b", (pathlib.Path(__file__).parent / "layout.h").read_text(), re.MULTILINE)
    if re.fullmatch(r"0x[0-9a-f]+|\d+", value)}

# ---- a small assembler ----

G0, G1, O0, O1, O2, O3, O4, O5, O7 = 0, 1, 8, 9, 10, 11, 12, 13, 15
NOP = 0x01000000
# op3, size
LOADS = {"ld": (0x00, 4), "ldub": (0x01, 1), "lduh": (0x02, 2), "ldd": (0x03, 8), "ldsb": (0x09, 1),
         "ldsh": (0x0A, 2)}
STORES = {"st": (0x04, 4), "stb": (0x05, 1), "sth": (0x06, 2), "std": (0x07, 8)}
FP_LOADS = {"ldf": (0x20, 4), "lddf": (0x23, 8)}
FP_STORES = {"stf": (0x24, 4), "stdf": (0x27, 8)}
ATOMICS = {"ldstub": (0x0D, 1), "swap": (0x0F, 4), "casa": (0x3C, 4)}
ALTERNATE = 0x10
ASI_USER_DATA, ASI_SUPERVISOR_DATA, ASI_FLUSH, ASI_REGISTERS, ASI_BYPASS = 0x0A, 0x0B, 0x18, 0x19, 0x1C


def memory(op3, rd, rs1, offset=0):
    return 3 << 30 | rd << 25 | op3 << 19 | rs1 << 14 | 1 << 13 | offset & 0x1FFF


def memory_register(op3, rd, rs1, rs2=G0, asi=0):
    return 3 << 30 | rd << 25 | op3 << 19 | rs1 << 14 | asi << 5 | rs2


def arith(op3, rd, rs1, immediate):
    return 2 << 30 | rd << 25 | op3 << 19 | rs1 << 14 | 1 << 13 | immediate & 0x1FFF


def put(register, value):
    """sethi, or"""
    return [register << 25 | 4 << 22 | value >> 10, arith(2, register, register, value & 0x3FF)]


def branch(condition, words, annul=False):
    return int(annul) << 29 | condition << 25 | 2 << 22 | words & 0x3FFFFF


def trap_always(number):
    return 2 << 30 | 8 << 25 | 0x3A << 19 | 1 << 13 | number


def log(register):
    return [memory(0x04, register, G1), arith(0, G1, G1, 4)]


ALWAYS, NOT_EQUAL, CARRY = 8, 9, 5
CALL_O5 = 2 << 30 | O7 << 25 | 0x38 << 19 | O5 << 14 | 1 << 13  # jmpl %o5, %o7


# ---- the space that cases move in ----

REGIONS = (0x42, 0x43, 0x47)  # 16 MiB of RAM each
SEGMENTS = (0, 1, 63)         # of a region, 256 KiB each
PAGES = (0, 1, 2, 3, 60, 61, 62, 63)
FRAMES = [region << 24 | segment << 18 | page << 12
          for region in REGIONS for segment in SEGMENTS for page in PAGES]
FREE_INDEXES = (0x00, 0x10, 0x3E, 0x41, 0x7E, 0xF0, 0xFF)  # of level 1; none before the fixed ones
SHIFTS = (None, 24, 18, 12)


class Tables:
    """The tables of a case: entries by physical address."""

    def __init__(self, rng):
        self.rng = rng
        self.entries = {}
        self.slots = {1: [], 2: [], 3: []}  # addresses of entries that may change
        self.tables = {}
        self.indexes = rng.sample(FREE_INDEXES, 3)
        free = LAYOUT["TABLES"] + 1024
        for level, count in ((1, rng.randint(1, 3)), (2, rng.randint(1, 4)), (3, rng.randint(2, 5))):
            size = 1024 if level == 1 else 256  # and so are they aligned
            self.tables[level] = [free + i * size for i in range(count)]
            free += count * size
        for level, tables in self.tables.items():
            for table in tables:
                self.fill(level, table)
        self.contexts = [0] + rng.sample(range(1, 256), rng.randint(1, 3))
        for context in self.contexts:
            self.entries[LAYOUT["TABLES"] + 4 * context] = rng.choice(self.tables[1]) >> 4 | 1

    def fill(self, level, table):
        if level == 1:
            for index in (0x40, 0x80):
                self.entries[table + 4 * index] = index << 20 | 0x60 | 3 << 2 | 2
        for index in {1: self.indexes, 2: SEGMENTS, 3: PAGES}[level]:
            self.slots[level].append(table + 4 * index)
            self.entries[table + 4 * index] = self.entry(level)

    def entry(self, level):
        """A new value for an entry."""
        kind = self.rng.random()
        if kind < 0.06:
            return 0 if kind < 0.05 else self.rng.getrandbits(30) << 2
        if kind < 0.08:
            return self.rng.getrandbits(30) << 2 | 3
        if level == 3 and kind < 0.09:
            return self.rng.getrandbits(30) << 2 | 1
        if level < 3 and kind < 0.75:
            return self.rng.choice(self.tables[level + 1]) >> 4 | 1
        return self.page(level)

    def page(self, level):
        place = self.rng.choice(FRAMES) & -(1 << SHIFTS[level])
        acc = self.rng.choices(range(8), (1, 2, 2, 12, 1, 2, 1, 4))[0]
        marks = self.rng.choice((0, 0, 0x20, 0x60)) | self.rng.choice((0, 0x80))
        return place >> 4 | marks | acc << 2 | 2

    def pairs(self):
        return sorted(self.entries.items())

    def is_there(self, va):
        """In one of the contexts, to begin with."""
        entry = self.entries[LAYOUT["TABLES"] + 4 * self.rng.choice(self.contexts)]
        for level in (1, 2, 3):
            if entry & 3 == 1:
                index = va >> SHIFTS[level] & (0xFF if level == 1 else 0x3F)
                entry = self.entries.get((entry << 4 & 0xFFFFFFC0) + 4 * index, 0)
        return entry & 3 == 2

    def address(self):
        """A virtual page, in most cases one that is there."""
        rng = self.rng
        for _ in range(4):
            va = (rng.choice(self.indexes) << 24 | rng.choice(SEGMENTS) << 18 | rng.choice(PAGES) << 12)
            if self.is_there(va):
                break
        return va


class Case:
    def __init__(self, seed, number, dropped=()):
        self.rng = rng = random.Random(f"{seed}/{number}")
        self.tables = Tables(rng)
        self.user = False
        self.pages = [self.tables.address() for _ in range(6)]
        self.units = []
        for _ in range(rng.randint(30, 90)):
            self.unit()
        self.end()
        for unit in dropped:
            self.units[unit] = (self.units[unit][0], [NOP] * len(self.units[unit][1]))

    # -- parts --

    def add(self, text, words):
        self.units.append((text, words))

    def page(self):
        """One of a few, so that the same page is met again."""
        if self.rng.random() < 0.1:
            self.pages[self.rng.randrange(len(self.pages))] = self.tables.address()
        return self.rng.choice(self.pages)

    def offset(self, size):
        rng = self.rng
        if rng.random() < 0.6:
            place = rng.randrange(LAYOUT["DATA_LOW"], LAYOUT["PART"], size)
        else:
            place = LAYOUT["DATA_HIGH"] + rng.randrange(0, LAYOUT["DATA_HIGH_SIZE"], size)
        return place

    def address(self, size, aligned=False):
        """Sometimes a misaligned one."""
        va = self.page() | self.offset(size)
        return va + (size // 2 if size > 1 and not aligned and self.rng.random() < 0.02 else 0)

    def wrap(self, word):
        """An instruction by itself, in a delay slot, annulled, behind a branch on the carry."""
        kind = self.rng.random()
        if kind < 0.7:
            return [word]
        if kind < 0.88:
            return [branch(ALWAYS, 3), word, NOP]
        if kind < 0.92:
            return [branch(ALWAYS, 2, annul=True), word]
        return [branch(CARRY, 3, annul=kind < 0.96), word, NOP]

    def unit(self):
        kinds = ((22, self.load), (20, self.store), (8, self.atomic), (16, self.call), (6, self.patch),
                 (4, self.compare), (9, self.change_mode), (6, self.change_entry),
                 (6, self.change_context), (3, self.read_entry), (2, self.flush), (2, self.physical),
                 (1, self.turn_off))
        draw = self.rng.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]
        draw()

    # -- units --

    def load(self):
        rng = self.rng
        fp = rng.random() < 0.15
        name, (op3, size) = rng.choice(list((FP_LOADS if fp else LOADS).items()))
        va = self.address(size, aligned=fp)
        words = put(O0, va)
        if fp:
            words += self.wrap(memory(op3, 0, O0))
            words += [memory(0x24, 0, G1), memory(0x24, 1, G1, 4), arith(0, G1, G1, 8)]
        else:
            alternate = not self.user and rng.random() < 0.2
            words += self.wrap(memory_register(op3 | ALTERNATE, O2, O0, asi=ASI_SUPERVISOR_DATA)
                               if alternate else memory(op3, O2, O0))
            words += log(O2) + (log(O3) if size == 8 else [])
        self.add(f"{name} {va:#x}", words)

    def store(self):
        rng = self.rng
        fp = rng.random() < 0.15
        name, (op3, size) = rng.choice(list((FP_STORES if fp else STORES).items()))
        va = self.address(size, aligned=fp)
        words = put(O0, va)
        if fp:
            words += self.wrap(memory(op3, 0, O0))
        else:
            alternate = not self.user and rng.random() < 0.2
            words += put(O2, rng.getrandbits(32))
            words += self.wrap(memory_register(op3 | ALTERNATE, O2, O0, asi=ASI_SUPERVISOR_DATA)
                               if alternate else memory(op3, O2, O0))
        self.add(f"{name} {va:#x}", words)

    def atomic(self):
        rng = self.rng
        name, (op3, size) = rng.choice(list(ATOMICS.items()))
        va = self.address(size)
        words = put(O0, va) + put(O2, rng.getrandbits(32))
        if name == "casa":
            if rng.random() < 0.6:
                words.append(memory(0x00, O4, O0))
            asi = ASI_USER_DATA if self.user else ASI_SUPERVISOR_DATA
            words += self.wrap(memory_register(op3, O2, O0, O4, asi))
        elif not self.user and rng.random() < 0.2:
            words += self.wrap(memory_register(op3 | ALTERNATE, O2, O0, asi=ASI_SUPERVISOR_DATA))
        else:
            words += self.wrap(memory(op3, O2, O0))
        self.add(f"{name} {va:#x}", words + log(O2))

    def call(self):
        """One of the pieces of code that a frame has."""
        rng = self.rng
        stub = rng.choice(("STUB_START", "STUB_PATCHED", "STUB_LOAD", "STUB_STORE", "STUB_END", "STUB_END"))
        offset = LAYOUT[stub] + (4 if stub == "STUB_END" and rng.random() < 0.5 else 0)
        va = self.page() | offset
        data = self.address(4)
        words = put(O5, va) + put(O0, data) + put(O1, rng.getrandbits(32))
        words += [CALL_O5, arith(2, O2, G0, 0xFFF)] + log(O2)
        if stub == "STUB_LOAD":
            words += log(O3)
        self.add(f"call {va:#x} ({stub}), data {data:#x}", words)

    def patch(self):
        va = self.page() | LAYOUT["STUB_PATCHED"]
        words = put(O0, va) + put(O2, arith(2, O2, G0, 0x800 | self.rng.randrange(0x700)))
        words += self.wrap(memory(0x04, O2, O0))
        words.append(arith(0x3B, G0, O0, 0))  # flush
        self.add(f"patch {va:#x}", words)

    def compare(self):
        self.add("compare", [arith(0x14, G0, O2, self.rng.getrandbits(12))])  # subcc

    def change_mode(self):
        self.user = not self.user
        trap = LAYOUT["TRAP_USER" if self.user else "TRAP_SUPERVISOR"]
        self.add("user" if self.user else "supervisor", [trap_always(trap)])

    def supervisor(self):
        if self.user:
            self.change_mode()

    @staticmethod
    def set_register(register, address, value, asi):
        return put(O0, address) + put(register, value) + [
            memory_register(0x14, register, O0, asi=asi)]

    def flush_words(self):
        return put(O3, 0x400) + [memory_register(0x14, G0, O3, asi=ASI_FLUSH)]

    def change_entry(self):
        """One or two entries, and a flush."""
        self.supervisor()
        text, words = [], []
        for _ in range(self.rng.choice((1, 1, 2))):
            level = self.rng.choice((1, 2, 2, 3, 3, 3))
            slot, value = self.rng.choice(self.tables.slots[level]), self.tables.entry(level)
            words += self.set_register(O2, slot, value, ASI_BYPASS)
            text.append(f"[{slot:#x}] = {value:#x}")
        self.add(", ".join(text), words + self.flush_words())

    def change_context(self):
        self.supervisor()
        context = self.rng.choice(self.tables.contexts)
        words = self.set_register(O2, 0x200, context, ASI_REGISTERS)
        if self.rng.random() < 0.3:
            words += self.flush_words()
        self.add(f"context {context}", words)

    def read_entry(self):
        self.supervisor()
        slot = self.rng.choice(self.tables.slots[self.rng.choice((2, 3))])
        self.add(f"read [{slot:#x}]", put(O0, slot) + [
            memory_register(0x10, O2, O0, asi=ASI_BYPASS)] + log(O2))

    def flush(self):
        self.supervisor()
        self.add("flush", self.flush_words())

    def physical(self):
        """A frame by its own address."""
        self.supervisor()
        name, (op3, size) = self.rng.choice(list({**LOADS, **STORES}.items()))
        pa = self.rng.choice(FRAMES) | self.offset(size)
        words = put(O0, pa) + [memory_register(op3 | ALTERNATE, O2, O0, asi=ASI_BYPASS)] + log(O2)
        self.add(f"{name}a {pa:#x}", words)

    def turn_off(self):
        """Accesses with the MMU off."""
        self.supervisor()
        pa = self.rng.choice(FRAMES) | self.offset(4)
        words = put(O0, pa) + [memory_register(0x14, G0, G0, asi=ASI_REGISTERS), memory(0, O2, O0),
                               memory(4, O2, O0, 0)]
        words += put(O3, 1) + [memory_register(0x14, O3, G0, asi=ASI_REGISTERS)]
        self.add(f"MMU off, ld and st {pa:#x}, on", words + log(O2))

    def end(self):
        self.supervisor()
        self.add("end", [trap_always(LAYOUT["TRAP_END"])] * 2)

    # -- as a file --

    def words(self):
        pairs = self.tables.pairs()
        flat = [word for pair in pairs for word in pair]
        flat += [word for _, words in self.units for word in words]
        flat += [NOP] * (len(flat) % 2)
        return [4 * len(flat) + 8, len(pairs)] + flat

    def listing(self, dropped=()):
        """Tables, then units with the offset of their code."""
        lines = [f"[{address:#x}] = {value:#x}" for address, value in self.tables.pairs() if value]
        at = 0
        for number, (text, words) in enumerate(self.units):
            if number not in dropped:
                lines.append(f"{number:4} +{at:#05x} {text}")
            at += 4 * len(words)
        return lines


def batch(cases, raw=False):
    words = [len(cases), int(raw), len(FRAMES), 0] + FRAMES
    for case in cases:
        words += case.words()
    return struct.pack(f">{len(words)}I", *words)
