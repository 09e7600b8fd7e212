// SPDX-License-Identifier: MIT
/*
 * What each op without effect does, on every backend: a row is an op, its operands, its result.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "bench.h"
#include "check.h"

/* Flags in the tables. */
enum { N = 8, Z = 4, V = 2, C = 1 };

/* The op's text names a, b, c as %1 %2 %3 (I32) or %4 %5 %6 (I64), and c as FLAGS as %7. */
struct row {
    const char *op;
    uint64_t a, b, c, result;
};

#define MOST_32  0x7fffffffu
#define LEAST_32 0x80000000u
#define MOST_64  UINT64_C(0x7fffffffffffffff)
#define LEAST_64 UINT64_C(0x8000000000000000)
#define ONES     UINT64_MAX

static const struct row integer_rows[] = {
    {"const.i32 -5", 0, 0, 0, 0xfffffffb},
    {"const.i32 0x80000000", 0, 0, 0, LEAST_32},
    {"const.i64 -5", 0, 0, 0, ONES - 4},
    {"const.i64 0x7fffffff", 0, 0, 0, MOST_32},
    {"const.i64 0x80000000", 0, 0, 0, UINT64_C(0xffffffff80000000)},
    {"add.i32 %1, %2", MOST_32, 1, 0, LEAST_32},
    {"add.i32 %1, %2", 0xffffffff, 2, 0, 1},
    {"add.i64 %4, %5", 0xffffffff, 2, 0, UINT64_C(0x100000001)},
    {"add.i64 %4, %5", ONES, ONES, 0, ONES - 1},
    {"sub.i32 %1, %2", 3, 5, 0, 0xfffffffe},
    {"sub.i64 %4, %5", 3, 5, 0, ONES - 1},
    {"mul.i32 %1, %2", 0x10001, 0x10001, 0, 0x20001},
    {"mul.i64 %4, %5", 0xffffffff, 0xffffffff, 0, UINT64_C(0xfffffffe00000001)},
    {"mul.i64 %4, %5", ONES, 7, 0, ONES - 6},
    {"divu.i32 %1, %2", 0xffffffff, 2, 0, MOST_32},
    {"divu.i32 %1, %2", 1, 0xffffffff, 0, 0},
    {"divu.i64 %4, %5", ONES, 3, 0, UINT64_C(0x5555555555555555)},
    {"divs.i32 %1, %2", 0xfffffff9, 2, 0, 0xfffffffd},
    {"divs.i32 %1, %2", 7, 0xfffffffe, 0, 0xfffffffd},
    {"divs.i32 %1, %2", LEAST_32, 0xffffffff, 0, LEAST_32},
    {"divs.i64 %4, %5", LEAST_64, ONES, 0, LEAST_64},
    {"divs.i64 %4, %5", ONES - 6, 2, 0, ONES - 2},
    {"and.i32 %1, %2", 0xff00ff00, 0x0ff00ff0, 0, 0x0f000f00},
    {"or.i64 %4, %5", UINT64_C(0xf000000000000000), 1, 0, UINT64_C(0xf000000000000001)},
    {"xor.i32 %1, %2", 0xff00ff00, 0x0ff00ff0, 0, 0xf0f0f0f0},
    {"not.i32 %1", 0, 0, 0, 0xffffffff},
    {"not.i64 %4", 1, 0, 0, ONES - 1},
    {"neg.i32 %1", LEAST_32, 0, 0, LEAST_32},
    {"neg.i32 %1", 1, 0, 0, 0xffffffff},
    {"neg.i64 %4", 1, 0, 0, ONES},
};

static const struct row shift_rows[] = {
    {"shl.i32 %1, %2", 3, 31, 0, LEAST_32},
    {"shl.i32 %1, %2", 3, 32, 0, 3},
    {"shl.i32 %1, %2", 3, 0xffffffe1, 0, 6},
    {"shl.i64 %4, %2", 3, 63, 0, LEAST_64},
    {"shl.i64 %4, %2", 3, 64, 0, 3},
    {"shl.i64 %4, %2", 3, 33, 0, UINT64_C(0x600000000)},
    {"shr.i32 %1, %2", LEAST_32, 31, 0, 1},
    {"shr.i32 %1, %2", LEAST_32, 32, 0, LEAST_32},
    {"shr.i64 %4, %2", LEAST_64, 63, 0, 1},
    {"shr.i64 %4, %2", LEAST_64, 65, 0, UINT64_C(1) << 62},
    {"sar.i32 %1, %2", LEAST_32, 31, 0, 0xffffffff},
    {"sar.i32 %1, %2", MOST_32, 30, 0, 1},
    {"sar.i32 %1, %2", LEAST_32, 33, 0, 0xc0000000},
    {"sar.i64 %4, %2", LEAST_64, 62, 0, ONES - 1},
    {"rotl.i32 %1, %2", 0x80000001, 1, 0, 3},
    {"rotl.i32 %1, %2", 0x80000001, 32, 0, 0x80000001},
    {"rotl.i64 %4, %2", LEAST_64, 1, 0, 1},
    {"rotl.i64 %4, %2", 5, 0, 0, 5},
};

static const struct row width_rows[] = {
    {"sext8 %1", 0x12345680, 0, 0, 0xffffff80},
    {"sext8 %1", 0x1234567f, 0, 0, 0x7f},
    {"sext16 %1", 0x12348000, 0, 0, 0xffff8000},
    {"zext8 %1", 0x123456ff, 0, 0, 0xff},
    {"zext16 %1", 0x1234ffff, 0, 0, 0xffff},
    {"sext32 %1", LEAST_32, 0, 0, UINT64_C(0xffffffff80000000)},
    {"zext32 %1", LEAST_32, 0, 0, LEAST_32},
    {"low %4", UINT64_C(0x123456789abcdef0), 0, 0, 0x9abcdef0},
    {"high %4", UINT64_C(0x923456789abcdef0), 0, 0, 0x92345678},
    {"pack %1, %2", 0x92345678, 0x9abcdef0, 0, UINT64_C(0x923456789abcdef0)},
    {"select.i32 %3, %1, %2", 11, 22, 1, 11},
    {"select.i32 %3, %1, %2", 11, 22, 0, 22},
    {"select.i32 %3, %1, %2", 11, 22, LEAST_32, 11},
    {"select.i64 %3, %4, %5", ONES, LEAST_64, 2, ONES},
    {"select.i64 %3, %4, %5", ONES, LEAST_64, 0, LEAST_64},
};

static const struct row flag_rows[] = {
    {"add_flags %1, %2", MOST_32, 1, 0, N | V},
    {"add_flags %1, %2", 0xffffffff, 1, 0, Z | C},
    {"add_flags %1, %2", LEAST_32, LEAST_32, 0, Z | V | C},
    {"add_flags %1, %2", 1, 1, 0, 0},
    {"sub_flags %1, %2", 5, 5, 0, Z},
    {"sub_flags %1, %2", 0, 1, 0, N | C},
    {"sub_flags %1, %2", LEAST_32, 1, 0, V},
    {"sub_flags %1, %2", MOST_32, 0xffffffff, 0, N | V | C},
    {"adc_flags %1, %2, %7", 0xffffffff, 0, C, Z | C},
    {"adc_flags %1, %2, %7", 0xffffffff, 0xffffffff, C, N | C},
    {"adc_flags %1, %2, %7", MOST_32, 0, C | Z, N | V},
    {"adc_flags %1, %2, %7", MOST_32, 0, N | V | Z, 0},
    {"sbc_flags %1, %2, %7", 5, 4, C, Z},
    {"sbc_flags %1, %2, %7", 0, 0, C, N | C},
    {"sbc_flags %1, %2, %7", 0, 0xffffffff, C, Z | C},
    {"sbc_flags %1, %2, %7", LEAST_32, 0, C, V},
    {"sbc_flags %1, %2, %7", 5, 4, N | Z | V, 0},
    {"logic_flags %1", 0, 0, 0, Z},
    {"logic_flags %1", LEAST_32, 0, 0, N},
    {"logic_flags %1", 1, 0, C | V, 0},
    {"carry %7", 0, 0, C, 1},
    {"carry %7", 0, 0, N | Z | V, 0},
};

/* Puts the operands into their slots. */
static void put_operands(struct bench *bench, const struct row *row)
{
    struct toy_env *env = &bench->toy->env;

    bench_reset(bench);
    env->r[0] = (uint32_t)row->a;
    env->r[1] = (uint32_t)row->b;
    env->r[2] = (uint32_t)row->c;
    env->x[0] = row->a;
    env->x[1] = row->b;
    memcpy(env->bank, &row->c, sizeof row->c);
    toy_set_flags(bench->toy, row->c & 15);
}

static uint64_t result_of(const struct bench *bench, unsigned type)
{
    const struct toy_env *env = &bench->toy->env;

    return type == IR_I64 ? env->x[1] : type == IR_FLAGS ? toy_flags(bench->toy) : env->r[7];
}

static void parse_row(struct bench *bench, const struct row *row)
{
    char text[400];

    snprintf(text, sizeof text,
             "block 0x100, charge 1, linear\n"
             "%%1 = get.i32 r0\n%%2 = get.i32 r1\n%%3 = get.i32 r2\n"
             "%%4 = get.i64 x0\n%%5 = get.i64 x1\n%%6 = get.i64 bx0\n%%7 = get.flags icc\n"
             "%%8 = %s\n",
             row->op);
    bench_parse(bench, text);
}

/* Replaces the block's integer operands by constants, where a CONST can have their value. */
static void make_constants(struct ir_block *block, const struct row *row)
{
    const uint64_t values[] = {row->a, row->b, row->c};

    for (unsigned i = 0; i < 6; i++) {
        uint64_t value = values[i % 3];
        int32_t imm = (int32_t)(uint32_t)value;
        if (i < 3 || (uint64_t)(int64_t)imm == value) {
            block->ops[1 + i].code = IR_CONST;
            block->ops[1 + i].imm = imm;
        }
    }
}

static void check_row(struct bench *bench, const struct row *row, bool constants)
{
    parse_row(bench, row);
    if (constants) {
        make_constants(bench->block, row);
    }
    unsigned type = bench->block->ops[8].type;
    unsigned slot = type == IR_I64 ? TOY_X0 + 1 : type == IR_FLAGS ? TOY_ICC : TOY_R0 + 7;
    ir_set(bench->block, slot, 8);
    ir_add_op(bench->block, (struct ir_op){.code = IR_QUIT, .insn = IR_NONE});
    bench_compile(bench, 0);
    put_operands(bench, row);
    bench_run(bench, 0);
    if (result_of(bench, type) != row->result) {
        fail_msg("%s%s, %s: %" PRIx64 " %" PRIx64 " %" PRIx64 " gave %" PRIx64 ", not %" PRIx64,
                 bench->backend->name, constants ? " (constants)" : "", row->op, row->a, row->b,
                 row->c, result_of(bench, type), row->result);
    }
}

static void check_rows(const struct row *rows, size_t count)
{
    for (unsigned i = 0; i < BENCH_BACKENDS; i++) {
        struct bench *bench = bench_open(bench_backends[i], 0);
        for (size_t row = 0; row < count; row++) {
            bench->backend->flush(bench->self);
            check_row(bench, &rows[row], false);
            check_row(bench, &rows[row], true);
        }
        bench_close(bench);
    }
}

static void test_integers(void **state)
{
    (void)state;
    check_rows(integer_rows, ARRAY_LEN(integer_rows));
}

static void test_shifts(void **state)
{
    (void)state;
    check_rows(shift_rows, ARRAY_LEN(shift_rows));
}

static void test_widths(void **state)
{
    (void)state;
    check_rows(width_rows, ARRAY_LEN(width_rows));
}

static void test_flags(void **state)
{
    (void)state;
    check_rows(flag_rows, ARRAY_LEN(flag_rows));
}

/* ---- conditions, of each of the four ops that have one ---- */

/* Does the condition hold for these flags (N 8, Z 4, V 2, C 1)?  Written from the table in docs/ir.md, so that it does
 * not depend on what is tested. */
static bool holds(unsigned cond, unsigned flags)
{
    bool n = flags & N, z = flags & Z, v = flags & V, c = flags & C;
    const bool all[IR_CONDS] = {
        [IR_EQ] = z,           [IR_NE] = !z,           [IR_LT] = n != v, [IR_GE] = n == v,
        [IR_LE] = z || n != v, [IR_GT] = !z && n == v, [IR_LTU] = c,     [IR_GEU] = !c,
        [IR_LEU] = c || z,     [IR_GTU] = !c && !z,    [IR_MI] = n,      [IR_PL] = !n,
        [IR_VS] = v,           [IR_VC] = !v,
    };

    return all[cond];
}

static unsigned difference_flags(uint64_t a, uint64_t b, unsigned width)
{
    uint64_t mask = width == 64 ? ONES : 0xffffffff;
    uint64_t d = (a - b) & mask;
    unsigned top = width - 1;
    bool v = (a >> top & 1) != (b >> top & 1) && (d >> top & 1) != (a >> top & 1);

    return (d >> top & 1 ? N : 0u) | (d == 0 ? Z : 0u) | (v ? V : 0u) | (a < b ? C : 0u);
}

static void check_setc(uint64_t a, uint64_t b, unsigned width)
{
    for (unsigned cond = 0; cond < IR_CONDS; cond++) {
        char op[40];
        struct row row = {op, a, b, 0, holds(cond, difference_flags(a, b, width))};
        snprintf(op, sizeof op, "setc.%s %s", ir_cond_names[cond],
                 width == 64 ? "%4, %5" : "%1, %2");
        check_rows(&row, 1);
    }
}

static void test_setc(void **state)
{
    static const uint64_t edges[] = {0, 1, MOST_32, LEAST_32, 0xffffffff};
    static const uint64_t wide[] = {0, 0xffffffff, MOST_64, LEAST_64, ONES};

    (void)state;
    for (unsigned i = 0; i < 25; i++) {
        check_setc(edges[i / 5], edges[i % 5], 32);
        check_setc(wide[i / 5], wide[i % 5], 64);
    }
}

static void test_test_flags(void **state)
{
    (void)state;
    for (unsigned cond = 0; cond < IR_CONDS; cond++) {
        for (unsigned flags = 0; flags < 16; flags++) {
            char op[40];
            struct row row = {op, 0, 0, flags, holds(cond, flags)};
            snprintf(op, sizeof op, "test_flags.%s %%7", ir_cond_names[cond]);
            check_rows(&row, 1);
        }
    }
}

/* Runs a branch to an arm that sets r7, and checks whether it was taken. */
static void check_branch(struct bench *bench, const char *branch, bool taken)
{
    char text[400];

    snprintf(text, sizeof text,
             "block 0x100, charge 1, linear\n"
             "%%1 = get.i32 r0\n%%2 = get.i32 r1\n%%4 = get.i64 x0\n%%5 = get.i64 x1\n"
             "%%7 = get.flags icc\n%%8 = const.i32 1\n%%9 = const.i32 2\n%s, arm 0\n"
             "set r7, %%8\nquit\narm 0:\nset r7, %%9\nquit\n",
             branch);
    bench_run_text(bench, text);
    if (bench->toy->env.r[7] != (taken ? 2 : 1)) {
        fail_msg("%s: %s is %staken", bench->backend->name, branch, taken ? "not " : "");
    }
}

static void check_branches(struct bench *bench)
{
    static const uint64_t edges[] = {0, 1, MOST_64, LEAST_64, ONES};
    char text[60];

    for (unsigned i = 0; i < 25 * IR_CONDS; i++) {
        unsigned cond = i / 25;
        struct row row = {"", edges[i / 5 % 5], edges[i % 5], i % 16, 0};
        bench->backend->flush(bench->self);
        put_operands(bench, &row);
        snprintf(text, sizeof text, "branch.i64.%s %%4, %%5", ir_cond_names[cond]);
        check_branch(bench, text, holds(cond, difference_flags(row.a, row.b, 64)));
        snprintf(text, sizeof text, "branch.i32.%s %%1, %%2", ir_cond_names[cond]);
        check_branch(bench, text,
                     holds(cond, difference_flags((uint32_t)row.a, (uint32_t)row.b, 32)));
        snprintf(text, sizeof text, "branch_flags.%s %%7", ir_cond_names[cond]);
        check_branch(bench, text, holds(cond, i % 16));
    }
}

static void test_branches(void **state)
{
    (void)state;
    bench_each(check_branches);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers), cmocka_unit_test(test_shifts),
        cmocka_unit_test(test_widths),   cmocka_unit_test(test_flags),
        cmocka_unit_test(test_setc),     cmocka_unit_test(test_test_flags),
        cmocka_unit_test(test_branches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
