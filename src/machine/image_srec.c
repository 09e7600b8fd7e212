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
 * checksum is 0xff.  The format is lines of printable text, so truncation is not seen by itself: a
 * file without an end record is therefore refused, and so is anything but blank lines behind it.
 *
 * The entry point 0 means "none" when no data lie there, because tools write S9030000FC for that.
 *
 * Reference: Motorola M68000 Family Programmer's Reference Manual, appendix C.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "machine/image_format.h"

/* State of one reading. */
struct srec_reader {
    struct image *image;
    struct error *err;
    const uint8_t *line; /* the line that is read, without blanks at its end */
    size_t line_length;
    uint32_t line_number;
    struct image_segment block; /* data that follow each other so far; mem_size 0: none */
    uint8_t *free_byte;         /* where in image->decoded the next data byte goes */
    uint32_t data_records;
    uint32_t end_line; /* line of the end record; 0: not seen */
};

/* One record, its digits made bytes. */
struct srec_record {
    char type;
    unsigned count; /* bytes in `bytes`, the checksum included */
    uint8_t bytes[255];
};

/* Bytes of address in a record of each type; 0: there is no such type. */
static const uint8_t address_sizes[10] = {2, 2, 3, 4, 0, 2, 3, 4, 3, 2};

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static int hex_value(uint8_t byte)
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

bool image_is_srec(const uint8_t *bytes, size_t size)
{
    while (size > 0 && is_blank(*bytes)) {
        bytes++;
        size--;
    }
    return size >= 2 && bytes[0] == 'S' && bytes[1] >= '0' && bytes[1] <= '9';
}

/* Two digits at `column` of the line (from 0) as a byte, or -1. */
static int read_pair(const struct srec_reader *reader, size_t column)
{
    int high = hex_value(reader->line[column]);
    int low = hex_value(reader->line[column + 1]);

    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static bool refuse_digit(const struct srec_reader *reader, size_t column)
{
    column += hex_value(reader->line[column]) >= 0;
    return image_refuse(reader->image, reader->err,
                        "line %" PRIu32
                        ", column %zu: not a hexadecimal digit; the file is damaged",
                        reader->line_number, column + 1);
}

/* The line starts with a type, and has as many digits as its count says. */
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

static bool finish_block(struct srec_reader *reader)
{
    return reader->block.mem_size == 0 ||
           image_add_segment(reader->image, &reader->block, reader->err);
}

static bool start_block(struct srec_reader *reader, uint32_t address)
{
    if (!finish_block(reader)) {
        return false;
    }
    reader->block = (struct image_segment){
        .address = address,
        .virtual_address = address,
        .bytes = reader->free_byte,
        .access = IMAGE_READ | IMAGE_WRITE | IMAGE_EXECUTE,
        .number = reader->line_number,
    };
    return true;
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
    if (size == 0) {
        return true;
    }
    /* Past 2^32 the sum wraps to 0, where a block that follows is new all the same. */
    if (reader->block.mem_size == 0 || address == 0 ||
        address != reader->block.address + reader->block.mem_size) {
        if (!start_block(reader, address)) {
            return false;
        }
    }
    memcpy(reader->free_byte, record->bytes + address_size, size);
    reader->free_byte += size;
    reader->block.file_size += size;
    reader->block.mem_size += size;
    return true;
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

static bool read_line(struct srec_reader *reader)
{
    struct srec_record record;

    while (reader->line_length > 0 && is_blank(reader->line[reader->line_length - 1])) {
        reader->line_length--;
    }
    if (reader->line_length == 0) {
        return true;
    }
    if (reader->end_line != 0) {
        return image_refuse(reader->image, reader->err,
                            "line %" PRIu32 " comes after the end record in line %" PRIu32
                            "; are two files joined?",
                            reader->line_number, reader->end_line);
    }
    return read_record(reader, &record) && take_record(reader, &record);
}

static bool read_lines(struct srec_reader *reader)
{
    const uint8_t *next = reader->image->file;
    const uint8_t *end = next + reader->image->file_size;

    while (next < end) {
        const uint8_t *newline = memchr(next, '\n', (size_t)(end - next));
        const uint8_t *stop = newline != NULL ? newline : end;
        reader->line = next;
        reader->line_length = (size_t)(stop - next);
        reader->line_number++;
        if (!read_line(reader)) {
            return false;
        }
        next = newline != NULL ? newline + 1 : end;
    }
    return finish_block(reader);
}

/* The file as a whole: it has an end and data, and its entry point, if any, makes sense. */
static bool check_end(struct srec_reader *reader)
{
    struct image *image = reader->image;
    bool in_data = image_find_segment(image, image->entry) != NULL;

    if (reader->end_line == 0) {
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
    image->has_entry = image->entry != 0 || in_data;
    if (image->has_entry && (!in_data || image->entry % 4 != 0)) {
        return image_refuse(image, reader->err,
                            "line %" PRIu32 ": the entry point 0x%08" PRIx32 " %s; link with the "
                            "right start address",
                            reader->end_line, image->entry,
                            in_data ? "is not a multiple of 4" : "lies outside the data");
    }
    return true;
}

bool image_srec_read(struct image *image, struct error *err)
{
    struct srec_reader reader = {.image = image, .err = err};

    image->format = IMAGE_SREC;
    /* Two digits make a byte, so the data are less than half of the file. */
    image->decoded = malloc(image->file_size / 2 + 1);
    if (image->decoded == NULL) {
        return error_set(err, LEON3EMU_HOST, "no memory for the data of %s", image->label);
    }
    reader.free_byte = image->decoded;
    return read_lines(&reader) && check_end(&reader);
}
