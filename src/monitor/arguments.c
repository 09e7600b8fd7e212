// SPDX-License-Identifier: MIT
/* What commands do with their arguments, see monitor.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "core/escape.h"
#include "core/parse.h"
#include "machine/machine.h"
#include "monitor/monitor.h"

#define BLANKS " \t"

/* The longest name or number that a user may give; a longer word is cut, and is therefore not found. */
#define WORD_SIZE 1100

bool monitor_refuse(const struct monitor *monitor, const char *format, ...)
{
    char text[400];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    escape_print(monitor->stream, "%s\n", text);
    return false;
}

struct monitor_word monitor_next_word(const char *line)
{
    const char *text = line + strspn(line, BLANKS);
    size_t length = strcspn(text, BLANKS);
    const char *rest = text + length;

    return (struct monitor_word){text, length, rest + strspn(rest, BLANKS)};
}

static const char *copy_word(const struct monitor_word *word, char *text, size_t size)
{
    snprintf(text, size, "%.*s", (int)word->length, word->text);
    return text;
}

/* A number below 2^32, or the name of a symbol. */
bool monitor_take_address(const struct monitor *monitor, const struct monitor_word *word,
                          uint32_t *address)
{
    const struct symbols *symbols = monitor->machine->symbols;
    char text[WORD_SIZE];
    uint64_t number;

    copy_word(word, text, sizeof text);
    if (parse_number(text, &number) && number <= UINT32_MAX) {
        *address = (uint32_t)number;
        return true;
    }
    return (symbols != NULL && symbols_find_address(symbols, text, address)) ||
           monitor_refuse(monitor, "'%.80s' is neither an address nor a symbol.", text);
}

/* The number that the word is, from 1 to maximum; without a word the value stays. */
bool monitor_take_count(const struct monitor *monitor, const struct monitor_word *word,
                        uint32_t maximum, uint32_t *value)
{
    char text[WORD_SIZE];
    uint64_t number;

    if (word->length == 0) {
        return true;
    }
    if (!parse_number(copy_word(word, text, sizeof text), &number) || number == 0 ||
        number > maximum) {
        return monitor_refuse(monitor, "'%.80s' is no number from 1 to %" PRIu32 ".", text,
                              maximum);
    }
    *value = (uint32_t)number;
    return true;
}
