// SPDX-License-Identifier: MIT
/*
 * ELF images, see image.h.
 *
 * Accepted: linked ELF32 big-endian files for SPARC V8 with at least one loadable segment.  Every
 * field is checked against the size of the file before it is used; therefore this file reads the
 * ELF header and the program headers itself, without libelf.  It does not read sections (symbols.c
 * does, and a file without them still loads).
 *
 * Names of fields and constants: System V ABI, chapters 4 and 5, and its SPARC supplement; for V8+
 * the V8+ technical specification.
 */
#include <elf.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "bits.h"
#include "check.h"
#include "image/image_format.h"

/* Any of these flags marks code for an UltraSPARC in a 32-bit file. */
#define V8PLUS_FLAGS (EF_SPARC_32PLUS | EF_SPARC_SUN_US1 | EF_SPARC_HAL_R1 | EF_SPARC_SUN_US3)

/* A field of a big-endian header that starts at `bytes`. */
#define HALF(bytes, type, field) be16_load((bytes) + offsetof(type, field))
#define WORD(bytes, type, field) be32_load((bytes) + offsetof(type, field))

bool image_is_elf(const uint8_t *bytes, size_t size)
{
    return size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
}

static const char *machine_name(unsigned machine)
{
    static const struct {
        unsigned number;
        const char *name;
    } machines[] = {
        {EM_SPARC, "SPARC"},
        {EM_SPARC32PLUS, "SPARC V8+"},
        {EM_SPARCV9, "64-bit SPARC V9"},
        {EM_386, "i386"},
        {EM_X86_64, "x86-64"},
        {EM_ARM, "ARM"},
        {EM_AARCH64, "AArch64"},
        {EM_RISCV, "RISC-V"},
        {EM_PPC, "PowerPC"},
        {EM_PPC64, "PowerPC64"},
        {EM_MIPS, "MIPS"},
        {EM_68K, "Motorola 68000"},
    };

    for (size_t i = 0; i < ARRAY_LEN(machines); i++) {
        if (machines[i].number == machine) {
            return machines[i].name;
        }
    }
    return "another processor";
}

/* e_machine, in the file's byte order: it is needed for messages before the byte order is
 * checked. */
static unsigned read_machine(const uint8_t *file)
{
    unsigned machine = HALF(file, Elf32_Ehdr, e_machine);

    return file[EI_DATA] == ELFDATA2LSB ? __builtin_bswap16((uint16_t)machine) : machine;
}

static bool refuse_v8plus(const struct image *image, struct error *err)
{
    return image_refuse(
        image, err, "V8+ code needs an UltraSPARC; build with -mcpu=leon3 and without -mv8plus");
}

/* Word size, byte order and processor. */
static bool check_machine(const struct image *image, struct error *err)
{
    const uint8_t *file = image->file;
    unsigned machine = read_machine(file);

    if (machine == EM_SPARC32PLUS) {
        return refuse_v8plus(image, err);
    }
    if (machine != EM_SPARC && machine != EM_SPARCV9) {
        return image_refuse(image, err,
                            "this ELF file is for %s (machine %u), not for SPARC; build it with a "
                            "SPARC compiler and -mcpu=leon3",
                            machine_name(machine), machine);
    }
    if (machine == EM_SPARCV9 || file[EI_CLASS] == ELFCLASS64) {
        return image_refuse(image, err,
                            "this is 64-bit SPARC code, LEON3 is a 32-bit processor; build with "
                            "-m32 -mcpu=leon3");
    }
    if (file[EI_CLASS] != ELFCLASS32) {
        return image_refuse(image, err,
                            "the ELF class is %u where 1 (32-bit) is needed; the file "
                            "is damaged",
                            file[EI_CLASS]);
    }
    if (file[EI_DATA] == ELFDATA2LSB) {
        return image_refuse(image, err,
                            "this ELF file is little-endian (data encoding 1), LEON3 is "
                            "big-endian; build with -mcpu=leon3 and without -mlittle-endian");
    }
    if (file[EI_DATA] != ELFDATA2MSB) {
        return image_refuse(image, err,
                            "the data encoding is %u where 2 (big-endian) is needed; the file is "
                            "damaged",
                            file[EI_DATA]);
    }
    return true;
}

/* Checks the other fields of the ELF header, except the place of its tables. */
static bool check_header(const struct image *image, struct error *err)
{
    uint32_t version = WORD(image->file, Elf32_Ehdr, e_version);
    uint32_t flags = WORD(image->file, Elf32_Ehdr, e_flags);

    if ((flags & V8PLUS_FLAGS) != 0) {
        return refuse_v8plus(image, err);
    }
    if ((flags & EF_SPARC_LEDATA) != 0) {
        return image_refuse(image, err,
                            "its data are little-endian (e_flags 0x%08" PRIx32
                            "); build without -mlittle-endian-data",
                            flags);
    }
    if (version != EV_CURRENT || image->file[EI_VERSION] != EV_CURRENT) {
        return image_refuse(image, err,
                            "ELF version %" PRIu32
                            ".%u where 1.1 is the only one known; the file is "
                            "damaged",
                            version, image->file[EI_VERSION]);
    }
    return true;
}

static bool check_type(const struct image *image, struct error *err)
{
    unsigned type = HALF(image->file, Elf32_Ehdr, e_type);

    switch (type) {
    case ET_EXEC:
        return true;
    case ET_REL:
        return image_refuse(image, err, "this is an object file; link it into a program first");
    case ET_DYN:
        return image_refuse(image, err,
                            "this is a shared library or a position-independent "
                            "program; link with -static -no-pie");
    case ET_CORE:
        return image_refuse(image, err, "this is a core dump, not a program");
    default:
        return image_refuse(image, err, "ELF type %u is none that can be loaded (2 is a program)",
                            type);
    }
}

/* Checks that the table of program headers lies in the file. */
static bool check_table(const struct image *image, struct error *err)
{
    uint32_t offset = WORD(image->file, Elf32_Ehdr, e_phoff);
    unsigned count = HALF(image->file, Elf32_Ehdr, e_phnum);
    unsigned entry_size = HALF(image->file, Elf32_Ehdr, e_phentsize);

    if (count == 0) {
        return image_refuse(image, err,
                            "there are no program headers, so nothing says what to "
                            "load; link the file");
    }
    if (count == PN_XNUM) {
        return image_refuse(image, err, "more than %u program headers; merge sections when linking",
                            PN_XNUM - 1);
    }
    if (entry_size != sizeof(Elf32_Phdr)) {
        return image_refuse(image, err,
                            "program headers of %u bytes where %zu are needed; the file is damaged",
                            entry_size, sizeof(Elf32_Phdr));
    }
    if (offset > image->file_size || count * sizeof(Elf32_Phdr) > image->file_size - offset) {
        return image_refuse(image, err,
                            "%u program headers at offset 0x%" PRIx32
                            " reach past the end of the file (%zu bytes); it is cut short or "
                            "damaged",
                            count, offset, image->file_size);
    }
    return true;
}

/* Checks a loadable segment whose mem_size is not 0. */
static bool check_segment(const struct image *image, const struct image_segment *segment,
                          uint32_t offset, struct error *err)
{
    if (segment->file_size > segment->mem_size) {
        return image_refuse(image, err,
                            "segment %" PRIu32 " has %" PRIu32
                            " bytes in the file but only %" PRIu32
                            " in memory; the file is damaged",
                            segment->number, segment->file_size, segment->mem_size);
    }
    if (offset > image->file_size || segment->file_size > image->file_size - offset) {
        return image_refuse(image, err,
                            "segment %" PRIu32 " (%" PRIu32 " bytes at offset 0x%" PRIx32
                            ") reaches past the end of the file (%zu bytes); it is cut short or "
                            "damaged",
                            segment->number, segment->file_size, offset, image->file_size);
    }
    if (segment->mem_size > UINT64_C(0x100000000) - segment->address) {
        return image_refuse(image, err,
                            "segment %" PRIu32 " (%" PRIu32 " bytes at address 0x%08" PRIx32
                            ") reaches past the end of the address space; link it lower",
                            segment->number, segment->mem_size, segment->address);
    }
    return true;
}

/* Adds the segment of program header `number` if there is one to load. */
static bool read_segment(struct image *image, const uint8_t *header, uint32_t number,
                         struct error *err)
{
    _Static_assert(PF_X == (int)IMAGE_EXECUTE && PF_W == (int)IMAGE_WRITE &&
                       PF_R == (int)IMAGE_READ,
                   "access bits are those of ELF");
    uint32_t offset = WORD(header, Elf32_Phdr, p_offset);
    struct image_segment segment = {
        .address = WORD(header, Elf32_Phdr, p_paddr),
        .virtual_address = WORD(header, Elf32_Phdr, p_vaddr),
        .file_size = WORD(header, Elf32_Phdr, p_filesz),
        .mem_size = WORD(header, Elf32_Phdr, p_memsz),
        .access = WORD(header, Elf32_Phdr, p_flags) & (PF_X | PF_W | PF_R),
        .number = number,
    };

    if (WORD(header, Elf32_Phdr, p_type) != PT_LOAD) {
        return true;
    }
    if (!check_segment(image, &segment, offset, err)) {
        return false;
    }
    if (segment.mem_size == 0) {
        return true;
    }
    segment.bytes = image->file + offset;
    return image_add_segment(image, &segment, err);
}

static bool read_segments(struct image *image, struct error *err)
{
    const uint8_t *table = image->file + WORD(image->file, Elf32_Ehdr, e_phoff);
    uint32_t count = HALF(image->file, Elf32_Ehdr, e_phnum);

    for (uint32_t i = 0; i < count; i++) {
        if (!read_segment(image, table + i * sizeof(Elf32_Phdr), i, err)) {
            return false;
        }
    }
    if (image->segment_count == 0) {
        return image_refuse(image, err,
                            "none of the %" PRIu32 " program headers is loadable; "
                            "link code into the file",
                            count);
    }
    return true;
}

static bool read_entry(struct image *image, struct error *err)
{
    uint32_t entry = WORD(image->file, Elf32_Ehdr, e_entry);

    image->entry = entry;
    image->has_entry = true;
    if (entry % 4 != 0) {
        return image_refuse(
            image, err,
            "the entry point 0x%08" PRIx32 " is not a multiple of 4; correct ENTRY() or -e", entry);
    }
    if (image_find_segment(image, entry) == NULL) {
        return image_refuse(image, err,
                            "the entry point 0x%08" PRIx32
                            " lies in no loadable segment; correct ENTRY() or -e",
                            entry);
    }
    return true;
}

bool image_elf_read(struct image *image, struct error *err)
{
    image->format = IMAGE_ELF;
    if (image->file_size < sizeof(Elf32_Ehdr)) {
        return image_refuse(image, err,
                            "an ELF file of %zu bytes, less than its header's %zu; it is cut short",
                            image->file_size, sizeof(Elf32_Ehdr));
    }
    return check_machine(image, err) && check_header(image, err) && check_type(image, err) &&
           check_table(image, err) && read_segments(image, err) && read_entry(image, err);
}
