// SPDX-License-Identifier: MIT
/*
 * The internal form of floating-point numbers, and the two ways through it: unpack, round_pack.
 * Shared by softfloat.c and softfloat_convert.c only; others want softfloat.h.
 *
 * A finite nonzero number is (-1)^sign * sig / 2^62 * 2^exp, with bit 62 of sig set:
 *
 *    63   62    61 ............... 10 | 9 ......... 0     double: 52 fraction bits, 10 to round
 *    63   62    61 .... 39 | 38 ................... 0     single: 23 fraction bits, 39 to round
 *  carry lead   fraction
 *
 * A freshly unpacked number has zeros in the bits to round. Ten are more than enough: one against
 * the bit lost by normalising a difference, one to round, one sticky (it stands for all below it).
 *
 * All functions are pure but for the flags they add to env; none fails. Threads as in softfloat.h.
 */
#ifndef LEON3EMU_SPARC_SOFTFLOAT_NUMBER_H
#define LEON3EMU_SPARC_SOFTFLOAT_NUMBER_H

#include "softfloat.h"

#define NUMBER_LEAD 62

struct number_format {
    int sign_bit;  // its position; the bits below are the magnitude
    int frac_bits; // width of the fraction
    int exp_max;   // biased exponent of infinity and NaN
    int bias;
    uint64_t grfpu_nan; // GRFPU's NaN of an invalid operation
};

extern const struct number_format number_single;
extern const struct number_format number_double;

// ORDER: all from NUMBER_QUIET_NAN on are NaNs, the signaling one last.
enum number_kind {
    NUMBER_ZERO,
    NUMBER_FINITE, // and not zero
    NUMBER_INFINITE,
    NUMBER_QUIET_NAN,
    NUMBER_SIGNALING_NAN,
};

// Passed by value: kept to 16 bytes, it travels in registers, which halves the time of an addition.
struct number {
    uint64_t sig; // FINITE: see above; NaN: fraction in its place, no lead bit; else 0
    int32_t exp;  // FINITE: see above; ZERO: below all others; else above all others
    uint8_t kind; // enum number_kind
    bool sign;
};

static inline bool number_is_nan(struct number n)
{
    return n.kind >= NUMBER_QUIET_NAN;
}

static inline void number_raise_flags(struct softfloat *env, unsigned flags)
{
    env->flags = (uint8_t)(env->flags | flags);
}

// sig >> count for any count >= 0, with the bits shifted out kept as a sticky lowest bit.
static inline uint64_t number_shift_right_sticky(uint64_t sig, int count)
{
    if (count > 63) {
        return sig != 0;
    }
    uint64_t kept = sig >> count;
    return kept | (kept << count != sig);
}

// Shifts a nonzero sig so that its lead bit is bit 62, and adapts exp. A sticky lowest bit that a
// right shift drops is kept in the new lowest bit.
struct number number_normalise(struct number n);

// The number that the low bits of `bits` stand for in format f.
struct number number_unpack(const struct number_format *f, uint64_t bits);

// The same for an operand of an arithmetic operation or a conversion. If it is denormal and the FPU
// is a GRFPU, raises UNFINISHED or, with FSR.NS, gives a zero.
struct number number_operand(struct softfloat *env, const struct number_format *f, uint64_t bits);

// Bits of a zero and of an infinity.
uint64_t number_pack_zero(const struct number_format *f, bool sign);
uint64_t number_pack_infinity(const struct number_format *f, bool sign);

// Rounds n, which must be FINITE and normalised, by env->rounding and returns its bits. Raises NX,
// UF and OF as softfloat.h says; nothing else does.
uint64_t number_round_pack(struct softfloat *env, const struct number_format *f, struct number n);

// Raises NV and returns the NaN of an invalid operation on numbers (N.4).
uint64_t number_invalid_result(struct softfloat *env, const struct number_format *f);

// Result, in format f, of an operation with a NaN among its operands (N.4); NV if one is signaling.
// An operation of one operand passes it twice.
uint64_t number_nan_result(struct softfloat *env, const struct number_format *f, struct number rs1,
                           struct number rs2);

#endif
