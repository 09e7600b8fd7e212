/* SPDX-License-Identifier: MIT */
/*
 * Division and remainder: signed and unsigned of 32 bits, as the instructions do it, of 64 bits, as a
 * compiler's library does it with them, and what programs use them for: decimal numbers, greatest common
 * divisors, modular powers.  The functions of 64 bits are C of our own, the same on both machines, because
 * the host has an instruction for them.
 */
#include "bench.h"

struct quotient {
    uint64_t quotient;
    uint64_t rest;
};

static uint64_t pair(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

static uint64_t random_pair(uint32_t *seed)
{
    uint32_t high = bench_random(seed);
    return pair(high, bench_random(seed));
}

static uint32_t high_of(uint64_t value)
{
    return (uint32_t)(value >> 32);
}

/* By 0 < count < 32; a shift of 64 bits by a variable would be a call of the compiler's library. */
static uint64_t shift_left(uint64_t value, uint32_t count)
{
    uint32_t low = (uint32_t)value;
    return pair(high_of(value) << count | low >> (32 - count), low << count);
}

static uint64_t shift_right(uint64_t value, uint32_t count)
{
    uint32_t high = high_of(value);
    return pair(high >> count, (uint32_t)value >> count | high << (32 - count));
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

/* A digit of 16 bits: (high * 2^16 + next) / divisor, whose highest bit is set and which is above high. */
static uint32_t divide_step(uint32_t *high, uint32_t next, uint32_t divisor)
{
    uint32_t top = divisor >> 16, bottom = divisor & 0xffff;
    uint32_t digit = *high / top;
    uint32_t rest = *high % top;
    while (digit > 0xffff || digit * bottom > (rest << 16 | next)) {
        digit--;
        rest += top;
        if (rest > 0xffff) {
            break;
        }
    }
    *high = (*high << 16 | next) - digit * divisor;
    return digit;
}

/* By 32 bits: two digits of base 2^32, the lower one of them by two steps of 16 bits. */
static NOINLINE struct quotient divide_by_word(uint64_t number, uint32_t divisor)
{
    uint32_t high = high_of(number) / divisor;
    uint32_t rest = high_of(number) % divisor;
    uint32_t shift = leading_zeros(divisor);
    uint64_t left = pair(rest, (uint32_t)number);
    left = shift == 0 ? left : shift_left(left, shift);
    rest = high_of(left);
    uint32_t upper = divide_step(&rest, (uint32_t)left >> 16, divisor << shift);
    uint32_t lower = divide_step(&rest, (uint32_t)left & 0xffff, divisor << shift);
    return (struct quotient){pair(high, upper << 16 | lower), rest >> shift};
}

/* By more than 32 bits the quotient is below 2^32: a bit a step. */
static NOINLINE struct quotient divide_by_pair(uint64_t number, uint64_t divisor)
{
    uint32_t quotient = 0;
    uint32_t shift = leading_zeros(high_of(divisor)) - leading_zeros(high_of(number));
    uint64_t moved = shift == 0 ? divisor : shift_left(divisor, shift);
    for (uint32_t i = 0; i <= shift; i++) {
        quotient <<= 1;
        if (number >= moved) {
            number -= moved;
            quotient |= 1;
        }
        moved = shift_right(moved, 1);
    }
    return (struct quotient){quotient, number};
}

static struct quotient divide64(uint64_t number, uint64_t divisor)
{
    if (number < divisor) {
        return (struct quotient){0, number};
    }
    return high_of(divisor) == 0 ? divide_by_word(number, (uint32_t)divisor)
                                 : divide_by_pair(number, divisor);
}

static uint64_t absolute(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

/* Rounds towards 0; the rest has the number's sign. */
static NOINLINE int64_t divide_signed(int64_t number, int64_t divisor, int64_t *rest)
{
    struct quotient found = divide64(absolute(number), absolute(divisor));
    *rest = number < 0 ? -(int64_t)found.rest : (int64_t)found.rest;
    return (number < 0) != (divisor < 0) ? -(int64_t)found.quotient : (int64_t)found.quotient;
}

/* ---- users ---- */

static uint32_t mix64(uint32_t sum, uint64_t value)
{
    return bench_mix(bench_mix(sum, high_of(value)), (uint32_t)value);
}

/* Digits from the last to the first. */
static NOINLINE uint32_t print_signed(char *text, int32_t value)
{
    uint32_t length = 0;
    int negative = value < 0;
    do {
        int32_t digit = value % 10;
        value /= 10;
        text[length++] = (char)('0' + (digit < 0 ? -digit : digit));
    } while (value != 0);
    if (negative) {
        text[length++] = '-';
    }
    return length;
}

static NOINLINE uint32_t print_long(char *text, uint64_t value, uint32_t base)
{
    uint32_t length = 0;
    while (value != 0) {
        struct quotient found = divide64(value, base);
        text[length++] = (char)('0' + found.rest);
        value = found.quotient;
    }
    return length;
}

static uint32_t sum_text(uint32_t sum, const char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        sum = bench_mix(sum, (uint8_t)text[i]);
    }
    return sum;
}

/* noipa, or the divisor would be a constant. */
static NOIPA uint32_t divide_words(uint32_t sum, const int32_t *numbers, int32_t divisor)
{
    for (uint32_t i = 0; i < 16; i++) {
        int32_t quotient = numbers[i] / divisor;
        sum = bench_mix(sum, (uint32_t)quotient);
        sum = bench_mix(sum, (uint32_t)(numbers[i] % (quotient | 1)));
        divisor += 2;
    }
    return sum;
}

static NOINLINE uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = divide64(a, b).rest;
        a = b;
        b = rest;
    }
    return a;
}

/* base to the power, modulo m, all below 2^32. */
static NOINLINE uint32_t power(uint32_t base, uint32_t exponent, uint32_t m)
{
    uint32_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1) {
            result = (uint32_t)divide64((uint64_t)result * base, m).rest;
        }
        base = (uint32_t)divide64((uint64_t)base * base, m).rest;
    }
    return result;
}

static uint32_t divide_longs(uint32_t sum, uint32_t *seed)
{
    for (uint32_t i = 0; i < 8; i++) {
        uint64_t a = random_pair(seed);
        uint64_t b = random_pair(seed);
        b = pair(high_of(b) >> (4 * i + 1), (uint32_t)b | 1);
        int64_t rest;
        sum = mix64(sum, (uint64_t)divide_signed((int64_t)a, (int64_t)b, &rest));
        sum = mix64(sum, (uint64_t)rest);
    }
    return sum;
}

uint32_t bench_run(uint32_t repeat)
{
    uint32_t seed = bench_seed;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < repeat; round++) {
        char text[40];
        int32_t numbers[16];
        for (uint32_t i = 0; i < ARRAY_LEN(numbers); i++) {
            numbers[i] = (int32_t)bench_random(&seed) >> 1; /* never what -1 cannot divide */
            sum = sum_text(sum, text, print_signed(text, numbers[i]));
        }
        uint64_t a = pair((uint32_t)numbers[0], (uint32_t)numbers[1]);
        uint64_t b = pair((uint32_t)numbers[2] & 0xffff, (uint32_t)numbers[3]);
        sum = sum_text(sum, text, print_long(text, a, 10 + (round & 1) * 6));
        sum = divide_words(sum, numbers, (int32_t)(round << 1 & 0xff) - 129);
        sum = divide_longs(sum, &seed);
        sum = mix64(sum, common_divisor(a, b));
        sum = bench_mix(sum, power(seed, (uint32_t)numbers[4] & 0xfff, (uint32_t)numbers[5] | 1));
    }
    return sum;
}
