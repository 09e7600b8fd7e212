// SPDX-License-Identifier: MIT
/*
 * Files compressed by gzip, see image.h: an image of any known format may be one.
 *
 * Accepted: one member with the right checksum and length, followed by nothing but zeros.  The size
 * of its contents is limited (IMAGE_INFLATED_MAX), because a small file can inflate to a very large
 * one.
 *
 * Reference: RFC 1952.  zlib does the work.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "image/image_format.h"

#define WINDOW_OF_GZIP (15 + 16) /* for inflateInit2(): 16 means that the data have a gzip header */
#define FIRST_SIZE     ((size_t)64 << 10)

bool image_is_gzip(const uint8_t *bytes, size_t size)
{
    return size >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == Z_DEFLATED;
}

static bool refuse_data(const struct image *image, struct error *err, const z_stream *stream)
{
    return image_refuse(image, err, "the gzip data are damaged or cut short (%s)",
                        stream->msg != NULL ? stream->msg : "they end too early");
}

/* Doubles the room, and adds a byte for the terminating zero. */
static bool grow_buffer(const struct image *image, uint8_t **bytes, size_t *room, struct error *err)
{
    size_t wanted = *room == 0 ? FIRST_SIZE : 2 * *room;
    uint8_t *grown;

    if (*room == IMAGE_INFLATED_MAX) {
        return image_refuse(image, err,
                            "the gzip data become more than the %zu bytes that can be used",
                            IMAGE_INFLATED_MAX);
    }
    wanted = wanted < IMAGE_INFLATED_MAX ? wanted : IMAGE_INFLATED_MAX;
    grown = realloc(*bytes, wanted + 1);
    if (grown == NULL) {
        return error_set(err, LEON3EMU_HOST, "no memory for the data of %s", image->label);
    }
    *bytes = grown;
    *room = wanted;
    return true;
}

static bool inflate_all(const struct image *image, z_stream *stream, uint8_t **bytes, size_t *size,
                        struct error *err)
{
    size_t room = 0;
    int state;

    do {
        if (*size == room && !grow_buffer(image, bytes, &room, err)) {
            return false;
        }
        stream->next_out = *bytes + *size;
        stream->avail_out = (uInt)(room - *size);
        state = inflate(stream, Z_NO_FLUSH);
        *size = room - stream->avail_out;
    } while (state == Z_OK && (stream->avail_out == 0 || stream->avail_in > 0));
    return state == Z_STREAM_END || refuse_data(image, err, stream);
}

static bool check_rest(const struct image *image, const z_stream *stream, struct error *err)
{
    for (uInt i = 0; i < stream->avail_in; i++) {
        if (stream->next_in[i] != 0) {
            return image_refuse(image, err,
                                "there are %u bytes behind the gzip data; are two files joined?",
                                stream->avail_in);
        }
    }
    return true;
}

bool image_inflate(const struct image *image, const uint8_t *bytes, size_t size, uint8_t **result,
                   size_t *result_size, struct error *err)
{
    z_stream stream = {0};
    uint8_t *inflated = NULL;
    bool good;

    *result_size = 0;
    if (size > UINT_MAX || inflateInit2(&stream, WINDOW_OF_GZIP) != Z_OK) {
        return error_set(err, LEON3EMU_HOST, "no memory for the data of %s", image->label);
    }
    stream.next_in = (z_const Bytef *)bytes;
    stream.avail_in = (uInt)size;
    good =
        inflate_all(image, &stream, &inflated, result_size, err) && check_rest(image, &stream, err);
    inflateEnd(&stream);
    if (!good) {
        free(inflated);
        return false;
    }
    inflated[*result_size] = 0;
    *result = inflated;
    return true;
}
