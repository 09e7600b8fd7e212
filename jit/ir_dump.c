// SPDX-License-Identifier: MIT
/*
 * Blocks as text.  What this writes ir_parse() reads; a block need not be valid to be written.
 */
#include <string.h>

#include "ir_text.h"

/* ---- what dump and parser share ---- */

unsigned ir_text_operands(unsigned code, const struct ir_helper *helper)
{
    return code == IR_CALL ? ir_helper_operands(helper) : ir_rows[code].operand_count;
}

void ir_text_items(unsigned code, unsigned operands, char items[IR_ITEMS])
{
    const char *row = ir_rows[code].operands;
    unsigned count = 0;

    if (strchr(row, 'S') != NULL) {
        items[count++] = IR_ITEM_SLOT;
    }
    if (code == IR_CALL) {
        items[count++] = IR_ITEM_HELPER;
    }
    for (unsigned i = 0; i < operands; i++) {
        items[count++] = (char)(IR_ITEM_A + i);
    }
    for (const char *letter = row; *letter != '\0'; letter++) {
        if (strchr("#ALkK", *letter) != NULL && code != IR_CALL) {
            items[count++] = *letter == 'K' ? IR_ITEM_INSN : *letter;
        }
    }
    items[count] = '\0';
}

bool ir_text_has_type(unsigned code)
{
    const struct ir_row *row = &ir_rows[code];

    if (code == IR_CALL || strchr(row->operands, 'z') != NULL) {
        return false;
    }
    return strchr("TFfd*", row->result[0]) != NULL ||
           (row->result[0] == '-' && (row->operands[0] == 'T' || row->operands[0] == 'F'));
}

/* ---- one op ---- */

static const char *type_name(unsigned type)
{
    return type <= IR_FLAGS ? ir_type_names[type] : "?";
}

static const struct ir_helper *helper_of(const struct ir_block *block, const struct ir_op *op)
{
    static const struct ir_helper none = {.name = "?"};
    const struct ir_helper *helper = ir_helper_of(block->guest, op);

    return helper != NULL ? helper : &none;
}

static void dump_name(const struct ir_op *op, FILE *stream)
{
    const struct ir_row *row = &ir_rows[op->code];

    fputs(row->name, stream);
    if (ir_text_has_type(op->code)) {
        fprintf(stream, ".%s", type_name(op->type));
    }
    if (ir_may_be_special(op->code) && op->cond != 0) {
        fprintf(stream, ".%s", op->cond < IR_FP_CHECKS ? ir_fp_check_names[op->cond] : "?");
    }
    if (strchr(row->operands, 'n') != NULL) {
        fprintf(stream, ".%s", op->cond < IR_CONDS ? ir_cond_names[op->cond] : "?");
    }
    if (strchr(row->operands, 'z') != NULL) {
        fprintf(stream, ".%s", op->cond < IR_SIZES ? ir_size_names[op->cond] : "?");
    }
}

/* Small numbers in decimal; others, and addresses, in hexadecimal.  That shows no sign, so I64 constants, which are
 * sign-extended, are always in decimal. */
static void dump_imm(const struct ir_op *op, FILE *stream)
{
    bool small = op->imm >= -4096 && op->imm <= 4096;

    if (op->code == IR_EXIT || (op->type != IR_I64 && !small)) {
        fprintf(stream, "0x%x", (unsigned)op->imm);
    } else {
        fprintf(stream, "%d", (int)op->imm);
    }
}

static void dump_item(const struct ir_block *block, const struct ir_op *op, char item, FILE *stream)
{
    const struct ir_guest *guest = block->guest;
    bool known = op->slot != 0 && op->slot < guest->slot_count;

    switch ((enum ir_item)item) {
    case IR_ITEM_SLOT:
        fputs(known ? guest->slots[op->slot].name : "?", stream);
        break;
    case IR_ITEM_HELPER:
        fputs(helper_of(block, op)->name, stream);
        break;
    case IR_ITEM_A:
        fprintf(stream, "%%%u", op->a);
        break;
    case IR_ITEM_B:
        fprintf(stream, "%%%u", op->b);
        break;
    case IR_ITEM_C:
        fprintf(stream, "%%%u", op->c);
        break;
    case IR_ITEM_IMM:
        dump_imm(op, stream);
        break;
    case IR_ITEM_ARM:
        fprintf(stream, "arm %d", (int)op->imm);
        break;
    case IR_ITEM_LINK:
        fprintf(stream, "link %u", op->c);
        break;
    case IR_ITEM_INSN:
        fprintf(stream, "@%u", op->insn);
        break;
    }
}

static bool has_result(const struct ir_block *block, const struct ir_op *op)
{
    return op->code == IR_CALL ? helper_of(block, op)->result != IR_VOID
                               : ir_rows[op->code].result[0] != '-';
}

static void dump_op(const struct ir_block *block, unsigned number, FILE *stream)
{
    const struct ir_op *op = &block->ops[number];
    char items[IR_ITEMS];
    const char *separator = " ";

    if (op->code >= IR_CODES) {
        fprintf(stream, "    ? %u\n", op->code);
        return;
    }
    fputs("    ", stream);
    if (has_result(block, op)) {
        fprintf(stream, "%%%u = ", number);
    }
    dump_name(op, stream);
    ir_text_items(op->code, ir_text_operands(op->code, helper_of(block, op)), items);
    for (const char *item = items; *item != '\0'; item++) {
        bool absent =
            op->insn == IR_NONE &&
            (*item == IR_ITEM_INSN || (*item == IR_ITEM_SLOT && ir_may_be_special(op->code)));
        if (!absent) {
            fputs(separator, stream);
            dump_item(block, op, *item, stream);
            separator = ", ";
        }
    }
    fputc('\n', stream);
}

/* ---- the block ---- */

/* How many NOPs there are from op `number` on, up to where an arm begins. */
static unsigned count_nops(const struct ir_block *block, unsigned number, unsigned next_arm)
{
    unsigned end = next_arm < block->arm_count ? block->arms[next_arm] : block->op_count;
    unsigned count = 0;

    while (number + count < block->op_count && block->ops[number + count].code == IR_NOP &&
           (count == 0 || number + count != end)) {
        count++;
    }
    return count;
}

static void dump_nops(unsigned count, FILE *stream)
{
    if (count == 1) {
        fputs("    nop\n", stream);
    } else {
        fprintf(stream, "    nop %u\n", count);
    }
}

static void dump_ops(const struct ir_block *block, FILE *stream)
{
    unsigned next_arm = 0;
    unsigned number = 1;

    while (number < block->op_count) {
        while (next_arm < block->arm_count && number == block->arms[next_arm]) {
            fprintf(stream, "arm %u:\n", next_arm++);
        }
        unsigned nops = count_nops(block, number, next_arm);
        if (nops > 0) {
            dump_nops(nops, stream);
            number += nops;
        } else {
            dump_op(block, number++, stream);
        }
    }
}

void ir_dump(const struct ir_block *block, FILE *stream)
{
    fprintf(stream, "block 0x%08x, charge %u, %s\n", block->pc, block->charge,
            block->paged ? "paged" : "linear");
    for (unsigned i = 0; i < block->insn_count; i++) {
        const struct ir_insn *insn = &block->insns[i];
        fprintf(stream, "insn %u: pc 0x%08x, npc 0x%08x, refund %u%s\n", i, insn->pc, insn->npc,
                insn->refund, insn->no_mmio_cache ? ", no_mmio_cache" : "");
    }
    dump_ops(block, stream);
}
