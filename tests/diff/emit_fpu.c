// SPDX-License-Identifier: MIT
/* Units of random code: FPops.  See emit.h. */
#include "emit.h"

#define OP3_FPOP1 0x34
#define OP3_FPOP2 0x35

/* ---- floating point ---- */

/* Which fields of an FPop are pairs of registers. */
enum { PAIR_1 = 1, PAIR_2 = 2, PAIR_D = 4 };

static unsigned pairs(enum insn_id row)
{
    const struct insn_row *format = &insn_rows[row];
    unsigned sources = format->operands == 2 ? PAIR_1 | PAIR_2 : PAIR_2;
    return (format->from == 2 ? sources : 0) | (format->to == 2 ? PAIR_D : 0u);
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
uint32_t fp_operands(struct stream *s, enum insn_id row)
{
    unsigned pair = pairs(row);
    uint32_t word = row_word(row);
    word |= rd(fp_destination(s, pair & PAIR_D));
    word |= rs1(fp_register(s, pair & PAIR_1));
    return word | fp_register(s, pair & PAIR_2);
}

/* The instruction after one that may trap takes the trap: FBN does nothing else [6]. */
void emit_fpop(struct stream *s, uint32_t word)
{
    emit_word(s, word);
    if (s->fp_traps) {
        emit_word(s, FBN);
    }
}

static void emit_load_operand(struct stream *s, unsigned f, enum insn_id row, unsigned first,
                              unsigned count)
{
    unsigned reg = some_register(s);
    unsigned at = first + rng_below(&s->rng, count) * (row == INSN_LDDF ? 8 : 4);
    emit_sethi(s, reg, HEAD);
    emit_word(s, row_word(row) | rd(f) | rs1(reg) | simm13(at));
}

/* One of the operands is a number: no two NaNs [2], no NaN to an integer [3].  FSTOD's may be a
 * quiet NaN [1]. */
void emit_fpop_of_number(struct stream *s, enum insn_id row)
{
    uint32_t word = fp_operands(s, row);
    unsigned pair = pairs(row);
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

bool needs_number(enum insn_id row)
{
    const struct insn_row *format = &insn_rows[row];
    bool is_arithmetic =
        format->operands == 2 && format->from <= 2 && (format->to == 1 || format->to == 2);
    return is_arithmetic || row == INSN_FSTOD || row == INSN_FSTOI || row == INSN_FDTOI;
}

bool is_fpop(enum insn_id row)
{
    uint32_t word = row_word(row);
    uint32_t op3 = word >> 19 & 0x3f;
    return row == INSN_FPOP || (word >> 30 == 2 && (op3 == OP3_FPOP1 || op3 == OP3_FPOP2));
}

/* The FPU has no quad numbers: such an FPop always traps, later. */
bool is_unimplemented_fpop(enum insn_id row)
{
    return insn_rows[row].from == 4 || insn_rows[row].to == 4;
}
