// SPDX-License-Identifier: MIT
/* What changes a board that was read: includes, settings of the command line, and where relative paths
 * start.  All files are made in a directory of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "check.h"
#include "board/board_file.h"

#define BASE                                                                                       \
    "[board]\nname=base\nclock=40M\n[cpu]\nnwin=8\nfpu=off\n[memory]\nram=base=0x40000000,size="   \
    "64M\nrom=base=0,size=1M,type=rom\n[devices]\nuart0=apbuart,base=0x80000100,irq=2,chardev="    \
    "stdio\nuart1=apbuart,base=0x80000200,irq=3\nirqmp0=irqmp,base=0x80000300\n"

static char place[] = "/tmp/test_board_change.XXXXXX";

static int enter(void **state)
{
    (void)state;
    return mkdtemp(place) == NULL || chdir(place) != 0 || mkdir("sub", 0777) != 0;
}

static int leave(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", place);
    return chdir("/") != 0 || system(command) != 0;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct board_desc *read_good(const char *path)
{
    struct error err = {.text = ""};
    struct board_desc *desc = NULL;

    if (!board_file_read(path, &desc, &err)) {
        fail_msg("refused: %s", err.text);
    }
    return desc;
}

static void check_refused(const char *path, enum leon3emu_status status, const char *text)
{
    struct error err = {.text = ""};
    struct board_desc *desc = NULL;

    assert_false(board_file_read(path, &desc, &err));
    assert_string_equal(err.text, text);
    assert_int_equal(err.status, status);
    assert_null(desc);
}

static const char *value_of(const struct board_desc *desc, const char *device, const char *key)
{
    for (size_t i = 0; i < desc->device_count; i++) {
        if (strcmp(desc->devices[i].name, device) == 0) {
            const struct property *p = property_list_find(&desc->devices[i].properties, key);
            return p == NULL ? "-" : p->value;
        }
    }
    return "no device";
}

/* ---- include ---- */

static void test_include_changes(void **state)
{
    struct board_desc *desc;

    (void)state;
    write_file("base.board", BASE);
    write_file("a.board", "include = base.board\n[board]\nname = mine\n[cpu]\nfpu = on\n"
                          "[memory]\nram = size=16M\n[devices]\n"
                          "uart1 = apbuart, irq=9, chardev=pty\n"
                          "irqmp0 = irqamp, base=0x80000400\n"
                          "new0 = gptimer, base=0x80000500\n");
    desc = read_good("a.board");
    assert_string_equal(desc->name, "mine");
    assert_int_equal(desc->clock_hz, 40000000);
    assert_int_equal(desc->cpu.nwin, 8);
    assert_int_equal(desc->cpu.fpu, 1);
    assert_int_equal(desc->memory_count, 2);
    assert_int_equal(desc->memories[0].base, 0x40000000);
    assert_int_equal(desc->memories[0].size, 16 << 20);
    assert_int_equal(desc->device_count, 4);
    assert_string_equal(value_of(desc, "uart0", "chardev"), "stdio");
    assert_string_equal(value_of(desc, "uart1", "base"), "0x80000200");
    assert_string_equal(value_of(desc, "uart1", "irq"), "9");
    assert_string_equal(value_of(desc, "uart1", "chardev"), "pty");
    assert_string_equal(desc->devices[2].name, "irqmp0");
    assert_string_equal(desc->devices[2].class_name, "irqamp");
    assert_string_equal(value_of(desc, "irqmp0", "base"), "0x80000400");
    assert_string_equal(desc->devices[3].name, "new0");
    board_desc_destroy(desc);
}

static void test_take_away(void **state)
{
    struct board_desc *desc;

    (void)state;
    write_file("base.board", BASE);
    write_file("a.board",
               "[board]\ninclude = base.board\n[memory]\nrom = none\n[devices]\nuart0 = none\n");
    desc = read_good("a.board");
    assert_int_equal(desc->memory_count, 1);
    assert_int_equal(desc->device_count, 2);
    assert_string_equal(desc->devices[0].name, "uart1");
    board_desc_destroy(desc);
    write_file("b.board", "include = base.board\n[memory]\nram = none\n");
    check_refused("b.board", LEON3EMU_BOARD,
                  "b.board: the board has no RAM; add a line such as ram = base=0x40000000, "
                  "size=64M to [memory]");
}

/* Over several files, from other directories; and boards that are built in. */
static void test_include_chain(void **state)
{
    struct board_desc *desc;

    (void)state;
    write_file("base.board", BASE);
    write_file("sub/middle.board", "include = ../base.board\n[cpu]\nnwin = 16\n");
    write_file("a.board", "include = sub/middle.board\n[board]\nclock=1.5M\n");
    desc = read_good("a.board");
    assert_int_equal(desc->cpu.nwin, 16);
    assert_int_equal(desc->clock_hz, 1500000);
    board_desc_destroy(desc);
    write_file("b.board", "include = gr712rc\ninclude = sub/extra.board\n[cpu]\ncount = 1\n");
    write_file("sub/extra.board", "[devices]\nextra0 = apbuart, base=0x80101000\n");
    desc = read_good("b.board");
    assert_int_equal(desc->cpu.count, 1);
    assert_string_equal(desc->name, "gr712rc");
    assert_string_equal(value_of(desc, "extra0", "base"), "0x80101000");
    board_desc_destroy(desc);
}

static void test_include_refusals(void **state)
{
    char text[200];

    (void)state;
    write_file("base.board", BASE);
    write_file("a.board", "include = a.board\n");
    check_refused("a.board", LEON3EMU_BOARD,
                  "a.board:1: a.board is included while it is read: it includes itself, or files "
                  "that it includes do");
    write_file("a.board", "include = sub/b.board\n");
    write_file("sub/b.board", "\ninclude = .././a.board\n");
    check_refused("a.board", LEON3EMU_BOARD,
                  "sub/b.board:2: .././a.board is included while it is read: it includes itself, "
                  "or files that it includes do");
    write_file("a.board", "include = none.board\n");
    check_refused("a.board", LEON3EMU_FILE,
                  "a.board:1: include: cannot open none.board: No such file or directory");
    write_file("a.board", "[board]\nclock = 50M\ninclude = base.board\n");
    check_refused("a.board", LEON3EMU_BOARD,
                  "a.board:3: include stands below line 2, which belongs to the board; move it "
                  "up, so that the file changes what it includes");
    write_file("a.board", "include = base.board\n[cpu]\nnwin = 8\nnwin = 8\n");
    check_refused("a.board", LEON3EMU_BOARD,
                  "a.board:4: nwin is given twice, first in line 3; remove one of them");
    write_file("a.board", "include = base.board\n[devices]\nram = apbuart\n");
    check_refused("a.board", LEON3EMU_BOARD,
                  "a.board:3: the name ram is that of a memory of base.board already");
    write_file("base.board", "[cpu]\nnwin = 99\n");
    check_refused("a.board", LEON3EMU_BOARD,
                  "base.board:2: nwin (register windows) of 99 is out of range; give 2 to 32");
    write_file("a.board", "include =\n");
    check_refused("a.board", LEON3EMU_BOARD,
                  "a.board:1: include names nothing; give a built-in board or a board file");
    for (unsigned i = 0; i < 20; i++) {
        char name[20];
        snprintf(name, sizeof name, "c%u.board", i);
        snprintf(text, sizeof text, "include = c%u.board\n", i + 1);
        write_file(name, text);
    }
    check_refused("c0.board", LEON3EMU_BOARD,
                  "c15.board:1: include goes too far: at most 64 files in all, 16 deep");
}

/* A file that is included twice by each of several, which is 2^15 files without a limit. */
static void test_include_many(void **state)
{
    struct error err = {.text = ""};
    struct board_desc *desc = NULL;

    (void)state;
    for (unsigned i = 0; i < 15; i++) {
        char name[20], text[100];
        snprintf(name, sizeof name, "d%u.board", i);
        snprintf(text, sizeof text, "include = d%u.board\ninclude = d%u.board\n", i + 1, i + 1);
        write_file(name, text);
    }
    write_file("d15.board", BASE);
    assert_false(board_file_read("d0.board", &desc, &err));
    assert_non_null(strstr(err.text, "include goes too far"));
}

/* ---- settings ---- */

static struct board_desc *with_settings(const char *const *settings, size_t count,
                                        struct error *err)
{
    struct board_desc *desc;

    write_file("base.board", BASE);
    desc = read_good("base.board");
    if (!board_apply_settings(desc, settings, count, err)) {
        board_desc_destroy(desc);
        return NULL;
    }
    return desc;
}

static void test_settings(void **state)
{
    static const char *const settings[] = {
        "board.clock=33.333M", "board.name=other",       "cpu.nwin=16",  "cpu.fpu=ieee",
        "ram.size=1.5G",       "uart1.chardev=tcp:4001", "uart1.irq=4",  "uart1.irq=5",
        "uart0.label=a,b=c",   "rom.type=ram",           "rom.base=32M",
    };
    struct error err = {.text = ""};
    struct board_desc *desc = with_settings(settings, ARRAY_LEN(settings), &err);

    (void)state;
    assert_string_equal(err.text, "");
    assert_non_null(desc);
    assert_int_equal(desc->clock_hz, 33333000);
    assert_string_equal(desc->name, "other");
    assert_int_equal(desc->cpu.nwin, 16);
    assert_int_equal(desc->cpu.fpu, 1);
    assert_int_equal(desc->memories[0].size, 1536u << 20);
    assert_int_equal(desc->memories[1].base, 32 << 20);
    assert_int_equal(desc->memories[1].type, BOARD_RAM);
    assert_string_equal(value_of(desc, "uart1", "chardev"), "tcp:4001");
    assert_string_equal(value_of(desc, "uart1", "irq"), "5");
    assert_string_equal(value_of(desc, "uart1", "base"), "0x80000200");
    assert_string_equal(value_of(desc, "uart0", "label"), "a,b=c");
    board_desc_destroy(desc);
}

/* `ram` is the board's first RAM, whatever its name. */
static void test_setting_of_ram(void **state)
{
    static const char *const settings[] = {"ram.size=16M"};
    static const char text[] = "[board]\nclock=1M\n[memory]\nrom=base=0xc0000000,size=8,type=rom\n"
                               "sram=base=0,size=8M\nsdram=base=0x40000000,size=8M\n";
    struct error err = {.text = ""};
    struct board_desc *desc;

    (void)state;
    assert_true(board_file_parse("x", text, sizeof text - 1, &desc, &err));
    assert_true(board_apply_settings(desc, settings, 1, &err));
    assert_int_equal(desc->memories[1].size, 16 << 20);
    assert_int_equal(desc->memories[2].size, 8 << 20);
    board_desc_destroy(desc);
}

static void test_bad_settings(void **state)
{
    static const struct {
        const char *setting;
        const char *text;
    } cases[] = {
        {"uart1", "not NAME.KEY=VALUE, as in uart1.chardev=pty or board.clock=50M"},
        {"uart1.irq", "not NAME.KEY=VALUE, as in uart1.chardev=pty or board.clock=50M"},
        {"=", "not NAME.KEY=VALUE, as in uart1.chardev=pty or board.clock=50M"},
        {".irq=1", "not NAME.KEY=VALUE, as in uart1.chardev=pty or board.clock=50M"},
        {"uart1.=1", "not NAME.KEY=VALUE, as in uart1.chardev=pty or board.clock=50M"},
        {"uatr1.irq=1",
         "the board has no uatr1; it has board, cpu, ram, rom, uart0, uart1, irqmp0; "
         "did you mean uart1?"},
        {"board.clok=1M", "unknown key \"clok\" in [board]; the keys are name, description, clock, "
                          "include; did you mean clock?"},
        {"board.clock=fast",
         "clock \"fast\" is not a frequency; give whole Hz, as in clock = 40M or "
         "33.333M"},
        {"board.include=leon3", "include belongs into a board file; --board=leon3 chooses a board"},
        {"cpu.nwin=99", "nwin (register windows) of 99 is out of range; give 2 to 32"},
        {"cpu.fpu=soft", NULL},
        {"ram.sise=1M", "memory ram has the unknown property \"sise\"; the properties are base, "
                        "size, type; did you mean size?"},
        {"ram.size=lots", "size of memory ram is not a number; write it as in base=0x40000000, "
                          "size=64M"},
        {"rom.size=2G", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct error err = {.text = ""};
        char expected[sizeof err.text];
        snprintf(expected, sizeof expected, "--set %s: %s", cases[i].setting,
                 cases[i].text == NULL ? "" : cases[i].text);
        assert_null(with_settings(&cases[i].setting, 1, &err));
        if (cases[i].text != NULL) {
            assert_string_equal(err.text, expected);
        }
        assert_int_equal(err.status,
                         strncmp(err.text, "--set", 5) == 0 ? LEON3EMU_USAGE : LEON3EMU_BOARD);
    }
}

/* ---- paths ---- */

static void test_directories(void **state)
{
    static const char *const settings[] = {"uart0.chardev=file:out"};
    struct error err = {.text = ""};
    struct board_desc *desc;

    (void)state;
    write_file("sub/base.board", BASE);
    desc = read_good("sub/base.board");
    assert_string_equal(desc->devices[0].properties.properties[0].directory, "sub");
    assert_true(board_apply_settings(desc, settings, 1, &err));
    assert_null(property_list_find(&desc->devices[0].properties, "chardev")->directory);
    assert_string_equal(property_list_find(&desc->devices[0].properties, "base")->directory, "sub");
    board_desc_destroy(desc);
    write_file("base.board", BASE);
    desc = read_good("base.board");
    assert_null(desc->devices[0].properties.properties[0].directory);
    board_desc_destroy(desc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_include_changes), cmocka_unit_test(test_take_away),
        cmocka_unit_test(test_include_chain),   cmocka_unit_test(test_include_refusals),
        cmocka_unit_test(test_include_many),    cmocka_unit_test(test_settings),
        cmocka_unit_test(test_setting_of_ram),  cmocka_unit_test(test_bad_settings),
        cmocka_unit_test(test_directories),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
