// SPDX-License-Identifier: MIT
/*
 * Raw images: all bytes of a file from an address on, see image.h.
 *
 * The contents are not examined, so even an ELF file can be placed in memory as it is.
 */
#include <inttypes.h>

#include "image/image_format.h"

bool image_raw_read(struct image *image, uint32_t address, struct error *err)
{
    struct image_segment segment = {
        .address = address,
        .virtual_address = address,
        .file_size = (uint32_t)image->file_size,
        .mem_size = (uint32_t)image->file_size,
        .bytes = image->file,
        .access = IMAGE_READ | IMAGE_WRITE | IMAGE_EXECUTE,
        .number = 0,
    };

    image->format = IMAGE_RAW;
    image->entry = address;
    if (image->file_size == 0) {
        return image_refuse(image, err, "the file is empty; there is nothing to load");
    }
    if (image->file_size > UINT64_C(0x100000000) - address) {
        return image_refuse(image, err,
                            "%zu bytes from address 0x%08" PRIx32
                            " on reach past the end of the address space; load it lower",
                            image->file_size, address);
    }
    return image_add_segment(image, &segment, err);
}
