// SPDX-License-Identifier: MIT
/*
 * The x86-64 backend: life, compiling a block, links.
 *
 * A block in the buffer: the way out for too small a budget, its cookie (8 bytes), the entry (aligned to
 * 16), main section, arms, stubs.  The entry is `sub budget, charge; js over`, and `over` gives the charge
 * back and leaves; disabling a block makes its entry a jump to behind where the charge is given back.
 * Manual: docs/jit-x64.md.
 */
#include <cpuid.h>
#include <stdlib.h>
#include <xmmintrin.h>

#include "check.h"
#include "x64.h"

/* From the beginning of a block to its entry, and from where disabled blocks go to there. */
#define ENTRY_OFFSET      48
#define DISABLED_DISTANCE 27

/* What must be free in the buffer when an op or a stub begins: no longer one exists. */
#define MARGIN     1024
#define LEAST_SIZE (64u << 10)
#define FEW_GPRS   (X64_BIT(RAX) | X64_BIT(RCX) | X64_BIT(RDX) | X64_BIT(RSI))
#define FEW_XMMS   (UINT32_C(15) << XMM0)

#define MXCSR_DEFAULT 0x1f80

/* ---- life ---- */

/* Does the operating system keep the registers of AVX? */
static bool has_avx_state(void)
{
    uint32_t low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return (low & 6) == 6;
}

static void find_features(struct x64 *c, const struct jit_config *config)
{
    unsigned a, b, d, features;

    if (config->plain_cpu) {
        return;
    }
    if (__get_cpuid(1, &a, &b, &features, &d)) {
        c->movbe = features & bit_MOVBE;
        c->avx = (features & bit_AVX) && (features & bit_OSXSAVE) && has_avx_state();
        c->fma = c->avx && (features & bit_FMA);
    }
    if (__get_cpuid_count(7, 0, &a, &features, &b, &d)) {
        c->bmi2 = features & bit_BMI2;
    }
}

static bool share_bytes(const struct ir_slot *a, const struct ir_slot *b)
{
    return a->bank == b->bank && a->offset < b->offset + ir_type_bytes(b->type) &&
           b->offset < a->offset + ir_type_bytes(a->type);
}

static bool is_part(const struct ir_slot *part, const struct ir_slot *whole)
{
    return part->bank == whole->bank && part->offset >= whole->offset &&
           part->offset + ir_type_bytes(part->type) <= whole->offset + ir_type_bytes(whole->type);
}

static void add_to_set(uint64_t set[4], unsigned slot, bool is_member)
{
    set[slot / 64] |= (uint64_t)is_member << slot % 64;
}

static void describe_slots(struct x64 *c)
{
    const struct ir_guest *guest = c->guest;

    for (unsigned i = 1; i < guest->slot_count; i++) {
        const struct ir_slot *slot = &guest->slots[i];
        c->slots[i] = x64_at(slot->bank == IR_ENV ? ENV : BANK, (int32_t)slot->offset);
        add_to_set(c->clobbered, i, slot->clobbered_by_step);
        add_to_set(c->banked, i, slot->bank == IR_BANKED);
        for (unsigned j = 1; j < guest->slot_count; j++) {
            add_to_set(c->conflicts[i], j, share_bytes(slot, &guest->slots[j]));
            add_to_set(c->covers[i], j, is_part(&guest->slots[j], slot));
        }
    }
}

static void destroy(void *self)
{
    struct x64 *c = self;

    codebuf_destroy(&c->buffer);
    free(c);
}

static void *create(const struct jit_config *config, const char **message)
{
    struct x64 *c = calloc(1, sizeof *c);
    size_t size = config->cache_size < LEAST_SIZE ? LEAST_SIZE : config->cache_size;

    if (c == NULL) {
        *message = "there is no memory for the code generator";
        return NULL;
    }
    if (!codebuf_create(&c->buffer, size, config->perf_map, message)) {
        free(c);
        return NULL;
    }
    if (config->first_size != 0) {
        codebuf_limit(&c->buffer,
                      config->first_size < LEAST_SIZE ? LEAST_SIZE : config->first_size);
    }
    CHECK(config->guest->slot_count <= ARRAY_LEN(c->slots));
    c->guest = config->guest;
    c->inline_jumps = !(config->stress & JIT_STRESS_EXIT);
    c->allowed = config->stress & JIT_STRESS_RA ? FEW_GPRS | FEW_XMMS : X64_GPRS | X64_XMMS;
    find_features(c, config);
    describe_slots(c);
    x64_emit_thunks(c);
    return c;
}

static void flush(void *self)
{
    struct x64 *c = self;

    codebuf_reset(&c->buffer);
}

static bool grow(void *self)
{
    struct x64 *c = self;

    return codebuf_grow(&c->buffer);
}

static size_t used(const void *self)
{
    const struct x64 *c = self;

    return c->buffer.used;
}

/* ---- compiling ---- */

static void emit_op(struct x64 *c, unsigned number)
{
    const struct ir_op *op = &c->ops[number];
    const struct x64_row *row = &x64_rows[op->code];

    if (row->special != NULL) {
        row->special(c, number, op);
    } else {
        x64_place(c, number, op, row);
    }
}

/* A section ends with its END op; what nobody uses is left out. */
static bool emit_section(struct x64 *c, unsigned first)
{
    for (unsigned number = first;; number++) {
        const struct ir_op *op = &c->ops[number];
        if ((x64_rows[op->code].flags & ROW_DROP) && c->values[number].next == 0) {
            continue;
        }
        if (c->as.p > c->limit) {
            return false;
        }
        if (number != c->done) {
            emit_op(c, number);
        }
        if (ir_rows[op->code].flags & IR_F_END) {
            return true;
        }
    }
}

/* `over` comes before the entry: it gives the charge back, and goes on to where a disabled block does. */
static void emit_entry(struct x64 *c, void *cookie)
{
    int32_t charge = (int32_t)c->block->charge;
    bool is_short = charge == (int8_t)charge;
    uint8_t *over = c->entry - DISABLED_DISTANCE - (is_short ? 4 : 7);

    memset(c->entry - ENTRY_OFFSET, 0xcc, ENTRY_OFFSET);
    c->as.p = over;
    x64_alu_ri(&c->as, ALU_ADD, true, BUDGET, charge);
    x64_load_cookie(c, RAX);
    x64_mov_imm(&c->as, true, RDX, JIT_BUDGET);
    x64_jmp(&c->as, c->thunks.leave);
    CHECK(c->as.p == c->entry - sizeof cookie);
    memcpy(c->as.p, &cookie, sizeof cookie);
    c->cookie = cookie;
    CHECK(ir_site_cookie(ir_site(cookie, 0)) == cookie);
    c->as.p = c->entry;
    x64_alu_ri(&c->as, ALU_SUB, true, BUDGET, charge);
    x64_jcc(&c->as, CC_S, over);
}

static bool emit_arms(struct x64 *c)
{
    for (unsigned arm = 0; arm < c->block->arm_count; arm++) {
        if (c->arms[arm].jump == NULL) {
            continue;
        }
        x64_bind(c->arms[arm].jump, c->as.p);
        x64_begin_arm(c, arm);
        if (!emit_section(c, c->block->arms[arm])) {
            return false;
        }
    }
    return true;
}

static void begin(struct x64 *c, const struct ir_block *block, struct jit_code *code)
{
    c->block = block;
    c->ops = block->ops;
    c->links = code->links;
    c->limit = c->buffer.write + c->buffer.limit - MARGIN;
    c->entry = c->buffer.write + c->buffer.used + ENTRY_OFFSET;
    memset(code->links, 0, block->link_count * sizeof code->links[0]);
    x64_begin_block(c);
}

static void finish(struct x64 *c, struct jit_code *code)
{
    uint8_t *base = c->buffer.write;
    size_t end = (size_t)(c->as.p - base);

    code->entry = codebuf_exec(&c->buffer, c->entry);
    code->size = (uint32_t)(c->as.p - c->entry);
    c->buffer.used = (end + 15) & ~(size_t)15;
    CHECK(c->buffer.used <= c->buffer.limit);
    codebuf_name(&c->buffer, (size_t)(c->entry - base), code->size, c->block->pc);
}

static bool compile(void *self, const struct ir_block *block, void *cookie, struct jit_code *code)
{
    struct x64 *c = self;

    begin(c, block, code);
    if (c->entry > c->limit) {
        return false;
    }
    x64_analyse(c);
    emit_entry(c, cookie);
    if (!emit_section(c, 1) || !emit_arms(c) || !x64_emit_stubs(c)) {
        return false;
    }
    finish(c, code);
    return true;
}

/* ---- running and patching ---- */

static struct jit_left run(void *self, void *env, const void *entry)
{
    const struct x64 *c = self;
    jit_runner *enter = (jit_runner *)(uintptr_t)codebuf_exec(&c->buffer, c->thunks.enter);

    return enter(self, env, entry);
}

static jit_runner *runner(const void *self)
{
    const struct x64 *c = self;

    return (jit_runner *)(uintptr_t)codebuf_exec(&c->buffer, c->thunks.enter);
}

static void link_place(void *self, uint32_t place, const void *entry)
{
    struct x64 *c = self;
    size_t to = entry != NULL ? codebuf_place(&c->buffer, entry) : place + 4;

    if (place == 0) {
        return; /* the optimizer has dropped the EXIT */
    }
    CHECK(place >= c->buffer.kept && to < c->buffer.used);
    codebuf_patch_32(&c->buffer, place, (uint32_t)(to - (place + 4)));
}

static void disable(void *self, const void *entry)
{
    struct x64 *c = self;
    size_t place = codebuf_place(&c->buffer, entry);
    uint32_t distance = (uint32_t) - (DISABLED_DISTANCE + 5);

    codebuf_patch_64(&c->buffer, place, 0xe9 | (uint64_t)distance << 8);
}

static unsigned take(const void *self)
{
    unsigned raised = _mm_getcsr();

    (void)self;
    _mm_setcsr(raised & ~(unsigned)_MM_EXCEPT_MASK);
    return (raised & _MM_EXCEPT_INEXACT ? JIT_FP_INEXACT : 0u) |
           (raised & _MM_EXCEPT_DIV_ZERO ? JIT_FP_DIVBYZERO : 0u) |
           (raised & _MM_EXCEPT_UNDERFLOW ? JIT_FP_UNDERFLOW : 0u) |
           (raised & _MM_EXCEPT_OVERFLOW ? JIT_FP_OVERFLOW : 0u) |
           (raised & _MM_EXCEPT_INVALID ? JIT_FP_INVALID : 0u);
}

static unsigned harvest(const void *self)
{
    unsigned raised = take(self);

    _mm_setcsr(MXCSR_DEFAULT);
    return raised;
}

static void disassemble(const void *self, const struct jit_code *code, FILE *stream)
{
    (void)self;
    x64_disassemble(code->entry, code->size, stream);
}

const struct jit_backend jit_x64_backend = {
    .name = "x64",
    .flags = {.n = 15, .z = 14, .v = 0, .c = 8},
    .create = create,
    .destroy = destroy,
    .compile = compile,
    .flush = flush,
    .grow = grow,
    .used = used,
    .run = run,
    .runner = runner,
    .link = link_place,
    .disable = disable,
    .fp_harvest = harvest,
    .fp_take = take,
    .disassemble = disassemble,
};
