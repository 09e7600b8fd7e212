// SPDX-License-Identifier: MIT
/*
 * Conversions and compares of the SPARC V8 floating-point operations: between single, double and
 * 32-bit integer, and the relation of two numbers. Arithmetic is in softfloat.c, rounding and NaNs
 * in softfloat_number.c. FSR, traps and registers are in interp_fpu.c. Manual: V8 B.33, N.4, N.7; contract in
 * softfloat.h.
 */
#include "softfloat.h"

#include "softfloat_number.h"

/* -- Conversions ------------------------------------------------------------------------------- */

static uint64_t convert_bits(struct softfloat *env, const struct number_format *from,
                             const struct number_format *to, uint64_t rs2)
{
    struct number n = number_operand(env, from, rs2);
    switch ((enum number_kind)n.kind) {
    case NUMBER_ZERO:
        return number_pack_zero(to, n.sign);
    case NUMBER_FINITE:
        return number_round_pack(env, to, n);
    case NUMBER_INFINITE:
        return number_pack_infinity(to, n.sign);
    case NUMBER_QUIET_NAN:
    case NUMBER_SIGNALING_NAN:
        break;
    }
    return number_nan_result(env, to, n, n);
}

static uint64_t convert_integer(struct softfloat *env, const struct number_format *f, uint32_t rs2)
{
    bool sign = rs2 >> 31;
    uint32_t magnitude = sign ? 0 - rs2 : rs2;
    struct number n = {.sig = magnitude, .exp = NUMBER_LEAD, .kind = NUMBER_FINITE, .sign = sign};
    if (rs2 == 0) {
        return number_pack_zero(f, false);
    }
    n = number_normalise(n);
    return number_round_pack(env, f, n);
}

// Towards zero. Infinities and NaNs need no case of their own: their exponent, above all others, is
// out of range (N.7).
static uint32_t convert_to_integer(struct softfloat *env, const struct number_format *f,
                                   uint64_t rs2)
{
    struct number n = number_operand(env, f, rs2);
    uint32_t limit = n.sign ? UINT32_C(0x80000000) : UINT32_C(0x7fffffff);
    int shift = NUMBER_LEAD - (n.exp < 0 ? -1 : n.exp); // below 1, zero included, nothing is left
    if (n.exp > 31 || n.sig >> shift > limit) {
        number_raise_flags(env, SOFTFLOAT_NV);
        return limit;
    }
    uint64_t whole = n.sig >> shift;
    if (whole << shift != n.sig) {
        number_raise_flags(env, SOFTFLOAT_NX);
    }
    return (uint32_t)(n.sign ? -whole : whole);
}

/* -- Compare ----------------------------------------------------------------------------------- */

// A signed integer in the order of the numbers: both zeros give 0.
static int64_t order_key(const struct number_format *f, uint64_t bits)
{
    uint64_t sign = UINT64_C(1) << f->sign_bit;
    int64_t magnitude = (int64_t)(bits & (sign - 1));
    return bits & sign ? -magnitude : magnitude;
}

static enum softfloat_relation compare_bits(struct softfloat *env, const struct number_format *f,
                                            uint64_t rs1, uint64_t rs2, bool signaling)
{
    enum number_kind kind1 = number_unpack(f, rs1).kind;
    enum number_kind kind2 = number_unpack(f, rs2).kind;
    enum number_kind higher = kind1 > kind2 ? kind1 : kind2;
    if (higher >= NUMBER_QUIET_NAN) {
        if (signaling || higher == NUMBER_SIGNALING_NAN) {
            number_raise_flags(env, SOFTFLOAT_NV);
        }
        return SOFTFLOAT_UNORDERED;
    }
    int64_t key1 = order_key(f, rs1);
    int64_t key2 = order_key(f, rs2);
    if (key1 == key2) {
        return SOFTFLOAT_EQUAL;
    }
    return key1 < key2 ? SOFTFLOAT_LESS : SOFTFLOAT_GREATER;
}

/* -- The operations of the manual -------------------------------------------------------------- */

uint64_t softfloat_fstod(struct softfloat *env, uint32_t rs2)
{
    return convert_bits(env, &number_single, &number_double, rs2);
}

uint32_t softfloat_fdtos(struct softfloat *env, uint64_t rs2)
{
    return (uint32_t)convert_bits(env, &number_double, &number_single, rs2);
}

uint32_t softfloat_fitos(struct softfloat *env, uint32_t rs2)
{
    return (uint32_t)convert_integer(env, &number_single, rs2);
}

uint64_t softfloat_fitod(struct softfloat *env, uint32_t rs2)
{
    return convert_integer(env, &number_double, rs2);
}

uint32_t softfloat_fstoi(struct softfloat *env, uint32_t rs2)
{
    return convert_to_integer(env, &number_single, rs2);
}

uint32_t softfloat_fdtoi(struct softfloat *env, uint64_t rs2)
{
    return convert_to_integer(env, &number_double, rs2);
}

enum softfloat_relation softfloat_fcmps(struct softfloat *env, uint32_t rs1, uint32_t rs2,
                                        bool signaling)
{
    return compare_bits(env, &number_single, rs1, rs2, signaling);
}

enum softfloat_relation softfloat_fcmpd(struct softfloat *env, uint64_t rs1, uint64_t rs2,
                                        bool signaling)
{
    return compare_bits(env, &number_double, rs1, rs2, signaling);
}
