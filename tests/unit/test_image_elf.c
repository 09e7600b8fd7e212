// SPDX-License-Identifier: MIT
/* ELF images: what is accepted is placed right, and each thing that is refused has its sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "elf_builder.h"
#include "image/image.h"

/* One spoiled field: `width` bytes at `offset` become `value`; width 0: nothing is changed. */
struct patch {
    size_t offset;
    unsigned width;
    uint32_t value;
};

struct refusal {
    struct patch patches[3];
    const char *text;
};

static struct image *read_good(const struct elf_file *elf)
{
    struct error err = {.text = ""};
    struct image *image = NULL;

    if (!image_read_bytes("good.elf", elf->bytes, elf->size, &image, &err)) {
        fail_msg("refused: %s", err.text);
    }
    return image;
}

static void check_refused(const struct elf_file *elf, const char *text)
{
    struct error err = {.text = ""};
    struct image *image = NULL;
    char expected[sizeof err.text];

    snprintf(expected, sizeof expected, "bad.elf: %s", text);
    assert_false(image_read_bytes("bad.elf", elf->bytes, elf->size, &image, &err));
    assert_string_equal(err.text, expected);
    assert_int_equal(err.status, LEON3EMU_IMAGE);
    assert_null(image);
}

static void check_refusals(const struct refusal *refusals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct elf_file elf;
        elf_make_good(&elf);
        for (size_t k = 0; k < ARRAY_LEN(refusals[i].patches); k++) {
            const struct patch *patch = &refusals[i].patches[k];
            elf_put(&elf, patch->offset, patch->width, patch->value);
        }
        check_refused(&elf, refusals[i].text);
    }
}

static void test_good(void **state)
{
    struct elf_file elf;
    struct image *image;

    (void)state;
    elf_make_good(&elf);
    image = read_good(&elf);
    assert_int_equal(image->format, IMAGE_ELF);
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0x40000004);
    assert_int_equal(image->segment_count, 2);
    assert_int_equal(image->segments[0].address, 0x40000000);
    assert_int_equal(image->segments[0].file_size, 16);
    assert_int_equal(image->segments[0].mem_size, 16);
    assert_int_equal(image->segments[0].access, IMAGE_READ | IMAGE_EXECUTE);
    assert_memory_equal(image->segments[0].bytes, elf.bytes + ELF_CODE_OFFSET, 16);
    assert_int_equal(image->segments[1].address, 0x40001000);
    assert_int_equal(image->segments[1].file_size, 8);
    assert_int_equal(image->segments[1].mem_size, 24);
    assert_int_equal(image->segments[1].access, IMAGE_READ | IMAGE_WRITE);
    assert_memory_equal(image->segments[1].bytes, elf.bytes + ELF_DATA_OFFSET, 8);
    image_destroy(image);
}

static void test_physical_address_is_used(void **state)
{
    struct elf_file elf;
    struct image *image;

    (void)state;
    elf_make_good(&elf);
    elf_put(&elf, PHDR(0, p_vaddr), 4, 0xf0004000);
    elf_put(&elf, EHDR(e_entry), 4, 0xf0004008);
    image = read_good(&elf);
    assert_int_equal(image->segments[0].address, 0x40000000);
    assert_int_equal(image->segments[0].virtual_address, 0xf0004000);
    assert_int_equal(image->entry, 0xf0004008);
    image_destroy(image);

    elf_put(&elf, EHDR(e_entry), 4, 0x40000008);
    image = read_good(&elf);
    assert_int_equal(image->entry, 0x40000008);
    image_destroy(image);
}

static void test_segments_are_sorted_and_empty_ones_dropped(void **state)
{
    struct elf_file elf;
    struct image *image;

    (void)state;
    elf_make_good(&elf);
    elf_put_segment(&elf, 1, ELF_DATA_OFFSET, 0x3ffffff8, 8, 8);
    elf_put_segment(&elf, 2, ELF_DATA_OFFSET, 0x40000004, 0, 0);
    image = read_good(&elf);
    assert_int_equal(image->segment_count, 2);
    assert_int_equal(image->segments[0].address, 0x3ffffff8);
    assert_int_equal(image->segments[0].number, 1);
    assert_int_equal(image->segments[1].address, 0x40000000);
    assert_int_equal(image->segments[1].number, 0);
    image_destroy(image);
}

/* Each check is exact: what ends right at a limit is accepted. */
static void test_headers_may_end_the_file(void **state)
{
    struct elf_file elf;

    (void)state;
    elf_make_good(&elf);
    memcpy(elf.bytes + ELF_GOOD_SIZE, elf.bytes + sizeof(Elf32_Ehdr), 3 * sizeof(Elf32_Phdr));
    memset(elf.bytes + sizeof(Elf32_Ehdr), 0xff, 3 * sizeof(Elf32_Phdr));
    elf_put(&elf, EHDR(e_phoff), 4, ELF_GOOD_SIZE);
    elf.size = ELF_GOOD_SIZE + 3 * sizeof(Elf32_Phdr);
    image_destroy(read_good(&elf));
}

static void test_segments_may_touch(void **state)
{
    struct elf_file elf;

    (void)state;
    elf_make_good(&elf);
    elf_put(&elf, PHDR(1, p_paddr), 4, 0x40000010);
    image_destroy(read_good(&elf));
    elf_put(&elf, PHDR(1, p_paddr), 4, 0x40000000 - 24);
    image_destroy(read_good(&elf));
}

static void test_last_byte_of_address_space(void **state)
{
    struct elf_file elf;

    (void)state;
    elf_make_good(&elf);
    elf_put_segment(&elf, 1, ELF_DATA_OFFSET, 0xfffffff0, 8, 16);
    image_destroy(read_good(&elf));
}

#define V8PLUS_TEXT "V8+ code needs an UltraSPARC; build with -mcpu=leon3 and without -mv8plus"

static void test_refuses_other_machines(void **state)
{
    static const struct refusal refusals[] = {
        {{{EHDR(e_machine), 2, EM_SPARC32PLUS}}, V8PLUS_TEXT},
        {{{EHDR(e_flags), 4, EF_SPARC_32PLUS}}, V8PLUS_TEXT},
        {{{EHDR(e_flags), 4, EF_SPARC_SUN_US1}}, V8PLUS_TEXT},
        {{{EHDR(e_flags), 4, EF_SPARC_HAL_R1}}, V8PLUS_TEXT},
        {{{EHDR(e_flags), 4, EF_SPARC_SUN_US3}}, V8PLUS_TEXT},
        {{{EHDR(e_machine), 2, EM_386}},
         "this ELF file is for i386 (machine 3), not for SPARC; build it with a SPARC compiler and "
         "-mcpu=leon3"},
        {{{EHDR(e_machine), 2, 0x1234}},
         "this ELF file is for another processor (machine 4660), not for SPARC; build it with a "
         "SPARC compiler and -mcpu=leon3"},
        {{{EI_CLASS, 1, ELFCLASS64}, {EI_DATA, 1, ELFDATA2LSB}, {EHDR(e_machine), 2, 62 << 8}},
         "this ELF file is for x86-64 (machine 62), not for SPARC; build it with a SPARC compiler "
         "and -mcpu=leon3"},
        {{{EI_CLASS, 1, ELFCLASS64}, {EHDR(e_machine), 2, EM_SPARCV9}},
         "this is 64-bit SPARC code, LEON3 is a 32-bit processor; build with -m32 -mcpu=leon3"},
        {{{EI_CLASS, 1, ELFCLASS64}},
         "this is 64-bit SPARC code, LEON3 is a 32-bit processor; build with -m32 -mcpu=leon3"},
        {{{EI_CLASS, 1, 9}}, "the ELF class is 9 where 1 (32-bit) is needed; the file is damaged"},
        {{{EI_DATA, 1, ELFDATA2LSB}, {EHDR(e_machine), 2, EM_SPARC << 8}},
         "this ELF file is little-endian (data encoding 1), LEON3 is big-endian; build with "
         "-mcpu=leon3 and without -mlittle-endian"},
        {{{EI_DATA, 1, 0}},
         "the data encoding is 0 where 2 (big-endian) is needed; the file is damaged"},
        {{{EHDR(e_flags), 4, EF_SPARC_LEDATA}},
         "its data are little-endian (e_flags 0x00800000); build without -mlittle-endian-data"},
    };

    (void)state;
    check_refusals(refusals, ARRAY_LEN(refusals));
}

static void test_refuses_other_files(void **state)
{
    static const struct refusal refusals[] = {
        {{{EI_VERSION, 1, 0}},
         "ELF version 1.0 where 1.1 is the only one known; the file is damaged"},
        {{{EHDR(e_version), 4, 7}},
         "ELF version 7.1 where 1.1 is the only one known; the file is damaged"},
        {{{EHDR(e_type), 2, ET_REL}}, "this is an object file; link it into a program first"},
        {{{EHDR(e_type), 2, ET_DYN}},
         "this is a shared library or a position-independent program; link with -static -no-pie"},
        {{{EHDR(e_type), 2, ET_CORE}}, "this is a core dump, not a program"},
        {{{EHDR(e_type), 2, 0xfe00}}, "ELF type 65024 is none that can be loaded (2 is a program)"},
    };

    (void)state;
    check_refusals(refusals, ARRAY_LEN(refusals));
}

static void test_refuses_lying_headers(void **state)
{
    static const struct refusal refusals[] = {
        {{{EHDR(e_phnum), 2, 0}},
         "there are no program headers, so nothing says what to load; link the file"},
        {{{EHDR(e_phnum), 2, 0xffff}},
         "more than 65534 program headers; merge sections when linking"},
        {{{EHDR(e_phentsize), 2, 56}},
         "program headers of 56 bytes where 32 are needed; the file is damaged"},
        {{{EHDR(e_phoff), 4, 0xac - 95}},
         "3 program headers at offset 0x4d reach past the end of the file (172 bytes); it is cut "
         "short or damaged"},
        {{{EHDR(e_phoff), 4, 0xffffffe0}},
         "3 program headers at offset 0xffffffe0 reach past the end of the file (172 bytes); it is "
         "cut short or damaged"},
        {{{EHDR(e_phnum), 2, 0xfffe}},
         "65534 program headers at offset 0x34 reach past the end of the file (172 bytes); it is "
         "cut short or damaged"},
        {{{PHDR(1, p_offset), 4, ELF_DATA_OFFSET + 1}},
         "segment 1 (8 bytes at offset 0xa5) reaches past the end of the file (172 bytes); it is "
         "cut short or damaged"},
        {{{PHDR(1, p_offset), 4, 0xfffffffc}},
         "segment 1 (8 bytes at offset 0xfffffffc) reaches past the end of the file (172 bytes); "
         "it is cut short or damaged"},
        {{{PHDR(0, p_filesz), 4, 0xfffffff0}, {PHDR(0, p_memsz), 4, 0xfffffff0}},
         "segment 0 (4294967280 bytes at offset 0x94) reaches past the end of the file (172 "
         "bytes); it is cut short or damaged"},
        {{{PHDR(1, p_memsz), 4, 7}},
         "segment 1 has 8 bytes in the file but only 7 in memory; the file is damaged"},
        {{{PHDR(1, p_memsz), 4, 0}},
         "segment 1 has 8 bytes in the file but only 0 in memory; the file is damaged"},
    };

    (void)state;
    check_refusals(refusals, ARRAY_LEN(refusals));
}

static void test_refuses_impossible_memory(void **state)
{
    static const struct refusal refusals[] = {
        {{{PHDR(1, p_paddr), 4, 0xfffffff0}},
         "segment 1 (24 bytes at address 0xfffffff0) reaches past the end of the address space; "
         "link it lower"},
        {{{PHDR(1, p_paddr), 4, 0x4000000f}},
         "segment 0 (0x40000000-0x4000000f) and segment 1 (0x4000000f-0x40000026) overlap in "
         "memory; correct the addresses and link again"},
        /* Only the zeros behind the data overlap. */
        {{{PHDR(1, p_paddr), 4, 0x3fffffe9}},
         "segment 1 (0x3fffffe9-0x40000000) and segment 0 (0x40000000-0x4000000f) overlap in "
         "memory; correct the addresses and link again"},
        {{{PHDR(1, p_paddr), 4, 0x40000000}},
         "segment 0 (0x40000000-0x4000000f) and segment 1 (0x40000000-0x40000017) overlap in "
         "memory; correct the addresses and link again"},
        {{{PHDR(0, p_type), 4, PT_NOTE}, {PHDR(1, p_type), 4, PT_NULL}},
         "none of the 3 program headers is loadable; link code into the file"},
        {{{EHDR(e_entry), 4, 0x40000002}},
         "the entry point 0x40000002 is not a multiple of 4; correct ENTRY() or -e"},
        {{{EHDR(e_entry), 4, 0x40000010}},
         "the entry point 0x40000010 lies in no loadable segment; correct ENTRY() or -e"},
        {{{EHDR(e_entry), 4, 0}},
         "the entry point 0x00000000 lies in no loadable segment; correct ENTRY() or -e"},
    };

    (void)state;
    check_refusals(refusals, ARRAY_LEN(refusals));
}

/* Whatever is cut off the end is noticed: the last byte of the file belongs to a segment. */
static void test_refuses_every_truncation(void **state)
{
    struct elf_file elf;

    (void)state;
    elf_make_good(&elf);
    for (size_t size = 0; size < ELF_GOOD_SIZE; size++) {
        struct error err = {.text = ""};
        struct image *image = NULL;
        assert_false(image_read_bytes("cut.elf", elf.bytes, size, &image, &err));
        assert_int_equal(err.status, LEON3EMU_IMAGE);
    }
    elf.size = 51;
    check_refused(&elf, "an ELF file of 51 bytes, less than its header's 52; it is cut short");
    elf.size = ELF_GOOD_SIZE - 1;
    check_refused(&elf, "segment 1 (8 bytes at offset 0xa4) reaches past the end of the file (171 "
                        "bytes); it is cut short or damaged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_physical_address_is_used),
        cmocka_unit_test(test_segments_are_sorted_and_empty_ones_dropped),
        cmocka_unit_test(test_headers_may_end_the_file),
        cmocka_unit_test(test_segments_may_touch),
        cmocka_unit_test(test_last_byte_of_address_space),
        cmocka_unit_test(test_refuses_other_machines),
        cmocka_unit_test(test_refuses_other_files),
        cmocka_unit_test(test_refuses_lying_headers),
        cmocka_unit_test(test_refuses_impossible_memory),
        cmocka_unit_test(test_refuses_every_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
