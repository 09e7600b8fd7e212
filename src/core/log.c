// SPDX-License-Identifier: MIT
/* The log of a machine, see include/log.h. */
#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/escape.h"

static const struct {
    const char *name;
    const char *help;
} items[LOG_INDEX_COUNT] = {
#define LOG_ITEM(name, NAME, help) {#name, help},
#include "log_items.def"
#undef LOG_ITEM
};

#define LINE_SIZE 1024

/* Is a line of the item written?  With --history a line of an item may only be kept for the end. */
static bool comes_out(const struct log *log, uint32_t item)
{
    return item == 0 || log->kept == 0 || (log->shown & item) != 0;
}

void log_vline(const struct log *log, uint32_t item, const char *format, va_list arguments)
{
    char line[LINE_SIZE];
    size_t used = 0;
    if (log->write == NULL || (item != 0 && !log_on(log, item))) {
        return;
    }
    if (log->hooks != NULL && log->hooks->begin != NULL) {
        uint64_t now = log->hooks->begin(log->hooks->context, comes_out(log, item));
        if (!(item & LOG_LISTINGS)) {
            used = (size_t)snprintf(line, sizeof line, "[%" PRIu64 "] ", now);
        }
    }
    vsnprintf(line + used, sizeof line - used, format, arguments);
    escape_in_place(line, sizeof line);
    if (log->history != NULL && (item & log->kept) != 0) {
        log_history_add(log->history, line);
    }
    if (comes_out(log, item)) {
        log->write(log->context, line);
    }
}

void log_line(const struct log *log, uint32_t item, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_vline(log, item, format, arguments);
    va_end(arguments);
}

struct log_pc log_describe_pc(const struct log *log, uint32_t pc)
{
    struct log_pc described;
    char name[88] = "";

    if (log->hooks != NULL && log->hooks->name != NULL) {
        log->hooks->name(log->hooks->context, pc, name, sizeof name);
    }
    snprintf(described.text, sizeof described.text, "pc 0x%08" PRIx32 "%s%s%s", pc,
             name[0] != '\0' ? " <" : "", name, name[0] != '\0' ? ">" : "");
    return described;
}

static bool parse_word(const char *word, size_t length, uint32_t *mask)
{
    for (unsigned i = 0; i < LOG_INDEX_COUNT; i++) {
        if (strlen(items[i].name) == length && memcmp(items[i].name, word, length) == 0) {
            *mask |= 1u << i;
            return true;
        }
    }
    return false;
}

bool log_parse(const char *text, uint32_t *mask, const char **bad, int *bad_length)
{
    *mask = 0;
    for (const char *word = text; *word != '\0';) {
        size_t length = strcspn(word, ",");
        if (!parse_word(word, length, mask)) {
            *bad = word;
            *bad_length = (int)length;
            return false;
        }
        word += length;
        word += *word == ',';
    }
    return true;
}

const char *log_item_name(unsigned index)
{
    return index < LOG_INDEX_COUNT ? items[index].name : NULL;
}

const char *log_item_help(unsigned index)
{
    return index < LOG_INDEX_COUNT ? items[index].help : NULL;
}
