// SPDX-License-Identifier: MIT
/* The IR's table and the building of blocks. */
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

static struct ir_block *make_block(void)
{
    struct ir_block *block = malloc(sizeof *block);

    assert_non_null(block);
    memset(block, 0xa5, sizeof *block);
    ir_begin(block, &guest, 0x1000);
    return block;
}

/* ---- the table ---- */

static bool has_letter(const struct ir_row *row, char letter)
{
    return strchr(row->operands, letter) != NULL;
}

/* Columns that say something of each other. */
static void check_flags(const struct ir_row *row)
{
    unsigned effects = IR_F_LEAVES | IR_F_WRITES | IR_F_END | IR_F_BRANCHES | IR_F_HOST_FP;

    assert_false(row->flags & IR_F_PURE && row->flags & effects);
    assert_int_equal((row->flags & IR_F_BRANCHES) != 0, has_letter(row, 'A'));
    assert_true(!(row->flags & IR_F_ACCESS) || (row->flags & IR_F_SIZED && has_letter(row, 'K')));
    assert_true(!(row->flags & IR_F_SIZED) || has_letter(row, 'z'));
    assert_true(!(row->flags & IR_F_SPECIAL) || (has_letter(row, 'S') && has_letter(row, 'k')));
    assert_true(row->flags & IR_F_SPECIAL || !(row->flags & (IR_F_ROUNDS | IR_F_RANGE)));
    assert_true(!(row->flags & IR_F_COMMUTES) || row->operands[0] == row->operands[1]);
}

static void test_rows(void **state)
{
    (void)state;
    for (unsigned code = 0; code < IR_CODES; code++) {
        const struct ir_row *row = &ir_rows[code];
        assert_in_range(strlen(row->name), 1, sizeof row->name - 1);
        assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                         strlen(row->name));
        assert_int_equal(strlen(row->result), 1);
        assert_non_null(strchr("-ilTFfdg*", row->result[0]));
        assert_int_equal(strspn(row->operands, "ilTFfdgs*w"), row->operand_count);
        assert_int_equal(strspn(row->operands + row->operand_count, "nzSkK#AL"),
                         strlen(row->operands) - row->operand_count);
        check_flags(row);
        for (unsigned other = 0; other < code; other++) {
            assert_string_not_equal(row->name, ir_rows[other].name);
        }
        /* what has no result and no effect is of no use */
        assert_true(code == IR_NOP || row->result[0] != '-' || !(row->flags & IR_F_PURE));
    }
    assert_string_equal(ir_rows[IR_FNARROW].name, "fnarrow");
    assert_string_equal(ir_rows[IR_SEXT16].name, "sext16");
    assert_int_equal(ir_rows[IR_SELECT].operand_count, 3);
    assert_int_equal(ir_rows[IR_EXIT].operand_count, 0);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(ir_type_names[IR_VOID], "void");
    assert_string_equal(ir_type_names[IR_FLAGS], "flags");
    assert_string_equal(ir_cond_names[IR_GTU], "gtu");
    assert_string_equal(ir_cond_names[IR_VC], "vc");
    assert_string_equal(ir_size_names[IR_S16], "s16");
    assert_string_equal(ir_size_names[IR_REAL_64], "f64");
}

static void test_op_flags(void **state)
{
    struct ir_block *block = make_block();
    struct ir_op op = {.code = IR_CALL, .imm = 0};

    (void)state;
    assert_int_equal(ir_op_flags(block, &op), IR_F_PURE);
    op.imm = 1;
    assert_int_equal(ir_op_flags(block, &op), IR_F_LEAVES | IR_F_WRITES);
    op.code = IR_SUB;
    assert_int_equal(ir_op_flags(block, &op), IR_F_PURE);
    op.code = IR_EXIT;
    assert_int_equal(ir_op_flags(block, &op), IR_F_END);
    op.code = IR_GET;
    assert_int_equal(ir_op_flags(block, &op), IR_F_READS);
    free(block);
}

/* ---- conditions ---- */

static bool expected(enum ir_cond cond, int64_t a, int64_t b, unsigned width)
{
    uint64_t x = width == 64 ? (uint64_t)a : (uint32_t)a;
    uint64_t y = width == 64 ? (uint64_t)b : (uint32_t)b;
    uint64_t difference = (uint64_t)a - (uint64_t)b;
    int64_t sign = width == 64 ? (int64_t)difference : (int32_t)difference;
    const bool all[IR_CONDS] = {
        [IR_EQ] = a == b,
        [IR_NE] = a != b,
        [IR_LT] = a<b, [IR_GE] = a >= b, [IR_LE] = a <= b, [IR_GT] = a> b,
        [IR_LTU] = x<y, [IR_GEU] = x >= y, [IR_LEU] = x <= y, [IR_GTU] = x> y,
        [IR_MI] = sign < 0,
        [IR_PL] = sign >= 0,
        [IR_VS] = (sign < 0) != (a < b),
        [IR_VC] = (sign < 0) == (a < b),
    };

    return all[cond];
}

static void test_conditions(void **state)
{
    static const int64_t narrow[] = {0, 1, -1, INT32_MAX, INT32_MIN, 5};
    static const int64_t wide[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT32_MIN};

    (void)state;
    for (unsigned i = 0; i < 36 * IR_CONDS; i++) {
        enum ir_cond cond = (enum ir_cond)(i / 36);
        int64_t a = narrow[i / 6 % 6];
        int64_t b = narrow[i % 6];
        assert_int_equal(ir_cond_holds(cond, (uint64_t)a, (uint64_t)b, 32),
                         expected(cond, a, b, 32));
        /* what is above bit 31 does not count */
        assert_int_equal(ir_cond_holds(cond, (uint32_t)a, (uint64_t)b, 32),
                         expected(cond, a, b, 32));
        a = wide[i / 6 % 6];
        b = wide[i % 6];
        assert_int_equal(ir_cond_holds(cond, (uint64_t)a, (uint64_t)b, 64),
                         expected(cond, a, b, 64));
    }
}

static void test_swap_and_invert(void **state)
{
    static const int64_t edges[] = {0, 1, -1, INT32_MAX, INT32_MIN, 5};

    (void)state;
    for (unsigned i = 0; i < 36 * IR_CONDS; i++) {
        enum ir_cond cond = (enum ir_cond)(i / 36);
        enum ir_cond swapped = ir_cond_swap(cond);
        uint64_t a = (uint64_t)edges[i / 6 % 6];
        uint64_t b = (uint64_t)edges[i % 6];
        assert_int_not_equal(ir_cond_holds(cond, a, b, 32),
                             ir_cond_holds(ir_cond_invert(cond), a, b, 32));
        assert_int_equal(swapped == IR_CONDS, cond >= IR_MI);
        if (swapped != IR_CONDS) {
            assert_int_equal(ir_cond_holds(cond, a, b, 32), ir_cond_holds(swapped, b, a, 32));
        }
    }
}

/* ---- building ---- */

static void test_building(void **state)
{
    struct ir_block *block = make_block();
    char message[200];

    (void)state;
    assert_int_equal(block->op_count, 1);
    assert_int_equal(block->ops[0].code, IR_NOP);
    block->charge = 2;
    unsigned insn = ir_insn(block, 0x1000, 0x1004);
    assert_int_equal(insn, 0);
    assert_int_equal(block->insns[0].npc, 0x1004);
    assert_int_equal(block->insns[0].refund, 0);
    ir_ref a = ir_get(block, SLOT_R);
    ir_ref b = ir_const(block, IR_I32, -7);
    ir_ref sum = ir_binary(block, IR_ADD, IR_I32, a, b);
    ir_ref wide = ir_unary(block, IR_SEXT32, IR_I64, sum);
    ir_set(block, SLOT_X, wide);
    unsigned arm = ir_new_arm(block);
    ir_add_op(block, (struct ir_op){.code = IR_BRANCH,
                                    .type = IR_I32,
                                    .cond = IR_LT,
                                    .a = a,
                                    .b = b,
                                    .imm = (int32_t)arm,
                                    .insn = IR_NONE});
    ir_exit(block, 0x2000, insn);
    ir_begin_arm(block, arm);
    ir_exit(block, 0x3000, IR_NONE);
    if (!ir_verify(block, message, sizeof message)) {
        fail_msg("%s", message);
    }
    assert_int_equal(block->ops[a].type, IR_I32);
    assert_int_equal(block->ops[5].type, IR_I64);
    assert_int_equal(block->arms[0], 8);
    assert_int_equal(block->link_count, 2);
    assert_int_equal(block->ops[7].c, 0);
    assert_int_equal(block->ops[8].c, 1);
    assert_int_equal(block->ops[8].imm, 0x3000);
    free(block);
}

/* A block is called full while an instruction still fits; then it swallows ops. */
static void test_full(void **state)
{
    struct ir_block *block = make_block();

    (void)state;
    while (!ir_is_full(block)) {
        assert_int_not_equal(ir_const(block, IR_I32, 1), 0);
    }
    for (unsigned i = 0; i < IR_ROOM - 1; i++) {
        assert_int_not_equal(ir_const(block, IR_I32, 1), 0);
    }
    assert_int_equal(block->op_count, IR_MAX_OPS);
    assert_int_equal(ir_const(block, IR_I32, 1), 0);
    ir_set(block, SLOT_R, 1);
    assert_int_equal(block->op_count, IR_MAX_OPS);
    free(block);
}

static void test_full_of_others(void **state)
{
    struct ir_block *block = make_block();

    (void)state;
    while (!ir_is_full(block)) {
        ir_insn(block, 0, 4);
    }
    assert_in_range(block->insn_count, IR_MAX_INSNS - 8, IR_MAX_INSNS - 2);
    ir_begin(block, &guest, 0);
    assert_false(ir_is_full(block));
    while (!ir_is_full(block)) {
        ir_new_arm(block);
    }
    assert_in_range(block->arm_count, IR_MAX_ARMS - 8, IR_MAX_ARMS - 2);
    ir_begin(block, &guest, 0);
    while (!ir_is_full(block)) {
        ir_exit(block, 0, IR_NONE);
    }
    assert_in_range(block->link_count, IR_MAX_LINKS - 8, IR_MAX_LINKS - 2);
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_op_flags),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_swap_and_invert),
        cmocka_unit_test(test_building),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_full_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
