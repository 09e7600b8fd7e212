// SPDX-License-Identifier: MIT
/*
 * IR interpreter: constants, integers and flags.  Ops that have no effect but their result.
 */
#include "ir_interp.h"

#define N 8u
#define Z 4u
#define V 2u
#define C 1u

/* ---- integers ---- */

/* Defines a handler for one width.  In `expression` the operands a and b have type `word`; WIDTH is its bits. */
#define HANDLER(name, word_type, signed_type, width, fetch_b, expression)                          \
    static const struct irx_op *name(struct irx_run *run, const struct irx_op *op)                 \
    {                                                                                              \
        typedef word_type word;                                                                    \
        typedef signed_type sword;                                                                 \
        enum { WIDTH = width };                                                                    \
        const word a = (word)run->values[op->ir.a];                                                \
        fetch_b;                                                                                   \
        (void)sizeof(sword);                                                                       \
        (void)WIDTH;                                                                               \
        return irx_give(run, op, (word)(expression));                                              \
    }
#define UNARY(name, expression)                                                                    \
    HANDLER(name##_32, uint32_t, int32_t, 32, (void)0, expression)                                 \
    HANDLER(name##_64, uint64_t, int64_t, 64, (void)0, expression)
#define FETCH_B const word b = (word)run->values[op->ir.b]
#define BINARY(name, expression)                                                                   \
    HANDLER(name##_32, uint32_t, int32_t, 32, FETCH_B, expression)                                 \
    HANDLER(name##_64, uint64_t, int64_t, 64, FETCH_B, expression)
/* For ops of one width only, and for those from I32 to I64. */
#define NARROW(name, expression) HANDLER(name, uint64_t, int64_t, 64, (void)0, expression)

BINARY(add, a + b)
BINARY(sub, a - b)
BINARY(mul, (a * b))
/* Division by 0 is undefined in IR; here it gives 0, so that a wrong block does not end the program by a signal. */
BINARY(divu, b == 0 ? 0 : a / b)
BINARY(divs, b == 0 ? 0 : b == (word)-1 ? 0 - a : (word)((sword)a / (sword)b))
BINARY(and, (a & b))
BINARY(or, a | b)
BINARY(xor, a ^ b)
UNARY(not, ~a)
UNARY(neg, 0 - a)
BINARY(shl, a << (b % WIDTH))
BINARY(shr, a >> (b % WIDTH))
BINARY(sar, (sword)a >> (b % WIDTH))
BINARY(rotl, a << (b % WIDTH) | a >> (-b % WIDTH))
NARROW(sext8, (uint32_t)(int8_t)a)
NARROW(sext16, (uint32_t)(int16_t)a)
NARROW(zext8, (uint8_t)a)
NARROW(zext16, (uint16_t)a)
NARROW(sext32, (sword)(int32_t)a)
NARROW(zext32, a)
UNARY(bits, a)
NARROW(low, (uint32_t)a)
NARROW(high, a >> 32)
HANDLER(pack_64, uint64_t, int64_t, 64, FETCH_B, a << 32 | b)
BINARY(setc, ir_cond_holds((enum ir_cond)op->ir.cond, a, b, WIDTH))

static const struct irx_op *constant_32(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op, (uint32_t)op->ir.imm);
}

static const struct irx_op *constant_64(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op, (uint64_t)(int64_t)op->ir.imm);
}

static const struct irx_op *select_value(struct irx_run *run, const struct irx_op *op)
{
    ir_ref chosen = run->values[op->ir.a] != 0 ? op->ir.b : op->ir.c;

    return irx_give(run, op, run->values[chosen]);
}

/* ---- flags ---- */

static unsigned sign_and_zero(uint32_t result)
{
    return (result >> 31 ? N : 0) | (result == 0 ? Z : 0);
}

static unsigned flags_of_sum(uint32_t a, uint32_t b, unsigned carry)
{
    uint64_t sum = (uint64_t)a + b + carry;
    uint32_t result = (uint32_t)sum;

    return sign_and_zero(result) | ((~(a ^ b) & (a ^ result)) >> 31 ? V : 0) | (sum >> 32 ? C : 0);
}

static unsigned flags_of_difference(uint32_t a, uint32_t b, unsigned borrow)
{
    uint32_t result = a - b - borrow;

    return sign_and_zero(result) | (((a ^ b) & (a ^ result)) >> 31 ? V : 0) |
           ((uint64_t)a < (uint64_t)b + borrow ? C : 0);
}

bool irx_flags_hold(enum ir_cond cond, unsigned flags)
{
    bool less = ((flags & N) != 0) != ((flags & V) != 0);
    bool holds[IR_CONDS / 2] = {
        [IR_EQ / 2] = flags & Z,           [IR_LT / 2] = less,
        [IR_LE / 2] = less || (flags & Z), [IR_LTU / 2] = flags & C,
        [IR_LEU / 2] = flags & (C | Z),    [IR_MI / 2] = flags & N,
        [IR_VS / 2] = flags & V,
    };

    return holds[cond / 2] != (cond & 1);
}

static const struct irx_op *add_flags(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(
        run, op, flags_of_sum((uint32_t)run->values[op->ir.a], (uint32_t)run->values[op->ir.b], 0));
}

static const struct irx_op *sub_flags(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(
        run, op,
        flags_of_difference((uint32_t)run->values[op->ir.a], (uint32_t)run->values[op->ir.b], 0));
}

static const struct irx_op *adc_flags(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op,
                    flags_of_sum((uint32_t)run->values[op->ir.a], (uint32_t)run->values[op->ir.b],
                                 run->values[op->ir.c] & C));
}

static const struct irx_op *sbc_flags(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op,
                    flags_of_difference((uint32_t)run->values[op->ir.a],
                                        (uint32_t)run->values[op->ir.b],
                                        run->values[op->ir.c] & C));
}

static const struct irx_op *logic_flags(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op, sign_and_zero((uint32_t)run->values[op->ir.a]));
}

static const struct irx_op *carry(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op, run->values[op->ir.a] & C);
}

static const struct irx_op *test_flags(struct irx_run *run, const struct irx_op *op)
{
    return irx_give(run, op,
                    irx_flags_hold((enum ir_cond)op->ir.cond, (unsigned)run->values[op->ir.a]));
}

/* ---- the rows ---- */

#define BOTH(name)                                                                                 \
    {                                                                                              \
        name##_32, name##_64                                                                       \
    }

const struct irx_row irx_integer_rows[IR_CODES] = {
    [IR_CONST] = BOTH(constant),
    [IR_ADD] = BOTH(add),
    [IR_SUB] = BOTH(sub),
    [IR_MUL] = BOTH(mul),
    [IR_DIVU] = BOTH(divu),
    [IR_DIVS] = BOTH(divs),
    [IR_AND] = BOTH(and),
    [IR_OR] = BOTH(or),
    [IR_XOR] = BOTH(xor),
    [IR_NOT] = BOTH(not ),
    [IR_NEG] = BOTH(neg),
    [IR_SHL] = BOTH(shl),
    [IR_SHR] = BOTH(shr),
    [IR_SAR] = BOTH(sar),
    [IR_ROTL] = BOTH(rotl),
    [IR_SEXT8] = {sext8, NULL},
    [IR_SEXT16] = {sext16, NULL},
    [IR_ZEXT8] = {zext8, NULL},
    [IR_ZEXT16] = {zext16, NULL},
    [IR_SEXT32] = {sext32, NULL},
    [IR_ZEXT32] = {zext32, NULL},
    [IR_LOW] = {low, NULL},
    [IR_BITCAST_F] = {bits_32, bits_64},
    [IR_BITCAST_I] = {bits_32, bits_64},
    [IR_HIGH] = {high, NULL},
    [IR_PACK] = {pack_64, NULL},
    [IR_SETC] = BOTH(setc),
    [IR_SELECT] = {select_value, NULL},
    [IR_ADD_FLAGS] = {add_flags, NULL},
    [IR_SUB_FLAGS] = {sub_flags, NULL},
    [IR_ADC_FLAGS] = {adc_flags, NULL},
    [IR_SBC_FLAGS] = {sbc_flags, NULL},
    [IR_LOGIC_FLAGS] = {logic_flags, NULL},
    [IR_CARRY] = {carry, NULL},
    [IR_TEST_FLAGS] = {test_flags, NULL},
};
