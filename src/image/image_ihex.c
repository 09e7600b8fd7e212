// SPDX-License-Identifier: MIT
/*
 * Intel HEX images, see image.h.
 *
 *     : count address type data checksum       all but ":" in pairs of hexadecimal digits
 *
 *     00  data, at base + address
 *     01  the end
 *     02  base: 2 bytes, bits 19:4           04  base: 2 bytes, bits 31:16
 *     03  entry point: CS and IP             05  entry point: 4 bytes
 *
 * The low byte of the sum of all bytes is 0.  A record whose data reach over the end of the 64 KiB behind
 * its base is refused, because tools do not agree on where they go.  A file without an end record is cut
 * short and refused.  The entry point 0 means "none" when no data lie there.
 *
 * Reference: Intel, Hexadecimal Object File Format Specification, revision A.
 */
#include <inttypes.h>
#include <string.h>

#include "image/image_format.h"

#define HEADER   5 /* bytes of a record beside its data: count, address, type, checksum */
#define DATA_MAX 255

enum {
    TYPE_DATA,
    TYPE_END,
    TYPE_SEGMENT,
    TYPE_START_SEGMENT,
    TYPE_LINEAR,
    TYPE_START_LINEAR,
    TYPES
};

struct ihex_reader {
    struct image *image;
    struct error *err;
    const uint8_t *line; /* the line that is read, without blanks at its end */
    size_t line_length;
    uint32_t line_number;
    uint32_t base;
    uint32_t end_line; /* line of the end record; 0: not seen */
    uint32_t entry_line;
    struct image_block block;
};

struct ihex_record {
    unsigned count;
    uint32_t address;
    unsigned type;
    uint8_t bytes[DATA_MAX + HEADER]; /* the data begin at 4 */
};

bool image_is_ihex(const uint8_t *bytes, size_t size)
{
    while (size > 0 && image_is_blank(*bytes)) {
        bytes++;
        size--;
    }
    return size >= 3 && bytes[0] == ':' && image_hex_digit(bytes[1]) >= 0 &&
           image_hex_digit(bytes[2]) >= 0;
}

static bool refuse_line(const struct ihex_reader *reader, const char *what)
{
    return image_refuse(reader->image, reader->err, "line %" PRIu32 " %s; the file is damaged",
                        reader->line_number, what);
}

/* Makes bytes of the line's digits, and checks that their sum is 0. */
static bool read_bytes(const struct ihex_reader *reader, uint8_t *bytes, size_t size)
{
    unsigned sum = 0;

    for (size_t i = 0; i < size; i++) {
        int high = image_hex_digit(reader->line[1 + 2 * i]);
        int low = image_hex_digit(reader->line[2 + 2 * i]);
        if (high < 0 || low < 0) {
            return refuse_line(reader, "has something else than hexadecimal digits");
        }
        bytes[i] = (uint8_t)(high << 4 | low);
        sum += bytes[i];
    }
    return (sum & 0xff) == 0 || refuse_line(reader, "has a wrong checksum");
}

/* Checks the record's type, and that its data have the length of that type (-1: any length). */
static bool check_record(const struct ihex_reader *reader, const struct ihex_record *record)
{
    static const int counts[TYPES] = {-1, 0, 2, 4, 2, 4};

    if (record->type >= TYPES) {
        return refuse_line(reader, "has an unknown record type");
    }
    if (counts[record->type] >= 0 && record->count != (unsigned)counts[record->type]) {
        return refuse_line(reader, "has a count that is wrong for its type");
    }
    return true;
}

static bool read_record(const struct ihex_reader *reader, struct ihex_record *record)
{
    size_t length = reader->line_length;

    if (length < 1 + 2 * HEADER || reader->line[0] != ':' || length % 2 != 1 ||
        length > 1 + 2 * sizeof record->bytes) {
        return refuse_line(reader, "is no record of Intel HEX");
    }
    if (!read_bytes(reader, record->bytes, length / 2)) {
        return false;
    }
    record->count = record->bytes[0];
    record->address = (uint32_t)record->bytes[1] << 8 | record->bytes[2];
    record->type = record->bytes[3];
    if (record->count + HEADER != length / 2) {
        return refuse_line(reader, "is longer or shorter than its count says");
    }
    return check_record(reader, record);
}

static uint32_t record_value(const struct ihex_record *record)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < record->count; i++) {
        value = value << 8 | record->bytes[4 + i];
    }
    return value;
}

static bool take_data(struct ihex_reader *reader, const struct ihex_record *record)
{
    if (record->address + record->count > 0x10000 ||
        (uint64_t)reader->base + record->address + record->count > UINT64_C(0x100000000)) {
        return image_refuse(reader->image, reader->err,
                            "line %" PRIu32 ": %u bytes at 0x%08" PRIx32
                            " reach past the end of their 64 KiB; convert the file again",
                            reader->line_number, record->count, reader->base + record->address);
    }
    return image_block_add(&reader->block, reader->base + record->address, record->bytes + 4,
                           record->count, reader->line_number, reader->err);
}

static bool take_record(struct ihex_reader *reader, const struct ihex_record *record)
{
    uint32_t value = record->type == TYPE_DATA ? 0 : record_value(record);

    switch (record->type) {
    case TYPE_DATA:
        return take_data(reader, record);
    case TYPE_END:
        reader->end_line = reader->line_number;
        return true;
    case TYPE_SEGMENT:
        reader->base = value << 4;
        return true;
    case TYPE_LINEAR:
        reader->base = value << 16;
        return true;
    case TYPE_START_SEGMENT:
        reader->image->entry = (value >> 16 << 4) + (value & 0xffff);
        break;
    default:
        reader->image->entry = value;
        break;
    }
    reader->entry_line = reader->line_number;
    return true;
}

static bool read_line(void *context, const uint8_t *line, size_t length, uint32_t number)
{
    struct ihex_reader *reader = context;
    struct ihex_record record;

    reader->line = line;
    reader->line_length = length;
    reader->line_number = number;
    if (reader->end_line != 0) {
        return refuse_line(reader, "comes after the end record");
    }
    return read_record(reader, &record) && take_record(reader, &record);
}

static bool check_end(struct ihex_reader *reader)
{
    struct image *image = reader->image;
    bool in_data = image_find_segment(image, image->entry) != NULL;

    if (reader->end_line == 0) {
        return image_refuse(image, reader->err,
                            "no end record (:00000001FF) after line %" PRIu32
                            "; the file is cut short",
                            reader->line_number);
    }
    if (image->segment_count == 0) {
        return image_refuse(image, reader->err, "no data record; there is nothing to load");
    }
    image->has_entry = reader->entry_line != 0 && (image->entry != 0 || in_data);
    return image_check_entry(image, reader->entry_line, reader->err);
}

bool image_ihex_read(struct image *image, struct error *err)
{
    struct ihex_reader reader = {.image = image, .err = err};

    image->format = IMAGE_IHEX;
    return image_block_begin(&reader.block, image, err) &&
           image_each_line(image, read_line, &reader) && image_block_end(&reader.block, err) &&
           check_end(&reader);
}
