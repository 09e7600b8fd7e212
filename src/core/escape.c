// SPDX-License-Identifier: MIT
/* Text from outside, escaped for a terminal; see escape.h. */
#include "core/escape.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The length of a UTF-8 character whose first byte is `first`, and in *code the code point's bits
 * that this byte holds.  0: no character begins with this byte. */
static unsigned length_by_first(uint8_t first, uint32_t *code)
{
    if (first < 0x80) {
        *code = first;
        return 1;
    }
    if (first >= 0xc2 && first < 0xe0) {
        *code = first & 0x1fu;
        return 2;
    }
    if (first >= 0xe0 && first < 0xf0) {
        *code = first & 0x0fu;
        return 3;
    }
    *code = first & 0x07u;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* Is it one of the characters that a terminal acts on instead of showing it? */
static bool is_active(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/* The number of bytes of the character at text if it is shown unchanged; 0: it must be escaped.
 * Reads nothing behind a NUL. */
static unsigned shown_length(const uint8_t *text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code;
    unsigned length = length_by_first(text[0], &code);

    for (unsigned i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
        code = code << 6 | (text[i] & 0x3fu);
    }
    if (length == 0 || code < least[length] || code > 0x10ffff ||
        (code >= 0xd800 && code < 0xe000) || is_active(code)) {
        return 0;
    }
    return length;
}

/* Writes the escape of a byte; returns its length. */
static unsigned escape_byte(uint8_t byte, char *out)
{
    static const char hex[] = "0123456789abcdef";
    static const char named[] = "\n\r\t";
    const char *found = memchr(named, byte, sizeof named - 1);

    out[0] = '\\';
    if (found != NULL) {
        out[1] = "nrt"[found - named];
        return 2;
    }
    out[1] = 'x';
    out[2] = hex[byte >> 4];
    out[3] = hex[byte & 15];
    return 4;
}

/* The output for the first character of a text. */
struct piece {
    const char *shown;      /* points into the text, or to the escape */
    unsigned length, taken; /* bytes of output; bytes of the text that it stands for */
};

static struct piece piece_of(const char *text, char escape[4])
{
    unsigned length = shown_length((const uint8_t *)text);

    if (length != 0) {
        return (struct piece){text, length, length};
    }
    return (struct piece){escape, (unsigned)escape_byte((uint8_t)*text, escape), 1};
}

const char *escape_text(const char *text, char *buffer, size_t size)
{
    size_t used = 0;

    while (*text != '\0') {
        char escape[4];
        struct piece piece = piece_of(text, escape);
        if (used + piece.length >= size) {
            break;
        }
        memcpy(buffer + used, piece.shown, piece.length);
        used += piece.length;
        text += piece.taken;
    }
    buffer[used] = '\0';
    return buffer;
}

/* Does the text need no escapes? */
static bool is_plain(const char *text)
{
    unsigned length;
    while (*text != '\0' && (length = shown_length((const uint8_t *)text)) != 0) {
        text += length;
    }
    return *text == '\0';
}

const char *escape_in_place(char *buffer, size_t size)
{
    char copy[1024];
    size_t length = strlen(buffer);

    if (is_plain(buffer)) {
        return buffer;
    }
    length = length < sizeof copy ? length : sizeof copy - 1;
    memcpy(copy, buffer, length);
    copy[length] = '\0';
    return escape_text(copy, buffer, size);
}

/* ---- lines for a stream ---- */

/* Returns the bytes written. */
static size_t write_escaped(FILE *stream, const char *text, const char *end)
{
    size_t written = 0;

    while (text < end) {
        char escape[4];
        struct piece piece = piece_of(text, escape);
        written += fwrite(piece.shown, 1, piece.length, stream);
        text += piece.taken;
    }
    return written;
}

/* How many line ends the format has behind its first `from` characters. */
static size_t line_ends_behind(const char *format, size_t from)
{
    size_t length = strlen(format);
    size_t count = 0;
    while (length - count > from && format[length - count - 1] == '\n') {
        count++;
    }
    return count;
}

int escape_print(FILE *stream, const char *format, ...)
{
    char cut[512]; /* the beginning of the text, printed if there is no memory for all of it */
    char *whole = NULL;
    const char *text;
    size_t before = strspn(format, "\n");
    size_t behind = line_ends_behind(format, before);
    size_t length;
    size_t written;
    va_list arguments;

    va_start(arguments, format);
    length = (size_t)vsnprintf(cut, sizeof cut, format, arguments);
    va_end(arguments);
    if (length >= sizeof cut) {
        va_start(arguments, format);
        whole = vasprintf(&whole, format, arguments) < 0 ? NULL : whole;
        va_end(arguments);
    }
    text = whole == NULL ? cut : whole;
    length = whole == NULL && length >= sizeof cut ? sizeof cut - 1 : length - behind;
    fwrite(format, 1, before, stream);
    written = write_escaped(stream, text + before, text + length);
    fputs(format + strlen(format) - behind, stream);
    free(whole);
    return (int)written;
}
