// SPDX-License-Identifier: MIT
/*
 * The IR interpreter: a backend that needs no code generator.
 *
 * It executes the ops of a block one by one, and goes from block to block by the same links and jump cache as
 * host code.  It is the default where there is no code generator for the host, and the reference that code
 * generators are compared with.  Blocks lie one behind the other in an arena of the configured size.
 * Manual: docs/ir.md.
 */
#include <stdlib.h>

#include "check.h"
#include "ir_interp.h"

/* An arena in which the largest block fits. */
#define ARENA_LEAST (256u << 10)
#define ARENA_MOST  (1u << 30)
#define ALIGN       16u

_Static_assert(sizeof(struct irx_code) + IR_MAX_OPS * sizeof(struct irx_op) +
                       IR_MAX_LINKS * sizeof(void *) + IR_MAX_INSNS * sizeof(struct ir_insn) +
                       IR_MAX_ARMS * sizeof(ir_ref) + ALIGN <
                   ARENA_LEAST,
               "a flush makes room for any block");

/* ---- helpers ---- */

static ffi_type *ffi_of(unsigned type)
{
    switch (type) {
    case IR_VOID:
        return &ffi_type_void;
    case IR_I64:
        return &ffi_type_uint64;
    default:
        return &ffi_type_uint32;
    }
}

static bool prepare_helper(struct irx_helper *prepared, const struct ir_helper *helper)
{
    unsigned count = 0;

    if (helper->takes_env) {
        prepared->types[count++] = &ffi_type_pointer;
    }
    for (unsigned i = 0; i < IR_HELPER_ARGUMENTS && helper->arguments[i] != IR_VOID; i++) {
        prepared->types[count++] = ffi_of(helper->arguments[i]);
    }
    return ffi_prep_cif(&prepared->cif, FFI_DEFAULT_ABI, count, ffi_of(helper->result),
                        prepared->types) == FFI_OK;
}

static bool prepare_helpers(struct interp *interp)
{
    const struct ir_guest *guest = interp->guest;

    interp->helpers = calloc(guest->helper_count + 1, sizeof *interp->helpers);
    if (interp->helpers == NULL) {
        return false;
    }
    for (unsigned i = 0; i < guest->helper_count; i++) {
        if (!prepare_helper(&interp->helpers[i], &guest->helpers[i])) {
            return false;
        }
    }
    return true;
}

/* ---- life ---- */

static void destroy(void *self)
{
    struct interp *interp = self;

    free(interp->helpers);
    free(interp->arena);
    free(interp);
}

static size_t arena_size(size_t wanted)
{
    return wanted < ARENA_LEAST ? ARENA_LEAST : wanted > ARENA_MOST ? ARENA_MOST : wanted;
}

static void *create(const struct jit_config *config, const char **message)
{
    struct interp *interp = calloc(1, sizeof *interp);

    *message = "there is no memory for the IR interpreter's blocks";
    if (interp == NULL) {
        return NULL;
    }
    interp->guest = config->guest;
    interp->stress = config->stress;
    interp->size = arena_size(config->cache_size);
    ring_begin(&interp->ring, 0, interp->size);
    if (config->first_size != 0 && arena_size(config->first_size) < interp->size) {
        interp->ring.end = interp->ring.limit = arena_size(config->first_size);
    }
    interp->arena = malloc(interp->size);
    if (interp->arena == NULL || !prepare_helpers(interp)) {
        destroy(interp);
        return NULL;
    }
    return interp;
}

static void flush(void *self)
{
    struct interp *interp = self;

    ring_begin(&interp->ring, 0, interp->ring.limit);
}

static bool grow(void *self)
{
    struct interp *interp = self;

    return ring_grow(&interp->ring, interp->size);
}

static void reuse(void *self, const void *oldest)
{
    struct interp *interp = self;

    ring_free_to(&interp->ring,
                 oldest != NULL ? (size_t)((const uint8_t *)oldest - interp->arena) : RING_NONE);
}

static size_t used(const void *self)
{
    const struct interp *interp = self;

    return interp->ring.top;
}

/* ---- compiling: copying ---- */

/* Is it the handler for 64 bits that the op needs?  The width is that of the operands where the result is an I32 but the
 * operands are of type T or F (SETC, FCMP, FTOI; see ir_ops.def), else that of the op's type. */
static bool is_wide(const struct ir_block *block, const struct ir_op *op)
{
    const struct ir_row *row = &ir_rows[op->code];
    bool by_operand = row->result[0] == 'i' && strchr("TF", row->operands[0]) != NULL;
    unsigned type = by_operand ? block->ops[op->a].type : op->type;

    return type == IR_I64 || type == IR_F64;
}

irx_handler *irx_find_handler(const struct ir_block *block, const struct ir_op *op)
{
    const struct irx_row *row = &irx_integer_rows[op->code];

    if (row->narrow == NULL) {
        row = &irx_state_rows[op->code];
    }
    if (row->narrow == NULL) {
        row = &irx_fp_rows[op->code];
    }
    CHECK(row->narrow != NULL);
    return row->wide != NULL && is_wide(block, op) ? row->wide : row->narrow;
}

static void copy_op(const struct ir_block *block, unsigned number, struct irx_op *copy)
{
    const struct ir_op *op = &block->ops[number];

    *copy = (struct irx_op){.ir = *op, .number = (uint16_t)number};
    copy->handler = irx_find_handler(block, op);
    if (strchr(ir_rows[op->code].operands, 'S') != NULL && op->slot < block->guest->slot_count) {
        copy->slot_offset = block->guest->slots[op->slot].offset;
        copy->bank = block->guest->slots[op->slot].bank;
    }
}

/* Copies the ops but for NOPs.  indexes[number] becomes the index of the op's copy; for a NOP, of the copy of the next
 * op that is none. */
static void copy_ops(struct irx_code *code, const struct ir_block *block,
                     uint16_t indexes[IR_MAX_OPS])
{
    for (unsigned number = 1; number < block->op_count; number++) {
        indexes[number] = code->op_count;
        if (block->ops[number].code != IR_NOP) {
            copy_op(block, number, &code->ops[code->op_count++]);
        }
    }
}

static void place_branches(struct irx_code *code, const uint16_t indexes[IR_MAX_OPS])
{
    for (unsigned i = 0; i < code->op_count; i++) {
        struct irx_op *op = &code->ops[i];
        if (ir_is_branch(op->ir.code)) {
            op->arm_first = indexes[code->arms[op->ir.imm]];
        }
    }
}

/* Copies the block's tables to behind its ops; returns the address behind the tables. */
static uint8_t *place_tables(struct irx_code *code, const struct ir_block *block)
{
    uint8_t *at = (uint8_t *)&code->ops[code->op_count];

    code->links = memset(at, 0, block->link_count * sizeof *code->links);
    at += block->link_count * sizeof *code->links;
    code->insns = memcpy(at, block->insns, block->insn_count * sizeof *code->insns);
    at += block->insn_count * sizeof *code->insns;
    code->arms = memcpy(at, block->arms, block->arm_count * sizeof *code->arms);
    return at + block->arm_count * sizeof *code->arms;
}

/* An upper bound of the bytes that the block needs. */
static size_t size_of(const struct ir_block *block)
{
    return sizeof(struct irx_code) + block->op_count * sizeof(struct irx_op) +
           block->link_count * sizeof(void *) + block->insn_count * sizeof(struct ir_insn) +
           block->arm_count * sizeof(ir_ref) + ALIGN;
}

static void describe(const struct interp *interp, const struct irx_code *code, size_t size,
                     struct jit_code *described)
{
    described->entry = code;
    described->size = (uint32_t)size;
    described->cold = NULL;
    described->cold_size = 0;
    for (unsigned i = 0; i < code->link_count; i++) {
        size_t offset = (size_t)((const uint8_t *)&code->links[i] - interp->arena);
        described->links[i] = (uint32_t)offset;
    }
}

static bool compile(void *self, const struct ir_block *block, void *cookie,
                    struct jit_code *described)
{
    struct interp *interp = self;
    struct irx_code *code = (void *)(interp->arena + interp->ring.at);
    uint16_t indexes[IR_MAX_OPS];

    if (size_of(block) > interp->ring.end - interp->ring.at) {
        interp->ring.full = true;
        return false;
    }
    *code = (struct irx_code){
        .cookie = cookie,
        .pc = block->pc,
        .charge = block->charge,
        .number_end = (uint16_t)block->op_count,
        .link_count = (uint16_t)block->link_count,
        .insn_count = (uint16_t)block->insn_count,
        .arm_count = (uint16_t)block->arm_count,
        .paged = block->paged,
    };
    copy_ops(code, block, indexes);
    size_t size = (size_t)(place_tables(code, block) - (uint8_t *)code);
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    place_branches(code, indexes);
    describe(interp, code, size, described);
    CHECK(ring_take(&interp->ring, size));
    return true;
}

/* ---- running ---- */

void irx_begin_run(struct irx_run *run, const struct interp *interp, uint8_t *env)
{
    const struct ir_guest *guest = interp->guest;

    run->interp = interp;
    run->guest = guest;
    run->bases[IR_ENV] = env;
    memcpy(&run->bases[IR_BANKED], env + guest->bank_offset, sizeof run->bases[IR_BANKED]);
    memcpy(&run->budget, env + guest->budget_offset, sizeof run->budget);
    irx_read_pointers(run);
}

void irx_end_run(const struct irx_run *run)
{
    const struct ir_guest *guest = run->guest;
    uint8_t *env = run->bases[IR_ENV];

    memcpy(env + guest->bank_offset, &run->bases[IR_BANKED], sizeof run->bases[IR_BANKED]);
    memcpy(env + guest->budget_offset, &run->budget, sizeof run->budget);
}

static struct jit_exit run_code(void *self, void *env, const void *entry)
{
    struct irx_run run; /* values are written before they are read: not cleared */

    irx_begin_run(&run, self, env);
    const struct irx_op *op = irx_enter(&run, entry);
    while (op != NULL) {
        op = op->handler(&run, op);
    }
    irx_end_run(&run);
    return run.left;
}

static void set_link(void *self, uint32_t offset, const void *entry)
{
    struct interp *interp = self;

    ASSERT(offset < interp->ring.top);
    memcpy(interp->arena + offset, &entry, sizeof entry);
}

static void disable(void *self, const void *entry)
{
    struct interp *interp = self;
    size_t offset = (size_t)((const uint8_t *)entry - interp->arena);
    struct irx_code *code = (void *)(interp->arena + offset);

    ASSERT(offset < interp->ring.top);
    code->disabled = true;
}

/* ---- listings ---- */

/* Makes an IR block from a compiled one, for a listing.  It has NOPs where the original had them. */
static void rebuild(const struct interp *interp, const struct irx_code *code,
                    struct ir_block *block)
{
    ir_begin(block, interp->guest, code->pc);
    block->charge = code->charge;
    block->paged = code->paged;
    block->link_count = code->link_count;
    for (unsigned i = 0; i < code->insn_count; i++) {
        block->insns[block->insn_count++] = code->insns[i];
    }
    for (unsigned i = 0; i < code->arm_count; i++) {
        block->arms[block->arm_count++] = code->arms[i];
    }
    while (block->op_count < code->number_end) {
        ir_add_op(block, (struct ir_op){.code = IR_NOP, .insn = IR_NONE});
    }
    for (unsigned i = 0; i < code->op_count; i++) {
        block->ops[code->ops[i].number] = code->ops[i].ir;
    }
}

static void disassemble(const void *self, const struct jit_code *code, FILE *stream)
{
    struct ir_block *block = malloc(sizeof *block);

    if (block != NULL) {
        rebuild(self, code->entry, block);
        ir_dump(block, stream);
    }
    free(block);
}

const struct jit_backend jit_ir_backend = {
    .name = "ir",
    .flags = {.n = 3, .z = 2, .v = 1, .c = 0},
    .create = create,
    .destroy = destroy,
    .compile = compile,
    .flush = flush,
    .grow = grow,
    .reuse = reuse,
    .used = used,
    .run = run_code,
    .link = set_link,
    .disable = disable,
    .fp_harvest = irx_fp_harvest,
    .fp_take = irx_fp_take,
    .disassemble = disassemble,
};
