// SPDX-License-Identifier: MIT
/*
 * Board files: from text to entries, see board_file.h; board_entry.c does the rest.
 *
 * inih finds sections, names and values.  It is fed line by line, so that the number of the line is
 * known in its callback, which does not get it.  Two of its habits are kept out: it takes any
 * indented line for the continuation of the one before, here only one behind a comma is; and it
 * splits a line that is too long for its buffer, here that is an error.
 *
 * An entry is complete when the next one starts, so messages may come up later than others of lines
 * below; the one with the lowest line number is reported.
 */
#define _POSIX_C_SOURCE 200809L

#include "machine/board_file.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/board_entry.h"

struct board_reader {
    struct board_desc *desc;
    struct error *err;
    const char *next; /* text not yet read, up to end */
    const char *end;
    unsigned line;
    bool continues; /* this line goes on with the entry of the line before */

    struct board_entry entry; /* its value has room for the whole text */
    bool entry_open;          /* the entry was begun and may go on */
    unsigned entry_last_line;

    struct board_seen seen;
    unsigned failed_line; /* 0: all is well; else *err is filled */
};

/* Remembers the first failure. */
static bool note_result(struct board_reader *reader, bool good, unsigned line)
{
    if (!good && reader->failed_line == 0) {
        reader->failed_line = line;
    }
    return good;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* May the line that starts here belong to the entry before? */
static bool is_continuation(const struct board_reader *reader, const char *start)
{
    size_t length;

    if (!reader->entry_open || reader->entry_last_line + 1 != reader->line || !is_blank(*start)) {
        return false;
    }
    length = strlen(reader->entry.value);
    return length > 0 && reader->entry.value[length - 1] == ',';
}

/* Hands the entry, which is complete now, to board_entry.c. */
static bool finish_entry(struct board_reader *reader)
{
    if (!reader->entry_open) {
        return true;
    }
    reader->entry_open = false;
    return note_result(reader,
                       board_entry_take(reader->desc, &reader->seen, &reader->entry, reader->err),
                       reader->entry.line);
}

/* inih tells of a section with its first entry only: too late for the line number, and not at all if it
 * has none. */
static bool check_section(struct board_reader *reader, const char *line)
{
    const char *end = strchr(line, ']');

    if (reader->continues || line[0] != '[' || end == NULL) {
        return true;
    }
    return finish_entry(reader) &&
           note_result(reader,
                       board_entry_section(reader->desc, reader->line, line + 1,
                                           (size_t)(end - line - 1), reader->err),
                       reader->line);
}

/* Copies the next line for inih, which stops at NULL. */
static char *read_line(char *buffer, int size, void *context)
{
    struct board_reader *reader = context;
    const char *start = reader->next;
    const char *newline;

    if (start == reader->end || reader->failed_line != 0) {
        return NULL;
    }
    newline = memchr(start, '\n', (size_t)(reader->end - start));
    reader->next = newline != NULL ? newline + 1 : reader->end;
    reader->line++;
    reader->continues = is_continuation(reader, start);
    while (!reader->continues && start < reader->next && is_blank(*start)) {
        start++;
    }
    if (reader->next - start >= size) {
        board_refuse(reader->desc, reader->line, reader->err,
                     "the line is longer than %d characters; break it after a comma and indent "
                     "the rest",
                     size - 2);
        note_result(reader, false, reader->line);
        return NULL;
    }
    memcpy(buffer, start, (size_t)(reader->next - start));
    buffer[reader->next - start] = '\0';
    return check_section(reader, buffer) ? buffer : NULL;
}

static bool start_entry(struct board_reader *reader, const char *section, const char *name)
{
    struct board_entry *entry = &reader->entry;

    if (strlen(name) >= sizeof entry->name) {
        board_refuse(reader->desc, reader->line, reader->err,
                     "the name \"%.20s...\" is longer than %zu characters; shorten it", name,
                     sizeof entry->name - 1);
        return note_result(reader, false, reader->line);
    }
    snprintf(entry->section, sizeof entry->section, "%s", section);
    snprintf(entry->name, sizeof entry->name, "%s", name);
    entry->value[0] = '\0';
    entry->line = reader->line;
    reader->entry_open = true;
    return true;
}

/* Called by inih for every name and value, and for every line that continues a value. */
static int take_line(void *context, const char *section, const char *name, const char *value)
{
    struct board_reader *reader = context;

    if (!reader->continues && (!finish_entry(reader) || !start_entry(reader, section, name))) {
        return 0;
    }
    strcat(reader->entry.value, value);
    reader->entry_last_line = reader->line;
    return 1;
}

/* What inih found wrong by itself, if that is above what was found here. */
static bool check_syntax(struct board_reader *reader, int result)
{
    unsigned line = result > 0 ? (unsigned)result : 0;

    if (result < 0) {
        return error_set(reader->err, LEON3EMU_HOST, "no memory for reading a board file");
    }
    if (line != 0 && (reader->failed_line == 0 || line < reader->failed_line)) {
        return board_refuse(reader->desc, line, reader->err,
                            "this is neither [section] nor key = value nor a comment starting "
                            "with ; or #");
    }
    return reader->failed_line == 0;
}

static bool read_text(struct board_reader *reader)
{
    int result = ini_parse_stream(read_line, reader, take_line, reader);

    if (reader->failed_line == 0) {
        finish_entry(reader);
    }
    return check_syntax(reader, result) &&
           board_entry_check_all(reader->desc, &reader->seen, reader->err);
}

static struct board_desc *desc_new(const char *path)
{
    struct board_desc *desc = calloc(1, sizeof *desc);

    if (desc == NULL) {
        return NULL;
    }
    host_file_label(path, desc->label);
    desc->name = strdup("unnamed");
    desc->description = strdup("");
    if (desc->name == NULL || desc->description == NULL) {
        board_desc_destroy(desc);
        return NULL;
    }
    board_entry_defaults(desc);
    return desc;
}

/* Line of the first zero byte, or 0. */
static unsigned find_zero(const char *text, size_t size)
{
    unsigned line = 1;

    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\0') {
            return line;
        }
        line += text[i] == '\n';
    }
    return 0;
}

static bool check_text(const struct board_desc *desc, const char *text, size_t size,
                       struct error *err)
{
    unsigned line = find_zero(text, size);

    if (size > BOARD_FILE_MAX) {
        return board_refuse(desc, 0, err, "more than %zu bytes; is this a board file?",
                            BOARD_FILE_MAX);
    }
    if (line != 0) {
        return board_refuse(desc, line, err, "a zero byte; is this a text file?");
    }
    return true;
}

static bool parse_text(struct board_desc *desc, const char *text, size_t size, struct error *err)
{
    struct board_reader reader = {.desc = desc, .err = err, .next = text, .end = text + size};
    bool good;

    if (!check_text(desc, text, size, err)) {
        return false;
    }
    reader.entry.value = malloc(size + 1);
    if (reader.entry.value == NULL) {
        return error_set(err, LEON3EMU_HOST, "no memory for reading a board file");
    }
    good = read_text(&reader);
    free(reader.entry.value);
    return good;
}

bool board_file_parse(const char *path, const char *text, size_t size, struct board_desc **desc,
                      struct error *err)
{
    struct board_desc *parsed = desc_new(path);

    if (parsed == NULL) {
        return error_set(err, LEON3EMU_HOST, "no memory for the description of a board");
    }
    if (!parse_text(parsed, text, size, err)) {
        board_desc_destroy(parsed);
        return false;
    }
    *desc = parsed;
    return true;
}

bool board_file_read(const char *path, struct board_desc **desc, struct error *err)
{
    struct host_file file;
    bool good;

    if (!host_file_read(path, BOARD_FILE_MAX, &file, err)) {
        return false;
    }
    good = board_file_parse(path, (const char *)file.bytes, file.size, desc, err);
    free(file.bytes);
    return good;
}

void board_desc_destroy(struct board_desc *desc)
{
    if (desc == NULL) {
        return;
    }
    for (size_t i = 0; i < desc->memory_count; i++) {
        free(desc->memories[i].name);
    }
    for (size_t i = 0; i < desc->device_count; i++) {
        free(desc->devices[i].name);
        property_list_clear(&desc->devices[i].properties);
    }
    free(desc->memories);
    free(desc->devices);
    free(desc->name);
    free(desc->description);
    free(desc);
}
