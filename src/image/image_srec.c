// SPDX-License-Identifier: MIT
/*
 * S-record images, see image.h.
 *
 *     S type count address data checksum       all but "S" in pairs of hexadecimal digits
 *
 *     S0           header, its text is ignored
 *     S1 S2 S3     data, address of 2, 3, 4 bytes
 *     S5 S6        how many data records came so far, in 2 or 3 bytes
 *     S7 S8 S9     the end, with an entry point of 4, 3, 2 bytes
 *
 * count is the number of bytes behind it; the low byte of the sum of all bytes from count to
 * checksum is 0xff.  A truncated file still consists of valid lines.  Therefore a file without an
 * end record is refused, unless its last record is a count (S5, S6) that is right; and so is a file
 * with anything but blank lines behind its end record.
 *
 * The entry point 0 means "none" when no data lie there, because tools write S9030000FC for that.
 *
 * Reference: Motorola M68000 Family Programmer's Reference Manual, appendix C.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "image/image_format.h"

/* State of one reading. */
struct srec_reader {
    struct image *image;
    struct error *err;
    const uint8_t *line; /* the line that is read, without blanks at its end */
    size_t line_length;
    uint32_t line_number;
    struct image_block block;
    uint32_t data_records;
    bool is_counted;   /* the last record was a count, and right */
    uint32_t end_line; /* line of the end record; 0: not seen */
};

/* One record, its digits converted to bytes. */
struct srec_record {
    char type;
    unsigned count; /* bytes in `bytes`, the checksum included */
    uint8_t bytes[255];
};

/* Bytes of address in a record of each type; 0: there is no such type. */
static const uint8_t address_sizes[10] = {2, 2, 3, 4, 0, 2, 3, 4, 3, 2};

bool image_is_srec(const uint8_t *bytes, size_t size)
{
    while (size > 0 && image_is_blank(*bytes)) {
        bytes++;
        size--;
    }
    return size >= 2 && bytes[0] == 'S' && bytes[1] >= '0' && bytes[1] <= '9';
}

/* Two digits at `column` of the line (from 0) as a byte, or -1. */
static int read_pair(const struct srec_reader *reader, size_t column)
{
    int high = image_hex_digit(reader->line[column]);
    int low = image_hex_digit(reader->line[column + 1]);

    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static bool refuse_digit(const struct srec_reader *reader, size_t column)
{
    column += image_hex_digit(reader->line[column]) >= 0;
    return image_refuse(reader->image, reader->err,
                        "line %" PRIu32
                        ", column %zu: not a hexadecimal digit; the file is damaged",
                        reader->line_number, column + 1);
}

/* Checks that the line starts with a type and has as many digits as its count says. */
static bool check_shape(const struct srec_reader *reader)
{
    size_t length = reader->line_length;
    int count;

    if (length < 4 || reader->line[0] != 'S' || reader->line[1] < '0' || reader->line[1] > '9') {
        return image_refuse(reader->image, reader->err,
                            "line %" PRIu32 " is not an S-record; the file is damaged",
                            reader->line_number);
    }
    if (address_sizes[reader->line[1] - '0'] == 0) {
        return image_refuse(reader->image, reader->err,
                            "line %" PRIu32 ": record type S%c is reserved; the file is damaged",
                            reader->line_number, reader->line[1]);
    }
    count = read_pair(reader, 2);
    if (count < 0) {
        return refuse_digit(reader, 2);
    }
    if (length != 4 + 2 * (size_t)count) {
        return image_refuse(reader->image, reader->err,
                            "line %" PRIu32 " has %zu characters where its count 0x%02x makes %d; "
                            "it is %s",
                            reader->line_number, length, (unsigned)count, 4 + 2 * count,
                            length < 4 + 2 * (size_t)count ? "cut short" : "too long");
    }
    return true;
}

static bool check_sum(const struct srec_reader *reader, const struct srec_record *record)
{
    unsigned sum = record->count;
    unsigned last = record->count - 1;

    for (unsigned i = 0; i < last; i++) {
        sum += record->bytes[i];
    }
    if ((~sum & 0xff) != record->bytes[last]) {
        return image_refuse(reader->image, reader->err,
                            "line %" PRIu32
                            ": checksum is 0x%02x where 0x%02x is right; the file is damaged",
                            reader->line_number, record->bytes[last], ~sum & 0xff);
    }
    return true;
}

static bool read_record(const struct srec_reader *reader, struct srec_record *record)
{
    if (!check_shape(reader)) {
        return false;
    }
    record->type = (char)reader->line[1];
    record->count = (unsigned)read_pair(reader, 2);
    for (unsigned i = 0; i < record->count; i++) {
        int value = read_pair(reader, 4 + 2 * i);
        if (value < 0) {
            return refuse_digit(reader, 4 + 2 * i);
        }
        record->bytes[i] = (uint8_t)value;
    }
    if (record->count < address_sizes[record->type - '0'] + 1u) {
        return image_refuse(reader->image, reader->err,
                            "line %" PRIu32
                            ": a record S%c of %u bytes has no room for its address "
                            "and checksum; the file is damaged",
                            reader->line_number, record->type, record->count);
    }
    return check_sum(reader, record);
}

static uint32_t record_address(const struct srec_record *record)
{
    uint32_t address = 0;

    for (unsigned i = 0; i < address_sizes[record->type - '0']; i++) {
        address = address << 8 | record->bytes[i];
    }
    return address;
}

static bool take_data(struct srec_reader *reader, const struct srec_record *record)
{
    unsigned address_size = address_sizes[record->type - '0'];
    unsigned size = record->count - address_size - 1;
    uint32_t address = record_address(record);

    reader->data_records++;
    if (size > UINT64_C(0x100000000) - address) {
        return image_refuse(reader->image, reader->err,
                            "line %" PRIu32 ": %u bytes at 0x%08" PRIx32
                            " reach past the end of the address space; link it lower",
                            reader->line_number, size, address);
    }
    return image_block_add(&reader->block, address, record->bytes + address_size, size,
                           reader->line_number, reader->err);
}

static bool check_record_count(const struct srec_reader *reader, const struct srec_record *record)
{
    uint32_t claimed = record_address(record);

    if (claimed != reader->data_records) {
        return image_refuse(reader->image, reader->err,
                            "line %" PRIu32 " counts %" PRIu32
                            " data records, but there are %" PRIu32
                            "; lines are missing or doubled",
                            reader->line_number, claimed, reader->data_records);
    }
    return true;
}

static bool take_record(struct srec_reader *reader, const struct srec_record *record)
{
    reader->is_counted = record->type == '5' || record->type == '6';
    switch (record->type) {
    case '0':
        return true;
    case '1':
    case '2':
    case '3':
        return take_data(reader, record);
    case '5':
    case '6':
        return check_record_count(reader, record);
    default:
        reader->end_line = reader->line_number;
        reader->image->entry = record_address(record);
        return true;
    }
}

static bool read_line(void *context, const uint8_t *line, size_t length, uint32_t number)
{
    struct srec_reader *reader = context;
    struct srec_record record;

    reader->line = line;
    reader->line_length = length;
    reader->line_number = number;
    if (reader->end_line != 0) {
        return image_refuse(reader->image, reader->err,
                            "line %" PRIu32 " comes after the end record in line %" PRIu32
                            "; are two files joined?",
                            reader->line_number, reader->end_line);
    }
    return read_record(reader, &record) && take_record(reader, &record);
}

/* For a file without an end record, and so without an entry point: its lowest address becomes the
 * entry. */
static void start_at_lowest(struct image *image)
{
    image->entry = UINT32_MAX;
    for (size_t i = 0; i < image->segment_count; i++) {
        if (image->segments[i].address < image->entry) {
            image->entry = image->segments[i].address;
        }
    }
    snprintf(image->note, sizeof image->note,
             "no end record, but all data are there: the entry point is taken to be the lowest "
             "address, 0x%08" PRIx32,
             image->entry);
}

/* Checks the file as a whole: it has an end and data, and its entry point, if any, makes sense. */
static bool check_end(struct srec_reader *reader)
{
    struct image *image = reader->image;
    bool in_data = image_find_segment(image, image->entry) != NULL;

    if (reader->end_line == 0 && !reader->is_counted) {
        return image_refuse(image, reader->err,
                            "no end record (S7, S8 or S9) after line %" PRIu32
                            "; the file is cut short",
                            reader->line_number);
    }
    if (image->segment_count == 0) {
        return image_refuse(image, reader->err,
                            "no data record in %" PRIu32 " lines; there is "
                            "nothing to load",
                            reader->line_number);
    }
    if (reader->end_line == 0) {
        start_at_lowest(image);
        in_data = true;
    }
    image->has_entry = image->entry != 0 || in_data;
    return image_check_entry(image, reader->end_line != 0 ? reader->end_line : reader->line_number,
                             reader->err);
}

bool image_srec_read(struct image *image, struct error *err)
{
    struct srec_reader reader = {.image = image, .err = err};

    image->format = IMAGE_SREC;
    return image_block_begin(&reader.block, image, err) &&
           image_each_line(image, read_line, &reader) && image_block_end(&reader.block, err) &&
           check_end(&reader);
}
