// SPDX-License-Identifier: MIT
/* S-record images: what is accepted is placed right, and each thing that is refused has its
 * sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "image/image.h"

static struct image *read_good(const char *text)
{
    struct error err = {.text = ""};
    struct image *image = NULL;

    if (!image_read_bytes("good.srec", text, strlen(text), &image, &err)) {
        fail_msg("refused: %s", err.text);
    }
    assert_int_equal(image->format, IMAGE_SREC);
    return image;
}

static void check_refused(const char *text, size_t size, const char *reason)
{
    struct error err = {.text = ""};
    struct image *image = NULL;
    char expected[sizeof err.text];

    snprintf(expected, sizeof expected, "bad.srec: %s", reason);
    assert_false(image_read_bytes("bad.srec", text, size, &image, &err));
    assert_string_equal(err.text, expected);
    assert_int_equal(err.status, LEON3EMU_IMAGE);
    assert_null(image);
}

/* Some tools write none; a count that is right says that nothing is missing. */
static void test_count_instead_of_an_end(void **state)
{
    struct image *image = read_good("S1050100AABB94\nS307400000040506A9\nS5030002FA\n");
    (void)state;
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0x100);
    assert_non_null(strstr(image->note, "no end record"));
    image_destroy(image);
    check_refused("S5030000FC\n", 11, "no data record in 1 lines; there is nothing to load");
    check_refused("S1050101AABB93\nS5030001FB\n", 26,
                  "line 2: the entry point 0x00000101 is not a multiple of 4; link with the right "
                  "start address");
    check_refused("S5030000FC\nS1050100AABB94\n", 26,
                  "no end record (S7, S8 or S9) after line 2; the file is cut short");
}

static void test_all_record_types(void **state)
{
    static const char text[] = "S0070000626F6F7444\n"
                               "S1050100AABB94\n"
                               "S206010000CCDD4F\n"
                               "S3094000000001020304AC\n"
                               "S307400000040506A9\n"
                               "S5030004F8\n"
                               "S604000004F7\n"
                               "S70540000000BA\n";
    static const uint8_t third[] = {1, 2, 3, 4, 5, 6};
    struct image *image;

    (void)state;
    image = read_good(text);
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0x40000000);
    assert_int_equal(image->segment_count, 3);
    assert_int_equal(image->segments[0].address, 0x100);
    assert_int_equal(image->segments[0].mem_size, 2);
    assert_memory_equal(image->segments[0].bytes, "\xaa\xbb", 2);
    assert_int_equal(image->segments[1].address, 0x10000);
    assert_memory_equal(image->segments[1].bytes, "\xcc\xdd", 2);
    assert_int_equal(image->segments[2].address, 0x40000000);
    assert_int_equal(image->segments[2].file_size, 6);
    assert_int_equal(image->segments[2].mem_size, 6);
    assert_int_equal(image->segments[2].number, 4);
    assert_memory_equal(image->segments[2].bytes, third, sizeof third);
    image_destroy(image);
}

static void test_line_ends_and_lower_case(void **state)
{
    struct image *image;

    (void)state;
    image = read_good("\r\n  \r\nS1050100aabb94\r\n\r\nS9030100FB  \r\n\n");
    assert_int_equal(image->segment_count, 1);
    assert_int_equal(image->entry, 0x100);
    image_destroy(image);
    image = read_good("S1050100AABB94\nS804000100FA");
    assert_int_equal(image->entry, 0x100);
    image_destroy(image);
}

/* What does not start like an S-record is not taken for one. */
static void test_detection(void **state)
{
    static const char *const others[] = {"T1050100AABB94\n", "SX\n", "S:\n", "S/\n", "S", "  "};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        check_refused(others[i], strlen(others[i]),
                      "neither an ELF, S-record, Intel HEX nor uImage file; give a raw image with "
                      "its address, as "
                      "in --load FILE@0x40000000, or with --bios if it is a boot PROM");
    }
    check_refused("S9", 2, "line 1 is not an S-record; the file is damaged");
}

static void test_all_digits(void **state)
{
    struct image *image;

    (void)state;
    image = read_good("S10b00000123456789abcdef34\nS10b00080123456789ABCDEF2C\nS9030000FC\n");
    assert_memory_equal(image->segments[0].bytes,
                        "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef", 16);
    image_destroy(image);
}

static void test_entry_of_zero_means_none(void **state)
{
    struct image *image;

    (void)state;
    image = read_good("S1050100AABB94\nS9030000FC\n");
    assert_false(image->has_entry);
    image_destroy(image);
    image = read_good("S1050000AABB95\nS9030000FC\n");
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0);
    image_destroy(image);
}

static void test_data_in_descending_order(void **state)
{
    struct image *image;

    (void)state;
    image = read_good("S1050102CCDD4E\nS1050100AABB94\nS1030000FC\nS9030000FC\n");
    assert_int_equal(image->segment_count, 2);
    assert_int_equal(image->segments[0].address, 0x100);
    assert_int_equal(image->segments[0].number, 2);
    assert_int_equal(image->segments[1].address, 0x102);
    image_destroy(image);
}

/* A block that ends with the address space is not continued at address 0. */
static void test_both_ends_of_the_address_space(void **state)
{
    struct image *image;

    (void)state;
    image = read_good("S307FFFFFFFEAABB98\nS30700000000CCDD4F\nS70500000000FA\n");
    assert_int_equal(image->segment_count, 2);
    assert_int_equal(image->segments[0].address, 0);
    assert_int_equal(image->segments[1].address, 0xfffffffe);
    assert_int_equal(image->segments[1].mem_size, 2);
    image_destroy(image);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text;
        const char *reason;
    } refusals[] = {
        {"S1050100AABB95\nS9030000FC\n",
         "line 1: checksum is 0x95 where 0x94 is right; the file is damaged"},
        {"S1050100AABB94\nS1050102CCDC4E\nS9030000FC\n",
         "line 2: checksum is 0x4e where 0x4f is right; the file is damaged"},
        {"S1050100AAGB94\nS9030000FC\n",
         "line 1, column 11: not a hexadecimal digit; the file is damaged"},
        {"S1050100AABG94\nS9030000FC\n",
         "line 1, column 12: not a hexadecimal digit; the file is damaged"},
        {"S1050100AABB94\nS9x3\n",
         "line 2, column 3: not a hexadecimal digit; the file is damaged"},
        {"S1050100AABB9\nS9030000FC\n",
         "line 1 has 13 characters where its count 0x05 makes 14; it is cut short"},
        {"S1050100AABB94EE\nS9030000FC\n",
         "line 1 has 16 characters where its count 0x05 makes 14; it is too long"},
        {"S1FF0100AABB94\nS9030000FC\n",
         "line 1 has 14 characters where its count 0xff makes 514; it is cut short"},
        {"S10201FC\nS9030000FC\n", "line 1: a record S1 of 2 bytes has no room for its address and "
                                   "checksum; the file is damaged"},
        {"S100\nS9030000FC\n", "line 1: a record S1 of 0 bytes has no room for its address and "
                               "checksum; the file is damaged"},
        {"S4030000FC\nS9030000FC\n", "line 1: record type S4 is reserved; the file is damaged"},
        {"S1050100AABB94\nhello\n", "line 2 is not an S-record; the file is damaged"},
        {"S1050100AABB94\nT9030000FC\n", "line 2 is not an S-record; the file is damaged"},
        {"S1050100AABB94\nS:030000FC\n", "line 2 is not an S-record; the file is damaged"},
        {"S1050100AABB94\nS/030000FC\n", "line 2 is not an S-record; the file is damaged"},
        {"S1050100AABB94\nS9\n", "line 2 is not an S-record; the file is damaged"},
        {"S1050100AABB94\n S9030000FC\n", "line 2 is not an S-record; the file is damaged"},
        {"S1050100AABB94\n", "no end record (S7, S8 or S9) after line 1; the file is cut short"},
        {"S1050100AABB94\nS9030000FC\nS1050100AABB94\n",
         "line 3 comes after the end record in line 2; are two files joined?"},
        {"S0030000FC\nS9030000FC\n", "no data record in 2 lines; there is nothing to load"},
        {"S1050100AABB94\nS5030002FA\nS9030000FC\n",
         "line 2 counts 2 data records, but there are 1; lines are missing or doubled"},
        {"S307FFFFFFFFAABB97\nS9030000FC\n", "line 1: 2 bytes at 0xffffffff reach past the end of "
                                             "the address space; link it lower"},
        {"S1050100AABB94\nS9030200FA\n", "line 2: the entry point 0x00000200 lies outside the "
                                         "data; link with the right start address"},
        {"S1050100AABB94\nS9030101FA\n", "line 2: the entry point 0x00000101 is not a multiple of "
                                         "4; link with the right start address"},
        {"S1050100AABB94\nS1050101AABB93\nS9030000FC\n",
         "the data from line 1 (0x00000100-0x00000101) and the data from line 2 "
         "(0x00000101-0x00000102) overlap in memory; correct the addresses and link again"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        check_refused(refusals[i].text, strlen(refusals[i].text), refusals[i].reason);
    }
    check_refused("S1050100AA\0B94\nS9030000FC\n", 26,
                  "line 1, column 11: not a hexadecimal digit; the file is damaged");
}

static void test_refuses_every_truncation(void **state)
{
    static const char text[] = "S1050100AABB94\nS1050102CCDD4E\nS9030000FC";

    (void)state;
    for (size_t size = 0; size < sizeof text - 1; size++) {
        struct error err = {.text = ""};
        struct image *image = NULL;
        assert_false(image_read_bytes("cut.srec", text, size, &image, &err));
        assert_int_equal(err.status, LEON3EMU_IMAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count_instead_of_an_end),
        cmocka_unit_test(test_all_record_types),
        cmocka_unit_test(test_line_ends_and_lower_case),
        cmocka_unit_test(test_detection),
        cmocka_unit_test(test_all_digits),
        cmocka_unit_test(test_entry_of_zero_means_none),
        cmocka_unit_test(test_data_in_descending_order),
        cmocka_unit_test(test_both_ends_of_the_address_space),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_refuses_every_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
