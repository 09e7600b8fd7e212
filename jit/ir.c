// SPDX-License-Identifier: MIT
/*
 * The IR's tables and the building of blocks.  Nothing here checks types: ir_verify() does.
 *
 * Invariant: op 0 is a NOP, so that 0 never names a value.  Manual: docs/ir.md.
 */
#include "check.h"
#include "ir.h"

/* A block counts as full when fewer arms, links or instructions than this are free. */
#define ROOM_OTHER 4

/* ---- op properties ---- */

/* Letter i of a string literal, 0 behind its end, as a constant expression. */
#define LETTER(text, i) ((i) < sizeof(text) ? (text)[(i) < sizeof(text) ? (i) : 0] : 0)
#define LOWER(text, i)                                                                             \
    (LETTER(text, i) >= 'A' && LETTER(text, i) <= 'Z' ? LETTER(text, i) - 'A' + 'a'                \
                                                      : LETTER(text, i))
#define NAME_SIZE sizeof((struct ir_row *)0)->name
#define LOWER_NAME(text)                                                                           \
    {                                                                                              \
        LOWER(text, 0), LOWER(text, 1), LOWER(text, 2), LOWER(text, 3), LOWER(text, 4),            \
            LOWER(text, 5), LOWER(text, 6), LOWER(text, 7), LOWER(text, 8), LOWER(text, 9),        \
            LOWER(text, 10), LOWER(text, 11), LOWER(text, 12), LOWER(text, 13), LOWER(text, 14)    \
    }

#define IS_OPERAND(letter)                                                                         \
    ((letter) == 'T' || (letter) == 'i' || (letter) == 'l' || (letter) == 'F' ||                   \
     (letter) == 'f' || (letter) == 'd' || (letter) == 'g' || (letter) == '*' ||                   \
     (letter) == 's' || (letter) == 'w')
/* Letters of operands come first in a row's string; there are at most three. */
#define OPERAND_COUNT(text)                                                                        \
    (IS_OPERAND(LETTER(text, 0)) + IS_OPERAND(LETTER(text, 1)) + IS_OPERAND(LETTER(text, 2)))

#define OP(name, result, operands, flags)                                                          \
    _Static_assert(sizeof #name <= NAME_SIZE, "the name has more letters than fit");
#include "ir_ops.def"

/* The flags by the names that the rows of ir_ops.def use. */
enum {
#define FLAG(name, bit) name = IR_F_##name,
    IR_OP_FLAGS(FLAG)
#undef FLAG
};

const struct ir_row ir_rows[IR_CODES] = {
#define OP(name, result, operands, flags)                                                          \
    [IR_##name] = {LOWER_NAME(#name), result, operands, flags, OPERAND_COUNT(operands)},
#include "ir_ops.def"
};

const char *const ir_type_names[] = {
    [IR_VOID] = "void", [IR_I32] = "i32", [IR_I64] = "i64",
    [IR_F32] = "f32",   [IR_F64] = "f64", [IR_FLAGS] = "flags",
};

const char *const ir_cond_names[] = {
    [IR_EQ] = "eq", [IR_NE] = "ne",   [IR_LT] = "lt",   [IR_GE] = "ge",   [IR_LE] = "le",
    [IR_GT] = "gt", [IR_LTU] = "ltu", [IR_GEU] = "geu", [IR_LEU] = "leu", [IR_GTU] = "gtu",
    [IR_MI] = "mi", [IR_PL] = "pl",   [IR_VS] = "vs",   [IR_VC] = "vc",
};

const char *const ir_size_names[] = {
    [IR_8] = "8",   [IR_16] = "16",   [IR_32] = "32",       [IR_64] = "64",
    [IR_S8] = "s8", [IR_S16] = "s16", [IR_REAL_32] = "f32", [IR_REAL_64] = "f64",
};

const char *const ir_fp_check_names[IR_FP_CHECKS] = {
    [IR_FP_A] = "a",
    [IR_FP_B] = "b",
    [IR_FP_A | IR_FP_B] = "ab",
    [IR_FP_RANGE] = "r",
    [IR_FP_A | IR_FP_RANGE] = "ar",
    [IR_FP_B | IR_FP_RANGE] = "br",
    [IR_FP_A | IR_FP_B | IR_FP_RANGE] = "abr",
    [IR_FP_EXACT] = "x",
    [IR_FP_A | IR_FP_EXACT] = "ax",
    [IR_FP_RANGE | IR_FP_EXACT] = "rx",
    [IR_FP_A | IR_FP_RANGE | IR_FP_EXACT] = "arx",
    [IR_FP_B | IR_FP_RANGE | IR_FP_EXACT] = "brx",
    [IR_FP_A | IR_FP_B | IR_FP_RANGE | IR_FP_EXACT] = "abrx",
    [IR_FP_POISON] = "n",
};

unsigned ir_op_flags(const struct ir_block *block, const struct ir_op *op)
{
    if (op->code == IR_CALL && block->guest->helpers[op->imm].pure) {
        return IR_F_PURE;
    }
    return ir_rows[op->code].flags;
}

/* ---- conditions ---- */

enum ir_cond ir_cond_swap(enum ir_cond cond)
{
    static const uint8_t swapped[IR_CONDS] = {
        [IR_EQ] = IR_EQ,    [IR_NE] = IR_NE,    [IR_LT] = IR_GT,    [IR_GE] = IR_LE,
        [IR_LE] = IR_GE,    [IR_GT] = IR_LT,    [IR_LTU] = IR_GTU,  [IR_GEU] = IR_LEU,
        [IR_LEU] = IR_GEU,  [IR_GTU] = IR_LTU,  [IR_MI] = IR_CONDS, [IR_PL] = IR_CONDS,
        [IR_VS] = IR_CONDS, [IR_VC] = IR_CONDS,
    };

    ASSERT(cond < IR_CONDS);
    return (enum ir_cond)swapped[cond];
}

bool ir_cond_holds(enum ir_cond cond, uint64_t a, uint64_t b, unsigned width)
{
    /* The operands are moved to the top of 64 bits, so that both widths are compared alike. */
    uint64_t x = a << (64 - width);
    uint64_t y = b << (64 - width);
    uint64_t difference = x - y;
    bool n = difference >> 63;
    bool v = ((x ^ y) & (x ^ difference)) >> 63;
    bool holds;

    ASSERT(width == 32 || width == 64);
    switch ((enum ir_cond)(cond & ~1u)) {
    case IR_EQ:
        holds = x == y;
        break;
    case IR_LT:
        holds = n != v;
        break;
    case IR_LE:
        holds = x == y || n != v;
        break;
    case IR_LTU:
        holds = x < y;
        break;
    case IR_LEU:
        holds = x <= y;
        break;
    case IR_MI:
        holds = n;
        break;
    case IR_VS:
        holds = v;
        break;
    default:
        UNREACHABLE();
    }
    return holds != (cond & 1);
}

/* ---- building ---- */

void ir_begin(struct ir_block *block, const struct ir_guest *guest, uint32_t pc)
{
    block->guest = guest;
    block->pc = pc;
    block->charge = 0;
    block->paged = false;
    block->op_count = 1;
    block->arm_count = 0;
    block->link_count = 0;
    block->insn_count = 0;
    block->ops[0] = (struct ir_op){.code = IR_NOP, .insn = IR_NONE};
}

bool ir_is_full(const struct ir_block *block)
{
    return block->op_count + IR_ROOM > IR_MAX_OPS || block->arm_count + ROOM_OTHER > IR_MAX_ARMS ||
           block->link_count + ROOM_OTHER > IR_MAX_LINKS ||
           block->insn_count + ROOM_OTHER > IR_MAX_INSNS;
}

ir_ref ir_add_op(struct ir_block *block, struct ir_op op)
{
    if (block->op_count == IR_MAX_OPS) {
        return 0;
    }
    block->ops[block->op_count] = op;
    return (ir_ref)block->op_count++;
}

ir_ref ir_const(struct ir_block *block, enum ir_type type, int32_t value)
{
    return ir_add_op(block,
                     (struct ir_op){.code = IR_CONST, .type = type, .insn = IR_NONE, .imm = value});
}

ir_ref ir_get(struct ir_block *block, unsigned slot)
{
    return ir_add_op(block, (struct ir_op){.code = IR_GET,
                                           .type = block->guest->slots[slot].type,
                                           .slot = (uint8_t)slot,
                                           .insn = IR_NONE});
}

void ir_set(struct ir_block *block, unsigned slot, ir_ref value)
{
    ir_add_op(block, (struct ir_op){.code = IR_SET,
                                    .type = block->guest->slots[slot].type,
                                    .slot = (uint8_t)slot,
                                    .a = value,
                                    .insn = IR_NONE});
}

ir_ref ir_unary(struct ir_block *block, enum ir_code code, enum ir_type type, ir_ref a)
{
    return ir_binary(block, code, type, a, 0);
}

ir_ref ir_binary(struct ir_block *block, enum ir_code code, enum ir_type type, ir_ref a, ir_ref b)
{
    return ir_add_op(block,
                     (struct ir_op){.code = code, .type = type, .a = a, .b = b, .insn = IR_NONE});
}

unsigned ir_insn(struct ir_block *block, uint32_t pc, uint32_t npc)
{
    CHECK(block->insn_count < IR_MAX_INSNS);
    block->insns[block->insn_count] = (struct ir_insn){.pc = pc, .npc = npc};
    return block->insn_count++;
}

unsigned ir_new_arm(struct ir_block *block)
{
    CHECK(block->arm_count < IR_MAX_ARMS);
    block->arms[block->arm_count] = 0;
    return block->arm_count++;
}

void ir_begin_arm(struct ir_block *block, unsigned arm)
{
    CHECK(arm < block->arm_count);
    block->arms[arm] = (ir_ref)block->op_count;
}

void ir_exit(struct ir_block *block, uint32_t pc, unsigned insn)
{
    CHECK(block->link_count < IR_MAX_LINKS);
    ir_add_op(block, (struct ir_op){.code = IR_EXIT,
                                    .c = (ir_ref)block->link_count++,
                                    .insn = (uint16_t)insn,
                                    .imm = (int32_t)pc});
}
