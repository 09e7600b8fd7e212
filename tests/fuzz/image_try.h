/* SPDX-License-Identifier: MIT */
/* What the fuzz targets of image formats share: an image is refused with a sentence, or is in order. */
#ifndef IMAGE_TRY_H
#define IMAGE_TRY_H

#include <stdint.h>

#include "check.h"
#include "image/image.h"

static inline void image_try_segment(void *context, uint32_t address, const uint8_t *bytes,
                                     uint32_t size)
{
    uint64_t *next = context;
    volatile uint8_t sink = 0;
    (void)sink;

    CHECK(size > 0 && address >= *next);
    *next = (uint64_t)address + size;
    for (uint32_t i = 0; bytes != NULL && i < size; i++) {
        sink ^= bytes[i];
    }
}

static inline void image_try(const char *name, const void *bytes, size_t size)
{
    struct error err = {.text = ""};
    struct image *image;
    uint64_t next = 0;

    if (image_read_bytes(name, bytes, size, &image, &err)) {
        image_store(image, image_try_segment, &next);
        CHECK(next <= UINT64_C(0x100000000));
        CHECK(!image->has_entry || image_find_segment(image, image->entry) != NULL);
        image_destroy(image);
    } else {
        CHECK((err.status == LEON3EMU_IMAGE || err.status == LEON3EMU_HOST) && err.text[0] != '\0');
    }
}

#endif
