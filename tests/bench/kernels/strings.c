/* SPDX-License-Identifier: MIT */
/*
 * Text and tables, a byte at a time: copying, measuring, comparing and searching strings, folding case, a
 * hash table of words, numbers read from text and printed.  Byte loads in short loops that end at
 * unpredictable places, in functions of our own: the host's library would use vectors.
 */
#include "bench.h"

#define TEXT_SIZE 3000
#define BUCKETS   64
#define WORDS     256
#define LONGEST   16

struct word {
    struct word *next;
    const char *text;
    uint32_t count;
    uint32_t value;
};

static char text[TEXT_SIZE];
static char folded[TEXT_SIZE];
static char names[WORDS * LONGEST];
static struct word words[WORDS];
static struct word *buckets[BUCKETS];
static uint32_t word_count;
static char *names_end;

/* ---- strings ---- */

static NOINLINE uint32_t text_length(const char *string)
{
    const char *end = string;
    while (*end != 0) {
        end++;
    }
    return (uint32_t)(end - string);
}

static NOINLINE char *text_copy(char *to, const char *from)
{
    while ((*to = *from++) != 0) {
        to++;
    }
    return to;
}

static NOINLINE int text_compare(const char *a, const char *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return (uint8_t)*a - (uint8_t)*b;
}

static NOINLINE const char *text_find(const char *in, char wanted)
{
    while (*in != wanted) {
        if (*in++ == 0) {
            return 0;
        }
    }
    return in;
}

/* How often a pattern occurs. */
static NOINLINE uint32_t text_search(const char *in, const char *pattern)
{
    uint32_t found = 0;
    while ((in = text_find(in, pattern[0])) != 0) {
        uint32_t i = 1;
        while (pattern[i] != 0 && in[i] == pattern[i]) {
            i++;
        }
        found += pattern[i] == 0;
        in++;
    }
    return found;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static NOINLINE void text_fold(char *to, const char *from)
{
    do {
        *to++ = lower(*from);
    } while (*from++ != 0);
}

static NOINLINE void text_reverse(char *first, uint32_t length)
{
    char *last = first + length;
    while (first < last) {
        char saved = *first;
        *first++ = *--last;
        *last = saved;
    }
}

/* ---- numbers ---- */

static NOINLINE char *print_number(char *to, uint32_t value, uint32_t base)
{
    char *start = to;
    do {
        *to++ = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    text_reverse(start, (uint32_t)(to - start));
    *to = 0;
    return to;
}

static uint32_t digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return (uint32_t)(c - '0');
    }
    c = lower(c);
    return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) : 99;
}

static NOINLINE const char *read_number(const char *from, uint32_t *value)
{
    uint32_t base = 10;
    *value = 0;
    if (from[0] == '0' && from[1] == 'x') {
        base = 16;
        from += 2;
    }
    for (;;) {
        uint32_t digit = digit_value(*from);
        if (digit >= base) {
            return from;
        }
        *value = *value * base + digit;
        from++;
    }
}

/* ---- words ---- */

static NOINLINE uint32_t hash(const char *string)
{
    uint32_t value = 5381;
    for (; *string != 0; string++) {
        value = value * 33 ^ (uint8_t)*string;
    }
    return value;
}

/* The word of this text, a new one if there is none yet. */
static NOINLINE struct word *intern(const char *string)
{
    struct word **at = &buckets[hash(string) % BUCKETS];
    for (; *at != 0; at = &(*at)->next) {
        if (text_compare((*at)->text, string) == 0) {
            return *at;
        }
    }
    *at = &words[word_count++];
    **at = (struct word){0, names_end, 0, 0};
    names_end = text_copy(names_end, string) + 1;
    return *at;
}

static int is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static const char *read_word(const char *from, char *word)
{
    for (uint32_t i = 0; is_letter(*from) && i < LONGEST - 1; i++) {
        *word++ = *from++;
    }
    *word = 0;
    return from;
}

/* A number belongs to the word before it. */
static NOINLINE uint32_t count_words(const char *from)
{
    uint32_t sum = 0;
    struct word *last = intern("start");
    while (*from != 0) {
        char word[LONGEST];
        if (is_letter(*from)) {
            from = read_word(from, word);
            last = intern(word);
            last->count++;
        } else if (*from >= '0' && *from <= '9') {
            uint32_t value;
            from = read_number(from, &value);
            last->value ^= value;
            sum = bench_mix(sum, value);
        } else {
            from++;
        }
    }
    return sum;
}

/* ---- text ---- */

/* Two to four syllables of two letters: 192 different words. */
static char *put_word(char *to, uint32_t kind)
{
    static const char syllables[] = "baceditolunarise";
    char *start = to;
    uint32_t number = kind % 192;
    for (uint32_t i = 0; i < 2 + number % 3; i++) {
        uint32_t at = (number >> 2 * i & 3) * 4 + (number & 1) * 2;
        *to++ = syllables[at];
        *to++ = syllables[at + 1];
    }
    if (kind & 0x1000) {
        *start = (char)(*start + 'A' - 'a');
    }
    *to = 0;
    return to;
}

static NOINLINE void make_text(uint32_t *seed)
{
    char *to = text;
    while (to < text + TEXT_SIZE - 32) {
        uint32_t kind = bench_random(seed);
        to = put_word(to, kind >> 8);
        to = text_copy(to, kind & 1 ? " " : ", ");
        if ((kind & 6) == 0) {
            to = kind & 8 ? text_copy(to, "0x") : to;
            to = print_number(to, kind >> (kind >> 4 & 15), kind & 8 ? 16 : 10);
            to = text_copy(to, ";\n");
        }
    }
}

/* The table is emptied before each text. */
static uint32_t process(uint32_t sum)
{
    for (uint32_t i = 0; i < BUCKETS; i++) {
        buckets[i] = 0;
    }
    word_count = 0;
    names_end = names;
    text_fold(folded, text);
    sum = bench_mix(sum, count_words(folded));
    sum = bench_mix(sum, text_length(folded) + text_search(folded, "base"));
    sum = bench_mix(sum, text_search(text, "lunar"));
    for (uint32_t i = 0; i < word_count; i++) {
        sum = bench_mix(sum, words[i].count ^ words[i].value);
    }
    return bench_mix(sum, word_count);
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        make_text(&seed);
        sum = process(sum);
    }
    return sum;
}
