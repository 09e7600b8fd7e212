// SPDX-License-Identifier: MIT
/* Symbols and lines: which name an address gets, and that nonsense in the file finds nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "check.h"
#include "elf_builder.h"
#include "image/symbols.h"

/* Sections of the file that the tests make; the numbers are their indices. */
enum section {
    SECTION_NULL,
    SECTION_TEXT,
    SECTION_SYMTAB,
    SECTION_STRTAB,
    SECTION_NAMES,
    SECTION_ABBREV,
    SECTION_INFO,
    SECTION_LINE,
    SECTION_COUNT,
};

#define SHDR_OFFSET(section, field)                                                                \
    (SECTIONS_AT + (section) * sizeof(Elf32_Shdr) + offsetof(Elf32_Shdr, field))
#define SECTIONS_AT 0x900u

/* Appends bytes to the file and makes them the contents of a section. */
static void add_section(struct elf_file *elf, enum section section, uint32_t type,
                        const void *bytes, size_t size)
{
    static const char names[] = "\0.text\0.symtab\0.strtab\0.shstrtab\0.debug_abbrev\0.debug_info\0"
                                ".debug_line";
    const char *name = names;

    for (unsigned i = 0; i < section; i++) {
        name += strlen(name) + 1;
    }
    if (section == SECTION_NAMES) {
        bytes = names;
        size = sizeof names;
    }
    elf_put(elf, SHDR_OFFSET(section, sh_name), 4, (uint32_t)(name - names));
    elf_put(elf, SHDR_OFFSET(section, sh_type), 4, type);
    elf_put(elf, SHDR_OFFSET(section, sh_offset), 4, (uint32_t)elf->size);
    elf_put(elf, SHDR_OFFSET(section, sh_size), 4, (uint32_t)size);
    elf_put(elf, SHDR_OFFSET(section, sh_addralign), 4, 1);
    memcpy(elf->bytes + elf->size, bytes, size);
    elf->size = (elf->size + size + 3) & ~(size_t)3;
    assert_true(elf->size <= SECTIONS_AT);
}

static const struct {
    const char *name;
    uint32_t value;
    uint32_t size;
    unsigned binding;
    unsigned type;
    unsigned section;
} symbols_put[] = {
    {"", 0, 0, STB_LOCAL, STT_NOTYPE, SHN_UNDEF},
    {"a.c", 0x40000000, 0, STB_LOCAL, STT_FILE, SHN_ABS},
    {"section", 0x40000000, 0, STB_LOCAL, STT_SECTION, SECTION_TEXT},
    {".Llabel", 0x40000000, 0, STB_LOCAL, STT_NOTYPE, SECTION_TEXT},
    {"$x", 0x40000000, 0, STB_LOCAL, STT_NOTYPE, SECTION_TEXT},
    {"zero_local", 0x40000000, 0, STB_LOCAL, STT_NOTYPE, SECTION_TEXT},
    {"start", 0x40000000, 8, STB_GLOBAL, STT_FUNC, SECTION_TEXT},
    {"weak_start", 0x40000000, 8, STB_WEAK, STT_FUNC, SECTION_TEXT},
    {"data_start", 0x40000000, 8, STB_GLOBAL, STT_OBJECT, SECTION_TEXT},
    {"inner", 0x40000004, 2, STB_LOCAL, STT_NOTYPE, SECTION_TEXT},
    {"label", 0x4000000c, 0, STB_LOCAL, STT_NOTYPE, SECTION_TEXT},
    {"twice", 0x40000008, 2, STB_LOCAL, STT_FUNC, SECTION_TEXT},
    {"twice", 0x4000000c, 0, STB_GLOBAL, STT_NOTYPE, SECTION_TEXT},
    {"by_type", 0x50000000, 4, STB_GLOBAL, STT_NOTYPE, SECTION_TEXT},
    {"by_type", 0x50000004, 4, STB_LOCAL, STT_OBJECT, SECTION_TEXT},
    {"by_binding", 0x50000008, 4, STB_LOCAL, STT_FUNC, SECTION_TEXT},
    {"by_binding", 0x5000000c, 0, STB_WEAK, STT_FUNC, SECTION_TEXT},
    {"by_size", 0x50000010, 0, STB_WEAK, STT_FUNC, SECTION_TEXT},
    {"by_size", 0x50000014, 4, STB_WEAK, STT_FUNC, SECTION_TEXT},
    {"by_address", 0x5000001c, 4, STB_WEAK, STT_FUNC, SECTION_TEXT},
    {"by_address", 0x50000018, 4, STB_WEAK, STT_FUNC, SECTION_TEXT},
    {"outside", 0x50000020, 0, STB_GLOBAL, STT_FUNC, SECTION_TEXT},
    {"absolute", 0x40000008, 0, STB_GLOBAL, STT_NOTYPE, SHN_ABS},
    {"undefined", 0x40000008, 0, STB_GLOBAL, STT_FUNC, SHN_UNDEF},
    {"thread", 0x40000008, 4, STB_GLOBAL, STT_TLS, SECTION_TEXT},
};

static void add_symbols(struct elf_file *elf)
{
    uint8_t table[ARRAY_LEN(symbols_put) * sizeof(Elf32_Sym)] = {0};
    char strings[512] = "";
    uint32_t length = 1;

    for (size_t i = 0; i < ARRAY_LEN(symbols_put); i++) {
        uint8_t *symbol = table + i * sizeof(Elf32_Sym);
        be32_store(symbol + offsetof(Elf32_Sym, st_name), length);
        be32_store(symbol + offsetof(Elf32_Sym, st_value), symbols_put[i].value);
        be32_store(symbol + offsetof(Elf32_Sym, st_size), symbols_put[i].size);
        symbol[offsetof(Elf32_Sym, st_info)] =
            (uint8_t)ELF32_ST_INFO(symbols_put[i].binding, symbols_put[i].type);
        be16_store(symbol + offsetof(Elf32_Sym, st_shndx), (uint16_t)symbols_put[i].section);
        length += (uint32_t)snprintf(strings + length, sizeof strings - length, "%s",
                                     symbols_put[i].name) +
                  1;
        assert_true(length < sizeof strings);
    }
    add_section(elf, SECTION_SYMTAB, SHT_SYMTAB, table, sizeof table);
    elf_put(elf, SHDR_OFFSET(SECTION_SYMTAB, sh_link), 4, SECTION_STRTAB);
    elf_put(elf, SHDR_OFFSET(SECTION_SYMTAB, sh_entsize), 4, sizeof(Elf32_Sym));
    add_section(elf, SECTION_STRTAB, SHT_STRTAB, strings, length);
}

/* One unit of 16 bytes from 0x40000000 on: dir/a.c, line 10, from +8 on line 11. */
static void add_lines(struct elf_file *elf)
{
    /* Compilation unit without children: stmt_list, low_pc, high_pc as a length. */
    static const uint8_t abbrev[] = {1, 0x11, 0, 0x10, 0x17, 0x11, 0x01, 0x12, 0x06, 0, 0, 0};
    static const uint8_t info[] = {0, 0, 0, 20, 0,    4, 0, 0, 0, 0, 4, 1,
                                   0, 0, 0, 0,  0x40, 0, 0, 0, 0, 0, 0, 16};
    // clang-format off
    static const uint8_t line[] = {
        0, 0, 0, 53, 0, 2, 0, 0, 0, 27,           /* sizes, version 2 */
        4, 1, 0xfb, 14, 10,                       /* parameters of the opcodes */
        0, 1, 1, 1, 1, 0, 0, 0, 1,                /* and how many operands they have */
        0,                                        /* no directories */
        'd', 'i', 'r', '/', 'a', '.', 'c', 0,     /* one file */
        0, 0, 0, 0,
        0, 5, 2, 0x40, 0, 0, 0, 3, 9, 1,          /* address, line += 9, row */
        2, 2, 3, 1, 1,                            /* address += 2 * 4, line += 1, row */
        2, 2, 0, 1, 1,                            /* address += 2 * 4, end */
    };
    // clang-format on

    add_section(elf, SECTION_ABBREV, SHT_PROGBITS, abbrev, sizeof abbrev);
    add_section(elf, SECTION_INFO, SHT_PROGBITS, info, sizeof info);
    add_section(elf, SECTION_LINE, SHT_PROGBITS, line, sizeof line);
}

static void make_elf(struct elf_file *elf)
{
    elf_make_good(elf);
    elf_put(elf, EHDR(e_shoff), 4, SECTIONS_AT);
    elf_put(elf, EHDR(e_shentsize), 2, sizeof(Elf32_Shdr));
    elf_put(elf, EHDR(e_shnum), 2, SECTION_COUNT);
    elf_put(elf, EHDR(e_shstrndx), 2, SECTION_NAMES);
    add_section(elf, SECTION_TEXT, SHT_PROGBITS, "", 0);
    elf_put(elf, SHDR_OFFSET(SECTION_TEXT, sh_addr), 4, 0x40000000);
    elf_put(elf, SHDR_OFFSET(SECTION_TEXT, sh_offset), 4, ELF_CODE_OFFSET);
    elf_put(elf, SHDR_OFFSET(SECTION_TEXT, sh_size), 4, 16);
    add_symbols(elf);
    add_section(elf, SECTION_NAMES, SHT_STRTAB, NULL, 0);
    add_lines(elf);
    elf->size = SECTIONS_AT + SECTION_COUNT * sizeof(Elf32_Shdr);
}

struct fixture {
    struct image *image;
    struct symbols *symbols;
};

static struct fixture open_elf(const struct elf_file *elf)
{
    struct error err = {.text = ""};
    struct fixture fixture;

    assert_true(image_read_bytes("a.elf", elf->bytes, elf->size, &fixture.image, &err));
    assert_true(symbols_read(fixture.image, &fixture.symbols, &err));
    return fixture;
}

static void close_elf(struct fixture *fixture)
{
    symbols_destroy(fixture->symbols);
    image_destroy(fixture->image);
}

static void check_description(struct symbols *symbols, uint32_t address, const char *expected)
{
    char text[SYMBOLS_TEXT_SIZE];

    assert_ptr_equal(symbols_describe(symbols, address, text, sizeof text), text);
    assert_string_equal(text, expected);
}

static void test_addresses_to_names(void **state)
{
    struct elf_file elf;
    struct fixture f;

    (void)state;
    make_elf(&elf);
    f = open_elf(&elf);
    assert_int_equal(symbols_count(f.symbols), 17);
    check_description(f.symbols, 0x40000000, "start (a.c:10)");
    check_description(f.symbols, 0x40000004, "inner (a.c:10)");
    /* Behind the end of "inner", but "start" still reaches here. */
    check_description(f.symbols, 0x40000006, "start+0x6 (a.c:10)");
    check_description(f.symbols, 0x40000008, "twice (a.c:11)");
    /* Nothing reaches here. */
    check_description(f.symbols, 0x4000000a, "(a.c:11)");
    /* Without a size a label reaches to the next one or to the end of its section. */
    check_description(f.symbols, 0x4000000f, "twice+0x3 (a.c:11)");
    check_description(f.symbols, 0x40000010, "");
    check_description(f.symbols, 0x3fffffff, "");
    check_description(f.symbols, 0, "");
    check_description(f.symbols, 0xffffffff, "");
    close_elf(&f);
}

static void test_names_to_addresses(void **state)
{
    static const char *const unknown[] = {"",       "a.c",      "section",   ".Llabel",
                                          "$x",     "absolute", "undefined", "thread",
                                          "startx", "star",     "zzz"};
    struct elf_file elf;
    struct fixture f;
    uint32_t address = 1;

    (void)state;
    make_elf(&elf);
    f = open_elf(&elf);
    assert_true(symbols_find_address(f.symbols, "start", &address));
    assert_int_equal(address, 0x40000000);
    assert_true(symbols_find_address(f.symbols, "label", &address));
    assert_int_equal(address, 0x4000000c);
    /* A function comes before a label, though this one is global. */
    assert_true(symbols_find_address(f.symbols, "twice", &address));
    assert_int_equal(address, 0x40000008);
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        assert_false(symbols_find_address(f.symbols, unknown[i], &address));
    }
    close_elf(&f);
}

static void test_preferences(void **state)
{
    static const struct {
        const char *name;
        uint32_t address;
    } rows[] = {
        {"by_type", 0x50000004},
        {"by_binding", 0x5000000c},
        {"by_size", 0x50000014},
        {"by_address", 0x50000018},
    };
    struct elf_file elf;
    struct fixture f;
    uint32_t address;

    (void)state;
    make_elf(&elf);
    f = open_elf(&elf);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(symbols_find_address(f.symbols, rows[i].name, &address));
        assert_int_equal(address, rows[i].address);
    }
    /* A label outside its section has no reach that could be known. */
    check_description(f.symbols, 0x50000020, "outside");
    check_description(f.symbols, 0x50000021, "");
    close_elf(&f);
}

static void test_lines(void **state)
{
    struct elf_file elf;
    struct fixture f;
    const char *file = NULL;
    int line = 0;

    (void)state;
    make_elf(&elf);
    f = open_elf(&elf);
    assert_true(symbols_find_line(f.symbols, 0x4000000c, &file, &line));
    assert_string_equal(file, "a.c");
    assert_int_equal(line, 11);
    assert_false(symbols_find_line(f.symbols, 0x40000010, &file, &line));
    close_elf(&f);
}

/* The linker leaves lines at 0 for what it dropped; no code is there. */
static void test_lines_outside_the_program(void **state)
{
    struct elf_file elf;
    struct fixture f;
    const char *file;
    int line;

    (void)state;
    make_elf(&elf);
    elf_put_segment(&elf, 0, ELF_CODE_OFFSET, 0x40000008, 8, 8);
    elf_put(&elf, EHDR(e_entry), 4, 0x40000008);
    f = open_elf(&elf);
    assert_false(symbols_find_line(f.symbols, 0x40000004, &file, &line));
    assert_true(symbols_find_line(f.symbols, 0x40000008, &file, &line));
    close_elf(&f);
}

static void test_short_buffers(void **state)
{
    struct elf_file elf;
    struct fixture f;
    char text[8];

    (void)state;
    make_elf(&elf);
    f = open_elf(&elf);
    assert_string_equal(symbols_describe(f.symbols, 0x40000006, text, sizeof text), "start+0");
    assert_string_equal(symbols_describe(f.symbols, 0x40000006, text, 1), "");
    close_elf(&f);
}

static void test_images_without_symbols(void **state)
{
    static const char srec[] = "S1050100AABB94\nS9030000FC\n";
    struct error err = {.text = ""};
    struct elf_file elf;
    struct fixture f;

    (void)state;
    elf_make_good(&elf);
    f = open_elf(&elf);
    assert_int_equal(symbols_count(f.symbols), 0);
    check_description(f.symbols, 0x40000004, "");
    close_elf(&f);
    assert_true(image_read_bytes("a.srec", srec, sizeof srec - 1, &f.image, &err));
    assert_true(symbols_read(f.image, &f.symbols, &err));
    assert_int_equal(symbols_count(f.symbols), 0);
    check_description(f.symbols, 0x100, "");
    close_elf(&f);
    symbols_destroy(NULL);
}

/* Every byte behind the program headers, spoiled in turn: the image loads, lookups may find what
 * they like, and nothing breaks. */
static void test_damaged_sections(void **state)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    struct elf_file good;

    (void)state;
    make_elf(&good);
    for (size_t offset = ELF_GOOD_SIZE; offset < good.size; offset++) {
        struct elf_file elf = good;
        char text[SYMBOLS_TEXT_SIZE];
        struct fixture f;
        elf.bytes[offset] ^= values[offset % ARRAY_LEN(values)];
        f = open_elf(&elf);
        symbols_describe(f.symbols, 0x40000000, text, sizeof text);
        symbols_describe(f.symbols, 0x4000000c, text, sizeof text);
        close_elf(&f);
    }
}

static void test_lying_section_headers(void **state)
{
    static const struct {
        size_t offset;
        unsigned width;
    } fields[] = {
        {EHDR(e_shoff), 4},
        {EHDR(e_shnum), 2},
        {EHDR(e_shstrndx), 2},
        {EHDR(e_shentsize), 2},
        {SHDR_OFFSET(SECTION_SYMTAB, sh_offset), 4},
        {SHDR_OFFSET(SECTION_SYMTAB, sh_size), 4},
        {SHDR_OFFSET(SECTION_SYMTAB, sh_link), 4},
        {SHDR_OFFSET(SECTION_SYMTAB, sh_entsize), 4},
        {SHDR_OFFSET(SECTION_STRTAB, sh_offset), 4},
        {SHDR_OFFSET(SECTION_STRTAB, sh_size), 4},
        {SHDR_OFFSET(SECTION_LINE, sh_size), 4},
        {SHDR_OFFSET(SECTION_INFO, sh_offset), 4},
    };
    static const uint32_t values[] = {0, 1, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fields) * ARRAY_LEN(values); i++) {
        struct elf_file elf;
        char text[SYMBOLS_TEXT_SIZE];
        struct fixture f;
        make_elf(&elf);
        elf_put(&elf, fields[i % ARRAY_LEN(fields)].offset, fields[i % ARRAY_LEN(fields)].width,
                values[i / ARRAY_LEN(fields)]);
        f = open_elf(&elf);
        symbols_describe(f.symbols, 0x4000000c, text, sizeof text);
        close_elf(&f);
    }
}

/* ---- large files ---- */

#define MANY       40000u
#define LONG_NAME  (1u << 20)
#define SHORT_NAME 1100u
#define MANY_LEAST 0x1000u /* where the tables begin */

/* MANY symbols, whose names are ends of one string of that length. */
static uint8_t *make_large(size_t length, size_t *size)
{
    const size_t strings_at = MANY_LEAST + (MANY + 1) * sizeof(Elf32_Sym);
    struct elf_file elf;
    uint8_t *bytes;

    *size = strings_at + length + 2;
    bytes = calloc(1, *size);
    assert_non_null(bytes);
    make_elf(&elf);
    elf_put(&elf, SHDR_OFFSET(SECTION_SYMTAB, sh_offset), 4, MANY_LEAST);
    elf_put(&elf, SHDR_OFFSET(SECTION_SYMTAB, sh_size), 4, (MANY + 1) * sizeof(Elf32_Sym));
    elf_put(&elf, SHDR_OFFSET(SECTION_STRTAB, sh_offset), 4, (uint32_t)strings_at);
    elf_put(&elf, SHDR_OFFSET(SECTION_STRTAB, sh_size), 4, length + 2);
    memcpy(bytes, elf.bytes, elf.size);
    for (unsigned i = 1; i <= MANY; i++) {
        uint8_t *symbol = bytes + MANY_LEAST + i * sizeof(Elf32_Sym);
        be32_store(symbol + offsetof(Elf32_Sym, st_name), 1 + i % 1000);
        be32_store(symbol + offsetof(Elf32_Sym, st_value), 0x40000000 + i % 4 * 4);
        symbol[offsetof(Elf32_Sym, st_info)] = ELF32_ST_INFO(STB_GLOBAL, STT_FUNC);
        be16_store(symbol + offsetof(Elf32_Sym, st_shndx), SECTION_TEXT);
    }
    memset(bytes + strings_at + 1, 'a', length);
    return bytes;
}

/* The processor time to read and ask for MANY names of that length. */
static double time_of_names(size_t length)
{
    struct error err = {.text = ""};
    char text[SYMBOLS_TEXT_SIZE];
    struct fixture f;
    size_t size;
    uint8_t *bytes = make_large(length, &size);
    clock_t before = clock();
    clock_t after;

    assert_true(image_read_bytes("a.elf", bytes, size, &f.image, &err));
    assert_true(symbols_read(f.image, &f.symbols, &err));
    assert_int_equal(symbols_count(f.symbols), MANY);
    for (unsigned i = 0; i < MANY; i++) {
        symbols_describe(f.symbols, 0x40000000, text, sizeof text);
    }
    assert_memory_equal(text, "aaaa", 4);
    after = clock();
    close_elf(&f);
    free(bytes);
    return (double)(after - before);
}

/* The work goes by the size of the file: reading each name to its end, as often as one is compared, took a thousand
 * times as long for names a thousand times as long.  The least of some measurements that take turns is
 * compared. */
static void test_many_long_names(void **state)
{
    double short_names = 1e30;
    double long_names = 1e30;

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        double time = time_of_names(SHORT_NAME);
        short_names = time < short_names ? time : short_names;
        time = time_of_names(LONG_NAME);
        long_names = time < long_names ? time : long_names;
    }
    assert_true(long_names < 20 * short_names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_to_names),
        cmocka_unit_test(test_many_long_names),
        cmocka_unit_test(test_names_to_addresses),
        cmocka_unit_test(test_preferences),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_lines_outside_the_program),
        cmocka_unit_test(test_short_buffers),
        cmocka_unit_test(test_images_without_symbols),
        cmocka_unit_test(test_damaged_sections),
        cmocka_unit_test(test_lying_section_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
