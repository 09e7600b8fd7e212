// SPDX-License-Identifier: MIT
/*
 * libFuzzer: any bytes as an ELF image, then its symbols and source lines.
 *
 * Besides the sanitizers' checks: an image that is accepted keeps what image.h promises.
 */
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "image/image.h"
#include "image/symbols.h"

/* Reads every byte that would be written, and checks the order of the segments. */
static void store_segment(void *context, uint32_t address, const uint8_t *bytes, uint32_t size)
{
    uint64_t *next = context;
    volatile uint8_t sink = 0;
    (void)sink;

    CHECK(size > 0 && address >= *next && size <= UINT64_C(0x100000000) - address);
    *next = (uint64_t)address + size;
    for (uint32_t i = 0; bytes != NULL && i < size; i++) {
        sink ^= bytes[i];
    }
}

static bool is_memory(void *context, uint32_t address, uint32_t size)
{
    (void)context;
    return size <= UINT64_C(0x100000000) - address;
}

static void look_up(const struct image *image, struct symbols *symbols)
{
    char text[SYMBOLS_TEXT_SIZE];
    uint32_t address;

    symbols_describe(symbols, image->entry, text, sizeof text);
    for (size_t i = 0; i < image->segment_count && i < 4; i++) {
        for (uint32_t offset = 0; offset < 64; offset += 4) {
            symbols_describe(symbols, image->segments[i].address + offset, text, sizeof text);
            CHECK(strlen(text) < sizeof text);
        }
    }
    symbols_find_address(symbols, "_start", &address);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct error err = {.text = ""};
    struct image *image;
    struct symbols *symbols;
    uint64_t next = 0;

    if (!image_read_bytes("fuzz.elf", bytes, size, &image, &err)) {
        CHECK(err.status == LEON3EMU_IMAGE && err.text[0] != '\0');
        return 0;
    }
    CHECK(image->segment_count > 0 && image_check_fits(image, is_memory, NULL, &err));
    image_store(image, store_segment, &next);
    if (symbols_read(image, &symbols, &err)) {
        look_up(image, symbols);
        symbols_destroy(symbols);
    }
    image_destroy(image);
    return 0;
}
