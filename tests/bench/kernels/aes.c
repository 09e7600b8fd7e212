/* SPDX-License-Identifier: MIT */
/*
 * The Advanced Encryption Standard (FIPS 197) with a key of 128 bits, by tables that are made at the start: a
 * buffer is encrypted in counter mode, and some blocks are encrypted, decrypted the slow way, a byte at a time,
 * and compared.  Loads from tables whose index was loaded or computed just before, shifts, exclusive or.
 */
#include "bench.h"

#define ROUNDS 10
#define WORDS  (4 * (ROUNDS + 1))
#define BLOCKS 128

static uint8_t sbox[256];
static uint8_t inverse[256];
static uint32_t table[4][256];
static uint32_t keys[WORDS];
static uint8_t buffer[BLOCKS * 16];

/* ---- tables ---- */

static uint8_t times2(uint8_t a)
{
    return (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1b : 0));
}

/* In the field of 256 elements. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
    uint8_t product = 0;
    for (; b != 0; b >>= 1) {
        product ^= b & 1 ? a : 0;
        a = times2(a);
    }
    return product;
}

static uint32_t rotate(uint32_t value, uint32_t count)
{
    return value << count | value >> (32 - count);
}

static uint8_t affine(uint8_t a)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 5; i++) {
        sum ^= (uint32_t)a << i;
    }
    return (uint8_t)(sum ^ sum >> 8 ^ 0x63);
}

/* 3 generates the field: its powers run through all elements but 0, those of its inverse (0xf6) backwards. */
static void make_tables(void)
{
    uint8_t element = 1, reciprocal = 1;
    sbox[0] = 0x63;
    for (uint32_t i = 0; i < 255; i++) {
        sbox[element] = affine(reciprocal);
        element ^= times2(element);
        reciprocal = multiply(reciprocal, 0xf6);
    }
    for (uint32_t i = 0; i < 256; i++) {
        uint8_t s = sbox[i];
        uint32_t column =
            (uint32_t)times2(s) << 24 | (uint32_t)s << 16 | (uint32_t)s << 8 | (times2(s) ^ s);
        inverse[s] = (uint8_t)i;
        for (uint32_t k = 0; k < 4; k++) {
            table[k][i] = k == 0 ? column : rotate(column, 32 - 8 * k);
        }
    }
}

static uint32_t substitute(uint32_t word)
{
    return (uint32_t)sbox[word >> 24] << 24 | (uint32_t)sbox[word >> 16 & 0xff] << 16 |
           (uint32_t)sbox[word >> 8 & 0xff] << 8 | sbox[word & 0xff];
}

static NOINLINE void expand_key(const uint32_t key[4])
{
    uint8_t constant = 1;
    for (uint32_t i = 0; i < WORDS; i++) {
        if (i < 4) {
            keys[i] = key[i];
        } else if (i % 4 != 0) {
            keys[i] = keys[i - 4] ^ keys[i - 1];
        } else {
            keys[i] = keys[i - 4] ^ substitute(rotate(keys[i - 1], 8)) ^ (uint32_t)constant << 24;
            constant = times2(constant);
        }
    }
}

/* ---- blocks: four columns each ---- */

static uint32_t mix_column(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return table[0][a >> 24] ^ table[1][b >> 16 & 0xff] ^ table[2][c >> 8 & 0xff] ^
           table[3][d & 0xff];
}

static uint32_t last_column(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return substitute((a & 0xff000000) | (b & 0xff0000) | (c & 0xff00) | (d & 0xff));
}

static NOINLINE void encrypt(uint32_t out[4], const uint32_t in[4])
{
    uint32_t a = in[0] ^ keys[0], b = in[1] ^ keys[1], c = in[2] ^ keys[2], d = in[3] ^ keys[3];
    const uint32_t *key = keys + 4;
    for (uint32_t round = 1; round < ROUNDS; round++, key += 4) {
        uint32_t new_a = mix_column(a, b, c, d) ^ key[0];
        uint32_t new_b = mix_column(b, c, d, a) ^ key[1];
        uint32_t new_c = mix_column(c, d, a, b) ^ key[2];
        d = mix_column(d, a, b, c) ^ key[3];
        a = new_a;
        b = new_b;
        c = new_c;
    }
    out[0] = last_column(a, b, c, d) ^ key[0];
    out[1] = last_column(b, c, d, a) ^ key[1];
    out[2] = last_column(c, d, a, b) ^ key[2];
    out[3] = last_column(d, a, b, c) ^ key[3];
}

static void add_key(uint8_t state[16], const uint32_t *key)
{
    for (uint32_t i = 0; i < 16; i++) {
        state[i] ^= (uint8_t)(key[i / 4] >> (24 - i % 4 * 8));
    }
}

/* Byte r of column c comes from column c - r. */
static void unshift_and_substitute(uint8_t state[16])
{
    uint8_t before[16];
    for (uint32_t i = 0; i < 16; i++) {
        before[i] = state[i];
    }
    for (uint32_t i = 0; i < 16; i++) {
        state[i] = inverse[before[(i - i % 4 * 4) & 15]];
    }
}

/* By 14, 11, 13 and 9: three doublings and what they have in common. */
static void unmix_column(uint8_t column[4])
{
    uint8_t all = column[0] ^ column[1] ^ column[2] ^ column[3];
    uint8_t even = times2(times2(column[0] ^ column[2]));
    uint8_t odd = times2(times2(column[1] ^ column[3]));
    uint8_t common = all ^ times2(even ^ odd);
    uint8_t first = column[0];
    for (uint32_t i = 0; i < 4; i++) {
        uint8_t next = i < 3 ? column[i + 1] : first;
        column[i] ^= common ^ (i & 1 ? odd : even) ^ times2(column[i] ^ next);
    }
}

static NOINLINE void decrypt(uint8_t state[16])
{
    add_key(state, keys + 4 * ROUNDS);
    for (uint32_t round = ROUNDS; round-- > 0;) {
        unshift_and_substitute(state);
        add_key(state, keys + 4 * round);
        for (uint32_t i = 0; i < 4 && round > 0; i++) {
            unmix_column(state + 4 * i);
        }
    }
}

/* ---- work ---- */

static void put_word(uint8_t *to, uint32_t word)
{
    to[0] = (uint8_t)(word >> 24);
    to[1] = (uint8_t)(word >> 16);
    to[2] = (uint8_t)(word >> 8);
    to[3] = (uint8_t)word;
}

/* Exclusive or with encrypted counters; once more with the same counters gives the text again. */
static NOINLINE void counter_mode(uint8_t *bytes, uint32_t blocks, uint32_t nonce)
{
    uint32_t counter[4] = {nonce, ~nonce, 0, 0};
    for (uint32_t i = 0; i < blocks; i++, bytes += 16) {
        uint32_t stream[4];
        counter[3] = i;
        encrypt(stream, counter);
        for (uint32_t k = 0; k < 16; k++) {
            bytes[k] ^= (uint8_t)(stream[k / 4] >> (24 - k % 4 * 8));
        }
    }
}

/* Encrypts and decrypts; how many bytes differ then, which should be none. */
static NOINLINE uint32_t check_block(const uint32_t block[4])
{
    uint32_t encrypted[4];
    uint8_t state[16], wanted[16];
    uint32_t different = 0;
    encrypt(encrypted, block);
    for (uint32_t i = 0; i < 4; i++) {
        put_word(state + 4 * i, encrypted[i]);
        put_word(wanted + 4 * i, block[i]);
    }
    decrypt(state);
    for (uint32_t i = 0; i < 16; i++) {
        different += state[i] != wanted[i];
    }
    return different;
}

static uint32_t sum_bytes(uint32_t sum)
{
    for (uint32_t i = 0; i < sizeof buffer; i += 7) {
        sum = bench_mix(sum, buffer[i]);
    }
    return sum;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    make_tables();
    for (uint32_t round = 0; round < repeat; round++) {
        uint32_t key[4];
        for (uint32_t i = 0; i < 4; i++) {
            key[i] = bench_random(&seed);
        }
        expand_key(key);
        counter_mode(buffer, BLOCKS, seed);
        sum = sum_bytes(sum);
        for (uint32_t i = 0; i < 8; i++) {
            key[i & 3] ^= sum + i;
            sum = bench_mix(sum, check_block(key));
        }
    }
    return sum;
}
