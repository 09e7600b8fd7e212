// SPDX-License-Identifier: MIT
/* Units of random code: control transfer and state registers.  See emit.h. */
#include "emit.h"

/* ---- control transfer ---- */

void emit_branch(struct stream *s, enum insn_id row)
{
    uint32_t condition = rng_below(&s->rng, 16) << 25;
    uint32_t annul = rng_percent(&s->rng, 40) ? 1u << 29 : 0;
    add_fixup(s, FIXUP_DISPLACEMENT);
    emit_word(s, row_word(row) | condition | annul);
}

/* The low bits of the aim are entered later.  Misaligned aims only where the trap is all there is
 * to see [5]. */
void emit_jump(struct stream *s)
{
    unsigned reg = some_register(s);
    add_fixup(s, FIXUP_JUMP);
    emit_sethi(s, reg, 0);
    if (rng_percent(&s->rng, PERCENT_MISALIGNED)) {
        emit_word(s, row_word(INSN_JMPL) | rs1(reg) | simm13(1 + rng_below(&s->rng, 3)));
    } else {
        emit_word(s, row_word(INSN_JMPL) | rd(any_register(s)) | rs1(reg) | IMMEDIATE);
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
    emit_word(s, row_word(INSN_WRPSR) | rs1(reg) | IMMEDIATE);
    emit_word(s, row_word(INSN_WRWIM) | IMMEDIATE);
    reg = some_register(s);
    add_fixup(s, FIXUP_RETURN);
    emit_sethi(s, reg, 0);
    emit_word(s, row_word(INSN_JMPL) | rs1(reg) | IMMEDIATE);
    emit_word(s, row_word(INSN_RETT) | rs1(reg) | IMMEDIATE);
}

void emit_rett(struct stream *s)
{
    if (rng_percent(&s->rng, 25)) {
        /* ET=1: illegal; the address is aligned [17]. */
        emit_word(s, row_word(INSN_RETT) | simm13(rng_next(&s->rng) & ~3u));
    } else {
        emit_return(s);
    }
}

/* Two registers: one of them is %g0 [20]. */
void emit_ticc(struct stream *s)
{
    uint32_t word = row_word(INSN_TICC) | rd(rng_below(&s->rng, 16));
    uint32_t second = operand2(s);
    if (second & IMMEDIATE) {
        emit_word(s, word | rs1(any_register(s)) | second);
    } else if (rng_percent(&s->rng, 50)) {
        emit_word(s, word | second);
    } else {
        emit_word(s, word | rs1(any_register(s)));
    }
}

/* ---- state registers ---- */

void emit_wrpsr(struct stream *s)
{
    unsigned reg = some_register(s);
    uint32_t psr = random_psr(s) | PSR_ET;
    if (rng_percent(&s->rng, 5)) {
        psr |= 8u << rng_below(&s->rng, 2); /* no such window */
    }
    s->user |= !(psr & PSR_S);
    emit_set(s, reg, psr);
    emit_word(s, row_word(INSN_WRPSR) | rd(any_register(s)) | rs1(reg) | IMMEDIATE);
}

/* To the other trap table.  The trap that follows makes the two tt equal again [4]. */
void emit_wrtbr(struct stream *s)
{
    unsigned reg = some_register(s);
    uint32_t table = rng_percent(&s->rng, 50) ? TRAP_TABLE : TRAP_TABLE_2;
    emit_set(s, reg, table | (rng_next(&s->rng) & 0xfff));
    emit_word(s, row_word(INSN_WRTBR) | rd(any_register(s)) | rs1(reg) | IMMEDIATE);
    emit_word(s, row_word(INSN_TICC) | rd(8) | simm13(rng_below(&s->rng, END_TRAP)));
}

/* Configuration, power-down, counter, watchpoints: not the same thing in the two [14]. */
static bool asr_is_comparable(unsigned number)
{
    return number < 21 && number != 17 && number != 19;
}

void emit_asr(struct stream *s, enum insn_id row)
{
    unsigned number;
    do {
        number = any_register(s);
    } while (!asr_is_comparable(number) || number == 0 ||
             (row == INSN_WRASR && s->user && number >= 16)); /* [15] */
    if (row == INSN_RDASR) {
        emit_word(s, row_word(row) | rd(some_register(s)) | rs1(number));
    } else {
        emit_word(s, row_word(row) | rd(number) | operands(s));
    }
}
