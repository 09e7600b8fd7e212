// SPDX-License-Identifier: MIT
/*
 * Blocks as text: what is written can be read, and says the same; what cannot be read is refused with the
 * line.  Random blocks make the same round trip in tests/ir.
 */
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

static struct ir_block *new_block(void)
{
    struct ir_block *block = malloc(sizeof *block);

    assert_non_null(block);
    memset(block, 0xa5, sizeof *block);
    return block;
}

static char *dump(const struct ir_block *block)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    ir_dump(block, stream);
    fclose(stream);
    return text;
}

static void parse(struct ir_block *block, const char *text)
{
    char message[200];

    if (!ir_parse(block, &guest, text, message, sizeof message)) {
        fail_msg("%s", message);
    }
}

/* Just as ir_dump() writes it. */
static const char canonical[] = "block 0x40000000, charge 9, paged\n"
                                "insn 0: pc 0x40000000, npc 0x40000004, refund 8\n"
                                "insn 1: pc 0x40000004, npc 0x40000008, refund 0\n"
                                "    %1 = get.i32 r\n"
                                "    %2 = const.i32 0x12345678\n"
                                "    %3 = const.i32 -4096\n"
                                "    %4 = const.i64 -305419896\n"
                                "    nop\n"
                                "    %6 = add.i32 %1, %2\n"
                                "    set b.0, %4\n"
                                "    nop 2\n"
                                "    %10 = add_flags %1, %6\n"
                                "    set icc, %10\n"
                                "    move_bank limit, -64, @0\n"
                                "    %13 = load.s16 %1, @1\n"
                                "    store.64 %1, %4, @1\n"
                                "    fbegin\n"
                                "    %16 = get.f64 d\n"
                                "    %17 = fadd.f64 %16, %16\n"
                                "    %18 = fmul.f64 d, %17, %16, @0\n"
                                "    %19 = fcmp %17, %18\n"
                                "    %20 = call mix, %19, %4\n"
                                "    call poke, %4\n"
                                "    %22 = call three, %1, %2, %3\n"
                                "    %23 = call none\n"
                                "    %24 = setc.ltu %4, %22\n"
                                "    branch.i64.ge %4, %22, arm 0\n"
                                "    branch_flags.vs %10, arm 1\n"
                                "    step @1\n"
                                "    exit 0xfffffffc, link 1, @1\n"
                                "arm 0:\n"
                                "    nop\n"
                                "    jump %1, @0\n"
                                "    nop 3\n"
                                "arm 1:\n"
                                "    nop 2\n"
                                "    exit 0x10, link 0\n";

static void test_round_trip(void **state)
{
    struct ir_block *block = new_block();
    char message[200];

    (void)state;
    parse(block, canonical);
    char *text = dump(block);
    assert_string_equal(text, canonical);
    if (!ir_verify(block, message, sizeof message)) {
        fail_msg("%s", message);
    }
    free(text);
    free(block);
}

/* What the text means, field by field. */
static void test_fields(void **state)
{
    struct ir_block *block = new_block();

    (void)state;
    parse(block, canonical);
    assert_int_equal(block->pc, 0x40000000);
    assert_int_equal(block->charge, 9);
    assert_true(block->paged);
    assert_int_equal(block->insn_count, 2);
    assert_int_equal(block->insns[1].npc, 0x40000008);
    assert_int_equal(block->arm_count, 2);
    assert_int_equal(block->arms[0], 29);
    assert_int_equal(block->arms[1], 34);
    assert_int_equal(block->link_count, 2);
    assert_int_equal(block->op_count, 37);
    assert_int_equal(block->ops[3].imm, -4096);
    assert_int_equal(block->ops[4].type, IR_I64);
    assert_int_equal(block->ops[4].imm, -305419896);
    assert_int_equal(block->ops[7].slot, SLOT_B);
    assert_int_equal(block->ops[12].imm, -64);
    assert_int_equal(block->ops[12].insn, 0);
    assert_int_equal(block->ops[13].cond, IR_S16);
    assert_int_equal(block->ops[17].insn, IR_NONE);
    assert_int_equal(block->ops[18].slot, SLOT_D);
    assert_int_equal(block->ops[21].type, IR_VOID);
    assert_int_equal(block->ops[22].c, 3);
    assert_int_equal(block->ops[25].cond, IR_GE);
    assert_int_equal(block->ops[28].imm, -4);
    assert_int_equal(block->ops[28].c, 1);
    assert_int_equal(block->ops[36].insn, IR_NONE);
    free(block);
}

/* Numbers of values are names; blanks, comments and empty lines do not count. */
static void test_free_form(void **state)
{
    struct ir_block *block = new_block();

    (void)state;
    parse(block, "; a comment\n\n  block 0x10 ,charge 0x2,linear;c\r\n"
                 "%100=get.i32 r\n\t%7 =  add.i32 %100,%100 ; twice\nset r , %7\nnop 0\nquit");
    char *text = dump(block);
    assert_string_equal(text, "block 0x00000010, charge 2, linear\n    %1 = get.i32 r\n"
                              "    %2 = add.i32 %1, %1\n    set r, %2\n    quit\n");
    free(text);
    parse(block, "");
    assert_int_equal(block->op_count, 1);
    free(block);
}

struct row {
    const char *text;
    const char *message;
};

static void test_refusals(void **state)
{
    static const struct row rows[] = {
        {"frob %1\n", "line 1: there is no op \"frob\""},
        {"\n\nfrob\n", "line 3: there is no op \"frob\""},
        {"= 5\n", "line 1: an op is missing"},
        {"%1 add\n", "'=' is missing"},
        {"%0 = get.i32 r\n", "%0 names no value"},
        {"%5000 = get.i32 r\n", "5000 is not in 0..4095"},
        {"%1 = get.i32 r\n%1 = get.i32 r\n", "line 2: %1 is defined already"},
        {"get.i32 r\n", "the result has no name"},
        {"%1 = quit\n", "there is no result"},
        {"%1 = nop\n", "there is no result"},
        {"%1 = get r\n", "\"\" is no type, condition or size of this op"},
        {"%1 = get.i33 r\n", "\"i33\" is no type"},
        {"%1 = get.i32.eq r\n", "\".eq\" is too much"},
        {"%1 = setc %1, %1\n", "is no type, condition"},
        {"%1 = setc.xx %1, %1\n", "\"xx\" is no type, condition"},
        {"%1 = load.s32 %1\n", "\"s32\" is no type, condition or size"},
        {"%1 = get.i32 nowhere\n", "there is no slot \"nowhere\""},
        {"%1 = get.i32\n", "a slot is missing"},
        {"set r, 5\n", "'%' is missing"},
        {"set r, %9\n", "%9 is not defined"},
        {"%1 = not.i32 %1\n", "%1 is not defined"},
        {"set r %1\n", "',' is missing"},
        {"%1 = get.i32 r, %1\n", "\", %1\" is too much"},
        {"%1 = call nobody\n", "there is no helper \"nobody\""},
        {"%1 = call three\n", "',' is missing"},
        {"%1 = const.i32\n", "a number is missing"},
        {"%1 = const.i32 0x\n", "a number is missing"},
        {"%1 = const.i32 x\n", "a number is missing"},
        {"%1 = const.i32 4294967296\n", "a number has more than 32 bits"},
        {"%1 = const.i32 0x100000000\n", "a number has more than 32 bits"},
        {"%1 = const.i32 -2147483649\n", "is not in -2147483648..4294967295"},
        {"exit 0x10, 3\n", "\"3\" stands where \"link\" must"},
        {"exit 0x10, link 66\n", "66 is not in 0..65"},
        {"%1 = get.flags icc\nbranch_flags.eq %1, arm 64\n", "line 2: 64 is not in 0..63"},
        {"%1 = get.f32 f\n%2 = fmul.f32 %1, %1, @0\n", "line 2: an instruction, but no slot"},
        {"step @256\n", "256 is not in 0..255"},
        {"step 3\n", "'@' is missing"},
        {"quit %1\n", "'@' is missing"},
        {"arm 1:\n", "arms are numbered from 0"},
        {"arm 0\n", "':' is missing"},
        {"arm 0: quit\n", "\"quit\" is too much"},
        {"insn 1: pc 0, npc 0, refund 0\n", "instructions are numbered from 0"},
        {"insn 0: pc 0, npc 0, refund 65536\n", "at most 65535 is left"},
        {"insn 0: pc 0, npc 0\n", "',' is missing"},
        {"block 1, charge 2, sideways\n", "\"sideways\" is neither linear nor paged"},
        {"block 1, charge -2, linear\n", "-2 is not in 0..4294967295"},
        {"block 1 charge 2\n", "',' is missing"},
        {"nop 5000\n", "5000 is not in 0..4095"},
        {"nop 4095\nnop\n", "line 2: the block has too many ops"},
        {"nop 4095\narm 0:\n", "line 2: the block has too many ops"},
        {"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\n", "an op is too long"},
        {"\001\n", "an op is missing"},
    };
    struct ir_block *block = new_block();
    char message[200];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (ir_parse(block, &guest, rows[i].text, message, sizeof message)) {
            fail_msg("accepted: \"%s\"", rows[i].text);
        }
        if (strstr(message, rows[i].message) == NULL) {
            fail_msg("\"%s\": %s, not %s", rows[i].text, message, rows[i].message);
        }
    }
    assert_false(ir_parse(block, &guest, "frob\n", message, 0));
    free(block);
}

/* As many as there may be of everything; one more is refused. */
static void test_limits(void **state)
{
    struct ir_block *block = new_block();
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    char message[200];

    (void)state;
    for (unsigned i = 0; i < IR_MAX_INSNS; i++) {
        fprintf(stream, "insn %u: pc 0, npc 4, refund 0\n", i);
    }
    for (unsigned i = 0; i < IR_MAX_ARMS; i++) {
        fprintf(stream, "arm %u:\nexit 0, link %u\n", i, i);
    }
    fflush(stream);
    parse(block, text);
    assert_int_equal(block->insn_count, IR_MAX_INSNS);
    assert_int_equal(block->arm_count, IR_MAX_ARMS);
    fprintf(stream, "arm 64:\n");
    fflush(stream);
    assert_false(ir_parse(block, &guest, text, message, sizeof message));
    assert_non_null(strstr(message, "arms are numbered from 0 to 63"));
    fclose(stream);
    free(text);
    free(block);
}

/* A block that ir_verify() would refuse can be written all the same. */
static void test_invalid(void **state)
{
    struct ir_block *block = new_block();

    (void)state;
    ir_begin(block, &guest, 0);
    for (unsigned code = 0; code < 256; code++) {
        ir_add_op(block, (struct ir_op){.code = (uint8_t)code,
                                        .type = 99,
                                        .cond = 99,
                                        .slot = 99,
                                        .a = 9999,
                                        .b = 9999,
                                        .c = 9999,
                                        .imm = -1,
                                        .insn = 777});
    }
    char *text = dump(block);
    assert_non_null(strstr(text, "= load.? %9999, @777\n"));
    assert_non_null(strstr(text, "call ?\n"));
    assert_non_null(strstr(text, "set ?, %9999\n"));
    assert_non_null(strstr(text, "= get.? ?\n"));
    assert_non_null(strstr(text, "branch.?.? %9999, %9999, arm -1\n"));
    assert_non_null(strstr(text, "    ? 255\n"));
    free(text);
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_fields),
        cmocka_unit_test(test_free_form),  cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
