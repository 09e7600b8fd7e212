// SPDX-License-Identifier: MIT
/* Error messages about a board, with file and line. */
#include <stdarg.h>
#include <stdio.h>

#include "board/board_entry.h"

bool board_refuse(const struct board_desc *desc, unsigned line, struct error *err,
                  const char *format, ...)
{
    char reason[768];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (line == 0) {
        return error_set(err, desc->source->status, "%s: %s", desc->source->label, reason);
    }
    return error_set(err, desc->source->status, "%s:%u: %s", desc->source->label, line, reason);
}

bool board_note_once(const struct board_desc *desc, unsigned *first,
                     const struct board_entry *entry, struct error *err)
{
    if (*first != 0) {
        return board_refuse(desc, entry->line, err,
                            "%s is given twice, first in line %u; remove one of them", entry->name,
                            *first);
    }
    *first = entry->line;
    return true;
}
