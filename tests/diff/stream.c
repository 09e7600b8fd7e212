// SPDX-License-Identifier: MIT
/*
 * Which units a random stream is made of, and where its control transfers go.  See stream.h.
 *
 * skip.txt says what is left out, and why; the numbers in brackets are its entries.
 */
#include "stream.h"

#include "bits.h"
#include "emit.h"

#define TA_END (0x91d02000u + END_TRAP)

/* ---- words that are no instruction ---- */

/* Is this V9's LDQF, unassigned in V8 [13]? */
static bool is_ldqf(uint32_t word)
{
    return word >> 30 == 3 && bits_get(word, 19, 6) == 0x22;
}

static uint32_t word_of_row(struct stream *s, enum insn_id row)
{
    uint32_t word;
    do {
        word = rng_next(&s->rng);
    } while (insn_find(word) != row || is_ldqf(word));
    return word;
}

/* ---- units ---- */

/* Rows whose unit is the instruction alone. */
static void emit_simple(struct stream *s, enum insn_id row)
{
    uint32_t word = row_word(row);
    uint32_t value;

    switch (insn_rows[row].format) {
    case FORMAT_NONE:
        emit_word(s, row == INSN_STBAR ? word : word_of_row(s, row));
        break;
    case FORMAT_IMM22:
    case FORMAT_SETHI:
        value = stream_biased(&s->rng) >> 10;
        emit_word(s, word | rd(any_register(s)) | value);
        break;
    case FORMAT_RDREG:
        emit_word(s, word | rd(any_register(s)));
        break;
    case FORMAT_WRREG: /* rd is the code of WRY */
        word |= row == INSN_WRY ? 0 : rd(any_register(s));
        emit_word(s, word | operands(s));
        break;
    default:
        word |= rd(any_register(s));
        emit_word(s, word | operands(s));
        break;
    }
}

/* After an instruction that computes a carry [18]. */
static void emit_with_carry(struct stream *s, enum insn_id row)
{
    static const uint8_t before[] = {INSN_ADDCC, INSN_SUBCC, INSN_TADDCC, INSN_TSUBCC, INSN_MULSCC};
    emit_simple(s, (enum insn_id)before[rng_below(&s->rng, sizeof before)]);
    for (unsigned i = 1 + rng_below(&s->rng, 3); i > 0; i--) {
        emit_simple(s, row);
    }
}

/* Some at the ends: Y the most, the least, or beside the divisor. */
static void emit_divide(struct stream *s, enum insn_id row)
{
    static const uint32_t edges[] = {0x80000000, 0x7fffffff, 0xffffffff, 0, 1};
    unsigned reg = some_register(s);
    unsigned choice = rng_below(&s->rng, 4);
    uint32_t word = row_word(row) | rd(any_register(s));

    if (choice == 0) {
        emit_set(s, reg, edges[rng_below(&s->rng, 5)]);
        emit_word(s, row_word(INSN_WRY) | rs1(reg) | IMMEDIATE);
        emit_word(s, word | (rng_percent(&s->rng, 50) ? operand2(s) : operands(s)));
    } else if (choice == 1) {
        emit_word(s, row_word(INSN_WRY) | rs1(reg) | simm13(rng_below(&s->rng, 2)));
        emit_word(s, word | rs1(any_register(s)) | reg);
    } else {
        emit_word(s, word | operands(s));
    }
}

static void emit_special(struct stream *s, enum insn_id row)
{
    switch (row) {
    case INSN_CALL:
        add_fixup(s, FIXUP_DISPLACEMENT);
        emit_word(s, row_word(row));
        break;
    case INSN_JMPL:
        emit_jump(s);
        break;
    case INSN_RETT:
        emit_rett(s);
        break;
    case INSN_TICC:
        emit_ticc(s);
        break;
    case INSN_WRPSR:
        emit_wrpsr(s);
        break;
    case INSN_WRTBR:
        emit_wrtbr(s);
        break;
    case INSN_LDFSR:
        emit_ldfsr(s);
        break;
    case INSN_ADDXCC:
    case INSN_SUBXCC:
        emit_with_carry(s, row);
        break;
    case INSN_UDIV:
    case INSN_SDIV:
    case INSN_UDIVCC:
    case INSN_SDIVCC:
        emit_divide(s, row);
        break;
    default:
        emit_fsr_or_queue(s, row);
        break;
    }
}

enum shape { SIMPLE, BRANCH, ASR, MEMORY, FPOP, NUMBERS, SPECIAL };

static enum shape row_shape(enum insn_id row)
{
    unsigned flags = insn_rows[row].flags;
    switch (row) {
    case INSN_CALL:
    case INSN_JMPL:
    case INSN_RETT:
    case INSN_TICC:
    case INSN_WRPSR:
    case INSN_WRTBR:
    case INSN_LDFSR:
    case INSN_STFSR:
    case INSN_STDFQ:
    case INSN_ADDXCC:
    case INSN_SUBXCC:
    case INSN_UDIV:
    case INSN_SDIV:
    case INSN_UDIVCC:
    case INSN_SDIVCC:
        return SPECIAL;
    case INSN_BICC:
    case INSN_FBFCC:
    case INSN_CBCCC:
        return BRANCH;
    case INSN_RDASR:
    case INSN_WRASR:
        return ASR;
    default:
        break;
    }
    if (is_fpop(row)) {
        return needs_number(row) ? NUMBERS : FPOP;
    }
    return flags & (INSN_F_LOADS | INSN_F_STORES) ? MEMORY : SIMPLE;
}

static void emit_unit(struct stream *s, enum insn_id row)
{
    switch (row_shape(row)) {
    case SIMPLE:
        emit_simple(s, row);
        break;
    case BRANCH:
        emit_branch(s, row);
        break;
    case ASR:
        emit_asr(s, row);
        break;
    case MEMORY:
        emit_memory(s, row);
        break;
    case FPOP:
        emit_fpop(s, row == INSN_FPOP ? word_of_row(s, row) : fp_operands(s, row));
        break;
    case NUMBERS:
        emit_fpop_of_number(s, row);
        break;
    case SPECIAL:
        emit_special(s, row);
        break;
    }
}

/* How often a row is wanted: 10 is usual. */
static unsigned weight(const struct stream *s, enum insn_id row)
{
    if (is_unimplemented_fpop(row) || row == INSN_FPOP) {
        return s->fp_traps && row != INSN_FPOP ? 2 : 0; /* [13] */
    }
    switch (row) {
    case INSN_STDCQ:
    case INSN_STDFQ:
        return s->user ? 0 : 2; /* [17] */
    case INSN_UNIMP:
    case INSN_ILLEGAL:
    case INSN_RETT:
        return 2;
    case INSN_WRPSR:
    case INSN_WRTBR:
    case INSN_WRWIM:
    case INSN_TICC:
    case INSN_LDFSR:
        return 5;
    case INSN_BICC:
        return 60;
    case INSN_FBFCC:
    case INSN_SAVE:
    case INSN_RESTORE:
        return 20;
    default:
        break;
    }
    if (insn_rows[row].flags & (INSN_F_CP | INSN_F_MAC)) {
        return 1;
    }
    return s->user && (insn_rows[row].flags & INSN_F_PRIV) ? 3 : 10;
}

/* Is this word, a transfer, one whose only aim QEMU knows when it translates [12]? */
static bool may_be_coupled(uint32_t word)
{
    enum insn_id row = insn_find(word);
    bool is_branch = row == INSN_BICC || row == INSN_FBFCC;
    return row == INSN_CALL || (is_branch && (word >> 25 & 15) == 8);
}

/* May the row follow a control transfer? */
static bool fits_delay(const struct stream *s, enum insn_id row)
{
    enum shape shape = row_shape(row);
    if (row == INSN_CALL) {
        return !s->fp_traps;
    }
    if (shape == BRANCH) {
        return !s->fp_traps && may_be_coupled(s->words[s->count - 1]);
    }
    return shape == SIMPLE || shape == ASR || (shape == FPOP && !s->fp_traps) || row == INSN_TICC;
}

static enum insn_id pick(struct stream *s, bool is_delay)
{
    for (;;) {
        enum insn_id row = (enum insn_id)rng_below(&s->rng, INSN_COUNT);
        if (rng_below(&s->rng, 60) < weight(s, row) && (!is_delay || fits_delay(s, row))) {
            return row;
        }
    }
}

/* Has the word a delay slot, or would have if it did not trap? */
static bool transfers_control(uint32_t word)
{
    if (word == FBN) {
        return false;
    }
    switch (insn_find(word)) {
    case INSN_CALL:
    case INSN_JMPL:
    case INSN_RETT:
    case INSN_BICC:
    case INSN_FBFCC:
    case INSN_CBCCC:
        return true;
    default:
        return false;
    }
}

/* ---- aims ---- */

/* May the first of two coupled transfers go to the unit?  One instruction is executed there, or
 * annulled, and that must not be a third transfer. */
static bool fits_couple(const struct stream *s, unsigned unit)
{
    unsigned at = s->unit_at[unit];
    return s->unit_at[unit + 1] == at + 1 && !transfers_control(s->words[at]);
}

/* The first word of the unit; the tail behind the last one. */
static unsigned aim_of(const struct stream *s, const struct fixup *f)
{
    unsigned unit = f->unit;
    while (unit < s->units && f->is_couple && !fits_couple(s, unit)) {
        unit++;
    }
    return unit < s->units ? s->unit_at[unit] : s->unit_at[s->units];
}

static void apply_fixup(struct stream *s, const struct fixup *f)
{
    unsigned aim = aim_of(s, f);
    uint32_t *word = &s->words[f->at];
    uint32_t address = s->base + 4 * aim;

    if (f->kind == FIXUP_DISPLACEMENT) {
        *word |= (aim - f->at) & 0x3fffff;
        return;
    }
    word[0] |= address >> 10;
    word[1] |= address & 0x3ff;
    if (f->kind == FIXUP_RETURN) {
        word[2] |= (address & 0x3ff) + 4;
    }
}

void stream_generate(struct stream *s)
{
    bool is_delay = false;

    s->count = s->units = s->fixup_count = 0;
    while (s->count < STREAM_WORDS - STREAM_TAIL - 8) {
        enum insn_id row = pick(s, is_delay);
        unsigned fixups = s->fixup_count;

        s->unit_at[s->units] = s->count;
        emit_unit(s, row);
        if (is_delay && fixups > 0 && fixups < s->fixup_count) {
            s->fixups[fixups - 1].is_couple = true;
        }
        is_delay = transfers_control(s->words[s->count - 1]);
        s->units++;
    }
    s->unit_at[s->units] = s->count;
    for (unsigned i = 0; i < s->fixup_count; i++) {
        apply_fixup(s, &s->fixups[i]);
    }
    while (s->count < STREAM_WORDS) {
        emit_word(s, TA_END);
    }
}

void stream_drop(struct stream *s, unsigned unit)
{
    for (unsigned i = s->unit_at[unit]; unit < s->units && i < s->unit_at[unit + 1]; i++) {
        s->words[i] = NOP;
    }
}
