// SPDX-License-Identifier: MIT
/*
 * Compiling a block, on one screen: analysis, the entry, the main section, the arms, the stubs.
 *
 * In the buffer, upwards: what the host puts before an entry, the entry (aligned to 16), main section, arms, stubs.
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

static void begin(struct cg *c, const struct ir_block *block, void *cookie, struct jit_code *code)
{
    c->block = block;
    c->ops = block->ops;
    c->links = code->links;
    c->limit = c->buffer.write + c->buffer.ring.end - c->host->longest;
    c->entry = c->buffer.write + c->buffer.ring.at + c->host->entry_offset;
    c->cookie = cookie;
    memset(code->links, 0, block->link_count * sizeof code->links[0]);
    cg_begin_block(c);
}

static void finish(struct cg *c, struct jit_code *code)
{
    size_t entry = (size_t)(c->entry - c->buffer.write);
    size_t end = (size_t)(c->as.p - c->buffer.write);

    code->entry = codebuf_exec(&c->buffer, c->entry);
    code->size = (uint32_t)(end - entry);
    CHECK(ring_take(&c->buffer.ring, ((end + 15) & ~(size_t)15) - c->buffer.ring.at));
    codebuf_written(&c->buffer, entry - c->host->entry_offset, end);
    codebuf_name(&c->buffer, entry, code->size, c->block->pc);
}

/* False: there is no room. */
static bool emit_block(struct cg *c)
{
    if (c->entry > c->limit) {
        return false;
    }
    cg_analyse(c);
    c->host->entry(c);
    return emit_section(c, 1) && emit_arms(c) && c->host->stubs(c);
}

bool cg_compile(struct cg *c, const struct ir_block *block, void *cookie, struct jit_code *code)
{
    begin(c, block, cookie, code);
    if (!emit_block(c)) {
        c->buffer.ring.full = true;
        return false;
    }
    finish(c, code);
    return true;
}
