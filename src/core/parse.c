// SPDX-License-Identifier: MIT
/* Numbers and switches, see parse.h.  Not strtoull(): it takes signs, blanks and octal numbers. */
#include "core/parse.h"

#include <stddef.h>
#include <string.h>

#include "check.h"

/* Value of a digit in `base`, or -1. */
static int digit_value(char character, unsigned base)
{
    int value = -1;

    if (character >= '0' && character <= '9') {
        value = character - '0';
    } else if (character >= 'a' && character <= 'f') {
        value = character - 'a' + 10;
    } else if (character >= 'A' && character <= 'F') {
        value = character - 'A' + 10;
    }
    return value < (int)base ? value : -1;
}

/* Reads digits up to the first character that is none; NULL: there is no digit, or an overflow. */
static const char *parse_digits(const char *text, uint64_t *value)
{
    unsigned base = 10;
    uint64_t sum = 0;
    const char *start;

    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    }
    for (start = text; digit_value(*text, base) >= 0; text++) {
        uint64_t digit = (uint64_t)digit_value(*text, base);
        if (__builtin_mul_overflow(sum, base, &sum) || __builtin_add_overflow(sum, digit, &sum)) {
            return NULL;
        }
    }
    *value = sum;
    return text == start ? NULL : text;
}

/* A number with at most one of the suffixes k, M, G, each worth a factor `step` more. */
static bool parse_scaled(const char *text, uint64_t step, uint64_t *value)
{
    static const char suffixes[] = "kKmMgG";
    const char *suffix;
    uint64_t number;
    const char *rest = parse_digits(text, &number);

    if (rest == NULL) {
        return false;
    }
    if (*rest != '\0') {
        suffix = strchr(suffixes, *rest);
        if (suffix == NULL || rest[1] != '\0') {
            return false;
        }
        for (ptrdiff_t power = (suffix - suffixes) / 2; power >= 0; power--) {
            if (__builtin_mul_overflow(number, step, &number)) {
                return false;
            }
        }
    }
    *value = number;
    return true;
}

bool parse_number(const char *text, uint64_t *value)
{
    uint64_t number;
    const char *rest = parse_digits(text, &number);

    if (rest == NULL || *rest != '\0') {
        return false;
    }
    *value = number;
    return true;
}

bool parse_size(const char *text, uint64_t *value)
{
    return parse_scaled(text, 1024, value);
}

bool parse_frequency(const char *text, uint64_t *value)
{
    return parse_scaled(text, 1000, value);
}

bool parse_switch(const char *text, bool *value)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {
        {"on", true},   {"off", false},   {"yes", true}, {"no", false},
        {"true", true}, {"false", false}, {"1", true},   {"0", false},
    };

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(text, words[i].word) == 0) {
            *value = words[i].value;
            return true;
        }
    }
    return false;
}
