// SPDX-License-Identifier: MIT
/*
 * The x86-64 backend: creating and destroying it, compiling a block, links.
 *
 * A block in the lower half of the buffer: where its other half is (4 bytes), the entry (aligned to 16), main section,
 * arms; and in the upper half: its cookie (8 bytes), the way out for a disabled block and for too small a budget, stubs.
 * The entry is `sub budget, charge; js over`, and `over` gives the charge back and leaves; disabling a block makes its
 * entry a jump to behind where the charge is given back.
 * Manual: docs/jit-x64.md.
 */
#include <cpuid.h>
#include <stdlib.h>
#include <xmmintrin.h>

#include "check.h"
#include "x64.h"

/* Before a block's entry: the offset in the buffer of its piece of the upper half, in which `disabled` follows the
 * cookie. */
#define ENTRY_OFFSET    4
#define DISABLED_OFFSET sizeof(void *)

/* Bytes that must be free in the buffer when an op or a stub begins: none has longer code. */
#define MARGIN     1024
#define LEAST_SIZE (128u << 10)
#define FEW_GPRS   (CG_BIT(RAX) | CG_BIT(RCX) | CG_BIT(RDX) | CG_BIT(RSI))
#define FEW_XMMS   (UINT32_C(15) << XMM0)

#define MXCSR_DEFAULT 0x1f80

/* ---- features of the host ---- */

/* Does the operating system save the registers of AVX when it switches threads? */
static bool has_avx_state(void)
{
    uint32_t low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    (void)high;
    return (low & 6) == 6;
}

static void find_features(struct x64 *x, const struct jit_config *config)
{
    unsigned a, b, d, features;

    if (config->plain_cpu) {
        return;
    }
    if (__get_cpuid(1, &a, &b, &features, &d)) {
        x->movbe = features & bit_MOVBE;
        x->avx = (features & bit_AVX) && (features & bit_OSXSAVE) && has_avx_state();
        x->fma = x->avx && (features & bit_FMA);
    }
    if (__get_cpuid_count(7, 0, &a, &features, &b, &d)) {
        x->bmi2 = features & bit_BMI2;
    }
}

/* ---- the entry of a block ---- */

/* Writes the beginning of the block's piece of the upper half, and returns `over`, which gives the charge back and then
 * leaves with JIT_BUDGET.  jit_disable() lets the entry jump to `disabled`, since the charge is not taken then. */
static const uint8_t *emit_ways_out(struct cg *c, int32_t charge)
{
    uint8_t *disabled = c->cold + DISABLED_OFFSET, *over;

    memcpy(c->cold, &c->cookie, sizeof c->cookie);
    c->as.p = disabled;
    x64_load_cookie(c, RAX);
    x64_mov_imm(&c->as, true, RDX, JIT_BUDGET);
    x64_jmp(&c->as, x64_of(c)->thunks.leave);
    over = c->as.p;
    x64_alu_ri(&c->as, ALU_ADD, true, BUDGET, charge);
    x64_jmp(&c->as, disabled);
    c->stubs_at = c->as.p;
    return over;
}

static void emit_entry(struct cg *c)
{
    int32_t charge = (int32_t)c->block->charge;
    const uint8_t *over = emit_ways_out(c, charge);
    uint32_t cold = (uint32_t)(c->cold - c->buffer.write);

    memcpy(c->entry - ENTRY_OFFSET, &cold, ENTRY_OFFSET);
    c->as.p = c->entry;
    x64_alu_ri(&c->as, ALU_SUB, true, BUDGET, charge);
    x64_jcc(&c->as, CC_S, over);
}

static void bind_jump(struct cg *c, uint8_t *jump)
{
    x64_bind(jump, c->as.p);
}

static const struct cg_host host = {
    .rows = {x64_integer_rows, x64_flag_rows, x64_memory_rows, x64_fp_rows, x64_fp_other_rows,
             x64_control_rows},
    .general = X64_GPRS,
    .fp = X64_XMMS,
    /* rax is given out last, since flags go through it; those given out first need no REX prefix. */
    .first = CG_BIT(RCX) | CG_BIT(RDX) | CG_BIT(RSI) | CG_BIT(RDI),
    .last = CG_BIT(RAX),
    .fixed = CG_BIT(RAX) | CG_BIT(RCX) | CG_BIT(RDX),
    .env = ENV,
    .bank = BANK,
    .frame = RSP,
    .flags_reg = RAX,
    .spill_offset = FRAME_SPILL,
    .longest = MARGIN,
    .entry_offset = ENTRY_OFFSET,
    .compare_in = {C_RM, C_ANY},
    .move = x64_move,
    .load = x64_load,
    .load_const = x64_load_const,
    .store = x64_store,
    .store_const = x64_store_const,
    .spill = x64_spill,
    .compare = x64_emit_cmp,
    .flags_to_reg = x64_flags_to_reg,
    .cond_to_reg = x64_cond_to_reg,
    .store_flags = x64_store_flags,
    .store_flags_of = x64_store_flags_of,
    .entry = emit_entry,
    .bind = bind_jump,
    .stubs = x64_emit_stubs,
};

static bool compile(void *self, const struct ir_block *block, void *cookie, struct jit_code *code)
{
    struct x64 *x = self;

    CHECK(ir_site_cookie(ir_site(cookie, 0)) == cookie);
    return cg_compile(&x->cg, block, cookie, code);
}

/* ---- life ---- */

static void destroy(void *self)
{
    struct x64 *x = self;

    codebuf_destroy(&x->cg.buffer);
    free(x);
}

static size_t at_least(size_t size)
{
    return size < LEAST_SIZE ? LEAST_SIZE : size;
}

static void *create(const struct jit_config *config, const char **message)
{
    struct x64 *x = calloc(1, sizeof *x);
    struct cg *c = &x->cg;

    if (x == NULL) {
        *message = "there is no memory for the code generator";
        return NULL;
    }
    if (!codebuf_create(&c->buffer, at_least(config->cache_size), config->perf_map, message)) {
        free(x);
        return NULL;
    }
    if (config->first_size != 0) {
        codebuf_limit(&c->buffer, at_least(config->first_size));
    }
    cg_init(c, &host, config->guest);
    if (config->stress & JIT_STRESS_RA) {
        c->allowed = FEW_GPRS | FEW_XMMS;
    }
    x->inline_jumps = !(config->stress & JIT_STRESS_EXIT);
    find_features(x, config);
    x64_emit_thunks(c);
    return x;
}

static void flush(void *self)
{
    struct x64 *x = self;

    codebuf_reset(&x->cg.buffer);
}

static bool grow(void *self)
{
    struct x64 *x = self;

    return codebuf_grow(&x->cg.buffer);
}

/* Where in the buffer the block's piece of the upper half is. */
static size_t cold_offset(const struct x64 *x, size_t entry)
{
    uint32_t cold;

    memcpy(&cold, x->cg.buffer.write + entry - ENTRY_OFFSET, sizeof cold);
    return cold;
}

/* What was made before begins farther down, so room ends where the entry's block begins. */
static void reuse(void *self, const void *oldest)
{
    struct x64 *x = self;
    struct codebuf *buffer = &x->cg.buffer;

    if (oldest == NULL) {
        codebuf_reuse(buffer, RING_NONE, RING_NONE);
    } else {
        size_t entry = codebuf_offset(buffer, oldest);
        codebuf_reuse(buffer, entry - ENTRY_OFFSET, cold_offset(x, entry));
    }
}

static size_t used(const void *self)
{
    const struct x64 *x = self;

    return codebuf_used(&x->cg.buffer);
}

/* ---- running and patching ---- */

static struct jit_exit run(void *self, void *env, const void *entry)
{
    const struct x64 *x = self;
    jit_runner *enter = (jit_runner *)(uintptr_t)codebuf_exec(&x->cg.buffer, x->thunks.enter);

    return enter(self, env, entry);
}

static jit_runner *runner(const void *self)
{
    const struct x64 *x = self;

    return (jit_runner *)(uintptr_t)codebuf_exec(&x->cg.buffer, x->thunks.enter);
}

/* The field of a link's jump; behind it is what it holds while the link leads nowhere (do_exit()). */
static void set_link(void *self, uint32_t offset, const void *entry)
{
    struct x64 *x = self;
    const struct codebuf *buffer = &x->cg.buffer;
    uint32_t distance;

    if (offset == 0) {
        return; /* the link has no EXIT: the optimizer has dropped it */
    }
    CHECK(offset >= buffer->ring.first && offset + 8 <= buffer->ring.top);
    if (entry != NULL) {
        distance = (uint32_t)codebuf_offset(buffer, entry) - (offset + 4);
    } else {
        memcpy(&distance, buffer->write + offset + 4, sizeof distance);
    }
    codebuf_patch_32(buffer, offset, distance);
}

static void disable(void *self, const void *executed)
{
    struct x64 *x = self;
    size_t entry = codebuf_offset(&x->cg.buffer, executed);
    uint32_t distance = (uint32_t)(cold_offset(x, entry) + DISABLED_OFFSET - (entry + 5));

    codebuf_patch_64(&x->cg.buffer, entry, 0xe9 | (uint64_t)distance << 8);
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
    x64_disassemble((const uint8_t *)code->cold + DISABLED_OFFSET,
                    code->cold_size - DISABLED_OFFSET, stream);
}

const struct jit_backend jit_x64_backend = {
    .name = "x64",
    .flags = {.n = 15, .z = 14, .v = 0, .c = 8},
    .create = create,
    .destroy = destroy,
    .compile = compile,
    .flush = flush,
    .grow = grow,
    .reuse = reuse,
    .used = used,
    .run = run,
    .runner = runner,
    .link = set_link,
    .disable = disable,
    .fp_harvest = harvest,
    .fp_take = take,
    .disassemble = disassemble,
};
