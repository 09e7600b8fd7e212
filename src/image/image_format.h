// SPDX-License-Identifier: MIT
/*
 * What image.c and the readers of the single formats share.  Not for others.
 *
 * A reader gets an image whose label, file and file_size are set.  It adds segments in any order
 * and sets format, entry and has_entry; image.c then sorts them and checks what holds for all
 * formats.
 */
#ifndef IMAGE_IMAGE_FORMAT_H
#define IMAGE_IMAGE_FORMAT_H

#include "image/image.h"

/* Do the first bytes look like this format? */
bool image_is_elf(const uint8_t *bytes, size_t size);
bool image_is_srec(const uint8_t *bytes, size_t size);

bool image_is_ihex(const uint8_t *bytes, size_t size);
bool image_is_uimage(const uint8_t *bytes, size_t size);
bool image_is_gzip(const uint8_t *bytes, size_t size);

bool image_ihex_read(struct image *image, struct error *err);
bool image_uimage_read(struct image *image, struct error *err);
bool image_elf_read(struct image *image, struct error *err);
bool image_srec_read(struct image *image, struct error *err);
bool image_raw_read(struct image *image, uint32_t address, struct error *err);

/* Data of a gzip file, from malloc() and followed by one zero byte.  False: *err says what is wrong. */
bool image_inflate(const struct image *image, const uint8_t *bytes, size_t size, uint8_t **result,
                   size_t *result_size, struct error *err);

/* ---- formats made of lines of hexadecimal digits ---- */

bool image_is_blank(uint8_t byte);
/* 0 to 15, or -1. */
int image_hex_digit(uint8_t byte);

/* Calls take() for each line that is not blank, without blanks at its end; number counts all lines,
 * from 1.  Returns false as soon as take() does. */
bool image_each_line(const struct image *image,
                     bool (*take)(void *context, const uint8_t *line, size_t length,
                                  uint32_t number),
                     void *context);

/* Collects the data of records: those whose addresses follow each other become one segment. */
struct image_block {
    struct image *image;
    struct image_segment segment; /* mem_size 0: none yet */
    uint8_t *free_byte;           /* where in image->decoded the next data byte goes */
};

/* Makes image->decoded, which has room for half of the file. */
bool image_block_begin(struct image_block *block, struct image *image, struct error *err);
/* number: of the line that the data are from. */
bool image_block_add(struct image_block *block, uint32_t address, const uint8_t *bytes,
                     unsigned size, uint32_t number, struct error *err);
/* Adds the last segment. */
bool image_block_end(struct image_block *block, struct error *err);

/* Refuses an entry point, if there is one, that lies outside the segments or is not a multiple of 4; number: of
 * the line that says it. */
bool image_check_entry(const struct image *image, uint32_t number, struct error *err);

/* Appends a copy of *segment.  False: no memory. */
bool image_add_segment(struct image *image, const struct image_segment *segment, struct error *err);

/* Refuses the image: fills *err with "label: ..." and status LEON3EMU_IMAGE, returns false. */
bool image_refuse(const struct image *image, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
