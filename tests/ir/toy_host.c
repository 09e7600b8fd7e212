// SPDX-License-Identifier: MIT
/* The toy host: struct cg_host and struct jit_backend. */
#include <stdlib.h>

#include "check.h"
#include "toy_host_inside.h"

/* ---- what the register allocator asks for ---- */

static void emit_move(struct cg *c, unsigned type, unsigned to, struct cg_operand from)
{
    struct toy_instr *instr = toy_emit(c, TOY_MOVE);

    instr->d = (uint8_t)to;
    instr->in[0] = from;
    instr->types[0] = (uint8_t)type;
}

static void move(struct cg *c, unsigned type, unsigned to, unsigned from)
{
    emit_move(c, type, to, (struct cg_operand){OPERAND_REG, (uint8_t)from, 0});
}

static void load(struct cg *c, unsigned type, unsigned reg, struct cg_mem from)
{
    emit_move(c, type, reg, cg_mem_operand(from));
}

static void load_const(struct cg *c, unsigned type, unsigned reg, int32_t imm)
{
    emit_move(c, type, reg, (struct cg_operand){OPERAND_IMM, 0, imm});
}

static void emit_store(struct cg *c, enum toy_kind kind, unsigned type, struct cg_operand from,
                       struct cg_mem to)
{
    struct toy_instr *instr = toy_emit(c, kind);

    instr->in[0] = from;
    instr->in[1] = cg_mem_operand(to);
    instr->type = instr->types[0] = (uint8_t)type;
}

static void store(struct cg *c, unsigned type, struct cg_mem to, unsigned reg)
{
    emit_store(c, TOY_STORE, type, (struct cg_operand){OPERAND_REG, (uint8_t)reg, 0}, to);
}

static void store_const(struct cg *c, unsigned type, struct cg_mem to, int32_t imm)
{
    emit_store(c, TOY_STORE, type, (struct cg_operand){OPERAND_IMM, 0, imm}, to);
}

static void spill(struct cg *c, struct cg_mem to, unsigned reg)
{
    emit_store(c, TOY_SPILL, IR_I64, (struct cg_operand){OPERAND_REG, (uint8_t)reg, 0}, to);
}

static void compare(struct cg *c, bool wide, struct cg_operand a, struct cg_operand b)
{
    toy_emit_compare(c, FLAGS_OF_SUB, wide, a, b);
}

static void flags_to_reg(struct cg *c)
{
    struct toy_instr *instr = toy_emit(c, TOY_MOVE);

    instr->d = FLAGS_REG;
    instr->in[0] = (struct cg_operand){OPERAND_NONE, 0, 0};
}

/* `keep` has no meaning here, since this host needs no register for it. */
static void store_flags_of(struct cg *c, enum cg_flags_kind kind, struct cg_operand a,
                           struct cg_operand b, struct cg_mem to, bool keep)
{
    toy_emit_compare(c, kind, false, a, b);
    toy_store_flags(c, to, keep);
}

static void bind_jump(struct cg *c, uint8_t *jump)
{
    struct toy_instr *instr = (struct toy_instr *)(void *)jump;

    instr->target = (struct toy_instr *)(void *)c->as.p;
}

/* A block begins with a struct irx_code, as blocks of the IR interpreter do, so that the interpreter's handlers can look
 * into it. */
static void entry(struct cg *c)
{
    struct toy_host *host = toy_of(c);
    struct toy_side *side = calloc(1, sizeof *side);
    struct irx_code *code = (struct irx_code *)(void *)c->entry;

    CHECK(side != NULL);
    side->next = host->sides;
    host->sides = side;
    memcpy(side->insns, c->block->insns, c->block->insn_count * sizeof side->insns[0]);
    *code = (struct irx_code){
        .cookie = c->cookie,
        .links = side->links,
        .insns = side->insns,
        .charge = c->block->charge,
        .paged = c->block->paged,
    };
    c->as.p = c->entry + sizeof *code;
    c->stubs_at = c->cold + sizeof c->cold; /* no piece of a ring is empty */
    memcpy(c->entry - sizeof c->cold, &c->cold, sizeof c->cold);
}

static const struct cg_host host = {
    .rows = {toy_rows},
    .general = TOY_GENERAL,
    .fp = TOY_FP,
    .first = CG_BIT(6) | CG_BIT(7),
    .last = CG_BIT(FLAGS_REG),
    .fixed = CG_BIT(0) | CG_BIT(1) | CG_BIT(2) | CG_BIT(COUNT_REG) | CG_BIT(FLAGS_REG),
    .env = ENV_REG,
    .bank = BANK_REG,
    .frame = FRAME_REG,
    .flags_reg = FLAGS_REG,
    .entry_offset = sizeof(uint8_t *), /* the block's piece of the upper half */
    .longest = 64 * sizeof(struct toy_instr),
    .compare_in = {C_RM, C_RI},
    .move = move,
    .load = load,
    .load_const = load_const,
    .store = store,
    .store_const = store_const,
    .spill = spill,
    .compare = compare,
    .flags_to_reg = flags_to_reg,
    .cond_to_reg = toy_cond_to_reg,
    .store_flags = toy_store_flags,
    .store_flags_of = store_flags_of,
    .entry = entry,
    .bind = bind_jump,
    .stubs = toy_stubs,
};

/* ---- struct jit_backend ---- */

static void forget_sides(struct toy_host *toy)
{
    while (toy->sides != NULL) {
        struct toy_side *side = toy->sides;
        toy->sides = side->next;
        free(side);
    }
}

static void destroy(void *self)
{
    struct toy_host *toy = self;

    forget_sides(toy);
    jit_ir_backend.destroy(toy->interp);
    codebuf_destroy(&toy->cg.buffer);
    free(toy);
}

/* The least size of the buffer: the largest block of a test fits. */
#define LEAST_SIZE (1u << 20)

static void *create(const struct jit_config *config, const char **message)
{
    struct toy_host *toy = calloc(1, sizeof *toy);
    size_t size = config->cache_size < LEAST_SIZE ? LEAST_SIZE : config->cache_size;

    CHECK(toy != NULL);
    toy->interp = jit_ir_backend.create(config, message);
    CHECK(toy->interp != NULL && codebuf_create(&toy->cg.buffer, size, false, message));
    if (config->first_size != 0) {
        codebuf_limit(&toy->cg.buffer,
                      config->first_size < LEAST_SIZE ? LEAST_SIZE : config->first_size);
    }
    cg_init(&toy->cg, &host, config->guest);
    if (config->stress & JIT_STRESS_RA) {
        toy->cg.allowed = 0x0f2f;
    }
    return toy;
}

static bool compile(void *self, const struct ir_block *block, void *cookie, struct jit_code *code)
{
    struct toy_host *toy = self;

    return cg_compile(&toy->cg, block, cookie, code);
}

static void flush(void *self)
{
    struct toy_host *toy = self;

    codebuf_reset(&toy->cg.buffer);
    forget_sides(toy);
}

static bool grow(void *self)
{
    struct toy_host *toy = self;

    return codebuf_grow(&toy->cg.buffer);
}

static void reuse(void *self, const void *oldest)
{
    struct toy_host *toy = self;

    const struct codebuf *buffer = &toy->cg.buffer;
    size_t entry = oldest != NULL ? codebuf_offset(buffer, oldest) : RING_NONE;
    uint8_t *cold;

    if (oldest != NULL) {
        memcpy(&cold, buffer->write + entry - sizeof cold, sizeof cold);
    }
    codebuf_reuse(&toy->cg.buffer, entry,
                  oldest != NULL ? (size_t)(cold - buffer->write) : RING_NONE);
}

static size_t used(const void *self)
{
    const struct toy_host *toy = self;

    return codebuf_used(&toy->cg.buffer);
}

/* The offset of a link is that of its EXIT. */
static void set_link(void *self, uint32_t offset, const void *to)
{
    struct toy_host *toy = self;
    const struct toy_instr *instr = (const void *)(toy->cg.buffer.write + offset);

    if (offset != 0) {
        *instr->link = to;
    }
}

static void disable(void *self, const void *executed)
{
    struct toy_host *toy = self;
    size_t offset = codebuf_offset(&toy->cg.buffer, executed);

    ((struct irx_code *)(void *)(toy->cg.buffer.write + offset))->disabled = true;
}

static void list_instr(const struct toy_instr *instr, FILE *stream)
{
    static const char *const names[] = {
        [TOY_MOVE] = "move",
        [TOY_SPILL] = "spill",
        [TOY_STORE] = "store",
        [TOY_COMPARE] = "compare",
        [TOY_TAKE_FLAGS] = "flags",
        [TOY_STORE_FLAGS] = "store flags",
        [TOY_SET_IF] = "set if",
        [TOY_JUMP_IF] = "jump if",
        [TOY_JUMP] = "jump",
        [TOY_EXECUTE] = "execute",
        [TOY_EXECUTE_OR_JUMP] = "or jump",
    };
    const char *op = instr->kind >= TOY_EXECUTE ? ir_rows[instr->op.ir.code].name : "";

    fprintf(stream, "%-11s %-15s", names[instr->kind], op);
    fprintf(stream, instr->d == CG_NONE ? "\n" : " r%u\n", instr->d);
}

static void list_instrs(const void *from, const void *end, FILE *stream)
{
    for (const struct toy_instr *instr = from; instr < (const struct toy_instr *)end; instr++) {
        list_instr(instr, stream);
    }
}

static void disassemble(const void *self, const struct jit_code *code, FILE *stream)
{
    const struct irx_code *block = code->entry;

    (void)self;
    list_instrs(block->ops, (const uint8_t *)code->entry + code->size, stream);
    list_instrs((const uint8_t *)code->cold + sizeof(uint8_t *),
                (const uint8_t *)code->cold + code->cold_size, stream);
}

const struct jit_backend toy_host_backend = {
    .name = "toy",
    .flags = {.n = 3, .z = 2, .v = 1, .c = 0},
    .create = create,
    .destroy = destroy,
    .compile = compile,
    .flush = flush,
    .grow = grow,
    .reuse = reuse,
    .used = used,
    .run = toy_host_run,
    .link = set_link,
    .disable = disable,
    .fp_harvest = irx_fp_harvest,
    .fp_take = irx_fp_take,
    .disassemble = disassemble,
};
