// SPDX-License-Identifier: MIT
/* The softmmu TLB: its tables, contexts and flushes, see tlb.h. */
#include "mem/tlb.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "check.h"

/*
 * How far into a page of the host the tables begin.
 *
 * Generated code stores to struct cpu (registers above all) and then reads a TLB byte, all the time.  Processors compare
 * the address of such a load with those of earlier stores by its low 12 bits first, and a load whose low bits are equal
 * waits.  In most programs the bytes that are read belong to the first and the last pages of RAM, which begins at a
 * multiple of 16 MiB: these bytes lie around a multiple of 4 KiB from the table's start.  So this is put where struct cpu
 * has nothing that is stored to often.  wait_cycles points into the beginning of struct cpu.
 */
static size_t colour_of(const struct tlb *tlb)
{
    return ((uintptr_t)tlb->wait_cycles + TLB_COLOUR) & TLB_PAGE_MASK & ~(uintptr_t)63;
}

/* Of the host's memory for a table. */
#define MAPPED_SPAN (TLB_SPAN + TLB_PAGE_SIZE)

static bool make_tables(const struct tlb *tlb, struct tlb_table *table)
{
    void *tables;

    if (table->common != NULL) {
        return true;
    }
    tables = mmap(NULL, MAPPED_SPAN, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (tables == MAP_FAILED) {
        return false;
    }
    table->common = (uint8_t *)tables + colour_of(tlb);
    table->flags = table->common + TLB_FLAGS_AT;
    table->addend = (uintptr_t *)(void *)(table->common + TLB_ADDEND_AT);
    return true;
}

static void space_changed(void *context, const struct flat_range *range, bool added)
{
    (void)range;
    (void)added;
    tlb_flush(context);
}

bool tlb_init(struct tlb *tlb, struct addrspace *space, uint32_t master, uint64_t *wait_cycles)
{
    tlb->space = space;
    tlb->bus = space->bus;
    tlb->master = master;
    tlb->wait_cycles = wait_cycles;
    tlb->listener.changed = space_changed;
    tlb->listener.context = tlb;
    addrspace_listen(space, &tlb->listener);
    mmio_cache_join(&tlb->mmio, space->bus);
    tlb->used[0] = 1;
    return tlb_select(tlb, TLB_PHYSICAL);
}

void tlb_fini(struct tlb *tlb)
{
    if (tlb->space != NULL) {
        addrspace_unlisten(tlb->space, &tlb->listener);
        mmio_cache_leave(&tlb->mmio, tlb->bus);
    }
    for (unsigned i = 0; i < TLB_TABLES; i++) {
        if (tlb->tables[i].common != NULL) {
            munmap(tlb->tables[i].common - colour_of(tlb), MAPPED_SPAN);
        }
        free(tlb->filled[i]);
    }
}

static void choose_key(struct tlb *tlb)
{
    tlb->mmio.key = UINT64_C(1) << 63 | (uint64_t)tlb->index << 60 |
                    (uint64_t)(tlb->attributes != 0) << 59 | (uint64_t)tlb->context_slot << 48;
}

void tlb_set_attributes(struct tlb *tlb, uint32_t attributes)
{
    tlb->attributes = attributes;
    choose_key(tlb);
}

static unsigned table_of(enum tlb_index index, unsigned slot)
{
    return index == TLB_PHYSICAL ? 0 : 1 + 2 * slot + (index == TLB_SUPERVISOR);
}

bool tlb_select(struct tlb *tlb, enum tlb_index index)
{
    unsigned table = table_of(index, tlb->context_slot);
    tlb->code_page = TLB_PAGES;
    if (!make_tables(tlb, &tlb->tables[table])) {
        return false;
    }
    tlb->index = index;
    tlb->table = table;
    choose_key(tlb);
    tlb->now = tlb->tables[table];
    return true;
}

void tlb_empty_table(struct tlb *tlb, unsigned table)
{
    for (unsigned k = 0; k < tlb->filled_count[table]; k++) {
        uint32_t page = tlb->filled[table][k];
        tlb->tables[table].common[page] = 0;
        tlb->tables[table].flags[page] = 0;
        tlb->tables[table].addend[page] = 0;
    }
    tlb->filled_count[table] = 0;
}

/* Has the slot entries of that context? */
static bool slot_has(const struct tlb *tlb, unsigned slot, uint32_t context)
{
    return tlb->used[slot] != 0 && tlb->contexts[slot] == context;
}

/* The slot of the context if it has one, else the slot that was used least recently. */
static unsigned find_context(const struct tlb *tlb, uint32_t context)
{
    unsigned oldest = 0;
    if (slot_has(tlb, tlb->slots[context % TLB_NUMBERS], context)) {
        return tlb->slots[context % TLB_NUMBERS];
    }
    for (unsigned i = 0; i < TLB_CONTEXTS; i++) {
        if (slot_has(tlb, i, context)) {
            return i;
        }
        if (tlb->used[i] < tlb->used[oldest]) {
            oldest = i;
        }
    }
    return oldest;
}

unsigned tlb_set_context(struct tlb *tlb, uint32_t context, bool *is_new)
{
    uint64_t now = tlb->used[tlb->context_slot];
    unsigned slot = find_context(tlb, context);

    if (!make_tables(tlb, &tlb->tables[table_of(TLB_USER, slot)]) ||
        !make_tables(tlb, &tlb->tables[table_of(TLB_SUPERVISOR, slot)])) {
        slot = tlb->context_slot; /* this slot has its tables already */
    }
    *is_new = !slot_has(tlb, slot, context);
    if (*is_new) {
        mmio_cache_empty(&tlb->mmio);
        tlb_empty_table(tlb, table_of(TLB_USER, slot));
        tlb_empty_table(tlb, table_of(TLB_SUPERVISOR, slot));
    }
    tlb->contexts[slot] = context;
    tlb->slots[context % TLB_NUMBERS] = (uint8_t)slot;
    tlb->used[slot] = now + 1;
    tlb->context_slot = slot;
    tlb_select(tlb, tlb->index);
    return slot;
}

void tlb_flush(struct tlb *tlb)
{
    mmio_cache_empty(&tlb->mmio);
    tlb->code_page = TLB_PAGES;
    for (unsigned i = 0; i < TLB_TABLES; i++) {
        tlb_empty_table(tlb, i);
    }
    if (tlb->flushed != NULL) {
        tlb->flushed(tlb->context);
    }
}

void tlb_flush_page(struct tlb *tlb, uint32_t va)
{
    mmio_cache_empty(&tlb->mmio);
    tlb->code_page = TLB_PAGES;
    for (unsigned i = 0; i < TLB_TABLES; i++) {
        if (tlb->tables[i].flags != NULL) {
            /* The addend stays: it shows remember() that the page is on the list of filled ones. */
            tlb_set_common(&tlb->tables[i], va >> TLB_PAGE_BITS, 0);
            tlb->tables[i].flags[va >> TLB_PAGE_BITS] = 0;
        }
    }
}

void tlb_withdraw_stores(struct tlb *tlb, const uint8_t *host)
{
    for (unsigned i = 0; i < TLB_TABLES; i++) {
        const struct tlb_table *table = &tlb->tables[i];
        for (unsigned k = 0; k < tlb->filled_count[i]; k++) {
            uint32_t page = tlb->filled[i][k];
            uintptr_t at = table->addend[page] + ((uintptr_t)page << TLB_PAGE_BITS);
            if (at == (uintptr_t)host && table->flags[page] & TLB_STORE) {
                table->flags[page] = (uint8_t)((table->flags[page] & ~TLB_STORE) | TLB_CODE);
                tlb_set_common(table, page, table->common[page] & (TLB_LOAD | TLB_FETCH));
            }
        }
    }
}
