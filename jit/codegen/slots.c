// SPDX-License-Identifier: MIT
/*
 * What is the same for all blocks, since it depends on host and guest only: where each slot is, and which slots
 * share bytes, and the row of each op.  A missing row is found when the code generator is created, and not at the first
 * block that has the op.
 */
#include "cg.h"
#include "check.h"

#define WORD_LISTS 256

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
    const struct ir_slot *slot = &c->guest->slots[number];
    unsigned base = slot->bank == IR_ENV ? c->host->env : c->host->bank;

    c->slots[number] = (struct cg_mem){(uint8_t)base, (int32_t)slot->offset};
    add_to_set(c->clobbered, number, slot->clobbered_by_step);
    add_to_set(c->banked, number, slot->bank == IR_BANKED);
}

/* Finds the slots that share bytes.  A slot has eight bytes at most, so it is compared only with those that begin in the
 * same word of eight bytes or in one beside it.  Comparing all pairs took a tenth of the instructions of a short run. */
static void relate_slots(struct cg *c)
{
    uint8_t lists[WORD_LISTS] = {0};     /* by the word: the last slot that begins there, */
    uint8_t before[ARRAY_LEN(c->slots)]; /* and for each slot the one before it on its list */

    for (unsigned number = 1; number < c->guest->slot_count; number++) {
        uint32_t word = c->guest->slots[number].offset / 8;

        before[number] = lists[word % WORD_LISTS];
        lists[word % WORD_LISTS] = (uint8_t)number;
        for (unsigned i = 0; i < 3; i++) {
            for (unsigned other = lists[(word + i - 1) % WORD_LISTS]; other != 0;
                 other = before[other]) {
                relate(c, number, other);
                relate(c, other, number);
            }
        }
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
    relate_slots(c);
}
