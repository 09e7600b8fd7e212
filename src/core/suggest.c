// SPDX-License-Identifier: MIT
/* "Did you mean", see suggest.h. */
#include "core/suggest.h"

#include <stdio.h>
#include <string.h>

#define PREFIX_MINIMUM 3

static char small(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The edit distance (optimal string alignment): the number of letters to insert, delete, replace or
 * swap with their neighbour to make one word of the other.  Three rows of the table of distances
 * between prefixes are enough. */
static unsigned edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][SUGGEST_WORD_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *next = rows[2];

    for (unsigned k = 0; k <= b_length; k++) {
        last[k] = k;
    }
    for (unsigned i = 1; i <= a_length; i++) {
        unsigned *oldest = before;
        next[0] = i;
        for (unsigned k = 1; k <= b_length; k++) {
            unsigned replaced = last[k - 1] + (a[i - 1] != b[k - 1]);
            next[k] = least(replaced, least(last[k], next[k - 1]) + 1);
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1]) {
                next[k] = least(next[k], before[k - 2] + 1);
            }
        }
        before = last;
        last = next;
        next = oldest;
    }
    return last[b_length];
}

void suggest_begin(struct suggest *suggest, const char *word, size_t length)
{
    *suggest = (struct suggest){.length = length <= SUGGEST_WORD_MAX ? length : 0};
    for (size_t i = 0; i < suggest->length; i++) {
        suggest->word[i] = small(word[i]);
    }
    suggest->distance = (unsigned)(length < 6 ? 2 : length / 3 + 1);
}

void suggest_offer(struct suggest *suggest, const char *known)
{
    char lower[SUGGEST_WORD_MAX] = "";
    size_t length = strlen(known);
    unsigned distance;

    if (length > sizeof lower || suggest->length == 0) {
        return;
    }
    for (size_t i = 0; i < length; i++) {
        lower[i] = small(known[i]);
    }
    distance = edit_distance(suggest->word, suggest->length, lower, length);
    if (suggest->length >= PREFIX_MINIMUM && length > suggest->length &&
        memcmp(lower, suggest->word, suggest->length) == 0) {
        distance = 1;
    }
    if (distance < suggest->distance && distance < suggest->length) {
        suggest->distance = distance;
        snprintf(suggest->text, sizeof suggest->text, "; did you mean %s?", known);
    }
}

const char *suggest_text(const struct suggest *suggest)
{
    return suggest->text;
}
