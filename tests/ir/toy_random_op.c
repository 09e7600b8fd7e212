// SPDX-License-Identifier: MIT
/* Random blocks: one op of any kind.  Ops without effect come straight from the table of ops. */
#include "check.h"
#include "toy_random.h"

#define ARMS_MOST 12

static unsigned any_integer(struct toy_maker *maker)
{
    return toy_percent(&maker->rng, 70) ? IR_I32 : IR_I64;
}

static unsigned any_real(struct toy_maker *maker)
{
    return toy_percent(&maker->rng, 50) ? IR_F32 : IR_F64;
}

/* ---- ops by their row ---- */

static unsigned letter_type(char letter, unsigned own)
{
    switch (letter) {
    case 'i':
        return IR_I32;
    case 'l':
        return IR_I64;
    case 'g':
        return IR_FLAGS;
    case '-':
        return IR_VOID;
    default:
        return own;
    }
}

/* The floating-point type of an integer type's width, or the other way round. */
static unsigned other_kind(unsigned type)
{
    static const uint8_t kinds[] = {
        [IR_I32] = IR_F32, [IR_I64] = IR_F64, [IR_F32] = IR_I32, [IR_F64] = IR_I64};
    return kinds[type];
}

static bool is_by_row(unsigned code)
{
    bool pure = ir_rows[code].flags & IR_F_PURE && code != IR_NOP && code != IR_CONST;

    return pure || code == IR_FCMP || code == IR_FCMPE || code == IR_FFROMI;
}

static unsigned any_code_by_row(struct toy_maker *maker)
{
    unsigned code;

    do {
        code = toy_below(&maker->rng, IR_CODES);
    } while (!is_by_row(code));
    return code;
}

static void begin_fp(struct toy_maker *maker)
{
    if (!maker->fp_ready) {
        toy_append(maker, (struct ir_op){.code = IR_FBEGIN, .insn = IR_NONE});
        maker->fp_ready = true;
    }
}

/* Makes a divisor that is not 0. */
static ir_ref not_zero(struct toy_maker *maker, ir_ref value, unsigned type)
{
    ir_ref one = ir_const(maker->block, (enum ir_type)type, 1);

    return toy_append(
        maker, (struct ir_op){
                   .code = IR_OR, .type = (uint8_t)type, .a = value, .b = one, .insn = IR_NONE});
}

static void add_by_row(struct toy_maker *maker)
{
    unsigned code = any_code_by_row(maker);
    const struct ir_row *row = &ir_rows[code];
    bool real = row->result[0] == 'F' || row->operands[0] == 'F';
    unsigned own = real ? any_real(maker) : any_integer(maker);
    struct ir_op op = {.code = (uint8_t)code, .insn = IR_NONE};
    ir_ref *refs[] = {&op.a, &op.b, &op.c};

    if (real) {
        begin_fp(maker);
    }
    op.type = (uint8_t)letter_type(row->result[0], own);
    op.cond = real ? 0 : (uint8_t)toy_below(&maker->rng, IR_CONDS);
    for (unsigned i = 0; i < row->operand_count; i++) {
        bool other = row->operands[i] == 'w';
        *refs[i] = toy_pick(maker, other ? other_kind(own) : letter_type(row->operands[i], own));
    }
    if (code == IR_DIVU || code == IR_DIVS) {
        op.b = not_zero(maker, op.b, own);
    }
    toy_append(maker, op);
}

/* ---- state ---- */

static void add_set(struct toy_maker *maker)
{
    unsigned slot;

    do {
        slot = 1 + toy_below(&maker->rng, TOY_SLOTS - 1);
    } while (slot == TOY_LOW || slot == TOY_HIGH);
    if (toy_percent(&maker->rng, 20)) {
        slot = toy_percent(&maker->rng, 70) ? TOY_ICC : TOY_IGNORED;
    }
    ir_set(maker->block, slot, toy_pick(maker, toy_slots[slot].type));
}

static void add_shift(struct toy_maker *maker)
{
    bool up = toy_percent(&maker->rng, 50);
    unsigned insn = toy_new_insn(maker);

    if (insn != IR_NONE) {
        maker->info->insns[insn] = (struct toy_insn){.code = IR_MOVE_BANK, .windows = up ? 1 : -1};
        toy_append(maker, (struct ir_op){.code = IR_MOVE_BANK,
                                         .slot = up ? TOY_HIGH : TOY_LOW,
                                         .insn = (uint16_t)insn,
                                         .imm = up ? TOY_WINDOW_SIZE : -TOY_WINDOW_SIZE});
    }
}

static void add_step(struct toy_maker *maker)
{
    unsigned insn = toy_new_insn(maker);

    if (insn != IR_NONE) {
        toy_append(maker, (struct ir_op){.code = IR_STEP, .insn = (uint16_t)insn});
    }
}

static void add_call(struct toy_maker *maker)
{
    unsigned number = toy_below(&maker->rng, TOY_HELPERS);
    const struct ir_helper *helper = &toy_guest.helpers[number];
    struct ir_op op = {
        .code = IR_CALL, .type = helper->result, .insn = IR_NONE, .imm = (int32_t)number};
    ir_ref *refs[] = {&op.a, &op.b, &op.c};

    for (unsigned i = 0; i < IR_HELPER_ARGUMENTS && helper->arguments[i] != IR_VOID; i++) {
        *refs[i] = toy_pick(maker, helper->arguments[i]);
    }
    toy_append(maker, op);
}

/* ---- memory ---- */

static ir_ref add_integer_op(struct toy_maker *maker, unsigned code, ir_ref a, ir_ref b)
{
    return toy_append(
        maker,
        (struct ir_op){.code = (uint8_t)code, .type = IR_I32, .a = a, .b = b, .insn = IR_NONE});
}

/* An address near that of other accesses of the block, so that they may share a guard: r0, made a place in memory, plus a
 * constant or an index into a table. */
static ir_ref near_address(struct toy_maker *maker, unsigned size)
{
    struct ir_block *block = maker->block;
    ir_ref base = toy_append(
        maker, (struct ir_op){.code = IR_GET, .type = IR_I32, .slot = TOY_R0, .insn = IR_NONE});
    ir_ref offset;

    base = add_integer_op(maker, IR_AND, base, ir_const(block, IR_I32, 0x1fd8));
    base = add_integer_op(maker, IR_ADD, base, ir_const(block, IR_I32, (int32_t)TOY_MEMORY));
    if (toy_percent(&maker->rng, 60)) {
        offset = ir_const(block, IR_I32, 8 * (int32_t)toy_below(&maker->rng, 8));
    } else {
        offset = add_integer_op(maker, IR_AND, toy_pick(maker, IR_I32),
                                ir_const(block, IR_I32, toy_percent(&maker->rng, 50) ? 31 : 255));
        offset = add_integer_op(maker, IR_SHL, offset, ir_const(block, IR_I32, size & IR_64));
    }
    return add_integer_op(maker, IR_ADD, base, offset);
}

/* Makes an address: mostly an aligned one in the toy's memory, sometimes any in it, sometimes any at all. */
static ir_ref any_address(struct toy_maker *maker, unsigned size)
{
    ir_ref value = toy_pick(maker, IR_I32);
    uint32_t mask = TOY_MEMORY_SIZE - 1;

    if (toy_percent(&maker->rng, 40)) {
        return near_address(maker, size);
    }
    if (toy_percent(&maker->rng, 5)) {
        return value;
    }
    if (toy_percent(&maker->rng, 90)) {
        mask &= ~((1u << (size & IR_64)) - 1);
    }
    if (toy_percent(&maker->rng, 60)) {
        mask &= 0xfff; /* only the first page, where loads and stores are fast */
    }
    value = add_integer_op(maker, IR_AND, value, ir_const(maker->block, IR_I32, (int32_t)mask));
    return add_integer_op(maker, IR_ADD, value,
                          ir_const(maker->block, IR_I32, (int32_t)TOY_MEMORY));
}

static void add_load(struct toy_maker *maker)
{
    uint8_t size = (uint8_t)toy_below(&maker->rng, IR_SIZES);
    bool other = size < IR_REAL_32 && toy_percent(&maker->rng, 10);
    ir_ref address = any_address(maker, size);
    unsigned insn = toy_new_insn(maker);

    if (insn != IR_NONE) {
        maker->info->insns[insn].code = IR_LOAD;
        toy_append(maker, (struct ir_op){.code = other ? IR_ALOAD : IR_LOAD,
                                         .type = (uint8_t)ir_size_type(size),
                                         .cond = size,
                                         .a = address,
                                         .insn = (uint16_t)insn});
    }
}

static void add_store(struct toy_maker *maker)
{
    static const uint8_t sizes[] = {IR_8, IR_16, IR_32, IR_64, IR_REAL_32, IR_REAL_64};
    uint8_t size = sizes[toy_below(&maker->rng, ARRAY_LEN(sizes))];
    uint8_t type = (uint8_t)ir_size_type(size);
    bool other = size < IR_REAL_32 && toy_percent(&maker->rng, 10);
    ir_ref address = any_address(maker, size);
    ir_ref value = toy_pick(maker, type);
    unsigned insn = toy_new_insn(maker);

    if (insn != IR_NONE) {
        maker->info->insns[insn].code = IR_STORE;
        toy_append(maker, (struct ir_op){.code = other ? IR_ASTORE : IR_STORE,
                                         .type = type,
                                         .cond = size,
                                         .a = address,
                                         .b = value,
                                         .insn = (uint16_t)insn});
    }
}

/* ---- floating point ---- */

static unsigned real_slot(struct toy_maker *maker, unsigned type)
{
    return type == IR_F64 ? TOY_D0 + toy_below(&maker->rng, 4) : TOY_F0 + toy_below(&maker->rng, 8);
}

static void choose_types(struct toy_maker *maker, unsigned code, unsigned *operand,
                         unsigned *result)
{
    unsigned type = any_real(maker);

    *operand = code == IR_FWIDEN ? IR_F32 : code == IR_FNARROW ? IR_F64 : type;
    *result = code == IR_FWIDEN    ? IR_F64
              : code == IR_FNARROW ? IR_F32
              : code == IR_FTOI    ? IR_I32
                                   : type;
}

/* Chooses further checks.  The toy's step() computes what the op would, so the result is the same whether the backend or
 * step() performs it. */
static uint8_t some_checks(struct toy_maker *maker, unsigned code, bool binary)
{
    bool has_range = binary || code == IR_FNARROW;
    unsigned possible = IR_FP_A | (binary ? (unsigned)IR_FP_B : 0u) |
                        (has_range ? (unsigned)IR_FP_RANGE : 0u) |
                        (code == IR_FWIDEN ? 0u : (unsigned)IR_FP_EXACT);
    unsigned checks = possible & toy_below(&maker->rng, IR_FP_POISON);

    if (checks & IR_FP_EXACT && has_range) {
        checks |= IR_FP_RANGE;
    }
    return toy_percent(&maker->rng, 50) ? 0 : (uint8_t)checks;
}

/* Adds an FP op as a translator does: the operands come from slots, where step() finds them, and the result is SET to
 * its slot. */
static void add_fp(struct toy_maker *maker)
{
    unsigned code = IR_FADD + toy_below(&maker->rng, IR_FTOI - IR_FADD + 1);
    unsigned operand, result;

    if (code == IR_FFROMI) {
        return;
    }
    choose_types(maker, code, &operand, &result);
    unsigned insn = toy_new_insn(maker);
    if (insn == IR_NONE) {
        return;
    }
    unsigned a = real_slot(maker, operand);
    unsigned b = ir_rows[code].operand_count > 1 ? real_slot(maker, operand) : TOY_NO_SLOT;
    unsigned slot = real_slot(maker, result);
    maker->info->insns[insn] = (struct toy_insn){.code = (uint8_t)code,
                                                 .type = (uint8_t)result,
                                                 .a = (uint8_t)a,
                                                 .b = (uint8_t)b,
                                                 .slot = (uint8_t)slot};
    begin_fp(maker);
    struct ir_op op = {.code = (uint8_t)code,
                       .type = (uint8_t)result,
                       .slot = (uint8_t)slot,
                       .insn = (uint16_t)insn};
    op.a = ir_get(maker->block, a);
    op.b = b != TOY_NO_SLOT ? ir_get(maker->block, b) : 0;
    op.cond = some_checks(maker, code, b != TOY_NO_SLOT);
    maker->info->insns[insn].open =
        op.cond & IR_FP_EXACT && (code == IR_FMUL || code == IR_FDIV || code == IR_FSQRT);
    ir_ref value = toy_append(maker, op);
    ir_set(maker->block, result == IR_I32 ? slot - TOY_F0 + TOY_FI0 : slot, value);
}

/* Adds an FP op without an instruction.  Its operands come from integers, so that the result cannot be a NaN, whose
 * payload IR leaves undefined. */
static void add_plain_fp(struct toy_maker *maker)
{
    static const uint8_t codes[] = {IR_FADD, IR_FSUB, IR_FMUL};
    uint8_t type = (uint8_t)any_real(maker);
    struct ir_op op = {.code = codes[toy_below(&maker->rng, 3)], .type = type, .insn = IR_NONE};
    struct ir_op convert = {.code = IR_FFROMI, .type = type, .insn = IR_NONE};

    begin_fp(maker);
    convert.a = toy_pick(maker, IR_I32);
    op.a = toy_append(maker, convert);
    convert.a = toy_pick(maker, IR_I32);
    op.b = toy_append(maker, convert);
    toy_append(maker, op);
}

/* ---- branches ---- */

static void note_arm(struct toy_maker *maker, unsigned arm)
{
    for (unsigned type = 0; type <= IR_FLAGS; type++) {
        maker->arms[arm].count[type] =
            maker->in_arm ? maker->arms[maker->arm].count[type] : maker->pool.count[type];
    }
    maker->arms[arm].fp_ready = maker->fp_ready;
}

static void add_branch(struct toy_maker *maker)
{
    struct ir_op op = {.insn = IR_NONE};

    if (maker->block->arm_count >= ARMS_MOST) {
        return;
    }
    op.cond = (uint8_t)toy_below(&maker->rng, IR_CONDS);
    if (toy_percent(&maker->rng, 15)) {
        op.code = IR_CHARGE;
        op.cond = 0;
        op.a = ir_const(maker->block, IR_I32, (int32_t)toy_below(&maker->rng, 9));
    } else if (toy_percent(&maker->rng, 50)) {
        op.code = IR_BRANCH_FLAGS;
        op.a = toy_pick(maker, IR_FLAGS);
    } else {
        op.code = IR_BRANCH;
        op.type = (uint8_t)any_integer(maker);
        op.a = toy_pick(maker, op.type);
        op.b = toy_pick(maker, op.type);
    }
    op.imm = (int32_t)ir_new_arm(maker->block);
    note_arm(maker, (unsigned)op.imm);
    toy_append(maker, op);
}

/* ---- choices ---- */

static void add_give_back(struct toy_maker *maker, ir_ref condition)
{
    struct ir_op op = {.code = IR_GIVE_BACK, .a = condition, .insn = IR_NONE};

    op.imm = 1 + (int32_t)toy_below(&maker->rng, 3);
    maker->given += (unsigned)op.imm;
    maker->block->charge += (unsigned)op.imm;
    toy_append(maker, op);
}

/* A comparison, and what it chooses, as of a short branch that has been made straight code. */
static void add_choices(struct toy_maker *maker)
{
    struct ir_op test = {.code = IR_SETC, .type = IR_I32, .insn = IR_NONE};

    test.cond = (uint8_t)toy_below(&maker->rng, IR_CONDS);
    if (toy_percent(&maker->rng, 30)) {
        test.code = IR_TEST_FLAGS;
        test.a = toy_pick(maker, IR_FLAGS);
    } else {
        unsigned type = any_integer(maker);
        test.a = toy_pick(maker, type);
        test.b = toy_pick(maker, type);
    }
    ir_ref condition = toy_append(maker, test);
    for (unsigned i = 1 + toy_below(&maker->rng, 3); i > 0; i--) {
        struct ir_op op = {.code = IR_SELECT, .a = condition, .insn = IR_NONE};
        op.type = (uint8_t)any_integer(maker);
        op.b = toy_pick(maker, op.type);
        op.c = toy_pick(maker, op.type);
        ir_set(maker->block, op.type == IR_I64 ? TOY_X0 : TOY_R0 + i, toy_append(maker, op));
    }
    if (toy_percent(&maker->rng, 50)) {
        add_give_back(maker, toy_percent(&maker->rng, 80) ? condition : toy_pick(maker, IR_I32));
    }
}

/* ---- any ---- */

void toy_random_op(struct toy_maker *maker)
{
    static const struct {
        unsigned weight;
        void (*add)(struct toy_maker *maker);
    } kinds[] = {
        {44, add_by_row}, {17, add_set},     {7, add_load},    {7, add_store},
        {7, add_fp},      {2, add_plain_fp}, {4, add_call},    {2, add_step},
        {3, add_shift},   {5, add_branch},   {2, add_choices},
    };
    unsigned choice = toy_below(&maker->rng, 100);
    unsigned kind = 0;

    while (choice >= kinds[kind].weight) {
        choice -= kinds[kind].weight;
        kind++;
    }
    kinds[kind].add(maker);
}
