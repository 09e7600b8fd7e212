// SPDX-License-Identifier: MIT
/*
 * The text form of a block: what ir_dump.c and ir_parse.c must agree on.  Grammar: docs/ir.md.
 */
#ifndef IR_TEXT_H
#define IR_TEXT_H

#include "ir.h"

/* What stands behind an op's name, in this order, with commas between. */
enum ir_item {
    IR_ITEM_SLOT = 'S',   /* its name */
    IR_ITEM_HELPER = 'H', /* its name */
    IR_ITEM_A = 'a',      /* %number */
    IR_ITEM_B = 'b',
    IR_ITEM_C = 'c',
    IR_ITEM_IMM = '#',  /* a number */
    IR_ITEM_ARM = 'A',  /* arm number */
    IR_ITEM_LINK = 'L', /* link number */
    IR_ITEM_INSN = 'k', /* @number, may be left out where the op allows it */
};
#define IR_ITEMS 10

/* Writes the items of an op, ended by '\0'.  `operands`: how many of a, b, c there are. */
void ir_text_items(unsigned code, unsigned operands, char items[IR_ITEMS]);
/* How many of a, b, c an op has; `helper` is that of a CALL, and not used for other ops. */
unsigned ir_text_operands(unsigned code, const struct ir_helper *helper);
/* Does the name of the type follow the op's name? */
bool ir_text_has_type(unsigned code);

#endif
