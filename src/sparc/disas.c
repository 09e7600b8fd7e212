// SPDX-License-Identifier: MIT
/*
 * The disassembler: the `syntax` column of insns.def, filled in.
 *
 * The text is what objdump prints for `-m sparc`, but for single spaces, alternate spaces written
 * as the manual does (`[ %g1 ] 0x1c`), coprocessor operations likewise, and words that are no
 * instruction (`.word 0x...`).  Numbers from 0 to 9 and negative ones are decimal, all others and
 * all addresses hexadecimal.  SPARC V8: appendix A and "suggested assembly language syntax" in B.
 */
#include "sparc/decode.h"

#include "bits.h"
#include "check.h"

/* Where the text goes; `last` is for the NUL. */
struct output {
    char *at;
    char *last;
};

/* Synthetic instructions (appendix A), tried in this order before the rows: word & mask == match. */
static const struct {
    uint32_t mask;
    uint32_t match;
    const char *syntax;
} aliases[] = {
    {0xffffffff, 0x01000000, "nop"},           /* sethi 0, %g0            */
    {0xffffffff, 0x81c7e008, "ret"},           /* jmpl %i7 + 8, %g0       */
    {0xffffffff, 0x81c3e008, "retl"},          /* jmpl %o7 + 8, %g0       */
    {0xfff80000, 0x81c00000, "jmp %a"},        /* jmpl address, %g0       */
    {0xfff80000, 0x9fc00000, "call %a"},       /* jmpl address, %o7       */
    {0xc1ffe01f, 0x80100000, "clr %d"},        /* or %g0, %g0, rd         */
    {0xc1ffffff, 0x80102000, "clr %d"},        /* or %g0, 0, rd           */
    {0xc1ffc000, 0x80100000, "mov %2, %d"},    /* or %g0, operand, rd     */
    {0xc1f83fff, 0x80102000, "mov %1, %d"},    /* or rs1, 0, rd           */
    {0xc1f8201f, 0x80100000, "mov %1, %d"},    /* or rs1, %g0, rd         */
    {0xfff80000, 0x80a00000, "cmp %1, %2"},    /* subcc rs1, operand, %g0 */
    {0xfff83fff, 0x80902000, "tst %1"},        /* orcc rs1, 0, %g0        */
    {0xffffe000, 0x80900000, "tst %2"},        /* orcc %g0, rs2, %g0      */
    {0xfff8201f, 0x80900000, "tst %1"},        /* orcc rs1, %g0, %g0      */
    {0xfff80000, 0x80880000, "btst %2, %1"},   /* andcc rs1, operand, %g0 */
    {0xffffe01f, 0x81e00000, "save"},          /* save %g0, %g0, %g0      */
    {0xffffe01f, 0x81e80000, "restore"},       /* restore %g0, %g0, %g0   */
    {0xffffffff, 0x81e82000, "restore"},       /* restore %g0, 0, %g0     */
    {0xfff80000, 0xc0200000, "clr [ %a ]"},    /* st %g0, address         */
    {0xfff80000, 0xc0280000, "clrb [ %a ]"},   /* stb %g0, address        */
    {0xfff80000, 0xc0300000, "clrh [ %a ]"},   /* sth %g0, address        */
    {0xfff80000, 0x83880000, "pwr %b, %%psr"}, /* LEON3: wrpsr of ET only */
};

static const char integer_conditions[16][4] = {"n", "e",  "le", "l",  "leu", "cs", "neg", "vs",
                                               "",  "ne", "g",  "ge", "gu",  "cc", "pos", "vc"};
static const char float_conditions[16][4] = {"n", "ne", "lg", "ul", "l",   "ug", "g",   "u",
                                             "",  "e",  "ue", "ge", "uge", "le", "ule", "o"};
static const char coprocessor_conditions[16][4] = {
    "n", "123", "12", "13", "1", "23", "2", "3", "", "0", "03", "02", "023", "01", "013", "012"};

/* ---- text ---- */

static void put_char(struct output *out, char c)
{
    if (out->at < out->last) {
        *out->at++ = c;
    }
}

static void put_string(struct output *out, const char *string)
{
    while (*string != '\0') {
        put_char(out, *string++);
    }
}

static void put_number(struct output *out, uint32_t number, unsigned base)
{
    char digits[10];
    unsigned count = 0;

    do {
        digits[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    while (count > 0) {
        put_char(out, digits[--count]);
    }
}

static void put_hex(struct output *out, uint32_t number)
{
    put_string(out, "0x");
    put_number(out, number, 16);
}

static void put_immediate(struct output *out, int32_t number)
{
    if (number > 9) {
        put_hex(out, (uint32_t)number);
    } else if (number >= 0) {
        put_number(out, (uint32_t)number, 10);
    } else {
        put_char(out, '-');
        put_number(out, -(uint32_t)number, 10);
    }
}

/* ---- operands ---- */

static void put_register(struct output *out, unsigned number)
{
    put_char(out, '%');
    if (number == 14) {
        put_string(out, "sp");
    } else if (number == 30) {
        put_string(out, "fp");
    } else {
        put_char(out, "goli"[number / 8]);
        put_number(out, number % 8, 10);
    }
}

static void put_numbered(struct output *out, const char *prefix, unsigned number)
{
    put_string(out, prefix);
    put_number(out, number, 10);
}

static bool is_immediate(const struct insn *f)
{
    return f->word & INSN_IMMEDIATE && insn_rows[f->row].fields & FIELD_IMM;
}

static void put_operand2(struct output *out, const struct insn *f)
{
    if (!is_immediate(f)) {
        put_register(out, f->rs2);
        return;
    }
    switch (insn_rows[f->row].format) {
    case FORMAT_SHIFT:
        put_immediate(out, (int32_t)bits_get(f->word, 0, 5));
        break;
    case FORMAT_TICC:
        put_immediate(out, (int32_t)bits_get(f->word, 0, 7));
        break;
    default:
        put_immediate(out, f->imm);
        break;
    }
}

/* Is operand 2 zero, so that the text leaves it out?  A Ticc's 0 is shown, since it is the trap's number. */
static bool is_operand2_zero(const struct insn *f)
{
    if (is_immediate(f)) {
        return f->imm == 0 && insn_rows[f->row].format != FORMAT_TICC;
    }
    return f->rs2 == 0;
}

/* An address, which is a sum.  A %g0 in rs1 is left out before a constant, but shown before a register. */
static void put_address(struct output *out, const struct insn *f)
{
    if (is_operand2_zero(f)) {
        put_register(out, f->rs1);
        return;
    }
    if (f->rs1 != 0 || !is_immediate(f)) {
        put_register(out, f->rs1);
        put_string(out, " + ");
    }
    put_operand2(out, f);
}

/* The operands of WR, whose exclusive or is written. */
static void put_operands(struct output *out, const struct insn *f)
{
    if (is_operand2_zero(f)) {
        put_register(out, f->rs1);
        return;
    }
    if (f->rs1 != 0) {
        put_register(out, f->rs1);
        put_string(out, ", ");
    }
    put_operand2(out, f);
}

static void put_condition(struct output *out, const struct insn *f)
{
    unsigned condition = f->condition;
    switch (insn_rows[f->row].format) {
    case FORMAT_FBRANCH:
        put_string(out, float_conditions[condition]);
        break;
    case FORMAT_CBRANCH:
        put_string(out, coprocessor_conditions[condition]);
        break;
    case FORMAT_TICC:
        put_string(out, condition == 8 ? "a" : integer_conditions[condition]);
        break;
    default:
        put_string(out, integer_conditions[condition]);
        break;
    }
    if (f->annul) {
        put_string(out, ",a");
    }
}

/* One letter of the syntax column. */
static void put_field(struct output *out, char letter, const struct insn *f, uint32_t pc)
{
    switch (letter) {
    case '1':
        put_register(out, f->rs1);
        break;
    case '2':
        put_operand2(out, f);
        break;
    case 'd':
        put_register(out, f->rd);
        break;
    case 'a':
        put_address(out, f);
        break;
    case 'b':
        put_operands(out, f);
        break;
    case 'A':
        put_hex(out, f->asi);
        break;
    case 'f':
        put_numbered(out, "%f", f->rs1);
        break;
    case 'g':
        put_numbered(out, "%f", f->rs2);
        break;
    case 's':
        put_numbered(out, "%f", f->rd);
        break;
    case 'B':
        put_numbered(out, "%c", f->rs1);
        break;
    case 'C':
        put_numbered(out, "%c", f->rs2);
        break;
    case 'D':
        put_numbered(out, "%c", f->rd);
        break;
    case 'x':
        put_numbered(out, "%asr", f->rs1);
        break;
    case 'y':
        put_numbered(out, "%asr", f->rd);
        break;
    case 'c':
        put_condition(out, f);
        break;
    case 't':
        put_hex(out, pc + (uint32_t)f->imm);
        break;
    case 'i':
        put_hex(out, bits_get(f->word, 0, 22));
        break;
    case 'h':
        put_hex(out, (uint32_t)f->imm);
        break;
    case 'o':
        put_hex(out, bits_get(f->word, 5, 9));
        break;
    case 'w':
        put_hex(out, f->word);
        break;
    default:
        CHECK(letter == '%');
        put_char(out, '%');
        break;
    }
}

static const char *syntax_of(const struct insn *f)
{
    for (unsigned i = 0; i < ARRAY_LEN(aliases); i++) {
        if ((f->word & aliases[i].mask) == aliases[i].match) {
            return aliases[i].syntax;
        }
    }
    if (insn_rows[f->row].fields & FIELD_ASI && f->word & INSN_IMMEDIATE) {
        return insn_rows[INSN_ILLEGAL].syntax;
    }
    return insn_rows[f->row].syntax;
}

void insn_disassemble(uint32_t word, uint32_t pc, char *text, unsigned size)
{
    struct output out = {text, text + (size == 0 ? 0 : size - 1)};
    struct insn f;

    if (size == 0) {
        return;
    }
    insn_decode(word, &f);
    for (const char *c = syntax_of(&f); *c != '\0'; c++) {
        if (*c == '%') {
            put_field(&out, *++c, &f, pc);
        } else {
            put_char(&out, *c);
        }
    }
    *out.at = '\0';
}
