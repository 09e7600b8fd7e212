// SPDX-License-Identifier: MIT
/*
 * "Did you mean": the nearest known word to one that is not known.
 *
 * Code that reports an unknown name offers all known names in turn and appends the suggestion:
 *
 *     suggest_begin(&suggest, "apuart", 6);
 *     suggest_offer(&suggest, "apbuart"); ...
 *     error_set(err, status, "there is no device apuart%s", suggest_text(&suggest));
 *
 * A known word is near if at most one letter in three is wrong, missing, superfluous or swapped
 * with its neighbour, or if it begins with the unknown word, which then needs three letters.  Case
 * does not count.
 */
#ifndef CORE_SUGGEST_H
#define CORE_SUGGEST_H

#include <stddef.h>

/* For longer words there is no suggestion. */
#define SUGGEST_WORD_MAX 40

struct suggest {
    char word[SUGGEST_WORD_MAX + 1]; /* in small letters */
    size_t length;                   /* 0: empty, or too long */
    unsigned distance;               /* of the nearest word so far; at first, one more than near */
    char text[SUGGEST_WORD_MAX + 32];
};

/* `word` need not end with a zero. */
void suggest_begin(struct suggest *suggest, const char *word, size_t length);
/* Of words that are equally near the first one offered is suggested.  `known` is copied. */
void suggest_offer(struct suggest *suggest, const char *known);
/* "; did you mean apbuart?", or "" if nothing is near.  Lives as long as *suggest. */
const char *suggest_text(const struct suggest *suggest);

#endif
