// SPDX-License-Identifier: MIT
/* Functions for the formats that are lines of hexadecimal digits, see image_format.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "image/image_format.h"

bool image_is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

int image_hex_digit(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    if (byte >= 'A' && byte <= 'F') {
        return byte - 'A' + 10;
    }
    if (byte >= 'a' && byte <= 'f') {
        return byte - 'a' + 10;
    }
    return -1;
}

bool image_each_line(const struct image *image,
                     bool (*take)(void *context, const uint8_t *line, size_t length,
                                  uint32_t number),
                     void *context)
{
    const uint8_t *next = image->file;
    const uint8_t *end = next + image->file_size;
    uint32_t number = 0;

    while (next < end) {
        const uint8_t *line = next;
        const uint8_t *newline = memchr(next, '\n', (size_t)(end - next));
        const uint8_t *stop = newline != NULL ? newline : end;
        next = newline != NULL ? newline + 1 : end;
        number++;
        while (stop > line && image_is_blank(stop[-1])) {
            stop--;
        }
        if (stop > line && !take(context, line, (size_t)(stop - line), number)) {
            return false;
        }
    }
    return true;
}

bool image_block_begin(struct image_block *block, struct image *image, struct error *err)
{
    *block = (struct image_block){.image = image};
    /* Two digits make a byte, so the data are less than half of the file. */
    image->decoded = malloc(image->file_size / 2 + 1);
    block->free_byte = image->decoded;
    return image->decoded != NULL ||
           error_set(err, LEON3EMU_HOST, "no memory for the data of %s", image->label);
}

bool image_block_end(struct image_block *block, struct error *err)
{
    return block->segment.mem_size == 0 || image_add_segment(block->image, &block->segment, err);
}

static bool start_segment(struct image_block *block, uint32_t address, uint32_t number,
                          struct error *err)
{
    if (!image_block_end(block, err)) {
        return false;
    }
    block->segment = (struct image_segment){
        .address = address,
        .virtual_address = address,
        .bytes = block->free_byte,
        .access = IMAGE_READ | IMAGE_WRITE | IMAGE_EXECUTE,
        .number = number,
    };
    return true;
}

bool image_block_add(struct image_block *block, uint32_t address, const uint8_t *bytes,
                     unsigned size, uint32_t number, struct error *err)
{
    struct image_segment *segment = &block->segment;

    if (size == 0) {
        return true;
    }
    /* The end of a segment that reaches to 2^32 wraps to 0; data at 0 begin a new segment in any
     * case. */
    if ((segment->mem_size == 0 || address == 0 ||
         address != segment->address + segment->mem_size) &&
        !start_segment(block, address, number, err)) {
        return false;
    }
    memcpy(block->free_byte, bytes, size);
    block->free_byte += size;
    segment->file_size += size;
    segment->mem_size += size;
    return true;
}

bool image_check_entry(const struct image *image, uint32_t number, struct error *err)
{
    bool in_data = image_find_segment(image, image->entry) != NULL;

    if (!image->has_entry || (in_data && image->entry % 4 == 0)) {
        return true;
    }
    return image_refuse(
        image, err,
        "line %" PRIu32 ": the entry point 0x%08" PRIx32 " %s; link with the right start address",
        number, image->entry, in_data ? "is not a multiple of 4" : "lies outside the data");
}
