// SPDX-License-Identifier: MIT
/*
 * Random instructions from the rows of insns.def: the row gives the code, its format the fields.
 *
 * What is left out, and why, is skip.txt; the numbers in brackets are its entries.
 */
#include "stream.h"

#include "bits.h"
#include "check.h"
#include "sparc/decode.h"

#define PERCENT_IMMEDIATE  40
#define PERCENT_MISALIGNED 8
#define IMMEDIATE          (1u << 13)
#define NOP                0x01000000u
#define TA_END             (0x91d02000u + END_TRAP)
#define FBN                0x01800000u

enum space { OP1, OP2, ARITH, MEM, FP1, FP2, RDY, WRY, NO };

static const struct {
    uint8_t space;
    uint16_t code;
} codes[INSN_COUNT] = {
#define INSN(name, space, code, ...) {space, code},
#include "sparc/insns.def"
#undef INSN
};

static uint32_t row_word(enum insn_id row)
{
    uint32_t code = codes[row].code;
    switch ((enum space)codes[row].space) {
    case OP1:
        return 1u << 30;
    case OP2:
        return code << 22;
    case ARITH:
        return 2u << 30 | code << 19;
    case MEM:
        return 3u << 30 | code << 19;
    case FP1:
        return 2u << 30 | 0x34u << 19 | code << 5;
    case FP2:
        return 2u << 30 | 0x35u << 19 | code << 5;
    case RDY:
        return 2u << 30 | 0x28u << 19 | code << 14;
    case WRY:
        return 2u << 30 | 0x30u << 19 | code << 25;
    case NO:
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
    switch (rng_below(rng, 4)) {
    case 0:
        return edges[rng_below(rng, sizeof edges / sizeof edges[0])];
    case 1:
        return rng_next(rng) >> rng_below(rng, 32);
    case 2:
        return ~(rng_next(rng) >> rng_below(rng, 32));
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
    switch (rng_below(rng, 4)) {
    case 0:
        return sign | edges[rng_below(rng, sizeof edges / sizeof edges[0])];
    case 1: /* near one, as a single or as a double */
        return sign | ((rng_percent(rng, 50) ? 0x3f000000 : 0x3ff00000) +
                       (rng_next(rng) & 0x00ffffff) - 0x00400000);
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

static unsigned any_register(struct stream *s)
{
    return rng_below(&s->rng, 32);
}

/* One that can be set. */
static unsigned some_register(struct stream *s)
{
    return 1 + rng_below(&s->rng, 31);
}

static unsigned other_register(struct stream *s, unsigned than)
{
    unsigned number;
    do {
        number = some_register(s);
    } while (number == than);
    return number;
}

static uint32_t rd(unsigned number)
{
    return number << 25;
}

static uint32_t rs1(unsigned number)
{
    return number << 14;
}

static uint32_t simm13(uint32_t value)
{
    return IMMEDIATE | (value & 0x1fff);
}

/* rs2 or simm13. */
static uint32_t operand2(struct stream *s)
{
    if (rng_percent(&s->rng, PERCENT_IMMEDIATE)) {
        return simm13(stream_biased(&s->rng));
    }
    /* The bits in between mean nothing. */
    return any_register(s) | (rng_percent(&s->rng, 10) ? rng_next(&s->rng) & 0x1fe0 : 0);
}

/* ---- writing ---- */

static unsigned emit(struct stream *s, uint32_t word)
{
    ASSERT(s->count < STREAM_WORDS);
    s->words[s->count] = word;
    return s->count++;
}

static void emit_sethi(struct stream *s, unsigned reg, uint32_t value)
{
    emit(s, row_word(INSN_SETHI) | rd(reg) | value >> 10);
}

static void emit_set(struct stream *s, unsigned reg, uint32_t value)
{
    emit_sethi(s, reg, value);
    emit(s, row_word(INSN_OR) | rd(reg) | rs1(reg) | simm13(value & 0x3ff));
}

/* The next word aims at a unit further on. */
static void add_fixup(struct stream *s, enum fixup_kind kind)
{
    struct fixup *f = &s->fixups[s->fixup_count++];
    f->at = s->count;
    f->unit = s->units + 1 + rng_below(&s->rng, rng_percent(&s->rng, 80) ? 4 : 16);
    f->kind = kind;
    f->is_couple = false;
}

/* ---- control transfer ---- */

static void emit_branch(struct stream *s, enum insn_id row)
{
    uint32_t condition = rng_below(&s->rng, 16) << 25;
    uint32_t annul = rng_percent(&s->rng, 40) ? 1u << 29 : 0;
    add_fixup(s, FIXUP_DISPLACEMENT);
    emit(s, row_word(row) | condition | annul);
}

/* The low bits of the aim are entered later.  Misaligned aims only where the trap is all there is
 * to see [5]. */
static void emit_jump(struct stream *s)
{
    unsigned reg = some_register(s);
    add_fixup(s, FIXUP_JUMP);
    emit_sethi(s, reg, 0);
    if (rng_percent(&s->rng, PERCENT_MISALIGNED)) {
        emit(s, row_word(INSN_JMPL) | rs1(reg) | simm13(1 + rng_below(&s->rng, 3)));
    } else {
        emit(s, row_word(INSN_JMPL) | rd(any_register(s)) | rs1(reg) | IMMEDIATE);
    }
}

#define PSR_S  0x80u
#define PSR_ET 0x20u

static uint32_t random_psr(struct stream *s)
{
    uint32_t psr = rng_next(&s->rng) & ~0x20u;
    if (rng_percent(&s->rng, 80)) {
        psr |= 0x1000;
    }
    if (rng_percent(&s->rng, 90)) {
        psr |= PSR_S | 0x40;
    }
    return (psr & ~0x1fu) | rng_below(&s->rng, 8);
}

/* A RETT that does return: traps disabled, no window invalid. */
static void emit_return(struct stream *s)
{
    unsigned reg = some_register(s);
    uint32_t psr = random_psr(s) | PSR_S;
    s->user |= !(psr & 0x40);
    emit_set(s, reg, psr);
    emit(s, row_word(INSN_WRPSR) | rs1(reg) | IMMEDIATE);
    emit(s, row_word(INSN_WRWIM) | IMMEDIATE);
    reg = some_register(s);
    add_fixup(s, FIXUP_RETURN);
    emit_sethi(s, reg, 0);
    emit(s, row_word(INSN_JMPL) | rs1(reg) | IMMEDIATE);
    emit(s, row_word(INSN_RETT) | rs1(reg) | IMMEDIATE);
}

static void emit_rett(struct stream *s)
{
    if (rng_percent(&s->rng, 25)) {
        /* ET=1: illegal; the address is aligned [17]. */
        emit(s, row_word(INSN_RETT) | simm13(rng_next(&s->rng) & ~3u));
    } else {
        emit_return(s);
    }
}

/* Two registers: one of them is %g0 [20]. */
static void emit_ticc(struct stream *s)
{
    uint32_t word = row_word(INSN_TICC) | rd(rng_below(&s->rng, 16));
    uint32_t second = operand2(s);
    if (second & IMMEDIATE) {
        emit(s, word | rs1(any_register(s)) | second);
    } else if (rng_percent(&s->rng, 50)) {
        emit(s, word | second);
    } else {
        emit(s, word | rs1(any_register(s)));
    }
}

/* ---- state registers ---- */

static void emit_wrpsr(struct stream *s)
{
    unsigned reg = some_register(s);
    uint32_t psr = random_psr(s) | PSR_ET;
    if (rng_percent(&s->rng, 5)) {
        psr |= 8u << rng_below(&s->rng, 2); /* no such window */
    }
    s->user |= !(psr & PSR_S);
    emit_set(s, reg, psr);
    emit(s, row_word(INSN_WRPSR) | rd(any_register(s)) | rs1(reg) | IMMEDIATE);
}

/* To the other trap table.  The trap that follows makes the two tt equal again [4]. */
static void emit_wrtbr(struct stream *s)
{
    unsigned reg = some_register(s);
    uint32_t table = rng_percent(&s->rng, 50) ? TRAP_TABLE : TRAP_TABLE_2;
    emit_set(s, reg, table | (rng_next(&s->rng) & 0xfff));
    emit(s, row_word(INSN_WRTBR) | rd(any_register(s)) | rs1(reg) | IMMEDIATE);
    emit(s, row_word(INSN_TICC) | rd(8) | simm13(rng_below(&s->rng, END_TRAP)));
}

/* Configuration, power-down, counter, watchpoints: not the same thing in the two [14]. */
static bool asr_is_comparable(unsigned number)
{
    return number < 21 && number != 17 && number != 19;
}

static void emit_asr(struct stream *s, enum insn_id row)
{
    unsigned number;
    do {
        number = any_register(s);
    } while (!asr_is_comparable(number) || number == 0 ||
             (row == INSN_WRASR && s->user && number >= 16)); /* [15] */
    if (row == INSN_RDASR) {
        emit(s, row_word(row) | rd(some_register(s)) | rs1(number));
    } else {
        emit(s, row_word(row) | rd(number) | rs1(any_register(s)) | operand2(s));
    }
}

/* ---- memory ---- */

static unsigned access_size(enum insn_id row)
{
    switch (codes[row].code & 0x2f) {
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

/* A double at a multiple of four: only LDD and STD, which come with immediate [11]. */
static uint32_t misalignment(struct stream *s, unsigned size)
{
    uint32_t value = rng_below(&s->rng, size);
    return size == 8 && value % 4 == 0 ? value + 1 : value;
}

static uint32_t scratch_offset(struct stream *s, unsigned size, uint32_t *base)
{
    bool first = rng_percent(&s->rng, 60);
    uint32_t offset = rng_below(&s->rng, SCRATCH_SIZE / size) * size;

    if (rng_percent(&s->rng, 15)) { /* the ends, and the page boundary */
        static const unsigned edges[] = {0, SCRATCH_SIZE / 2 - 8, SCRATCH_SIZE / 2,
                                         SCRATCH_SIZE - 8};
        offset = edges[rng_below(&s->rng, 4)] + 8 - size;
        offset -= offset > SCRATCH_SIZE - size ? 8 - size : 0;
    }
    if (rng_percent(&s->rng, PERCENT_MISALIGNED)) {
        offset |= misalignment(s, size);
    }
    *base = first ? SCRATCH_1 : SCRATCH_2;
    return offset + (uint32_t)(first ? SCRATCH_1_LOW : SCRATCH_2_LOW);
}

static void emit_access(struct stream *s, enum insn_id row, uint32_t word)
{
    uint32_t base;
    uint32_t offset = scratch_offset(s, access_size(row), &base);
    unsigned reg = some_register(s);

    emit_sethi(s, reg, base);
    if (rng_percent(&s->rng, 60)) {
        emit(s, word | rs1(reg) | simm13(offset));
    } else {
        unsigned index = other_register(s, reg);
        emit(s, row_word(INSN_OR) | rd(index) | simm13(offset));
        emit(s, word | rs1(reg) | index);
    }
}

/* Those that are memory in both [16]; in user mode QEMU lets user data pass [19]. */
static unsigned random_asi(struct stream *s, bool is_atomic)
{
    static const uint8_t asis[] = {0x0b, 0x0a, 0x1c};
    return asis[rng_below(&s->rng, s->user ? 1 : is_atomic ? 2 : 3)];
}

static void emit_alternate(struct stream *s, enum insn_id row, uint32_t word)
{
    uint32_t base;
    uint32_t offset = scratch_offset(s, access_size(row), &base);
    unsigned reg = some_register(s);
    unsigned index = other_register(s, reg);
    bool is_atomic = insn_rows[row].flags & INSN_F_ATOMIC;

    emit_sethi(s, reg, base);
    emit(s, row_word(INSN_OR) | rd(index) | simm13(offset));
    word |= rs1(reg) | index | random_asi(s, is_atomic) << 5;
    if (!s->user && rng_percent(&s->rng, 3)) {
        word |= IMMEDIATE; /* illegal; [17] in user mode */
    }
    emit(s, word);
}

/* Half of them find what they compare with. */
static void emit_casa(struct stream *s)
{
    uint32_t base;
    uint32_t offset = scratch_offset(s, 4, &base);
    unsigned reg = some_register(s);
    unsigned compare = any_register(s);
    unsigned asi = s->user && rng_percent(&s->rng, 50) ? 0x0a : random_asi(s, true);

    emit_sethi(s, reg, base);
    emit(s, row_word(INSN_ADD) | rd(reg) | rs1(reg) | simm13(offset));
    if (rng_percent(&s->rng, 50)) {
        compare = other_register(s, reg);
        emit(s, row_word(INSN_LD) | rd(compare) | rs1(reg) | IMMEDIATE);
    }
    emit(s, row_word(INSN_CASA) | rd(any_register(s)) | rs1(reg) | asi << 5 | compare);
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

static void emit_ldfsr(struct stream *s)
{
    unsigned address = some_register(s);
    unsigned value = other_register(s, address);
    uint32_t base;
    uint32_t offset = scratch_offset(s, 4, &base);

    emit_set(s, value, stream_fsr(&s->rng, s->fp_traps));
    emit_sethi(s, address, base);
    emit(s, row_word(INSN_ST) | rd(value) | rs1(address) | simm13(offset & ~3u));
    /* Misaligned is well: it loads nothing. */
    emit(s, row_word(INSN_LDFSR) | rs1(address) | simm13(offset));
}

static void emit_fsr_or_queue(struct stream *s, enum insn_id row)
{
    unsigned reg = some_register(s);
    uint32_t offset = rng_below(&s->rng, 2) * 8;
    emit_sethi(s, reg, FSR_AREA);
    if (row == INSN_STFSR && rng_percent(&s->rng, PERCENT_MISALIGNED)) {
        offset += rng_below(&s->rng, 4);
    }
    emit(s, row_word(row) | rs1(reg) | simm13(offset));
}

/* ---- floating point ---- */

/* Which fields of an FPop are pairs of registers. */
enum { PAIR_1 = 1, PAIR_2 = 2, PAIR_D = 4 };

static unsigned pairs(enum insn_format format)
{
    switch (format) {
    case FORMAT_F_D_D:
        return PAIR_2 | PAIR_D;
    case FORMAT_F_S_D:
    case FORMAT_F_SS_D:
        return PAIR_D;
    case FORMAT_F_D_S:
        return PAIR_2;
    case FORMAT_F_DD_D:
        return PAIR_1 | PAIR_2 | PAIR_D;
    case FORMAT_F_DD:
        return PAIR_1 | PAIR_2;
    default:
        return 0;
    }
}

static unsigned fp_register(struct stream *s, bool is_pair)
{
    return any_register(s) & ~(is_pair ? 1u : 0);
}

/* Where exceptions trap doubles go to %f28 or %f30 [10]. */
static unsigned fp_destination(struct stream *s, bool is_pair)
{
    if (is_pair && s->fp_traps) {
        return 28 + 2 * rng_below(&s->rng, 2);
    }
    return fp_register(s, is_pair);
}

/* Odd numbers of pairs are left out [7]. */
static uint32_t fp_operands(struct stream *s, enum insn_id row)
{
    unsigned pair = pairs((enum insn_format)insn_rows[row].format);
    return row_word(row) | rd(fp_destination(s, pair & PAIR_D)) |
           rs1(fp_register(s, pair & PAIR_1)) | fp_register(s, pair & PAIR_2);
}

/* The instruction after one that may trap takes the trap: FBN does nothing else [6]. */
static void emit_fpop(struct stream *s, uint32_t word)
{
    emit(s, word);
    if (s->fp_traps) {
        emit(s, FBN);
    }
}

static void emit_load_operand(struct stream *s, unsigned f, enum insn_id row, unsigned first,
                              unsigned count)
{
    unsigned reg = some_register(s);
    unsigned at = first + rng_below(&s->rng, count) * (row == INSN_LDDF ? 8 : 4);
    emit_sethi(s, reg, HEAD);
    emit(s, row_word(row) | rd(f) | rs1(reg) | simm13(at));
}

/* One of the operands is a number: no two NaNs [2], no NaN to an integer [3].  FSTOD's may be a
 * quiet NaN [1]. */
static void emit_fpop_of_number(struct stream *s, enum insn_id row)
{
    uint32_t word = fp_operands(s, row);
    unsigned pair = pairs((enum insn_format)insn_rows[row].format);
    bool is_unary = row == INSN_FSTOD || row == INSN_FSTOI || row == INSN_FDTOI;
    bool second = is_unary || rng_percent(&s->rng, 50);
    unsigned f = second ? word & 31 : word >> 14 & 31;

    if (row == INSN_FSTOD) {
        emit_load_operand(s, f, INSN_LDF, HEAD_QUIET, QUIET_COUNT);
    } else if (pair & (PAIR_1 | PAIR_2)) {
        emit_load_operand(s, f, INSN_LDDF, HEAD_DOUBLES, DOUBLE_COUNT);
    } else {
        emit_load_operand(s, f, INSN_LDF, HEAD_SINGLES, SINGLE_COUNT);
    }
    emit_fpop(s, word);
}

static bool needs_number(enum insn_id row)
{
    switch (insn_rows[row].format) {
    case FORMAT_F_SS_S:
    case FORMAT_F_DD_D:
    case FORMAT_F_SS_D:
        return true;
    default:
        return row == INSN_FSTOD || row == INSN_FSTOI || row == INSN_FDTOI;
    }
}

static bool is_fpop(enum insn_id row)
{
    return codes[row].space == FP1 || codes[row].space == FP2 || row == INSN_FPOP;
}

/* The FPU has no quad numbers: such an FPop always traps, later. */
static bool is_unimplemented_fpop(enum insn_id row)
{
    switch (insn_rows[row].format) {
    case FORMAT_F_Q_Q:
    case FORMAT_F_S_Q:
    case FORMAT_F_D_Q:
    case FORMAT_F_Q_S:
    case FORMAT_F_Q_D:
    case FORMAT_F_QQ_Q:
    case FORMAT_F_DD_Q:
    case FORMAT_F_QQ:
        return true;
    default:
        return false;
    }
}

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
    switch (insn_rows[row].format) {
    case FORMAT_NONE:
        emit(s, row == INSN_STBAR ? word : word_of_row(s, row));
        break;
    case FORMAT_IMM22:
    case FORMAT_SETHI:
        emit(s, word | rd(any_register(s)) | stream_biased(&s->rng) >> 10);
        break;
    case FORMAT_RDREG:
        emit(s, word | rd(any_register(s)));
        break;
    case FORMAT_WRREG: /* rd is the code of WRY */
        word |= row == INSN_WRY ? 0 : rd(any_register(s));
        emit(s, word | rs1(any_register(s)) | operand2(s));
        break;
    default:
        emit(s, word | rd(any_register(s)) | rs1(any_register(s)) | operand2(s));
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

static void emit_memory(struct stream *s, enum insn_id row)
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

static void emit_special(struct stream *s, enum insn_id row)
{
    switch (row) {
    case INSN_CALL:
        add_fixup(s, FIXUP_DISPLACEMENT);
        emit(s, row_word(row));
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

/* Is this word, a transfer, one that always goes to an aim QEMU knows when it translates [12]? */
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
    if (shape == BRANCH || row == INSN_CALL) {
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
        emit(s, TA_END);
    }
}

void stream_drop(struct stream *s, unsigned unit)
{
    for (unsigned i = s->unit_at[unit]; unit < s->units && i < s->unit_at[unit + 1]; i++) {
        s->words[i] = NOP;
    }
}
