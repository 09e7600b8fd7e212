// SPDX-License-Identifier: MIT
/* libFuzzer: any bytes as a uImage, as they are and with magic, size and both checksums put right. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bits.h"
#include "image_try.h"

#define HEADER 64

static void seal(uint8_t *bytes, size_t size)
{
    be32_store(bytes, 0x27051956);
    be32_store(bytes + 12, (uint32_t)(size - HEADER));
    be32_store(bytes + 24, (uint32_t)crc32(0, bytes + HEADER, (uInt)(size - HEADER)));
    bytes[29] = 10;
    be32_store(bytes + 4, 0);
    be32_store(bytes + 4, (uint32_t)crc32(0, bytes, HEADER));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t *copy;

    image_try("fuzz.ub", bytes, size);
    if (size > HEADER) {
        copy = malloc(size);
        CHECK(copy != NULL);
        memcpy(copy, bytes, size);
        seal(copy, size);
        image_try("fuzz.ub", copy, size);
        free(copy);
    }
    return 0;
}
