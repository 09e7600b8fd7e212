// SPDX-License-Identifier: MIT
/*
 * Floating-point ops, on every backend: result, exceptions that stick, and whether the guest is asked to
 * perform the instruction because the result is special.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "bench.h"
#include "check.h"

/* Short names of the exceptions, and whether the result is special: never, always, or as the backend likes (a zero). */
enum {
    NX = JIT_FP_INEXACT,
    DZ = JIT_FP_DIVBYZERO,
    UF = JIT_FP_UNDERFLOW,
    OF = JIT_FP_OVERFLOW,
    NV = JIT_FP_INVALID
};
enum special { NEVER, ALWAYS, MAY };

struct row {
    const char *op; /* name and type */
    uint64_t a, b, result;
    uint8_t exceptions;
    uint8_t special;
};

#define ONE     0x3f800000u
#define MINUS   0x80000000u
#define INF     0x7f800000u
#define MOST    0x7f7fffffu
#define LEAST   0x00800000u /* least normal number */
#define TINY    0x00000001u
#define QNAN    0x7fc00000u
#define SNAN    0x7f800001u
#define ANY_NAN QNAN
#define TWO     0x40000000u
#define HALF    0x3f000000u
#define D(high) ((uint64_t)(high) << 32)
#define D_ONE   D(0x3ff00000)
#define D_INF   D(0x7ff00000)
#define D_LEAST D(0x00100000)
#define D_QNAN  D(0x7ff80000)
#define D_SNAN  (D(0x7ff00000) | 1)
#define D_MINUS D(0x80000000)

static const struct row rows[] = {
    {"fadd.f32", ONE, ONE, TWO, 0, NEVER},
    {"fadd.f32", ONE, 0x33000000, ONE, NX, NEVER},
    {"fadd.f32", MOST, MOST, INF, OF | NX, NEVER},
    {"fadd.f32", TINY, TINY, 2, 0, NEVER},
    {"fadd.f32", ONE, 0xbf800000, 0, 0, NEVER},
    {"fadd.f32", MINUS, MINUS, MINUS, 0, NEVER},
    {"fadd.f32", INF, INF | MINUS, ANY_NAN, NV, ALWAYS},
    {"fadd.f32", QNAN, ONE, ANY_NAN, 0, ALWAYS},
    {"fadd.f32", ONE, SNAN, ANY_NAN, NV, ALWAYS},
    {"fadd.f64", D_ONE, D_ONE, D(0x40000000), 0, NEVER},
    {"fadd.f64", D_ONE, D(0x3c000000), D_ONE, NX, NEVER},
    {"fadd.f64", D_QNAN, D_ONE, D_QNAN, 0, ALWAYS},
    {"fsub.f32", ONE, TWO, 0xbf800000, 0, NEVER},
    {"fsub.f32", INF, INF, ANY_NAN, NV, ALWAYS},
    {"fsub.f64", D_ONE, D_ONE, 0, 0, NEVER},
    {"fsub.f64", D_LEAST, 1, D_LEAST - 1, 0, NEVER},
    {"fmul.f32", TWO, HALF, ONE, 0, NEVER},
    {"fmul.f32", LEAST, HALF, LEAST / 2, 0, ALWAYS},
    {"fmul.f32", LEAST, ONE, LEAST, 0, ALWAYS},
    {"fmul.f32", LEAST + 1, ONE, LEAST + 1, 0, NEVER},
    {"fmul.f32", TINY, HALF, 0, UF | NX, MAY},
    {"fmul.f32", 0, ONE, 0, 0, MAY},
    {"fmul.f32", MINUS, ONE, MINUS, 0, MAY},
    {"fmul.f32", 0, INF, ANY_NAN, NV, ALWAYS},
    {"fmul.f32", MOST, TWO, INF, OF | NX, NEVER},
    {"fmul.f32", INF, ONE, INF, 0, NEVER},
    {"fmul.f32", MOST, ONE, MOST, 0, NEVER},
    {"fmul.f32", MOST, MINUS | ONE, MOST | MINUS, 0, NEVER},
    {"fmul.f32", 0x00ffffff, ONE, 0x00ffffff, 0, NEVER},
    {"fmul.f32", 0x01000000, ONE, 0x01000000, 0, NEVER},
    {"fmul.f64", D_INF, D_ONE, D_INF, 0, NEVER},
    {"fmul.f64", D_INF - 1, D_ONE, D_INF - 1, 0, NEVER},
    {"fmul.f64", D_LEAST + 1, D_ONE, D_LEAST + 1, 0, NEVER},
    {"fmul.f64", D(0x001fffff), D_ONE, D(0x001fffff), 0, NEVER},
    {"fmul.f64", D_LEAST, D_ONE, D_LEAST, 0, ALWAYS},
    {"fmul.f64", D_LEAST, D(0x3fe00000), D_LEAST / 2, 0, ALWAYS},
    {"fmul.f64", D(0x40080000), D(0x40080000), D(0x40220000), 0, NEVER},
    {"fdiv.f32", ONE, 0x40400000, 0x3eaaaaab, NX, NEVER},
    {"fdiv.f32", ONE, 0, INF, DZ, NEVER},
    {"fdiv.f32", ONE, MINUS, INF | MINUS, DZ, NEVER},
    {"fdiv.f32", 0, 0, ANY_NAN, NV, ALWAYS},
    {"fdiv.f32", LEAST, TWO, LEAST / 2, 0, ALWAYS},
    {"fdiv.f32", ONE, INF, 0, 0, MAY},
    {"fdiv.f64", D_ONE, D(0x40080000), UINT64_C(0x3fd5555555555555), NX, NEVER},
    {"fdiv.f64", D_LEAST, D(0x40000000), D_LEAST / 2, 0, ALWAYS},
    {"fsqrt.f32", 0x40800000, 0, TWO, 0, NEVER},
    {"fsqrt.f32", TWO, 0, 0x3fb504f3, NX, NEVER},
    {"fsqrt.f32", MINUS, 0, MINUS, 0, NEVER},
    {"fsqrt.f32", 0xbf800000, 0, ANY_NAN, NV, ALWAYS},
    {"fsqrt.f64", D(0x40100000), 0, D(0x40000000), 0, NEVER},
    {"fsqrt.f64", D(0xbff00000), 0, D_QNAN, NV, ALWAYS},
    {"fwiden.f64", ONE, 0, D_ONE, 0, NEVER},
    {"fwiden.f64", TINY, 0, D(0x36a00000), 0, NEVER},
    {"fwiden.f64", SNAN, 0, D_QNAN, NV, ALWAYS},
    {"fnarrow.f32", D_ONE, 0, ONE, 0, NEVER},
    {"fnarrow.f32", UINT64_C(0x3ff0000000000001), 0, ONE, NX, NEVER},
    {"fnarrow.f32", D(0x47f00000), 0, INF, OF | NX, NEVER},
    {"fnarrow.f32", D(0x38100000), 0, LEAST, 0, ALWAYS},
    {"fnarrow.f32", D(0x38000000), 0, LEAST / 2, 0, ALWAYS},
    {"fnarrow.f32", 1, 0, 0, UF | NX, MAY},
    {"fnarrow.f32", D_MINUS, 0, MINUS, 0, MAY},
    {"fnarrow.f32", D_SNAN, 0, ANY_NAN, NV, ALWAYS},
};

/* Ops with further checks (enum ir_fp_check); each is run with an instruction. */
static const struct row checked_rows[] = {
    {"fadd.f32.rx", ONE, TWO, 0x40400000, 0, NEVER},
    {"fadd.f32.rx", ONE, 0x33000000, ONE, NX, ALWAYS},
    {"fadd.f32.rx", 0x33000000, ONE, ONE, NX, ALWAYS},
    {"fadd.f32.rx", 0x33000000, 0xbf800000, 0xbf800000, NX, ALWAYS},
    {"fadd.f32.rx", INF, ONE, INF, 0, ALWAYS},
    {"fadd.f64.rx", D_ONE, D(0x3c000000), D_ONE, NX, ALWAYS},
    {"fadd.f64.rx", D_ONE, D(0x3cb00000), D_ONE + 1, 0, NEVER},
    {"fsub.f32.rx", TWO, ONE, ONE, 0, NEVER},
    {"fsub.f32.rx", TWO, 0x33000000, TWO, NX, ALWAYS},
    {"fsub.f32.rx", 0x33000000, TWO, TWO | MINUS, NX, ALWAYS},
    {"fsub.f64.rx", D_ONE, D(0x3c000000), D_ONE, NX, ALWAYS},
    {"fmul.f32.rx", TWO, 0x40400000, 0x40c00000, 0, NEVER},
    {"fmul.f32.rx", 0x3f800001, 0x3f800001, 0x3f800002, NX, ALWAYS},
    {"fmul.f64.rx", D_ONE + 1, D_ONE + 1, D_ONE + 2, NX, ALWAYS},
    {"fmul.f64.rx", D(0x06000000) + 1, D_ONE + 1, D(0x06000000) + 2, NX, ALWAYS},
    {"fmul.f32.rx", 0, ONE, 0, 0, MAY},
    {"fdiv.f32.rx", 0x40c00000, TWO, 0x40400000, 0, NEVER},
    {"fdiv.f32.rx", ONE, 0x40400000, 0x3eaaaaab, NX, ALWAYS},
    {"fdiv.f64.rx", D_ONE, D(0x40080000), UINT64_C(0x3fd5555555555555), NX, ALWAYS},
    {"fdiv.f64.rx", D(0x00200000), D(0x00280000), UINT64_C(0x3fe5555555555555), NX, ALWAYS},
    {"fdiv.f32.rx", ONE, 0, INF, DZ, ALWAYS},
    {"fsqrt.f32.x", 0x40800000, 0, TWO, 0, NEVER},
    {"fsqrt.f32.x", TWO, 0, 0x3fb504f3, NX, ALWAYS},
    {"fsqrt.f64.x", D(0x40220000), 0, D(0x40080000), 0, NEVER},
    {"fsqrt.f64.x", D(0x40000000), 0, UINT64_C(0x3ff6a09e667f3bcd), NX, ALWAYS},
    {"fsqrt.f32.x", INF, 0, INF, 0, MAY},
    {"fsqrt.f64.x", D_INF, 0, D_INF, 0, MAY},
    {"fsqrt.f32.x", 0xbf800000, 0, ANY_NAN, NV, ALWAYS},
    {"fnarrow.f32.rx", D_ONE, 0, ONE, 0, NEVER},
    {"fnarrow.f32.rx", D_ONE + 1, 0, ONE, NX, ALWAYS},
    {"fnarrow.f32.rx", D(0x47f00000), 0, INF, OF | NX, ALWAYS},
    {"fadd.f32.a", TINY, ONE, ONE, 0, ALWAYS},
    {"fadd.f32.b", ONE, TINY, ONE, 0, ALWAYS},
    {"fmul.f32.ab", TINY, 0, 0, 0, ALWAYS},
    {"fmul.f64.ab", 0, 1, 0, 0, ALWAYS},
    {"fmul.f64.ab", D_ONE, D_ONE, D_ONE, 0, NEVER},
    {"fmul.f32.r", MOST, ONE, MOST, 0, ALWAYS},
    {"fmul.f32.r", MOST - 1, ONE, MOST - 1, 0, NEVER},
    {"fmul.f32.r", LEAST + 1, ONE, LEAST + 1, 0, NEVER},
    {"fmul.f64.r", D_INF - 2, D_ONE, D_INF - 2, 0, NEVER},
    {"fmul.f64.r", D_INF - 1, D_ONE, D_INF - 1, 0, ALWAYS},
    {"fadd.f32.r", LEAST, LEAST, 0x01000000, 0, NEVER},
    {"fadd.f32.r", LEAST, 0, LEAST, 0, ALWAYS},
    {"fadd.f64.r", D(0x7fd00000), D(0x7fd00000), D(0x7fe00000), 0, NEVER},
    {"fadd.f64.r", D(0x7fe00000), D(0x7fe00000), D_INF, OF | NX, ALWAYS},
    {"fadd.f64.r", D_QNAN, D_ONE, D_QNAN, 0, ALWAYS},
    {"fdiv.f64.r", D_ONE, 0, D_INF, DZ, ALWAYS},
    {"fwiden.f64.a", TINY, 0, D(0x36a00000), 0, ALWAYS},
};

/* Conversions from and to integers: `op` is the floating-point type, that of FTOI's operand or of FFROMI's result. */
static const struct row to_integer_rows[] = {
    {"f32", ONE, 0, 1, 0, NEVER},
    {"f32", 0xbfc00000, 0, 0xffffffff, NX, NEVER},
    {"f32", 0x4f000000, 0, 0x80000000, NV, ALWAYS},
    {"f32", 0xcf000000, 0, 0x80000000, 0, ALWAYS},
    {"f32", 0xcf000001, 0, 0x80000000, NV, ALWAYS},
    {"f32", TINY, 0, 0, NX, NEVER},
    {"f32", QNAN, 0, 0x80000000, NV, ALWAYS},
    {"f32", INF | MINUS, 0, 0x80000000, NV, ALWAYS},
    {"f64", UINT64_C(0x41dfffffffe00000), 0, 0x7fffffff, NX, NEVER},
    {"f64", D(0x41e00000), 0, 0x80000000, NV, ALWAYS},
    {"f64", D(0xc1e00000), 0, 0x80000000, 0, ALWAYS},
    {"f64", UINT64_C(0xc1e0000000100000), 0, 0x80000000, NX, ALWAYS},
    {"f64", UINT64_C(0xc1e0000000200000), 0, 0x80000000, NV, ALWAYS},
    {"f64", D_SNAN, 0, 0x80000000, NV, ALWAYS},
    {"f64", D(0xbfe80000), 0, 0, NX, NEVER},
};

static const struct row exact_integer_rows[] = {
    {"f32", TWO, 0, 2, 0, NEVER},
    {"f32", 0xbfc00000, 0, 0xffffffff, NX, ALWAYS},
    {"f32", MINUS, 0, 0, 0, NEVER},
    {"f64", UINT64_C(0x41dfffffffe00000), 0, 0x7fffffff, NX, ALWAYS},
    {"f64", UINT64_C(0x41dfffffffc00000), 0, 0x7fffffff, 0, NEVER},
};

static const struct row from_integer_rows[] = {
    {"ffromi.f32", 1, 0, ONE, 0, NEVER},
    {"ffromi.f32", 0xffffffff, 0, 0xbf800000, 0, NEVER},
    {"ffromi.f32", 0x7fffffff, 0, 0x4f000000, NX, NEVER},
    {"ffromi.f32", 0x01000001, 0, 0x4b800000, NX, NEVER},
    {"ffromi.f64", 0x7fffffff, 0, UINT64_C(0x41dfffffffc00000), 0, NEVER},
    {"ffromi.f64", 0x80000000, 0, D(0xc1e00000), 0, NEVER},
    {"ffromi.f64", 0, 0, 0, 0, NEVER},
};

static const struct row compare_rows[] = {
    {"fcmp", ONE, ONE, 0, 0, NEVER},          {"fcmp", ONE, TWO, 1, 0, NEVER},
    {"fcmp", TWO, ONE, 2, 0, NEVER},          {"fcmp", 0, MINUS, 0, 0, NEVER},
    {"fcmp", ONE, QNAN, 3, 0, NEVER},         {"fcmp", SNAN, ONE, 3, NV, NEVER},
    {"fcmp", MINUS | INF, TINY, 1, 0, NEVER}, {"fcmpe", ONE, TWO, 1, 0, NEVER},
    {"fcmpe", TWO, ONE, 2, 0, NEVER},         {"fcmpe", ONE, QNAN, 3, NV, NEVER},
    {"fcmpe", SNAN, ONE, 3, NV, NEVER},
};

static const struct row wide_compare_rows[] = {
    {"fcmp", D_ONE, D_ONE, 0, 0, NEVER},   {"fcmp", D_MINUS, D_ONE, 1, 0, NEVER},
    {"fcmp", D_INF, D_ONE, 2, 0, NEVER},   {"fcmp", D_QNAN, D_ONE, 3, 0, NEVER},
    {"fcmp", D_ONE, D_SNAN, 3, NV, NEVER}, {"fcmpe", D_ONE, D_QNAN, 3, NV, NEVER},
    {"fcmpe", D_ONE, D_ONE, 0, 0, NEVER},
};

/* ---- how a row is run ---- */

struct form {
    const char *op;       /* as in the text */
    const char *operands; /* "f32", "f64", "i32" */
    const char *result;
    bool two;
};

static unsigned code_of(const char *op)
{
    size_t length = strcspn(op, ".");

    for (unsigned code = 0; code < IR_CODES; code++) {
        if (strlen(ir_rows[code].name) == length && memcmp(ir_rows[code].name, op, length) == 0) {
            return code;
        }
    }
    fail_msg("no op %s", op);
    return IR_NOP;
}

/* Runs a row as a block: operands from d0 and d1, or their first words, or r0; the result goes to d3, f6 or r7. */
static void run_row(struct bench *bench, const struct form *form, const struct row *row, bool insn)
{
    struct toy_env *env = &bench->toy->env;
    bool wide = strcmp(form->operands, "f64") == 0;
    const char *slots = wide ? "d0 d1" : strcmp(form->operands, "i32") == 0 ? "r0 r1" : "f0 f2";
    const char *result = strcmp(form->result, "f64") == 0           ? "d3"
                         : insn && strcmp(form->result, "i32") == 0 ? "fi6"
                         : strcmp(form->result, "i32") == 0         ? "r7"
                                                                    : "f6";
    char text[500];

    snprintf(text, sizeof text,
             "block 0x100, charge 1, linear\ninsn 0: pc 0x100, npc 0x104, refund 0\nfbegin\n"
             "%%1 = get.%s %.2s\n%%2 = get.%s %.2s\n%%3 = %s %s%%1%s%s\nset %s, %%3\nquit\n",
             form->operands, slots, form->operands, slots + 3, form->op,
             insn ? (strcmp(form->result, "f64") == 0 ? "d2, " : "f4, ") : "",
             form->two ? ", %2" : "", insn ? ", @0" : "", result);
    bench->backend->flush(bench->self);
    bench_reset(bench);
    env->r[0] = (uint32_t)row->a;
    memcpy(&env->f[0], &row->a, sizeof row->a);
    memcpy(&env->f[2], &row->b, sizeof row->b);
    env->f[4] = env->f[5] = 0x11111111; /* stays so unless step() writes its result there */
    bench->infos[0].insns[0] =
        (struct toy_insn){.code = (uint8_t)code_of(form->op),
                          .type = strcmp(form->result, "f64") == 0   ? IR_F64
                                  : strcmp(form->result, "f32") == 0 ? IR_F32
                                                                     : IR_I32,
                          .a = wide ? TOY_D0 : TOY_F0,
                          .b = !form->two ? TOY_NO_SLOT
                               : wide     ? TOY_D0 + 1
                                          : TOY_F0 + 2,
                          .slot = strcmp(form->result, "f64") == 0 ? TOY_D0 + 2 : TOY_F0 + 4};
    bench_run_text(bench, text);
}

static uint64_t result_of(const struct bench *bench, const struct form *form, bool insn)
{
    uint64_t wide;

    memcpy(&wide, &bench->toy->env.f[6], sizeof wide);
    if (strcmp(form->result, "i32") == 0 && !insn) {
        return bench->toy->env.r[7];
    }
    return strcmp(form->result, "f64") == 0 ? wide : (uint32_t)wide;
}

static bool is_nan(uint64_t bits, const struct form *form)
{
    if (strcmp(form->result, "i32") == 0) {
        return false;
    }
    return strcmp(form->result, "f64") == 0 ? (bits & ~D_MINUS) > D_INF
                                            : ((uint32_t)bits & ~MINUS) > INF;
}

static void check_result(const struct bench *bench, const struct form *form, const struct row *row,
                         bool insn)
{
    uint64_t result = result_of(bench, form, insn);
    unsigned exceptions = bench->backend->fp_harvest(bench->self);
    bool both_nan = is_nan(result, form) && is_nan(row->result, form);

    if ((result != row->result && !both_nan) || exceptions != row->exceptions) {
        fail_msg("%s, %s of %s: %" PRIx64 " %" PRIx64 " gave %" PRIx64
                 " exceptions %02x, not %" PRIx64 " %02x",
                 bench->backend->name, form->op, form->operands, row->a, row->b, result, exceptions,
                 row->result, row->exceptions);
    }
}

static void check_with_insn(struct bench *bench, const struct form *form, const struct row *row)
{
    run_row(bench, form, row, true);
    check_result(bench, form, row, true);
    bool stepped = bench->toy->env.f[4] != 0x11111111;
    if (row->special != MAY && stepped != (row->special == ALWAYS)) {
        fail_msg("%s, %s of %s: %" PRIx64 " %" PRIx64 " is %s", bench->backend->name, form->op,
                 form->operands, row->a, row->b, stepped ? "stepped" : "not stepped");
    }
}

/* With IR_FP_POISON a special result becomes a NaN, and all else is as without an instruction. */
static void check_poisoned(struct bench *bench, const struct form *form, const struct row *row)
{
    char op[20];
    struct form poisoned = *form;
    struct row expected = *row;

    snprintf(op, sizeof op, "%s.n", form->op);
    poisoned.op = op;
    if (row->special == ALWAYS) {
        expected.result = strcmp(form->result, "f64") == 0 ? D_QNAN : QNAN;
    }
    run_row(bench, &poisoned, &expected, false);
    if (row->special != MAY || !is_nan(result_of(bench, form, false), form)) {
        check_result(bench, &poisoned, &expected, false);
    }
    bench->backend->fp_harvest(bench->self);
}

/* Checks a row without an instruction, then with one. */
static void check_row(struct bench *bench, const struct form *form, const struct row *row)
{
    run_row(bench, form, row, false);
    check_result(bench, form, row, false);
    if (strchr(ir_rows[code_of(form->op)].operands, 'k') == NULL) {
        return;
    }
    check_with_insn(bench, form, row);
    if (ir_may_be_tiny(code_of(form->op))) {
        check_poisoned(bench, form, row);
    }
}

static void check_arithmetic(struct bench *bench)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *type = strchr(rows[i].op, '.') + 1;
        unsigned code = code_of(rows[i].op);
        struct form form = {rows[i].op,
                            code == IR_FWIDEN    ? "f32"
                            : code == IR_FNARROW ? "f64"
                                                 : type,
                            type, ir_rows[code].operand_count == 2};
        check_row(bench, &form, &rows[i]);
    }
}

/* On a host without FMA, a backend leaves products, quotients and roots that must be exact to the guest. */
static bool is_left(const char *op)
{
    return strchr(op, 'x') != NULL && !__builtin_cpu_supports("fma") &&
           (strncmp(op, "fmul", 4) == 0 || strncmp(op, "fdiv", 4) == 0 ||
            strncmp(op, "fsqrt", 5) == 0);
}

static void check_checked(struct bench *bench)
{
    for (size_t i = 0; i < ARRAY_LEN(checked_rows); i++) {
        struct row row = checked_rows[i];
        unsigned code = code_of(row.op);
        const char *type = strstr(row.op, "f64") != NULL ? "f64" : "f32";
        struct form form = {row.op,
                            code == IR_FWIDEN    ? "f32"
                            : code == IR_FNARROW ? "f64"
                                                 : type,
                            type, ir_rows[code].operand_count == 2};

        if (is_left(row.op) && row.special == NEVER) {
            row.special = MAY;
        }
        check_with_insn(bench, &form, &row);
    }
}

static void check_conversions(struct bench *bench)
{
    for (size_t i = 0; i < ARRAY_LEN(exact_integer_rows); i++) {
        struct form form = {"ftoi.x", exact_integer_rows[i].op, "i32", false};
        check_with_insn(bench, &form, &exact_integer_rows[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(to_integer_rows); i++) {
        struct form form = {"ftoi", to_integer_rows[i].op, "i32", false};
        check_row(bench, &form, &to_integer_rows[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(from_integer_rows); i++) {
        const char *op = from_integer_rows[i].op;
        struct form form = {op, "i32", strchr(op, '.') + 1, false};
        check_row(bench, &form, &from_integer_rows[i]);
    }
}

static void check_comparisons(struct bench *bench)
{
    for (size_t i = 0; i < ARRAY_LEN(compare_rows); i++) {
        struct form form = {compare_rows[i].op, "f32", "i32", true};
        check_row(bench, &form, &compare_rows[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(wide_compare_rows); i++) {
        struct form form = {wide_compare_rows[i].op, "f64", "i32", true};
        check_row(bench, &form, &wide_compare_rows[i]);
    }
}

/* BRANCH_NAN looks at both operands, which may be one. */
static void check_nans(struct bench *bench)
{
    static const uint64_t numbers[] = {
        D_ONE, D_INF, D_QNAN, D_MINUS | D_QNAN, D_MINUS, D_INF | 0x0008000000000001};
    static const char *const types[] = {"f32", "f64"};
    struct toy_env *env = &bench->toy->env;
    char text[500];

    for (unsigned i = 0; i < 2 * ARRAY_LEN(numbers) * ARRAY_LEN(numbers); i++) {
        uint64_t a = numbers[i / 2 % ARRAY_LEN(numbers)];
        uint64_t b = numbers[i / 2 / ARRAY_LEN(numbers)];
        bool wide = i % 2;
        bool same = a == b;

        snprintf(text, sizeof text,
                 "block 0x100, charge 1, linear\n%%1 = get.%s %s\n%%2 = get.%s %s\n"
                 "branch_nan.%s %%1, %s, arm 0\n%%3 = const.i32 1\nset r7, %%3\nquit\n"
                 "arm 0:\n%%4 = const.i32 2\nset r7, %%4\nquit\n",
                 types[wide], wide ? "d0" : "f0", types[wide], wide ? "d1" : "f2", types[wide],
                 same ? "%1" : "%2");
        bench->backend->flush(bench->self);
        bench_reset(bench);
        a = wide ? a : a >> 32;
        b = wide ? b : b >> 32;
        memcpy(&env->f[0], &a, sizeof a);
        memcpy(&env->f[2], &b, sizeof b);
        bench_run_text(bench, text);
        struct form form = {"", "", types[wide], false};
        assert_int_equal(env->r[7], is_nan(a, &form) || is_nan(b, &form) ? 2 : 1);
    }
}

/* Exceptions stick from block to block until they are harvested; the first FBEGIN drops those that stuck before. */
static void check_gathering(struct bench *bench)
{
    static const char inexact[] = "block 0x100, charge 1, linear\nfbegin\n"
                                  "%1 = get.f32 f0\n%2 = get.f32 f1\n%3 = fdiv.f32 %1, %2\n"
                                  "set f2, %3\nquit\n";
    struct toy_env *env = &bench->toy->env;

    env->f[0] = ONE;
    env->f[1] = 0x40400000;
    bench_run_text(bench, inexact);
    assert_int_equal(env->fp, 1);
    env->f[1] = 0;
    bench_run(bench, 0);
    assert_int_equal(bench->backend->fp_harvest(bench->self), NX | DZ);
    assert_int_equal(bench->backend->fp_harvest(bench->self), 0);
    env->fp = 0;
    env->f[1] = ONE;
    bench_run(bench, 0);
    assert_int_equal(env->fp, 1);
    assert_int_equal(bench->backend->fp_harvest(bench->self), 0);
}

/* The sign changes, and no other bit, of a signaling NaN, too; nothing sticks. */
static void check_signs(struct bench *bench)
{
    static const uint64_t numbers[] = {0,      D_MINUS,          D_ONE,
                                       D_SNAN, D_SNAN | D_MINUS, D_INF | D_MINUS};
    struct toy_env *env = &bench->toy->env;
    uint64_t made[2];

    for (unsigned i = 0; i < ARRAY_LEN(numbers); i++) {
        uint32_t high = (uint32_t)(numbers[i] >> 32);
        bench->backend->flush(bench->self);
        bench_reset(bench);
        memcpy(&env->f[0], &numbers[i], sizeof numbers[i]);
        bench_run_text(bench, "block 0x100, charge 1, linear\nfbegin\n%1 = get.f64 d0\n"
                              "%2 = fneg.f64 %1\n%3 = fabs.f64 %1\n%4 = get.f32 f1\n"
                              "%5 = fneg.f32 %4\n%6 = fabs.f32 %4\n"
                              "set d1, %2\nset d2, %3\nset f6, %5\nset f7, %6\nquit\n");
        memcpy(made, &env->f[2], sizeof made);
        assert_true(made[0] == (numbers[i] ^ D_MINUS));
        assert_true(made[1] == (numbers[i] & ~D_MINUS));
        assert_int_equal(env->f[6], high ^ MINUS);
        assert_int_equal(env->f[7], high & ~MINUS);
        assert_int_equal(bench->backend->fp_harvest(bench->self), 0);
    }
}

static void test_signs(void **state)
{
    (void)state;
    bench_each(check_signs);
}

static void test_arithmetic(void **state)
{
    (void)state;
    bench_each(check_arithmetic);
}

static void test_checks(void **state)
{
    (void)state;
    bench_each(check_checked);
}

static void test_conversions(void **state)
{
    (void)state;
    bench_each(check_conversions);
}

static void test_comparisons(void **state)
{
    (void)state;
    bench_each(check_comparisons);
    bench_each(check_nans);
}

static void test_gathering(void **state)
{
    (void)state;
    bench_each(check_gathering);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signs),       cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_checks),      cmocka_unit_test(test_conversions),
        cmocka_unit_test(test_comparisons), cmocka_unit_test(test_gathering),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
