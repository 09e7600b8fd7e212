// SPDX-License-Identifier: MIT
/*
 * The decoder: rows of insns.def spread into slot arrays, one line for each code space.  Two rows that
 * claim the same code are a compile error (overridden initializer).
 */
#include "sparc/decode.h"

#include "bits.h"

#define PRIV    INSN_F_PRIV
#define CTI     INSN_F_CTI
#define LOADS   INSN_F_LOADS
#define STORES  INSN_F_STORES
#define ATOMIC  INSN_F_ATOMIC
#define EVEN_RD INSN_F_EVEN_RD
#define ICC     INSN_F_ICC
#define FPU     INSN_F_FPU
#define CP      INSN_F_CP
#define MAC     INSN_F_MAC
#define SYS     INSN_F_SYS

const struct insn_row insn_rows[INSN_COUNT] = {
#define INSN(name, space, code, format, flags, cycles, manual, syntax)                             \
    [INSN_##name] = {#name, FORMAT_##format, cycles, flags, manual, syntax},
#include "sparc/insns.def"
#undef INSN
};

enum space {
    SPACE_OP1,
    SPACE_OP2,
    SPACE_ARITH,
    SPACE_MEM,
    SPACE_FP1,
    SPACE_FP2,
    SPACE_RDY,
    SPACE_WRY,
    SPACE_NO,
    SPACES
};

/* slots[space][code] is a row + 1, so that an empty slot is 0. */
static const uint16_t slots[SPACES][512] = {
#define INSN(name, space, code, ...) [SPACE_##space][code] = INSN_##name + 1,
#include "sparc/insns.def"
#undef INSN
};

static enum insn_id slot_or(enum space space, unsigned code, enum insn_id otherwise)
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

static void set_operand(unsigned number, uint8_t *bank, uint8_t *reg)
{
    *bank = number >= 8;
    *reg = (uint8_t)(number >= 8 ? number - 8 : number);
}

/* Is bit 13 of this format the immediate bit? */
static bool has_immediate(enum insn_format format)
{
    switch (format) {
    case FORMAT_RRI:
    case FORMAT_SHIFT:
    case FORMAT_ADDR:
    case FORMAT_TICC:
    case FORMAT_WRREG:
    case FORMAT_WRASR:
    case FORMAT_LOAD:
    case FORMAT_STORE:
    case FORMAT_LOADF:
    case FORMAT_STOREF:
    case FORMAT_LOADC:
    case FORMAT_STOREC:
        return true;
    default:
        return false;
    }
}

static void decode_branch(uint32_t word, struct insn *f)
{
    f->imm = bits_signed(word, 22) * 4;
    f->asi = (uint8_t)(bits_get(word, 25, 4) | (bits_get(word, 29, 1) ? INSN_ANNUL : 0));
}

static void decode_operands(uint32_t word, struct insn *f)
{
    set_operand(f->rs1, &f->bank1, &f->reg1);
    set_operand(f->rs2, &f->bank2, &f->reg2);
    set_operand(f->rd, &f->bankd, &f->regd);
    f->asi = (uint8_t)bits_get(word, 5, 8);
    f->imm = 0;
    if (has_immediate(insn_rows[f->row].format) && bits_get(word, 13, 1)) {
        set_operand(0, &f->bank2, &f->reg2);
        f->imm = bits_signed(word, 13);
    }
}

/* Stores and SWAP read rd, so %g0 must stay %g0 there; everywhere else it is a sink. */
static bool reads_rd(enum insn_format format)
{
    return format == FORMAT_STORE || format == FORMAT_STOREA;
}

void insn_decode(uint32_t word, struct insn *f)
{
    const struct insn_row *row;

    f->word = word;
    f->row = (uint8_t)insn_find(word);
    row = &insn_rows[f->row];
    f->cycles = row->cycles;
    f->rd = (uint8_t)bits_get(word, 25, 5);
    f->rs1 = (uint8_t)bits_get(word, 14, 5);
    f->rs2 = (uint8_t)bits_get(word, 0, 5);
    decode_operands(word, f);
    if (f->rd == 0 && !reads_rd(row->format)) {
        f->regd = 8;
    }
    switch (row->format) {
    case FORMAT_CALL:
        f->imm = (int32_t)(word << 2);
        break;
    case FORMAT_SETHI:
        f->imm = (int32_t)(word << 10);
        break;
    case FORMAT_BRANCH:
    case FORMAT_FBRANCH:
    case FORMAT_CBRANCH:
        decode_branch(word, f);
        break;
    case FORMAT_TICC:
        f->asi = (uint8_t)bits_get(word, 25, 4);
        break;
    default:
        break;
    }
}
