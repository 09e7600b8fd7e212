// SPDX-License-Identifier: MIT
/*
 * Arithmetic of the SPARC V8 floating-point operations: add, subtract, multiply, divide, square
 * root. Every operation has the same three steps:
 *
 *   unpack      bits -> sign, exponent and significand in one internal form for both formats
 *   operate     on the special kinds first (NaN, infinity, zero), then on finite numbers, which
 *               leaves a normalised significand with a sticky lowest bit: 1 if anything but zeros
 *               lies below it in the exact result
 *   round_pack  internal form -> bits of the wanted format, with all rounding and its flags
 *
 * The first and the last step are in softfloat_number.c, conversions and compares in
 * softfloat_convert.c. FSR, traps and registers are in interp_fpu.c. There is no quad precision, as no
 * LEON has it. Manual: V8 B.33, appendix N; contract in softfloat.h.
 */
#include "softfloat.h"

#include "softfloat_number.h"

/* -- Add and subtract -------------------------------------------------------------------------- */

static uint64_t add_finite(struct softfloat *env, const struct number_format *f, struct number a,
                           struct number b)
{
    bool a_larger = a.exp != b.exp ? a.exp > b.exp : a.sig >= b.sig;
    struct number large = a_larger ? a : b;
    struct number small = a_larger ? b : a;
    uint64_t aligned = number_shift_right_sticky(small.sig, large.exp - small.exp);
    bool same_sign = a.sign == b.sign;

    struct number sum = large;
    sum.sig = same_sign ? large.sig + aligned : large.sig - aligned;
    if (sum.sig == 0) {
        bool down = (env->rounding & 3) == SOFTFLOAT_DOWN;
        return number_pack_zero(f, same_sign ? a.sign : down);
    }
    sum = number_normalise(sum);
    return number_round_pack(env, f, sum);
}

static uint64_t add_numbers(struct softfloat *env, const struct number_format *f, struct number a,
                            struct number b)
{
    if (number_is_nan(a) || number_is_nan(b)) {
        return number_nan_result(env, f, a, b);
    }
    if (a.kind == NUMBER_INFINITE && b.kind == NUMBER_INFINITE && a.sign != b.sign) {
        return number_invalid_result(env, f);
    }
    if (a.kind == NUMBER_INFINITE || b.kind == NUMBER_INFINITE) {
        return number_pack_infinity(f, a.kind == NUMBER_INFINITE ? a.sign : b.sign);
    }
    return add_finite(env, f, a, b);
}

static uint64_t add_bits(struct softfloat *env, const struct number_format *f, uint64_t rs1,
                         uint64_t rs2)
{
    struct number a = number_operand(env, f, rs1);
    struct number b = number_operand(env, f, rs2);
    return add_numbers(env, f, a, b);
}

static uint64_t subtract_bits(struct softfloat *env, const struct number_format *f, uint64_t rs1,
                              uint64_t rs2)
{
    struct number a = number_operand(env, f, rs1);
    struct number b = number_operand(env, f, rs2);
    b.sign ^= !number_is_nan(b);
    return add_numbers(env, f, a, b);
}

/* -- Multiply ---------------------------------------------------------------------------------- */

// Upper 64 bits of the 128-bit product, with the lower ones as a sticky lowest bit.
static uint64_t multiply_high_sticky(uint64_t a, uint64_t b)
{
    uint64_t a_high = a >> 32, a_low = (uint32_t)a;
    uint64_t b_high = b >> 32, b_low = (uint32_t)b;
    uint64_t low = a_low * b_low;
    uint64_t middle1 = a_high * b_low + (low >> 32);
    uint64_t middle2 = a_low * b_high + (uint32_t)middle1;
    uint64_t high = a_high * b_high + (middle1 >> 32) + (middle2 >> 32);
    return high | ((uint32_t)middle2 != 0 || (uint32_t)low != 0);
}

// f is the format of the product; the operands may have come from another.
static uint64_t multiply_numbers(struct softfloat *env, const struct number_format *f,
                                 struct number a, struct number b)
{
    bool sign = a.sign != b.sign;
    if (number_is_nan(a) || number_is_nan(b)) {
        return number_nan_result(env, f, a, b);
    }
    if (a.kind == NUMBER_INFINITE || b.kind == NUMBER_INFINITE) {
        bool zero = a.kind == NUMBER_ZERO || b.kind == NUMBER_ZERO;
        return zero ? number_invalid_result(env, f) : number_pack_infinity(f, sign);
    }
    if (a.kind == NUMBER_ZERO || b.kind == NUMBER_ZERO) {
        return number_pack_zero(f, sign);
    }

    // Shifted up by one, the lead bits 63 make a product with lead bit 126 or 127, which is 62 or
    // 63 of its upper half.
    struct number product = {
        .sig = multiply_high_sticky(a.sig << 1, b.sig << 1),
        .exp = a.exp + b.exp,
        .kind = NUMBER_FINITE,
        .sign = sign,
    };
    product = number_normalise(product);
    return number_round_pack(env, f, product);
}

static uint64_t multiply_bits(struct softfloat *env, const struct number_format *f, uint64_t rs1,
                              uint64_t rs2)
{
    struct number a = number_operand(env, f, rs1);
    struct number b = number_operand(env, f, rs2);
    return multiply_numbers(env, f, a, b);
}

/* -- Divide ------------------------------------------------------------------------------------ */

// One step of long division in base 2^32: returns floor(*rest * 2^32 / divisor), at most 32 bits,
// and leaves the new rest. Requires *rest < divisor and bit 63 of divisor.
static uint64_t divide_digit(uint64_t *rest, uint64_t divisor)
{
    uint64_t high = divisor >> 32, low = (uint32_t)divisor;
    uint64_t digit = *rest / high;
    uint64_t partial = *rest % high;

    // Dividing by the upper half alone guesses up to 2 too high. Each step down gives `high` back;
    // once partial has more than 32 bits the guess is right. The product fits: digit <= 2^32 + 1.
    while (partial >> 32 == 0 && digit * low > partial << 32) {
        digit--;
        partial += high;
    }
    *rest = (partial << 32) - digit * low;
    return digit;
}

static uint64_t divide_finite(struct softfloat *env, const struct number_format *f, struct number a,
                              struct number b)
{
    // sig(a) / sig(b) is in (1/2, 2). Times 2^63 that is a 64-bit quotient of lead bit 62 or 63,
    // which comes as two digits of sig(a) * 2^64 / (sig(b) * 2).
    uint64_t divisor = b.sig << 1;
    uint64_t rest = a.sig;
    uint64_t upper = divide_digit(&rest, divisor);
    uint64_t lower = divide_digit(&rest, divisor);

    struct number quotient = {
        .sig = upper << 32 | lower | (rest != 0),
        .exp = a.exp - b.exp - 1,
        .kind = NUMBER_FINITE,
        .sign = a.sign != b.sign,
    };
    quotient = number_normalise(quotient);
    return number_round_pack(env, f, quotient);
}

static uint64_t divide_bits(struct softfloat *env, const struct number_format *f, uint64_t rs1,
                            uint64_t rs2)
{
    struct number a = number_operand(env, f, rs1);
    struct number b = number_operand(env, f, rs2);
    bool sign = a.sign != b.sign;
    if (number_is_nan(a) || number_is_nan(b)) {
        return number_nan_result(env, f, a, b);
    }
    if (a.kind == b.kind && a.kind != NUMBER_FINITE) { // 0 / 0, infinity / infinity
        return number_invalid_result(env, f);
    }
    if (a.kind == NUMBER_ZERO || b.kind == NUMBER_INFINITE) {
        return number_pack_zero(f, sign);
    }
    if (a.kind == NUMBER_FINITE && b.kind == NUMBER_FINITE) {
        return divide_finite(env, f, a, b);
    }
    if (a.kind == NUMBER_FINITE) { // x / 0; infinity / 0 is an exact infinity
        number_raise_flags(env, SOFTFLOAT_DZ);
    }
    return number_pack_infinity(f, sign);
}

/* -- Square root ------------------------------------------------------------------------------- */

// Digit by digit, as on paper, in base 2. With one = 2^60 the radicand is in [1, 4), the root in
// [1, 2). The digit of weight bit = 2^-i is 1 if (root + bit)^2 <= radicand. Both sides less root^2
// and times 2^i, that is 2 * root + bit <= rest, where rest = 2^i * (radicand - root^2) is exact
// and below 8, as the root so far is less than 2 * bit too small.
static uint64_t root_sticky(uint64_t radicand, int digits)
{
    const uint64_t one = UINT64_C(1) << 60;
    uint64_t root = one;
    uint64_t rest = radicand - one;
    for (uint64_t bit = one >> 1; digits > 0; bit >>= 1, digits--) {
        rest <<= 1;
        uint64_t step = 2 * root + bit;
        uint64_t fits = 0 - (uint64_t)(step <= rest); // a mask: a branch would be unpredictable
        rest -= step & fits;
        root += bit & fits;
    }
    return root << (NUMBER_LEAD - 60) | (rest != 0);
}

static uint64_t root_bits(struct softfloat *env, const struct number_format *f, uint64_t rs2)
{
    struct number n = number_operand(env, f, rs2);
    if (number_is_nan(n)) {
        return number_nan_result(env, f, n, n);
    }
    if (n.kind == NUMBER_ZERO) {
        return number_pack_zero(f, n.sign);
    }
    if (n.sign) {
        return number_invalid_result(env, f);
    }
    if (n.kind == NUMBER_INFINITE) {
        return rs2;
    }

    // An odd exponent gives one factor of 2 to the significand; the two bits lost are zeros of the
    // unpacked form. One digit more than the fraction has and the sticky bit are enough to round.
    int odd = n.exp & 1;
    n.sig = root_sticky(n.sig >> (NUMBER_LEAD - 60) << odd, f->frac_bits + 1);
    n.exp = (n.exp - odd) / 2;
    return number_round_pack(env, f, n);
}

/* -- The operations of the manual -------------------------------------------------------------- */

uint32_t softfloat_fadds(struct softfloat *env, uint32_t rs1, uint32_t rs2)
{
    return (uint32_t)add_bits(env, &number_single, rs1, rs2);
}

uint64_t softfloat_faddd(struct softfloat *env, uint64_t rs1, uint64_t rs2)
{
    return add_bits(env, &number_double, rs1, rs2);
}

uint32_t softfloat_fsubs(struct softfloat *env, uint32_t rs1, uint32_t rs2)
{
    return (uint32_t)subtract_bits(env, &number_single, rs1, rs2);
}

uint64_t softfloat_fsubd(struct softfloat *env, uint64_t rs1, uint64_t rs2)
{
    return subtract_bits(env, &number_double, rs1, rs2);
}

uint32_t softfloat_fmuls(struct softfloat *env, uint32_t rs1, uint32_t rs2)
{
    return (uint32_t)multiply_bits(env, &number_single, rs1, rs2);
}

uint64_t softfloat_fmuld(struct softfloat *env, uint64_t rs1, uint64_t rs2)
{
    return multiply_bits(env, &number_double, rs1, rs2);
}

uint64_t softfloat_fsmuld(struct softfloat *env, uint32_t rs1, uint32_t rs2)
{
    struct number a = number_operand(env, &number_single, rs1);
    struct number b = number_operand(env, &number_single, rs2);
    return multiply_numbers(env, &number_double, a, b);
}

uint32_t softfloat_fdivs(struct softfloat *env, uint32_t rs1, uint32_t rs2)
{
    return (uint32_t)divide_bits(env, &number_single, rs1, rs2);
}

uint64_t softfloat_fdivd(struct softfloat *env, uint64_t rs1, uint64_t rs2)
{
    return divide_bits(env, &number_double, rs1, rs2);
}

uint32_t softfloat_fsqrts(struct softfloat *env, uint32_t rs2)
{
    return (uint32_t)root_bits(env, &number_single, rs2);
}

uint64_t softfloat_fsqrtd(struct softfloat *env, uint64_t rs2)
{
    return root_bits(env, &number_double, rs2);
}
