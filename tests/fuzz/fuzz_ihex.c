// SPDX-License-Identifier: MIT
/*
 * libFuzzer: any text as an Intel HEX image.
 *
 * Random bytes hardly ever carry a right checksum, so each input is also cut into records (a byte of
 * length, a byte of type, two of address, data) whose counts and checksums are right.
 */
#include <stdio.h>
#include <stdlib.h>

#include "image_try.h"

static size_t write_record(char *text, const uint8_t *bytes, unsigned count)
{
    uint8_t header[4] = {(uint8_t)count, bytes[1], bytes[2], bytes[0] % 7};
    unsigned sum = 0;
    size_t length = 1;

    text[0] = ':';
    for (unsigned i = 0; i < 4 + count; i++) {
        uint8_t byte = i < 4 ? header[i] : bytes[i - 1];
        length += (size_t)sprintf(text + length, "%02X", byte);
        sum += byte;
    }
    return length + (size_t)sprintf(text + length, "%02X\n", (0u - sum) & 0xff);
}

static void try_records(const uint8_t *bytes, size_t size)
{
    char *text = malloc(16 * size + 32);
    size_t length = 0;

    CHECK(text != NULL);
    while (size >= 4) {
        size_t count = bytes[0] < size - 4 ? bytes[0] : size - 4;
        length += write_record(text + length, bytes + 1, (unsigned)count);
        bytes += 4 + count;
        size -= 4 + count;
    }
    image_try("fuzz.hex", text, length);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    image_try("fuzz.hex", bytes, size);
    try_records(bytes, size);
    return 0;
}
