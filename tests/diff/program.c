// SPDX-License-Identifier: MIT
/* Random programs, see program.h. */
#include <string.h>

#include "program_inside.h"

/* ---- operands ---- */

static unsigned target(struct program *p)
{
    unsigned number = below(p, 32);
    while (number >= G_SCRATCH && number <= G_PSR && percent(p, 98)) {
        number = below(p, 32);
    }
    return number;
}

static uint32_t second(struct program *p)
{
    return percent(p, 40) ? simm13(stream_biased(&p->rng)) : below(p, 32);
}

static uint32_t plain(struct program *p, enum insn_id row)
{
    uint32_t word = row_word(row) | rd(target(p));
    word |= rs1(below(p, 32));
    return word | second(p);
}

unsigned program_access_size(enum insn_id row)
{
    switch (row) {
    case INSN_LDD:
    case INSN_STD:
    case INSN_LDDA:
    case INSN_STDA:
    case INSN_LDDF:
    case INSN_STDF:
    case INSN_STDFQ:
        return 8;
    case INSN_LDUB:
    case INSN_LDSB:
    case INSN_STB:
    case INSN_LDSTUB:
    case INSN_LDUBA:
    case INSN_LDSBA:
    case INSN_STBA:
    case INSN_LDSTUBA:
        return 1;
    case INSN_LDUH:
    case INSN_LDSH:
    case INSN_STH:
    case INSN_LDUHA:
    case INSN_LDSHA:
    case INSN_STHA:
        return 2;
    default:
        return 4;
    }
}

/* rs1 and an immediate that goes with it. */
static uint32_t address(struct program *p, unsigned size)
{
    unsigned align = percent(p, 94) ? size : 1;
    uint32_t near = (below(p, 512) - 256) & ~(align - 1);
    unsigned choice = below(p, 100);

    if (choice < 76) {
        return rs1(G_SCRATCH) | simm13(near);
    }
    if (choice < 86) {
        return rs1(G_DEVICE) | simm13(below(p, 128) & ~(align - 1));
    }
    if (choice < 90) {
        return rs1(G_OTHER) | simm13(near);
    }
    if (choice < 92) { /* beside the code, or in it */
        return rs1(G_CODE) | simm13(below(p, 8192) & ~(align - 1));
    }
    return rs1(below(p, 32)) | (percent(p, 50) ? simm13(near) : below(p, 32));
}

/* Mostly of a good value; or of what traps: of none, where nothing is, near the watchpoint. */
static uint32_t fsr_address(struct program *p)
{
    unsigned choice = below(p, 100);
    if (choice < 4) {
        return rs1(G_FSRS) | simm13(1 + below(p, 255));
    }
    if (choice < 12) {
        return rs1(G_OTHER) | simm13(4 * below(p, 64));
    }
    if (p->watches && choice < 60) {
        return rs1(G_SCRATCH) | simm13((below(p, 256) - 128) & ~3u);
    }
    return rs1(G_FSRS) | simm13(4 * below(p, 64));
}

static uint32_t memory(struct program *p, enum insn_id row)
{
    uint32_t word = row_word(row) | rd(target(p));
    if ((insn_rows[row].flags & INSN_F_EVEN_RD) && percent(p, 96)) {
        word &= ~rd(1);
    }
    if ((row == INSN_LDDF || row == INSN_STDF) && percent(p, 96)) {
        word &= ~rd(1);
    }
    if ((insn_rows[row].flags & INSN_F_ATOMIC) && percent(p, 8)) {
        return word | rs1(G_OTHER) | simm13(4 * below(p, 64));
    }
    return word | (row == INSN_LDFSR ? fsr_address(p) : address(p, program_access_size(row)));
}

static uint32_t alternate(struct program *p, enum insn_id row)
{
    static const uint8_t common[] = {0x08, 0x09, 0x0a, 0x0b, 0x0a, 0x0b, 0x1c, 0x01};
    static const uint8_t rare[] = {0x02, 0x0c, 0x0d, 0x0e, 0x0f, 0x10,
                                   0x11, 0x14, 0x18, 0x03, 0x19};
    uint32_t word = row_word(row) | rd(target(p));
    uint32_t base = percent(p, 74)   ? G_SCRATCH
                    : percent(p, 40) ? G_DEVICE
                    : percent(p, 70) ? G_OTHER
                                     : below(p, 32);
    uint32_t asi = percent(p, 88) ? common[below(p, sizeof common)] : rare[below(p, sizeof rare)];

    if ((insn_rows[row].flags & INSN_F_EVEN_RD) && percent(p, 96)) {
        word &= ~rd(1);
    }
    if (row == INSN_CASA && percent(p, 80)) {
        asi = 0x0a;
    }
    word |= percent(p, 6) ? IMMEDIATE : 0;
    if (row ==
        INSN_CASA) { /* what is read-only is 0, so the store is tried if that is compared with */
        return word | rs1(base) | asi << 5 | (base == G_OTHER ? 0 : below(p, 32));
    }
    return word | rs1(base) | asi << 5 | (percent(p, 10) ? below(p, 32) : 0);
}

/* ---- flow ---- */

/* A displacement in words from word `at`, inside the code. */
static uint32_t displacement(struct program *p, unsigned at, bool may_loop)
{
    unsigned reach = percent(p, 90) ? 20 : 300;
    int to = (int)at +
             (percent(p, may_loop ? 65 : 97) ? 1 + (int)below(p, reach) : -(int)below(p, reach));
    if (to < 0 || to >= (int)PROGRAM_WORDS) {
        to = (int)below(p, PROGRAM_WORDS);
    }
    return (uint32_t)(to - (int)at);
}

static uint32_t branch(struct program *p, enum insn_id row, unsigned at)
{
    uint32_t condition = below(p, 16);
    uint32_t annul = percent(p, 35) ? 1u << 29 : 0;
    return row_word(row) | annul | condition << 25 |
           (displacement(p, at, (condition & 7) != 0) & 0x3fffff);
}

static uint32_t jump(struct program *p, enum insn_id row)
{
    uint32_t to = (below(p, PROGRAM_WORDS) * 4 - 2 * PROGRAM_WORDS) & 0x1fff;
    uint32_t word = row_word(row);
    if (row == INSN_JMPL) {
        word |= rd(percent(p, 50) ? 0 : percent(p, 60) ? 15 : target(p));
        if (percent(p, 25)) {
            return word | rs1(percent(p, 50) ? 15 : 31) | simm13(8);
        }
    }
    return word | rs1(percent(p, 97) ? G_CODE : below(p, 32)) |
           simm13(percent(p, 96) ? to : to + below(p, 4));
}

static uint32_t ticc(struct program *p)
{
    uint32_t condition = percent(p, 70) ? below(p, 16) : below(p, 8) | 8;
    return row_word(INSN_TICC) | condition << 25 | rs1(0) | simm13(below(p, 128));
}

/* ---- state ---- */

/* PSR's low bits are those of %g6, or other ones. */
static uint32_t write_psr(struct program *p)
{
    uint32_t flip = below(p, 8);
    flip |= percent(p, 4) ? below(p, 32) : 0;
    flip |= percent(p, 30) ? below(p, 16) << 8 : 0;
    flip |= percent(p, 50) ? 1u << 6 : 0; /* PS */
    flip |= percent(p, 30) ? 1u << 7 : 0; /* S  */
    flip |= percent(p, 6) ? 1u << 5 : 0;  /* ET */
    flip |= percent(p, 10) ? 0x1000u : 0; /* and all above: EF, icc */
    return row_word(INSN_WRPSR) | rd(percent(p, 95) ? 0 : below(p, 32)) | rs1(G_PSR) | simm13(flip);
}

static uint32_t write_wim(struct program *p)
{
    uint32_t mask = 1u << below(p, 8);
    mask |= percent(p, 20) ? 1u << below(p, 8) : 0;
    return row_word(INSN_WRWIM) | rs1(0) | simm13(percent(p, 20) ? 0 : mask);
}

static uint32_t asr(struct program *p, enum insn_id row)
{
    uint32_t number = percent(p, 50) ? 17 + below(p, 2) : below(p, 32);
    while (row == INSN_WRASR && (number == 19 || number >= 24) && percent(p, 90)) {
        number = below(p, 32);
    }
    if (row == INSN_RDASR) {
        return row_word(row) | rd(target(p)) | rs1(number);
    }
    /* ASR17: SVT only at times, or all traps are one */
    return row_word(row) | rd(number) | rs1(0) |
           (number == 17 && percent(p, 90) ? simm13(0)
            : number == 17                 ? (uint32_t)below(p, 32)
                                           : second(p));
}

static uint32_t fp_operation(struct program *p, enum insn_id row)
{
    uint32_t a = below(p, 32), b = below(p, 32), d = below(p, 32);
    if (percent(p, 90)) { /* an odd number is illegal in doubles, and good enough for singles */
        a &= ~1u;
        b &= ~1u;
        d &= ~1u;
    }
    return row_word(row) | rd(d) | rs1(a) | b;
}

static uint32_t no_instruction(struct program *p, enum insn_id row)
{
    uint32_t word;
    do {
        word = rng_next(&p->rng);
    } while (insn_find(word) != row);
    return word;
}

/* ---- code ---- */

static unsigned weight(const struct program *p, enum insn_id row)
{
    unsigned flags = insn_rows[row].flags;
    switch (row) {
    case INSN_BICC:
        return 130;
    case INSN_FBFCC:
    case INSN_CALL:
    case INSN_SAVE:
    case INSN_RESTORE:
        return 30;
    case INSN_JMPL:
    case INSN_LD:
    case INSN_ST:
    case INSN_SUBCC:
        return 25;
    case INSN_UNIMP:
    case INSN_ILLEGAL:
    case INSN_FPOP:
    case INSN_RETT:
    case INSN_STDFQ:
        return 2;
    case INSN_WRTBR:
        return 3;
    case INSN_WRWIM:
    case INSN_WRPSR:
        return 5;
    case INSN_LDFSR:
        return p->fp_traps || p->watches ? 6 : 3;
    default:
        return flags & INSN_F_CP               ? 1
               : flags & INSN_F_PRIV           ? 5
               : flags & INSN_F_MAC && !p->mac ? 1
                                               : 10;
    }
}

static enum insn_id pick(struct program *p)
{
    for (;;) {
        enum insn_id row = (enum insn_id)below(p, INSN_COUNT);
        if (below(p, 130) < weight(p, row)) {
            return row;
        }
    }
}

static uint32_t make_special(struct program *p, enum insn_id row, unsigned at)
{
    switch (row) {
    case INSN_CALL:
        return row_word(row) | (displacement(p, at, false) & 0x3fffffff);
    case INSN_BICC:
    case INSN_FBFCC:
    case INSN_CBCCC:
        return branch(p, row, at);
    case INSN_JMPL:
    case INSN_RETT:
        return jump(p, row);
    case INSN_TICC:
        return ticc(p);
    case INSN_WRPSR:
        return write_psr(p);
    case INSN_WRWIM:
        return write_wim(p);
    case INSN_RDASR:
    case INSN_WRASR:
        return asr(p, row);
    case INSN_WRTBR: /* into the code: until all ends in error mode */
        return row_word(row) | rs1(G_CODE) | simm13(below(p, 4096));
    default:
        return no_instruction(p, row);
    }
}

static uint32_t make_word(struct program *p, enum insn_id row, unsigned at)
{
    switch (insn_rows[row].format) {
    case FORMAT_SETHI:
        return row_word(row) | rd(target(p)) | stream_biased(&p->rng) >> 10;
    case FORMAT_LOAD:
    case FORMAT_STORE:
    case FORMAT_LOADF:
    case FORMAT_STOREF:
        return memory(p, row);
    case FORMAT_LOADA:
    case FORMAT_STOREA:
    case FORMAT_CASA:
        return alternate(p, row);
    case FORMAT_CALL:
    case FORMAT_BRANCH:
    case FORMAT_FBRANCH:
    case FORMAT_CBRANCH:
    case FORMAT_TICC:
    case FORMAT_RDASR:
    case FORMAT_WRASR:
        return make_special(p, row, at);
    case FORMAT_RDREG:
        return row_word(row) | rd(target(p));
    case FORMAT_WRREG:
        return row == INSN_WRY ? row_word(row) | rs1(below(p, 32)) | second(p)
                               : make_special(p, row, at);
    case FORMAT_NONE:
    case FORMAT_IMM22:
        return row == INSN_STBAR ? row_word(row) : no_instruction(p, row);
    default:
        break;
    }
    switch (row) {
    case INSN_JMPL:
    case INSN_RETT:
    case INSN_FPOP:
        return make_special(p, row, at);
    case INSN_FLUSH:
    case INSN_LDFSR:
    case INSN_STFSR:
    case INSN_STDFQ:
        return memory(p, row);
    default:
        break;
    }
    return insn_rows[row].flags & INSN_F_FPU ? fp_operation(p, row) : plain(p, row);
}

/* ---- loops ---- */

#define LOOP_MOST 20 /* words */

/* Changes neither flow nor window. */
static enum insn_id pick_plain(struct program *p)
{
    enum insn_id row;
    do {
        row = pick(p);
    } while ((insn_rows[row].flags & INSN_F_CTI) || row == INSN_SAVE || row == INSN_RESTORE);
    return row;
}

static void put(struct program *p, unsigned at, uint32_t word)
{
    *word_at(p, PROGRAM_CODE + 4 * at) = word;
}

/* A counter, a body that may branch over a part of itself, and the way back: what translators do several
 * rounds of at once.  Returns where it ends. */
static unsigned make_loop(struct program *p, unsigned at)
{
    static const uint8_t conditions[] = {0x9, 0xa, 0xe, 0x9}; /* ne g pos ne */
    uint32_t counter = 16 + below(p, 8);
    unsigned length = below(p, LOOP_MOST - 4);
    unsigned first = at + 1;
    unsigned branch_at = first + 1 + length;

    put(p, at, OP3(0x02) | rd(counter) | simm13(1 + below(p, 40)));
    for (unsigned i = 0; i < length; i++) {
        put(p, first + i, make_word(p, pick_plain(p), first + i));
    }
    if (length > 4 && percent(p, 60)) {
        unsigned skip = below(p, length - 3);
        put(p, first + skip,
            row_word(INSN_BICC) | (percent(p, 30) ? 1u << 29 : 0) | below(p, 16) << 25 |
                (2 + below(p, length - skip - 2)));
    }
    bool subtract = percent(p, 70);
    put(p, branch_at - 1,
        row_word(subtract ? INSN_SUBCC : INSN_ADDCC) | rd(counter) | rs1(counter) |
            simm13(subtract ? 1 : UINT32_MAX));
    put(p, branch_at,
        row_word(INSN_BICC) | (percent(p, 35) ? 1u << 29 : 0) |
            (uint32_t)conditions[below(p, 4)] << 25 | ((first - branch_at) & 0x3fffff));
    put(p, branch_at + 1, make_word(p, pick_plain(p), branch_at + 1));
    return branch_at + 2;
}

/* ---- hammocks ---- */

static uint32_t make_computing(struct program *p, unsigned at)
{
    static const uint8_t rows[] = {INSN_ADD, INSN_SUB, INSN_AND, INSN_ORN,  INSN_OR,   INSN_XOR,
                                   INSN_SLL, INSN_SRA, INSN_SRL, INSN_SUBX, INSN_ADDX, INSN_SETHI};

    return make_word(p, (enum insn_id)rows[below(p, sizeof rows)], at);
}

static unsigned make_side(struct program *p, unsigned at, unsigned length)
{
    for (unsigned end = at + length; at < end; at++) {
        put(p, at, make_computing(p, at));
    }
    return at;
}

static uint32_t forward(struct program *p, unsigned condition, unsigned words)
{
    return row_word(INSN_BICC) | (percent(p, 30) ? 1u << 29 : 0) | condition << 25 | words;
}

/* A branch over a few instructions that only compute, perhaps with a few others on its other way: what translators make
 * straight code of.  Returns where both ways meet. */
static unsigned make_hammock(struct program *p, unsigned at)
{
    unsigned length = below(p, 4);
    unsigned other = percent(p, 50) ? 1 + below(p, 3) : 0;
    bool computes = percent(p, 60);

    put(p, at, make_word(p, percent(p, 50) ? INSN_SUBCC : INSN_ADDCC, at));
    at++;
    put(p, at, forward(p, below(p, 16), 2 + length + (other != 0 ? 2 : 0)));
    at++;
    put(p, at, computes ? make_computing(p, at) : make_word(p, pick_plain(p), at));
    at = make_side(p, at + 1, length);
    if (other == 0) {
        return at;
    }
    put(p, at, forward(p, 8, 2 + other));
    return make_side(p, at + 1, 1 + other);
}

void program_make(struct program *p, uint64_t seed, uint64_t number)
{
    static const char *const units[] = {"ieee", "grfpu", "ieee", "grfpu-lite"};

    memset(p, 0, sizeof *p);
    p->rng = rng_stream(seed, 7, number);
    p->fpu = units[number % 4];
    p->mmu = percent(p, 30);
    p->mac = percent(p, 30);
    p->fp_traps = percent(p, 40);
    p->watches = percent(p, 30);
    p->timer = percent(p, 50) ? 10 + below(p, 200) : 0;
    program_make_around(p);
    for (unsigned i = 0; i < PROGRAM_WORDS;) {
        if (i + LOOP_MOST < PROGRAM_WORDS && percent(p, 3)) {
            i = make_loop(p, i);
        } else if (i + LOOP_MOST < PROGRAM_WORDS && percent(p, 5)) {
            i = make_hammock(p, i);
        } else {
            put(p, i, make_word(p, pick(p), i));
            i++;
        }
    }
}
