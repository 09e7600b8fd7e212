// SPDX-License-Identifier: MIT
/* Numbers and switches, see parse.h.  Not strtoull(): it takes signs, blanks and octal numbers. */
#include "core/parse.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

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

/* Appends the digits of `base` at *text to *sum and moves *text behind them.  False: an overflow. */
static bool parse_digits(const char **text, unsigned base, uint64_t *sum)
{
    for (; digit_value(**text, base) >= 0; (*text)++) {
        uint64_t digit = (uint64_t)digit_value(**text, base);
        if (__builtin_mul_overflow(*sum, base, sum) || __builtin_add_overflow(*sum, digit, sum)) {
            return false;
        }
    }
    return true;
}

/* A number without its unit: its value is digits / divisor. */
struct decimal {
    uint64_t digits;
    uint64_t divisor;
};

/* Reads "123", "0x7b" or, if `fractions`, "33.333"; NULL: there is none, or it is too large. */
static const char *parse_decimal(const char *text, bool fractions, struct decimal *number)
{
    unsigned base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
    const char *start = base == 16 ? text + 2 : text;
    const char *point;

    *number = (struct decimal){0, 1};
    text = start;
    if (!parse_digits(&text, base, &number->digits) || text == start) {
        return NULL;
    }
    if (*text != '.' || base == 16 || !fractions) {
        return text;
    }
    point = text++;
    if (!parse_digits(&text, base, &number->digits) || text == point + 1) {
        return NULL;
    }
    for (const char *digit = point + 1; digit < text; digit++) {
        if (__builtin_mul_overflow(number->divisor, UINT64_C(10), &number->divisor)) {
            return NULL;
        }
    }
    return text;
}

/* A unit that may follow a number, and its factor. */
struct unit {
    const char *name;
    uint64_t scale;
};

/* A number with one of the units.  The product must be whole: 0.0005k is refused, not rounded. */
static bool parse_scaled(const char *text, const struct unit *units, size_t count, bool ignore_case,
                         uint64_t *value)
{
    struct decimal number;
    const char *rest = parse_decimal(text, true, &number);

    for (size_t i = 0; rest != NULL && i < count; i++) {
        if (ignore_case ? strcasecmp(rest, units[i].name) == 0 : strcmp(rest, units[i].name) == 0) {
            unsigned __int128 product = (unsigned __int128)number.digits * units[i].scale;
            if (product % number.divisor != 0 || product / number.divisor > UINT64_MAX) {
                return false;
            }
            *value = (uint64_t)(product / number.divisor);
            return true;
        }
    }
    return false;
}

bool parse_number(const char *text, uint64_t *value)
{
    struct decimal number;
    const char *rest = parse_decimal(text, false, &number);

    if (rest == NULL || *rest != '\0') {
        return false;
    }
    *value = number.digits;
    return true;
}

bool parse_size(const char *text, uint64_t *value)
{
    static const struct unit units[] = {
        {"", 1},           {"k", 1u << 10},   {"M", 1u << 20},   {"G", 1u << 30},
        {"KiB", 1u << 10}, {"MiB", 1u << 20}, {"GiB", 1u << 30},
    };
    return parse_scaled(text, units, ARRAY_LEN(units), true, value);
}

bool parse_frequency(const char *text, uint64_t *value)
{
    static const struct unit units[] = {
        {"", 1},   {"k", 1000},   {"M", 1000000},   {"G", 1000000000},
        {"Hz", 1}, {"kHz", 1000}, {"MHz", 1000000}, {"GHz", 1000000000},
    };
    return parse_scaled(text, units, ARRAY_LEN(units), true, value);
}

bool parse_count(const char *text, uint64_t *value)
{
    static const struct unit units[] = {{"", 1}, {"k", 1000}, {"M", 1000000}, {"G", 1000000000}};
    return parse_scaled(text, units, ARRAY_LEN(units), true, value);
}

bool parse_time(const char *text, uint64_t *nanoseconds)
{
    static const struct unit units[] = {
        {"", 1000000000}, {"s", 1000000000},  {"ms", 1000000},      {"us", 1000},
        {"ns", 1},        {"m", 60000000000}, {"min", 60000000000}, {"h", 3600000000000},
    };
    return parse_scaled(text, units, ARRAY_LEN(units), false, nanoseconds);
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
