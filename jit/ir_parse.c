// SPDX-License-Identifier: MIT
/*
 * Blocks from text, as docs/ir.md has the grammar.
 *
 * The text may be anything: each number is checked against what it must fit into, and the first
 * mistake ends the work.  Whether the block makes sense is for ir_verify() to say.
 */
#include <stdarg.h>
#include <string.h>

#include "ir_text.h"

#define WORD_SIZE 40

struct parser {
    struct ir_block *block;
    const char *at;
    unsigned line;
    char *message;
    size_t size;
    ir_ref values[IR_MAX_OPS]; /* what %number stands for, 0: nothing yet */
};

__attribute__((format(printf, 2, 3))) static bool fail(const struct parser *parser,
                                                       const char *format, ...)
{
    va_list list;
    int length = snprintf(parser->message, parser->size, "line %u: ", parser->line);

    if (length >= 0 && (size_t)length < parser->size) {
        va_start(list, format);
        vsnprintf(parser->message + length, parser->size - (size_t)length, format, list);
        va_end(list);
    }
    return false;
}

/* ---- words and numbers ---- */

static void skip_blanks(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t\r");
    if (*parser->at == ';') {
        parser->at += strcspn(parser->at, "\n");
    }
}

static bool at_end_of_line(struct parser *parser)
{
    skip_blanks(parser);
    return *parser->at == '\n' || *parser->at == '\0';
}

static bool expect_end(struct parser *parser)
{
    return at_end_of_line(parser) ||
           fail(parser, "\"%.*s\" is too much", (int)strcspn(parser->at, "\n"), parser->at);
}

static bool accept(struct parser *parser, char letter)
{
    skip_blanks(parser);
    if (*parser->at != letter) {
        return false;
    }
    parser->at++;
    return true;
}

static bool expect(struct parser *parser, char letter)
{
    return accept(parser, letter) || fail(parser, "'%c' is missing", letter);
}

static bool is_word_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '.';
}

/* `what`: what the message calls the missing word. */
static bool read_word(struct parser *parser, char word[WORD_SIZE], const char *what)
{
    size_t length = 0;

    skip_blanks(parser);
    while (is_word_letter(parser->at[length])) {
        length++;
    }
    if (length == 0 || length >= WORD_SIZE) {
        return fail(parser, length == 0 ? "%s is missing" : "%s is too long", what);
    }
    memcpy(word, parser->at, length);
    word[length] = '\0';
    parser->at += length;
    return true;
}

static bool expect_word(struct parser *parser, const char *expected)
{
    char word[WORD_SIZE];

    return read_word(parser, word, expected) &&
           (strcmp(word, expected) == 0 ||
            fail(parser, "\"%s\" stands where \"%s\" must", word, expected));
}

static unsigned digit_value(char letter)
{
    if (letter >= '0' && letter <= '9') {
        return (unsigned)(letter - '0');
    }
    if (letter >= 'a' && letter <= 'f') {
        return (unsigned)(letter - 'a') + 10;
    }
    return letter >= 'A' && letter <= 'F' ? (unsigned)(letter - 'A') + 10 : 99;
}

static bool read_number(struct parser *parser, int64_t least, int64_t most, int64_t *number)
{
    bool negative = accept(parser, '-');
    unsigned base = 10;
    uint64_t value = 0;

    skip_blanks(parser);
    if (parser->at[0] == '0' && (parser->at[1] == 'x' || parser->at[1] == 'X')) {
        base = 16;
        parser->at += 2;
    }
    if (digit_value(*parser->at) >= base) {
        return fail(parser, "a number is missing");
    }
    for (; digit_value(*parser->at) < base; parser->at++) {
        value = value * base + digit_value(*parser->at);
        if (value > UINT32_MAX) {
            return fail(parser, "a number has more than 32 bits");
        }
    }
    *number = negative ? -(int64_t)value : (int64_t)value;
    return (*number >= least && *number <= most) ||
           fail(parser, "%lld is not in %lld..%lld", (long long)*number, (long long)least,
                (long long)most);
}

static bool read_index(struct parser *parser, unsigned limit, unsigned *index)
{
    int64_t number;

    if (!read_number(parser, 0, (int64_t)limit - 1, &number)) {
        return false;
    }
    *index = (unsigned)number;
    return true;
}

/* "NAME NUMBER" */
static bool read_field(struct parser *parser, const char *name, uint32_t *field)
{
    int64_t number;

    if (!expect_word(parser, name) || !read_number(parser, 0, UINT32_MAX, &number)) {
        return false;
    }
    *field = (uint32_t)number;
    return true;
}

/* ---- an op's name ---- */

/* Index of word in names[0..count-1], or count. */
static unsigned find_name(const char *const *names, unsigned count, const char *word)
{
    unsigned i = 0;

    while (i < count && (names[i] == NULL || strcmp(names[i], word) != 0)) {
        i++;
    }
    return i;
}

/* The next part of "op.type.cond" in names. */
static bool read_suffix(struct parser *parser, char **rest, const char *const *names,
                        unsigned count, uint8_t *field)
{
    char *word = strsep(rest, ".");
    unsigned found = word == NULL ? count : find_name(names, count, word);

    if (found == count) {
        return fail(parser, "\"%s\" is no type, condition or size of this op",
                    word == NULL ? "" : word);
    }
    *field = (uint8_t)found;
    return true;
}

static bool read_suffixes(struct parser *parser, char *rest, struct ir_op *op)
{
    const char *row = ir_rows[op->code].operands;

    if (ir_text_has_type(op->code) &&
        !read_suffix(parser, &rest, ir_type_names, IR_FLAGS + 1, &op->type)) {
        return false;
    }
    if (strchr(row, 'n') != NULL &&
        !read_suffix(parser, &rest, ir_cond_names, IR_CONDS, &op->cond)) {
        return false;
    }
    if (strchr(row, 'z') != NULL &&
        !read_suffix(parser, &rest, ir_size_names, IR_SIZES, &op->cond)) {
        return false;
    }
    if (rest != NULL && ir_may_be_special(op->code) &&
        !read_suffix(parser, &rest, ir_fp_check_names, IR_FP_CHECKS, &op->cond)) {
        return false;
    }
    return rest == NULL || fail(parser, "\".%s\" is too much", rest);
}

static bool read_op_name(struct parser *parser, struct ir_op *op)
{
    char word[WORD_SIZE];
    char *rest = word;

    if (!read_word(parser, word, "an op")) {
        return false;
    }
    const char *name = strsep(&rest, ".");
    for (op->code = 0; op->code < IR_CODES; op->code++) {
        if (strcmp(ir_rows[op->code].name, name) == 0) {
            return read_suffixes(parser, rest, op);
        }
    }
    return fail(parser, "there is no op \"%s\"", name);
}

/* ---- what stands behind the name ---- */

static bool read_slot(struct parser *parser, struct ir_op *op)
{
    const struct ir_guest *guest = parser->block->guest;
    char word[WORD_SIZE];

    if (!read_word(parser, word, "a slot")) {
        return false;
    }
    for (unsigned i = 1; i < guest->slot_count; i++) {
        if (strcmp(guest->slots[i].name, word) == 0) {
            op->slot = (uint8_t)i;
            return true;
        }
    }
    return fail(parser, "there is no slot \"%s\"", word);
}

static bool read_helper(struct parser *parser, struct ir_op *op)
{
    const struct ir_guest *guest = parser->block->guest;
    char word[WORD_SIZE];

    if (!read_word(parser, word, "a helper")) {
        return false;
    }
    for (unsigned i = 0; i < guest->helper_count; i++) {
        if (strcmp(guest->helpers[i].name, word) == 0) {
            op->imm = (int32_t)i;
            return true;
        }
    }
    return fail(parser, "there is no helper \"%s\"", word);
}

static bool read_value(struct parser *parser, ir_ref *ref)
{
    unsigned name;

    if (!expect(parser, '%') || !read_index(parser, IR_MAX_OPS, &name)) {
        return false;
    }
    *ref = parser->values[name];
    return *ref != 0 || fail(parser, "%%%u is not defined", name);
}

static bool read_imm(struct parser *parser, struct ir_op *op)
{
    int64_t number;

    if (!read_number(parser, INT32_MIN, UINT32_MAX, &number)) {
        return false;
    }
    op->imm = (int32_t)(uint32_t)number;
    return true;
}

static bool read_link(struct parser *parser, struct ir_op *op)
{
    unsigned link;

    if (!expect_word(parser, "link") || !read_index(parser, IR_MAX_LINKS, &link)) {
        return false;
    }
    op->c = (ir_ref)link;
    if (link >= parser->block->link_count) {
        parser->block->link_count = link + 1;
    }
    return true;
}

static bool read_arm(struct parser *parser, struct ir_op *op)
{
    unsigned arm;

    if (!expect_word(parser, "arm") || !read_index(parser, IR_MAX_ARMS, &arm)) {
        return false;
    }
    op->imm = (int32_t)arm;
    return true;
}

static bool read_insn(struct parser *parser, struct ir_op *op)
{
    unsigned insn;

    if (!expect(parser, '@') || !read_index(parser, IR_MAX_INSNS, &insn)) {
        return false;
    }
    op->insn = (uint16_t)insn;
    return true;
}

static bool read_item(struct parser *parser, struct ir_op *op, char item)
{
    switch ((enum ir_item)item) {
    case IR_ITEM_SLOT:
        return read_slot(parser, op);
    case IR_ITEM_HELPER:
        return read_helper(parser, op);
    case IR_ITEM_A:
        return read_value(parser, &op->a);
    case IR_ITEM_B:
        return read_value(parser, &op->b);
    case IR_ITEM_C:
        return read_value(parser, &op->c);
    case IR_ITEM_IMM:
        return read_imm(parser, op);
    case IR_ITEM_ARM:
        return read_arm(parser, op);
    case IR_ITEM_LINK:
        return read_link(parser, op);
    case IR_ITEM_INSN:
        return read_insn(parser, op);
    }
    return fail(parser, "unreachable");
}

/* Is the item optional, and absent here? */
static bool is_absent(struct parser *parser, const struct ir_op *op, char item)
{
    if (item == IR_ITEM_INSN) {
        return at_end_of_line(parser);
    }
    skip_blanks(parser);
    return item == IR_ITEM_SLOT && ir_may_be_special(op->code) && *parser->at == '%';
}

static bool read_items(struct parser *parser, struct ir_op *op)
{
    char items[IR_ITEMS];
    bool first = true;

    /* How many operands a CALL has is known only after its helper was read. */
    ir_text_items(op->code, op->code == IR_CALL ? 0 : ir_text_operands(op->code, NULL), items);
    for (unsigned i = 0; items[i] != '\0'; i++) {
        if (is_absent(parser, op, items[i])) {
            continue;
        }
        if ((!first && !expect(parser, ',')) || !read_item(parser, op, items[i])) {
            return false;
        }
        if (items[i] == IR_ITEM_HELPER) {
            const struct ir_helper *helper = ir_helper_of(parser->block->guest, op);
            ir_text_items(op->code, ir_text_operands(op->code, helper), items);
        }
        first = false;
    }
    if (ir_may_be_special(op->code) && op->insn != IR_NONE && op->slot == 0) {
        return fail(parser, "an instruction, but no slot");
    }
    return expect_end(parser);
}

/* ---- lines ---- */

/* The type where the text does not give it. */
static uint8_t implied_type(const struct parser *parser, const struct ir_op *op)
{
    switch (op->code) {
    case IR_SET:
        return parser->block->guest->slots[op->slot].type;
    case IR_CALL:
        return ir_helper_of(parser->block->guest, op)->result;
    default:
        break;
    }
    if (ir_rows[op->code].flags & IR_F_SIZED) {
        return ir_size_type(op->cond);
    }
    switch (ir_rows[op->code].result[0]) {
    case 'i':
        return IR_I32;
    case 'l':
        return IR_I64;
    case 'g':
        return IR_FLAGS;
    default:
        return op->type;
    }
}

static bool append_op(struct parser *parser, struct ir_op op, unsigned name)
{
    struct ir_block *block = parser->block;
    bool has_result = op.code == IR_CALL ? op.type != IR_VOID : ir_rows[op.code].result[0] != '-';

    if (has_result != (name != 0)) {
        return fail(parser, has_result ? "the result has no name" : "there is no result");
    }
    if (block->op_count == IR_MAX_OPS) {
        return fail(parser, "the block has too many ops");
    }
    if (name != 0) {
        parser->values[name] = (ir_ref)block->op_count;
    }
    block->ops[block->op_count++] = op;
    return true;
}

/* "nop" or "nop COUNT" */
static bool parse_nops(struct parser *parser, unsigned name)
{
    unsigned count = 1;

    if (!at_end_of_line(parser) && !read_index(parser, IR_MAX_OPS, &count)) {
        return false;
    }
    for (; count > 0; count--) {
        if (!append_op(parser, (struct ir_op){.code = IR_NOP, .insn = IR_NONE}, name)) {
            return false;
        }
    }
    return expect_end(parser);
}

/* "%NUMBER =", if it is there */
static bool parse_result(struct parser *parser, unsigned *name)
{
    *name = 0;
    if (!accept(parser, '%')) {
        return true;
    }
    if (!read_index(parser, IR_MAX_OPS, name) || !expect(parser, '=')) {
        return false;
    }
    if (*name == 0) {
        return fail(parser, "%%0 names no value");
    }
    return parser->values[*name] == 0 || fail(parser, "%%%u is defined already", *name);
}

static bool parse_op(struct parser *parser)
{
    struct ir_op op = {.insn = IR_NONE};
    unsigned name;

    if (!parse_result(parser, &name) || !read_op_name(parser, &op)) {
        return false;
    }
    if (op.code == IR_NOP) {
        return parse_nops(parser, name);
    }
    if (!read_items(parser, &op)) {
        return false;
    }
    op.type = implied_type(parser, &op);
    return append_op(parser, op, name);
}

/* "block PC, charge CHARGE, linear|paged" */
static bool parse_block(struct parser *parser)
{
    struct ir_block *block = parser->block;
    char mode[WORD_SIZE];

    if (!read_field(parser, "block", &block->pc) || !expect(parser, ',') ||
        !read_field(parser, "charge", &block->charge) || !expect(parser, ',') ||
        !read_word(parser, mode, "linear or paged")) {
        return false;
    }
    block->paged = strcmp(mode, "paged") == 0;
    if (!block->paged && strcmp(mode, "linear") != 0) {
        return fail(parser, "\"%s\" is neither linear nor paged", mode);
    }
    return expect_end(parser);
}

/* "insn NUMBER: pc PC, npc NPC, refund REFUND", and perhaps ", no_mmio_cache" */
static bool parse_insn(struct parser *parser)
{
    struct ir_block *block = parser->block;
    struct ir_insn insn;
    uint32_t number;
    uint32_t refund;

    if (!read_field(parser, "insn", &number) || !expect(parser, ':') ||
        !read_field(parser, "pc", &insn.pc) || !expect(parser, ',') ||
        !read_field(parser, "npc", &insn.npc) || !expect(parser, ',') ||
        !read_field(parser, "refund", &refund)) {
        return false;
    }
    insn.refund = (uint16_t)refund;
    if (number != block->insn_count || number == IR_MAX_INSNS || refund > UINT16_MAX) {
        return fail(parser, "instructions are numbered from 0 to %d, and at most %d is left",
                    IR_MAX_INSNS - 1, UINT16_MAX);
    }
    insn.no_mmio_cache = accept(parser, ',');
    if (insn.no_mmio_cache && !expect_word(parser, "no_mmio_cache")) {
        return false;
    }
    block->insns[block->insn_count++] = insn;
    return expect_end(parser);
}

/* "arm NUMBER:" */
static bool parse_arm(struct parser *parser)
{
    struct ir_block *block = parser->block;
    uint32_t number;

    if (!read_field(parser, "arm", &number) || !expect(parser, ':')) {
        return false;
    }
    if (number != block->arm_count || number == IR_MAX_ARMS) {
        return fail(parser, "arms are numbered from 0 to %d", IR_MAX_ARMS - 1);
    }
    if (block->op_count == IR_MAX_OPS) {
        return fail(parser, "the block has too many ops");
    }
    block->arms[block->arm_count++] = (ir_ref)block->op_count;
    return expect_end(parser);
}

/* Is the next word this one? */
static bool starts_with(const struct parser *parser, const char *word)
{
    size_t length = strlen(word);

    return strncmp(parser->at, word, length) == 0 && !is_word_letter(parser->at[length]);
}

static bool parse_line(struct parser *parser)
{
    if (at_end_of_line(parser)) {
        return true;
    }
    if (starts_with(parser, "block")) {
        return parse_block(parser);
    }
    if (starts_with(parser, "insn")) {
        return parse_insn(parser);
    }
    return starts_with(parser, "arm") ? parse_arm(parser) : parse_op(parser);
}

bool ir_parse(struct ir_block *block, const struct ir_guest *guest, const char *text, char *message,
              size_t size)
{
    struct parser parser = {.block = block, .at = text, .message = message, .size = size};

    ir_begin(block, guest, 0);
    for (parser.line = 1; *parser.at != '\0'; parser.line++) {
        if (!parse_line(&parser)) {
            return false;
        }
        parser.at += *parser.at == '\n';
    }
    return true;
}
