// SPDX-License-Identifier: MIT
/*
 * Compiling a block, on one screen: analysis, the entry, the main section, the arms, the stubs.
 *
 * In the buffer, upwards: what the host puts before an entry, the entry (aligned to 16), main section, arms.  In its upper
 * half: what the host puts before the stubs, the stubs.
 */
#include "cg.h"
#include "check.h"

static void emit_op(struct cg *c, unsigned number)
{
    const struct ir_op *op = &c->ops[number];
    const struct cg_row *row = c->rows[op->code];

    if (row->special != NULL) {
        row->special(c, number, op);
    } else {
        cg_emit_by_row(c, number, op, row);
    }
}

/* Emits a section up to its END op, without the ops that are dropped. */
static bool emit_section(struct cg *c, unsigned first)
{
    for (unsigned number = first;; number++) {
        if (cg_is_dropped(c, number)) {
            continue;
        }
        if (c->as.p > c->limit) {
            return false;
        }
        if (number != c->done) {
            emit_op(c, number);
        }
        if (ir_rows[c->ops[number].code].flags & IR_F_END) {
            return true;
        }
    }
}

/* Emits the arms, but for those that no emitted branch goes to. */
static bool emit_arms(struct cg *c)
{
    for (unsigned arm = 0; arm < c->block->arm_count; arm++) {
        if (c->arms[arm].jump == NULL) {
            continue;
        }
        c->host->bind(c, c->arms[arm].jump);
        cg_begin_arm(c, arm);
        if (!emit_section(c, c->block->arms[arm])) {
            return false;
        }
    }
    return true;
}

static const uint8_t *limit_of(const struct cg *c, const struct ring *ring)
{
    return c->buffer.write + ring->end - c->host->longest;
}

static uint8_t *align(uint8_t *at)
{
    return at + (-(uintptr_t)at & 15);
}

static void begin(struct cg *c, const struct ir_block *block, void *cookie, struct jit_code *code)
{
    c->block = block;
    c->ops = block->ops;
    c->links = code->links;
    c->limit = limit_of(c, &c->buffer.ring);
    c->entry = align(c->buffer.write + c->buffer.ring.at + c->host->entry_offset);
    c->cold = c->buffer.write + c->buffer.cold.at;
    c->cookie = cookie;
    memset(code->links, 0, block->link_count * sizeof code->links[0]);
    cg_begin_block(c);
}

/* Takes the piece of a half that ends with the last byte written.  Returns where it ends. */
static size_t take(struct cg *c, struct ring *ring, const uint8_t *end)
{
    size_t begin = ring->at, size = (size_t)(end - c->buffer.write) - begin;

    CHECK(ring_take(ring, (size + 7) & ~(size_t)7));
    codebuf_written(&c->buffer, begin, begin + size);
    return begin + size;
}

static void finish(struct cg *c, struct jit_code *code)
{
    size_t entry = (size_t)(c->entry - c->buffer.write);
    size_t cold = (size_t)(c->cold - c->buffer.write);

    code->entry = codebuf_exec(&c->buffer, c->entry);
    code->size = (uint32_t)(take(c, &c->buffer.ring, c->end) - entry);
    code->cold = codebuf_exec(&c->buffer, c->cold);
    code->cold_size = (uint32_t)(take(c, &c->buffer.cold, c->as.p) - cold);
    codebuf_name(&c->buffer, entry, code->size, c->block->pc);
    codebuf_name(&c->buffer, cold, code->cold_size, c->block->pc);
}

/* From here on code goes to the upper half. */
static void begin_stubs(struct cg *c)
{
    c->end = c->as.p;
    c->as.p = c->stubs_at;
    c->limit = limit_of(c, &c->buffer.cold);
}

static bool note_room(struct ring *ring, bool fits)
{
    ring->full |= !fits;
    return fits;
}

/* False: a half has no room, which is noted in its ring. */
static bool emit_block(struct cg *c)
{
    struct ring *ring = &c->buffer.ring, *cold = &c->buffer.cold;

    if (!note_room(ring, c->entry <= c->limit) || !note_room(cold, c->cold <= limit_of(c, cold))) {
        return false;
    }
    cg_analyse(c);
    c->host->entry(c);
    if (!note_room(ring, emit_section(c, 1) && emit_arms(c))) {
        return false;
    }
    begin_stubs(c);
    return note_room(cold, c->host->stubs(c));
}

bool cg_compile(struct cg *c, const struct ir_block *block, void *cookie, struct jit_code *code)
{
    begin(c, block, cookie, code);
    if (!emit_block(c)) {
        return false;
    }
    finish(c, code);
    return true;
}
