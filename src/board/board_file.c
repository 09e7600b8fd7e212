// SPDX-License-Identifier: MIT
/*
 * Board files: from text to entries, see board_file.h; board_entry.c does the rest.
 *
 * inih finds sections, names and values.  read_line() gives it one line at a time and so knows the
 * line number, which inih does not pass to its callback.  Three things are done differently from
 * inih.  It takes any indented line as a continuation; here only a line behind one that ends with a
 * comma is.  It splits a line that is too long for its buffer; here that is an error.  It knows no
 * comments with # behind values and none in continuation lines; here all comments are removed
 * before inih gets the line.
 *
 * An entry is complete only when the next one starts, so its error may be found after one of a
 * later line; the error with the lowest line number is reported.
 */
#define _POSIX_C_SOURCE 200809L

#include "board/board_file.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board/board_entry.h"
#include "board/builtin_boards.h"

#define INCLUDE_DEPTH 16
#define INCLUDE_FILES 64

struct board_reader {
    struct board_desc *desc;
    struct error *err;
    const char *next; /* text not yet read, up to end */
    const char *end;
    unsigned line;
    bool continues; /* this line continues the entry of the line before */

    struct board_entry entry; /* its value has room for the whole text */
    size_t value_length;
    bool entry_open; /* the entry was begun and may be continued */
    unsigned entry_last_line;

    struct board_seen seen;
    unsigned failed_line; /* line of the error in *err; 0: there is none */
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

/* Is the line that starts here a continuation of the open entry? */
static bool is_continuation(const struct board_reader *reader, const char *start)
{
    size_t length = reader->value_length;

    return reader->entry_open && reader->entry_last_line + 1 == reader->line && is_blank(*start) &&
           length > 0 && reader->entry.value[length - 1] == ',';
}

static bool read_included(struct board_desc *desc, const struct board_entry *entry,
                          struct error *err);

/* Hands the entry, which is complete now, to board_entry.c; if it is an include, reads what it names. */
static bool finish_entry(struct board_reader *reader)
{
    const struct board_entry *entry = &reader->entry;
    bool good;

    if (!reader->entry_open) {
        return true;
    }
    reader->entry_open = false;
    good = board_entry_take(reader->desc, &reader->seen, entry, reader->err) &&
           (!board_entry_is_include(entry) || read_included(reader->desc, entry, reader->err));
    return note_result(reader, good, entry->line);
}

/* Checks the name of a section at its own line.  inih reports a section only with its first entry,
 * so not at the right line, and an empty section never. */
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

/* Where the comment of a line begins; the line's end if it has none. */
static const char *find_comment(const char *start, const char *end)
{
    for (const char *at = start; at < end; at++) {
        if ((*at == ';' || *at == '#') && (at == start || is_blank(at[-1]))) {
            return at;
        }
    }
    return end;
}

static bool is_empty(const char *start, const char *end)
{
    while (start < end && is_blank(*start)) {
        start++;
    }
    return start == end;
}

/* Finds the next line: up to its newline, or its comment.  False: there is none. */
static bool next_line(struct board_reader *reader, const char **start, const char **end)
{
    const char *line = reader->next;
    const char *newline;

    if (line == reader->end || reader->failed_line != 0) {
        return false;
    }
    newline = memchr(line, '\n', (size_t)(reader->end - line));
    reader->next = newline != NULL ? newline + 1 : reader->end;
    reader->line++;
    reader->continues = is_continuation(reader, line);
    *end = find_comment(line, reader->next);
    if (reader->continues && *end != reader->next && is_empty(line, *end)) {
        reader->entry_last_line = reader->line; /* only a comment: the next line may continue */
    }
    while (!reader->continues && line < *end && is_blank(*line)) {
        line++;
    }
    *start = line;
    return true;
}

/* Called by inih: copies the next line into its buffer.  NULL ends the reading. */
static char *read_line(char *buffer, int size, void *context)
{
    struct board_reader *reader = context;
    const char *start, *end;

    if (!next_line(reader, &start, &end)) {
        return NULL;
    }
    if (end - start >= size) {
        board_refuse(reader->desc, reader->line, reader->err,
                     "the line is longer than %d characters; break it after a comma and indent "
                     "the rest",
                     size - 2);
        note_result(reader, false, reader->line);
        return NULL;
    }
    memcpy(buffer, start, (size_t)(end - start));
    buffer[end - start] = '\0';
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
    reader->value_length = 0;
    entry->line = reader->line;
    reader->entry_open = true;
    return true;
}

/* Called by inih for every name and value, and for every line that continues a value. */
static int take_line(void *context, const char *section, const char *name, const char *value)
{
    struct board_reader *reader = context;
    size_t length = strlen(value);

    if (!reader->continues && (!finish_entry(reader) || !start_entry(reader, section, name))) {
        return 0;
    }
    memcpy(reader->entry.value + reader->value_length, value, length + 1);
    reader->value_length += length;
    reader->entry_last_line = reader->line;
    return 1;
}

/* Reports a syntax error that inih has found, if no error above it was found here. */
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
    return check_syntax(reader, result);
}

/* ---- sources ---- */

struct board_source *board_source_add(struct board_desc *desc, const char *label,
                                      enum leon3emu_status status)
{
    struct board_source *source = calloc(1, sizeof *source);

    if (source != NULL) {
        host_file_label(label, source->label);
        source->status = status;
        source->next = desc->sources;
        desc->sources = source;
    }
    return source;
}

/* Makes the source for a file, or for a built-in board (`builtin`). */
static struct board_source *file_source(struct board_desc *desc, const char *path, bool builtin)
{
    struct board_source *source = board_source_add(desc, path, LEON3EMU_BOARD);
    const char *slash = builtin ? NULL : strrchr(path, '/');

    if (source == NULL) {
        return NULL;
    }
    source->identity = builtin ? NULL : realpath(path, NULL);
    if (source->identity == NULL) {
        source->identity = strdup(path);
    }
    if (slash != NULL) {
        source->directory = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    }
    return source->identity == NULL || (slash != NULL && source->directory == NULL) ? NULL : source;
}

static void sources_free(struct board_desc *desc)
{
    while (desc->sources != NULL) {
        struct board_source *source = desc->sources;
        desc->sources = source->next;
        free(source->directory);
        free(source->identity);
        free(source);
    }
}

static struct board_desc *desc_new(void)
{
    struct board_desc *desc = calloc(1, sizeof *desc);

    if (desc == NULL) {
        return NULL;
    }
    desc->name = strdup("unnamed");
    desc->description = strdup("");
    if (desc->name == NULL || desc->description == NULL) {
        board_desc_destroy(desc);
        return NULL;
    }
    board_cpu_defaults(&desc->cpu);
    return desc;
}

/* ---- texts and files ---- */

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

/* Reads the text of desc->source into the description. */
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

/* Reads a file or built-in board; while this is done desc->source is its source. */
static bool parse_source(struct board_desc *desc, const char *path, bool builtin, const char *text,
                         size_t size, struct error *err)
{
    const struct board_source *includer = desc->source;
    struct board_source *source = file_source(desc, path, builtin);
    bool good;

    if (source == NULL) {
        return error_set(err, LEON3EMU_HOST, "no memory for reading a board file");
    }
    source->includer = includer;
    desc->source = source;
    good = parse_text(desc, text, size, err);
    desc->source = includer != NULL ? includer : source;
    return good;
}

static bool parse_board(const char *path, bool builtin, const char *text, size_t size,
                        struct board_desc **desc, struct error *err)
{
    struct board_desc *parsed = desc_new();

    if (parsed == NULL) {
        return error_set(err, LEON3EMU_HOST, "no memory for the description of a board");
    }
    if (!parse_source(parsed, path, builtin, text, size, err) ||
        !board_entry_check_all(parsed, err)) {
        board_desc_destroy(parsed);
        return false;
    }
    *desc = parsed;
    return true;
}

bool board_file_parse(const char *path, const char *text, size_t size, struct board_desc **desc,
                      struct error *err)
{
    return parse_board(path, false, text, size, desc, err);
}

bool board_file_builtin(const char *name, const char *text, struct board_desc **desc,
                        struct error *err)
{
    return parse_board(name, true, text, strlen(text), desc, err);
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

/* ---- include ---- */

/* Refuses an include of `path` if `path` is the file that is being read or one that includes it, or
 * if includes are nested too deeply. */
static bool check_includers(const struct board_desc *desc, const struct board_entry *entry,
                            const char *path, struct error *err)
{
    char *identity = realpath(path, NULL);
    const struct board_source *source = desc->source;
    unsigned depth = 0, files = 0;

    while (source != NULL && strcmp(source->identity, identity != NULL ? identity : path) != 0) {
        source = source->includer;
        depth++;
    }
    free(identity);
    for (const struct board_source *other = desc->sources; other != NULL; other = other->next) {
        files++;
    }
    if (source != NULL) {
        return board_refuse(
            desc, entry->line, err,
            "%.100s is included while it is read: it includes itself, or files that "
            "it includes do",
            entry->value);
    }
    return (depth < INCLUDE_DEPTH && files < INCLUDE_FILES) ||
           board_refuse(desc, entry->line, err,
                        "include goes too far: at most %d files in all, %d deep", INCLUDE_FILES,
                        INCLUDE_DEPTH);
}

/* Reads the file at `path`, which the entry names. */
static bool include_file(struct board_desc *desc, const struct board_entry *entry, const char *path,
                         struct error *err)
{
    struct host_file file;
    bool good;

    if (!check_includers(desc, entry, path, err)) {
        return false;
    }
    if (!host_file_read(path, BOARD_FILE_MAX, &file, err)) {
        return error_prefix(err, "%s:%u: include", desc->source->label, entry->line);
    }
    good = parse_source(desc, path, false, (const char *)file.bytes, file.size, err);
    free(file.bytes);
    return good;
}

/* Reads the built-in board or file that an include names. */
static bool read_included(struct board_desc *desc, const struct board_entry *entry,
                          struct error *err)
{
    const char *text = board_builtin_text(entry->value);
    char *path;
    bool good;

    if (entry->value[0] == '\0') {
        return board_refuse(desc, entry->line, err,
                            "include names nothing; give a built-in board or a board file");
    }
    if (text != NULL) {
        return check_includers(desc, entry, entry->value, err) &&
               parse_source(desc, entry->value, true, text, strlen(text), err);
    }
    path = host_file_resolve(desc->source->directory, entry->value);
    if (path == NULL) {
        return error_set(err, LEON3EMU_HOST, "no memory for reading a board file");
    }
    good = include_file(desc, entry, path, err);
    free(path);
    return good;
}

/* ---- end ---- */

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
    while (desc->late != NULL) {
        struct board_late *late = desc->late;
        desc->late = late->next;
        free(late);
    }
    sources_free(desc);
    free(desc->name_slots);
    free(desc->memories);
    free(desc->devices);
    free(desc->name);
    free(desc->description);
    free(desc);
}
