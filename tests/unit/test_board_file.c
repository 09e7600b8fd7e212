// SPDX-License-Identifier: MIT
/* Board files: what is read, and that each mistake is reported with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "board/board_file.h"

/* Lines that make a file good to which a test adds the ones it is about. */
#define CLOCK  "[board]\nclock=40M\n"
#define MEMORY "[memory]\nram=base=0x40000000,size=64M\n"

static struct board_desc *parse_good(const char *text)
{
    struct error err = {.text = ""};
    struct board_desc *desc = NULL;

    if (!board_file_parse("a.board", text, strlen(text), &desc, &err)) {
        fail_msg("refused: %s", err.text);
    }
    return desc;
}

static void check_refused_bytes(const char *text, size_t size, const char *reason)
{
    struct error err = {.text = ""};
    struct board_desc *desc = NULL;
    char expected[sizeof err.text];

    snprintf(expected, sizeof expected, "a.board:%s", reason);
    assert_false(board_file_parse("a.board", text, size, &desc, &err));
    assert_string_equal(err.text, expected);
    assert_int_equal(err.status, LEON3EMU_BOARD);
    assert_null(desc);
}

static void check_refused(const char *text, const char *reason)
{
    check_refused_bytes(text, strlen(text), reason);
}

static void test_everything(void **state)
{
    static const char text[] = "; a comment\n"
                               "# another\n"
                               "[board]\n"
                               "name = my soc ; behind a value\n"
                               "description: two; UARTs\n"
                               "\tclock = 33333k\n"
                               "\n"
                               "[cpu]\n"
                               "count=2\n"
                               "nwin = 0x10\n"
                               "fpu=off\n"
                               "casa=no\n"
                               "mac=on\n"
                               "svt=false\n"
                               "watchpoints=2\n"
                               "mmu=yes\n"
                               "pwrpsr=1\n"
                               "pnp_device=0x048\n"
                               "pnp_version=5\n"
                               "[memory]\n"
                               "ram  = base=0x40000000, size=64M\n"
                               "prom = base=0, size=512k, type=rom\n"
                               "[devices]\r\n"
                               "uart0 = apbuart, base=0x80000100,\r\n"
                               "        irq=3, \r\n"
                               "    chardev=file:a,,b\r\n"
                               "irqmp = irqmp, debug";
    struct board_desc *desc;

    (void)state;
    desc = parse_good(text);
    assert_string_equal(desc->source->label, "a.board");
    assert_string_equal(desc->name, "my soc");
    assert_string_equal(desc->description, "two; UARTs");
    assert_int_equal(desc->clock_hz, 33333000);
    assert_int_equal(desc->cpu.count, 2);
    assert_int_equal(desc->cpu.nwin, 16);
    assert_int_equal(desc->cpu.fpu, 0);
    assert_int_equal(desc->cpu.casa, 0);
    assert_int_equal(desc->cpu.mac, 1);
    assert_int_equal(desc->cpu.svt, 0);
    assert_int_equal(desc->cpu.watchpoints, 2);
    assert_int_equal(desc->cpu.mmu, 1);
    assert_int_equal(desc->cpu.pwrpsr, 1);
    assert_int_equal(desc->cpu.pnp_device, 0x048);
    assert_int_equal(desc->cpu.pnp_version, 5);
    assert_int_equal(desc->memory_count, 2);
    assert_string_equal(desc->memories[0].name, "ram");
    assert_int_equal(desc->memories[0].type, BOARD_RAM);
    assert_int_equal(desc->memories[0].base, 0x40000000);
    assert_int_equal(desc->memories[0].size, 64 << 20);
    assert_int_equal(desc->memories[0].line, 21);
    assert_string_equal(desc->memories[1].name, "prom");
    assert_int_equal(desc->memories[1].type, BOARD_ROM);
    assert_int_equal(desc->memories[1].base, 0);
    assert_int_equal(desc->memories[1].size, 512 << 10);
    assert_int_equal(desc->device_count, 2);
    assert_string_equal(desc->devices[0].name, "uart0");
    assert_string_equal(desc->devices[0].class_name, "apbuart");
    assert_int_equal(desc->devices[0].line, 24);
    assert_int_equal(desc->devices[0].properties.count, 3);
    assert_string_equal(property_list_find(&desc->devices[0].properties, "irq")->value, "3");
    assert_string_equal(property_list_find(&desc->devices[0].properties, "chardev")->value,
                        "file:a,b");
    assert_string_equal(desc->devices[1].class_name, "irqmp");
    assert_int_equal(desc->devices[1].line, 27);
    assert_null(property_list_find(&desc->devices[1].properties, "debug")->value);
    board_desc_destroy(desc);
}

static void test_defaults(void **state)
{
    struct board_desc *desc;

    (void)state;
    desc = parse_good(CLOCK MEMORY);
    assert_string_equal(desc->name, "unnamed");
    assert_string_equal(desc->description, "");
    assert_int_equal(desc->clock_hz, 40000000);
    assert_int_equal(desc->cpu.count, 1);
    assert_int_equal(desc->cpu.nwin, 8);
    assert_int_equal(desc->cpu.fpu, 1);
    assert_int_equal(desc->cpu.casa, 1);
    assert_int_equal(desc->cpu.mac, 0);
    assert_int_equal(desc->cpu.svt, 1);
    assert_int_equal(desc->cpu.watchpoints, 4);
    assert_int_equal(desc->cpu.mmu, 0);
    assert_int_equal(desc->cpu.pwrpsr, 0);
    assert_int_equal(desc->device_count, 0);
    board_desc_destroy(desc);
    board_desc_destroy(NULL);
}

/* Each word of a choice is taken, and on and off, which were all that fpu took once. */
static void test_choices(void **state)
{
    static const struct {
        const char *word;
        uint32_t value;
    } words[] = {{"none", 0}, {"off", 0}, {"ieee", 1}, {"on", 1}, {"grfpu", 2}, {"grfpu-lite", 3}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct board_desc *desc;
        char text[200];
        snprintf(text, sizeof text, CLOCK MEMORY "[cpu]\nfpu = %s\n", words[i].word);
        desc = parse_good(text);
        assert_int_equal(desc->cpu.fpu, words[i].value);
        board_desc_destroy(desc);
    }
}

static void test_memory_up_to_the_end(void **state)
{
    struct board_desc *desc;

    (void)state;
    desc = parse_good(CLOCK "[memory]\na=base=0xfffff000,size=4k\nb=base=0xffffe000,size=4k\n");
    assert_int_equal(desc->memories[0].base, 0xfffff000);
    assert_int_equal(desc->memories[0].size, 4096);
    board_desc_destroy(desc);
}

static void test_limits_belong_to_the_range(void **state)
{
    struct board_desc *desc;

    (void)state;
    desc = parse_good("[board]\nclock=1M\n[cpu]\nnwin=2\nwatchpoints=0\n" MEMORY);
    assert_int_equal(desc->clock_hz, 1000000);
    assert_int_equal(desc->cpu.nwin, 2);
    board_desc_destroy(desc);
    desc = parse_good("[board]\nclock=4G\n[cpu]\nnwin=32\ncount=16\n" MEMORY);
    assert_int_equal(desc->clock_hz, 4000000000);
    assert_int_equal(desc->cpu.nwin, 32);
    assert_int_equal(desc->cpu.count, 16);
    board_desc_destroy(desc);
}

static void test_refuses_sections_and_lines(void **state)
{
    (void)state;
    check_refused("clock=40M\n", "1: \"clock\" stands before the first section; put [board], "
                                 "[cpu], [memory] or [devices] above it");
    check_refused(CLOCK "[cpus]\nnwin=8\n", "3: unknown section [cpus]; the sections are [board], "
                                            "[cpu], [memory], [devices]");
    check_refused(CLOCK MEMORY "[empty]\n", "5: unknown section [empty]; the sections are [board], "
                                            "[cpu], [memory], [devices]");
    check_refused(CLOCK "[cpu]\nnwin=99\n[cpus]\n", "4: nwin (register windows) of 99 is out of "
                                                    "range; give 2 to 32");
    check_refused(CLOCK "[cpu]\nnwin 8\n" MEMORY, "4: this is neither [section] nor key = value "
                                                  "nor a comment starting with ; or #");
    check_refused(CLOCK "[cpu\nnwin=8\n", "3: this is neither [section] nor key = value nor a "
                                          "comment starting with ; or #");
    check_refused_bytes(CLOCK "\0\n" MEMORY, sizeof(CLOCK "\0\n" MEMORY) - 1,
                        "3: a zero byte; is this a text file?");
}

/* A mistake is reported where it is, even if it comes out behind one further down. */
static void test_first_mistake_is_reported(void **state)
{
    (void)state;
    check_refused(CLOCK "[cpu]\nnwin=99\nwrong\nfpu=maybe\n",
                  "4: nwin (register windows) of 99 is out of range; give 2 to 32");
    check_refused(CLOCK "[cpu]\nwrong\nnwin=99\nfpu=maybe\n",
                  "4: this is neither [section] nor key = value nor a comment starting with ; or "
                  "#");
}

static void test_refuses_board_keys(void **state)
{
    (void)state;
    check_refused(
        "[board]\nname=a\n\nclk=40M\n",
        "4: unknown key \"clk\" in [board]; the keys are name, description, clock, include");
    check_refused(
        "[board]\nclock=fast\n",
        "2: clock \"fast\" is not a frequency; give whole Hz, as in clock = 40M or 33.333M");
    check_refused("[board]\nclock=999999\n",
                  "2: a clock of 999999 Hz is out of range; give 1000000 to 4000000000 Hz");
    check_refused("[board]\nclock=5G\n",
                  "2: a clock of 5000000000 Hz is out of range; give 1000000 to 4000000000 Hz");
    check_refused(CLOCK "clock=50M\n",
                  "3: clock is given twice, first in line 2; remove one of them");
    check_refused("[board]\nname=x\n" MEMORY,
                  " the board has no clock; add a line such as clock = 40M to [board]");
}

static void test_refuses_cpu_keys(void **state)
{
    (void)state;
    check_refused(CLOCK "[cpu]\nwindows=8\n",
                  "4: unknown key \"windows\" in [cpu]; the keys are count, nwin, fpu, casa, mac, "
                  "svt, watchpoints, mmu, pwrpsr, reset, icache, dcache, psr_ver, up_counter, "
                  "lddel, clk2x, bp, mmu_impl, mmu_version, itlb, dtlb, "
                  "pnp_device, pnp_version");
    check_refused(CLOCK "[cpu]\nnwin=eight\n",
                  "4: nwin (register windows) is \"eight\", not a number; give 2 to 32");
    check_refused(CLOCK "[cpu]\nnwin=1\n",
                  "4: nwin (register windows) of 1 is out of range; give 2 to 32");
    check_refused(CLOCK "[cpu]\ncount=17\n",
                  "4: count (how many CPUs) of 17 is out of range; give 1 to 16");
    check_refused(CLOCK "[cpu]\nmmu=2\n",
                  "4: mmu (memory management unit) is \"2\"; give on or off");
    check_refused(
        CLOCK "[cpu]\nfpu=2\n",
        "4: fpu (floating-point unit) is \"2\"; give one of none, ieee, grfpu, grfpu-lite");
    check_refused(CLOCK "[cpu]\nnwin=8\nfpu=on\nnwin=8\n",
                  "6: nwin is given twice, first in line 4; remove one of them");
}

static void test_refuses_memories(void **state)
{
    (void)state;
    check_refused(CLOCK "[memory]\nrom=base=0,size=8M,type=rom\n",
                  " the board has no RAM; add a line such as ram = base=0x40000000, size=64M to "
                  "[memory]");
    check_refused(CLOCK "[memory]\nr=base=0,size=8M,type=flash\n",
                  "4: memory r has the unknown type \"flash\"; give ram or rom");
    check_refused(CLOCK "[memory]\nr=base=0,size=8M,speed=2\n",
                  "4: memory r has the unknown property \"speed\"; the properties are base, size, "
                  "type");
    check_refused(CLOCK "[memory]\nr=base=0\n", "4: memory r needs a base and a size; write them "
                                                "as in base=0x40000000, size=64M");
    check_refused(CLOCK "[memory]\nr=size=8M\n", "4: memory r needs a base and a size; write them "
                                                 "as in base=0x40000000, size=64M");
    check_refused(CLOCK "[memory]\nr=base=0,size=0\n", "4: memory r needs a base and a size; write "
                                                       "them as in base=0x40000000, size=64M");
    check_refused(CLOCK "[memory]\nr=base=0,size=8MB\n", "4: size of memory r is not a number; "
                                                         "write it as in base=0x40000000, "
                                                         "size=64M");
    check_refused(CLOCK "[memory]\nr=base,size=8M\n", "4: base of memory r is not a number; write "
                                                      "it as in base=0x40000000, size=64M");
    check_refused(CLOCK "[memory]\nr=base=4,size=8M\n",
                  "4: base of memory r is 0x4; give a multiple of 8 below 4G");
    check_refused(CLOCK "[memory]\nr=base=0,size=4G\n",
                  "4: size of memory r is 0x100000000; give a multiple of 8 below 4G");
    check_refused(CLOCK "[memory]\nr=base=0xfffff000,size=8k\n",
                  "4: memory r reaches past the end of the address space; make it smaller or move "
                  "its base");
    check_refused(CLOCK "[memory]\na=base=0,size=8k\nb=base=8k,size=8k\nc=base=4k,size=8\n",
                  "6: memory c overlaps memory a of line 4; move or shrink one of them");
    check_refused(CLOCK "[memory]\nr=base=0,,size=8M\n", "4: base of memory r is not a number; "
                                                         "write it as in base=0x40000000, "
                                                         "size=64M");
}

static void test_refuses_names_and_lists(void **state)
{
    (void)state;
    check_refused(CLOCK MEMORY "[devices]\nu=apbuart\nv=gptimer\nu=irqmp\n",
                  "8: the name u is given twice, first in line 6; rename one of them");
    check_refused(CLOCK MEMORY "[devices]\nram=apbuart\n",
                  "6: the name ram is given twice, first in line 4; rename one of them");
    check_refused(CLOCK MEMORY "[devices]\nmy uart=apbuart\n",
                  "6: \"my uart\" is not a name; use letters, digits, _ . and -");
    check_refused(CLOCK MEMORY "[devices]\nu=\n",
                  "6: u: there is no name before the first property; write NAME,key=value,...");
    check_refused(CLOCK MEMORY "[devices]\nu=apbuart,\n",
                  "6: u: property 1 has no name; write key=value, and a comma inside a value "
                  "twice");
    check_refused(CLOCK MEMORY "[devices]\nu=apbuart,irq=3,irq=4\n",
                  "6: u: property irq is given twice; remove one of them");
    check_refused(CLOCK MEMORY "[devices]\nu=base=0x80000100,irq=3\n",
                  "6: device u starts with the property \"base=0x80000100\"; write its class "
                  "first, as in uart0 = apbuart, base=0x80000100");
    check_refused(CLOCK MEMORY "[devices]\n"
                               "a234567890123456789012345678901234567890123456789012345678901234="
                               "apbuart\n",
                  "6: the name \"a2345678901234567890...\" is longer than 63 characters; shorten "
                  "it");
}

/* Only a comma at the end of the line right above makes an indented line its continuation. */
static void test_continued_lines(void **state)
{
    struct board_desc *desc;

    (void)state;
    desc = parse_good(CLOCK MEMORY "[devices]\n  u=apbuart\n  v=apbuart,\n  irq=3\n  w=irqmp\n");
    assert_int_equal(desc->device_count, 3);
    assert_int_equal(desc->devices[1].properties.count, 1);
    assert_string_equal(desc->devices[2].name, "w");
    board_desc_destroy(desc);
    check_refused(CLOCK MEMORY "[devices]\nu=apbuart,\n\n  irq=3\n",
                  "6: u: property 1 has no name; write key=value, and a comma inside a value "
                  "twice");
    check_refused(CLOCK MEMORY "[devices]\nu=apbuart,\nv=irqmp\n",
                  "6: u: property 1 has no name; write key=value, and a comma inside a value "
                  "twice");
}

/* ; and # are the same: at the start or behind a blank, in every kind of line. */
static void test_comments(void **state)
{
    struct board_desc *desc;

    (void)state;
    desc = parse_good("# one\n[board] # two\nclock=40M # three\nname=a#b;c ; four # five\n" MEMORY
                      "[devices] ; six\n"
                      "u = apbuart, # seven\n"
                      "    irq=3, ; eight\n"
                      "    # nine\n"
                      "    ; ten\n"
                      "    fifo=4 # eleven, which ends with a comma,\n"
                      "v = irqmp\n");
    assert_string_equal(desc->name, "a#b;c");
    assert_int_equal(desc->device_count, 2);
    assert_int_equal(desc->devices[0].properties.count, 2);
    assert_string_equal(property_list_find(&desc->devices[0].properties, "fifo")->value, "4");
    board_desc_destroy(desc);
}

/* What a generator makes: 5,000 devices in more than 64 KiB, each found by its name. */
static void test_many_devices(void **state)
{
    static const char start[] = CLOCK MEMORY "[devices]\n";
    char *text = malloc(5000 * 80);
    size_t length = sizeof start - 1;
    struct board_desc *desc;

    (void)state;
    assert_non_null(text);
    strcpy(text, start);
    for (unsigned i = 0; i < 5000; i++) {
        length += (size_t)sprintf(text + length, "uart%u = apbuart, base=0x%x, chardev=none\n", i,
                                  0x80000000 + i * 256);
    }
    assert_true(length > 65536);
    desc = parse_good(text);
    assert_int_equal(desc->device_count, 5000);
    assert_string_equal(desc->devices[4321].name, "uart4321");
    board_desc_destroy(desc);
    strcpy(text + length, "uart77 = apbuart\n");
    check_refused(text,
                  "5006: the name uart77 is given twice, first in line 83; rename one of them");
    free(text);
}

static void test_long_lines(void **state)
{
    char text[1024] = CLOCK MEMORY "[devices]\nu = apbuart, path=";
    size_t start = strlen(text);
    size_t longest = 198 - strlen("u = apbuart, path=");
    struct board_desc *desc;

    (void)state;
    memset(text + start, 'x', longest);
    strcpy(text + start + longest, "\n");
    desc = parse_good(text);
    assert_int_equal(strlen(property_list_find(&desc->devices[0].properties, "path")->value),
                     longest);
    board_desc_destroy(desc);
    strcpy(text + start + longest, "x\n");
    check_refused(text, "6: the line is longer than 198 characters; break it after a comma and "
                        "indent the rest");
}

static void test_too_big(void **state)
{
    char *text = malloc(BOARD_FILE_MAX + 1);

    (void)state;
    memset(text, '\n', BOARD_FILE_MAX + 1);
    check_refused_bytes(text, BOARD_FILE_MAX + 1,
                        " more than 16777216 bytes; is this a board file?");
    check_refused_bytes(text, BOARD_FILE_MAX,
                        " the board has no clock; add a line such as clock = 40M to [board]");
    free(text);
}

static void test_files(void **state)
{
    struct error err = {.text = ""};
    struct board_desc *desc = NULL;

    (void)state;
    assert_false(board_file_read("/nonexistent/a.board", &desc, &err));
    assert_string_equal(err.text, "cannot open /nonexistent/a.board: No such file or directory");
    assert_int_equal(err.status, LEON3EMU_FILE);
    assert_false(board_file_read("/", &desc, &err));
    assert_string_equal(err.text, "/ is a directory; give the name of a file");
    assert_null(desc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_memory_up_to_the_end),
        cmocka_unit_test(test_limits_belong_to_the_range),
        cmocka_unit_test(test_refuses_sections_and_lines),
        cmocka_unit_test(test_first_mistake_is_reported),
        cmocka_unit_test(test_refuses_board_keys),
        cmocka_unit_test(test_refuses_cpu_keys),
        cmocka_unit_test(test_refuses_memories),
        cmocka_unit_test(test_refuses_names_and_lists),
        cmocka_unit_test(test_continued_lines),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_many_devices),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
