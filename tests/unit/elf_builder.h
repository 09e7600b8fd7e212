// SPDX-License-Identifier: MIT
/*
 * A small good ELF image for tests, to be spoiled byte by byte.
 *
 *     0x000  ELF header
 *     0x034  program header 0: PT_LOAD, 16 bytes of code at 0x40000000
 *     0x054  program header 1: PT_LOAD, 8 bytes of data at 0x40001000, 24 in memory
 *     0x074  program header 2: PT_NULL
 *     0x094  code, data
 */
#ifndef ELF_BUILDER_H
#define ELF_BUILDER_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bits.h"

#define ELF_CODE_OFFSET 0x94u
#define ELF_DATA_OFFSET 0xa4u
#define ELF_GOOD_SIZE   0xacu

struct elf_file {
    uint8_t bytes[4096];
    size_t size;
};

/* Offset in the file of a field of the ELF header, or of program header `index`. */
#define EHDR(field) offsetof(Elf32_Ehdr, field)
#define PHDR(index, field)                                                                         \
    (sizeof(Elf32_Ehdr) + (index) * sizeof(Elf32_Phdr) + offsetof(Elf32_Phdr, field))

static inline void elf_put(struct elf_file *elf, size_t offset, unsigned width, uint32_t value)
{
    for (unsigned i = 0; i < width; i++) {
        elf->bytes[offset + i] = (uint8_t)(value >> 8 * (width - 1 - i));
    }
}

/* Fills program header `index` for a segment where virtual and physical address are the same. */
static inline void elf_put_segment(struct elf_file *elf, unsigned index, uint32_t offset,
                                   uint32_t address, uint32_t file_size, uint32_t mem_size)
{
    elf_put(elf, PHDR(index, p_type), 4, PT_LOAD);
    elf_put(elf, PHDR(index, p_offset), 4, offset);
    elf_put(elf, PHDR(index, p_vaddr), 4, address);
    elf_put(elf, PHDR(index, p_paddr), 4, address);
    elf_put(elf, PHDR(index, p_filesz), 4, file_size);
    elf_put(elf, PHDR(index, p_memsz), 4, mem_size);
}

static inline void elf_make_good(struct elf_file *elf)
{
    static const uint8_t ident[] = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2MSB, EV_CURRENT};

    memset(elf, 0, sizeof *elf);
    memcpy(elf->bytes, ident, sizeof ident);
    elf_put(elf, EHDR(e_type), 2, ET_EXEC);
    elf_put(elf, EHDR(e_machine), 2, EM_SPARC);
    elf_put(elf, EHDR(e_version), 4, EV_CURRENT);
    elf_put(elf, EHDR(e_entry), 4, 0x40000004);
    elf_put(elf, EHDR(e_phoff), 4, sizeof(Elf32_Ehdr));
    elf_put(elf, EHDR(e_ehsize), 2, sizeof(Elf32_Ehdr));
    elf_put(elf, EHDR(e_phentsize), 2, sizeof(Elf32_Phdr));
    elf_put(elf, EHDR(e_phnum), 2, 3);
    elf_put_segment(elf, 0, ELF_CODE_OFFSET, 0x40000000, 16, 16);
    elf_put(elf, PHDR(0, p_flags), 4, PF_R | PF_X);
    elf_put_segment(elf, 1, ELF_DATA_OFFSET, 0x40001000, 8, 24);
    elf_put(elf, PHDR(1, p_flags), 4, PF_R | PF_W);
    for (unsigned i = ELF_CODE_OFFSET; i < ELF_GOOD_SIZE; i++) {
        elf->bytes[i] = (uint8_t)(0x10 + i - ELF_CODE_OFFSET);
    }
    elf->size = ELF_GOOD_SIZE;
}

#endif
