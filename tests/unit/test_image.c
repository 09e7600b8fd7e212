// SPDX-License-Identifier: MIT
/* Images whatever their format: files that cannot be read, detection, raw images, and that checking
 * comes before writing. */
#define _POSIX_C_SOURCE 200809L

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

#include "elf_builder.h"
#include "image/image.h"

/* A directory of the test's own, and a path in it. */
struct place {
    char directory[64];
    char path[128];
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    strcpy(place->directory, "/tmp/leon3emu-test-XXXXXX");
    *state = place;
    if (mkdtemp(place->directory) == NULL) {
        return -1;
    }
    snprintf(place->path, sizeof place->path, "%s/image", place->directory);
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;

    unlink(place->path);
    rmdir(place->directory);
    free(place);
    return 0;
}

static void write_file(const struct place *place, const void *bytes, size_t size)
{
    FILE *file = fopen(place->path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Checks that both ways to read a file refuse it with "<before><path><after>". */
static void check_refused(const char *path, enum leon3emu_status status, const char *before,
                          const char *after)
{
    struct error err = {.text = ""};
    struct image *image = NULL;
    char expected[sizeof err.text];

    snprintf(expected, sizeof expected, "%s%s%s", before, path, after);
    assert_false(image_read(path, &image, &err));
    assert_string_equal(err.text, expected);
    assert_int_equal(err.status, status);
    err.text[0] = '\0';
    assert_false(image_read_raw(path, 0, &image, &err));
    assert_int_equal(err.status, status);
    assert_null(image);
}

static void test_missing_file(void **state)
{
    struct place *place = *state;

    check_refused(place->path, LEON3EMU_FILE, "cannot open ", ": No such file or directory");
}

static void test_directory(void **state)
{
    struct place *place = *state;

    check_refused(place->directory, LEON3EMU_FILE, "", " is a directory; give the name of a file");
}

/* A pipe without a writer would block for ever if it were opened plainly. */
static void test_fifo(void **state)
{
    struct place *place = *state;

    assert_int_equal(mkfifo(place->path, 0600), 0);
    check_refused(place->path, LEON3EMU_FILE, "",
                  " is a pipe, socket or device; copy its contents into a file first");
    check_refused("/dev/zero", LEON3EMU_FILE, "",
                  " is a pipe, socket or device; copy its contents into a file first");
}

static void test_empty_file(void **state)
{
    struct place *place = *state;

    write_file(place, "", 0);
    check_refused(place->path, LEON3EMU_IMAGE, "",
                  ": the file is empty; was the link step interrupted?");
}

static void test_huge_file(void **state)
{
    struct place *place = *state;

    write_file(place, "", 0);
    assert_int_equal(truncate(place->path, (off_t)IMAGE_FILE_MAX + 1), 0);
    check_refused(place->path, LEON3EMU_FILE, "",
                  " has 1073741825 bytes, more than the 1073741824 that can be used");
}

static void test_huge_bytes(void **state)
{
    struct error err = {.text = ""};
    struct image *image = NULL;

    (void)state;
    assert_false(image_read_bytes("big.elf", "", IMAGE_FILE_MAX + 1, &image, &err));
    assert_string_equal(err.text,
                        "big.elf: 1073741825 bytes, more than the 1073741824 that can be used");
    assert_int_equal(err.status, LEON3EMU_IMAGE);
}

static void test_long_path_keeps_its_end(void **state)
{
    struct error err = {.text = ""};
    struct image *image = NULL;
    char path[2000];

    (void)state;
    memset(path, 'x', sizeof path - 1);
    strcpy(path + sizeof path - 8, "end.elf");
    assert_false(image_read(path, &image, &err));
    assert_non_null(strstr(err.text, "cannot open ...xxx"));
    assert_non_null(strstr(err.text, "xend.elf: File name too long"));
}

static void test_neither_format(void **state)
{
    struct place *place = *state;
    struct error err = {.text = ""};
    struct image *image = NULL;
    char expected[sizeof err.text];

    write_file(place, "#!/bin/sh\n", 10);
    snprintf(expected, sizeof expected,
             "%s: neither an ELF, S-record, Intel HEX nor uImage file; give a raw image with its "
             "address, as in "
             "--load FILE@0x40000000, or with --bios if it is a boot PROM",
             place->path);
    assert_false(image_read(place->path, &image, &err));
    assert_string_equal(err.text, expected);
    assert_int_equal(err.status, LEON3EMU_IMAGE);
}

static void test_formats_are_detected(void **state)
{
    static const char srec[] = "S1050100AABB94\nS9030000FC\n";
    struct place *place = *state;
    struct error err = {.text = ""};
    struct elf_file elf;
    struct image *image;

    elf_make_good(&elf);
    write_file(place, elf.bytes, elf.size);
    assert_true(image_read(place->path, &image, &err));
    assert_string_equal(image_format_name(image->format), "ELF");
    assert_string_equal(image->label, place->path);
    image_destroy(image);

    write_file(place, srec, sizeof srec - 1);
    assert_true(image_read(place->path, &image, &err));
    assert_string_equal(image_format_name(image->format), "S-record");
    image_destroy(image);
    assert_string_equal(err.text, "");
}

static void test_raw(void **state)
{
    struct place *place = *state;
    struct error err = {.text = ""};
    struct image *image;

    write_file(place,
               "\x7f"
               "ELFxyz",
               7);
    assert_true(image_read_raw(place->path, 0xfffffff9, &image, &err));
    assert_string_equal(image_format_name(image->format), "raw");
    assert_false(image->has_entry);
    assert_int_equal(image->entry, 0xfffffff9);
    assert_int_equal(image->segment_count, 1);
    assert_int_equal(image->segments[0].address, 0xfffffff9);
    assert_int_equal(image->segments[0].mem_size, 7);
    assert_memory_equal(image->segments[0].bytes,
                        "\x7f"
                        "ELFxyz",
                        7);
    image_destroy(image);
}

static void test_raw_past_the_end(void **state)
{
    struct place *place = *state;
    struct error err = {.text = ""};
    struct image *image = NULL;
    char expected[sizeof err.text];

    write_file(place, "1234567", 7);
    snprintf(expected, sizeof expected,
             "%s: 7 bytes from address 0xfffffffa on reach past the end of the address space; load "
             "it lower",
             place->path);
    assert_false(image_read_raw(place->path, 0xfffffffa, &image, &err));
    assert_string_equal(err.text, expected);
    assert_int_equal(err.status, LEON3EMU_IMAGE);
}

/* Guest memory from 0x40000000 on, and what was asked about it. */
struct memory {
    uint32_t size;
    unsigned questions;
    uint8_t bytes[0x2000];
};

static bool is_memory(void *context, uint32_t address, uint32_t size)
{
    struct memory *memory = context;

    memory->questions++;
    return address >= 0x40000000 && address - 0x40000000 + size <= memory->size;
}

static void write_memory(void *context, uint32_t address, const uint8_t *bytes, uint32_t size)
{
    struct memory *memory = context;
    uint8_t *start = memory->bytes + (address - 0x40000000);

    assert_true(size > 0);
    if (bytes != NULL) {
        memcpy(start, bytes, size);
    } else {
        memset(start, 0, size);
    }
}

static void test_check_and_store(void **state)
{
    struct memory memory = {.size = 0x1018};
    struct error err = {.text = ""};
    struct elf_file elf;
    struct image *image;

    (void)state;
    memset(memory.bytes, 0xee, sizeof memory.bytes);
    elf_make_good(&elf);
    assert_true(image_read_bytes("good.elf", elf.bytes, elf.size, &image, &err));
    assert_true(image_check_fits(image, is_memory, &memory, &err));
    assert_int_equal(memory.questions, 2);
    image_store(image, write_memory, &memory);
    assert_memory_equal(memory.bytes, elf.bytes + ELF_CODE_OFFSET, 16);
    assert_int_equal(memory.bytes[16], 0xee);
    assert_memory_equal(memory.bytes + 0x1000, elf.bytes + ELF_DATA_OFFSET, 8);
    for (unsigned i = 0x1008; i < 0x1018; i++) {
        assert_int_equal(memory.bytes[i], 0);
    }
    assert_int_equal(memory.bytes[0x1018], 0xee);
    image_destroy(image);
}

static void test_does_not_fit(void **state)
{
    struct memory memory = {.size = 0x1017};
    struct error err = {.text = ""};
    struct elf_file elf;
    struct image *image;

    (void)state;
    elf_make_good(&elf);
    assert_true(image_read_bytes("big.elf", elf.bytes, elf.size, &image, &err));
    assert_false(image_check_fits(image, is_memory, &memory, &err));
    assert_string_equal(err.text,
                        "big.elf: segment 1 (0x40001000-0x40001017) lies outside the board's "
                        "memory; link it for this board or choose another with --board");
    assert_int_equal(err.status, LEON3EMU_IMAGE);
    image_destroy(image);
}

static void test_find_segment(void **state)
{
    struct error err = {.text = ""};
    struct elf_file elf;
    struct image *image;

    (void)state;
    elf_make_good(&elf);
    elf_put(&elf, PHDR(1, p_vaddr), 4, 0xf0000000);
    assert_true(image_read_bytes("good.elf", elf.bytes, elf.size, &image, &err));
    assert_ptr_equal(image_find_segment(image, 0x40000000), &image->segments[0]);
    assert_ptr_equal(image_find_segment(image, 0x4000000f), &image->segments[0]);
    assert_null(image_find_segment(image, 0x40000010));
    assert_null(image_find_segment(image, 0x3fffffff));
    assert_ptr_equal(image_find_segment(image, 0x40001017), &image->segments[1]);
    assert_ptr_equal(image_find_segment(image, 0xf0000017), &image->segments[1]);
    assert_null(image_find_segment(image, 0xf0000018));
    image_destroy(image);
    image_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_missing_file, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_directory, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_fifo, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_empty_file, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_huge_file, make_place, remove_place),
        cmocka_unit_test(test_huge_bytes),
        cmocka_unit_test(test_long_path_keeps_its_end),
        cmocka_unit_test_setup_teardown(test_neither_format, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_formats_are_detected, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_raw, make_place, remove_place),
        cmocka_unit_test_setup_teardown(test_raw_past_the_end, make_place, remove_place),
        cmocka_unit_test(test_check_and_store),
        cmocka_unit_test(test_does_not_fit),
        cmocka_unit_test(test_find_segment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
