// SPDX-License-Identifier: MIT
/*
 * Firmware images: what holds for all formats, see image.h.
 *
 * The file is copied into memory and handed to the reader of its format.  Afterwards the segments
 * are sorted by address, which makes the check for overlaps one pass.
 */
#include "image/image.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "image/image_format.h"

static uint64_t segment_end(const struct image_segment *segment)
{
    return (uint64_t)segment->address + segment->mem_size;
}

/* What messages call a segment of this format: "segment", "data from line", ... */
static const char *segment_noun(const struct image *image)
{
    switch (image->format) {
    case IMAGE_SREC:
    case IMAGE_IHEX:
        return "the data from line";
    default:
        return "segment";
    }
}

/* "segment 2", "the data from line 7"; a raw image is one piece. */
static void segment_text(const struct image *image, const struct image_segment *segment, char *text,
                         size_t size)
{
    if (image->format == IMAGE_RAW) {
        snprintf(text, size, "its data");
    } else {
        snprintf(text, size, "%s %" PRIu32, segment_noun(image), segment->number);
    }
}

static int compare_segments(const void *left, const void *right)
{
    const struct image_segment *a = left;
    const struct image_segment *b = right;

    if (a->address != b->address) {
        return a->address < b->address ? -1 : 1;
    }
    return (a->number > b->number) - (a->number < b->number);
}

/* Requires: segments sorted. */
static bool check_overlaps(const struct image *image, struct error *err)
{
    const char *noun = segment_noun(image);

    for (size_t i = 1; i < image->segment_count; i++) {
        const struct image_segment *a = &image->segments[i - 1];
        const struct image_segment *b = &image->segments[i];
        if (segment_end(a) > b->address) {
            return image_refuse(image, err,
                                "%s %" PRIu32 " (0x%08" PRIx32 "-0x%08" PRIx64 ") and %s %" PRIu32
                                " (0x%08" PRIx32 "-0x%08" PRIx64
                                ") overlap in memory; correct the addresses and link again",
                                noun, a->number, a->address, segment_end(a) - 1, noun, b->number,
                                b->address, segment_end(b) - 1);
        }
    }
    return true;
}

/* Replaces the compressed file in image->file by its contents. */
static bool inflate_file(struct image *image, struct error *err)
{
    uint8_t *bytes;
    size_t size;

    if (!image_inflate(image, image->file, image->file_size, &bytes, &size, err)) {
        return false;
    }
    free(image->file);
    image->file = bytes;
    image->file_size = size;
    return true;
}

static bool read_format(struct image *image, struct error *err)
{
    if (image_is_gzip(image->file, image->file_size) && !inflate_file(image, err)) {
        return false;
    }
    if (image->file_size == 0) {
        return image_refuse(image, err, "the file is empty; was the link step interrupted?");
    }
    if (image_is_elf(image->file, image->file_size)) {
        return image_elf_read(image, err);
    }
    if (image_is_srec(image->file, image->file_size)) {
        return image_srec_read(image, err);
    }
    if (image_is_ihex(image->file, image->file_size)) {
        return image_ihex_read(image, err);
    }
    if (image_is_uimage(image->file, image->file_size)) {
        return image_uimage_read(image, err);
    }
    image->is_unknown = true;
    return image_refuse(
        image, err,
        "neither an ELF, S-record, Intel HEX nor uImage file; give a raw image with its address, "
        "as in --load FILE@0x40000000, or with --bios if it is a boot PROM");
}

static struct image *image_new(const char *name)
{
    struct image *image = calloc(1, sizeof *image);

    if (image != NULL) {
        host_file_label(name, image->label);
    }
    return image;
}

/* Sorts and checks what a reader has made; hands the image out or destroys it. */
static bool image_finish(struct image *image, bool good, struct image **result, struct error *err)
{
    if (good) {
        ASSERT(image->segment_count > 0);
        qsort(image->segments, image->segment_count, sizeof *image->segments, compare_segments);
        good = check_overlaps(image, err);
    }
    if (!good) {
        image_destroy(image);
        return false;
    }
    *result = image;
    return true;
}

/* An image that holds the file's bytes but no segments yet. */
static bool open_image(const char *path, struct image **result, struct error *err)
{
    struct host_file file;
    struct image *image;

    if (!host_file_read(path, IMAGE_FILE_MAX, &file, err)) {
        return false;
    }
    image = image_new(path);
    if (image == NULL) {
        free(file.bytes);
        return error_set(err, LEON3EMU_HOST, "no memory for an image");
    }
    image->file = file.bytes;
    image->file_size = file.size;
    *result = image;
    return true;
}

bool image_read(const char *path, struct image **image, struct error *err)
{
    struct image *opened = NULL;

    return open_image(path, &opened, err) &&
           image_finish(opened, read_format(opened, err), image, err);
}

bool image_read_any(const char *path, uint32_t address, struct image **image, struct error *err)
{
    struct image *opened = NULL;
    struct error reason = {.text = ""};
    bool good;

    if (!open_image(path, &opened, err)) {
        return false;
    }
    good = read_format(opened, &reason);
    if (!good && opened->is_unknown) {
        good = image_raw_read(opened, address, err);
    } else if (!good) {
        error_set(err, reason.status, "%s", reason.text);
    }
    return image_finish(opened, good, image, err);
}

bool image_read_raw(const char *path, uint32_t address, struct image **image, struct error *err)
{
    struct image *opened = NULL;

    return open_image(path, &opened, err) &&
           image_finish(opened, image_raw_read(opened, address, err), image, err);
}

bool image_read_bytes(const char *name, const void *bytes, size_t size, struct image **image,
                      struct error *err)
{
    struct image *opened;

    if (size > IMAGE_FILE_MAX) {
        return error_set(err, LEON3EMU_IMAGE, "%.*s: %zu bytes, more than the %zu that can be used",
                         HOST_FILE_LABEL_SIZE, name, size, IMAGE_FILE_MAX);
    }
    opened = image_new(name);
    if (opened != NULL) {
        opened->file = malloc(size + 1);
    }
    if (opened == NULL || opened->file == NULL) {
        image_destroy(opened);
        return error_set(err, LEON3EMU_HOST, "no memory for an image of %zu bytes", size);
    }
    if (size > 0) {
        memcpy(opened->file, bytes, size);
    }
    opened->file[size] = 0;
    opened->file_size = size;
    return image_finish(opened, read_format(opened, err), image, err);
}

void image_destroy(struct image *image)
{
    if (image != NULL) {
        free(image->segments);
        free(image->decoded);
        free(image->file);
        free(image);
    }
}

bool image_check_fits(const struct image *image,
                      bool (*is_memory)(void *context, uint32_t address, uint32_t size),
                      void *context, struct error *err)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        char text[60];
        if (!is_memory(context, segment->address, segment->mem_size)) {
            segment_text(image, segment, text, sizeof text);
            return image_refuse(image, err,
                                "%s (0x%08" PRIx32 "-0x%08" PRIx64
                                ") lies outside the board's memory; %s or choose another with "
                                "--board",
                                text, segment->address, segment_end(segment) - 1,
                                image->format == IMAGE_RAW ? "load it elsewhere"
                                                           : "link it for this board");
        }
    }
    return true;
}

void image_store(const struct image *image,
                 void (*write)(void *context, uint32_t address, const uint8_t *bytes,
                               uint32_t size),
                 void *context)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];
        if (segment->file_size > 0) {
            write(context, segment->address, segment->bytes, segment->file_size);
        }
        if (segment->mem_size > segment->file_size) {
            write(context, segment->address + segment->file_size, NULL,
                  segment->mem_size - segment->file_size);
        }
    }
}

const char *image_format_name(enum image_format format)
{
    static const char *const names[] = {[IMAGE_ELF] = "ELF",
                                        [IMAGE_SREC] = "S-record",
                                        [IMAGE_IHEX] = "Intel HEX",
                                        [IMAGE_UIMAGE] = "uImage",
                                        [IMAGE_RAW] = "raw"};

    return names[format];
}
