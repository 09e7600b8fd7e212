// SPDX-License-Identifier: MIT
/*
 * The decoder: rows of insns.def spread into slot arrays, one line for each code space.  Two rows that
 * claim the same code are a compile error (overridden initializer).
 */
#include "sparc/decode.h"

#include "bits.h"

/* The flags as the rows of insns.def spell them. */
enum {
#define FLAG(name, bit) name = INSN_F_##name,
    INSN_FLAGS(FLAG)
#undef FLAG
};

const struct insn_row insn_rows[INSN_COUNT] = {
#define INSN(name, space, code, format, flags, trans, op, cycles, manual, syntax)                  \
    [INSN_##name] = {#name,         FORMAT_##format, FIELDS_##format, OPERANDS_##format,           \
                     FROM_##format, TO_##format,     cycles,          flags,                       \
                     manual,        syntax},
#include "sparc/insns.def"
};

/* Columns of a row that must agree. */
#define IF(a, b) (!(a) || (b))
#define INSN(name, space, code, format, flags, ...)                                                \
    _Static_assert(IF((flags)&ATOMIC, (flags)&LOADS && (flags)&STORES) &&                          \
                       IF((flags)&EVEN_RD, (flags) & (LOADS | STORES)) &&                          \
                       IF(FORMAT_##format == FORMAT_LOADA, (flags)&LOADS && (flags)&PRIV) &&       \
                       IF(FORMAT_##format == FORMAT_STOREA, (flags)&STORES && (flags)&PRIV),       \
                   #name);
#define FPOP(name, space, code, format, flags, ...)                                                \
    _Static_assert((flags) == FPU && FORMAT_##format >= FORMAT_CPOP, #name);
#include "sparc/insns.def"

/* slots[space][code] is a row + 1, so that an empty slot is 0. */
static const uint16_t slots[SPACE_COUNT][512] = {
#define INSN(name, space, code, ...) [SPACE_##space][code] = INSN_##name + 1,
#include "sparc/insns.def"
};

static enum insn_id slot_or(enum insn_space space, unsigned code, enum insn_id otherwise)
{
    uint16_t slot = slots[space][code];
    return slot == 0 ? otherwise : (enum insn_id)(slot - 1);
}

#define OP3_RDASR 0x28
#define OP3_WRASR 0x30
#define OP3_FPOP1 0x34
#define OP3_FPOP2 0x35

static enum insn_id find_arith(uint32_t word)
{
    unsigned op3 = bits_get(word, 19, 6);
    unsigned rd = bits_get(word, 25, 5);
    unsigned rs1 = bits_get(word, 14, 5);

    switch (op3) {
    case OP3_RDASR:
        if (rs1 == 15 && rd != 0) {
            return INSN_RDASR;
        }
        return slot_or(SPACE_RDY, rs1, INSN_RDASR);
    case OP3_WRASR:
        return slot_or(SPACE_WRY, rd, INSN_WRASR);
    case OP3_FPOP1:
        return slot_or(SPACE_FP1, bits_get(word, 5, 9), INSN_FPOP);
    case OP3_FPOP2:
        return slot_or(SPACE_FP2, bits_get(word, 5, 9), INSN_FPOP);
    default:
        return slot_or(SPACE_ARITH, op3, INSN_ILLEGAL);
    }
}

enum insn_id insn_find(uint32_t word)
{
    switch (word >> 30) {
    case 0:
        return slot_or(SPACE_OP2, bits_get(word, 22, 3), INSN_ILLEGAL);
    case 1:
        return INSN_CALL;
    case 2:
        return find_arith(word);
    default:
        return slot_or(SPACE_MEM, bits_get(word, 19, 6), INSN_ILLEGAL);
    }
}

/* Operand of struct insn by the register's number: bank and register. */
static const uint8_t operands[32][2] = {
#define BANK0(n) [n] = {0, n}
#define BANK1(n) [n] = {1, (n)-8}
    BANK0(0),  BANK0(1),  BANK0(2),  BANK0(3),  BANK0(4),  BANK0(5),  BANK0(6),  BANK0(7),
    BANK1(8),  BANK1(9),  BANK1(10), BANK1(11), BANK1(12), BANK1(13), BANK1(14), BANK1(15),
    BANK1(16), BANK1(17), BANK1(18), BANK1(19), BANK1(20), BANK1(21), BANK1(22), BANK1(23),
    BANK1(24), BANK1(25), BANK1(26), BANK1(27), BANK1(28), BANK1(29), BANK1(30), BANK1(31),
};

static inline void set_operand(unsigned number, uint8_t *bank, uint8_t *reg)
{
    *bank = operands[number][0];
    *reg = operands[number][1];
}

static inline void decode_registers(uint32_t word, unsigned fields, struct insn *f)
{
    f->rd = (uint8_t)bits_get(word, 25, 5);
    f->rs1 = (uint8_t)bits_get(word, 14, 5);
    f->rs2 = (uint8_t)bits_get(word, 0, 5);
    set_operand(f->rs1, &f->bank1, &f->reg1);
    set_operand(f->rd, &f->bankd, &f->regd);
    if (f->rd == 0 && !(fields & FIELD_READS_RD)) {
        f->regd = 8;
    }
}

/* The fields that few instructions have. */
static void decode_rare_fields(uint32_t word, unsigned fields, struct insn *f)
{
    if (fields & FIELD_ASI) {
        f->asi = (uint8_t)bits_get(word, 5, 8);
    }
    if (fields & FIELD_COND) {
        f->condition = (uint8_t)bits_get(word, 25, 4);
    }
    if (fields & FIELD_DISP22) {
        f->annul = bits_get(word, 29, 1);
        f->imm = bits_signed(word, 22) * 4;
    }
    if (fields & FIELD_DISP30) {
        f->imm = (int32_t)(word << 2);
    }
    if (fields & FIELD_HI22) {
        f->imm = (int32_t)(word << 10);
    }
}

void insn_decode(uint32_t word, struct insn *f)
{
    const struct insn_row *row;
    bool immediate;

    f->word = word;
    f->row = (uint8_t)insn_find(word);
    row = &insn_rows[f->row];
    f->cycles = row->cycles;
    f->asi = f->condition = 0;
    f->annul = false;
    decode_registers(word, row->fields, f);
    immediate = row->fields & FIELD_IMM && word & INSN_IMMEDIATE;
    set_operand(immediate ? 0 : f->rs2, &f->bank2, &f->reg2);
    f->imm = immediate ? bits_signed(word, 13) : 0;
    if (row->fields & ~(FIELD_IMM | FIELD_READS_RD)) {
        decode_rare_fields(word, row->fields, f);
    }
}
