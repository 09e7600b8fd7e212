// SPDX-License-Identifier: MIT
/*
 * libFuzzer: any text as an S-record image.
 *
 * Random bytes hardly ever carry a right checksum, so each input is also tried with its checksums
 * and counts put right; otherwise only the refusals would be reached.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "image/image.h"

static void store_segment(void *context, uint32_t address, const uint8_t *bytes, uint32_t size)
{
    uint64_t *next = context;
    volatile uint8_t sink = 0;
    (void)sink;

    CHECK(bytes != NULL && size > 0 && address >= *next);
    *next = (uint64_t)address + size;
    for (uint32_t i = 0; i < size; i++) {
        sink ^= bytes[i];
    }
}

static void try_text(const void *text, size_t size)
{
    struct error err = {.text = ""};
    struct image *image;
    uint64_t next = 0;

    if (image_read_bytes("fuzz.srec", text, size, &image, &err)) {
        image_store(image, store_segment, &next);
        CHECK(next <= UINT64_C(0x100000000));
        image_destroy(image);
    } else {
        CHECK(err.status == LEON3EMU_IMAGE && err.text[0] != '\0');
    }
}

/* Makes a record of `size` bytes (type, then address and data): any bytes become a right record. */
static size_t write_record(char *text, const uint8_t *bytes, size_t size)
{
    unsigned sum = (unsigned)size;
    size_t length = (size_t)sprintf(text, "S%u%02X", bytes[0] % 10u, (unsigned)size);

    for (size_t i = 1; i < size; i++) {
        length += (size_t)sprintf(text + length, "%02X", bytes[i]);
        sum += bytes[i];
    }
    return length + (size_t)sprintf(text + length, "%02X\n", ~sum & 0xff);
}

/* Cuts the input into records: one byte of length, then as many bytes. */
static void try_records(const uint8_t *bytes, size_t size)
{
    char *text = malloc(8 * size + 16);
    size_t length = 0;

    CHECK(text != NULL);
    while (size > 1) {
        size_t part = bytes[0] < size ? bytes[0] : size - 1;
        if (part > 0) {
            length += write_record(text + length, bytes + 1, part);
        }
        bytes += part + 1;
        size -= part + 1;
    }
    try_text(text, length);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    try_text(bytes, size);
    try_records(bytes, size);
    return 0;
}
