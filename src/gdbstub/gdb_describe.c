// SPDX-License-Identifier: MIT
/*
 * target.xml: which registers there are, for GDB (manual, appendix G); and the memory map.
 *
 * The names of the first three features, and of the registers in them, are GDB's own for a 32-bit
 * SPARC; that is why %o6 and %i6 are sp and fp.
 */
#include "gdbstub/gdb_session.h"

#include <inttypes.h>
#include <stdio.h>

#include "check.h"

static const char *const register_names[GDB_REGISTER_COUNT] = {
    "g0",    "g1",    "g2",    "g3",    "g4",    "g5",    "g6",    "g7",    /* 0 */
    "o0",    "o1",    "o2",    "o3",    "o4",    "o5",    "sp",    "o7",    /* 8 */
    "l0",    "l1",    "l2",    "l3",    "l4",    "l5",    "l6",    "l7",    /* 16 */
    "i0",    "i1",    "i2",    "i3",    "i4",    "i5",    "fp",    "i7",    /* 24 */
    "f0",    "f1",    "f2",    "f3",    "f4",    "f5",    "f6",    "f7",    /* 32 */
    "f8",    "f9",    "f10",   "f11",   "f12",   "f13",   "f14",   "f15",   /* 40 */
    "f16",   "f17",   "f18",   "f19",   "f20",   "f21",   "f22",   "f23",   /* 48 */
    "f24",   "f25",   "f26",   "f27",   "f28",   "f29",   "f30",   "f31",   /* 56 */
    "y",     "psr",   "wim",   "tbr",   "pc",    "npc",   "fsr",   "csr",   /* 64 */
    "asr16", "asr17", "asr18", "asr19", "asr20", "asr21", "asr22", "asr23", /* 72 */
    "asr24", "asr25", "asr26", "asr27", "asr28", "asr29", "asr30", "asr31", /* 80 */
};

static const char psr_type[] = "<flags id=\"psr_flags\" size=\"4\">"
                               "<field name=\"CWP\" start=\"0\" end=\"4\"/>"
                               "<field name=\"ET\" start=\"5\" end=\"5\"/>"
                               "<field name=\"PS\" start=\"6\" end=\"6\"/>"
                               "<field name=\"S\" start=\"7\" end=\"7\"/>"
                               "<field name=\"PIL\" start=\"8\" end=\"11\"/>"
                               "<field name=\"EF\" start=\"12\" end=\"12\"/>"
                               "<field name=\"EC\" start=\"13\" end=\"13\"/>"
                               "<field name=\"C\" start=\"20\" end=\"20\"/>"
                               "<field name=\"V\" start=\"21\" end=\"21\"/>"
                               "<field name=\"Z\" start=\"22\" end=\"22\"/>"
                               "<field name=\"N\" start=\"23\" end=\"23\"/>"
                               "</flags>";

static const struct {
    const char *name;
    const char *types;
    unsigned first;
    unsigned count;
    const char *attributes; /* XML attributes of its registers, beside the type */
} features[] = {
    {"org.gnu.gdb.sparc.cpu", "", 0, 32, ""},
    {"org.gnu.gdb.sparc.fpu", "", GDB_REGISTER_F0, 32, " group=\"float\""},
    {"org.gnu.gdb.sparc.cp0", psr_type, GDB_REGISTER_Y, 8, ""},
    {"leon3emu.asr", "", GDB_REGISTER_ASR16, 16, " group=\"system\""},
};

static const char *register_type(unsigned number)
{
    switch (number) {
    case GDB_REGISTER_PC:
    case GDB_REGISTER_NPC:
        return "code_ptr";
    case GDB_REGISTER_O6:
    case GDB_REGISTER_I6:
        return "data_ptr";
    case GDB_REGISTER_PSR:
        return "psr_flags";
    default:
        return number >= GDB_REGISTER_F0 && number < GDB_REGISTER_Y ? "ieee_single" : "int32";
    }
}

/* Does GDB put the register back after it has called a guest's function?  Not WIM: the function may have stored
 * callers' windows to the stack, and WIM says so.  Of the ancillary state registers only %asr18, the accumulator
 * of the MAC instructions, belongs to a program's state. */
static bool survives_call(unsigned number)
{
    return number != GDB_REGISTER_WIM &&
           (number < GDB_REGISTER_ASR16 || number == GDB_REGISTER_ASR16 + 2);
}

/* More read-only memories than any board has; they fit the text. */
#define MEMORY_MAX 16u

/* A text that is being written, and how much of it there is. */
struct writer {
    char *text;
    size_t size;
    size_t length;
};

static void writer_put(struct writer *w, const char *a, const char *b, const char *c)
{
    int length = snprintf(w->text + w->length, w->size - w->length, "%s%s%s", a, b, c);
    CHECK(length >= 0 && w->length + (size_t)length < w->size);
    w->length += (size_t)length;
}

static void write_register(struct writer *w, unsigned number, const char *attributes)
{
    char numbers[48];
    snprintf(numbers, sizeof numbers, "\" bitsize=\"32\" regnum=\"%u\"", number);
    writer_put(w, "<reg name=\"", register_names[number], numbers);
    writer_put(w, " type=\"", register_type(number), "\"");
    writer_put(w, attributes, survives_call(number) ? "" : " save-restore=\"no\"", "/>\n");
}

size_t gdb_describe(char *text, size_t size)
{
    struct writer w = {text, size, 0};
    writer_put(&w,
               "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
               "<target version=\"1.0\">\n",
               "<architecture>sparc</architecture>\n", "");
    for (size_t i = 0; i < ARRAY_LEN(features); i++) {
        writer_put(&w, "<feature name=\"", features[i].name, "\">\n");
        writer_put(&w, features[i].types, "", "");
        for (unsigned k = 0; k < features[i].count; k++) {
            write_register(&w, features[i].first + k, features[i].attributes);
        }
        writer_put(&w, "</feature>\n", "", "");
    }
    writer_put(&w, "</target>\n", "", "");
    return w.length;
}

static void write_memory(struct writer *w, const char *type, uint64_t start, uint64_t end)
{
    char place[64];
    if (start < end) {
        snprintf(place, sizeof place, "start=\"0x%" PRIx64 "\" length=\"0x%" PRIx64 "\"", start,
                 end - start);
        writer_put(w, "<memory type=\"", type, "\" ");
        writer_put(w, place,
                   *type == 'f' ? "><property name=\"blocksize\">0x1000</property></memory>\n"
                                : "/>\n",
                   "");
    }
}

/* The map covers all addresses: GDB refuses to access one outside the map, and with an MMU memory may appear at any
 * virtual address.  A read of an address where there is none fails instead. */
size_t gdb_describe_memory(const struct gdbstub *s, char *text, size_t size)
{
    const struct gdb_ops *ops = &s->config.ops;
    struct writer w = {text, size, 0};
    struct gdb_flash flash;
    uint64_t at = 0;

    writer_put(&w, "<?xml version=\"1.0\"?>\n<memory-map>\n", "", "");
    for (unsigned i = 0;
         i < MEMORY_MAX && ops->flash != NULL && ops->flash(ops->context, i, &flash); i++) {
        write_memory(&w, "ram", at, flash.base);
        write_memory(&w, "flash", flash.base, (uint64_t)flash.base + flash.size);
        at = (uint64_t)flash.base + flash.size;
    }
    write_memory(&w, "ram", at, UINT64_C(1) << 32);
    writer_put(&w, "</memory-map>\n", "", "");
    return w.length;
}
