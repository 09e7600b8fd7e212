// SPDX-License-Identifier: MIT
/*
 * Legacy images of U-Boot (uImage), see image.h.
 *
 *     64 bytes, big-endian: magic, CRC of the header, time, size, load address, entry point, CRC of the
 *     data, operating system, architecture, type, compression, name; then the data
 *
 * Accepted: images for SPARC, of the types standalone, kernel and firmware, which are one piece of
 * data, uncompressed or compressed by gzip.  The message about another image names its type or
 * compression.  Both checksums must be right.
 *
 * Reference: U-Boot's documentation of the image header; zlib does the checksums.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bits.h"
#include "check.h"
#include "image/image_format.h"

#define MAGIC 0x27051956u

enum { HEADER_SIZE = 64 };
enum {
    AT_MAGIC = 0,
    AT_HEADER_CRC = 4,
    AT_SIZE = 12,
    AT_LOAD = 16,
    AT_ENTRY = 20,
    AT_DATA_CRC = 24
};
enum { AT_ARCHITECTURE = 29, AT_TYPE = 30, AT_COMPRESSION = 31 };
enum { ARCHITECTURE_SPARC = 10 };
enum { TYPE_STANDALONE = 1, TYPE_KERNEL = 2, TYPE_FIRMWARE = 5 };
enum { COMPRESSION_NONE = 0, COMPRESSION_GZIP = 1 };

static const char *const architectures[] = {
    "none",       "Alpha",   "ARM",      "x86",    "IA64",    "MIPS",    "MIPS64",
    "PowerPC",    "S/390",   "SuperH",   "SPARC",  "SPARC64", "M68K",    "Nios",
    "MicroBlaze", "Nios II", "Blackfin", "AVR32",  "ST200",   "Sandbox", "NDS32",
    "OpenRISC",   "ARM64",   "ARC",      "x86-64", "Xtensa",  "RISC-V",
};
static const char *const types[] = {
    "none",     "standalone", "kernel",      "RAM disk",         "multi-file",
    "firmware", "script",     "file system", "flat device tree",
};
static const char *const compressions[] = {"none", "gzip", "bzip2", "lzma", "lzo", "lz4", "zstd"};

bool image_is_uimage(const uint8_t *bytes, size_t size)
{
    return size >= HEADER_SIZE && be32_load(bytes + AT_MAGIC) == MAGIC;
}

static const char *name_of(const char *const *names, size_t count, unsigned number)
{
    return number < count ? names[number] : "an unknown number";
}

static uint32_t checksum(const uint8_t *bytes, size_t size)
{
    return (uint32_t)crc32(crc32(0, Z_NULL, 0), bytes, (uInt)size);
}

/* The header's CRC is computed with the CRC field itself as 0. */
static bool check_header(const struct image *image, struct error *err)
{
    uint8_t header[HEADER_SIZE];

    memcpy(header, image->file, HEADER_SIZE);
    memset(header + AT_HEADER_CRC, 0, 4);
    return checksum(header, HEADER_SIZE) == be32_load(image->file + AT_HEADER_CRC) ||
           image_refuse(image, err, "the checksum of the uImage header is wrong; it is damaged");
}

static bool check_kind(const struct image *image, struct error *err)
{
    unsigned architecture = image->file[AT_ARCHITECTURE];
    unsigned type = image->file[AT_TYPE];
    unsigned compression = image->file[AT_COMPRESSION];

    if (architecture != ARCHITECTURE_SPARC) {
        return image_refuse(image, err, "a uImage for architecture %u (%s), not for SPARC",
                            architecture,
                            name_of(architectures, ARRAY_LEN(architectures), architecture));
    }
    if (type != TYPE_STANDALONE && type != TYPE_KERNEL && type != TYPE_FIRMWARE) {
        return image_refuse(
            image, err, "a uImage of type %u (%s); standalone, kernel and firmware can be loaded",
            type, name_of(types, ARRAY_LEN(types), type));
    }
    if (compression != COMPRESSION_NONE && compression != COMPRESSION_GZIP) {
        return image_refuse(
            image, err, "a uImage compressed by %u (%s); make it with -C none or -C gzip",
            compression, name_of(compressions, ARRAY_LEN(compressions), compression));
    }
    return true;
}

static bool check_data(const struct image *image, uint32_t size, struct error *err)
{
    size_t there = image->file_size - HEADER_SIZE;

    if (size == 0 || size > there) {
        return image_refuse(image, err,
                            "a uImage of %" PRIu32 " bytes of data, of which %zu are there; it is "
                            "cut short",
                            size, there);
    }
    return checksum(image->file + HEADER_SIZE, size) == be32_load(image->file + AT_DATA_CRC) ||
           image_refuse(image, err, "the checksum of the uImage's data is wrong; it is damaged");
}

/* Sets the bytes of the only segment: the data, or what they inflate to. */
static bool find_bytes(struct image *image, struct image_segment *segment, struct error *err)
{
    size_t size = be32_load(image->file + AT_SIZE);

    segment->bytes = image->file + HEADER_SIZE;
    if (image->file[AT_COMPRESSION] == COMPRESSION_GZIP) {
        if (!image_inflate(image, segment->bytes, size, &image->decoded, &size, err)) {
            return false;
        }
        segment->bytes = image->decoded;
    }
    if (size == 0 || size > UINT64_C(0x100000000) - segment->address) {
        return image_refuse(image, err,
                            "%zu bytes at the load address 0x%08" PRIx32
                            " are none, or reach past the end of the address space",
                            size, segment->address);
    }
    segment->file_size = segment->mem_size = (uint32_t)size;
    return true;
}

static bool check_entry(struct image *image, struct error *err)
{
    image->entry = be32_load(image->file + AT_ENTRY);
    image->has_entry = true;
    return (image->entry % 4 == 0 && image_find_segment(image, image->entry) != NULL) ||
           image_refuse(image, err,
                        "the entry point 0x%08" PRIx32
                        " lies outside the data, or is not a multiple "
                        "of 4; make it with the right -e",
                        image->entry);
}

bool image_uimage_read(struct image *image, struct error *err)
{
    struct image_segment segment = {
        .address = be32_load(image->file + AT_LOAD),
        .access = IMAGE_READ | IMAGE_WRITE | IMAGE_EXECUTE,
    };

    image->format = IMAGE_UIMAGE;
    segment.virtual_address = segment.address;
    return check_header(image, err) && check_kind(image, err) &&
           check_data(image, be32_load(image->file + AT_SIZE), err) &&
           find_bytes(image, &segment, err) && image_add_segment(image, &segment, err) &&
           check_entry(image, err);
}
