// SPDX-License-Identifier: MIT
/*
 * The room src/image: firmware files.  This header reads them (ELF, S-record, Intel HEX, uImage and raw; all but raw
 * may be compressed by gzip), symbols.h looks up their names and source lines, loaded.h remembers which file was
 * written to which addresses.
 *
 * Called by src/machine: boot.c loads, the reports and the debugger ask for names.  The room sees src/core and
 * include/ only, so that it can be fuzzed and tested without a machine: guest memory is reached through functions
 * that the caller passes.  A new format is a file image_NAME.c, its two functions in image_format.h, and a line of
 * read_format() in image.c.
 *
 * A file is refused whole or loaded whole: image_read() checks everything that can be known without
 * the machine, image_check_fits() checks the rest, and only then does image_store() write.
 *
 *     image_read / image_read_raw / image_read_bytes -> image_check_fits -> image_store ->
 *     image_destroy
 *
 * Addresses are physical: segments of an ELF file go to p_paddr.  The entry point is e_entry,
 * unchanged even where virtual and physical addresses differ: the CPU starts with its MMU off, and
 * such files either give a physical e_entry or are started by a loader of their own.
 *
 * What is accepted of each format is said at the top of image_elf.c, image_srec.c, image_ihex.c,
 * image_uimage.c, image_raw.c and image_gzip.c.  An image belongs to its caller and is not changed
 * after reading, so threads may share it.
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/host_file.h"
#include "error.h"

/* The largest file that is read, in bytes. */
#define IMAGE_FILE_MAX ((size_t)1 << 30)
/* The largest size of a compressed file's contents, in bytes. */
#define IMAGE_INFLATED_MAX ((size_t)512 << 20)

enum image_format {
    IMAGE_ELF,
    IMAGE_SREC,
    IMAGE_IHEX,
    IMAGE_UIMAGE,
    IMAGE_RAW,
};

/* Kinds of access to a segment that the file allows; files that are not ELF allow all three. */
enum image_access {
    IMAGE_EXECUTE = 1,
    IMAGE_WRITE = 2,
    IMAGE_READ = 4,
};

/* Bytes at an address, then zeros up to mem_size.  mem_size >= 1, file_size <= mem_size,
 * address + mem_size <= 2^32. */
struct image_segment {
    uint32_t address; /* physical, of the first byte */
    uint32_t virtual_address;
    uint32_t file_size;   /* how many bytes come from the file */
    uint32_t mem_size;    /* how many are written */
    const uint8_t *bytes; /* file_size bytes, owned by the image */
    uint32_t access;      /* of enum image_access */
    uint32_t number;      /* ELF: index of the program header; text: line of the first byte */
};

struct image {
    char label[HOST_FILE_LABEL_SIZE]; /* its path, for messages */
    enum image_format format;
    struct image_segment *segments; /* by ascending address, none overlaps another; never empty */
    size_t segment_count;
    uint32_t entry;  /* raw: the load address; a machine starts there if told no other */
    bool is_unknown; /* not loaded: the contents are of no known format */
    bool has_entry;  /* the file itself names an entry point; a multiple of 4 inside a segment */

    char note[160]; /* what the user should know about how it was read; may be empty */

    uint8_t *file; /* the whole file, inflated if it was a gzip file */
    size_t file_size;
    uint8_t *decoded; /* S-record, Intel HEX, gzip'd uImage: where the segments' bytes lie */
};

/* Reads a file; its contents, not its name, decide which format it is.
 * On true *image is the caller's, for image_destroy().  On false nothing is left behind and
 * err->status is LEON3EMU_FILE (cannot be opened or read), LEON3EMU_IMAGE (what it contains) or
 * LEON3EMU_HOST (no memory); the text names the path and where in the file the trouble is. */
bool image_read(const char *path, struct image **image, struct error *err);

/* Reads any file as bytes for `address`.  Results as for image_read(). */
bool image_read_raw(const char *path, uint32_t address, struct image **image, struct error *err);

/* Like image_read(), but a file of no known format is read as raw bytes for `address`. */
bool image_read_any(const char *path, uint32_t address, struct image **image, struct error *err);

/* Like image_read(), with a file that is in memory already.  The bytes are copied; messages call
 * the file `name`. */
bool image_read_bytes(const char *name, const void *bytes, size_t size, struct image **image,
                      struct error *err);

/* NULL is allowed. */
void image_destroy(struct image *image);

/* The segment that holds the byte at `address`, by physical or by virtual address; or NULL. */
const struct image_segment *image_find_segment(const struct image *image, uint32_t address);

/* Checks that there is memory for all segments: is_memory() is called once for every segment, and
 * says whether all `size` bytes from `address` on can be loaded.  False: err->status is
 * LEON3EMU_IMAGE and the text names the first segment that does not fit. */
bool image_check_fits(const struct image *image,
                      bool (*is_memory)(void *context, uint32_t address, uint32_t size),
                      void *context, struct error *err);

/* Writes all segments by ascending address.  `bytes` NULL stands for `size` zeros; size >= 1. */
void image_store(const struct image *image,
                 void (*write)(void *context, uint32_t address, const uint8_t *bytes,
                               uint32_t size),
                 void *context);

/* "ELF", "S-record", "Intel HEX", "uImage" or "raw". */
const char *image_format_name(enum image_format format);

#endif
