// SPDX-License-Identifier: MIT
/* Bit fields, sign extension, byte order.  All pure, all inline. */
#ifndef BITS_H
#define BITS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bits [low+length-1 : low] of word, right-aligned.  1 <= length <= 31. */
static inline uint32_t bits_get(uint32_t word, unsigned low, unsigned length)
{
    return word >> low & ((1u << length) - 1);
}

/* word with bits [low+length-1 : low] replaced by the low bits of value. */
static inline uint32_t bits_put(uint32_t word, unsigned low, unsigned length, uint32_t value)
{
    uint32_t mask = ((1u << length) - 1) << low;
    return (word & ~mask) | (value << low & mask);
}

/* The low `length` bits of word as a two's complement number.  1 <= length <= 32. */
static inline int32_t bits_signed(uint32_t word, unsigned length)
{
    return (int32_t)(word << (32 - length)) >> (32 - length);
}

static inline bool bits_is_power_of_two(uint64_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* Guest memory is big-endian; these move between it and host-order integers, at any alignment. */
static inline uint16_t be16_load(const void *memory)
{
    uint16_t value;
    memcpy(&value, memory, sizeof value);
    return __builtin_bswap16(value);
}

static inline uint32_t be32_load(const void *memory)
{
    uint32_t value;
    memcpy(&value, memory, sizeof value);
    return __builtin_bswap32(value);
}

static inline uint64_t be64_load(const void *memory)
{
    uint64_t value;
    memcpy(&value, memory, sizeof value);
    return __builtin_bswap64(value);
}

static inline void be16_store(void *memory, uint16_t value)
{
    value = __builtin_bswap16(value);
    memcpy(memory, &value, sizeof value);
}

static inline void be32_store(void *memory, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(memory, &value, sizeof value);
}

static inline void be64_store(void *memory, uint64_t value)
{
    value = __builtin_bswap64(value);
    memcpy(memory, &value, sizeof value);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the host is little-endian");

#endif
