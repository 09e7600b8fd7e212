// SPDX-License-Identifier: MIT
/* Units of random code: loads and stores.  See emit.h. */
#include "emit.h"

/* ---- memory ---- */

static unsigned access_size(enum insn_id row)
{
    switch (row_word(row) >> 19 & 0x2f) {
    case 0x01: /* bytes */
    case 0x05:
    case 0x09:
    case 0x0d:
        return 1;
    case 0x02:
    case 0x06:
    case 0x0a:
        return 2;
    case 0x03:
    case 0x07:
    case 0x23:
    case 0x26:
    case 0x27:
        return 8;
    default:
        return 4;
    }
}

/* Doubles at an odd multiple of four are left out for f registers [11]. */
static uint32_t misalignment(struct stream *s, enum insn_id row)
{
    uint32_t value = rng_below(&s->rng, access_size(row));
    bool is_float = insn_rows[row].flags & INSN_F_FPU;
    return is_float && value == 4 ? 5 : value;
}

static uint32_t scratch_offset(struct stream *s, enum insn_id row, uint32_t *base)
{
    unsigned size = access_size(row);
    bool first = rng_percent(&s->rng, 60);
    uint32_t offset = rng_below(&s->rng, SCRATCH_SIZE / size) * size;

    if (rng_percent(&s->rng, 15)) { /* the ends, and the page boundary */
        static const unsigned edges[] = {0, SCRATCH_SIZE / 2 - 8, SCRATCH_SIZE / 2,
                                         SCRATCH_SIZE - 8};
        offset = edges[rng_below(&s->rng, 4)] + 8 - size;
        offset -= offset > SCRATCH_SIZE - size ? 8 - size : 0;
    }
    if (rng_percent(&s->rng, PERCENT_MISALIGNED)) {
        offset |= misalignment(s, row);
    }
    *base = first ? SCRATCH_1 : SCRATCH_2;
    return offset + (uint32_t)(first ? SCRATCH_1_LOW : SCRATCH_2_LOW);
}

static void emit_access(struct stream *s, enum insn_id row, uint32_t word)
{
    uint32_t base;
    uint32_t offset = scratch_offset(s, row, &base);
    unsigned reg = some_register(s);

    emit_sethi(s, reg, base);
    if (rng_percent(&s->rng, 60)) {
        emit_word(s, word | rs1(reg) | simm13(offset));
    } else {
        unsigned index = other_register(s, reg);
        emit_word(s, row_word(INSN_OR) | rd(index) | simm13(offset));
        emit_word(s, word | rs1(reg) | index);
    }
}

/* Those that are memory in both [16]; in user mode QEMU lets user data pass [19]. */
static unsigned random_asi(struct stream *s, bool is_atomic)
{
    static const uint8_t asis[] = {0x1c, 0x0b, 0x0a};
    unsigned from = is_atomic ? 1 : 0;
    unsigned to = s->user ? 2 : 3;
    return asis[from + rng_below(&s->rng, to - from)];
}

static void emit_alternate(struct stream *s, enum insn_id row, uint32_t word)
{
    uint32_t base;
    uint32_t offset = scratch_offset(s, row, &base);
    unsigned reg = some_register(s);
    unsigned index = other_register(s, reg);
    bool is_atomic = insn_rows[row].flags & INSN_F_ATOMIC;

    emit_sethi(s, reg, base);
    emit_word(s, row_word(INSN_OR) | rd(index) | simm13(offset));
    word |= rs1(reg) | index | random_asi(s, is_atomic) << 5;
    if (!s->user && rng_percent(&s->rng, 3)) {
        word |= IMMEDIATE; /* illegal; [17] in user mode */
    }
    emit_word(s, word);
}

/* Half of them find what they compare with. */
static void emit_casa(struct stream *s)
{
    uint32_t base;
    uint32_t offset = scratch_offset(s, INSN_CASA, &base);
    unsigned reg = some_register(s);
    unsigned compare = any_register(s);
    unsigned asi = s->user && rng_percent(&s->rng, 50) ? 0x0a : random_asi(s, true);

    emit_sethi(s, reg, base);
    emit_word(s, row_word(INSN_ADD) | rd(reg) | rs1(reg) | simm13(offset));
    if (rng_percent(&s->rng, 50)) {
        compare = other_register(s, reg);
        emit_word(s, row_word(INSN_LD) | rd(compare) | rs1(reg) | IMMEDIATE);
    }
    emit_word(s, row_word(INSN_CASA) | rd(any_register(s)) | rs1(reg) | asi << 5 | compare);
}

static unsigned memory_rd(struct stream *s, enum insn_id row)
{
    unsigned number = any_register(s);
    bool is_float = insn_rows[row].flags & INSN_F_FPU;
    bool is_alternate = insn_rows[row].flags & INSN_F_PRIV;
    /* Odd: illegal; but not for f registers [7] and not first in user mode [17]. */
    if (access_size(row) == 8 &&
        (is_float || (is_alternate && s->user) || rng_percent(&s->rng, 90))) {
        number &= ~1u;
    }
    return number;
}

void emit_ldfsr(struct stream *s)
{
    unsigned address = some_register(s);
    unsigned value = other_register(s, address);
    uint32_t base;
    uint32_t offset = scratch_offset(s, INSN_LDFSR, &base);

    emit_set(s, value, stream_fsr(&s->rng, s->fp_traps));
    emit_sethi(s, address, base);
    emit_word(s, row_word(INSN_ST) | rd(value) | rs1(address) | simm13(offset & ~3u));
    /* Misaligned is well: it loads nothing. */
    emit_word(s, row_word(INSN_LDFSR) | rs1(address) | simm13(offset));
}

void emit_fsr_or_queue(struct stream *s, enum insn_id row)
{
    unsigned reg = some_register(s);
    uint32_t offset = rng_below(&s->rng, 2) * 8;
    emit_sethi(s, reg, FSR_AREA);
    if (row == INSN_STFSR && rng_percent(&s->rng, PERCENT_MISALIGNED)) {
        offset += rng_below(&s->rng, 4);
    }
    emit_word(s, row_word(row) | rs1(reg) | simm13(offset));
}
void emit_memory(struct stream *s, enum insn_id row)
{
    uint32_t word = row_word(row) | rd(memory_rd(s, row));
    switch (insn_rows[row].format) {
    case FORMAT_LOADA:
    case FORMAT_STOREA:
        emit_alternate(s, row, word);
        break;
    case FORMAT_CASA:
        emit_casa(s);
        break;
    default:
        emit_access(s, row, word);
        break;
    }
}
