/* SPDX-License-Identifier: MIT */
/* CRC-32 (IEEE 802.3, reflected) of 16 KiB, a byte at a time by table. */
#include "bench.h"

#define BUFFER 16384

static uint32_t table[256];
static uint8_t buffer[BUFFER];

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        }
        table[i] = crc;
    }
}

static NOINLINE uint32_t crc32(uint32_t crc, const uint8_t *data, uint32_t length)
{
    crc = ~crc;
    for (uint32_t i = 0; i < length; i++) {
        crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xff];
    }
    return ~crc;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t crc = 0;
    make_table();
    for (unsigned i = 0; i < BUFFER; i++) {
        buffer[i] = (uint8_t)bench_random(&seed);
    }
    for (uint32_t round = 0; round < repeat; round++) {
        crc = crc32(crc, buffer, BUFFER);
        buffer[round % BUFFER] = (uint8_t)crc;
    }
    return crc;
}
