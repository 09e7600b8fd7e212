// SPDX-License-Identifier: MIT
/* Images of U-Boot, and files compressed by gzip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "bits.h"
#include "check.h"
#include "image/image.h"

#define HEADER 64
#define LOAD   0x40000000u

static const uint8_t payload[] = "sixteen bytes ok";

struct file {
    uint8_t bytes[4096];
    size_t size;
};

static size_t gzip(const void *from, size_t size, uint8_t *to, size_t room)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (z_const Bytef *)from;
    stream.avail_in = (uInt)size;
    stream.next_out = to;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return room - stream.avail_out;
}

/* Puts the header's fields and both checksums in front of data that are there. */
static void seal(struct file *file, unsigned architecture, unsigned type, unsigned compression)
{
    uint8_t *h = file->bytes;
    memset(h, 0, HEADER);
    be32_store(h, 0x27051956);
    be32_store(h + 12, (uint32_t)(file->size - HEADER));
    be32_store(h + 16, LOAD);
    be32_store(h + 20, LOAD + 4);
    be32_store(h + 24, (uint32_t)crc32(0, h + HEADER, (uInt)(file->size - HEADER)));
    h[29] = (uint8_t)architecture;
    h[30] = (uint8_t)type;
    h[31] = (uint8_t)compression;
    be32_store(h + 4, (uint32_t)crc32(0, h, HEADER));
}

static void make(struct file *file, unsigned architecture, unsigned type, unsigned compression)
{
    if (compression == 1) {
        file->size = HEADER + gzip(payload, sizeof payload - 1, file->bytes + HEADER,
                                   sizeof file->bytes - HEADER);
    } else {
        memcpy(file->bytes + HEADER, payload, sizeof payload - 1);
        file->size = HEADER + sizeof payload - 1;
    }
    seal(file, architecture, type, compression);
}

static void check_accepted(const struct file *file)
{
    struct error err = {.text = ""};
    struct image *image = NULL;

    if (!image_read_bytes("good", file->bytes, file->size, &image, &err)) {
        fail_msg("refused: %s", err.text);
    }
    assert_int_equal(image->format, IMAGE_UIMAGE);
    assert_int_equal(image->segment_count, 1);
    assert_int_equal(image->segments[0].address, LOAD);
    assert_int_equal(image->segments[0].mem_size, sizeof payload - 1);
    assert_memory_equal(image->segments[0].bytes, payload, sizeof payload - 1);
    assert_true(image->has_entry);
    assert_int_equal(image->entry, LOAD + 4);
    image_destroy(image);
}

static void check_refused(const struct file *file, const char *reason)
{
    struct error err = {.text = ""};
    struct image *image = NULL;
    char expected[sizeof err.text];

    snprintf(expected, sizeof expected, "bad: %s", reason);
    assert_false(image_read_bytes("bad", file->bytes, file->size, &image, &err));
    assert_string_equal(err.text, expected);
    assert_int_equal(err.status, LEON3EMU_IMAGE);
    assert_null(image);
}

static void test_accepted(void **state)
{
    static const unsigned types[] = {1, 2, 5};
    struct file file;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        for (unsigned compression = 0; compression < 2; compression++) {
            make(&file, 10, types[i], compression);
            check_accepted(&file);
        }
    }
}

static void test_refused_by_name(void **state)
{
    struct file file;
    (void)state;
    make(&file, 2, 2, 0);
    check_refused(&file, "a uImage for architecture 2 (ARM), not for SPARC");
    make(&file, 10, 4, 0);
    check_refused(&file,
                  "a uImage of type 4 (multi-file); standalone, kernel and firmware can be loaded");
    make(&file, 10, 2, 3);
    check_refused(&file, "a uImage compressed by 3 (lzma); make it with -C none or -C gzip");
    make(&file, 10, 2, 77);
    check_refused(&file,
                  "a uImage compressed by 77 (an unknown number); make it with -C none or -C gzip");
}

static void test_damaged(void **state)
{
    struct file file;
    (void)state;
    make(&file, 10, 2, 0);
    file.bytes[40] ^= 1;
    check_refused(&file, "the checksum of the uImage header is wrong; it is damaged");
    make(&file, 10, 2, 0);
    file.bytes[HEADER] ^= 1;
    check_refused(&file, "the checksum of the uImage's data is wrong; it is damaged");
    make(&file, 10, 2, 0);
    file.size--;
    check_refused(&file, "a uImage of 16 bytes of data, of which 15 are there; it is cut short");
}

/* A gzip file of each format, and what can be wrong with one. */
static void test_gzip(void **state)
{
    static const char srec[] = "S307400000040506A9\nS70540000004B6\n";
    struct file plain;
    struct file packed;
    struct error err = {.text = ""};
    struct image *image = NULL;

    (void)state;
    make(&plain, 10, 2, 0);
    packed.size = gzip(plain.bytes, plain.size, packed.bytes, sizeof packed.bytes);
    check_accepted(&packed);
    packed.bytes[packed.size++] = 'x';
    check_refused(&packed, "there are 1 bytes behind the gzip data; are two files joined?");
    packed.size -= 5;
    check_refused(&packed, "the gzip data are damaged or cut short (they end too early)");
    packed.bytes[20] ^= 0x40;
    assert_false(image_read_bytes("bad", packed.bytes, packed.size, &image, &err));

    packed.size = gzip(srec, strlen(srec), packed.bytes, sizeof packed.bytes);
    if (!image_read_bytes("good", packed.bytes, packed.size, &image, &err)) {
        fail_msg("refused: %s", err.text);
    }
    assert_int_equal(image->format, IMAGE_SREC);
    assert_int_equal(image->entry, 0x40000004);
    image_destroy(image);
}

/* A small file that would become a very large one. */
static void test_bomb(void **state)
{
    static uint8_t zeros[1 << 20];
    struct error err = {.text = ""};
    struct image *image = NULL;
    size_t room = 2 << 20;
    uint8_t *packed = malloc(room);
    z_stream stream = {0};

    (void)state;
    assert_non_null(packed);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_out = packed;
    stream.avail_out = (uInt)room;
    for (size_t i = 0; i <= IMAGE_INFLATED_MAX / sizeof zeros; i++) {
        stream.next_in = zeros;
        stream.avail_in = sizeof zeros;
        assert_int_equal(deflate(&stream, Z_NO_FLUSH), Z_OK);
    }
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    assert_false(image_read_bytes("bad", packed, room - stream.avail_out, &image, &err));
    assert_non_null(strstr(err.text, "more than the 536870912 bytes that can be used"));
    free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted), cmocka_unit_test(test_refused_by_name),
        cmocka_unit_test(test_damaged),  cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_bomb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
