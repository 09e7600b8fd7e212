// SPDX-License-Identifier: MIT
/* Names that are not ours, made fit for a terminal; and the lines of a log, which all go that way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/escape.h"
#include "log.h"

struct row {
    const char *text;
    const char *shown;
};

static const struct row rows[] = {
    {"", ""},
    {"main+0x10", "main+0x10"},
    {"C:\\dir", "C:\\dir"},
    {"a\x1b[31mred\x1b[0m", "a\\x1b[31mred\\x1b[0m"},
    {"one\ntwo\rthree\tfour", "one\\ntwo\\rthree\\tfour"},
    {"\a\b\x7f", "\\x07\\x08\\x7f"},
    {"Gr\xc3\xb6\xc3\x9f"
     "e \xe2\x82\xac \xf0\x9f\x98\x80",
     "Gr\xc3\xb6\xc3\x9f"
     "e \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"\xc2\x9b"
     "31m",
     "\\xc2\\x9b31m"}, /* CSI as one character */
    {"\x9b"
     "31m",
     "\\x9b31m"}, /* and as a bare byte */
    {"\xe2\x80\xae"
     "abc",
     "\\xe2\\x80\\xae"
     "abc"}, /* text from right to left */
    {"\xe2\x81\xa6"
     "abc",
     "\\xe2\\x81\\xa6"
     "abc"}, /* the same, isolated */
    {"\xe2\x80\xa8"
     "abc",
     "\\xe2\\x80\\xa8"
     "abc"},                                      /* line separator */
    {"\xc0\x8a", "\\xc0\\x8a"},                   /* newline, too long */
    {"\xe0\x80\x9b", "\\xe0\\x80\\x9b"},          /* ESC, too long */
    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* half of a surrogate pair */
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond Unicode */
    {"\xff\xfe", "\\xff\\xfe"},
    {"cut \xe2\x82", "cut \\xe2\\x82"},
    {"\xe2\x82"
     "A",
     "\\xe2\\x82"
     "A"},
};

static void test_escape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char buffer[128];
        assert_string_equal(escape_text(rows[i].text, buffer, sizeof buffer), rows[i].shown);
        snprintf(buffer, sizeof buffer, "%s", rows[i].text);
        assert_string_equal(escape_in_place(buffer, sizeof buffer), rows[i].shown);
    }
}

/* Every byte alone: what comes out is nothing that a terminal acts on. */
static void test_bytes(void **state)
{
    (void)state;
    for (unsigned byte = 1; byte < 256; byte++) {
        char text[2] = {(char)byte, '\0'};
        char buffer[8];
        escape_text(text, buffer, sizeof buffer);
        for (const char *at = buffer; *at != '\0'; at++) {
            assert_in_range(*at, 0x20, 0x7e);
        }
        assert_int_equal(strlen(buffer), byte >= 0x20 && byte < 0x7f           ? 1
                                         : strchr("\n\r\t", (int)byte) != NULL ? 2
                                                                               : 4);
    }
}

/* Neither an escape nor a character is cut. */
static void test_room(void **state)
{
    char buffer[16];
    (void)state;
    assert_string_equal(escape_text("ab\x1b", buffer, 6), "ab");
    assert_string_equal(escape_text("ab\x1b", buffer, 7), "ab\\x1b");
    assert_string_equal(escape_text("ab\xe2\x82\xac", buffer, 5), "ab");
    assert_string_equal(escape_text("ab\xe2\x82\xac", buffer, 6), "ab\xe2\x82\xac");
    assert_string_equal(escape_text("abc", buffer, 1), "");
    strcpy(buffer, "\x1b\x1b\x1b\x1b");
    assert_string_equal(escape_in_place(buffer, 10), "\\x1b\\x1b");
}

/* ---- lines for a stream ---- */

static void test_print(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    char name[2000];
    (void)state;

    assert_int_equal(escape_print(stream, "\n%s: %d\n\n", "\na\x1b\n", 7), 12);
    escape_print(stream, "%s", "b\n");
    escape_print(stream, "\n");
    memset(name, 'x', sizeof name - 2);
    name[sizeof name - 2] = '\r';
    name[sizeof name - 1] = '\0';
    assert_int_equal(escape_print(stream, "%s\n", name), sizeof name);
    fclose(stream);
    assert_memory_equal(text, "\n\\na\\x1b\\n: 7\n\nb\\n\nxxx", 22);
    assert_int_equal(size, 19 + sizeof name + 1);
    assert_string_equal(text + size - 4, "x\\r\n");
    free(text);
}

/* ---- log lines ---- */

struct machine_mock {
    char line[1200];
    unsigned lines;
    uint64_t now;
};

static void on_line(void *context, const char *line)
{
    struct machine_mock *mock = context;
    snprintf(mock->line, sizeof mock->line, "%s", line);
    mock->lines++;
}

static uint64_t on_begin(void *context, bool out)
{
    (void)out;
    return ((struct machine_mock *)context)->now;
}

static void on_name(void *context, uint32_t address, char *text, size_t size)
{
    (void)context;
    snprintf(text, size, "%s", address == 0x40000010 ? "ma\x1bin+0x10" : "");
}

static void test_log_line(void **state)
{
    struct machine_mock mock = {.now = 1234};
    struct log_hooks hooks = {on_begin, on_name, &mock};
    struct log log = {.mask = LOG_DEV | LOG_IN_ASM, .write = on_line, .context = &mock};
    (void)state;

    log_line(&log, LOG_DEV, "%s", log_describe_pc(&log, 0x40000010).text);
    assert_string_equal(mock.line, "pc 0x40000010");
    log.hooks = &hooks;
    log_line(&log, LOG_DEV, "%s", log_describe_pc(&log, 0x40000010).text);
    assert_string_equal(mock.line, "[1234] pc 0x40000010 <ma\\x1bin+0x10>");
    log_line(&log, 0, "%s", log_describe_pc(&log, 0x50000000).text);
    assert_string_equal(mock.line, "[1234] pc 0x50000000");
    log_line(&log, LOG_IN_ASM, "listing\n");
    assert_string_equal(mock.line, "listing\\n");
    assert_int_equal(mock.lines, 4);
    log_line(&log, LOG_INT, "off");
    assert_int_equal(mock.lines, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape), cmocka_unit_test(test_bytes),    cmocka_unit_test(test_room),
        cmocka_unit_test(test_print),  cmocka_unit_test(test_log_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
