// SPDX-License-Identifier: MIT
/* Intel HEX images: what is accepted is placed right, and each thing that is refused has its sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "image/image.h"

#define END ":00000001FF\n"

static void test_all_record_types(void **state)
{
    static const char text[] = ":0400100001020304E2\n"
                               ":020000021000EC\n"
                               ":02000000AABB99\r\n"
                               ":020000044000BA\n"
                               ":040000000102030 4F2\n";
    static const char good[] = ":0400100001020304E2\n"
                               ":020000021000EC\n"
                               ":02000000AABB99\r\n"
                               ":020000044000BA\n"
                               ":0400000001020304F2\n"
                               ":0400040005060708DE\n"
                               "\n"
                               ":0400000540000000B7\n" END;
    struct error err = {.text = ""};
    struct image *image = NULL;

    (void)state;
    assert_false(image_read_bytes("bad.hex", text, strlen(text), &image, &err));
    if (!image_read_bytes("good.hex", good, strlen(good), &image, &err)) {
        fail_msg("refused: %s", err.text);
    }
    assert_int_equal(image->format, IMAGE_IHEX);
    assert_int_equal(image->segment_count, 3);
    assert_int_equal(image->segments[0].address, 0x10);
    assert_int_equal(image->segments[1].address, 0x10000);
    assert_int_equal(image->segments[1].bytes[1], 0xbb);
    assert_int_equal(image->segments[2].address, 0x40000000);
    assert_int_equal(image->segments[2].mem_size, 8);
    assert_int_equal(image->segments[2].bytes[7], 8);
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0x40000000);
    image_destroy(image);
}

static void test_start_segment(void **state)
{
    static const char text[] = ":020000021000EC\n:0400100001020304E2\n:0400000310000010D9\n" END;
    struct error err = {.text = ""};
    struct image *image = NULL;

    (void)state;
    if (!image_read_bytes("good.hex", text, strlen(text), &image, &err)) {
        fail_msg("refused: %s", err.text);
    }
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0x10010);
    image_destroy(image);
}

static void test_refused(void **state)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {":0400000001020304F2\n",
         "no end record (:00000001FF) after line 1; the file is cut short"},
        {END, "no data record; there is nothing to load"},
        {":0400000001020304F3\n" END, "line 1 has a wrong checksum; the file is damaged"},
        {":04000000010203G4F2\n" END,
         "line 1 has something else than hexadecimal digits; the file is damaged"},
        {":0500000001020304F1\n" END,
         "line 1 is longer or shorter than its count says; the file is damaged"},
        {":00000001FF\n:00000001FF\n", "line 2 comes after the end record; the file is damaged"},
        {":00000007F9\n" END, "line 1 has an unknown record type; the file is damaged"},
        {":010000040 0FB\n", "line 1 is no record of Intel HEX; the file is damaged"},
        {":0100000400FB\n" END,
         "line 1 has a count that is wrong for its type; the file is damaged"},
        {":02FFFF00AABB9B\n" END, "line 1: 2 bytes at 0x0000ffff reach past the end of their 64 "
                                  "KiB; convert the file again"},
        {":0400000001020304F2\n:0400000540000000B7\n" END,
         "line 2: the entry point 0x40000000 lies outside the data; link with the right start "
         "address"},
        {":0400000001020304F2\n:0400000001020304F2\n" END,
         "the data from line 1 (0x00000000-0x00000003) and the data from line 2 "
         "(0x00000000-0x00000003) overlap in memory; correct the addresses and link again"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct error err = {.text = ""};
        struct image *image = NULL;
        char expected[sizeof err.text];
        snprintf(expected, sizeof expected, "bad.hex: %s", cases[i].reason);
        assert_false(
            image_read_bytes("bad.hex", cases[i].text, strlen(cases[i].text), &image, &err));
        assert_string_equal(err.text, expected);
        assert_int_equal(err.status, LEON3EMU_IMAGE);
        assert_null(image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_record_types),
        cmocka_unit_test(test_start_segment),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
