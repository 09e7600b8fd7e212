// SPDX-License-Identifier: MIT
/* Random blocks: sections, values, and the ends of sections. */
#include "toy_random.h"

#include <string.h>

#include "check.h"

/* ---- values ---- */

ir_ref toy_append(struct toy_maker *maker, struct ir_op op)
{
    ir_ref ref = ir_add_op(maker->block, op);
    bool has_result = op.code == IR_CALL ? op.type != IR_VOID : ir_rows[op.code].result[0] != '-';

    if (has_result && ref != 0) {
        maker->pool.values[op.type][maker->pool.count[op.type]++] = ref;
    }
    return ref;
}

static ir_ref fresh_constant(struct toy_maker *maker, unsigned type)
{
    static const int32_t edges[] = {0,     1,      -1,   2,         4,         8,     31,
                                    32,    63,     64,   0xff,      -128,      64,    16,
                                    65535, -65536, 4096, INT32_MAX, INT32_MIN, 0x1004};
    int32_t value = toy_percent(&maker->rng, 80) ? edges[toy_below(&maker->rng, ARRAY_LEN(edges))]
                                                 : (int32_t)toy_next(&maker->rng);

    return toy_append(
        maker,
        (struct ir_op){.code = IR_CONST, .type = (uint8_t)type, .imm = value, .insn = IR_NONE});
}

/* A GET of any slot that has the type's size. */
static ir_ref fresh_get(struct toy_maker *maker, unsigned type)
{
    static const struct {
        uint8_t first, count;
    } slots[][4] = {
        [IR_I32] = {{TOY_R0, 8}, {TOY_B0, 8}, {TOY_FI0, 8}, {TOY_CLOBBERED, 2}},
        [IR_I64] = {{TOY_X0, 2}, {TOY_X0, 2}, {TOY_BX0, 1}, {TOY_D0, 4}},
        [IR_F32] = {{TOY_F0, 8}, {TOY_F0, 8}, {TOY_F0, 8}, {TOY_R0, 8}},
        [IR_F64] = {{TOY_D0, 4}, {TOY_D0, 4}, {TOY_D0, 4}, {TOY_X0, 2}},
        [IR_FLAGS] = {{TOY_ICC, 1}, {TOY_ICC, 1}, {TOY_ICC, 1}, {TOY_ICC, 1}},
    };
    unsigned row = toy_below(&maker->rng, 4);
    unsigned slot = slots[type][row].first + toy_below(&maker->rng, slots[type][row].count);

    return toy_append(
        maker, (struct ir_op){
                   .code = IR_GET, .type = (uint8_t)type, .slot = (uint8_t)slot, .insn = IR_NONE});
}

ir_ref toy_pick(struct toy_maker *maker, unsigned type)
{
    unsigned count = maker->pool.count[type];

    if (count == 0 || toy_percent(&maker->rng, 25)) {
        bool integer = type == IR_I32 || type == IR_I64;
        return integer && toy_percent(&maker->rng, 40) ? fresh_constant(maker, type)
                                                       : fresh_get(maker, type);
    }
    unsigned recent = count > 6 && toy_percent(&maker->rng, 60) ? 6 : count;
    return maker->pool.values[type][count - 1 - toy_below(&maker->rng, recent)];
}

unsigned toy_new_insn(struct toy_maker *maker)
{
    struct ir_block *block = maker->block;

    if (block->insn_count == IR_MAX_INSNS) {
        return IR_NONE;
    }
    uint32_t pc = block->pc + 4 * block->insn_count;
    unsigned insn = ir_insn(block, pc, pc + 4);
    block->insns[insn].refund = (uint16_t)toy_below(
        &maker->rng, block->charge - maker->given); /* some is spent, so loops end */
    maker->info->insns[insn] = (struct toy_insn){.code = IR_NOP};
    return insn;
}

/* ---- ends ---- */

static unsigned insn_or_none(struct toy_maker *maker)
{
    return toy_percent(&maker->rng, 50) ? toy_new_insn(maker) : IR_NONE;
}

/* Ends the section with a JUMP to one of two blocks, which a value chooses. */
static void end_with_jump(struct toy_maker *maker)
{
    ir_ref targets[2];

    for (unsigned i = 0; i < 2; i++) {
        uint32_t pc = toy_block_pc(toy_below(&maker->rng, maker->block_count));
        targets[i] = ir_const(maker->block, IR_I32, (int32_t)pc);
    }
    ir_ref chosen = ir_add_op(maker->block, (struct ir_op){.code = IR_SELECT,
                                                           .type = IR_I32,
                                                           .a = toy_pick(maker, IR_I32),
                                                           .b = targets[0],
                                                           .c = targets[1],
                                                           .insn = IR_NONE});
    ir_add_op(maker->block,
              (struct ir_op){.code = IR_JUMP, .a = chosen, .insn = (uint16_t)insn_or_none(maker)});
}

/* SETs some values to slots at the end of a section, so that wrong ones are seen. */
static void keep_values(struct toy_maker *maker)
{
    for (unsigned i = toy_below(&maker->rng, 5); i > 0; i--) {
        bool wide = toy_percent(&maker->rng, 30);
        unsigned slot =
            wide ? TOY_X0 + toy_below(&maker->rng, 2) : TOY_R0 + toy_below(&maker->rng, 8);
        ir_set(maker->block, slot, toy_pick(maker, wide ? IR_I64 : IR_I32));
    }
}

static void end_section(struct toy_maker *maker)
{
    unsigned kind = toy_below(&maker->rng, 10);

    keep_values(maker);
    if (kind < 5) {
        ir_exit(maker->block, toy_block_pc(toy_below(&maker->rng, maker->block_count)),
                insn_or_none(maker));
    } else if (kind < 9) {
        end_with_jump(maker);
    } else {
        ir_add_op(maker->block,
                  (struct ir_op){.code = IR_QUIT, .insn = (uint16_t)insn_or_none(maker)});
    }
}

/* ---- sections ---- */

static bool has_room(const struct toy_maker *maker)
{
    return maker->block->op_count + IR_ROOM < IR_MAX_OPS;
}

static void fill_section(struct toy_maker *maker, unsigned ops)
{
    unsigned end = maker->block->op_count + ops;

    while (maker->block->op_count < end && has_room(maker)) {
        toy_random_op(maker);
    }
    end_section(maker);
}

/* Begins an arm; only values that the main section had before the branch are visible in it. */
static void begin_arm(struct toy_maker *maker, unsigned arm)
{
    ir_begin_arm(maker->block, arm);
    maker->pool = maker->main;
    memcpy(maker->pool.count, maker->arms[arm].count, sizeof maker->pool.count);
    maker->fp_ready = maker->arms[arm].fp_ready;
    maker->in_arm = true;
    maker->arm = arm;
}

static void make_block(struct toy_maker *maker, unsigned ops)
{
    fill_section(maker, ops);
    maker->main = maker->pool;
    for (unsigned arm = 0; arm < maker->block->arm_count; arm++) {
        begin_arm(maker, arm);
        fill_section(maker, has_room(maker) ? toy_below(&maker->rng, 1 + ops / 4) : 0);
    }
}

void toy_random_block(struct ir_block *block, struct toy_block *info, uint64_t seed, unsigned index,
                      unsigned count, unsigned ops)
{
    struct toy_maker *maker = calloc(1, sizeof *maker);

    CHECK(maker != NULL);
    maker->block = block;
    maker->info = info;
    maker->rng.state = toy_scramble(seed) + index;
    maker->block_count = count;
    ir_begin(block, &toy_guest, toy_block_pc(index));
    info->pc = block->pc;
    block->charge = 1 + toy_below(&maker->rng, 30);
    make_block(maker, ops);
    free(maker);
}
