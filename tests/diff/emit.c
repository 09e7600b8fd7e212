// SPDX-License-Identifier: MIT
/* Random operands and words; rows of insns.def to opcodes.  See emit.h. */
#include "emit.h"

#include "check.h"

#define PERCENT_IMMEDIATE 40

static const struct {
    uint8_t space;
    uint16_t code;
} codes[INSN_COUNT] = {
#define INSN(name, space, code, ...) {SPACE_##space, code},
#include "sparc/insns.def"
};

uint32_t row_word(enum insn_id row)
{
    uint32_t code = codes[row].code;
    switch ((enum insn_space)codes[row].space) {
    case SPACE_OP1:
        return 1u << 30;
    case SPACE_OP2:
        return code << 22;
    case SPACE_ARITH:
        return 2u << 30 | code << 19;
    case SPACE_MEM:
        return 3u << 30 | code << 19;
    case SPACE_FP1:
        return 2u << 30 | 0x34u << 19 | code << 5;
    case SPACE_FP2:
        return 2u << 30 | 0x35u << 19 | code << 5;
    case SPACE_RDY:
        return 2u << 30 | 0x28u << 19 | code << 14;
    case SPACE_WRY:
        return 2u << 30 | 0x30u << 19 | code << 25;
    default:
        break;
    }
    return 0;
}
/* ---- values ---- */

uint32_t stream_biased(struct rng *rng)
{
    static const uint32_t edges[] = {0,          1,          2,          3,          4,
                                     31,         32,         0xffffffff, 0xfffffffe, 0x7fffffff,
                                     0x80000000, 0x80000001, 0x7ffffffe, 0xffff0000, 0x0000ffff,
                                     0x00008000, 0x55555555, 0xaaaaaaaa, 0xfffffffc, 0x80};
    uint32_t value;

    switch (rng_below(rng, 4)) {
    case 0:
        return edges[rng_below(rng, sizeof edges / sizeof edges[0])];
    case 1:
        value = rng_next(rng);
        return value >> rng_below(rng, 32);
    case 2:
        value = rng_next(rng);
        return ~(value >> rng_below(rng, 32));
    default:
        return rng_next(rng);
    }
}

/* Upper words of doubles, and singles. */
uint32_t stream_biased_float(struct rng *rng)
{
    static const uint32_t edges[] = {
        0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x3f7fffff, 0x3f800000, 0x3f800001,
        0x40000000, 0x4f000000, 0x4effffff, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fbfffff,
        0x7fc00000, 0x7fffffff, 0x7ff00000, 0x7ff80000, 0x7fefffff, 0x00100000, 0x000fffff,
        0x3ff00000, 0x3fefffff, 0x40080000, 0x41dfffff, 0x41e00000, 0x38100000, 0x36a00000,
        0x47efffff, 0x7ff00001, 0x3fe00000, 0x3f000000};
    uint32_t sign = rng_next(rng) & 0x80000000;
    uint32_t one;

    switch (rng_below(rng, 4)) {
    case 0:
        return sign | edges[rng_below(rng, sizeof edges / sizeof edges[0])];
    case 1: /* near one, as a single or as a double */
        one = rng_percent(rng, 50) ? 0x3f000000 : 0x3ff00000;
        return sign | (one + (rng_next(rng) & 0x00ffffff) - 0x00400000);
    case 2:
        return stream_biased(rng);
    default:
        return rng_next(rng);
    }
}

#define FSR_TEM  0x0f800000u
#define FSR_UFM  0x02000000u
#define FSR_MORE 0xc0000fffu /* RD, fcc, aexc, cexc */

uint32_t stream_fsr(struct rng *rng, bool traps)
{
    uint32_t value = rng_next(rng) & FSR_MORE;
    if (traps) {
        value |= rng_next(rng) & FSR_TEM & ~FSR_UFM; /* [8] */
    }
    return value;
}

unsigned any_register(struct stream *s)
{
    return rng_below(&s->rng, 32);
}

/* One that can be set. */
unsigned some_register(struct stream *s)
{
    return 1 + rng_below(&s->rng, 31);
}

unsigned other_register(struct stream *s, unsigned than)
{
    unsigned number;
    do {
        number = some_register(s);
    } while (number == than);
    return number;
}

uint32_t operand2(struct stream *s)
{
    uint32_t word;
    if (rng_percent(&s->rng, PERCENT_IMMEDIATE)) {
        return simm13(stream_biased(&s->rng));
    }
    word = any_register(s);
    if (rng_percent(&s->rng, 10)) { /* the bits in between mean nothing */
        word |= rng_next(&s->rng) & 0x1fe0;
    }
    return word;
}

/* C leaves the order of calls in an expression open; the same seed must give the same code. */
uint32_t operands(struct stream *s)
{
    uint32_t first = rs1(any_register(s));
    return first | operand2(s);
}

/* ---- writing ---- */

void emit_word(struct stream *s, uint32_t word)
{
    ASSERT(s->count < STREAM_WORDS);
    s->words[s->count] = word;
    s->count++;
}

void emit_sethi(struct stream *s, unsigned reg, uint32_t value)
{
    emit_word(s, row_word(INSN_SETHI) | rd(reg) | value >> 10);
}

void emit_set(struct stream *s, unsigned reg, uint32_t value)
{
    emit_sethi(s, reg, value);
    emit_word(s, row_word(INSN_OR) | rd(reg) | rs1(reg) | simm13(value & 0x3ff));
}

/* The next word aims at a unit further on. */
void add_fixup(struct stream *s, enum fixup_kind kind)
{
    struct fixup *f = &s->fixups[s->fixup_count++];
    f->at = s->count;
    f->unit = s->units + 1 + rng_below(&s->rng, rng_percent(&s->rng, 80) ? 4 : 16);
    f->kind = kind;
    f->is_couple = false;
}
