// SPDX-License-Identifier: MIT
/*
 * Every integer op with its operands everywhere they can be: in a slot, in a register that is used again
 * or not, in a spill place, a constant, twice the same; with free registers and without; while the host's
 * flags hold a value and not.  The IR interpreter says what is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check.h"
#include "machines.h"

/* Where an operand is. */
enum place {
    IN_SLOT,       /* used only here: may be a memory operand */
    IN_SLOT_TWICE, /* used again */
    COMPUTED,
    COMPUTED_TWICE,
    CONSTANT,
    PLACES
};

/* Settings of a trial, as bits. */
enum { PRESSURE = 1, FLAGS_HELD = 2, SAME = 4, SETTINGS = 8 };

struct trial {
    struct machines *machines;
    struct ir_block block;
    uint64_t values[2];
    enum place places[2];
    unsigned setting;
    ir_ref again[2]; /* operands to be used again, 0: none */
};

static const uint64_t pairs[][2] = {
    {5, 3},
    {0xffffffff, 0xffffffff},
    {0x80000000, 0xffffffff},
    {UINT64_C(0x8000000000000000), UINT64_MAX},
    {UINT64_C(0x123456789abcdef0), 33},
    {7, UINT64_C(0xfffffffffffffff9)},
};

/* Operand `which`, of a type, where the trial wants it. */
static ir_ref operand(struct trial *trial, unsigned which, enum ir_type type)
{
    struct ir_block *block = &trial->block;
    unsigned slot = (type == IR_I64 ? TOY_X0 : TOY_R0) + which;
    enum place place = trial->places[which];
    ir_ref value;

    if (place == CONSTANT) {
        return ir_const(block, type, (int32_t)trial->values[which]);
    }
    value = ir_get(block, slot);
    if (place == COMPUTED || place == COMPUTED_TWICE) {
        value = ir_unary(block, IR_NOT, type, ir_unary(block, IR_NOT, type, value));
    }
    if (place == IN_SLOT_TWICE || place == COMPUTED_TWICE) {
        trial->again[which] = value;
    }
    return value;
}

/* ---- what is around the op ---- */

#define PRESSURE_VALUES 12

struct around {
    ir_ref pressing[PRESSURE_VALUES];
    ir_ref flags;
};

static struct around begin(struct trial *trial)
{
    struct ir_block *block = &trial->block;
    struct around around = {.flags = 0};

    ir_begin(block, &toy_guest, 0x10000);
    trial->again[0] = trial->again[1] = 0;
    for (unsigned i = 0; (trial->setting & PRESSURE) && i < PRESSURE_VALUES; i++) {
        ir_ref value = ir_get(block, TOY_R0 + 2 + i % 2);
        ir_ref amount = ir_const(block, IR_I32, (int32_t)(i * i));
        around.pressing[i] = ir_binary(block, IR_ADD, IR_I32, value, amount);
    }
    if (trial->setting & FLAGS_HELD) {
        ir_ref a = ir_get(block, TOY_R0 + 2);
        around.flags = ir_binary(block, IR_SUB_FLAGS, IR_FLAGS, a, ir_get(block, TOY_R0 + 3));
    }
    return around;
}

static void end(struct trial *trial, const struct around *around, ir_ref result)
{
    struct ir_block *block = &trial->block;
    unsigned type = block->ops[result].type;
    char message[200];

    ir_set(block, type == IR_FLAGS ? TOY_ICC : type == IR_I64 ? TOY_BX0 : TOY_B0, result);
    if (around->flags != 0 && type != IR_FLAGS) {
        ir_set(block, TOY_ICC, around->flags);
    }
    for (unsigned i = 0; i < 2; i++) {
        if (trial->again[i] != 0) {
            bool wide = block->ops[trial->again[i]].type == IR_I64;
            ir_set(block, wide ? TOY_X0 + i : TOY_R0 + 4 + i, trial->again[i]);
        }
    }
    if (trial->setting & PRESSURE) {
        ir_ref sum = around->pressing[0];
        for (unsigned i = 1; i < PRESSURE_VALUES; i++) {
            sum = ir_binary(block, IR_XOR, IR_I32, sum, around->pressing[i]);
        }
        ir_set(block, TOY_R0 + 6, sum);
    }
    ir_add_op(block, (struct ir_op){.code = IR_QUIT, .insn = IR_NONE});
    if (!ir_verify(block, message, sizeof message)) {
        fail_msg("%s", message);
    }
    machines_compare(trial->machines, block, trial->values);
}

/* ---- ops ---- */

struct shape {
    enum ir_code code;
    enum ir_type type;        /* of the result */
    enum ir_type operands[2]; /* VOID: none */
    bool conditions;          /* the op has a condition: all are tried */
    bool divides;
};

#define BOTH(code)                                                                                 \
    {IR_##code, IR_I32, {IR_I32, IR_I32}, false, false},                                           \
    {                                                                                              \
        IR_##code, IR_I64, {IR_I64, IR_I64}, false, false                                          \
    }
#define SHIFT(code)                                                                                \
    {IR_##code, IR_I32, {IR_I32, IR_I32}, false, false},                                           \
    {                                                                                              \
        IR_##code, IR_I64, {IR_I64, IR_I32}, false, false                                          \
    }
#define UNARY(code, to, from)                                                                      \
    {                                                                                              \
        IR_##code, to, {from, IR_VOID}, false, false                                               \
    }

static const struct shape shapes[] = {
    BOTH(ADD),
    BOTH(SUB),
    BOTH(MUL),
    BOTH(AND),
    BOTH(OR),
    BOTH(XOR),
    {IR_DIVU, IR_I32, {IR_I32, IR_I32}, false, true},
    {IR_DIVU, IR_I64, {IR_I64, IR_I64}, false, true},
    {IR_DIVS, IR_I32, {IR_I32, IR_I32}, false, true},
    {IR_DIVS, IR_I64, {IR_I64, IR_I64}, false, true},
    SHIFT(SHL),
    SHIFT(SHR),
    SHIFT(SAR),
    SHIFT(ROTL),
    UNARY(NOT, IR_I32, IR_I32),
    UNARY(NOT, IR_I64, IR_I64),
    UNARY(NEG, IR_I32, IR_I32),
    UNARY(NEG, IR_I64, IR_I64),
    UNARY(SEXT8, IR_I32, IR_I32),
    UNARY(SEXT16, IR_I32, IR_I32),
    UNARY(ZEXT8, IR_I32, IR_I32),
    UNARY(ZEXT16, IR_I32, IR_I32),
    UNARY(SEXT32, IR_I64, IR_I32),
    UNARY(ZEXT32, IR_I64, IR_I32),
    UNARY(LOW, IR_I32, IR_I64),
    UNARY(HIGH, IR_I32, IR_I64),
    {IR_PACK, IR_I64, {IR_I32, IR_I32}, false, false},
    {IR_SETC, IR_I32, {IR_I32, IR_I32}, true, false},
    {IR_SETC, IR_I32, {IR_I64, IR_I64}, true, false},
    {IR_SELECT, IR_I32, {IR_I32, IR_I32}, false, false},
    {IR_SELECT, IR_I64, {IR_I32, IR_I64}, false, false},
    {IR_ADD_FLAGS, IR_FLAGS, {IR_I32, IR_I32}, false, false},
    {IR_SUB_FLAGS, IR_FLAGS, {IR_I32, IR_I32}, false, false},
    {IR_ADC_FLAGS, IR_FLAGS, {IR_I32, IR_I32}, false, false},
    {IR_SBC_FLAGS, IR_FLAGS, {IR_I32, IR_I32}, false, false},
    UNARY(LOGIC_FLAGS, IR_FLAGS, IR_I32),
};

/* The third operand: for SELECT the first one again if it has the right type, for ADC_FLAGS a FLAGS value. */
static ir_ref third(struct trial *trial, const struct shape *shape, ir_ref first,
                    const struct around *around)
{
    if (shape->code == IR_SELECT) {
        return shape->type == IR_I32 ? first : ir_get(&trial->block, TOY_X0);
    }
    if (shape->code == IR_ADC_FLAGS || shape->code == IR_SBC_FLAGS) {
        return around->flags != 0 ? around->flags : ir_get(&trial->block, TOY_ICC);
    }
    return 0;
}

static void try_op(struct trial *trial, const struct shape *shape, unsigned cond)
{
    struct around around = begin(trial);
    struct ir_op op = {.code = (uint8_t)shape->code,
                       .type = (uint8_t)shape->type,
                       .cond = (uint8_t)cond,
                       .insn = IR_NONE};

    op.a = operand(trial, 0, shape->operands[0]);
    if (shape->operands[1] != IR_VOID) {
        bool same = (trial->setting & SAME) && shape->operands[0] == shape->operands[1];
        op.b = same ? op.a : operand(trial, 1, shape->operands[1]);
    }
    op.c = third(trial, shape, op.a, &around);
    end(trial, &around, ir_add_op(&trial->block, op));
}

/* Runs the trial with all pairs of values; for divisions without those whose divisor is 0. */
static void try_values(struct trial *trial, const struct shape *shape)
{
    for (unsigned i = 0; i < ARRAY_LEN(pairs); i++) {
        trial->values[0] = pairs[i][0];
        trial->values[1] = pairs[i][1];
        if (!shape->divides || ((uint32_t)pairs[i][0] != 0 && (uint32_t)pairs[i][1] != 0)) {
            for (unsigned cond = 0; cond < (shape->conditions ? IR_CONDS : 1u); cond++) {
                try_op(trial, shape, cond);
            }
        }
    }
}

static void try_shape(struct trial *trial, const struct shape *shape)
{
    for (unsigned place = 0; place < PLACES * PLACES; place++) {
        trial->places[0] = (enum place)(place / PLACES);
        trial->places[1] = (enum place)(place % PLACES);
        for (trial->setting = 0; trial->setting < SETTINGS; trial->setting++) {
            bool once = shape->operands[1] == IR_VOID;
            if (!once || (place % PLACES == 0 && !(trial->setting & SAME))) {
                try_values(trial, shape);
            }
        }
    }
}

static void test_forms(void **state)
{
    static struct trial trial; /* a block is large */
    static struct machines machines;

    (void)state;
    machines_open(&machines);
    trial.machines = &machines;
    for (unsigned i = 0; i < ARRAY_LEN(shapes); i++) {
        try_shape(&trial, &shapes[i]);
    }
    print_message("%u runs\n", machines.runs);
    machines_close(&machines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
