// SPDX-License-Identifier: MIT
/* libFuzzer: any text as a board file, and as the property list of --periph. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/property_list.h"
#include "machine/board_file.h"

static void check_board(const struct board_desc *desc)
{
    CHECK(desc->clock_hz != 0 && desc->memory_count > 0);
    for (size_t i = 0; i < desc->memory_count; i++) {
        const struct board_memory *memory = &desc->memories[i];
        CHECK(memory->line > 0 && memory->size > 0 && memory->name[0] != '\0');
        CHECK((uint64_t)memory->base + memory->size <= UINT64_C(0x100000000));
    }
    for (size_t i = 0; i < desc->device_count; i++) {
        const struct board_device *device = &desc->devices[i];
        CHECK(device->line > 0 && device->name[0] != '\0' && device->class_name[0] != '\0');
    }
}

static void try_board(const char *text, size_t size)
{
    struct error err = {.text = ""};
    struct board_desc *desc;

    if (board_file_parse("fuzz.board", text, size, &desc, &err)) {
        check_board(desc);
        board_desc_destroy(desc);
    } else {
        CHECK(err.status == LEON3EMU_BOARD && strncmp(err.text, "fuzz.board:", 11) == 0);
    }
}

static void try_list(const uint8_t *bytes, size_t size)
{
    struct error err = {.text = ""};
    struct property_list list;
    char *text = malloc(size + 1);

    CHECK(text != NULL);
    memcpy(text, bytes, size);
    text[size] = '\0';
    if (property_list_parse(text, &list, &err)) {
        for (size_t i = 0; i < list.count; i++) {
            CHECK(property_list_find(&list, list.properties[i].key) == &list.properties[i]);
        }
        property_list_clear(&list);
    } else {
        CHECK(err.status == LEON3EMU_USAGE && err.text[0] != '\0');
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    try_board((const char *)bytes, size);
    try_list(bytes, size);
    return 0;
}
