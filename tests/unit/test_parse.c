// SPDX-License-Identifier: MIT
/* Numbers, sizes, frequencies and switches as users write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check.h"
#include "core/parse.h"

#define UNTOUCHED UINT64_C(0x5555)

struct row {
    const char *text;
    uint64_t value;
};

static void check_rows(bool (*parse)(const char *, uint64_t *), const struct row *rows,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = UNTOUCHED;
        if (!parse(rows[i].text, &value)) {
            fail_msg("\"%s\" was refused", rows[i].text);
        }
        assert_int_equal(value, rows[i].value);
    }
}

static void check_refused(bool (*parse)(const char *, uint64_t *), const char *const *texts,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = UNTOUCHED;
        if (parse(texts[i], &value)) {
            fail_msg("\"%s\" was accepted", texts[i]);
        }
        assert_int_equal(value, UNTOUCHED);
    }
}

static void test_numbers(void **state)
{
    static const struct row rows[] = {
        {"0", 0},
        {"00", 0},
        {"010", 10},
        {"123", 123},
        {"0x7b", 123},
        {"0X7B", 123},
        {"0x0123456789abcdef", UINT64_C(0x0123456789abcdef)},
        {"0xABCDEF", 0xabcdef},
        {"0xdeadBEEF", 0xdeadbeef},
        {"18446744073709551615", UINT64_MAX},
        {"0xffffffffffffffff", UINT64_MAX},
        {"0x0000000000000000001", 1},
    };
    static const char *const bad[] = {
        "",
        " ",
        " 1",
        "1 ",
        "+1",
        "-1",
        "0x",
        "x1",
        "0xg",
        "12a",
        "1.5",
        "1k",
        "0b11",
        "18446744073709551616",
        "0x10000000000000000",
        "0x-1",
        "--1",
        "1,000",
    };

    (void)state;
    check_rows(parse_number, rows, ARRAY_LEN(rows));
    check_refused(parse_number, bad, ARRAY_LEN(bad));
}

static void test_sizes(void **state)
{
    static const struct row rows[] = {
        {"0", 0},
        {"8", 8},
        {"1k", 1024},
        {"1K", 1024},
        {"64M", 64 << 20},
        {"64m", 64 << 20},
        {"4G", UINT64_C(4) << 30},
        {"0x10k", 16384},
        {"0x40000000", 0x40000000},
        {"17179869183G", UINT64_C(17179869183) << 30},
        {"1.5G", UINT64_C(1536) << 20},
        {"0.25k", 256},
        {"2.0", 2},
        {"64MiB", 64 << 20},
        {"4gib", UINT64_C(4) << 30},
    };
    static const char *const bad[] = {
        "",    "k",    "1kk", "1kB", "1T",  "1 k",    "17179869184G", "0xG",
        "1.5", "0.3k", ".5k", "1.",  "1.k", "0x1.8k", "1.5.5M",       "0.00000000000000000000M",
    };

    (void)state;
    check_rows(parse_size, rows, ARRAY_LEN(rows));
    check_refused(parse_size, bad, ARRAY_LEN(bad));
}

static void test_frequencies(void **state)
{
    static const struct row rows[] = {
        {"40000000", 40000000}, {"40M", 40000000},     {"33333k", 33333000},
        {"1g", 1000000000},     {"33.333M", 33333000}, {"33.3333330M", 33333333},
        {"0.5G", 500000000},    {"40MHz", 40000000},   {"32768hz", 32768},
    };
    static const char *const bad[] = {"",      "33.3333333M",          "M",    "40 MHz", "Hz",
                                      "40HzM", "99999999999999999999", "1.5Hz"};

    (void)state;
    check_rows(parse_frequency, rows, ARRAY_LEN(rows));
    check_refused(parse_frequency, bad, ARRAY_LEN(bad));
}

static void test_counts(void **state)
{
    static const struct row rows[] = {
        {"5000", 5000}, {"10M", 10000000}, {"1G", 1000000000}, {"1.5k", 1500}, {"0x10", 16},
    };
    static const char *const bad[] = {"", "1e6", "10Mi", "1.5", "10MHz", "-1"};

    (void)state;
    check_rows(parse_count, rows, ARRAY_LEN(rows));
    check_refused(parse_count, bad, ARRAY_LEN(bad));
}

static void test_times(void **state)
{
    static const struct row rows[] = {
        {"30", UINT64_C(30000000000)},
        {"30s", UINT64_C(30000000000)},
        {"1.5s", UINT64_C(1500000000)},
        {"0.000000001", 1},
        {"500ms", 500000000},
        {"20us", 20000},
        {"7ns", 7},
        {"1m", UINT64_C(60000000000)},
        {"2min", UINT64_C(120000000000)},
        {"2h", UINT64_C(7200000000000)},
        {"0", 0},
        {"18446744073709551615ns", UINT64_MAX},
    };
    static const char *const bad[] = {
        "", "s", "1 s", "1M", "1H", "-1", "nan", "1e3", "0.5ns", "5d", "18446744074s", "inf",
    };

    (void)state;
    check_rows(parse_time, rows, ARRAY_LEN(rows));
    check_refused(parse_time, bad, ARRAY_LEN(bad));
}

static void test_switches(void **state)
{
    static const char *const on[] = {"on", "yes", "true", "1"};
    static const char *const off[] = {"off", "no", "false", "0"};
    static const char *const bad[] = {"", "On", "2", "onn", "o", " on", "enable"};
    bool value;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(on); i++) {
        value = false;
        assert_true(parse_switch(on[i], &value));
        assert_true(value);
        assert_true(parse_switch(off[i], &value));
        assert_false(value);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        value = i % 2 == 0;
        assert_false(parse_switch(bad[i], &value));
        assert_int_equal(value, i % 2 == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),     cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_frequencies), cmocka_unit_test(test_counts),
        cmocka_unit_test(test_times),       cmocka_unit_test(test_switches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
