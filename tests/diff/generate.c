// SPDX-License-Identifier: MIT
/*
 * Writes a batch of random cases for the executor: its head and its slots, see layout.h.
 *
 *     generate [option]... HEAD_FILE SLOT_FILE
 *
 * A case, and its place in memory, depends on --seed and its number only.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sparc/decode.h"
#include "stream.h"

enum { KIND_IMAGE, KIND_OPERANDS, KIND_CASE };

#define MAX_DROPS STREAM_WORDS

struct batch {
    uint64_t seed;
    uint32_t first, count, group;
    bool raw, list;
    bool dropped[MAX_DROPS];
    const char *files[2];
};

static void put_word(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value >> 24);
    bytes[1] = (uint8_t)(value >> 16);
    bytes[2] = (uint8_t)(value >> 8);
    bytes[3] = (uint8_t)value;
}

static uint32_t slot_address(uint32_t number)
{
    return SLOTS + number % SLOT_COUNT * SLOT_SIZE;
}

/* ---- head ---- */

static uint32_t image_address(uint32_t number)
{
    return HEAD + HEAD_IMAGES + number * IMAGE_SIZE;
}

static void make_image(const struct batch *b, uint32_t number, uint8_t *bytes)
{
    struct rng rng = rng_stream(b->seed, KIND_IMAGE, number);
    for (uint32_t at = 0; at < IMAGE_SIZE; at += 4) {
        bool is_float =
            (at >= IMAGE_F && at < IMAGE_SCRATCH) || (at >= IMAGE_SCRATCH && rng_percent(&rng, 50));
        put_word(bytes + at, is_float ? stream_biased_float(&rng) : stream_biased(&rng));
    }
}

/* The operands that random code loads where some kind of NaN will not do. */
static void make_operands(const struct batch *b, uint8_t *head)
{
    struct rng rng = rng_stream(b->seed, KIND_OPERANDS, 0);
    for (uint32_t i = 0; i < QUIET_COUNT; i++) {
        uint32_t value = stream_biased_float(&rng);
        bool is_nan = (value & 0x7fffffff) > 0x7f800000;
        put_word(head + HEAD_QUIET + 4 * i, value | (is_nan ? 0x00400000 : 0));
    }
    for (uint32_t i = 0; i < SINGLE_COUNT; i++) {
        uint32_t value = stream_biased_float(&rng);
        bool is_nan = (value & 0x7fffffff) > 0x7f800000;
        put_word(head + HEAD_SINGLES + 4 * i, value & (is_nan ? 0xff800000 : 0xffffffff));
    }
    for (uint32_t i = 0; i < DOUBLE_COUNT; i++) {
        uint32_t value = stream_biased_float(&rng);
        bool is_special = (value & 0x7ff00000) == 0x7ff00000;
        put_word(head + HEAD_DOUBLES + 8 * i, value & (is_special ? 0xfff00000 : 0xffffffff));
        put_word(head + HEAD_DOUBLES + 8 * i + 4, is_special ? 0 : stream_biased(&rng));
    }
}

static void make_head(const struct batch *b, uint8_t *bytes)
{
    put_word(bytes + HEAD_SLOTS, slot_address(b->first));
    put_word(bytes + HEAD_COUNT, b->count);
    put_word(bytes + HEAD_GROUP, b->group);
    put_word(bytes + HEAD_RAW, b->raw);
    make_operands(b, bytes);
    for (uint32_t i = 0; i < IMAGE_COUNT; i++) {
        make_image(b, i, bytes + HEAD_IMAGES + i * IMAGE_SIZE);
    }
}

/* ---- cases ---- */

/* Where a case starts: PSR as it is before RETT, one window below; that window must be valid. */
static void make_start(struct rng *rng, const struct stream *s, uint8_t *slot)
{
    uint32_t cwp = rng_below(rng, 8);
    uint32_t psr = (rng_next(rng) & 0x00f00f00) | 0x80 | (s->user ? 0 : 0x40) | ((cwp + 7) & 7);
    uint32_t wim = rng_percent(rng, 50) ? 1u << rng_below(rng, 8) : rng_next(rng) & 0xff;

    psr |= rng_percent(rng, 90) ? 0x1000 : 0;
    put_word(slot + SLOT_IMAGE, image_address(rng_below(rng, IMAGE_COUNT)));
    put_word(slot + SLOT_PSR, psr);
    put_word(slot + SLOT_WIM, wim & ~(1u << cwp));
    put_word(slot + SLOT_FSR, stream_fsr(rng, s->fp_traps));
    put_word(slot + SLOT_Y, stream_biased(rng));
    put_word(slot + SLOT_TBR, (rng_percent(rng, 50) ? TRAP_TABLE : TRAP_TABLE_2) | END_TT << 4);
}

static void print_case(const struct batch *b, uint32_t number, const struct stream *s)
{
    unsigned unit = 0;
    printf("case %u of seed %llu, %s%s\n", number, (unsigned long long)b->seed,
           s->user ? "user mode" : "supervisor mode", s->fp_traps ? ", TEM" : "");
    for (unsigned i = 0; i < s->unit_at[s->units] + 1; i++) {
        char text[80];
        bool starts = unit < s->units && s->unit_at[unit] == i;
        insn_disassemble(s->words[i], s->base + 4 * i, text, sizeof text);
        if (starts) {
            printf("%3u", unit++);
        }
        printf("%*s %08x:  %08x  %s\n", starts ? 0 : 3, "", s->base + 4 * i, s->words[i], text);
    }
}

static void make_case(const struct batch *b, uint32_t number, uint8_t *slot)
{
    static const struct stream empty;
    struct stream s = empty;

    s.rng = rng_stream(b->seed, KIND_CASE, number);
    s.base = slot_address(number) + SLOT_CODE;
    s.user = rng_percent(&s.rng, 30);
    s.fp_traps = rng_percent(&s.rng, 35);
    make_start(&s.rng, &s, slot);
    stream_generate(&s);
    for (unsigned unit = 0; unit < s.units; unit++) {
        if (b->dropped[unit]) {
            stream_drop(&s, unit);
        }
    }
    for (unsigned i = 0; i < STREAM_WORDS; i++) {
        put_word(slot + SLOT_CODE + 4 * i, s.words[i]);
    }
    if (b->list) {
        print_case(b, number, &s);
    }
}

/* ---- program ---- */

static void write_file(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        fprintf(stderr, "%s: cannot be written: %s\n", path, strerror(errno));
        exit(EXIT_FAILURE);
    }
}

static uint8_t *allocate(size_t size)
{
    uint8_t *bytes = calloc(1, size);
    if (bytes == NULL) {
        fprintf(stderr, "no memory\n");
        exit(EXIT_FAILURE);
    }
    return bytes;
}

static void drop_units(struct batch *b, const char *list)
{
    while (*list != '\0') {
        char *end;
        unsigned long unit = strtoul(list, &end, 10);
        if (end == list || unit >= MAX_DROPS) {
            return;
        }
        b->dropped[unit] = true;
        list = end + (*end == ',');
    }
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct batch *b = state->input;
    switch (key) {
    case 's':
        b->seed = strtoull(text, NULL, 0);
        break;
    case 'f':
        b->first = (uint32_t)strtoul(text, NULL, 0);
        break;
    case 'n':
        b->count = (uint32_t)strtoul(text, NULL, 0);
        break;
    case 'g':
        b->group = (uint32_t)strtoul(text, NULL, 0);
        break;
    case 'd':
        drop_units(b, text);
        break;
    case 'r':
        b->raw = true;
        break;
    case 'l':
        b->list = true;
        break;
    case ARGP_KEY_ARG:
        if (state->arg_num >= 2) {
            argp_usage(state);
        }
        b->files[state->arg_num] = text;
        break;
    case ARGP_KEY_END:
        if (state->arg_num != 2 || b->count == 0 || b->group == 0 ||
            b->first % SLOT_COUNT + b->count > SLOT_COUNT) {
            argp_usage(state);
        }
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_option options[] = {
    {"seed", 's', "N", 0, "Of all random numbers (default 1)", 0},
    {"first", 'f', "N", 0, "Number of the first case (default 0)", 0},
    {"count", 'n', "N", 0, "Cases; all of one block of 65536 (default 1)", 0},
    {"group", 'g', "N", 0, "Cases for a line of output (default 1)", 0},
    {"drop", 'd', "UNIT,...", 0, "Units to replace by NOPs", 0},
    {"raw", 'r', NULL, 0, "Print states, not hashes", 0},
    {"list", 'l', NULL, 0, "Print the code", 0},
    {0},
};

int main(int argc, char **argv)
{
    const struct argp parser = {options,
                                parse_option,
                                "HEAD_FILE SLOT_FILE",
                                "Writes a batch of random instructions.",
                                NULL,
                                NULL,
                                NULL};
    size_t head_size = HEAD_IMAGES + IMAGE_COUNT * IMAGE_SIZE;
    struct batch b = {.seed = 1, .count = 1, .group = 1};
    uint8_t *head;
    uint8_t *slots;

    argp_parse(&parser, argc, argv, 0, NULL, &b);
    head = allocate(head_size);
    slots = allocate((size_t)b.count * SLOT_SIZE);
    make_head(&b, head);
    for (uint32_t i = 0; i < b.count; i++) {
        make_case(&b, b.first + i, slots + (size_t)i * SLOT_SIZE);
    }
    write_file(b.files[0], head, head_size);
    write_file(b.files[1], slots, (size_t)b.count * SLOT_SIZE);
    free(head);
    free(slots);
    return EXIT_SUCCESS;
}
