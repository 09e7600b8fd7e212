// SPDX-License-Identifier: MIT
/*
 * What image.c and the readers of the single formats share.  Not for others.
 *
 * A reader gets an image whose label, file and file_size are set.  It adds segments in any order
 * and sets format, entry and has_entry; image.c then sorts them and checks what holds for all
 * formats.
 */
#ifndef MACHINE_IMAGE_FORMAT_H
#define MACHINE_IMAGE_FORMAT_H

#include "machine/image.h"

/* Do the first bytes look like this format? */
bool image_is_elf(const uint8_t *bytes, size_t size);
bool image_is_srec(const uint8_t *bytes, size_t size);

bool image_elf_read(struct image *image, struct error *err);
bool image_srec_read(struct image *image, struct error *err);
bool image_raw_read(struct image *image, uint32_t address, struct error *err);

/* Appends a copy of *segment.  False: no memory. */
bool image_add_segment(struct image *image, const struct image_segment *segment, struct error *err);

/* Refuses the image: fills *err with "label: ..." and status LEON3EMU_IMAGE, returns false. */
bool image_refuse(const struct image *image, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
