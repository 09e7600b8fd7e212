// SPDX-License-Identifier: MIT
/* --log-filter: which code addresses and which devices a log is about, see log.h. */
#include <stdlib.h>
#include <string.h>

#include "core/parse.h"
#include "error.h"
#include "log.h"

struct range {
    uint32_t first, last;
};

struct log_filter {
    char *text; /* the filter's words, each with a terminating zero */
    struct range *ranges;
    size_t range_count;
    const char **devices; /* in text */
    size_t device_count;
};

static bool number(const char *text, uint32_t *value)
{
    uint64_t wide;
    bool ok = parse_number(text, &wide) && wide <= UINT32_MAX;
    *value = ok ? (uint32_t)wide : 0;
    return ok;
}

/* "0x40000000..0x40000fff" or "0x40000000+0x1000". */
static bool parse_range(char *word, struct range *range)
{
    char *dots = strstr(word, "..");
    char *plus = strchr(word, '+');
    char *end = dots != NULL ? dots : plus;
    uint32_t second;
    bool ok;

    if (end == NULL) {
        return false;
    }
    ok = number(end + (dots != NULL ? 2 : 1), &second);
    *end = '\0';
    ok = ok && number(word, &range->first);
    range->last = dots != NULL ? second : range->first + second - 1;
    ok = ok && (dots != NULL || second != 0); /* no bytes are no range */
    *end = dots != NULL ? '.' : '+';
    return ok && range->last >= range->first;
}

static bool add_word(struct log_filter *filter, char *word, struct error *err)
{
    if (word[0] >= '0' && word[0] <= '9') {
        return parse_range(word, &filter->ranges[filter->range_count++]) ||
               error_set(err, LEON3EMU_USAGE,
                         "--log-filter: %s is no range; write it like 0x40000000..0x40000fff or "
                         "0x40000000+0x1000",
                         word);
    }
    filter->devices[filter->device_count++] = word;
    return true;
}

struct log_filter *log_filter_parse(const char *text, struct error *err)
{
    struct log_filter *filter = calloc(1, sizeof *filter);
    size_t most = strlen(text) / 2 + 1;
    bool ok = filter != NULL;
    char *rest;

    if (ok) {
        filter->text = strdup(text);
        filter->ranges = calloc(most, sizeof *filter->ranges);
        filter->devices = calloc(most, sizeof *filter->devices);
        ok = filter->text != NULL && filter->ranges != NULL && filter->devices != NULL;
    }
    if (!ok) {
        error_set(err, LEON3EMU_HOST, "out of memory");
    }
    for (char *word = ok ? strtok_r(filter->text, ",", &rest) : NULL; ok && word != NULL;
         word = strtok_r(NULL, ",", &rest)) {
        ok = add_word(filter, word, err);
    }
    if (!ok) {
        log_filter_destroy(filter);
        return NULL;
    }
    return filter;
}

void log_filter_destroy(struct log_filter *filter)
{
    if (filter != NULL) {
        free(filter->text);
        free(filter->ranges);
        free(filter->devices);
        free(filter);
    }
}

const char *log_filter_device(const struct log_filter *filter, size_t index)
{
    return index < filter->device_count ? filter->devices[index] : NULL;
}

bool log_filter_has_pc(const struct log_filter *filter, uint32_t pc)
{
    for (size_t i = 0; i < filter->range_count; i++) {
        if (pc >= filter->ranges[i].first && pc <= filter->ranges[i].last) {
            return true;
        }
    }
    return filter->range_count == 0;
}

bool log_filter_has_device(const struct log_filter *filter, const char *name)
{
    for (size_t i = 0; i < filter->device_count; i++) {
        if (strcmp(filter->devices[i], name) == 0) {
            return true;
        }
    }
    return filter->device_count == 0;
}
