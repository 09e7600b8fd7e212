// SPDX-License-Identifier: MIT
/*
 * "Did you mean": the nearest known word to one that is not known.
 *
 * A message about an unknown name offers all known names in turn and appends what comes of it:
 *
 *     suggest_begin(&suggest, "apuart", 6);
 *     suggest_offer(&suggest, "apbuart"); ...
 *     error_set(err, status, "there is no device apuart%s", suggest_text(&suggest));
 *
 * A word is near if one letter in three at most is wrong, missing, too many or in its neighbour's
 * place, or if the unknown word is its beginning, of three letters at least.  Case does not count.
 */
#ifndef CORE_SUGGEST_H
#define CORE_SUGGEST_H

#include <stddef.h>

/* Longer words have no near ones. */
#define SUGGEST_WORD_MAX 40

struct suggest {
    char word[SUGGEST_WORD_MAX + 1]; /* in small letters */
    size_t length;                   /* 0: empty, or too long */
    unsigned distance;               /* of the nearest so far, or the first that is too much */
    char text[SUGGEST_WORD_MAX + 32];
};

/* `word` need not end with a zero. */
void suggest_begin(struct suggest *suggest, const char *word, size_t length);
/* Of words that are equally near the first one offered stays.  `known` need not live on. */
void suggest_offer(struct suggest *suggest, const char *known);
/* "; did you mean apbuart?", or "" if nothing is near.  Lives as long as *suggest. */
const char *suggest_text(const struct suggest *suggest);

#endif
