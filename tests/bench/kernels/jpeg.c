/* SPDX-License-Identifier: MIT */
/*
 * What a coder of pictures does, JPEG's kind of mix: blocks of 8 by 8 samples through a cosine transform
 * in integers, quantisation by division, zigzag order, run lengths, Huffman codes out to a string of bits, and
 * all the way back.  The checksum is over the bits and the picture that came back.
 */
#include "bench.h"

#define SIDE       64
#define BLOCKS     (SIDE / 8 * (SIDE / 8))
#define SYMBOLS    256 /* how many zeros, then how many bits: four bits each */
#define END        0x00
#define MANY_ZEROS 0xf0 /* sixteen */
#define LONGEST    24
#define WORDS      4096

struct bits {
    uint32_t *at;
    uint32_t word;
    uint32_t used; /* of the word, from its highest bit */
};

/* Of each length: the first code and the place of its symbol among all, sorted by code. */
struct decoder {
    uint32_t first[LONGEST + 2];
    uint32_t place[LONGEST + 2];
    uint8_t symbols[SYMBOLS];
};

static uint8_t picture[SIDE * SIDE];
static uint8_t decoded[SIDE * SIDE];
static uint32_t stream[WORDS];
static uint8_t zigzag[64];
static int32_t steps[64];
static uint8_t lengths[SYMBOLS];
static uint32_t codes[SYMBOLS];
static struct decoder decoder;

/* cos(k pi / 16) / 2 in 4096ths; for k = 4 this is also the factor of the constant part. */
static const int32_t cosines[8] = {2048, 2009, 1892, 1703, 1448, 1138, 784, 400};

/* ---- transform ---- */

/* The factor of sample x in frequency u, from the symmetries of the cosine. */
static int32_t factor(uint32_t u, uint32_t x)
{
    uint32_t angle = (2 * x + 1) * u % 32; /* in pi / 16 */
    int32_t sign = 1;
    if (u == 0) {
        return cosines[4];
    }
    angle = angle > 16 ? 32 - angle : angle;
    if (angle > 8) {
        angle = 16 - angle;
        sign = -1;
    }
    return angle == 8 ? 0 : sign * cosines[angle];
}

static int32_t factors[8][8]; /* of frequency and sample */

/* One dimension of the way there: even frequencies see sums of opposite samples, odd ones differences. */
static void transform_line(int32_t *line, uint32_t stride)
{
    int32_t sums[4], differences[4];
    for (uint32_t x = 0; x < 4; x++) {
        sums[x] = line[x * stride] + line[(7 - x) * stride];
        differences[x] = line[x * stride] - line[(7 - x) * stride];
    }
    for (uint32_t u = 0; u < 8; u++) {
        const int32_t *in = u & 1 ? differences : sums;
        const int32_t *f = factors[u];
        int32_t value = in[0] * f[0] + in[1] * f[1] + in[2] * f[2] + in[3] * f[3];
        line[u * stride] = (value + 2048) >> 12;
    }
}

/* And of the way back. */
static void restore_line(int32_t *line, uint32_t stride)
{
    int32_t result[8];
    for (uint32_t x = 0; x < 4; x++) {
        int32_t even = 2048, odd = 0;
        for (uint32_t u = 0; u < 8; u += 2) {
            even += line[u * stride] * factors[u][x];
            odd += line[(u + 1) * stride] * factors[u + 1][x];
        }
        result[x] = (even + odd) >> 12;
        result[7 - x] = (even - odd) >> 12;
    }
    for (uint32_t x = 0; x < 8; x++) {
        line[x * stride] = result[x];
    }
}

static NOINLINE void transform(int32_t block[64])
{
    for (uint32_t i = 0; i < 8; i++) {
        transform_line(block + 8 * i, 1);
    }
    for (uint32_t i = 0; i < 8; i++) {
        transform_line(block + i, 8);
    }
}

static NOINLINE void restore(int32_t block[64])
{
    for (uint32_t i = 0; i < 8; i++) {
        restore_line(block + i, 8);
    }
    for (uint32_t i = 0; i < 8; i++) {
        restore_line(block + 8 * i, 1);
    }
}

/* ---- bits ---- */

static void put_bits(struct bits *bits, uint32_t value, uint32_t count)
{
    uint32_t free = 32 - bits->used;
    if (count < free) {
        bits->word |= value << (free - count);
        bits->used += count;
        return;
    }
    count -= free;
    *bits->at++ = bits->word | value >> count;
    bits->word = count == 0 ? 0 : value << (32 - count);
    bits->used = count;
}

static uint32_t get_bit(struct bits *bits)
{
    uint32_t bit;
    if (bits->used == 32) {
        bits->word = *bits->at++;
        bits->used = 0;
    }
    bit = bits->word >> 31;
    bits->word <<= 1;
    bits->used++;
    return bit;
}

static uint32_t get_bits(struct bits *bits, uint32_t count)
{
    uint32_t value = 0;
    while (count-- > 0) {
        value = value << 1 | get_bit(bits);
    }
    return value;
}

/* ---- coefficients ---- */

static uint32_t bit_count(uint32_t value)
{
    uint32_t count = 0;
    for (; value != 0; value >>= 1) {
        count++;
    }
    return count;
}

static void put_symbol(struct bits *bits, uint32_t symbol)
{
    put_bits(bits, codes[symbol], lengths[symbol]);
}

/* A negative value is its bits' complement. */
static void put_value(struct bits *bits, uint32_t zeros, int32_t value)
{
    uint32_t size = bit_count((uint32_t)(value < 0 ? -value : value));
    put_symbol(bits, zeros << 4 | size);
    put_bits(bits, (uint32_t)(value < 0 ? value - 1 : value) & ((1u << size) - 1), size);
}

static NOINLINE void encode(struct bits *bits, const int32_t *coefficients)
{
    uint32_t zeros = 0;
    for (uint32_t i = 0; i < 64; i++) {
        int32_t value = coefficients[zigzag[i]];
        if (value == 0) {
            zeros++;
            continue;
        }
        for (; zeros > 15; zeros -= 16) {
            put_symbol(bits, MANY_ZEROS);
        }
        put_value(bits, zeros, value);
        zeros = 0;
    }
    put_symbol(bits, END);
}

static uint32_t get_symbol(struct bits *bits)
{
    uint32_t code = 0;
    for (uint32_t length = 1; length <= LONGEST; length++) {
        uint32_t place;
        code = code << 1 | get_bit(bits);
        place = decoder.place[length] + code - decoder.first[length];
        if (place < decoder.place[length + 1]) {
            return decoder.symbols[place];
        }
    }
    return END;
}

static NOINLINE void decode(struct bits *bits, int32_t *coefficients)
{
    uint32_t symbol;
    for (uint32_t i = 0; i < 64; i++) {
        coefficients[i] = 0;
    }
    for (uint32_t i = 0; (symbol = get_symbol(bits)) != END;) {
        uint32_t size = symbol & 15;
        i += symbol >> 4;
        if (size > 0) {
            uint32_t value = get_bits(bits, size);
            int32_t negative = value >> (size - 1) == 0;
            coefficients[zigzag[i & 63]] =
                (int32_t)value - (negative ? (int32_t)(1u << size) - 1 : 0);
        }
        i++;
    }
}

static NOINLINE void quantise(int32_t block[64])
{
    for (uint32_t i = 0; i < 64; i++) {
        int32_t half = steps[i] >> 1;
        block[i] = (block[i] < 0 ? block[i] - half : block[i] + half) / steps[i];
    }
}

static NOINLINE void scale(int32_t block[64])
{
    for (uint32_t i = 0; i < 64; i++) {
        block[i] *= steps[i];
    }
}

/* ---- tables ---- */

static void make_zigzag(void)
{
    uint32_t count = 0;
    for (uint32_t diagonal = 0; diagonal < 15; diagonal++) {
        for (uint32_t i = 0; i <= diagonal; i++) {
            uint32_t row = diagonal & 1 ? i : diagonal - i;
            uint32_t column = diagonal - row;
            if (row < 8 && column < 8) {
                zigzag[count++] = (uint8_t)(8 * row + column);
            }
        }
    }
}

/* Large steps where the eye sees least. */
static void make_transform(uint32_t quality)
{
    for (uint32_t u = 0; u < 8; u++) {
        for (uint32_t x = 0; x < 8; x++) {
            factors[u][x] = factor(u, x);
            steps[8 * u + x] = (int32_t)(quality + 2 * (u + x));
        }
    }
}

/* How frequent a symbol is thought to be: many zeros and many bits are rare. */
static uint32_t frequency(uint32_t symbol)
{
    uint32_t zeros = symbol >> 4, size = symbol & 15;
    if (symbol == END) {
        return 2000;
    }
    return size == 0 || size > 12 ? symbol == MANY_ZEROS : 1 + 4000 / ((zeros + 1) << size);
}

/* The least weight of those that are left; its place. */
static uint32_t take_least(uint32_t *weights, uint32_t count)
{
    uint32_t least = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (weights[i] != 0 && (weights[least] == 0 || weights[i] < weights[least])) {
            least = i;
        }
    }
    return least;
}

/* Huffman's tree: a node's parent always has a higher number. */
static void make_lengths(void)
{
    static uint32_t weights[2 * SYMBOLS];
    static uint16_t parents[2 * SYMBOLS];
    uint32_t nodes = SYMBOLS;
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        weights[i] = frequency(i);
    }
    for (;;) {
        uint32_t a = take_least(weights, nodes);
        uint32_t weight = weights[a];
        weights[a] = 0;
        uint32_t b = take_least(weights, nodes);
        if (weights[b] == 0) {
            break;
        }
        weights[nodes] = weight + weights[b];
        weights[b] = 0;
        parents[a] = parents[b] = (uint16_t)nodes++;
    }
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        lengths[i] = 0;
        for (uint32_t at = i; parents[at] != 0; at = parents[at]) {
            lengths[i]++;
        }
    }
}

/* Codes of a length follow each other, shorter ones come first. */
static void make_codes(void)
{
    uint32_t code = 0, count = 0;
    for (uint32_t length = 1; length <= LONGEST; length++, code <<= 1) {
        decoder.first[length] = code;
        decoder.place[length] = count;
        for (uint32_t i = 0; i < SYMBOLS; i++) {
            if (lengths[i] == length) {
                codes[i] = code++;
                decoder.symbols[count++] = (uint8_t)i;
            }
        }
    }
    decoder.place[LONGEST + 1] = count;
}

/* ---- pictures ---- */

/* A slope, squares and noise. */
static NOINLINE void draw(uint32_t *seed)
{
    uint32_t kind = bench_random(seed);
    for (uint32_t y = 0; y < SIDE; y++) {
        for (uint32_t x = 0; x < SIDE; x++) {
            uint32_t square = (((x ^ kind) + y) & 16) != 0 ? 70 : 0;
            uint32_t noise = bench_random(seed) & 15;
            picture[y * SIDE + x] = (uint8_t)(x + y + square + noise);
        }
    }
}

static void load_block(int32_t block[64], const uint8_t *from)
{
    for (uint32_t i = 0; i < 64; i++) {
        block[i] = from[i / 8 * SIDE + i % 8] - 128;
    }
}

static void store_block(const int32_t block[64], uint8_t *to)
{
    for (uint32_t i = 0; i < 64; i++) {
        int32_t value = block[i] + 128;
        to[i / 8 * SIDE + i % 8] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

static uint32_t block_at(uint32_t number)
{
    return number / (SIDE / 8) * 8 * SIDE + number % (SIDE / 8) * 8;
}

static NOINLINE uint32_t compress(void)
{
    struct bits bits = {stream, 0, 0};
    for (uint32_t i = 0; i < BLOCKS; i++) {
        int32_t block[64];
        load_block(block, picture + block_at(i));
        transform(block);
        quantise(block);
        encode(&bits, block);
    }
    *bits.at++ = bits.word;
    return (uint32_t)(bits.at - stream);
}

static NOINLINE void expand(void)
{
    struct bits bits = {stream, 0, 32};
    for (uint32_t i = 0; i < BLOCKS; i++) {
        int32_t block[64];
        decode(&bits, block);
        scale(block);
        restore(block);
        store_block(block, decoded + block_at(i));
    }
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    make_zigzag();
    make_transform(4 + (seed & 1));
    make_lengths();
    make_codes();
    for (uint32_t round = 0; round < repeat; round++) {
        draw(&seed);
        sum = bench_mix(sum, compress());
        expand();
        for (uint32_t i = 0; i < SIDE * SIDE; i += 61) {
            sum = bench_mix(sum, stream[i & 255] + decoded[i]);
        }
    }
    return sum;
}
