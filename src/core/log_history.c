// SPDX-License-Identifier: MIT
/* --history: the last lines of a log in a ring, see log.h. */
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define LINE_SIZE 200 /* longer lines are cut */

struct log_history {
    size_t size;
    size_t next;  /* where the next line goes */
    size_t count; /* lines in the ring */
    char (*lines)[LINE_SIZE];
};

struct log_history *log_history_create(size_t size)
{
    struct log_history *history = calloc(1, sizeof *history);
    if (history == NULL) {
        return NULL;
    }
    history->size = size;
    history->lines = calloc(size, sizeof *history->lines);
    if (history->lines == NULL) {
        free(history);
        return NULL;
    }
    return history;
}

void log_history_destroy(struct log_history *history)
{
    if (history != NULL) {
        free(history->lines);
        free(history);
    }
}

void log_history_add(struct log_history *history, const char *line)
{
    size_t length = strlen(line);
    char *to = history->lines[history->next];

    length = length < LINE_SIZE ? length : LINE_SIZE - 1;
    memcpy(to, line, length);
    to[length] = '\0';
    history->next = (history->next + 1) % history->size;
    history->count += history->count < history->size;
}

const char *log_history_line(const struct log_history *history, size_t index)
{
    size_t oldest = (history->next + history->size - history->count) % history->size;
    return index < history->count ? history->lines[(oldest + index) % history->size] : NULL;
}
