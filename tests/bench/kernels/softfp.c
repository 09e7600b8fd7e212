/* SPDX-License-Identifier: MIT */
/*
 * Floating point in integers, as a compiler's library does it on a processor without FPU: numbers of 32 and
 * 64 bits are taken apart, added, multiplied, divided, compared, rounded to the nearest and put together.  Shifts
 * by variable distances, carries from word to word, and branches that depend on the data.  Denormal numbers
 * count as 0, and what overflows is infinite; there are no NaNs, and the work has no use for any.
 */
#include "bench.h"

#define POINTS 16
#define TERMS  12

/* ---- 64 bits as two words: the compiler's shifts by a variable would be calls of its library ---- */

static uint64_t pair(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

static uint64_t shift_left(uint64_t value, uint32_t count)
{
    uint32_t high = (uint32_t)(value >> 32), low = (uint32_t)value;
    if (count >= 32) {
        return pair(low << (count & 31), 0);
    }
    return count == 0 ? value : pair(high << count | low >> (32 - count), low << count);
}

/* By less than 64; a 1 that is lost stays as the lowest bit. */
static uint64_t shift_sticky(uint64_t value, uint32_t count)
{
    uint32_t high = (uint32_t)(value >> 32), low = (uint32_t)value;
    uint32_t lost = 0;
    if (count >= 32) {
        lost = low;
        low = high;
        high = 0;
        count &= 31;
    }
    if (count > 0) {
        lost |= low << (32 - count);
        low = low >> count | high << (32 - count);
        high >>= count;
    }
    return pair(high, low | (lost != 0));
}

static uint32_t leading_zeros(uint32_t value)
{
    uint32_t count = 0;
    for (uint32_t step = 16; step != 0; step >>= 1) {
        if (value >> (32 - step) == 0) {
            value <<= step;
            count += step;
        }
    }
    return count;
}

static uint32_t leading_zeros64(uint64_t value)
{
    uint32_t high = (uint32_t)(value >> 32);
    return high != 0 ? leading_zeros(high) : 32 + leading_zeros((uint32_t)value);
}

/* ---- single precision; in a fraction bit 30 is 1, and bits 6 to 0 are for rounding ---- */

struct single {
    uint32_t sign; /* 0 or bit 31 */
    int32_t exponent;
    uint32_t fraction; /* 0: the number is 0 */
};

static struct single unpack_single(uint32_t bits)
{
    struct single number = {bits & 0x80000000, (int32_t)(bits >> 23 & 0xff), 0};
    if (number.exponent != 0) {
        number.fraction = (bits & 0x7fffff) << 7 | 0x40000000;
    }
    return number;
}

/* The highest bit of the fraction may be anywhere. */
static NOINLINE uint32_t pack_single(uint32_t sign, int32_t exponent, uint32_t fraction)
{
    uint32_t rest;
    if (fraction == 0) {
        return sign;
    }
    if (fraction >> 31) {
        fraction = fraction >> 1 | (fraction & 1);
        exponent++;
    } else {
        uint32_t shift = leading_zeros(fraction) - 1;
        fraction <<= shift;
        exponent -= (int32_t)shift;
    }
    rest = fraction & 0x7f;
    fraction = (fraction + 0x40) >> 7;
    fraction &= rest == 0x40 ? ~1u : ~0u;
    exponent += fraction >> 24;
    if (exponent <= 0) {
        return sign;
    }
    return exponent >= 0xff ? sign | 0x7f800000
                            : sign | (uint32_t)exponent << 23 | (fraction & 0x7fffff);
}

static uint32_t shift_sticky32(uint32_t value, uint32_t count)
{
    if (count == 0) {
        return value;
    }
    return count > 31 ? value != 0 : value >> count | (value << (32 - count) != 0);
}

static NOINLINE uint32_t add_single(uint32_t a_bits, uint32_t b_bits)
{
    struct single a = unpack_single(a_bits), b = unpack_single(b_bits);
    if (a.exponent < b.exponent || (a.exponent == b.exponent && a.fraction < b.fraction)) {
        struct single saved = a;
        a = b;
        b = saved;
    }
    b.fraction = shift_sticky32(b.fraction, (uint32_t)(a.exponent - b.exponent));
    if (a.sign == b.sign) {
        return pack_single(a.sign, a.exponent, a.fraction + b.fraction);
    }
    return pack_single(a.fraction == b.fraction ? 0 : a.sign, a.exponent, a.fraction - b.fraction);
}

static NOINLINE uint32_t multiply_single(uint32_t a_bits, uint32_t b_bits)
{
    struct single a = unpack_single(a_bits), b = unpack_single(b_bits);
    uint64_t product = (uint64_t)a.fraction * b.fraction;
    uint32_t fraction = (uint32_t)(product >> 30) | (((uint32_t)product & 0x3fffffff) != 0);
    return pack_single(a.sign ^ b.sign, a.exponent + b.exponent - 127, fraction);
}

/* Thirty-one bits of the quotient, one a step. */
static NOINLINE uint32_t divide_single(uint32_t a_bits, uint32_t b_bits)
{
    struct single a = unpack_single(a_bits), b = unpack_single(b_bits);
    uint32_t quotient = 0;
    uint32_t rest = a.fraction;
    if (b.fraction == 0) {
        return (a.sign ^ b.sign) | 0x7f800000;
    }
    for (int i = 0; i < 31; i++) {
        quotient <<= 1;
        if (rest >= b.fraction) {
            rest -= b.fraction;
            quotient |= 1;
        }
        rest <<= 1;
    }
    return pack_single(a.sign ^ b.sign, a.exponent - b.exponent + 127, quotient | (rest != 0));
}

static NOINLINE int less_single(uint32_t a, uint32_t b)
{
    if (((a | b) & 0x7fffffff) == 0) {
        return 0;
    }
    if ((a ^ b) >> 31) {
        return a >> 31;
    }
    return a >> 31 ? b < a : a < b;
}

static NOINLINE uint32_t single_from_int(int32_t value)
{
    uint32_t sign = (uint32_t)value & 0x80000000;
    return pack_single(sign, 127 + 30, sign ? -(uint32_t)value : (uint32_t)value);
}

/* ---- double precision; in a fraction bit 62 is 1, and bits 9 to 0 are for rounding ---- */

struct number {
    uint32_t sign; /* 0 or 1 */
    int32_t exponent;
    uint64_t fraction;
};

static struct number unpack(uint64_t bits)
{
    uint32_t high = (uint32_t)(bits >> 32);
    struct number number = {high >> 31, (int32_t)(high >> 20 & 0x7ff), 0};
    if (number.exponent != 0) {
        number.fraction = (bits << 10 & 0x3fffffffffffffff) | 0x4000000000000000;
    }
    return number;
}

static NOINLINE uint64_t pack(uint32_t sign, int32_t exponent, uint64_t fraction)
{
    uint32_t rest;
    if (fraction == 0) {
        return pair(sign << 31, 0);
    }
    if (fraction >> 63) {
        fraction = shift_sticky(fraction, 1);
        exponent++;
    } else {
        uint32_t shift = leading_zeros64(fraction) - 1;
        fraction = shift_left(fraction, shift);
        exponent -= (int32_t)shift;
    }
    rest = (uint32_t)fraction & 0x3ff;
    fraction = (fraction + 0x200) >> 10;
    fraction &= rest == 0x200 ? ~(uint64_t)1 : ~(uint64_t)0;
    exponent += (int32_t)(fraction >> 53);
    if (exponent <= 0 || exponent >= 0x7ff) {
        return pair(sign << 31 | (exponent <= 0 ? 0 : 0x7ff00000), 0);
    }
    return pair(sign << 31 | (uint32_t)exponent << 20, 0) | (fraction & 0xfffffffffffff);
}

static NOINLINE uint64_t add(uint64_t a_bits, uint64_t b_bits)
{
    struct number a = unpack(a_bits), b = unpack(b_bits);
    uint32_t distance;
    if (a.exponent < b.exponent || (a.exponent == b.exponent && a.fraction < b.fraction)) {
        struct number saved = a;
        a = b;
        b = saved;
    }
    distance = (uint32_t)(a.exponent - b.exponent);
    b.fraction = distance > 63 ? b.fraction != 0 : shift_sticky(b.fraction, distance);
    if (a.sign == b.sign) {
        return pack(a.sign, a.exponent, a.fraction + b.fraction);
    }
    return pack(a.fraction == b.fraction ? 0 : a.sign, a.exponent, a.fraction - b.fraction);
}

static uint64_t negate(uint64_t bits)
{
    return bits ^ pair(0x80000000, 0);
}

/* The upper 66 of 128 bits, the rest as the lowest bit. */
static uint64_t multiply_fractions(uint64_t a, uint64_t b)
{
    uint32_t a1 = (uint32_t)(a >> 32), a0 = (uint32_t)a;
    uint32_t b1 = (uint32_t)(b >> 32), b0 = (uint32_t)b;
    uint64_t low = (uint64_t)a0 * b0;
    uint64_t middle = (uint64_t)a1 * b0 + (low >> 32);
    uint64_t other = (uint64_t)a0 * b1 + (uint32_t)middle;
    uint64_t high = (uint64_t)a1 * b1 + (middle >> 32) + (other >> 32);
    uint32_t next = (uint32_t)other;
    uint32_t lost = (next & 0x3fffffff) | (uint32_t)low;
    return high << 2 | next >> 30 | (lost != 0);
}

static NOINLINE uint64_t multiply(uint64_t a_bits, uint64_t b_bits)
{
    struct number a = unpack(a_bits), b = unpack(b_bits);
    uint64_t fraction = multiply_fractions(a.fraction, b.fraction);
    return pack(a.sign ^ b.sign, a.exponent + b.exponent - 1023, fraction);
}

/* Fifty-seven bits of the quotient, one a step. */
static NOINLINE uint64_t divide(uint64_t a_bits, uint64_t b_bits)
{
    struct number a = unpack(a_bits), b = unpack(b_bits);
    uint64_t quotient = 0;
    uint64_t rest = a.fraction;
    if (b.fraction == 0) {
        return pair((a.sign ^ b.sign) << 31 | 0x7ff00000, 0);
    }
    for (int i = 0; i < 57; i++) {
        quotient <<= 1;
        if (rest >= b.fraction) {
            rest -= b.fraction;
            quotient |= 1;
        }
        rest <<= 1;
    }
    return pack(a.sign ^ b.sign, a.exponent - b.exponent + 1023, quotient << 6 | (rest != 0));
}

static NOINLINE int less(uint64_t a, uint64_t b)
{
    uint32_t a_high = (uint32_t)(a >> 32), b_high = (uint32_t)(b >> 32);
    if ((a | b) << 1 == 0) {
        return 0;
    }
    if ((a_high ^ b_high) >> 31) {
        return a_high >> 31;
    }
    return a_high >> 31 ? b < a : a < b;
}

static NOINLINE uint64_t from_single(uint32_t bits)
{
    struct single number = unpack_single(bits);
    return pack(number.sign >> 31, number.exponent + 1023 - 127, (uint64_t)number.fraction << 32);
}

/* ---- work ---- */

#define ONE  0x3ff0000000000000
#define HALF 0x3fe0000000000000
#define FOUR 0x4010000000000000

static uint32_t mix(uint32_t sum, uint64_t bits)
{
    return bench_mix(bench_mix(sum, (uint32_t)(bits >> 32)), (uint32_t)bits);
}

/* Heron's root. */
static NOINLINE uint64_t root(uint64_t square)
{
    uint64_t guess = ONE;
    for (int i = 0; i < 6; i++) {
        guess = multiply(HALF, add(guess, divide(square, guess)));
    }
    return guess;
}

/* Single precision: a polynomial of random coefficients, and the greatest of its values. */
static NOINLINE uint32_t polynomial(const uint32_t *coefficients, uint32_t x)
{
    uint32_t value = 0;
    for (int i = 0; i < TERMS; i++) {
        value = add_single(multiply_single(value, x), coefficients[i]);
    }
    return value;
}

static NOINLINE uint32_t work_single(uint32_t sum, uint32_t *seed)
{
    uint32_t coefficients[TERMS];
    uint32_t greatest = 0;
    for (int i = 0; i < TERMS; i++) {
        coefficients[i] = single_from_int((int32_t)bench_random(seed) >> (i & 15));
    }
    for (int i = 0; i < POINTS; i++) {
        uint32_t value =
            polynomial(coefficients, divide_single(single_from_int(i - 7), single_from_int(5)));
        if (less_single(greatest, value)) {
            greatest = value;
        }
        sum = bench_mix(sum, value);
    }
    return bench_mix(sum, greatest);
}

/* Steps of z = z^2 + c until |z| > 2, twelve at most. */
static NOINLINE uint32_t escape(uint64_t cx, uint64_t cy, uint64_t *x, uint64_t *y)
{
    *x = cx;
    *y = cy;
    for (uint32_t i = 0; i < 12; i++) {
        uint64_t xx = multiply(*x, *x), yy = multiply(*y, *y);
        if (less(FOUR, add(xx, yy))) {
            return i;
        }
        *y = add(multiply(add(*x, *x), *y), cy);
        *x = add(add(xx, negate(yy)), cx);
    }
    return 12;
}

static NOINLINE uint32_t work_double(uint32_t sum, uint32_t *seed)
{
    const uint32_t scale = single_from_int(0x6000);
    for (int i = 0; i < POINTS; i++) {
        uint32_t cx = single_from_int((int32_t)(bench_random(seed) & 0xffff) - 0xc000);
        uint32_t cy = single_from_int((int32_t)(bench_random(seed) & 0xffff) - 0x8000);
        uint64_t x, y;
        sum += escape(from_single(divide_single(cx, scale)), from_single(divide_single(cy, scale)),
                      &x, &y);
        sum = mix(mix(sum, x), root(add(multiply(x, x), multiply(y, y))));
    }
    return sum;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        sum = work_single(sum, &seed);
        sum = work_double(sum, &seed);
    }
    return sum;
}
