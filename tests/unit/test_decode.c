// SPDX-License-Identifier: MIT
/* Decoding: rows, operands, immediates, reserved fields; the disassembler's bounds.  Its text as
 * such is compared with objdump by tests/harness/check_disassembly.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sparc/decode.h"

/* ---- building words, from the manual's formats ---- */

static uint32_t arith(unsigned op3, unsigned rd, unsigned rs1, uint32_t low14)
{
    return 2u << 30 | rd << 25 | op3 << 19 | rs1 << 14 | low14;
}

static uint32_t mem(unsigned op3, unsigned rd, unsigned rs1, uint32_t low14)
{
    return 3u << 30 | rd << 25 | op3 << 19 | rs1 << 14 | low14;
}

static uint32_t immediate(int value)
{
    return 1u << 13 | ((uint32_t)value & 0x1fff);
}

static struct insn decode(uint32_t word)
{
    struct insn f;
    memset(&f, 0xa5, sizeof f);
    insn_decode(word, &f);
    assert_int_equal(f.word, word);
    assert_int_equal(f.row, insn_find(word));
    assert_int_equal(f.cycles, insn_rows[f.row].cycles);
    return f;
}

static const struct {
    unsigned space;
    unsigned code;
} places[INSN_COUNT] = {
#define INSN(name, space, code, ...) [INSN_##name] = {SPACE_##space, code},
#include "sparc/insns.def"
};

/* A word of the row, with `rest` in the fields that do not select it. */
static uint32_t word_of(unsigned row, uint32_t rest)
{
    unsigned code = places[row].code;
    switch (places[row].space) {
    case SPACE_OP1:
        return 1u << 30 | (rest & 0x3fffffff);
    case SPACE_OP2:
        return code << 22 | (rest & 0x3e3fffff);
    case SPACE_ARITH:
        return arith(code, 0, 0, 0) | (rest & 0x3e07ffff);
    case SPACE_MEM:
        return mem(code, 0, 0, 0) | (rest & 0x3e07ffff);
    case SPACE_FP1:
        return arith(0x34, 0, 0, code << 5) | (rest & 0x3e07c01f);
    case SPACE_FP2:
        return arith(0x35, 0, 0, code << 5) | (rest & 0x3e07c01f);
    case SPACE_RDY:
        return arith(0x28, 0, code, 0) | (rest & 0x3e003fff);
    case SPACE_WRY:
        return arith(0x30, code, 0, 0) | (rest & 0x0007ffff);
    default:
        fail();
        return 0;
    }
}

/* ---- rows ---- */

static void test_every_row_is_reached(void **state)
{
    (void)state;
    for (unsigned row = 0; row < INSN_COUNT; row++) {
        uint32_t rest = 0;
        /* These two are rows for what the others leave; these three have neighbours by rd or rs1.
         */
        if (row == INSN_FPOP || row == INSN_ILLEGAL || row == INSN_STBAR || row == INSN_RDASR ||
            row == INSN_WRASR) {
            continue;
        }
        for (unsigned i = 0; i < 1000; i++) {
            assert_int_equal(insn_find(word_of(row, rest)), row);
            rest = rest * 1664525 + 1013904223;
        }
    }
}

/* The rows are slots: were two to claim one, their order would decide. */
static void test_no_two_rows_share_a_slot(void **state)
{
    (void)state;
    for (unsigned a = 0; a < INSN_COUNT; a++) {
        for (unsigned b = a + 1; b < INSN_COUNT; b++) {
            assert_false(places[a].space == places[b].space && places[a].code == places[b].code);
        }
    }
}

/* Appendix F: how many codes of each space are instructions. */
static void test_empty_slots_are_illegal(void **state)
{
    unsigned legal = 0;
    (void)state;
    for (unsigned op2 = 0; op2 < 8; op2++) {
        legal += insn_find(op2 << 22) != INSN_ILLEGAL;
    }
    assert_int_equal(legal, 5);
    legal = 0;
    for (unsigned op3 = 0; op3 < 64; op3++) {
        legal += insn_find(arith(op3, 1, 1, 0)) != INSN_ILLEGAL;
    }
    /* 36 integer, 4 + 4 state registers, 2 FPop, 2 CPop, 6 control, 2 MAC */
    assert_int_equal(legal, 36 + 8 + 4 + 6 + 2);
    legal = 0;
    for (unsigned op3 = 0; op3 < 64; op3++) {
        legal += insn_find(mem(op3, 1, 1, 0)) != INSN_ILLEGAL;
    }
    /* 12 integer, the same in alternate spaces, 7 FPU, 7 coprocessor, CASA */
    assert_int_equal(legal, 12 + 12 + 7 + 7 + 1);
    legal = 0;
    for (unsigned opf = 0; opf < 512; opf++) {
        legal += insn_find(arith(0x34, 0, 0, opf << 5)) != INSN_FPOP;
        legal += insn_find(arith(0x35, 0, 0, opf << 5)) != INSN_FPOP;
    }
    assert_int_equal(legal, 32 + 6);
}

static void test_rows_are_filled_in(void **state)
{
    (void)state;
    for (unsigned row = 0; row < INSN_COUNT; row++) {
        assert_non_null(insn_rows[row].name);
        assert_true(insn_rows[row].cycles > 0);
        assert_true(strlen(insn_rows[row].manual) > 0);
        assert_true(strlen(insn_rows[row].syntax) > 0);
    }
    assert_string_equal(insn_rows[INSN_UMULCC].name, "UMULCC");
    assert_true(insn_rows[INSN_LDDA].flags == (INSN_F_LOADS | INSN_F_PRIV | INSN_F_EVEN_RD));
}

/* B.28, B.30: op3 0x28 is RDY, STBAR or RDASR by rs1 and rd. */
static void test_read_state_registers(void **state)
{
    (void)state;
    for (unsigned rs1 = 0; rs1 < 32; rs1++) {
        for (unsigned rd = 0; rd < 32; rd++) {
            enum insn_id expected = rs1 == 0               ? INSN_RDY
                                    : rs1 == 15 && rd == 0 ? INSN_STBAR
                                                           : INSN_RDASR;
            struct insn f = decode(arith(0x28, rd, rs1, 0));
            assert_int_equal(f.row, expected);
            assert_int_equal(f.rs1, rs1);
            assert_int_equal(decode(arith(0x28, rd, rs1, 0x3fff)).row, expected);
        }
    }
}

static void test_write_state_registers(void **state)
{
    (void)state;
    for (unsigned rd = 0; rd < 32; rd++) {
        struct insn f = decode(arith(0x30, rd, 1, immediate(-5)));
        assert_int_equal(f.row, rd == 0 ? INSN_WRY : INSN_WRASR);
        assert_int_equal(f.rd, rd);
        assert_int_equal(f.imm, -5);
        /* rd is no part of WRPSR's code: LEON3 reads it as the sign of a partial write */
        assert_int_equal(insn_find(arith(0x31, rd, 1, 2)), INSN_WRPSR);
    }
}

/* ---- operands ---- */

static void test_registers_are_banked(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 32; n++) {
        struct insn f = decode(arith(0x00, n, n, n));
        assert_int_equal(f.bank1, n >= 8);
        assert_int_equal(f.reg1, n >= 8 ? n - 8 : n);
        assert_int_equal(f.bank2, f.bank1);
        assert_int_equal(f.reg2, f.reg1);
        assert_int_equal(f.bankd, f.bank1);
        assert_int_equal(f.regd, n == 0 ? 8 : f.reg1);
        assert_int_equal(f.rd, n);
        assert_int_equal(f.rs1, n);
        assert_int_equal(f.rs2, n);
        assert_int_equal(f.imm, 0);
    }
}

static void check_immediate(uint32_t word, int32_t expected)
{
    struct insn f = decode(word);
    assert_int_equal(f.imm, expected);
    assert_int_equal(f.bank2, 0);
    assert_int_equal(f.reg2, 0);
}

static void test_simm13(void **state)
{
    static const int32_t values[] = {0, 1, -1, 42, 4095, -4096};
    (void)state;
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        check_immediate(arith(0x00, 1, 2, immediate(values[i])), values[i]); /* add */
        check_immediate(arith(0x38, 1, 2, immediate(values[i])), values[i]); /* jmpl */
        check_immediate(arith(0x39, 0, 2, immediate(values[i])), values[i]); /* rett */
        check_immediate(arith(0x3b, 0, 2, immediate(values[i])), values[i]); /* flush */
        check_immediate(arith(0x3c, 1, 2, immediate(values[i])), values[i]); /* save */
        check_immediate(mem(0x00, 1, 2, immediate(values[i])), values[i]);   /* ld */
        check_immediate(mem(0x0f, 1, 2, immediate(values[i])), values[i]);   /* swap */
        check_immediate(mem(0x20, 1, 2, immediate(values[i])), values[i]);   /* ldf */
        check_immediate(mem(0x21, 0, 2, immediate(values[i])), values[i]);   /* ldfsr */
        check_immediate(mem(0x37, 1, 2, immediate(values[i])), values[i]);   /* stdc */
    }
}

/* Where bit 13 is no immediate bit, it must not be taken for one. */
static void test_bit_13_elsewhere(void **state)
{
    struct insn f;
    (void)state;
    f = decode(arith(0x36, 1, 2, 0x2000 | 9)); /* cpop1: part of the opcode */
    assert_int_equal(f.imm, 0);
    assert_int_equal(f.bank2, 1);
    assert_int_equal(f.reg2, 1);
    f = decode(mem(0x10, 1, 2, 0x2000 | 9)); /* lda: illegal, but rs2 nonetheless */
    assert_int_equal(f.imm, 0);
    assert_int_equal(f.rs2, 9);
    f = decode(arith(0x34, 1, 2, 0x2000 | 0x001 << 5 | 9)); /* opf has nine bits */
    assert_int_equal(f.row, INSN_FPOP);
}

static void test_shift_count(void **state)
{
    (void)state;
    for (unsigned count = 0; count < 32; count++) {
        struct insn f = decode(arith(0x25, 1, 2, 0x2000 | count));
        assert_int_equal((unsigned)f.imm & 31, count);
        assert_int_equal(f.reg2, 0);
    }
}

static void test_sethi(void **state)
{
    struct insn f;
    (void)state;
    f = decode(1u << 25 | 4u << 22 | 0x3fffff);
    assert_int_equal(f.row, INSN_SETHI);
    assert_int_equal((uint32_t)f.imm, 0xfffffc00);
    assert_int_equal(f.regd, 1);
    f = decode(0x01000000);
    assert_int_equal(f.imm, 0);
    assert_int_equal(f.regd, 8);
}

static void test_branches(void **state)
{
    static const struct {
        unsigned op2;
        enum insn_id row;
    } kinds[] = {{2, INSN_BICC}, {6, INSN_FBFCC}, {7, INSN_CBCCC}};
    (void)state;
    for (unsigned k = 0; k < 3; k++) {
        for (unsigned top = 0; top < 32; top++) {
            struct insn f = decode(top << 25 | kinds[k].op2 << 22 | 0x200000);
            assert_int_equal(f.row, kinds[k].row);
            assert_int_equal(f.imm, -0x800000);
            assert_int_equal(f.condition, top & 15);
            assert_int_equal(f.annul, top >> 4);
            assert_int_equal(decode(top << 25 | kinds[k].op2 << 22 | 0x1fffff).imm, 0x7ffffc);
        }
    }
}

static void test_call(void **state)
{
    (void)state;
    assert_int_equal(decode(0x40000001).imm, 4);
    assert_int_equal(decode(0x7fffffff).imm, -4);
    assert_int_equal((uint32_t)decode(0x60000000).imm, 0x80000000);
}

/* B.27: bit 29 is reserved, seven bits of the sum count. */
static void test_ticc(void **state)
{
    (void)state;
    for (unsigned condition = 0; condition < 16; condition++) {
        struct insn f = decode(arith(0x3a, condition | 16, 3, 0x2000 | 0x55));
        assert_int_equal(f.row, INSN_TICC);
        assert_int_equal(f.condition, condition);
        assert_int_equal(f.imm & 0x7f, 0x55);
        assert_int_equal(f.reg1, 3);
        assert_int_equal(f.reg2, 0);
    }
}

static void test_asi(void **state)
{
    (void)state;
    for (unsigned asi = 0; asi < 256; asi++) {
        assert_int_equal(decode(mem(0x10, 1, 2, asi << 5 | 3)).asi, asi);
        assert_int_equal(decode(mem(0x14, 1, 2, asi << 5 | 3)).asi, asi);
        assert_int_equal(decode(mem(0x3c, 1, 2, asi << 5 | 3)).asi, asi);
    }
}

/* A result for %g0 goes to register 8 of bank 0; a store of %g0 reads the real one. */
static void test_sink(void **state)
{
    static const uint8_t stores[] = {0x04, 0x05, 0x06, 0x07, 0x0f, 0x14, 0x15, 0x16, 0x17, 0x1f};
    (void)state;
    for (unsigned op3 = 0; op3 < 64; op3++) {
        struct insn f = decode(arith(op3, 0, 1, 2));
        assert_int_equal(f.bankd, 0);
        assert_int_equal(f.regd, 8);
    }
    for (unsigned i = 0; i < sizeof stores; i++) {
        assert_int_equal(decode(mem(stores[i], 0, 1, 2)).regd, 0);
    }
    for (unsigned op3 = 0; op3 < 4; op3++) {
        assert_int_equal(decode(mem(op3, 0, 1, 2)).regd, 8);
        assert_int_equal(decode(mem(op3 + 0x10, 0, 1, 2)).regd, 8);
    }
    assert_int_equal(decode(mem(0x0d, 0, 1, 2)).regd, 8);
}

/* Reserved and unused fields, ADR 4: same row, same operands. */
static void check_reserved(uint32_t word, uint32_t reserved)
{
    struct insn clean = decode(word);
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        if (reserved & bit) {
            struct insn f = decode(word | bit);
            assert_int_equal(f.row, clean.row);
            assert_int_equal(f.imm, clean.imm);
            assert_int_equal(f.reg1, clean.reg1);
            assert_int_equal(f.reg2, clean.reg2);
        }
    }
}

static void test_reserved_fields(void **state)
{
    const uint32_t rd = 0x1fu << 25;
    const uint32_t beside = 0xff << 5;
    (void)state;
    check_reserved(arith(0x00, 1, 2, 3), beside);
    check_reserved(arith(0x25, 1, 2, 3), beside);
    check_reserved(mem(0x00, 1, 2, 3), beside);
    check_reserved(mem(0x21, 0, 2, 3), rd | beside);
    check_reserved(arith(0x39, 0, 2, 3), rd | beside);
    check_reserved(arith(0x3b, 0, 2, 3), rd | beside);
    check_reserved(arith(0x32, 0, 2, 3), rd | beside);
    check_reserved(arith(0x28, 1, 17, 0), 0x1fff & ~0x1fu);
    check_reserved(arith(0x35, 0, 2, 0x51 << 5 | 3), rd);
    check_reserved(0x00000000, rd); /* UNIMP */
}

/* ---- disassembly ---- */

static void check_text(uint32_t word, const char *expected)
{
    char text[80];
    insn_disassemble(word, 0x40001000, text, sizeof text);
    assert_string_equal(text, expected);
}

static void test_text(void **state)
{
    (void)state;
    check_text(0x01000000, "nop");
    check_text(0x00000000, "unimp 0x0");
    check_text(0x81c7e008, "ret");
    check_text(0x81c3e008, "retl");
    check_text(0x9fc04000, "call %g1");
    check_text(0x81c06004, "jmp %g1 + 4");
    check_text(0x7fffffff, "call 0x40000ffc");
    check_text(0x10800003, "b 0x4000100c");
    check_text(0x32bfffff, "bne,a 0x40000ffc");
    check_text(0x9de3bfa0, "save %sp, -96, %sp");
    check_text(0x81e80000, "restore");
    check_text(0x82102005, "mov 5, %g1");
    check_text(0x80a06010, "cmp %g1, 0x10");
    check_text(0x90100000, "clr %o0");
    check_text(0x91d02000, "ta 0");
    check_text(0x03100000, "sethi %hi(0x40000000), %g1");
    check_text(0xc4006004, "ld [ %g1 + 4 ], %g2");
    check_text(0xc4804380, "lda [ %g1 ] 0x1c, %g2");
    check_text(0xc480601c, ".word 0xc480601c");
    check_text(0xc5e04143, "casa [ %g1 ] 0xa, %g3, %g2");
    check_text(0x83444000, "rd %asr17, %g1");
    check_text(0xa7800000, "wr %g0, %asr19");
    check_text(0x8143c000, "stbar");
    check_text(0xffffffff, ".word 0xffffffff");
}

static void check_sizes(uint32_t word)
{
    char whole[80];
    char text[96];
    unsigned length;

    insn_disassemble(word, 0xfffffffc, whole, sizeof whole);
    length = (unsigned)strlen(whole);
    /* What users reserve for a line is enough. */
    assert_true(length > 0 && length < 64);
    for (unsigned size = 0; size <= length + 2; size++) {
        memset(text, '#', sizeof text);
        insn_disassemble(word, 0xfffffffc, text, size);
        if (size > 0) {
            unsigned kept = length < size - 1 ? length : size - 1;
            assert_int_equal(strlen(text), kept);
            assert_memory_equal(text, whole, kept);
        }
        for (unsigned i = size; i < sizeof text; i++) {
            assert_int_equal(text[i], '#');
        }
    }
}

static void test_text_is_bounded(void **state)
{
    uint32_t word = 1;
    (void)state;
    for (unsigned row = 0; row < INSN_ILLEGAL; row++) {
        if (row != INSN_FPOP) {
            check_sizes(word_of(row, 0));
            check_sizes(word_of(row, UINT32_MAX));
        }
    }
    for (unsigned i = 0; i < 20000; i++) {
        check_sizes(word);
        word = word * 1664525 + 1013904223;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_reached),
        cmocka_unit_test(test_no_two_rows_share_a_slot),
        cmocka_unit_test(test_empty_slots_are_illegal),
        cmocka_unit_test(test_rows_are_filled_in),
        cmocka_unit_test(test_read_state_registers),
        cmocka_unit_test(test_write_state_registers),
        cmocka_unit_test(test_registers_are_banked),
        cmocka_unit_test(test_simm13),
        cmocka_unit_test(test_bit_13_elsewhere),
        cmocka_unit_test(test_shift_count),
        cmocka_unit_test(test_sethi),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_ticc),
        cmocka_unit_test(test_asi),
        cmocka_unit_test(test_sink),
        cmocka_unit_test(test_reserved_fields),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
