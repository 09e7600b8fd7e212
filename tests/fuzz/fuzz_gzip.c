// SPDX-License-Identifier: MIT
/* libFuzzer: any bytes as a gzip file, and as the contents of one whose checksum is right. */
#include <stdlib.h>
#include <zlib.h>

#include "image_try.h"

static void try_packed(const uint8_t *bytes, size_t size)
{
    z_stream stream = {0};
    uint8_t *packed = malloc(size + 1024);

    CHECK(packed != NULL);
    CHECK(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = (z_const Bytef *)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = packed;
    stream.avail_out = (uInt)(size + 1024);
    CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&stream);
    image_try("fuzz.gz", packed, size + 1024 - stream.avail_out);
    free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    image_try("fuzz.gz", bytes, size);
    try_packed(bytes, size);
    return 0;
}
