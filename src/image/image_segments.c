// SPDX-License-Identifier: MIT
/* Functions that the readers of all formats use: add a segment, find one, refuse the file. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "image/image_format.h"

bool image_refuse(const struct image *image, struct error *err, const char *format, ...)
{
    char reason[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return error_set(err, LEON3EMU_IMAGE, "%s: %s", image->label, reason);
}

bool image_add_segment(struct image *image, const struct image_segment *segment, struct error *err)
{
    size_t count = image->segment_count;
    struct image_segment *grown = image->segments;

    /* The array's room is a power of two; it is full when the count is a power of two. */
    if ((count & (count - 1)) == 0) {
        grown = realloc(grown, (count == 0 ? 1 : 2 * count) * sizeof *grown);
        if (grown == NULL) {
            return error_set(err, LEON3EMU_HOST, "no memory for the %zu segments of %s", count + 1,
                             image->label);
        }
        image->segments = grown;
    }
    grown[count] = *segment;
    image->segment_count++;
    return true;
}

static bool is_in_range(uint32_t start, uint32_t size, uint32_t address)
{
    return address >= start && address - start < size;
}

const struct image_segment *image_find_segment(const struct image *image, uint32_t address)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        if (is_in_range(segment->address, segment->mem_size, address) ||
            is_in_range(segment->virtual_address, segment->mem_size, address)) {
            return segment;
        }
    }
    return NULL;
}
