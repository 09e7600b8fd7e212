// SPDX-License-Identifier: MIT
/* libFuzzer: any text as a board file, and as the property list of --periph.  A byte 0xff, which no text
 * has, ends the board file; what follows are settings, each ended by another. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/property_list.h"
#include "board/board_file.h"

#define SEPARATOR    '\xff'
#define SETTINGS_MAX 8

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

/* Settings change the board or are refused; either way it stays one. */
static void try_settings(struct board_desc *desc, const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    const char *settings[SETTINGS_MAX];
    size_t count = 0;
    struct error err = {.text = ""};

    CHECK(copy != NULL);
    memcpy(copy, text, size);
    copy[size] = '\0';
    for (char *at = copy; at != NULL && count < SETTINGS_MAX;) {
        char *end = strchr(at, SEPARATOR);
        if (end != NULL) {
            *end++ = '\0';
        }
        settings[count++] = at;
        at = end;
    }
    if (board_apply_settings(desc, settings, count, &err)) {
        CHECK(desc->clock_hz != 0 && desc->memory_count > 0);
    } else {
        CHECK((err.status == LEON3EMU_USAGE || err.status == LEON3EMU_BOARD) &&
              err.text[0] != '\0');
    }
    free(copy);
}

/* An include that cannot be read is trouble with a file; all else is named with the file's line. */
static void try_board(const char *text, size_t size)
{
    struct error err = {.text = ""};
    struct board_desc *desc;
    const char *end = memchr(text, SEPARATOR, size);
    size_t length = end != NULL ? (size_t)(end - text) : size;

    if (board_file_parse("fuzz.board", text, length, &desc, &err)) {
        check_board(desc);
        if (end != NULL) {
            try_settings(desc, end + 1, size - length - 1);
        }
        board_desc_destroy(desc);
    } else {
        CHECK(err.status == LEON3EMU_FILE || err.status == LEON3EMU_BOARD);
        CHECK(strstr(err.text, ": ") != NULL);
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
