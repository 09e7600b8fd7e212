// SPDX-License-Identifier: MIT
/*
 * The verifier: every rule of docs/ir.md that can be seen from a block alone.
 *
 * One walk over the ops in their order.  Since arms lie behind the branch that goes to them, all that an
 * arm depends on is known when its first op is reached.  A block may hold any bytes: nothing is used as
 * an index before it has been checked.
 */
#include <stdarg.h>

#include "ir.h"

struct walk {
    const struct ir_block *block;
    char *message;
    size_t size;
    unsigned number;   /* of the op that is checked now */
    unsigned section;  /* first op of its section */
    unsigned next_arm; /* the first arm whose section is not yet reached */
    unsigned visible;  /* ops of the main section below this may be used here */
    bool ended;        /* the section has had its END op */
    bool fp_ready;     /* there was an FBEGIN on the way here */
    struct {
        unsigned visible; /* as above, 0: no branch yet */
        bool fp_ready;
    } arms[IR_MAX_ARMS];
    bool linked[IR_MAX_LINKS];
};

/* ---- messages ---- */

__attribute__((format(printf, 2, 3))) static bool fail(const struct walk *walk, const char *format,
                                                       ...)
{
    va_list list;
    int length = 0;

    if (walk->number != 0) {
        unsigned code = walk->block->ops[walk->number].code;
        length = snprintf(walk->message, walk->size, "op %u (%s): ", walk->number,
                          code < IR_CODES ? ir_rows[code].name : "?");
    }
    if (length >= 0 && (size_t)length < walk->size) {
        va_start(list, format);
        vsnprintf(walk->message + length, walk->size - (size_t)length, format, list);
        va_end(list);
    }
    return false;
}

static const char *type_name(unsigned type)
{
    return type <= IR_FLAGS ? ir_type_names[type] : "no type";
}

static bool expect_type(const struct walk *walk, const char *what, unsigned type, unsigned expected)
{
    return type == expected ||
           fail(walk, "%s is %s and must be %s", what, type_name(type), type_name(expected));
}

/* ---- types ---- */

static bool is_integer(unsigned type)
{
    return type == IR_I32 || type == IR_I64;
}

static bool is_real(unsigned type)
{
    return type == IR_F32 || type == IR_F64;
}

static unsigned slot_type(const struct walk *walk, const struct ir_op *op)
{
    return walk->block->guest->slots[op->slot].type;
}

/* How many of a, b, c the op has. */
static unsigned operand_count(const struct walk *walk, const struct ir_op *op)
{
    return op->code == IR_CALL ? ir_helper_operands(ir_helper_of(walk->block->guest, op))
                               : ir_rows[op->code].operand_count;
}

static unsigned value_type(const struct walk *walk, ir_ref ref)
{
    return walk->block->ops[ref].type;
}

/* The type that letter T or F stands for: the op's own, or, where the result has another letter, that of operand a. */
static unsigned shared_type(const struct walk *walk, const struct ir_op *op, char letter)
{
    char result = ir_rows[op->code].result[0];

    return result == letter || result == '-' ? op->type : value_type(walk, op->a);
}

/* The floating-point type of an integer type's width, or the integer type of a floating-point type's width. */
static unsigned other_kind(unsigned type)
{
    static const uint8_t kinds[] = {
        [IR_VOID] = IR_VOID, [IR_I32] = IR_F32, [IR_I64] = IR_F64,
        [IR_F32] = IR_I32,   [IR_F64] = IR_I64, [IR_FLAGS] = IR_VOID,
    };
    return type <= IR_FLAGS ? kinds[type] : IR_VOID;
}

/* The type that operand i must have. */
static unsigned operand_type(const struct walk *walk, const struct ir_op *op, unsigned i)
{
    switch (ir_rows[op->code].operands[i]) {
    case 'i':
        return IR_I32;
    case 'l':
        return IR_I64;
    case 'g':
        return IR_FLAGS;
    case 's':
        return slot_type(walk, op);
    case 'f':
        return IR_F32;
    case 'd':
        return IR_F64;
    case 'T':
    case 'F':
        return shared_type(walk, op, ir_rows[op->code].operands[i]);
    case 'w':
        return other_kind(op->type);
    default: /* '*' */
        return op->code == IR_CALL ? ir_helper_of(walk->block->guest, op)->arguments[i]
                                   : ir_size_type(op->cond);
    }
}

/* ---- operands and result ---- */

static bool has_result(const struct ir_op *op)
{
    return op->code == IR_CALL ? op->type != IR_VOID : ir_has_result(op->code);
}

static bool check_visible(const struct walk *walk, unsigned ref, char letter)
{
    const struct ir_block *block = walk->block;

    if (ref == 0 || ref >= block->op_count) {
        return fail(walk, "operand %c is missing", letter);
    }
    if (ref >= walk->number) {
        return fail(walk, "operand %c, %%%u, is not defined yet", letter, ref);
    }
    if (ref < walk->section && ref >= walk->visible) {
        return fail(walk, "operand %c, %%%u, is not visible here", letter, ref);
    }
    return has_result(&block->ops[ref]) ||
           fail(walk, "operand %c, %%%u, has no result", letter, ref);
}

static bool check_operands(const struct walk *walk, const struct ir_op *op)
{
    const ir_ref refs[] = {op->a, op->b, op->c};
    unsigned count = operand_count(walk, op);

    for (unsigned i = 0; i < count; i++) {
        if (!check_visible(walk, refs[i], (char)('a' + i))) {
            return false;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        char what[] = "operand ?";
        what[sizeof what - 2] = (char)('a' + i);
        unsigned type = value_type(walk, refs[i]);
        if (ir_rows[op->code].operands[i] == 'T' && !is_integer(type)) {
            return fail(walk, "%s is %s and must be i32 or i64", what, type_name(type));
        }
        if (ir_rows[op->code].operands[i] == 'F' && !is_real(type)) {
            return fail(walk, "%s is %s and must be f32 or f64", what, type_name(type));
        }
        if (!expect_type(walk, what, type, operand_type(walk, op, i))) {
            return false;
        }
    }
    return true;
}

/* A GET, and only a GET, may read the slot's value as another type of the same size. */
static bool check_get(const struct walk *walk, const struct ir_op *op)
{
    unsigned bytes = ir_type_bytes(slot_type(walk, op));

    return (bytes != 0 && ir_type_bytes(op->type) == bytes) ||
           fail(walk, "the type is %s, not of the size of its slot's, %s", type_name(op->type),
                type_name(slot_type(walk, op)));
}

/* Checks the type field of ops whose row leaves a choice, or that have no result. */
static bool check_special_type(const struct walk *walk, const struct ir_op *op)
{
    switch (op->code) {
    case IR_GET:
        return check_get(walk, op);
    case IR_SET:
        return expect_type(walk, "the type", op->type, slot_type(walk, op));
    case IR_CALL:
        return expect_type(walk, "the type", op->type,
                           ir_helper_of(walk->block->guest, op)->result);
    default:
        return !(ir_rows[op->code].flags & IR_F_SIZED) ||
               expect_type(walk, "the type", op->type, ir_size_type(op->cond));
    }
}

static bool check_type(const struct walk *walk, const struct ir_op *op)
{
    switch (ir_rows[op->code].result[0]) {
    case 'i':
        return expect_type(walk, "the type", op->type, IR_I32);
    case 'l':
        return expect_type(walk, "the type", op->type, IR_I64);
    case 'f':
        return expect_type(walk, "the type", op->type, IR_F32);
    case 'd':
        return expect_type(walk, "the type", op->type, IR_F64);
    case 'g':
        return expect_type(walk, "the type", op->type, IR_FLAGS);
    case 'T':
        return is_integer(op->type)
                   ? check_special_type(walk, op)
                   : fail(walk, "the type is %s and must be i32 or i64", type_name(op->type));
    case 'F':
        return is_real(op->type)
                   ? check_special_type(walk, op)
                   : fail(walk, "the type is %s and must be f32 or f64", type_name(op->type));
    default:
        return check_special_type(walk, op);
    }
}

/* ---- other fields ---- */

static bool is_fp(unsigned code)
{
    return ir_rows[code].flags & IR_F_HOST_FP;
}

static bool check_insn(const struct walk *walk, const struct ir_op *op, bool needed)
{
    if (op->insn == IR_NONE) {
        return !needed || fail(walk, "an instruction is missing");
    }
    return op->insn < walk->block->insn_count || fail(walk, "there is no instruction %u", op->insn);
}

static bool check_slot(const struct walk *walk, const struct ir_op *op)
{
    const struct ir_guest *guest = walk->block->guest;

    if (is_fp(op->code) && op->insn == IR_NONE) {
        return true;
    }
    if (op->slot == 0 || op->slot >= guest->slot_count) {
        return fail(walk, "there is no slot %u", op->slot);
    }
    if (op->code == IR_MOVE_BANK) {
        const struct ir_slot *slot = &guest->slots[op->slot];
        return (slot->bank == IR_ENV && slot->type == IR_I64) ||
               fail(walk, "slot %s is not an i64 of env", slot->name);
    }
    if (is_fp(op->code)) {
        return (slot_type(walk, op) != IR_FLAGS &&
                ir_type_bytes(slot_type(walk, op)) == ir_type_bytes(op->type)) ||
               fail(walk, "slot %s has not the size of the result", guest->slots[op->slot].name);
    }
    return true;
}

/* All bits of enum ir_fp_check that the FP op may have in its cond field. */
static unsigned possible_checks(const struct ir_op *op)
{
    const struct ir_row *row = &ir_rows[op->code];

    if (op->insn == IR_NONE || !(row->flags & IR_F_SPECIAL)) {
        return ir_may_be_tiny(op->code) ? IR_FP_POISON : 0;
    }
    return IR_FP_A | (row->operand_count == 2 ? IR_FP_B : 0u) |
           (row->flags & IR_F_RANGE ? IR_FP_RANGE : 0u) |
           (row->flags & IR_F_ROUNDS ? IR_FP_EXACT : 0u);
}

static bool check_fp_checks(const struct walk *walk, const struct ir_op *op)
{
    unsigned possible = possible_checks(op);
    bool lacks_range =
        (op->cond & (IR_FP_RANGE | IR_FP_EXACT)) == IR_FP_EXACT && (possible & IR_FP_RANGE);

    return ((op->cond & ~possible) == 0 && !lacks_range) ||
           fail(walk, "it cannot check what %u says", op->cond);
}

static bool check_imm(const struct walk *walk, const struct ir_op *op)
{
    if (op->code == IR_CALL) {
        return (op->imm >= 0 && (unsigned)op->imm < walk->block->guest->helper_count) ||
               fail(walk, "there is no helper %d", op->imm);
    }
    if (op->code == IR_LOAD_UNCHECKED || op->code == IR_STORE_UNCHECKED) {
        return (op->imm >= 0 && op->imm < IR_MAX_REACH) ||
               fail(walk, "%d is not from 0 to %d", op->imm, IR_MAX_REACH - 1);
    }
    if (op->code == IR_GIVE_BACK) {
        return op->imm > 0 || fail(walk, "it gives back %d", op->imm);
    }
    return op->code != IR_MOVE_BANK || op->imm != 0 || fail(walk, "it moves the bank by 0");
}

/* b of GUARD_LOAD and GUARD_STORE must be a constant below a page's size, since only the pages of the first and the
 * last byte are looked at. */
static bool check_reach(const struct walk *walk, const struct ir_op *op)
{
    const struct ir_op *b = &walk->block->ops[op->b];

    return (b->code == IR_CONST && b->imm >= 0 && b->imm < IR_MAX_REACH) ||
           fail(walk, "operand b is no constant from 0 to %d", IR_MAX_REACH - 1);
}

static bool may_be_real(unsigned code)
{
    return code == IR_LOAD || code == IR_STORE || code == IR_LOAD_UNCHECKED ||
           code == IR_STORE_UNCHECKED;
}

static bool check_size(const struct walk *walk, const struct ir_op *op)
{
    bool known =
        op->cond <= IR_64 || (op->cond >= IR_REAL_32 ? op->cond < IR_SIZES && may_be_real(op->code)
                                                     : ir_has_result(op->code));

    if (!known) {
        return fail(walk, "%u is no size here", op->cond);
    }
    return !ir_is_branch(op->code) || check_reach(walk, op);
}

static bool check_arm(struct walk *walk, const struct ir_op *op)
{
    unsigned arm = (unsigned)op->imm;

    if (arm >= walk->block->arm_count) {
        return fail(walk, "there is no arm %d", op->imm);
    }
    if (arm < walk->next_arm) {
        return fail(walk, "arm %u is not behind the branch", arm);
    }
    if (walk->arms[arm].visible != 0) {
        return fail(walk, "arm %u has a branch already", arm);
    }
    walk->arms[arm].visible = walk->section == 1 ? walk->number : walk->visible;
    walk->arms[arm].fp_ready = walk->fp_ready;
    return true;
}

static bool check_link(struct walk *walk, const struct ir_op *op)
{
    if (op->c >= walk->block->link_count) {
        return fail(walk, "there is no link %u", op->c);
    }
    if (walk->linked[op->c]) {
        return fail(walk, "link %u is used already", op->c);
    }
    walk->linked[op->c] = true;
    return true;
}

/* Checks the field that a letter of the row stands for; operands are checked elsewhere. */
static bool check_field(struct walk *walk, const struct ir_op *op, char letter)
{
    switch (letter) {
    case 'S':
        return check_slot(walk, op);
    case '#':
        return check_imm(walk, op);
    case 'k':
    case 'K':
        return check_insn(walk, op, letter == 'K');
    case 'n':
        return op->cond < IR_CONDS || fail(walk, "%u is no condition", op->cond);
    case 'z':
        return check_size(walk, op);
    case 'A':
        return check_arm(walk, op);
    case 'L':
        return check_link(walk, op);
    default:
        return true;
    }
}

/* ---- ops and sections ---- */

static bool check_order(struct walk *walk, const struct ir_op *op)
{
    if (walk->ended) {
        return fail(walk, "it stands behind the end of its section");
    }
    walk->ended = ir_rows[op->code].flags & IR_F_END;
    if (op->code == IR_FBEGIN) {
        walk->fp_ready = true;
    }
    if (!is_fp(op->code)) {
        return true;
    }
    return check_fp_checks(walk, op) &&
           (walk->fp_ready || fail(walk, "there is no fbegin before it"));
}

static bool check_op(struct walk *walk)
{
    const struct ir_op *op = &walk->block->ops[walk->number];

    if (op->code >= IR_CODES) {
        return fail(walk, "%u is no op", op->code);
    }
    if (op->code == IR_NOP) {
        return true;
    }
    for (const char *letter = ir_rows[op->code].operands; *letter != '\0'; letter++) {
        if (!check_field(walk, op, *letter)) {
            return false;
        }
    }
    return check_type(walk, op) && check_operands(walk, op) && check_order(walk, op);
}

static bool end_section(struct walk *walk)
{
    if (!walk->ended) {
        walk->number = 0;
        return fail(walk, "the section that begins at op %u has no end", walk->section);
    }
    return true;
}

static bool begin_arm(struct walk *walk)
{
    unsigned arm = walk->next_arm++;

    if (!end_section(walk)) {
        return false;
    }
    if (walk->arms[arm].visible == 0) {
        return fail(walk, "arm %u has no branch", arm);
    }
    walk->section = walk->number;
    walk->visible = walk->arms[arm].visible;
    walk->fp_ready = walk->arms[arm].fp_ready;
    walk->ended = false;
    return true;
}

static bool check_ops(struct walk *walk)
{
    const struct ir_block *block = walk->block;

    for (walk->number = 1; walk->number < block->op_count; walk->number++) {
        bool starts =
            walk->next_arm < block->arm_count && walk->number == block->arms[walk->next_arm];
        if ((starts && !begin_arm(walk)) || !check_op(walk)) {
            return false;
        }
    }
    walk->number = 0;
    return end_section(walk);
}

/* ---- the block ---- */

static bool check_counts(const struct walk *walk)
{
    const struct ir_block *block = walk->block;

    if (block->op_count < 2 || block->op_count > IR_MAX_OPS) {
        return fail(walk, "a block cannot have %u ops", block->op_count);
    }
    if (block->arm_count > IR_MAX_ARMS || block->link_count > IR_MAX_LINKS ||
        block->insn_count > IR_MAX_INSNS) {
        return fail(walk, "a block cannot have %u arms, %u links, %u instructions",
                    block->arm_count, block->link_count, block->insn_count);
    }
    return block->ops[0].code == IR_NOP || fail(walk, "op 0 is not a nop");
}

static bool check_arms(const struct walk *walk)
{
    const struct ir_block *block = walk->block;
    unsigned previous = 1; /* op 1 is in the main section, which is not empty */

    for (unsigned i = 0; i < block->arm_count; i++) {
        if (block->arms[i] <= previous || block->arms[i] >= block->op_count) {
            return fail(walk, "arm %u does not begin in order: at op %u", i, block->arms[i]);
        }
        previous = block->arms[i];
    }
    return true;
}

/* The block's charge at entry, and the constant operands of all its CHARGEs. */
static uint32_t whole_charge(const struct ir_block *block)
{
    uint32_t whole = block->charge;

    for (unsigned i = 1; i < block->op_count; i++) {
        const struct ir_op *op = &block->ops[i];
        if (op->code == IR_CHARGE && op->a < i && block->ops[op->a].code == IR_CONST) {
            whole += (uint32_t)block->ops[op->a].imm;
        }
    }
    return whole;
}

static bool check_insns(const struct walk *walk)
{
    const struct ir_block *block = walk->block;
    uint32_t charge = whole_charge(block);

    for (unsigned i = 0; i < block->insn_count; i++) {
        if (block->insns[i].refund > charge) {
            return fail(walk, "instruction %u leaves %u of a charge of %u", i,
                        block->insns[i].refund, charge);
        }
    }
    return true;
}

bool ir_verify(const struct ir_block *block, char *message, size_t size)
{
    struct walk walk = {.block = block, .message = message, .size = size, .section = 1};

    return check_counts(&walk) && check_arms(&walk) && check_insns(&walk) && check_ops(&walk);
}
