// SPDX-License-Identifier: MIT
/*
 * Unpacking, rounding, packing and NaN rules, once for single and double and for all operations.
 * Tininess (before rounding, N.5 and N.6) and overflow (after rounding) are decided here and
 * nowhere else. Manual: V8 appendix N ("N.x"); contract in softfloat_number.h.
 */
#include "softfloat_number.h"

#define LEAD_BIT  (UINT64_C(1) << NUMBER_LEAD)
#define QUIET_BIT (UINT64_C(1) << (NUMBER_LEAD - 1))

// So low that aligning a zero to any other number leaves zero.
#define ZERO_EXP (-0x4000)

const struct number_format number_single = {31, 23, 0xff, 127, SOFTFLOAT_GRFPU_NAN_SINGLE};
const struct number_format number_double = {63, 52, 0x7ff, 1023, SOFTFLOAT_GRFPU_NAN_DOUBLE};

// In plain C, by halves; it is needed only after cancellation and for subnormal operands.
static int count_leading_zeros(uint64_t value)
{
    int zeros = 0;
    for (int width = 32; width > 0; width >>= 1) {
        int step = value >> (64 - width) == 0 ? width : 0;
        value <<= step;
        zeros += step;
    }
    return zeros;
}

struct number number_normalise(struct number n)
{
    int carry = (int)(n.sig >> 63);
    n.sig = n.sig >> carry | (n.sig & (uint64_t)carry);
    n.exp += carry;
    if (!(n.sig & LEAD_BIT)) {
        int shift = count_leading_zeros(n.sig) - 1;
        n.sig <<= shift;
        n.exp -= shift;
    }
    return n;
}

static uint8_t special_kind(uint64_t fraction)
{
    if (fraction == 0) {
        return NUMBER_INFINITE;
    }
    return fraction & QUIET_BIT ? NUMBER_QUIET_NAN : NUMBER_SIGNALING_NAN;
}

struct number number_unpack(const struct number_format *f, uint64_t bits)
{
    int biased = (int)(bits >> f->frac_bits) & f->exp_max;
    uint64_t fraction = bits << (NUMBER_LEAD - f->frac_bits) & (LEAD_BIT - 1);
    struct number n = {
        .sig = fraction | LEAD_BIT,
        .exp = biased - f->bias,
        .kind = NUMBER_FINITE,
        .sign = bits >> f->sign_bit & 1,
    };

    if (biased == f->exp_max) {
        n.sig = fraction;
        n.kind = special_kind(fraction);
    } else if (biased == 0 && fraction == 0) {
        n.sig = 0;
        n.exp = ZERO_EXP;
        n.kind = NUMBER_ZERO;
    } else if (biased == 0) {
        n.sig = fraction;
        n.exp = 1 - f->bias;
        n = number_normalise(n);
    }
    return n;
}

struct number number_operand(struct softfloat *env, const struct number_format *f, uint64_t bits)
{
    struct number n = number_unpack(f, bits);
    bool denormal = n.kind == NUMBER_FINITE && n.exp < 1 - f->bias;

    if (denormal && env->kind == SOFTFLOAT_GRFPU) {
        number_raise_flags(env, SOFTFLOAT_UNFINISHED);
    } else if (denormal && env->kind == SOFTFLOAT_GRFPU_NS) {
        n = number_unpack(f, number_pack_zero(f, n.sign));
    }
    return n;
}

static uint64_t pack_sign(const struct number_format *f, bool sign, uint64_t magnitude)
{
    return (uint64_t)sign << f->sign_bit | magnitude;
}

uint64_t number_pack_zero(const struct number_format *f, bool sign)
{
    return pack_sign(f, sign, 0);
}

uint64_t number_pack_infinity(const struct number_format *f, bool sign)
{
    return pack_sign(f, sign, (uint64_t)f->exp_max << f->frac_bits);
}

// What to add to sig before its low `drop` bits are cut off. It is zero only if the rounding is
// towards zero for this sign, never to nearest, since drop >= 10: number_round_pack() relies on that.
static uint64_t round_increment(const struct softfloat *env, bool sign, uint64_t sig, int drop)
{
    const uint64_t ones = (UINT64_C(1) << drop) - 1;
    switch ((enum softfloat_rounding)(env->rounding & 3)) {
    case SOFTFLOAT_TO_ZERO:
        return 0;
    case SOFTFLOAT_UP:
        return sign ? 0 : ones;
    case SOFTFLOAT_DOWN:
        return sign ? ones : 0;
    case SOFTFLOAT_NEAREST_EVEN:
        break;
    }
    // Just under a half: carries if more than a half is cut off. A tie carries from odd to even.
    return (ones >> 1) + (sig >> drop & 1);
}

uint64_t number_round_pack(struct softfloat *env, const struct number_format *f, struct number n)
{
    const uint64_t infinity = (uint64_t)f->exp_max << f->frac_bits;
    const int drop = NUMBER_LEAD - f->frac_bits;
    int biased = n.exp + f->bias;
    bool tiny = biased < 1;

    if (tiny && env->kind != SOFTFLOAT_IEEE) {
        number_raise_flags(env, SOFTFLOAT_UF | SOFTFLOAT_NX);
        return number_pack_zero(f, n.sign);
    }
    if (tiny) {
        n.sig = number_shift_right_sticky(n.sig, 1 - biased);
        biased = 1;
    }
    bool inexact = (n.sig & ((UINT64_C(1) << drop) - 1)) != 0;
    uint64_t increment = round_increment(env, n.sign, n.sig, drop);

    // The lead bit, where there is one, adds 1 to the exponent field and so makes up for the "- 1";
    // so does a carry out of the fraction. No operation makes an exponent above 1023 + 1074, so the
    // field needs at most 12 bits and the sum fits.
    uint64_t magnitude = ((uint64_t)(biased - 1) << f->frac_bits) + ((n.sig + increment) >> drop);
    if (magnitude >= infinity) {
        number_raise_flags(env, SOFTFLOAT_OF | SOFTFLOAT_NX);
        magnitude = increment == 0 ? infinity - 1 : infinity;
    } else if (inexact) {
        number_raise_flags(env, tiny ? SOFTFLOAT_UF | SOFTFLOAT_NX : SOFTFLOAT_NX);
    } else if (tiny && env->trap_underflow) {
        number_raise_flags(env, SOFTFLOAT_UF);
    }
    return pack_sign(f, n.sign, magnitude);
}

uint64_t number_invalid_result(struct softfloat *env, const struct number_format *f)
{
    number_raise_flags(env, SOFTFLOAT_NV);
    return env->kind == SOFTFLOAT_IEEE ? (UINT64_C(1) << f->sign_bit) - 1 : f->grfpu_nan;
}

uint64_t number_nan_result(struct softfloat *env, const struct number_format *f, struct number rs1,
                           struct number rs2)
{
    if (rs1.kind == NUMBER_SIGNALING_NAN || rs2.kind == NUMBER_SIGNALING_NAN) {
        number_raise_flags(env, SOFTFLOAT_NV);
        if (env->kind != SOFTFLOAT_IEEE) {
            return f->grfpu_nan;
        }
    }
    // By the ORDER of kinds, number < quiet < signaling, table N.4 is: the higher one, else rs2.
    struct number nan = rs1.kind > rs2.kind ? rs1 : rs2;
    // Aligned at the top, a fraction loses low bits or gains zeros when f is another format.
    uint64_t fraction = (nan.sig | QUIET_BIT) >> (NUMBER_LEAD - f->frac_bits);
    return number_pack_infinity(f, nan.sign) | fraction;
}
