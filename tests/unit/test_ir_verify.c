// SPDX-License-Identifier: MIT
/* The verifier: each rule has a block that breaks it, and a block that just keeps it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "ir.h"
#include "ir_guest.h"

/* Before each text: values %1 I32, %2 I64, %3 F32, %4 F64, %5 FLAGS; instructions 0 and 1. */
static const char prelude[] = "block 0x100, charge 2, linear\n"
                              "insn 0: pc 0x100, npc 0x104, refund 2\n"
                              "insn 1: pc 0x104, npc 0x108, refund 0\n"
                              "%1 = get.i32 r\n%2 = get.i64 x\n%3 = get.f32 f\n"
                              "%4 = get.f64 d\n%5 = get.flags icc\n";

struct row {
    const char *text;
    const char *message; /* part of it */
};

static struct ir_block *parse(const char *text)
{
    struct ir_block *block = malloc(sizeof *block);
    char whole[2000];
    char message[200];

    assert_non_null(block);
    snprintf(whole, sizeof whole, "%s%s", prelude, text);
    if (!ir_parse(block, &guest, whole, message, sizeof message)) {
        fail_msg("%s in \"%s\"", message, text);
    }
    return block;
}

static void check_refused(const struct row *rows, size_t count)
{
    char message[200];

    for (size_t i = 0; i < count; i++) {
        struct ir_block *block = parse(rows[i].text);
        if (ir_verify(block, message, sizeof message)) {
            fail_msg("accepted: \"%s\"", rows[i].text);
        }
        if (strstr(message, rows[i].message) == NULL) {
            fail_msg("\"%s\": %s, not %s", rows[i].text, message, rows[i].message);
        }
        free(block);
    }
}

static void check_accepted(const char *const *texts, size_t count)
{
    char message[200];

    for (size_t i = 0; i < count; i++) {
        struct ir_block *block = parse(texts[i]);
        if (!ir_verify(block, message, sizeof message)) {
            fail_msg("\"%s\": %s", texts[i], message);
        }
        free(block);
    }
}

/* ---- types ---- */

static void test_types(void **state)
{
    static const struct row refused[] = {
        {"%9 = add.i32 %1, %2\nquit\n", "op 6 (add): operand b is i64 and must be i32"},
        {"%9 = add.i64 %1, %2\nquit\n", "operand a is i32 and must be i64"},
        {"%9 = add.f32 %3, %3\nquit\n", "type is f32 and must be i32 or i64"},
        {"%9 = add.flags %5, %5\nquit\n", "type is flags and must be i32 or i64"},
        {"%9 = const.f64 1\nquit\n", "type is f64 and must be i32 or i64"},
        {"%9 = shl.i64 %2, %2\nquit\n", "operand b is i64 and must be i32"},
        {"%9 = sext8 %2\nquit\n", "operand a is i64 and must be i32"},
        {"%9 = low %1\nquit\n", "operand a is i32 and must be i64"},
        {"%9 = setc.eq %1, %2\nquit\n", "operand b is i64 and must be i32"},
        {"%9 = setc.eq %3, %3\nquit\n", "operand a is f32 and must be i32 or i64"},
        {"%9 = select.i64 %2, %2, %2\nquit\n", "operand a is i64 and must be i32"},
        {"%9 = select.i64 %1, %2, %1\nquit\n", "operand c is i32 and must be i64"},
        {"%9 = adc_flags %1, %1, %1\nquit\n", "operand c is i32 and must be flags"},
        {"%9 = test_flags.eq %1\nquit\n", "operand a is i32 and must be flags"},
        {"%9 = get.i64 r\nquit\n", "not of the size of its slot's, i32"},
        {"%9 = get.i32 icc\nquit\n", "not of the size of its slot's, flags"},
        {"%9 = get.flags r\nquit\n", "not of the size of its slot's, i32"},
        {"%9 = get.void r\nquit\n", "not of the size of its slot's, i32"},
        {"set r, %3\nquit\n", "operand a is f32 and must be i32"},
        {"set d, %2\nquit\n", "operand a is i64 and must be f64"},
        {"store.64 %1, %1, @0\nquit\n", "operand b is i32 and must be i64"},
        {"store.8 %1, %2, @0\nquit\n", "operand b is i64 and must be i32"},
        {"store.8 %2, %1, @0\nquit\n", "operand a is i64 and must be i32"},
        {"%9 = call mix, %1, %1\nquit\n", "operand b is i32 and must be i64"},
        {"fbegin\n%9 = fadd.f32 %3, %4\nquit\n", "operand b is f64 and must be f32"},
        {"fbegin\n%9 = fadd.i32 %1, %1\nquit\n", "type is i32 and must be f32 or f64"},
        {"fbegin\n%9 = fwiden.f32 %3\nquit\n", "type is f32 and must be f64"},
        {"fbegin\n%9 = fwiden.f64 %4\nquit\n", "operand a is f64 and must be f32"},
        {"fbegin\n%9 = fnarrow.f64 %4\nquit\n", "type is f64 and must be f32"},
        {"fbegin\n%9 = fcmp %3, %4\nquit\n", "operand b is f64 and must be f32"},
        {"fbegin\n%9 = fcmp %1, %1\nquit\n", "operand a is i32 and must be f32 or f64"},
        {"fbegin\n%9 = ftoi %2\nquit\n", "operand a is i64 and must be f32 or f64"},
        {"branch.i32.eq %2, %2, arm 0\nquit\narm 0:\nquit\n", "operand a"},
        {"branch.f32.eq %3, %3, arm 0\nquit\narm 0:\nquit\n",
         "operand a is f32 and must be i32 or i64"},
        {"branch_flags.eq %1, arm 0\nquit\narm 0:\nquit\n", "operand a is i32 and must be flags"},
        {"jump %2\n", "operand a is i64 and must be i32"},
    };
    static const char *const accepted[] = {
        "%9 = setc.eq %2, %2\n%10 = get.f32 r\n%11 = get.i64 d\nset r, %9\nquit\n",
        "%9 = call three, %1, %1, %1\ncall poke, %9\n%10 = call none\nquit\n",
        "fbegin\n%9 = fwiden.f64 %3\n%10 = fnarrow.f32 %4\n%11 = ffromi.f64 %1\n"
        "%12 = ftoi %4\n%13 = fcmpe %4, %9\nquit\n",
        "%9 = load.64 %1, @0\nstore.64 %1, %9, @1\n%10 = load.s8 %1, @0\nstore.16 %1, %10, "
        "@1\nquit\n",
    };

    (void)state;
    check_refused(refused, ARRAY_LEN(refused));
    check_accepted(accepted, ARRAY_LEN(accepted));
}

/* ---- values ---- */

static void test_visibility(void **state)
{
    static const struct row refused[] = {
        {"branch_flags.eq %5, arm 0\n%9 = const.i32 1\nquit\narm 0:\nset r, %9\nquit\n",
         "operand a, %7, is not visible here"},
        {"branch_flags.eq %5, arm 0\nbranch_flags.ne %5, arm 1\nquit\narm 0:\n%9 = const.i32 "
         "1\nquit\n"
         "arm 1:\nset r, %9\nquit\n",
         "is not visible here"},
        {"branch_flags.eq %5, arm 0\nquit\narm 0:\n%9 = const.i32 1\nbranch_flags.ne %5, arm "
         "1\nquit\n"
         "arm 1:\nset r, %9\nquit\n",
         "is not visible here"},
        {"branch_flags.eq %5, arm 0\n%9 = const.i32 1\nquit\narm 0:\nbranch_flags.ne %5, arm "
         "1\nquit\n"
         "arm 1:\nset r, %9\nquit\n",
         "is not visible here"},
    };
    static const char *const accepted[] = {
        "%9 = const.i32 1\nbranch_flags.eq %5, arm 0\nset r, %9\nquit\narm 0:\nset r, %9\nquit\n",
        "%9 = const.i32 1\nbranch_flags.eq %5, arm 0\nquit\narm 0:\nbranch_flags.ne %5, arm "
        "1\nquit\n"
        "arm 1:\nset r, %9\nquit\n",
    };

    (void)state;
    check_refused(refused, ARRAY_LEN(refused));
    check_accepted(accepted, ARRAY_LEN(accepted));
}

/* ---- sections ---- */

static void test_sections(void **state)
{
    static const struct row refused[] = {
        {"set r, %1\n", "the section that begins at op 1 has no end"},
        {"branch_flags.eq %5, arm 0\narm 0:\nquit\n", "the section that begins at op 1 has no end"},
        {"branch_flags.eq %5, arm 0\nquit\narm 0:\nset r, %1\n", "begins at op 8 has no end"},
        {"quit\nset r, %1\n", "op 7 (set): it stands behind the end of its section"},
        {"quit\nquit\n", "behind the end"},
        {"quit\narm 0:\nquit\n", "arm 0 has no branch"},
        {"branch_flags.eq %5, arm 1\nquit\narm 0:\nquit\narm 1:\nquit\n", "arm 0 has no branch"},
        {"branch_flags.eq %5, arm 1\nquit\narm 0:\nquit\n", "there is no arm 1"},
        {"branch_flags.eq %5, arm 0\nbranch_flags.ne %5, arm 0\nquit\narm 0:\nquit\n",
         "arm 0 has a branch already"},
        {"branch_flags.eq %5, arm 0\nquit\narm 0:\nbranch_flags.eq %5, arm 0\nquit\n",
         "arm 0 is not behind the branch"},
        {"branch_flags.eq %5, arm 0\nquit\narm 0:\narm 1:\nquit\n", "does not begin in order"},
        {"branch_flags.eq %5, arm 0\nexit 0x100, link 0\narm 0:\nexit 0x200, link 0\n",
         "link 0 is used already"},
    };
    static const char *const accepted[] = {
        "quit\nnop 3\n",
        "exit 0x100, link 1\n", /* link 0 went with an arm that was dropped */
        ("nop\nbranch_flags.eq %5, arm 0\nnop\nexit 0x100, link 1\nnop\narm 0:\nnop\n"
         "exit 0x200, link 0\n"),
    };

    (void)state;
    check_refused(refused, ARRAY_LEN(refused));
    check_accepted(accepted, ARRAY_LEN(accepted));
}

/* ---- fields ---- */

static void test_fields(void **state)
{
    static const struct row refused[] = {
        {"step\nquit\n", "op 6 (step): an instruction is missing"},
        {"%9 = load.8 %1\nquit\n", "an instruction is missing"},
        {"store.8 %1, %1\nquit\n", "an instruction is missing"},
        {"move_bank limit, 64\nquit\n", "an instruction is missing"},
        {"step @2\nquit\n", "there is no instruction 2"},
        {"quit @200\n", "there is no instruction 200"},
        {"store.s8 %1, %1, @0\nquit\n", "is no size here"},
        {"%9 = aload.f32 %1, @0\nquit\n", "is no size here"},
        {"%9 = load.f32 %1, @0\nset r, %9\nquit\n", "must be i32"},
        {"move_bank limit, 0, @0\nquit\n", "it moves the bank by 0"},
        {"give_back %1, 0\nquit\n", "it gives back 0"},
        {"move_bank r, 64, @0\nquit\n", "slot r is not an i64 of env"},
        {"move_bank b.0, 64, @0\nquit\n", "slot b.0 is not an i64 of env"},
        {"fbegin\n%9 = fadd.f32 d, %3, %3, @0\nquit\n", "slot d has not the size of the result"},
        {"fbegin\n%9 = ftoi icc, %3, @0\nquit\n", "slot icc has not the size of the result"},
        {"%9 = fadd.f32 %3, %3\nquit\n", "there is no fbegin before it"},
        {"%9 = fcmp %3, %3\nfbegin\nquit\n", "there is no fbegin before it"},
        {"branch_flags.eq %5, arm 0\nfbegin\nquit\narm 0:\n%9 = ffromi.f32 %1\nquit\n",
         "there is no fbegin before it"},
    };
    static const char *const accepted[] = {
        "fbegin\nbranch_flags.eq %5, arm 0\nquit\narm 0:\n%9 = ffromi.f32 %1\nquit\n",
        "fbegin\n%9 = ftoi r, %3, @0\n%10 = fadd.f64 x, %4, %4, @1\nquit @1\n",
        "move_bank limit, -64, @0\nexit 0x100, link 0, @0\n",
    };

    (void)state;
    check_refused(refused, ARRAY_LEN(refused));
    check_accepted(accepted, ARRAY_LEN(accepted));
}

/* ---- what text cannot say ---- */

struct spoil {
    const char *message;
    void (*spoil)(struct ir_block *block);
};

/* Op 6 of the block is `%6 = add.i32 %1, %1`, 7 `set r, %6`, 8 load, 9 call poke, 10 quit. */
#define SPOIL(name, statement)                                                                     \
    static void name(struct ir_block *block)                                                       \
    {                                                                                              \
        statement;                                                                                 \
    }

SPOIL(no_ops, block->op_count = 1)
SPOIL(too_many_ops, block->op_count = IR_MAX_OPS + 1)
SPOIL(too_many_arms, block->arm_count = IR_MAX_ARMS + 1)
SPOIL(too_many_links, block->link_count = IR_MAX_LINKS + 1)
SPOIL(too_many_insns, block->insn_count = IR_MAX_INSNS + 1)
SPOIL(op_zero, block->ops[0].code = IR_QUIT)
SPOIL(arm_outside, (block->arm_count = 1, block->arms[0] = 11))
SPOIL(arm_at_start, (block->arm_count = 1, block->arms[0] = 1))
SPOIL(left_too_much, block->insns[1].refund = 3)
SPOIL(no_such_op, block->ops[6].code = IR_CODES)
SPOIL(no_operand, block->ops[6].b = 0)
SPOIL(operand_outside, block->ops[6].b = 5000)
SPOIL(operand_later, block->ops[6].b = 8)
SPOIL(operand_itself, block->ops[6].b = 6)
SPOIL(operand_without_result, block->ops[9].a = 7)
SPOIL(no_slot, block->ops[7].slot = 0)
SPOIL(slot_outside, block->ops[7].slot = SLOT_COUNT)
SPOIL(no_size, block->ops[8].cond = IR_SIZES)
SPOIL(size_and_type, block->ops[8].cond = IR_64)
SPOIL(no_helper, block->ops[9].imm = (int32_t)guest.helper_count)
SPOIL(helper_below, block->ops[9].imm = -1)
SPOIL(no_cond, (block->ops[6].code = IR_SETC, block->ops[6].cond = IR_CONDS))
SPOIL(fixed_type, (block->ops[6].code = IR_SEXT8, block->ops[6].type = IR_I64))
SPOIL(no_type, block->ops[6].type = 77)
SPOIL(set_type, block->ops[7].type = IR_F32)
SPOIL(call_type, block->ops[9].type = IR_I32)
SPOIL(link_outside, (block->ops[10].code = IR_EXIT, block->ops[10].c = 0))

static void test_spoilt(void **state)
{
    static const struct spoil rows[] = {
        {"cannot have 1 ops", no_ops},
        {"cannot have 4097 ops", too_many_ops},
        {"65 arms", too_many_arms},
        {"67 links", too_many_links},
        {"257 instructions", too_many_insns},
        {"op 0 is not a nop", op_zero},
        {"arm 0 does not begin in order: at op 11", arm_outside},
        {"arm 0 does not begin in order: at op 1", arm_at_start},
        {"instruction 1 leaves 3 of a charge of 2", left_too_much},
        {"op 6 (?): ", no_such_op},
        {"operand b is missing", no_operand},
        {"operand b is missing", operand_outside},
        {"operand b, %8, is not defined yet", operand_later},
        {"operand b, %6, is not defined yet", operand_itself},
        {"operand a, %7, has no result", operand_without_result},
        {"there is no slot 0", no_slot},
        {"there is no slot 8", slot_outside},
        {"8 is no size here", no_size},
        {"the type is i32 and must be i64", size_and_type},
        {"there is no helper 4", no_helper},
        {"there is no helper -1", helper_below},
        {"14 is no condition", no_cond},
        {"the type is i64 and must be i32", fixed_type},
        {"the type is no type and must be i32 or i64", no_type},
        {"the type is f32 and must be i32", set_type},
        {"the type is i32 and must be void", call_type},
        {"there is no link 0", link_outside},
    };
    char message[200];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ir_block *block = parse("%6 = add.i32 %1, %1\nset r, %6\n%8 = load.32 %1, @0\n"
                                       "call poke, %2\nquit\n");
        assert_true(ir_verify(block, message, sizeof message));
        rows[i].spoil(block);
        if (ir_verify(block, message, sizeof message)) {
            fail_msg("accepted: %s", rows[i].message);
        }
        if (strstr(message, rows[i].message) == NULL) {
            fail_msg("%s, not %s", message, rows[i].message);
        }
        free(block);
    }
}

/* A message that does not fit is cut. */
static void test_short_message(void **state)
{
    struct ir_block *block = parse("step\nquit\n");
    char message[8];

    (void)state;
    memset(message, 'x', sizeof message);
    assert_false(ir_verify(block, message, 4));
    assert_memory_equal(message, "op \0xxxx", 8);
    assert_false(ir_verify(block, message, 0));
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),    cmocka_unit_test(test_visibility),
        cmocka_unit_test(test_sections), cmocka_unit_test(test_fields),
        cmocka_unit_test(test_spoilt),   cmocka_unit_test(test_short_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
