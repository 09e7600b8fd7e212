// SPDX-License-Identifier: MIT
/*
 * What is the same for all blocks, since it depends on host and guest only: where each slot is, and which slots
 * share bytes, and the row of each op.  A missing row is found when the code generator is created, and not at the first
 * block that has the op.
 */
#include "cg.h"
#include "check.h"

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

/* Of all pairs of slots few share bytes, so a look at the banks and the offsets comes first. */
static void relate(struct cg *c, unsigned number, unsigned other)
{
    const struct ir_slot *a = &c->guest->slots[number];
    const struct ir_slot *b = &c->guest->slots[other];

    if (share_bytes(a, b)) {
        add_to_set(c->conflicts[number], other, true);
        add_to_set(c->covers[number], other, is_part(b, a));
    }
}

static void describe_slot(struct cg *c, unsigned number)
{
    const struct ir_guest *guest = c->guest;
    const struct ir_slot *slot = &guest->slots[number];
    unsigned base = slot->bank == IR_ENV ? c->host->env : c->host->bank;

    c->slots[number] = (struct cg_mem){(uint8_t)base, (int32_t)slot->offset};
    add_to_set(c->clobbered, number, slot->clobbered_by_step);
    add_to_set(c->banked, number, slot->bank == IR_BANKED);
    for (unsigned other = 1; other < guest->slot_count; other++) {
        relate(c, number, other);
    }
}

/* Finds the row of each op in one of the host's tables. */
static void collect_rows(struct cg *c)
{
    for (unsigned code = IR_CONST + 1; code < IR_CODES; code++) {
        for (unsigned i = 0; i < CG_ROW_TABLES && c->host->rows[i] != NULL; i++) {
            const struct cg_row *row = &c->host->rows[i][code];
            bool is_here = row->emit != NULL || row->special != NULL;

            CHECK(!is_here || c->rows[code] == NULL); /* an op has one row */
            c->rows[code] = is_here ? row : c->rows[code];
        }
        CHECK(c->rows[code] != NULL);
    }
}

void cg_init(struct cg *c, const struct cg_host *host, const struct ir_guest *guest)
{
    CHECK(guest->slot_count <= ARRAY_LEN(c->slots));
    c->host = host;
    collect_rows(c);
    c->guest = guest;
    c->allowed = host->general | host->fp;
    for (unsigned slot = 1; slot < guest->slot_count; slot++) {
        describe_slot(c, slot);
    }
}
